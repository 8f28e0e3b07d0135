//! Who writes: what the business's own site has signed, and apart from it what their browser says, which nobody has checked.

use pronto_protocol::id::ConversationId;
use pronto_protocol::model::ask::{Asked, FieldAnswer, FieldKind};
use pronto_protocol::model::contact::Contact;
use pronto_protocol::model::{InboxConversation, Status};
use yew::{Html, html};

use super::list::visitor_name;
use super::parts::{ICON_BACK, ICON_SEAL, icon, on};
use super::{Say, when};
use crate::state::{Inside, Route, State};
use crate::text::{Strings, fill};
use crate::update::Ui;

pub(super) fn pane(state: &State, inside: &Inside, id: &ConversationId, say: &Say) -> Html {
    let words = state.words();
    let block = say.clone();
    let say = say.clone();
    let onclick = yew::Callback::from(move |event: web_sys::MouseEvent| {
        event.prevent_default();
        say.emit(Ui::Back);
    });
    html! {
        <section class="pane contact-pane" aria-label={words.contact} key="contact">
            <header class="bar">
                <a class="tool contact-back" href={format!("#{}", Route::Thread(id.clone()).fragment())}
                    aria-label={words.back} {onclick}>{ icon(ICON_BACK) }</a>
                <h2 class="bar-title" tabindex="-1" data-heading="">{ words.contact }</h2>
            </header>
            if let Some(row) = inside.row(id) { { facts(state, inside, row, &block) } }
        </section>
    }
}

fn facts(state: &State, inside: &Inside, row: &InboxConversation, say: &Say) -> Html {
    let words = state.words();
    let given = |value: Option<String>| value.unwrap_or_else(|| words.unknown.to_owned());
    let context = &row.context;
    let now = state.server_now();
    let locale = context.locale.as_ref().map(|tag| when::language(state.lang, tag));
    let time = context.time_zone.as_ref().map(|zone| match when::time_in(state.lang, zone, now) {
        Some(time) => format!("{time} ({zone})"),
        None => zone.clone(),
    });
    let status = match row.conversation.status {
        Status::Resolved => words.resolved,
        Status::Snoozed => words.snoozed,
        _ => words.open,
    };
    html! {
        <div class="scroll facts" tabindex="0" role="group" aria-label={words.contact}>
            <p class="facts-name">{ visitor_name(row, words) }</p>
            if row.demo { <p class="demo meta">{ words.demo_long }</p> }
            <dl>
                <dt>{ words.status }</dt><dd>{ status }</dd>
                <dt>{ words.began }</dt><dd>{ when::exact(state.lang, row.conversation.created_at) }</dd>
                if let Some(rating) = &row.rating {
                    <dt>{ words.rating }</dt>
                    <dd>
                        { fill(words.rating_of, "{n}", &rating.score.to_string()) }
                        if !rating.words.is_empty() { <p class="meta" dir="auto">{ &rating.words }</p> }
                    </dd>
                }
            </dl>
            if let Some(contact) = &row.contact { { known(contact, words) } }
            <p class="unverified">{ words.unverified }</p>
            <dl>
                <dt>{ words.page }</dt>
                <dd>
                    <span dir="auto">{ given(context.page_title.clone()) }</span>
                    { page_link(context.page_url.as_deref()) }
                </dd>
                <dt>{ words.their_language }</dt><dd>{ given(locale) }</dd>
                <dt>{ words.their_time }</dt><dd>{ given(time) }</dd>
                if let Some(asked) = &context.asked { { filled_in(asked, words) } }
                if let Some(email) = &row.email { <dt>{ words.their_email }</dt><dd dir="ltr">{ email }</dd> }
            </dl>
            { blocking(state, inside, row, say) }
        </div>
    }
}

/// What they filled in before the first message.
fn filled_in(asked: &Asked, words: &Strings) -> Html {
    let label = |answer: &FieldAnswer| match answer.kind {
        _ if !answer.label.is_empty() => answer.label.clone(),
        FieldKind::Name => words.asked_name.to_owned(),
        FieldKind::Email => words.asked_email.to_owned(),
        FieldKind::Text | FieldKind::Unknown => words.unknown.to_owned(),
    };
    html! {
        <>
            { for asked.answers.iter().map(|answer| html! {
                <><dt dir="auto">{ label(answer) }</dt><dd dir="auto">{ &answer.value }</dd></>
            }) }
            if let Some(consent) = &asked.consent { <dt>{ words.asked_consent }</dt><dd dir="auto">{ consent }</dd> }
        </>
    }
}

fn known(contact: &Contact, words: &Strings) -> Html {
    let lines = [
        (words.known_name, contact.name.as_ref()),
        (words.known_email, contact.email.as_ref()),
        (words.known_phone, contact.phone.as_ref()),
        (words.known_subject, Some(&contact.subject)),
    ];
    let lines = lines.into_iter().filter_map(|(what, value)| Some((what, value?)));
    html! {
        <>
            <p class="verified">{ icon(ICON_SEAL) }{ words.verified }</p>
            <dl>{ for lines.map(|(what, value)| html! { <><dt>{ what }</dt><dd dir="auto">{ value }</dd></> }) }</dl>
        </>
    }
}

/// Blocking a visitor as spam, which asks once more, and taking it back, which does not.
fn blocking(state: &State, inside: &Inside, row: &InboxConversation, say: &Say) -> Html {
    let words = state.words();
    let thread = inside.threads.get(&row.conversation.conversation_id);
    let busy = thread.is_none_or(|thread| thread.changing);
    let asked = thread.is_some_and(|thread| thread.blocking);
    html! {
        <div class="blocking">
            { match (row.blocked, asked) {
                (true, _) => html! {
                    <>
                        <p class="hint">{ words.blocked_hint }</p>
                        <button class="button" type="button" disabled={busy} onclick={on(say, Ui::Block(false))}>{ words.unblock }</button>
                    </>
                },
                (false, false) => html! {
                    <button class="button" type="button" disabled={busy} onclick={on(say, Ui::Blocking(true))}>{ words.block }</button>
                },
                (false, true) => html! {
                    <div class="confirm" role="alert">
                        <p>{ words.block_sure }</p>
                        <div class="actions">
                            <button class="button" type="button" onclick={on(say, Ui::Blocking(false))}>{ words.cancel }</button>
                            <button class="button danger" type="button" onclick={on(say, Ui::Block(true))}>{ words.yes_block }</button>
                        </div>
                    </div>
                },
            } }
        </div>
    }
}

/// Only an http address becomes a link: a browser may say anything.
fn page_link(url: Option<&str>) -> Html {
    match url {
        Some(url) if url.starts_with("https://") || url.starts_with("http://") => html! {
            <a class="meta" href={url.to_owned()} target="_blank" rel="noopener noreferrer nofollow">{ url }</a>
        },
        Some(url) => html! { <span class="meta">{ url }</span> },
        None => html! {},
    }
}
