//! The audit.

pub mod anchor_file;
pub mod erase;
pub mod record;
pub mod refusal;
pub mod verify;
