//! Reading stock, and recording what moves.

use super::asked_price;
use super::entity::{self, Entity, Model};
use super::ledger::{insert, moved, refuse_broken_packs};
use super::lot;
use super::movement;
use super::object::{StockFilter, StockLevel, StockLot, StockMovement};
use crate::consignment_contract::entity as contract;
use crate::market::entity as market;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::Kind;
use crate::platform::graphql::scalars::{Date, Decimal};
use crate::platform::loading::batch::Related;
use crate::platform::loading::object::{Children, all_of};
use crate::platform::loading::reader::Reader;
use crate::platform::paging::page::{Order, PageArgs};
use crate::platform::query::stored::Day;
use crate::platform::query::table::{Keys, RowReader, Table};
use crate::platform::query::transaction::Tx;
use crate::product::{entity as product, variant};
use domain::access::Permission;
use domain::fault::{Code, Fault, Faults};
use domain::market::MarketStatus;
use domain::money::Money;
use domain::product::ProductStatus;
use domain::stock::{LotBalance, StockMovementKind, StockRemovalKind, is_good};
use jiff::civil;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveValue, ColumnTrait, DbErr, IntoActiveModel};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// What markets have, a page of each, in the order in which it first came.
pub fn of_markets(page: PageArgs, filter: StockFilter) -> Children<StockLevel, entity::Column> {
    filtered((Kind::Market, "Market.stock", entity::Column::MarketId), page, filter)
}

/// What markets have of cooperatives, a page of each, in the order in which it first came.
pub fn of_cooperatives(page: PageArgs, filter: StockFilter) -> Children<StockLevel, entity::Column> {
    filtered((Kind::Cooperative, "Cooperative.stock", entity::Column::CooperativeId), page, filter)
}

fn filtered(
    (of, name, column): (Kind, &str, entity::Column),
    page: PageArgs,
    filter: StockFilter,
) -> Children<StockLevel, entity::Column> {
    let order = Order::oldest(entity::Column::Number);
    Children::new(of, format!("{name} {filter:?}"), column, page, order).narrowed(move |mut select| {
        match filter.is_sold_out {
            None => {}
            // Spelled out: there is an index of these alone.
            Some(true) => select = select.filter(Expr::cust("stock_level.on_hand = 0")),
            Some(false) => select = select.filter(entity::Column::OnHand.gt(0)),
        }
        match filter.price_differs {
            None => {}
            Some(true) => select = select.filter(Expr::cust("stock_level.price_differs")),
            Some(false) => select = select.filter(Expr::cust("not stock_level.price_differs")),
        }
        if let Some(before) = filter.expires_before {
            select = select.filter(entity::Column::NextExpiry.lt(Day(before.0)));
        }
        select
    })
}

/// The movements of stock levels, a page of each, the newest first.
pub fn movements_of_levels(page: PageArgs) -> Children<StockMovement, movement::Column> {
    let order = Order::newest(movement::Column::Number);
    Children::new(Kind::StockLevel, "StockLevel.movements", movement::Column::StockLevelId, page, order)
}

/// The movements that were recorded at once, in their order.
///
/// # Errors
/// The database's refusal.
pub async fn of_entry(reader: &Reader, entry: Uuid) -> Result<Vec<StockMovement>> {
    all_of(reader, (movement::Column::EntryId, &[entry]), movement::Column::Number).await
}

/// What there is of a lot, as it is stored.
pub type Held = (String, Option<Day>, Option<Day>, i64);

const LOT: [lot::Column; 4] = [lot::Column::Code, lot::Column::ProducedOn, lot::Column::ExpiresOn, lot::Column::OnHand];

fn read_lot(cells: &mut RowReader<'_>) -> Result<Held, DbErr> {
    Ok((cells.take()?, cells.take()?, cells.take()?, cells.take()?))
}

impl From<&Held> for StockLot {
    fn from((code, produced_on, expires_on, on_hand): &Held) -> Self {
        Self {
            code: code.clone(),
            produced_on: produced_on.map(Date::from),
            expires_on: expires_on.map(Date::from),
            on_hand: Decimal::thousandths(*on_hand),
        }
    }
}

/// How much of some lots is good on a day, in thousandths.
pub fn good(lots: &[Held], today: civil::Date) -> i64 {
    lots.iter().filter(|lot| is_good(lot.2.map(|day| day.0), today)).map(|lot| lot.3).sum()
}

/// The lots of stock levels of which there is some, what expires first first.
#[derive(Debug)]
pub struct LotsOf;

impl Related for LotsOf {
    type Value = Vec<Held>;

    fn of(&self) -> Kind {
        Kind::StockLevel
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let tx = reader.begin();
        let rows = tx
            .select_columns::<lot::Entity>()
            .among(lot::Column::StockLevelId, keys)
            .filter(lot::Column::OnHand.gt(0))
            .only(std::iter::once(lot::Column::StockLevelId).chain(LOT).map(|column| column.into_expr()))
            .all(|cells| Ok((cells.take::<Uuid>()?, read_lot(cells)?)));
        let mut lots: HashMap<Uuid, Self::Value> = HashMap::new();
        for (of, held) in rows.await? {
            lots.entry(of).or_default().push(held);
        }
        for held in lots.values_mut() {
            held.sort_by(|one, other| {
                let order = |lot: &Held| (lot.2.is_none(), lot.2.map(|day| day.0));
                order(one).cmp(&order(other)).then_with(|| one.0.cmp(&other.0))
            });
        }
        Ok(lots)
    }
}

/// The lots of movements.
#[derive(Debug)]
pub struct LotOf;

impl Related for LotOf {
    type Value = Option<StockLot>;

    fn of(&self) -> Kind {
        Kind::StockMovement
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let tx = reader.begin();
        let rows = tx
            .select_columns::<lot::Entity>()
            .through::<movement::Entity>(movement::Column::StockLotId, lot::Column::Id)
            .among(movement::Column::Id, keys)
            .only(std::iter::once(movement::Column::Id.into_expr()).chain(LOT.map(|column| column.into_expr())))
            .all(|cells| Ok((cells.take::<Uuid>()?, read_lot(cells)?)));
        Ok(rows.await?.into_iter().map(|(of, held)| (of, Some(StockLot::from(&held)))).collect())
    }
}

/// A line of a delivery, as its form was read.
pub struct NewLine {
    /// Of what.
    pub variant: Uuid,
    /// What the cooperative asks for a pack; none: what it asked before.
    pub asked_price: Option<Money>,
    /// How much, in thousandths.
    pub quantity: i64,
    /// Its lot.
    pub lot: NewLot,
}

/// A lot, as its form was read.
#[derive(Clone)]
pub struct NewLot {
    /// What stands on the label.
    pub code: String,
    /// When it was produced.
    pub produced_on: Option<civil::Date>,
    /// Its last day.
    pub expires_on: Option<civil::Date>,
}

/// A market that the actor may keep stock at.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN.
async fn market_of(tx: &Tx<'_>, key: Uuid) -> Result<market::Model> {
    let found = tx.select_in_scope::<market::Entity>().filter(market::Column::Id.eq(key)).one(market::Entity::read);
    let found = found.await?.ok_or_else(|| Error::refused(Code::NotFound))?;
    match tx.permits::<market::Entity>(key, Permission::ManageStock).await? {
        true => Ok(found),
        false => Err(Error::refused(Code::Forbidden)),
    }
}

/// The variants among these that the actor sees, with the status of their products.
async fn variants(tx: &Tx<'_>, keys: &[Uuid]) -> Result<BTreeMap<Uuid, (variant::Model, ProductStatus)>> {
    let mut level = Keys::default();
    let select = tx.select::<variant::Entity>().among(variant::Column::Id, keys);
    let rows = select.with::<product::Entity>(variant::Column::ProductId).all(|cells| {
        let row = variant::Entity::read(cells)?;
        Ok((row.id, (row, level.take::<product::Entity>(cells)?.status.0)))
    });
    Ok(rows.await?.into_iter().collect())
}

/// The cooperatives that have a contract with a market that is in force on a day.
async fn in_contract(tx: &Tx<'_>, market: Uuid, today: civil::Date) -> Result<BTreeSet<Uuid>> {
    use contract::Column as C;
    let today = Day(today);
    let rows = tx
        .select_columns::<contract::Entity>()
        .filter(C::MarketId.eq(market))
        .filter(C::ValidFrom.lte(today))
        .filter(C::ValidTo.is_null().or(C::ValidTo.gte(today)))
        .only([C::CooperativeId.into_expr()])
        .all(|cells| cells.take::<Uuid>());
    Ok(rows.await?.into_iter().collect())
}

/// Record what cooperatives delivered to a market; answers the key of the entry.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, the refusals of the form, STATUS_INVALID when the market is only planned, or closed; NOT_FOUND,
/// STATUS_INVALID and CONTRACT_REQUIRED at a line's `variantId`, DUPLICATE_ENTRY at a line, DATE_INVALID at its `lot`.
pub async fn deliver(tx: &Tx<'_>, market: Uuid, form: impl FnOnce() -> Result<Vec<NewLine>>) -> Result<Uuid> {
    let market = market_of(tx, market).await?;
    let lines = form()?;
    if matches!(market.status.0, MarketStatus::Planned | MarketStatus::Closed) {
        return Err(Fault::new(Code::StatusInvalid).with_detail(market.status.0.to_string()).into());
    }
    let keys: Vec<Uuid> = lines.iter().map(|line| line.variant).collect();
    let (variants, cooperatives) =
        (variants(tx, &keys).await?, in_contract(tx, market.id, domain::calendar::today(tx.now())).await?);
    let mut faults = Faults::new();
    for (place, line) in lines.iter().enumerate() {
        let code = match variants.get(&line.variant) {
            None => Code::NotFound,
            Some((_, status)) if *status != ProductStatus::Published => Code::StatusInvalid,
            Some((variant, _)) if !cooperatives.contains(&variant.cooperative_id) => Code::ContractRequired,
            Some(_) => continue,
        };
        faults.push(Fault::new(code).at("variantId").at(&place.to_string()).at("lines"));
    }
    if !faults.is_empty() {
        return Err(faults.into());
    }
    refuse_broken_packs(tx, lines.iter().map(|line| (line.variant, line.quantity)), "quantity").await?;
    // Whoever delivers others of them at once takes them in the same order.
    let mut order: Vec<(usize, &NewLine)> = lines.iter().enumerate().collect();
    order.sort_by_key(|(_, line)| line.variant);
    let (entry, mut rows) = (Uuid::now_v7(), Vec::new());
    for (place, line) in order {
        let Some((variant, _)) = variants.get(&line.variant) else { continue };
        let mut level = level_of(tx, &market, variant).await?;
        if let Some(asked) = line.asked_price.filter(|asked| Some(asked.centimes) != level.asked_price) {
            let locked = tx.lock_for_update::<Entity>(level.id).await?;
            level = tx.update(locked, |row| row.asked_price = ActiveValue::Set(Some(asked.centimes))).await?;
            asked_price::tell(tx, (market.id, variant.id)).await?;
        }
        let lot = lot_of(tx, &level, &line.lot)
            .await?
            .map_err(|field| Fault::new(Code::DateInvalid).at(field).at("lot").at(&place.to_string()).at("lines"))?;
        rows.push((place, moved(tx, &level, (lot, line.quantity), (entry, StockMovementKind::Delivery, None))));
    }
    insert(tx, rows).await?;
    Ok(entry)
}

/// A line of an entry that takes from stock, as its form was read.
pub struct Taking {
    /// Of what.
    pub variant: Uuid,
    /// The code of a lot; none: what expires first.
    pub lot: Option<String>,
    /// How much, in thousandths.
    pub quantity: i64,
}

/// Record what leaves a market unsold; answers the key of the entry.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, the refusals of the form; at a line: NOT_FOUND at `variantId` or `lotCode`, STOCK_INSUFFICIENT at
/// `quantity`.
pub async fn remove(
    tx: &Tx<'_>,
    market: Uuid,
    kind: StockRemovalKind,
    form: impl FnOnce() -> Result<(Option<String>, Vec<Taking>)>,
) -> Result<Uuid> {
    let market = market_of(tx, market).await?;
    let (reason, lines) = form()?;
    refuse_broken_packs(tx, lines.iter().map(|line| (line.variant, line.quantity)), "quantity").await?;
    let today = domain::calendar::today(tx.now());
    let is_taken = |lot: &LotBalance<Uuid>| kind.takes(lot.expires_on, today);
    let entry = Uuid::now_v7();
    let mut rows = Vec::new();
    for (place, line) in in_order(&lines) {
        let level = held(tx, market.id, (place, line.variant)).await?;
        for (lot, quantity) in taken(tx, &level, (place, line), is_taken).await? {
            rows.push((place, moved(tx, &level, (lot, -quantity), (entry, kind.movement(), reason.as_ref()))));
        }
    }
    insert(tx, rows).await?;
    Ok(entry)
}

/// Record what goes from one market to another; answers the key of the entry.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, the refusals of the form, STATUS_INVALID at `toMarketId` when that market is only planned, or closed; at a
/// line: NOT_FOUND at `variantId` or `lotCode`, CONTRACT_REQUIRED at `variantId` when the cooperative has none with the other
/// market, STOCK_INSUFFICIENT at `quantity`, DATE_INVALID at `lotCode` when the other market has a lot of that code and other days.
pub async fn transfer(
    tx: &Tx<'_>,
    (from, to): (Uuid, Uuid),
    form: impl FnOnce() -> Result<Vec<Taking>>,
) -> Result<Uuid> {
    let (from, to) = (market_of(tx, from).await?, market_of(tx, to).await?);
    let lines = form()?;
    if matches!(to.status.0, MarketStatus::Planned | MarketStatus::Closed) {
        return Err(Fault::new(Code::StatusInvalid).with_detail(to.status.0.to_string()).at("toMarketId").into());
    }
    refuse_broken_packs(tx, lines.iter().map(|line| (line.variant, line.quantity)), "quantity").await?;
    let keys: Vec<Uuid> = lines.iter().map(|line| line.variant).collect();
    let today = domain::calendar::today(tx.now());
    let (variants, cooperatives) = (variants(tx, &keys).await?, in_contract(tx, to.id, today).await?);
    let (entry, mut rows) = (Uuid::now_v7(), Vec::new());
    for (place, line) in in_order(&lines) {
        let refused = |code| Fault::new(code).at("variantId").at(&place.to_string()).at("lines");
        let (variant, _) = variants.get(&line.variant).ok_or_else(|| refused(Code::NotFound))?;
        if !cooperatives.contains(&variant.cooperative_id) {
            return Err(refused(Code::ContractRequired).into());
        }
        // Whoever carries some the other way holds them in the same order.
        let (level, other) = if from.id < to.id {
            let level = held(tx, from.id, (place, line.variant)).await?;
            (level, level_of(tx, &to, variant).await?)
        } else {
            let other = level_of(tx, &to, variant).await?;
            (held(tx, from.id, (place, line.variant)).await?, other)
        };
        for (lot, quantity) in taken(tx, &level, (place, line), |_| true).await? {
            let arrived = lot_of(tx, &other, &label_of(tx, lot).await?)
                .await?
                .map_err(|_| Fault::new(Code::DateInvalid).at("lotCode").at(&place.to_string()).at("lines"))?;
            rows.push((place, moved(tx, &level, (lot, -quantity), (entry, StockMovementKind::TransferOut, None))));
            rows.push((place, moved(tx, &other, (arrived, quantity), (entry, StockMovementKind::TransferIn, None))));
        }
    }
    insert(tx, rows).await?;
    Ok(entry)
}

/// Lines in the order in which their stock is held, each with its place in the form.
fn in_order(lines: &[Taking]) -> Vec<(usize, &Taking)> {
    let mut order: Vec<(usize, &Taking)> = lines.iter().enumerate().collect();
    order.sort_by_key(|(_, line)| line.variant);
    order
}

/// A market's stock of a variant, held until the end of the transaction.
async fn held(tx: &Tx<'_>, market: Uuid, (place, variant): (usize, Uuid)) -> Result<Model> {
    match find_level(tx, market, variant).await? {
        Some(key) => Ok(tx.lock_for_update::<Entity>(key).await?.row().clone()),
        None => Err(Fault::new(Code::NotFound).at("variantId").at(&place.to_string()).at("lines").into()),
    }
}

/// Which lots of a stock level that is held a line takes from, and how much.
async fn taken(
    tx: &Tx<'_>,
    level: &Model,
    (place, line): (usize, &Taking),
    is_taken: impl Fn(&LotBalance<Uuid>) -> bool,
) -> Result<Vec<(Uuid, i64)>> {
    use lot::Column as L;
    let mut select = tx.select_columns::<lot::Entity>().filter(L::StockLevelId.eq(level.id)).filter(L::OnHand.gt(0));
    if let Some(code) = &line.lot {
        select = select.filter(L::Code.eq(code.as_str()));
    }
    let lots = select.only([L::Id, L::OnHand, L::ExpiresOn].map(|column| column.into_expr())).all(|cells| {
        let (key, on_hand) = (cells.take()?, cells.take()?);
        Ok(LotBalance { key, on_hand, expires_on: cells.take::<Option<Day>>()?.map(|day| day.0) })
    });
    let lots = lots.await?;
    let at = |fault: Fault, field: &str| fault.at(field).at(&place.to_string()).at("lines");
    if lots.is_empty() && line.lot.is_some() {
        return Err(at(Fault::new(Code::NotFound), "lotCode").into());
    }
    let lots = lots.into_iter().filter(is_taken).collect();
    Ok(domain::stock::take(lots, line.quantity).map_err(|fault| at(fault, "quantity"))?)
}

/// What stands on the label of a lot.
async fn label_of(tx: &Tx<'_>, lot: Uuid) -> Result<NewLot> {
    use lot::Column as L;
    let label = tx
        .select_columns::<lot::Entity>()
        .filter(L::Id.eq(lot))
        .only([L::Code, L::ProducedOn, L::ExpiresOn].map(|column| column.into_expr()))
        .one(|cells| {
            let code = cells.take()?;
            let (produced_on, expires_on) = (cells.take::<Option<Day>>()?, cells.take::<Option<Day>>()?);
            Ok(NewLot { code, produced_on: produced_on.map(|day| day.0), expires_on: expires_on.map(|day| day.0) })
        });
    label.await?.ok_or_else(|| Error::internal("a lot that is held is gone"))
}

async fn find_level(tx: &Tx<'_>, market: Uuid, variant: Uuid) -> Result<Option<Uuid>> {
    let found = tx
        .select_columns::<Entity>()
        .filter(entity::Column::MarketId.eq(market))
        .filter(entity::Column::VariantId.eq(variant))
        .only([entity::Column::Id.into_expr()]);
    found.one(|cells| cells.take::<Uuid>()).await
}

/// A market's stock of a variant, held until the end of the transaction; made when the first of it comes.
async fn level_of(tx: &Tx<'_>, market: &market::Model, variant: &variant::Model) -> Result<Model> {
    let now = tx.now().as_microsecond();
    let key = match find_level(tx, market.id, variant.id).await? {
        Some(key) => key,
        None => {
            let mut row = Model {
                id: Uuid::now_v7(),
                number: 0,
                branch_id: market.branch_id,
                market_id: market.id,
                variant_id: variant.id,
                product_id: variant.product_id,
                cooperative_id: variant.cooperative_id,
                on_hand: 0,
                good_until: None,
                next_expiry: None,
                asked_price: None,
                price_differs: false,
                version: 1,
                created_at: now,
                changed_at: now,
            }
            .into_active_model();
            row.number = ActiveValue::NotSet;
            // Where somebody else made it at the same moment, it is committed now.
            tx.try_unique(async || tx.insert_all::<Entity>(vec![row.clone()]).await).await?;
            let made = find_level(tx, market.id, variant.id).await?;
            made.ok_or_else(|| Error::internal("a stock level is taken and not there"))?
        }
    };
    Ok(tx.lock_for_update::<Entity>(key).await?.row().clone())
}

/// A lot of a stock level that is held; made when the first of it comes. The code on the label stands for one production: where
/// the lot has other days, the field that differs.
async fn lot_of(tx: &Tx<'_>, level: &Model, lot: &NewLot) -> Result<Result<Uuid, &'static str>> {
    use lot::Column as L;
    let found = tx
        .select_columns::<lot::Entity>()
        .filter(L::StockLevelId.eq(level.id))
        .filter(L::Code.eq(lot.code.as_str()))
        .only([L::Id, L::ProducedOn, L::ExpiresOn].map(|column| column.into_expr()))
        .one(|cells| Ok((cells.take::<Uuid>()?, cells.take::<Option<Day>>()?, cells.take::<Option<Day>>()?)));
    let days = (lot.produced_on.map(Day), lot.expires_on.map(Day));
    match found.await? {
        Some((key, produced_on, expires_on)) if (produced_on, expires_on) == days => Ok(Ok(key)),
        Some((_, produced_on, _)) => Ok(Err(if produced_on == days.0 { "expiresOn" } else { "producedOn" })),
        None => {
            let row = lot::Model {
                id: Uuid::now_v7(),
                branch_id: level.branch_id,
                stock_level_id: level.id,
                cooperative_id: level.cooperative_id,
                code: lot.code.clone(),
                produced_on: days.0,
                expires_on: days.1,
                on_hand: 0,
            };
            let key = row.id;
            tx.insert_plain::<lot::Entity>(vec![row.into_active_model()]).await?;
            Ok(Ok(key))
        }
    }
}
