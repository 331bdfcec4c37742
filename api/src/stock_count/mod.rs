//! Counting a market's stock: what was found, and what that changes.

pub mod entity;
pub mod mutation;
pub mod object;
pub mod relations;
pub mod store;
