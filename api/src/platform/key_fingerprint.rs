//! Whether the keys are those that a database was used with: it records their fingerprint.

use crate::platform::database::db::Db;
use crate::platform::error::Result;
use crate::platform::keys::Keys;
use domain::access::Purpose;
use domain::actor::Actor;
use jiff::Timestamp;
use sea_orm::Value;

static PLATFORM: Actor = Actor::System(Purpose::Authenticate);

/// Whether a database was used with these keys, or with none yet. Keys that end with the process match every database.
///
/// # Errors
/// The database's refusal.
pub async fn matches(db: &Db, keys: &Keys, now: Timestamp) -> Result<bool> {
    let Some(fingerprint) = keys.fingerprint() else { return Ok(true) };
    let recorded: Vec<String> = db.query(&PLATFORM, now, "select fingerprint from key_fingerprint", []).await?;
    Ok(recorded.is_empty() || recorded.contains(&fingerprint))
}

/// Record the fingerprint of these keys in a database that has none, and say whether they match it.
///
/// # Errors
/// The database's refusal.
pub async fn record(db: &Db, keys: &Keys, now: Timestamp) -> Result<bool> {
    if let Some(fingerprint) = keys.fingerprint() {
        // One row, whoever of several instances comes first.
        let sql = "insert into key_fingerprint (place, fingerprint, made_at) values (1, $1, $2) on conflict (place) do nothing";
        let values: [Value; 2] = [fingerprint.into(), now.as_microsecond().into()];
        db.write(&PLATFORM, now, async |tx| tx.execute(sql, values).await).await?;
    }
    matches(db, keys, now).await
}
