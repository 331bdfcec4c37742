//! The menu of the bot, version by version: written by one person, reviewed by another one, published.

pub mod entity;
pub mod form;
pub mod mutation;
pub mod object;
pub mod query;
pub mod relations;
pub mod store;
