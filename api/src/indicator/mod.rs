//! Indicators: definitions and figures.

pub mod entity;
pub mod object;
pub mod projection;
pub mod query;
pub mod relations;
pub mod store;
pub mod value;
