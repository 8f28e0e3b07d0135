//! Amounts as text: exact to the micro-unit in both directions. The currency's sign and the language's comma are the
//! browser's to write.

use pronto_protocol::model::cost::Money;

/// Micro-units in a unit.
const UNIT: u64 = 1_000_000;
/// The decimals of a micro-unit.
const PLACES: usize = 6;

/// An amount cut into what a formatter needs: nothing is rounded, because nothing is computed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decimal {
    /// With a point and as many decimals as it has, for example `-0.045`.
    pub text: String,
    /// How many decimals that are.
    pub places: u8,
}

/// `micros` in decimal.
#[must_use]
pub fn decimal(micros: i64) -> Decimal {
    let sign = if micros < 0 { "-" } else { "" };
    let (whole, rest) = (micros.unsigned_abs() / UNIT, micros.unsigned_abs() % UNIT);
    let digits = format!("{rest:0PLACES$}");
    let digits = digits.trim_end_matches('0');
    let point = if digits.is_empty() { "" } else { "." };
    Decimal { text: format!("{sign}{whole}{point}{digits}"), places: u8::try_from(digits.len()).unwrap_or(0) }
}

/// The micro-units that a person wrote: digits with a point or a comma, no sign, six decimals at most. Empty is nothing
/// written, hence absent as well.
#[must_use]
pub fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    let (whole, rest) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let plain = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(rest) || rest.len() > PLACES {
        return None;
    }
    let units: i64 = whole.parse().ok()?;
    let micros: i64 = format!("{rest:0<PLACES$}").parse().ok()?;
    units.checked_mul(UNIT as i64)?.checked_add(micros)
}

/// The amount as a person would write it into a field: nobody writes a single decimal.
#[must_use]
pub fn written(money: &Money) -> String {
    let Decimal { mut text, places } = decimal(money.micros);
    if places == 1 {
        text.push('0');
    }
    text
}
