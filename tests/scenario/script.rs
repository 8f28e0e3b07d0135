//! What the scripts run on: the panel's core, driven by events. No browser, no clock: a script says what time it is.

use expect_test::Expect;
use pronto::config::{Config, Mode};
use pronto::state::{Identity, Mail, State};
use pronto::text::Words;
use pronto::update::{
    Answer, Draft, Effect, Event, Loader, Moment, Opened, Page, Request, Sent, Socket, Standing, Start, Tell,
    Ui, update,
};
use pronto_protocol::api::ErrorCode;
use pronto_protocol::frame::{ServerFrame, Welcome};
use pronto_protocol::id::{ConversationId, MessageId, Millis, SiteKey};
use pronto_protocol::model::{Author, Channel, Message, VisitorContext};
use pronto_protocol::send_queue::{Failure, QueuedMessage};
use pronto_protocol::timeline::Entry;

/// A panel with its script: one line per event, with the effects, and one per look at the screen.
pub(crate) struct Script {
    pub(crate) state: State,
    now: i64,
    pub(crate) log: String,
}

impl Script {
    pub(crate) fn new() -> Self {
        let config = Config {
            site: SiteKey::new("shop").expect("a key"),
            name: "Bottega".to_owned(),
            locale: "en".to_owned(),
            mode: Mode::Frame,
            greeting: String::new(),
            closed: false,
            context: VisitorContext::default(),
        };
        Self { state: State::new(config, Words::english(), Millis(0)), now: 0, log: String::new() }
    }

    /// A panel that is open on a page just loaded.
    pub(crate) fn open() -> Self {
        let mut script = Self::new();
        script.begin(Start { online: true, keeps: true, visible: true, ..Start::default() });
        script.does("open", Event::Loader(Loader::Open));
        script
    }

    /// A panel with a conversation whose socket is open and whose last page is here.
    pub(crate) fn talking(messages: Vec<Message>) -> Self {
        let mut script = Self::new();
        let identity = Some(Identity { opened: true, ..identity() });
        script.begin(Start { identity, online: true, keeps: true, visible: true, ..Start::default() });
        script.does("page", Event::Answer(Answer::Newest(Ok(page(messages)))));
        script.does("socket", Event::Socket(1, Socket::Opened));
        script.frame(ServerFrame::Welcome(Welcome { now: Millis(0), heartbeat_ms: 25_000 }));
        script.does("open", Event::Loader(Loader::Open));
        script.log.clear();
        script
    }

    pub(crate) fn begin(&mut self, start: Start) {
        self.does("start", Event::Start(start));
    }

    pub(crate) fn does(&mut self, name: &str, event: Event) {
        let moment = Moment { now: Millis(self.now), dice: 0.5 };
        let effects = update(&mut self.state, event, moment);
        let shown: Vec<String> = effects.iter().filter_map(shown).collect();
        self.say(&format!("{:<6} {name}: {}", self.now, shown.join(", ")));
    }

    pub(crate) fn frame(&mut self, frame: ServerFrame) {
        self.does("frame", Event::Socket(1, Socket::Frame(Box::new(frame))));
    }

    pub(crate) fn send(&mut self, id: &str, body: &str) {
        self.does("send", Event::Ui(Ui::Send(draft(id, body))));
    }

    pub(crate) fn accepted(&mut self, id: &str, seq: u64) {
        self.promised(id, seq, None);
    }

    pub(crate) fn promised(&mut self, id: &str, seq: u64, promise_by: Option<i64>) {
        let message = message(id, seq, Author::Visitor);
        let sent = Sent { message, promise_by: promise_by.map(Millis) };
        self.does("accepted", Event::Answer(Answer::Sent(self::id(id), Ok(sent))));
    }

    pub(crate) fn failed(&mut self, id: &str, failure: Failure) {
        self.does("failed", Event::Answer(Answer::Sent(self::id(id), Err(failure))));
    }

    pub(crate) fn at(&mut self, now: i64) -> &mut Self {
        self.now = now;
        self
    }

    /// What the person sees.
    pub(crate) fn look(&mut self) {
        let rows = self.state.talk().map_or(Vec::new(), |talk| talk.timeline.entries(&self.state.queue, 0));
        let rows: Vec<String> = rows
            .iter()
            .map(|entry| match entry {
                Entry::Message(message) if message.author == Author::Visitor => {
                    format!("{}={:?}", message.message_id, self.state.receipt(message))
                }
                Entry::Message(message) => format!("{}<", message.message_id),
                Entry::Echo(queued) => {
                    format!("{}~{:?}", queued.message_id, self.state.pending(queued.state))
                }
            })
            .collect();
        let notice = self.state.notice().map_or(String::new(), |notice| format!(" [{notice:?}]"));
        let unread = match self.state.unread() {
            0 => String::new(),
            n => format!(" unread {n} from {:?}", self.state.mark),
        };
        let typing = self.state.typing.as_ref().map_or(String::new(), |who| format!(" {} types", who.text));
        let promise = self.state.promise().map_or(String::new(), |by| format!(" promise {}", by.0));
        let mail = self.state.talk().map(|talk| &talk.mail).filter(|mail| mail.offered);
        let mail = mail.map_or(String::new(), |mail| {
            let Mail { can, kept, changing, saving, trouble, .. } = mail;
            let saving = saving.as_ref().map_or(String::new(), |saving| format!(" saving <{saving}>"));
            let trouble = trouble.map_or(String::new(), |trouble| format!(" {trouble:?}"));
            let changing = if *changing { " changing" } else { "" };
            format!(" mail {can:?} <{kept}>{changing}{saving}{trouble}")
        });
        self.say(&format!("sees   {}{notice}{unread}{typing}{promise}{mail}", rows.join(" ")));
    }

    pub(crate) fn say(&mut self, line: &str) {
        self.log += line.trim_end();
        self.log.push('\n');
    }

    pub(crate) fn check(&self, expected: Expect) {
        expected.assert_eq(&self.log);
    }
}

/// One effect in a few words; alarms are left out where they only follow the clock.
pub(crate) fn shown(effect: &Effect) -> Option<String> {
    Some(match effect {
        Effect::KeepIdentity(identity) => format!("keep {identity:?}"),
        Effect::KeepMessage(item) => format!("keep {}", item.message_id),
        Effect::DropMessage(id) => format!("drop {id}"),
        Effect::Forget => "forget".to_owned(),
        Effect::Ask { secret, request, .. } => match request {
            Request::Session(_) => "ask session".to_owned(),
            Request::Send(outgoing) => format!("post {}", outgoing.message.message_id),
            Request::Newest => "ask newest".to_owned(),
            Request::After(seq) => format!("ask after {seq}"),
            Request::Before(seq) => format!("ask before {seq}"),
            Request::Receipts(_) => "post receipts".to_owned(),
            Request::Typing => "post typing".to_owned(),
            Request::End => "end session".to_owned(),
            Request::Pass(token, next) => format!("exchange {token} of <{secret}> for <{next}>"),
            Request::Mail(email) => format!("put <{email}>"),
            Request::Poll(generation, _) => format!("poll {generation}"),
        },
        Effect::Dial(generation) => format!("dial {generation}"),
        Effect::Hang => "hang".to_owned(),
        Effect::Say(frame) => format!("say {}", serde_json::to_string(frame).expect("a frame")),
        Effect::WakeAt(_) => return None,
        Effect::ClearComposer => "clear".to_owned(),
        Effect::Prefill(_) => "prefill".to_owned(),
        Effect::Focus => "focus".to_owned(),
        Effect::ScrollToEnd => return None,
        Effect::Hold => "hold".to_owned(),
        Effect::FocusMail => "focus mail".to_owned(),
        Effect::Tell(Tell::Unread(n)) => format!("tell unread {n}"),
        Effect::Tell(Tell::Wrote) => "tell wrote".to_owned(),
        Effect::Tell(Tell::Reply) => "tell reply".to_owned(),
        Effect::Tell(Tell::Logout) => "tell logout".to_owned(),
        Effect::Tell(Tell::Named(taken)) => format!("tell named {taken}"),
    })
}

pub(crate) fn id(id: &str) -> MessageId {
    MessageId::new(id).expect("an id")
}

pub(crate) fn identity() -> Identity {
    let conversation_id = ConversationId::new("c").expect("an id");
    Identity { secret: "secret".to_owned(), conversation_id, opened: false }
}

pub(crate) fn draft(message_id: &str, body: &str) -> Draft {
    Draft { body: body.to_owned(), message_id: id(message_id), identity: identity() }
}

pub(crate) fn queued(message_id: &str, at: i64) -> QueuedMessage {
    QueuedMessage::new(identity().conversation_id, id(message_id), "words".to_owned(), Millis(at))
}

pub(crate) fn message(message_id: &str, seq: u64, author: Author) -> Message {
    Message {
        message_id: id(message_id),
        conversation_id: identity().conversation_id,
        seq,
        author,
        author_name: (author == Author::Agent).then(|| "Ana".to_owned()),
        channel: Channel::Widget,
        body: "words".to_owned(),
        created_at: Millis(0),
        quick_replies: Vec::new(),
        attachments: Vec::new(),
    }
}

pub(crate) fn session() -> Event {
    Event::Answer(Answer::Session(Ok(Opened::default())))
}

pub(crate) fn page(messages: Vec<Message>) -> Page {
    let last_seq = messages.last().map_or(0, |message| message.seq);
    Page { standing: Standing { last_seq, ..Standing::default() }, messages, elsewhere: 0 }
}

pub(crate) fn refused(code: ErrorCode) -> Failure {
    Failure::Refused { code, retry_after_ms: None }
}
