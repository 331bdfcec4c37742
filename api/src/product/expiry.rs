//! Products that time withdraws from sale: a sign or a sanitary authorisation has expired. Whoever reads one after its last day does
//! not find it; here that is written down once, for the caches and feeds that follow changes, and told to the cooperative.

use crate::platform::database::db::Db;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::Kind;
use crate::platform::query::change::Change;
use crate::platform::query::stored::Day;
use crate::session::mail::{MailKind, queue_about};
use crate::user::representative::representatives;
use domain::access::Purpose;
use domain::actor::Actor;
use domain::calendar;
use jiff::Timestamp;
use uuid::Uuid;

/// So many products are written down in one transaction; the others come next time.
const AT_ONCE: i64 = 100;

/// What a product takes along: by the column that points to it.
const PARTS: [(Kind, &str, &str); 4] = [
    (Kind::Product, "product", "id"),
    (Kind::ProductVariant, "product_variant", "product_id"),
    (Kind::Listing, "listing", "product_id"),
    (Kind::Photo, "photo", "product_id"),
];

/// Write down the products whose last day has passed: once for each such day, however many instances look. Answers how many.
///
/// # Errors
/// The database's refusal.
pub async fn withdraw(db: &Db, now: Timestamp) -> Result<usize> {
    db.write(&Actor::System(Purpose::Authenticate), now, async |tx| {
        let text = "select p.id, p.cooperative_id, p.valid_until from product p
            where p.published and p.valid_until < $1 and not exists (
              select 1 from product_expiry told where told.product_id = p.id and told.valid_until = p.valid_until)
            order by p.valid_until, p.id limit $2";
        let today = Day(calendar::today(now));
        let mut withdrawn = 0;
        for (product, cooperative, until) in tx.query::<(Uuid, Uuid, Day)>(text, [today.into(), AT_ONCE.into()]).await?
        {
            let text = "insert into product_expiry (product_id, valid_until) values ($1, $2) on conflict do nothing";
            if tx.execute(text, [product.into(), until.into()]).await? == 0 {
                continue;
            }
            for (kind, table, column) in PARTS {
                let text = format!("select id, branch_id, version from {table} where {column} = $1");
                for (key, branch, version) in tx.query::<(Uuid, Uuid, i32)>(&text, [product.into()]).await? {
                    tx.record(Change::lapsed(kind, key, branch, version));
                }
            }
            for (user, email) in representatives(tx, cooperative).await? {
                queue_about(tx, (MailKind::ProductWithdrawn, product), (user, &email)).await?;
            }
            withdrawn += 1;
        }
        Ok(withdrawn)
    })
    .await
}
