//! The national calendar: holidays and Ramadan, read once per request when somebody asks whether a market is open.

pub mod entity;
pub mod mutation;
pub mod object;
pub mod query;
pub mod store;
