//! The whole conversation as a file for its visitor to keep.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use pronto_protocol::api::{ErrorBody, Transcript};
use pronto_protocol::id::ConversationId;

use super::file::{Wanted, one};
use super::only_visitor;
use crate::http::error::Answer;
use crate::http::extract::{Path, Query};
use crate::http::party::Party;
use crate::http::state::App;

/// The whole conversation, as JSON or as a page.
#[utoipa::path(
    get, path = "/v1/conversations/{id}/transcript", tag = "conversation",
    params(("id" = String, Path, description = "The conversation's id"), ("format" = Option<String>, Query, description = "`json` (the default) or `html`"), ("lang" = Option<String>, Query, description = "The page's language")),
    responses(
        (status = 200, description = "A file", body = Transcript),
        (status = "4XX", description = "Not yours, or not there", body = ErrorBody),
    ),
    security(("visitor" = [])),
)]
pub async fn transcript(
    State(app): State<App>,
    party: Party,
    Path(id): Path<ConversationId>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Answer<Response> {
    one(&app, only_visitor(party)?, &id, &wanted, &headers).await
}
