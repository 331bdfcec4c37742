//! What cooperatives say of their deliveries: that they are as recorded, or not.

pub mod entity;
pub mod mutation;
pub mod object;
pub mod relations;
pub mod store;
