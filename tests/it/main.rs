//! Stories: one file for each part of what users see.

#![expect(clippy::unwrap_used, reason = "stories fail loudly")]

mod access_check;
mod account;
mod branch_admin;
mod clients;
mod contract;
mod cooperatives;
mod http;
mod operator;
mod pages;
mod partner_client;
mod people;
mod plans;
mod projections;
mod schema;
mod scope;
mod search;
mod session;
mod smoke;
mod starting;
mod storefront;
mod structure;
mod telemetry;
mod wall;
