//! Sessions: how people come in, stay in and go out, and what their tokens say.

pub mod mutation;
pub mod object;
pub mod rights;
pub mod store;
pub mod token;
