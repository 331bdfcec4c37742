//! Sessions: how people come in, stay in and go out, and what their tokens say.

pub mod account;
pub(crate) mod admission;
pub(crate) mod attempts;
pub mod housekeeping;
pub mod invitation;
pub(crate) mod lifetime;
pub mod mail;
pub mod mutation;
pub mod object;
pub(crate) mod one_time;
pub mod rights;
pub(crate) mod second_factor;
pub mod store;
pub mod token;
