//! The rules of the house that a compiler does not know: who may import whom, how large a file may grow, which words
//! stay out, and whether what is written in two places says the same. Each offender is told by file and line.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Built, installed or written at run time; not ours to judge.
const NOT_SOURCE: [&str; 7] = [".git", "target", "dist", "data", "node_modules", "output", ".tools"];

const LARGEST_FILE: usize = 600;
const LARGEST_FOLDER: usize = 10;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

struct Source {
    /// From the root, with `/`.
    path: String,
    text: String,
}

impl Source {
    fn is(&self, kinds: &[&str]) -> bool {
        kinds.iter().any(|kind| self.path.ends_with(kind))
    }

    /// Whether it is the module `name` below `folder`, or inside of it.
    fn is_module(&self, folder: &str, name: &str) -> bool {
        self.path == format!("{folder}/{name}.rs") || self.path.starts_with(&format!("{folder}/{name}/"))
    }

    /// Rust without comments and without its tests, with line numbers.
    fn code(&self) -> Vec<(usize, &str)> {
        if self.path.ends_with("/tests.rs") {
            return Vec::new();
        }
        let end = self.text.find("#[cfg(test)]\nmod ").unwrap_or(self.text.len());
        self.text
            .get(..end)
            .unwrap_or_default()
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line.split("// ").next().unwrap_or_default()))
            .filter(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with("//"))
            .collect()
    }

    /// The modules of its own crate that it names.
    fn modules_named(&self) -> BTreeSet<String> {
        let code: String = self.code().into_iter().flat_map(|(_, line)| [line, "\n"]).collect();
        let mut named = BTreeSet::new();
        for rest in code.split("crate::").skip(1) {
            if let Some(group) = rest.strip_prefix('{') {
                let mut depth = 0;
                let top = group.split(|c: char| {
                    depth += i32::from(c == '{') - i32::from(c == '}');
                    depth < 0 || (depth == 0 && c == ',')
                });
                named.extend(top.take_while(|part| !part.contains(';')).map(first_word));
            } else {
                named.insert(first_word(rest));
            }
        }
        named
    }
}

fn first_word(text: &str) -> String {
    text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

fn walk(folder: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).expect("the folder can be read").flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        if NOT_SOURCE.iter().any(|skip| name == *skip) {
            continue;
        }
        if path.is_dir() {
            walk(&path, found);
        } else if let Ok(text) = fs::read_to_string(&path) {
            let path =
                path.strip_prefix(root()).expect("inside the root").to_string_lossy().replace('\\', "/");
            found.push(Source { path, text });
        }
    }
}

fn tree() -> Vec<Source> {
    let mut found = Vec::new();
    walk(&root(), &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(found.len() > 20, "the walk finds the sources");
    found
}

fn none(what: &str, offenders: &[String]) {
    assert!(offenders.is_empty(), "{what}:\n{}", offenders.join("\n"));
}

/// The names under `[dependencies]` of a manifest.
fn dependencies(manifest: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(manifest)).unwrap_or_else(|_| panic!("{manifest} is there"));
    let (mut inside, mut names) = (false, Vec::new());
    for line in text.lines() {
        if line.starts_with('[') {
            inside = line == "[dependencies]";
            names.extend(
                line.strip_prefix("[dependencies.").map(|rest| rest.trim_end_matches(']').to_owned()),
            );
        } else if inside && !line.trim().is_empty() && !line.starts_with('#') {
            names.push(line.split(['.', ' ', '=']).next().unwrap_or_default().to_owned());
        }
    }
    names
}

#[test]
fn manifests_point_downward() {
    let ours = |manifest: &str| -> Vec<String> {
        dependencies(manifest).into_iter().filter(|name| name.starts_with("pronto")).collect()
    };
    let mut offenders = Vec::new();
    for manifest in [
        "Cargo.toml",
        "crates/inbox/Cargo.toml",
        "crates/server/Cargo.toml",
        "crates/protocol/Cargo.toml",
        "crates/reply/Cargo.toml",
    ] {
        let wall = ["crates/protocol/Cargo.toml", "crates/reply/Cargo.toml"].contains(&manifest);
        let allowed = |name: &String| !wall && (name == "pronto-protocol" || name == "pronto-reply");
        offenders.extend(
            ours(manifest).iter().filter(|name| !allowed(name)).map(|name| format!("{manifest}: {name}")),
        );
    }
    none(
        "nothing imports the widget, the inbox or the server; protocol and reply import nothing of ours",
        &offenders,
    );
}

#[test]
fn heavy_crates_stay_out_of_the_browser() {
    let heavy = ["regex", "chrono", "url", "uuid", "reqwest", "tracing", "serde_json", "anyhow"];
    let mut offenders = Vec::new();
    for manifest in ["Cargo.toml", "crates/protocol/Cargo.toml", "crates/inbox/Cargo.toml"] {
        let named = dependencies(manifest);
        offenders.extend(
            named
                .iter()
                .filter(|name| heavy.contains(&name.as_str()))
                .map(|name| format!("{manifest}: {name}")),
        );
    }
    none("every byte of these is paid for by a stranger's phone", &offenders);
}

#[test]
fn modules_point_downward() {
    // folder, module, what it must not name
    let arrows: &[(&str, &str, &[&str])] = &[
        ("src", "view", &["io", "app"]),
        ("src", "io", &["view", "app"]),
        ("src", "update", &["view", "io", "app"]),
        ("src", "state", &["view", "io", "app", "update"]),
        ("crates/inbox/src", "view", &["io", "app"]),
        ("crates/inbox/src", "io", &["view", "app"]),
        ("crates/inbox/src", "update", &["view", "io", "app"]),
        ("crates/inbox/src", "state", &["view", "io", "app", "update"]),
        ("crates/server/src", "conversation", &["store", "bus", "relay", "http", "auth", "config"]),
        ("crates/server/src", "store", &["relay", "http", "auth", "config"]),
        ("crates/server/src", "bus", &["relay", "http", "auth", "config"]),
        ("crates/server/src", "relay", &["http", "auth"]),
        ("crates/server/src", "auth", &["http", "relay"]),
        ("crates/server/src", "text", &["store", "bus", "relay", "http", "auth", "config"]),
    ];
    let mut offenders = Vec::new();
    for source in tree().iter().filter(|source| source.is(&[".rs"])) {
        for (folder, module, never) in arrows {
            if source.is_module(folder, module) {
                let named = source.modules_named();
                let wrong = never.iter().filter(|name| named.contains(**name) && **name != *module);
                offenders.extend(wrong.map(|name| format!("{}: crate::{name}", source.path)));
            }
        }
    }
    none("arrows that point upward", &offenders);
}

/// Words that must not be in the code of some files.
fn ban(what: &str, words: &[&str], concerns: impl Fn(&Source) -> bool) {
    let mut offenders = Vec::new();
    for source in tree().iter().filter(|source| source.is(&[".rs"]) && concerns(source)) {
        for (number, line) in source.code() {
            let found = words.iter().filter(|word| line.contains(**word));
            offenders.extend(found.map(|word| format!("{}:{number}: {word}", source.path)));
        }
    }
    none(what, &offenders);
}

#[test]
fn pure_modules_touch_no_browser_and_no_database() {
    ban("update and state are pure", &["web_sys", "js_sys", "gloo"], |source| {
        ["src", "crates/inbox/src"]
            .iter()
            .any(|folder| source.is_module(folder, "update") || source.is_module(folder, "state"))
    });
    ban("the rules are pure", &["tokio", "SystemTime", "Instant", "getrandom"], |source| {
        source.is_module("crates/server/src", "conversation") || source.path.starts_with("crates/reply/src/")
    });
    ban("SQL lives in the store", &["rusqlite", "postgres::"], |source| {
        source.path.starts_with("crates/server/src/")
            && !["store", "backup"].iter().any(|module| source.is_module("crates/server/src", module))
    });
}

#[test]
fn what_ships_to_a_browser_is_light_and_does_not_panic() {
    ban(
        "in what ships to a browser",
        &["{:?}", ".forget()", ".unwrap()", "regex::", "chrono::", "serde_json"],
        |source| {
            ["src/", "crates/protocol/src/", "crates/inbox/src/"]
                .iter()
                .any(|folder| source.path.starts_with(folder))
        },
    );
}

#[test]
fn some_words_are_nowhere() {
    // In halves, so that this file passes its own test.
    let words = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("#[al", "low("),
        concat!("#![al", "low("),
        concat!("#[ig", "nore"),
        concat!("/wo", "rk/"),
    ];
    let mut offenders = Vec::new();
    for source in tree()
        .iter()
        .filter(|source| source.is(&[".rs", ".js", ".mjs", ".html", ".css", ".md", ".sql", ".toml"]))
    {
        for (index, line) in source.text.lines().enumerate() {
            let mut found: Vec<&str> = words.iter().copied().filter(|word| line.contains(word)).collect();
            let posts =
                line.contains(concat!("post", "Message(")) || line.contains(concat!("post_", "message("));
            if posts && (line.contains("'*'") || line.contains("\"*\"")) {
                found.push("a message posted to any origin");
            }
            let squeezed: String = line.chars().filter(|c| !c.is_whitespace()).collect();
            if squeezed.contains(concat!(".inner", "HTML="))
                && !squeezed.contains(concat!(".inner", "HTML=="))
            {
                found.push("HTML from text");
            }
            offenders.extend(found.iter().map(|word| format!("{}:{}: {word}", source.path, index + 1)));
        }
    }
    none("words that do not belong here", &offenders);
}

#[test]
fn files_and_folders_stay_small() {
    let mut offenders = Vec::new();
    let mut folders = std::collections::BTreeMap::<&str, usize>::new();
    let tree = tree();
    for source in &tree {
        // `store.rs` beside `store/` is the front of that folder, and counts there.
        let own = source.path.strip_suffix(".rs").filter(|own| root().join(own).is_dir());
        let folder = own.or(source.path.rsplit_once('/').map(|(folder, _)| folder)).unwrap_or_default();
        *folders.entry(folder).or_default() += 1;
        let lines = match source.is(&[".rs"]) {
            true => source.code().len(),
            false if source.is(&[".js", ".mjs", ".css", ".html"]) => {
                source.text.lines().filter(|line| !line.trim().is_empty()).count()
            }
            false => 0,
        };
        if lines > LARGEST_FILE {
            offenders.push(format!("{}: {lines} lines of code", source.path));
        }
    }
    let free = ["golden", "locales", "migrations", "fixtures"];
    for (folder, count) in folders {
        let is_free = folder.is_empty() || folder.split('/').any(|part| free.contains(&part));
        if count > LARGEST_FOLDER && !is_free {
            offenders.push(format!("{folder}: {count} files"));
        }
    }
    none("too large: find the missing module", &offenders);
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut offenders = Vec::new();
    for source in tree().iter().filter(|source| source.is(&[".md"])) {
        let folder = root().join(source.path.rsplit_once('/').map_or("", |(folder, _)| folder));
        for rest in source.text.split("](").skip(1) {
            let target = rest.split([')', ' ', '#']).next().unwrap_or_default();
            let is_file = !target.is_empty() && !target.contains(':') && !target.starts_with('/');
            if is_file && !folder.join(target).exists() {
                offenders.push(format!("{}: {target}", source.path));
            }
        }
    }
    none("links that lead nowhere", &offenders);
}

/// The value after `before` and up to the next `"` in `text`.
fn quoted<'a>(text: &'a str, before: &str) -> Option<&'a str> {
    text.split_once(before)?.1.split('"').next()
}

#[test]
fn what_is_written_twice_agrees() {
    let read =
        |path: &str| fs::read_to_string(root().join(path)).unwrap_or_else(|_| panic!("{path} is there"));
    let (manifest, lock) = (read("Cargo.toml"), read("Cargo.lock"));
    let pinned = quoted(&manifest, "wasm-bindgen = \"=").expect("wasm-bindgen is pinned");
    let locked = quoted(&lock, "name = \"wasm-bindgen\"\nversion = \"");
    assert_eq!(locked, Some(pinned), "wasm-bindgen in Cargo.lock and in Cargo.toml");
    let tool = tree()
        .iter()
        .filter(|source| source.path.starts_with("xtask/src/"))
        .find_map(|source| quoted(&source.text, "WASM_BINDGEN: &str = \"").map(str::to_owned));
    assert_eq!(tool.as_deref(), Some(pinned), "the wasm-bindgen tool that xtask takes, and the crate");
}

#[test]
fn the_package_lock_names_no_host() {
    let locks: Vec<Source> = tree().into_iter().filter(|source| source.is(&["package-lock.json"])).collect();
    let offenders: Vec<String> =
        locks.into_iter().filter(|lock| lock.text.contains("\"resolved\"")).map(|lock| lock.path).collect();
    none("addresses in a lock file bind it to one mirror", &offenders);
}

#[test]
fn every_language_has_the_same_words_and_each_is_used() {
    let keys = |text: &str| -> BTreeSet<String> {
        let words: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(text).expect("a flat object");
        words.into_iter().map(|(key, _)| key).collect()
    };
    let tree = tree();
    let english = tree.iter().find(|source| source.path == "www/locales/en.json").expect("en.json is there");
    let english = keys(&english.text);
    let mut offenders = Vec::new();
    for locale in
        tree.iter().filter(|source| source.path.starts_with("www/locales/") && source.is(&[".json"]))
    {
        for key in keys(&locale.text).symmetric_difference(&english) {
            offenders.push(format!("{}: {key}", locale.path));
        }
    }
    let code: String = tree
        .iter()
        .filter(|source| {
            source.is(&[".rs"])
                && ["src/", "crates/server/src/"].iter().any(|folder| source.path.starts_with(folder))
        })
        .map(|source| source.text.as_str())
        .collect();
    // The modules have their words by what stands behind the prefix.
    let modules: String = tree
        .iter()
        .filter(|source| source.path.starts_with("www/panel/"))
        .map(|source| source.text.as_str())
        .collect();
    let is_used = |key: &String| {
        if let Some(name) = key.strip_prefix("more.") {
            return modules.contains(&format!("said.{name}")) || modules.contains(&format!("  {name}: {{"));
        }
        let (group, _) = key.rsplit_once('.').unwrap_or((key, ""));
        code.contains(&format!("\"{key}\"")) || code.contains(&format!("\"{group}.{{"))
    };
    offenders.extend(english.iter().filter(|key| !is_used(key)).map(|key| format!("nobody shows {key}")));
    none("words that differ between languages, or that nobody uses", &offenders);
}
