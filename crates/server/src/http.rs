//! Everything that comes in over HTTP: the route table, and what surrounds every route. Handlers stand in the modules
//! below; no rule of the domain lives here.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{MethodRouter, delete, get, patch, post, put};
use axum::{Router, middleware};
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use api::conversation::attachments;
use api::{agent, conversation, cost, inbox, openapi, report, settings, site, test};
use docs::playground;
use error::{Answer, no_such_method, no_such_path, panicked};
use guard::layers;
use live::{poll, socket};
use page::{about, frame, hosted, resume, you};
use state::App;

pub mod api;
pub mod docs;
pub mod doctor;
pub mod error;
pub mod extract;
pub mod guard;
pub mod live;
pub mod metrics;
pub mod page;
pub mod party;
pub mod reply;
pub mod serve;
pub mod state;

/// The chat's routes.
pub fn router(app: App) -> Router {
    let test = if app.args.test_clock { test_routes() } else { Router::new() };
    Router::new()
        .merge(test)
        .merge(visitor_routes())
        .merge(agent_routes())
        .merge(page_routes())
        .route("/v1/openapi.json", get(openapi::document))
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics::metrics))
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method)
        .layer(middleware::from_fn(layers::time_limit))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn(layers::strict_headers))
        .layer(middleware::from_fn_with_state(app.clone(), metrics::observe))
        .with_state(app)
}

fn visitor_routes() -> Router<App> {
    let messages = get(conversation::messages).post(conversation::send_message);
    let upload = get(attachments::show).patch(attachments::write).delete(attachments::give_up);
    Router::new()
        .route("/v1/sites/{key}", compressed(get(site::public_site)))
        .route("/v1/sites/{key}/reply-time", compressed(get(report::reply_time)))
        .route("/badge/{file}", compressed(get(report::badge)))
        .route("/v1/sites/{key}/sessions", post(conversation::open_session))
        .route("/v1/sites/{key}/identify", post(conversation::identify::identify))
        .route("/v1/session", get(conversation::session).delete(conversation::end_session))
        .route("/v1/session/conversations", get(conversation::yours::conversations))
        .route("/v1/session/data", get(conversation::yours::data).delete(conversation::yours::erase))
        .route("/v1/session/email", put(conversation::email::set_email))
        .route("/v1/conversations/{id}/messages", messages)
        .route("/v1/conversations/{id}/attachments", post(attachments::begin))
        .route("/v1/conversations/{id}/attachments/{attachment}", upload)
        .route("/files/{file}", get(attachments::link::open))
        .route("/v1/conversations/{id}/transcript", get(conversation::transcript::transcript))
        .route("/v1/conversations/{id}/rating", put(conversation::rating::set_rating))
        .route("/v1/conversations/{id}/receipts", post(conversation::set_receipts))
        .route("/v1/conversations/{id}/typing", post(conversation::typing))
        .route("/v1/socket", get(socket::socket))
        .route("/v1/poll", post(poll::poll))
}

fn agent_routes() -> Router<App> {
    let one = patch(inbox::change_conversation).get(inbox::conversation);
    Router::new()
        .route("/v1/inbox/setup", post(agent::setup))
        .route("/v1/inbox/login", post(agent::login))
        .route("/v1/inbox/logout", post(agent::logout))
        .route("/v1/inbox/password", post(agent::change_password))
        .route("/v1/inbox/me", get(agent::me))
        .route("/v1/inbox/conversations", get(inbox::conversations))
        .route("/v1/inbox/conversations/{id}", one)
        .route("/v1/inbox/sites/{key}", get(settings::site).put(settings::put_site))
        .route("/v1/inbox/sites/{key}/report", get(report::report))
        .route("/v1/inbox/sites/{key}/report.csv", get(report::report_csv))
        .route("/v1/inbox/sites/{key}/costs", get(cost::costs))
        .route("/v1/inbox/sites/{key}/statement", get(cost::statement))
        .route("/v1/inbox/sites/{key}/statement.csv", get(cost::statement_csv))
        .route("/v1/inbox/sites/{key}/erasures", post(conversation::yours::check))
        .route("/v1/inbox/sites/{key}/webhook-secrets", post(settings::add_webhook_secret))
        .route("/v1/inbox/sites/{key}/api-keys", post(settings::add_api_key))
        .route("/v1/inbox/sites/{key}/api-keys/{id}", delete(settings::revoke_api_key))
        .route("/v1/inbox/sites/{key}/identity-secrets", post(settings::identity::add_identity_secret))
        .route(
            "/v1/inbox/sites/{key}/identity-secrets/{id}",
            delete(settings::identity::revoke_identity_secret),
        )
        .route("/v1/inbox/sites/{key}/deliveries", get(settings::deliveries))
        .route("/v1/inbox/sites/{key}/deliveries/{id}/retry", post(settings::retry_delivery))
}

/// What only the operator's test options open.
fn test_routes() -> Router<App> {
    Router::new().route("/v1/test/clock", put(test::set_clock))
}

fn page_routes() -> Router<App> {
    Router::new()
        .route("/embed.js", get(page::embed))
        .route("/unread.js", get(page::unread))
        .route("/assets/{*path}", get(page::asset))
        .route("/frame/{key}", compressed(get(frame::frame)))
        .route("/frame/{key}/extras", compressed(get(frame::extras::extras)))
        .route("/c/{key}", compressed(get(hosted::show).post(hosted::write)))
        .route("/c/{key}/resume", get(resume::show).post(resume::open))
        .route("/c/{key}/stop/{code}", get(resume::ask_stop).post(resume::stop))
        .route("/c/{key}/reply-time", compressed(get(about::show)))
        .route("/c/{key}/you", get(you::show).post(you::show_form))
        .route("/c/{key}/you/file", post(you::file))
        .route("/c/{key}/you/rate", post(you::rate::rate))
        .route("/c/{key}/you/delete", post(you::delete))
        .route("/inbox", compressed(get(page::inbox)))
        .route("/inbox/{*rest}", compressed(get(page::inbox)))
        .route("/doctor", get(doctor::show))
        .route("/playground", compressed(get(playground::show)))
        .route("/playground/snippet", get(playground::snippet))
        .route("/playground/page", get(playground::sample))
        // The loader asks beside its own address, so that what it gets comes in the colour that is tried.
        .route("/playground/still/{key}", get(playground::still))
        .route("/playground/look/{accent}/embed.js", get(page::embed))
        .route("/playground/look/{accent}/v1/sites/{key}", get(playground::site))
        .route("/playground/look/{accent}/frame/{key}", get(playground::panel))
        .route("/playground/look/{accent}/c/{key}", get(playground::hosted))
        .route("/docs", compressed(get(docs::first)))
        .route("/docs/{*path}", compressed(get(docs::page)))
        .route("/favicon.ico", get(page::favicon))
}

// Only where an answer holds no secret beside words that a stranger could put in, whose lengths would tell the secret.
fn compressed(routes: MethodRouter<App>) -> MethodRouter<App> {
    routes
        .layer(CompressionLayer::new().quality(CompressionLevel::Precise(6)))
        .layer(middleware::map_response(layers::whole))
}

/// The server runs.
async fn healthz() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// The server can do its work: the database answers, and nobody has asked it to end.
async fn readyz(State(app): State<App>) -> Answer<StatusCode> {
    app.store.ping().await?;
    Ok(if app.drain.is_ending() { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::NO_CONTENT })
}
