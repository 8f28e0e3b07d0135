//! The words that the server itself shows, read from the locale files that the widget reads too. English is built in.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use pronto_protocol::id::Millis;
use pronto_protocol::model::{OpenState, ReplyTime, ReplyVerdict};
use pronto_reply::clock::Spoken;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../www/locales"]
#[allow_missing = true]
struct LocaleFiles;

/// Every language there is.
pub struct Words {
    languages: BTreeMap<String, HashMap<String, String>>,
}

/// One language's words.
#[derive(Clone, Copy)]
pub struct Language<'a> {
    /// For example `it`.
    pub locale: &'a str,
    words: Option<&'a HashMap<String, String>>,
    english: Option<&'a HashMap<String, String>>,
}

impl Words {
    /// The locale files inside this binary.
    #[must_use]
    pub fn embedded() -> Self {
        let read = |path: Cow<'static, str>| {
            let words = serde_json::from_slice(&LocaleFiles::get(&path)?.data).ok()?;
            Some((path.strip_suffix(".json")?.to_owned(), words))
        };
        Self { languages: LocaleFiles::iter().filter_map(read).collect() }
    }

    /// The nearest language to what is wanted, best first: `it-CH` finds `it`; English when nothing is near.
    #[must_use]
    pub fn nearest<'a>(&self, wanted: impl IntoIterator<Item = &'a str>) -> Language<'_> {
        let english = self.languages.get("en");
        for tag in wanted {
            let tag = tag.trim().replace('_', "-");
            let primary = tag.split('-').next().unwrap_or_default();
            for candidate in [tag.as_str(), primary] {
                let found = self.languages.iter().find(|(name, _)| name.eq_ignore_ascii_case(candidate));
                if let Some((locale, words)) = found {
                    return Language { locale, words: Some(words), english };
                }
            }
        }
        Language { locale: "en", words: None, english }
    }
}

impl<'a> Language<'a> {
    /// The text behind `key`, or the English one.
    #[must_use]
    pub fn text(&self, key: &str) -> &'a str {
        let own = self.words.and_then(|words| words.get(key));
        own.or_else(|| self.english?.get(key)).map(String::as_str).unwrap_or_default()
    }

    /// The sentence beside the launcher; empty where there is no figure.
    #[must_use]
    pub fn reply(&self, minutes: Option<u32>) -> String {
        let Some(spoken) = minutes.map(Spoken::of) else { return String::new() };
        let number = spoken.number().map(|n| n.to_string()).unwrap_or_default();
        let key = format!("reply.{}", spoken.key());
        self.text(&key).replace("{n}", &number)
    }

    /// What can be said of a reply time, also where that is not a figure.
    #[must_use]
    pub fn verdict(&self, reply: &ReplyTime) -> String {
        match reply.verdict {
            Some(ReplyVerdict::OftenUnanswered) => self.text("reply.often_unanswered").to_owned(),
            Some(ReplyVerdict::Measured) if reply.minutes.is_some() => self.reply(reply.minutes),
            _ => self.text("reply.new").to_owned(),
        }
    }

    /// What a reply time rests on.
    #[must_use]
    pub fn about(&self, reply: &ReplyTime, days: u32) -> String {
        let text = self.text("badge.about").replace("{n}", &reply.sample.to_string());
        text.replace("{m}", &reply.unanswered.to_string()).replace("{days}", &days.to_string())
    }

    /// The opening hours as a sentence, by the clock of the business's `zone`; when they change, where that is known and
    /// within a week, since a weekday's name says no more.
    #[must_use]
    pub fn hours(&self, state: &OpenState, zone: &str, now: Millis) -> String {
        let plain = if state.open { "hours.open" } else { "hours.closed" };
        self.change(state, zone, now).unwrap_or_else(|| self.text(plain).to_owned())
    }

    fn change(&self, state: &OpenState, zone: &str, now: Millis) -> Option<String> {
        let zone = TimeZone::get(zone).ok()?;
        let local = |at: Millis| Some(Timestamp::from_millisecond(at.0).ok()?.to_zoned(zone.clone()));
        let (now, change) = (local(now)?, local(state.changes_at?)?);
        let time = match change.minute() {
            0 => self.text("hours.whole").replace("{time}", &change.hour().to_string()),
            minute => format!("{}:{minute:02}", change.hour()),
        };
        let days = now.date().until(change.date()).ok()?.get_days();
        let (key, day) = match days {
            _ if state.open && days <= 1 => ("hours.closes", ""),
            _ if state.open => return None,
            0 => ("hours.reopens", ""),
            1 => ("hours.reopens_on", self.text("hours.tomorrow")),
            2..=6 => {
                let weekday = usize::try_from(change.weekday().to_monday_zero_offset()).ok()?;
                ("hours.reopens_on", self.text("hours.days").split(", ").nth(weekday)?)
            }
            _ => return None,
        };
        Some(self.text(key).replace("{day}", day).replace("{time}", &time))
    }

    /// All its words as they stand in their file; `None` for the built-in English.
    #[must_use]
    pub fn file(&self) -> Option<&'a HashMap<String, String>> {
        self.words.filter(|_| self.locale != "en")
    }

    /// `ltr` or `rtl`.
    #[must_use]
    pub fn dir(&self) -> &'static str {
        let primary = self.locale.split('-').next().unwrap_or_default();
        if ["ar", "he", "fa", "ur", "ps", "sd", "ug", "yi", "dv", "ckb"].contains(&primary) {
            "rtl"
        } else {
            "ltr"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    fn words() -> Words {
        let file = |locale: &str, text: &str| {
            (locale.to_owned(), HashMap::from([("composer.send".to_owned(), text.to_owned())]))
        };
        let mut languages =
            BTreeMap::from([file("it", "Invia"), file("pt-BR", "Enviar"), file("ar", "إرسال")]);
        languages.extend(Words::embedded().languages.remove_entry("en"));
        Words { languages }
    }

    #[test]
    fn the_nearest_language_is_found_and_english_is_always_there() {
        let words = words();
        let seen = |wanted: &[&str]| {
            let language = words.nearest(wanted.iter().copied());
            format!("{} {} {}", language.locale, language.dir(), language.text("composer.send"))
        };
        assert_eq!(seen(&["it-CH", "ar"]), "it ltr Invia");
        assert_eq!(seen(&["", "xx", "PT-br"]), "pt-BR ltr Enviar");
        assert_eq!(seen(&["en-GB", "it"]), "en ltr Send");
        assert_eq!(seen(&["ar-EG"]), "ar rtl إرسال");
        assert_eq!(seen(&["<script>"]), "en ltr Send");
        assert_eq!(words.nearest(["it"]).text("hours.open"), "Open now");
    }

    #[test]
    fn no_figure_no_sentence() {
        let words = words();
        let english = words.nearest(["en"]);
        assert_eq!(english.reply(None), "");
        assert_eq!(english.reply(Some(15)), "Usually answers within 15 minutes");
        assert_eq!(english.reply(Some(60)), "Usually answers within an hour");
    }

    #[test]
    fn the_next_change_is_said_by_the_business_s_clock() {
        let words = Words::embedded();
        // A Monday, 10:00 in Rome.
        let now = Millis(1_790_582_400_000);
        let said = |lang: &str, open: bool, hours: Option<i64>| {
            let state = OpenState { open, changes_at: hours.map(|hours| now.plus(hours * 1_800_000)) };
            words.nearest([lang]).hours(&state, "Europe/Rome", now)
        };
        let cases =
            [(false, Some(12)), (false, Some(46)), (false, Some(95)), (false, Some(400)), (false, None)];
        let cases = cases.into_iter().chain([(true, Some(19)), (true, Some(120)), (true, None)]);
        let lines = cases.map(|(open, half_hours)| {
            format!("{} | {}\n", said("it", open, half_hours), said("en", open, half_hours))
        });
        expect![[r#"
            Chiuso ora, riapre alle 16 | Closed now, opens again at 16:00
            Chiuso ora, riapre domani alle 9 | Closed now, opens again tomorrow at 9:00
            Chiuso ora, riapre mercoledì alle 9:30 | Closed now, opens again on Wednesday at 9:30
            Chiuso ora | Closed now
            Chiuso ora | Closed now
            Aperto fino alle 19:30 | Open until 19:30
            Aperto ora | Open now
            Aperto ora | Open now
        "#]]
        .assert_eq(&lines.collect::<String>());
    }
}
