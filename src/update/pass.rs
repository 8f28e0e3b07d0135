//! What the business has signed about who this is: when it is exchanged, and what becomes of the thread by it.

use pronto_protocol::send_queue::Failure;

use super::{Effect, Moment, Named, Request, Tell, answer, ui};
use crate::state::{Asking, Identity, Phase, State, Talk};

/// Between two tries, and once more by chance.
const WAIT_MS: i64 = 5_000;

/// Exchanges the pass, once somebody looks or writes. True while all else has to wait for it.
pub(super) fn exchange(state: &mut State, moment: Moment, out: &mut Vec<Effect>) -> bool {
    let waits = state.queue.items().any(|item| !item.is_wedged());
    if !state.sight.open && !waits {
        return false;
    }
    let busy = state.talk().is_some_and(|talk| talk.asking != Asking::Nothing);
    let Some(pass) = &mut state.pass else { return false };
    if !pass.asked && !busy && moment.now >= pass.at {
        pass.asked = true;
        let known = match &state.phase {
            Phase::Talking(talk) => &talk.identity,
            Phase::Untouched => &pass.next,
        };
        out.push(Effect::Ask {
            secret: known.secret.clone(),
            conversation_id: known.conversation_id.clone(),
            request: Request::Pass(pass.token.clone(), pass.next.secret.clone()),
        });
    }
    true
}

pub(super) fn named(
    state: &mut State,
    result: Result<Named, Failure>,
    moment: Moment,
    out: &mut Vec<Effect>,
) {
    let Some(mut pass) = state.pass.take() else { return };
    match result {
        Ok(named) => {
            become_one(state, pass.next, named, out);
            out.push(Effect::Tell(Tell::Named(true)));
        }
        // What is not believed now never will be. Whoever writes is a stranger then, as without it.
        Err(Failure::Refused { code, .. }) if !code.is_transient() => {
            out.push(Effect::Tell(Tell::Named(false)));
        }
        Err(_) => {
            pass.asked = false;
            pass.at = moment.now.plus(WAIT_MS + (WAIT_MS as f64 * moment.dice.clamp(0.0, 1.0)) as i64);
            state.pass = Some(pass);
        }
    }
}

/// Goes on as who was named: in this device's conversation where it is theirs or has only just been begun, otherwise in
/// their newest. Nothing of another person stays.
fn become_one(state: &mut State, mut next: Identity, named: Named, out: &mut Vec<Effect>) {
    let Named { conversation_id, opened, renewed } = named;
    let theirs = |talk: &Talk| conversation_id.as_ref() == Some(&talk.identity.conversation_id);
    match state.talk_mut() {
        Some(talk) if !renewed || !talk.identity.opened || theirs(talk) => {
            if renewed {
                talk.identity.secret = next.secret;
                ui::hang(state, out);
            }
        }
        other => {
            if other.is_some() {
                ui::leave(state, out);
                out.push(Effect::Forget);
            }
            if let Some(id) = &conversation_id {
                next.conversation_id = id.clone();
            }
            ui::talk(state, next);
        }
    }
    if state.talk().is_some_and(theirs) {
        return answer::opened(state, opened, out);
    }
    out.extend(state.talk().map(|talk| Effect::KeepIdentity(talk.identity.clone())));
}
