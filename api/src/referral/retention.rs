//! The end of what is kept of cases: their keys are destroyed, and then whatever names them.

use super::case_key::CaseKeys;
use crate::platform::database::db::Db;
use crate::platform::error::Result;
use domain::access::Purpose;
use domain::actor::Actor;
use domain::referral::RETENTION_DAYS;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// So many cases are looked at in one pass; the others come next time.
const AT_ONCE: i64 = 1000;

/// Destroy what is kept of the cases that nobody has changed for the time that they are kept, and of those that nobody consents to any
/// more; how many there were. The key goes first: whoever is interrupted goes on later.
///
/// # Errors
/// The database's refusal, UNAVAILABLE when a key cannot be reached.
pub async fn destroy(db: &Db, case_keys: &CaseKeys, now: Timestamp) -> Result<usize> {
    let actor = Actor::System(Purpose::Housekeep);
    let before = (now - SignedDuration::from_hours(24 * i64::from(RETENTION_DAYS))).as_microsecond();
    let over = "select case_id from referral where case_id is not null group by case_id
        having max(changed_at) < $1 or count(sealed) = 0 order by case_id limit $2";
    let cases = db.write(&actor, now, async |tx| tx.query::<Uuid>(over, [before.into(), AT_ONCE.into()]).await).await?;
    for case in &cases {
        case_keys.destroy(*case).await?;
        let sql = "update referral set sealed = null, case_code = null, case_id = null where case_id = $1";
        db.write(&actor, now, async |tx| tx.execute(sql, [(*case).into()]).await).await?;
    }
    Ok(cases.len())
}
