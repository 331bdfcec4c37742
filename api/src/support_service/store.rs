//! Reading the directory of support services, and keeping it.

use super::entity::{Column, Entity, Model, TEXTS};
use super::form::{Facts, NewService, ShelterForm};
use super::object::{Shelter, SupportKindCount, SupportService, SupportServiceFilter, SupportVerification};
use super::sheet::{self, Services};
use super::{shelter, verification};
use crate::calendar;
use crate::geography::province;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::DateTime;
use crate::platform::graphql::text::{Text, only_untranslated};
use crate::platform::loading::batch::Related;
use crate::platform::loading::object::{self, RowObject};
use crate::platform::loading::reader::Reader;
use crate::platform::paging::cursor::KeyKind;
use crate::platform::paging::page::{Connection, ListArgs, Order};
use crate::platform::query::expression::{among, square_of_distance};
use crate::platform::query::select::Select;
use crate::platform::query::stored::{Day, EnumValue, Json};
use crate::platform::query::table::Table;
use crate::platform::query::transaction::{Locked, Tx};
use crate::user::name;
use domain::access::Permission;
use domain::calendar::Calendar;
use domain::codes::Coded;
use domain::fault::{Code, Fault, Faults};
use domain::geography::Point;
use domain::opening_hours::{OpeningHours, Parts};
use domain::support_service::{
    SupportCoverage, SupportLanguage, SupportServiceKind, SupportServiceStatus, check_phones, shown_until, stale_before,
};
use domain::text::{DESCRIPTION_MAX, LocalizedText};
use jiff::Timestamp;
use sea_orm::sea_query::{Alias, Condition, Expr, ExprTrait, Func, SimpleExpr};
use sea_orm::{ActiveValue, ColumnTrait, IntoActiveModel};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use uuid::Uuid;

/// The national line, which is always shown and which every search ends with.
///
/// # Errors
/// The database's refusal.
pub async fn national_line(reader: &Reader) -> Result<Option<SupportService>> {
    SupportService::find_by(reader, Column::IsNationalLine.eq(true)).await
}

/// What puts the national line behind all others: 1 for it, else 0.
fn national_line_last() -> SimpleExpr {
    // PostgreSQL makes no larger number of a boolean at once.
    Column::IsNationalLine.into_expr().cast_as(Alias::new("integer")).cast_as(Alias::new("bigint"))
}

/// The services for a province: its own, those for its region, and those for the whole country.
async fn covering(tx: &Tx<'_>, code: &str) -> Result<Condition> {
    let key = domain::id::founding("province", code);
    let found =
        tx.select::<province::Entity>().filter(province::Column::Id.eq(key)).one(province::Entity::read).await?;
    let for_whom = |coverage: SupportCoverage| Column::Coverage.eq(EnumValue(coverage));
    let nation = Condition::any().add(for_whom(SupportCoverage::Nation));
    Ok(found.into_iter().fold(nation, |any, province| {
        any.add(for_whom(SupportCoverage::Province).and(Column::ProvinceId.eq(key)))
            .add(for_whom(SupportCoverage::Region).and(Column::RegionId.eq(province.region_id)))
    }))
}

/// What the rules of the domain ask of a service, which no statement can.
struct Wanted {
    open_at: Option<(Timestamp, Arc<Calendar>)>,
    language: Option<SupportLanguage>,
    within: Option<(Point, f64)>,
}

impl Wanted {
    fn is_nothing(&self) -> bool {
        self.open_at.is_none() && self.language.is_none() && self.within.is_none()
    }

    /// The keys of those among some services that are wanted. There are at most some tens for each province.
    async fn among(&self, select: Select<'_, '_, Entity>) -> Result<Vec<Uuid>> {
        let columns = [
            Column::Id,
            Column::IsAlwaysOpen,
            Column::OpeningHours,
            Column::Languages,
            Column::Latitude,
            Column::Longitude,
        ];
        let rows = select.only(columns.map(|column| column.into_expr())).all(|cells| {
            let (key, is_always_open) = (cells.take::<Uuid>()?, cells.take::<bool>()?);
            let hours = cells.take::<Json<OpeningHours>>()?.0;
            let languages = cells.take::<Json<Vec<SupportLanguage>>>()?.0;
            let point = cells.take::<Option<f64>>()?.zip(cells.take::<Option<f64>>()?);
            Ok((key, self.meets(is_always_open, &hours, &languages, point)))
        });
        Ok(rows.await?.into_iter().filter(|(_, is_wanted)| *is_wanted).map(|(key, _)| key).collect())
    }

    fn meets(
        &self,
        is_always_open: bool,
        hours: &OpeningHours,
        languages: &[SupportLanguage],
        point: Option<(f64, f64)>,
    ) -> bool {
        let is_open = self
            .open_at
            .as_ref()
            .is_none_or(|(at, calendar)| is_always_open || hours.is_open(*at, calendar) == Some(true));
        let is_close = self.within.is_none_or(|(from, kilometres)| {
            let point = point.map(|(latitude, longitude)| Point { latitude, longitude });
            point.is_some_and(|point| from.kilometres_to(point) <= kilometres)
        });
        is_open && is_close && self.language.is_none_or(|language| languages.contains(&language))
    }
}

/// A page of support services: the nearest first where a point is given, the national line last.
///
/// # Errors
/// BAD_USER_INPUT naming the argument, or the database's refusal.
pub async fn list(
    reader: &Reader,
    roots: ListArgs,
    filter: SupportServiceFilter,
) -> Result<Connection<SupportService>> {
    let name = format!("supportServices {filter:?} {}", roots.published);
    let near = filter.near.as_ref().map(|near| near.read("filter.near")).transpose()?;
    let tx = reader.begin();
    let open_at = match filter.open_at {
        Some(at) => Some((at.0, calendar::store::calendar(reader).await?)),
        None => None,
    };
    let wanted = Wanted {
        open_at,
        language: filter.language.map(|language| language.0),
        within: near.and_then(|(point, within)| Some((point, within?))),
    };
    let status = filter.status.unwrap_or(EnumValue(SupportServiceStatus::Active));
    let mut all = Condition::all().add(Column::Status.eq(status));
    // Whoever looks for help finds everybody's, also when she has a reach of her own.
    let seen = || if roots.published { tx.select_for_list::<Entity>(true) } else { tx.select::<Entity>() };
    if let Some(code) = &filter.province {
        all = all.add(covering(&tx, code).await?);
    }
    if let Some(kind) = filter.kind {
        all = all.add(Column::Kind.eq(kind));
    }
    if let Some(branch) = &filter.branch {
        all = all.add(Column::BranchId.eq(GlobalId::parse_as(Kind::Branch, branch, "filter.branch")?));
    }
    if let Some(is_stale) = filter.is_stale {
        let first = Day(stale_before(domain::calendar::today(reader.now())));
        let stale = Condition::any().add(Column::VerifiedOn.is_null()).add(Column::VerifiedOn.lt(first));
        all = all.add(if is_stale { stale } else { stale.not() });
    }
    if !wanted.is_nothing() {
        let keys = wanted.among(seen().filter(all.clone())).await?;
        all = all.add(among(tx.backend(), Column::Id, &keys));
    }
    if filter.is_search() {
        all = Condition::any().add(all).add(Column::IsNationalLine.into_expr());
    }
    let select = only_untranslated(reader, seen().filter(all), &TEXTS, filter.missing_translation)?;
    let mut columns = vec![(national_line_last(), KeyKind::Long)];
    if let Some((point, _)) = near {
        // What is nowhere in particular comes behind what is near.
        let distance = square_of_distance(Column::Latitude, Column::Longitude, point);
        let nowhere = Expr::cust("9007199254740991");
        columns.push((Func::coalesce([distance, nowhere]).into(), KeyKind::Long));
    }
    columns.push((Column::Number.into_expr(), KeyKind::Long));
    object::list(reader, name, select, &roots.page, &Order::ascending(columns)).await
}

/// So many services are named to somebody who looks for help, with the national line.
const NAMED: usize = 5;

/// The services of some kinds that help somebody in a province: those that are open first, of these in the
/// order of the kinds, the province's own before those for more of the country, and the national line last.
///
/// # Errors
/// The database's refusal.
pub async fn helping(reader: &Reader, kinds: &[SupportServiceKind], province: &str) -> Result<Vec<SupportService>> {
    let calendar = calendar::store::calendar(reader).await?;
    let tx = reader.begin();
    let of_kinds = Column::Kind.is_in(kinds.iter().copied().map(EnumValue));
    let here = Condition::all().add(of_kinds).add(covering(&tx, province).await?);
    let rows = tx
        .select_for_list::<Entity>(true)
        .filter(Column::Status.eq(EnumValue(SupportServiceStatus::Active)))
        .filter(Condition::any().add(here).add(Column::IsNationalLine.into_expr()))
        .all(Entity::read)
        .await?;
    let is_closed =
        |row: &Model| !row.is_always_open && row.opening_hours.0.is_open(reader.now(), &calendar) != Some(true);
    let (line, mut rows): (Vec<Model>, Vec<Model>) = rows.into_iter().partition(|row| row.is_national_line);
    rows.sort_by_key(|row| {
        let place = kinds.iter().position(|kind| *kind == row.kind.0);
        (is_closed(row), place, row.coverage.0, row.number)
    });
    rows.truncate(NAMED - 1);
    rows.extend(line);
    Ok(object::all(rows, reader))
}

/// How many services of a kind there are for a place.
struct Counted {
    coverage: SupportCoverage,
    province: Option<Uuid>,
    region: Option<Uuid>,
    kind: SupportServiceKind,
    count: i64,
}

/// How many services of each public kind there are for provinces.
#[derive(Debug)]
pub struct CoverageOf;

impl Related for CoverageOf {
    type Value = Vec<SupportKindCount>;

    fn of(&self) -> Kind {
        Kind::Province
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        use province::Column as P;
        let tx = reader.begin();
        let group = [Column::Coverage, Column::ProvinceId, Column::RegionId, Column::Kind];
        let group = || group.map(|column| column.into_expr());
        let found = tx
            .select_for_list::<Entity>(true)
            .only(group().into_iter().chain([Column::Id.count()]))
            .statement(|statement| {
                statement.add_group_by(group());
            })
            .all(|cells| {
                Ok(Counted {
                    coverage: cells.take::<EnumValue<SupportCoverage>>()?.0,
                    province: cells.take()?,
                    region: cells.take()?,
                    kind: cells.take::<EnumValue<SupportServiceKind>>()?.0,
                    count: cells.take()?,
                })
            })
            .await?;
        let provinces = tx.select_columns::<province::Entity>().among(P::Id, keys);
        let provinces = provinces.only([P::Id, P::RegionId].map(|column| column.into_expr()));
        let provinces = provinces.all(|cells| Ok((cells.take::<Uuid>()?, cells.take::<Uuid>()?))).await?;
        let counts = |(province, region): (Uuid, Uuid)| {
            let is_here = |counted: &Counted| match counted.coverage {
                SupportCoverage::Nation => true,
                SupportCoverage::Region => counted.region == Some(region),
                SupportCoverage::Province => counted.province == Some(province),
            };
            let kinds = SupportServiceKind::ALL.iter().copied().filter(|kind| kind.is_public());
            let counts = kinds.map(|kind| {
                let here = found.iter().filter(|counted| counted.kind == kind && is_here(counted));
                let count: i64 = here.map(|counted| counted.count).sum();
                SupportKindCount { kind: EnumValue(kind), count: i32::try_from(count).unwrap_or(i32::MAX) }
            });
            (province, counts.collect())
        };
        Ok(provinces.into_iter().map(counts).collect())
    }
}

/// Who made sure of services, the last one first.
#[derive(Debug)]
pub struct VerificationsOf;

impl Related for VerificationsOf {
    type Value = Vec<SupportVerification>;

    fn of(&self) -> Kind {
        Kind::SupportService
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        use verification::Column as V;
        let columns = [V::SupportServiceId, V::VerifiedAt, V::ActorName, V::Note];
        let rows = reader
            .begin()
            .select_columns::<verification::Entity>()
            .among(V::SupportServiceId, keys)
            .statement(|statement| {
                // Keys grow with time.
                statement.order_by_expr(V::Id.into_expr(), sea_orm::Order::Desc);
            })
            .only(columns.map(|column| column.into_expr()))
            .all(|cells| {
                let (service, at) = (cells.take::<Uuid>()?, DateTime::micros(cells.take()?));
                Ok((service, SupportVerification { at, actor_name: cells.take()?, note: cells.take()? }))
            })
            .await?;
        let mut all: HashMap<Uuid, Self::Value> = HashMap::new();
        for (service, one) in rows {
            all.entry(service).or_default().push(one);
        }
        Ok(all)
    }
}

/// Where shelters are, for whoever may know.
#[derive(Debug)]
pub struct ShelterOf;

impl Related for ShelterOf {
    type Value = Option<Shelter>;

    fn of(&self) -> Kind {
        Kind::SupportService
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        use shelter::Column as S;
        let columns = [S::SupportServiceId, S::Address, S::Latitude, S::Longitude, S::Phones];
        let rows = reader
            .begin()
            .select_columns::<shelter::Entity>()
            .among(S::SupportServiceId, keys)
            .only(columns.map(|column| column.into_expr()))
            .all(|cells| {
                let key = cells.take::<Uuid>()?;
                let address: Text = cells.take()?;
                let (latitude, longitude) = (cells.take()?, cells.take()?);
                Ok((key, Some(Shelter { address, latitude, longitude, phones: cells.take::<Json<_>>()?.0 })))
            })
            .await?;
        if !rows.is_empty() {
            reader.reads_personal("shelter");
        }
        Ok(rows.into_iter().collect())
    }
}

/// A service of which nothing is known yet.
fn blank(tx: &Tx<'_>, branch: Uuid, kind: SupportServiceKind, name: LocalizedText) -> Model {
    let now = tx.now().as_microsecond();
    Model {
        id: Uuid::now_v7(),
        number: 0,
        branch_id: branch,
        kind: EnumValue(kind),
        coverage: EnumValue(SupportCoverage::Province),
        province_id: None,
        region_id: None,
        name: Json(name),
        phones: Json(Vec::new()),
        languages: Json(Vec::new()),
        access: None,
        cost: None,
        address: None,
        latitude: None,
        longitude: None,
        is_always_open: false,
        opening_hours: Json(OpeningHours::unknown()),
        status: EnumValue(SupportServiceStatus::Active),
        verified_on: None,
        valid_until: None,
        is_national_line: false,
        published: false,
        sources: Json(Vec::new()),
        is_demo: false,
        version: 1,
        created_at: now,
        changed_at: now,
    }
}

/// The provinces with these codes.
async fn provinces(tx: &Tx<'_>, codes: Vec<String>) -> Result<Vec<province::Model>> {
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<Uuid> = codes.iter().map(|code| domain::id::founding("province", code)).collect();
    tx.select::<province::Entity>().among(province::Column::Id, &keys).all(province::Entity::read).await
}

/// Enter a service into the directory; the public sees it once its branch has made sure of it.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, BRANCH_CLOSED, the refusals of the form.
pub async fn create(tx: &Tx<'_>, branch: Uuid, form: impl FnOnce() -> Result<NewService>) -> Result<Uuid> {
    tx.home::<Entity>(branch, &["branchId"]).await?;
    let form = form()?;
    let mut row = blank(tx, branch, form.kind, form.name);
    let provinces = provinces(tx, form.facts.province.iter().flatten().cloned().collect()).await?;
    form.facts.over(&provinces, &mut row)?;
    let id = row.id;
    let mut row = row.into_active_model();
    row.number = ActiveValue::NotSet;
    tx.insert_all::<Entity>(vec![row]).await?;
    Ok(id)
}

/// Enter the services of a sheet: all of them, or none. One that is there already, or stands in the sheet twice, is one of the
/// same kind and name.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, BRANCH_CLOSED; the refusals of the form at each row, DUPLICATE_ENTRY at its `name`.
pub async fn import(tx: &Tx<'_>, branch: Uuid, services: Services) -> Result<Uuid> {
    tx.home::<Entity>(branch, &["branchId"]).await?;
    let codes = services.iter().filter_map(|(_, service)| service.facts.province.clone().flatten());
    let provinces = provinces(tx, codes.collect()).await?;
    let known = tx
        .select_columns::<Entity>()
        .filter(Column::BranchId.eq(branch))
        .filter(Column::Status.eq(EnumValue(SupportServiceStatus::Active)))
        .only([Column::Kind, Column::Name].map(|column| column.into_expr()))
        .all(|cells| Ok((cells.take::<EnumValue<SupportServiceKind>>()?.0, cells.take::<Json<LocalizedText>>()?.0)));
    let called =
        |name: &LocalizedText| name.translations().map(|(_, text)| domain::fold::fold(text)).collect::<Vec<_>>();
    let mut taken: HashSet<(SupportServiceKind, String)> = HashSet::new();
    for (kind, name) in known.await? {
        taken.extend(called(&name).into_iter().map(|name| (kind, name)));
    }
    let (mut rows, mut faults) = (Vec::new(), Faults::new());
    for (number, service) in services {
        let names: Vec<_> = called(&service.name).into_iter().map(|name| (service.kind, name)).collect();
        if names.iter().any(|name| taken.contains(name)) {
            faults.push(sheet::at_row(Fault::new(Code::DuplicateEntry).at("name"), number));
        }
        taken.extend(names);
        let mut row = blank(tx, branch, service.kind, service.name);
        if let Err(wrong) = service.facts.over(&provinces, &mut row) {
            faults.extend(wrong.into_iter().map(|fault| sheet::at_row(fault, number)));
        }
        let mut row = row.into_active_model();
        row.number = ActiveValue::NotSet;
        rows.push(row);
    }
    if !faults.is_empty() {
        return Err(sheet::bounded(faults).into());
    }
    tx.insert_all::<Entity>(rows).await?;
    Ok(branch)
}

/// Edit what the directory says of a service. Unless whoever edits it may also make sure of it, it has to be made sure of again
/// before the public sees it.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN (also of the national line to whoever may not make sure of it), CONFLICT, the refusals of the form,
/// STATUS_INVALID when it is retired.
pub async fn edit(tx: &Tx<'_>, key: Uuid, version: i32, form: impl FnOnce(&Parts) -> Result<Facts>) -> Result<Uuid> {
    let locked = tx.lock_for_update::<Entity>(key).await?;
    let form = form(&locked.row().opening_hours.0.parts())?;
    locked.expect_version(version)?;
    expect_active(&locked)?;
    let mut row = locked.row().clone();
    let provinces = provinces(tx, form.province.iter().flatten().cloned().collect()).await?;
    form.over(&provinces, &mut row)?;
    if !tx.permits::<Entity>(key, Permission::DecideSupportServices).await? {
        // The national line is always shown: what nobody has made sure of cannot be hidden there.
        if row.is_national_line {
            return Err(Error::refused(Code::Forbidden));
        }
        (row.verified_on, row.valid_until) = (None, None);
    }
    tx.update(locked, |active| {
        active.coverage = ActiveValue::Set(row.coverage);
        active.province_id = ActiveValue::Set(row.province_id);
        active.region_id = ActiveValue::Set(row.region_id);
        active.name = ActiveValue::Set(row.name);
        active.phones = ActiveValue::Set(row.phones);
        active.languages = ActiveValue::Set(row.languages);
        active.access = ActiveValue::Set(row.access);
        active.cost = ActiveValue::Set(row.cost);
        active.address = ActiveValue::Set(row.address);
        active.latitude = ActiveValue::Set(row.latitude);
        active.longitude = ActiveValue::Set(row.longitude);
        active.is_always_open = ActiveValue::Set(row.is_always_open);
        active.opening_hours = ActiveValue::Set(row.opening_hours);
        active.verified_on = ActiveValue::Set(row.verified_on);
        active.valid_until = ActiveValue::Set(row.valid_until);
    })
    .await?;
    Ok(key)
}

fn expect_active(locked: &Locked<Entity>) -> Result<()> {
    match locked.row().status.0 {
        SupportServiceStatus::Active => Ok(()),
        status @ SupportServiceStatus::Retired => {
            Err(Fault::new(Code::StatusInvalid).with_detail(status.to_string()).into())
        }
    }
}

/// Say that somebody has made sure that a service is as the directory says.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, the refusals of the note, STATUS_INVALID when it is retired.
pub async fn verify(
    tx: &Tx<'_>,
    key: Uuid,
    version: i32,
    note: impl FnOnce() -> Result<Option<String>>,
) -> Result<Uuid> {
    let locked = tx.lock_to_decide::<Entity>(key).await?;
    let note = note()?;
    locked.expect_version(version)?;
    expect_active(&locked)?;
    let today = domain::calendar::today(tx.now());
    let row = verification::Model {
        id: Uuid::now_v7(),
        branch_id: locked.row().branch_id,
        support_service_id: key,
        actor_id: tx.actor().key(),
        actor_name: name::of_actor(tx).await?,
        note,
        verified_at: tx.now().as_microsecond(),
    };
    tx.insert_plain::<verification::Entity>(vec![row.into_active_model()]).await?;
    let is_always_shown = locked.row().is_national_line;
    tx.update(locked, |row| {
        row.verified_on = ActiveValue::Set(Some(Day(today)));
        row.valid_until = ActiveValue::Set((!is_always_shown).then(|| Day(shown_until(today))));
    })
    .await?;
    Ok(key)
}

/// Say that there is no such service any more. The national line cannot be retired: every search ends with it.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID.
pub async fn retire(tx: &Tx<'_>, key: Uuid, version: i32) -> Result<Uuid> {
    let locked = tx.lock_to_decide::<Entity>(key).await?;
    locked.expect_version(version)?;
    let next = locked.row().status.0.transition(SupportServiceStatus::Retired)?;
    if locked.row().is_national_line {
        return Err(Fault::status(locked.row().status.0, next).into());
    }
    tx.update(locked, |row| row.status = ActiveValue::Set(EnumValue(next))).await?;
    Ok(key)
}

/// Say where a shelter is.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, the refusals of the form, STATUS_INVALID when it is no shelter or retired.
pub async fn set_shelter(
    tx: &Tx<'_>,
    key: Uuid,
    version: i32,
    form: impl FnOnce() -> Result<ShelterForm>,
) -> Result<Uuid> {
    use shelter::Column as S;
    let locked = tx.lock_for_update::<Entity>(key).await?;
    if !tx.permits::<Entity>(key, Permission::ManageShelters).await? {
        return Err(Error::refused(Code::Forbidden));
    }
    let form = form()?;
    locked.expect_version(version)?;
    expect_active(&locked)?;
    if locked.row().kind.0 != SupportServiceKind::Shelter {
        return Err(Fault::new(Code::StatusInvalid).with_detail(locked.row().kind.0.to_string()).into());
    }
    let found = tx.select_columns::<shelter::Entity>().filter(S::SupportServiceId.eq(key));
    let before = found.only([S::Address.into_expr()]).one(|cells| Ok(cells.take::<Json<LocalizedText>>()?.0)).await?;
    let is_new = before.is_none();
    let mut faults = Faults::new();
    let address = form.address.merged_at(before, DESCRIPTION_MAX, "address");
    let address = address.map_err(|wrong| faults.extend(wrong)).ok();
    if let Some(Err(wrong)) = form.point.map(|(latitude, longitude)| Point::new(latitude, longitude)) {
        faults.extend(wrong);
    }
    faults.extend(check_phones(&form.phones).err().into_iter().flatten());
    let Some(address) = address.filter(|_| faults.is_empty()) else { return Err(faults.into()) };
    let (latitude, longitude) = form.point.unzip();
    let row = shelter::Model {
        support_service_id: key,
        branch_id: locked.row().branch_id,
        address: Json(address),
        latitude,
        longitude,
        phones: Json(form.phones),
    };
    if is_new {
        tx.insert_plain::<shelter::Entity>(vec![row.into_active_model()]).await?;
    } else {
        let values = vec![
            (S::Address, row.address.into()),
            (S::Latitude, latitude.into()),
            (S::Longitude, longitude.into()),
            (S::Phones, row.phones.into()),
        ];
        tx.update_parts::<Entity, shelter::Entity>(&locked, S::SupportServiceId, Condition::all(), values).await?;
    }
    // The audit tells that it was changed, and by whom.
    tx.update(locked, |_| {}).await?;
    Ok(key)
}
