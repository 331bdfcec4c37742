//! A pool of connections, and the log of statements sent on them.

use crate::platform::error::Result;
use sea_orm::{DatabaseConnection, DbBackend};
use std::sync::Mutex as StdMutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A pool of connections to one database, and what is known of the statements sent on them.
#[derive(Debug)]
pub struct Pool {
    pub(in crate::platform) connection: DatabaseConnection,
    pub(in crate::platform) statements: AtomicU64,
    /// What is sent, while it is recorded: the check of access compares the work of two requests by it, and the test of
    /// plans reads how the database would run it.
    pub(in crate::platform) recorded: StdMutex<Vec<Sent>>,
    pub(in crate::platform) is_recording: AtomicBool,
    /// Only ever set by [`Db::without_row_filters`].
    pub(in crate::platform) is_without_row_filters: bool,
}

/// A statement that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Its text.
    pub sql: String,
    /// What PostgreSQL calls the types of its parameters.
    pub parameters: Vec<&'static str>,
    /// How many rows it answered or changed.
    pub rows: u64,
}

impl Pool {
    /// A pool over a connection.
    pub(in crate::platform) fn new(connection: DatabaseConnection, is_without_row_filters: bool) -> Self {
        Self {
            connection,
            statements: AtomicU64::new(0),
            recorded: StdMutex::default(),
            is_recording: AtomicBool::new(false),
            is_without_row_filters,
        }
    }
}

impl Pool {
    /// Which database this is.
    pub fn backend(&self) -> DbBackend {
        self.connection.get_database_backend()
    }

    /// Record the statements that are sent from now on: for the check of access, and for tests.
    #[doc(hidden)]
    pub fn record(&self) {
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.is_recording.store(true, Ordering::Relaxed);
    }

    /// The statements that were sent since [`Db::record`]; no more are recorded.
    #[doc(hidden)]
    pub fn recorded(&self) -> Vec<Sent> {
        self.is_recording.store(false, Ordering::Relaxed);
        std::mem::take(&mut *self.recorded.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How many statements were sent since the start.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn ping(&self) -> Result<(), String> {
        self.connection.ping().await.map_err(|error| error.to_string())
    }

    /// Close all connections, when the program ends.
    pub async fn close(&self) {
        if let Err(error) = self.connection.close_by_ref().await {
            tracing::warn!(%error, "the database was not closed cleanly");
        }
    }
}
