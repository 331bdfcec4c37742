//! Listings: what is on the shelf of a market.

pub mod entity;
pub mod mutation;
pub mod object;
pub mod relations;
pub mod store;
