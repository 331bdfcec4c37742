//! Indicators: definitions and figures.

pub mod entity;
pub mod object;
pub mod query;
pub mod store;
pub mod value;
