//! Reading programmes.

use super::agreement_link as link;
use super::entity::{Column, Entity, TEXTS};
use super::indicator;
use super::object::{Programme, ProgrammeFilter, ProgrammeIndicator, ProgrammeOrder};
use super::participation;
use crate::indicator::entity as definition;
use crate::indicator::object::Indicator;
use crate::indicator::value;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::lookup::Lookup;
use crate::platform::graphql::text::only_untranslated;
use crate::platform::loading::batch::{Batch, Related, grouped};
use crate::platform::loading::object::{self, Children, NodeObject, RowObject};
use crate::platform::loading::reader::Reader;
use crate::platform::paging::page::{Connection, ListArgs, Order, PageArgs};
use crate::platform::query::table::Keys;
use sea_orm::ColumnTrait;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

fn order(reader: &Reader, by: ProgrammeOrder) -> Order {
    match by {
        ProgrammeOrder::Newest => Order::newest(Column::Number),
        ProgrammeOrder::Title if reader.sorts_in_arabic() => Order::name(Column::TitleKeyAr, Column::Number),
        ProgrammeOrder::Title => Order::name(Column::TitleKeyFr, Column::Number),
    }
}

/// One programme.
///
/// # Errors
/// The database's refusal.
pub async fn find(reader: &Reader, lookup: Lookup) -> Result<Option<Programme>> {
    Programme::find_by(reader, lookup.among(Column::Id, Column::Slug)).await
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
    let name = format!("programmes {filter:?} {by:?} {arabic} {published}");
    let filter = filter.unwrap_or_default();
    let tx = reader.begin();
    let mut select = tx.select_for_list::<Entity>(published);
    if let Some(theme) = filter.theme {
        select = select.filter(Column::Theme.eq(theme));
    }
    if let Some(status) = filter.status {
        select = select.filter(Column::Status.eq(status));
    }
    if let Some(branch) = &filter.branch {
        select = select.filter(Column::BranchId.eq(GlobalId::parse_as(Kind::Branch, branch, "filter.branch")?));
    }
    let select = only_untranslated(reader, select, &TEXTS, filter.missing_translation)?;
    object::list(reader, name, select, &roots.page, &order(reader, by)).await
}

/// The programmes of agreements, a page of each, the newest first.
pub fn of_agreements(page: PageArgs) -> Children<Programme, link::Column> {
    let order = Order::newest(Column::Number);
    Children::new(Kind::Agreement, "Agreement.programmes", link::Column::AgreementId, page, order)
        .narrowed(|select| select.through::<link::Entity>(link::Column::ProgrammeId, Column::Id))
}

/// The indicators that programmes follow, in their order.
#[derive(Debug)]
pub struct IndicatorsOf;

impl Related for IndicatorsOf {
    type Value = Vec<Arc<ProgrammeIndicator>>;

    fn of(&self) -> Kind {
        Kind::Programme
    }

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
        let indicator = || Arc::new(Indicator::new(&definition, batch.clone(), reader));
        let definition = Arc::clone(definitions.entry(definition.id).or_insert_with(indicator));
        Arc::new(ProgrammeIndicator::new(&row, definition, batch.clone()))
    };
    Ok(rows.into_iter().map(make).collect())
}

/// Indicators of programmes by their own keys.
#[derive(Debug)]
pub struct FoundIndicator;

impl Related for FoundIndicator {
    type Value = Option<Arc<ProgrammeIndicator>>;

    fn of(&self) -> Kind {
        Kind::ProgrammeIndicator
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let found = indicators(reader, indicator::Column::Id, keys).await?;
        Ok(found.into_iter().map(|indicator| (indicator.key, Some(indicator))).collect())
    }
}

impl NodeObject for ProgrammeIndicator {
    type Entity = indicator::Entity;

    async fn find(reader: &Reader, level: &Batch, key: Uuid) -> Result<Option<Self>> {
        let found = level.load(reader, FoundIndicator, key).await?;
        Ok(found.map(|found| Self::clone(&found)))
    }
}

/// The branches that take part in programmes of others, with the level of all of them.
#[derive(Debug)]
pub struct ParticipantsOf;

impl Related for ParticipantsOf {
    type Value = Vec<(Uuid, Option<Batch>)>;

    fn of(&self) -> Kind {
        Kind::Programme
    }

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
