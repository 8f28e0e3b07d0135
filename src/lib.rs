//! Pronto's panel: a Yew component around a pure core.
//!
//! Events come in through [`app`], [`update`] turns them into changes of [`state`] and into effects, [`io`] performs
//! those against the browser, [`view`] draws. What is said on the wire lives in `pronto-protocol`, never here.
//!
//! Another Yew app takes `chat::Chat`, with the feature `chat`; the rest is the panel's own.

pub mod app;
#[cfg(feature = "chat")]
pub mod chat;
pub mod config;
pub mod io;
pub mod state;
pub mod text;
pub mod update;
pub mod view;
pub mod window;

/// Takes over the page that the server sent: `#root` becomes the component's, the form stays a part of the page.
pub fn start() {
    // Read before the root is drawn over: what the server wrote there is part of the settings.
    if let (Some(root), Some(config)) = (io::root(), io::config()) {
        yew::Renderer::<app::App>::with_root_and_props(root, app::Props { config }).render();
    }
}
