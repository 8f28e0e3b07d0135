//! What stands around every route: how much may be asked for, and what every answer carries.

pub mod admission;
pub mod budget;
pub mod crowd;
pub mod flood;
pub mod layers;
