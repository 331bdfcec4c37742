//! The words and rules of the association: pure code without I/O, clock or framework.
//!
//! Time is passed in; whoever calls decides what to read and where to write. Each file is one thing of the domain with
//! its rules, its refusals and their tests.

// A dependency that nothing uses fails the build.
#![cfg_attr(not(test), warn(unused_crate_dependencies))]

pub mod access;
pub mod activity;
pub mod actor;
pub mod bot;
pub mod branch;
pub mod budget;
pub mod calendar;
pub mod codes;
pub mod committee;
pub mod contacts;
pub mod cooperative;
pub mod decimal;
pub mod disclosure;
pub mod fault;
pub mod figure;
pub mod fold;
pub mod geography;
pub mod id;
pub mod indicator;
pub mod market;
pub mod membership;
pub mod message;
pub mod money;
pub mod opening_hours;
pub mod partner_client;
pub mod partnership;
pub mod product;
pub mod programme;
pub mod receipt;
pub mod referral;
pub mod sale;
pub mod source;
pub mod spelling;
pub mod stock;
pub mod submission;
pub mod support_service;
pub mod text;
pub mod user;
