//! What a business asks of those who write to it before the first message, what they say, and what it offers them to say.

use serde::{Deserialize, Serialize};

use super::wire_enum;

/// The most fields of a [`PreChat`].
pub const FIELDS_MAX: usize = 5;
/// The longest label of a field, in characters.
pub const LABEL_MAX_CHARS: usize = 80;
/// The longest value of a field, in characters.
pub const VALUE_MAX_CHARS: usize = 300;
/// The longest consent text, in characters.
pub const CONSENT_MAX_CHARS: usize = 500;
/// The most quick replies that a site offers.
pub const QUICK_REPLIES_MAX: usize = 5;
/// The longest quick reply, in characters.
pub const QUICK_REPLY_MAX_CHARS: usize = 80;
/// The most answers that a message offers; as many buttons as WhatsApp takes, so that every channel can carry them.
pub const ANSWERS_MAX: usize = 3;
/// The longest answer that a message offers, in characters; WhatsApp's limit for a button.
pub const ANSWER_MAX_CHARS: usize = 20;

wire_enum! {
    /// What a field is for.
    FieldKind {
        /// How the visitor wants to be called; the label is in their language.
        Name = "name",
        /// An e-mail address; the label is in their language. Typed, so it proves nothing.
        Email = "email",
        /// Anything else, in one line, under the owner's label.
        Text = "text",
    }
}

/// The form above the composer, for as long as a visitor has not written.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreChat {
    /// In order; [`FIELDS_MAX`] at the most.
    #[serde(default)]
    pub fields: Vec<Field>,
    /// What visitors have to agree to before they write, up to [`CONSENT_MAX_CHARS`]; empty means nothing. A web address in
    /// it is shown as a link.
    #[serde(default)]
    pub consent: String,
}

/// What a form still waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Missing<'a> {
    /// A value, or of an address one that can be an address.
    Field(&'a Field),
    /// The agreement to [`PreChat::consent`], in the words of now.
    Consent,
}

impl PreChat {
    /// The first thing that has to be there and is not in `asked`. `known` says which kinds the business has signed
    /// itself, so that nobody is asked for them.
    #[must_use]
    pub fn missing(&self, asked: Option<&Asked>, known: impl Fn(FieldKind) -> bool) -> Option<Missing<'_>> {
        let answers = asked.map(|asked| asked.answers.as_slice()).unwrap_or_default();
        let is_given = |field: &Field| {
            let answer =
                answers.iter().find(|answer| answer.kind == field.kind && answer.label == field.label);
            let value = answer.map(|answer| answer.value.trim()).unwrap_or_default();
            !value.is_empty() && (field.kind != FieldKind::Email || value.contains('@'))
        };
        let waits = |field: &&Field| field.required && !known(field.kind) && !is_given(field);
        if let Some(field) = self.fields.iter().find(waits) {
            return Some(Missing::Field(field));
        }
        // A browser may lay the spaces out anew.
        let agreed = asked.and_then(|asked| asked.consent.as_deref()).unwrap_or_default();
        let is_agreed = agreed.split_whitespace().eq(self.consent.split_whitespace());
        (!is_agreed && !self.consent.is_empty()).then_some(Missing::Consent)
    }
}

/// One field of the form.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Field {
    /// What it is for.
    pub kind: FieldKind,
    /// What stands above it, up to [`LABEL_MAX_CHARS`]; empty where the kind has its own words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// Whether it has to be filled in.
    #[serde(default)]
    pub required: bool,
}

/// What a visitor filled in. All of it is unverified.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Asked {
    /// The fields that were not left empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<FieldAnswer>,
    /// The words they agreed to, as they were shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<String>,
}

/// One field's value.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldAnswer {
    /// What it is for.
    pub kind: FieldKind,
    /// What stood above it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// As typed, up to [`VALUE_MAX_CHARS`].
    pub value: String,
}

impl std::fmt::Debug for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Asked(…)")
    }
}

impl std::fmt::Debug for FieldAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FieldAnswer(…)")
    }
}
