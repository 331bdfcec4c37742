//! The database: its pool, its connections, and what is done to it as a whole.

pub mod connection;
pub mod db;
pub mod fault;
pub mod loading;
pub mod maintenance;
pub mod pool;
pub mod settings;
