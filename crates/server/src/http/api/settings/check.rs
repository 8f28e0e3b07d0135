//! What a setting may be, with a sentence for the owner where one may not. Which hours can be is known to
//! `pronto-reply`; what a setting then does is decided elsewhere.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use pronto_protocol::model::ask::{
    CONSENT_MAX_CHARS, FIELDS_MAX, FieldKind, LABEL_MAX_CHARS, PreChat, QUICK_REPLIES_MAX,
    QUICK_REPLY_MAX_CHARS,
};
use pronto_protocol::model::contact::Shield;
use pronto_protocol::model::cost::{Billing, BookChoice};
use pronto_protocol::model::look::{CORNERS_MAX, Letters, Look};
use pronto_protocol::model::{Channel, OpeningHours, SiteSettings};
use pronto_reply::price::Currency;
use pronto_reply::price::days::day as date;
use url::Url;

use crate::billing::Shelf;
use crate::config::web_origin;
use crate::conversation::clean;
use crate::hours;
use crate::http::page::colour::is_colour;

const AWAY_MAX_CHARS: usize = 1_000;
const DAY_NAME_MAX_CHARS: usize = 80;
/// Choices of price books over the years.
const CHOICES_MAX: usize = 100;
/// A thousand millions of the currency's unit: no shop's budget, and far from where sums would overflow.
const BUDGET_MAX_MICROS: i64 = 1_000_000_000_000_000;

/// `settings` as they are stored, or a sentence that says which one cannot be.
pub(super) fn checked(mut settings: SiteSettings, shelf: &Shelf) -> Result<SiteSettings, String> {
    settings.name = one_line(&settings.name);
    settings.greeting = settings.greeting.trim().to_owned();
    if settings.name.is_empty() || settings.name.chars().count() > 80 {
        return Err("The name needs 1 to 80 characters.".to_owned());
    }
    if !is_colour(&settings.accent) {
        return Err("The accent is a colour such as #1b7f5c.".to_owned());
    }
    settings.look = settings.look.map(check_look).transpose()?.filter(|look| *look != Look::default());
    if settings.greeting.chars().count() > 280 {
        return Err("The greeting has 280 characters at most.".to_owned());
    }
    if !is_language(&settings.locale) {
        return Err("The language is a tag such as it or pt-BR.".to_owned());
    }
    if settings.allowed_origins.len() > 100 {
        return Err("There can be 100 allowed origins at most.".to_owned());
    }
    let origin = |text: &String| {
        let sentence =
            || format!("“{text}” is not an origin: write it as https://shop.example, without a path.");
        web_origin(text).ok_or_else(sentence)
    };
    settings.allowed_origins = settings.allowed_origins.iter().map(origin).collect::<Result<_, _>>()?;
    settings.allowed_origins.dedup();
    settings.hours.as_mut().map_or(Ok(()), check_hours)?;
    settings.away = clean(settings.away.trim()).into_owned();
    if settings.away.chars().count() > AWAY_MAX_CHARS {
        return Err(format!("The away message has {AWAY_MAX_CHARS} characters at most."));
    }
    settings.billing.as_mut().map_or(Ok(()), |billing| check_billing(billing, shelf))?;
    settings.pre_chat = settings.pre_chat.map(check_pre_chat).transpose()?.flatten();
    settings.quick_replies = check_quick_replies(&settings.quick_replies)?;
    if settings.shield == Shield::Unknown {
        return Err("The shield is `auto`, `on` or `off`.".to_owned());
    }
    settings.backend_url = settings.backend_url.filter(|url| !url.trim().is_empty());
    settings.backend_url.as_deref().map_or(Ok(()), check_backend)?;
    Ok(settings)
}

/// A name as a title, a header and a picture can hold it.
fn one_line(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_language(text: &str) -> bool {
    (2..=35).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn check_hours(hours: &mut OpeningHours) -> Result<(), String> {
    for day in &mut hours.exceptions {
        day.name = one_line(&day.name);
        if day.name.chars().count() > DAY_NAME_MAX_CHARS {
            return Err(format!("The name of {} has {DAY_NAME_MAX_CHARS} characters at most.", day.date));
        }
    }
    match hours::checked(hours) {
        Ok(_) => Ok(()),
        Err(bad) => Err(format!("The opening hours cannot be so: {bad}.")),
    }
}

/// A form that asks nothing is none.
fn check_look(look: Look) -> Result<Look, String> {
    for (paper, name) in [(&look.paper, "light"), (&look.paper_dark, "dark")] {
        if paper.as_deref().is_some_and(|paper| !is_colour(paper)) {
            return Err(format!("The {name} paper is a colour such as #fff6e5."));
        }
    }
    if look.corners.is_some_and(|corners| corners > CORNERS_MAX) {
        return Err(format!("The corners are 0 to {CORNERS_MAX} pixels round."));
    }
    if look.letters == Some(Letters::Unknown) {
        return Err("The letters are system, serif, rounded or mono.".to_owned());
    }
    Ok(look)
}

fn check_pre_chat(mut asked: PreChat) -> Result<Option<PreChat>, String> {
    asked.consent = clean(asked.consent.trim()).into_owned();
    if asked.consent.chars().count() > CONSENT_MAX_CHARS {
        return Err(format!("The consent text has {CONSENT_MAX_CHARS} characters at most."));
    }
    if asked.fields.len() > FIELDS_MAX {
        return Err(format!("There can be {FIELDS_MAX} fields before the first message at most."));
    }
    for field in &mut asked.fields {
        field.label = one_line(&field.label);
        let wrong = match field.kind {
            FieldKind::Name | FieldKind::Email => false,
            FieldKind::Text => field.label.is_empty(),
            FieldKind::Unknown => return Err("A field is of the kind name, email or text.".to_owned()),
        };
        if wrong || field.label.chars().count() > LABEL_MAX_CHARS {
            return Err(format!("A field of your own needs a label of 1 to {LABEL_MAX_CHARS} characters."));
        }
    }
    Ok(Some(asked).filter(|asked| !asked.fields.is_empty() || !asked.consent.is_empty()))
}

fn check_quick_replies(replies: &[String]) -> Result<Vec<String>, String> {
    let replies: Vec<String> =
        replies.iter().map(|reply| one_line(reply)).filter(|reply| !reply.is_empty()).collect();
    let fits = replies.iter().all(|reply| reply.chars().count() <= QUICK_REPLY_MAX_CHARS);
    if fits && replies.len() <= QUICK_REPLIES_MAX {
        return Ok(replies);
    }
    Err(format!(
        "There can be {QUICK_REPLIES_MAX} quick replies of {QUICK_REPLY_MAX_CHARS} characters at most."
    ))
}

fn check_backend(text: &str) -> Result<(), String> {
    let sentence = "The backend's address starts with https:// or http:// and carries no user name.";
    let url = Url::parse(text).map_err(|_| sentence.to_owned())?;
    let fits =
        matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
    if fits && url.has_host() { Ok(()) } else { Err(sentence.to_owned()) }
}

fn check_billing(billing: &mut Billing, shelf: &Shelf) -> Result<(), String> {
    if !billing.time_zone.is_empty() && TimeZone::get(&billing.time_zone).is_err() {
        return Err("The time zone of the bills is a name such as Europe/Rome.".to_owned());
    }
    let is_market = |text: &String| text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase());
    billing.market = billing.market.take().filter(|market| !market.is_empty());
    if billing.market.as_ref().is_some_and(|market| !is_market(market)) {
        return Err("The market is a country's two letters, such as IT.".to_owned());
    }
    if let Some(budget) = &billing.budget {
        if Currency::parse(&budget.currency).is_none() {
            return Err("The budget's currency is three letters, such as EUR.".to_owned());
        }
        if !(0..=BUDGET_MAX_MICROS).contains(&budget.micros) {
            return Err("The budget is an amount from 0 to 1,000,000,000.".to_owned());
        }
    }
    check_choices(&billing.books, shelf)
}

fn check_choices(choices: &[BookChoice], shelf: &Shelf) -> Result<(), String> {
    if choices.len() > CHOICES_MAX {
        return Err(format!("There can be {CHOICES_MAX} choices of a price book at most."));
    }
    let mut held = Vec::with_capacity(choices.len());
    for choice in choices {
        if !shelf.knows(&choice.book) {
            return Err(format!("There is no price book {}.", choice.book));
        }
        let carries = matches!(choice.channel, Channel::Widget | Channel::Whatsapp | Channel::Email);
        if !carries {
            return Err("A price book is chosen for widget, whatsapp or email.".to_owned());
        }
        let day = |text: &Option<String>, open: Date| text.as_deref().map_or(Some(open), date);
        let days = day(&choice.from, Date::MIN).zip(day(&choice.until, Date::MAX));
        let Some((from, until)) = days else {
            return Err(format!(
                "The price book {} holds from and until a day such as 2026-12-25.",
                choice.book
            ));
        };
        if from >= until {
            return Err(format!("The price book {} holds until a day after it begins.", choice.book));
        }
        held.push((choice.channel, from, until, &choice.book));
    }
    held.sort_by_key(|(channel, from, ..)| (channel.as_str(), *from));
    let overlap = held.windows(2).find_map(|pair| match pair {
        [(channel, _, until, one), (other, from, _, two)] if channel == other && from < until => {
            Some((one, two))
        }
        _ => None,
    });
    match overlap {
        Some((one, two)) => {
            Err(format!("The price books {one} and {two} hold on the same days of one channel."))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use pronto_protocol::model::cost::Money;
    use pronto_protocol::model::{DayException, DaySpan, OpenSpan};

    use pronto_protocol::model::ask::Field;

    use super::*;

    fn allowed(settings: SiteSettings) -> Result<SiteSettings, String> {
        checked(settings, &Shelf::built_in())
    }

    fn settings() -> SiteSettings {
        SiteSettings {
            name: "Panificio".to_owned(),
            accent: "#b5472f".to_owned(),
            look: None,
            greeting: String::new(),
            locale: "it".to_owned(),
            allowed_origins: vec!["https://Shop.example/".to_owned()],
            hours: None,
            backend_url: None,
            away: String::new(),
            billing: None,
            pre_chat: None,
            quick_replies: Vec::new(),
            shield: Shield::Auto,
        }
    }

    #[test]
    fn origins_are_stored_as_browsers_write_them() {
        assert_eq!(allowed(settings()).expect("they fit").allowed_origins, ["https://shop.example"]);
    }

    #[test]
    fn each_bad_setting_is_named() {
        let hours = |time_zone: &str, from, to| {
            let spans = vec![OpenSpan { weekday: 1, from, to }];
            Some(OpeningHours { time_zone: time_zone.to_owned(), spans, exceptions: Vec::new() })
        };
        let days = |dates: &[(&str, &str)]| {
            let day = |(date, name): &(&str, &str)| DayException {
                date: (*date).to_owned(),
                spans: vec![DaySpan { from: 600, to: 660 }],
                name: (*name).to_owned(),
            };
            let exceptions = dates.iter().map(day).collect();
            Some(OpeningHours { exceptions, ..hours("Europe/Rome", 0, 60).expect("hours") })
        };
        let text = |label: &str| Field { kind: FieldKind::Text, label: label.to_owned(), required: false };
        let asks = |fields, consent: &str| Some(PreChat { fields, consent: consent.to_owned() });
        let looks = |look| SiteSettings { look: Some(look), ..settings() };
        let bad: Vec<(&str, SiteSettings)> = vec![
            ("name", SiteSettings { name: " ".to_owned(), ..settings() }),
            ("accent", SiteSettings { accent: "red".to_owned(), ..settings() }),
            ("light paper", looks(Look { paper: Some("white".to_owned()), ..Look::default() })),
            ("dark paper", looks(Look { paper_dark: Some("#fff;}".to_owned()), ..Look::default() })),
            ("0 to 28", looks(Look { corners: Some(29), ..Look::default() })),
            ("system, serif", looks(Look { letters: Some(Letters::Unknown), ..Look::default() })),
            ("greeting", SiteSettings { greeting: "x".repeat(281), ..settings() }),
            ("language", SiteSettings { locale: "it;x".to_owned(), ..settings() }),
            ("origin", SiteSettings { allowed_origins: vec!["*".to_owned()], ..settings() }),
            ("time zone", SiteSettings { hours: hours("Mars/Base", 0, 60), ..settings() }),
            ("opening span 1", SiteSettings { hours: hours("Europe/Rome", 60, 60), ..settings() }),
            ("backend", SiteSettings { backend_url: Some("file:///etc/passwd".to_owned()), ..settings() }),
            ("exception 1", SiteSettings { hours: days(&[("25.12.2026", "")]), ..settings() }),
            (
                "exception of 2026-12-25",
                SiteSettings { hours: days(&[("2026-12-25", ""), ("2026-12-25", "")]), ..settings() },
            ),
            (
                "name of 2026-12-25",
                SiteSettings { hours: days(&[("2026-12-25", "x".repeat(81).as_str())]), ..settings() },
            ),
            ("fields before", SiteSettings { pre_chat: asks(vec![text("x"); 6], ""), ..settings() }),
            ("needs a label", SiteSettings { pre_chat: asks(vec![text(" ")], ""), ..settings() }),
            ("consent", SiteSettings { pre_chat: asks(Vec::new(), &"x".repeat(501)), ..settings() }),
            ("quick replies", SiteSettings { quick_replies: vec!["x".to_owned(); 6], ..settings() }),
            ("quick replies", SiteSettings { quick_replies: vec!["x".repeat(81)], ..settings() }),
            ("away", SiteSettings { away: "è".repeat(1_001), ..settings() }),
        ];
        for (word, settings) in bad {
            let sentence = allowed(settings).expect_err(word);
            assert!(sentence.contains(word), "{sentence}");
        }
    }

    #[test]
    fn what_fits_is_tidied_up() {
        let exceptions = vec![DayException {
            date: "2026-12-25".to_owned(),
            spans: Vec::new(),
            name: " Natale ".to_owned(),
        }];
        let hours = OpeningHours { time_zone: "Europe/Rome".to_owned(), spans: Vec::new(), exceptions };
        let away = format!(" {}\0 ", "è".repeat(1_000));
        let name = "Panificio\r\n\u{1}Aurora\0 ".to_owned();
        let fine = allowed(SiteSettings { hours: Some(hours), away, name, ..settings() }).expect("they fit");
        // No XML, and so no badge, can hold other controls.
        assert_eq!(fine.name, "Panificio Aurora");
        assert_eq!(fine.away.chars().count(), 1_000);
        assert_eq!(fine.hours.expect("hours").exceptions[0].name, "Natale");
    }

    #[test]
    fn each_bad_bill_is_named() {
        let choice = |channel, book: &str, from: Option<&str>, until: Option<&str>| BookChoice {
            channel,
            book: book.to_owned(),
            from: from.map(str::to_owned),
            until: until.map(str::to_owned),
        };
        let said = |billing: Billing| {
            allowed(SiteSettings { billing: Some(billing), ..settings() }).map(drop).err().unwrap_or_default()
        };
        let money = |micros, currency: &str| Some(Money { micros, currency: currency.to_owned() });
        let fine = Billing {
            time_zone: "Europe/Rome".to_owned(),
            books: vec![
                choice(Channel::Widget, "free", Some("2026-07-01"), None),
                choice(Channel::Widget, "late-reply-2018", None, Some("2026-07-01")),
                choice(Channel::Whatsapp, "free", None, None),
            ],
            market: Some("IT".to_owned()),
            budget: money(0, "EUR"),
        };
        assert_eq!(said(fine.clone()), "");
        let books = |books| Billing { books, ..fine.clone() };
        let widget = |from, until| choice(Channel::Widget, "free", from, until);
        let bad = [
            ("time zone", Billing { time_zone: "Mars/Base".to_owned(), ..fine.clone() }),
            ("market", Billing { market: Some("it".to_owned()), ..fine.clone() }),
            ("market", Billing { market: Some("ITA".to_owned()), ..fine.clone() }),
            ("currency", Billing { budget: money(1, "€"), ..fine.clone() }),
            ("currency", Billing { budget: money(1, "EUX"), ..fine.clone() }),
            ("budget", Billing { budget: money(-1, "EUR"), ..fine.clone() }),
            ("budget", Billing { budget: money(i64::MAX, "EUR"), ..fine.clone() }),
            ("no price book nowhere", books(vec![choice(Channel::Widget, "nowhere", None, None)])),
            ("for widget", books(vec![choice(Channel::Inbox, "free", None, None)])),
            ("a day such as", books(vec![widget(Some("2026-7-1"), None)])),
            ("a day such as", books(vec![widget(None, Some("soon"))])),
            ("until a day after", books(vec![widget(Some("2026-07-01"), Some("2026-07-01"))])),
            ("same days", books(vec![widget(None, None), widget(Some("2026-07-01"), None)])),
            (
                "same days",
                books(vec![widget(Some("2026-07-01"), Some("2026-07-03")), widget(Some("2026-07-02"), None)]),
            ),
            ("100 choices", books(vec![widget(None, None); 101])),
        ];
        for (word, billing) in bad {
            let sentence = said(billing);
            assert!(sentence.contains(word), "{word}: {sentence}");
        }
    }
}
