//! Staff: their logins and the roles that they hold at branches.

pub mod assignment;
pub mod entity;
pub mod mutation;
pub mod name;
pub mod object;
pub mod query;
pub mod relations;
pub mod representative;
pub mod store;
