//! The GraphQL face of indicators and their figures.

use super::entity;
use super::value;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{Date, DateTime, Decimal};
use crate::platform::graphql::text::Text;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::{Later, RowObject};
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
    #[graphql(flatten)]
    pub(crate) details: Later<IndicatorDetails>,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

crate::columns! {
    /// What is read of one wherever it is shown.
    IndicatorRow: Indicator of entity {
        /// The key.
        Id => id: Uuid,
        /// How often it was changed; 1 when it was made.
        Version => version: i32,
        /// Its code.
        Code => code: String,
        /// Its name.
        Name => name: Text,
        /// What it is measured in.
        Unit => unit: EnumValue<IndicatorUnit>,
        /// Whether a higher or a lower figure is better.
        Direction => direction: EnumValue<IndicatorDirection>,
    } names {}
}

crate::details! {
    /// What is read of one when it is asked for.
    IndicatorDetails of entity {
        /// When the indicator was last edited.
        ChangedAt => changed_at: DateTime,
        /// The theme of the indicator.
        Theme => theme: EnumValue<Theme>,
        /// What the indicator counts; null when it is no ratio.
        Numerator => numerator: Option<String>,
        /// What the numerator is related to; null when it is no ratio.
        Denominator => denominator: Option<String>,
        /// Whether the indicator was invented for demonstration.
        IsDemo => is_demo: bool,
    }
}

impl RowObject for Indicator {
    type Columns = IndicatorRow;

    fn new(row: &IndicatorRow, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::Indicator, row.id),
            version: row.version,
            slug: row.code.to_ascii_lowercase().replace('_', "-"),
            code: row.code.clone(),
            name: row.name.clone(),
            unit: row.unit,
            direction: row.direction,
            key: row.id,
            details: Later::new(row.id, &batch),
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
    /// The figure with the decimals of its source; null exactly when `status` is not AVAILABLE.
    pub value: Option<Decimal>,
    /// The period: "2018", "2024-S1", "2024-Q1", "2024-03".
    pub period: String,
    /// The source of the figure.
    pub source: IndicatorSource,
    #[graphql(flatten)]
    pub(crate) details: Later<IndicatorValueDetails>,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) indicator_key: Uuid,
    #[graphql(skip)]
    pub(crate) programme_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

crate::columns! {
    /// What is read of one wherever it is shown.
    IndicatorValueRow: IndicatorValue of value {
        /// The key.
        Id => id: Uuid,
        /// The definition of the indicator.
        IndicatorId => indicator_id: Uuid,
        /// The programme.
        ProgrammeId => programme_id: Option<Uuid>,
        /// The figure with its decimals; none exactly when there is none to tell.
        Value => value: Option<String>,
        /// The period.
        Period => period: String,
        /// The code of the source.
        SourceCode => source_code: String,
        /// The name of the source.
        SourceName => source_name: String,
        /// How the source found it.
        SourceMethod => source_method: EnumValue<SourceMethod>,
        /// The year that it refers to.
        SourceYear => source_year: i32,
        /// Where the source can be read.
        SourceUrl => source_url: Option<String>,
    } names { Indicator: indicator_id, Programme: programme_id }
}

crate::details! {
    /// What is read of one when it is asked for.
    IndicatorValueDetails of value {
        /// The kind of the figure.
        Kind => kind: EnumValue<IndicatorValueKind>,
        /// Whether there is a figure.
        Status => status: EnumValue<IndicatorValueStatus>,
        /// The figure's version: 1 when it was created, and one more with each edit. What only follows from other data
        /// leaves it as it is.
        Version => version: i32,
        /// When the figure was last edited.
        ChangedAt => changed_at: DateTime,
        /// The numerator of a rate; null when the figure is no rate, or is not told.
        Numerator => numerator: Option<i64>,
        /// The denominator of a rate; null when the figure is no rate, or is not told.
        Denominator => denominator: Option<i64>,
        /// The first day of the figure's period.
        PeriodStart => period_start: Date,
        /// The last day of the figure's period.
        PeriodEnd => period_end: Date,
        /// The milieu that the figure is about; null when it is about both.
        Milieu => milieu: Option<EnumValue<MilieuCategory>>,
        /// The sex that the figure is about; null when it is about both.
        Sex => sex: Option<EnumValue<SexCategory>>,
        /// The age band that the figure is about; null when it is about all ages.
        AgeBand => age_band: Option<String>,
        /// Whether the figure was invented for demonstration.
        IsDemo => is_demo: bool,
    }
}

crate::columns! {
    /// The area of a figure, read when it is asked for.
    AreaRow: IndicatorValue of value {
        /// The key of the figure.
        Id => id: Uuid,
        /// The kind of area.
        AreaKind => kind: EnumValue<AreaKind>,
        /// The code of the area.
        AreaCode => code: String,
    } names {}
}

impl RowObject for IndicatorValue {
    type Columns = IndicatorValueRow;

    fn new(row: &IndicatorValueRow, batch: Batch, _: &Reader) -> Self {
        let figure = row.value.as_deref().and_then(|text| domain::decimal::Decimal::parse(text).ok());
        Self {
            id: GlobalId::new(Kind::IndicatorValue, row.id),
            value: figure.map(Decimal),
            period: row.period.clone(),
            source: IndicatorSource {
                code: row.source_code.clone(),
                name: row.source_name.clone(),
                method: row.source_method,
                year: row.source_year,
                url: row.source_url.clone(),
            },
            key: row.id,
            indicator_key: row.indicator_id,
            programme_key: row.programme_id,
            details: Later::new(row.id, &batch),
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
