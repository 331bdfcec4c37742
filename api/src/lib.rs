//! The GraphQL server of the National Union of Women of Morocco.
//!
//! One folder per thing; arrows point down: `main → command → server → schema → relations → { query, mutation } →
//! { object, store } → entity → platform → domain`. See the section on architecture in README.md.

// A dependency that nothing uses fails the build.
#![cfg_attr(not(test), warn(unused_crate_dependencies))]

// The allocator of `main.rs`.
use mimalloc as _;

pub mod access_check;
pub mod agreement;
pub mod audit;
pub mod branch;
pub mod calendar;
pub mod category;
pub mod command;
pub mod config;
pub mod contribution;
pub mod cooperative;
pub mod document;
pub mod geography;
pub mod indicator;
pub mod listing;
pub mod market;
pub mod membership;
pub mod partner;
pub mod partner_client;
pub mod platform;
pub mod product;
pub mod programme;
pub mod projections;
pub mod relations;
pub mod schema;
pub mod seed;
pub mod server;
pub mod session;
pub mod telemetry;
pub mod user;
