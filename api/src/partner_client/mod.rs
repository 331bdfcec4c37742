//! Machine credentials of partner organisations.

pub mod entity;
pub mod mutation;
pub mod object;
pub mod query;
pub mod relations;
pub mod store;
