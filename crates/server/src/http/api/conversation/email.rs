//! The address that a visitor leaves for answers their devices do not receive. What is sent to it is the relay's.

use axum::extract::State;
use axum::http::StatusCode;
use pronto_protocol::api::{ErrorBody, ErrorCode, SetEmail};
use pronto_protocol::frame::ServerFrame;

use super::only_visitor;
use crate::bus::Topic;
use crate::http::error::{Answer, Refused};
use crate::http::extract::Body64;
use crate::http::party::Party;
use crate::http::state::{App, now};
use crate::text::address;

/// Keeps the address where answers may go, or takes it away.
#[utoipa::path(
    put, path = "/v1/session/email", tag = "visitor",
    request_body = SetEmail,
    responses(
        (status = 204, description = "Kept, or taken away"),
        (status = "4XX", description = "No address, not your conversation, no e-mail here, or too many", body = ErrorBody),
    ),
    security(("visitor" = [])),
)]
pub async fn set_email(
    State(app): State<App>,
    party: Party,
    Body64(set): Body64<SetEmail>,
) -> Answer<StatusCode> {
    app.budgets.session_emails.take(*party.session(), now())?;
    let row = party.conversation(&app, &set.conversation_id).await?;
    let visitor = only_visitor(party)?;
    let email = wanted(&app, set.email.trim())?;
    if app.store.set_email(&visitor.visitor_id, email).await?
        && let Some(shown) = app.store.inbox_conversation(&row.conversation.conversation_id, now()).await?
    {
        app.bus.publish(&Topic::Site(visitor.site), ServerFrame::Conversation(shown));
    }
    Ok(StatusCode::NO_CONTENT)
}

fn wanted(app: &App, email: &str) -> Answer<Option<String>> {
    if email.is_empty() {
        return Ok(None);
    }
    if !app.can_email() {
        return Err(Refused::new(ErrorCode::NotFound, "This server sends no e-mail."));
    }
    if address::mailbox(email).is_none() {
        let sentence =
            "That is not an e-mail address we can write to. Check it, for example name@example.com.";
        return Err(Refused::new(ErrorCode::InvalidEmail, sentence));
    }
    Ok(Some(email.to_owned()))
}
