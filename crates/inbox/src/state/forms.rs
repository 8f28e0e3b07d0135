//! The forms a person fills to get in, and the one that changes their password. No form prints what it holds.

use pronto_protocol::api::Me;
use pronto_protocol::id::SiteKey;
use pronto_protocol::model::SiteSettings;

use crate::text::Lang;

/// What is the matter with a form, as a sentence to show.
pub type Problem = Option<String>;

/// The first owner's form.
#[derive(Default)]
pub struct SetupForm {
    /// From the one-time link.
    pub token: String,
    /// What visitors will see.
    pub name: String,
    /// What the owner will sign in with.
    pub email: String,
    /// The password to be.
    pub password: String,
    /// Whether it is on its way.
    pub busy: bool,
    /// What is the matter.
    pub problem: Problem,
}

/// The form to sign in.
#[derive(Default)]
pub struct SignInForm {
    /// The e-mail.
    pub email: String,
    /// The password.
    pub password: String,
    /// Whether it is on its way.
    pub busy: bool,
    /// What is the matter.
    pub problem: Problem,
    /// Whether a session ended while its agent worked.
    pub ended: bool,
}

/// The form that makes the first site.
pub struct FirstSiteForm {
    /// Who makes it.
    pub me: Me,
    /// The business's name.
    pub name: String,
    /// Whether it is on its way.
    pub busy: bool,
    /// What is the matter.
    pub problem: Problem,
}

impl FirstSiteForm {
    /// The empty form.
    #[must_use]
    pub fn new(me: Me) -> Self {
        Self { me, name: String::new(), busy: false, problem: None }
    }

    /// The site's key and settings; everything but the name can be set later. None without a name.
    #[must_use]
    pub fn finish(&self, lang: Lang) -> Option<(SiteKey, SiteSettings)> {
        let name = self.name.trim();
        let fits = !name.is_empty() && name.chars().count() <= super::settings::NAME_MAX;
        let settings = SiteSettings {
            name: name.to_owned(),
            accent: "#0F5C4A".to_owned(),
            look: None,
            greeting: String::new(),
            locale: lang.tag().to_owned(),
            allowed_origins: Vec::new(),
            hours: None,
            backend_url: None,
            away: String::new(),
            billing: None,
            pre_chat: None,
            quick_replies: Vec::new(),
            shield: pronto_protocol::model::contact::Shield::Auto,
        };
        Some((site_key(name)?, settings)).filter(|_| fits)
    }
}

/// A key that people recognise in the snippet: the name in plain letters and hyphens; `site` where none is left.
#[must_use]
pub fn site_key(name: &str) -> Option<SiteKey> {
    let plain = |c: char| match c {
        'à' | 'á' | 'â' | 'ä' | 'ã' | 'å' => 'a',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ò' | 'ó' | 'ô' | 'ö' | 'õ' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        c if c.is_ascii_alphanumeric() => c,
        _ => ' ',
    };
    let letters: String = name.to_lowercase().chars().map(plain).collect();
    let key: String = letters.split_whitespace().collect::<Vec<_>>().join("-").chars().take(40).collect();
    let key = key.trim_end_matches('-');
    SiteKey::new(if key.is_empty() { "site" } else { key }).ok()
}

/// The form to change a password.
#[derive(Default)]
pub struct AccountForm {
    /// The one in use.
    pub current: String,
    /// The one to be.
    pub new: String,
    /// Whether it is on its way.
    pub busy: bool,
    /// What is the matter.
    pub problem: Problem,
    /// Whether it was changed.
    pub done: bool,
}

/// A field of one of these forms.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// A person's name.
    Name,
    /// An e-mail.
    Email,
    /// The password, or the one in use.
    Password,
    /// The password to be.
    NewPassword,
}

/// The least length of a password, in characters.
pub const PASSWORD_MIN_CHARS: usize = 10;

/// Whether a password is long enough.
#[must_use]
pub fn is_long_enough(password: &str) -> bool {
    password.chars().count() >= PASSWORD_MIN_CHARS
}
