//! Taking the demo world out of a database: everything that is marked as invented, with what belongs to it, and the invented
//! hours of the real market.

use super::{SEEDER, facts, founding::published_hours};
use crate::market::entity as market;
use crate::platform::database::db::Db;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::Kind;
use crate::platform::query::stored::{EnumValue, Json};
use crate::platform::query::transaction::Tx;
use domain::id::founding as key;
use domain::market::OpeningHoursBasis;
use jiff::Timestamp;
use sea_orm::ActiveValue;

/// Nodes that are marked as demo data, each before what it points to, and the branch that owns a row.
const MARKED: [(&str, Kind, &str); 19] = [
    ("sale", Kind::Sale, "branch_id"),
    ("day_closing", Kind::DayClosing, "branch_id"),
    ("listing", Kind::Listing, "branch_id"),
    ("photo", Kind::Photo, "branch_id"),
    ("product_variant", Kind::ProductVariant, "branch_id"),
    ("product", Kind::Product, "branch_id"),
    ("contribution", Kind::Contribution, "branch_id"),
    ("indicator_value", Kind::IndicatorValue, "branch_id"),
    ("programme", Kind::Programme, "branch_id"),
    ("market", Kind::Market, "branch_id"),
    ("support_service", Kind::SupportService, "branch_id"),
    ("bot_menu", Kind::BotMenu, "null"),
    ("agreement", Kind::Agreement, "branch_id"),
    ("partner_client", Kind::PartnerClient, "null"),
    ("staff_user", Kind::User, "null"),
    ("cooperative", Kind::Cooperative, "branch_id"),
    ("indicator", Kind::Indicator, "null"),
    ("partner", Kind::Partner, "null"),
    ("branch", Kind::Branch, "id"),
];

const DEMO_PEOPLE: &str = "(select id from staff_user where is_demo)";
const DEMO_COOPERATIVES: &str = "(select id from cooperative where is_demo)";

/// Remove the demo world; how many things there were. The audit keeps what demo people did, by their names, and a branch in
/// whose audit something stands.
///
/// # Errors
/// The database's refusal, also when something that is no demo data belongs to demo data; nothing was removed then.
pub async fn remove_demo(db: &Db, now: Timestamp) -> Result<u64> {
    db.write(&SEEDER, now, async |tx| {
        let run = async |sql: &str| tx.execute(sql, []).await;
        for sql in [
            "delete from quality_sign where is_demo".to_owned(),
            format!("delete from membership where cooperative_id in {DEMO_COOPERATIVES}"),
            format!("delete from document where cooperative_id in {DEMO_COOPERATIVES}"),
            format!("delete from role_assignment where cooperative_id in {DEMO_COOPERATIVES}"),
            // Whom they have invited nobody invites any more.
            format!(
                "delete from role_assignment where granted_by in {DEMO_PEOPLE}
                 and user_id in (select id from staff_user where status = 'INVITED')"
            ),
            format!("update role_assignment set granted_by = null where granted_by in {DEMO_PEOPLE}"),
            format!("delete from idempotency where actor in {DEMO_PEOPLE}"),
            "delete from referral where support_service_id in (select id from support_service where is_demo)
               or branch_id in (select id from branch where is_demo)"
                .to_owned(),
            "delete from referral_count where branch_id in (select id from branch where is_demo)".to_owned(),
            "delete from bot_count where branch_id in (select id from branch where is_demo)".to_owned(),
            "delete from branch_place where branch_id in (select id from branch where is_demo)
               and branch_id not in (select branch_id from audit_entry)"
                .to_owned(),
            "delete from seed where name like 'demo%' or name like 'scale %'".to_owned(),
        ] {
            run(&sql).await?;
        }
        let mut removed = 0;
        for (table, kind, branch) in MARKED {
            let which = match kind {
                Kind::Branch => "is_demo and id not in (select branch_id from audit_entry)",
                _ => "is_demo",
            };
            let line = format!(
                "insert into change (object_type, object_id, version, branch_id, changed_at)
                 select $1, id, version + 1, {branch}, $2 from {table} where {which}"
            );
            let values = [kind.name().into(), now.as_microsecond().into()];
            tx.execute(line, values).await?;
            removed += run(&format!("delete from {table} where {which}")).await?;
        }
        forget_invented_hours(tx).await?;
        Ok(removed)
    })
    .await
}

/// The hours of the real market are not published: what the demo world says of them is taken back.
async fn forget_invented_hours(tx: &Tx<'_>) -> Result<()> {
    let locked = tx.lock_for_update::<market::Entity>(key("market", "khouribga")).await?;
    if locked.row().opening_hours_basis.0 == OpeningHoursBasis::Demo {
        let hours = published_hours(&facts::founding())?;
        tx.update(locked, |row| {
            row.opening_hours = ActiveValue::Set(Json(hours));
            row.opening_hours_basis = ActiveValue::Set(EnumValue(OpeningHoursBasis::NotPublished));
        })
        .await?;
    }
    Ok(())
}
