//! Partner organisations.

pub mod entity;
pub mod mutation;
pub mod object;
pub mod projection;
pub mod query;
pub mod reach;
pub mod relations;
pub mod store;
