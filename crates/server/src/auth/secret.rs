//! Random secrets, how they are written and how they are kept: only ever as SHA-256. Never prints one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// What the database keeps of a secret.
pub type SecretHash = [u8; 32];

/// 256 random bits as 43 characters of base64url.
///
/// # Panics
/// When the operating system has no randomness to give: nothing secret can be made then.
#[must_use]
pub fn mint() -> String {
    URL_SAFE_NO_PAD.encode(random::<32>())
}

/// A random identifier: 128 bits as hex.
#[must_use]
pub fn mint_id() -> String {
    hex::encode(random::<16>())
}

/// Random bytes of the operating system.
///
/// # Panics
/// As [`mint`].
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// The hash under which the database knows `secret`.
#[must_use]
pub fn hash(secret: &str) -> SecretHash {
    Sha256::digest(secret.as_bytes()).into()
}

/// Whether `text` has the shape of a visitor's secret: 43 characters of base64url that carry 32 bytes.
#[must_use]
pub fn is_visitor_secret(text: &str) -> bool {
    text.len() == 43 && URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32)
}

/// The id and the secret half of an API key, `pk_<id>_<secret>`; ids carry no underscore.
#[must_use]
pub fn split_api_key(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix("pk_")?.split_once('_').filter(|(id, secret)| !id.is_empty() && !secret.is_empty())
}

/// Whether two hashes or tokens are equal, in a time that does not tell where they differ.
#[must_use]
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minted_secrets_are_visitor_secrets_and_differ() {
        let (a, b) = (mint(), mint());
        assert!(is_visitor_secret(&a) && is_visitor_secret(&b) && a != b);
    }

    #[test]
    fn other_shapes_are_refused() {
        for text in ["", "short", &"=".repeat(43), &"a".repeat(44), &"é".repeat(43), &"a".repeat(42)] {
            assert!(!is_visitor_secret(text), "{text}");
        }
    }

    #[test]
    fn api_keys_split_at_the_first_underscore() {
        assert_eq!(split_api_key("pk_ab12_se_cret"), Some(("ab12", "se_cret")));
        assert_eq!([split_api_key("pk__x"), split_api_key("pk_a_"), split_api_key("sk_a_b")], [None; 3]);
    }
}
