//! Stock and a week of sales at the markets of the demo world, up to yesterday: invented, as the rest of it.

use super::demo::{COOPERATIVES, PRODUCTS};
use super::founding::branch_key;
use super::fresh;
use crate::platform::error::{Error, Result};
use crate::platform::query::stored::{Day, EnumValue, Json};
use crate::platform::query::transaction::Tx;
use crate::{consignment_contract, day_closing, sale, stock};
use domain::calendar;
use domain::id::founding as key;
use domain::money::Money;
use domain::sale::{Drawer, PaymentMethod, SaleStatus, line_total};
use domain::stock::{LossBearer, LotBalance, PAYOUT_DAYS, StockMovementKind, is_good, take_up_to};
use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan};
use sea_orm::{ActiveValue, IntoActiveModel};
use uuid::Uuid;

/// The markets of the demo world, each with the branch of the cooperatives that deliver to it.
const MARKETS: [(&str, &str); 2] = [("khouribga", "khouribga"), ("demo-mdiq", "mdiq-fnideq")];
/// So many days were sold.
const DAYS: i32 = 7;
/// What lies in the drawer in the morning.
const FLOAT: Money = Money::new(20_000);
/// Thousandths of a pack.
const PACK: i64 = 1000;

/// A variant that a market has.
struct Shelf {
    level: stock::entity::Model,
    price: Money,
    category: Uuid,
    lots: Vec<LotBalance<Uuid>>,
}

/// Seed it.
///
/// # Errors
/// The database's refusal.
pub async fn seed(tx: &Tx<'_>) -> Result<()> {
    for (market, branch) in MARKETS {
        let shelves = deliver(tx, market, branch).await?;
        sell(tx, key("market", market), branch, shelves).await?;
    }
    Ok(())
}

/// So many days ago, at an hour.
fn ago(tx: &Tx<'_>, days: i32, hour: i8, minute: i8) -> Timestamp {
    let day = calendar::today(tx.now()).saturating_sub(days.days());
    calendar::instant(day.to_datetime(Time::constant(hour, minute, 0, 0)))
}

/// Contracts of the branch's cooperatives, and what they delivered before the week: of each product two lots, one of which
/// expires soon.
async fn deliver(tx: &Tx<'_>, market: &str, branch: &str) -> Result<Vec<Shelf>> {
    let (branch_id, market_id, now) = (branch_key(branch), key("market", market), tx.now().as_microsecond());
    let today = calendar::today(tx.now());
    let mut contracts = Vec::new();
    for cooperative in COOPERATIVES.iter().filter(|cooperative| cooperative.branch == branch) {
        contracts.push(fresh!(consignment_contract::entity,
            id: key("consignment_contract", cooperative.slug),
            branch_id,
            market_id,
            cooperative_id: key("cooperative", cooperative.slug),
            valid_from: Day(today.saturating_sub(1.year())),
            valid_to: None,
            commission_basis_points: 0,
            loss_borne_by: EnumValue(LossBearer::Cooperative),
            payout_days: Json(PAYOUT_DAYS.to_vec()),
            version: 1,
            created_at: now,
            changed_at: now,
        ));
    }
    tx.insert_all::<consignment_contract::entity::Entity>(contracts).await?;
    let (mut levels, mut lots, mut movements, mut shelves) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (number, (slug, _, _, category, maker, _, _, price, _)) in PRODUCTS.iter().enumerate() {
        let cooperative = &COOPERATIVES[*maker];
        if cooperative.branch != branch {
            continue;
        }
        let level = stock::entity::Model {
            id: key("stock_level", slug),
            number: 0,
            branch_id,
            market_id,
            variant_id: key("product_variant", slug),
            product_id: key("product", slug),
            cooperative_id: key("cooperative", cooperative.slug),
            on_hand: 0,
            good_until: None,
            next_expiry: None,
            asked_price: None,
            price_differs: false,
            version: 1,
            created_at: now,
            changed_at: now,
        };
        let mut shelf =
            Shelf { level, price: Money::new(*price), category: key("category", category), lots: Vec::new() };
        let packs = i64::try_from(number % 5).unwrap_or_default();
        for (code, quantity, keeps) in [("A", 6 + packs, 12), ("B", 20 + 4 * packs, 300)] {
            let lot = stock::lot::Model {
                id: key("stock_lot", &format!("{slug} {code}")),
                branch_id,
                stock_level_id: shelf.level.id,
                cooperative_id: shelf.level.cooperative_id,
                code: format!("DEMO-{code}"),
                produced_on: Some(Day(today.saturating_sub(20.days()))),
                expires_on: Some(Day(today.saturating_add(keeps.days()))),
                on_hand: 0,
            };
            let (delivered, on_hand) = (ago(tx, DAYS + 2, 9, 0), quantity * PACK);
            let entry = key("stock_entry", &format!("{slug} {code}"));
            movements.push(moved(&shelf.level, (lot.id, on_hand), (entry, StockMovementKind::Delivery), delivered));
            let expires_on = lot.expires_on.map(|day| day.0);
            shelf.lots.push(LotBalance { key: lot.id, on_hand, expires_on });
            lots.push(lot.into_active_model());
        }
        let mut row = shelf.level.clone().into_active_model();
        row.number = ActiveValue::NotSet;
        levels.push(row);
        shelves.push(shelf);
    }
    tx.insert_all::<stock::entity::Entity>(levels).await?;
    tx.insert_plain::<stock::lot::Entity>(lots).await?;
    tx.insert_all::<stock::movement::Entity>(movements).await?;
    Ok(shelves)
}

/// A line of the ledger, at an instant.
fn moved(
    level: &stock::entity::Model,
    (lot, quantity): (Uuid, i64),
    (entry, kind): (Uuid, StockMovementKind),
    at: Timestamp,
) -> stock::movement::ActiveModel {
    fresh!(stock::movement,
        id: Uuid::now_v7(),
        branch_id: level.branch_id,
        stock_level_id: level.id,
        stock_lot_id: lot,
        cooperative_id: level.cooperative_id,
        entry_id: entry,
        kind: EnumValue(kind),
        quantity,
        reason: None,
        moved_at: at.as_microsecond(),
        entered_by: None,
        version: 1,
        created_at: at.as_microsecond(),
        changed_at: at.as_microsecond(),
    )
}

/// A week of sales, and the closing of each of its days.
async fn sell(tx: &Tx<'_>, market_id: Uuid, branch: &str, mut shelves: Vec<Shelf>) -> Result<()> {
    let branch_id = branch_key(branch);
    let (mut sales, mut lines, mut movements, mut closings) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let places = shelves.len();
    for days in (1..=DAYS).rev() {
        let on: Date = calendar::today(tx.now()).saturating_sub(days.days());
        let mut paid = [Money::default(); 3];
        let tills = 3 + days % 2;
        for till in 0..tills {
            // Each sale takes other goods than the one before: a number that shares no factor with theirs.
            let turn = usize::try_from(days * 5 + till).unwrap_or_default();
            let sold_at = ago(tx, days, i8::try_from(10 + 2 * till).unwrap_or(10), 15);
            let method = PAYMENTS[turn % 7 % PAYMENTS.len()];
            let sale_key = format!("demo-{on}-{till}");
            let sale_id = domain::sale::key(market_id, &sale_key);
            let mut total = Money::default();
            for place in 0..=turn % 3 {
                let shelf = &mut shelves[(turn * 7 + place * 3) % places];
                let quantity = i64::try_from(1 + turn % 2).unwrap_or(1) * PACK;
                let good = shelf.lots.iter().filter(|lot| is_good(lot.expires_on, on)).cloned().collect();
                let (parts, missing) = take_up_to(good, quantity);
                if missing > 0 {
                    return Err(Error::internal("the demo world delivers less than it sells"));
                }
                for (lot, part) in parts {
                    shelf.lots.iter_mut().filter(|held| held.key == lot).for_each(|held| held.on_hand -= part);
                    movements.push(moved(&shelf.level, (lot, -part), (sale_id, StockMovementKind::Sale), sold_at));
                }
                let cost = line_total(shelf.price, quantity)?;
                total = total.plus(cost)?;
                lines.push(fresh!(sale::line,
                    id: Uuid::now_v7(),
                    branch_id,
                    market_id,
                    sale_id,
                    position: i32::try_from(place).unwrap_or_default(),
                    variant_id: shelf.level.variant_id,
                    product_id: shelf.level.product_id,
                    cooperative_id: shelf.level.cooperative_id,
                    category_id: Some(shelf.category),
                    quantity,
                    price: shelf.price.centimes,
                    total: cost.centimes,
                    missing: 0,
                    sold_at: sold_at.as_microsecond(),
                    sold_on: Day(on),
                    voided: false,
                ));
            }
            let of = PAYMENTS.iter().position(|payment| *payment == method).unwrap_or_default();
            paid[of] = paid[of].plus(total)?;
            sales.push(fresh!(sale::entity,
                id: sale_id,
                branch_id,
                market_id,
                sale_key,
                status: EnumValue(SaleStatus::Completed),
                payment: EnumValue(method),
                total: total.centimes,
                sold_at: sold_at.as_microsecond(),
                utc_offset: Some(0),
                sold_on: Day(on),
                corrects_id: None,
                discrepancy: None,
                discrepancy_note: None,
                entered_by: None,
                void_reason: None,
                void_requested_by: None,
                voided_by: None,
                voided_at: None,
                voided_on: None,
                void_corrects_id: None,
                is_demo: true,
                version: 1,
                created_at: sold_at.as_microsecond(),
                changed_at: sold_at.as_microsecond(),
            ));
        }
        let [cash, card, transfer] = paid;
        let expected = Drawer { opening_float: FLOAT, sales: cash, voids: Money::default() }.expected()?;
        // On one evening five dirhams are missing.
        let counted = if days == 3 { expected.minus(Money::new(500))? } else { expected };
        let closed = ago(tx, days, 20, 0).as_microsecond();
        closings.push(fresh!(day_closing::entity,
            id: Uuid::now_v7(),
            branch_id,
            market_id,
            closed_on: Day(on),
            opening_float: FLOAT.centimes,
            expected_cash: expected.centimes,
            counted_cash: counted.centimes,
            card_total: card.centimes,
            transfer_total: transfer.centimes,
            sale_count: tills.into(),
            entered_by: None,
            is_demo: true,
            version: 1,
            created_at: closed,
            changed_at: closed,
        ));
    }
    tx.insert_all::<day_closing::entity::Entity>(closings).await?;
    tx.insert_all::<sale::entity::Entity>(sales).await?;
    tx.insert_plain::<sale::line::Entity>(lines).await?;
    tx.insert_all::<stock::movement::Entity>(movements).await
}

/// The means of payment, in the order in which a closing adds them up.
const PAYMENTS: [PaymentMethod; 3] = [PaymentMethod::Cash, PaymentMethod::Card, PaymentMethod::Transfer];
