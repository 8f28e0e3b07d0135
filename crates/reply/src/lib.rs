//! How fast a business really answers, and when it is open: pure functions over times that are handed in.
//!
//! [`clock`] turns a site's last 30 days of questions into the one figure that stands beside its launcher; questions
//! without an answer count as still waiting. [`hours`] says whether opening hours, days that differ included, are open at
//! an instant, and when that changes. [`window`] says what may be sent now, [`price`] what it costs by dated price books, and
//! [`ledger`] keeps what was charged. No clock is read here, nothing is stored, and no word of any language is spoken: callers word the
//! figures. Times are milliseconds since 1970-01-01T00:00:00Z, as `i64`, since clocks go backwards and differences matter.

pub mod clock;
pub mod estimate;
mod file;
pub mod hours;
pub mod ledger;
pub mod price;
pub mod window;
mod words;
