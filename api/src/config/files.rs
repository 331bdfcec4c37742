//! Files that hold secrets or data: made for their owner alone, and refused when others can read the secret.

use super::{Mode, Settings};
use crate::platform::db::StartFault;
use crate::platform::page::CursorKey;
use std::io::Write;
use std::path::Path;

impl Settings {
    /// The key that cursors are sealed with: read from its file, or made beside the embedded database in demo mode.
    ///
    /// # Errors
    /// One sentence, when it cannot be read, is short, or is readable by others.
    pub fn cursor_key(&self) -> Result<CursorKey, StartFault> {
        let beside = self.database_file().map(|file| file.with_file_name("cursor.key"));
        let made = beside.filter(|_| self.mode() == Mode::Demo);
        let Some(path) = self.cursor_key_file.clone().or(made) else {
            // Demo mode on PostgreSQL: cursors hold as long as the process.
            let mut secret = [0_u8; 32];
            aws_lc_rs::rand::fill(&mut secret)
                .map_err(|_| StartFault("There is no randomness to make a key of.".into()))?;
            return Ok(CursorKey::new(&secret));
        };
        if self.cursor_key_file.is_none() && !path.exists() {
            make_key(&path)?;
        }
        let shown = path.display();
        let secret = std::fs::read(&path)
            .map_err(|error| StartFault(format!("The key file {shown} cannot be read: {error}.")))?;
        if is_readable_by_others(&path) {
            return Err(StartFault(format!("The key file {shown} can be read by others: chmod 600 it.")));
        }
        if secret.len() < 32 {
            return Err(StartFault(format!("The key file {shown} holds fewer than 32 bytes.")));
        }
        Ok(CursorKey::new(&secret))
    }
}

#[cfg(unix)]
fn is_readable_by_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_readable_by_others(_: &Path) -> bool {
    false
}

fn make_key(path: &Path) -> Result<(), StartFault> {
    let fault = |error: std::io::Error| StartFault(format!("The key file {} cannot be made: {error}.", path.display()));
    let mut secret = [0_u8; 32];
    aws_lc_rs::rand::fill(&mut secret).map_err(|_| StartFault("There is no randomness to make a key of.".into()))?;
    let mut file = private_file(path).map_err(fault)?;
    file.write_all(&secret).and_then(|()| file.sync_all()).map_err(fault)
}

/// Make a file that its owner alone reads; one that is there is left as it is.
fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

/// Make the folder of an embedded database (0700) and its file (0600), where they are missing.
///
/// # Errors
/// One sentence.
pub fn prepare_database_file(path: &Path) -> Result<(), StartFault> {
    let fault =
        |error: std::io::Error| StartFault(format!("The database file {} cannot be made: {error}.", path.display()));
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists()) {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::DirBuilderExt;
            builder.mode(0o700);
        }
        builder.create(folder).map_err(fault)?;
    }
    match private_file(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => refuse_unusable(path),
        Err(error) => Err(fault(error)),
    }
}

/// What the driver would only say in its own words, or find out in the middle of its work.
fn refuse_unusable(path: &Path) -> Result<(), StartFault> {
    let shown = path.display();
    match std::fs::metadata(path) {
        Ok(found) if !found.is_file() => Err(StartFault(format!("The database {shown} is no file."))),
        Ok(found) if found.permissions().readonly() => {
            Err(StartFault(format!("The database file {shown} can be read and not written; nothing was changed.")))
        }
        Ok(_) => Ok(()),
        Err(error) => Err(StartFault(format!("The database file {shown} cannot be looked at: {error}."))),
    }
}
