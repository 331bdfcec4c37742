//! Reading markets, and changing where one stands.

use super::entity::{Column, Entity, Model};
use super::object::{Market, MarketFilter, MarketOrder};
use crate::branch::entity as branch;
use crate::calendar;
use crate::geography::{province, region};
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::lookup::Lookup;
use crate::platform::loading::batch::{Batch, Related};
use crate::platform::loading::reader::Reader;
use crate::platform::paging::cursor::{CursorCodec, KeyKind};
use crate::platform::paging::page::{Connection, ListArgs, Order, PageArgs, PageQuery};
use crate::platform::query::expression::among;
use crate::platform::query::select::Select;
use crate::platform::query::stored::{EnumValue, Json};
use crate::platform::query::table::{Keys, RowReader, Table};
use crate::platform::query::transaction::Tx;
use domain::market::MarketStatus;
use domain::opening_hours::OpeningHours;
use sea_orm::{ActiveValue, ColumnTrait, DbErr};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

fn order(reader: &Reader, by: MarketOrder) -> Order {
    let number = (Column::Number.into_expr(), KeyKind::Long);
    match by {
        MarketOrder::Oldest => Order::ascending(vec![number]),
        MarketOrder::Newest => Order::descending(vec![number]),
        MarketOrder::Name => {
            let name = if reader.sorts_in_arabic() { Column::NameKeyAr } else { Column::NameKeyFr };
            Order::ascending(vec![(name.into_expr(), KeyKind::Text), number])
        }
    }
}

/// Join where a market is: most that show one show that too.
fn with_place<'t, 'a>(see: Select<'t, 'a, Entity>) -> Select<'t, 'a, Entity> {
    see.with_optional::<branch::Entity>(Column::BranchId)
        .with_optional::<province::Entity>(Column::ProvinceId)
        .with_optional::<region::Entity>(province::Column::RegionId)
}

fn read_with_place(level: &mut Keys, cells: &mut RowReader<'_>) -> Result<Arc<Model>, DbErr> {
    let row = level.take::<Entity>(cells)?;
    level.take_optional::<branch::Entity>(cells)?;
    level.take_optional::<province::Entity>(cells)?;
    level.take_optional::<region::Entity>(cells)?;
    Ok(row)
}

/// One market.
///
/// # Errors
/// The database's refusal.
pub async fn find(reader: &Reader, lookup: Lookup) -> Result<Option<Market>> {
    let tx = reader.begin();
    let mut level = Keys::default();
    let see = with_place(tx.select::<Entity>().filter(lookup.among(Column::Id, Column::Slug)));
    let row = see.one(|cells| read_with_place(&mut level, cells)).await?;
    Ok(row.map(|row| Market::new((row, level.batch()))))
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
    let codec = CursorCodec::new(reader.cursor_key(), format!("markets {filter:?} {by:?} {arabic} {published}"));
    let filter = filter.unwrap_or_default();
    let tx = reader.begin();
    let mut see = tx.select_for_list::<Entity>(published);
    if let Some(status) = filter.status {
        see = see.filter(Column::Status.eq(status));
    }
    if let Some(code) = filter.province {
        see = see.filter(Column::ProvinceId.eq(domain::id::founding("province", &code)));
    }
    if let Some(branch) = &filter.branch {
        see = see.filter(Column::BranchId.eq(GlobalId::parse_as(Kind::Branch, branch, "filter.branch")?));
    }
    if let Some(wanted) = filter.open_now {
        let open = among(tx.backend(), Column::Id, &open_now(reader).await?);
        see = see.filter(if wanted { open } else { open.not() });
    }
    let order = order(reader, by);
    let asked = roots.asked(&order);
    let mut level = Keys::default();
    let listed = with_place(see).list(&asked, codec, |cells| read_with_place(&mut level, cells)).await?;
    let batch = level.batch();
    Ok(listed.connection(|row: Arc<Model>| Market::new((row, batch.clone()))))
}

/// Go to another status.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, STATUS_INVALID.
pub async fn go(tx: &Tx<'_>, key: Uuid, status: MarketStatus) -> Result<Model> {
    let held = tx.lock_for_update::<Entity>(key).await?;
    let next = held.row().status.0.go(status)?;
    tx.update(held, |row| {
        row.status = ActiveValue::Set(EnumValue(next));
    })
    .await
}

/// The markets of branches, or of agreements, a page of each.
#[derive(Debug)]
pub struct MarketsOf<const AGREEMENT: bool> {
    /// Which page.
    pub args: PageArgs,
    /// Whether to count.
    pub total: bool,
}

impl<const AGREEMENT: bool> Related for MarketsOf<AGREEMENT> {
    const OF: Kind = if AGREEMENT { Kind::Agreement } else { Kind::Branch };
    type Value = Option<Connection<Market>>;

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let order = order(reader, MarketOrder::Oldest);
        let asked = PageQuery { args: &self.args, order: &order, total: self.total };
        let codec = |key: Uuid| CursorCodec::new(reader.cursor_key(), format!("{:?}.markets {key}", Self::OF));
        let parent = if AGREEMENT { Column::AgreementId } else { Column::BranchId };
        let tx = reader.begin();
        let lists = tx.select::<Entity>().lists(parent, keys, &asked, codec, Entity::read).await?;
        let batch = Batch::of::<Entity>(lists.values().flat_map(|list| list.rows()));
        let make = |row: Model| Market::new((row, batch.clone()));
        Ok(lists.into_iter().map(|(key, list)| (key, Some(list.connection(make)))).collect())
    }
}
