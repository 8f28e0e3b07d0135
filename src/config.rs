//! What the page and its loader handed over, parsed once. Nothing in here changes while the page lives.

use pronto_protocol::id::SiteKey;
use pronto_protocol::model::{OpenState, VisitorContext};

/// Where the panel stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// In a frame of a customer's page; the loader opens and closes it.
    Frame,
    /// By itself, full size, always open.
    Page,
}

/// The panel's settings.
#[derive(Clone, PartialEq, Debug)]
pub struct Config {
    /// The site's key.
    pub site: SiteKey,
    /// The business's name.
    pub name: String,
    /// The language of the page.
    pub locale: String,
    /// Frame or hosted page.
    pub mode: Mode,
    /// The sentence above an empty thread.
    pub greeting: String,
    /// The reply time as a sentence; empty where there is no figure.
    pub reply: String,
    /// The reply time in minutes, where there is a figure.
    pub minutes: Option<u32>,
    /// Whether the business is open, where it has opening hours.
    pub open: Option<OpenState>,
    /// That as a sentence, true until `open.changes_at`.
    pub hours: String,
    /// What the browser says about itself; the page's address and title come from the loader.
    pub context: VisitorContext,
}
