//! A site's settings, its secrets and its deliveries, for the inbox.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base64::Engine as _;
use pronto_protocol::api::{DeliveryPage, ErrorBody, ErrorCode, NewApiKey, NewSecret, SecretHint, SitePage};
use pronto_protocol::id::{ApiKeyId, DeliveryId, SiteKey};
use pronto_protocol::model::{DeliveryState, OpenSpan, OpeningHours, SiteSettings};
use serde::Deserialize;
use url::Url;

use crate::auth::secret;
use crate::config::web_origin;
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
    let settings = checked(settings).map_err(|message| Refused::new(ErrorCode::InvalidSetting, message))?;
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
        settings: known.settings,
        site,
    })
}

/// `settings` as they are stored, or a sentence that says which one cannot be.
fn checked(mut settings: SiteSettings) -> Result<SiteSettings, String> {
    settings.name = settings.name.trim().to_owned();
    settings.greeting = settings.greeting.trim().to_owned();
    if settings.name.is_empty() || settings.name.chars().count() > 80 {
        return Err("The name needs 1 to 80 characters.".to_owned());
    }
    if !is_colour(&settings.accent) {
        return Err("The accent is a colour such as #1b7f5c.".to_owned());
    }
    if settings.greeting.chars().count() > 280 {
        return Err("The greeting has 280 characters at most.".to_owned());
    }
    if !is_language(&settings.locale) {
        return Err("The language is a tag such as it or pt-BR.".to_owned());
    }
    if settings.allowed_origins.len() > 100 {
        return Err("There can be 100 allowed origins at most.".to_owned());
    }
    let origin = |text: &String| {
        let sentence =
            || format!("“{text}” is not an origin: write it as https://shop.example, without a path.");
        web_origin(text).ok_or_else(sentence)
    };
    settings.allowed_origins = settings.allowed_origins.iter().map(origin).collect::<Result<_, _>>()?;
    settings.allowed_origins.dedup();
    settings.hours.as_ref().map_or(Ok(()), check_hours)?;
    settings.backend_url = settings.backend_url.filter(|url| !url.trim().is_empty());
    settings.backend_url.as_deref().map_or(Ok(()), check_backend)?;
    Ok(settings)
}

fn is_colour(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn is_language(text: &str) -> bool {
    (2..=35).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn check_hours(hours: &OpeningHours) -> Result<(), String> {
    if jiff::tz::TimeZone::get(&hours.time_zone).is_err() {
        return Err("The time zone is a name such as Europe/Rome.".to_owned());
    }
    let fits = |span: &OpenSpan| {
        (1..=7).contains(&span.weekday) && span.from <= 1439 && span.from < span.to && span.to <= 2879
    };
    if hours.spans.len() <= 50 && hours.spans.iter().all(fits) {
        return Ok(());
    }
    Err("Each opening time begins on a weekday and ends after it begins, within the day or the next."
        .to_owned())
}

fn check_backend(text: &str) -> Result<(), String> {
    let sentence = "The backend's address starts with https:// or http:// and carries no user name.";
    let url = Url::parse(text).map_err(|_| sentence.to_owned())?;
    let fits =
        matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
    if fits && url.has_host() { Ok(()) } else { Err(sentence.to_owned()) }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> SiteSettings {
        SiteSettings {
            name: "Panificio".to_owned(),
            accent: "#b5472f".to_owned(),
            greeting: String::new(),
            locale: "it".to_owned(),
            allowed_origins: vec!["https://Shop.example/".to_owned()],
            hours: None,
            backend_url: None,
            away: String::new(),
            billing: None,
        }
    }

    #[test]
    fn origins_are_stored_as_browsers_write_them() {
        assert_eq!(checked(settings()).expect("they fit").allowed_origins, ["https://shop.example"]);
    }

    #[test]
    fn each_bad_setting_is_named() {
        let hours = |time_zone: &str, from, to| {
            let spans = vec![OpenSpan { weekday: 1, from, to }];
            Some(OpeningHours { time_zone: time_zone.to_owned(), spans, exceptions: Vec::new() })
        };
        let bad: Vec<(&str, SiteSettings)> = vec![
            ("name", SiteSettings { name: " ".to_owned(), ..settings() }),
            ("accent", SiteSettings { accent: "red".to_owned(), ..settings() }),
            ("greeting", SiteSettings { greeting: "x".repeat(281), ..settings() }),
            ("language", SiteSettings { locale: "it;x".to_owned(), ..settings() }),
            ("origin", SiteSettings { allowed_origins: vec!["*".to_owned()], ..settings() }),
            ("time zone", SiteSettings { hours: hours("Mars/Base", 0, 60), ..settings() }),
            ("opening time", SiteSettings { hours: hours("Europe/Rome", 60, 60), ..settings() }),
            ("backend", SiteSettings { backend_url: Some("file:///etc/passwd".to_owned()), ..settings() }),
        ];
        for (word, settings) in bad {
            let sentence = checked(settings).expect_err(word);
            assert!(sentence.contains(word), "{sentence}");
        }
    }
}
