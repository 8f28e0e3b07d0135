//! Text that people wrote or read, as more than one part of the server needs it. Pure: no storage, no network, no clock.

pub mod address;
