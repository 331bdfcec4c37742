//! Programmes and the indicators that they follow.

pub mod agreement_link;
pub mod entity;
pub mod indicator;
pub mod movement;
pub mod mutation;
pub mod object;
pub mod participation;
pub mod projection;
pub mod query;
pub mod relations;
pub mod store;
