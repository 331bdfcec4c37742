//! Files that hold secrets or data: made for their owner alone, and refused when others can read the secret.

use super::{Mode, Settings};
use crate::platform::database::fault::StartFault;
use crate::platform::keys::{Keys, Pair, is_over, random};
use jiff::Timestamp;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The file of the secret from which keys are derived, in the folder of keys.
const SECRET: &str = "secret.key";
/// Pairs that access tokens are signed with are files of their own, named by the second in which they were made.
const PAIR: (&str, &str) = ("signing-", ".p8");

impl Settings {
    /// The keys of the installation: read from their folder, which is made beside the embedded database in demo mode.
    ///
    /// # Errors
    /// One sentence, when they cannot be read, are short, or are readable by others.
    pub fn keys(&self, now: Timestamp) -> Result<Keys, StartFault> {
        let beside = self.database_file().map(|file| file.with_file_name("keys"));
        let made = beside.filter(|_| self.mode() == Mode::Demo);
        let Some(folder) = self.keys_dir.clone().or(made) else {
            // Demo mode on PostgreSQL: cursors and tokens hold as long as the process.
            return Keys::ephemeral(now).map_err(|_| StartFault("There is no randomness to make a key of.".into()));
        };
        if self.keys_dir.is_none() && !is_complete(&folder) {
            rotate(&folder, now)?;
        }
        read_keys(&folder)
    }

    /// The keys as they are, without making any; none where the first start makes them.
    ///
    /// # Errors
    /// Those of [`Settings::keys`].
    pub fn look_at_keys(&self) -> Result<Option<Keys>, StartFault> {
        let beside = self.database_file().map(|file| file.with_file_name("keys"));
        match (&self.keys_dir, beside) {
            (Some(folder), _) => read_keys(folder).map(Some),
            (None, Some(folder)) if is_complete(&folder) => read_keys(&folder).map(Some),
            (None, _) if self.mode() == Mode::Demo => Ok(None),
            (None, _) => Err(StartFault("UNFM_KEYS_DIR is needed: the folder of the keys.".into())),
        }
    }

    /// Make a new pair to sign with, and whatever is missing; throw away pairs that have had their time. The instant at which
    /// it was made.
    ///
    /// # Errors
    /// One sentence.
    pub fn rotate_keys(&self, now: Timestamp) -> Result<Timestamp, StartFault> {
        let folder = self.keys_folder()?;
        let made_at = rotate(&folder, now)?;
        let pairs = pairs_in(&folder)?;
        let mut retired = pairs.iter().zip(pairs.iter().skip(1)).filter(|(_, successor)| is_over(successor.0, now));
        retired.try_for_each(|(pair, _)| remove(&pair.1))?;
        Ok(made_at)
    }

    /// Throw away every pair that was made before an instant; how many there were.
    ///
    /// # Errors
    /// One sentence.
    pub fn remove_keys_before(&self, made_at: Timestamp) -> Result<usize, StartFault> {
        let pairs = pairs_in(&self.keys_folder()?)?;
        let withdrawn: Vec<_> = pairs.iter().filter(|pair| pair.0 < made_at).collect();
        withdrawn.iter().try_for_each(|pair| remove(&pair.1))?;
        Ok(withdrawn.len())
    }

    /// The pairs that are in the folder now.
    ///
    /// # Errors
    /// One sentence, when there is no folder or one cannot be read.
    pub fn signing_pairs(&self) -> Result<Vec<Pair>, StartFault> {
        read_pairs(&self.keys_folder()?)
    }

    fn keys_folder(&self) -> Result<PathBuf, StartFault> {
        let beside = self.database_file().map(|file| file.with_file_name("keys"));
        let missing = || StartFault("UNFM_KEYS_DIR is needed: the folder of the keys.".into());
        self.keys_dir.clone().or(beside).ok_or_else(missing)
    }
}

fn is_complete(folder: &Path) -> bool {
    folder.join(SECRET).exists() && pairs_in(folder).is_ok_and(|pairs| !pairs.is_empty())
}

fn read_keys(folder: &Path) -> Result<Keys, StartFault> {
    let secret = read_key(&folder.join(SECRET))?;
    Keys::new(&secret, read_pairs(folder)?).map_err(|_| {
        let shown = folder.display();
        StartFault(format!("The keys in {shown} are not complete: `unfm keys rotate` makes what is missing."))
    })
}

fn read_pairs(folder: &Path) -> Result<Vec<Pair>, StartFault> {
    let pairs = pairs_in(folder)?.into_iter().map(|(made_at, path)| {
        Pair::read(&read_key(&path)?, made_at)
            .map_err(|_| StartFault(format!("The key file {} holds no Ed25519 key.", path.display())))
    });
    pairs.collect()
}

/// Make a pair, and whatever else is missing; the instant that its file is named by.
fn rotate(folder: &Path, now: Timestamp) -> Result<Timestamp, StartFault> {
    make_folder(folder).map_err(|error| StartFault(format!("{} cannot be made: {error}.", folder.display())))?;
    let secret = folder.join(SECRET);
    if !secret.exists() {
        make_key(&secret, &random::<32>())?;
    }
    let pair = Pair::generate().map_err(|_| StartFault("There is no randomness to make a key of.".into()))?;
    // A second of its own: it overwrites no other, and one of two is the newer.
    let newest = pairs_in(folder)?.last().map_or(0, |(made_at, _)| made_at.as_second() + 1);
    let made_at = Timestamp::from_second(now.as_second().max(newest)).map_err(|error| StartFault(error.to_string()))?;
    make_key(&folder.join(format!("{}{}{}", PAIR.0, made_at.as_second(), PAIR.1)), &pair)?;
    Ok(made_at)
}

fn remove(path: &Path) -> Result<(), StartFault> {
    let fault = |error| StartFault(format!("The key file {} cannot be removed: {error}.", path.display()));
    std::fs::remove_file(path).map_err(fault)
}

/// The files of pairs with the instants at which they were made, oldest first.
fn pairs_in(folder: &Path) -> Result<Vec<(Timestamp, PathBuf)>, StartFault> {
    let fault = |error| StartFault(format!("The folder of keys {} cannot be read: {error}.", folder.display()));
    let mut pairs = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(fault)? {
        let path = entry.map_err(fault)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let second = name.strip_prefix(PAIR.0).and_then(|rest| rest.strip_suffix(PAIR.1));
        if let Some(made_at) = second.and_then(|second| Timestamp::from_second(second.parse().ok()?).ok()) {
            pairs.push((made_at, path));
        }
    }
    pairs.sort_unstable();
    Ok(pairs)
}

fn read_key(path: &Path) -> Result<Vec<u8>, StartFault> {
    let shown = path.display();
    let key = std::fs::read(path).map_err(|error| {
        StartFault(format!("The key file {shown} cannot be read: {error}; see `unfm keys rotate`."))
    })?;
    if is_readable_by_others(path) {
        return Err(StartFault(format!("The key file {shown} can be read by others: chmod 600 it.")));
    }
    Ok(key)
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

fn make_key(path: &Path, key: &[u8]) -> Result<(), StartFault> {
    let fault = |error: std::io::Error| StartFault(format!("The key file {} cannot be made: {error}.", path.display()));
    // Whoever is interrupted leaves no half of a key behind.
    let unfinished = path.with_extension("new");
    let _ = std::fs::remove_file(&unfinished);
    let mut file = private_file(&unfinished).map_err(fault)?;
    file.write_all(key).and_then(|()| file.sync_all()).map_err(fault)?;
    std::fs::rename(&unfinished, path).map_err(fault)
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

/// Make a folder that its owner alone enters.
fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}

/// Make an empty file that nobody else reads.
///
/// # Errors
/// One sentence, when it is there already or cannot be made.
pub fn make_private_file(path: &Path) -> Result<(), StartFault> {
    private_file(path).map(drop).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            StartFault(format!("{} is there already; nothing was overwritten.", path.display()))
        }
        _ => StartFault(format!("{} cannot be written: {error}.", path.display())),
    })
}

/// Make the folder of an embedded database (0700) and its file (0600), where they are missing.
///
/// # Errors
/// One sentence.
pub fn prepare_database_file(path: &Path) -> Result<(), StartFault> {
    let fault =
        |error: std::io::Error| StartFault(format!("The database file {} cannot be made: {error}.", path.display()));
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists()) {
        make_folder(folder).map_err(fault)?;
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
