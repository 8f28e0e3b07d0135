//! Filling a page's `{{…}}`, and the escaping that keeps what people typed from becoming markup.

/// What goes into a place of a page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fill {
    /// Text: escaped.
    Text(String),
    /// Markup of our own making, put in as it is.
    Html(String),
}

/// `template` with each `{{name}}` replaced by what `fill` gives for it; a name that it does not know becomes nothing.
/// What was filled in is never looked at again, so a visitor's `{{name}}` stays as typed.
#[must_use]
pub fn render(template: &str, fill: impl Fn(&str) -> Option<Fill>) -> String {
    let mut page = String::with_capacity(template.len() + 2048);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        page.push_str(before);
        match after.split_once("}}").filter(|(name, _)| is_name(name.trim())) {
            Some((name, after)) => {
                match fill(name.trim()) {
                    Some(Fill::Text(text)) => page.push_str(&escape(&text)),
                    Some(Fill::Html(html)) => page.push_str(&html),
                    None => {}
                }
                rest = after;
            }
            None => {
                page.push_str("{{");
                rest = after;
            }
        }
    }
    page.push_str(rest);
    page
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// `text` as HTML text or as a quoted attribute's value.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            _ => html.push(c),
        }
    }
    html
}

/// `value` as JSON that may stand inside a `<script>` element: no `<`, no `>`, no `&` as such.
#[must_use]
pub fn script_json(value: &impl serde::Serialize) -> String {
    let json = serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned());
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_once_and_escaped() {
        let fill = |name: &str| match name {
            "name" => Some(Fill::Text("<b>\"{{thread}}\" & 'co'".to_owned())),
            "thread" => Some(Fill::Html("<ol></ol>".to_owned())),
            _ => None,
        };
        assert_eq!(
            render("{{name}}|{{ thread }}|{{gone}}|{{Not a name}}|{{", fill),
            "&lt;b&gt;&quot;{{thread}}&quot; &amp; &#39;co&#39;|<ol></ol>||{{Not a name}}|{{"
        );
    }

    #[test]
    fn json_cannot_end_its_script() {
        assert_eq!(script_json(&"</script><!--&"), "\"\\u003c/script\\u003e\\u003c!--\\u0026\"");
    }
}
