//! The inbox's list: conversations of a site, and changing where one stands.

use axum::Json;
use axum::extract::State;
use pronto_protocol::api::{ChangeConversation, ErrorBody, InboxPage};
use pronto_protocol::frame::ServerFrame;
use pronto_protocol::id::{ConversationId, SiteKey};
use pronto_protocol::model::{InboxConversation, Status};
use serde::Deserialize;

use crate::bus::Topic;
use crate::http::error::{Answer, Refused};
use crate::http::extract::{Body64, Path, Query};
use crate::http::party::SignedIn;
use crate::http::state::{App, now};
use crate::store::InboxOrder;

/// Conversations on one page of the list.
pub const PAGE: u32 = 50;

/// Which conversations are asked for.
#[derive(Deserialize)]
pub struct Wanted {
    site: SiteKey,
    #[serde(default)]
    order: Order,
    unread: Option<String>,
    cursor: Option<String>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Order {
    #[default]
    Newest,
    Waiting,
    Promise,
}

/// A page of the list.
#[utoipa::path(
    get, path = "/v1/inbox/conversations", tag = "inbox",
    params(("site" = String, Query, description = "The site's key"), ("order" = Option<String>, Query, description = "`newest`, `waiting` or `promise`"), ("unread" = Option<String>, Query, description = "`1`: only those with unread messages"), ("cursor" = Option<String>, Query, description = "`next` of the page before")),
    responses(
        (status = 200, description = "50 a page", body = InboxPage),
        (status = "4XX", description = "No such site", body = ErrorBody),
    ),
    security(("agent" = [])),
)]
pub async fn conversations(
    State(app): State<App>,
    _agent: SignedIn,
    Query(wanted): Query<Wanted>,
) -> Answer<Json<InboxPage>> {
    app.store.site(&wanted.site).await?.ok_or_else(Refused::not_found)?;
    let order = match wanted.order {
        Order::Newest => InboxOrder::Newest,
        Order::Waiting => InboxOrder::Waiting,
        Order::Promise => InboxOrder::Promise,
    };
    let unread = wanted.unread.as_deref().is_some_and(|word| matches!(word, "1" | "true"));
    let (conversations, next) =
        app.store.inbox_page(&wanted.site, order, unread, wanted.cursor.as_deref(), (PAGE, now())).await?;
    let reply = Some(app.replies.of(&app.store, &wanted.site, now()).await?);
    Ok(Json(InboxPage { conversations, next, reply }))
}

/// One conversation as the list shows it.
#[utoipa::path(
    get, path = "/v1/inbox/conversations/{id}", tag = "inbox",
    params(("id" = String, Path, description = "The conversation's id")),
    responses(
        (status = 200, description = "As the list shows it", body = InboxConversation),
        (status = "4XX", description = "Not there", body = ErrorBody),
    ),
    security(("agent" = [])),
)]
pub async fn conversation(
    State(app): State<App>,
    _agent: SignedIn,
    Path(id): Path<ConversationId>,
) -> Answer<Json<InboxConversation>> {
    app.store.inbox_conversation(&id, now()).await?.map(Json).ok_or_else(Refused::not_found)
}

/// Opens or resolves a conversation, blocks its visitor or takes that back.
#[utoipa::path(
    patch, path = "/v1/inbox/conversations/{id}", tag = "inbox",
    params(("id" = String, Path, description = "The conversation's id")),
    request_body = ChangeConversation,
    responses(
        (status = 200, description = "As it stands now", body = InboxConversation),
        (status = "4XX", description = "Not there", body = ErrorBody),
    ),
    security(("agent" = [])),
)]
pub async fn change_conversation(
    State(app): State<App>,
    _agent: SignedIn,
    Path(id): Path<ConversationId>,
    Body64(change): Body64<ChangeConversation>,
) -> Answer<Json<InboxConversation>> {
    if let Some(status) = change.status {
        if !matches!(status, Status::Open | Status::Resolved) {
            return Err(Refused::bad_request("The status can be `open` or `resolved`."));
        }
        app.store.set_status(&id, status, now()).await?;
    }
    if let Some(blocked) = change.blocked {
        app.store.set_blocked(&id, blocked, now()).await?;
    }
    let shown = app.store.inbox_conversation(&id, now()).await?.ok_or_else(Refused::not_found)?;
    let topic = Topic::Site(shown.conversation.site.clone());
    app.bus.publish(&topic, ServerFrame::Conversation(shown.clone()));
    Ok(Json(shown))
}
