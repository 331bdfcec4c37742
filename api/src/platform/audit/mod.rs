//! The audit.

pub mod record;
pub mod verify;
