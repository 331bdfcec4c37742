//! Partner organisations.

pub mod entity;
pub mod object;
pub mod query;
pub mod reach;
pub mod relations;
pub mod store;
