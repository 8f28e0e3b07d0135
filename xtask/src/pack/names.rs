//! Shortens the names under which a wasm module imports functions from its JavaScript half.
//!
//! Each ends in sixteen random digits, which no compression can take out, and stands in both files. Never touches a name
//! that is not an import with such an ending.

use super::slim::leb128;
use std::collections::BTreeMap;

const IMPORTS: u8 = 2;
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
        if id == IMPORTS {
            let imports = rename_imports(section.get(1 + used..)?, &mut names)?;
            kept.push(id);
            push_leb128(&mut kept, imports.len());
            kept.extend(imports);
        } else {
            kept.extend_from_slice(section);
        }
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
        if is_random(name) {
            let next = format!("${:x}", names.len());
            push_text(&mut kept, names.entry(name.to_owned()).or_insert(next));
        } else {
            push_text(&mut kept, name);
        }
        let (kind, after) = after.split_at_checked(kind)?;
        kept.extend_from_slice(kind);
        rest = after;
    }
    rest.is_empty().then_some(kept)
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

/// Whether it ends as wasm-bindgen's own names do.
fn is_random(name: &str) -> bool {
    let digits = name.rsplit('_').next().unwrap_or_default();
    name.starts_with("__wb") && digits.len() == 16 && digits.bytes().all(|b| b.is_ascii_hexdigit())
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
    use super::{IMPORTS, push_leb128, push_text, shorten};

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
}
