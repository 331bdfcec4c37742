//! Indicators: definitions and figures.

pub mod disclosure;
pub mod entity;
pub mod measurement;
pub mod mutation;
pub mod object;
pub mod projection;
pub mod query;
pub mod relations;
pub mod store;
pub mod total;
pub mod value;
pub mod version;
