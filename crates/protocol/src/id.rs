//! Typed identifiers and the two scalar types of the wire. Whether an id *belongs* to anyone is never decided here.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z. Signed, because clocks go backwards and differences matter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Millis(pub i64);

impl Millis {
    /// This moment and `ms` milliseconds more; stops at the ends of the range instead of wrapping.
    #[must_use]
    pub const fn plus(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// How many milliseconds lie between `earlier` and this moment; negative when `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Debug for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Millis(")?;
        fmt::Display::fmt(&self.0, f)?;
        f.write_str(")")
    }
}

/// Why a text is not an identifier: it has to be 1 to 64 characters of `A–Z a–z 0–9 _ -`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BadId;

impl fmt::Display for BadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id has 1 to 64 characters: letters, digits, _ and -")
    }
}

impl fmt::Debug for BadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BadId")
    }
}

fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 64
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The identifier in `text`.
            ///
            /// # Errors
            /// [`BadId`] when it is empty, longer than 64 bytes, or has a character that is not in `A–Z a–z 0–9 _ -`.
            pub fn new(text: impl Into<String>) -> Result<Self, BadId> {
                let text = text.into();
                if is_id(&text) { Ok(Self(text)) } else { Err(BadId) }
            }

            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadId;
            fn try_from(text: String) -> Result<Self, BadId> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// A site's public key: what stands in the snippet, for example `panificio`.
    SiteKey;
    /// An anonymous browser identity, minted by the server, bound to one site.
    VisitorId;
    /// A person of the business who answers.
    AgentId;
    /// A conversation; a visitor's device mints it (a UUID), so that a repeated request opens nothing twice.
    ConversationId;
    /// A message; minted once by its author's device (a UUID), and the idempotency key of its sending.
    MessageId;
    /// A file on its way to a message, or with one; minted by the device that uploads it (a UUID).
    AttachmentId;
    /// One event to one destination in the outbox; stable over retries, sent as `webhook-id`.
    DeliveryId;
    /// An API key's public half: what lists show and what revokes it.
    ApiKeyId;
    /// A secret that a business signs its visitors' identities with: what lists show and what revokes it.
    IdentitySecretId;
}
