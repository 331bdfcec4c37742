//! Keys: withdrawing them, and hearing that they were withdrawn.

use super::common::{fault, keys_of, owner, refuse_behind, say};
use crate::config::Settings;
use crate::platform::clock::Clock;
use crate::platform::database::db::Db;
use crate::platform::database::fault::StartFault;
use crate::platform::key_fingerprint;
use crate::platform::keys::Keys;
use std::time::Duration;

/// Sign with another key at once, and refuse every earlier one.
pub(super) async fn withdraw_keys(settings: &Settings) -> Result<(), StartFault> {
    let now = Clock::System.now();
    // Before anything is made: without the database no instance would hear of it.
    let db = owner(settings).await?;
    refuse_behind(&db).await?;
    let made_at = settings.rotate_keys(now)?;
    keys_of(settings, &db, now).await?;
    key_fingerprint::withdraw_before(&db, made_at, now).await.map_err(|error| fault(&error))?;
    db.close().await;
    let removed = settings.remove_keys_before(made_at)?;
    say(&format!(
        "Every earlier key is refused, and {removed} were removed here. The new one signs on each instance whose folder it is \
         in: where the folder is not shared, copy it there and remove the others."
    ))
}

/// How often it is looked whether keys were withdrawn: known within a second.
const KEYS_LOOKED_AT: Duration = Duration::from_millis(500);

/// Refuse keys that were withdrawn, as long as the program runs, and take up the one that signs in their place.
pub(super) async fn watch_keys(db: Db, keys: Keys, settings: Settings) {
    let mut told = None;
    loop {
        let fault = match key_fingerprint::look(&db, &keys, Clock::System.now()).await {
            Ok(true) => None,
            Ok(false) => take_up_keys(&keys, &settings).err().map(|fault| fault.0),
            Err(error) => Some(format!("It is not known whether keys were withdrawn: {}.", error.cause())),
        };
        // Twice a second is too often to be told of the same.
        if fault != told {
            match &fault {
                Some(fault) => tracing::error!("{fault}"),
                None => tracing::info!("access tokens can be signed again"),
            }
            told = fault;
        }
        tokio::time::sleep(KEYS_LOOKED_AT).await;
    }
}

/// Read the folder again after all keys that were known were withdrawn.
fn take_up_keys(keys: &Keys, settings: &Settings) -> Result<(), StartFault> {
    keys.replace_pairs(settings.signing_pairs()?);
    if keys.signing(Clock::System.now()).is_none() {
        return Err(StartFault(WITHDRAWN.to_owned()));
    }
    tracing::warn!("every earlier key was withdrawn; another one signs");
    Ok(())
}

/// What is said when the folder holds withdrawn keys alone.
pub(super) const WITHDRAWN: &str = "Every signing key in the folder of keys was withdrawn, and nobody can come in until the new one is \
                         there: copy it from where `unfm keys rotate --now` made it, or run that here.";
