//! The line to the server: its phases, its frames, and what has to follow every event (sending, receipts, gaps).

use pronto_protocol::api::{Cursor, Poll, Polled};
use pronto_protocol::connection;
use pronto_protocol::frame::{ClientFrame, ClientReceipts, Hello, ServerFrame, SideReceipts, Typing};
use pronto_protocol::id::ConversationId;
use pronto_protocol::model::{Author, InboxConversation, Message, Receipts, Side};

use super::request::{Failed, Page, Request};
use super::{Effect, Moment, Step, announce, call, enter, money, threads};
use crate::state::list::Loading;
use crate::state::{Inside, Phase, Route, State};

/// How long a sign of typing lasts.
const TYPING_MS: i64 = 5_000;
/// How many conversations the hello may name; the others are caught up with when they are opened.
const CURSORS_MAX: usize = 50;

pub(super) fn tick(state: &mut State, moment: &Moment) -> Vec<Effect> {
    if let Phase::Unreachable(at) = &mut state.phase {
        if moment.now < *at {
            return Vec::new();
        }
        *at = moment.now.plus(enter::ASK_AGAIN_MS);
        return vec![call(state, Request::Me)];
    }
    let Some(inside) = state.inside_mut() else { return Vec::new() };
    for thread in inside.threads.values_mut() {
        thread.typing_until = thread.typing_until.filter(|until| moment.now < *until);
    }
    let mut effects = Vec::new();
    if inside.link.wake.is_some_and(|at| moment.now >= at) {
        inside.link.wake = None;
        let wishes = inside.link.connection.tick(moment.now, moment.jitter);
        effects = perform(state, wishes);
    }
    effects.append(&mut money::tick(state));
    effects
}

pub(super) fn online(state: &mut State, online: bool, moment: &Moment) -> Vec<Effect> {
    state.online = online;
    let Some(inside) = state.inside_mut() else { return Vec::new() };
    let wishes = if online {
        inside.queue.hurry();
        inside.link.connection.online(moment.now)
    } else {
        inside.link.connection.offline()
    };
    perform(state, wishes)
}

pub(super) fn visible(state: &mut State, visible: bool, moment: &Moment) -> Vec<Effect> {
    state.visible = visible;
    let Some(inside) = state.inside_mut().filter(|_| visible) else { return Vec::new() };
    let wishes = inside.link.connection.online(moment.now);
    perform(state, wishes)
}

pub(super) fn opened(state: &mut State, generation: u32) -> Vec<Effect> {
    let Some(inside) = state.inside_mut() else { return Vec::new() };
    let hello = Hello { session: None, cursors: cursors(inside) };
    let wishes = inside.link.connection.opened(generation, hello);
    perform(state, wishes)
}

pub(super) fn closed(state: &mut State, generation: u32, moment: &Moment) -> Vec<Effect> {
    let Some(inside) = state.inside_mut() else { return Vec::new() };
    let wishes = inside.link.connection.closed(generation, moment.now, moment.jitter);
    let mut effects = perform(state, wishes);
    // A socket does not say why it was refused; asking who is signed in tells an ended session from a dead network.
    if state.inside().is_some_and(|inside| inside.link.connection.failures() == 1) {
        effects.push(call(state, Request::Me));
    }
    effects
}

pub(super) fn frame(state: &mut State, generation: u32, frame: ServerFrame, moment: &Moment) -> Vec<Effect> {
    let Some(inside) = state.inside_mut() else { return Vec::new() };
    let Some(wishes) = inside.link.connection.frame(generation, &frame, moment.now, moment.jitter) else {
        return Vec::new();
    };
    let mut effects = perform(state, wishes);
    effects.append(&mut apply(state, frame, generation));
    effects
}

pub(super) fn polled(
    state: &mut State,
    generation: u32,
    result: Result<Polled, Failed>,
    moment: &Moment,
) -> Vec<Effect> {
    let Ok(polled) = result else { return closed(state, generation, moment) };
    let mut effects = reconnected(state, generation);
    for one in polled.frames {
        effects.append(&mut frame(state, generation, one, moment));
    }
    let Some(inside) = state.inside_mut() else { return effects };
    let wishes = inside.link.connection.polled(generation, moment.now);
    effects.append(&mut perform(state, wishes));
    effects
}

fn apply(state: &mut State, frame: ServerFrame, generation: u32) -> Vec<Effect> {
    match frame {
        ServerFrame::Welcome(welcome) => {
            state.skew = welcome.now.since(state.now);
            return reconnected(state, generation);
        }
        ServerFrame::Message(message) => return heard(state, message),
        ServerFrame::Bye(bye) if bye.reason == "unauthorized" => return super::session_ended(state),
        ServerFrame::CaughtUp(cursor) => {
            let threads = state.inside_mut().map(|inside| &mut inside.threads);
            if let Some(thread) = threads.and_then(|threads| threads.get_mut(&cursor.conversation_id)) {
                thread.timeline.knows(cursor.after);
            }
        }
        ServerFrame::Receipts(receipts) => moved(state, &receipts),
        ServerFrame::Typing(typing) => types(state, &typing),
        ServerFrame::Conversation(row) => {
            if let Some(inside) = state.inside_mut() {
                learn(inside, row);
            }
        }
        ServerFrame::Erased(gone) => return erased(state, &gone.conversation_id),
        ServerFrame::Presence(_) | ServerFrame::Pong(_) | ServerFrame::Bye(_) => {}
    }
    Vec::new()
}

/// A visitor had everything erased: nothing of theirs stays on any screen.
fn erased(state: &mut State, id: &ConversationId) -> Vec<Effect> {
    let Some(inside) = state.inside_mut() else { return Vec::new() };
    inside.list.rows.retain(|row| row.conversation.conversation_id != *id);
    inside.threads.remove(id);
    inside.drafts.remove(id);
    if state.route.conversation() != Some(id) {
        return Vec::new();
    }
    let sentence = state.words().erased.to_owned();
    announce(state, sentence);
    threads::go(state, Route::List, Step::Replace)
}

/// After a line broke, the list may have missed something; its first page is asked for again.
fn reconnected(state: &mut State, generation: u32) -> Vec<Effect> {
    let Some(inside) = state.inside_mut() else { return Vec::new() };
    let before = inside.link.listed.replace(generation);
    if before.is_some_and(|before| before != generation) { threads::reload(state) } else { Vec::new() }
}

/// A message came by the line.
fn heard(state: &mut State, message: Message) -> Vec<Effect> {
    let words = state.words();
    let looked_at =
        state.visible && matches!(&state.route, Route::Thread(id) if *id == message.conversation_id);
    let (id, seq) = (message.conversation_id.clone(), message.seq);
    let from_visitor = message.author == Author::Visitor;
    let sentence = if looked_at {
        format!("{}: {}", words.visitor, message.gist())
    } else {
        words.new_message.to_owned()
    };
    let Some(inside) = state.inside_mut() else { return Vec::new() };
    let known = inside.row(&id).is_some_and(|row| row.conversation.business.delivered >= seq);
    let mut effects = take(inside, message);
    if from_visitor && !known {
        announce(state, sentence);
        if !looked_at {
            effects.append(&mut say_receipts(state, id, Receipts { delivered: seq, read: 0 }));
        }
    }
    effects
}

/// Takes a stored message in, wherever it came from: into its thread, its row, and out of the queue.
pub(super) fn take(inside: &mut Inside, message: Message) -> Vec<Effect> {
    let agent_id = inside.me.agent.agent_id.clone();
    let done = inside.queue.acknowledged(&message.message_id);
    let id = message.conversation_id.clone();
    touch(inside, &id, |row| newest(row, &message));
    if let Some(thread) = inside.threads.get_mut(&id) {
        if message.author == Author::Visitor {
            thread.typing_until = None;
        }
        // A thread that has not begun takes its newest page first; one message would look like its beginning.
        if thread.timeline.cursor() > 0 || message.seq == 1 {
            thread.timeline.apply(message);
        } else {
            thread.timeline.knows(message.seq);
        }
    }
    done.into_iter().map(|item| Effect::ForgetMessage(agent_id.clone(), item.message_id)).collect()
}

fn newest(row: &mut InboxConversation, message: &Message) {
    if message.seq <= row.conversation.last_seq {
        return;
    }
    row.conversation.last_seq = message.seq;
    row.waiting_since = match message.author {
        Author::Visitor => row.waiting_since.or(Some(message.created_at)),
        Author::Agent => None,
        _ => row.waiting_since,
    };
    row.conversation.promise_by = row.conversation.promise_by.filter(|_| message.author != Author::Agent);
    row.last_message = Some(message.clone());
}

/// Changes what is known of a conversation, in the list and in its thread, and puts the row where it now belongs.
pub(super) fn touch(inside: &mut Inside, id: &ConversationId, change: impl Fn(&mut InboxConversation)) {
    if let Some(row) = inside.threads.get_mut(id).and_then(|thread| thread.row.as_mut()) {
        change(row);
    }
    if let Some(mut row) = inside.list.row(id).cloned() {
        change(&mut row);
        inside.list.put(row);
    }
}

/// The server's word on a conversation.
pub(super) fn learn(inside: &mut Inside, mut row: InboxConversation) {
    let id = row.conversation.conversation_id.clone();
    if let Some(known) = inside.row(&id) {
        // A frame may be older than what a receipt has told since.
        row.conversation.business = row.conversation.business.merge(known.conversation.business);
        row.conversation.visitor = row.conversation.visitor.merge(known.conversation.visitor);
    }
    if let Some(thread) = inside.threads.get_mut(&id) {
        thread.timeline.knows(row.conversation.last_seq);
        thread.row = Some(row.clone());
    }
    if row.conversation.site == inside.site {
        inside.list.put(row);
    }
}

fn moved(state: &mut State, receipts: &SideReceipts) {
    let now = state.now;
    let Some(inside) = state.inside_mut() else { return };
    let known = inside.row(&receipts.conversation_id).map_or(0, |row| row.conversation.visitor.delivered);
    if receipts.side == Side::Visitor && receipts.receipts.delivered > known {
        // What is delivered is what is charged.
        inside.purse.hurry(now);
    }
    touch(inside, &receipts.conversation_id, |row| {
        let side = match receipts.side {
            Side::Visitor => &mut row.conversation.visitor,
            Side::Business => &mut row.conversation.business,
            Side::Unknown => return,
        };
        *side = side.merge(receipts.receipts);
    });
}

fn types(state: &mut State, typing: &Typing) {
    let until = state.now.plus(TYPING_MS);
    let threads = state.inside_mut().map(|inside| &mut inside.threads);
    let thread = threads.and_then(|threads| threads.get_mut(&typing.conversation_id));
    if let Some(thread) = thread.filter(|_| typing.side == Side::Visitor) {
        thread.typing_until = Some(until);
    }
}

/// What follows from any event: answers whose turn has come go out, what is seen is told as read, gaps are filled.
pub(super) fn settle(state: &mut State, moment: &Moment, effects: &mut Vec<Effect>) {
    send_due(state, moment, effects);
    tell_read(state, effects);
    fill_gap(state, effects);
}

fn send_due(state: &mut State, moment: &Moment, effects: &mut Vec<Effect>) {
    if !state.online {
        return;
    }
    let mut due = Vec::new();
    if let Some(inside) = state.inside_mut() {
        while let Some(outgoing) = inside.queue.next(moment.now) {
            due.push(Request::Send(outgoing));
        }
    }
    effects.extend(due.into_iter().map(|request| call(state, request)));
}

fn tell_read(state: &mut State, effects: &mut Vec<Effect>) {
    let Route::Thread(id) = state.route.clone() else { return };
    let visible = state.visible;
    let Some(inside) = state.inside_mut().filter(|_| visible) else { return };
    let Some(thread) = inside.threads.get_mut(&id) else { return };
    let seq = thread.timeline.cursor();
    if seq <= thread.read_told {
        return;
    }
    thread.read_told = seq;
    let receipts = Receipts { delivered: seq, read: seq };
    touch(inside, &id, |row| row.conversation.business = row.conversation.business.merge(receipts));
    effects.append(&mut say_receipts(state, id, receipts));
}

fn fill_gap(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(id) = state.route.conversation().cloned() else { return };
    let Some(inside) = state.inside_mut() else { return };
    let Some(thread) = inside.threads.get_mut(&id) else { return };
    if thread.loading != Loading::Idle || !thread.timeline.has_gap() {
        return;
    }
    thread.loading = Loading::Busy;
    let after = thread.timeline.cursor();
    let page = if after == 0 { Page::Newest } else { Page::After(after) };
    effects.push(call(state, Request::Messages(id, page)));
}

fn say_receipts(state: &mut State, id: ConversationId, receipts: Receipts) -> Vec<Effect> {
    let frame = ClientFrame::Receipts(ClientReceipts { conversation_id: id.clone(), receipts });
    say(state, frame, Request::Receipts(id, receipts))
}

/// Says something by the socket, or by a request where there is no socket.
pub(super) fn say(state: &mut State, frame: ClientFrame, otherwise: Request) -> Vec<Effect> {
    let Some(inside) = state.inside_mut() else { return Vec::new() };
    match inside.link.connection.say(frame) {
        Some(wish) => perform(state, vec![wish]),
        None => vec![call(state, otherwise)],
    }
}

/// The connection's wishes as ours.
pub(super) fn perform(state: &mut State, wishes: Vec<connection::Effect>) -> Vec<Effect> {
    let Some(inside) = state.inside_mut() else { return Vec::new() };
    let mut effects = Vec::new();
    for wish in wishes {
        match wish {
            connection::Effect::Open(generation) => effects.push(Effect::OpenSocket(generation)),
            connection::Effect::Poll(generation) => {
                let poll = Poll { cursors: cursors(inside), wait_ms: inside.link.connection.poll_wait_ms() };
                effects.push(Effect::Poll(generation, poll, inside.me.csrf.clone()));
            }
            connection::Effect::Close => effects.push(Effect::Disconnect),
            connection::Effect::Send(frame) => effects.push(Effect::Say(frame)),
            connection::Effect::WakeAt(at) => inside.link.wake = Some(at),
        }
    }
    effects
}

fn cursors(inside: &Inside) -> Vec<Cursor> {
    let begun = inside.threads.iter().filter(|(_, thread)| thread.timeline.cursor() > 0);
    begun
        .take(CURSORS_MAX)
        .map(|(id, thread)| Cursor { conversation_id: id.clone(), after: thread.timeline.cursor() })
        .collect()
}
