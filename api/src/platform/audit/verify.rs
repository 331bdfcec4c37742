//! Proving the chains of the audit, and writing down their ends every day.

use crate::platform::audit::record::{AuditOutcome, BEGINNING, Entry, append, personal_hash, who};
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

/// Prove all chains: how many there are and how many links they have, or the first that does not hold.
///
/// # Errors
/// The database's refusal.
pub async fn prove(db: &Db, keys: &Keys, now: Timestamp) -> Result<std::result::Result<(usize, u64), Broken>> {
    verify(&db.read_on(&db.read(&HOUSEKEEPER), &HOUSEKEEPER, now), keys).await
}

/// Write the ends of all chains into the national one, unless that was done today; says whether it was done now.
///
/// # Errors
/// The database's refusal.
pub async fn anchor_daily(db: &Db, keys: &Keys, now: Timestamp) -> Result<bool> {
    db.write(&HOUSEKEEPER, now, async |tx| anchor(tx, keys).await).await
}

async fn verify(tx: &Tx<'_>, keys: &Keys) -> Result<std::result::Result<(usize, u64), Broken>> {
    let sql = "select distinct branch_id from audit_entry order by branch_id";
    let branches: Vec<Uuid> = tx.fetch(sql, []).await?;
    let (mut links, mut anchors) = (0, Vec::new());
    for branch in &branches {
        match verify_chain(tx, keys, *branch, &mut anchors).await? {
            Ok(length) => links += length,
            Err(broken) => return Ok(Err(broken)),
        }
    }
    for (branch, sequence, hash) in anchors {
        let sql = "select 1 from audit_entry where branch_id = $1 and sequence = $2 and hash = $3";
        let values: [Value; 3] = [branch.into(), sequence.into(), hash.into()];
        if tx.fetch_one::<i32>(sql, values).await?.is_none() {
            return Ok(Err(Broken { branch, sequence, what: "was anchored and is missing" }));
        }
    }
    Ok(Ok((branches.len(), links)))
}

/// A chain is read so many links at a time.
const AT_ONCE: i64 = 1000;

async fn verify_chain(
    tx: &Tx<'_>,
    keys: &Keys,
    branch: Uuid,
    anchors: &mut Vec<(Uuid, i64, String)>,
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
                anchors.extend(heads.into_iter().map(|(branch, (sequence, hash))| (branch, sequence, hash)));
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

/// A tail that is cut off after the ends were written down is missed.
async fn anchor(tx: &Tx<'_>, keys: &Keys) -> Result<bool> {
    let midnight = domain::calendar::today(tx.now());
    let begins = domain::calendar::instant(midnight.at(0, 0, 0, 0)).as_microsecond();
    let sql = "select 1 from audit_entry where branch_id = $1 and outcome = 'ANCHORED' and at >= $2";
    let today: [Value; 2] = [national().into(), begins.into()];
    if tx.fetch_one::<i32>(sql, today).await?.is_some() {
        return Ok(false);
    }
    let sql = "select branch_id, sequence, hash from audit_entry e
        where sequence = (select max(sequence) from audit_entry l where l.branch_id = e.branch_id)";
    let ends: Vec<(Uuid, i64, String)> = tx.fetch(sql, []).await?;
    let mut changes = Map::new();
    for (branch, sequence, hash) in ends {
        changes.insert(branch.to_string(), json!([sequence, hash]));
    }
    let entry = Entry {
        branch: national(),
        action: "auditAnchor".to_owned(),
        outcome: AuditOutcome::Anchored,
        actor: who(tx.actor()).0,
        subject: None,
        changes,
        personal: BTreeMap::new(),
    };
    append(tx, keys, entry).await?;
    Ok(true)
}

/// When an entry was written.
pub fn at(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}
