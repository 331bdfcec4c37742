//! Products with their variants and quality signs, and how they are found.

pub mod description;
pub mod entity;
pub mod object;
pub mod projection;
pub mod query;
pub mod relations;
pub mod search;
pub mod sign;
pub mod store;
pub mod variant;
