//! What is said on the wire, and the pure client half of saying it.
//!
//! Here live the shapes ([`id`], [`model`], [`api`], [`frame`]) that browsers, backends and the server exchange, and
//! the state machines every client runs ([`timeline`], [`send_queue`], [`connection`]). No I/O, no clock, no
//! randomness and no JSON library ever lives here: time and ids come in as arguments, and a browser parses JSON itself.

pub mod api;
mod backoff;
pub mod connection;
pub mod frame;
pub mod id;
pub mod model;
pub mod send_queue;
pub mod timeline;
