//! Deleting expired data: tokens and sessions that ended, failures that are forgotten, e-mails that were
//! sent, answers that are repeated no more.

use super::attempts;
use super::lifetime::after;
use crate::platform::database::db::Db;
use crate::platform::error::Result;
use domain::access::Purpose;
use domain::actor::Actor;
use jiff::{SignedDuration, Timestamp};

/// So long what came of a mutation is kept under its key, and an e-mail, be it sent or not.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What is deleted once its instant lies before the one given: the table, and the column that holds the instant.
const SHORT_LIVED: [(&str, &str, SignedDuration); 5] = [
    ("refresh_token", "expires_at", SignedDuration::ZERO),
    ("one_time_token", "expires_at", SignedDuration::ZERO),
    ("partner_client_secret", "expires_at", SignedDuration::ZERO),
    ("mail", "queued_at", KEPT),
    ("idempotency", "made_at", KEPT),
];

/// Delete expired data; answers how many rows that were.
///
/// # Errors
/// The database's refusal.
pub async fn sweep(db: &Db, now: Timestamp) -> Result<u64> {
    db.write(&Actor::System(Purpose::Housekeep), now, async |tx| {
        let mut gone = 0;
        for (table, column, kept) in SHORT_LIVED {
            let text = format!("delete from {table} where {column} < $1");
            gone += tx.execute(&text, [after(now, -kept).into()]).await?;
        }
        gone += attempts::sweep(tx).await?;
        // A session takes the tokens that are left of it along.
        let text = "delete from session where ends_at < $1 or ended_at < $1";
        gone += tx.execute(text, [after(now, -KEPT).into()]).await?;
        Ok(gone)
    })
    .await
}
