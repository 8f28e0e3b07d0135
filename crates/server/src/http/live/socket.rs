//! The socket: hello, all that was missed, then what happens, until someone ends it. A client that does not read is
//! dropped and resumes from its cursors; what cannot be understood is skipped.

use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message as Raw, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::http::HeaderMap;
use axum::response::Response;
use pronto_protocol::api::{ErrorBody, ErrorCode};
use pronto_protocol::frame::{Bye, ClientFrame, Hello, ServerFrame, Welcome};
use pronto_protocol::id::ConversationId;
use tokio::time::{Instant, timeout};

use super::feed::{Feed, Verdict};
use crate::bus::Heard;
use crate::http::api::conversation::{receive, tell_typing};
use crate::http::error::{Answer, Refused};
use crate::http::extract::Caller;
use crate::http::guard::budget::{Budget, Rate};
use crate::http::party::{self, Party};
use crate::http::state::{App, Present, now};

const FRAME_MAX_BYTES: usize = 64 * 1024;
const CLIENT_RATE: Rate = Rate { burst: 60, per_second: 10 };
/// Hellos of further tabs: each may have much to hear.
const HELLO_RATE: Rate = Rate { burst: 20, per_second: 1 };
const GOODBYE: Duration = Duration::from_secs(1);

/// Why a socket ends.
enum End {
    /// The other side is gone, or broke the protocol.
    Gone,
    /// It is told to go, and when to come back.
    Bye(&'static str, u32),
}

impl From<Refused> for End {
    fn from(refused: Refused) -> Self {
        match refused.code() {
            ErrorCode::Unauthorized | ErrorCode::Forbidden => UNAUTHORIZED,
            ErrorCode::Erased => ERASED,
            _ => Self::Bye("unavailable", 2_000),
        }
    }
}

const ERASED: End = End::Bye("erased", 0);
const UNAUTHORIZED: End = End::Bye("unauthorized", 0);
const TOO_MANY: End = End::Bye("too_many", 30_000);
const DRAINING: End = End::Bye("draining", 1_000);

type Step<T = ()> = Result<T, End>;

/// Opens a socket.
#[utoipa::path(
    get, path = "/v1/socket", tag = "live",
    responses(
        (status = 101, description = "A WebSocket of `ClientFrame` and `ServerFrame`"),
        (status = "4XX", description = "Not a WebSocket", body = ErrorBody),
    ),
    security((), ("agent" = [])),
)]
pub async fn socket(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Answer<Response> {
    let upgrade = upgrade.map_err(|_| Refused::bad_request("This address takes WebSockets only."))?;
    // A cookie goes along from any page, so that it counts only on sockets that our own page opened.
    let agent = if caller.is_same_origin() { party::signed_in(&app, &headers).await.ok() } else { None };
    let upgrade = upgrade.read_buffer_size(1024).write_buffer_size(0);
    let upgrade = upgrade.max_message_size(FRAME_MAX_BYTES).max_frame_size(FRAME_MAX_BYTES);
    Ok(upgrade.on_upgrade(move |socket| run(app, socket, agent.map(Party::Agent))))
}

async fn run(app: App, socket: WebSocket, agent: Option<Party>) {
    let _live = app.drain.live.one_more();
    let mut line = Line { socket, write: app.timing.write };
    let end = tokio::select! {
        Err(end) = converse(&app, &mut line, agent) => end,
        () = app.drain.ending() => DRAINING,
    };
    if let End::Bye(reason, retry_ms) = end {
        if reason == TOO_SLOW {
            app.metrics.too_slow();
        }
        let bye = ServerFrame::Bye(Bye { reason: reason.to_owned(), retry_ms });
        // Whoever does not read does not read this either; the close of the connection says it too.
        let _ = timeout(GOODBYE, line.goodbye(&bye)).await;
    }
}

const TOO_SLOW: &str = "too_slow";

/// The socket and how long one frame may take to leave.
struct Line {
    socket: WebSocket,
    write: Duration,
}

impl Line {
    async fn send(&mut self, frame: &ServerFrame) -> Step {
        self.send_text(serde_json::to_string(frame).unwrap_or_default().into()).await
    }

    async fn send_text(&mut self, text: Utf8Bytes) -> Step {
        match timeout(self.write, self.socket.send(Raw::Text(text))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Gone),
            Err(_) => Err(End::Bye(TOO_SLOW, 500)),
        }
    }

    async fn send_all(&mut self, frames: impl IntoIterator<Item = ServerFrame>) -> Step {
        for frame in frames {
            self.send(&frame).await?;
        }
        Ok(())
    }

    /// The next frame that can be understood.
    async fn read(&mut self) -> Step<ClientFrame> {
        loop {
            match self.socket.recv().await {
                Some(Ok(Raw::Text(text))) => {
                    if let Ok(frame) = serde_json::from_str(&text) {
                        return Ok(frame);
                    }
                }
                Some(Ok(Raw::Close(_)) | Err(_)) | None => return Err(End::Gone),
                Some(Ok(_)) => {}
            }
        }
    }

    async fn goodbye(&mut self, bye: &ServerFrame) -> Step {
        self.send(bye).await?;
        let close = CloseFrame { code: close_code::AWAY, reason: Utf8Bytes::default() };
        self.socket.send(Raw::Close(Some(close))).await.map_err(|_| End::Gone)
    }
}

async fn converse(app: &App, line: &mut Line, agent: Option<Party>) -> Step<std::convert::Infallible> {
    let hello = timeout(app.timing.hello, read_hello(line)).await.map_err(|_| End::Bye("idle", 0))??;
    let party = match &hello.session {
        Some(secret) => Party::Visitor(party::visitor(app, secret).await?),
        None => agent.ok_or(UNAUTHORIZED)?,
    };
    let _listening = app.listening.enter(*party.session()).ok_or(TOO_MANY)?;
    let _present = matches!(party, Party::Agent(_)).then(|| Present::new(app));
    let feed = Feed::open(app, party, hello.cursors).await?;
    let session = Session {
        app,
        line,
        feed,
        budget: Budget::new(CLIENT_RATE),
        hellos: Budget::new(HELLO_RATE),
        checked: Instant::now(),
    };
    session.run().await
}

async fn read_hello(line: &mut Line) -> Step<Hello> {
    loop {
        if let ClientFrame::Hello(hello) = line.read().await? {
            return Ok(hello);
        }
    }
}

/// A socket after its hello.
struct Session<'a> {
    app: &'a App,
    line: &'a mut Line,
    feed: Feed,
    budget: Budget<()>,
    hellos: Budget<()>,
    /// When it was last seen that the session is open.
    checked: Instant,
}

impl Session<'_> {
    async fn run(mut self) -> Step<std::convert::Infallible> {
        self.welcome().await?;
        for id in self.feed.known() {
            self.catch_up(&id).await?;
        }
        let mut presence = self.app.presence.watch();
        let online = *presence.borrow_and_update();
        self.line.send_all(self.feed.presence(online)).await?;
        let idle = self.app.timing.heartbeat * 3;
        let mut idle_at = Instant::now() + idle;
        loop {
            tokio::select! {
                heard = self.feed.receiver.recv() => self.hear(heard).await?,
                said = self.line.read() => {
                    idle_at = Instant::now() + idle;
                    self.take(said?).await?;
                }
                Ok(()) = presence.changed() => {
                    let online = *presence.borrow_and_update();
                    self.line.send_all(self.feed.presence(online)).await?;
                }
                // Who never pings is looked at all the same.
                () = tokio::time::sleep_until(self.checked + self.app.timing.heartbeat * 2) => {
                    self.check_session().await?;
                }
                () = tokio::time::sleep_until(idle_at) => return Err(End::Bye("idle", 0)),
            }
        }
    }

    async fn welcome(&mut self) -> Step {
        let heartbeat_ms = u32::try_from(self.app.timing.heartbeat.as_millis()).unwrap_or(u32::MAX);
        self.line.send(&ServerFrame::Welcome(Welcome { now: now(), heartbeat_ms })).await
    }

    async fn catch_up(&mut self, id: &ConversationId) -> Step {
        self.send_missed(id).await?;
        self.line.send_all(self.feed.standing(self.app, id).await?).await?;
        self.line.send(&self.feed.caught_up(id)).await
    }

    async fn send_missed(&mut self, id: &ConversationId) -> Step {
        loop {
            let messages = self.feed.missed(self.app, id).await?;
            if messages.is_empty() {
                return Ok(());
            }
            self.line.send_all(messages.into_iter().map(ServerFrame::Message)).await?;
        }
    }

    async fn hear(&mut self, heard: Heard) -> Step {
        let Heard::Frame(published) = heard else {
            for id in self.feed.known() {
                self.catch_up(&id).await?;
            }
            return self.line.send_all(self.feed.list(self.app).await?).await;
        };
        if matches!(published.frame, ServerFrame::Bye(_)) {
            return self.check_session().await;
        }
        match self.feed.judge(&published.frame) {
            Verdict::Pass => self.line.send_text(published.json()).await,
            Verdict::Skip => Ok(()),
            Verdict::Behind(id) => self.send_missed(&id).await,
        }
    }

    async fn take(&mut self, frame: ClientFrame) -> Step {
        if self.budget.take((), now()).is_err() {
            return Ok(());
        }
        match frame {
            ClientFrame::Ping(ping) => {
                self.check_session().await?;
                self.line.send(&ServerFrame::Pong(ping)).await
            }
            ClientFrame::Typing(typing) => {
                if let Ok(row) = self.feed.party.conversation(self.app, &typing.conversation_id).await {
                    tell_typing(self.app, &self.feed.party, &row.conversation);
                }
                Ok(())
            }
            ClientFrame::Receipts(said) => {
                if let Ok(row) = self.feed.party.conversation(self.app, &said.conversation_id).await {
                    receive(self.app, self.feed.party.side(), &row.conversation, said.receipts).await?;
                }
                Ok(())
            }
            ClientFrame::Hello(hello) => self.again(hello).await,
        }
    }

    /// Another tab of the same session speaks on this socket from now on, too: it hears what it lacks. A hello of any other
    /// session is skipped.
    async fn again(&mut self, hello: Hello) -> Step {
        let Some(secret) = hello.session.filter(|_| self.hellos.take((), now()).is_ok()) else {
            return Ok(());
        };
        let party = party::visitor(self.app, &secret).await.map(Party::Visitor);
        if !party.is_ok_and(|party| party.session() == self.feed.party.session()) {
            return Ok(());
        }
        self.welcome().await?;
        for id in self.feed.back_to(hello.cursors) {
            self.catch_up(&id).await?;
        }
        Ok(())
    }

    // A session that was ended elsewhere ends its sockets at the next ping, or within two heartbeats.
    async fn check_session(&mut self) -> Step {
        self.checked = Instant::now();
        let session = *self.feed.party.session();
        let open = match &self.feed.party {
            Party::Visitor(_) => match self.app.store.visitor(session).await {
                Ok(None) if self.app.store.is_erased(session).await.map_err(Refused::from)? => {
                    return Err(ERASED);
                }
                found => found.map(|row| row.is_some()),
            },
            Party::Agent(_) => self.app.store.agent_session(session, now()).await.map(|row| row.is_some()),
            Party::Backend(_) => Ok(false),
        };
        if open.map_err(Refused::from)? { Ok(()) } else { Err(UNAUTHORIZED) }
    }
}
