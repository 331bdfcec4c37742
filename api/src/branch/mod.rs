//! Branches of the association: the tenant tree, as the public sees it.

pub mod entity;
pub mod object;
pub mod query;
pub mod store;
