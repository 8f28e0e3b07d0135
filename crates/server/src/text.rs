//! Text for people, as pages and mails both need it: words in each language, templates that escape, addresses. Pure: no
//! storage, no network, no clock.

pub mod address;
pub mod tag;
pub mod template;
pub mod words;
