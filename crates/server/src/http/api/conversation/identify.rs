//! A business's word on who its visitor is, exchanged for a session of theirs.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use pronto_protocol::api::{ErrorBody, ErrorCode, Identified, Identify};
use pronto_protocol::frame::ServerFrame;
use pronto_protocol::id::{SiteKey, VisitorId};

use super::session_of;
use crate::auth::{secret, token};
use crate::bus::Topic;
use crate::http::error::{Answer, Refused};
use crate::http::extract::{Body64, Caller, Path};
use crate::http::guard::admission::{Door, admit};
use crate::http::party::{Visitor, bearer, erased};
use crate::http::state::{App, now};
use crate::store::{Exchange, Identification};

/// Exchanges a signed token for a session of the person whom it names.
#[utoipa::path(
    post, path = "/v1/sites/{key}/identify", tag = "visitor",
    params(("key" = String, Path, description = "The site's key")),
    request_body = Identify,
    responses(
        (status = 200, description = "The session is theirs", body = Identified),
        (status = 401, description = "The token is not believed, or was exchanged by another session", body = ErrorBody),
        (status = "4XX", description = "No such site, or too many", body = ErrorBody),
    ),
    security(("visitor" = [])),
)]
pub async fn identify(
    State(app): State<App>,
    Path(site): Path<SiteKey>,
    caller: Caller,
    headers: HeaderMap,
    Body64(asked): Body64<Identify>,
) -> Answer<Json<Identified>> {
    let is_secret = |secret: &&str| secret::is_visitor_secret(secret);
    let shape = || Refused::new(ErrorCode::Unauthorized, "Both secrets are 32 random bytes in base64url.");
    let current = bearer(&headers).filter(is_secret).ok_or_else(shape)?;
    let next = Some(asked.next.as_str()).filter(is_secret).ok_or_else(shape)?;
    let known = app.store.site(&site).await?.ok_or_else(Refused::not_found)?;
    let (session, moment) = (secret::hash(current), now());
    match app.store.visitor(session).await? {
        Some(_) => app.budgets.session_requests.take(session, moment)?,
        None => admit(&app, &known, &caller, &session, Door::Named, moment).await?,
    }
    let secrets = app.store.identity_secrets(&site).await?;
    let secrets: Vec<String> = secrets.into_iter().map(|row| row.secret).collect();
    let believed = token::verify(&asked.token, &secrets, &site, moment).map_err(unbelieved)?;
    let identification = Identification {
        token: secret::hash(&asked.token),
        expires_at: believed.expires_at,
        bearer: session,
        next: secret::hash(next),
        contact: believed.contact.clone(),
        visitor_id: VisitorId::new(secret::mint_id()).map_err(|_| Refused::internal())?,
        site,
    };
    let (bearer, next, site) = (identification.bearer, identification.next, identification.site.clone());
    let (visitor_id, renewed, moved) = match app.store.identify(identification, moment).await? {
        Exchange::Bound { visitor_id, renewed, moved } => (visitor_id, renewed, moved),
        Exchange::Used => return Err(unbelieved("The token was exchanged before, by another session.")),
        Exchange::NotYours if app.store.is_erased(session).await? => return Err(erased()),
        Exchange::NotYours => return Err(Refused::not_found()),
    };
    // Whoever is at the inbox sees at once who it is that wrote.
    for id in moved {
        if let Some(row) = app.store.inbox_conversation(&id, moment).await? {
            app.bus.publish(&Topic::Site(site.clone()), ServerFrame::Conversation(row));
        }
    }
    let session = if renewed { next } else { bearer };
    let session = session_of(&app, &Visitor { visitor_id, site, session }).await?;
    Ok(Json(Identified { session, contact: believed.contact, renewed }))
}

fn unbelieved(sentence: &'static str) -> Refused {
    Refused::new(ErrorCode::BadIdentity, sentence)
}
