//! A site's settings, its secrets and its deliveries, for the inbox.

mod check;
pub mod identity;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base64::Engine as _;
use pronto_protocol::api::{DeliveryPage, ErrorBody, ErrorCode, NewApiKey, NewSecret, SecretHint, SitePage};
use pronto_protocol::id::{ApiKeyId, DeliveryId, SiteKey};
use pronto_protocol::model::{DeliveryState, SiteSettings};
use serde::Deserialize;

use self::check::checked;
use crate::auth::secret;
use crate::http::error::{Answer, Refused};
use crate::http::extract::{Body64, Caller, Path, Query};
use crate::http::party::{Owner, SignedIn};
use crate::http::state::{App, now};

const HINT_CHARS: usize = "whsec_".len() + 4;

/// All that can be set for a site.
#[utoipa::path(
    get, path = "/v1/inbox/sites/{key}", tag = "settings",
    params(("key" = String, Path, description = "The site's key")),
    responses(
        (status = 200, description = "All that can be set", body = SitePage),
        (status = "4XX", description = "No such site", body = ErrorBody),
    ),
    security(("agent" = [])),
)]
pub async fn site(
    State(app): State<App>,
    _agent: SignedIn,
    caller: Caller,
    Path(site): Path<SiteKey>,
) -> Answer<Json<SitePage>> {
    page_of(&app, &caller, site).await.map(Json)
}

/// Sets all that can be set for a site.
#[utoipa::path(
    put, path = "/v1/inbox/sites/{key}", tag = "settings",
    params(("key" = String, Path, description = "The site's key")),
    request_body = SiteSettings,
    responses(
        (status = 200, description = "As it stands now", body = SitePage),
        (status = "4XX", description = "A setting does not fit, or not an owner", body = ErrorBody),
    ),
    security(("agent" = [])),
)]
pub async fn put_site(
    State(app): State<App>,
    _owner: Owner,
    caller: Caller,
    Path(site): Path<SiteKey>,
    Body64(settings): Body64<SiteSettings>,
) -> Answer<Json<SitePage>> {
    // A site that is not there yet is made: an installation without a demo begins with none.
    let demo = app.store.site(&site).await?.is_some_and(|known| known.demo);
    let settings = checked(settings, app.store.shelf())
        .map_err(|message| Refused::new(ErrorCode::InvalidSetting, message))?;
    app.store.put_site(&site, &settings, demo, now()).await?;
    page_of(&app, &caller, site).await.map(Json)
}

async fn page_of(app: &App, caller: &Caller, site: SiteKey) -> Answer<SitePage> {
    let known = app.store.site(&site).await?.ok_or_else(Refused::not_found)?;
    let secrets = app.store.webhook_secrets(&site).await?;
    let hint = |text: &str| text.chars().take(HINT_CHARS).collect::<String>();
    let hints = secrets.iter().map(|row| SecretHint { hint: hint(&row.secret), created_at: row.created_at });
    Ok(SitePage {
        snippet: format!("<script async src=\"{}/embed.js\" data-site=\"{site}\"></script>", caller.origin),
        webhook_secrets: hints.collect(),
        api_keys: app.store.api_keys(&site).await?,
        identity_secrets: identity::live(app, &site).await?,
        guard: app.floods.of(&site, now()),
        settings: known.settings,
        site,
    })
}

/// A new signing secret; the older of two before it ends.
#[utoipa::path(
    post, path = "/v1/inbox/sites/{key}/webhook-secrets", tag = "settings",
    params(("key" = String, Path, description = "The site's key")),
    responses(
        (status = 200, description = "Shown once", body = NewSecret),
        (status = "4XX", description = "Not an owner", body = ErrorBody),
    ),
    security(("agent" = [])),
)]
pub async fn add_webhook_secret(
    State(app): State<App>,
    _owner: Owner,
    Path(site): Path<SiteKey>,
) -> Answer<Json<NewSecret>> {
    app.store.site(&site).await?.ok_or_else(Refused::not_found)?;
    let secret = new_webhook_secret();
    app.store.add_webhook_secret(&site, &secret, now()).await?;
    Ok(Json(NewSecret { secret }))
}

/// A signing secret as the Standard Webhooks specification writes it.
#[must_use]
pub fn new_webhook_secret() -> String {
    let bytes = secret::hash(&secret::mint());
    format!("whsec_{}", base64::engine::general_purpose::STANDARD.encode(bytes))
}

/// A new API key, shown once.
#[utoipa::path(
    post, path = "/v1/inbox/sites/{key}/api-keys", tag = "settings",
    params(("key" = String, Path, description = "The site's key")),
    request_body = NewApiKey,
    responses(
        (status = 200, description = "Shown once", body = NewSecret),
        (status = "4XX", description = "Not an owner", body = ErrorBody),
    ),
    security(("agent" = [])),
)]
pub async fn add_api_key(
    State(app): State<App>,
    _owner: Owner,
    Path(site): Path<SiteKey>,
    Body64(new): Body64<NewApiKey>,
) -> Answer<Json<NewSecret>> {
    app.store.site(&site).await?.ok_or_else(Refused::not_found)?;
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > 80 {
        return Err(Refused::new(ErrorCode::InvalidSetting, "The key's name needs 1 to 80 characters."));
    }
    let (id, half) = (secret::mint_id(), secret::mint());
    let key_id = ApiKeyId::new(id.clone()).map_err(|_| Refused::not_found())?;
    app.store.add_api_key(&site, key_id, name, secret::hash(&half), now()).await?;
    Ok(Json(NewSecret { secret: format!("pk_{id}_{half}") }))
}

/// Ends an API key.
#[utoipa::path(
    delete, path = "/v1/inbox/sites/{key}/api-keys/{id}", tag = "settings",
    params(("key" = String, Path, description = "The site's key"), ("id" = String, Path, description = "The key's public half")),
    responses(
        (status = 204, description = "Ended"),
        (status = "4XX", description = "Not an owner, or no such key", body = ErrorBody),
    ),
    security(("agent" = [])),
)]
pub async fn revoke_api_key(
    State(app): State<App>,
    _owner: Owner,
    Path((site, key)): Path<(SiteKey, ApiKeyId)>,
) -> Answer<StatusCode> {
    if app.store.revoke_api_key(&site, &key, now()).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Refused::not_found())
    }
}

/// Which deliveries are asked for.
#[derive(Deserialize)]
pub struct Wanted {
    state: Option<String>,
}

/// What went to the backend, or did not.
#[utoipa::path(
    get, path = "/v1/inbox/sites/{key}/deliveries", tag = "settings",
    params(("key" = String, Path, description = "The site's key"), ("state" = Option<String>, Query, description = "`parked`, `pending` or `delivered`")),
    responses(
        (status = 200, description = "Newest first, 100 at most", body = DeliveryPage),
        (status = "4XX", description = "No such site", body = ErrorBody),
    ),
    security(("agent" = [])),
)]
pub async fn deliveries(
    State(app): State<App>,
    _agent: SignedIn,
    Path(site): Path<SiteKey>,
    Query(wanted): Query<Wanted>,
) -> Answer<Json<DeliveryPage>> {
    let state = wanted.state.as_deref().map(DeliveryState::parse);
    let deliveries = app.store.deliveries(&site, state.unwrap_or(DeliveryState::Parked)).await?;
    Ok(Json(DeliveryPage { deliveries }))
}

/// Sends a delivery again.
#[utoipa::path(
    post, path = "/v1/inbox/sites/{key}/deliveries/{id}/retry", tag = "settings",
    params(("key" = String, Path, description = "The site's key"), ("id" = String, Path, description = "The delivery's id")),
    responses(
        (status = 204, description = "Will be tried at once"),
        (status = "4XX", description = "No such delivery", body = ErrorBody),
    ),
    security(("agent" = [])),
)]
pub async fn retry_delivery(
    State(app): State<App>,
    _agent: SignedIn,
    Path((site, delivery)): Path<(SiteKey, DeliveryId)>,
) -> Answer<StatusCode> {
    let found = app.store.retry_delivery(&site, &delivery, now()).await?;
    if found { Ok(StatusCode::NO_CONTENT) } else { Err(Refused::not_found()) }
}
