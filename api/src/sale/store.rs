//! Reading sales, recording them, and voiding them.

use super::entity::{Column, Entity, Model};
use super::line;
use super::object::{Sale, SaleFilter, SaleLine};
use crate::day_closing::entity as day_closing;
use crate::listing::entity as listing;
use crate::market::entity as market;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::Kind;
use crate::platform::graphql::mutation::Outcome;
use crate::platform::loading::batch::Related;
use crate::platform::loading::object::{Children, all_of};
use crate::platform::loading::reader::Reader;
use crate::platform::paging::page::{Order, PageArgs};
use crate::platform::query::stored::{Day, EnumValue};
use crate::platform::query::table::{Keys, Table};
use crate::platform::query::transaction::{Locked, Tx};
use crate::product::entity as product;
use crate::stock::{entity as level, ledger, movement};
use domain::access::Permission;
use domain::calendar;
use domain::fault::{Code, Fault, Faults};
use domain::market::MarketStatus;
use domain::money::Money;
use domain::product::{ProductStatus, SoldBy};
use domain::sale::{DiscrepancyStatus, PaymentMethod, SaleStatus, day_of, line_total};
use domain::stock::{LotBalance, StockMovementKind, is_good, take_up_to};
use jiff::Timestamp;
use jiff::civil::Date;
use sea_orm::sea_query::Condition;
use sea_orm::{ActiveValue, ColumnTrait, IntoActiveModel};
use std::collections::{BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// The sales of markets, a page of each, the newest first.
pub fn of_markets(page: PageArgs, filter: SaleFilter) -> Children<Sale, Column> {
    let name = format!("Market.sales {filter:?}");
    Children::new(Kind::Market, name, Column::MarketId, page, Order::newest(Column::Number)).narrowed(
        move |mut select| {
            if let Some(on) = filter.on {
                select = select.filter(Column::SoldOn.eq(Day(on.0)));
            }
            if let Some(status) = filter.status {
                select = select.filter(Column::Status.eq(status));
            }
            if let Some(state) = filter.discrepancy {
                select = select.filter(Column::Discrepancy.eq(state));
            }
            select
        },
    )
}

/// What was sold of cooperatives, a page of each, the newest first.
pub fn of_cooperatives(page: PageArgs) -> Children<SaleLine, line::Column> {
    let order = Order::newest(line::Column::Number);
    Children::new(Kind::Cooperative, "Cooperative.sales", line::Column::CooperativeId, page, order)
}

/// The lines of sales.
#[derive(Debug)]
pub struct LinesOf;

impl Related for LinesOf {
    type Value = Vec<SaleLine>;

    fn of(&self) -> Kind {
        Kind::Sale
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let mut lines: HashMap<Uuid, Self::Value> = HashMap::new();
        for line in all_of::<SaleLine>(reader, (line::Column::SaleId, keys), line::Column::Position).await? {
            lines.entry(line.sale_key).or_default().push(line);
        }
        Ok(lines)
    }
}

/// A sale, as its form was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSale {
    /// What tells it from all others of the market.
    pub key: String,
    /// When, by the clock of the phone.
    pub sold_at: Timestamp,
    /// How far the phone showed the time ahead of UTC, in minutes.
    pub utc_offset: Option<i32>,
    /// How it was paid.
    pub payment: PaymentMethod,
    /// What was sold.
    pub lines: Vec<NewLine>,
}

/// A line of a sale, as its form was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLine {
    /// Of what.
    pub variant: Uuid,
    /// How much, in thousandths of packs.
    pub quantity: i64,
    /// What was charged for a pack; none: what the market asks.
    pub price: Option<Money>,
}

/// What a till tells: what is sold at this moment, or what was sold while the line was down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// At this moment: what is not there is not sold.
    Live,
    /// Before: it is gone, whatever the stock says.
    Replayed,
}

/// Record sales of a market, each once for its key; answers what came of each, in their order. Refusals are told at their places
/// in the sale.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, the refusals of the form, STATUS_INVALID when the market is not open.
pub async fn record(
    tx: &Tx<'_>,
    market: Uuid,
    telling: Telling,
    form: impl FnOnce() -> Result<Vec<Result<NewSale, Faults>>>,
) -> Result<Vec<Outcome>> {
    // Whoever closes its day meanwhile waits, and sees the sale then.
    let market = tx.lock_shared::<market::Entity>(market, Permission::ManageSales).await?;
    let sales = form()?;
    let is_open = match telling {
        Telling::Live => market.status.0 == MarketStatus::Open,
        // What was sold before it was suspended may arrive later.
        Telling::Replayed => matches!(market.status.0, MarketStatus::Open | MarketStatus::Suspended),
    };
    if !is_open {
        return Err(Fault::new(Code::StatusInvalid).with_detail(market.status.0.to_string()).into());
    }
    let till = Till::open(tx, market, telling, &sales).await?;
    let recorded = till.recorded(&sales).await?;
    let (outcomes, rows) = till.plan(&sales, &recorded)?;
    tx.unique_or_again(async || tx.insert_all::<Entity>(rows.sales).await).await?;
    tx.insert_plain::<line::Entity>(rows.lines).await?;
    ledger::insert(tx, rows.movements).await?;
    Ok(outcomes)
}

/// What a market asks for a variant.
struct Offer {
    product: Uuid,
    cooperative: Uuid,
    category: Option<Uuid>,
    price: Option<Money>,
}

/// What is known of a market as its sales are recorded.
struct Till<'t, 'a> {
    tx: &'t Tx<'a>,
    market: market::Model,
    telling: Telling,
    offers: HashMap<Uuid, Offer>,
    /// Products, whether they may be sold today, and whether they are of the demo world.
    products: HashMap<Uuid, (bool, bool)>,
    /// Variants of which parts are told, and that are sold by the pack.
    packed: HashSet<Uuid>,
    /// What the market has of each variant, held until the end of the transaction.
    levels: HashMap<Uuid, level::Model>,
    lots: HashMap<Uuid, Vec<LotBalance<Uuid>>>,
    /// Days that are closed.
    closings: HashMap<Date, Uuid>,
}

/// What is to be written.
#[derive(Default)]
struct Rows {
    sales: Vec<<Entity as sea_orm::EntityTrait>::ActiveModel>,
    lines: Vec<line::ActiveModel>,
    movements: Vec<(usize, movement::ActiveModel)>,
}

impl<'t, 'a> Till<'t, 'a> {
    async fn open(
        tx: &'t Tx<'a>,
        market: market::Model,
        telling: Telling,
        sales: &[Result<NewSale, Faults>],
    ) -> Result<Self> {
        let variants: BTreeSet<Uuid> =
            sales.iter().flatten().flat_map(|sale| &sale.lines).map(|line| line.variant).collect();
        let variants: Vec<Uuid> = variants.into_iter().collect();
        let here = Condition::all().add(level::Column::MarketId.eq(market.id));
        let levels = tx.lock_all::<level::Entity>((level::Column::VariantId, &variants), here).await?;
        let mut offers: HashMap<Uuid, Offer> = HashMap::new();
        for row in &levels {
            let offer = Offer { product: row.product_id, cooperative: row.cooperative_id, category: None, price: None };
            offers.insert(row.variant_id, offer);
        }
        use listing::Column as L;
        let today = calendar::today(tx.now());
        let known = |row: &product::Model| {
            let is_valid = is_good(row.valid_until.map(|day| day.0), today);
            (row.status.0 == ProductStatus::Published && is_valid, row.is_demo)
        };
        let mut products: HashMap<Uuid, (bool, bool)> = HashMap::new();
        let listed = tx
            .select_columns::<listing::Entity>()
            .filter(L::MarketId.eq(market.id))
            .among(L::VariantId, &variants)
            .only(
                [L::VariantId, L::ProductId, L::CooperativeId, L::CategoryId, L::Price]
                    .map(|column| column.into_expr()),
            )
            .with_optional::<product::Entity>(L::ProductId)
            .all(|cells| {
                let variant: Uuid = cells.take()?;
                let (product, cooperative, category) = (cells.take()?, cells.take()?, Some(cells.take()?));
                let price = Some(Money::new(cells.take()?));
                if let Some(row) = Keys::default().take_optional::<product::Entity>(cells)? {
                    products.insert(row.id, known(&row));
                }
                Ok((variant, Offer { product, cooperative, category, price }))
            });
        offers.extend(listed.await?);
        // Of what is not listed there may be some, or it was sold before.
        let others = offers.values().map(|offer| offer.product).filter(|product| !products.contains_key(product));
        let others: Vec<Uuid> = others.collect();
        if !others.is_empty() {
            let others = tx.select::<product::Entity>().among(product::Column::Id, &others).all(product::Entity::read);
            products.extend(others.await?.iter().map(|row| (row.id, known(row))));
        }
        let lots = ledger::lots(tx, &levels.iter().map(|row| row.id).collect::<Vec<_>>()).await?;
        let first = sales.iter().flatten().map(|sale| calendar::today(sale.sold_at)).min().unwrap_or(today);
        let closings = closings(tx, market.id, first).await?;
        let levels = levels.into_iter().map(|row| (row.variant_id, row)).collect();
        let lines: Vec<(Uuid, i64)> =
            sales.iter().flatten().flat_map(|sale| &sale.lines).map(|line| (line.variant, line.quantity)).collect();
        let broken = ledger::broken_packs(tx, lines.iter().copied()).await?;
        let packed = broken.into_iter().filter_map(|place| Some(lines.get(place)?.0)).collect();
        Ok(Self { tx, market, telling, offers, products, packed, levels, lots, closings })
    }

    /// Those among some sales that were recorded before, as they were told.
    async fn recorded(&self, sales: &[Result<NewSale, Faults>]) -> Result<HashMap<Uuid, NewSale>> {
        let keys: Vec<Uuid> = sales.iter().flatten().map(|sale| domain::sale::key(self.market.id, &sale.key)).collect();
        let found = self.tx.select::<Entity>().among(Column::Id, &keys).all(Entity::read).await?;
        let keys: Vec<Uuid> = found.iter().map(|row| row.id).collect();
        let mut recorded: HashMap<Uuid, NewSale> = HashMap::new();
        for row in found {
            let sold_at = Timestamp::from_microsecond(row.sold_at).map_err(Error::internal)?;
            let (utc_offset, payment) = (row.utc_offset, row.payment.0);
            recorded.insert(row.id, NewSale { key: row.sale_key, sold_at, utc_offset, payment, lines: Vec::new() });
        }
        if !keys.is_empty() {
            let lines = self.tx.select::<line::Entity>().among(line::Column::SaleId, &keys);
            let mut lines = lines.all(line::Entity::read).await?;
            lines.sort_by_key(|row| row.position);
            for row in lines {
                let line =
                    NewLine { variant: row.variant_id, quantity: row.quantity, price: Some(Money::new(row.price)) };
                if let Some(sale) = recorded.get_mut(&row.sale_id) {
                    sale.lines.push(line);
                }
            }
        }
        Ok(recorded)
    }

    /// What comes of each sale, and what is to be written: those that were sold first take first.
    fn plan(
        &self,
        sales: &[Result<NewSale, Faults>],
        recorded: &HashMap<Uuid, NewSale>,
    ) -> Result<(Vec<Outcome>, Rows)> {
        let (mut rows, mut told, mut lots) = (Rows::default(), HashMap::new(), self.lots.clone());
        let mut outcomes = vec![Outcome::default(); sales.len()];
        let mut order: Vec<(usize, &NewSale)> = Vec::new();
        for (place, sale) in sales.iter().enumerate() {
            match sale {
                Ok(sale) => order.push((place, sale)),
                Err(faults) => outcomes[place].faults = faults.clone(),
            }
        }
        order.sort_by_key(|(place, sale)| (sale.sold_at, *place));
        for (place, sale) in order {
            let key = domain::sale::key(self.market.id, &sale.key);
            let done = match recorded.get(&key).or(told.get(&key).copied()) {
                Some(before) if sale.repeats(before) => Ok(()),
                Some(_) => Err(vec![Fault::new(Code::IdempotencyKeyReused).at("saleKey")]),
                None => self.book((key, sale), &mut lots, &mut rows),
            };
            outcomes[place] = match done {
                Ok(()) => {
                    told.insert(key, sale);
                    Outcome { thing: Some(key), faults: Faults::new() }
                }
                Err(faults) => Outcome { thing: None, faults },
            };
        }
        Ok((outcomes, rows))
    }

    /// Book one sale: nothing of it, when something of it is refused.
    fn book(
        &self,
        (key, sale): (Uuid, &NewSale),
        lots: &mut HashMap<Uuid, Vec<LotBalance<Uuid>>>,
        rows: &mut Rows,
    ) -> Result<(), Faults> {
        let now = self.tx.now();
        let sold_on = day_of(sale.sold_at, now).map_err(|fault| vec![fault.at("soldAt")])?;
        let (mut lines, mut taken, mut faults) = (Vec::new(), Vec::new(), Faults::new());
        let (mut total, mut is_demo, mut is_short) = (Ok(Money::default()), false, false);
        for (place, asked) in sale.lines.iter().enumerate() {
            let at = |fault: Fault, field: &str| fault.at(field).at(&place.to_string()).at("lines");
            let offer = self.offers.get(&asked.variant);
            let Some((offer, price)) = offer.and_then(|offer| Some((offer, asked.price.or(offer.price)?))) else {
                faults.push(at(Fault::new(Code::NotFound), "variantId"));
                continue;
            };
            let (is_sellable, of_demo) = self.products.get(&offer.product).copied().unwrap_or_default();
            if self.telling == Telling::Live && !is_sellable {
                faults.push(at(Fault::new(Code::StatusInvalid), "variantId"));
                continue;
            }
            if self.packed.contains(&asked.variant) && !SoldBy::Pack.takes(asked.quantity) {
                faults.push(at(Fault::new(Code::AmountInvalid), "quantity"));
                continue;
            }
            let cost = match line_total(price, asked.quantity) {
                Ok(cost) => cost,
                Err(fault) => {
                    faults.push(at(fault, "quantity"));
                    continue;
                }
            };
            total = total.and_then(|sum| sum.plus(cost));
            is_demo |= of_demo;
            // A market that never had any of it keeps no stock of it.
            let missing = match self.levels.get(&asked.variant) {
                Some(level) => {
                    let here = lots.entry(level.id).or_default();
                    let good = here.iter().filter(|lot| is_good(lot.expires_on, sold_on)).cloned().collect();
                    let (parts, missing) = take_up_to(good, asked.quantity);
                    if missing > 0 && self.telling == Telling::Live {
                        let there = domain::decimal::Decimal::from_thousandths(asked.quantity - missing);
                        let fault = Fault::new(Code::StockInsufficient).with_detail(there.to_string());
                        faults.push(at(fault, "quantity"));
                    }
                    for (lot, part) in parts {
                        move_lot(here, lot, -part);
                        taken.push((level, lot, part));
                    }
                    missing
                }
                None => 0,
            };
            is_short |= missing > 0;
            let mut row = line::Model {
                id: Uuid::now_v7(),
                number: 0,
                branch_id: self.market.branch_id,
                market_id: self.market.id,
                sale_id: key,
                position: i32::try_from(place).unwrap_or(i32::MAX),
                variant_id: asked.variant,
                product_id: offer.product,
                cooperative_id: offer.cooperative,
                category_id: offer.category,
                quantity: asked.quantity,
                price: price.centimes,
                total: cost.centimes,
                missing,
                sold_at: sale.sold_at.as_microsecond(),
                sold_on: Day(sold_on),
                voided: false,
            }
            .into_active_model();
            row.number = ActiveValue::NotSet;
            lines.push(row);
        }
        let total = match total {
            Ok(total) if faults.is_empty() => total,
            refused => {
                for (level, lot, part) in taken {
                    move_lot(lots.entry(level.id).or_default(), lot, part);
                }
                faults.extend(refused.err().map(|fault| fault.at("lines")));
                return Err(faults);
            }
        };
        let mut row = Model {
            id: key,
            number: 0,
            branch_id: self.market.branch_id,
            market_id: self.market.id,
            sale_key: sale.key.clone(),
            status: EnumValue(SaleStatus::Completed),
            payment: EnumValue(sale.payment),
            total: total.centimes,
            sold_at: sale.sold_at.as_microsecond(),
            utc_offset: sale.utc_offset,
            sold_on: Day(sold_on),
            corrects_id: self.closings.get(&sold_on).copied(),
            discrepancy: is_short.then_some(EnumValue(DiscrepancyStatus::Open)),
            discrepancy_note: None,
            entered_by: self.tx.actor().key(),
            void_reason: None,
            void_requested_by: None,
            voided_by: None,
            voided_at: None,
            voided_on: None,
            void_corrects_id: None,
            is_demo,
            version: 1,
            created_at: now.as_microsecond(),
            changed_at: now.as_microsecond(),
        }
        .into_active_model();
        row.number = ActiveValue::NotSet;
        rows.sales.push(row);
        rows.lines.extend(lines);
        for (level, lot, part) in taken {
            let movement = ledger::moved(self.tx, level, (lot, -part), (key, StockMovementKind::Sale, None));
            rows.movements.push((rows.movements.len(), movement));
        }
        Ok(())
    }
}

/// So much of a lot comes, or goes.
fn move_lot(lots: &mut [LotBalance<Uuid>], key: Uuid, part: i64) {
    lots.iter_mut().filter(|lot| lot.key == key).for_each(|lot| lot.on_hand += part);
}

impl NewSale {
    /// Whether it is the same sale as one that was told before, in which every price is told.
    fn repeats(&self, before: &Self) -> bool {
        let is_same = |(line, told): (&NewLine, &NewLine)| {
            (line.variant, line.quantity) == (told.variant, told.quantity)
                && (line.price.is_none() || told.price.is_none() || line.price == told.price)
        };
        (self.sold_at, self.utc_offset, self.payment, self.lines.len())
            == (before.sold_at, before.utc_offset, before.payment, before.lines.len())
            && self.lines.iter().zip(&before.lines).all(is_same)
    }
}

/// The days of a market that are closed, from one on.
async fn closings(tx: &Tx<'_>, market: Uuid, first: Date) -> Result<HashMap<Date, Uuid>> {
    use day_closing::Column as C;
    let closed = tx
        .select_columns::<day_closing::Entity>()
        .filter(C::MarketId.eq(market))
        .filter(C::ClosedOn.gte(Day(first)))
        .only([C::ClosedOn, C::Id].map(|column| column.into_expr()))
        .all(|cells| Ok((cells.take::<Day>()?.0, cells.take::<Uuid>()?)));
    Ok(closed.await?.into_iter().collect())
}

/// A sale that is to be changed, with what it took from stock: all of it is held until the end of the transaction.
async fn hold(tx: &Tx<'_>, key: Uuid) -> Result<(Locked<Entity>, Vec<level::Model>)> {
    let found = tx.select_in_scope::<Entity>().filter(Column::Id.eq(key)).one(Entity::read).await?;
    let found = found.ok_or_else(|| Error::refused(Code::NotFound))?;
    // Whoever closes the day meanwhile waits, and whoever sells of the same takes it in the same order.
    tx.lock_shared::<market::Entity>(found.market_id, Permission::ManageSales).await?;
    let sold = tx.select_columns::<line::Entity>().filter(line::Column::SaleId.eq(key));
    let sold = sold.only([line::Column::VariantId.into_expr()]).all(|cells| cells.take::<Uuid>()).await?;
    let here = Condition::all().add(level::Column::MarketId.eq(found.market_id));
    let levels = tx.lock_all::<level::Entity>((level::Column::VariantId, &sold), here).await?;
    Ok((tx.lock_for_update::<Entity>(key).await?, levels))
}

/// Void a sale: its goods are back, and its price was given back. Above the limit it waits for a second person.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, the refusals of the reason, STATUS_INVALID.
pub async fn void(tx: &Tx<'_>, key: Uuid, limit: Money, reason: impl FnOnce() -> Result<String>) -> Result<Uuid> {
    let (sale, levels) = hold(tx, key).await?;
    let reason = reason()?;
    if sale.row().status.0 != SaleStatus::Completed {
        return Err(Fault::status(sale.row().status.0, SaleStatus::Voided).into());
    }
    if Money::new(sale.row().total) > limit {
        let by = tx.actor().key();
        tx.update(sale, |row| {
            row.status = ActiveValue::Set(EnumValue(SaleStatus::VoidRequested));
            row.void_reason = ActiveValue::Set(Some(reason));
            row.void_requested_by = ActiveValue::Set(by);
        })
        .await?;
        return Ok(key);
    }
    undo(tx, sale, levels, reason).await
}

/// Confirm that a sale is voided: another person than who wanted it.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID, FOUR_EYES_REQUIRED.
pub async fn confirm_void(tx: &Tx<'_>, key: Uuid, version: i32) -> Result<Uuid> {
    let (sale, levels) = hold(tx, key).await?;
    sale.expect_version(version)?;
    let reason = expect_requested(&sale, SaleStatus::Voided)?;
    if sale.row().void_requested_by == tx.actor().key() {
        return Err(Fault::new(Code::FourEyesRequired).into());
    }
    undo(tx, sale, levels, reason).await
}

/// Let a sale stand that somebody wanted to void.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID.
pub async fn decline_void(tx: &Tx<'_>, key: Uuid, version: i32) -> Result<Uuid> {
    let sale = tx.lock_version::<Entity>(key, version).await?;
    expect_requested(&sale, SaleStatus::Completed)?;
    tx.update(sale, |row| {
        row.status = ActiveValue::Set(EnumValue(SaleStatus::Completed));
        row.void_reason = ActiveValue::Set(None);
        row.void_requested_by = ActiveValue::Set(None);
    })
    .await?;
    Ok(key)
}

/// Why a sale is to be voided.
fn expect_requested(sale: &Locked<Entity>, next: SaleStatus) -> Result<String> {
    match (sale.row().status.0, &sale.row().void_reason) {
        (SaleStatus::VoidRequested, Some(reason)) => Ok(reason.clone()),
        (status, _) => Err(Fault::status(status, next).into()),
    }
}

/// Write beside a sale that it was voided, and beside what it took that it is back.
async fn undo(tx: &Tx<'_>, sale: Locked<Entity>, levels: Vec<level::Model>, reason: String) -> Result<Uuid> {
    use movement::Column as M;
    let (key, market, now) = (sale.row().id, sale.row().market_id, tx.now());
    let taken = tx
        .select_columns::<movement::Entity>()
        .filter(M::EntryId.eq(key))
        .filter(M::Kind.eq(EnumValue(StockMovementKind::Sale)))
        .only([M::StockLevelId, M::StockLotId, M::Quantity].map(|column| column.into_expr()))
        .all(|cells| Ok((cells.take::<Uuid>()?, cells.take::<Uuid>()?, cells.take::<i64>()?)));
    let levels: HashMap<Uuid, &level::Model> = levels.iter().map(|row| (row.id, row)).collect();
    let mut back = Vec::new();
    for (place, (level, lot, quantity)) in taken.await?.into_iter().enumerate() {
        let level = levels.get(&level).ok_or_else(|| Error::internal("a sale took from what is not held"))?;
        let entry = (key, StockMovementKind::SaleVoid, Some(&reason));
        back.push((place, ledger::moved(tx, level, (lot, -quantity), entry)));
    }
    ledger::insert(tx, back).await?;
    tx.update_parts::<Entity, line::Entity>(
        &sale,
        line::Column::SaleId,
        Condition::all(),
        vec![(line::Column::Voided, true.into())],
    )
    .await?;
    let today = calendar::today(now);
    let closing = closings(tx, market, today).await?.remove(&today);
    let by = tx.actor().key();
    tx.update(sale, |row| {
        row.status = ActiveValue::Set(EnumValue(SaleStatus::Voided));
        row.void_reason = ActiveValue::Set(Some(reason));
        row.voided_by = ActiveValue::Set(by);
        row.voided_at = ActiveValue::Set(Some(now.as_microsecond()));
        row.voided_on = ActiveValue::Set(Some(Day(today)));
        row.void_corrects_id = ActiveValue::Set(closing);
        if row.discrepancy.as_ref().is_some() {
            row.discrepancy = ActiveValue::Set(Some(EnumValue(DiscrepancyStatus::Resolved)));
        }
    })
    .await?;
    Ok(key)
}

/// Explain why more was sold than the stock had.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, the refusals of the note, STATUS_INVALID when there is nothing to explain.
pub async fn resolve_discrepancy(
    tx: &Tx<'_>,
    key: Uuid,
    version: i32,
    note: impl FnOnce() -> Result<String>,
) -> Result<Uuid> {
    let sale = tx.lock_version::<Entity>(key, version).await?;
    let note = note()?;
    if sale.row().discrepancy != Some(EnumValue(DiscrepancyStatus::Open)) {
        return Err(Fault::new(Code::StatusInvalid).into());
    }
    tx.update(sale, |row| {
        row.discrepancy = ActiveValue::Set(Some(EnumValue(DiscrepancyStatus::Resolved)));
        row.discrepancy_note = ActiveValue::Set(Some(note));
    })
    .await?;
    Ok(key)
}
