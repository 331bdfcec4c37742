//! The GraphQL face of indicators and their figures.

use super::{entity, value};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{Date, DateTime, Decimal};
use crate::platform::graphql::text::Text;
use crate::platform::loading::batch::Batch;
use async_graphql::{Enum, InputObject, SimpleObject};
use domain::{indicator as rules, membership};
use std::borrow::Borrow;
use uuid::Uuid;

/// What a programme or an indicator is about.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::programme::Theme")]
pub enum Theme {
    /// Maternal and newborn health.
    MaternalHealth,
    /// Response to violence against women and girls.
    ViolenceResponse,
    /// Income and economic inclusion.
    EconomicInclusion,
    /// Training for work and skills.
    Training,
    /// Teaching to read and write.
    Literacy,
    /// Early childhood and schooling.
    Childhood,
    /// Any other theme.
    Other,
}

/// What an indicator is measured in.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "rules::IndicatorUnit")]
pub enum IndicatorUnit {
    /// A number of things or people.
    Number,
    /// Per cent, 0 to 100.
    Percent,
    /// A rate per 100,000 people or births.
    #[graphql(name = "RATE_PER_100K")]
    RatePer100k,
    /// A rate per 1,000 people or births.
    #[graphql(name = "RATE_PER_1000")]
    RatePer1000,
    /// Moroccan dirhams, with centimes.
    Mad,
}

/// Which way an indicator is better.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "rules::Direction")]
pub enum IndicatorDirection {
    /// A higher figure is better.
    Up,
    /// A lower figure is better.
    Down,
    /// Neither a higher nor a lower figure is better.
    None,
}

/// What kind of figure.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "rules::ValueKind")]
pub enum IndicatorValueKind {
    /// The figure before the programme started.
    Baseline,
    /// The figure that the programme aims at.
    Target,
    /// The figure that the programme reached.
    Actual,
    /// Context from a public source; never a programme's result.
    Statistic,
}

/// Whether there is a figure.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "rules::ValueStatus")]
pub enum IndicatorValueStatus {
    /// There is a figure.
    Available,
    /// The figure is withheld, since it would tell about a few people.
    Suppressed,
    /// There is no figure.
    Missing,
}

/// What kind of area a figure is of.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "rules::AreaKind")]
pub enum AreaKind {
    /// The whole of Morocco.
    Country,
    /// One of the regions.
    Region,
    /// A province or a prefecture.
    Province,
    /// A branch of the association.
    Branch,
}

/// How a figure was found.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "rules::Method")]
pub enum SourceMethod {
    /// Asked of a sample of people.
    Survey,
    /// Estimated by a model.
    Model,
    /// Counted in administrative registers.
    Administrative,
    /// Counted in a census.
    Census,
}

/// Whether people live in a town or in the country.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "membership::Milieu")]
pub enum Milieu {
    /// Urban: in a town.
    Urban,
    /// Rural: in the country.
    Rural,
}

/// The sex of people.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "membership::Sex")]
pub enum Sex {
    /// A woman or a girl.
    Female,
    /// A man or a boy.
    Male,
}

/// The definition of an indicator.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex)]
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
    pub unit: IndicatorUnit,
    /// Whether a higher or a lower figure is better.
    pub direction: IndicatorDirection,
    /// The theme of the indicator.
    pub theme: Theme,
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

impl Indicator {
    /// The face of a row, with the level that it was read in.
    pub fn new<R: Borrow<entity::Model>>((row, batch): (R, Batch)) -> Self {
        let row = row.borrow();
        Self {
            id: GlobalId::new(Kind::Indicator, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            slug: row.code.to_ascii_lowercase().replace('_', "-"),
            code: row.code.clone(),
            name: (&row.name).into(),
            unit: row.unit.0.into(),
            direction: row.direction.0.into(),
            theme: row.theme.0.into(),
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
pub struct Area {
    /// The kind of area.
    pub kind: AreaKind,
    /// The area's code: ISO 3166-1 of a country, HCP code of a region or province, slug of a branch.
    pub code: String,
}

/// Where a figure comes from.
#[derive(SimpleObject, Clone, Debug)]
pub struct IndicatorSource {
    /// The code of the source.
    pub code: String,
    /// The name of the source.
    pub name: String,
    /// How the figure was found.
    pub method: SourceMethod,
    /// The year that the figure refers to.
    pub year: i32,
    /// The address where the source can be read; null when there is none.
    pub url: Option<String>,
}

/// A figure of an indicator, for a period, an area and a group of people.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex)]
pub struct IndicatorValue {
    /// The figure's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The figure's version: 1 when it was created, and one more with each edit. What only follows from other data
    /// leaves it as it is.
    pub version: i32,
    /// When the figure was last edited.
    pub changed_at: DateTime,
    /// What kind of figure.
    pub kind: IndicatorValueKind,
    /// The figure with the decimals of its source; null exactly when `status` is not AVAILABLE.
    pub value: Option<Decimal>,
    /// Whether there is a figure.
    pub status: IndicatorValueStatus,
    /// The period: "2018", "2024-S1", "2024-Q1", "2024-03".
    pub period: String,
    /// The first day of the figure's period.
    pub period_start: Date,
    /// The last day of the figure's period.
    pub period_end: Date,
    /// The area that the figure is about.
    pub area: Area,
    /// Of town or country alone; null: of both.
    pub milieu: Option<Milieu>,
    /// Of one sex alone; null: of both.
    pub sex: Option<Sex>,
    /// Of one age band alone; null: of all.
    pub age_band: Option<String>,
    /// Where it comes from.
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

impl IndicatorValue {
    /// The face of a row, with the level that it was read in.
    pub fn new<R: Borrow<value::Model>>((row, batch): (R, Batch)) -> Self {
        let row = row.borrow();
        let figure = row.value.as_deref().and_then(|text| domain::decimal::Decimal::parse(text).ok());
        Self {
            id: GlobalId::new(Kind::IndicatorValue, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            kind: row.kind.0.into(),
            value: figure.map(Decimal),
            status: row.status.0.into(),
            period: row.period.clone(),
            period_start: row.period_start.into(),
            period_end: row.period_end.into(),
            area: Area { kind: row.area_kind.0.into(), code: row.area_code.clone() },
            milieu: row.milieu.map(|milieu| milieu.0.into()),
            sex: row.sex.map(|sex| sex.0.into()),
            age_band: row.age_band.clone(),
            source: IndicatorSource {
                code: row.source_code.clone(),
                name: row.source_name.clone(),
                method: row.source_method.0.into(),
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

/// Which indicators are wanted.
#[derive(InputObject, Clone, Debug, Default)]
pub struct IndicatorFilter {
    /// Leaves only indicators of this theme.
    pub theme: Option<Theme>,
}
