#![doc = include_str!("../docs/with/yew.md")]

use std::cell::RefCell;
use std::rc::Rc;

use serde::Serialize;
use wasm_bindgen::prelude::*;
use yew::prelude::*;

/// The element that an inline panel stands in. A page has one chat, so one name is enough.
const PLACE: &str = "pronto-panel";

#[wasm_bindgen(module = "/www/package/index.js")]
extern "C" {
    /// The calls; made before the loader has come, they wait for it. Cheap to clone.
    #[derive(Clone)]
    pub type Handle;

    #[wasm_bindgen(catch, js_name = start)]
    fn begin(options: &JsValue) -> Result<Handle, JsValue>;

    /// Shows the panel.
    #[wasm_bindgen(method)]
    pub fn open(this: &Handle);
    /// Hides the panel.
    #[wasm_bindgen(method)]
    pub fn close(this: &Handle);
    /// Shows the panel, or hides it.
    #[wasm_bindgen(method)]
    pub fn toggle(this: &Handle);
    /// Takes the launcher away until [`Handle::show`].
    #[wasm_bindgen(method)]
    pub fn hide(this: &Handle);
    /// Brings the launcher back.
    #[wasm_bindgen(method)]
    pub fn show(this: &Handle);
    /// Puts words into an empty composer; they are never sent by themselves. Cut after 1,000 characters.
    #[wasm_bindgen(method)]
    pub fn prefill(this: &Handle, text: &str);
    /// Says who the visitor is: a JWT that your backend has signed. [`Props::identity`] does it at each start.
    #[wasm_bindgen(method)]
    pub fn identify(this: &Handle, token: &str);
    /// Ends the visitor's session and forgets them on this device.
    #[wasm_bindgen(method)]
    pub fn logout(this: &Handle);

    #[wasm_bindgen(method, js_name = on)]
    fn hear(this: &Handle, name: &str, heard: &JsValue) -> js_sys::Function;
    #[wasm_bindgen(method, js_name = setTheme)]
    fn set_theme(this: &Handle, theme: &str);
    #[wasm_bindgen(method, js_name = destroy)]
    fn end(this: &Handle);
}

impl PartialEq for Handle {
    fn eq(&self, other: &Self) -> bool {
        let (ours, theirs): (&JsValue, &JsValue) = (self, other);
        ours == theirs
    }
}

/// Light, dark, or what the visitor's device says.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Theme {
    /// What the device says.
    #[default]
    Device,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    fn name(self) -> &'static str {
        match self {
            Theme::Device => "",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }
}

/// The corner of the launcher.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Position {
    /// The left one.
    Left,
    /// The right one.
    Right,
}

/// What a phone shows in place of the panel that fills its screen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mobile {
    /// No launcher.
    Hide,
    /// A launcher that leads to the hosted page.
    Page,
}

/// What went wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The address or the key is missing, or the page's policy refuses the loader before it begins.
    Start,
    /// The site could not be read: its key is not known, or the server does not answer. It is tried again.
    Site,
    /// The page's policy refuses the frame; the visitor is given a link.
    Frame,
    /// What was signed about the visitor is not believed; they go on as a stranger.
    Identity,
}

/// Where the chat comes from, what it looks like, and what is told of it. No event carries a word of the conversation.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// The address of the chat, for example `https://chat.example.com`.
    pub server: AttrValue,
    /// The site's public key, as the inbox shows it under Settings.
    pub site: AttrValue,
    /// A language tag; the page's own language where it is left out.
    #[prop_or_default]
    pub lang: Option<AttrValue>,
    /// Light or dark. Changing it keeps the panel that is there.
    #[prop_or_default]
    pub theme: Theme,
    /// The launcher's corner; the side where the language's lines end where it is left out.
    #[prop_or_default]
    pub position: Option<Position>,
    /// The launcher's distance from the edges in CSS pixels, sideways and from below.
    #[prop_or_default]
    pub offset: Option<(u16, u16)>,
    /// The launcher's layer.
    #[prop_or_default]
    pub z_index: Option<i32>,
    /// Words on the launcher.
    #[prop_or_default]
    pub label: Option<AttrValue>,
    /// Paths without a launcher; a `*` at the end stands for all below.
    #[prop_or_default]
    pub hide_on: Vec<AttrValue>,
    /// What a phone shows.
    #[prop_or_default]
    pub mobile: Option<Mobile>,
    /// The panel stands where the component does, always open, without a launcher.
    #[prop_or_default]
    pub inline: bool,
    /// Opens by itself, once, and never on phones.
    #[prop_or_default]
    pub open: bool,
    /// Who the visitor is, signed by your backend, as a JWT. A new one keeps the panel that is there.
    #[prop_or_default]
    pub identity: Option<AttrValue>,
    /// For a page whose Content-Security-Policy names scripts by nonce.
    #[prop_or_default]
    pub nonce: Option<AttrValue>,
    /// The loader's hash, for a page that wants exactly that file. A newer server then needs a newer hash.
    #[prop_or_default]
    pub integrity: Option<AttrValue>,
    /// The calls, once for each start.
    #[prop_or_default]
    pub on_start: Callback<Handle>,
    /// The launcher is there.
    #[prop_or_default]
    pub on_ready: Callback<()>,
    /// The panel was shown.
    #[prop_or_default]
    pub on_open: Callback<()>,
    /// The panel was hidden.
    #[prop_or_default]
    pub on_close: Callback<()>,
    /// The visitor has sent a message.
    #[prop_or_default]
    pub on_wrote: Callback<()>,
    /// The business has answered.
    #[prop_or_default]
    pub on_message: Callback<()>,
    /// So many answers are unread; 0 at the start.
    #[prop_or_default]
    pub on_unread: Callback<u32>,
    /// The visitor was forgotten on this device.
    #[prop_or_default]
    pub on_logout: Callback<()>,
    /// The visitor is known by what your backend has signed.
    #[prop_or_default]
    pub on_identify: Callback<()>,
    /// There is no panel, or what was signed is not believed.
    #[prop_or_default]
    pub on_error: Callback<Fault>,
}

/// What the package's `start` takes; a change of any of it starts anew.
#[derive(Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Options {
    server: String,
    site: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    lang: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<Position>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<(u16, u16)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    z_index: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hide_on: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mobile: Option<Mobile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mount: Option<String>,
    open: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    integrity: Option<String>,
}

impl Options {
    fn of(props: &Props) -> Self {
        let text = |value: &Option<AttrValue>| value.as_ref().map(AttrValue::to_string);
        Self {
            server: props.server.to_string(),
            site: props.site.to_string(),
            lang: text(&props.lang),
            position: props.position,
            offset: props.offset,
            z_index: props.z_index,
            label: text(&props.label),
            hide_on: props.hide_on.iter().map(AttrValue::to_string).collect(),
            mobile: props.mobile,
            mount: props.inline.then(|| format!("#{PLACE}")),
            open: props.open,
            nonce: text(&props.nonce),
            integrity: text(&props.integrity),
        }
    }
}

type Ear = Closure<dyn Fn(JsValue)>;
type Tell = fn(&Props, &JsValue);

/// A chat that is on the page. Dropping it takes everything off again.
struct Running {
    handle: Handle,
    /// What ends each kind of listening, and the closure that hears.
    ears: Vec<(js_sys::Function, Ear)>,
}

impl Running {
    fn start(options: &Options, props: &Rc<RefCell<Props>>) -> Result<Self, JsValue> {
        let handle = begin(&serde_wasm_bindgen::to_value(options)?)?;
        let ears = EVENTS
            .iter()
            .map(|(name, tell)| {
                let props = Rc::clone(props);
                let heard = Ear::new(move |detail| {
                    // Cloned, since what is told may draw the component anew.
                    let told = props.borrow().clone();
                    tell(&told, &detail);
                });
                (handle.hear(name, heard.as_ref()), heard)
            })
            .collect();
        Ok(Self { handle, ears })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        for (end, _) in &self.ears {
            // It does nothing but take a listener away.
            let _ = end.call0(&JsValue::UNDEFINED);
        }
        self.handle.end();
    }
}

/// Each event of the loader's, and who is told of it.
const EVENTS: [(&str, Tell); 9] = [
    ("ready", |props, _| props.on_ready.emit(())),
    ("open", |props, _| props.on_open.emit(())),
    ("close", |props, _| props.on_close.emit(())),
    ("wrote", |props, _| props.on_wrote.emit(())),
    ("message", |props, _| props.on_message.emit(())),
    ("unread", |props, n| props.on_unread.emit(n.as_f64().unwrap_or_default() as u32)),
    ("logout", |props, _| props.on_logout.emit(())),
    ("identify", |props, _| props.on_identify.emit(())),
    ("error", |props, which| {
        props.on_error.emit(match which.as_string().as_deref() {
            Some("frame") => Fault::Frame,
            Some("identity") => Fault::Identity,
            _ => Fault::Site,
        });
    }),
];

/// The chat. One at a time on a page: a second component finds the first one's.
#[component(Chat)]
pub fn chat(props: &Props) -> Html {
    // What is told goes to the callbacks of the last drawing; new ones do not start the chat anew.
    let latest = use_mut_ref(|| props.clone());
    latest.replace(props.clone());
    let options = Options::of(props);

    let handle = use_mut_ref(|| None::<Handle>);
    let kept = Rc::clone(&handle);
    use_effect_with(options.clone(), move |options| {
        let running = Running::start(options, &latest);
        let told = latest.borrow().clone();
        match &running {
            Ok(running) => {
                kept.replace(Some(running.handle.clone()));
                told.on_start.emit(running.handle.clone());
                // It counts from the start; what an earlier one had counted is over.
                told.on_unread.emit(0);
            }
            Err(_) => told.on_error.emit(Fault::Start),
        }
        move || {
            kept.replace(None);
            drop(running);
        }
    });
    let kept = Rc::clone(&handle);
    use_effect_with((options.clone(), props.theme), move |(_, theme)| {
        if let Some(handle) = &*kept.borrow() {
            handle.set_theme(theme.name());
        }
    });
    use_effect_with((options, props.identity.clone()), move |(_, identity)| {
        if let (Some(handle), Some(token)) = (&*handle.borrow(), identity) {
            handle.identify(token);
        }
    });
    if props.inline {
        html! { <div id={PLACE} style="height:100%"></div> }
    } else {
        Html::default()
    }
}
