//! Regions and provinces: reference data that everybody reads.

pub mod object;
pub mod province;
pub mod query;
pub mod region;
pub mod relations;
pub mod store;
