//! The locale files: enough of them, complete, alike, each in its own script, and English as it is built in. How well a
//! sentence is written, no test can say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use pronto::text::Words;

type Texts = BTreeMap<String, String>;

/// The first and the last letter of each block of a script.
type Blocks = &'static [(char, char)];

/// Exclamation marks: plain, Spanish, doubled, Armenian, small, full-width.
const SHOUTS: [char; 6] = ['!', '¡', '‼', '՜', '﹗', '！'];

/// The languages that are not written in Latin letters, each with the blocks of its script.
const SCRIPTS: &[(&[&str], Blocks)] = &[
    (&["be", "bg", "kk", "mk", "ru", "sr", "uk"], &[('\u{400}', '\u{52f}')]),
    (&["el"], &[('\u{370}', '\u{3ff}')]),
    (&["he"], &[('\u{590}', '\u{5ff}')]),
    (&["ar", "fa", "ur"], &[('\u{600}', '\u{6ff}')]),
    (&["hi", "mr", "ne"], &[('\u{900}', '\u{97f}')]),
    (&["bn"], &[('\u{980}', '\u{9ff}')]),
    (&["pa"], &[('\u{a00}', '\u{a7f}')]),
    (&["gu"], &[('\u{a80}', '\u{aff}')]),
    (&["ta"], &[('\u{b80}', '\u{bff}')]),
    (&["te"], &[('\u{c00}', '\u{c7f}')]),
    (&["kn"], &[('\u{c80}', '\u{cff}')]),
    (&["th"], &[('\u{e00}', '\u{e7f}')]),
    (&["ko"], &[('\u{ac00}', '\u{d7a3}')]),
    (&["ja"], &[('\u{3040}', '\u{30ff}'), ('\u{4e00}', '\u{9fff}')]),
    (&["zh-Hans", "zh-Hant"], &[('\u{4e00}', '\u{9fff}')]),
];

const LATIN: Blocks = &[('A', 'z'), ('\u{c0}', '\u{24f}'), ('\u{1e00}', '\u{1eff}')];

/// Texts that are rightly what English says too, beside those without a word of their own.
const AS_IN_ENGLISH: &[(&str, &str)] = &[
    ("bs", "about.period"),
    ("da", "composer.send"),
    ("fr", "about.sample"),
    ("fr", "panel.thread"),
    ("is", "panel.sent"),
    ("nb", "composer.send"),
    ("sr-Latn", "about.period"),
    ("sv", "about.period"),
];

fn locales() -> BTreeMap<String, Texts> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/locales");
    let files = std::fs::read_dir(folder).expect("the folder of locales");
    let read = |file: std::fs::DirEntry| {
        let name = file.file_name().into_string().expect("a name in ASCII");
        let texts = std::fs::read_to_string(file.path()).expect("a text file");
        let texts = serde_json::from_str(&texts).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name.trim_end_matches(".json").to_owned(), texts)
    };
    files.map(|file| read(file.expect("a file"))).collect()
}

/// The `{…}` of a text, sorted.
fn places(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

#[test]
fn every_file_has_every_key_with_the_same_places() {
    let locales = locales();
    let english = &locales["en"];
    assert!(locales.contains_key("it"));
    for (locale, texts) in &locales {
        let keys = |texts: &Texts| texts.keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(keys(texts), keys(english), "{locale}");
        for (key, text) in texts {
            assert_eq!(places(text), places(&english[key]), "{locale}: {key}");
            assert!(!text.trim().is_empty() && text.trim() == text, "{locale}: {key}");
            assert!(!text.contains(SHOUTS), "{locale}: {key} shouts");
        }
    }
}

/// The letters of a text, without what stands in its places.
fn letters(text: &str) -> impl Iterator<Item = char> {
    let between = text.split('{').map(|part| part.split_once('}').map_or(part, |(_, rest)| rest));
    between.flat_map(str::chars).filter(|letter| letter.is_alphabetic())
}

#[test]
fn there_are_sixty_languages_and_more() {
    let locales = locales();
    assert!(locales.len() >= 60, "{} files", locales.len());
    for language in ["it", "en", "de", "fr", "es", "pt", "nl", "pl", "ar", "he", "fa", "ur"] {
        assert!(locales.contains_key(language), "{language}");
    }
}

#[test]
fn each_text_is_in_its_languages_script() {
    for (locale, texts) in locales() {
        let script = SCRIPTS.iter().find(|(languages, _)| languages.contains(&locale.as_str()));
        let blocks = script.map_or(LATIN, |(_, blocks)| blocks);
        let own = |letter: &char| blocks.iter().any(|(first, last)| (first..=last).contains(&letter));
        for (key, text) in texts {
            let (all, own) = (letters(&text).count(), letters(&text).filter(own).count());
            assert!(own * 2 >= all, "{locale}: {key} is not in its script: {text}");
        }
    }
}

#[test]
fn no_text_is_left_in_english() {
    let locales = locales();
    let english = &locales["en"];
    let same = locales.iter().filter(|(locale, _)| *locale != "en").flat_map(|(locale, texts)| {
        let same = texts.iter().filter(|(key, text)| english[*key] == **text && letters(text).count() > 3);
        same.map(move |(key, _)| (locale.as_str(), key.as_str()))
    });
    assert_eq!(same.collect::<Vec<_>>(), AS_IN_ENGLISH);
}

#[test]
fn a_week_has_seven_days_and_each_its_name() {
    for (locale, texts) in locales() {
        let days: BTreeSet<&str> = texts["hours.days"].split(", ").collect();
        assert_eq!(days.len(), 7, "{locale}: {days:?}");
    }
}

#[test]
fn the_built_in_english_is_the_file_s() {
    let english = &locales()["en"];
    let panel = english.iter().filter(|(key, _)| key.starts_with("panel."));
    let panel: Vec<(&str, &str)> = panel.map(|(key, text)| (key.as_str(), text.as_str())).collect();
    // In the keys' order too: a page has its language's words without their keys.
    assert_eq!(panel, Words::ENGLISH);
}

#[test]
fn every_figure_has_its_sentence() {
    let forms = [1, 5, 60, 120, 1_440, 4_320, 10_080, 43_200].map(pronto_reply::clock::Spoken::of);
    for (locale, texts) in locales() {
        for form in forms {
            let text = texts.get(&format!("reply.{}", form.key()));
            let numbered = text.map(|text| text.contains("{n}"));
            let one = matches!(form.number(), None | Some(1));
            assert_eq!(numbered, Some(!one), "{locale}: {}", form.key());
        }
    }
}
