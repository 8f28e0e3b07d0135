//! Short names for what a script declares for itself, in a script that is squeezed already.
//!
//! A name is written short everywhere or nowhere: only where each of its places in the whole script is a variable's, never
//! a property, a key, or a part of a template. One new name for one old name in every scope changes no scope.

use super::script::tokens;

use std::collections::{BTreeMap, BTreeSet};

/// The script with short names; `None` when its tokens cannot be told apart.
pub(crate) fn rename(code: &str) -> Option<String> {
    let tokens = tokens(code)?;
    let shown: Vec<usize> = (0..tokens.len()).filter(|at| !is_blank(tokens[*at])).collect();
    let words: Vec<&str> = shown.iter().map(|at| tokens[*at]).collect();
    let taken: BTreeSet<&str> = words.iter().copied().filter(|word| is_name(word)).collect();
    let braces = Braces::read(&words);
    let declared = declared(&words);
    let bound = bound(&words, &braces);

    let mut uses = BTreeMap::<&str, usize>::new();
    for word in words.iter().filter(|word| declared.contains(*word) && !bound.contains(*word)) {
        *uses.entry(word).or_default() += word.len();
    }
    let mut heaviest: Vec<(&str, usize)> = uses.into_iter().filter(|(word, _)| word.len() > 1).collect();
    heaviest.sort_by_key(|(word, weight)| (std::cmp::Reverse(*weight), *word));
    let mut free = names().filter(|name| !taken.contains(name.as_str()));
    let short: BTreeMap<&str, String> =
        heaviest.into_iter().map_while(|(word, _)| Some((word, free.next()?))).collect();
    let short: BTreeMap<&str, String> =
        short.into_iter().filter(|(word, name)| name.len() < word.len()).collect();
    Some(tokens.iter().map(|token| short.get(token).map_or(*token, String::as_str)).collect())
}

fn is_blank(token: &str) -> bool {
    token.trim().is_empty()
}

fn is_name(token: &str) -> bool {
    token.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_' || c == '$')
}

/// `a`, `b`, … `Z`, `aa`, …
fn names() -> impl Iterator<Item = String> {
    let letters = || ('a'..='z').chain('A'..='Z');
    let pairs = letters().flat_map(move |first| letters().map(move |second| format!("{first}{second}")));
    let reserved = ["do", "if", "in", "of", "as"];
    letters().map(String::from).chain(pairs).filter(move |name| !reserved.contains(&name.as_str()))
}

/// For each token, the kind of bracket that it stands in.
struct Braces(Vec<Option<Inside>>);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Round,
    Square,
    Block,
    Object,
}

impl Braces {
    fn read(words: &[&str]) -> Self {
        let mut open = Vec::new();
        let mut inside = Vec::with_capacity(words.len());
        for (at, word) in words.iter().enumerate() {
            if matches!(*word, ")" | "]" | "}") {
                open.pop();
            }
            inside.push(open.last().copied());
            let before = at.checked_sub(1).map_or("", |before| words[before]);
            match *word {
                "(" => open.push(Inside::Round),
                "[" => open.push(Inside::Square),
                // Behind these a brace begins statements; `=>` ends in its `>`.
                "{" if matches!(before, ")" | ">" | ";" | "{" | "}" | "else" | "try" | "catch" | "") => {
                    open.push(Inside::Block);
                }
                "{" => open.push(Inside::Object),
                _ => {}
            }
        }
        Self(inside)
    }
}

/// What `const`, `let` and the parameters of arrow functions name.
fn declared<'a>(words: &[&'a str]) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    for (at, word) in words.iter().enumerate() {
        match *word {
            "const" | "let" => list(words, at + 1, &mut names),
            ">" if at > 1 && words[at - 1] == "=" => match words[at - 2] {
                ")" => parameters(words, at - 2, &mut names),
                name if is_name(name) => drop(names.insert(name)),
                _ => {}
            },
            _ => {}
        }
    }
    names
}

/// The names of a declaration that begins at `from`: each after a comma of its own depth, and those of a square pattern.
fn list<'a>(words: &[&'a str], from: usize, names: &mut BTreeSet<&'a str>) {
    let (mut depth, mut pattern) = (0_usize, false);
    for at in from..words.len() {
        let (word, first) = (words[at], at == from);
        match word {
            "[" if first || depth == 0 && words[at - 1] == "," => (depth, pattern) = (1, true),
            "(" | "[" | "{" => depth += 1,
            "]" if depth == 1 && pattern => (depth, pattern) = (0, false),
            ")" | "]" | "}" if depth == 0 => return,
            ")" | "]" | "}" => depth -= 1,
            ";" | "of" | "in" if depth == 0 => return,
            _ if is_name(word)
                && (first || matches!(words[at - 1], "," | "["))
                && (depth == 0 || pattern) =>
            {
                names.insert(word);
            }
            _ => {}
        }
    }
}

/// The names between the bracket that closes at `end` and its opening one.
fn parameters<'a>(words: &[&'a str], end: usize, names: &mut BTreeSet<&'a str>) {
    let mut depth = 0_usize;
    for at in (0..end).rev() {
        match words[at] {
            ")" | "]" | "}" => depth += 1,
            "(" if depth == 0 => return,
            "(" | "[" | "{" => depth -= 1,
            word if depth == 0 && is_name(word) && matches!(words[at - 1], "(" | "," | ".") => {
                names.insert(word);
            }
            _ => {}
        }
    }
}

/// What has to be called as it is: properties, keys, and all that a template mentions.
fn bound<'a>(words: &[&'a str], braces: &Braces) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    for (at, word) in words.iter().enumerate() {
        if word.starts_with('`') {
            names.extend(word.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|part| is_name(part)));
        }
        if !is_name(word) {
            continue;
        }
        let (before, after) =
            (at.checked_sub(1).map_or("", |at| words[at]), words.get(at + 1).copied().unwrap_or_default());
        let spread = before == "." && at > 2 && words[at - 2] == "." && words[at - 3] == ".";
        let key = matches!(before, "{" | ",") && matches!(after, ":" | "," | "}" | "=" | "(");
        if before == "." && !spread || key && braces.0[at] == Some(Inside::Object) {
            names.insert(*word);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::rename;

    #[test]
    fn variables_get_short_names_and_properties_keep_theirs() {
        let cases = [
            ("const first=1;let second,third=first;f(second)", "const b=1;let a,c=b;f(a)"),
            ("const open=1;x.open=open", "const open=1;x.open=open"),
            ("const kind=1;g({kind,n:kind})", "const kind=1;g({kind,n:kind})"),
            ("const size=1;t=`${size}px`", "const size=1;t=`${size}px`"),
            (
                "const act=(name,...rest)=>{name(...rest)};act(one=>one)",
                "const c=(a,...b)=>{a(...b)};c(d=>d)",
            ),
            ("for(const item of all)use(item)", "for(const a of all)use(a)"),
            ("const[left,right=left]=pair;left+right", "const[a,b=a]=pair;a+b"),
            ("const{data,type}=e;const words={data:1}", "const{data,type}=e;const a={data:1}"),
            ("const a=1,value=2;a+value", "const a=1,b=2;a+b"),
            ("window.document;fetch(name)", "window.document;fetch(name)"),
        ];
        for (code, short) in cases {
            assert_eq!(rename(code).as_deref(), Some(short), "{code}");
        }
    }
}
