//! What a visitor may see, take along and have erased of themselves. How a thing is erased is the store's; this tells
//! everyone who has to hear of it.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use pronto_protocol::api::{ErrorBody, ErrorCode};
use pronto_protocol::frame::{Bye, Gone, ServerFrame};
use pronto_protocol::id::SiteKey;
use pronto_protocol::model::yours::{ErasureChecked, ErasureReceipt, VisitorConversations, VisitorData};

use super::file::{Wanted, everything};
use super::only_visitor;
use crate::auth::secret::{self, SecretHash};
use crate::bus::Topic;
use crate::http::error::{Answer, Refused};
use crate::http::extract::{Body64, Path, Query};
use crate::http::party::{Party, SignedIn, bearer};
use crate::http::state::{App, now};
use crate::store::{Erasing, Erasure};
use crate::sweep;

/// The visitor's conversations at a glance.
#[utoipa::path(
    get, path = "/v1/session/conversations", tag = "visitor",
    responses(
        (status = 200, description = "Those that have a message, newest first", body = VisitorConversations),
        (status = "4XX", description = "No such session", body = ErrorBody),
    ),
    security(("visitor" = [])),
)]
pub async fn conversations(State(app): State<App>, party: Party) -> Answer<Json<VisitorConversations>> {
    let visitor = only_visitor(party)?;
    let conversations = app.store.talks_of(&visitor.visitor_id).await?;
    Ok(Json(VisitorConversations { conversations, now: now() }))
}

/// All that is kept of the visitor, as JSON or as a page.
#[utoipa::path(
    get, path = "/v1/session/data", tag = "visitor",
    params(("format" = Option<String>, Query, description = "`json` (the default) or `html`"), ("lang" = Option<String>, Query, description = "The page's language")),
    responses(
        (status = 200, description = "A file", body = VisitorData),
        (status = "4XX", description = "No such session", body = ErrorBody),
    ),
    security(("visitor" = [])),
)]
pub async fn data(
    State(app): State<App>,
    party: Party,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Answer<Response> {
    everything(&app, &only_visitor(party)?, &wanted, &headers).await
}

/// Erases all that is kept of the visitor and ends their secrets; repeating it gives the same receipt.
#[utoipa::path(
    delete, path = "/v1/session/data", tag = "visitor",
    responses(
        (status = 200, description = "The proof", body = ErasureReceipt),
        (status = "4XX", description = "No such session", body = ErrorBody),
    ),
    security(("visitor" = [])),
)]
pub async fn erase(State(app): State<App>, headers: HeaderMap) -> Answer<Json<ErasureReceipt>> {
    let session = bearer(&headers).map(secret::hash);
    let receipt = match session {
        Some(session) => erase_all(&app, session).await?,
        None => None,
    };
    let nobody = || Refused::new(ErrorCode::Unauthorized, "You are not signed in, or the session has ended.");
    receipt.map(Json).ok_or_else(nobody)
}

/// Erases the visitor of this session, and tells their devices and the inbox; `None` where there is nobody.
///
/// # Errors
/// When the store fails: then nothing was erased.
pub async fn erase_all(app: &App, session: SecretHash) -> Answer<Option<ErasureReceipt>> {
    app.budgets.session_requests.take(session, now())?;
    let erasing = Erasing { reference: reference(), fresh_key: secret::mint(), now: now() };
    match app.store.erase(session, erasing).await? {
        Erasure::Now { receipt, conversations } => {
            if let Some(files) = &app.files {
                sweep::remove(&app.store, files, now()).await;
            }
            for conversation_id in conversations {
                let bye = Bye { reason: "erased".to_owned(), retry_ms: 0 };
                app.bus.publish(&Topic::Conversation(conversation_id.clone()), ServerFrame::Bye(bye));
                let gone = ServerFrame::Erased(Gone { conversation_id });
                app.bus.publish(&Topic::Site(receipt.site.clone()), gone);
            }
            Ok(Some(receipt))
        }
        Erasure::Before(receipt) => Ok(Some(receipt)),
        Erasure::Unknown => Ok(None),
    }
}

/// Twelve random letters in groups that can be read out.
fn reference() -> String {
    let random = secret::mint_id().to_uppercase();
    let group = |from: usize| random.get(from..from + 4).unwrap_or_default();
    [group(0), group(4), group(8)].join("-")
}

/// Whether this server gave out the receipt, just as it stands.
#[utoipa::path(
    post, path = "/v1/inbox/sites/{key}/erasures", tag = "settings",
    params(("key" = String, Path, description = "The site's key")),
    request_body = ErasureReceipt,
    responses(
        (status = 200, description = "Whether it is genuine", body = ErasureChecked),
        (status = "4XX", description = "Nobody is signed in", body = ErrorBody),
    ),
    security(("agent" = [])),
)]
pub async fn check(
    State(app): State<App>,
    _agent: SignedIn,
    Path(site): Path<SiteKey>,
    Body64(receipt): Body64<ErasureReceipt>,
) -> Answer<Json<ErasureChecked>> {
    let genuine = receipt.site == site && app.store.is_genuine(receipt).await?;
    Ok(Json(ErasureChecked { genuine }))
}
