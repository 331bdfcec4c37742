//! Attempts of people and programs who want to come in: those that failed in a row delay the next one.
//!
//! An attempt is counted as one that failed before it is looked at, and taken back when it did not: so many at a time
//! guess no more often than one after another.

use super::lifetime::after;
use crate::config::block;
use crate::platform::error::{Error, Result};
use crate::platform::keys::hashed;
use crate::platform::loading::reader::Reader;
use crate::platform::query::transaction::Tx;
use domain::user::{DELAY_FROM_ALL_PLACES, DELAY_FROM_ONE_PLACE, delay};
use jiff::SignedDuration;
use sea_orm::DbBackend;

/// Failures in a row that were so long ago do not count.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(24);
/// A place from which somebody has signed in is known for so long.
const KNOWN: SignedDuration = SignedDuration::from_hours(90 * 24);

/// The attempts on one login: from where the request comes, and from everywhere.
pub(crate) struct Attempts {
    here: String,
    everywhere: String,
}

/// What is known of the attempts of one kind.
struct Row {
    failures: u32,
    last_at: i64,
    signed_in_at: Option<i64>,
}

impl Attempts {
    /// Those on a login.
    pub(crate) fn on(reader: &Reader, login: &str) -> Self {
        // An IPv6 network hands out 2^64 addresses: they count as one.
        let block = reader.origin().address.map(|address| block(address).to_string()).unwrap_or_default();
        Self { here: hashed(format!("{login} {block}")), everywhere: hashed(login) }
    }

    /// Count an attempt that is about to be made as one that failed.
    ///
    /// # Errors
    /// RATE_LIMITED while none may be made, or the database's refusal.
    pub(crate) async fn reserve(&self, tx: &Tx<'_>) -> Result<()> {
        let now = tx.now();
        let here = held(tx, &self.here).await?;
        let everywhere = held(tx, &self.everywhere).await?;
        let passed = |row: &Row| now.duration_since(crate::platform::audit::verify::at(row.last_at));
        let is_known = here.signed_in_at.is_some_and(|at| at > after(now, -KNOWN));
        let wait = |row: &Row, most| delay(row.failures, most) - passed(row);
        // Where she has signed in before, what strangers did elsewhere keeps her waiting no longer.
        let elsewhere = if is_known { SignedDuration::ZERO } else { wait(&everywhere, DELAY_FROM_ALL_PLACES) };
        let longest = wait(&here, DELAY_FROM_ONE_PLACE).max(elsewhere);
        if longest > SignedDuration::ZERO {
            return Err(Error::rate_limited(longest.unsigned_abs()));
        }
        for (subject, row) in [(&self.here, here), (&self.everywhere, everywhere)] {
            let before = if row.last_at < after(now, -FORGOTTEN) { 0 } else { row.failures };
            let text = "update sign_in_attempt set failures = $2, last_at = $3 where subject = $1";
            let failures = i32::try_from(before.saturating_add(1)).unwrap_or(i32::MAX);
            tx.execute(text, [subject.clone().into(), failures.into(), now.as_microsecond().into()]).await?;
        }
        Ok(())
    }

    /// Take an attempt back that did not fail, and did not succeed either.
    ///
    /// # Errors
    /// The database's refusal.
    pub(crate) async fn release(&self, tx: &Tx<'_>) -> Result<()> {
        let text = "update sign_in_attempt set failures = failures - 1 where subject in ($1, $2) and failures > 0";
        tx.execute(text, [self.here.clone().into(), self.everywhere.clone().into()]).await.map(drop)
    }

    /// Forget all failures: she is in, from a place that is known from now on.
    ///
    /// # Errors
    /// The database's refusal.
    pub(crate) async fn succeed(&self, tx: &Tx<'_>) -> Result<()> {
        // In the order of `reserve`, so that two do not wait for each other.
        let text = "insert into sign_in_attempt (subject, failures, last_at, signed_in_at) values ($1, 0, $2, $2)
            on conflict (subject) do update set failures = 0, last_at = $2, signed_in_at = $2";
        tx.execute(text, [self.here.clone().into(), tx.now().as_microsecond().into()]).await?;
        let text = "delete from sign_in_attempt where subject = $1";
        tx.execute(text, [self.everywhere.clone().into()]).await.map(drop)
    }
}

/// The row of a subject, held until the end of the transaction: those who come at the same time wait for each other.
async fn held(tx: &Tx<'_>, subject: &str) -> Result<Row> {
    let text =
        "insert into sign_in_attempt (subject, failures, last_at) values ($1, 0, $2) on conflict (subject) do nothing";
    tx.execute(text, [subject.into(), tx.now().as_microsecond().into()]).await?;
    let text = match tx.backend() {
        DbBackend::Postgres => {
            "select failures, last_at, signed_in_at from sign_in_attempt where subject = $1 for no key update"
        }
        _ => "select failures, last_at, signed_in_at from sign_in_attempt where subject = $1",
    };
    let row = tx.query_one::<(i32, i64, Option<i64>)>(text, [subject.into()]).await?;
    let (failures, last_at, signed_in_at) = row.ok_or_else(|| Error::internal("a row that was there is gone"))?;
    Ok(Row { failures: failures.unsigned_abs(), last_at, signed_in_at })
}

/// Delete what counts no longer.
///
/// # Errors
/// The database's refusal.
pub(crate) async fn sweep(tx: &Tx<'_>) -> Result<u64> {
    let text = "delete from sign_in_attempt where last_at < $1 and (signed_in_at is null or signed_in_at < $2)";
    tx.execute(text, [after(tx.now(), -FORGOTTEN).into(), after(tx.now(), -KNOWN).into()]).await
}
