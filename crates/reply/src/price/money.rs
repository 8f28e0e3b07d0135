//! Amounts: integer millionths of a currency's unit. No float ever holds one, and there is none without its currency.

use std::fmt;

/// The currencies in use, ISO 4217.
const CURRENCIES: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD \
    CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL \
    HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD \
    MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR \
    SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND \
    VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";

/// A currency by its ISO 4217 code, for example `EUR`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// The currency of that code; `None` where no country uses one.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        let known = CURRENCIES.split_whitespace().any(|known| known == code);
        code.as_bytes().try_into().ok().filter(|_| known).map(Self)
    }

    /// Its code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An amount. Sums stop at the ends of the range instead of wrapping.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money {
    /// Millionths of the currency's unit; below 0 in corrections.
    pub micros: i64,
    /// Of what.
    pub currency: Currency,
}

impl Money {
    /// So many millionths.
    #[must_use]
    pub const fn new(micros: i64, currency: Currency) -> Self {
        Self { micros, currency }
    }
}

/// As a person who keeps books would write it: `EUR 0.045`, with as many decimals as it has.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.micros.unsigned_abs();
        let (units, rest) = (micros / 1_000_000, micros % 1_000_000);
        let rest = format!("{rest:06}");
        let sign = if self.micros < 0 { "-" } else { "" };
        write!(f, "{} {sign}{units}", self.currency)?;
        match rest.trim_end_matches('0') {
            "" => Ok(()),
            rest => write!(f, ".{rest}"),
        }
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The sums of amounts, one per currency, in the order of their codes.
#[must_use]
pub fn totals(amounts: impl IntoIterator<Item = Money>) -> Vec<Money> {
    let mut sums = std::collections::BTreeMap::<Currency, i128>::new();
    for amount in amounts {
        let sum = sums.entry(amount.currency).or_default();
        *sum = sum.saturating_add(i128::from(amount.micros));
    }
    let fits = |sum: i128| i64::try_from(sum).unwrap_or(if sum < 0 { i64::MIN } else { i64::MAX });
    sums.into_iter().map(|(currency, sum)| Money::new(fits(sum), currency)).collect()
}

/// The millionths in a decimal text such as `0.0248`.
///
/// # Errors
/// A sentence that says what such a text must look like.
pub(crate) fn micros(text: &str) -> Result<i64, &'static str> {
    if text.starts_with('-') {
        return Err("is negative; no rate can be below 0");
    }
    let (units, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if !is_number(units) || !is_number(decimals) {
        return Err("is not a decimal number such as \"0.0248\", nor \"n/a\" for unknown");
    }
    if decimals.len() > 6 {
        return Err("has more than six decimals; amounts are kept in millionths");
    }
    let padded = format!("{decimals:0<6}");
    let sum = units.parse::<i64>().ok().zip(padded.parse::<i64>().ok());
    let micros = sum.and_then(|(units, rest)| units.checked_mul(1_000_000)?.checked_add(rest));
    micros
        .filter(|micros| *micros <= LARGEST_RATE)
        .ok_or("is above 10 for one message, which no provider charges")
}

/// The dearest message there may be, in millionths: 10 units. More is a slip of the decimal point.
const LARGEST_RATE: i64 = 10_000_000;
