//! The one shape of every answer that is not a success. What went wrong inside is logged here, and never sent out.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use pronto_protocol::api::{Challenge, ErrorBody, ErrorCode, ErrorDetail};

use crate::store::StoreError;

/// What a handler gives back.
pub type Answer<T> = Result<T, Refused>;

/// A request that was not done, and why.
#[derive(Debug)]
pub struct Refused {
    code: ErrorCode,
    message: String,
    retry_after_ms: Option<u64>,
    challenge: Option<Challenge>,
}

impl Refused {
    /// Refused for `code`; `message` tells a person what failed and what to do.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), retry_after_ms: None, challenge: None }
    }

    /// A thing that is not there, or not the caller's.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(ErrorCode::NotFound, "There is nothing here that you may see.")
    }

    /// A budget is used up until `retry_after_ms` from now.
    #[must_use]
    pub fn too_many(retry_after_ms: u64) -> Self {
        let message = "Too many requests. Wait a little and try again.";
        Self { retry_after_ms: Some(retry_after_ms), ..Self::new(ErrorCode::TooMany, message) }
    }

    /// Nobody new is let in without some work.
    #[must_use]
    pub fn proof_needed(challenge: Challenge) -> Self {
        let message =
            "Unusually many come here just now. Do the work of the challenge, and send this again with it.";
        Self { challenge: Some(challenge), ..Self::new(ErrorCode::ProofNeeded, message) }
    }

    /// A body that could not be read.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::BadRequest, message)
    }

    /// Something inside failed, and was logged where it did.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(ErrorCode::Internal, "The server failed. Try again; the operator's log says more.")
    }

    /// The word on the wire.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        self.code
    }

    /// After how long to come again; 0 where that is not known.
    #[must_use]
    pub fn retry_after_ms(&self) -> u64 {
        self.retry_after_ms.unwrap_or_default()
    }

    /// The sentence for a person.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store refused");
        match error {
            StoreError::Full => Self::new(
                ErrorCode::StorageFull,
                "The server's disk is full, so nothing was stored. Try again later.",
            ),
            StoreError::Unavailable => Self {
                retry_after_ms: Some(2_000),
                ..Self::new(ErrorCode::Unavailable, "The database cannot be reached right now. Try again.")
            },
            _ => Self::internal(),
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after_ms = self.retry_after_ms;
        let error =
            ErrorDetail { code: self.code, message: self.message, retry_after_ms, challenge: self.challenge };
        let mut response = (status, Json(ErrorBody { error })).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(ms) = retry_after_ms {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(ms.div_ceil(1000)));
        }
        response
    }
}

/// The answer to a path that is not there.
pub async fn no_such_path() -> Refused {
    Refused::new(ErrorCode::NotFound, "There is nothing at this address.")
}

/// The answer to a method that a path does not take.
pub async fn no_such_method() -> Refused {
    Refused::new(ErrorCode::MethodNotAllowed, "This address does not take this method.")
}

/// The answer when a handler panicked: the panic's own words stay in the log.
#[must_use]
pub fn panicked(_panic: Box<dyn std::any::Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    Refused::internal().into_response()
}
