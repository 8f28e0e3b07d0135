//! Work that a flooded site asks of a stranger's device: cheap to set and to check, dear to do in masses. Nobody is asked
//! to prove that they are human.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use pronto_protocol::api::Challenge;
use pronto_protocol::id::{Millis, SiteKey};
use sha2::{Digest as _, Sha256};

use super::secret::SecretHash;

/// How many small pieces the work is made of: many of them take about the same time each time, one large one does not.
pub const ROUNDS: u32 = 16;
/// The least and the most zeros of a piece. A phone of 250,000 hashes a second does 16 × 2^14 of them in about a second,
/// and hardly ever in more than two.
pub const BITS: std::ops::RangeInclusive<u32> = 11..=14;
/// How long a challenge may be answered.
const LIFE_MS: i64 = 5 * 60 * 1000;
/// As much as SHA-256 takes in at once.
pub const KEY_BYTES: usize = 64;
/// What is signed: one byte, and a time.
const PAYLOAD_BYTES: usize = 9;
/// Where a challenge has its zeros, which are never none.
const SEEN: [u8; 1] = [0];

/// Sets challenges and checks what comes back. A challenge holds for one site and one secret, so doing the work once lets
/// in one session, and once that is open no work is asked of it: nothing has to be remembered.
pub struct Work {
    key: [u8; KEY_BYTES],
}

impl Work {
    /// Signs with `key`.
    #[must_use]
    pub const fn new(key: [u8; KEY_BYTES]) -> Self {
        Self { key }
    }

    /// Work of `bits` for who holds the secret of `session`.
    #[must_use]
    pub fn challenge(&self, site: &SiteKey, session: &SecretHash, bits: u32, now: Millis) -> Challenge {
        let bits = bits.clamp(*BITS.start(), *BITS.end());
        let mut bytes = vec![u8::try_from(bits).unwrap_or(u8::MAX)];
        bytes.extend(now.plus(LIFE_MS).0.to_be_bytes());
        let mac = self.mac(site, session, &bytes).finalize().into_bytes();
        bytes.extend(mac);
        Challenge { text: URL_SAFE_NO_PAD.encode(bytes), bits, rounds: ROUNDS }
    }

    fn mac(&self, site: &SiteKey, session: &SecretHash, payload: &[u8]) -> Hmac<Sha256> {
        // Payload and hash have fixed lengths, so nothing of one can be read as another.
        let mac = <Hmac<Sha256> as hmac::Mac>::new((&self.key).into());
        mac.chain_update(payload).chain_update(session).chain_update(site.as_str())
    }

    /// Says that somebody had a page before them at `now`, for who holds the secret of `session`.
    #[must_use]
    pub fn seen(&self, site: &SiteKey, session: &SecretHash, now: Millis) -> String {
        let mut bytes = SEEN.to_vec();
        bytes.extend(now.0.to_be_bytes());
        let mac = self.mac(site, session, &bytes).finalize().into_bytes();
        bytes.extend(mac);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// When somebody had a page before them, as far as `text` was said by [`Self::seen`].
    #[must_use]
    pub fn seen_at(&self, site: &SiteKey, session: &SecretHash, text: &str) -> Option<Millis> {
        let (payload, _) = self.signed(site, session, text)?;
        let at = payload.strip_prefix(&SEEN)?;
        Some(Millis(i64::from_be_bytes(at.try_into().ok()?)))
    }

    /// What was signed here for this site and this secret, and the signature, which is as good as random to all others.
    fn signed(
        &self,
        site: &SiteKey,
        session: &SecretHash,
        text: &str,
    ) -> Option<([u8; PAYLOAD_BYTES], Vec<u8>)> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (payload, mac) = bytes.split_first_chunk::<PAYLOAD_BYTES>()?;
        self.mac(site, session, payload).verify_slice(mac).ok()?;
        Some((*payload, mac.to_vec()))
    }

    /// Whether `proof` is the work of a challenge of ours for this site and this secret, done before its end.
    #[must_use]
    pub fn is_done(&self, site: &SiteKey, session: &SecretHash, proof: &str, now: Millis) -> bool {
        self.check(site, session, proof, now).is_some()
    }

    fn check(&self, site: &SiteKey, session: &SecretHash, proof: &str, now: Millis) -> Option<()> {
        let (text, numbers) = proof.split_once('.')?;
        let (payload, seed) = self.signed(site, session, text)?;
        let (bits, until) = payload.split_first()?;
        if !BITS.contains(&u32::from(*bits)) || now.0 > i64::from_be_bytes(until.try_into().ok()?) {
            return None;
        }
        let mut done = 0;
        for number in numbers.split('.') {
            let number: u32 = number.parse().ok().filter(|_| done < ROUNDS)?;
            if zeros(&seed, done, number) < u32::from(*bits) {
                return None;
            }
            done += 1;
        }
        (done == ROUNDS).then_some(())
    }
}

/// With how many zeros the hash of one piece begins, of the first 32.
fn zeros(seed: &[u8], round: u32, number: u32) -> u32 {
    let hash = Sha256::new()
        .chain_update(seed)
        .chain_update(round.to_be_bytes())
        .chain_update(number.to_be_bytes())
        .finalize();
    hash.first_chunk().map_or(0, |first| u32::from_be_bytes(*first).leading_zeros())
}

/// Does the work, as a device would: for tests and for clients in Rust.
#[must_use]
pub fn solve(challenge: &Challenge) -> String {
    let bytes = URL_SAFE_NO_PAD.decode(&challenge.text).unwrap_or_default();
    let seed = bytes.get(PAYLOAD_BYTES..).unwrap_or_default();
    let mut proof = challenge.text.clone();
    for round in 0..challenge.rounds {
        let number = (0..u32::MAX).find(|number| zeros(seed, round, *number) >= challenge.bits);
        proof.push('.');
        proof.push_str(&number.unwrap_or_default().to_string());
    }
    proof
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::secret;

    #[test]
    fn a_page_was_seen_by_one_and_is_no_challenge() {
        let (work, site) = (Work::new([7; 64]), SiteKey::new("shop").expect("a key"));
        let (ana, eve, now) = (secret::hash("ana"), secret::hash("eve"), Millis(1_000_000));
        let seen = work.seen(&site, &ana, now);
        assert_eq!(work.seen_at(&site, &ana, &seen), Some(now));
        let challenge = work.challenge(&site, &ana, 11, now);
        assert_eq!(
            [
                work.seen_at(&site, &eve, &seen),
                work.seen_at(&site, &ana, &challenge.text),
                work.seen_at(&site, &ana, "")
            ],
            [None; 3]
        );
        let zeros = vec!["0"; 16].join(".");
        assert!(!work.is_done(&site, &ana, &format!("{seen}.{zeros}"), Millis(0)));
    }

    #[test]
    fn work_counts_for_one_site_and_one_secret_and_only_for_a_while() {
        let (work, site) = (Work::new([7; 64]), SiteKey::new("shop").expect("a key"));
        let (ana, eve, now) = (secret::hash("ana"), secret::hash("eve"), Millis(1_000_000));
        let challenge = work.challenge(&site, &ana, 1, now);
        assert_eq!((challenge.bits, challenge.rounds), (11, 16));
        let proof = solve(&challenge);
        assert!(work.is_done(&site, &ana, &proof, now.plus(LIFE_MS)));
        assert!(!work.is_done(&site, &ana, &proof, now.plus(LIFE_MS + 1)), "too late");
        assert!(!work.is_done(&site, &eve, &proof, now), "another secret's");
        assert!(!work.is_done(&SiteKey::new("other").expect("a key"), &ana, &proof, now), "another site's");
        assert!(!Work::new([8; 64]).is_done(&site, &ana, &proof, now), "another server's");
        let (text, numbers) = proof.split_once('.').expect("numbers");
        let fewer = numbers.rsplit_once('.').expect("numbers").0;
        let zeros = vec!["0"; 16].join(".");
        for (what, forged) in [
            ("fewer", format!("{text}.{fewer}")),
            ("more", format!("{proof}.0")),
            ("none", text.to_owned()),
            ("no work", format!("{text}.{zeros}")),
            ("no challenge", format!(".{numbers}")),
            ("signs", format!("{text}.-1.{numbers}")),
            ("nothing", String::new()),
            ("easier", {
                let mut bytes = URL_SAFE_NO_PAD.decode(text).expect("base64");
                bytes[0] = 0;
                format!("{}.{zeros}", URL_SAFE_NO_PAD.encode(bytes))
            }),
        ] {
            assert!(!work.is_done(&site, &ana, &forged, now), "{what}");
        }
    }
}
