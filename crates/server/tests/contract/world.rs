//! A fresh database for each case, and short ways to fill it.

pub(crate) mod postgres;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use pronto_protocol::id::{ConversationId, MessageId, Millis, SiteKey, VisitorId};
use pronto_protocol::model::{Author, Channel, Message, SiteSettings, VisitorContext};
use pronto_server::store::{
    AppendMessage, Appended, OpenedSession, SessionOpening, Store, StoreOptions, StoreUrl,
};

use self::postgres::Postgres;

/// After how many milliseconds answers go out by e-mail.
pub(crate) const MAIL_AFTER: i64 = 100;

/// A store on a database that nobody else uses.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) place: Place,
}

/// Where the database is; dropping it removes it.
pub(crate) enum Place {
    Sqlite(tempfile::TempDir),
    Postgres(Arc<Postgres>, String),
}

impl Place {
    /// A folder for a SQLite file.
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().expect("a temporary folder"))
    }

    /// An empty database on the shared server.
    pub(crate) async fn postgres() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("case_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let start = move || {
            let server = Postgres::shared();
            server.database(&name);
            Self::Postgres(server, name)
        };
        tokio::task::spawn_blocking(start).await.expect("Postgres starts")
    }

    pub(crate) fn url(&self) -> StoreUrl {
        let text = match self {
            Self::Sqlite(folder) => format!("sqlite:{}", folder.path().join("pronto.db").display()),
            Self::Postgres(server, name) => server.url(name),
        };
        StoreUrl::parse(&text).expect("a URL")
    }

    /// Runs statements beside the store.
    pub(crate) async fn run(&self, sql: String) {
        let url = self.url();
        let run = move || match url {
            StoreUrl::Sqlite(path) => {
                rusqlite::Connection::open(path)
                    .expect("the file opens")
                    .execute_batch(&sql)
                    .expect("it runs");
            }
            StoreUrl::Postgres(url) => {
                let mut client =
                    ::postgres::Client::connect(&url, ::postgres::NoTls).expect("the server answers");
                client.batch_execute(&sql).expect("it runs");
            }
        };
        tokio::task::spawn_blocking(run).await.expect("statements run");
    }
}

impl World {
    pub(crate) async fn sqlite() -> Self {
        Self::at(Place::sqlite()).await
    }

    pub(crate) async fn postgres() -> Self {
        Self::at(Place::postgres().await).await
    }

    pub(crate) async fn at(place: Place) -> Self {
        let options = StoreOptions { mail_after_ms: Some(MAIL_AFTER), ..StoreOptions::default() };
        Self { store: Store::open_with(&place.url(), options).await.expect("the database opens"), place }
    }

    /// A site, with a backend or without.
    pub(crate) async fn site(&self, key: &str, backend: Option<&str>) -> SiteKey {
        let key = site_key(key);
        self.store.put_site(&key, &settings("Panificio", backend), false, Millis(1)).await.expect("a site");
        key
    }

    /// A visitor with one conversation; both are called `name`.
    pub(crate) async fn conversation(&self, site: &SiteKey, name: &str, now: i64) -> ConversationId {
        let id = conversation_id(name);
        let context = VisitorContext { locale: Some("it-IT".to_owned()), ..VisitorContext::default() };
        let visitor = VisitorId::new(name).expect("an id");
        let opening = self
            .store
            .open_session(site, secret(name), visitor, id.clone(), &context, Millis(now))
            .await
            .expect("a session");
        opened(opening);
        id
    }

    pub(crate) async fn append(&self, message: AppendMessage) -> Appended {
        self.store.append(message).await.expect("the store answers")
    }

    /// Stores a message of `author`; its words are its id.
    pub(crate) async fn say(&self, to: &ConversationId, author: Author, id: &str, now: i64) -> Message {
        match self.append(message(to, author, id, id, now)).await {
            Appended::Stored(message) => message,
            other => panic!("{id} was not stored: {other:?}"),
        }
    }
}

pub(crate) fn opened(opening: SessionOpening) -> OpenedSession {
    match opening {
        SessionOpening::Opened(session) => session,
        other => panic!("no session: {other:?}"),
    }
}

pub(crate) fn message(to: &ConversationId, author: Author, id: &str, body: &str, now: i64) -> AppendMessage {
    AppendMessage {
        conversation_id: to.clone(),
        message_id: MessageId::new(id).expect("an id"),
        author,
        author_name: (author == Author::Agent).then(|| "Ana".to_owned()),
        agent_id: None,
        channel: Channel::Widget,
        body: body.to_owned(),
        quick_replies: Vec::new(),
        attachments: Vec::new(),
        now: Millis(now),
        promise: None,
        away: None,
        asks: false,
    }
}

pub(crate) fn settings(name: &str, backend: Option<&str>) -> SiteSettings {
    SiteSettings {
        name: name.to_owned(),
        accent: "#a63c1f".to_owned(),
        look: None,
        greeting: String::new(),
        locale: "it".to_owned(),
        allowed_origins: Vec::new(),
        hours: None,
        backend_url: backend.map(str::to_owned),
        away: String::new(),
        billing: None,
        pre_chat: None,
        quick_replies: Vec::new(),
        shield: pronto_protocol::model::contact::Shield::Auto,
    }
}

/// A hash that `name` alone stands for.
pub(crate) fn secret(name: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    for (byte, letter) in hash.iter_mut().zip(name.bytes()) {
        *byte = letter;
    }
    hash
}

pub(crate) fn site_key(key: &str) -> SiteKey {
    SiteKey::new(key).expect("a key")
}

pub(crate) fn conversation_id(id: &str) -> ConversationId {
    ConversationId::new(id).expect("an id")
}
