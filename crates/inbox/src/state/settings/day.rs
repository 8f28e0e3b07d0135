//! Days of the calendar, as `YYYY-MM-DD` and as a count: enough to sort them, to step over them and to name their weekday.

/// From 1 March of the year 0 to 1 January 1970: counted from a March, a leap day is the last of its year.
const MARCH_FIRST: i64 = 719_468;

/// A day, counted from 1 January 1970.
#[must_use]
pub fn parse(text: &str) -> Option<i64> {
    let (year, rest) = text.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    let plain = |part: &str, len: usize| part.len() == len && part.bytes().all(|b| b.is_ascii_digit());
    if !plain(year, 4) || !plain(month, 2) || !plain(day, 2) {
        return None;
    }
    let (year, month, day): (i64, i64, i64) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    if !(1..=12).contains(&month) || day < 1 {
        return None;
    }
    let year_of_march = if month <= 2 { year - 1 } else { year };
    let (era, within) = (year_of_march.div_euclid(400), year_of_march.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let count = era * 146_097 + within * 365 + within / 4 - within / 100 + day_of_year - MARCH_FIRST;
    // What does not come back the same was no day, such as 30 February.
    (write(count) == text).then_some(count)
}

/// The day as `YYYY-MM-DD`.
#[must_use]
pub fn write(count: i64) -> String {
    let count = count + MARCH_FIRST;
    let (era, within) = (count.div_euclid(146_097), count.rem_euclid(146_097));
    let year = (within - within / 1_460 + within / 36_524 - within / 146_096) / 365;
    let day_of_year = within - (365 * year + year / 4 - year / 100);
    let place = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * place + 2) / 5 + 1;
    let month = if place < 10 { place + 3 } else { place - 9 };
    let year = era * 400 + year + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// 1 = Monday … 7 = Sunday.
#[must_use]
pub fn weekday(count: i64) -> u8 {
    // 1 January 1970 was a Thursday.
    u8::try_from((count + 3).rem_euclid(7) + 1).unwrap_or(1)
}

/// The day after `text`, or before it where `by` is -1.
#[must_use]
pub fn step(text: &str, by: i64) -> Option<String> {
    parse(text).map(|count| write(count + by))
}
