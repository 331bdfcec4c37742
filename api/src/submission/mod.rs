//! Submissions: the figures of a programme, period and branch, on their way up the tree.

pub mod entity;
pub mod movement;
pub mod mutation;
pub mod object;
pub mod projection;
pub mod query;
pub mod relations;
pub mod sheet;
pub mod store;
