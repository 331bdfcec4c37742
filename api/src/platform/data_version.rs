//! The version of the published data: answers that are kept for strangers are good for one of them.
//!
//! Each transaction that may change what a stranger reads writes one line of the table `change` for it
//! ([`PUBLICATION`]); these lines are counted here, once a second at the most. They are counted by the transactions that
//! wrote them and not by their numbers: numbers are given before the transactions are committed, and those are committed
//! in another order. No row is shared, so nobody who writes waits for another.

use crate::platform::database::db::Db;
use crate::platform::error::{Error, Result};
use crate::platform::query::change::PUBLICATION;
use domain::access::Purpose;
use domain::actor::Actor;
use jiff::Timestamp;
use sea_orm::DbBackend;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How old a version may be.
const FRESH: Duration = Duration::from_secs(1);
/// So long reading it may take: without it nothing is served from what was kept, which is slower and no worse.
const PATIENCE: Duration = Duration::from_secs(1);

/// The platform itself.
static READER: Actor = Actor::System(Purpose::Authenticate);

/// The version of the published data as one instance knows it; cheap to clone.
#[derive(Clone, Default)]
pub struct DataVersion(Arc<Inner>);

#[derive(Default)]
struct Inner {
    known: Mutex<Known>,
    /// Held by whoever reads it, for all who wait.
    reading: tokio::sync::Mutex<()>,
}

#[derive(Clone, Copy, Default)]
struct Known {
    /// The version: a number of this instance's.
    number: u64,
    /// Since when it was known to be the version; none: it could not be read.
    read: Option<(Instant, bool)>,
    mark: Mark,
}

/// Up to where lines were counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Mark {
    /// On PostgreSQL the first transaction that may be under way.
    from: i64,
    /// On PostgreSQL how many lines there are from that transaction on, on SQLite the number of the last line.
    lines: i64,
}

impl DataVersion {
    /// What was published may be another from now on.
    pub fn advance(&self) {
        self.known(|known| known.number += 1);
    }

    /// The version, no older than a second; nothing when it cannot be read.
    pub async fn current(&self, db: &Db, now: Timestamp) -> Option<u64> {
        if let Some(known) = self.fresh() {
            return known;
        }
        let _reading = self.0.reading.lock().await;
        // Somebody else has read it meanwhile.
        if let Some(known) = self.fresh() {
            return known;
        }
        let begun = Instant::now();
        let mark = self.known(|known| known.mark);
        let read = tokio::time::timeout(PATIENCE, count(db, now, mark.from)).await;
        let read = read.unwrap_or_else(|_| Err(Error::internal("the data version took too long")));
        if let Err(error) = &read {
            tracing::debug!(cause = error.cause(), "the data version cannot be read");
        }
        self.known(|known| {
            known.read = Some((begun, read.is_ok()));
            let Ok((lines, next)) = read else { return None };
            if lines != known.mark.lines {
                known.number += 1;
            }
            known.mark = next;
            Some(known.number)
        })
    }

    /// What is known of the version, if that is fresh.
    fn fresh(&self) -> Option<Option<u64>> {
        self.known(|known| {
            let (_, is_known) = known.read.filter(|(at, _)| at.elapsed() < FRESH)?;
            Some(is_known.then_some(known.number))
        })
    }

    fn known<T>(&self, work: impl FnOnce(&mut Known) -> T) -> T {
        work(&mut self.0.known.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl std::fmt::Debug for DataVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DataVersion {}", self.known(|known| known.number))
    }
}

/// Count the lines of transactions from one on, and say from where on to count next time. A line that is not there yet is of
/// a transaction that is under way, or not begun: it will be counted from the first of those on.
async fn count(db: &Db, now: Timestamp, from: i64) -> Result<(i64, Mark)> {
    if db.backend() != DbBackend::Postgres {
        // There is one writer: lines come in the order of their numbers.
        let sql = format!("select coalesce(max(number), 0) from change where object_type = '{PUBLICATION}'");
        let last: Vec<i64> = db.query(&READER, now, sql, []).await?;
        let lines = last.first().copied().unwrap_or_default();
        return Ok((lines, Mark { from: 0, lines }));
    }
    let sql = format!(
        "select count(change.number), count(change.number) filter (where change.transaction >= active.first), active.first
           from (select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as first) active
           left join change on change.object_type = '{PUBLICATION}' and change.transaction >= $1
          group by active.first"
    );
    let counted: Vec<(i64, i64, i64)> = db.query(&READER, now, sql, [from.into()]).await?;
    let (lines, next, first) =
        counted.first().copied().ok_or_else(|| Error::internal("a count that counts nothing"))?;
    Ok((lines, Mark { from: first, lines: next }))
}
