//! Members of cooperatives: who they are the cooperative and its branch line alone see.

pub mod entity;
pub mod mutation;
pub mod object;
pub mod relations;
pub mod store;
