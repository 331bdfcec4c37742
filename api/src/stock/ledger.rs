//! Writing to the ledger: lines that are added, and the balances that whoever adds them holds.

use super::{entity, lot, movement};
use crate::platform::error::Result;
use crate::platform::query::stored::{Day, EnumValue};
use crate::platform::query::transaction::Tx;
use crate::product::variant;
use domain::fault::{Code, Fault, Faults};
use domain::product::SoldBy;
use domain::stock::{LotBalance, StockMovementKind};
use sea_orm::{ActiveValue, ColumnTrait, IntoActiveModel};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// A line of the ledger: so much of a lot came, or went, by an entry.
pub fn moved(
    tx: &Tx<'_>,
    level: &entity::Model,
    (lot, quantity): (Uuid, i64),
    (entry, kind, reason): (Uuid, StockMovementKind, Option<&String>),
) -> movement::ActiveModel {
    let now = tx.now().as_microsecond();
    let row = movement::Model {
        id: Uuid::now_v7(),
        number: 0,
        branch_id: level.branch_id,
        stock_level_id: level.id,
        stock_lot_id: lot,
        cooperative_id: level.cooperative_id,
        entry_id: entry,
        kind: EnumValue(kind),
        quantity,
        reason: reason.cloned(),
        moved_at: now,
        entered_by: tx.actor().key(),
        version: 1,
        created_at: now,
        changed_at: now,
    };
    let mut row = row.into_active_model();
    row.number = ActiveValue::NotSet;
    row
}

/// Those of some variants that are sold by measure.
///
/// # Errors
/// The database's refusal.
async fn measured(tx: &Tx<'_>, variants: &[Uuid]) -> Result<HashSet<Uuid>> {
    use variant::Column as V;
    let found = tx.select_columns::<variant::Entity>().among(V::Id, variants);
    let found = found.filter(V::SoldBy.eq(EnumValue(SoldBy::Measure))).only([V::Id.into_expr()]);
    Ok(found.all(|cells| cells.take::<Uuid>()).await?.into_iter().collect())
}

/// The lines of a form that are no whole number of packs, of what is sold by the pack: by their place, with their quantity in
/// thousandths.
///
/// # Errors
/// The database's refusal.
pub async fn broken_packs(tx: &Tx<'_>, lines: impl Iterator<Item = (Uuid, i64)>) -> Result<HashSet<usize>> {
    let parts: Vec<(usize, Uuid)> = lines
        .enumerate()
        .filter(|(_, (_, quantity))| !SoldBy::Pack.takes(*quantity))
        .map(|(place, (variant, _))| (place, variant))
        .collect();
    if parts.is_empty() {
        return Ok(HashSet::new());
    }
    let variants: Vec<Uuid> = parts.iter().map(|(_, variant)| *variant).collect();
    let measured = measured(tx, &variants).await?;
    Ok(parts.into_iter().filter(|(_, variant)| !measured.contains(variant)).map(|(place, _)| place).collect())
}

/// The same as refusals of a form's lines.
///
/// # Errors
/// AMOUNT_INVALID at a field of each of these lines, or the database's refusal.
pub async fn refuse_broken_packs(tx: &Tx<'_>, lines: impl Iterator<Item = (Uuid, i64)>, field: &str) -> Result<()> {
    let mut places: Vec<usize> = broken_packs(tx, lines).await?.into_iter().collect();
    places.sort_unstable();
    let at = |place: usize| Fault::new(Code::AmountInvalid).at(field).at(&place.to_string()).at("lines");
    let faults: Faults = places.into_iter().map(at).collect();
    if faults.is_empty() { Ok(()) } else { Err(faults.into()) }
}

/// Add lines to the ledger, in the order of the form.
///
/// # Errors
/// FORBIDDEN, or the database's refusal.
pub async fn insert(tx: &Tx<'_>, mut rows: Vec<(usize, movement::ActiveModel)>) -> Result<()> {
    rows.sort_by_key(|(place, _)| *place);
    tx.insert_all::<movement::Entity>(rows.into_iter().map(|(_, row)| row).collect()).await
}

/// The lots of stock levels that are held, of which there is some: they are held with them.
///
/// # Errors
/// The database's refusal.
pub async fn lots(tx: &Tx<'_>, levels: &[Uuid]) -> Result<HashMap<Uuid, Vec<LotBalance<Uuid>>>> {
    use lot::Column as L;
    let rows = tx
        .select_columns::<lot::Entity>()
        .among(L::StockLevelId, levels)
        .filter(L::OnHand.gt(0))
        .only([L::StockLevelId, L::Id, L::OnHand, L::ExpiresOn].map(|column| column.into_expr()))
        .all(|cells| {
            let (level, key, on_hand) = (cells.take::<Uuid>()?, cells.take()?, cells.take()?);
            Ok((level, LotBalance { key, on_hand, expires_on: cells.take::<Option<Day>>()?.map(|day| day.0) }))
        });
    let rows = rows.await?;
    tx.hold_parts::<lot::Entity>(rows.iter().map(|(_, balance)| balance.key));
    let mut lots: HashMap<Uuid, Vec<LotBalance<Uuid>>> = HashMap::new();
    for (level, balance) in rows {
        lots.entry(level).or_default().push(balance);
    }
    Ok(lots)
}
