//! Asking and changing in an actor's name.

pub mod change;
pub mod expression;
pub mod select;
pub mod stored;
pub mod table;
pub mod transaction;
