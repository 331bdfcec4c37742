//! Root fields that keep the directory of support services.

use super::form::{Facts, NewService, ShelterForm};
use super::object::SupportService;
use super::sheet;
use super::store;
use crate::branch::object::Branch;
use crate::payload;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::{given, mutate};
use crate::platform::graphql::near::point;
use crate::platform::graphql::opening_hours::{HolidayOpeningInput, OpeningDayInput, week};
use crate::platform::graphql::text::{LocalizedTextInput, required};
use crate::platform::graphql::upload::{Upload, read_blocking};
use crate::platform::loading::reader::Reads;
use crate::platform::query::stored::EnumValue;
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use domain::access::Permission;
use domain::fault::Code;
use domain::opening_hours::Parts;
use domain::support_service::{SupportCost, SupportCoverage, SupportLanguage, SupportServiceKind};
use domain::text::NAME_MAX;
use uuid::Uuid;

/// A service for the directory.
#[derive(InputObject, Clone, Debug)]
pub struct SupportServiceCreateInput {
    /// The global id of the branch that keeps the service.
    pub branch_id: ID,
    /// The kind of the service. Of a SHELTER neither address nor point nor numbers are given here: `shelterSet` takes them.
    pub kind: EnumValue<SupportServiceKind>,
    /// The part of the country that the service is for.
    pub coverage: EnumValue<SupportCoverage>,
    /// The code of the province that the service is in; not needed for the whole country.
    pub province_code: Option<String>,
    /// The service's name.
    pub name: LocalizedTextInput,
    /// The numbers to call, the best one first, at most five: short numbers, ten digits that begin with 0, or international form.
    #[graphql(default)]
    pub phones: Vec<String>,
    /// The languages that are spoken there.
    #[graphql(default)]
    pub languages: Vec<EnumValue<SupportLanguage>>,
    /// How one gets in.
    pub access: Option<LocalizedTextInput>,
    /// What the service costs.
    pub cost: Option<EnumValue<SupportCost>>,
    /// The address.
    pub address: Option<LocalizedTextInput>,
    /// Degrees north (WGS 84); given together with `longitude`.
    pub latitude: Option<f64>,
    /// Degrees east (WGS 84); given together with `latitude`.
    pub longitude: Option<f64>,
    /// Whether the service is open at any time.
    #[graphql(default)]
    pub is_always_open: bool,
    /// The regular week; the hours of a day that is not named are not known.
    pub week: Option<Vec<OpeningDayInput>>,
    /// The week in Ramadan; as usual, if none is given.
    pub ramadan: Option<Vec<OpeningDayInput>>,
    /// What holds on national holidays.
    pub holidays: Option<HolidayOpeningInput>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A service of the directory to be edited: what is not named stays as it is, null removes it.
#[derive(InputObject, Clone, Debug)]
pub struct SupportServiceEditInput {
    /// The global id of the service.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The part of the country that the service is for.
    pub coverage: Option<EnumValue<SupportCoverage>>,
    /// The code of the province that the service is in.
    pub province_code: MaybeUndefined<String>,
    /// The service's name.
    pub name: Option<LocalizedTextInput>,
    /// The numbers to call, all of them.
    pub phones: Option<Vec<String>>,
    /// The languages that are spoken there, all of them.
    pub languages: Option<Vec<EnumValue<SupportLanguage>>>,
    /// How one gets in.
    pub access: MaybeUndefined<LocalizedTextInput>,
    /// What the service costs.
    pub cost: MaybeUndefined<EnumValue<SupportCost>>,
    /// The address.
    pub address: MaybeUndefined<LocalizedTextInput>,
    /// Degrees north (WGS 84); given together with `longitude`.
    pub latitude: MaybeUndefined<f64>,
    /// Degrees east (WGS 84); given together with `latitude`.
    pub longitude: MaybeUndefined<f64>,
    /// Whether the service is open at any time.
    pub is_always_open: Option<bool>,
    /// The regular week; the hours of a day that is not named are not known.
    pub week: Option<Vec<OpeningDayInput>>,
    /// The week in Ramadan; null: as usual.
    pub ramadan: MaybeUndefined<Vec<OpeningDayInput>>,
    /// What holds on national holidays.
    pub holidays: Option<HolidayOpeningInput>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A service that somebody has made sure of.
#[derive(InputObject, Clone, Debug)]
pub struct SupportServiceVerifyInput {
    /// The global id of the service.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// How she made sure, in at most 200 characters.
    pub note: Option<String>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A service that no longer exists.
#[derive(InputObject, Clone, Debug)]
pub struct SupportServiceRetireInput {
    /// The global id of the service.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A sheet of services for the directory.
#[derive(InputObject, Clone, Debug)]
pub struct SupportServicesImportInput {
    /// The global id of the branch that keeps the services.
    pub branch_id: ID,
    /// The sheet: comma-separated values (CSV) in UTF-8, or a workbook (XLSX); at most 10 MB and 1,000 rows. The titles of its
    /// columns are fields of SupportServiceCreateInput: `kind`, `coverage`, `name.fr` (all three must be there), `name.ar`,
    /// `name.zgh`, `name.en`, `provinceCode`, `phones`, `languages`, `cost`, `access.fr`, `access.ar`, `address.fr`, `address.ar`,
    /// `latitude`, `longitude`, `isAlwaysOpen`. Several phones or languages of a service stand in one cell, with a blank between.
    pub file: Upload,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// Where a shelter is. No idempotency key: nothing of it is kept anywhere else.
#[derive(InputObject, Clone, Debug)]
pub struct ShelterSetInput {
    /// The global id of the service, whose kind is SHELTER.
    pub support_service_id: ID,
    /// The version of the service that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The address.
    pub address: LocalizedTextInput,
    /// Degrees north (WGS 84); given together with `longitude`.
    pub latitude: Option<f64>,
    /// Degrees east (WGS 84); given together with `latitude`.
    pub longitude: Option<f64>,
    /// The numbers to call, the best one first, at most five.
    #[graphql(default)]
    pub phones: Vec<String>,
}

payload! {
    /// The outcome of changing the directory of support services.
    SupportServicePayload {
        /// The service as it is now; null when it was refused, unless the refusal is a CONFLICT.
        support_service: SupportService
    }
}

payload! {
    /// The outcome of importing services into the directory.
    SupportServicesImportPayload {
        /// The branch that keeps the services; null when the sheet was refused.
        branch: Branch
    }
}

fn key_of(id: &ID) -> Result<Uuid> {
    GlobalId::parse_as(Kind::SupportService, id, "input.id")
}

/// Root fields that keep the directory of support services.
#[derive(Default)]
pub struct SupportServiceMutation;

#[Object]
impl SupportServiceMutation {
    /// Enters a service into the directory: the public sees it once somebody has made sure of it. Codes in `userErrors`:
    /// BRANCH_CLOSED, TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE (also of a number), AMOUNT_INVALID (of a point), HOURS_INVALID,
    /// LIMIT_EXCEEDED and DUPLICATE_ENTRY (of numbers), NOT_FOUND (at `provinceCode`), SHELTER_CONFIDENTIAL.
    async fn support_service_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The service.")] input: SupportServiceCreateInput,
    ) -> Result<SupportServicePayload> {
        let branch = GlobalId::parse_as(Kind::Branch, &input.branch_id, "input.branchId")?;
        let form = || {
            let name = input.name.clone().merged_at(None, NAME_MAX, "name")?;
            let mut hours = Parts::default();
            if let Some(days) = &input.week {
                hours.week = week(days, "week")?;
            }
            hours.ramadan = input.ramadan.as_deref().map(|days| week(days, "ramadan")).transpose()?;
            hours.holidays = input.holidays.as_ref().map(HolidayOpeningInput::rule).unwrap_or_default();
            let facts = Facts {
                coverage: Some(input.coverage.0),
                province: Some(input.province_code.clone()),
                name: None,
                phones: Some(input.phones.clone()),
                languages: Some(input.languages.iter().map(|language| language.0).collect()),
                access: Some(input.access.clone()),
                cost: Some(input.cost.map(|cost| cost.0)),
                address: Some(input.address.clone()),
                point: Some(point(input.latitude, input.longitude)?),
                is_always_open: Some(input.is_always_open),
                hours: Some(hours),
            };
            Ok(NewService { kind: input.kind.0, name, facts })
        };
        mutate(ctx, &input, async |tx| store::create(tx, branch, form).await).await
    }

    /// Enters the services of a sheet into the directory: all of them or none. The public sees each once somebody has made sure of
    /// it; until then they are among `supportServices(filter: {branch: …, isStale: true})`. Each refusal names the row, by its number
    /// in the sheet, and the field: `["file", "12", "phones", "0"]`; of more than 1,000 a last one, LIMIT_EXCEEDED, says how many there
    /// are. Codes in `userErrors`, beside those of `supportServiceCreate`: FILE_INVALID, COLUMN_INVALID, BAD_USER_INPUT (no such kind,
    /// coverage, cost or language), DUPLICATE_ENTRY (at `name`: the branch has one of this kind and name).
    async fn support_services_import(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The sheet, and the branch that keeps its services.")] input: SupportServicesImportInput,
    ) -> Result<SupportServicesImportPayload> {
        let branch = GlobalId::parse_as(Kind::Branch, &input.branch_id, "input.branchId")?;
        // Nobody has a file read who may enter nothing.
        if !ctx.reader().actor().may(Permission::ManageSupportServices) {
            return mutate(ctx, &input, async |_| Err(Error::refused(Code::Forbidden))).await;
        }
        let content = input.file.content(ctx, "input.file")?;
        let read = read_blocking(Code::FileInvalid, move || sheet::services(&content)).await?;
        mutate(ctx, &input, async |tx| store::import(tx, branch, read?).await).await
    }

    /// Edits what the directory says of a service. Unless the caller may also make sure of it, the public no longer sees it until
    /// somebody does; the national line is for those alone who may. Codes in `userErrors`: CONFLICT, STATUS_INVALID, and those of `supportServiceCreate`.
    async fn support_service_edit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The service, and what changes of it.")] input: SupportServiceEditInput,
    ) -> Result<SupportServicePayload> {
        let key = key_of(&input.id)?;
        let form = |before: &Parts| {
            let (north, east) =
                (given(&input.latitude, |degrees| *degrees), given(&input.longitude, |degrees| *degrees));
            let place = match (north, east) {
                (None, None) => None,
                (north, east) => Some(point(north.flatten(), east.flatten())?),
            };
            let mut hours = before.clone();
            if let Some(days) = &input.week {
                hours.week = week(days, "week")?;
                // The days were known by themselves before.
                hours.days = Vec::new();
            }
            match &input.ramadan {
                MaybeUndefined::Undefined => {}
                MaybeUndefined::Null => hours.ramadan = None,
                MaybeUndefined::Value(days) => hours.ramadan = Some(week(days, "ramadan")?),
            }
            if let Some(holidays) = &input.holidays {
                hours.holidays = holidays.rule();
            }
            Ok(Facts {
                coverage: input.coverage.map(|coverage| coverage.0),
                province: given(&input.province_code, Clone::clone),
                name: input.name.clone(),
                phones: input.phones.clone(),
                languages: input.languages.as_ref().map(|all| all.iter().map(|language| language.0).collect()),
                access: given(&input.access, Clone::clone),
                cost: given(&input.cost, |cost| cost.0),
                address: given(&input.address, Clone::clone),
                point: place,
                is_always_open: input.is_always_open,
                hours: Some(hours),
            })
        };
        mutate(ctx, &input, async |tx| store::edit(tx, key, input.expected_version, form).await).await
    }

    /// Says that somebody has made sure, today, that a service is as the directory says. Codes in `userErrors`: CONFLICT,
    /// STATUS_INVALID, TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn support_service_verify(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The service, at the version that the caller has read.")] input: SupportServiceVerifyInput,
    ) -> Result<SupportServicePayload> {
        let key = key_of(&input.id)?;
        let note = || {
            let note = input.note.as_deref().map(|note| required(note, NAME_MAX, "note")).transpose()?;
            Ok(note)
        };
        mutate(ctx, &input, async |tx| store::verify(tx, key, input.expected_version, note).await).await
    }

    /// Says that a service no longer exists: nobody finds it any more. Codes in `userErrors`: CONFLICT, STATUS_INVALID (also of the
    /// national line).
    async fn support_service_retire(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The service, at the version that the caller has read.")] input: SupportServiceRetireInput,
    ) -> Result<SupportServicePayload> {
        let key = key_of(&input.id)?;
        mutate(ctx, &input, async |tx| store::retire(tx, key, input.expected_version).await).await
    }

    /// Says where a shelter is. For counsellors. Codes in `userErrors`: CONFLICT, STATUS_INVALID, TEXT_REQUIRED, TEXT_TOO_LONG,
    /// TEXT_UNSAFE (also of a number), AMOUNT_INVALID, LIMIT_EXCEEDED, DUPLICATE_ENTRY.
    async fn shelter_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The shelter, and where it is.")] input: ShelterSetInput,
    ) -> Result<SupportServicePayload> {
        let key = GlobalId::parse_as(Kind::SupportService, &input.support_service_id, "input.supportServiceId")?;
        let form = || {
            let point = point(input.latitude, input.longitude)?;
            Ok(ShelterForm { address: input.address.clone(), point, phones: input.phones.clone() })
        };
        mutate(ctx, &input, async |tx| store::set_shelter(tx, key, input.expected_version, form).await).await
    }
}
