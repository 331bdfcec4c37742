//! Why a database cannot be opened or used: one sentence, in which no secret stands.

use sea_orm::DbErr;

/// One clear sentence about why the program cannot start or a command cannot run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartFault(pub String);

impl std::fmt::Display for StartFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartFault {}

/// Why a database cannot be opened, without its address: that may hold a password.
pub(in crate::platform) fn unreachable_sentence(error: &DbErr) -> String {
    let text = error.to_string();
    if text.contains("unable to open database file") {
        "The database file does not exist or cannot be opened.".to_owned()
    } else if text.contains("not a database") || text.contains("malformed") {
        "The database file is damaged or is not a database; it was left as it is.".to_owned()
    } else if text.contains("locked") {
        "The database is locked by another program.".to_owned()
    } else {
        format!("The database cannot be opened: {}.", text.trim_end_matches('.'))
    }
}

/// Why a database that was opened cannot be used.
pub(in crate::platform) fn broken_sentence(error: &DbErr) -> String {
    let text = error.to_string();
    if text.contains("readonly") || text.contains("read-only") {
        "The database can be read and not written; nothing was changed.".to_owned()
    } else if text.contains("not a database") || text.contains("malformed") {
        "The database file is damaged or is not a database; it was left as it is.".to_owned()
    } else if text.contains("locked") {
        "The database is locked by another program.".to_owned()
    } else {
        format!("The database cannot be used: {}.", text.trim_end_matches('.'))
    }
}
