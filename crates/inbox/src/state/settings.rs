//! The settings' screen: what the server keeps, what the owner is changing, and secrets that are shown once.

pub mod ask;
pub mod billing;
pub mod colour;
pub mod day;
pub mod hours;
pub mod look;
pub mod opening;

use pronto_protocol::api::SitePage;
use pronto_protocol::id::{ApiKeyId, IdentitySecretId};
use pronto_protocol::model::contact::Shield;
use pronto_protocol::model::{Delivery, SiteSettings};

use ask::{AskForm, AskProblem};
use billing::{BillingForm, BillingProblem};
use hours::{Hours, HoursProblem, Of};
use look::{LookForm, LookProblem};

/// Longest name, in characters.
pub const NAME_MAX: usize = 80;
/// Longest greeting, in characters.
pub const GREETING_MAX: usize = 280;
/// Longest away message, in characters.
pub const AWAY_MAX: usize = 1_000;

/// The settings of one site.
pub struct Settings {
    /// What the server keeps; absent until it came.
    pub page: Option<SitePage>,
    /// What the owner is changing.
    pub form: Form,
    /// The accent and the look whose picture is shown: the form's, but for what is still being written.
    pub seen: (String, LookForm),
    /// How saving stands.
    pub saving: Saving,
    /// A secret just made; shown once.
    pub shown: Option<Shown>,
    /// The name of the next API key.
    pub key_name: String,
    /// What a second press would do.
    pub confirm: Option<Confirm>,
    /// Parked deliveries; absent until they came.
    pub deliveries: Option<Vec<Delivery>>,
    /// What went wrong besides saving, as a sentence.
    pub problem: Option<String>,
}

/// The editable part.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Form {
    /// The business's name.
    pub name: String,
    /// `#rrggbb`.
    pub accent: String,
    /// The rest of how it looks.
    pub look: LookForm,
    /// The sentence above an empty thread.
    pub greeting: String,
    /// The language where the visitor's is unknown.
    pub locale: String,
    /// One origin a line.
    pub origins: String,
    /// Opening hours.
    pub hours: Hours,
    /// Where messages are forwarded; empty means nowhere.
    pub backend_url: String,
    /// What a visitor gets outside the opening hours.
    pub away: String,
    /// Price books and budget.
    pub billing: BillingForm,
    /// What visitors are asked, and can say by a press.
    pub ask: AskForm,
    /// When new visitors' devices have to do some work.
    pub shield: Shield,
}

/// How saving stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Saving {
    /// As loaded, or changed and not saved.
    Idle,
    /// On its way.
    Busy,
    /// Saved.
    Done,
    /// Not saved, and why.
    Failed(FormProblem),
}

/// Why a form was not saved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FormProblem {
    /// No name, or one that is too long.
    Name,
    /// Not `#rrggbb`.
    Accent,
    /// Something else about the look.
    Look(LookProblem),
    /// Too long.
    Greeting,
    /// This line is not an origin.
    Origin(String),
    /// Something about the hours.
    Hours(HoursProblem),
    /// Too long.
    Away,
    /// Something about price books or budget.
    Billing(BillingProblem),
    /// Something about what visitors are asked.
    Ask(AskProblem),
    /// Not an http or https address.
    Backend,
    /// The server's own sentence.
    Refused(String),
}

/// Where on the form a problem is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Spot {
    /// The name.
    Name,
    /// The colour.
    Accent,
    /// The light paper.
    Paper,
    /// The dark one.
    PaperDark,
    /// The greeting.
    Greeting,
    /// The sites.
    Origins,
    /// The zone of the hours.
    Zone,
    /// The hours of a day.
    Day(Of),
    /// The away message.
    Away,
    /// A price book, by its place.
    Book(usize),
    /// The budget.
    Budget,
    /// The fields before the first message.
    Ask,
    /// The consent text.
    Consent,
    /// The quick replies.
    Quick,
    /// The backend's address.
    Backend,
    /// Nowhere in particular.
    Form,
}

impl FormProblem {
    /// Where it is.
    #[must_use]
    pub const fn spot(&self) -> Spot {
        match self {
            Self::Name => Spot::Name,
            Self::Accent => Spot::Accent,
            Self::Look(LookProblem::Paper) => Spot::Paper,
            Self::Look(LookProblem::PaperDark) => Spot::PaperDark,
            Self::Greeting => Spot::Greeting,
            Self::Origin(_) => Spot::Origins,
            Self::Hours(HoursProblem::NoZone) => Spot::Zone,
            Self::Hours(HoursProblem::Missing(of) | HoursProblem::Overlap(of)) => Spot::Day(*of),
            Self::Hours(
                HoursProblem::NoDate(place) | HoursProblem::Twice(place) | HoursProblem::DayName(place),
            ) => Spot::Day(Of::Exception(*place)),
            Self::Away => Spot::Away,
            Self::Billing(
                BillingProblem::NoBook(place) | BillingProblem::Days(place) | BillingProblem::Overlap(place),
            ) => Spot::Book(*place),
            Self::Billing(BillingProblem::Budget) => Spot::Budget,
            Self::Ask(AskProblem::Fields) => Spot::Ask,
            Self::Ask(AskProblem::Consent) => Spot::Consent,
            Self::Ask(AskProblem::Quick) => Spot::Quick,
            Self::Backend => Spot::Backend,
            Self::Refused(_) => Spot::Form,
        }
    }
}

/// A secret that is shown once.
pub enum Shown {
    /// For checking webhooks.
    Webhook(String),
    /// For the API.
    ApiKey(String),
    /// For signing identities.
    Identity(String),
}

impl Shown {
    /// Whether it stands with the identity secrets, and not above all the others.
    #[must_use]
    pub const fn is_identity(&self) -> bool {
        matches!(self, Self::Identity(_))
    }
}

/// What a second press would do.
#[derive(Clone, PartialEq, Eq)]
pub enum Confirm {
    /// Make a new signing secret, which ends the older of two.
    Rotate,
    /// End an API key.
    Revoke(ApiKeyId),
    /// Make a new identity secret, which ends the older of two.
    Identity,
    /// End an identity secret.
    RevokeIdentity(IdentitySecretId),
}

impl Settings {
    /// Before the server answered.
    #[must_use]
    pub fn new() -> Self {
        Self {
            page: None,
            form: Form::default(),
            seen: Default::default(),
            saving: Saving::Idle,
            shown: None,
            key_name: String::new(),
            confirm: None,
            deliveries: None,
            problem: None,
        }
    }

    /// Whether there is something to save.
    #[must_use]
    pub fn is_changed(&self, own_zone: &str) -> bool {
        self.page.as_ref().is_some_and(|page| Form::of(&page.settings, own_zone) != self.form)
    }
}

impl Settings {
    /// Puts `form` in the place of the one there is.
    pub fn show(&mut self, form: Form) {
        self.form = form;
        self.see();
    }

    /// Shows the look that the form has now.
    pub fn see(&mut self) {
        self.seen = (self.form.accent.clone(), self.form.look.clone());
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::new()
    }
}

impl Form {
    /// The editor's form of what the server keeps.
    #[must_use]
    pub fn of(settings: &SiteSettings, own_zone: &str) -> Self {
        Self {
            name: settings.name.clone(),
            accent: settings.accent.clone(),
            look: LookForm::of(settings.look.as_ref()),
            greeting: settings.greeting.clone(),
            locale: settings.locale.clone(),
            origins: settings.allowed_origins.join("\n"),
            hours: Hours::of(settings.hours.as_ref(), own_zone),
            backend_url: settings.backend_url.clone().unwrap_or_default(),
            away: settings.away.clone(),
            billing: BillingForm::of(settings.billing.as_ref()),
            ask: AskForm::of(settings),
            shield: settings.shield,
        }
    }

    /// What to save.
    ///
    /// # Errors
    /// The first [`FormProblem`] from the top of the form.
    pub fn finish(&self) -> Result<SiteSettings, FormProblem> {
        let name = self.name.trim();
        if name.is_empty() || name.chars().count() > NAME_MAX {
            return Err(FormProblem::Name);
        }
        if colour::parse(self.accent.trim()).is_none() {
            return Err(FormProblem::Accent);
        }
        let look = self.look.finish().map_err(FormProblem::Look)?;
        if self.greeting.trim().chars().count() > GREETING_MAX {
            return Err(FormProblem::Greeting);
        }
        let hours = self.hours.finish().map_err(FormProblem::Hours)?;
        if self.away.trim().chars().count() > AWAY_MAX {
            return Err(FormProblem::Away);
        }
        let (pre_chat, quick_replies) = self.ask.finish().map_err(FormProblem::Ask)?;
        let billing = self.billing.finish().map_err(FormProblem::Billing)?;
        let allowed_origins = self
            .origins
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(origin)
            .collect::<Result<_, _>>()?;
        let backend = self.backend_url.trim();
        if !backend.is_empty() && !is_web(backend) {
            return Err(FormProblem::Backend);
        }
        Ok(SiteSettings {
            name: name.to_owned(),
            accent: self.accent.trim().to_owned(),
            look,
            greeting: self.greeting.trim().to_owned(),
            locale: self.locale.clone(),
            allowed_origins,
            hours,
            backend_url: (!backend.is_empty()).then(|| backend.to_owned()),
            away: self.away.trim().to_owned(),
            billing,
            pre_chat,
            quick_replies,
            shield: self.shield,
        })
    }
}

/// The origin in what somebody pasted: a page's whole address is fine, its path is left away.
fn origin(line: &str) -> Result<String, FormProblem> {
    let wrong = || FormProblem::Origin(line.to_owned());
    let (scheme, rest) = line.split_once("://").ok_or_else(wrong)?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let fine = matches!(scheme, "http" | "https")
        && !host.is_empty()
        && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']'));
    if fine { Ok(format!("{scheme}://{}", host.to_ascii_lowercase())) } else { Err(wrong()) }
}

fn is_web(address: &str) -> bool {
    let host = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
    host.is_some_and(|host| host.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '['))
        && !address.contains(char::is_whitespace)
}
