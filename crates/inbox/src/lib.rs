//! The inbox, as a library: everything but the start, so that its pure part runs natively in tests.

pub mod app;
pub mod io;
pub mod state;
pub mod text;
pub mod update;
pub mod view;
