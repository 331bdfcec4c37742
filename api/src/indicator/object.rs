//! The GraphQL face of indicators and their figures.

use super::entity;
use super::value;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{Date, DateTime, Decimal};
use crate::platform::graphql::text::Text;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::EnumValue;
use async_graphql::{InputObject, SimpleObject};
use domain::indicator::{
    AreaKind, IndicatorDirection, IndicatorUnit, IndicatorValueKind, IndicatorValueStatus, MilieuCategory, SexCategory,
    SourceMethod,
};
use domain::programme::Theme;
use uuid::Uuid;

/// The definition of an indicator.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct Indicator {
    /// The indicator's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The indicator's version: 1 when it was created, and one more with each edit. What only follows from other data
    /// leaves it as it is.
    pub version: i32,
    /// When the indicator was last edited.
    pub changed_at: DateTime,
    /// The indicator's URL slug.
    pub slug: String,
    /// The indicator's code, which is unique.
    pub code: String,
    /// The indicator's name.
    pub name: Text,
    /// The unit that the indicator is measured in.
    pub unit: EnumValue<IndicatorUnit>,
    /// Whether a higher or a lower figure is better.
    pub direction: EnumValue<IndicatorDirection>,
    /// The theme of the indicator.
    pub theme: EnumValue<Theme>,
    /// What the indicator counts; null when it is no ratio.
    pub numerator: Option<String>,
    /// What the numerator is related to; null when it is no ratio.
    pub denominator: Option<String>,
    /// Whether the indicator was invented for demonstration.
    pub is_demo: bool,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for Indicator {
    type Entity = entity::Entity;

    fn new(row: &entity::Model, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::Indicator, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            slug: row.code.to_ascii_lowercase().replace('_', "-"),
            code: row.code.clone(),
            name: (&row.name).into(),
            unit: row.unit,
            direction: row.direction,
            theme: row.theme,
            numerator: row.numerator.clone(),
            denominator: row.denominator.clone(),
            is_demo: row.is_demo,
            key: row.id,
            batch,
        }
    }
}

/// The area that a figure is of.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct Area {
    /// The kind of area.
    pub kind: EnumValue<AreaKind>,
    /// The area's code: ISO 3166-1 of a country, HCP code of a region or province, slug of a branch.
    pub code: String,
}

/// The source of a figure.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct IndicatorSource {
    /// The code of the source.
    pub code: String,
    /// The name of the source.
    pub name: String,
    /// The method by which the figure was found.
    pub method: EnumValue<SourceMethod>,
    /// The year that the figure refers to.
    pub year: i32,
    /// The address where the source can be read; null when there is none.
    pub url: Option<String>,
}

/// A figure of an indicator, for a period, an area and a group of people.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct IndicatorValue {
    /// The figure's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The figure's version: 1 when it was created, and one more with each edit. What only follows from other data
    /// leaves it as it is.
    pub version: i32,
    /// When the figure was last edited.
    pub changed_at: DateTime,
    /// The kind of the figure.
    pub kind: EnumValue<IndicatorValueKind>,
    /// The figure with the decimals of its source; null exactly when `status` is not AVAILABLE.
    pub value: Option<Decimal>,
    /// The numerator of a rate; null when the figure is no rate, or is not told.
    pub numerator: Option<i64>,
    /// The denominator of a rate; null when the figure is no rate, or is not told.
    pub denominator: Option<i64>,
    /// Whether there is a figure.
    pub status: EnumValue<IndicatorValueStatus>,
    /// The period: "2018", "2024-S1", "2024-Q1", "2024-03".
    pub period: String,
    /// The first day of the figure's period.
    pub period_start: Date,
    /// The last day of the figure's period.
    pub period_end: Date,
    /// The area that the figure is about.
    pub area: Area,
    /// The milieu that the figure is about; null when it is about both.
    pub milieu: Option<EnumValue<MilieuCategory>>,
    /// The sex that the figure is about; null when it is about both.
    pub sex: Option<EnumValue<SexCategory>>,
    /// The age band that the figure is about; null when it is about all ages.
    pub age_band: Option<String>,
    /// The source of the figure.
    pub source: IndicatorSource,
    /// Whether the figure was invented for demonstration.
    pub is_demo: bool,
    #[graphql(skip)]
    pub(crate) indicator_key: Uuid,
    #[graphql(skip)]
    pub(crate) programme_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for IndicatorValue {
    type Entity = value::Entity;

    fn new(row: &value::Model, batch: Batch, _: &Reader) -> Self {
        let figure = row.value.as_deref().and_then(|text| domain::decimal::Decimal::parse(text).ok());
        Self {
            id: GlobalId::new(Kind::IndicatorValue, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            kind: row.kind,
            value: figure.map(Decimal),
            numerator: row.numerator,
            denominator: row.denominator,
            status: row.status,
            period: row.period.clone(),
            period_start: row.period_start.into(),
            period_end: row.period_end.into(),
            area: Area { kind: row.area_kind, code: row.area_code.clone() },
            milieu: row.milieu,
            sex: row.sex,
            age_band: row.age_band.clone(),
            source: IndicatorSource {
                code: row.source_code.clone(),
                name: row.source_name.clone(),
                method: row.source_method,
                year: row.source_year,
                url: row.source_url.clone(),
            },
            is_demo: row.is_demo,
            indicator_key: row.indicator_id,
            programme_key: row.programme_id,
            batch,
        }
    }
}

/// An earlier version of the definition of an indicator.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct IndicatorVersion {
    /// The version of the indicator that it was.
    pub version: i32,
    /// The indicator's name then.
    pub name: Text,
    /// The unit that it was measured in.
    pub unit: EnumValue<IndicatorUnit>,
    /// Whether a higher or a lower figure was better.
    pub direction: EnumValue<IndicatorDirection>,
    /// The theme that it had.
    pub theme: EnumValue<Theme>,
    /// What it counted; null when it was no ratio.
    pub numerator: Option<String>,
    /// What the numerator was related to; null when it was no ratio.
    pub denominator: Option<String>,
    /// When the next version took its place.
    pub ended_at: DateTime,
}

/// Criteria for a list of indicators.
#[derive(InputObject, Clone, Debug, Default)]
pub struct IndicatorFilter {
    /// Leaves only indicators of this theme.
    pub theme: Option<EnumValue<Theme>>,
}
