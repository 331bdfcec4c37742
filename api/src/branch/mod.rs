//! Branches of the association: the tenant tree, as the public sees it.

pub mod entity;
pub mod line;
pub mod mutation;
pub mod object;
pub mod place;
pub mod projection;
pub mod query;
pub mod relations;
pub mod store;
