//! Who is asking, what she may do, and why.

mod explain;
pub mod query;
