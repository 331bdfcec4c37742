//! Markets, as the public sees them.

pub mod entity;
pub mod mutation;
pub mod object;
pub mod projection;
pub mod query;
pub mod relations;
pub mod store;
