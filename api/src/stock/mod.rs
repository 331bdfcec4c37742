//! Stock: what a market has of each variant, by lots, and the ledger of what moved.

pub mod asked_price;
pub mod entity;
pub mod ledger;
pub mod lot;
pub mod movement;
pub mod mutation;
pub mod object;
pub mod projection;
pub mod relations;
pub mod store;
