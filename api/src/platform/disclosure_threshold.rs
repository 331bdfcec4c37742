//! The thresholds of disclosure control. They are settings, and kept in the database: what was derived by them, and what any
//! instance derives next, goes by the same ones.

use crate::platform::database::db::Db;
use crate::platform::error::Result;
use crate::platform::projection::Source;
use crate::platform::query::transaction::Tx;
use domain::access::Purpose;
use domain::actor::Actor;
use domain::disclosure::Thresholds;
use jiff::Timestamp;
use sea_orm::DbBackend;

static PLATFORM: Actor = Actor::System(Purpose::Authenticate);

/// The threshold for whatever is counted, as an SQL expression.
pub const PEOPLE: &str = "(select least from disclosure_threshold where about = 'PEOPLE')";
/// The threshold for data on violence, as an SQL expression.
pub const VIOLENCE: &str = "(select least from disclosure_threshold where about = 'VIOLENCE')";

/// What follows from the thresholds, and follows from them as a whole.
pub const THRESHOLDS: Source =
    Source { table: "disclosure_threshold", columns: &["least"], by: "about", to: "disclosure_threshold" };

/// Set the thresholds. Where they are others than before, everything that was withheld or told by the old ones is derived
/// again, in the same transaction; answers whether they are.
///
/// # Errors
/// The database's refusal.
pub async fn set(db: &Db, thresholds: Thresholds, now: Timestamp) -> Result<bool> {
    let sql = format!("select {PEOPLE}, {VIOLENCE}");
    let kept: Vec<(i32, i32)> = db.query(&PLATFORM, now, &sql, []).await?;
    let wanted = (signed(thresholds.people), signed(thresholds.violence));
    if kept.contains(&wanted) {
        return Ok(false);
    }
    db.write(&PLATFORM, now, async |tx| write(tx, wanted).await).await?;
    Ok(true)
}

async fn write(tx: &Tx<'_>, (people, violence): (i32, i32)) -> Result<()> {
    if tx.backend() == DbBackend::Postgres {
        // Whoever changes what is counted, and has read the old thresholds, ends first.
        tx.execute("lock table membership, measurement, indicator_value in share row exclusive mode", []).await?;
    }
    for (about, least) in [("PEOPLE", people), ("VIOLENCE", violence)] {
        let sql = "update disclosure_threshold set least = $2 where about = $1";
        tx.execute(sql, [about.into(), least.into()]).await?;
    }
    Ok(())
}

fn signed(threshold: u64) -> i32 {
    i32::try_from(threshold).unwrap_or(i32::MAX)
}
