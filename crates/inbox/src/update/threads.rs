//! What a person does with the list and with a conversation: going there, paging, writing, resolving.

use pronto_protocol::frame::{ClientFrame, ClientTyping};
use pronto_protocol::id::{ConversationId, MessageId, SiteKey};
use pronto_protocol::model::{BODY_MAX_CHARS, Status};
use pronto_protocol::send_queue::QueuedMessage;

use super::request::{Page, Request, Rows};
use super::{Effect, Moment, Step, Target, call, enter, live, money, report, settings};
use crate::state::list::{self, List, Loading, Order};
use crate::state::money::Purse;
use crate::state::money::terms::standing;
use crate::state::report::ReportPage;
use crate::state::thread::Thread;
use crate::state::{Phase, Route, State};

/// Typing is told at most this often.
const TYPING_EVERY_MS: i64 = 3_000;

/// The first page of the list, asked for anew.
pub(super) fn reload(state: &mut State) -> Vec<Effect> {
    ask_rows(state, true)
}

pub(super) fn list_end(state: &mut State) -> Vec<Effect> {
    match state.inside() {
        Some(inside) if inside.list.loading == Loading::Idle && inside.list.next.is_some() => {
            ask_rows(state, false)
        }
        _ => Vec::new(),
    }
}

fn ask_rows(state: &mut State, fresh: bool) -> Vec<Effect> {
    let Some(inside) = state.inside_mut() else { return Vec::new() };
    let list = &mut inside.list;
    list.loading = Loading::Busy;
    if fresh {
        list.round = list.round.wrapping_add(1);
    }
    let rows = Rows {
        site: inside.site.clone(),
        order: list.order,
        unread_only: list.unread_only,
        cursor: if fresh { None } else { list.next.clone() },
        round: list.round,
    };
    vec![call(state, Request::Rows(rows))]
}

pub(super) fn order(state: &mut State, order: Order) -> Vec<Effect> {
    match state.inside_mut() {
        Some(inside) if inside.list.order != order => inside.list.order = order,
        _ => return Vec::new(),
    }
    forget_rows(state);
    reload(state)
}

pub(super) fn unread_only(state: &mut State, only: bool) -> Vec<Effect> {
    match state.inside_mut() {
        Some(inside) if inside.list.unread_only != only => inside.list.unread_only = only,
        _ => return Vec::new(),
    }
    forget_rows(state);
    reload(state)
}

fn forget_rows(state: &mut State) {
    if let Some(inside) = state.inside_mut() {
        inside.list.clear();
    }
}

pub(super) fn choose_site(state: &mut State, site: SiteKey) -> Vec<Effect> {
    let Some(inside) = state.inside_mut() else { return Vec::new() };
    inside.list = List { order: inside.list.order, round: inside.list.round, ..List::default() };
    inside.site = site;
    inside.settings = None;
    inside.report = ReportPage::default();
    inside.purse = Purse::default();
    inside.sheet = None;
    let mut effects = reload(state);
    effects.append(&mut money::ask(state));
    let route = match &state.route {
        route @ (Route::Settings | Route::Reports | Route::Statement(_)) => route.clone(),
        _ => Route::List,
    };
    effects.append(&mut go(state, route, Step::Replace));
    effects
}

/// A person goes somewhere: the address follows.
pub(super) fn go(state: &mut State, route: Route, step: Step) -> Vec<Effect> {
    let mut effects = vec![Effect::Address(route.clone(), step)];
    effects.append(&mut routed(state, route));
    effects
}

/// The address points somewhere else: the screen follows.
pub(super) fn routed(state: &mut State, route: Route) -> Vec<Effect> {
    if matches!(route, Route::Setup(_)) || matches!(state.phase, Phase::Setup(_)) {
        return enter::at_the_door(state, route);
    }
    let left = std::mem::replace(&mut state.route, route);
    let mut effects = arrive(state);
    let back_to_row = left.conversation().filter(|_| state.route == Route::List).cloned();
    match (&state.route, back_to_row) {
        (_, Some(id)) => effects.push(Effect::Focus(Target::Row(id))),
        (Route::Thread(id), _) if left.conversation() != Some(id) => {
            effects.push(Effect::Focus(Target::Composer));
        }
        (Route::List | Route::Thread(_), _) => {}
        // Another month: the focus stays on what chose it.
        (Route::Statement(_), _) if matches!(left, Route::Statement(_)) => {}
        _ => effects.push(Effect::Focus(Target::Heading)),
    }
    effects
}

/// What the present route needs.
pub(super) fn arrive(state: &mut State) -> Vec<Effect> {
    if state.route != Route::Settings
        && let Some(inside) = state.inside_mut()
    {
        inside.settings = None;
    }
    if !matches!(state.route, Route::Statement(_))
        && let Some(inside) = state.inside_mut()
    {
        inside.sheet = None;
    }
    match state.route.clone() {
        Route::Thread(id) | Route::Contact(id) => open(state, &id),
        Route::Settings => settings::open(state),
        Route::Reports => report::ask(state),
        Route::Statement(month) => money::open(state, month),
        _ => Vec::new(),
    }
}

fn open(state: &mut State, id: &ConversationId) -> Vec<Effect> {
    let Some(inside) = state.inside_mut() else { return Vec::new() };
    inside.list.cursor = Some(id.clone());
    let known = inside.list.row(id).is_some();
    let thread = inside.threads.entry(id.clone()).or_insert_with(|| Thread::new(id.clone()));
    thread.blocking = false;
    let mut requests = Vec::new();
    if thread.timeline.cursor() == 0 {
        thread.loading = Loading::Busy;
        requests.push(Request::Messages(id.clone(), Page::Newest));
    } else if thread.timeline.has_gap() {
        requests.push(Request::Messages(id.clone(), Page::After(thread.timeline.cursor())));
    }
    if !known && thread.row.is_none() {
        requests.push(Request::Row(id.clone()));
    }
    requests.into_iter().map(|request| call(state, request)).collect()
}

pub(super) fn thread_top(state: &mut State) -> Vec<Effect> {
    let Some(id) = state.route.conversation().cloned() else { return Vec::new() };
    let thread = state.inside_mut().and_then(|inside| inside.threads.get_mut(&id));
    let Some(thread) = thread.filter(|thread| !thread.loading_older && thread.timeline.has_earlier()) else {
        return Vec::new();
    };
    let Some(first) = thread.timeline.first() else { return Vec::new() };
    thread.loading_older = true;
    vec![call(state, Request::Messages(id, Page::Before(first)))]
}

pub(super) fn back(state: &mut State) -> Vec<Effect> {
    let route = match &state.route {
        Route::Contact(id) => Route::Thread(id.clone()),
        _ => Route::List,
    };
    go(state, route, Step::Push)
}

pub(super) fn draft(state: &mut State, text: String) -> Vec<Effect> {
    let (now, online) = (state.now, state.online);
    let Some(id) = state.route.conversation().cloned() else { return Vec::new() };
    let Some(inside) = state.inside_mut() else { return Vec::new() };
    let typing = online
        && !text.trim().is_empty()
        && inside.typing_told.is_none_or(|told| !(0..TYPING_EVERY_MS).contains(&now.since(told)));
    let mut effects = vec![Effect::KeepDraft(inside.me.agent.agent_id.clone(), id.clone(), text.clone())];
    inside.drafts.insert(id.clone(), text);
    if typing {
        inside.typing_told = Some(now);
        let frame = ClientFrame::Typing(ClientTyping { conversation_id: id.clone() });
        effects.append(&mut live::say(state, frame, Request::Typing(id)));
    }
    effects
}

/// The answer box is emptied into the queue; the queue is sent from when everything has been taken in.
pub(super) fn send(state: &mut State, moment: &Moment) -> Vec<Effect> {
    let Some(id) = state.route.conversation().cloned() else { return Vec::new() };
    let Ok(message_id) = MessageId::new(moment.id.clone()) else { return Vec::new() };
    let now = state.server_now();
    let Some(inside) = state.inside_mut() else { return Vec::new() };
    let body = inside.draft(&id).trim().to_owned();
    let window = inside.row(&id).and_then(|row| row.window.as_ref());
    if window.and_then(|window| standing(window, now)).is_some_and(|standing| standing.is_closed()) {
        // The screen says why above the answer box; what was written stays in it.
        return vec![Effect::Focus(Target::Composer)];
    }
    if body.is_empty() || body.chars().count() > BODY_MAX_CHARS {
        return vec![Effect::Focus(Target::Composer)];
    }
    let item = QueuedMessage::new(id.clone(), message_id.clone(), body, moment.now);
    inside.queue.push(item);
    inside.drafts.remove(&id);
    inside.typing_told = None;
    let agent_id = inside.me.agent.agent_id.clone();
    let kept = inside.queue.get(&message_id).cloned();
    let mut effects: Vec<Effect> =
        kept.into_iter().map(|item| Effect::KeepMessage(agent_id.clone(), item)).collect();
    effects.push(Effect::KeepDraft(agent_id, id, String::new()));
    effects.push(Effect::Focus(Target::Composer));
    effects
}

pub(super) fn retry(state: &mut State, message_id: &MessageId) -> Vec<Effect> {
    if let Some(inside) = state.inside_mut() {
        inside.queue.retry(message_id);
    }
    vec![Effect::Focus(Target::Composer)]
}

/// The same message once more, now with its author's word that it may cost.
pub(super) fn accept_cost(state: &mut State, message_id: &MessageId) -> Vec<Effect> {
    let Some(inside) = state.inside_mut() else { return Vec::new() };
    let mut effects = vec![Effect::Focus(Target::Composer)];
    if inside.queue.accept_cost(message_id) {
        let agent_id = inside.me.agent.agent_id.clone();
        let kept = inside.queue.get(message_id).cloned();
        effects.extend(kept.map(|item| Effect::KeepMessage(agent_id, item)));
    }
    effects
}

/// Gives an answer up. Its words go back into the answer box if that is empty, so that a slip loses nothing.
pub(super) fn discard(state: &mut State, message_id: &MessageId) -> Vec<Effect> {
    let Some(inside) = state.inside_mut() else { return Vec::new() };
    let Some(item) = inside.queue.discard(message_id) else { return Vec::new() };
    let agent_id = inside.me.agent.agent_id.clone();
    let mut effects = vec![Effect::ForgetMessage(agent_id.clone(), message_id.clone())];
    if inside.draft(&item.conversation_id).trim().is_empty() {
        effects.push(Effect::KeepDraft(agent_id, item.conversation_id.clone(), item.body.clone()));
        inside.drafts.insert(item.conversation_id, item.body);
    }
    effects.push(Effect::Focus(Target::Composer));
    effects
}

pub(super) fn toggle_status(state: &mut State) -> Vec<Effect> {
    let Some(id) = state.route.conversation().cloned() else { return Vec::new() };
    let Some(inside) = state.inside_mut() else { return Vec::new() };
    let Some(resolved) = inside.row(&id).map(list::is_resolved) else { return Vec::new() };
    let Some(thread) = inside.threads.get_mut(&id).filter(|thread| !thread.changing) else {
        return Vec::new();
    };
    thread.changing = true;
    let status = if resolved { Status::Open } else { Status::Resolved };
    vec![call(state, Request::Status(id, status))]
}

/// Blocking is asked for and has to be said once more; a change on its way is waited for.
pub(super) fn blocking(state: &mut State, asked: bool) -> Vec<Effect> {
    let Some(id) = state.route.conversation().cloned() else { return Vec::new() };
    if let Some(thread) = state.inside_mut().and_then(|inside| inside.threads.get_mut(&id)) {
        thread.blocking = asked;
    }
    Vec::new()
}

pub(super) fn block(state: &mut State, blocked: bool) -> Vec<Effect> {
    let Some(id) = state.route.conversation().cloned() else { return Vec::new() };
    let thread = state.inside_mut().and_then(|inside| inside.threads.get_mut(&id));
    let Some(thread) = thread.filter(|thread| !thread.changing) else { return Vec::new() };
    thread.blocking = false;
    thread.changing = true;
    vec![call(state, Request::Block(id, blocked))]
}
