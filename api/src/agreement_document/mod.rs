//! Documents of agreements: what there is, and how to recognise it; not what is written in it.

pub mod entity;
pub mod mutation;
pub mod object;
pub mod relations;
pub mod store;
