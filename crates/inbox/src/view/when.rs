//! Times in words, by the browser's own knowledge of languages and zones.

pub(super) mod figures;

use std::cell::RefCell;

use js_sys::{Array, Date, Function, Object, Reflect};
use pronto_protocol::id::Millis;
use wasm_bindgen::{JsCast, JsValue};

use crate::state::settings::day;
use crate::state::settings::hours::parse_time;
use crate::state::settings::opening::Wall;
use crate::text::{Lang, Strings};

/// How to write a time.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Time,
    Day,
    DayYear,
    Short,
    Exact,
    Month,
    Week,
    MonthShort,
    Hour,
    Weekday,
}

impl Shape {
    const fn options(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Time => &[("hour", "2-digit"), ("minute", "2-digit")],
            Self::Day => &[("weekday", "long"), ("day", "numeric"), ("month", "long")],
            Self::DayYear => &[("day", "numeric"), ("month", "long"), ("year", "numeric")],
            Self::Short => &[("day", "numeric"), ("month", "short")],
            Self::Exact => &[("dateStyle", "long"), ("timeStyle", "short")],
            Self::Month => &[("month", "long"), ("year", "numeric")],
            // Days of a calendar, which have no zone any more.
            Self::Week => &[("day", "numeric"), ("month", "short"), ("timeZone", "UTC")],
            Self::MonthShort => &[("month", "short"), ("year", "numeric"), ("timeZone", "UTC")],
            Self::Hour => &[("hour", "numeric"), ("timeZone", "UTC")],
            Self::Weekday => &[("weekday", "short"), ("timeZone", "UTC")],
        }
    }
}

thread_local! {
    /// Making a formatter costs more than all its uses on one screen.
    static FORMATS: RefCell<Vec<(Lang, Shape, Function)>> = const { RefCell::new(Vec::new()) };
}

/// The browser's own tag where it is of the screen's language: British days are not American ones.
pub(super) fn tag(lang: Lang) -> String {
    let own = web_sys::window().and_then(|window| window.navigator().language());
    own.filter(|own| Lang::of(own) == Some(lang)).unwrap_or_else(|| lang.tag().to_owned())
}

fn write(lang: Lang, shape: Shape, at: Millis) -> String {
    let known = FORMATS.with_borrow(|formats| {
        formats.iter().find(|(l, s, _)| (*l, *s) == (lang, shape)).map(|(_, _, format)| format.clone())
    });
    let format = known.unwrap_or_else(|| {
        let made =
            js_sys::Intl::DateTimeFormat::new(&Array::of1(&tag(lang).into()), &options(shape.options()));
        let format = made.format();
        FORMATS.with_borrow_mut(|formats| formats.push((lang, shape, format.clone())));
        format
    });
    let text = format.call1(&JsValue::UNDEFINED, &date(at));
    text.ok().and_then(|text| text.as_string()).unwrap_or_default()
}

pub(super) fn options(pairs: &[(&str, &str)]) -> Object {
    let options = Object::new();
    for (name, value) in pairs {
        // Setting a field of a plain object cannot fail.
        let _ = Reflect::set(&options, &JsValue::from_str(name), &JsValue::from_str(value));
    }
    options
}

fn date(at: Millis) -> Date {
    Date::new(&JsValue::from_f64(at.0 as f64))
}

/// The time of day.
pub(super) fn time(lang: Lang, at: Millis) -> String {
    write(lang, Shape::Time, at)
}

/// Day and time in full.
pub(super) fn exact(lang: Lang, at: Millis) -> String {
    write(lang, Shape::Exact, at)
}

/// A day without its time.
pub(super) fn day_year(lang: Lang, at: Millis) -> String {
    write(lang, Shape::DayYear, at)
}

/// The name of a month `YYYY-MM`; the text itself where it is none.
pub(super) fn month(lang: Lang, month: &str) -> String {
    let parts = month.split_once('-').and_then(|(year, month)| {
        Some((year.parse::<u32>().ok()?, month.parse::<i32>().ok().filter(|month| (1..=12).contains(month))?))
    });
    let Some((year, place)) = parts else { return month.to_owned() };
    // The middle of the month keeps clear of every zone's midnight.
    let middle = Date::new_with_year_month_day(year, place - 1, 15);
    write(lang, Shape::Month, Millis(middle.get_time() as i64))
}

/// A day in words: today, yesterday, a weekday, a date.
pub(super) fn day(words: &Strings, lang: Lang, at: Millis, now: Millis) -> String {
    match days_ago(at, now) {
        0 => words.today.to_owned(),
        1 => words.yesterday.to_owned(),
        2..=300 => write(lang, Shape::Day, at),
        _ => write(lang, Shape::DayYear, at),
    }
}

/// The narrowest stamp: a time today, else a day.
pub(super) fn stamp(words: &Strings, lang: Lang, at: Millis, now: Millis) -> String {
    match days_ago(at, now) {
        0 => time(lang, at),
        1 => words.yesterday.to_owned(),
        _ => write(lang, Shape::Short, at),
    }
}

/// Whether two times fall on one day, here.
pub(super) fn same_day(a: Millis, b: Millis) -> bool {
    midnight(a) == midnight(b)
}

fn midnight(at: Millis) -> f64 {
    let day = date(at);
    day.set_hours(0);
    day.set_minutes(0);
    day.set_seconds(0);
    day.set_milliseconds(0);
    day.get_time()
}

/// Midnights between; a day of a clock change has 23 or 25 hours, hence the rounding.
fn days_ago(at: Millis, now: Millis) -> i64 {
    ((midnight(now) - midnight(at)) / 86_400_000.0).round() as i64
}

/// The time of day in a zone that a browser named; none where that is no zone.
pub(super) fn time_in(lang: Lang, zone: &str, at: Millis) -> Option<String> {
    let wanted =
        options(&[("weekday", "short"), ("hour", "2-digit"), ("minute", "2-digit"), ("timeZone", zone)]);
    let date = date(at);
    let method: Function = Reflect::get(&date, &"toLocaleString".into()).ok()?.dyn_into().ok()?;
    method.call2(&date, &tag(lang).into(), &wanted).ok()?.as_string()
}

/// Day and time in short, in a zone; of this device where that is no zone.
pub(super) fn stamp_in(lang: Lang, zone: &str, at: Millis) -> String {
    let wanted = |zone: &[(&str, &str)]| {
        let all = [&[("dateStyle", "medium"), ("timeStyle", "short")], zone].concat();
        let date = date(at);
        let method: Function = Reflect::get(&date, &"toLocaleString".into()).ok()?.dyn_into().ok()?;
        method.call2(&date, &tag(lang).into(), &options(&all)).ok()?.as_string()
    };
    wanted(&[("timeZone", zone)]).or_else(|| wanted(&[])).unwrap_or_default()
}

/// The wall clock of a zone; absent where that is no zone.
pub(super) fn wall(zone: &str, at: Millis) -> Option<Wall> {
    let wanted = options(&[
        ("timeZone", zone),
        ("year", "numeric"),
        ("month", "2-digit"),
        ("day", "2-digit"),
        ("hour", "2-digit"),
        ("minute", "2-digit"),
        ("hourCycle", "h23"),
    ]);
    let date = date(at);
    let method: Function = Reflect::get(&date, &"toLocaleString".into()).ok()?.dyn_into().ok()?;
    // Sweden writes `2026-11-25 14:30`.
    let text = method.call2(&date, &"sv-SE".into(), &wanted).ok()?.as_string()?;
    let (day, time) = text.split_once(' ')?;
    Some(Wall { day: day::parse(day)?, minutes: i64::from(parse_time(time)?) })
}

/// A time of the wall clock, in minutes after midnight.
pub(super) fn clock(lang: Lang, minutes: i64) -> String {
    in_utc(lang, Millis(minutes * 60_000), &[("hour", "numeric"), ("minute", "2-digit")])
}

/// A day of the wall clock, with its weekday.
pub(super) fn wall_day(lang: Lang, day: i64) -> String {
    in_utc(lang, Millis(day * 86_400_000), &[("weekday", "long"), ("day", "numeric"), ("month", "long")])
}

/// A date `YYYY-MM-DD` with its year; the text itself where it is none.
pub(super) fn wall_date(lang: Lang, text: &str) -> String {
    match day::parse(text) {
        Some(day) => in_utc(lang, Millis(day * 86_400_000), &[("dateStyle", "long")]),
        None => text.to_owned(),
    }
}

fn in_utc(lang: Lang, at: Millis, shape: &[(&str, &str)]) -> String {
    let wanted = options(&[shape, &[("timeZone", "UTC")]].concat());
    let date = date(at);
    let method = Reflect::get(&date, &"toLocaleString".into()).ok();
    let method: Option<Function> = method.and_then(|method| method.dyn_into().ok());
    let text = method.and_then(|method| method.call2(&date, &tag(lang).into(), &wanted).ok());
    text.and_then(|text| text.as_string()).unwrap_or_default()
}

/// A language's name in the screen's language; the tag itself where there is none.
pub(super) fn language(lang: Lang, tag: &str) -> String {
    display_name(lang, "language", tag).unwrap_or_else(|| tag.to_owned())
}

/// A country's name in the screen's language; the code itself where there is none.
pub(super) fn country(lang: Lang, code: &str) -> String {
    display_name(lang, "region", code).unwrap_or_else(|| code.to_owned())
}

fn display_name(lang: Lang, kind: &str, tag: &str) -> Option<String> {
    let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
    let class: Function = Reflect::get(&intl, &"DisplayNames".into()).ok()?.dyn_into().ok()?;
    let arguments = Array::of2(&lang.tag().into(), &options(&[("type", kind)]));
    let names = Reflect::construct(&class, &arguments).ok()?;
    let of: Function = Reflect::get(&names, &"of".into()).ok()?.dyn_into().ok()?;
    of.call1(&names, &tag.into()).ok()?.as_string()
}

/// A weekday's name; 0 is Monday.
pub(super) fn weekday(lang: Lang, place: usize) -> String {
    // 1 January 2024 was a Monday; noon keeps clear of every zone's midnight.
    let noon = Date::new_with_year_month_day_hr(2024, 0, i32::try_from(place).unwrap_or(0) + 1, 12);
    let wanted = options(&[("weekday", "long")]);
    String::from(noon.to_locale_date_string(&tag(lang), &wanted))
}

/// A weekday's short name; 0 is Monday.
pub(super) fn weekday_short(lang: Lang, place: usize) -> String {
    written(lang, Shape::Weekday, &format!("2024-01-0{}T12:00Z", place % 7 + 1))
}

/// An hour of the day, 0 to 23.
pub(super) fn hour(lang: Lang, hour: u8) -> String {
    written(lang, Shape::Hour, &format!("2024-01-01T{:02}:00Z", hour % 24))
}

/// A day of the calendar, written `YYYY-MM-DD`, without its year.
pub(super) fn calendar_day(lang: Lang, day: &str) -> String {
    written(lang, Shape::Week, &format!("{day}T12:00Z"))
}

/// A month of the calendar, written `YYYY-MM`, where there is little room.
pub(super) fn calendar_month(lang: Lang, month: &str) -> String {
    written(lang, Shape::MonthShort, &format!("{month}-15T12:00Z"))
}

/// A time in ISO 8601; itself where it is none.
fn written(lang: Lang, shape: Shape, iso: &str) -> String {
    let at = Date::parse(iso);
    if at.is_nan() { iso.to_owned() } else { write(lang, shape, Millis(at as i64)) }
}

/// Every zone that the browser knows.
pub(super) fn zones() -> Vec<String> {
    fn all() -> Option<Array> {
        let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
        let list: Function = Reflect::get(&intl, &"supportedValuesOf".into()).ok()?.dyn_into().ok()?;
        Some(Array::from(&list.call1(&intl, &"timeZone".into()).ok()?))
    }
    all().map(|zones| zones.iter().filter_map(|zone| zone.as_string()).collect()).unwrap_or_default()
}
