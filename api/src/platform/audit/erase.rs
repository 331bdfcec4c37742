//! Erasing what the audit keeps of a person (law 09-08): the chain holds the keyed hash of a value, so its proof stays whole.

use crate::platform::audit::record::{AuditOutcome, append_own};
use crate::platform::database::db::Db;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::GlobalId;
use crate::platform::keys::Keys;
use domain::access::Purpose;
use domain::actor::Actor;
use domain::branch::national;
use jiff::Timestamp;
use serde_json::{Map, json};

static HOUSEKEEPER: Actor = Actor::System(Purpose::Housekeep);

/// Erase the values of entries about a thing, and the name and the address in entries of what it did as an actor; how many
/// values that were. That it was done is an entry of the national chain.
///
/// # Errors
/// The database's refusal.
pub async fn erase(db: &Db, keys: &Keys, now: Timestamp, of: GlobalId) -> Result<u64> {
    db.write(&HOUSEKEEPER, now, async |tx| {
        // Whoever changed something about her keeps her own name in the entry, and the other way round.
        let sql = "delete from audit_value where
            (name in ('actor', 'client') and entry_id in (select id from audit_entry where actor_id = $1))
            or (name not in ('actor', 'client') and entry_id in (select id from audit_entry where subject_id = $1))";
        let erased = tx.send(sql, [of.key.into()]).await?;
        let changes = Map::from_iter([("values".to_owned(), json!([erased, 0]))]);
        let subject = Some((of.kind, of.key));
        append_own(tx, keys, ("auditErase", AuditOutcome::Done), national(), subject, changes).await?;
        Ok(erased)
    })
    .await
}
