//! What was spent of budget lines.

pub mod entity;
pub mod mutation;
pub mod object;
pub mod relations;
pub mod store;
