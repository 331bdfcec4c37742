//! Reading programmes.

use super::entity::{Column, Entity, Model};
use super::object::{Programme, ProgrammeFilter, ProgrammeIndicator, ProgrammeOrder};
use super::{agreement_link as link, indicator, participation};
use crate::branch::entity as branch;
use crate::indicator::object::Indicator;
use crate::indicator::{entity as definition, value};
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::lookup::Lookup;
use crate::platform::loading::batch::{Batch, Related, grouped};
use crate::platform::loading::reader::Reader;
use crate::platform::paging::cursor::{CursorCodec, KeyKind};
use crate::platform::paging::page::{Connection, ListArgs, Order, PageArgs, PageQuery};
use crate::platform::query::table::{Keys, Table};
use sea_orm::ColumnTrait;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

fn order(reader: &Reader, by: ProgrammeOrder) -> Order {
    let number = (Column::Number.into_expr(), KeyKind::Long);
    match by {
        ProgrammeOrder::Newest => Order::descending(vec![number]),
        ProgrammeOrder::Title => {
            let title = if reader.sorts_in_arabic() { Column::TitleKeyAr } else { Column::TitleKeyFr };
            Order::ascending(vec![(title.into_expr(), KeyKind::Text), number])
        }
    }
}

/// One programme.
///
/// # Errors
/// The database's refusal.
pub async fn find(reader: &Reader, lookup: Lookup) -> Result<Option<Programme>> {
    let tx = reader.begin();
    let row = tx.select::<Entity>().filter(lookup.among(Column::Id, Column::Slug)).one(Entity::read).await?;
    Ok(row.map(|row| {
        let batch = Batch::of::<Entity>([&row]);
        Programme::new((row, batch))
    }))
}

/// A page of programmes.
///
/// # Errors
/// BAD_USER_INPUT naming the argument, or the database's refusal.
pub async fn list(
    reader: &Reader,
    roots: ListArgs,
    filter: Option<ProgrammeFilter>,
    by: ProgrammeOrder,
) -> Result<Connection<Programme>> {
    let published = roots.published;
    let arabic = by == ProgrammeOrder::Title && reader.sorts_in_arabic();
    let codec = CursorCodec::new(reader.cursor_key(), format!("programmes {filter:?} {by:?} {arabic} {published}"));
    let filter = filter.unwrap_or_default();
    let tx = reader.begin();
    let mut see = tx.select_for_list::<Entity>(published);
    if let Some(theme) = filter.theme {
        see = see.filter(Column::Theme.eq(theme));
    }
    if let Some(status) = filter.status {
        see = see.filter(Column::Status.eq(status));
    }
    if let Some(branch) = &filter.branch {
        see = see.filter(Column::BranchId.eq(GlobalId::parse_as(Kind::Branch, branch, "filter.branch")?));
    }
    let order = order(reader, by);
    let asked = roots.asked(&order);
    let mut level = Keys::default();
    let listed = see.with_optional::<branch::Entity>(Column::BranchId).list(&asked, codec, |cells| {
        let row = level.take::<Entity>(cells)?;
        level.take_optional::<branch::Entity>(cells)?;
        Ok(row)
    });
    let listed = listed.await?;
    let batch = level.batch();
    Ok(listed.connection(|row: Arc<Model>| Programme::new((row, batch.clone()))))
}

/// The programmes of agreements, a page of each.
#[derive(Debug)]
pub struct OfAgreements {
    /// Which page.
    pub args: PageArgs,
    /// Whether to count.
    pub total: bool,
}

impl Related for OfAgreements {
    const OF: Kind = Kind::Agreement;
    type Value = Option<Connection<Programme>>;

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let order = order(reader, ProgrammeOrder::Newest);
        let asked = PageQuery { args: &self.args, order: &order, total: self.total };
        let codec = |key: Uuid| CursorCodec::new(reader.cursor_key(), format!("Agreement.programmes {key}"));
        let tx = reader.begin();
        let see = tx.select::<Entity>().through::<link::Entity>(link::Column::ProgrammeId, Column::Id);
        let lists = see.lists(link::Column::AgreementId, keys, &asked, codec, Entity::read).await?;
        let batch = Batch::of::<Entity>(lists.values().flat_map(|list| list.rows()));
        let make = |row: Model| Programme::new((row, batch.clone()));
        Ok(lists.into_iter().map(|(key, list)| (key, Some(list.connection(make)))).collect())
    }
}

/// The indicators that programmes follow, in their order.
#[derive(Debug)]
pub struct IndicatorsOf;

impl Related for IndicatorsOf {
    const OF: Kind = Kind::Programme;
    type Value = Vec<Arc<ProgrammeIndicator>>;

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let found = indicators(reader, indicator::Column::ProgrammeId, keys).await?;
        Ok(grouped(found, |indicator| indicator.programme_key))
    }
}

/// Indicators of programmes, in the order of each programme, with their definitions and latest results.
async fn indicators(reader: &Reader, by: indicator::Column, keys: &[Uuid]) -> Result<Vec<Arc<ProgrammeIndicator>>> {
    let tx = reader.begin();
    let mut level = Keys::default();
    let rows = tx
        .select::<indicator::Entity>()
        .with::<definition::Entity>(indicator::Column::IndicatorId)
        .with_optional::<value::Entity>(indicator::Column::LatestActualId)
        .among(by, keys)
        .statement(|statement| {
            statement.order_by_expr(indicator::Column::Position.into_expr(), sea_orm::Order::Asc);
        })
        .all(|cells| {
            let row = level.take::<indicator::Entity>(cells)?;
            let definition = level.take::<definition::Entity>(cells)?;
            level.take_optional::<value::Entity>(cells)?;
            Ok((row, definition))
        })
        .await?;
    let batch = level.batch();
    let mut definitions = HashMap::new();
    let make = |(row, definition): (Arc<indicator::Model>, Arc<definition::Model>)| {
        let indicator = || Arc::new(Indicator::new((Arc::clone(&definition), batch.clone())));
        let definition = Arc::clone(definitions.entry(definition.id).or_insert_with(indicator));
        Arc::new(ProgrammeIndicator::new(&row, definition, batch.clone()))
    };
    Ok(rows.into_iter().map(make).collect())
}

/// Indicators of programmes by their own keys.
#[derive(Debug)]
pub struct FoundIndicator;

impl Related for FoundIndicator {
    const OF: Kind = Kind::ProgrammeIndicator;
    type Value = Option<Arc<ProgrammeIndicator>>;

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let found = indicators(reader, indicator::Column::Id, keys).await?;
        Ok(found.into_iter().map(|indicator| (indicator.key, Some(indicator))).collect())
    }
}

/// The branches that take part in programmes of others, with the level of all of them.
#[derive(Debug)]
pub struct ParticipantsOf;

impl Related for ParticipantsOf {
    const OF: Kind = Kind::Programme;
    type Value = Vec<(Uuid, Option<Batch>)>;

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let tx = reader.begin();
        let columns = [participation::Column::ProgrammeId, participation::Column::BranchId];
        let rows = tx
            .select_columns::<participation::Entity>()
            .among(participation::Column::ProgrammeId, keys)
            .statement(|statement| {
                statement.order_by_expr(participation::Column::BranchId.into_expr(), sea_orm::Order::Asc);
            })
            .only(columns.map(|column| column.into_expr()))
            .all(|cells| Ok((cells.take::<Uuid>()?, cells.take::<Uuid>()?)))
            .await?;
        let mut level = Keys::default();
        rows.iter().for_each(|(_, branch)| level.add(Kind::Branch, *branch));
        let batch = level.batch();
        let mut participants: HashMap<Uuid, Self::Value> = HashMap::new();
        for (programme, branch) in rows {
            participants.entry(programme).or_default().push((branch, Some(batch.clone())));
        }
        Ok(participants)
    }
}
