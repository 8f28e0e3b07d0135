//! What a business asks before the first message, and what it offers to say: markup, style and script of their own, which only
//! the pages of those who want them carry. Without script the fields are part of the hosted page's form; with it they are
//! kept until the session is opened, and go away once there is a message.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use pronto_protocol::model::SiteSettings;
use pronto_protocol::model::ask::{Asked, Field, FieldAnswer, FieldKind, PreChat, VALUE_MAX_CHARS};

use crate::http::page::assets::{InlineHashes, inline_hashes};
use crate::http::page::template::escape;
use crate::http::page::words::Language;

/// Without custom properties: the packer gives those of the panel's page other names.
const STYLE: &str = include_str!("ask/ask.css");
const SCRIPT: &str = include_str!("ask/ask.js");

/// Style and script as they go into a page, and their hashes.
static PARTS: LazyLock<(String, String, InlineHashes)> = LazyLock::new(|| {
    let lean = |text: &str| {
        let lines = text.lines().map(str::trim_start).filter(|line| !line.starts_with("//"));
        lines.collect::<Vec<_>>().join("\n")
    };
    let style = format!("<style>{}</style>", lean(STYLE));
    let script = format!("<script>{}</script>", lean(SCRIPT));
    let hashes = inline_hashes(&[style.as_str(), &script].concat());
    (style, script, hashes)
});

/// A form's fields by their names.
pub(in crate::http::page) type Typed = BTreeMap<String, String>;

/// What a page shows of it.
#[derive(Default)]
pub(super) struct Ask {
    /// Above the composer: what can be said by a press.
    pub quick: String,
    /// In the form: what is asked.
    pub form: String,
    /// At the end of the page.
    pub script: &'static str,
}

impl Ask {
    /// Of a site, for somebody who has not written yet; `typed` is what they have filled in, where it could not be kept.
    pub(super) fn of(settings: &SiteSettings, language: Language<'_>, typed: &Typed) -> Self {
        if settings.pre_chat.is_none() && settings.quick_replies.is_empty() {
            return Self::default();
        }
        let form = settings.pre_chat.as_ref().map(|asked| form(asked, language, typed)).unwrap_or_default();
        let (style, script, _) = &*PARTS;
        Self { quick: quick(&settings.quick_replies, language), form: format!("{style}{form}"), script }
    }

    /// The hashes that the page's policy has to hold for it.
    pub(super) fn hashes(&self) -> Option<&'static InlineHashes> {
        (!self.script.is_empty()).then(|| &PARTS.2)
    }
}

fn quick(replies: &[String], language: Language<'_>) -> String {
    let buttons: String = replies
        .iter()
        .map(|reply| format!("<li><button type=\"button\">{}</button></li>", escape(reply)))
        .collect();
    let label = escape(language.text("ask.quick"));
    // Without script nothing could be pressed.
    if buttons.is_empty() {
        buttons
    } else {
        format!("<ul id=\"say\" class=\"acts\" hidden aria-label=\"{label}\">{buttons}</ul>")
    }
}

fn form(asked: &PreChat, language: Language<'_>, typed: &Typed) -> String {
    let fields: String =
        asked.fields.iter().enumerate().map(|(place, one)| field(place, one, language, typed)).collect();
    let consent = if asked.consent.is_empty() {
        String::new()
    } else {
        let ticked = if typed.contains_key("consent") { " checked" } else { "" };
        format!(
            "<div><label id=\"agree\"><input type=\"checkbox\" id=\"consent\" name=\"consent\" value=\"1\" \
             aria-describedby=\"consent-why\" required{ticked}><span id=\"agreed\" dir=\"auto\">{}</span></label>\
             <span class=\"why\" id=\"consent-why\"></span></div>",
            linked(&asked.consent)
        )
    };
    format!(
        "<fieldset id=\"ask\" data-needed=\"{}\" data-mail=\"{}\">{fields}{consent}</fieldset>",
        escape(language.text("ask.needed")),
        escape(language.text("panel.mail_bad"))
    )
}

fn field(place: usize, field: &Field, language: Language<'_>, typed: &Typed) -> String {
    let (kind, autocomplete) = match field.kind {
        FieldKind::Email => ("email", "email"),
        FieldKind::Name => ("text", "name"),
        FieldKind::Text | FieldKind::Unknown => ("text", "off"),
    };
    let id = format!("ask{place}");
    let optional = if field.required {
        String::new()
    } else {
        format!(" <span class=\"by\">({})</span>", escape(language.text("ask.optional")))
    };
    format!(
        "<p><label for=\"{id}\">{}{optional}</label><input type=\"{kind}\" id=\"{id}\" name=\"{id}\" value=\"{}\" \
         data-kind=\"{}\" data-label=\"{}\" maxlength=\"{VALUE_MAX_CHARS}\" autocomplete=\"{autocomplete}\" \
         aria-describedby=\"{id}-why\" dir=\"auto\"{}><span class=\"why\" id=\"{id}-why\"></span></p>",
        escape(label(field.kind, &field.label, language)),
        escape(typed.get(&id).map(String::as_str).unwrap_or_default()),
        field.kind.as_str(),
        escape(&field.label),
        if field.required { " required" } else { "" },
    )
}

fn label<'a>(kind: FieldKind, own: &'a str, language: Language<'a>) -> &'a str {
    match kind {
        _ if !own.is_empty() => own,
        FieldKind::Name => language.text("ask.name"),
        FieldKind::Email => language.text("panel.mail_label"),
        FieldKind::Text | FieldKind::Unknown => "",
    }
}

/// What somebody filled in, for themselves to read: each label with its value, what they agreed to last.
pub fn told<'a>(asked: &'a Asked, language: Language<'a>) -> Vec<(&'a str, &'a str)> {
    let answers = asked.answers.iter();
    let answers = answers.map(|answer| (label(answer.kind, &answer.label, language), answer.value.as_str()));
    let consent = asked.consent.as_deref().map(|text| (language.text("ask.agreed"), text));
    answers.chain(consent).collect()
}

/// `text` as markup, each web address in it a link.
fn linked(text: &str) -> String {
    let words = text.split_inclusive(char::is_whitespace).map(|word| {
        let address = word.trim_end().trim_end_matches(['.', ',', ';', ':', ')', '!', '?']);
        let is_web = ["https://", "http://"]
            .iter()
            .any(|scheme| address.len() > scheme.len() && address.starts_with(scheme));
        let rest = word.strip_prefix(address).unwrap_or_default();
        let address = escape(address);
        match is_web {
            true => format!(
                "<a href=\"{address}\" target=\"_blank\" rel=\"noopener noreferrer\">{address}</a>{}",
                escape(rest)
            ),
            false => escape(word),
        }
    });
    words.collect()
}

/// What the form without script sent for it: the fields `ask0`, `ask1` …, and `consent`.
pub(in crate::http::page) fn posted(settings: &SiteSettings, sent: &Typed) -> Option<Asked> {
    let asked = settings.pre_chat.as_ref()?;
    let answer = |(place, field): (usize, &Field)| {
        let value = sent.get(&format!("ask{place}"))?.trim().to_owned();
        let answer = FieldAnswer { kind: field.kind, label: field.label.clone(), value };
        (!answer.value.is_empty()).then_some(answer)
    };
    let answers: Vec<FieldAnswer> = asked.fields.iter().enumerate().filter_map(answer).collect();
    let agreed = sent.contains_key("consent") && !asked.consent.is_empty();
    let consent = agreed.then(|| asked.consent.clone());
    (consent.is_some() || !answers.is_empty()).then_some(Asked { answers, consent })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_become_links_and_nothing_else_markup() {
        let seen = linked("Letta la <b>privacy</b> su https://shop.example/p?a=1&b=2. javascript:alert(1)");
        expect_test::expect![[r#"Letta la &lt;b&gt;privacy&lt;/b&gt; su <a href="https://shop.example/p?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">https://shop.example/p?a=1&amp;b=2</a>. javascript:alert(1)"#]]
        .assert_eq(&seen);
    }

    #[test]
    fn a_form_says_what_was_filled_in() {
        let field = |kind, label: &str| Field { kind, label: label.to_owned(), required: true };
        let pre_chat = PreChat {
            fields: vec![field(FieldKind::Name, ""), field(FieldKind::Text, "Order")],
            consent: "Yes.".to_owned(),
        };
        let settings = SiteSettings { pre_chat: Some(pre_chat), ..SiteSettings::default() };
        let sent = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        assert_eq!(posted(&settings, &sent(&[("ask0", " "), ("other", "x")])), None);
        let all =
            posted(&settings, &sent(&[("ask0", " Anna "), ("ask1", "12"), ("ask2", "x"), ("consent", "1")]));
        let all = all.expect("something was sent");
        assert_eq!(all.consent.as_deref(), Some("Yes."));
        let values: Vec<&str> = all.answers.iter().map(|answer| answer.value.as_str()).collect();
        assert_eq!(values, ["Anna", "12"]);
        assert_eq!(posted(&SiteSettings::default(), &sent(&[("ask0", "Anna")])), None);
    }
}
