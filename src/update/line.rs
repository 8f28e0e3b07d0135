//! The connection: what it wants done, and what its frames mean.

use pronto_protocol::api::{Cursor, Poll};
use pronto_protocol::connection::Effect as Wish;
use pronto_protocol::frame::{Hello, ServerFrame, Typing};
use pronto_protocol::model::{Author, Message, Side};

use super::settle::ask;
use super::{Effect, Moment, Request, Socket, Tell, ui};
use crate::state::{Fleeting, State, Talk};

/// How long "is writing" stands without being renewed.
const TYPING_MS: i64 = 5_000;
/// How long the live region holds a message.
const SPOKEN_MS: i64 = 1_000;

pub(super) fn socket(
    state: &mut State,
    generation: u32,
    socket: Socket,
    moment: Moment,
    out: &mut Vec<Effect>,
) {
    match socket {
        Socket::Opened => {
            let Some(talk) = state.talk() else { return };
            let hello = Hello { session: Some(talk.identity.secret.clone()), cursors: vec![cursor(talk)] };
            let wishes = state.connection.opened(generation, hello);
            perform(state, wishes, out);
        }
        Socket::Frame(frame) => self::frame(state, generation, *frame, moment, out),
        Socket::Closed => {
            let wishes = state.connection.closed(generation, moment.now, moment.dice);
            perform(state, wishes, out);
        }
    }
}

pub(super) fn online(state: &mut State, online: bool, moment: Moment, out: &mut Vec<Effect>) {
    state.online = online;
    let wishes = if online {
        state.queue.hurry();
        if let Some(talk) = state.talk_mut() {
            talk.again = None;
        }
        state.connection.online(moment.now)
    } else {
        state.connection.offline()
    };
    perform(state, wishes, out);
}

pub(super) fn visible(state: &mut State, visible: bool, moment: Moment, out: &mut Vec<Effect>) {
    state.sight.visible = visible;
    if visible && state.online {
        let wishes = state.connection.online(moment.now);
        perform(state, wishes, out);
    }
}

pub(super) fn alarm(state: &mut State, moment: Moment, out: &mut Vec<Effect>) {
    state.alarm = None;
    state.connection_wake = None;
    let over = |fleeting: &Fleeting| fleeting.until <= moment.now;
    state.typing = state.typing.take().filter(|typing| !over(typing));
    state.spoken = state.spoken.take().filter(|spoken| !over(spoken));
    let wishes = state.connection.tick(moment.now, moment.dice);
    perform(state, wishes, out);
}

/// Turns what the connection wants into effects.
pub(super) fn perform(state: &mut State, wishes: Vec<Wish>, out: &mut Vec<Effect>) {
    for wish in wishes {
        match wish {
            Wish::Open(generation) => out.push(Effect::Dial(generation)),
            Wish::Close => out.push(Effect::Hang),
            Wish::Send(frame) => out.push(Effect::Say(frame)),
            Wish::WakeAt(at) => state.connection_wake = Some(at),
            Wish::Poll(generation) => {
                let Some(talk) = state.talk() else { continue };
                let poll = Poll { cursors: vec![cursor(talk)], wait_ms: state.connection.poll_wait_ms() };
                ask(talk, Request::Poll(generation, poll), out);
            }
        }
    }
}

fn cursor(talk: &Talk) -> Cursor {
    Cursor { conversation_id: talk.identity.conversation_id.clone(), after: talk.timeline.cursor() }
}

/// Takes in one frame, if its generation may still speak.
pub(super) fn frame(
    state: &mut State,
    generation: u32,
    frame: ServerFrame,
    moment: Moment,
    out: &mut Vec<Effect>,
) {
    let Some(wishes) = state.connection.frame(generation, &frame, moment.now, moment.dice) else { return };
    perform(state, wishes, out);
    match frame {
        ServerFrame::Message(message) => self::message(state, message, moment, out),
        ServerFrame::CaughtUp(cursor) => {
            if let Some(talk) = ours(state, &cursor.conversation_id) {
                talk.timeline.knows(cursor.after);
            }
        }
        ServerFrame::Receipts(moved) => {
            if let Some(talk) = ours(state, &moved.conversation_id) {
                match moved.side {
                    Side::Visitor => talk.visitor = talk.visitor.merge(moved.receipts),
                    Side::Business => talk.business = talk.business.merge(moved.receipts),
                    Side::Unknown => {}
                }
            } else if let Some(talk) = state.talk_mut() {
                // Read on another tab, perhaps: a page counts anew.
                talk.loaded &= talk.elsewhere == 0;
            }
        }
        ServerFrame::Typing(typing) => types(state, typing, moment),
        ServerFrame::Bye(bye) if bye.reason == "unauthorized" => forgotten(state, out),
        ServerFrame::Bye(bye) if bye.reason == "erased" => ui::erased(state, out),
        _ => {}
    }
}

fn types(state: &mut State, typing: Typing, moment: Moment) {
    if typing.side == Side::Business && ours(state, &typing.conversation_id).is_some() {
        let text = typing.name.unwrap_or_else(|| state.config.name.clone());
        state.typing = Some(Fleeting { text, until: moment.now.plus(TYPING_MS) });
    }
}

fn ours<'a>(state: &'a mut State, id: &pronto_protocol::id::ConversationId) -> Option<&'a mut Talk> {
    state.talk_mut().filter(|talk| talk.identity.conversation_id == *id)
}

/// A stored message, from wherever it came: its echo goes, and a new one of the business is told.
pub(super) fn message(state: &mut State, message: Message, moment: Moment, out: &mut Vec<Effect>) {
    let echo = state.queue.acknowledged(&message.message_id);
    let written_here = echo.is_some();
    if let Some(echo) = echo {
        out.push(Effect::DropMessage(echo.message_id));
    }
    let Some(talk) = state.talk_mut() else { return };
    let (seq, author) = (message.seq, message.author);
    let name = message.author_name.clone();
    let mut body = message.gist().to_owned();
    for reply in &message.quick_replies {
        body = body + "; " + reply;
    }
    let seen_elsewhere = seq <= talk.visitor.read;
    let first_unread = talk.unread().next().is_none();
    if message.conversation_id != talk.identity.conversation_id {
        talk.elsewhere += usize::from(author != Author::Visitor);
    }
    if !talk.timeline.apply(message) {
        return;
    }
    match author {
        Author::Visitor => {
            // Written on another tab: only a page tells what was promised there.
            talk.loaded &= written_here;
            return;
        }
        Author::Agent => talk.promise_by = None,
        _ => {}
    }
    state.typing = None;
    if seen_elsewhere {
        return;
    }
    if !state.is_seen() && (first_unread || state.mark.is_none()) {
        state.mark = Some(seq);
    }
    let mut name = name.unwrap_or_else(|| state.config.name.clone());
    if author == Author::Bot {
        name = name + ", " + state.words.automatic();
    }
    state.spoken = Some(Fleeting { text: name + ": " + &body, until: moment.now.plus(SPOKEN_MS) });
    out.push(Effect::Tell(Tell::Reply));
}

/// Draws the line above what came while nobody looked.
pub(super) fn mark_unread(state: &mut State) {
    if state.mark.is_none() {
        state.mark = state.talk().and_then(|talk| talk.unread().next()).map(|message| message.seq);
    }
}

/// The server does not know the session: it is opened again with the next message.
pub(super) fn forgotten(state: &mut State, out: &mut Vec<Effect>) {
    if let Some(talk) = state.talk_mut() {
        talk.identity.opened = false;
        out.push(Effect::KeepIdentity(talk.identity.clone()));
    }
}
