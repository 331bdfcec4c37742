//! Steering committees of agreements, and their meetings.

pub mod entity;
pub mod meeting;
pub mod mutation;
pub mod object;
pub mod relations;
pub mod store;
