//! Reading indicators and figures.

use super::entity::{Column, Entity, Model};
use super::object::{Indicator, IndicatorFilter, IndicatorValue};
use super::value;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::Kind;
use crate::platform::graphql::lookup::Lookup;
use crate::platform::loading::batch::{Batch, Related, grouped};
use crate::platform::loading::reader::Reader;
use crate::platform::paging::cursor::{CursorCodec, KeyKind};
use crate::platform::paging::page::{Connection, ListArgs, Order, PageArgs, PageQuery};
use crate::platform::query::table::Table;
use sea_orm::ColumnTrait;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// One definition, by its key or its code in the form of a slug.
///
/// # Errors
/// The database's refusal.
pub async fn find(reader: &Reader, lookup: Lookup) -> Result<Option<Indicator>> {
    let lookup = match lookup {
        Lookup::Slug(slug) => Lookup::Slug(slug.to_ascii_uppercase().replace('-', "_")),
        key => key,
    };
    let tx = reader.begin();
    let row = tx.select::<Entity>().filter(lookup.among(Column::Id, Column::Code)).one(Entity::read).await?;
    Ok(row.map(|row| {
        let batch = Batch::of::<Entity>([&row]);
        Indicator::new((row, batch))
    }))
}

/// A page of definitions, by code.
///
/// # Errors
/// BAD_USER_INPUT naming the argument, or the database's refusal.
pub async fn list(reader: &Reader, roots: ListArgs, filter: Option<IndicatorFilter>) -> Result<Connection<Indicator>> {
    let published = roots.published;
    let codec = CursorCodec::new(reader.cursor_key(), format!("indicators {filter:?} {published}"));
    let order = Order::ascending(vec![(Column::Code.into_expr(), KeyKind::Text)]);
    let tx = reader.begin();
    let mut see = tx.select_for_list::<Entity>(published);
    if let Some(theme) = filter.unwrap_or_default().theme {
        see = see.filter(Column::Theme.eq(theme));
    }
    let listed = see.list(&roots.asked(&order), codec, Entity::read).await?;
    let batch = Batch::of::<Entity>(listed.rows());
    Ok(listed.connection(|row: Model| Indicator::new((row, batch.clone()))))
}

/// The latest context figure of each source and milieu for indicators: figures of the whole country's people, not of
/// one sex or age alone.
#[derive(Debug)]
pub struct LatestStatisticsOf;

impl Related for LatestStatisticsOf {
    const OF: Kind = Kind::Indicator;
    type Value = Vec<(value::Model, Batch)>;

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let tx = reader.begin();
        let mut rows = tx
            .select::<value::Entity>()
            .among(value::Column::IndicatorId, keys)
            .filter(value::Column::ProgrammeId.is_null())
            .filter(value::Column::Sex.is_null())
            .filter(value::Column::AgeBand.is_null())
            .all(value::Entity::read)
            .await?;
        rows.sort_by(|one, other| {
            let order = |row: &value::Model| (row.period_end, row.source_year);
            order(other)
                .cmp(&order(one))
                .then_with(|| one.source_code.cmp(&other.source_code))
                .then(one.number.cmp(&other.number))
        });
        let mut seen = HashSet::new();
        rows.retain(|row| {
            let milieu = row.milieu.map(|milieu| milieu.0);
            seen.insert((row.indicator_id, row.area_code.clone(), row.source_code.clone(), milieu))
        });
        let batch = Batch::of::<value::Entity>(&rows);
        Ok(grouped(rows.into_iter().map(|row| (row, batch.clone())), |(row, _)| row.indicator_id))
    }
}

/// The statistics of indicators, a page of each, the newest first.
#[derive(Debug)]
pub struct StatisticsOf {
    /// Which page.
    pub args: PageArgs,
    /// Whether to count.
    pub total: bool,
}

impl Related for StatisticsOf {
    const OF: Kind = Kind::Indicator;
    type Value = Option<Connection<IndicatorValue>>;

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let order = Order::descending(vec![(value::Column::Number.into_expr(), KeyKind::Long)]);
        let asked = PageQuery { args: &self.args, order: &order, total: self.total };
        let codec = |key: Uuid| CursorCodec::new(reader.cursor_key(), format!("Indicator.statistics {key}"));
        let tx = reader.begin();
        let see = tx.select::<value::Entity>().filter(value::Column::ProgrammeId.is_null());
        let lists = see.lists(value::Column::IndicatorId, keys, &asked, codec, value::Entity::read).await?;
        let batch = Batch::of::<value::Entity>(lists.values().flat_map(|list| list.rows()));
        let make = |row: value::Model| IndicatorValue::new((row, batch.clone()));
        Ok(lists.into_iter().map(|(key, list)| (key, Some(list.connection(make)))).collect())
    }
}
