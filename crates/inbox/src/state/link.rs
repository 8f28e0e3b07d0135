//! The line to the server, and the wish to be woken that it last uttered.

use pronto_protocol::connection::{Connection, Phase};
use pronto_protocol::id::Millis;

/// After how many failed attempts a notice is worth a person's attention.
const WORTH_SAYING: u32 = 2;

/// The line to the server.
#[derive(Default)]
pub struct Link {
    /// Its phases and backoff.
    pub connection: Connection,
    /// When to tick it.
    pub wake: Option<Millis>,
    /// The generation in which the list was last known to be whole.
    pub listed: Option<u32>,
}

/// What a person should know about the line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Notice {
    /// The device has no network.
    Offline,
    /// The server cannot be reached; it is tried again by itself.
    Reconnecting,
}

impl Link {
    /// What to say about it, if anything.
    #[must_use]
    pub fn notice(&self, online: bool) -> Option<Notice> {
        match self.connection.phase() {
            Phase::Offline => Some(Notice::Offline),
            _ if !online => Some(Notice::Offline),
            Phase::Connecting { .. } | Phase::Waiting { .. }
                if self.connection.failures() >= WORTH_SAYING =>
            {
                Some(Notice::Reconnecting)
            }
            _ => None,
        }
    }
}
