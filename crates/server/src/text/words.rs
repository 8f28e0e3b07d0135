//! The words that the server itself shows, read from the locale files that the widget reads too. English is built in.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use pronto_protocol::id::Millis;
use pronto_protocol::model::{OpenState, ReplyTime, ReplyVerdict};
use pronto_reply::clock::Spoken;
use rust_embed::RustEmbed;

use super::tag;

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

    /// The nearest language to what is wanted, best first: `it-CH` finds `it`, `zh-TW` finds `zh-Hant`; English when
    /// nothing is near.
    #[must_use]
    pub fn nearest<'a>(&self, wanted: impl IntoIterator<Item = &'a str>) -> Language<'_> {
        let english = self.languages.get("en");
        let find =
            |name: String| self.languages.iter().find(|(locale, _)| locale.eq_ignore_ascii_case(&name));
        if let Some((locale, words)) = wanted.into_iter().flat_map(tag::names).find_map(find) {
            return Language { locale, words: Some(words), english };
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

    /// What stands beside the launcher and in the panel's header: the verdict, and whether one has to wait longer right
    /// now. `{time}` in it is when the business opens again, for the browser to write in the visitor's own zone; it is
    /// within a week, since it is written with no more than the day's name.
    #[must_use]
    pub fn status(&self, reply: &ReplyTime, hours: Option<&OpenState>, now: Millis) -> String {
        let near = |at: &Millis| at.since(now) < 6 * 24 * 60 * 60 * 1000;
        let now = match hours {
            Some(OpenState { open: false, changes_at }) if changes_at.as_ref().is_some_and(near) => {
                "hours.back"
            }
            Some(OpenState { open: false, .. }) => "hours.closed",
            _ if reply.slower_now => "reply.slower",
            _ => return self.verdict(reply),
        };
        [&self.verdict(reply), self.text(now)].join(" · ")
    }

    /// A [`Language::status`] for a browser that runs no script: the time is that of the business's `zone`, which is named.
    #[must_use]
    pub fn timed(&self, status: &str, hours: Option<&OpenState>, zone: &TimeZone, now: Millis) -> String {
        let back = hours.and_then(|hours| hours.changes_at).map(|at| self.moment(at, zone, now));
        status.replace("{time}", &back.unwrap_or_default())
    }

    /// The promise of an answer, or the word that it was not kept, for a browser that runs no script: in the business's
    /// `zone`, which is named.
    #[must_use]
    pub fn promise(&self, by: Millis, zone: &TimeZone, now: Millis) -> String {
        if by <= now {
            return self.text("panel.promise_past").to_owned();
        }
        let (day, time) = self.day_and_time(by, zone, now);
        let key = if day.is_empty() { "panel.promise_today" } else { "panel.promise" };
        self.text(key).replace("{day}", &day).replace("{time}", &format!("{time} ({})", name_of(zone)))
    }

    /// A moment by the clock of `zone`, which is named: the time alone today, a day's name within a week, else the date.
    #[must_use]
    pub fn moment(&self, at: Millis, zone: &TimeZone, now: Millis) -> String {
        let (day, time) = self.day_and_time(at, zone, now);
        format!("{day} {time} ({})", name_of(zone)).trim_start().to_owned()
    }

    /// The day, empty for today, and the time of day.
    fn day_and_time(&self, at: Millis, zone: &TimeZone, now: Millis) -> (String, String) {
        let local = |at: Millis| {
            let at = Timestamp::from_millisecond(at.0).unwrap_or_default();
            at.to_zoned(zone.clone()).datetime()
        };
        let (today, at) = (local(now).date(), local(at));
        let ahead = today.until(at.date()).map_or(i32::MAX, |span| span.get_days());
        let weekday = usize::try_from(at.weekday().to_monday_zero_offset()).unwrap_or_default();
        let day = match ahead {
            0 => String::new(),
            1 => self.text("panel.tomorrow").to_owned(),
            2..=6 => self.text("hours.days").split(", ").nth(weekday).unwrap_or_default().to_owned(),
            _ => at.date().to_string(),
        };
        (day, format!("{}:{:02}", at.hour(), at.minute()))
    }

    /// A length of time in the shortest unit that keeps it readable, rounded up: never less than a minute.
    #[must_use]
    pub fn wait(&self, seconds: u32) -> String {
        let (number, unit) = wait_of(seconds);
        self.text(&format!("unit.{unit}")).replace("{n}", &number.to_string())
    }

    /// The panel's words in the order of their keys, in which the panel knows them.
    #[must_use]
    pub fn of_panel(&self) -> Vec<&'a str> {
        let keys = self.english.into_iter().flat_map(HashMap::keys).filter(|key| key.starts_with("panel."));
        let keys: BTreeSet<&String> = keys.collect();
        keys.into_iter().map(|key| self.text(key)).collect()
    }

    /// The words of what the panel loads when it is asked for, by what stands behind `more.` in their keys; and those
    /// that other pages have already.
    #[must_use]
    pub fn of_extras(&self) -> BTreeMap<&'a str, &'a str> {
        let english = self.english.into_iter().flat_map(HashMap::keys);
        let own = english.filter_map(|key| Some((key.strip_prefix("more.")?, self.text(key))));
        let shared = [
            ("back", "about.back"),
            ("you", "you.title"),
            ("waiting", "panel.waiting"),
            ("failed", "panel.not_sent"),
            ("blocked", "panel.blocked"),
        ];
        own.chain(shared.map(|(name, key)| (name, self.text(key)))).collect()
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

/// The number and the unit (`minute`, `hour` or `day`) in which a length of time is said, rounded up to a half from hours on.
#[must_use]
pub fn wait_of(seconds: u32) -> (f64, &'static str) {
    let halves = |unit: f64| (f64::from(seconds) / unit * 2.0).ceil() / 2.0;
    let minutes = (f64::from(seconds) / 60.0).ceil().max(1.0);
    match minutes {
        ..=90.0 => (minutes, "minute"),
        ..=2160.0 => (halves(3_600.0), "hour"),
        _ => (halves(86_400.0), "day"),
    }
}

fn name_of(zone: &TimeZone) -> &str {
    zone.iana_name().unwrap_or("UTC")
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
        assert_eq!(words.nearest(["it"]).text("hours.closed"), "closed now");
        assert_eq!(seen(&["tlh", "it"]), "it ltr Invia");
    }

    #[test]
    fn browsers_tags_find_their_file() {
        let words = Words::embedded();
        let found = |tags: &[&str]| {
            let found = tags.iter().map(|tag| words.nearest([*tag, "en"]).locale);
            found.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            found(&["zh", "zh-CN", "zh-SG", "zh-Hans-TW", "cmn"]),
            "zh-Hans zh-Hans zh-Hans zh-Hans zh-Hans"
        );
        assert_eq!(
            found(&["zh-TW", "zh-HK", "zh-Hant", "zh-Hant-HK", "yue"]),
            "zh-Hant zh-Hant zh-Hant zh-Hant zh-Hant"
        );
        assert_eq!(found(&["pt", "pt-PT", "pt-AO", "pt-BR", "PT_br"]), "pt pt pt pt-BR pt-BR");
        assert_eq!(found(&["no", "nn-NO", "nb", "tl", "iw-IL", "in-ID"]), "nb nb nb fil he id");
        assert_eq!(
            found(&["sr", "sr-RS", "sr-Latn", "sr-Latn-BA", "sr-ME", "sh"]),
            "sr sr sr-Latn sr-Latn sr-Latn sr-Latn"
        );
        assert_eq!(found(&["de-CH", "en-AU", "tlh", "x-klingon", ""]), "de en en en en");
    }

    #[test]
    fn the_languages_that_run_from_right_to_left() {
        let words = Words::embedded();
        let rtl = words.languages.keys().filter(|locale| words.nearest([locale.as_str()]).dir() == "rtl");
        assert_eq!(rtl.cloned().collect::<Vec<_>>().join(" "), "ar fa he ur");
    }

    #[test]
    fn no_figure_no_sentence() {
        let words = words();
        let english = words.nearest(["en"]);
        assert_eq!(english.reply(None), "");
        assert_eq!(english.reply(Some(15)), "Usually answers within 15 minutes");
        assert_eq!(english.reply(Some(60)), "Usually answers within an hour");
    }

    /// A Monday, 10:00 in Rome.
    const NOW: Millis = Millis(1_790_582_400_000);

    #[test]
    fn a_moment_is_said_by_the_business_s_clock() {
        let words = Words::embedded();
        let rome = TimeZone::get("Europe/Rome").expect("a zone");
        let lines = [12, 46, 95, 400].map(|half_hours| {
            let at = NOW.plus(half_hours * 1_800_000);
            let said = |lang| {
                let language = words.nearest([lang]);
                format!("{} | {}", language.moment(at, &rome, NOW), language.promise(at, &rome, NOW))
            };
            format!("{}\n{}\n", said("it"), said("en"))
        });
        expect![[r#"
            16:00 (Europe/Rome) | Avrai una risposta oggi, entro le 16:00 (Europe/Rome).
            16:00 (Europe/Rome) | You will have an answer by 16:00 (Europe/Rome) today.
            domani 9:00 (Europe/Rome) | Avrai una risposta entro domani alle 9:00 (Europe/Rome).
            tomorrow 9:00 (Europe/Rome) | You will have an answer by tomorrow, 9:00 (Europe/Rome).
            mercoledì 9:30 (Europe/Rome) | Avrai una risposta entro mercoledì alle 9:30 (Europe/Rome).
            Wednesday 9:30 (Europe/Rome) | You will have an answer by Wednesday, 9:30 (Europe/Rome).
            2026-10-06 18:00 (Europe/Rome) | Avrai una risposta entro 2026-10-06 alle 18:00 (Europe/Rome).
            2026-10-06 18:00 (Europe/Rome) | You will have an answer by 2026-10-06, 18:00 (Europe/Rome).
        "#]]
        .assert_eq(&lines.concat());
    }

    #[test]
    fn the_status_says_what_is_different_now() {
        let words = Words::embedded();
        let utc = TimeZone::UTC;
        let reply = |verdict, minutes, slower_now| ReplyTime {
            minutes,
            sample: 20,
            unanswered: 0,
            as_of: NOW,
            p75_minutes: None,
            p90_minutes: None,
            verdict: Some(verdict),
            slower_now,
        };
        let closed = |changes_at| Some(OpenState { open: false, changes_at });
        let open = Some(OpenState { open: true, changes_at: Some(NOW) });
        let measured = reply(ReplyVerdict::Measured, Some(10), false);
        let cases = [
            (measured.clone(), None),
            (measured.clone(), open.clone()),
            (measured.clone(), closed(Some(NOW.plus(3_600_000)))),
            (measured.clone(), closed(Some(NOW.plus(7 * 86_400_000)))),
            (measured, closed(None)),
            (reply(ReplyVerdict::Measured, Some(10), true), open),
            (reply(ReplyVerdict::Measured, Some(10), true), closed(None)),
            (reply(ReplyVerdict::New, None, false), None),
            (reply(ReplyVerdict::OftenUnanswered, None, false), None),
        ];
        let lines = cases.map(|(reply, hours)| {
            let said = |lang| {
                let language = words.nearest([lang]);
                let template = language.status(&reply, hours.as_ref(), NOW);
                let plain = language.timed(&template, hours.as_ref(), &utc, NOW);
                if plain == template { plain } else { format!("{template} = {plain}") }
            };
            format!("{} | {}\n", said("it"), said("en"))
        });
        expect![[r#"
            Di solito risponde entro 10 minuti | Usually answers within 10 minutes
            Di solito risponde entro 10 minuti | Usually answers within 10 minutes
            Di solito risponde entro 10 minuti · chiuso ora, riapre {time} = Di solito risponde entro 10 minuti · chiuso ora, riapre 9:00 (UTC) | Usually answers within 10 minutes · closed now, back {time} = Usually answers within 10 minutes · closed now, back 9:00 (UTC)
            Di solito risponde entro 10 minuti · chiuso ora | Usually answers within 10 minutes · closed now
            Di solito risponde entro 10 minuti · chiuso ora | Usually answers within 10 minutes · closed now
            Di solito risponde entro 10 minuti · ora ci mette più del solito | Usually answers within 10 minutes · slower than usual now
            Di solito risponde entro 10 minuti · chiuso ora | Usually answers within 10 minutes · closed now
            Siamo nuovi: ancora nessun dato | New here: no figure yet
            Spesso nessuna risposta | Often gets no answer
        "#]]
        .assert_eq(&lines.concat());
    }

    #[test]
    fn waits_are_rounded_up_and_readable() {
        let english = Words::embedded();
        let english = english.nearest(["en"]);
        let said = [0, 60, 61, 5_400, 5_401, 9_000, 129_600, 129_601, 600_000].map(|wait| english.wait(wait));
        expect!["1 min 1 min 2 min 90 min 2 h 2.5 h 36 h 2 d 7 d"].assert_eq(&said.join(" "));
    }
}
