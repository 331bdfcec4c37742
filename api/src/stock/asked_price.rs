//! Telling a cooperative that a market sells at another price than it asks.

use crate::platform::error::Result;
use crate::platform::query::transaction::Tx;
use crate::session::mail::{MailKind, queue_about};
use crate::user::representative::representatives;
use uuid::Uuid;

/// Tell whoever stands for the cooperative, if the price on the shelf is not the one that it asks.
///
/// # Errors
/// The database's refusal.
pub async fn tell(tx: &Tx<'_>, (market, variant): (Uuid, Uuid)) -> Result<()> {
    tx.as_platform(async |platform| {
        let text = "select s.product_id, s.cooperative_id from stock_level s
            join listing l on l.market_id = s.market_id and l.variant_id = s.variant_id
            where s.market_id = $1 and s.variant_id = $2 and l.price <> s.asked_price";
        let differing = platform.query_one::<(Uuid, Uuid)>(text, [market.into(), variant.into()]).await?;
        let Some((product, cooperative)) = differing else { return Ok(()) };
        for (user, email) in representatives(platform, cooperative).await? {
            queue_about(platform, (MailKind::PriceDiffers, product), (user, &email)).await?;
        }
        Ok(())
    })
    .await
}
