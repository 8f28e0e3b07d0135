//! A script without its comments and without the white space that only people need.
//!
//! Strings, templates and regular expressions are told apart and left as they are; no name and no statement is rewritten.

/// What stood between two tokens.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    Space,
    Line,
}

/// Words after which a slash begins a regular expression.
const BEFORE_REGEX: [&str; 9] = ["return", "typeof", "case", "in", "of", "do", "else", "void", "delete"];

/// The squeezed script; `None` when a string, template, comment or regular expression does not end.
pub(crate) fn squeeze(code: &str) -> Option<String> {
    let mut kept = String::with_capacity(code.len());
    let (mut rest, mut gap) = (code, Gap::None);
    while let Some(first) = rest.chars().next() {
        let length = if first.is_whitespace() {
            gap = gap.max(if first == '\n' { Gap::Line } else { Gap::Space });
            first.len_utf8()
        } else if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            let length = rest.find("*/")? + 2;
            gap = gap.max(if rest.get(..length)?.contains('\n') { Gap::Line } else { Gap::Space });
            length
        } else {
            let length = token_length(rest, first, &kept)?;
            push_gap(&mut kept, gap, first);
            kept.push_str(rest.get(..length)?);
            gap = Gap::None;
            length
        };
        rest = rest.get(length..)?;
    }
    Some(kept)
}

/// The tokens of a squeezed script, with each break and space between them as one of its own.
pub(crate) fn tokens(code: &str) -> Option<Vec<&str>> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(rest) = code.get(at..).filter(|rest| !rest.is_empty()) {
        let first = rest.chars().next()?;
        let length = token_length(rest, first, code.get(..at)?.trim_end())?;
        found.push(rest.get(..length)?);
        at += length;
    }
    Some(found)
}

fn token_length(rest: &str, first: char, before: &str) -> Option<usize> {
    match first {
        '"' | '\'' => string_length(rest, first),
        '`' => template_length(rest),
        '/' if regex_may_begin(before) => regex_length(rest),
        c if in_word(c) => Some(rest.find(|c| !in_word(c)).unwrap_or(rest.len())),
        c => Some(c.len_utf8()),
    }
}

fn in_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$' || c == '#'
}

/// Keeps of a gap what the language needs: a space between words, a line break where a statement may end.
fn push_gap(kept: &mut String, gap: Gap, next: char) {
    let Some(last) = kept.chars().next_back() else { return };
    let line = gap == Gap::Line && !";{,([=?:&|<>!~^%.*".contains(last) && !")]},;.?:".contains(next);
    let space = in_word(last) && in_word(next)
        || last == next && "+-".contains(last)
        || last.is_ascii_digit() && next == '.'
        || [last, next].contains(&'/');
    if line {
        kept.push('\n');
    } else if gap != Gap::None && space {
        kept.push(' ');
    }
}

fn string_length(rest: &str, quote: char) -> Option<usize> {
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '\n' => return None,
            c if c == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

fn template_length(rest: &str) -> Option<usize> {
    let mut at = 1;
    loop {
        let left = rest.get(at..)?;
        match left.chars().next()? {
            '`' => return Some(at + 1),
            '\\' => at += 1 + left.chars().nth(1)?.len_utf8(),
            '$' if left.starts_with("${") => at += 2 + hole_length(left.get(2..)?)?,
            c => at += c.len_utf8(),
        }
    }
}

/// From behind `${` to behind its `}`.
fn hole_length(rest: &str) -> Option<usize> {
    let (mut at, mut depth) = (0, 0_usize);
    loop {
        let left = rest.get(at..)?;
        match left.chars().next()? {
            quote @ ('"' | '\'') => at += string_length(left, quote)?,
            '`' => at += template_length(left)?,
            '}' if depth == 0 => return Some(at + 1),
            c => {
                depth = if c == '{' { depth + 1 } else { depth - usize::from(c == '}') };
                at += c.len_utf8();
            }
        }
    }
}

fn regex_may_begin(before: &str) -> bool {
    let Some(last) = before.chars().next_back() else { return true };
    let word = before.rsplit(|c| !in_word(c)).next().unwrap_or_default();
    "(,=:[!&|?{;+-*%<>~^".contains(last) || BEFORE_REGEX.contains(&word)
}

fn regex_length(rest: &str) -> Option<usize> {
    let mut in_class = false;
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '\n' => return None,
            '[' => in_class = true,
            ']' => in_class = false,
            '/' if !in_class => {
                let flags = rest.get(at + 1..)?;
                return Some(at + 1 + flags.find(|c| !in_word(c)).unwrap_or(flags.len()));
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::squeeze;

    #[test]
    fn what_only_people_need_goes() {
        let cases = [
            ("// goes\nlet a = 1; // too\n\n  let b = { c: [ 1, 2 ] };\n", "let a=1;let b={c:[1,2]};"),
            ("a /* in\nbetween */ b", "a\nb"),
            ("a = b\n(c)\n.d()\n", "a=b\n(c).d()"),
            ("if (a) {\n  b()\n}\nc()", "if(a){b()}\nc()"),
            ("a + +b - -c; i++\nj", "a+ +b- -c;i++\nj"),
            ("return /[/'\"]+ x/g.test(a) / 2", "return /[/'\"]+ x/g.test(a) / 2"),
            ("x = \"a  // b\" + 'c \\' d'", "x=\"a  // b\"+'c \\' d'"),
            ("x = `a  ${ `b  ${ {c: '}'} }` }  // d`\ny", "x=`a  ${ `b  ${ {c: '}'} }` }  // d`\ny"),
            ("1 .toFixed(); async () => {}", "1 .toFixed();async()=>{}"),
        ];
        for (code, squeezed) in cases {
            assert_eq!(squeeze(code).as_deref(), Some(squeezed));
        }
    }

    #[test]
    fn what_does_not_end_is_refused() {
        for code in ["'a\n'", "`${a`", "/* a", "x = /a\n/"] {
            assert_eq!(squeeze(code), None, "{code}");
        }
    }
}
