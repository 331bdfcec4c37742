//! One request's reader, and what it reads for a whole level at once.

pub mod batch;
pub mod object;
pub mod reader;
