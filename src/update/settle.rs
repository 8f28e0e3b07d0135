//! What follows from the state after each event: what to ask for, what to send, what to report, when to wake.

use pronto_protocol::api::{OpenSession, SetReceipts};
use pronto_protocol::connection::Phase as Line;
use pronto_protocol::frame::{ClientFrame, ClientReceipts};
use pronto_protocol::id::Millis;
use pronto_protocol::model::{Author, Receipts, VisitorContext};

use super::{Effect, Moment, Request, Tell, line, pass};
use crate::state::{Asking, State, Talk};

pub(super) fn settle(state: &mut State, moment: Moment, out: &mut Vec<Effect>) {
    // Who writes comes first: what they write is theirs, and not a stranger's.
    if state.online && !pass::exchange(state, moment, out) {
        proceed(state, moment, out);
        flush(state, moment, out);
    }
    look(state, out);
    offer(state);
    alarm(state, out);
}

/// An offer to send the answer by e-mail stands until the answer is there, however near its time comes.
fn offer(state: &mut State) {
    let (waits, far) = (state.promise().is_some(), state.is_far());
    if let Some(talk) = state.talk_mut() {
        talk.mail.offered = waits && (talk.mail.offered || far);
    }
}

/// A request about the conversation, with its credential.
pub(super) fn ask(talk: &Talk, request: Request, out: &mut Vec<Effect>) {
    out.push(Effect::Ask {
        secret: talk.identity.secret.clone(),
        conversation_id: talk.identity.conversation_id.clone(),
        request,
    });
}

/// The next step towards an open connection: session, newest page, socket; and filling gaps.
fn proceed(state: &mut State, moment: Moment, out: &mut Vec<Effect>) {
    let waits = state.queue.items().any(|item| !item.is_wedged());
    let context = state.config.context.clone();
    let idle = matches!(state.connection.phase(), Line::Idle | Line::Stopped);
    let far = state.is_far();
    let Some(talk) = state.talk_mut() else { return };
    if talk.asking != Asking::Nothing || talk.again.is_some_and(|(_, at)| moment.now < at) {
        return;
    }
    let request = if !talk.identity.opened {
        if !waits {
            return;
        }
        session(talk, context)
    } else if !talk.loaded {
        talk.asking = Asking::Newest;
        Request::Newest
    } else if talk.timeline.has_gap() {
        talk.asking = Asking::After;
        Request::After(talk.timeline.cursor())
    } else {
        if idle {
            let wishes = state.connection.start(moment.now);
            line::perform(state, wishes, out);
            return;
        }
        // A page says nothing of e-mail; the session does, and is asked where there is something to offer.
        if !far || talk.mail.can.is_some() {
            return;
        }
        session(talk, context)
    };
    ask(talk, request, out);
}

fn session(talk: &mut Talk, context: VisitorContext) -> Request {
    talk.asking = Asking::Session;
    Request::Session(OpenSession { conversation_id: talk.identity.conversation_id.clone(), context })
}

/// Sends what is due.
fn flush(state: &mut State, moment: Moment, out: &mut Vec<Effect>) {
    if !state.talk().is_some_and(|talk| talk.identity.opened) {
        return;
    }
    while let Some(outgoing) = state.queue.next(moment.now) {
        if let Some(talk) = state.talk() {
            ask(talk, Request::Send(outgoing), out);
        }
    }
}

/// Moves this side's receipts, reports them, and tells the loader what is unread.
fn look(state: &mut State, out: &mut Vec<Effect>) {
    let seen = state.is_seen();
    if let Some(talk) = state.talk_mut() {
        let theirs = talk.timeline.messages().rev().find(|message| message.author != Author::Visitor);
        let last = theirs.map_or(0, |message| message.seq);
        let read = if seen { last } else { 0 };
        talk.visitor = talk.visitor.merge(Receipts { delivered: last, read });
    }
    report(state, out);
    let unread = state.unread() + state.talk().map_or(0, |talk| talk.elsewhere);
    if unread != state.told {
        state.told = unread;
        out.push(Effect::Tell(Tell::Unread(unread)));
    }
}

fn report(state: &mut State, out: &mut Vec<Effect>) {
    if !state.connection.is_open() {
        return;
    }
    let Some(talk) = state.talk_mut() else { return };
    let receipts = talk.visitor;
    if talk.reported == receipts {
        return;
    }
    talk.reported = receipts;
    let conversation_id = talk.identity.conversation_id.clone();
    match state.connection.say(ClientFrame::Receipts(ClientReceipts { conversation_id, receipts })) {
        Some(said) => line::perform(state, vec![said], out),
        None => {
            if let Some(talk) = state.talk() {
                let Receipts { delivered, read } = receipts;
                ask(talk, Request::Receipts(SetReceipts { delivered, read }), out);
            }
        }
    }
}

/// Sets the one alarm to the earliest of all that wait for time to pass.
fn alarm(state: &mut State, out: &mut Vec<Effect>) {
    let sends = state.online && state.talk().is_some_and(|talk| talk.identity.opened);
    let times = [
        state.connection_wake,
        state.queue.wake_at().filter(|_| sends),
        state.talk().and_then(|talk| talk.again).map(|(_, at)| at).filter(|at| *at > state.now),
        state.typing.as_ref().map(|typing| typing.until),
        state.spoken.as_ref().map(|spoken| spoken.until),
        state.promise().filter(|at| *at > state.now),
        state.pass.as_ref().map(|pass| pass.at).filter(|at| *at > state.now),
    ];
    let next: Option<Millis> = times.into_iter().flatten().min();
    if let Some(at) = next
        && state.alarm != next
    {
        state.alarm = next;
        out.push(Effect::WakeAt(at));
    }
}
