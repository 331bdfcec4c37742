//! Proving the chains of the audit, and writing down their ends every day.

use crate::platform::audit::record::{AuditOutcome, BEGINNING, Entry, append, personal_hash, who};
use crate::platform::database::db::Db;
use crate::platform::error::{Error, Result};
use crate::platform::keys::Keys;
use crate::platform::query::transaction::Tx;
use domain::access::Purpose;
use domain::actor::Actor;
use domain::branch::national;
use jiff::Timestamp;
use sea_orm::{Statement, Value};
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
    verify(&db.ask_on(&db.read(&HOUSEKEEPER), &HOUSEKEEPER, now), keys).await
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
    let rows = tx.fetch(Statement::from_string(tx.backend(), sql)).await?;
    let branches = rows.iter().map(|row| row.try_get_by_index::<Uuid>(0)).collect::<Result<Vec<_>, _>>()?;
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
        if tx.fetch(Statement::from_sql_and_values(tx.backend(), sql, values)).await?.is_empty() {
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
        let rows = tx.fetch(Statement::from_sql_and_values(tx.backend(), sql, values)).await?;
        if rows.is_empty() {
            return Ok(Ok(sequence.unsigned_abs()));
        }
        for row in rows {
            let broken = |what| Ok(Err(Broken { branch, sequence: sequence + 1, what }));
            let text = |place: usize| row.try_get_by_index::<String>(place);
            let id: Uuid = row.try_get_by_index(0)?;
            if row.try_get_by_index::<i64>(1)? != sequence + 1 {
                return broken("is missing");
            }
            let sealed = json!([
                branch,
                sequence + 1,
                id,
                row.try_get_by_index::<i64>(2)?,
                text(3)?,
                text(4)?,
                text(5)?,
                row.try_get_by_index::<Option<Uuid>>(6)?,
                row.try_get_by_index::<Option<String>>(7)?.zip(row.try_get_by_index::<Option<Uuid>>(8)?),
                text(9)?,
                text(10)?,
                text(11)?
            ]);
            let hash = text(12)?;
            if text(11)? != previous || keys.audit_hash(&sealed.to_string()) != hash {
                return broken("was altered");
            }
            if !are_true(tx, keys, id, &text(10)?).await? {
                return broken("has a personal value that was altered");
            }
            if text(4)? == AuditOutcome::Anchored.to_string() {
                let heads: BTreeMap<Uuid, (i64, String)> = serde_json::from_str(&text(9)?).map_err(Error::internal)?;
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
    let rows = tx.fetch(Statement::from_sql_and_values(tx.backend(), sql, [id.into()])).await?;
    for row in rows {
        let (name, value): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
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
    if !tx.fetch(Statement::from_sql_and_values(tx.backend(), sql, today)).await?.is_empty() {
        return Ok(false);
    }
    let sql = "select branch_id, sequence, hash from audit_entry e
        where sequence = (select max(sequence) from audit_entry l where l.branch_id = e.branch_id)";
    let rows = tx.fetch(Statement::from_string(tx.backend(), sql)).await?;
    let mut changes = Map::new();
    for row in rows {
        let (branch, sequence, hash): (Uuid, i64, String) =
            (row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?);
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
