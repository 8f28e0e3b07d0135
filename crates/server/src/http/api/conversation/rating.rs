//! How a visitor rates a settled conversation.

use axum::extract::State;
use axum::http::StatusCode;
use pronto_protocol::api::ErrorBody;
use pronto_protocol::frame::ServerFrame;
use pronto_protocol::id::ConversationId;
use pronto_protocol::model::yours::SetRating;

use super::only_visitor;
use crate::bus::Topic;
use crate::http::error::{Answer, Refused};
use crate::http::extract::{Body64, Path};
use crate::http::party::{Party, Visitor};
use crate::http::state::{App, now};

const WORDS_MAX_CHARS: usize = 1_000;

/// Rates a settled conversation, or changes that while it is settled.
#[utoipa::path(
    put, path = "/v1/conversations/{id}/rating", tag = "conversation",
    params(("id" = String, Path, description = "The conversation's id")),
    request_body = SetRating,
    responses(
        (status = 204, description = "Kept"),
        (status = "4XX", description = "Not yours, not settled, or no rating", body = ErrorBody),
    ),
    security(("visitor" = [])),
)]
pub async fn set_rating(
    State(app): State<App>,
    party: Party,
    Path(id): Path<ConversationId>,
    Body64(set): Body64<SetRating>,
) -> Answer<StatusCode> {
    rate(&app, only_visitor(party)?, &id, set).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Keeps a visitor's rating of a conversation of theirs, and tells the inbox.
///
/// # Errors
/// 404 when it is not theirs; 400 when it is not settled, or what is no rating.
pub async fn rate(app: &App, visitor: Visitor, id: &ConversationId, set: SetRating) -> Answer<()> {
    let site = visitor.site.clone();
    Party::Visitor(visitor).conversation(app, id).await?;
    if !(1..=5).contains(&set.score) {
        return Err(Refused::bad_request("A score is 1 to 5."));
    }
    let words: String = set.words.trim().chars().take(WORDS_MAX_CHARS).collect();
    if !app.store.rate(id, SetRating { words, ..set }, now()).await? {
        return Err(Refused::bad_request("A conversation is rated once it is settled."));
    }
    if let Some(shown) = app.store.inbox_conversation(id, now()).await? {
        app.bus.publish(&Topic::Site(site), ServerFrame::Conversation(shown));
    }
    Ok(())
}
