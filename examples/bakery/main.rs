//! A Yew app with Pronto's chat in it: two pages, the chat beside them or inside one, and what it tells the app.
//!
//! `trunk serve --example bakery --dist target/bakery examples/bakery/index.html`, beside a chat server (`cargo xtask serve`)
//! whose site lists this page's address under Settings. Which server and which site, `index.html` says.

use pronto::chat::{Chat, Fault, Handle, Theme};
use yew::prelude::*;

#[derive(Clone, PartialEq, Properties)]
struct Place {
    server: AttrValue,
    site: AttrValue,
    /// Who the visitor is, as the bakery's own backend has signed it.
    identity: Option<AttrValue>,
}

#[component(Bakery)]
fn bakery(place: &Place) -> Html {
    let calls = use_state(|| None::<Handle>);
    let unread = use_state(|| 0);
    let fault = use_state(|| None::<Fault>);
    let is_known = use_state(|| false);
    let is_dark = use_state(|| false);
    let is_order = use_state(|| false);
    let is_shown = use_state(|| true);

    let ask = {
        let calls = calls.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(calls) = &*calls {
                calls.prefill("Do you still have the walnut bread?");
                calls.open();
            }
        })
    };
    let turn = |state: &UseStateHandle<bool>| {
        let state = state.clone();
        Callback::from(move |_: MouseEvent| state.set(!*state))
    };
    let keep = |state: &UseStateHandle<Option<Handle>>| {
        let state = state.clone();
        Callback::from(move |handle| state.set(Some(handle)))
    };
    let count = unread.clone();
    let wrong = fault.clone();
    let known = is_known.clone();
    html! {
        <main>
            <h1>{ if *is_order { "Your order" } else { "Bread of the day" } }</h1>
            <p>{ if *is_order { "Ask us here; we see what you write at the counter." } else { "Walnut, rye, and a white loaf that is gone by ten." } }</p>
            <p>
                <button onclick={turn(&is_order)}>{ if *is_order { "Back to the bread" } else { "To your order" } }</button>
                <button onclick={turn(&is_dark)}>{ if *is_dark { "A light chat" } else { "A dark chat" } }</button>
                <button onclick={turn(&is_shown)}>{ if *is_shown { "Without the chat" } else { "With the chat" } }</button>
                <button onclick={ask}>{ "Ask about the walnut bread" }</button>
            </p>
            <output>
                { match *fault {
                    None => format!("Unread answers: {}{}", *unread, if *is_known { ". We know you." } else { "" }),
                    Some(Fault::Start) => "The chat could not begin: server or site is missing.".to_owned(),
                    Some(Fault::Site) => "The chat’s server does not answer, or does not know this site.".to_owned(),
                    Some(Fault::Frame) => "This page’s policy refuses the chat’s frame.".to_owned(),
                    Some(Fault::Identity) => "Sign in again: the chat takes you for a stranger.".to_owned(),
                } }
            </output>
            if *is_shown {
                // Where it stands is a part of what it starts with: on the page of the order it begins anew, inside the page.
                <div class={if *is_order { "panel" } else { "" }}>
                    <Chat
                        server={&place.server}
                        site={&place.site}
                        inline={*is_order}
                        theme={if *is_dark { Theme::Dark } else { Theme::Light }}
                        identity={place.identity.clone()}
                        on_start={keep(&calls)}
                        on_identify={move |()| known.set(true)}
                        on_unread={move |n| count.set(n)}
                        on_error={move |fault| wrong.set(Some(fault))}
                    />
                </div>
            }
        </main>
    }
}

fn main() {
    let page =
        web_sys::window().and_then(|window| window.document()).and_then(|page| page.document_element());
    let named = |name| page.as_ref().and_then(|page| page.get_attribute(name)).unwrap_or_default().into();
    let identity = page.as_ref().and_then(|page| page.get_attribute("data-identity")).map(AttrValue::from);
    let place = Place { server: named("data-server"), site: named("data-site"), identity };
    yew::Renderer::<Bakery>::with_props(place).render();
}
