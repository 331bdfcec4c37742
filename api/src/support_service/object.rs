//! The GraphQL face of support services.

use super::entity::{Column, Entity, Model};
use crate::geography::object::ProvinceRow;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::near::NearInput;
use crate::platform::graphql::opening_hours::{OpeningDay, day};
use crate::platform::graphql::scalars::{Date, DateTime};
use crate::platform::graphql::source::{Source, sources};
use crate::platform::graphql::text::Text;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use crate::platform::query::select::Select;
use crate::platform::query::stored::EnumValue;
use crate::platform::query::table::{Keys, RowReader};
use async_graphql::{ID, InputObject, SimpleObject};
use domain::opening_hours::OpeningHours;
use domain::support_service::{
    SupportCost, SupportCoverage, SupportLanguage, SupportServiceKind, SupportServiceStatus, is_stale,
};
use domain::text::Locale;
use sea_orm::DbErr;
use std::sync::Arc;
use uuid::Uuid;

/// A service that helps women and girls facing violence.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct SupportService {
    /// The service's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The service's version: 1 when it was created, and one more with each edit. What only follows from other data
    /// leaves it as it is.
    pub version: i32,
    /// When the service was last edited.
    pub changed_at: DateTime,
    /// The kind of the service.
    pub kind: EnumValue<SupportServiceKind>,
    /// The part of the country that the service is for.
    pub coverage: EnumValue<SupportCoverage>,
    /// The service's name.
    pub name: Text,
    /// The numbers to call, the best one first: as they are dialled in Morocco, or in international form.
    pub phones: Vec<String>,
    /// The languages that are spoken there, as far as they are known.
    pub languages: Vec<EnumValue<SupportLanguage>>,
    /// How one gets in; null: not known.
    pub access: Option<Text>,
    /// What the service costs; null: not known.
    pub cost: Option<EnumValue<SupportCost>>,
    /// The address; null: not known, and always of a shelter.
    pub address: Option<Text>,
    /// Degrees north (WGS 84); null: not known, and always of a shelter.
    pub latitude: Option<f64>,
    /// Degrees east (WGS 84); null: not known, and always of a shelter.
    pub longitude: Option<f64>,
    /// Whether the service is open at any time.
    pub is_always_open: bool,
    /// The regular week: always seven days, Monday first. Of a service that is always open nothing of it is known.
    pub opening_hours: Vec<OpeningDay>,
    /// The week in Ramadan, Monday first; empty: as usual.
    pub ramadan_hours: Vec<OpeningDay>,
    /// The status of the service.
    pub status: EnumValue<SupportServiceStatus>,
    /// The day on which its branch made sure of the facts last; null: never.
    pub verified_on: Option<Date>,
    /// Whether nobody has made sure of the facts for more than 180 days. After 365 the service is no longer shown to the public,
    /// but for the national line.
    pub is_stale: bool,
    /// The day, month or year on which the facts were known last, as exactly as is known: that of `verifiedOn`, else that of
    /// the youngest source; null: not known.
    pub known_as_of: Option<String>,
    /// Whether it is the national line, which every search ends with.
    pub is_national_line: bool,
    /// The sources of the facts about the service.
    pub sources: Vec<Source>,
    /// Whether the service was invented for demonstration.
    pub is_demo: bool,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) branch_key: Uuid,
    #[graphql(skip)]
    pub(crate) province_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) hours: Arc<OpeningHours>,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for SupportService {
    type Columns = Entity;

    fn new(row: &Model, batch: Batch, reader: &Reader) -> Self {
        let hours = Arc::new(row.opening_hours.0.clone());
        let verified_on = row.verified_on.map(|day| day.0);
        let published = row.sources.0.iter().filter_map(|source| source.dated_on.clone()).max();
        Self {
            id: GlobalId::new(Kind::SupportService, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            kind: row.kind,
            coverage: row.coverage,
            name: (&row.name).into(),
            phones: row.phones.0.clone(),
            languages: row.languages.0.iter().copied().map(EnumValue).collect(),
            access: row.access.as_ref().map(Text::from),
            cost: row.cost,
            address: row.address.as_ref().map(Text::from),
            latitude: row.latitude,
            longitude: row.longitude,
            is_always_open: row.is_always_open,
            opening_hours: hours.week().map(day).collect(),
            ramadan_hours: hours.ramadan().into_iter().flatten().map(day).collect(),
            status: row.status,
            verified_on: verified_on.map(Date),
            is_stale: is_stale(verified_on, domain::calendar::today(reader.now())),
            known_as_of: verified_on.map(|day| day.to_string()).or(published),
            is_national_line: row.is_national_line,
            sources: sources(row.sources.clone()),
            is_demo: row.is_demo,
            key: row.id,
            branch_key: row.branch_id,
            province_key: row.province_id,
            hours,
            batch,
        }
    }

    // Whoever looks for help near her looks where it is.
    fn join<'t, 'a>(select: Select<'t, 'a, Entity>) -> Select<'t, 'a, Entity> {
        select.with_optional::<ProvinceRow>(Column::ProvinceId)
    }

    fn read(level: &mut Keys, cells: &mut RowReader<'_>) -> Result<Arc<Model>, DbErr> {
        let row = level.take::<Entity>(cells)?;
        level.take_optional::<ProvinceRow>(cells)?;
        Ok(row)
    }
}

/// Somebody who made sure that a support service is as the directory says.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct SupportVerification {
    /// When she made sure.
    pub at: DateTime,
    /// Her name, as it was then; null: the platform itself.
    pub actor_name: Option<String>,
    /// How she made sure.
    pub note: Option<String>,
}

/// Where a shelter is.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct Shelter {
    /// The address.
    pub address: Text,
    /// Degrees north (WGS 84); null: not known.
    pub latitude: Option<f64>,
    /// Degrees east (WGS 84); null: not known.
    pub longitude: Option<f64>,
    /// The numbers to call, the best one first.
    pub phones: Vec<String>,
}

/// How many support services of a kind there are for a province.
#[derive(SimpleObject, Clone, Copy, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct SupportKindCount {
    /// The kind.
    pub kind: EnumValue<SupportServiceKind>,
    /// The number of services that the public is shown, with those for the whole region and the whole country.
    pub count: i32,
}

/// Conditions on support services: those that are given must all be met. The national line meets those on place, kind, language
/// and hours.
#[derive(InputObject, Clone, Debug, Default)]
pub struct SupportServiceFilter {
    /// Leaves only services for the province with this code.
    pub province: Option<String>,
    /// Leaves only services of this kind.
    pub kind: Option<EnumValue<SupportServiceKind>>,
    /// Leaves only services where this language is spoken.
    pub language: Option<EnumValue<SupportLanguage>>,
    /// Leaves only services that are open at this instant, as far as their hours are known.
    pub open_at: Option<DateTime>,
    /// The nearest services first; where a distance is given, only those within it whose point is known.
    pub near: Option<NearInput>,
    /// Leaves only services that this branch keeps.
    pub branch: Option<ID>,
    /// Leaves only services of which nobody has made sure for more than 180 days, or ever: what a branch has to work off.
    pub is_stale: Option<bool>,
    /// Leaves only services in this status; ACTIVE, if none is given.
    pub status: Option<EnumValue<SupportServiceStatus>>,
    /// Leaves only services of which a text is missing in this language. For signed-in callers.
    pub missing_translation: Option<EnumValue<Locale>>,
}

impl SupportServiceFilter {
    /// Whether somebody looks for help, and not for what she has to do: then the national line is always among what is found.
    pub(super) fn is_search(&self) -> bool {
        self.branch.is_none() && self.is_stale.is_none() && self.status.is_none() && self.missing_translation.is_none()
    }
}
