//! Reading indicators and figures.

use super::entity::{Column, Entity};
use super::object::{Indicator, IndicatorFilter, IndicatorValue};
use super::value;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::Kind;
use crate::platform::graphql::lookup::Lookup;
use crate::platform::loading::batch::{Related, grouped};
use crate::platform::loading::object::{self, Children, RowObject};
use crate::platform::loading::reader::Reader;
use crate::platform::paging::page::{Connection, ListArgs, NameOrder, Order, PageArgs};
use crate::platform::query::table::Table;
use crate::programme::indicator as followed;
use sea_orm::ColumnTrait;
use sea_orm::sea_query::ExprTrait;
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
    Indicator::find_by(reader, lookup.among(Column::Id, Column::Code)).await
}

/// A page of definitions, by code.
///
/// # Errors
/// BAD_USER_INPUT naming the argument, or the database's refusal.
pub async fn list(
    reader: &Reader,
    roots: ListArgs,
    filter: Option<IndicatorFilter>,
    by: NameOrder,
) -> Result<Connection<Indicator>> {
    let published = roots.published;
    let in_arabic = by == NameOrder::Name && reader.sorts_in_arabic();
    let name = format!("indicators {filter:?} {by:?} {in_arabic} {published}");
    let tx = reader.begin();
    let mut select = tx.select_for_list::<Entity>(published);
    if let Some(theme) = filter.unwrap_or_default().theme {
        select = select.filter(Column::Theme.eq(theme));
    }
    object::list(reader, name, select, &roots.page, &Order::named(by, in_arabic, "indicator", Column::Code)).await
}

/// The latest context figure of each source and milieu for indicators: figures of the whole country's people, not of
/// one sex or age alone.
#[derive(Debug)]
pub struct LatestStatisticsOf;

impl Related for LatestStatisticsOf {
    type Value = Vec<IndicatorValue>;

    fn of(&self) -> Kind {
        Kind::Indicator
    }

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
        Ok(grouped(object::all::<IndicatorValue>(rows, reader), |figure| figure.indicator_key))
    }
}

/// The statistics of indicators, a page of each, those that were recorded last first.
pub fn statistics(page: PageArgs) -> Children<IndicatorValue, value::Column> {
    let order = Order::newest(value::Column::Number);
    Children::new(Kind::Indicator, "Indicator.statistics", value::Column::IndicatorId, page, order)
        .narrowed(|select| select.filter(value::Column::ProgrammeId.is_null()))
}

/// The figures of programmes for indicators, a page of each, those that were recorded last first.
pub fn of_programme_indicators(page: PageArgs) -> Children<IndicatorValue, followed::Column> {
    let order = Order::newest(value::Column::Number);
    Children::new(Kind::ProgrammeIndicator, "ProgrammeIndicator.values", followed::Column::Id, page, order).narrowed(
        |select| {
            select
                .through::<followed::Entity>(followed::Column::ProgrammeId, value::Column::ProgrammeId)
                .filter(followed::Column::IndicatorId.into_expr().eq(value::Column::IndicatorId.into_expr()))
        },
    )
}
