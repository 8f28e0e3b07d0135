//! What the inbox asks the server, as data: the one place that knows its paths. Bodies are made where they are sent.

use pronto_protocol::api::{
    ChangePassword, ErrorCode, InboxPage, Login, Me, MessagePage, NewApiKey, NewSecret, Polled, SentMessage,
    Setup, SitePage,
};
use pronto_protocol::id::{ApiKeyId, ConversationId, DeliveryId, IdentitySecretId, SiteKey};
use pronto_protocol::model::cost::{Costs, Statement};
use pronto_protocol::model::report::Report;
use pronto_protocol::model::{Delivery, InboxConversation, Receipts, SiteSettings, Status};
use pronto_protocol::send_queue::Outgoing;

use crate::state::list::Order;

/// A request.
#[derive(Clone, PartialEq, Eq)]
pub enum Request {
    /// Who is signed in.
    Me,
    /// Sets the first owner up.
    Setup(Setup),
    /// Signs in.
    Login(Login),
    /// Signs out.
    Logout,
    /// Changes the password.
    Password(ChangePassword),
    /// A page of the list.
    Rows(Rows),
    /// One conversation.
    Row(ConversationId),
    /// A page of a thread.
    Messages(ConversationId, Page),
    /// An answer.
    Send(Outgoing),
    /// Resolves or reopens.
    Status(ConversationId, Status),
    /// Blocks the visitor as spam, or takes that back.
    Block(ConversationId, bool),
    /// How far the business has come, where no socket can say it.
    Receipts(ConversationId, Receipts),
    /// That an agent types, where no socket can say it.
    Typing(ConversationId),
    /// A site's settings.
    Site(SiteKey),
    /// A site's report.
    Report(SiteKey),
    /// Saves them.
    SaveSite(SiteKey, Box<SiteSettings>),
    /// Makes a signing secret.
    NewWebhookSecret(SiteKey),
    /// Makes an API key.
    NewApiKey(SiteKey, NewApiKey),
    /// Ends an API key.
    RevokeApiKey(SiteKey, ApiKeyId),
    /// Makes a secret to sign identities with.
    NewIdentitySecret(SiteKey),
    /// Ends one.
    RevokeIdentitySecret(SiteKey, IdentitySecretId),
    /// The parked deliveries.
    Deliveries(SiteKey),
    /// Sends a parked delivery again.
    SendAgain(SiteKey, DeliveryId),
    /// What the month has cost so far, and the price books.
    Costs(SiteKey),
    /// The statement of a month; the present one when absent.
    Statement(SiteKey, Option<String>),
}

/// Which page of the list.
#[derive(Clone, PartialEq, Eq)]
pub struct Rows {
    /// Of which site.
    pub site: SiteKey,
    /// What stands first.
    pub order: Order,
    /// Only unread ones.
    pub unread_only: bool,
    /// Where it begins; the first page when absent.
    pub cursor: Option<String>,
    /// Which question it belongs to.
    pub round: u32,
}

/// Which page of a thread.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Page {
    /// The last one.
    Newest,
    /// The one that ends before a seq.
    Before(u64),
    /// What comes after a seq.
    After(u64),
}

/// An answer.
pub enum Answer {
    /// Nothing to say.
    Done,
    /// To [`Request::Me`], `Setup` and `Login`.
    Me(Me),
    /// To [`Request::Rows`].
    Rows(InboxPage),
    /// To [`Request::Row`], `Status` and `Block`.
    Row(InboxConversation),
    /// To [`Request::Messages`].
    Messages(MessagePage),
    /// To [`Request::Send`].
    Sent(SentMessage),
    /// To [`Request::Site`] and `SaveSite`.
    Site(SitePage),
    /// To [`Request::Report`].
    Report(Box<Report>),
    /// To [`Request::NewWebhookSecret`] and `NewApiKey`.
    Secret(NewSecret),
    /// To [`Request::Deliveries`].
    Deliveries(Vec<Delivery>),
    /// To [`Request::Costs`].
    Costs(Costs),
    /// To [`Request::Statement`].
    Statement(Statement),
}

/// Why there is no answer.
#[derive(Clone, PartialEq, Eq)]
pub enum Failed {
    /// None came, or none that could be read.
    Network,
    /// The server said no.
    Refused {
        /// For the program.
        code: ErrorCode,
        /// For a person.
        message: String,
        /// When to come back.
        retry_after_ms: Option<u64>,
    },
}

/// The answer to one long poll.
pub type PollResult = Result<Polled, Failed>;

impl Failed {
    /// The code of a refusal.
    #[must_use]
    pub const fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Network => None,
            Self::Refused { code, .. } => Some(*code),
        }
    }
}

impl Request {
    /// The HTTP method.
    #[must_use]
    pub const fn method(&self) -> &'static str {
        match self {
            Self::Me
            | Self::Rows(_)
            | Self::Row(_)
            | Self::Messages(..)
            | Self::Site(_)
            | Self::Report(_)
            | Self::Deliveries(_)
            | Self::Costs(_)
            | Self::Statement(..) => "GET",
            Self::Status(..) | Self::Block(..) => "PATCH",
            Self::SaveSite(..) => "PUT",
            Self::RevokeApiKey(..) | Self::RevokeIdentitySecret(..) => "DELETE",
            _ => "POST",
        }
    }

    /// The path and query. Ids need no escaping; a list's cursor is the server's own and is escaped by `escape`.
    #[must_use]
    pub fn path(&self, escape: impl Fn(&str) -> String) -> String {
        match self {
            Self::Me => "/v1/inbox/me".to_owned(),
            Self::Setup(_) => "/v1/inbox/setup".to_owned(),
            Self::Login(_) => "/v1/inbox/login".to_owned(),
            Self::Logout => "/v1/inbox/logout".to_owned(),
            Self::Password(_) => "/v1/inbox/password".to_owned(),
            Self::Rows(rows) => rows.path(escape),
            Self::Row(id) | Self::Status(id, _) | Self::Block(id, _) => {
                format!("/v1/inbox/conversations/{id}")
            }
            Self::Messages(id, page) => page.path(id),
            Self::Send(outgoing) => format!("/v1/conversations/{}/messages", outgoing.conversation_id),
            Self::Receipts(id, _) => format!("/v1/conversations/{id}/receipts"),
            Self::Typing(id) => format!("/v1/conversations/{id}/typing"),
            Self::Site(site) | Self::SaveSite(site, _) => format!("/v1/inbox/sites/{site}"),
            Self::Report(site) => format!("/v1/inbox/sites/{site}/report"),
            Self::NewWebhookSecret(site) => format!("/v1/inbox/sites/{site}/webhook-secrets"),
            Self::NewApiKey(site, _) => format!("/v1/inbox/sites/{site}/api-keys"),
            Self::RevokeApiKey(site, key) => format!("/v1/inbox/sites/{site}/api-keys/{key}"),
            Self::NewIdentitySecret(site) => format!("/v1/inbox/sites/{site}/identity-secrets"),
            Self::RevokeIdentitySecret(site, id) => {
                format!("/v1/inbox/sites/{site}/identity-secrets/{id}")
            }
            Self::Deliveries(site) => format!("/v1/inbox/sites/{site}/deliveries?state=parked"),
            Self::SendAgain(site, delivery) => format!("/v1/inbox/sites/{site}/deliveries/{delivery}/retry"),
            Self::Costs(site) => format!("/v1/inbox/sites/{site}/costs"),
            Self::Statement(site, Some(month)) => format!("/v1/inbox/sites/{site}/statement?month={month}"),
            Self::Statement(site, None) => format!("/v1/inbox/sites/{site}/statement"),
        }
    }
}

impl Rows {
    fn path(&self, escape: impl Fn(&str) -> String) -> String {
        let mut path = format!("/v1/inbox/conversations?site={}&order={}", self.site, self.order.as_str());
        if self.unread_only {
            path.push_str("&unread=1");
        }
        if let Some(cursor) = &self.cursor {
            path.push_str("&cursor=");
            path.push_str(&escape(cursor));
        }
        path
    }
}

impl Page {
    fn path(self, id: &ConversationId) -> String {
        match self {
            Self::Newest => format!("/v1/conversations/{id}/messages"),
            Self::Before(seq) => format!("/v1/conversations/{id}/messages?before={seq}"),
            Self::After(seq) => format!("/v1/conversations/{id}/messages?after={seq}&limit=200"),
        }
    }
}
