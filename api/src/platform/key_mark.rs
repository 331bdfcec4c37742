//! Whether the keys are those that a database was used with: a mark in it, made with them, tells.

use crate::platform::database::db::Db;
use crate::platform::error::Result;
use crate::platform::keys::Keys;
use domain::access::Purpose;
use domain::actor::Actor;
use jiff::Timestamp;
use sea_orm::Value;

static PLATFORM: Actor = Actor::System(Purpose::Authenticate);

/// Whether a database was used with these keys, or with none yet. Keys that end with the process fit every database.
///
/// # Errors
/// The database's refusal.
pub async fn fits(db: &Db, keys: &Keys, now: Timestamp) -> Result<bool> {
    let Some(mark) = keys.mark() else { return Ok(true) };
    let marks: Vec<String> = db.query(&PLATFORM, now, "select mark from key_mark", []).await?;
    Ok(marks.is_empty() || marks.contains(&mark))
}

/// Leave the mark of these keys in a database that has none, and say whether they fit it.
///
/// # Errors
/// The database's refusal.
pub async fn leave(db: &Db, keys: &Keys, now: Timestamp) -> Result<bool> {
    if let Some(mark) = keys.mark() {
        // One row, whoever of several instances comes first.
        let sql = "insert into key_mark (place, mark, made_at) values (1, $1, $2) on conflict (place) do nothing";
        let values: [Value; 2] = [mark.into(), now.as_microsecond().into()];
        db.write(&PLATFORM, now, async |tx| tx.execute(sql, values).await).await?;
    }
    fits(db, keys, now).await
}
