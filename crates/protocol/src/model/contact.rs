//! Who a visitor is, where their business has signed it, and how a site stands against a flood of strangers.

use serde::{Deserialize, Serialize};

use super::wire_enum;
use crate::id::{IdentitySecretId, Millis};

/// A person whom the business's own backend has named in a signed token. Not a word of it comes from the browser.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Contact {
    /// The business's own id for them: the token's `sub`.
    pub subject: String,
    /// What they are called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Their e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Their phone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

impl Contact {
    /// All that was signed, the name first.
    pub fn said(&self) -> impl Iterator<Item = &str> {
        let given = [&self.name, &self.email, &self.phone].into_iter().flatten();
        given.chain([&self.subject]).map(String::as_str)
    }
}

impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Contact(…)")
    }
}

/// A live secret that identities are signed with, without the secret itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IdentitySecret {
    /// What revokes it.
    pub identity_secret_id: IdentitySecretId,
    /// `idsec_` and four characters more.
    pub hint: String,
    /// When it was made.
    pub created_at: Millis,
}

wire_enum! {
    /// When new visitors' devices have to do some work before they are let in.
    Shield {
        /// While far more of them come than usual.
        Auto = "auto",
        /// Always.
        On = "on",
        /// Never.
        Off = "off",
    }
}

#[expect(clippy::derivable_impls, reason = "the enum is written by a macro")]
impl Default for Shield {
    fn default() -> Self {
        Self::Auto
    }
}

impl Shield {
    /// Whether it is what a site has that has set nothing.
    #[must_use]
    pub const fn is_usual(&self) -> bool {
        matches!(self, Self::Auto)
    }
}

/// How a site stands against a flood. Counted since this server started, by itself alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SiteGuard {
    /// Since when new visitors' devices have to do some work; absent while they have not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Millis>,
    /// How many new visitors came within the last minute.
    #[serde(default)]
    pub new_per_minute: u32,
    /// How many come within a usual minute, in thousandths.
    #[serde(default)]
    pub usual_per_minute_thousandths: u32,
    /// How many devices were told to do the work first. Those that did came again and were let in.
    #[serde(default)]
    pub asked: u64,
    /// How many did it.
    #[serde(default)]
    pub proved: u64,
    /// How many requests were refused for a budget that was used up.
    #[serde(default)]
    pub refused: u64,
}
