//! Shortens the names under which a wasm module and its JavaScript half call each other's functions.
//!
//! Each has sixteen random digits, which no compression can take out, and stands in both files. Never touches a name without
//! such digits.

use super::slim::leb128;
use std::collections::BTreeMap;

const IMPORTS: u8 = 2;
const EXPORTS: u8 = 7;
const TABLE: u8 = 1;
const MEMORY: u8 = 2;
const GLOBAL: u8 = 3;

/// The two halves with the same short names in both; `None` when they do not fit each other.
pub(crate) fn shorten(module: &[u8], glue: &str) -> Option<(Vec<u8>, String)> {
    let (header, mut rest) = module.split_at_checked(8)?;
    let mut kept = header.to_vec();
    let mut names = BTreeMap::new();
    while let Some((&id, after)) = rest.split_first() {
        let (length, used) = leb128(after)?;
        let (section, next) = rest.split_at_checked(1 + used + length)?;
        let content = section.get(1 + used..)?;
        let renamed = match id {
            IMPORTS => rename_imports(content, &mut names)?,
            EXPORTS => rename_exports(content, &mut names)?,
            _ => content.to_vec(),
        };
        kept.push(id);
        push_leb128(&mut kept, renamed.len());
        kept.extend(renamed);
        rest = next;
    }
    let (glue, replaced) = rename_words(glue, &names);
    (replaced >= names.len()).then_some((kept, glue))
}

fn rename_imports(section: &[u8], names: &mut BTreeMap<String, String>) -> Option<Vec<u8>> {
    let (count, used) = leb128(section)?;
    let mut rest = section.get(used..)?;
    let mut kept = Vec::new();
    push_leb128(&mut kept, count);
    for _ in 0..count {
        let (module, after) = text(rest)?;
        let (name, after) = text(after)?;
        let kind = kind_length(after)?;
        push_text(&mut kept, module);
        push_name(&mut kept, name, names);
        let (kind, after) = after.split_at_checked(kind)?;
        kept.extend_from_slice(kind);
        rest = after;
    }
    rest.is_empty().then_some(kept)
}

fn rename_exports(section: &[u8], names: &mut BTreeMap<String, String>) -> Option<Vec<u8>> {
    let (count, used) = leb128(section)?;
    let mut rest = section.get(used..)?;
    let mut kept = Vec::new();
    push_leb128(&mut kept, count);
    for _ in 0..count {
        let (name, after) = text(rest)?;
        push_name(&mut kept, name, names);
        // What is exported: a kind and a place.
        let (what, after) = after.split_at_checked(1 + leb128(after.get(1..)?)?.1)?;
        kept.extend_from_slice(what);
        rest = after;
    }
    rest.is_empty().then_some(kept)
}

/// The name, or the short one that it has from now on.
fn push_name(kept: &mut Vec<u8>, name: &str, names: &mut BTreeMap<String, String>) {
    if !is_random(name) {
        return push_text(kept, name);
    }
    let next = format!("${:x}", names.len());
    push_text(kept, names.entry(name.to_owned()).or_insert(next));
}

/// How many bytes say what is imported: a function's type, a table, a memory or a global.
fn kind_length(bytes: &[u8]) -> Option<usize> {
    let limits = |at: usize| {
        let flags = *bytes.get(at)?;
        let (_, least) = leb128(bytes.get(at + 1..)?)?;
        let most = if flags & 1 == 1 { leb128(bytes.get(at + 1 + least..)?)?.1 } else { 0 };
        Some(at + 1 + least + most)
    };
    match *bytes.first()? {
        0 => Some(1 + leb128(bytes.get(1..)?)?.1),
        TABLE => limits(2),
        MEMORY => limits(1),
        GLOBAL => Some(3),
        _ => None,
    }
}

/// Whether it is one of wasm-bindgen's own names with random digits.
fn is_random(name: &str) -> bool {
    let random = |part: &str| part.len() == 16 && part.bytes().all(|b| b.is_ascii_hexdigit());
    (name.starts_with("__wb") || name.starts_with("wasm_bindgen")) && name.split('_').any(random)
}

/// The script with whole words replaced, and how many were.
fn rename_words(code: &str, names: &BTreeMap<String, String>) -> (String, usize) {
    let (mut kept, mut replaced) = (String::new(), 0);
    let in_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    let mut rest = code;
    while let Some(start) = rest.find(in_word) {
        let (before, word_on) = rest.split_at(start);
        let (word, after) = word_on.split_at(word_on.find(|c| !in_word(c)).unwrap_or(word_on.len()));
        kept.push_str(before);
        kept.push_str(names.get(word).map_or(word, |short| {
            replaced += 1;
            short
        }));
        rest = after;
    }
    (kept + rest, replaced)
}

fn text(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let (length, used) = leb128(bytes)?;
    let (text, rest) = bytes.get(used..)?.split_at_checked(length)?;
    Some((std::str::from_utf8(text).ok()?, rest))
}

fn push_text(bytes: &mut Vec<u8>, text: &str) {
    push_leb128(bytes, text.len());
    bytes.extend_from_slice(text.as_bytes());
}

fn push_leb128(bytes: &mut Vec<u8>, mut number: usize) {
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            return bytes.push(low);
        }
        bytes.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::{EXPORTS, IMPORTS, push_leb128, push_text, shorten};

    fn module(imports: &[(&str, &[u8])]) -> Vec<u8> {
        let mut section = Vec::new();
        push_leb128(&mut section, imports.len());
        for (name, kind) in imports {
            push_text(&mut section, "./half.js");
            push_text(&mut section, name);
            section.extend_from_slice(kind);
        }
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        module.push(IMPORTS);
        push_leb128(&mut module, section.len());
        module.extend(section);
        module.extend([10, 2, 1, 0]);
        module
    }

    #[test]
    fn both_halves_get_the_same_short_names() {
        let long = module(&[
            ("__wbg_now_463ac581d2fc7ea3", &[0, 1]),
            ("memory", &[2, 1, 17, 0x80, 2]),
            ("__wbg_then_e3f7f2d365708be8", &[0, 0x81, 1]),
            ("__wbindgen_init_externref_table", &[0, 1]),
        ]);
        let short = module(&[
            ("$0", &[0, 1]),
            ("memory", &[2, 1, 17, 0x80, 2]),
            ("$1", &[0, 0x81, 1]),
            ("__wbindgen_init_externref_table", &[0, 1]),
        ]);
        let glue = "{__wbg_now_463ac581d2fc7ea3: f, memory, __wbg_then_e3f7f2d365708be8: g, __wbg_init: h}";
        assert_eq!(shorten(&long, glue), Some((short, "{$0: f, memory, $1: g, __wbg_init: h}".to_owned())));
    }

    #[test]
    fn halves_that_do_not_fit_are_refused() {
        let long = module(&[("__wbg_now_463ac581d2fc7ea3", &[0, 1])]);
        assert_eq!(shorten(&long, "{}"), None);
        assert_eq!(shorten(&long[..20], "{__wbg_now_463ac581d2fc7ea3: f}"), None);
    }

    #[test]
    fn what_is_exported_gets_the_same_short_names_too() {
        let exports = |name: &str| {
            let mut section = vec![2];
            push_text(&mut section, name);
            section.extend([0, 0x81, 1]);
            push_text(&mut section, "memory");
            section.extend([2, 0]);
            [b"\0asm\x01\0\0\0", &[EXPORTS, section.len() as u8][..], &section].concat()
        };
        let long = "wasm_bindgen_1a4c33eff87641d7___convert__closures_____invoke_______true_";
        let glue = ["function ", long, "(a){wasm.", long, "(a)}"].concat();
        assert_eq!(
            shorten(&exports(long), &glue),
            Some((exports("$0"), "function $0(a){wasm.$0(a)}".to_owned()))
        );
    }
}
