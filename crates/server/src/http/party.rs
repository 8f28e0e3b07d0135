//! Who the caller is: a visitor by their secret, an agent by their cookie, a backend by its key. Every credential is
//! checked against the store on every request; nothing else a request says about its sender counts.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use pronto_protocol::api::ErrorCode;
use pronto_protocol::id::{ApiKeyId, ConversationId, SiteKey, VisitorId};
use pronto_protocol::model::{Agent, Role, Side};

use super::error::{Answer, Refused};
use super::extract::Caller;
use super::state::{App, now};
use crate::auth::secret::{self, SecretHash};
use crate::store::ConversationRow;

/// The cookie of an agent's session.
pub const AGENT_COOKIE: &str = "pronto_agent";
const CSRF_HEADER: &str = "x-pronto-csrf";

/// A visitor whose session is open.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// Who.
    pub visitor_id: VisitorId,
    /// Of which site.
    pub site: SiteKey,
    /// The hash of their secret; names the session in budgets.
    pub session: SecretHash,
}

/// A signed-in agent.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who.
    pub agent: Agent,
    /// What their changing requests repeat.
    pub csrf: String,
    /// The hash of their cookie; names the session in the store and in budgets.
    pub session: SecretHash,
}

/// A site's own backend.
#[derive(Clone, Debug)]
pub struct Backend {
    /// Whose.
    pub site: SiteKey,
    /// The hash of its key; names it in budgets.
    pub session: SecretHash,
}

/// Anyone who may have a part in a conversation.
#[derive(Clone, Debug)]
pub enum Party {
    /// The person on the site.
    Visitor(Visitor),
    /// A person of the business.
    Agent(SignedIn),
    /// The business's own program.
    Backend(Backend),
}

impl Party {
    /// What names the session in budgets.
    #[must_use]
    pub const fn session(&self) -> &SecretHash {
        match self {
            Self::Visitor(visitor) => &visitor.session,
            Self::Agent(agent) => &agent.session,
            Self::Backend(backend) => &backend.session,
        }
    }

    /// On which side of a conversation they stand.
    #[must_use]
    pub const fn side(&self) -> Side {
        match self {
            Self::Visitor(_) => Side::Visitor,
            Self::Agent(_) | Self::Backend(_) => Side::Business,
        }
    }

    /// The conversation, if it is theirs to see.
    ///
    /// # Errors
    /// 404 when it is not there or not theirs: the two are not told apart.
    pub async fn conversation(&self, app: &App, id: &ConversationId) -> Answer<ConversationRow> {
        let row = app.store.conversation(id).await?.ok_or_else(Refused::not_found)?;
        let theirs = match self {
            Self::Visitor(visitor) => {
                row.visitor_id == visitor.visitor_id && row.conversation.site == visitor.site
            }
            Self::Backend(backend) => row.conversation.site == backend.site,
            Self::Agent(_) => true,
        };
        if theirs { Ok(row) } else { Err(Refused::not_found()) }
    }
}

/// The secret in `Authorization: Bearer …`.
#[must_use]
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, secret) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

/// A cookie's value.
#[must_use]
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lists = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lists.flat_map(|list| list.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// The visitor behind a secret.
///
/// # Errors
/// 401 when the secret opens no session; 410 when all that it opened was erased.
pub async fn visitor(app: &App, secret: &str) -> Answer<Visitor> {
    let session = secret::hash(secret);
    match app.store.visitor(session).await? {
        Some(row) => Ok(Visitor { visitor_id: row.visitor_id, site: row.site, session }),
        None if app.store.is_erased(session).await? => Err(erased()),
        None => Err(unauthorized()),
    }
}

/// The agent behind a cookie, whatever the request wants.
///
/// # Errors
/// 401 when nobody is signed in.
pub async fn signed_in(app: &App, headers: &HeaderMap) -> Answer<SignedIn> {
    let session = secret::hash(cookie(headers, AGENT_COOKIE).ok_or_else(unauthorized)?);
    match app.store.agent_session(session, now()).await? {
        Some(found) => Ok(SignedIn { agent: found.agent, csrf: found.csrf, session }),
        None => Err(unauthorized()),
    }
}

async fn backend(app: &App, key: &str) -> Answer<Backend> {
    let (id, secret) = secret::split_api_key(key).ok_or_else(unauthorized)?;
    let id = ApiKeyId::new(id).map_err(|_| unauthorized())?;
    let row = app.store.api_key(&id).await?.ok_or_else(unauthorized)?;
    let session = secret::hash(secret);
    if !secret::same(&session, &row.secret_hash) {
        return Err(unauthorized());
    }
    Ok(Backend { site: row.site, session })
}

/// The visitor behind a session's secret, where it still opens one.
///
/// # Errors
/// When the store fails: that is not the same as nobody.
pub async fn known_visitor(app: &App, secret: &str) -> Answer<Option<Visitor>> {
    match visitor(app, secret).await {
        Ok(visitor) => Ok(Some(visitor)),
        Err(refused) if matches!(refused.code(), ErrorCode::Unauthorized | ErrorCode::Erased) => Ok(None),
        Err(refused) => Err(refused),
    }
}

/// What a device hears whose visitor had everything erased, on this one or on another.
#[must_use]
pub fn erased() -> Refused {
    Refused::new(ErrorCode::Erased, "Everything here was deleted, as its visitor wished. Begin anew.")
}

fn unauthorized() -> Refused {
    Refused::new(ErrorCode::Unauthorized, "You are not signed in, or the session has ended.")
}

// A cookie goes along by itself, so what it allows also needs a proof that our own page asked.
fn check_csrf(parts: &Parts, caller: &Caller, agent: &SignedIn) -> Answer<()> {
    if parts.method == Method::GET || parts.method == Method::HEAD {
        return Ok(());
    }
    let said = parts.headers.get(CSRF_HEADER).map(|value| value.as_bytes()).unwrap_or_default();
    if caller.is_same_origin() && secret::same(said, agent.csrf.as_bytes()) {
        return Ok(());
    }
    Err(Refused::new(
        ErrorCode::Forbidden,
        "The request did not come from the inbox. Reload the page and try again.",
    ))
}

impl FromRequestParts<App> for Party {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Answer<Self> {
        let party = match bearer(&parts.headers) {
            Some(key) if key.starts_with("pk_") => Self::Backend(backend(app, key).await?),
            Some(secret) => Self::Visitor(visitor(app, secret).await?),
            None => {
                let caller = Caller::from_request_parts(parts, app).await?;
                let agent = signed_in(app, &parts.headers).await?;
                check_csrf(parts, &caller, &agent)?;
                Self::Agent(agent)
            }
        };
        app.budgets.session_requests.take(*party.session(), now())?;
        Ok(party)
    }
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Answer<Self> {
        match Party::from_request_parts(parts, app).await? {
            Party::Agent(agent) => Ok(agent),
            Party::Visitor(_) | Party::Backend(_) => {
                Err(Refused::new(ErrorCode::Forbidden, "Only agents of the inbox may do this."))
            }
        }
    }
}

/// An agent who may change settings.
pub struct Owner(pub SignedIn);

impl FromRequestParts<App> for Owner {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Answer<Self> {
        let agent = SignedIn::from_request_parts(parts, app).await?;
        if agent.agent.role == Role::Owner {
            return Ok(Self(agent));
        }
        Err(Refused::new(ErrorCode::Forbidden, "Only an owner may change this."))
    }
}
