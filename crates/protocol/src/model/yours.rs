//! What belongs to a visitor: their conversations at a glance, all that is kept of them, and the receipt for its erasure.

use serde::{Deserialize, Serialize};

use crate::id::{Millis, SiteKey, VisitorId};
use crate::model::contact::Contact;
use crate::model::{Conversation, Message, VisitorContext};

/// `GET /v1/session/conversations`: those that have a message, the one with the newest first, 200 at most.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VisitorConversations {
    /// The conversations.
    pub conversations: Vec<VisitorConversation>,
    /// The server's clock.
    pub now: Millis,
}

/// A conversation as its visitor's list shows it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VisitorConversation {
    /// The conversation itself.
    pub conversation: Conversation,
    /// What was said last.
    pub last_message: Message,
    /// How many messages of the business this visitor has not seen.
    pub unread: u64,
    /// How they rated it since it was settled, if they did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<Rating>,
}

/// How a visitor rated a settled conversation.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rating {
    /// 1 (very bad) to 5 (very good).
    pub score: u8,
    /// What they added; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
    /// When.
    pub rated_at: Millis,
}

impl std::fmt::Debug for Rating {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Rating(")?;
        std::fmt::Display::fmt(&self.score, f)?;
        f.write_str(")")
    }
}

/// `PUT /v1/conversations/{id}/rating`, while the conversation is `resolved`; a visitor's next message ends that.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetRating {
    /// 1 (very bad) to 5 (very good).
    pub score: u8,
    /// Up to 1,000 characters; more are cut off.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
}

impl std::fmt::Debug for SetRating {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SetRating(…)")
    }
}

/// `GET /v1/session/data`: all that is kept of a visitor, as a file.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VisitorData {
    /// The business's name.
    pub name: String,
    /// The site.
    pub site: SiteKey,
    /// What the business calls this visitor.
    pub visitor_id: VisitorId,
    /// When they first wrote.
    pub created_at: Millis,
    /// The address they left for answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// What the business has signed about them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    /// When the business blocked them, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked_at: Option<Millis>,
    /// The devices they wrote from; of their secrets only a digest is kept, and it is not in here.
    pub sessions: Vec<KeptSession>,
    /// Every conversation, the oldest first.
    pub conversations: Vec<KeptConversation>,
}

impl std::fmt::Debug for VisitorData {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VisitorData(")?;
        f.write_str(self.visitor_id.as_str())?;
        f.write_str(")")
    }
}

/// A device of a visitor's.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeptSession {
    /// When it first wrote.
    pub created_at: Millis,
    /// When it was logged out; absent while it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Millis>,
}

/// A whole conversation.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeptConversation {
    /// The conversation itself.
    pub conversation: Conversation,
    /// What the browser said about itself and its page.
    pub context: VisitorContext,
    /// All of its messages, in order of seq.
    pub messages: Vec<Message>,
}

/// How much was erased.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Erased {
    /// Conversations, each with the page it was written on, its browser's language and time zone.
    #[serde(default)]
    pub conversations: u64,
    /// Messages.
    #[serde(default)]
    pub messages: u64,
    /// Addresses for answers by e-mail.
    #[serde(default)]
    pub emails: u64,
    /// What the business had signed about who they are: 1, or absent, as in receipts from before there were any.
    #[serde(default, skip_serializing_if = "super::is_none")]
    pub contacts: u64,
    /// Files, those in no message too.
    #[serde(default, skip_serializing_if = "super::is_none")]
    pub files: u64,
    /// Devices, which are logged out.
    #[serde(default)]
    pub sessions: u64,
    /// Messages and mails on their way, or recorded as sent.
    #[serde(default)]
    pub deliveries: u64,
}

/// `DELETE /v1/session/data`: the proof that all of it is gone, for the visitor to keep.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErasureReceipt {
    /// What to name it by.
    pub reference: String,
    /// The site.
    pub site: SiteKey,
    /// What the business called this visitor.
    pub visitor_id: VisitorId,
    /// When it was erased.
    pub erased_at: Millis,
    /// How much.
    pub erased: Erased,
    /// HMAC-SHA256 as hex, with a key that only the server has, over the receipt's text: see PROTOCOL.md.
    pub digest: String,
}

impl ErasureReceipt {
    /// What the digest is made of: a line each for what it says, and for each count that is not 0.
    #[must_use]
    pub fn text(&self) -> String {
        let Erased { conversations, messages, emails, contacts, files, sessions, deliveries } = self.erased;
        let counts = [
            ("conversations", conversations),
            ("messages", messages),
            ("emails", emails),
            ("contacts", contacts),
            ("files", files),
            ("sessions", sessions),
            ("deliveries", deliveries),
        ];
        let mut text = [
            "pronto-erasure-1\n",
            &self.reference,
            "\n",
            self.site.as_str(),
            "\n",
            self.visitor_id.as_str(),
            "\n",
            &self.erased_at.0.to_string(),
            "\n",
        ]
        .concat();
        for (what, count) in counts {
            if count > 0 {
                text.push_str(&[what, "=", &count.to_string(), "\n"].concat());
            }
        }
        text
    }
}

/// `POST /v1/inbox/sites/{key}/erasures`, whose body is an [`ErasureReceipt`]: whether this server gave it out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErasureChecked {
    /// It did, and not a letter of it was changed.
    pub genuine: bool,
}

/// The body of the signed webhook `visitor.erased`: erase what you keep of this visitor too.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VisitorErased {
    /// `visitor.erased`.
    #[serde(rename = "type")]
    pub kind: String,
    /// When it was erased, RFC 3339 in UTC.
    pub timestamp: String,
    /// The receipt, as the visitor has it.
    pub data: ErasureReceipt,
}
