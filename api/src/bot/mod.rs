//! The bot: conversations that lead whoever looks for help through the menu to the services near her. Nothing of what she writes
//! is kept, logged or counted: her text goes through [`conversation`] and is gone.

pub mod conversation;
pub mod count;
pub mod mutation;
pub mod object;
pub mod phrase;
pub mod place;
pub mod query;
pub mod state;
pub mod store;
pub mod tally;
