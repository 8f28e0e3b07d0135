//! Short names for what a script declares for itself, in a script that is squeezed already.
//!
//! A name is written short everywhere or nowhere: only where each of its places in the whole script is a variable's, never
//! a property, a key, or a part of a template. Two names share a short one where neither is mentioned in the other's block.

use super::script::tokens;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The script with short names; `None` when its tokens cannot be told apart.
pub(crate) fn rename(code: &str) -> Option<String> {
    let tokens = tokens(code)?;
    let shown: Vec<usize> = (0..tokens.len()).filter(|at| !is_blank(tokens[*at])).collect();
    let words: Vec<&str> = shown.iter().map(|at| tokens[*at]).collect();
    let braces = Braces::read(&words);
    let declared = declared(&words);
    let bound = bound(&words, &braces);

    let mut places = BTreeMap::<&str, Vec<usize>>::new();
    for (at, word) in words.iter().enumerate().filter(|(_, word)| declared.contains(*word)) {
        places.entry(word).or_default().push(at);
    }
    places.retain(|word, _| !bound.contains(word));
    let taken: BTreeSet<&str> =
        words.iter().copied().filter(|word| is_name(word) && !places.contains_key(word)).collect();
    let letters = letters(tokens.iter().copied().filter(|token| !places.contains_key(token)));
    let mut heaviest: Vec<(&str, Vec<usize>)> = places.into_iter().collect();
    heaviest.sort_by_key(|(word, places)| (std::cmp::Reverse(places.len()), *word));

    let blocks = blocks(&words);
    let mut given = BTreeMap::<String, Vec<Mention>>::new();
    let mut short = BTreeMap::new();
    for (word, places) in heaviest {
        let mention = Mention { block: block_of(&places, &blocks, words.len()), places };
        let is_free = |name: &String| {
            !taken.contains(name.as_str())
                && given.get(name).is_none_or(|others| !others.iter().any(|other| other.meets(&mention)))
        };
        let name = names(&letters).find(is_free)?;
        given.entry(name.clone()).or_default().push(mention);
        short.insert(word, name);
    }
    Some(tokens.iter().map(|token| short.get(token).map_or(*token, String::as_str)).collect())
}

/// Where a name stands, and the block that holds all of it.
struct Mention {
    block: Range<usize>,
    places: Vec<usize>,
}

impl Mention {
    /// Whether one name for both would mean another thing somewhere.
    fn meets(&self, other: &Self) -> bool {
        let within = |places: &[usize], block: &Range<usize>| places.iter().any(|at| block.contains(at));
        let apart = self.block.end <= other.block.start || other.block.end <= self.block.start;
        let holds = |outer: &Self, inner: &Self| {
            outer.block.start <= inner.block.start && inner.block.end <= outer.block.end
        };
        !apart
            && (holds(self, other) && within(&self.places, &other.block)
                || holds(other, self) && within(&other.places, &self.block))
    }
}

/// From where to where each block of statements goes, with the parameters or the condition before it.
fn blocks(words: &[&str]) -> Vec<Range<usize>> {
    let (mut open, mut blocks) = (Vec::new(), Vec::new());
    // Where the brackets began that closed at a place.
    let mut began = BTreeMap::new();
    for (at, word) in words.iter().enumerate() {
        match *word {
            "(" | "[" | "{" => open.push((at, Braces::kind(words, at))),
            ")" | "]" | "}" => {
                let Some((start, kind)) = open.pop() else { continue };
                began.insert(at, start);
                if kind == Inside::Block {
                    let behind_arrow = start > 1 && words[start - 1] == ">" && words[start - 2] == "=";
                    let before = if behind_arrow { start.checked_sub(3) } else { start.checked_sub(1) };
                    let bracket =
                        before.filter(|before| words[*before] == ")").and_then(|end| began.get(&end));
                    let alone = before.filter(|before| behind_arrow && is_name(words[*before]));
                    blocks.push(bracket.copied().or(alone).unwrap_or(start)..at + 1);
                }
            }
            _ => {}
        }
    }
    blocks
}

/// The smallest block with all `places`; the whole script where there is none.
fn block_of(places: &[usize], blocks: &[Range<usize>], end: usize) -> Range<usize> {
    let holding = blocks.iter().filter(|block| places.iter().all(|at| block.contains(at)));
    holding.min_by_key(|block| block.len()).cloned().unwrap_or(0..end)
}

fn is_blank(token: &str) -> bool {
    token.trim().is_empty()
}

fn is_name(token: &str) -> bool {
    token.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_' || c == '$')
}

/// The letters, those first that the rest of the script is full of: they compress best.
fn letters<'a>(rest: impl Iterator<Item = &'a str>) -> Vec<char> {
    let mut counts = BTreeMap::<char, usize>::new();
    rest.flat_map(str::chars).for_each(|c| *counts.entry(c).or_default() += 1);
    let mut letters: Vec<char> = ('a'..='z').chain('A'..='Z').collect();
    letters.sort_by_key(|letter| std::cmp::Reverse(counts.get(letter).copied()));
    letters
}

/// Each of `letters`, then each pair of them.
fn names(letters: &[char]) -> impl Iterator<Item = String> {
    let pairs = letters.iter().flat_map(|first| letters.iter().map(move |second| format!("{first}{second}")));
    let reserved = ["do", "if", "in", "of", "as"];
    letters.iter().map(char::to_string).chain(pairs).filter(move |name| !reserved.contains(&name.as_str()))
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
            if matches!(*word, "(" | "[" | "{") {
                open.push(Self::kind(words, at));
            }
        }
        Self(inside)
    }

    /// What the bracket at `at` opens.
    fn kind(words: &[&str], at: usize) -> Inside {
        let before = at.checked_sub(1).map_or("", |before| words[before]);
        match words[at] {
            "(" => Inside::Round,
            "[" => Inside::Square,
            // Behind these a brace begins statements; `=>` ends in its `>`.
            _ if matches!(before, ")" | ">" | ";" | "{" | "}" | "else" | "try" | "catch" | "") => {
                Inside::Block
            }
            _ => Inside::Object,
        }
    }
}

/// What `const`, `let`, `var` and functions name, and the parameters of those.
fn declared<'a>(words: &[&'a str]) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    for (at, word) in words.iter().enumerate() {
        match *word {
            "const" | "let" | "var" => list(words, at + 1, &mut names),
            "function" => {
                names.extend(words.get(at + 1).filter(|name| is_name(name)));
                let end = words.iter().skip(at).position(|word| *word == ")");
                parameters(words, end.map_or(at, |end| at + end), &mut names);
            }
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
            ("const first=1;let second,third=first;f(second)", "const t=1;let c,e=t;f(c)"),
            ("const open=1;x.open=open", "const open=1;x.open=open"),
            ("const kind=1;g({kind,n:kind})", "const kind=1;g({kind,n:kind})"),
            ("const size=1;t=`${size}px`", "const size=1;t=`${size}px`"),
            (
                "const act=(name,...rest)=>{name(...rest)};act(one=>one)",
                "const c=(c,...n)=>{c(...n)};c(n=>n)",
            ),
            (
                "function add(one,two){var sum=one+two;return sum}add(function(it){it()})",
                "function n(n,t){var r=n+t;return r}n(function(n){n()})",
            ),
            ("for(const item of all)use(item)", "for(const o of all)use(o)"),
            ("const[left,right=left]=pair;left+right", "const[a,c=a]=pair;a+c"),
            ("const{data,type}=e;const words={data:1}", "const{data,type}=e;const t={data:1}"),
            ("const a=1,value=2;a+value", "const c=1,n=2;c+n"),
            ("window.document;fetch(name)", "window.document;fetch(name)"),
            ("const i=1;x= /i/i.test(i)", "const t=1;x= /i/i.test(t)"),
        ];
        for (code, short) in cases {
            assert_eq!(rename(code).as_deref(), Some(short), "{code}");
        }
    }

    #[test]
    fn names_are_shared_only_where_neither_sees_the_other() {
        let cases = [
            // Beside each other.
            (
                "(()=>{const one=1;f(one)});(()=>{const two=2;f(two)})",
                "(()=>{const c=1;f(c)});(()=>{const c=2;f(c)})",
            ),
            // Within, and not mentioned there.
            ("const one=1;f(one);(()=>{const two=2;f(two)})", "const c=1;f(c);(()=>{const c=2;f(c)})"),
            // Within, and mentioned there, even before.
            ("const one=1;(()=>{f(one);const two=2})", "const c=1;(()=>{f(c);const n=2})"),
            // A parameter and what its function declares.
            ("(one=>{const two=2});((three,four)=>{const five=5})", "(c=>{const n=2});((o,n)=>{const c=5})"),
        ];
        for (code, short) in cases {
            assert_eq!(rename(code).as_deref(), Some(short), "{code}");
        }
    }
}
