//! Reading markets, and changing where one stands.

use super::entity::{Column, Entity, Model, TEXTS};
use super::object::{Market, MarketFilter, MarketOrder};
use crate::calendar;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::lookup::Lookup;
use crate::platform::graphql::text::only_untranslated;
use crate::platform::loading::object::{self, Children, RowObject};
use crate::platform::loading::reader::Reader;
use crate::platform::paging::page::{Connection, ListArgs, Order, PageArgs};
use crate::platform::query::expression::among;
use crate::platform::query::stored::{EnumValue, Json};
use crate::platform::query::transaction::Tx;
use domain::market::MarketStatus;
use domain::opening_hours::OpeningHours;
use sea_orm::{ActiveValue, ColumnTrait};
use uuid::Uuid;

fn order(reader: &Reader, by: MarketOrder) -> Order {
    match by {
        MarketOrder::Oldest => Order::oldest(Column::Number),
        MarketOrder::Newest => Order::newest(Column::Number),
        MarketOrder::Name if reader.sorts_in_arabic() => Order::name(Column::NameKeyAr, Column::Number),
        MarketOrder::Name => Order::name(Column::NameKeyFr, Column::Number),
    }
}

/// One market.
///
/// # Errors
/// The database's refusal.
pub async fn find(reader: &Reader, lookup: Lookup) -> Result<Option<Market>> {
    Market::find_by(reader, lookup.among(Column::Id, Column::Slug)).await
}

/// The markets that are open at the moment of the request, by their published hours. The rule is the domain's, so the
/// hours of all open markets are read: there are at most a few for each of the 75 provinces.
///
/// # Errors
/// The database's refusal.
pub async fn open_now(reader: &Reader) -> Result<Vec<Uuid>> {
    let calendar = calendar::store::calendar(reader).await?;
    let tx = reader.begin();
    let markets = tx
        .select::<Entity>()
        .filter(Column::Status.eq(EnumValue(MarketStatus::Open)))
        .only([Column::Id.into_expr(), Column::OpeningHours.into_expr()])
        .all(|cells| Ok((cells.take::<Uuid>()?, cells.take::<Json<OpeningHours>>()?.0)))
        .await?;
    let is_open = |hours: &OpeningHours| hours.is_open(reader.now(), &calendar) == Some(true);
    Ok(markets.into_iter().filter(|(_, hours)| is_open(hours)).map(|(key, _)| key).collect())
}

/// A page of markets.
///
/// # Errors
/// BAD_USER_INPUT naming the argument, or the database's refusal.
pub async fn list(
    reader: &Reader,
    roots: ListArgs,
    filter: Option<MarketFilter>,
    by: MarketOrder,
) -> Result<Connection<Market>> {
    let published = roots.published;
    let arabic = by == MarketOrder::Name && reader.sorts_in_arabic();
    let name = format!("markets {filter:?} {by:?} {arabic} {published}");
    let filter = filter.unwrap_or_default();
    let tx = reader.begin();
    let mut select = tx.select_for_list::<Entity>(published);
    if let Some(status) = filter.status {
        select = select.filter(Column::Status.eq(status));
    }
    if let Some(code) = filter.province {
        select = select.filter(Column::ProvinceId.eq(domain::id::founding("province", &code)));
    }
    if let Some(branch) = &filter.branch {
        select = select.filter(Column::BranchId.eq(GlobalId::parse_as(Kind::Branch, branch, "filter.branch")?));
    }
    if let Some(wanted) = filter.open_now {
        let open = among(tx.backend(), Column::Id, &open_now(reader).await?);
        select = select.filter(if wanted { open } else { open.not() });
    }
    let select = only_untranslated(reader, select, &TEXTS, filter.missing_translation)?;
    object::list(reader, name, select, &roots.page, &order(reader, by)).await
}

/// Go to another status.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, STATUS_INVALID.
pub async fn transition(tx: &Tx<'_>, key: Uuid, status: MarketStatus) -> Result<Model> {
    let locked = tx.lock_to_decide::<Entity>(key).await?;
    let next = locked.row().status.0.transition(status)?;
    tx.update(locked, |row| {
        row.status = ActiveValue::Set(EnumValue(next));
    })
    .await
}

/// The markets of branches, a page of each, in the order in which they were founded.
pub fn of_branches(page: PageArgs) -> Children<Market, Column> {
    Children::new(Kind::Branch, "Branch.markets", Column::BranchId, page, Order::oldest(Column::Number))
}

/// The markets of agreements, a page of each, in the order in which they were founded.
pub fn of_agreements(page: PageArgs) -> Children<Market, Column> {
    Children::new(Kind::Agreement, "Agreement.markets", Column::AgreementId, page, Order::oldest(Column::Number))
}
