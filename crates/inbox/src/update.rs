//! Everything that can happen, everything that can be asked for, and the one function that leads from the first to
//! the second. Total and pure: the time, the chance and the fresh id of each event come in with it.

mod answers;
mod enter;
mod keys;
mod live;
mod money;
mod report;
pub mod request;
mod settings;
mod threads;

use pronto_protocol::api::Polled;
use pronto_protocol::frame::{ClientFrame, ServerFrame};
use pronto_protocol::id::{
    AgentId, ApiKeyId, ConversationId, DeliveryId, IdentitySecretId, MessageId, Millis, SiteKey,
};
use pronto_protocol::model::Channel;
use pronto_protocol::model::contact::Shield;
use pronto_protocol::send_queue::QueuedMessage;

use crate::state::forms::Field;
use crate::state::list::Order;
use crate::state::settings::ask::Need;
use crate::state::settings::hours::Of;
use crate::state::settings::look::LookUi;
use crate::state::{ANNOUNCE_MS, Dialog, Phase, Route, State};
use crate::text::Lang;
use request::{Answer, Failed, Request};

/// What the browser adds to each event.
pub struct Moment {
    /// The device's clock.
    pub now: Millis,
    /// 0 to 1.
    pub jitter: f64,
    /// A fresh UUID.
    pub id: String,
}

/// Something happened.
pub enum Event {
    /// The page was loaded.
    Boot(Boot),
    /// The time that [`State::wake_at`] named has come.
    Tick,
    /// The browser's word about the network.
    Online(bool),
    /// Whether the page can be seen.
    Visible(bool),
    /// The address changed: back, forward, or a link.
    Routed(Route),
    /// A request was answered, or failed.
    Answered(Request, Result<Box<Answer>, Failed>),
    /// The socket of a generation opened.
    SocketOpened(u32),
    /// A frame of that generation.
    SocketFrame(u32, Box<ServerFrame>),
    /// That socket closed.
    SocketClosed(u32),
    /// The long poll of a generation was answered, or failed.
    Polled(u32, Result<Polled, Failed>),
    /// What this agent's device kept.
    Recalled(Recalled),
    /// Whether the clipboard took what it was given.
    Copied(bool),
    /// A person pressed a command's key outside any field.
    Key(Key),
    /// A person did something on the screen.
    Ui(Ui),
}

/// What the page knows when it is loaded.
pub struct Boot {
    /// Where the address points.
    pub route: Route,
    /// The language kept from before, or the browser's.
    pub lang: Lang,
    /// The device's zone.
    pub time_zone: String,
    /// Where the page was loaded from.
    pub origin: String,
    /// Whether there is a network.
    pub online: bool,
    /// Whether the page can be seen.
    pub visible: bool,
    /// Whether single letters are commands.
    pub shortcuts: bool,
}

/// What this agent's device kept.
pub struct Recalled {
    /// Answers begun.
    pub drafts: Vec<(ConversationId, String)>,
    /// Answers not sent.
    pub queue: Vec<QueuedMessage>,
}

/// A command's key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// `j`
    Down,
    /// `k`
    Up,
    /// `Enter`, where nothing that it would press has the focus.
    Open,
    /// `r`
    Answer,
    /// `e`
    Resolve,
    /// `?`
    Help,
}

/// What a person did.
#[derive(Clone, PartialEq, Eq)]
pub enum Ui {
    /// Wrote into a form's field.
    Field(Field, String),
    /// Sent the form they were in.
    Submit,
    /// Chose a language.
    Lang(Lang),
    /// Switched single-letter commands on or off.
    Shortcuts(bool),
    /// Asked the server once more.
    TryAgain,
    /// Went somewhere.
    Go(Route),
    /// Wants the report measured anew.
    Measure,
    /// Chose a site.
    Site(SiteKey),
    /// Chose an order.
    Order(Order),
    /// Chose to see only unread ones, or all.
    UnreadOnly(bool),
    /// Came near the end of the list.
    ListEnd,
    /// Came near the beginning of the thread.
    ThreadTop,
    /// Wrote in the answer box.
    Draft(String),
    /// Sent the answer.
    Send,
    /// Wants a wedged answer sent again.
    Retry(MessageId),
    /// Gives a wedged answer up; its text goes back into an empty answer box.
    Discard(MessageId),
    /// Sends an answer although it costs and the budget is used up.
    AcceptCost(MessageId),
    /// Resolves or reopens the open conversation.
    ToggleStatus,
    /// Wants the open conversation's visitor blocked as spam, or not after all.
    Blocking(bool),
    /// Blocks them, or takes that back.
    Block(bool),
    /// Prints the page.
    Print,
    /// Left a small screen's pane, or an answer box.
    Back,
    /// Opened or closed a dialog.
    Dialog(Option<Dialog>),
    /// Signs out, or is asked first.
    SignOut {
        /// Whether losing unsent words is fine.
        sure: bool,
    },
    /// Did something on the settings' screen.
    Settings(SettingsUi),
}

/// What an owner did on the settings' screen.
#[derive(Clone, PartialEq, Eq)]
pub enum SettingsUi {
    /// The business's name.
    Name(String),
    /// The accent.
    Accent(String),
    /// Something else about the look.
    Look(LookUi),
    /// A choice of the look is made: shows it.
    See,
    /// The greeting.
    Greeting(String),
    /// The language where the visitor's is unknown.
    Locale(String),
    /// The origins, one a line.
    Origins(String),
    /// When new visitors' devices have to do some work.
    Shield(Shield),
    /// The backend's address.
    Backend(String),
    /// Always open, or by hours.
    Limited(bool),
    /// The zone of the hours.
    Zone(String),
    /// One more span on a day.
    AddSpan(Of),
    /// One span less.
    RemoveSpan(Of, usize),
    /// A span's opening.
    SpanFrom(Of, usize, String),
    /// A span's closing.
    SpanTo(Of, usize, String),
    /// One more day that differs.
    AddDay,
    /// One less.
    RemoveDay(usize),
    /// Its date.
    DayDate(usize, String),
    /// Its name.
    DayName(usize, String),
    /// What goes to whoever writes outside the hours.
    Away(String),
    /// Something about price books and budget.
    Billing(BillingUi),
    /// Something about what visitors are asked.
    Ask(AskUi),
    /// Monday's hours for Tuesday to Friday.
    CopyMonday,
    /// Save.
    Save,
    /// Back to what is saved.
    Revert,
    /// Make a signing secret; asks first.
    Rotate,
    /// The name of the next API key.
    KeyName(String),
    /// Make it.
    MakeKey,
    /// End one; asks first.
    Revoke(ApiKeyId),
    /// Make a secret to sign identities with; asks first where that ends another one.
    MakeIdentity,
    /// End one; asks first.
    RevokeIdentity(IdentitySecretId),
    /// Not after all.
    Cancel,
    /// The secret was noted down.
    HideSecret,
    /// Send a parked delivery again.
    SendAgain(DeliveryId),
    /// Copy this.
    Copy(String),
}

/// What an owner wrote about what visitors are asked, and can say by a press.
#[derive(Clone, PartialEq, Eq)]
pub enum AskUi {
    /// Whether their name is asked.
    Name(Need),
    /// Whether their e-mail is.
    Email(Need),
    /// Fields of the owner's own, one a line.
    Own(String),
    /// What has to be agreed to.
    Consent(String),
    /// Quick replies, one a line.
    Quick(String),
}

/// What an owner did about price books and budget. Books go by their place.
#[derive(Clone, PartialEq, Eq)]
pub enum BillingUi {
    /// One more book.
    Add,
    /// One less.
    Remove(usize),
    /// Its road.
    Channel(usize, Channel),
    /// Which book.
    Book(usize, String),
    /// Its first day.
    First(usize, String),
    /// Its last day.
    Last(usize, String),
    /// The country of people without a phone number.
    Market(String),
    /// The budget, as it is written.
    Budget(String),
    /// Its currency.
    Currency(String),
    /// The zone of days and months.
    Zone(String),
}

/// What to do about it.
pub enum Effect {
    /// Ask the server. The second is the session's `csrf`, empty before there is one.
    Call(Request, String),
    /// Open the socket of this generation.
    OpenSocket(u32),
    /// Poll with these cursors for this generation.
    Poll(u32, pronto_protocol::api::Poll, String),
    /// Close the socket, or abort the poll.
    Disconnect,
    /// Say this on the socket.
    Say(ClientFrame),
    /// Read what this agent's device kept.
    Recall(AgentId),
    /// Keep an answer begun; forget it when empty.
    KeepDraft(AgentId, ConversationId, String),
    /// Keep an answer until the server has it.
    KeepMessage(AgentId, QueuedMessage),
    /// The server has it, or its author gave it up.
    ForgetMessage(AgentId, MessageId),
    /// Forget all that was kept for this agent.
    ForgetAll(AgentId),
    /// Keep the language.
    KeepLang(Lang),
    /// Keep whether single letters are commands.
    KeepShortcuts(bool),
    /// Put this into the address: as a new step, or in place of the present one.
    Address(Route, Step),
    /// Move the focus, once the screen shows the new state.
    Focus(Target),
    /// Copy to the clipboard.
    Copy(String),
    /// Print the page.
    Print,
}

/// How an address changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// A step that "back" undoes.
    Push,
    /// In place.
    Replace,
}

/// Where the focus goes.
#[derive(Clone, PartialEq, Eq)]
pub enum Target {
    /// The answer box.
    Composer,
    /// A row of the list.
    Row(ConversationId),
    /// The heading of the screen that came up.
    Heading,
    /// The first field that is wrong, or the message that says so.
    Problem,
}

/// Takes an event in and says what to do.
pub fn update(state: &mut State, event: Event, moment: &Moment) -> Vec<Effect> {
    state.now = moment.now;
    if state.announcement.as_ref().is_some_and(|(_, until)| moment.now >= *until) {
        state.announcement = None;
    }
    let mut effects = step(state, event, moment);
    live::settle(state, moment, &mut effects);
    effects
}

fn step(state: &mut State, event: Event, moment: &Moment) -> Vec<Effect> {
    match event {
        Event::Boot(boot) => enter::boot(state, boot),
        Event::Tick => live::tick(state, moment),
        Event::Online(online) => live::online(state, online, moment),
        Event::Visible(visible) => live::visible(state, visible, moment),
        Event::Routed(route) => threads::routed(state, route),
        Event::Answered(request, result) => answers::answered(state, request, result, moment),
        Event::SocketOpened(generation) => live::opened(state, generation),
        Event::SocketFrame(generation, frame) => live::frame(state, generation, *frame, moment),
        Event::SocketClosed(generation) => live::closed(state, generation, moment),
        Event::Polled(generation, result) => live::polled(state, generation, result, moment),
        Event::Recalled(recalled) => enter::recalled(state, recalled),
        Event::Copied(fine) => {
            let words = state.words();
            announce(state, if fine { words.copied } else { words.not_copied }.to_owned());
            Vec::new()
        }
        Event::Key(key) => keys::pressed(state, key),
        Event::Ui(ui) => ui_step(state, ui, moment),
    }
}

fn ui_step(state: &mut State, ui: Ui, moment: &Moment) -> Vec<Effect> {
    match ui {
        Ui::Field(field, text) => enter::write(state, field, text),
        Ui::Submit => enter::submit(state),
        Ui::Lang(lang) => {
            state.lang = lang;
            vec![Effect::KeepLang(lang)]
        }
        Ui::Shortcuts(on) => {
            state.shortcuts = on;
            vec![Effect::KeepShortcuts(on)]
        }
        Ui::TryAgain => enter::try_again(state),
        Ui::Go(route) => threads::go(state, route, Step::Push),
        Ui::Measure => report::ask(state),
        Ui::Site(site) => threads::choose_site(state, site),
        Ui::Order(order) => threads::order(state, order),
        Ui::UnreadOnly(only) => threads::unread_only(state, only),
        Ui::ListEnd => threads::list_end(state),
        Ui::ThreadTop => threads::thread_top(state),
        Ui::Draft(text) => threads::draft(state, text),
        Ui::Send => threads::send(state, moment),
        Ui::Retry(id) => threads::retry(state, &id),
        Ui::Discard(id) => threads::discard(state, &id),
        Ui::AcceptCost(id) => threads::accept_cost(state, &id),
        Ui::ToggleStatus => threads::toggle_status(state),
        Ui::Blocking(asked) => threads::blocking(state, asked),
        Ui::Block(blocked) => threads::block(state, blocked),
        Ui::Print => vec![Effect::Print],
        Ui::Back => threads::back(state),
        Ui::Dialog(dialog) => {
            if let Some(inside) = state.inside_mut() {
                inside.dialog = dialog;
            }
            Vec::new()
        }
        Ui::SignOut { sure } => enter::sign_out(state, sure),
        Ui::Settings(ui) => settings::ui(state, ui),
    }
}

/// Asks the server, in the name of whoever is signed in.
fn call(state: &State, request: Request) -> Effect {
    Effect::Call(request, state.csrf().to_owned())
}

/// Says something in the hidden live region, for about a second.
fn announce(state: &mut State, sentence: String) {
    state.announcement = Some((sentence, state.now.plus(ANNOUNCE_MS)));
}

/// The session has ended: back to the door. What was written stays on the device.
fn session_ended(state: &mut State) -> Vec<Effect> {
    let was_inside = state.inside().is_some();
    let form = crate::state::forms::SignInForm { ended: was_inside, ..Default::default() };
    state.phase = Phase::SignIn(form);
    vec![Effect::Disconnect, Effect::Focus(Target::Heading)]
}
