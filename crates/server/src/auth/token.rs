//! A business's signed word on who its visitor is: a JWT of one kind only, read strictly. No storage, no clock.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use pronto_protocol::id::{Millis, SiteKey};
use pronto_protocol::model::contact::Contact;
use serde::Deserialize;
use sha2::Sha256;

use crate::text::address::mailbox;

/// The longest token that is read, in bytes.
const TOKEN_MAX: usize = 4096;
/// How long a token may hold, counted from now. A page is read for minutes; what lies in a log for a day must open nothing.
const LIFE_MAX_S: f64 = 3600.0;
/// How far two clocks may be apart.
const LEEWAY_S: f64 = 60.0;
const SUBJECT_MAX_CHARS: usize = 128;
const NAME_MAX_CHARS: usize = 80;
const PHONE_MAX_CHARS: usize = 32;

/// What a token says, once it is believed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Claims {
    /// Who it is.
    pub contact: Contact,
    /// Until when the token can be exchanged, leeway included.
    pub expires_at: Millis,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    typ: Option<String>,
    #[serde(default)]
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Payload {
    sub: Option<serde_json::Value>,
    aud: Option<Audience>,
    exp: Option<f64>,
    iat: Option<f64>,
    nbf: Option<f64>,
    name: Option<String>,
    email: Option<String>,
    phone: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    fn is(&self, site: &SiteKey) -> bool {
        match self {
            Self::One(one) => one == site.as_str(),
            Self::Many(many) => many.iter().any(|one| one == site.as_str()),
        }
    }
}

/// What `token` says, if one of `secrets` has signed it for `site` and it holds at `now`.
///
/// # Errors
/// A sentence for who builds the site. It quotes nothing of the token.
pub fn verify(token: &str, secrets: &[String], site: &SiteKey, now: Millis) -> Result<Claims, &'static str> {
    let shape = "The token is not a JWT of three parts in base64url.";
    if token.len() > TOKEN_MAX {
        return Err("The token is longer than 4,096 bytes.");
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(shape)?;
    let (header, payload) = signed.split_once('.').ok_or(shape)?;
    let bytes = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| shape);
    let (head, body, signature) = (bytes(header)?, bytes(payload)?, bytes(signature)?);
    let head: Header = serde_json::from_slice(&head).map_err(|_| "The token's header cannot be read.")?;
    if head.alg != "HS256" || head.crit.is_some() {
        return Err("The token has to be signed with HS256, and to ask for nothing else.");
    }
    if head.typ.is_some_and(|typ| !typ.eq_ignore_ascii_case("JWT")) {
        return Err("The token's `typ` is not JWT.");
    }
    // Every secret is tried, whichever fits: the time tells nothing.
    let fits = secrets.iter().fold(false, |fits, secret| is_signed(secret, signed, &signature) | fits);
    if !fits {
        return Err("The token is not signed with a live identity secret of this site.");
    }
    let body: Payload = serde_json::from_slice(&body).map_err(|_| "The token's claims cannot be read.")?;
    let expires_at = in_time(&body, now)?;
    if !body.aud.as_ref().is_some_and(|audience| audience.is(site)) {
        return Err("The token's `aud` is not this site's key.");
    }
    Ok(Claims { contact: contact(body)?, expires_at })
}

fn is_signed(secret: &str, signed: &str, signature: &[u8]) -> bool {
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return false };
    // `verify_slice` takes the same time wherever two signatures differ.
    mac.chain_update(signed.as_bytes()).verify_slice(signature).is_ok()
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of this century are far below 2^53")]
fn in_time(body: &Payload, now: Millis) -> Result<Millis, &'static str> {
    let now = now.0 as f64 / 1000.0;
    let exp = body.exp.ok_or("The token has no `exp`.")?;
    // A figure that is none compares with nothing, so each is asked for what it has to be.
    let (lives, is_short) = (exp + LEEWAY_S > now, exp <= now + LIFE_MAX_S + LEEWAY_S);
    let has_come = |at: Option<f64>| at.is_none_or(|at| at <= now + LEEWAY_S);
    if !lives {
        return Err("The token has expired.");
    }
    if !is_short {
        return Err("The token holds for more than an hour.");
    }
    if !has_come(body.iat) {
        return Err("The token's `iat` lies in the future.");
    }
    if !has_come(body.nbf) {
        return Err("The token does not hold yet.");
    }
    #[expect(clippy::cast_possible_truncation, reason = "it lies within two hours of now")]
    let expires_at = ((exp + LEEWAY_S) * 1000.0) as i64;
    Ok(Millis(expires_at))
}

fn contact(body: Payload) -> Result<Contact, &'static str> {
    // Many write their number as one; 7 and "7" are the same person.
    let subject = match body.sub {
        Some(serde_json::Value::String(text)) => text,
        Some(serde_json::Value::Number(number)) if number.is_i64() || number.is_u64() => number.to_string(),
        _ => return Err("The token's `sub` has to be a text or a whole number."),
    };
    let plain = |text: &str| !text.chars().any(|c| c.is_control());
    if subject.trim().is_empty() || subject.chars().count() > SUBJECT_MAX_CHARS || !plain(&subject) {
        return Err("The token's `sub` needs 1 to 128 characters.");
    }
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let (name, email, phone) = (given(body.name), given(body.email), given(body.phone));
    let line = |text: String| {
        let line: String = text.chars().map(|c| if c.is_control() || turns(c) { ' ' } else { c }).collect();
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let name = name.map(|name| line(name.chars().take(NAME_MAX_CHARS).collect()));
    if email.as_deref().is_some_and(|email| mailbox(email).is_none()) {
        return Err("The token's `email` is no address.");
    }
    let is_phone = |text: &str| {
        text.chars().count() <= PHONE_MAX_CHARS
            && text.chars().all(|c| c.is_ascii_digit() || " +-()./".contains(c))
    };
    if phone.as_deref().is_some_and(|phone| !is_phone(phone)) {
        return Err("The token's `phone` is no number.");
    }
    Ok(Contact { subject, name, email, phone })
}

/// Marks that turn the reading direction: with them a name could pose as another.
fn turns(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;
    use serde_json::{Value, json};

    const NOW: i64 = 1_790_000_000;
    const LIVE: &str = "idsec_live";

    fn sign(header: &Value, payload: &Value, secret: &str) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(payload));
        let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key");
        let signature = mac.chain_update(&signed).finalize().into_bytes();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn said(token: &str) -> String {
        let site = SiteKey::new("shop").expect("a key");
        let secrets = [LIVE.to_owned(), "idsec_older".to_owned()];
        match verify(token, &secrets, &site, Millis(NOW * 1000)) {
            Ok(claims) => {
                let Contact { subject, name, email, phone } = claims.contact;
                format!("{subject} {name:?} {email:?} {phone:?} for {} s", claims.expires_at.0 / 1000 - NOW)
            }
            Err(sentence) => sentence.to_owned(),
        }
    }

    fn with(change: Value) -> String {
        let mut payload = json!({"sub": "u1", "aud": "shop", "exp": NOW + 300});
        for (name, value) in change.as_object().expect("an object") {
            payload[name] = value.clone();
        }
        said(&sign(&json!({"alg": "HS256", "typ": "JWT"}), &payload, LIVE))
    }

    #[test]
    fn what_a_token_may_say() {
        let cases = [
            json!({}),
            json!({"name": "Ana\r\nBcc: x\u{202e}", "email": "ana@shop.example", "phone": "+39 055 123"}),
            json!({"sub": 7}),
            json!({"sub": ""}),
            json!({"sub": null}),
            json!({"sub": {"a": 1}}),
            json!({"sub": "x".repeat(129)}),
            json!({"sub": "a\u{0}b"}),
            json!({"aud": ["other", "shop"]}),
            json!({"aud": "other"}),
            json!({"aud": "SHOP"}),
            json!({"aud": null}),
            json!({"exp": null}),
            json!({"exp": NOW - 59}),
            json!({"exp": NOW - 61}),
            json!({"exp": NOW + 3_601}),
            json!({"exp": NOW + 3_661}),
            json!({"exp": "tomorrow"}),
            json!({"iat": NOW + 59}),
            json!({"iat": NOW + 61}),
            json!({"nbf": NOW + 61}),
            json!({"email": "ana"}),
            json!({"phone": "<script>"}),
            json!({"name": 7}),
        ];
        let lines: Vec<String> = cases.iter().map(|case| with(case.clone())).collect();
        expect![[r#"
            u1 None None None for 360 s
            u1 Some("Ana Bcc: x") Some("ana@shop.example") Some("+39 055 123") for 360 s
            7 None None None for 360 s
            The token's `sub` needs 1 to 128 characters.
            The token's `sub` has to be a text or a whole number.
            The token's `sub` has to be a text or a whole number.
            The token's `sub` needs 1 to 128 characters.
            The token's `sub` needs 1 to 128 characters.
            u1 None None None for 360 s
            The token's `aud` is not this site's key.
            The token's `aud` is not this site's key.
            The token's `aud` is not this site's key.
            The token has no `exp`.
            u1 None None None for 1 s
            The token has expired.
            u1 None None None for 3661 s
            The token holds for more than an hour.
            The token's claims cannot be read.
            u1 None None None for 360 s
            The token's `iat` lies in the future.
            The token does not hold yet.
            The token's `email` is no address.
            The token's `phone` is no number.
            The token's claims cannot be read."#]]
        .assert_eq(&lines.join("\n"));
    }

    #[test]
    fn only_this_kind_and_only_these_secrets() {
        let payload = json!({"sub": "u1", "aud": "shop", "exp": NOW + 300});
        let header = json!({"alg": "HS256"});
        let good = sign(&header, &payload, "idsec_older");
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
        let (_, rest) = good.split_once('.').expect("a dot");
        let lines = [
            said(&good),
            said(&sign(&header, &payload, "idsec_gone")),
            said(&sign(&header, &payload, "")),
            said(&sign(&json!({"alg": "none"}), &payload, LIVE)),
            said(&sign(&json!({"alg": "hs256"}), &payload, LIVE)),
            said(&sign(&json!({"alg": "HS512"}), &payload, LIVE)),
            said(&sign(&json!({"alg": "HS256", "crit": ["b64"]}), &payload, LIVE)),
            said(&sign(&json!({"alg": "HS256", "typ": "at+jwt"}), &payload, LIVE)),
            said(&format!("{none}.{rest}")),
            said(&format!("{none}.{}.", rest.split('.').next().expect("a part"))),
            said(&format!("{good}=")),
            said(&format!("{good}.x")),
            said(&good.replace('.', "")),
            said(""),
            said(".."),
            said(&"x".repeat(4097)),
        ];
        expect![[r#"
            u1 None None None for 360 s
            The token is not signed with a live identity secret of this site.
            The token is not signed with a live identity secret of this site.
            The token has to be signed with HS256, and to ask for nothing else.
            The token has to be signed with HS256, and to ask for nothing else.
            The token has to be signed with HS256, and to ask for nothing else.
            The token has to be signed with HS256, and to ask for nothing else.
            The token's `typ` is not JWT.
            The token has to be signed with HS256, and to ask for nothing else.
            The token has to be signed with HS256, and to ask for nothing else.
            The token is not a JWT of three parts in base64url.
            The token is not a JWT of three parts in base64url.
            The token is not a JWT of three parts in base64url.
            The token is not a JWT of three parts in base64url.
            The token's header cannot be read.
            The token is longer than 4,096 bytes."#]]
        .assert_eq(&lines.join("\n"));
    }

    #[test]
    fn no_changed_byte_is_believed() {
        let good =
            sign(&json!({"alg": "HS256"}), &json!({"sub": "u1", "aud": "shop", "exp": NOW + 300}), LIVE);
        assert!(said(&good).starts_with("u1 "));
        for place in 0..good.len() {
            for other in ["A", "-", ".", "\n"] {
                let mut changed = good.clone();
                changed.replace_range(place..=place, other);
                let believed = said(&changed).starts_with("u1 ");
                assert_eq!(believed, changed == good, "{place} {other:?}");
            }
        }
    }
}
