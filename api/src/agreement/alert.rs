//! Telling the administrators of a branch by e-mail that one of its agreements ends soon.

use crate::platform::database::db::Db;
use crate::platform::error::Result;
use crate::platform::query::stored::{Day, EnumValue};
use crate::platform::query::transaction::Tx;
use crate::session::mail::{MailKind, queue_about};
use domain::access::{Purpose, Role};
use domain::actor::Actor;
use domain::calendar;
use domain::codes::Coded;
use domain::partnership::{ALERT_DAYS, AgreementAlertCode, AgreementState, LAST_ALERT_DAYS, alert};
use jiff::{Timestamp, ToSpan};
use uuid::Uuid;

/// So many agreements are told of in one transaction; the others come next time.
const AT_ONCE: i64 = 100;

/// Put an e-mail into the outbox for each agreement that ends within 90 days, and another one within 30: once for each end,
/// however many instances look. Answers how many e-mails that were.
///
/// # Errors
/// The database's refusal.
pub async fn queue(db: &Db, now: Timestamp) -> Result<usize> {
    db.write(&Actor::System(Purpose::Authenticate), now, async |tx| {
        let today = calendar::today(now);
        let text = "select a.id, a.branch_id, a.ends_on from agreement a
            where a.status = $1 and a.ends_on >= $2 and a.ends_on <= $3 and not exists (
              select 1 from agreement_alert told where told.agreement_id = a.id and told.ends_on = a.ends_on
                and told.code = case when a.ends_on <= $5 then $6 else $7 end)
            order by a.ends_on, a.id limit $4";
        let values = [
            EnumValue(AgreementState::Signed).into(),
            Day(today).into(),
            Day(today.saturating_add(ALERT_DAYS.days())).into(),
            AT_ONCE.into(),
            Day(today.saturating_add(LAST_ALERT_DAYS.days())).into(),
            AgreementAlertCode::EndsWithin30Days.as_str().into(),
            AgreementAlertCode::EndsWithin90Days.as_str().into(),
        ];
        let mut queued = 0;
        for (agreement, branch, ends_on) in tx.query::<(Uuid, Uuid, Day)>(text, values).await? {
            let Some((code, _)) = alert(ends_on.0, today) else { continue };
            let text =
                "insert into agreement_alert (agreement_id, code, ends_on) values ($1, $2, $3) on conflict do nothing";
            if tx.execute(text, [agreement.into(), code.as_str().into(), ends_on.into()]).await? == 0 {
                continue;
            }
            for (user, email) in administrators(tx, branch).await? {
                queue_about(tx, (MailKind::AgreementAlert, agreement), (user, &email)).await?;
                queued += 1;
            }
        }
        Ok(queued)
    })
    .await
}

/// The administrators of a branch; where it has none, those of the nearest branch above it that has.
async fn administrators(tx: &Tx<'_>, branch: Uuid) -> Result<Vec<(Uuid, String)>> {
    let path = tx.query_one::<String>("select path from branch where id = $1", [branch.into()]).await?;
    let line: Vec<Uuid> = path.iter().flat_map(|path| path.split('/')).filter_map(|part| part.parse().ok()).collect();
    let today = Day(calendar::today(tx.now()));
    for branch in line.into_iter().rev() {
        let text = "select distinct u.id, u.email from staff_user u join role_assignment held on held.user_id = u.id
            where u.status = 'ACTIVE' and held.branch_id = $1 and held.revoked_at is null and held.role in ($2, $3)
              and held.valid_from <= $4 and (held.valid_to is null or held.valid_to >= $4)
            order by u.email";
        let roles = [Role::BranchAdmin, Role::NationalAdmin].map(|role| role.as_str());
        let values = [branch.into(), roles[0].into(), roles[1].into(), today.into()];
        let found = tx.query::<(Uuid, String)>(text, values).await?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}
