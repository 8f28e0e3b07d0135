//! What the person, the loader and the other tabs do.

use pronto_protocol::connection::Connection;
use pronto_protocol::frame::{ClientFrame, ClientTyping};
use pronto_protocol::id::{MessageId, Millis};
use pronto_protocol::model::BODY_MAX_CHARS;
use pronto_protocol::send_queue::{QueuedMessage, SendQueue, SendState};

use super::settle::ask;
use super::{Draft, Effect, Elsewhere, Loader, Moment, Request, Start, Tell, Ui, line};
use crate::state::{Asking, Identity, Pass, Phase, State, Talk};
use crate::window::{Place, Turn, Window};

/// How near to the end of the thread counts as there, in CSS pixels.
const NEAR: i32 = 48;
/// How often the server hears that the person types.
const TYPING_EVERY_MS: i64 = 3_000;
/// How long the tab that a message was written in has to send it, before the others take that tab to be gone.
const AUTHOR_MS: i64 = 5_000;

pub(super) fn start(state: &mut State, start: Start, moment: Moment, out: &mut Vec<Effect>) {
    state.online = start.online;
    state.keeps = start.keeps;
    state.sight.visible = start.visible;
    if let Some(identity) = start.identity {
        talk(state, identity);
    }
    // What waits for another conversation of theirs stays kept until that one is open again.
    state.queue = SendQueue::from_items(start.queue.into_iter().filter(|item| is_ours(state, item)));
    for draft in start.early {
        send(state, draft, moment.now, out);
    }
}

pub(super) fn ui(state: &mut State, ui: Ui, moment: Moment, out: &mut Vec<Effect>) {
    match ui {
        Ui::Send(draft) => {
            if send(state, draft, moment.now, out) {
                state.length = 0;
                out.push(Effect::ClearComposer);
            }
        }
        Ui::Typed(length) => typed(state, length, moment.now, out),
        Ui::Retry(message_id) => {
            state.queue.retry(&message_id);
            keep(state, &message_id, out);
        }
        Ui::Discard(message_id) => {
            if state.queue.discard(&message_id).is_some() {
                out.push(Effect::DropMessage(message_id));
                out.push(Effect::Focus);
            }
        }
        Ui::Scrolled(place) => scrolled(state, place, out),
        Ui::End => to_end(state, out),
        Ui::ToEnd => {
            to_end(state, out);
            out.push(Effect::Focus);
        }
        Ui::Earlier => {
            if let Phase::Talking(talk) = &state.phase
                && state.window.up(&talk.timeline) == Turn::Load
            {
                earlier(state, out);
            }
        }
        Ui::Mail(email) => mail(state, email.trim(), out),
        Ui::ChangeMail => {
            if let Some(talk) = state.talk_mut() {
                talk.mail.changing = true;
                out.push(Effect::FocusMail);
            }
        }
    }
}

fn mail(state: &mut State, email: &str, out: &mut Vec<Effect>) {
    let Some(talk) = state.talk_mut() else { return };
    talk.mail.saving = Some(email.to_owned());
    talk.mail.trouble = None;
    ask(talk, Request::Mail(email.to_owned()), out);
}

pub(super) fn loader(state: &mut State, loader: Loader, out: &mut Vec<Effect>) {
    match loader {
        Loader::Open => {
            shown(state);
            out.push(Effect::Focus);
        }
        Loader::Shown => shown(state),
        Loader::Logout => {
            out.push(Effect::Forget);
            match leave(state, out) {
                Some(talk) => ask(&talk, Request::End, out),
                None => out.push(Effect::Tell(Tell::Logout)),
            }
        }
        Loader::Close => {
            state.sight.open = false;
            if state.unread() == 0 {
                state.mark = None;
            }
        }
        Loader::Page { url, title } => {
            state.config.context.page_url = Some(url);
            state.config.context.page_title = Some(title);
        }
        Loader::Pass(token, next) => {
            state.pass = Some(Pass { token, next, asked: false, at: Millis(0) });
        }
        Loader::Prefill(text) => out.push(Effect::Prefill(text)),
        Loader::Closed(closed) => state.config.closed = closed,
    }
}

fn shown(state: &mut State) {
    state.sight.open = true;
    line::mark_unread(state);
}

/// Nobody has written here any more. What was still on its way is nobody's, so it goes too.
pub(super) fn leave(state: &mut State, out: &mut Vec<Effect>) -> Option<Talk> {
    state.queue = SendQueue::default();
    (state.mark, state.typing, state.spoken) = (None, None, None);
    state.pass = None;
    hang(state, out);
    match std::mem::replace(&mut state.phase, Phase::Untouched) {
        Phase::Talking(talk) => Some(*talk).filter(|talk| talk.identity.opened),
        Phase::Untouched => None,
    }
}

/// Whoever writes here had everything erased on another device: this one forgets them too.
pub(super) fn erased(state: &mut State, out: &mut Vec<Effect>) {
    if leave(state, out).is_some() {
        out.push(Effect::Forget);
        out.push(Effect::Tell(Tell::Logout));
    }
}

/// Gives the line to the server up, to be opened anew.
pub(super) fn hang(state: &mut State, out: &mut Vec<Effect>) {
    state.connection = Connection::new();
    state.connection_wake = None;
    out.push(Effect::Hang);
}

pub(super) fn elsewhere(state: &mut State, elsewhere: Elsewhere, out: &mut Vec<Effect>) {
    match elsewhere {
        Elsewhere::Identity(identity) => match &mut state.phase {
            Phase::Untouched => talk(state, identity),
            Phase::Talking(talk) if talk.identity.secret == identity.secret => {
                talk.identity.opened |= identity.opened;
            }
            // The business has named who this is, there.
            Phase::Talking(talk) if talk.identity.conversation_id == identity.conversation_id => {
                talk.identity = identity;
                talk.asking = Asking::Nothing;
                hang(state, out);
            }
            Phase::Talking(_) => {}
        },
        Elsewhere::Queued(mut item) => {
            if is_ours(state, &item) && !state.knows(&item.message_id) {
                if let SendState::Waiting { next_at, .. } = &mut item.state {
                    *next_at = state.now.plus(AUTHOR_MS);
                }
                state.queue.push(item);
            }
        }
        Elsewhere::Dropped(message_id) => {
            state.queue.acknowledged(&message_id);
        }
        Elsewhere::Left => {
            leave(state, out);
            out.push(Effect::Tell(Tell::Logout));
        }
    }
}

/// Whether it goes into the conversation that is open here.
fn is_ours(state: &State, item: &QueuedMessage) -> bool {
    state.talk().is_none_or(|talk| talk.identity.conversation_id == item.conversation_id)
}

pub(super) fn talk(state: &mut State, identity: Identity) {
    state.phase = Phase::Talking(Box::new(Talk::new(identity)));
    state.window = Window::default();
}

/// Puts a message into the queue, and the queue's message into storage. False when it cannot be a message.
fn send(state: &mut State, draft: Draft, now: Millis, out: &mut Vec<Effect>) -> bool {
    let body = draft.body.trim();
    let length = body.chars().count();
    if length > BODY_MAX_CHARS {
        state.length = length;
    }
    if length == 0 || length > BODY_MAX_CHARS || state.knows(&draft.message_id) {
        return false;
    }
    if state.talk().is_none() {
        out.push(Effect::KeepIdentity(draft.identity.clone()));
        talk(state, draft.identity);
    }
    let Some(talk) = state.talk() else { return false };
    let conversation_id = talk.identity.conversation_id.clone();
    state.queue.push(QueuedMessage::new(conversation_id, draft.message_id.clone(), body.to_owned(), now));
    keep(state, &draft.message_id, out);
    state.mark = None;
    to_end(state, out);
    out.push(Effect::Tell(Tell::Wrote));
    true
}

pub(super) fn keep(state: &State, message_id: &MessageId, out: &mut Vec<Effect>) {
    if let Some(item) = state.queue.get(message_id) {
        out.push(Effect::KeepMessage(item.clone()));
    }
}

fn typed(state: &mut State, length: usize, now: Millis, out: &mut Vec<Effect>) {
    state.length = length;
    let quiet = now.since(state.typed_at);
    if length == 0 || !state.connection.is_open() || (0..TYPING_EVERY_MS).contains(&quiet) {
        return;
    }
    state.typed_at = now;
    let Some(talk) = state.talk() else { return };
    let typing = ClientTyping { conversation_id: talk.identity.conversation_id.clone() };
    match state.connection.say(ClientFrame::Typing(typing)) {
        Some(said) => line::perform(state, vec![said], out),
        None => ask(talk, Request::Typing, out),
    }
}

fn scrolled(state: &mut State, place: Place, out: &mut Vec<Effect>) {
    state.sight.at_end = place.below < NEAR;
    if state.sight.at_end && !state.window.is_at_end() {
        // Past all that is drawn in one go: they want the end.
        return to_end(state, out);
    }
    if let Phase::Talking(talk) = &state.phase {
        match state.window.scrolled(place, &talk.timeline) {
            Turn::Load => earlier(state, out),
            Turn::Below => out.push(Effect::Hold),
            Turn::Stay => {}
        }
    }
}

fn to_end(state: &mut State, out: &mut Vec<Effect>) {
    state.sight.at_end = true;
    state.window = Window::default();
    out.push(Effect::ScrollToEnd);
}

fn earlier(state: &mut State, out: &mut Vec<Effect>) {
    let Some(talk) = state.talk_mut() else { return };
    let (Some(first), Asking::Nothing) = (talk.timeline.first(), talk.asking) else { return };
    if talk.timeline.has_earlier() {
        talk.asking = Asking::Before;
        ask(talk, Request::Before(first), out);
    }
}
