//! Which language files answer to a language tag, nearest first. Pure; knows no word of any of them.

/// Tags that the files know under another name: withdrawn ones, and languages whose readers read a sister's file.
const KNOWN_AS: [(&str, &str); 12] = [
    ("cmn", "zh-Hans"),
    ("in", "id"),
    ("iw", "he"),
    ("mo", "ro"),
    ("nn", "nb"),
    ("no", "nb"),
    ("pes", "fa"),
    ("prs", "fa"),
    ("sh", "sr-Latn"),
    ("tl", "fil"),
    ("yue", "zh-Hant"),
    ("zh", "zh-Hans"),
];

/// Where a language is written otherwise than its bare name says.
const WRITTEN: [(&str, &str, &str); 4] =
    [("sr", "ME", "sr-Latn"), ("zh", "HK", "zh-Hant"), ("zh", "MO", "zh-Hant"), ("zh", "TW", "zh-Hant")];

/// The names under which `tag`'s language may be found: the script its region writes, the tag itself, then shorter and
/// shorter, each followed by the name it is better known by. `zh-TW` gives `zh-Hant` first, `de-AT-1996` ends with `de`.
pub fn names(tag: &str) -> impl Iterator<Item = String> {
    let tag = tag.trim().replace('_', "-");
    let parts: Vec<&str> = tag.split('-').collect();
    // A script that is named outdoes the region's habit.
    let scripted = parts.get(1).is_some_and(|part| part.len() == 4);
    let same = |part: Option<&&str>, name: &str| part.is_some_and(|part| part.eq_ignore_ascii_case(name));
    let written = WRITTEN.iter().filter(|(language, region, _)| {
        !scripted && same(parts.first(), language) && same(parts.get(1), region)
    });
    let mut names: Vec<String> = written.map(|(_, _, name)| (*name).to_owned()).collect();
    for length in (1..=parts.len()).rev() {
        let name = parts.iter().take(length).copied().collect::<Vec<_>>().join("-");
        let known_as = KNOWN_AS.iter().find(|(known, _)| name.eq_ignore_ascii_case(known));
        names.push(name);
        names.extend(known_as.map(|(_, as_name)| (*as_name).to_owned()));
    }
    names.into_iter()
}

#[cfg(test)]
mod tests {
    use super::names;
    use expect_test::expect;

    #[test]
    fn a_tag_is_looked_for_from_its_whole_to_its_first_part() {
        let tags = [
            "it",
            "de-AT-1996",
            "zh-TW",
            "zh_HK",
            "zh-Hans-HK",
            "zh-CN",
            "yue-HK",
            "pt-PT",
            "no",
            "nn-NO",
            "tl-PH",
            "iw",
            "in",
            "sr-Latn-RS",
            "sr-ME",
            "sr-Cyrl-ME",
            "sh",
        ];
        let lines = tags.map(|tag| format!("{tag}: {}\n", names(tag).collect::<Vec<_>>().join(" ")));
        expect![[r#"
            it: it
            de-AT-1996: de-AT-1996 de-AT de
            zh-TW: zh-Hant zh-TW zh zh-Hans
            zh_HK: zh-Hant zh-HK zh zh-Hans
            zh-Hans-HK: zh-Hans-HK zh-Hans zh zh-Hans
            zh-CN: zh-CN zh zh-Hans
            yue-HK: yue-HK yue zh-Hant
            pt-PT: pt-PT pt
            no: no nb
            nn-NO: nn-NO nn nb
            tl-PH: tl-PH tl fil
            iw: iw he
            in: in id
            sr-Latn-RS: sr-Latn-RS sr-Latn sr
            sr-ME: sr-Latn sr-ME sr
            sr-Cyrl-ME: sr-Cyrl-ME sr-Cyrl sr
            sh: sh sr-Latn
        "#]]
        .assert_eq(&lines.concat());
    }
}
