//! The GraphQL face of markets.

use super::entity::{Column, Entity, Model};
use crate::branch::object::BranchRow;
use crate::geography::object::{ProvinceRow, RegionRow};
use crate::geography::province;
use crate::platform::graphql::contacts::Contacts;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::near::NearInput;
use crate::platform::graphql::opening_hours::{OpeningDay, OpeningException, day, exception};
use crate::platform::graphql::scalars::{Date, DateTime, Money};
use crate::platform::graphql::source::{Source, sources};
use crate::platform::graphql::text::Text;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use crate::platform::query::select::Select;
use crate::platform::query::stored::EnumValue;
use crate::platform::query::table::{Keys, RowReader};
use async_graphql::{Enum, ID, InputObject, SimpleObject};
use domain::market::{MarketStatus, OpeningHoursBasis};
use domain::opening_hours as rules;
use domain::opening_hours::Weekday;
use domain::text::Locale;
use sea_orm::DbErr;
use std::sync::Arc;
use uuid::Uuid;

/// An aim of a market.
#[derive(SimpleObject, Clone, Debug)]
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
    /// When the market was last edited.
    pub changed_at: DateTime,
    /// The market's URL slug.
    pub slug: String,
    /// The market's name.
    pub name: Text,
    /// The city that the market is in; null when it is not published.
    pub city: Option<Text>,
    /// The address; null: not published.
    pub address: Option<Text>,
    /// Degrees north (WGS 84); null: not published.
    pub latitude: Option<f64>,
    /// Degrees east (WGS 84); null: not published.
    pub longitude: Option<f64>,
    /// The contacts of the market for the public; null when they are not published.
    pub contacts: Option<Contacts>,
    /// The market's status, from planning to its end.
    pub status: EnumValue<MarketStatus>,
    /// The day on which the market was announced.
    pub announced_on: Option<Date>,
    /// The day on which the market opened; null: not published.
    pub opened_on: Option<Date>,
    /// The days on which it opens, as far as they are published.
    pub opening_days: Vec<EnumValue<Weekday>>,
    /// The regular week: always seven days, Monday first.
    pub opening_hours: Vec<OpeningDay>,
    /// The week in Ramadan, Monday first; empty: as usual.
    pub ramadan_hours: Vec<OpeningDay>,
    /// Days that are not like the others, in their order.
    pub opening_exceptions: Vec<OpeningException>,
    /// The origin of the opening hours.
    pub opening_hours_basis: EnumValue<OpeningHoursBasis>,
    /// The market's time zone, by its name in the tz database.
    pub time_zone: &'static str,
    /// The cost of the market; null when it is not published.
    pub cost: Option<Money>,
    /// The aims of the market.
    pub aims: Vec<Aim>,
    /// The sources of the facts about the market.
    pub sources: Vec<Source>,
    /// Whether the market was invented for demonstration.
    pub is_demo: bool,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) branch_key: Uuid,
    #[graphql(skip)]
    pub(crate) province_key: Uuid,
    #[graphql(skip)]
    pub(crate) agreement_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) hours: rules::OpeningHours,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for Market {
    type Columns = Entity;

    fn new(row: &Model, batch: Batch, _: &Reader) -> Self {
        let hours = row.opening_hours.0.clone();
        Self {
            id: GlobalId::new(Kind::Market, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            slug: row.slug.clone(),
            name: (&row.name).into(),
            city: row.city.as_ref().map(Text::from),
            address: row.address.as_ref().map(Text::from),
            latitude: row.latitude,
            longitude: row.longitude,
            contacts: row.contacts.clone().map(Contacts::from),
            status: row.status,
            announced_on: row.announced_on.map(Date::from),
            opened_on: row.opened_on.map(Date::from),
            opening_days: hours.opening_days().map(EnumValue).collect(),
            opening_hours: hours.week().map(day).collect(),
            ramadan_hours: hours.ramadan().into_iter().flatten().map(day).collect(),
            opening_exceptions: hours.exceptions().into_iter().map(exception).collect(),
            opening_hours_basis: row.opening_hours_basis,
            time_zone: domain::calendar::ZONE,
            cost: row.cost.map(Money::centimes),
            aims: row.aims.0.clone().into_iter().map(|aim| Aim { code: aim.code, text: aim.text.into() }).collect(),
            sources: sources(row.sources.clone()),
            is_demo: row.is_demo,
            key: row.id,
            branch_key: row.branch_id,
            province_key: row.province_id,
            agreement_key: row.agreement_id,
            hours,
            batch,
        }
    }

    // Most that show a market show where it is.
    fn join<'t, 'a>(select: Select<'t, 'a, Entity>) -> Select<'t, 'a, Entity> {
        select
            .with_optional::<BranchRow>(Column::BranchId)
            .with_optional::<ProvinceRow>(Column::ProvinceId)
            .with_optional::<RegionRow>(province::Column::RegionId)
    }

    fn read(level: &mut Keys, cells: &mut RowReader<'_>) -> Result<Arc<Model>, DbErr> {
        let row = level.take::<Entity>(cells)?;
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
