//! Reading the files of rules and rates: each value with its place, and a sentence for a person about each fault. What a
//! rule means never lives here.

use std::fmt;

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::price::days;

/// Why a file cannot be used, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadFile {
    /// Its name, as it was given.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// What is wrong there, as a sentence without its full stop.
    pub says: String,
}

/// `books/mine.toml:12: the rate "0,02" is not a decimal number such as "0.0248", nor "n/a" for unknown`.
impl fmt::Display for BadFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.says)
    }
}

impl std::error::Error for BadFile {}

/// The name of a file and its text.
#[derive(Clone, Copy)]
pub(crate) struct File<'a> {
    pub(crate) name: &'a str,
    pub(crate) text: &'a str,
}

impl<'a> File<'a> {
    /// The fault at a byte of the text.
    pub(crate) fn fault(&self, at: usize, says: impl Into<String>) -> BadFile {
        let before = self.text.as_bytes().iter().take(at);
        let line =
            u32::try_from(before.filter(|b| **b == b'\n').count()).unwrap_or(u32::MAX).saturating_add(1);
        BadFile { file: self.name.to_owned(), line, says: says.into() }
    }

    /// Its outermost section.
    pub(crate) fn read(self) -> Result<Section<'a>, BadFile> {
        let table = DeTable::parse(self.text).map_err(|bad| {
            let at = bad.span().map_or(0, |span| span.start);
            self.fault(at, format!("this is no TOML: {}", bad.message().lines().next().unwrap_or_default()))
        })?;
        Ok(Section::new(self, table.span().start, table.into_inner()))
    }
}

/// A table of which each key must be taken, or is refused as unknown at the end.
pub(crate) struct Section<'a> {
    pub(crate) file: File<'a>,
    /// Where it begins.
    pub(crate) at: usize,
    keys: Vec<(String, usize, Spanned<DeValue<'a>>)>,
}

/// A value and its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Placed<T> {
    pub(crate) value: T,
    pub(crate) at: usize,
}

/// A key and its text.
type Pair = (Placed<String>, Placed<String>);

impl<'a> Section<'a> {
    fn new(file: File<'a>, at: usize, table: DeTable<'a>) -> Self {
        let mut keys: Vec<_> = table
            .into_iter()
            .map(|(key, value)| (key.get_ref().clone().into_owned(), key.span().start, value))
            .collect();
        keys.sort_by_key(|(_, at, _)| *at);
        Self { file, at, keys }
    }

    pub(crate) fn fault(&self, at: usize, says: impl Into<String>) -> BadFile {
        self.file.fault(at, says)
    }

    fn take(&mut self, key: &str) -> Option<Spanned<DeValue<'a>>> {
        let place = self.keys.iter().position(|(name, _, _)| name == key)?;
        Some(self.keys.remove(place).2)
    }

    fn missing(&self, key: &str) -> BadFile {
        self.fault(self.at, format!("the key `{key}` is missing"))
    }

    /// The text under `key`, where there is one.
    pub(crate) fn text(&mut self, key: &str) -> Result<Option<Placed<String>>, BadFile> {
        let Some(value) = self.take(key) else { return Ok(None) };
        let at = value.span().start;
        match value.into_inner() {
            DeValue::String(text) => Ok(Some(Placed { value: text.into_owned(), at })),
            _ => Err(self.fault(at, format!("`{key}` must be a text in quotes"))),
        }
    }

    pub(crate) fn needed_text(&mut self, key: &str) -> Result<Placed<String>, BadFile> {
        let text = self.text(key)?.filter(|text| !text.value.trim().is_empty());
        text.ok_or_else(|| self.missing(key))
    }

    /// The texts listed under `key`; none where it is not there.
    pub(crate) fn texts(&mut self, key: &str) -> Result<Vec<Placed<String>>, BadFile> {
        let Some(value) = self.take(key) else { return Ok(Vec::new()) };
        let at = value.span().start;
        let wrong = |at| self.fault(at, format!("`{key}` must be a list of texts in quotes"));
        let DeValue::Array(items) = value.into_inner() else { return Err(wrong(at)) };
        let text = |item: Spanned<DeValue<'a>>| {
            let at = item.span().start;
            match item.into_inner() {
                DeValue::String(text) => Ok(Placed { value: text.into_owned(), at }),
                _ => Err(wrong(at)),
            }
        };
        items.into_iter().map(text).collect()
    }

    /// The day under `key`, as text or as a date of TOML.
    pub(crate) fn day(&mut self, key: &str) -> Result<Option<Placed<Date>>, BadFile> {
        let Some(value) = self.take(key) else { return Ok(None) };
        let at = value.span().start;
        let text = match value.into_inner() {
            DeValue::String(text) => text.into_owned(),
            DeValue::Datetime(date) => date.to_string(),
            _ => String::new(),
        };
        match days::day(&text) {
            Some(value) => Ok(Some(Placed { value, at })),
            None => {
                Err(self.fault(at, format!("`{key}` must be a day of the calendar such as \"2026-10-01\"")))
            }
        }
    }

    /// The whole number under `key`, from 1 to `most`.
    pub(crate) fn count(&mut self, key: &str, most: u32) -> Result<Option<u32>, BadFile> {
        let Some(value) = self.take(key) else { return Ok(None) };
        let at = value.span().start;
        let number = match value.into_inner() {
            DeValue::Integer(digits) => i64::from_str_radix(digits.as_str(), digits.radix()).ok(),
            _ => None,
        };
        let number = number.and_then(|number| u32::try_from(number).ok());
        match number.filter(|number| (1..=most).contains(number)) {
            Some(number) => Ok(Some(number)),
            None => Err(self.fault(at, format!("`{key}` must be a whole number from 1 to {most}"))),
        }
    }

    /// The sections that stand as `[[key]]`, in their order.
    pub(crate) fn sections(&mut self, key: &str) -> Result<Vec<Section<'a>>, BadFile> {
        let Some(value) = self.take(key) else { return Ok(Vec::new()) };
        let (at, file) = (value.span().start, self.file);
        let wrong =
            |at| file.fault(at, format!("`{key}` must be given as sections that begin with [[{key}]]"));
        let DeValue::Array(items) = value.into_inner() else { return Err(wrong(at)) };
        let section = |item: Spanned<DeValue<'a>>| {
            let at = item.span().start;
            match item.into_inner() {
                DeValue::Table(table) => Ok(Section::new(file, at, table)),
                _ => Err(wrong(at)),
            }
        };
        items.into_iter().map(section).collect()
    }

    /// The section that stands as `[…key]`, or as `key = { … }`.
    pub(crate) fn section(&mut self, key: &str) -> Result<Option<Section<'a>>, BadFile> {
        let Some(value) = self.take(key) else { return Ok(None) };
        let at = value.span().start;
        match value.into_inner() {
            DeValue::Table(table) => Ok(Some(Section::new(self.file, at, table))),
            _ => Err(self.fault(at, format!("`{key}` must be a section"))),
        }
    }

    /// What is left, where all of it are texts: keys and their texts.
    pub(crate) fn rest(&mut self, what: &str) -> Result<Vec<Pair>, BadFile> {
        let keys = std::mem::take(&mut self.keys);
        let text = |(key, key_at, value): (String, usize, Spanned<DeValue<'a>>)| {
            let at = value.span().start;
            match value.into_inner() {
                DeValue::String(text) => {
                    Ok((Placed { value: key, at: key_at }, Placed { value: text.into_owned(), at }))
                }
                DeValue::Float(_) | DeValue::Integer(_) => Err(self.file.fault(
                    at,
                    format!("{what} `{key}` must be a decimal in quotes such as \"0.0248\": a bare number is a float, and no float holds money"),
                )),
                _ => Err(self.file.fault(at, format!("{what} `{key}` must be a text in quotes"))),
            }
        };
        keys.into_iter().map(text).collect()
    }

    /// Refuses what nobody took.
    pub(crate) fn finish(self) -> Result<(), BadFile> {
        match self.keys.first() {
            None => Ok(()),
            Some((key, at, _)) => Err(self.fault(*at, format!("the key `{key}` is not known here"))),
        }
    }
}

/// Refuses stretches of days that do not follow upon each other. `what` names them, for example `the rates of IT`.
pub(crate) fn follow(
    file: File<'_>,
    what: &str,
    stretches: &[(Option<Date>, Option<Date>, usize)],
) -> Result<(), BadFile> {
    let days: Vec<_> = stretches.iter().map(|(from, until, _)| (*from, *until)).collect();
    let Some((at, fault)) = days::fault(&days) else { return Ok(()) };
    let at = stretches.get(at).map_or(0, |(_, _, at)| *at);
    let says = match fault {
        days::Fault::Empty => {
            format!("{what} end here before they begin: `until` is the first day they no longer hold")
        }
        days::Fault::Overlap => format!("{what} overlap: these begin while those before them still hold"),
        days::Fault::Gap => format!("{what} have a gap: no day may lie between these and those before them"),
    };
    Err(file.fault(at, says))
}
