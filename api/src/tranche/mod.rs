//! Tranches in which the money of an agreement is received, and what was justified of them.

pub mod entity;
pub mod entry;
pub mod mutation;
pub mod object;
pub mod projection;
pub mod relations;
pub mod store;
