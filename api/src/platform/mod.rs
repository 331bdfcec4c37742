//! The ground floor: what every feature stands on. It knows no feature.

pub mod batch;
pub mod clock;
pub mod contacts;
pub mod db;
pub mod error;
pub mod global_id;
pub mod lookup;
pub mod page;
pub mod reader;
pub mod scalars;
pub mod see;
pub mod source;
pub mod stored;
pub mod table;
pub mod text;
pub mod tx;
