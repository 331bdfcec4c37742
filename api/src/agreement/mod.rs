//! Agreements with their parties and objectives.

pub mod alert;
pub mod entity;
pub mod implementation;
pub mod money;
pub mod mutation;
pub mod object;
pub mod objective;
pub mod party;
pub mod projection;
pub mod query;
pub mod relations;
pub mod statement;
pub mod store;
