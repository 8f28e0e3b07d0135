//! Live ways to hear: the socket, the long poll, and the feed both read from. The bus makes it fast, the store and the
//! cursors make it right: whoever lags or misses a seq is read to from the store.

pub mod feed;
pub mod poll;
pub mod socket;
