//! Product categories: a small tree that everybody reads.

pub mod entity;
pub mod object;
pub mod query;
pub mod relations;
pub mod store;
