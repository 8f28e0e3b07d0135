//! Secrets and their hashes, passwords, and slowed guessing: what a claim of identity is checked with. Who the caller of a
//! request is, and what they may do, is decided in `http`.

pub mod password;
pub mod secret;
pub mod throttle;
pub mod token;
pub mod work;
