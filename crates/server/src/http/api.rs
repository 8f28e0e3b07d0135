//! The handlers of `/v1`: extract, authorise, decide, answer. No rule of the domain and no SQL.

pub mod agent;
pub mod conversation;
pub mod cost;
pub mod inbox;
pub mod openapi;
pub mod report;
pub mod settings;
pub mod site;
pub mod test;
