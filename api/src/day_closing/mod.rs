//! Closing a market's day: what the drawer should hold, and what was counted.

pub mod entity;
pub mod mutation;
pub mod object;
pub mod relations;
pub mod store;
