//! What the stories run on: the pure core, driven by events, its effects written one to a line. Texts are written out,
//! because here they are made up.

use pronto_inbox::state::State;
use pronto_inbox::state::thread::bubbles;
use pronto_inbox::text::Lang;
use pronto_inbox::update::request::{Answer, Failed, Page, Request};
use pronto_inbox::update::{Boot, Effect, Event, Moment, Recalled, Target, Ui, update};
use pronto_protocol::api::{ErrorCode, InboxPage, Me, MessagePage, SentMessage, SitePage, SiteSummary};
use pronto_protocol::frame::{ClientFrame, ServerFrame, Welcome};
use pronto_protocol::id::{AgentId, ConversationId, MessageId, Millis, SiteKey, VisitorId};
use pronto_protocol::model::{
    Agent, Author, Channel, Conversation, InboxConversation, Message, Receipts, Role, SiteSettings, Status,
    VisitorContext,
};
use pronto_protocol::send_queue::QueuedMessage;

/// Noon of some day; stories count seconds from here.
pub(crate) const NOON: i64 = 1_700_000_000_000;

/// A person at the inbox.
pub(crate) struct Desk {
    pub(crate) state: State,
    seconds: i64,
    ids: u32,
    last: Option<Request>,
    lines: String,
}

pub(crate) fn id(name: &str) -> ConversationId {
    ConversationId::new(name).expect("an id")
}

pub(crate) fn site() -> SiteKey {
    SiteKey::new("bakery").expect("a key")
}

pub(crate) fn me() -> Me {
    Me {
        agent: Agent { agent_id: AgentId::new("ana").expect("an id"), name: "Ana".into(), role: Role::Owner },
        csrf: "csrf".into(),
        sites: vec![SiteSummary { site: site(), name: "Bakery".into() }],
        now: Millis(NOON),
        uploads: None,
    }
}

pub(crate) fn message(conversation: &str, seq: u64, author: Author, body: &str) -> Message {
    Message {
        message_id: MessageId::new(format!("{conversation}-{seq}")).expect("an id"),
        conversation_id: id(conversation),
        seq,
        author,
        author_name: None,
        channel: Channel::Widget,
        body: body.into(),
        created_at: Millis(NOON + seq as i64 * 1_000),
        quick_replies: Vec::new(),
        attachments: Vec::new(),
    }
}

/// A conversation in which the visitor wrote all messages up to `seq` and nobody has read any.
pub(crate) fn row(conversation: &str, seq: u64) -> InboxConversation {
    let last = message(conversation, seq, Author::Visitor, "Are you open today?");
    InboxConversation {
        conversation: Conversation {
            conversation_id: id(conversation),
            site: site(),
            status: Status::Open,
            last_seq: seq,
            visitor: Receipts::default(),
            business: Receipts::default(),
            created_at: Millis(NOON),
            promise_by: None,
        },
        visitor_id: VisitorId::new("v").expect("an id"),
        context: VisitorContext::default(),
        waiting_since: Some(last.created_at),
        last_message: Some(last),
        demo: false,
        window: None,
        blocked: false,
        email: None,
        rating: None,
        contact: None,
    }
}

pub(crate) fn page(conversation: &str, messages: Vec<Message>) -> Answer {
    let last = messages.last().map_or(0, |message| message.seq);
    Answer::Messages(MessagePage {
        conversation: row(conversation, last).conversation,
        messages,
        elsewhere: 0,
    })
}

pub(crate) fn rows(rows: Vec<InboxConversation>, next: Option<&str>) -> Answer {
    Answer::Rows(InboxPage { conversations: rows, next: next.map(str::to_owned), reply: None })
}

pub(crate) fn settings() -> SitePage {
    SitePage {
        site: site(),
        settings: SiteSettings {
            name: "Bakery".into(),
            accent: "#0F5C4A".into(),
            look: None,
            greeting: String::new(),
            locale: "it".into(),
            allowed_origins: vec!["https://bakery.example".into()],
            hours: None,
            backend_url: None,
            away: String::new(),
            billing: None,
            pre_chat: None,
            quick_replies: Vec::new(),
            shield: pronto_protocol::model::contact::Shield::Auto,
        },
        snippet: "<script>".into(),
        webhook_secrets: Vec::new(),
        api_keys: Vec::new(),
        identity_secrets: Vec::new(),
        guard: pronto_protocol::model::contact::SiteGuard::default(),
    }
}

pub(crate) fn refused(code: ErrorCode) -> Failed {
    Failed::Refused { code, message: "the server's sentence".into(), retry_after_ms: None }
}

impl Desk {
    /// A page just loaded at an address, in English.
    pub(crate) fn at(fragment: &str) -> Self {
        let mut desk =
            Self { state: State::new(Lang::En), seconds: 0, ids: 0, last: None, lines: String::new() };
        let boot = Boot {
            route: pronto_inbox::state::Route::parse(fragment),
            lang: Lang::En,
            time_zone: "Europe/Rome".into(),
            origin: "https://chat.example".into(),
            online: true,
            visible: true,
            shortcuts: true,
        };
        desk.event("boot", Event::Boot(boot));
        desk
    }

    /// The same, signed in, the list loaded, the socket open.
    pub(crate) fn inside(fragment: &str, listed: Vec<InboxConversation>) -> Self {
        let mut desk = Self::at(fragment);
        desk.answer_to(Request::Me, Answer::Me(me()));
        desk.event("recalled", Event::Recalled(Recalled { drafts: Vec::new(), queue: Vec::new() }));
        desk.answer_last_rows(rows(listed, None));
        desk.event("opened", Event::SocketOpened(1));
        desk.frame(ServerFrame::Welcome(Welcome { now: Millis(NOON), heartbeat_ms: 25_000 }));
        desk.lines.clear();
        desk
    }

    /// The same, with a conversation open in which the visitor wrote one message.
    pub(crate) fn answering(row: InboxConversation) -> Self {
        let name = row.conversation.conversation_id.to_string();
        let mut desk = Self::inside(&format!("conversation={name}"), vec![row]);
        desk.answer_to(newest(&name), page(&name, vec![message(&name, 1, Author::Visitor, "Hello")]));
        desk.lines.clear();
        desk
    }

    pub(crate) fn event(&mut self, name: &str, event: Event) {
        self.ids += 1;
        let moment =
            Moment { now: Millis(NOON + self.seconds * 1_000), jitter: 0.5, id: format!("new-{}", self.ids) };
        self.lines.push_str(&format!("{name}\n"));
        for effect in update(&mut self.state, event, &moment) {
            if let Effect::Call(request, _) = &effect
                && !matches!(request, Request::Costs(_))
            {
                self.last = Some(request.clone());
            }
            self.lines.push_str(&format!("    {}\n", describe(&effect)));
        }
    }

    pub(crate) fn does(&mut self, name: &str, ui: Ui) {
        self.event(name, Event::Ui(ui));
    }

    pub(crate) fn frame(&mut self, frame: ServerFrame) {
        self.event("a frame comes", Event::SocketFrame(1, Box::new(frame)));
    }

    pub(crate) fn answer_to(&mut self, request: Request, answer: Answer) {
        self.event("the server answers", Event::Answered(request, Ok(Box::new(answer))));
    }

    /// Answers the request that went out last.
    pub(crate) fn answered(&mut self, answer: Answer) {
        let request = self.last.clone().expect("a request");
        self.answer_to(request, answer);
    }

    /// The request that went out last.
    pub(crate) fn last(&self) -> Option<Request> {
        self.last.clone()
    }

    /// The server stored the answer that went out last, as this seq.
    pub(crate) fn stored(&mut self, seq: u64) {
        let message = self.sending();
        let mut stored = self::message(message.0.as_str(), seq, Author::Agent, &message.2);
        stored.message_id = message.1;
        self.answered(Answer::Sent(SentMessage { message: stored, promise_by: None }));
    }

    /// The answer that went out last: where, its id, its text.
    pub(crate) fn sending(&self) -> (ConversationId, MessageId, String) {
        match &self.last {
            Some(Request::Send(outgoing)) => {
                let message = &outgoing.message;
                (outgoing.conversation_id.clone(), message.message_id.clone(), message.body.clone())
            }
            _ => panic!("no answer went out last"),
        }
    }

    pub(crate) fn failed(&mut self, failed: Failed) {
        let request = self.last.clone().expect("a request");
        self.answer_failed(request, failed);
    }

    pub(crate) fn answer_failed(&mut self, request: Request, failed: Failed) {
        self.event("the server fails", Event::Answered(request, Err(failed)));
    }

    fn answer_last_rows(&mut self, answer: Answer) {
        let inside = self.state.inside().expect("inside");
        let asked = pronto_inbox::update::request::Rows {
            site: inside.site.clone(),
            order: inside.list.order,
            unread_only: inside.list.unread_only,
            cursor: None,
            round: inside.list.round,
        };
        self.answer_to(Request::Rows(asked), answer);
    }

    /// Time passes; the one timer fires.
    pub(crate) fn after(&mut self, seconds: i64) {
        self.seconds += seconds;
        self.event(&format!("{seconds} s later"), Event::Tick);
    }

    /// What the thread shows.
    pub(crate) fn thread(&mut self, conversation: &str) {
        let inside = self.state.inside().expect("inside");
        let thread = inside.threads.get(&id(conversation)).expect("an open thread");
        let known = inside.row(&id(conversation)).map(|row| &row.conversation);
        for bubble in bubbles(&thread.timeline, &inside.queue, known) {
            let group = match (bubble.opens_group, bubble.closes_group) {
                (true, true) => "[]",
                (true, false) => "[ ",
                (false, true) => " ]",
                (false, false) => "  ",
            };
            let line =
                format!("    {group} {}: {} {:?}\n", bubble.author.as_str(), bubble.body(), bubble.mark);
            self.lines.push_str(&line);
        }
    }

    /// What the list shows.
    pub(crate) fn list(&mut self) {
        let inside = self.state.inside().expect("inside");
        for row in &inside.list.rows {
            let unread = if pronto_inbox::state::list::is_unread(row) { " unread" } else { "" };
            let waits = if row.waiting_since.is_some() { " waits" } else { "" };
            let line = format!("    {}{unread}{waits}\n", row.conversation.conversation_id);
            self.lines.push_str(&line);
        }
    }

    pub(crate) fn note(&mut self, line: &str) {
        self.lines.push_str(&format!("    {line}\n"));
    }

    pub(crate) fn lines(self) -> String {
        self.lines
    }
}

fn describe(effect: &Effect) -> String {
    match effect {
        Effect::Call(request, csrf) => {
            let guarded = if csrf.is_empty() { "" } else { " +csrf" };
            let path = request.path(str::to_owned);
            format!("{} {path}{}{guarded}", request.method(), detail(request))
        }
        Effect::OpenSocket(generation) => format!("open socket {generation}"),
        Effect::Poll(generation, ..) => format!("poll {generation}"),
        Effect::Disconnect => "disconnect".into(),
        Effect::Say(frame) => format!("say {}", said(frame)),
        Effect::Recall(agent) => format!("recall {agent}"),
        Effect::KeepDraft(_, id, text) => format!("keep draft of {id}: {text:?}"),
        Effect::KeepMessage(_, item) => format!("keep {item:?}"),
        Effect::ForgetMessage(_, id) => format!("forget {id}"),
        Effect::ForgetAll(agent) => format!("forget all of {agent}"),
        Effect::KeepLang(lang) => format!("keep language {}", lang.tag()),
        Effect::KeepShortcuts(on) => format!("keep shortcuts {on}"),
        Effect::Address(route, step) => format!("address #{} {step:?}", route.fragment()),
        Effect::Focus(target) => format!("focus {}", focus(target)),
        Effect::Copy(text) => format!("copy {text}"),
        Effect::Print => "print".into(),
    }
}

fn detail(request: &Request) -> String {
    match request {
        Request::Send(outgoing) => {
            let message = &outgoing.message;
            let cost = if message.accept_cost == Some(true) { " whatever it costs" } else { "" };
            format!(" {} {:?}{cost}", message.message_id, message.body)
        }
        Request::Block(_, blocked) => format!(" blocked: {blocked}"),
        Request::Status(_, status) => format!(" {}", status.as_str()),
        _ => String::new(),
    }
}

fn said(frame: &ClientFrame) -> String {
    match frame {
        ClientFrame::Hello(hello) => {
            let cursors = hello.cursors.iter().map(|c| format!(" {}@{}", c.conversation_id, c.after));
            format!("hello{}", cursors.collect::<String>())
        }
        ClientFrame::Ping(_) => "ping".into(),
        ClientFrame::Typing(typing) => format!("typing in {}", typing.conversation_id),
        ClientFrame::Receipts(told) => format!(
            "receipts of {}: delivered {}, read {}",
            told.conversation_id, told.receipts.delivered, told.receipts.read
        ),
    }
}

fn focus(target: &Target) -> String {
    match target {
        Target::Composer => "the answer box".into(),
        Target::Row(id) => format!("row {id}"),
        Target::Heading => "the heading".into(),
        Target::Problem => "the problem".into(),
    }
}

pub(crate) fn newest(conversation: &str) -> Request {
    Request::Messages(id(conversation), Page::Newest)
}

pub(crate) fn kept(conversation: &str, message_id: &str, body: &str) -> QueuedMessage {
    let message_id = MessageId::new(message_id).expect("an id");
    QueuedMessage::new(id(conversation), message_id, body.into(), Millis(NOON))
}
