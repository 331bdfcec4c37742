//! Disputes about identities in the register of law 112-12: two cooperatives claim the same one. The national level decides, and
//! nobody else learns that there are two.

pub mod entity;
pub mod mutation;
pub mod object;
pub mod query;
pub mod relations;
pub mod store;
