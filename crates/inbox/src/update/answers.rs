//! The server's answers, each to the part it belongs to.

use pronto_protocol::api::{ErrorCode, InboxPage, MessagePage};
use pronto_protocol::id::ConversationId;
use pronto_protocol::model::{InboxConversation, Status};
use pronto_protocol::send_queue::{Failure, Outgoing};

use super::request::{Answer, Failed, Page, Request, Rows};
use super::{Effect, Moment, announce, call, enter, live, money, report, session_ended, settings};
use crate::state::list::Loading;
use crate::state::{Phase, State};

pub(super) fn answered(
    state: &mut State,
    request: Request,
    result: Result<Box<Answer>, Failed>,
    moment: &Moment,
) -> Vec<Effect> {
    match result {
        Ok(answer) => succeeded(state, request, *answer),
        Err(failed) => {
            let ended = failed.code() == Some(ErrorCode::Unauthorized);
            if ended && state.inside().is_some() && request != Request::Logout {
                return session_ended(state);
            }
            refused(state, request, &failed, moment)
        }
    }
}

fn succeeded(state: &mut State, request: Request, answer: Answer) -> Vec<Effect> {
    match (request, answer) {
        (Request::Me | Request::Setup(_) | Request::Login(_), Answer::Me(me)) => match &mut state.phase {
            Phase::Inside(inside) => {
                inside.me = me;
                Vec::new()
            }
            _ => enter::came_in(state, me),
        },
        (Request::Password(_), _) => enter::password_changed(state),
        (Request::Rows(asked), Answer::Rows(page)) => rows(state, &asked, page),
        (Request::Row(id), Answer::Row(row)) => one(state, &id, row),
        (Request::Status(id, status), Answer::Row(row)) => {
            let words = state.words();
            let sentence = if status == Status::Resolved { words.now_resolved } else { words.now_open };
            announce(state, sentence.to_owned());
            one(state, &id, row)
        }
        (Request::Block(id, blocked), Answer::Row(row)) => {
            let words = state.words();
            announce(state, if blocked { words.now_blocked } else { words.now_unblocked }.to_owned());
            one(state, &id, row)
        }
        (Request::Messages(id, page), Answer::Messages(messages)) => thread_page(state, &id, page, messages),
        (Request::Send(_), Answer::Sent(sent)) => {
            let now = state.now;
            state.inside_mut().map_or_else(Vec::new, |inside| {
                inside.purse.hurry(now);
                live::take(inside, sent.message)
            })
        }
        (Request::Costs(site), Answer::Costs(costs)) => money::costs(state, &site, Some(costs)),
        (Request::Statement(site, month), Answer::Statement(statement)) => {
            money::statement(state, &site, &month, Some(statement))
        }
        (Request::Report(site), Answer::Report(measured)) => report::came(state, &site, measured),
        // The first site was made: who is signed in is told anew, with the site.
        (Request::SaveSite(..), _) if matches!(state.phase, Phase::FirstSite(_)) => {
            vec![call(state, Request::Me)]
        }
        (request, answer) => settings::answered(state, request, answer),
    }
}

fn refused(state: &mut State, request: Request, failed: &Failed, moment: &Moment) -> Vec<Effect> {
    match request {
        Request::Me => match state.phase {
            Phase::Loading | Phase::Unreachable(_) => enter::me_failed(state, failed),
            Phase::FirstSite(_) => enter::form_failed(state, failed),
            _ => Vec::new(),
        },
        Request::Setup(_) | Request::Login(_) | Request::Password(_) => enter::form_failed(state, failed),
        _ if matches!(state.phase, Phase::FirstSite(_)) => enter::form_failed(state, failed),
        Request::Rows(asked) => {
            if let Some(inside) = state.inside_mut().filter(|inside| inside.list.round == asked.round) {
                inside.list.loading = Loading::Failed;
            }
            Vec::new()
        }
        Request::Messages(id, _) | Request::Row(id) => {
            if let Some(thread) = state.inside_mut().and_then(|inside| inside.threads.get_mut(&id)) {
                thread.loading = Loading::Failed;
                thread.loading_older = false;
            }
            Vec::new()
        }
        Request::Costs(site) => money::costs(state, &site, None),
        Request::Statement(site, month) => money::statement(state, &site, &month, None),
        Request::Status(id, _) | Request::Block(id, _) => {
            let sentence = enter::sentence(state.words(), failed);
            if let Some(thread) = state.inside_mut().and_then(|inside| inside.threads.get_mut(&id)) {
                thread.changing = false;
                thread.problem = Some(sentence);
            }
            Vec::new()
        }
        Request::Report(site) => report::failed(state, &site, failed),
        Request::Send(outgoing) => not_sent(state, &outgoing, failed, moment),
        request => settings::failed(state, &request, failed),
    }
}

fn rows(state: &mut State, asked: &Rows, page: InboxPage) -> Vec<Effect> {
    let Some(inside) = state.inside_mut().filter(|inside| inside.list.round == asked.round) else {
        return Vec::new();
    };
    for row in &page.conversations {
        if let Some(thread) = inside.threads.get_mut(&row.conversation.conversation_id) {
            thread.timeline.knows(row.conversation.last_seq);
            thread.row = Some(row.clone());
        }
    }
    let list = &mut inside.list;
    list.loading = Loading::Idle;
    list.reply = page.reply.or(list.reply.take());
    let again = asked.cursor.is_none() && list.loaded;
    list.loaded = true;
    if again {
        // The first page once more, after the line broke: what was loaded below stays.
        page.conversations.into_iter().for_each(|row| list.put(row));
    } else {
        list.extend(page.conversations);
        list.next = page.next;
    }
    Vec::new()
}

fn one(state: &mut State, id: &ConversationId, row: InboxConversation) -> Vec<Effect> {
    let Some(inside) = state.inside_mut() else { return Vec::new() };
    if let Some(thread) = inside.threads.get_mut(id) {
        thread.changing = false;
        thread.problem = None;
    }
    live::learn(inside, row);
    Vec::new()
}

fn thread_page(state: &mut State, id: &ConversationId, page: Page, messages: MessagePage) -> Vec<Effect> {
    let Some(inside) = state.inside_mut() else { return Vec::new() };
    let agent_id = inside.me.agent.agent_id.clone();
    let mut effects = Vec::new();
    for message in &messages.messages {
        if let Some(item) = inside.queue.acknowledged(&message.message_id) {
            effects.push(Effect::ForgetMessage(agent_id.clone(), item.message_id));
        }
    }
    let conversation = messages.conversation;
    live::touch(inside, id, |row| {
        row.conversation.visitor = row.conversation.visitor.merge(conversation.visitor);
        row.conversation.business = row.conversation.business.merge(conversation.business);
    });
    let Some(thread) = inside.threads.get_mut(id) else { return effects };
    match page {
        Page::Before(_) => {
            thread.loading_older = false;
            thread.timeline.prepend_page(messages.messages);
        }
        Page::Newest | Page::After(_) => {
            thread.loading = Loading::Idle;
            thread.timeline.start(messages.messages);
        }
    }
    thread.read_told = thread.read_told.max(conversation.business.read);
    effects
}

fn not_sent(state: &mut State, outgoing: &Outgoing, failed: &Failed, moment: &Moment) -> Vec<Effect> {
    let failure = match failed {
        Failed::Network => Failure::Network,
        Failed::Refused { code, retry_after_ms, .. } => {
            Failure::Refused { code: *code, retry_after_ms: *retry_after_ms }
        }
    };
    let words = state.words();
    let Some(inside) = state.inside_mut() else { return Vec::new() };
    let id = &outgoing.message.message_id;
    inside.queue.failed(id, failure, moment.now, moment.jitter);
    let Some(item) = inside.queue.get(id).cloned() else { return Vec::new() };
    let agent_id = inside.me.agent.agent_id.clone();
    if item.is_wedged() {
        announce(state, words.not_sent.to_owned());
    }
    let mut effects = vec![Effect::KeepMessage(agent_id, item)];
    // What the screen believed of the window or the budget was out of date.
    match failed.code() {
        Some(ErrorCode::OverBudget) => effects.append(&mut money::ask(state)),
        Some(ErrorCode::WindowClosed) => {
            effects.push(call(state, Request::Row(outgoing.conversation_id.clone())));
        }
        _ => {}
    }
    effects
}
