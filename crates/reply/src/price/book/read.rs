//! From a TOML file to a [`Book`]: every fault refused with its line.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{Allowance, Book, Form, Period, Rate, Tariff, Tariffs};
use crate::file::{BadFile, File, Section, follow};
use crate::price::money::{Currency, micros};

const HOUR_MS: i64 = 3_600_000;
const MOST_HOURS: u32 = 744;
const MOST_FREE: u32 = 1_000_000_000;

pub(super) fn book(name: &str, text: &str) -> Result<Book, BadFile> {
    let file = File { name, text };
    let mut top = file.read()?;
    let book_name = top.needed_text("name")?;
    if !is_name(&book_name.value) {
        return Err(file.fault(book_name.at, "a book's name has 1 to 64 small letters, digits and hyphens"));
    }
    let title = top.needed_text("title")?;
    let currency = top.needed_text("currency")?;
    let known = Currency::parse(&currency.value).ok_or_else(|| {
        file.fault(
            currency.at,
            format!("`{}` is no currency: give its code such as \"EUR\" (ISO 4217)", currency.value),
        )
    })?;
    let sources = top.texts("sources")?;
    if sources.is_empty() {
        return Err(file.fault(0, "the key `sources` is missing: say where the rules and rates come from"));
    }
    let (mut periods, mut days) = (Vec::new(), Vec::new());
    for mut section in top.sections("periods")? {
        let period = period(&mut section)?;
        days.push((Some(period.from), period.until, section.at));
        section.finish()?;
        periods.push(period);
    }
    if periods.is_empty() {
        return Err(file.fault(0, "no [[periods]] section says how messages are charged"));
    }
    follow(file, "the periods", &days)?;
    let named: BTreeSet<&str> = periods.iter().flat_map(columns_of).collect();
    let rates = rates(&mut top, file, &named)?;
    top.finish()?;
    let filled = |column: &str| rates.iter().any(|rate| rate.columns.contains_key(column));
    if let Some(empty) = named.iter().find(|column| !filled(column)) {
        return Err(
            file.fault(0, format!("the periods charge at `{empty}`, which no [[rates]] section gives"))
        );
    }
    let sources = sources.into_iter().map(|source| source.value).collect();
    Ok(Book { name: book_name.value, title: title.value, currency: known, sources, periods, rates })
}

fn is_name(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    !text.is_empty() && text.len() <= 64 && text.bytes().all(plain)
}

fn columns_of(period: &Period) -> impl Iterator<Item = &str> {
    period.inside.values().chain(period.after.values()).filter_map(|tariff| match tariff {
        Tariff::Free => None,
        Tariff::At(column) => Some(column.as_str()),
    })
}

fn first_day(section: &mut Section<'_>) -> Result<Date, BadFile> {
    let from = section.day("from")?;
    from.map(|day| day.value)
        .ok_or_else(|| section.fault(section.at, "the key `from` is missing: the first day these hold"))
}

fn period(section: &mut Section<'_>) -> Result<Period, BadFile> {
    let (from, until) = (first_day(section)?, section.day("until")?.map(|day| day.value));
    let conversation_ms =
        section.count("conversation_hours", MOST_HOURS)?.map(|hours| i64::from(hours) * HOUR_MS);
    let entry_is_free = match section.text("free_entry")? {
        None => false,
        Some(word) if word.value == "free" => true,
        Some(word) => {
            return Err(section
                .fault(word.at, "`free_entry` can only be \"free\"; leave it out where ads change nothing"));
        }
    };
    let allowance = match section.section("allowance")? {
        None => None,
        Some(mut allowance) => {
            let each_month = allowance.count("each_month", MOST_FREE)?;
            let each_month =
                each_month.ok_or_else(|| allowance.fault(allowance.at, "the key `each_month` is missing"))?;
            let form = |word: crate::file::Placed<String>| {
                known_form(&word.value).ok_or_else(|| section.fault(word.at, FORMS))
            };
            let forms = allowance.texts("of")?.into_iter().map(form).collect::<Result<Vec<_>, _>>()?;
            if forms.is_empty() {
                return Err(
                    allowance.fault(allowance.at, "the key `of` is missing: the kinds of message it counts")
                );
            }
            allowance.finish()?;
            Some(Allowance { each_month, forms })
        }
    };
    let inside = tariffs(section, "inside")?;
    let after = tariffs(section, "after")?;
    Ok(Period { from, until, conversation_ms, allowance, inside, after, entry_is_free })
}

const FORMS: &str = "no kind of message has that name: free_form, marketing, utility or authentication";

fn known_form(word: &str) -> Option<Form> {
    Form::parse(word).filter(|form| *form != Form::Unknown)
}

fn tariffs(section: &mut Section<'_>, key: &str) -> Result<Tariffs, BadFile> {
    let mut tariffs = Tariffs::new();
    let Some(mut inner) = section.section(key)? else {
        return Err(section.fault(
            section.at,
            format!("the section `{key}` is missing: what each kind of message is charged at"),
        ));
    };
    for (form, column) in inner.rest("the charge")? {
        let known = known_form(&form.value).ok_or_else(|| section.fault(form.at, FORMS))?;
        let tariff = if column.value == "free" { Tariff::Free } else { Tariff::At(column.value) };
        tariffs.insert(known, tariff);
    }
    Ok(tariffs)
}

/// The days that each market already has rates for, and where: its own, and those a region lists it for.
type Taken = BTreeMap<String, Vec<(Option<Date>, Option<Date>, usize)>>;

fn rates(top: &mut Section<'_>, file: File<'_>, named: &BTreeSet<&str>) -> Result<Vec<Rate>, BadFile> {
    let (mut rates, mut taken) = (Vec::new(), Taken::new());
    for mut section in top.sections("rates")? {
        let at = section.at;
        let rate = rate(&mut section, named)?;
        section.finish()?;
        for market in std::iter::once(&rate.market).chain(&rate.members) {
            taken.entry(market.clone()).or_default().push((Some(rate.from), rate.until, at));
        }
        rates.push(rate);
    }
    for (market, days) in &taken {
        follow(file, &format!("the rates of {market}"), days)?;
    }
    Ok(rates)
}

fn rate(section: &mut Section<'_>, named: &BTreeSet<&str>) -> Result<Rate, BadFile> {
    let market = section.needed_text("market")?;
    if !is_country(&market.value) && !is_name(&market.value) {
        return Err(section.fault(
            market.at,
            "a market is a country's code such as \"IT\" (ISO 3166-1), or a region's name in small letters such as \"rest-of-africa\"",
        ));
    }
    let mut members = Vec::new();
    for member in section.texts("members")? {
        if is_country(&market.value) || !is_country(&member.value) || members.contains(&member.value) {
            return Err(
                section.fault(member.at, "`members` are the codes of countries, each once, in a region")
            );
        }
        members.push(member.value);
    }
    let (from, until) = (first_day(section)?, section.day("until")?.map(|day| day.value));
    let mut columns = BTreeMap::new();
    for (column, amount) in section.rest("the rate")? {
        if !named.contains(column.value.as_str()) {
            let says = format!("the key `{}` is not known here: no period charges at it", column.value);
            return Err(section.fault(column.at, says));
        }
        let micros = match amount.value.as_str() {
            "n/a" => None,
            text => Some(
                micros(text)
                    .map_err(|says| section.fault(amount.at, format!("the rate \"{text}\" {says}")))?,
            ),
        };
        columns.insert(column.value, micros);
    }
    if columns.is_empty() {
        return Err(section.fault(section.at, format!("no rate stands here for {}", market.value)));
    }
    Ok(Rate { market: market.value, members, from, until, columns })
}

fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase())
}
