//! Reading stock counts, recording them, and deciding about them.

use super::entity::{Column, Entity, Model};
use super::object::StockCount;
use crate::listing::entity as listing;
use crate::market::entity as market;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::Kind;
use crate::platform::loading::object::Children;
use crate::platform::paging::page::{Order, PageArgs};
use crate::platform::query::stored::{EnumValue, Json};
use crate::platform::query::table::Table;
use crate::platform::query::transaction::{Locked, Tx};
use crate::stock::ledger::refuse_broken_packs;
use crate::stock::{entity as level, ledger, lot};
use domain::access::Permission;
use domain::fault::{Code, Fault, Faults};
use domain::money::Money;
use domain::stock::{CountedLot, StockCountStatus, StockMovementKind, worth};
use sea_orm::sea_query::Condition;
use sea_orm::{ActiveValue, ColumnTrait, IntoActiveModel};
use std::collections::HashMap;
use uuid::Uuid;

/// The counts of markets, a page of each, the newest first.
pub fn of_markets(page: PageArgs) -> Children<StockCount, Column> {
    Children::new(Kind::Market, "Market.stockCounts", Column::MarketId, page, Order::newest(Column::Number))
}

/// A count, as its form was read.
pub struct NewCount {
    /// Why what was found may differ from what was recorded.
    pub reason: String,
    /// What was counted.
    pub lines: Vec<NewLine>,
}

/// A line of a count, as its form was read.
pub struct NewLine {
    /// Of what.
    pub variant: Uuid,
    /// The code of its lot.
    pub lot: String,
    /// How much, in thousandths.
    pub counted: i64,
}

/// Record a count of a market's stock. Differences that are worth more than the limit, or have no price, wait for a second person.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, the refusals of the form; NOT_FOUND at a line's `variantId` or `lotCode`.
pub async fn record(tx: &Tx<'_>, market: Uuid, limit: Money, form: impl FnOnce() -> Result<NewCount>) -> Result<Uuid> {
    let market = tx.lock_shared::<market::Entity>(market, Permission::ManageStock).await?;
    let form = form()?;
    refuse_broken_packs(tx, form.lines.iter().map(|line| (line.variant, line.counted)), "counted").await?;
    let variants: Vec<Uuid> = form.lines.iter().map(|line| line.variant).collect();
    let levels = hold(tx, market.id, &variants).await?;
    let lots = lots(tx, &levels).await?;
    let (mut counted, mut faults) = (Vec::new(), Faults::new());
    for (place, line) in form.lines.into_iter().enumerate() {
        let at = |field: &str| Fault::new(Code::NotFound).at(field).at(&place.to_string()).at("lines");
        let Some(level) = levels.iter().find(|level| level.variant_id == line.variant) else {
            faults.push(at("variantId"));
            continue;
        };
        let found = lots.iter().find(|(_, lot)| lot.level == level.id && lot.code == line.lot);
        match found {
            Some((key, lot)) => counted.push(CountedLot {
                variant: line.variant,
                level: level.id,
                lot: *key,
                code: line.lot,
                recorded: lot.on_hand,
                counted: line.counted,
            }),
            None => faults.push(at("lotCode")),
        }
    }
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let prices = prices(tx, market.id, &variants).await?;
    let worth = worth(&counted, |variant| prices.get(&variant).copied());
    let is_applied = worth.is_some_and(|worth| worth <= limit);
    let (id, now) = (Uuid::now_v7(), tx.now().as_microsecond());
    if is_applied {
        apply(tx, id, &levels, &counted, &form.reason).await?;
    }
    let mut row = Model {
        id,
        number: 0,
        branch_id: market.branch_id,
        market_id: market.id,
        status: EnumValue(if is_applied { StockCountStatus::Applied } else { StockCountStatus::Pending }),
        reason: form.reason,
        worth: worth.map(|worth| worth.centimes),
        lots: Json(counted),
        entered_by: tx.actor().key(),
        decided_by: None,
        version: 1,
        created_at: now,
        changed_at: now,
    }
    .into_active_model();
    row.number = ActiveValue::NotSet;
    tx.insert_all::<Entity>(vec![row]).await?;
    Ok(id)
}

/// Confirm what a count found: another person than who counted.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID, FOUR_EYES_REQUIRED, STOCK_INSUFFICIENT when less is left of a lot than is
/// missing.
pub async fn confirm(tx: &Tx<'_>, key: Uuid, version: i32) -> Result<Uuid> {
    let found = tx.select_in_scope::<Entity>().filter(Column::Id.eq(key)).one(Entity::read).await?;
    let found = found.ok_or_else(|| Error::refused(Code::NotFound))?;
    // Stock is held before what changes it, as a sale does.
    let variants: Vec<Uuid> = found.lots.0.iter().map(|lot| lot.variant).collect();
    let levels = hold(tx, found.market_id, &variants).await?;
    let count = pending(tx, (key, version), StockCountStatus::Applied).await?;
    if count.row().entered_by == tx.actor().key() {
        return Err(Fault::new(Code::FourEyesRequired).into());
    }
    let lots = lots(tx, &levels).await?;
    let is_left = |counted: &CountedLot| {
        lots.get(&counted.lot).is_some_and(|lot| lot.on_hand.saturating_add(counted.difference()) >= 0)
    };
    if let Some(short) = count.row().lots.0.iter().find(|counted| !is_left(counted)) {
        return Err(Fault::new(Code::StockInsufficient).with_detail(short.code.clone()).into());
    }
    apply(tx, key, &levels, &count.row().lots.0, &count.row().reason).await?;
    decide(tx, count, StockCountStatus::Applied).await
}

/// Let the ledger stay as it was.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID.
pub async fn decline(tx: &Tx<'_>, key: Uuid, version: i32) -> Result<Uuid> {
    let count = pending(tx, (key, version), StockCountStatus::Declined).await?;
    decide(tx, count, StockCountStatus::Declined).await
}

/// A count that waits for a second person.
async fn pending(tx: &Tx<'_>, (key, version): (Uuid, i32), next: StockCountStatus) -> Result<Locked<Entity>> {
    let count = tx.lock_to_decide::<Entity>(key).await?;
    count.expect_version(version)?;
    match count.row().status.0 {
        StockCountStatus::Pending => Ok(count),
        status => Err(Fault::status(status, next).into()),
    }
}

async fn decide(tx: &Tx<'_>, count: Locked<Entity>, status: StockCountStatus) -> Result<Uuid> {
    let by = tx.actor().key();
    let row = tx.update(count, |row| {
        row.status = ActiveValue::Set(EnumValue(status));
        row.decided_by = ActiveValue::Set(by);
    });
    Ok(row.await?.id)
}

/// What a market has of variants, held until the end of the transaction in the order in which sales hold it.
async fn hold(tx: &Tx<'_>, market: Uuid, variants: &[Uuid]) -> Result<Vec<level::Model>> {
    let here = Condition::all().add(level::Column::MarketId.eq(market));
    tx.lock_all::<level::Entity>((level::Column::VariantId, variants), here).await
}

/// A lot as it is recorded.
struct Recorded {
    level: Uuid,
    code: String,
    on_hand: i64,
}

/// All lots of stock levels, also those of which there is none.
async fn lots(tx: &Tx<'_>, levels: &[level::Model]) -> Result<HashMap<Uuid, Recorded>> {
    use lot::Column as L;
    let levels: Vec<Uuid> = levels.iter().map(|level| level.id).collect();
    let rows = tx
        .select_columns::<lot::Entity>()
        .among(L::StockLevelId, &levels)
        .only([L::Id, L::StockLevelId, L::Code, L::OnHand].map(|column| column.into_expr()))
        .all(|cells| {
            let key: Uuid = cells.take()?;
            Ok((key, Recorded { level: cells.take()?, code: cells.take()?, on_hand: cells.take()? }))
        });
    Ok(rows.await?.into_iter().collect())
}

/// What a market asks for variants.
async fn prices(tx: &Tx<'_>, market: Uuid, variants: &[Uuid]) -> Result<HashMap<Uuid, Money>> {
    use listing::Column as L;
    let rows = tx
        .select_columns::<listing::Entity>()
        .filter(L::MarketId.eq(market))
        .among(L::VariantId, variants)
        .only([L::VariantId, L::Price].map(|column| column.into_expr()))
        .all(|cells| Ok((cells.take::<Uuid>()?, Money::new(cells.take()?))));
    Ok(rows.await?.into_iter().collect())
}

/// Write what a count found into the ledger.
async fn apply(tx: &Tx<'_>, count: Uuid, levels: &[level::Model], lots: &[CountedLot], reason: &String) -> Result<()> {
    let mut rows = Vec::new();
    for (place, lot) in lots.iter().enumerate().filter(|(_, lot)| lot.difference() != 0) {
        let level = levels.iter().find(|level| level.id == lot.level);
        let level = level.ok_or_else(|| Error::internal("a count of what is not held"))?;
        let entry = (count, StockMovementKind::CountAdjustment, Some(reason));
        rows.push((place, ledger::moved(tx, level, (lot.lot, lot.difference()), entry)));
    }
    ledger::insert(tx, rows).await
}
