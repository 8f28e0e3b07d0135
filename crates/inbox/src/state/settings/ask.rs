//! What the owner wants to know of those who write for the first time, and what they can say by a press.

use pronto_protocol::model::SiteSettings;
use pronto_protocol::model::ask::{
    CONSENT_MAX_CHARS, FIELDS_MAX, Field, FieldKind, LABEL_MAX_CHARS, PreChat, QUICK_REPLIES_MAX,
    QUICK_REPLY_MAX_CHARS,
};

/// Whether something is asked.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Need {
    /// It is not.
    #[default]
    No,
    /// It may be left empty.
    Optional,
    /// It has to be filled in.
    Required,
}

impl Need {
    /// As the form's choice names it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Optional => "optional",
            Self::Required => "required",
        }
    }

    /// The choice of that name.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        [Self::Optional, Self::Required].into_iter().find(|need| need.as_str() == word).unwrap_or_default()
    }

    const fn of(required: bool) -> Self {
        if required { Self::Required } else { Self::Optional }
    }
}

/// The editable part of it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct AskForm {
    /// The visitor's name.
    pub name: Need,
    /// Their e-mail address.
    pub email: Need,
    /// Fields of the owner's own, one a line; a star at the end makes one required.
    pub own: String,
    /// What has to be agreed to.
    pub consent: String,
    /// Quick replies, one a line.
    pub quick: String,
}

/// Why it was not saved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AskProblem {
    /// Too many fields, or one with too long a label.
    Fields,
    /// The consent text is too long.
    Consent,
    /// Too many quick replies, or one that is too long.
    Quick,
}

/// What is asked before the first message, and what is offered to be said; each absent where there is none.
pub type Wanted = (Option<PreChat>, Vec<String>);

impl AskForm {
    /// The editor's form of what the server keeps.
    #[must_use]
    pub fn of(settings: &SiteSettings) -> Self {
        let mut form = Self { quick: settings.quick_replies.join("\n"), ..Self::default() };
        let Some(asked) = &settings.pre_chat else { return form };
        form.consent.clone_from(&asked.consent);
        let mut own: Vec<String> = Vec::new();
        for field in &asked.fields {
            match field.kind {
                FieldKind::Name if field.label.is_empty() => form.name = Need::of(field.required),
                FieldKind::Email if field.label.is_empty() => form.email = Need::of(field.required),
                _ => own.push([field.label.as_str(), if field.required { "*" } else { "" }].concat()),
            }
        }
        form.own = own.join("\n");
        form
    }

    /// What to save.
    ///
    /// # Errors
    /// The first [`AskProblem`] from the top of the form.
    pub fn finish(&self) -> Result<Wanted, AskProblem> {
        let built_in = |kind, need| {
            (need != Need::No).then(|| Field { kind, label: String::new(), required: need == Need::Required })
        };
        let own = lines(&self.own).map(|line| {
            let label = line.trim_end_matches(['*', ' ']);
            Field { kind: FieldKind::Text, label: label.to_owned(), required: line.ends_with('*') }
        });
        let fields = [built_in(FieldKind::Name, self.name), built_in(FieldKind::Email, self.email)];
        let fields: Vec<Field> = fields.into_iter().flatten().chain(own).collect();
        let label_fits = |field: &Field| {
            let needed = usize::from(field.kind == FieldKind::Text);
            (needed..=LABEL_MAX_CHARS).contains(&field.label.chars().count())
        };
        if fields.len() > FIELDS_MAX || !fields.iter().all(label_fits) {
            return Err(AskProblem::Fields);
        }
        let consent = self.consent.trim().to_owned();
        if consent.chars().count() > CONSENT_MAX_CHARS {
            return Err(AskProblem::Consent);
        }
        let quick: Vec<String> = lines(&self.quick).map(str::to_owned).collect();
        if quick.len() > QUICK_REPLIES_MAX
            || quick.iter().any(|reply| reply.chars().count() > QUICK_REPLY_MAX_CHARS)
        {
            return Err(AskProblem::Quick);
        }
        let asks = !fields.is_empty() || !consent.is_empty();
        Ok((asks.then_some(PreChat { fields, consent }), quick))
    }
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}
