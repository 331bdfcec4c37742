//! Amendments of signed agreements: numbered versions, of which the earlier terms stay readable.

pub mod entity;
pub mod mutation;
pub mod object;
pub mod relations;
pub mod store;
