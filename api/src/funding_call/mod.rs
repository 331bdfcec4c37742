//! Calls for funding: what a partner pays at most of what is asked for under one.

pub mod ceiling;
pub mod entity;
pub mod mutation;
pub mod object;
pub mod query;
pub mod relations;
pub mod store;
