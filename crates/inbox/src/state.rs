//! What the inbox knows, and what follows from it. Nothing here asks the time, the network or the browser.

pub mod forms;
pub mod link;
pub mod list;
pub mod money;
pub mod prose;
pub mod report;
pub mod settings;
pub mod thread;

use std::collections::BTreeMap;

use pronto_protocol::api::Me;
use pronto_protocol::id::{ConversationId, Millis, SiteKey};
use pronto_protocol::model::{InboxConversation, Role};
use pronto_protocol::send_queue::SendQueue;

use crate::text::{Lang, Strings};
use forms::{AccountForm, FirstSiteForm, SetupForm, SignInForm};
use link::Link;
use list::List;
use money::{Purse, Sheet};
use report::ReportPage;
use settings::Settings;
use thread::Thread;

/// How long the hidden live region keeps a sentence.
pub const ANNOUNCE_MS: i64 = 1_000;
/// How often the words that tell a wait are drawn again.
pub const MINUTE_MS: i64 = 60_000;

/// Everything the inbox knows.
pub struct State {
    /// The language of the screen.
    pub lang: Lang,
    /// The device's clock at the last event.
    pub now: Millis,
    /// How far the server's clock is ahead of the device's, in milliseconds.
    pub skew: i64,
    /// The device's own zone, offered for opening hours.
    pub time_zone: String,
    /// Where the server is reached: scheme, host and port.
    pub origin: String,
    /// Whether the browser believes it has a network.
    pub online: bool,
    /// Whether anybody can see the page.
    pub visible: bool,
    /// Whether single letters are commands.
    pub shortcuts: bool,
    /// Where the address points.
    pub route: Route,
    /// Who is here.
    pub phase: Phase,
    /// What the hidden live region says, and until when.
    pub announcement: Option<(String, Millis)>,
}

/// How far in the person is.
pub enum Phase {
    /// Nobody knows yet.
    Loading,
    /// The server could not be asked; asked again at the given time.
    Unreachable(Millis),
    /// The first owner sets themselves up.
    Setup(SetupForm),
    /// Nobody is signed in.
    SignIn(SignInForm),
    /// Somebody is, and there is no site yet.
    FirstSite(Box<FirstSiteForm>),
    /// Somebody is.
    Inside(Box<Inside>),
}

/// Where the address points. It never carries a text, a name or, once used, a token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Route {
    /// The list.
    List,
    /// A conversation.
    Thread(ConversationId),
    /// Who writes in it.
    Contact(ConversationId),
    /// The site's settings.
    Settings,
    /// How long people wait, and what answers cost.
    Reports,
    /// What answers cost in a month, `YYYY-MM`; the present one when absent.
    Statement(Option<String>),
    /// The agent's own.
    Account,
    /// The first owner's one-time link.
    Setup(String),
}

/// All that a signed-in agent has before them.
pub struct Inside {
    /// Who they are.
    pub me: Me,
    /// The site they look at.
    pub site: SiteKey,
    /// The list of conversations.
    pub list: List,
    /// The conversations opened since the page was loaded.
    pub threads: BTreeMap<ConversationId, Thread>,
    /// Answers on their way.
    pub queue: SendQueue,
    /// Answers begun, per conversation.
    pub drafts: BTreeMap<ConversationId, String>,
    /// The line to the server.
    pub link: Link,
    /// The settings' screen, while it is open.
    pub settings: Option<Settings>,
    /// The site's report, once somebody has looked at it.
    pub report: ReportPage,
    /// The form on the account's screen.
    pub account: AccountForm,
    /// What answers cost.
    pub purse: Purse,
    /// The statement's screen, while it is open.
    pub sheet: Option<Sheet>,
    /// Which dialog is open.
    pub dialog: Option<Dialog>,
    /// When typing was last told to the other side.
    pub typing_told: Option<Millis>,
}

/// A dialog above everything.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Dialog {
    /// The keyboard's commands.
    Help,
    /// Signing out would delete answers that were not sent.
    SignOut,
}

impl State {
    /// Before anything was asked.
    #[must_use]
    pub fn new(lang: Lang) -> Self {
        Self {
            lang,
            now: Millis(0),
            skew: 0,
            time_zone: String::new(),
            origin: String::new(),
            online: true,
            visible: true,
            shortcuts: true,
            route: Route::List,
            phase: Phase::Loading,
            announcement: None,
        }
    }

    /// The screen's words.
    #[must_use]
    pub fn words(&self) -> &'static Strings {
        self.lang.strings()
    }

    /// The server's clock, as far as it is known: what waits are measured by.
    #[must_use]
    pub fn server_now(&self) -> Millis {
        self.now.plus(self.skew)
    }

    /// What a signed-in agent has, if one is.
    #[must_use]
    pub fn inside(&self) -> Option<&Inside> {
        match &self.phase {
            Phase::Inside(inside) => Some(inside),
            _ => None,
        }
    }

    /// The same, to change it.
    pub fn inside_mut(&mut self) -> Option<&mut Inside> {
        match &mut self.phase {
            Phase::Inside(inside) => Some(inside),
            _ => None,
        }
    }

    /// What guards requests of whoever is signed in; empty before anyone is.
    #[must_use]
    pub fn csrf(&self) -> &str {
        match &self.phase {
            Phase::Inside(inside) => &inside.me.csrf,
            Phase::FirstSite(form) => &form.me.csrf,
            _ => "",
        }
    }

    /// When to look again although nothing happened.
    #[must_use]
    pub fn wake_at(&self) -> Option<Millis> {
        let announced = self.announcement.as_ref().map(|(_, until)| *until);
        let phase = match &self.phase {
            Phase::Unreachable(at) => Some(*at),
            Phase::Inside(inside) => Some(inside.wake_at(self.now, self.online, self.skew)),
            _ => None,
        };
        announced.into_iter().chain(phase).min()
    }
}

impl Route {
    /// The conversation it shows.
    #[must_use]
    pub fn conversation(&self) -> Option<&ConversationId> {
        match self {
            Self::Thread(id) | Self::Contact(id) => Some(id),
            _ => None,
        }
    }

    /// The route that a fragment (without `#`) names; the list for what it does not know.
    #[must_use]
    pub fn parse(fragment: &str) -> Self {
        let (name, value) = fragment.split_once('=').unwrap_or((fragment, ""));
        let id = || ConversationId::new(value).ok();
        match name {
            "setup" if !value.is_empty() => Self::Setup(value.to_owned()),
            "conversation" => id().map_or(Self::List, Self::Thread),
            "contact" => id().map_or(Self::List, Self::Contact),
            "settings" => Self::Settings,
            "reports" => Self::Reports,
            "statement" => Self::Statement(money::is_month(value).then(|| value.to_owned())),
            "account" => Self::Account,
            _ => Self::List,
        }
    }

    /// The fragment, without `#`. A set-up token is never written back.
    #[must_use]
    pub fn fragment(&self) -> String {
        match self {
            Self::List | Self::Setup(_) => String::new(),
            Self::Thread(id) => format!("conversation={id}"),
            Self::Contact(id) => format!("contact={id}"),
            Self::Settings => "settings".to_owned(),
            Self::Reports => "reports".to_owned(),
            Self::Statement(None) => "statement".to_owned(),
            Self::Statement(Some(month)) => format!("statement={month}"),
            Self::Account => "account".to_owned(),
        }
    }
}

impl Inside {
    /// The inbox of an agent who just came in.
    #[must_use]
    pub fn new(me: Me, site: SiteKey) -> Self {
        Self {
            me,
            site,
            list: List::default(),
            threads: BTreeMap::new(),
            queue: SendQueue::default(),
            drafts: BTreeMap::new(),
            link: Link::default(),
            settings: None,
            report: ReportPage::default(),
            account: AccountForm::default(),
            purse: Purse::default(),
            sheet: None,
            dialog: None,
            typing_told: None,
        }
    }

    /// Whether the agent may change settings.
    #[must_use]
    pub fn is_owner(&self) -> bool {
        self.me.agent.role == Role::Owner
    }

    /// The list's row, or what the thread itself knows of its conversation.
    #[must_use]
    pub fn row(&self, id: &ConversationId) -> Option<&InboxConversation> {
        self.list.row(id).or_else(|| self.threads.get(id).and_then(|thread| thread.row.as_ref()))
    }

    /// The answer begun in a conversation.
    #[must_use]
    pub fn draft(&self, id: &ConversationId) -> &str {
        self.drafts.get(id).map_or("", String::as_str)
    }

    /// Whether signing out would lose words that somebody wrote.
    #[must_use]
    pub fn has_unsent(&self) -> bool {
        !self.queue.is_empty() || self.drafts.values().any(|draft| !draft.trim().is_empty())
    }

    fn wake_at(&self, now: Millis, online: bool, skew: i64) -> Millis {
        let typing = self.threads.values().filter_map(|thread| thread.typing_until);
        let queue = self.queue.wake_at().filter(|_| online);
        let minute = Millis((now.0.div_euclid(MINUTE_MS) + 1) * MINUTE_MS);
        let turns = self.turns_at(now.plus(skew)).map(|at| at.plus(-skew));
        typing
            .chain(queue)
            .chain(self.link.wake)
            .chain(self.purse.wake_at())
            .chain(turns)
            .fold(minute, Millis::min)
    }

    /// When a window or a promise that may be on the screen turns next, on the server's clock.
    fn turns_at(&self, now: Millis) -> Option<Millis> {
        let opened = self.threads.values().filter_map(|thread| thread.row.as_ref());
        let turns = self.list.rows.iter().chain(opened).flat_map(|row| {
            let window = row.window.as_ref().and_then(|window| money::terms::changes_at(window, now));
            // A promise is missed one millisecond after its time.
            let promise = row.conversation.promise_by.map(|by| by.plus(1)).filter(|at| *at > now);
            window.into_iter().chain(promise)
        });
        turns.min()
    }
}
