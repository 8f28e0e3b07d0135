//! What stands around every route: how much may be asked for, and what every answer carries.

pub mod budget;
pub mod layers;
