//! Contributions: who paid how much for a market or an agreement.

pub mod entity;
pub mod mutation;
pub mod object;
pub mod projection;
pub mod relations;
pub mod store;
