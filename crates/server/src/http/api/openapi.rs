//! The API's document, drawn from the handlers and the wire's types; a test holds it against a snapshot.

use axum::Json;
use pronto_protocol::{api, frame, model};
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{agent, conversation, cost, inbox, report, settings, site};
use crate::http::live::{poll, socket};
use crate::http::party::AGENT_COOKIE;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Pronto",
        description = "Website chat: what a widget, an inbox or a business's backend says to a Pronto server."
    ),
    modifiers(&Credentials),
    paths(
        site::public_site,
        report::reply_time,
        report::badge,
        conversation::open_session,
        conversation::identify::identify,
        conversation::session,
        conversation::end_session,
        conversation::email::set_email,
        conversation::yours::conversations,
        conversation::yours::data,
        conversation::yours::erase,
        conversation::rating::set_rating,
        conversation::transcript::transcript,
        conversation::messages,
        conversation::send_message,
        conversation::attachments::begin,
        conversation::attachments::write,
        conversation::attachments::show,
        conversation::attachments::give_up,
        conversation::attachments::link::open,
        conversation::set_receipts,
        conversation::typing,
        socket::socket,
        poll::poll,
        agent::setup,
        agent::login,
        agent::logout,
        agent::change_password,
        agent::me,
        inbox::conversations,
        inbox::conversation,
        inbox::change_conversation,
        report::report,
        report::report_csv,
        cost::costs,
        cost::statement,
        cost::statement_csv,
        settings::site,
        settings::put_site,
        conversation::yours::check,
        settings::add_webhook_secret,
        settings::add_api_key,
        settings::revoke_api_key,
        settings::identity::add_identity_secret,
        settings::identity::revoke_identity_secret,
        settings::deliveries,
        settings::retry_delivery,
    ),
    components(schemas(
        api::ErrorBody,
        api::WebhookEvent,
        api::WebhookReply,
        model::yours::VisitorErased,
        frame::ClientFrame,
        frame::ServerFrame,
        model::DeliveryState,
    ))
)]
struct Api;

struct Credentials;

impl Modify for Credentials {
    fn modify(&self, document: &mut Document) {
        let Some(components) = &mut document.components else { return };
        let bearer = |about: &str| {
            SecurityScheme::Http(
                HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(about)).build(),
            )
        };
        let cookie = ApiKeyValue::with_description(
            AGENT_COOKIE,
            "An agent's session; requests that change anything also repeat `Me.csrf` in `x-pronto-csrf`.",
        );
        components
            .add_security_scheme("visitor", bearer("A visitor's secret: 32 random bytes in base64url."));
        components.add_security_scheme("backend", bearer("An API key of one site, `pk_<id>_<secret>`."));
        components.add_security_scheme("agent", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    }
}

/// The whole document.
#[must_use]
pub fn openapi() -> Document {
    Api::openapi()
}

/// `GET /v1/openapi.json`.
pub async fn document() -> Json<Document> {
    Json(openapi())
}
