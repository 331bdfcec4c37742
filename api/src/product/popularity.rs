//! What sells most: counted from time to time, since it changes with the calendar as well as with sales.

use crate::platform::database::db::Db;
use crate::platform::error::Result;
use crate::platform::query::stored::Day;
use domain::access::Purpose;
use domain::actor::Actor;
use domain::calendar;
use jiff::{SignedDuration, Timestamp, ToSpan};

/// The table that it is kept in: the number of each product that sold, and how much of it, in thousandths of packs.
pub const TABLE: &str = "product_popularity";

/// So many days are counted.
const DAYS: i32 = 90;

/// How old a count may be.
const FRESH: SignedDuration = SignedDuration::from_mins(50);

/// Count anew what was sold of each product, unless an instance has within the hour. Answers whether it was counted.
///
/// # Errors
/// The database's refusal.
pub async fn count(db: &Db, now: Timestamp) -> Result<bool> {
    db.write(&Actor::System(Purpose::Authenticate), now, async |tx| {
        // The second instance waits, and finds that it was counted. Any number will do as long as it stays the same.
        tx.advisory_lock(1_970_169_457).await?;
        let counted_at = tx.query_one::<Option<i64>>("select max(counted_at) from product_popularity", []).await?;
        let since = (now - FRESH).as_microsecond();
        if counted_at.flatten().is_some_and(|counted_at| (since..=now.as_microsecond()).contains(&counted_at)) {
            return Ok(false);
        }
        tx.execute("delete from product_popularity", []).await?;
        let text = "insert into product_popularity (number, sold, counted_at)
            select p.number, cast(sum(l.quantity) as bigint), $1 from sale_line l join product p on p.id = l.product_id
            where l.sold_on > $2 and not l.voided group by p.number";
        let first = calendar::today(now).saturating_sub(DAYS.days());
        tx.execute(text, [now.as_microsecond().into(), Day(first).into()]).await?;
        Ok(true)
    })
    .await
}
