//! Agents coming and going: the first owner, signing in and out, a new password. Guessing is slowed; a known and an
//! unknown name get the same answer after the same time.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use pronto_protocol::api::{ChangePassword, ErrorBody, ErrorCode, Login, Me, Setup};
use pronto_protocol::id::AgentId;
use pronto_protocol::model::{Agent, Role};

use crate::auth::password::{MAX_BYTES, MIN_CHARS};
use crate::auth::secret;
use crate::http::error::{Answer, Refused};
use crate::http::extract::{Body64, Caller};
use crate::http::party::{AGENT_COOKIE, SignedIn};
use crate::http::state::{App, now};

const SESSION_SECONDS: i64 = 14 * 24 * 60 * 60;
const NAME_MAX_CHARS: usize = 80;
const EMAIL_MAX_CHARS: usize = 254;

/// Makes the first owner, with the token of the link that the server printed.
#[utoipa::path(
    post, path = "/v1/inbox/setup", tag = "agent",
    request_body = Setup,
    responses(
        (status = 200, description = "The first owner; sets the cookie", body = Me),
        (status = "4XX", description = "The link is used up, or a field does not fit", body = ErrorBody),
    ),
)]
pub async fn setup(State(app): State<App>, caller: Caller, Body64(setup): Body64<Setup>) -> Answer<Response> {
    from_own_page(&caller)?;
    slowed(&app, "setup", &caller)?;
    let name = setup.name.trim();
    if name.is_empty() || name.chars().count() > NAME_MAX_CHARS {
        return Err(Refused::new(ErrorCode::InvalidSetting, "Give a name of 1 to 80 characters."));
    }
    let email = normal_email(&setup.email);
    if !email.contains('@') || email.chars().count() > EMAIL_MAX_CHARS {
        return Err(Refused::new(ErrorCode::InvalidSetting, "Give an e-mail address to sign in with."));
    }
    check_password(&setup.password)?;
    let agent = Agent { agent_id: new_agent_id()?, name: name.to_owned(), role: Role::Owner };
    let password = app.passwords.hash(setup.password).await;
    let token = secret::hash(&setup.token);
    if !app.store.first_owner(token, agent.clone(), &email, &password, now()).await? {
        let message =
            "This link was used, or is not the newest one. Start the server again to get a new link.";
        return Err(Refused::new(ErrorCode::BadCredentials, message));
    }
    app.throttle.succeeded("setup", caller.address);
    sign_in(&app, agent).await
}

/// A new random id for an agent.
///
/// # Errors
/// Never for the ids that are minted here.
pub fn new_agent_id() -> Answer<AgentId> {
    AgentId::new(secret::mint_id()).map_err(|_| Refused::not_found())
}

/// How an e-mail is kept and compared.
#[must_use]
pub fn normal_email(email: &str) -> String {
    email.trim().to_lowercase()
}

fn check_password(password: &str) -> Answer<()> {
    if password.chars().count() < MIN_CHARS || password.len() > MAX_BYTES {
        return Err(Refused::new(ErrorCode::InvalidSetting, "Choose a password of 10 to 1,024 characters."));
    }
    Ok(())
}

// Nobody is signed in yet, so there is no token to repeat: only pages of our own may sign a browser in.
fn from_own_page(caller: &Caller) -> Answer<()> {
    if caller.is_same_origin() {
        return Ok(());
    }
    Err(Refused::new(ErrorCode::Forbidden, "The request did not come from the inbox."))
}

fn slowed(app: &App, account: &str, caller: &Caller) -> Answer<()> {
    app.throttle.attempt(account, caller.address, now()).map_or(Ok(()), |wait| Err(Refused::too_many(wait)))
}

/// Signs an agent in.
#[utoipa::path(
    post, path = "/v1/inbox/login", tag = "agent",
    request_body = Login,
    responses(
        (status = 200, description = "Signed in; sets the cookie", body = Me),
        (status = "4XX", description = "Wrong name or password, or too many tries", body = ErrorBody),
    ),
)]
pub async fn login(State(app): State<App>, caller: Caller, Body64(login): Body64<Login>) -> Answer<Response> {
    from_own_page(&caller)?;
    let email = normal_email(&login.email);
    slowed(&app, &email, &caller)?;
    let found = app.store.agent_by_email(&email).await?;
    let stored = found.as_ref().map(|row| row.password_hash.clone());
    let fits = login.password.len() <= MAX_BYTES;
    let right = app.passwords.verify(if fits { login.password } else { String::new() }, stored).await && fits;
    match found {
        Some(row) if right => {
            app.throttle.succeeded(&email, caller.address);
            sign_in(&app, row.agent).await
        }
        _ => Err(Refused::new(ErrorCode::BadCredentials, "The e-mail or the password is not right.")),
    }
}

async fn sign_in(app: &App, agent: Agent) -> Answer<Response> {
    let (token, csrf) = (secret::mint(), secret::mint());
    let expires = now().plus(SESSION_SECONDS * 1000);
    app.store.add_agent_session(secret::hash(&token), &agent.agent_id, &csrf, now(), expires).await?;
    let me = me_of(app, agent, csrf).await?;
    Ok((set_cookie(app, &token, SESSION_SECONDS)?, Json(me)).into_response())
}

fn set_cookie(
    app: &App,
    token: &str,
    seconds: i64,
) -> Answer<AppendHeaders<[(header::HeaderName, HeaderValue); 1]>> {
    let secure = if app.is_https() { "; Secure" } else { "" };
    let text = format!("{AGENT_COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    let value =
        HeaderValue::from_str(&text).map_err(|_| Refused::bad_request("The cookie cannot be written."))?;
    Ok(AppendHeaders([(header::SET_COOKIE, value)]))
}

async fn me_of(app: &App, agent: Agent, csrf: String) -> Answer<Me> {
    Ok(Me { agent, csrf, sites: app.store.sites().await?, now: now(), uploads: app.uploads() })
}

/// Who is signed in.
#[utoipa::path(
    get, path = "/v1/inbox/me", tag = "agent",
    responses(
        (status = 200, description = "Who is signed in", body = Me),
        (status = "4XX", description = "Nobody is signed in", body = ErrorBody),
    ),
    security(("agent" = [])),
)]
pub async fn me(State(app): State<App>, signed_in: SignedIn) -> Answer<Json<Me>> {
    me_of(&app, signed_in.agent, signed_in.csrf).await.map(Json)
}

/// Signs the agent out.
#[utoipa::path(
    post, path = "/v1/inbox/logout", tag = "agent",
    responses(
        (status = 204, description = "Signed out"),
        (status = "4XX", description = "Nobody is signed in", body = ErrorBody),
    ),
    security(("agent" = [])),
)]
pub async fn logout(State(app): State<App>, signed_in: SignedIn) -> Answer<Response> {
    app.store.end_agent_session(signed_in.session).await?;
    Ok((StatusCode::NO_CONTENT, set_cookie(&app, "", 0)?).into_response())
}

/// Changes the password and ends every other session of the agent.
#[utoipa::path(
    post, path = "/v1/inbox/password", tag = "agent",
    request_body = ChangePassword,
    responses(
        (status = 204, description = "Changed; every other session has ended"),
        (status = "4XX", description = "The current password is not right", body = ErrorBody),
    ),
    security(("agent" = [])),
)]
pub async fn change_password(
    State(app): State<App>,
    signed_in: SignedIn,
    caller: Caller,
    headers: HeaderMap,
    Body64(change): Body64<ChangePassword>,
) -> Answer<StatusCode> {
    let account = signed_in.agent.agent_id.to_string();
    slowed(&app, &account, &caller)?;
    check_password(&change.new)?;
    let stored = app.store.agent(&signed_in.agent.agent_id).await?.map(|row| row.password_hash);
    if change.current.len() > MAX_BYTES || !app.passwords.verify(change.current, stored).await {
        return Err(Refused::new(ErrorCode::BadCredentials, "The current password is not right."));
    }
    app.throttle.succeeded(&account, caller.address);
    let password = app.passwords.hash(change.new).await;
    app.store.set_password(&signed_in.agent.agent_id, &password).await?;
    // Every session has ended with the old password; this one goes on under the same cookie.
    if let Some(token) = crate::http::party::cookie(&headers, AGENT_COOKIE) {
        let expires = now().plus(SESSION_SECONDS * 1000);
        let (session, agent_id) = (secret::hash(token), &signed_in.agent.agent_id);
        app.store.add_agent_session(session, agent_id, &signed_in.csrf, now(), expires).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
