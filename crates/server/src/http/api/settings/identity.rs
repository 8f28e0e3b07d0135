//! The secrets that a business signs its visitors' identities with: made, shown once, revoked.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use pronto_protocol::api::{ErrorBody, NewSecret};
use pronto_protocol::id::{IdentitySecretId, SiteKey};
use pronto_protocol::model::contact::IdentitySecret;

use crate::auth::secret;
use crate::http::error::{Answer, Refused};
use crate::http::extract::Path;
use crate::http::party::Owner;
use crate::http::state::{App, now};

const PREFIX: &str = "idsec_";

/// A new secret to sign identities with; the older of two before it ends.
#[utoipa::path(
    post, path = "/v1/inbox/sites/{key}/identity-secrets", tag = "settings",
    params(("key" = String, Path, description = "The site's key")),
    responses(
        (status = 200, description = "Shown once", body = NewSecret),
        (status = "4XX", description = "Not an owner", body = ErrorBody),
    ),
    security(("agent" = [])),
)]
pub async fn add_identity_secret(
    State(app): State<App>,
    _owner: Owner,
    Path(site): Path<SiteKey>,
) -> Answer<Json<NewSecret>> {
    app.store.site(&site).await?.ok_or_else(Refused::not_found)?;
    let secret = format!("{PREFIX}{}", secret::mint());
    let id = IdentitySecretId::new(secret::mint_id()).map_err(|_| Refused::internal())?;
    app.store.add_identity_secret(&site, id, &secret, now()).await?;
    Ok(Json(NewSecret { secret }))
}

/// Ends a secret: tokens signed with it are believed no more. Sessions that were opened with one stay open.
#[utoipa::path(
    delete, path = "/v1/inbox/sites/{key}/identity-secrets/{id}", tag = "settings",
    params(("key" = String, Path, description = "The site's key"), ("id" = String, Path, description = "The secret's id")),
    responses(
        (status = 204, description = "Ended"),
        (status = "4XX", description = "Not an owner, or no such secret", body = ErrorBody),
    ),
    security(("agent" = [])),
)]
pub async fn revoke_identity_secret(
    State(app): State<App>,
    _owner: Owner,
    Path((site, id)): Path<(SiteKey, IdentitySecretId)>,
) -> Answer<StatusCode> {
    let found = app.store.revoke_identity_secret(&site, &id).await?;
    if found { Ok(StatusCode::NO_CONTENT) } else { Err(Refused::not_found()) }
}

/// The live ones, by what tells them apart.
///
/// # Errors
/// When the store fails.
pub async fn live(app: &App, site: &SiteKey) -> Answer<Vec<IdentitySecret>> {
    let hint = |secret: &str| secret.chars().take(PREFIX.len() + 4).collect();
    let secrets = app.store.identity_secrets(site).await?.into_iter();
    let secrets = secrets.map(|row| IdentitySecret {
        identity_secret_id: row.id,
        hint: hint(&row.secret),
        created_at: row.created_at,
    });
    Ok(secrets.collect())
}
