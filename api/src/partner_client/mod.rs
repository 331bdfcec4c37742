//! Machine credentials of partner organisations.

pub mod entity;
pub mod object;
pub mod query;
pub mod store;
