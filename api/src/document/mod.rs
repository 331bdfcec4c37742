//! Documents of cooperatives: what they are and until when they hold.

pub mod entity;
pub mod object;
pub mod store;
