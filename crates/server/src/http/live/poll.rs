//! The long poll: the same frames for networks that break sockets. Each answer stands for itself, since between two
//! polls nobody listens: it always tells the receipts and, to agents, the list.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use pronto_protocol::api::{ErrorBody, Poll, Polled};
use pronto_protocol::frame::ServerFrame;

use super::feed::{Feed, Verdict};
use crate::bus::Heard;
use crate::http::error::{Answer, Refused};
use crate::http::extract::Body64;
use crate::http::party::Party;
use crate::http::state::{App, Present};

const WAIT_MAX_MS: u32 = 25_000;
const FRAMES_MAX: usize = 500;

/// What happened after the cursors; waits for it.
#[utoipa::path(
    post, path = "/v1/poll", tag = "live",
    request_body = Poll,
    responses(
        (status = 200, description = "What a socket would have carried", body = Polled),
        (status = "4XX", description = "Nobody is signed in", body = ErrorBody),
    ),
    security(("visitor" = []), ("agent" = [])),
)]
pub async fn poll(State(app): State<App>, party: Party, Body64(poll): Body64<Poll>) -> Answer<Json<Polled>> {
    let _listening = app.listening.enter(*party.session()).ok_or_else(|| Refused::too_many(5_000))?;
    let _live = app.drain.live.one_more();
    let _present = matches!(party, Party::Agent(_)).then(|| Present::new(&app));
    let mut feed = Feed::open(&app, party, poll.cursors).await?;
    let mut frames = missed(&app, &mut feed).await?;
    if frames.is_empty() {
        let wait = Duration::from_millis(poll.wait_ms.min(WAIT_MAX_MS).into());
        frames = tokio::select! {
            heard = listen(&mut feed) => heard,
            () = tokio::time::sleep(wait) => Vec::new(),
            () = app.drain.ending() => Vec::new(),
        };
        frames.extend(missed(&app, &mut feed).await?);
    }
    for id in feed.known() {
        frames.extend(feed.standing(&app, &id).await?);
    }
    frames.extend(feed.list(&app).await?);
    frames.extend(feed.presence(*app.presence.watch().borrow()));
    Ok(Json(Polled { frames }))
}

async fn missed(app: &App, feed: &mut Feed) -> Answer<Vec<ServerFrame>> {
    let mut frames = Vec::new();
    for id in feed.known() {
        loop {
            let messages = feed.missed(app, &id).await?;
            if messages.is_empty() || frames.len() >= FRAMES_MAX {
                break;
            }
            frames.extend(messages.into_iter().map(ServerFrame::Message));
        }
    }
    Ok(frames)
}

/// The first thing worth an answer.
async fn listen(feed: &mut Feed) -> Vec<ServerFrame> {
    loop {
        match feed.receiver.recv().await {
            Heard::Lagged => return Vec::new(),
            // A message's place is looked up in the store, so that its turn is not counted here.
            Heard::Frame(heard) if matches!(heard.frame, ServerFrame::Message(_)) => return Vec::new(),
            Heard::Frame(heard) => {
                if feed.judge(&heard.frame) == Verdict::Pass {
                    return vec![heard.frame.clone()];
                }
            }
        }
    }
}
