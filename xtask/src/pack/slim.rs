//! Takes out of built files what only people and tools read: comments, indentation, names of wasm functions.
//!
//! Nothing here understands or rewrites code. What cannot be told apart by looking at whole lines or sections stays.

/// A script, style sheet or page without its indentation and the lines that are a comment as a whole. Line breaks stay,
/// so nothing that the code means can change; within a template literal every line is left as it is.
pub(crate) fn lines(code: &str) -> String {
    let mut kept = String::new();
    let (mut in_comment, mut in_template) = (false, false);
    for line in code.lines() {
        let trimmed = line.trim();
        if in_template {
            kept.push_str(line);
        } else if in_comment {
            in_comment = !trimmed.ends_with("*/");
            continue;
        } else if trimmed.starts_with("//") || trimmed.is_empty() {
            continue;
        } else if trimmed.starts_with("/*") && (trimmed.ends_with("*/") || !trimmed.contains("*/")) {
            in_comment = !trimmed.ends_with("*/");
            continue;
        } else {
            kept.push_str(trimmed);
        }
        kept.push('\n');
        in_template ^= line.matches('`').count() % 2 == 1;
    }
    kept
}

/// A page without its comments.
pub(crate) fn html(page: &str) -> String {
    let mut kept = String::new();
    let mut rest = page;
    while let Some((before, after)) = rest.split_once("<!--") {
        kept.push_str(before);
        rest = after.split_once("-->").map_or("", |(_, after)| after);
    }
    kept + rest
}

/// A page with `squeeze` done to its inline scripts; `None` when it cannot be done to one. Scripts of a type, such as the
/// data in a page, are no scripts to it.
pub(crate) fn scripts(page: &str, squeeze: impl Fn(&str) -> Option<String>) -> Option<String> {
    const OPEN: [&str; 2] = ["<script>", "<script type=\"module\">"];
    let mut kept = String::new();
    let mut rest = page;
    while let Some((at, tag)) = OPEN.iter().filter_map(|tag| Some((rest.find(tag)?, tag))).min() {
        let (before, script) = rest.split_at(at + tag.len());
        let (script, after) = script.split_at(script.find("</script>")?);
        kept.push_str(before);
        kept.push_str(&squeeze(script)?);
        rest = after;
    }
    Some(kept + rest)
}

/// A module without its custom sections: browsers read none of them, and the functions' names are half of the file.
/// `None` for what is not a module.
pub(crate) fn wasm(module: &[u8]) -> Option<Vec<u8>> {
    let (header, mut rest) = module.split_at_checked(8)?;
    if !header.starts_with(b"\0asm") {
        return None;
    }
    let mut kept = header.to_vec();
    while let Some((&id, after)) = rest.split_first() {
        let (length, used) = leb128(after)?;
        let end = 1 + used + length;
        let (section, next) = rest.split_at_checked(end)?;
        if id != 0 {
            kept.extend_from_slice(section);
        }
        rest = next;
    }
    Some(kept)
}

/// An unsigned number as wasm writes it, and how many bytes it took.
pub(crate) fn leb128(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut number = 0;
    for (at, byte) in bytes.iter().take(5).enumerate() {
        number |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((number, at + 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #[test]
    fn comments_and_indentation_go_and_code_stays() {
        let code = "/**\n * What it is.\n */\n\nlet a = 1; // stays\n  // goes\n  let b = `\n  // text\n`;\n/* one */\n";
        assert_eq!(super::lines(code), "let a = 1; // stays\nlet b = `\n  // text\n`;\n");
        assert_eq!(super::html("<p>a<!-- b\n --><i>c</i><!-- d -->"), "<p>a<i>c</i>");
    }

    #[test]
    fn inline_scripts_are_squeezed_and_data_is_not() {
        let page = "<script> a </script><script type=\"application/json\"> b </script><script type=\"module\"> c </script>";
        let squeezed = "<script>a</script><script type=\"application/json\"> b </script><script type=\"module\">c</script>";
        assert_eq!(super::scripts(page, |code| Some(code.trim().to_owned())).as_deref(), Some(squeezed));
        assert_eq!(super::scripts("<script> a", |code| Some(code.to_owned())), None);
    }

    #[test]
    fn custom_sections_go_and_the_others_stay() {
        let header = b"\0asm\x01\0\0\0";
        let custom = [&[0, 3, 1, b'x', 7][..], &[0, 0x82, 0, 1, b'y']].concat();
        let code = [10, 2, 1, 0];
        let module = [header, &custom[..], &code].concat();
        assert_eq!(super::wasm(&module), Some([header, &code[..]].concat()));
        assert_eq!(super::wasm(b"<html>"), None);
        assert_eq!(super::wasm(&module[..module.len() - 1]), None);
    }
}
