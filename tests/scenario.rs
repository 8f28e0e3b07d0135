//! Scripts of events against the panel's core, each with what the browser is asked to do and what the person sees.
//! No browser, no clock: a script says what time it is.

use expect_test::{Expect, expect};
use pronto::config::{Config, Mode};
use pronto::state::{Identity, Receipt, State};
use pronto::text::Words;
use pronto::update::{
    Answer, Draft, Effect, Elsewhere, Event, Loader, Moment, Page, Request, Socket, Standing, Start, Tell,
    Ui, update,
};
use pronto_protocol::api::ErrorCode;
use pronto_protocol::frame::{ServerFrame, SideReceipts, Typing, Welcome};
use pronto_protocol::id::{ConversationId, MessageId, Millis, SiteKey};
use pronto_protocol::model::{Author, Channel, Message, OpenState, Receipts, Side, VisitorContext};
use pronto_protocol::send_queue::{Failure, QueuedMessage};
use pronto_protocol::timeline::Entry;

/// A panel with its script: one line per event, with the effects, and one per look at the screen.
struct Script {
    state: State,
    now: i64,
    log: String,
}

impl Script {
    fn new() -> Self {
        let config = Config {
            site: SiteKey::new("shop").expect("a key"),
            name: "Bottega".to_owned(),
            locale: "en".to_owned(),
            mode: Mode::Frame,
            greeting: String::new(),
            open: Some(OpenState { open: true, changes_at: Some(Millis(60_000)) }),
            context: VisitorContext::default(),
        };
        Self { state: State::new(config, Words::english("en"), Millis(0)), now: 0, log: String::new() }
    }

    /// A panel that is open on a page just loaded.
    fn open() -> Self {
        let mut script = Self::new();
        script.begin(Start { online: true, keeps: true, visible: true, ..Start::default() });
        script.does("open", Event::Loader(Loader::Open));
        script
    }

    /// A panel with a conversation whose socket is open and whose last page is here.
    fn talking(messages: Vec<Message>) -> Self {
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

    fn begin(&mut self, start: Start) {
        self.does("start", Event::Start(start));
    }

    fn does(&mut self, name: &str, event: Event) {
        let moment = Moment { now: Millis(self.now), dice: 0.5 };
        let effects = update(&mut self.state, event, moment);
        let shown: Vec<String> = effects.iter().filter_map(shown).collect();
        self.say(&format!("{:<6} {name}: {}", self.now, shown.join(", ")));
    }

    fn frame(&mut self, frame: ServerFrame) {
        self.does("frame", Event::Socket(1, Socket::Frame(Box::new(frame))));
    }

    fn send(&mut self, id: &str, body: &str) {
        self.does("send", Event::Ui(Ui::Send(draft(id, body))));
    }

    fn accepted(&mut self, id: &str, seq: u64) {
        let sent = message(id, seq, Author::Visitor);
        self.does("accepted", Event::Answer(Answer::Sent(self::id(id), Ok(sent))));
    }

    fn failed(&mut self, id: &str, failure: Failure) {
        self.does("failed", Event::Answer(Answer::Sent(self::id(id), Err(failure))));
    }

    fn at(&mut self, now: i64) -> &mut Self {
        self.now = now;
        self
    }

    /// What the person sees.
    fn look(&mut self) {
        let rows = self.state.talk().map_or(Vec::new(), |talk| talk.timeline.entries(&self.state.queue));
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
        self.say(&format!("sees   {}{notice}{unread}{typing}", rows.join(" ")));
    }

    fn say(&mut self, line: &str) {
        self.log += line.trim_end();
        self.log.push('\n');
    }

    fn check(&self, expected: Expect) {
        expected.assert_eq(&self.log);
    }
}

/// One effect in a few words; alarms are left out where they only follow the clock.
fn shown(effect: &Effect) -> Option<String> {
    Some(match effect {
        Effect::KeepIdentity(identity) => format!("keep {identity:?}"),
        Effect::KeepMessage(item) => format!("keep {}", item.message_id),
        Effect::DropMessage(id) => format!("drop {id}"),
        Effect::Forget => "forget".to_owned(),
        Effect::Ask { request, .. } => match request {
            Request::Session(_) => "ask session".to_owned(),
            Request::Send(outgoing) => format!("post {}", outgoing.message.message_id),
            Request::Newest => "ask newest".to_owned(),
            Request::After(seq) => format!("ask after {seq}"),
            Request::Before(seq) => format!("ask before {seq}"),
            Request::Receipts(_) => "post receipts".to_owned(),
            Request::Typing => "post typing".to_owned(),
            Request::Poll(generation, _) => format!("poll {generation}"),
            Request::End => "end session".to_owned(),
        },
        Effect::Dial(generation) => format!("dial {generation}"),
        Effect::Hang => "hang".to_owned(),
        Effect::Say(frame) => format!("say {}", serde_json::to_string(frame).expect("a frame")),
        Effect::WakeAt(_) => return None,
        Effect::ClearComposer => "clear".to_owned(),
        Effect::Prefill(_) => "prefill".to_owned(),
        Effect::Focus => "focus".to_owned(),
        Effect::ScrollToEnd => return None,
        Effect::ShowHours(words) => format!("hours {words}"),
        Effect::Tell(Tell::Unread(n)) => format!("tell unread {n}"),
        Effect::Tell(Tell::Wrote) => "tell wrote".to_owned(),
        Effect::Tell(Tell::Reply) => "tell reply".to_owned(),
        Effect::Tell(Tell::Logout) => "tell logout".to_owned(),
    })
}

fn id(id: &str) -> MessageId {
    MessageId::new(id).expect("an id")
}

fn identity() -> Identity {
    let conversation_id = ConversationId::new("c").expect("an id");
    Identity { secret: "secret".to_owned(), conversation_id, opened: false }
}

fn draft(message_id: &str, body: &str) -> Draft {
    Draft { body: body.to_owned(), message_id: id(message_id), identity: identity() }
}

fn queued(message_id: &str, at: i64) -> QueuedMessage {
    QueuedMessage::new(identity().conversation_id, id(message_id), "words".to_owned(), Millis(at))
}

fn message(message_id: &str, seq: u64, author: Author) -> Message {
    Message {
        message_id: id(message_id),
        conversation_id: identity().conversation_id,
        seq,
        author,
        author_name: (author == Author::Agent).then(|| "Ana".to_owned()),
        channel: Channel::Widget,
        body: "words".to_owned(),
        created_at: Millis(0),
    }
}

fn session() -> Event {
    Event::Answer(Answer::Session(Ok(Standing::default())))
}

fn page(messages: Vec<Message>) -> Page {
    let last_seq = messages.last().map_or(0, |message| message.seq);
    Page { standing: Standing { last_seq, ..Standing::default() }, messages }
}

fn refused(code: ErrorCode) -> Failure {
    Failure::Refused { code, retry_after_ms: None }
}

#[test]
fn untouched_it_asks_for_nothing_and_keeps_nothing() {
    let mut script = Script::open();
    script.does("alarm", Event::Alarm);
    script.does("hidden", Event::Visible(false));
    script.does("seen", Event::Visible(true));
    script.look();
    script.check(expect![[r#"
        0      start:
        0      open: focus
        0      alarm:
        0      hidden:
        0      seen:
        sees
    "#]]);
}

#[test]
fn the_first_message_is_kept_before_it_is_sent() {
    let mut script = Script::open();
    script.send("a", " words ");
    script.look();
    script.does("session", session());
    script.accepted("a", 1);
    script.look();
    script.check(expect![[r#"
        0      start:
        0      open: focus
        0      send: keep Identity(c), keep a, tell wrote, clear, ask session
        sees   a~Sending
        0      session: keep Identity(c, opened), dial 1, post a
        0      accepted: drop a
        sees   a=Sent
    "#]]);
}

#[test]
fn what_cannot_be_a_message_stays_in_the_composer() {
    let mut script = Script::open();
    script.send("a", "  \n ");
    script.send("b", &"è".repeat(4097));
    script.look();
    script.does("typed", Event::Ui(Ui::Typed(4096)));
    script.look();
    script.send("c", &"è".repeat(4096));
    script.check(expect![[r#"
        0      start:
        0      open: focus
        0      send:
        0      send:
        sees    [TooLong(1)]
        0      typed:
        sees
        0      send: keep Identity(c), keep c, tell wrote, clear, ask session
    "#]]);
}

#[test]
fn sent_before_the_wasm_came() {
    let mut script = Script::new();
    let early = vec![draft("a", "one"), draft("b", "two")];
    script.begin(Start { early, online: true, keeps: true, visible: true, ..Start::default() });
    script.does("session", session());
    script.accepted("a", 1);
    script.look();
    script.check(expect![[r#"
        0      start: keep Identity(c), keep a, tell wrote, keep b, tell wrote, ask session
        0      session: keep Identity(c, opened), dial 1, post a
        0      accepted: drop a, post b
        sees   a=Sent b~Sending
    "#]]);
}

#[test]
fn written_offline_it_goes_out_when_the_network_is_back() {
    let mut script = Script::talking(vec![message("m", 1, Author::Visitor)]);
    script.does("offline", Event::Online(false));
    script.look();
    script.send("a", "one");
    script.send("b", "two");
    script.look();
    script.at(9_000).does("online", Event::Online(true));
    script.accepted("a", 2);
    script.accepted("b", 3);
    script.look();
    script.check(expect![[r#"
        0      offline: hang
        sees   m=Sent [Offline]
        0      send: keep a, tell wrote, clear
        0      send: keep b, tell wrote, clear
        sees   m=Sent a~Waiting b~Waiting [OfflineWaiting]
        9000   online: dial 2, post a
        9000   accepted: drop a, post b
        9000   accepted: drop b
        sees   m=Sent a=Sent b=Sent
    "#]]);
}

#[test]
fn after_a_reload_the_queue_goes_on() {
    let mut script = Script::new();
    let identity = Some(Identity { opened: true, ..identity() });
    let queue = vec![queued("b", 2), queued("a", 1)];
    script.begin(Start { identity, queue, online: true, keeps: true, visible: true, ..Start::default() });
    script.look();
    script.does("page", Event::Answer(Answer::Newest(Ok(page(vec![message("a", 1, Author::Visitor)])))));
    script.look();
    script.accepted("b", 2);
    script.look();
    script.check(expect![[r#"
        0      start: ask newest, post a
        sees   a~Sending b~Sending
        0      page: drop a, dial 1, post b
        sees   a=Sent b~Sending
        0      accepted: drop b
        sees   a=Sent b=Sent
    "#]]);
}

#[test]
fn refused_for_good_it_waits_for_its_author() {
    let mut script = Script::talking(vec![]);
    script.send("a", "one");
    script.failed("a", refused(ErrorCode::IdReused));
    script.look();
    script.send("b", "two");
    script.accepted("b", 1);
    script.does("retry", Event::Ui(Ui::Retry(id("a"))));
    script.failed("a", refused(ErrorCode::IdReused));
    script.does("discard", Event::Ui(Ui::Discard(id("a"))));
    script.look();
    script.check(expect![[r#"
        0      send: keep a, tell wrote, clear, post a
        0      failed: keep a
        sees   a~Failed
        0      send: keep b, tell wrote, clear, post b
        0      accepted: drop b
        0      retry: keep a, post a
        0      failed: keep a
        0      discard: drop a, focus
        sees   b=Sent
    "#]]);
}

#[test]
fn refused_for_now_it_is_tried_again() {
    let mut script = Script::talking(vec![]);
    script.send("a", "one");
    script.failed("a", refused(ErrorCode::StorageFull));
    script.look();
    script.at(700).does("alarm", Event::Alarm);
    script.failed("a", Failure::Network);
    script.look();
    script.at(3_000).does("alarm", Event::Alarm);
    script.accepted("a", 1);
    script.look();
    script.check(expect![[r#"
        0      send: keep a, tell wrote, clear, post a
        0      failed: keep a
        sees   a~Waiting
        700    alarm: post a
        700    failed: keep a
        sees   a~Waiting [Unavailable]
        3000   alarm: post a
        3000   accepted: drop a
        sees   a=Sent
    "#]]);
}

#[test]
fn a_session_that_ended_is_opened_again() {
    let mut script = Script::talking(vec![]);
    script.send("a", "one");
    script.failed("a", refused(ErrorCode::Unauthorized));
    script.does("session", session());
    script.at(2_000).does("alarm", Event::Alarm);
    script.accepted("a", 1);
    script.look();
    script.check(expect![[r#"
        0      send: keep a, tell wrote, clear, post a
        0      failed: keep Identity(c), ask session
        0      session: keep Identity(c, opened)
        2000   alarm: post a
        2000   accepted: drop a
        sees   a=Sent
    "#]]);
}

#[test]
fn a_lost_socket_comes_back_with_its_cursor() {
    let mut script = Script::talking(vec![message("m", 1, Author::Agent)]);
    script.at(5_000).does("closed", Event::Socket(1, Socket::Closed));
    script.at(6_000).does("alarm", Event::Alarm);
    script.does(
        "stale",
        Event::Socket(1, Socket::Frame(Box::new(ServerFrame::Message(message("x", 2, Author::Agent))))),
    );
    script.does("socket", Event::Socket(2, Socket::Opened));
    script.look();
    script.check(expect![[r#"
        5000   closed: hang
        6000   alarm: dial 2
        6000   stale:
        6000   socket: say {"hello":{"session":"secret","cursors":[{"conversation_id":"c","after":1}]}}
        sees   m<
    "#]]);
}

#[test]
fn a_gap_is_filled() {
    let mut script = Script::talking(vec![message("a", 1, Author::Agent)]);
    script.frame(ServerFrame::Message(message("c", 3, Author::Agent)));
    script.look();
    let missing = vec![message("b", 2, Author::Agent), message("c", 3, Author::Agent)];
    script.does("page", Event::Answer(Answer::After(Ok(page(missing)))));
    script.look();
    script.check(expect![[r#"
        0      frame: tell reply, ask after 1
        sees   a< c<
        0      page: say {"receipts":{"conversation_id":"c","receipts":{"delivered":3,"read":3}}}
        sees   a< b< c<
    "#]]);
}

#[test]
fn receipts_only_move_forward() {
    let mut script = Script::talking(vec![message("a", 1, Author::Visitor)]);
    let moved = |delivered, read| {
        ServerFrame::Receipts(SideReceipts {
            conversation_id: identity().conversation_id,
            side: Side::Business,
            receipts: Receipts { delivered, read },
        })
    };
    script.look();
    script.frame(moved(1, 0));
    script.look();
    script.frame(moved(1, 1));
    script.look();
    script.frame(moved(1, 0));
    script.look();
    script.check(expect![[r#"
        sees   a=Sent
        0      frame:
        sees   a=Delivered
        0      frame:
        sees   a=Read
        0      frame:
        sees   a=Read
    "#]]);
    let read = script.state.talk().and_then(|talk| talk.timeline.messages().next());
    assert!(read.is_some_and(|message| script.state.receipt(message) == Receipt::Read));
}

#[test]
fn what_comes_unseen_counts_until_it_is_seen() {
    let mut script = Script::talking(vec![]);
    script.does("close", Event::Loader(Loader::Close));
    script.frame(ServerFrame::Message(message("a", 1, Author::Agent)));
    script.frame(ServerFrame::Message(message("b", 2, Author::Agent)));
    script.look();
    script.does("open", Event::Loader(Loader::Open));
    script.look();
    script.does("up", Event::Ui(Ui::Scrolled { at_end: false, near_start: false }));
    script.frame(ServerFrame::Message(message("c", 3, Author::Agent)));
    script.look();
    script.does("down", Event::Ui(Ui::ToEnd));
    script.look();
    script.check(expect![[r#"
        0      close:
        0      frame: tell reply, say {"receipts":{"conversation_id":"c","receipts":{"delivered":1,"read":0}}}, tell unread 1
        0      frame: tell reply, say {"receipts":{"conversation_id":"c","receipts":{"delivered":2,"read":0}}}, tell unread 2
        sees   a< b< unread 2 from Some(1)
        0      open: focus, say {"receipts":{"conversation_id":"c","receipts":{"delivered":2,"read":2}}}, tell unread 0
        sees   a< b<
        0      up:
        0      frame: tell reply, say {"receipts":{"conversation_id":"c","receipts":{"delivered":3,"read":2}}}, tell unread 1
        sees   a< b< c< unread 1 from Some(3)
        0      down: focus, say {"receipts":{"conversation_id":"c","receipts":{"delivered":3,"read":3}}}, tell unread 0
        sees   a< b< c<
    "#]]);
}

#[test]
fn typing_is_said_sparingly_and_ends_by_itself() {
    let mut script = Script::talking(vec![]);
    script.at(10_000).does("typed", Event::Ui(Ui::Typed(1)));
    script.at(11_000).does("typed", Event::Ui(Ui::Typed(2)));
    script.at(13_500).does("typed", Event::Ui(Ui::Typed(3)));
    script.frame(ServerFrame::Typing(Typing {
        conversation_id: identity().conversation_id,
        side: Side::Business,
        name: Some("Ana".to_owned()),
    }));
    script.look();
    script.at(18_500).does("alarm", Event::Alarm);
    script.look();
    script.check(expect![[r#"
        10000  typed: say {"typing":{"conversation_id":"c"}}
        11000  typed:
        13500  typed: say {"typing":{"conversation_id":"c"}}
        13500  frame:
        sees    Ana types
        18500  alarm:
        sees
    "#]]);
}

#[test]
fn older_history_is_loaded_once_at_a_time() {
    let mut script = Script::talking(vec![message("c", 3, Author::Agent)]);
    let top = || Event::Ui(Ui::Scrolled { at_end: true, near_start: true });
    script.does("top", top());
    script.does("top", top());
    let older = vec![message("a", 1, Author::Agent), message("b", 2, Author::Visitor)];
    script.does("page", Event::Answer(Answer::Before(Ok(page(older)))));
    script.does("top", top());
    script.look();
    script.check(expect![[r#"
        0      top: ask before 3
        0      top:
        0      page:
        0      top:
        sees   a< b=Sent c<
    "#]]);
}

#[test]
fn two_tabs_share_the_conversation() {
    let mut script = Script::open();
    script.does("other tab", Event::Elsewhere(Elsewhere::Identity(identity())));
    script.does("other tab", Event::Elsewhere(Elsewhere::Queued(queued("a", 1))));
    script.look();
    let opened = Identity { opened: true, ..identity() };
    script.does("other tab", Event::Elsewhere(Elsewhere::Identity(opened)));
    script.does("other tab", Event::Elsewhere(Elsewhere::Dropped(id("a"))));
    script.does("page", Event::Answer(Answer::Newest(Ok(page(vec![message("a", 1, Author::Visitor)])))));
    script.look();
    script.check(expect![[r#"
        0      start:
        0      open: focus
        0      other tab:
        0      other tab: ask session
        sees   a~Sending
        0      other tab: post a
        0      other tab:
        0      page: dial 1
        sees   a=Sent
    "#]]);
}

#[test]
fn closing_time_is_said_once() {
    let mut script = Script::open();
    script.at(59_999).does("alarm", Event::Alarm);
    script.at(60_000).does("alarm", Event::Alarm);
    script.at(90_000).does("alarm", Event::Alarm);
    script.check(expect![[r#"
        0      start:
        0      open: focus
        59999  alarm:
        60000  alarm: hours Closed now
        90000  alarm:
    "#]]);
}

#[test]
fn whoever_logs_out_is_forgotten_with_all_that_waited() {
    let mut script = Script::talking(vec![message("a", 1, Author::Visitor)]);
    script.send("b", "on its way");
    script.does("logout", Event::Loader(Loader::Logout));
    script.does("late", Event::Answer(Answer::Sent(id("b"), Ok(message("b", 2, Author::Visitor)))));
    script.does("ended", Event::Answer(Answer::Ended));
    script.look();
    script.send("c", "somebody else");
    script.check(expect![[r#"
        0      send: keep b, tell wrote, clear, post b
        0      logout: forget, hang, end session
        0      late:
        0      ended: tell logout
        sees
        0      send: keep Identity(c), keep c, tell wrote, clear, ask session
    "#]]);

    let mut other = Script::talking(vec![message("a", 1, Author::Visitor)]);
    other.does("left", Event::Elsewhere(Elsewhere::Left));
    let mut untouched = Script::open();
    untouched.log.clear();
    untouched.does("logout", Event::Loader(Loader::Logout));
    expect![[r#"
        0      left: hang, tell logout
        0      logout: forget, hang, tell logout
    "#]]
    .assert_eq(&(other.log + &untouched.log));
}

#[test]
fn a_panel_that_opens_by_itself_takes_no_focus() {
    let mut script = Script::new();
    script.begin(Start { online: true, keeps: true, visible: true, ..Start::default() });
    script.does("shown", Event::Loader(Loader::Shown));
    script.does("open", Event::Loader(Loader::Open));
    script.check(expect![[r#"
        0      start:
        0      shown:
        0      open: focus
    "#]]);
}
