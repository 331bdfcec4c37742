//! The GraphQL face of markets.

use super::entity;
use crate::branch::object::BranchRow;
use crate::geography::object::{ProvinceRow, RegionRow};
use crate::geography::province;
use crate::platform::graphql::contacts::Contacts;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::near::NearInput;
use crate::platform::graphql::scalars::{Date, DateTime, Money};
use crate::platform::graphql::source::Source;
use crate::platform::graphql::text::Text;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::{Later, RowObject};
use crate::platform::loading::reader::Reader;
use crate::platform::query::select::Select;
use crate::platform::query::stored::{EnumValue, Json};
use crate::platform::query::table::{Keys, RowReader};
use async_graphql::{Enum, ID, InputObject, SimpleObject};
use domain::market::{MarketStatus, OpeningHoursBasis};
use domain::opening_hours::OpeningHours;
use domain::text::Locale;
use sea_orm::DbErr;
use std::sync::Arc;
use uuid::Uuid;

/// An aim of a market.
#[derive(SimpleObject, Clone, Debug, serde::Deserialize)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct Aim {
    /// The code of the aim.
    pub code: String,
    /// The text of the aim.
    pub text: Text,
}

/// A permanent place of sale for cooperatives, supervised by a branch.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct Market {
    /// The market's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The market's version: 1 when it was created, and one more with each edit. What only follows from other data
    /// leaves it as it is.
    pub version: i32,
    /// The market's URL slug.
    pub slug: String,
    /// The market's name.
    pub name: Text,
    /// The market's status, from planning to its end.
    pub status: EnumValue<MarketStatus>,
    /// The market's time zone, by its name in the tz database.
    pub time_zone: &'static str,
    #[graphql(flatten)]
    pub(crate) details: Later<MarketDetails>,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) branch_key: Uuid,
    #[graphql(skip)]
    pub(crate) province_key: Uuid,
    #[graphql(skip)]
    pub(crate) agreement_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) hours: Arc<OpeningHours>,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

crate::columns! {
    /// What is read of one wherever it is shown.
    MarketRow: Market of entity {
        /// The key.
        Id => id: Uuid,
        /// How often it was changed; 1 when it was made.
        Version => version: i32,
        /// Its name in addresses.
        Slug => slug: String,
        /// Its name.
        Name => name: Text,
        /// Its status.
        Status => status: EnumValue<MarketStatus>,
        /// When it is open.
        OpeningHours => opening_hours: Json<Arc<OpeningHours>>,
        /// The branch that owns it.
        BranchId => branch_id: Uuid,
        /// Where it is.
        ProvinceId => province_id: Uuid,
        /// The agreement that funded it.
        AgreementId => agreement_id: Option<Uuid>,
    } names { Branch: branch_id, Province: province_id, Agreement: agreement_id } page { MarketDetails }
}

crate::details! {
    /// What is read of one when it is asked for.
    MarketDetails of entity {
        /// When the market was last edited.
        ChangedAt => changed_at: DateTime,
        /// The city that the market is in; null when it is not published.
        City => city: Option<Text>,
        /// The address; null: not published.
        Address => address: Option<Text>,
        /// Degrees north (WGS 84); null: not published.
        Latitude => latitude: Option<f64>,
        /// Degrees east (WGS 84); null: not published.
        Longitude => longitude: Option<f64>,
        /// The contacts of the market for the public; null when they are not published.
        Contacts => contacts: Option<Json<Contacts>>,
        /// The day on which the market was announced.
        AnnouncedOn => announced_on: Option<Date>,
        /// The day on which the market opened; null: not published.
        OpenedOn => opened_on: Option<Date>,
        /// The origin of the opening hours.
        OpeningHoursBasis => opening_hours_basis: EnumValue<OpeningHoursBasis>,
        /// The cost of the market; null when it is not published.
        Cost => cost: Option<Money>,
        /// The aims of the market.
        Aims => aims: Json<Vec<Aim>>,
        /// The sources of the facts about the market.
        Sources => sources: Json<Vec<Source>>,
        /// Whether the market was invented for demonstration.
        IsDemo => is_demo: bool,
    }
}

impl RowObject for Market {
    type Columns = MarketRow;

    fn new(row: &MarketRow, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::Market, row.id),
            version: row.version,
            slug: row.slug.clone(),
            name: row.name.clone(),
            status: row.status,
            time_zone: domain::calendar::ZONE,
            details: Later::new(row.id, &batch),
            key: row.id,
            branch_key: row.branch_id,
            province_key: row.province_id,
            agreement_key: row.agreement_id,
            hours: Arc::clone(&row.opening_hours.0),
            batch,
        }
    }

    // Most that show a market show where it is.
    fn join<'t, 'a>(select: Select<'t, 'a, entity::Entity>) -> Select<'t, 'a, entity::Entity> {
        select
            .with_optional::<BranchRow>(entity::Column::BranchId)
            .with_optional::<ProvinceRow>(entity::Column::ProvinceId)
            .with_optional::<RegionRow>(province::Column::RegionId)
    }

    fn read(level: &mut Keys, cells: &mut RowReader<'_>) -> Result<Arc<MarketRow>, DbErr> {
        let row = level.take::<MarketRow>(cells)?;
        level.take_optional::<BranchRow>(cells)?;
        level.take_optional::<ProvinceRow>(cells)?;
        level.take_optional::<RegionRow>(cells)?;
        Ok(row)
    }
}

/// Conditions on markets: those that are given must all be met.
#[derive(InputObject, Clone, Debug, Default)]
pub struct MarketFilter {
    /// Leaves only markets in this status.
    pub status: Option<EnumValue<MarketStatus>>,
    /// In the province with this code.
    pub province: Option<String>,
    /// Only markets that this branch supervises.
    pub branch: Option<ID>,
    /// Open at this moment, by its published hours.
    pub open_now: Option<bool>,
    /// Leaves only markets whose point is published and, where a distance is given, that lie within it.
    pub near: Option<NearInput>,
    /// Leaves only markets of which a text is missing in this language. For signed-in callers.
    pub missing_translation: Option<EnumValue<Locale>>,
}

/// The order of markets.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum MarketOrder {
    /// In the order in which they were founded.
    #[default]
    Oldest,
    /// The market founded last comes first.
    Newest,
    /// By name, in the language of the request.
    Name,
    /// The nearest first. Only with `filter.near`.
    Distance,
}
