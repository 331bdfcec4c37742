//! Who stands for a cooperative.

use crate::platform::error::Result;
use crate::platform::query::stored::Day;
use crate::platform::query::transaction::Tx;
use domain::access::Role;
use domain::calendar;
use domain::codes::Coded;
use uuid::Uuid;

/// The active logins that stand for a cooperative today, with their e-mail addresses: asked in the platform's own name.
///
/// # Errors
/// The database's refusal.
pub async fn representatives(tx: &Tx<'_>, cooperative: Uuid) -> Result<Vec<(Uuid, String)>> {
    let text = "select distinct u.id, u.email from staff_user u join role_assignment held on held.user_id = u.id
        where u.status = 'ACTIVE' and held.cooperative_id = $1 and held.revoked_at is null and held.role = $3
          and held.valid_from <= $2 and (held.valid_to is null or held.valid_to >= $2)
        order by u.email";
    let today = Day(calendar::today(tx.now()));
    tx.query(text, [cooperative.into(), today.into(), Role::CooperativeRep.as_str().into()]).await
}
