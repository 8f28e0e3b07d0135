//! How a mail is worded: the business's answers and nothing that the visitor wrote, for whose address it is nobody knows,
//! and a stranger's words must not be carried to somebody else's mailbox. Pure.

use lettre::Address;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart};
use pronto_protocol::id::{DeliveryId, Millis};
use pronto_protocol::model::Message as Answer;

use super::smtp::Sender;
use super::system_time;
use crate::store::OutboundMail;
use crate::text::template::{Fill, escape, render};
use crate::text::words::Language;

const PAGE: &str = include_str!("letter.html");
/// Of a name, this much stands in a header.
const NAME_MAX_CHARS: usize = 80;

/// All that a mail is made of.
pub(super) struct Letter<'a> {
    pub(super) mail: &'a OutboundMail,
    pub(super) language: Language<'a>,
    pub(super) sender: &'a Sender,
    /// Opens the conversation; its secret stands in the fragment, which no browser sends.
    pub(super) resume: String,
    /// The same secret by itself, for a browser without script.
    pub(super) code: &'a str,
    /// Takes the address away.
    pub(super) stop: String,
    pub(super) days: u64,
    pub(super) at: Millis,
}

impl Letter<'_> {
    /// The mail to `to`.
    ///
    /// # Errors
    /// Where something in it cannot stand in a header.
    pub(super) fn message(&self, to: Address) -> Result<Message, lettre::error::Error> {
        let id = |delivery: &DeliveryId| format!("<{delivery}@{}>", self.sender.from().email.domain());
        let earlier: Vec<String> = self.mail.earlier.iter().map(id).collect();
        let mut builder = Message::builder()
            .from(self.from())
            .to(Mailbox::new(None, to))
            .subject(self.text("mail.subject"))
            .date(system_time(self.at))
            .message_id(Some(id(&self.mail.delivery.delivery_id)));
        if let Some(last) = earlier.last() {
            builder = builder.in_reply_to(last.clone()).references(earlier.join(" "));
        }
        for (name, value) in self.headers() {
            let name = HeaderName::new_from_ascii_str(name);
            builder = builder.raw_header(HeaderValue::new(name, value));
        }
        builder.multipart(MultiPart::alternative_plain_html(self.plain(), self.html()))
    }

    /// What tells programs that a program sent it, and how to have no more.
    fn headers(&self) -> Vec<(&'static str, String)> {
        let mut headers = vec![
            ("Auto-Submitted", "auto-generated".to_owned()),
            ("X-Auto-Response-Suppress", "All".to_owned()),
            ("Content-Language", self.language.locale.to_owned()),
            ("List-Unsubscribe", format!("<{}>", self.stop)),
        ];
        if self.stop.starts_with("https:") {
            headers.push(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
        }
        headers
    }

    /// The business, and in brackets the operator who sends for it, where that one has a name of its own.
    fn from(&self) -> Mailbox {
        let Mailbox { name, email } = self.sender.from();
        let site = self.site();
        let name = match name.as_deref().map(one_line).filter(|name| !name.is_empty() && *name != site) {
            Some(name) => format!("{site} ({name})"),
            None => site,
        };
        Mailbox::new(Some(name).filter(|name| !name.is_empty()), email.clone())
    }

    fn site(&self) -> String {
        one_line(&self.mail.site.settings.name)
    }

    fn text(&self, key: &str) -> String {
        self.language.text(key).replace("{n}", &self.days.to_string()).replace("{name}", &self.site())
    }

    fn plain(&self) -> String {
        let mut parts = vec![self.text("mail.intro")];
        parts
            .extend(self.mail.answers.iter().map(|answer| format!("{}:\n{}", self.by(answer), said(answer))));
        parts.extend(self.mail.more.then(|| self.text("mail.more")));
        parts.push(format!("{}:\n{}\n{}", self.text("mail.open"), self.resume, self.text("mail.once")));
        parts.push(format!("{}\n{}", self.text("mail.code"), self.code));
        parts.push(self.text("mail.no_reply"));
        parts.push(format!("{}:\n{}", self.text("mail.stop"), self.stop));
        parts.join("\n\n") + "\n"
    }

    fn html(&self) -> String {
        let text = |key: &str| Some(Fill::Text(self.text(key)));
        render(PAGE, |name| match name {
            "lang" => Some(Fill::Text(self.language.locale.to_owned())),
            "dir" => Some(Fill::Text(self.language.dir().to_owned())),
            "title" => text("mail.subject"),
            "intro" => text("mail.intro"),
            "answers" => Some(Fill::Html(self.mail.answers.iter().map(|answer| self.row(answer)).collect())),
            "more" => {
                let more = || format!("<p>{}</p>", escape(&self.text("mail.more")));
                self.mail.more.then(|| Fill::Html(more()))
            }
            "resume" => Some(Fill::Text(self.resume.clone())),
            "open" => text("mail.open"),
            "once" => text("mail.once"),
            "code_text" => text("mail.code"),
            "code" => Some(Fill::Text(self.code.to_owned())),
            "no_reply" => text("mail.no_reply"),
            "stop" => Some(Fill::Text(self.stop.clone())),
            "stop_text" => text("mail.stop"),
            _ => None,
        })
    }

    fn row(&self, answer: &Answer) -> String {
        let body = escape(&said(answer)).replace("\r\n", "\n").replace(['\r', '\n'], "<br>");
        format!("<p class=\"by\">{}</p><p class=\"answer\" dir=\"auto\">{body}</p>", escape(&self.by(answer)))
    }

    fn by(&self, answer: &Answer) -> String {
        let name = answer.author_name.as_deref().map(one_line).filter(|name| !name.is_empty());
        name.unwrap_or_else(|| self.site())
    }
}

/// What an answer says, and below it the names of its files.
fn said(answer: &Answer) -> String {
    let names = answer.attachments.iter().map(|file| file.name.as_str());
    let lines: Vec<&str> =
        std::iter::once(answer.body.as_str()).chain(names).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

/// A name as it may stand in a header or a line: without breaks, controls and marks that turn the reading direction.
fn one_line(name: &str) -> String {
    let turns =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let plain: String =
        name.chars().filter(|c| !turns(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    words.join(" ").chars().take(NAME_MAX_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn a_name_is_one_line_and_reads_one_way() {
        let cases = [
            ("Panificio Aurora", "Panificio Aurora"),
            ("A\r\nBcc: eve@evil.example", "A Bcc: eve@evil.example"),
            ("  A\u{2028}B\tC  ", "A B C"),
            ("\u{202e}evil\u{2066}", "evil"),
            ("\r\n", ""),
        ];
        for (name, line) in cases {
            assert_eq!(one_line(name), line, "{name:?}");
        }
        assert_eq!(one_line(&"ü".repeat(200)).chars().count(), 80);
    }
}
