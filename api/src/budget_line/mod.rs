//! Budget lines of agreements, and what is moved between them.

pub mod entity;
pub mod mutation;
pub mod object;
pub mod projection;
pub mod relations;
pub mod store;
pub mod transfer;
