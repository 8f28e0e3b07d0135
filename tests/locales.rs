//! The locale files: complete, alike, and English as it is built in. How well a sentence is written, no test can say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use pronto::text::Words;

type Texts = BTreeMap<String, String>;

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
            assert!(!text.contains('!'), "{locale}: {key} shouts");
        }
    }
}

#[test]
fn the_built_in_english_is_the_file_s() {
    let english = &locales()["en"];
    for (key, text) in Words::ENGLISH {
        assert_eq!(english.get(*key).map(String::as_str), Some(*text), "{key}");
    }
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
