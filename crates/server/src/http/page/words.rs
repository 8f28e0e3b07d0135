//! The words that the server itself shows, read from the locale files that the widget reads too. English is built in.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

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
}
