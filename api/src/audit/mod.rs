//! The audit, for those who may read it: who did what, on which object, in which branch.

pub mod entity;
pub mod object;
pub mod query;
mod readable;
pub mod relations;
pub mod store;
pub mod tally;
pub mod value;
