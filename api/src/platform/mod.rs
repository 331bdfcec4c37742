//! The ground floor: what every feature stands on. It knows no feature, and no two of its files use each other.

pub mod audit;
pub mod clock;
pub mod data_version;
pub mod database;
pub mod disclosure_threshold;
pub mod error;
pub mod files;
pub mod graphql;
pub mod key_fingerprint;
pub mod keys;
pub mod loading;
pub mod paging;
pub mod password;
pub mod picture;
pub mod projection;
pub mod query;
pub mod rate_limit;
pub mod redis;
pub mod scope;
pub mod sheet;
