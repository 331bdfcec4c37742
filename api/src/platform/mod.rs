//! The ground floor: what every feature stands on. It knows no feature.

pub mod audit;
pub mod batch;
pub mod clock;
pub mod contacts;
pub mod db;
pub mod error;
pub mod error_code;
pub mod global_id;
pub mod key_mark;
pub mod keys;
pub mod lookup;
pub mod mutation;
pub mod page;
pub mod password;
pub mod projection;
pub mod reader;
pub mod root;
pub mod scalars;
pub mod see;
pub mod source;
pub mod stored;
pub mod table;
pub mod text;
pub mod tx;
