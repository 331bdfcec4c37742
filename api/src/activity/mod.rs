//! Activities: what programmes do on a day, and who came.

pub mod entity;
pub mod mutation;
pub mod object;
pub mod participation;
pub mod relations;
pub mod store;
