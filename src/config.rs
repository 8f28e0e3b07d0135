//! What the page and its loader handed over, parsed once. Nothing in here changes while the page lives.

use pronto_protocol::id::SiteKey;
use pronto_protocol::model::VisitorContext;

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
    /// Whether the business is closed; the page asks again when that changes, and says so.
    pub closed: bool,
    /// What the browser says about itself; the page's address and title come from the loader, the time zone when it is sent.
    pub context: VisitorContext,
}
