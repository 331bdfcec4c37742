//! Photos of products: sent by a cooperative, shown once its product is, and kept as files beside the database.

pub mod entity;
pub mod mutation;
pub mod object;
pub mod relations;
pub mod store;
pub mod sweep;
