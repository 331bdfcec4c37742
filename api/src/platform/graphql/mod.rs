//! The GraphQL side of the platform: ids, scalars, texts, mutations.

pub mod contacts;
pub mod download;
pub mod enumeration;
pub mod executor;
pub mod global_id;
pub mod json_ld;
pub mod list;
pub mod lookup;
pub mod mutation;
pub mod near;
pub mod opening_hours;
pub mod operation;
pub mod root;
pub mod scalars;
pub mod source;
pub mod text;
pub mod upload;
