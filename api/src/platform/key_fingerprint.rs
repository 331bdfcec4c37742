//! Whether the keys are those that a database was used with: it records their fingerprint, and which of the pairs that access
//! tokens are signed with were withdrawn.

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

/// Withdraw every pair that was made before an instant: each instance refuses it as soon as it looks.
///
/// # Errors
/// The database's refusal.
pub async fn withdraw_before(db: &Db, made_at: Timestamp, now: Timestamp) -> Result<()> {
    let sql = "update key_fingerprint set signing_from = $1 where signing_from < $1";
    let from = made_at.as_microsecond();
    db.write(&PLATFORM, now, async |tx| tx.execute(sql, [from.into()]).await.map(drop)).await
}

/// Look which pairs were withdrawn, and refuse them; whether one is left to sign with.
///
/// # Errors
/// The database's refusal.
pub async fn look(db: &Db, keys: &Keys, now: Timestamp) -> Result<bool> {
    let from: Vec<i64> = db.query(&PLATFORM, now, "select signing_from from key_fingerprint", []).await?;
    keys.withdraw_before(from.first().copied().unwrap_or_default());
    Ok(keys.signing(now).is_some())
}

/// Whether a database was used with any keys.
///
/// # Errors
/// The database's refusal.
pub async fn is_recorded(db: &Db, now: Timestamp) -> Result<bool> {
    Ok(!db.query::<i32>(&PLATFORM, now, "select place from key_fingerprint", []).await?.is_empty())
}
