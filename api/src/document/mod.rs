//! Documents of cooperatives: what they are and until when they hold.

pub mod entity;
pub mod mutation;
pub mod object;
pub mod query;
pub mod relations;
pub mod store;
