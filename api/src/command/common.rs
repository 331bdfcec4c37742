//! What commands have in common.

use crate::config::{Settings, prepare_database_file};
use crate::platform::database::db::{Db, IfMissing};
use crate::platform::database::fault::StartFault;
use crate::platform::error::Error;
use crate::platform::key_fingerprint;
use crate::platform::keys::Keys;
use crate::projections::PROJECTIONS;
use jiff::Timestamp;
use std::io::Write;

/// Write to standard output; nobody reading is no failure.
pub(super) fn say(text: &str) -> Result<(), StartFault> {
    match writeln!(std::io::stdout(), "{}", text.trim_end()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(StartFault(format!("Nothing can be printed: {error}.")))
        }
        _ => Ok(()),
    }
}

/// The refusal of a database, in one sentence.
pub(super) fn fault(error: &Error) -> StartFault {
    let other = || format!("The database refused: {}.", error.cause().trim_end_matches('.'));
    StartFault(error.file_sentence().map_or_else(other, str::to_owned))
}

/// What a command's input breaks, in one sentence.
pub(super) fn refused(error: &Error) -> StartFault {
    match error.clone().into_faults() {
        Ok((faults, _)) => {
            let told: Vec<String> = faults
                .iter()
                .map(|fault| match (fault.code.message(domain::text::Locale::En), fault.field.join(".")) {
                    (message, field) if field.is_empty() => message.to_owned(),
                    (message, field) => format!("{message} ({field})"),
                })
                .collect();
            StartFault(told.join(" "))
        }
        Err(error) => fault(&error),
    }
}

/// Open the database for its owner.
pub(super) async fn owner(settings: &Settings) -> Result<Db, StartFault> {
    if let Some(file) = settings.database_file() {
        prepare_database_file(file)?;
    }
    Db::connect(settings.owner_url(), IfMissing::Refuse, PROJECTIONS).await
}

/// A database that is not up to date is not worked on.
pub(super) async fn refuse_behind(db: &Db) -> Result<(), StartFault> {
    match db.behind().await? {
        0 => Ok(()),
        behind => Err(StartFault(format!("The database is {behind} changes behind: run `unfm migrate` first."))),
    }
}

/// What is said when `secret.key` was changed for another one.
pub(super) const OTHER_KEYS: &str = "The secret.key in the folder of keys is another key than the one that this database was used \
                          with: put that one back; nothing was changed.";

/// The keys of the installation, which are recorded in a database that knows none yet.
pub(super) async fn keys_of(settings: &Settings, db: &Db, now: Timestamp) -> Result<Keys, StartFault> {
    let keys = settings.keys(now)?;
    match key_fingerprint::record(db, &keys, now).await.map_err(|error| fault(&error))? {
        true => Ok(keys),
        false => Err(StartFault(OTHER_KEYS.to_owned())),
    }
}
