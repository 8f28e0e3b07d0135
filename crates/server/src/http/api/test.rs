//! What only the operator's test options open. Never reachable on a server without them.

use axum::Json;
use pronto_protocol::id::Millis;
use serde::{Deserialize, Serialize};

use crate::clock;
use crate::http::error::{Answer, Refused};
use crate::http::extract::Body64;

/// The first moment of the year 9999: past it no calendar counts.
const LATEST: Millis = Millis(253_370_764_800_000);

/// What time it is.
#[derive(Serialize, Deserialize)]
pub struct Clock {
    /// Milliseconds since 1970.
    now: Millis,
}

/// `PUT /v1/test/clock`: moves the server's clock, which goes on from there.
pub async fn set_clock(Body64(to): Body64<Clock>) -> Answer<Json<Clock>> {
    if !(Millis(0)..LATEST).contains(&to.now) {
        return Err(Refused::bad_request("The time is in milliseconds since 1970, before the year 9999."));
    }
    clock::set(to.now);
    Ok(Json(Clock { now: clock::now() }))
}
