//! How requests ended.

use pronto_protocol::api::ErrorCode;
use pronto_protocol::frame::ServerFrame;
use pronto_protocol::id::MessageId;
use pronto_protocol::send_queue::Failure;

use super::{Answer, Effect, Moment, Opened, Page, Sent, Tell, line, pass, ui};
use crate::state::{Asking, Phase, State, Trouble};

const WAIT_MAX_MS: i64 = 60_000;

pub(super) fn answer(state: &mut State, answer: Answer, moment: Moment, out: &mut Vec<Effect>) {
    match answer {
        Answer::Session(Ok(session)) => opened(state, session, out),
        Answer::Session(Err(failure)) => refused(state, failure, moment, out),
        Answer::Sent(_, Ok(Sent { message, promise_by })) => {
            line::message(state, message, moment, out);
            if let Some(talk) = state.talk_mut() {
                talk.promise_by = promise_by;
            }
        }
        Answer::Sent(id, Err(failure)) => unsent(state, &id, failure, moment, out),
        Answer::Newest(page) => paged(state, page, Asking::Newest, moment, out),
        Answer::After(page) => paged(state, page, Asking::After, moment, out),
        Answer::Before(page) => paged(state, page, Asking::Before, moment, out),
        Answer::Named(result) => pass::named(state, result, moment, out),
        Answer::Mailed(result) => mailed(state, result, out),
        Answer::Polled(generation, result) => polled(state, generation, result, moment, out),
        Answer::Ended => out.push(Effect::Tell(Tell::Logout)),
    }
}

pub(super) fn opened(state: &mut State, session: Opened, out: &mut Vec<Effect>) {
    let Opened { standing, can_email, email } = session;
    let Some(talk) = state.talk_mut() else { return };
    talk.asking = Asking::Nothing;
    talk.again = None;
    talk.identity.opened = true;
    talk.visitor = talk.visitor.merge(standing.visitor);
    talk.business = talk.business.merge(standing.business);
    talk.loaded |= standing.last_seq == 0;
    talk.mail.can = Some(can_email);
    talk.mail.kept = email.unwrap_or_default();
    out.push(Effect::KeepIdentity(talk.identity.clone()));
}

/// The session was not opened. What cannot come right by itself is shown on the messages that wait for it.
fn refused(state: &mut State, failure: Failure, moment: Moment, out: &mut Vec<Effect>) {
    idle(state, moment);
    let Failure::Refused { code, .. } = failure else { return };
    if code == ErrorCode::Erased {
        return ui::erased(state, out);
    }
    if code.is_transient() {
        return;
    }
    while let Some(outgoing) = state.queue.next(moment.now) {
        let id = outgoing.message.message_id;
        state.queue.failed(&id, failure, moment.now, moment.dice);
        ui::keep(state, &id, out);
    }
}

fn unsent(state: &mut State, id: &MessageId, failure: Failure, moment: Moment, out: &mut Vec<Effect>) {
    if matches!(failure, Failure::Refused { code: ErrorCode::Erased, .. }) && state.queue.get(id).is_some() {
        return ui::erased(state, out);
    }
    if matches!(failure, Failure::Refused { code: ErrorCode::Unauthorized, .. }) {
        line::forgotten(state, out);
        state.queue.failed(id, Failure::Network, moment.now, moment.dice);
        return;
    }
    if state.queue.failed(id, failure, moment.now, moment.dice) {
        ui::keep(state, id, out);
    }
}

/// Takes in a page with what it says of the conversation; a failed one is asked for again later.
fn paged(
    state: &mut State,
    page: Result<Page, Failure>,
    asked: Asking,
    moment: Moment,
    out: &mut Vec<Effect>,
) {
    match page {
        Ok(page) => {
            for message in &page.messages {
                if let Some(echo) = state.queue.acknowledged(&message.message_id) {
                    out.push(Effect::DropMessage(echo.message_id));
                }
            }
            if let Phase::Talking(talk) = &mut state.phase {
                talk.asking = Asking::Nothing;
                talk.again = None;
                talk.visitor = talk.visitor.merge(page.standing.visitor);
                talk.reported = talk.reported.merge(page.standing.visitor);
                talk.business = talk.business.merge(page.standing.business);
                talk.promise_by = page.standing.promise_by;
                match asked {
                    Asking::Before => {
                        let first = talk.timeline.first();
                        talk.timeline.prepend_page(page.messages);
                        state.window.loaded(first, &talk.timeline);
                    }
                    Asking::After => {
                        talk.timeline.knows(page.standing.last_seq);
                        for message in page.messages {
                            talk.timeline.apply(message);
                        }
                    }
                    _ => {
                        talk.timeline.start(page.messages);
                        talk.elsewhere = page.elsewhere;
                        talk.loaded = true;
                    }
                }
            }
            if asked == Asking::Newest {
                line::mark_unread(state);
            }
        }
        Err(Failure::Refused { code: ErrorCode::Erased, .. }) => ui::erased(state, out),
        Err(Failure::Refused { code: ErrorCode::Unauthorized | ErrorCode::NotFound, .. }) => {
            idle(state, moment);
            line::forgotten(state, out);
        }
        Err(_) => idle(state, moment),
    }
}

/// Nothing is asked any more; the next try comes after a wait that grows.
fn idle(state: &mut State, moment: Moment) {
    let Some(talk) = state.talk_mut() else { return };
    talk.asking = Asking::Nothing;
    let failures = talk.again.map_or(1, |(failures, _)| failures.saturating_add(1));
    let most = (1_000_i64 << failures.min(6)).min(WAIT_MAX_MS);
    let wait = 500 + (most as f64 * moment.dice.clamp(0.0, 1.0)) as i64;
    talk.again = Some((failures, moment.now.plus(wait)));
}

fn mailed(state: &mut State, result: Result<(), Failure>, out: &mut Vec<Effect>) {
    let Some(talk) = state.talk_mut() else { return };
    let Some(email) = talk.mail.saving.take() else { return };
    match result {
        Ok(()) => {
            talk.mail.kept = email;
            talk.mail.changing = false;
            // The button that was pressed goes away.
            out.push(Effect::Focus);
        }
        Err(Failure::Refused { code: ErrorCode::InvalidEmail, .. }) => {
            talk.mail.trouble = Some(Trouble::NoAddress);
        }
        Err(_) => talk.mail.trouble = Some(Trouble::NotSaved),
    }
}

fn polled(
    state: &mut State,
    generation: u32,
    result: Result<Vec<ServerFrame>, Failure>,
    moment: Moment,
    out: &mut Vec<Effect>,
) {
    let wishes = match result {
        Ok(frames) => {
            for frame in frames {
                line::frame(state, generation, frame, moment, out);
            }
            state.connection.polled(generation, moment.now)
        }
        Err(_) => state.connection.closed(generation, moment.now, moment.dice),
    };
    line::perform(state, wishes, out);
}
