//! Reading day closings, and closing a day.

use super::entity::{Column, Entity, Model};
use super::object::DayClosing;
use crate::market::entity as market;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::Kind;
use crate::platform::loading::batch::Related;
use crate::platform::loading::object::Children;
use crate::platform::loading::reader::Reader;
use crate::platform::paging::page::{Order, PageArgs};
use crate::platform::query::stored::{Day, EnumValue};
use crate::platform::query::transaction::Tx;
use crate::sale::entity as sale;
use domain::calendar;
use domain::fault::{Code, Fault};
use domain::money::Money;
use domain::sale::{Drawer, PaymentMethod, SaleStatus};
use jiff::civil::Date;
use sea_orm::sea_query::{Alias, Condition, Expr, ExprTrait};
use sea_orm::{ActiveValue, ColumnTrait, IntoActiveModel};
use std::collections::HashMap;
use uuid::Uuid;

/// The closings of markets, a page of each, the newest first.
pub fn of_markets(page: PageArgs) -> Children<DayClosing, Column> {
    Children::new(Kind::Market, "Market.dayClosings", Column::MarketId, page, Order::newest(Column::Number))
}

/// What came for a day after it was closed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Corrections {
    /// How many sales.
    pub sales: i64,
    /// How many voids.
    pub voids: i64,
    /// How much cash, less what was given back, in centimes.
    pub cash: i64,
}

/// What came for days after they were closed.
#[derive(Debug)]
pub struct CorrectionsOf;

impl Related for CorrectionsOf {
    type Value = Corrections;

    fn of(&self) -> Kind {
        Kind::DayClosing
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let tx = reader.begin();
        let mut corrections: HashMap<Uuid, Corrections> = HashMap::new();
        for (column, is_void) in [(sale::Column::CorrectsId, false), (sale::Column::VoidCorrectsId, true)] {
            let (count, sum) = (Expr::cust("1").count(), sale::Column::Total.into_expr().sum());
            let rows = tx
                .select_columns::<sale::Entity>()
                .among(column, keys)
                .only([
                    column.into_expr(),
                    sale::Column::Payment.into_expr(),
                    count.cast_as(Alias::new("bigint")),
                    sum.cast_as(Alias::new("bigint")),
                ])
                .statement(|statement| {
                    statement.add_group_by([column.into_expr(), sale::Column::Payment.into_expr()]);
                })
                .all(|cells| {
                    let (closing, payment) = (cells.take::<Uuid>()?, cells.take::<EnumValue<PaymentMethod>>()?.0);
                    Ok((closing, payment, cells.take::<i64>()?, cells.take::<i64>()?))
                });
            for (closing, payment, count, sum) in rows.await? {
                let of = corrections.entry(closing).or_default();
                let (counted, sign) = if is_void { (&mut of.voids, -1) } else { (&mut of.sales, 1) };
                *counted += count;
                if payment == PaymentMethod::Cash {
                    of.cash = of.cash.saturating_add(sign * sum);
                }
            }
        }
        Ok(corrections)
    }
}

/// What was counted, as its form was read.
pub struct Counted {
    /// What lay in the drawer in the morning.
    pub opening_float: Money,
    /// What was counted in the evening.
    pub cash: Money,
}

/// Close a market's day.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, the refusals of the form; at `on`: DATE_INVALID for a day to come, DUPLICATE_ENTRY when it is closed.
pub async fn close(tx: &Tx<'_>, (market, on): (Uuid, Date), form: impl FnOnce() -> Result<Counted>) -> Result<Uuid> {
    // Sales that are being recorded end first, and later ones see the closing.
    let market = tx.lock_for_update::<market::Entity>(market).await?;
    let counted = form()?;
    if on > calendar::today(tx.now()) {
        return Err(Fault::new(Code::DateInvalid).at("on").into());
    }
    let of =
        |column: sale::Column| Condition::all().add(sale::Column::MarketId.eq(market.row().id)).add(column.eq(Day(on)));
    let sales = totals(tx, of(sale::Column::SoldOn)).await?;
    let voids = totals(tx, of(sale::Column::VoidedOn)).await?;
    let total = |payment| Ok::<_, Fault>(sum(&sales, payment)?.minus(sum(&voids, payment)?)?.centimes);
    let cash = |totals| sum(totals, PaymentMethod::Cash);
    let drawer = Drawer { opening_float: counted.opening_float, sales: cash(&sales)?, voids: cash(&voids)? };
    let standing = of(sale::Column::SoldOn).add(sale::Column::Status.ne(EnumValue(SaleStatus::Voided)));
    let sale_count = tx.select_columns::<sale::Entity>().filter(standing).count(None).await?;
    let (id, now) = (Uuid::now_v7(), tx.now().as_microsecond());
    let mut row = Model {
        id,
        number: 0,
        branch_id: market.row().branch_id,
        market_id: market.row().id,
        closed_on: Day(on),
        opening_float: counted.opening_float.centimes,
        expected_cash: drawer.expected()?.centimes,
        counted_cash: counted.cash.centimes,
        card_total: total(PaymentMethod::Card)?,
        transfer_total: total(PaymentMethod::Transfer)?,
        sale_count: i64::try_from(sale_count).unwrap_or(i64::MAX),
        entered_by: tx.actor().key(),
        is_demo: market.row().is_demo || sales.iter().any(|(_, is_demo, _)| *is_demo),
        version: 1,
        created_at: now,
        changed_at: now,
    }
    .into_active_model();
    row.number = ActiveValue::NotSet;
    match tx.try_unique(async || tx.insert_all::<Entity>(vec![row.clone()]).await).await? {
        Some(()) => Ok(id),
        None => Err(Fault::new(Code::DuplicateEntry).at("on").into()),
    }
}

type Total = (PaymentMethod, bool, Money);

/// What sales that meet a condition brought, by the means of payment and whether goods of the demo world were sold.
async fn totals(tx: &Tx<'_>, condition: Condition) -> Result<Vec<Total>> {
    use sale::Column as C;
    let by = [C::Payment.into_expr(), C::IsDemo.into_expr()];
    let sum = C::Total.into_expr().sum().cast_as(Alias::new("bigint"));
    let rows = tx
        .select_columns::<sale::Entity>()
        .filter(condition)
        .only(by.clone().into_iter().chain([sum]))
        .statement(|statement| {
            statement.add_group_by(by);
        })
        .all(|cells| {
            let payment = cells.take::<EnumValue<PaymentMethod>>()?.0;
            Ok((payment, cells.take::<bool>()?, Money::new(cells.take()?)))
        });
    rows.await
}

/// What was paid by one means.
fn sum(totals: &[Total], payment: PaymentMethod) -> Result<Money, Fault> {
    Money::sum(totals.iter().filter(|(by, _, _)| *by == payment).map(|(_, _, amount)| *amount))
}
