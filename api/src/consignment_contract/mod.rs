//! Consignment contracts: the terms on which a cooperative delivers to a market.

pub mod entity;
pub mod mutation;
pub mod object;
pub mod relations;
pub mod store;
