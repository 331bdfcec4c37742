//! The till: what markets sell.

pub mod entity;
pub mod line;
pub mod mutation;
pub mod object;
pub mod relations;
pub mod store;
pub mod totals;
