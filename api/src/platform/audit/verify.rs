//! Proving the chains of the audit, and anchoring their ends.
//!
//! An anchor is an entry of the national chain that holds the end of every chain. What is kept of it outside the database, its
//! number and its hash, is enough to find out that any chain was cut, or all of them were emptied.

use crate::platform::audit::record::{AuditOutcome, BEGINNING, append_own, personal_hash};
use crate::platform::database::db::Db;
use crate::platform::error::{Error, Result};
use crate::platform::keys::Keys;
use crate::platform::query::table::RowReader;
use crate::platform::query::transaction::Tx;
use domain::access::Purpose;
use domain::actor::Actor;
use domain::branch::national;
use jiff::Timestamp;
use sea_orm::Value;
use serde::{Deserialize, Serialize};
use serde_json::{Map, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What is wrong with the audit: the first link that is broken or missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// In whose chain.
    pub branch: Uuid,
    /// Which link.
    pub sequence: i64,
    /// What is wrong with it.
    pub what: &'static str,
}

/// In whose name the chains are looked through.
static HOUSEKEEPER: Actor = Actor::System(Purpose::Housekeep);

/// An entry that holds the ends of all chains, as it is known outside the database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// Its number in the national chain.
    pub sequence: i64,
    /// The keyed hash of the entry.
    pub hash: String,
}

/// What was proved: how many chains there are, and how many links they have together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proved {
    /// Branches that have a chain.
    pub chains: usize,
    /// Links of all of them.
    pub links: u64,
}

/// Prove all chains, and that every anchor that is known outside is among them; or the first thing that does not hold.
///
/// # Errors
/// The database's refusal.
pub async fn prove(
    db: &Db,
    keys: &Keys,
    now: Timestamp,
    outside: &[Anchor],
) -> Result<std::result::Result<Proved, Broken>> {
    let connection = db.snapshot(&HOUSEKEEPER).await?;
    verify(&db.read_on(&connection, &HOUSEKEEPER, now), keys, outside).await
}

/// Write the ends of all chains into the national one, unless that was done today; says whether it was done now.
///
/// # Errors
/// The database's refusal.
pub async fn anchor_daily(db: &Db, keys: &Keys, now: Timestamp) -> Result<bool> {
    db.write(&HOUSEKEEPER, now, async |tx| {
        let is_due = !is_anchored_today(tx).await?;
        if is_due {
            anchor(tx, keys).await?;
        }
        Ok(is_due)
    })
    .await
}

/// Write the ends of all chains into the national one.
///
/// # Errors
/// The database's refusal.
pub async fn anchor_now(db: &Db, keys: &Keys, now: Timestamp) -> Result<()> {
    db.write(&HOUSEKEEPER, now, async |tx| anchor(tx, keys).await).await
}

/// The last anchor; none when there is none yet.
///
/// # Errors
/// The database's refusal.
pub async fn last_anchor(db: &Db, now: Timestamp) -> Result<Option<Anchor>> {
    let sql = "select sequence, hash from audit_entry where branch_id = $1 and outcome = 'ANCHORED'
        order by sequence desc limit 1";
    let last: Vec<(i64, String)> = db.query(&HOUSEKEEPER, now, sql, [national().into()]).await?;
    Ok(last.into_iter().next().map(|(sequence, hash)| Anchor { sequence, hash }))
}

/// Whether an anchor is in the national chain.
///
/// # Errors
/// The database's refusal.
pub async fn holds(db: &Db, now: Timestamp, anchor: &Anchor) -> Result<bool> {
    is_there(&db.read_on(&db.read(&HOUSEKEEPER), &HOUSEKEEPER, now), national(), anchor).await
}

async fn is_there(tx: &Tx<'_>, branch: Uuid, end: &Anchor) -> Result<bool> {
    let sql = "select 1 from audit_entry where branch_id = $1 and sequence = $2 and hash = $3";
    let values: [Value; 3] = [branch.into(), end.sequence.into(), end.hash.clone().into()];
    Ok(tx.fetch_one::<i32>(sql, values).await?.is_some())
}

async fn verify(tx: &Tx<'_>, keys: &Keys, outside: &[Anchor]) -> Result<std::result::Result<Proved, Broken>> {
    let sql = "select distinct branch_id from audit_entry order by branch_id";
    let branches: Vec<Uuid> = tx.fetch(sql, []).await?;
    let (mut links, mut ends) = (0, BTreeMap::new());
    for branch in &branches {
        match verify_chain(tx, keys, *branch, &mut ends).await? {
            Ok(length) => links += length,
            Err(broken) => return Ok(Err(broken)),
        }
    }
    for (branch, end) in ends {
        if !is_there(tx, branch, &end).await? {
            return Ok(Err(Broken { branch, sequence: end.sequence, what: "was anchored and is missing" }));
        }
    }
    for anchor in outside {
        if !is_there(tx, national(), anchor).await? {
            let what = "was anchored outside the database and is missing";
            return Ok(Err(Broken { branch: national(), sequence: anchor.sequence, what }));
        }
    }
    Ok(Ok(Proved { chains: branches.len(), links }))
}

/// A chain is read so many links at a time.
const AT_ONCE: i64 = 1000;

async fn verify_chain(
    tx: &Tx<'_>,
    keys: &Keys,
    branch: Uuid,
    ends: &mut BTreeMap<Uuid, Anchor>,
) -> Result<std::result::Result<u64, Broken>> {
    let (mut sequence, mut previous) = (0_i64, BEGINNING.to_owned());
    loop {
        let sql = "select id, sequence, at, action, outcome, actor_kind, actor_id, subject_kind, subject_id, changes,
            personal, previous, hash from audit_entry where branch_id = $1 and sequence > $2 order by sequence limit $3";
        let values: [Value; 3] = [branch.into(), sequence.into(), AT_ONCE.into()];
        let rows = tx.rows(sql, values).await?;
        if rows.is_empty() {
            return Ok(Ok(sequence.unsigned_abs()));
        }
        for row in &rows {
            let broken = |what| Ok(Err(Broken { branch, sequence: sequence + 1, what }));
            let mut cells = RowReader::new(row);
            let (id, number, at) = (cells.take::<Uuid>()?, cells.take::<i64>()?, cells.take::<i64>()?);
            if number != sequence + 1 {
                return broken("is missing");
            }
            let (action, outcome): (String, String) = (cells.take()?, cells.take()?);
            let (kind, actor): (String, Option<Uuid>) = (cells.take()?, cells.take()?);
            let subject = cells.take::<Option<String>>()?.zip(cells.take::<Option<Uuid>>()?);
            let (changes, personal): (String, String) = (cells.take()?, cells.take()?);
            let (before, hash): (String, String) = (cells.take()?, cells.take()?);
            let sealed =
                json!([branch, number, id, at, action, outcome, kind, actor, subject, changes, personal, before]);
            if before != previous || keys.audit_hash(&sealed.to_string()) != hash {
                return broken("was altered");
            }
            if !are_true(tx, keys, id, &personal).await? {
                return broken("has a personal value that was altered");
            }
            if outcome == AuditOutcome::Anchored.to_string() {
                let heads: BTreeMap<Uuid, (i64, String)> = serde_json::from_str(&changes).map_err(Error::internal)?;
                // The last of each chain is enough: it holds the hash of what is before it.
                ends.extend(heads.into_iter().map(|(branch, (sequence, hash))| (branch, Anchor { sequence, hash })));
            }
            (sequence, previous) = (sequence + 1, hash);
        }
    }
}

/// Whether the personal values of an entry that are still there are the ones that were written.
async fn are_true(tx: &Tx<'_>, keys: &Keys, id: Uuid, personal: &str) -> Result<bool> {
    let hashes: BTreeMap<String, String> = serde_json::from_str(personal).map_err(Error::internal)?;
    if hashes.is_empty() {
        return Ok(true);
    }
    let sql = "select name, value from audit_value where entry_id = $1";
    let values: Vec<(String, String)> = tx.fetch(sql, [id.into()]).await?;
    for (name, value) in values {
        if hashes.get(&name) != Some(&personal_hash(keys, id, &name, &value)) {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn is_anchored_today(tx: &Tx<'_>) -> Result<bool> {
    let midnight = domain::calendar::today(tx.now());
    let begins = domain::calendar::instant(midnight.at(0, 0, 0, 0)).as_microsecond();
    let sql = "select 1 from audit_entry where branch_id = $1 and outcome = 'ANCHORED' and at >= $2";
    let today: [Value; 2] = [national().into(), begins.into()];
    Ok(tx.fetch_one::<i32>(sql, today).await?.is_some())
}

/// A tail that is cut off after the ends were written down is missed.
async fn anchor(tx: &Tx<'_>, keys: &Keys) -> Result<()> {
    let sql = "select branch_id, sequence, hash from audit_entry e
        where sequence = (select max(sequence) from audit_entry l where l.branch_id = e.branch_id)";
    let ends: Vec<(Uuid, i64, String)> = tx.fetch(sql, []).await?;
    let mut changes = Map::new();
    for (branch, sequence, hash) in ends {
        changes.insert(branch.to_string(), json!([sequence, hash]));
    }
    append_own(tx, keys, ("auditAnchor", AuditOutcome::Anchored), national(), None, changes).await
}

/// When an entry was written.
pub fn at(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}
