//! Referrals: counsellors lead somebody to a service, with her consent. What the service is told of her is encrypted with a key of
//! her case, which stands beside the database and is destroyed at the end.

pub mod case_key;
pub mod count;
pub mod entity;
pub mod form;
pub mod mutation;
pub mod object;
pub mod query;
pub mod relations;
pub mod retention;
pub mod store;
