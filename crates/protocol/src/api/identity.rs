//! What a browser sends to be known, and to be let in while a site is flooded.

use serde::{Deserialize, Serialize};

use super::Session;
use crate::model::contact::Contact;

/// `POST /v1/sites/{key}/identify` with `Authorization: Bearer <secret>`: exchanges what the business has signed about its
/// visitor for a session of theirs. A stranger's secret is worth no more than the storage it lay in, so it does not become
/// that session: it ends, its conversations go along, and `next` opens the session from then on.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Identify {
    /// The business's JWT, signed with HS256.
    pub token: String,
    /// A fresh secret, minted by the device like the first one, and the same over all tries of one exchange.
    pub next: String,
}

impl std::fmt::Debug for Identify {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identify(…)")
    }
}

/// The answer to [`Identify`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Identified {
    /// The session of who was named, with all of their conversations.
    pub session: Session,
    /// Who was named.
    pub contact: Contact,
    /// Whether `next` opens it. Otherwise the secret of the request did before, and goes on.
    pub renewed: bool,
}

/// Work for a device that wants in while the site is flooded: `rounds` times a number such that SHA-256 of the last 32
/// bytes of `text`, the round (0 first) in four bytes and the number in four bytes, the most significant first, begins with
/// `bits` zero bits. The header `x-pronto-proof` then carries `text` and the numbers in order, separated by dots.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Challenge {
    /// For this site and this secret only, for five minutes: 41 bytes in base64url.
    pub text: String,
    /// How many zeros.
    pub bits: u32,
    /// How many numbers.
    pub rounds: u32,
}
