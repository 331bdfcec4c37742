//! Products with their variants and quality signs, their way through the catalogue, and how they are found.

pub mod change;
pub mod description;
pub mod entity;
pub mod expiry;
pub mod movement;
pub mod mutation;
pub mod object;
pub mod popularity;
pub mod posting;
pub mod projection;
pub mod query;
pub mod relations;
pub mod search;
pub mod sign;
pub mod signature;
pub mod spelling;
pub mod store;
pub mod variant;
pub mod workflow;
