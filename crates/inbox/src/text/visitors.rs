//! The languages that visitors are spoken to, for the owner to choose one of; their words are the server's.

/// The tags of the files in `www/locales`.
pub const VISITORS: [&str; 64] = [
    "af", "ar", "az", "be", "bg", "bn", "bs", "ca", "cs", "da", "de", "el", "en", "es", "et", "eu", "fa",
    "fi", "fil", "fr", "gl", "gu", "he", "hi", "hr", "hu", "id", "is", "it", "ja", "kk", "kn", "ko", "lt",
    "lv", "mk", "mr", "ms", "nb", "ne", "nl", "pa", "pl", "pt", "pt-BR", "ro", "ru", "sk", "sl", "sq", "sr",
    "sr-Latn", "sv", "sw", "ta", "te", "th", "tr", "uk", "ur", "uz", "vi", "zh-Hans", "zh-Hant",
];

#[cfg(test)]
mod tests {
    use super::VISITORS;

    #[test]
    fn each_language_there_is_can_be_chosen() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../www/locales");
        let files = std::fs::read_dir(folder).expect("the folder of locales");
        let name = |file: std::fs::DirEntry| file.file_name().into_string().expect("a name in ASCII");
        let mut tags: Vec<String> =
            files.map(|file| name(file.expect("a file")).replace(".json", "")).collect();
        tags.sort();
        assert_eq!(tags, VISITORS);
    }
}
