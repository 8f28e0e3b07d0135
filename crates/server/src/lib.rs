//! Pronto's backend as a library, so that its tests can drive the parts that `main` puts together.

pub mod backup;
pub mod bus;
pub mod conversation;
pub mod demo;
pub mod relay;
pub mod store;
