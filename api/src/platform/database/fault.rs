//! Why a database cannot be opened or used: one sentence, in which no secret stands.

use sea_orm::sqlx::error::DatabaseError;
use sea_orm::sqlx::sqlite::SqliteError;
use sea_orm::{DbErr, RuntimeErr};

/// One clear sentence about why the program cannot start or a command cannot run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StartFault(pub String);

/// Why an embedded database refuses, by the driver's result code (sqlite.org/rescode.html).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::platform) enum FileFault {
    Missing,
    Damaged,
    Locked,
    ReadOnly,
    Full,
    /// The disk failed, or may take no more of the file.
    Disk,
    /// A write was interrupted, and whoever may only read cannot roll it back.
    Interrupted,
}

impl FileFault {
    pub(in crate::platform) fn of(error: &DbErr) -> Option<Self> {
        let (DbErr::Conn(cause) | DbErr::Exec(cause) | DbErr::Query(cause)) = error else { return None };
        let RuntimeErr::SqlxError(cause) = cause else { return None };
        let code = cause.as_database_error()?.try_downcast_ref::<SqliteError>()?.code()?.parse::<u32>().ok()?;
        // Extended codes hold the primary one in their lowest byte.
        match code & 0xff {
            // SQLITE_READONLY_RECOVERY, SQLITE_READONLY_ROLLBACK
            8 if [264, 776].contains(&code) => Some(Self::Interrupted),
            5 | 6 => Some(Self::Locked),
            8 => Some(Self::ReadOnly),
            10 => Some(Self::Disk),
            13 => Some(Self::Full),
            11 | 26 => Some(Self::Damaged),
            14 => Some(Self::Missing),
            _ => None,
        }
    }

    /// Whether it may be over when the client comes back.
    pub(in crate::platform) fn may_pass(self) -> bool {
        matches!(self, Self::Locked | Self::Full | Self::Disk)
    }

    pub(in crate::platform) fn sentence(self) -> &'static str {
        match self {
            Self::Missing => "The database file does not exist or cannot be opened.",
            Self::Damaged => "The database file is damaged or is not a database; it was left as it is.",
            Self::Locked => "The database is locked by another program.",
            Self::ReadOnly => "The database can be read and not written; nothing was changed.",
            Self::Full => "The disk is full; what was being written to the database was not kept.",
            Self::Disk => "The disk cannot be read or written; what was being written to the database was not kept.",
            Self::Interrupted => "The last write to the database was interrupted; the next start rolls it back.",
        }
    }
}

/// Why a database cannot be opened, without its address: that may hold a password.
pub(in crate::platform) fn unreachable_sentence(error: &DbErr) -> String {
    let other = || format!("The database cannot be opened: {}.", error.to_string().trim_end_matches('.'));
    FileFault::of(error).map_or_else(other, |fault| fault.sentence().to_owned())
}

/// Why a database that was opened cannot be used.
pub(in crate::platform) fn broken_sentence(error: &DbErr) -> String {
    let other = || format!("The database cannot be used: {}.", error.to_string().trim_end_matches('.'));
    FileFault::of(error).map_or_else(other, |fault| fault.sentence().to_owned())
}

/// Whether an embedded database holds a write that was interrupted.
pub(in crate::platform) fn is_interrupted(error: &DbErr) -> bool {
    FileFault::of(error) == Some(FileFault::Interrupted)
}
