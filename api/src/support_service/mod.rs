//! The directory of support services: who helps women and girls facing violence, and the numbers to call in an emergency.

pub mod emergency;
pub mod entity;
pub mod form;
pub mod mutation;
pub mod object;
pub mod query;
pub mod relations;
pub mod sheet;
pub mod shelter;
pub mod store;
pub mod verification;
