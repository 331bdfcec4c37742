//! Reading markets, and changing where one stands.

use super::entity::{Column, Entity, Model, TEXTS};
use super::object::{Market, MarketFilter, MarketOrder};
use crate::agreement::entity as agreement;
use crate::calendar;
use crate::geography::province;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::contacts::ContactsInput;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::lookup::Lookup;
use crate::platform::graphql::text::{LocalizedTextInput, name_keys, only_untranslated, slug};
use crate::platform::loading::object::{self, Children, RowObject};
use crate::platform::loading::reader::Reader;
use crate::platform::paging::cursor::KeyKind;
use crate::platform::paging::page::{Connection, ListArgs, Order, PageArgs};
use crate::platform::query::expression::{among, square_of_distance};
use crate::platform::query::stored::{Day, EnumValue, Json};
use crate::platform::query::table::Table;
use crate::platform::query::transaction::Tx;
use domain::contacts::Contacts;
use domain::fault::{Code, Fault, Faults};
use domain::geography::Point;
use domain::market::{MarketStatus, OpeningHoursBasis};
use domain::money::Money;
use domain::opening_hours::{OpeningHours, Parts};
use domain::text::{LocalizedText, NAME_MAX};
use jiff::civil::Date;
use sea_orm::{ActiveValue, ColumnTrait, IntoActiveModel};
use uuid::Uuid;

fn order(reader: &Reader, by: MarketOrder) -> Order {
    match by {
        MarketOrder::Oldest => Order::oldest(Column::Number),
        MarketOrder::Newest => Order::newest(Column::Number),
        MarketOrder::Name if reader.sorts_in_arabic() => Order::name(Column::NameKeyAr, Column::Number),
        // The distance asks for a point.
        MarketOrder::Name | MarketOrder::Distance => Order::name(Column::NameKeyFr, Column::Number),
    }
}

/// One market.
///
/// # Errors
/// The database's refusal.
pub async fn find(reader: &Reader, lookup: Lookup) -> Result<Option<Market>> {
    Market::find_by(reader, lookup.among(Column::Id, Column::Slug)).await
}

/// The markets that are open at the moment of the request, by their published hours. The rule is the domain's, so the
/// hours of all open markets are read: there are at most a few for each of the 75 provinces.
///
/// # Errors
/// The database's refusal.
pub async fn open_now(reader: &Reader) -> Result<Vec<Uuid>> {
    let calendar = calendar::store::calendar(reader).await?;
    let tx = reader.begin();
    let markets = tx
        .select::<Entity>()
        .filter(Column::Status.eq(EnumValue(MarketStatus::Open)))
        .only([Column::Id.into_expr(), Column::OpeningHours.into_expr()])
        .all(|cells| Ok((cells.take::<Uuid>()?, cells.take::<Json<OpeningHours>>()?.0)))
        .await?;
    let is_open = |hours: &OpeningHours| hours.is_open(reader.now(), &calendar) == Some(true);
    Ok(markets.into_iter().filter(|(_, hours)| is_open(hours)).map(|(key, _)| key).collect())
}

/// The markets within so many kilometres of a point. The rule is the domain's, as above.
///
/// # Errors
/// The database's refusal.
pub async fn within_reach(reader: &Reader, point: Point, kilometres: f64) -> Result<Vec<Uuid>> {
    let tx = reader.begin();
    let markets = tx
        .select::<Entity>()
        .only([Column::Id, Column::Latitude, Column::Longitude].map(|column| column.into_expr()))
        .all(|cells| Ok((cells.take::<Uuid>()?, cells.take::<Option<f64>>()?, cells.take::<Option<f64>>()?)))
        .await?;
    let is_close = |latitude: Option<f64>, longitude: Option<f64>| {
        let other = latitude.zip(longitude).map(|(latitude, longitude)| Point { latitude, longitude });
        other.is_some_and(|other| point.kilometres_to(other) <= kilometres)
    };
    Ok(markets.into_iter().filter(|(_, north, east)| is_close(*north, *east)).map(|(key, ..)| key).collect())
}

/// A page of markets.
///
/// # Errors
/// BAD_USER_INPUT naming the argument, or the database's refusal.
pub async fn list(
    reader: &Reader,
    roots: ListArgs,
    filter: Option<MarketFilter>,
    by: MarketOrder,
) -> Result<Connection<Market>> {
    let published = roots.published;
    let arabic = by == MarketOrder::Name && reader.sorts_in_arabic();
    let name = format!("markets {filter:?} {by:?} {arabic} {published}");
    let filter = filter.unwrap_or_default();
    let near = filter.near.as_ref().map(|near| near.read("filter.near")).transpose()?;
    let order = match (by, &near) {
        (MarketOrder::Distance, None) => return Err(Error::expected("orderBy", "DISTANCE beside filter.near alone")),
        (MarketOrder::Distance, Some((point, _))) => Order::ascending(vec![
            (square_of_distance(Column::Latitude, Column::Longitude, *point), KeyKind::Long),
            (Column::Number.into_expr(), KeyKind::Long),
        ]),
        (by, _) => order(reader, by),
    };
    let tx = reader.begin();
    let mut select = tx.select_for_list::<Entity>(published);
    if let Some((point, within)) = near {
        select = select.filter(Column::Latitude.is_not_null()).filter(Column::Longitude.is_not_null());
        if let Some(kilometres) = within {
            let close = among(tx.backend(), Column::Id, &within_reach(reader, point, kilometres).await?);
            select = select.filter(close);
        }
    }
    if let Some(status) = filter.status {
        select = select.filter(Column::Status.eq(status));
    }
    if let Some(code) = filter.province {
        select = select.filter(Column::ProvinceId.eq(domain::id::founding("province", &code)));
    }
    if let Some(branch) = &filter.branch {
        select = select.filter(Column::BranchId.eq(GlobalId::parse_as(Kind::Branch, branch, "filter.branch")?));
    }
    if let Some(wanted) = filter.open_now {
        let open = among(tx.backend(), Column::Id, &open_now(reader).await?);
        select = select.filter(if wanted { open } else { open.not() });
    }
    let select = only_untranslated(reader, select, &TEXTS, filter.missing_translation)?;
    object::list(reader, name, select, &roots.page, &order).await
}

/// Go to another status, by whoever has looked at a version where one is named.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID.
pub async fn transition(tx: &Tx<'_>, key: Uuid, version: Option<i32>, status: MarketStatus) -> Result<Uuid> {
    let locked = tx.lock_to_decide::<Entity>(key).await?;
    if let Some(version) = version {
        locked.expect_version(version)?;
    }
    let next = locked.row().status.0.transition(status)?;
    let is_first = next == MarketStatus::Open && locked.row().opened_on.is_none();
    let today = domain::calendar::today(tx.now());
    tx.update(locked, |row| {
        row.status = ActiveValue::Set(EnumValue(next));
        if is_first {
            row.opened_on = ActiveValue::Set(Some(Day(today)));
        }
    })
    .await?;
    Ok(key)
}

/// A market to be planned, as its form was read.
pub struct NewMarket {
    /// The code of its province.
    pub province: String,
    /// The name.
    pub name: LocalizedText,
    /// The agreement that funds it.
    pub agreement: Option<Uuid>,
    /// What else is known of it.
    pub facts: Facts,
}

/// What a form says of a market; what it does not name stays as it is.
#[derive(Clone, Default)]
pub struct Facts {
    /// The name.
    pub name: Option<LocalizedTextInput>,
    /// The city; nothing within: it is not published.
    pub city: Option<Option<LocalizedTextInput>>,
    /// The address; nothing within: it is not published.
    pub address: Option<Option<LocalizedTextInput>>,
    /// Degrees north and east; nothing within: they are not published.
    pub point: Option<Option<(f64, f64)>>,
    /// How the public reaches it; nothing within: it does not.
    pub contacts: Option<Option<ContactsInput>>,
    /// The day on which it was announced; nothing within: it is not known.
    pub announced_on: Option<Option<Date>>,
    /// What it cost; nothing within: it is not published.
    pub cost: Option<Option<Money>>,
}

/// What is known of a market, merged with what a form says.
struct Merged {
    city: Option<LocalizedText>,
    address: Option<LocalizedText>,
    point: Option<(f64, f64)>,
    contacts: Option<Contacts>,
    announced_on: Option<Day>,
    cost: Option<i64>,
}

impl Facts {
    /// What a form makes of what is known of a market, or of nothing.
    fn merged(self, before: Option<&Model>, today: Date) -> Result<Merged, Faults> {
        let mut faults = Faults::new();
        let mut text =
            |given: Option<Option<LocalizedTextInput>>, before: Option<LocalizedText>, field: &str| match given {
                None => before,
                Some(None) => None,
                Some(Some(given)) => {
                    given.merged_at(before, NAME_MAX, field).map_err(|wrong| faults.extend(wrong)).ok()
                }
            };
        let city = text(self.city, before.and_then(|row| row.city.clone()).map(|text| text.0), "city");
        let address = text(self.address, before.and_then(|row| row.address.clone()).map(|text| text.0), "address");
        let known = before.and_then(|row| row.contacts.clone()).map(|contacts| contacts.0);
        let contacts = match self.contacts {
            None => known,
            Some(None) => None,
            Some(Some(given)) => given.merged(known).unwrap_or_else(|wrong| {
                faults.extend(wrong.into_iter().map(|fault| fault.at("contacts")));
                None
            }),
        };
        let point = self.point.unwrap_or_else(|| before.and_then(|row| row.latitude.zip(row.longitude)));
        if let Some(Err(wrong)) = point.map(|(north, east)| Point::new(north, east)) {
            faults.extend(wrong);
        }
        let announced_on = match self.announced_on {
            None => before.and_then(|row| row.announced_on),
            Some(day) => day.map(Day),
        };
        if announced_on.is_some_and(|day| day.0 > today) {
            faults.push(Fault::new(Code::DateInvalid).at("announcedOn"));
        }
        let cost = match self.cost {
            None => before.and_then(|row| row.cost),
            Some(cost) => cost.map(|cost| cost.centimes),
        };
        if faults.is_empty() { Ok(Merged { city, address, point, contacts, announced_on, cost }) } else { Err(faults) }
    }
}

/// An agreement that funds a market is one that whoever says so reaches.
async fn expect_agreement(tx: &Tx<'_>, key: Uuid) -> Result<()> {
    let reached = tx.select_in_scope::<agreement::Entity>().filter(agreement::Column::Id.eq(key)).count(None).await?;
    if reached > 0 { Ok(()) } else { Err(Fault::new(Code::NotFound).at("agreementId").into()) }
}

/// Plan a market.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, BRANCH_CLOSED, the refusals of the form; NOT_FOUND at `provinceCode` and `agreementId`.
pub async fn create(tx: &Tx<'_>, branch: Uuid, form: impl FnOnce() -> Result<NewMarket>) -> Result<Uuid> {
    tx.home::<Entity>(branch, &["branchId"]).await?;
    let form = form()?;
    let province = tx.select::<province::Entity>().filter(province::Column::Code.eq(form.province.as_str()));
    let province = province.one(province::Entity::read).await?;
    let province = province.ok_or_else(|| Fault::new(Code::NotFound).at("provinceCode"))?;
    if let Some(agreement) = form.agreement {
        expect_agreement(tx, agreement).await?;
    }
    let known = form.facts.merged(None, domain::calendar::today(tx.now()))?;
    let keys = name_keys(&form.name).map_err(|fault| fault.at("name"))?;
    let (id, now) = (Uuid::now_v7(), tx.now().as_microsecond());
    let mut row = Model {
        id,
        number: 0,
        branch_id: branch,
        province_id: province.id,
        agreement_id: form.agreement,
        slug: slug(&form.name, id),
        name: Json(form.name),
        name_key_ar: keys.0,
        name_key_fr: keys.1,
        city: known.city.map(Json),
        address: known.address.map(Json),
        latitude: known.point.map(|point| point.0),
        longitude: known.point.map(|point| point.1),
        contacts: known.contacts.map(Json),
        status: EnumValue(MarketStatus::Planned),
        announced_on: known.announced_on,
        opened_on: None,
        opening_hours: Json(OpeningHours::unknown()),
        opening_hours_basis: EnumValue(OpeningHoursBasis::NotPublished),
        cost: known.cost,
        aims: Json(Vec::new()),
        published: false,
        sources: Json(Vec::new()),
        is_demo: false,
        version: 1,
        created_at: now,
        changed_at: now,
    }
    .into_active_model();
    row.number = ActiveValue::NotSet;
    tx.insert_all::<Entity>(vec![row]).await?;
    Ok(id)
}

/// Edit what is known of a market.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, the refusals of the form; NOT_FOUND at `agreementId`.
pub async fn edit(
    tx: &Tx<'_>,
    key: Uuid,
    version: i32,
    agreement: Option<Option<Uuid>>,
    form: impl FnOnce() -> Result<Facts>,
) -> Result<Uuid> {
    let locked = tx.lock_for_update::<Entity>(key).await?;
    let mut form = form()?;
    locked.expect_version(version)?;
    if let Some(Some(agreement)) = agreement {
        expect_agreement(tx, agreement).await?;
    }
    let row = locked.row();
    let name = match form.name.take() {
        None => Ok(row.name.0.clone()),
        Some(given) => given.merged_at(Some(row.name.0.clone()), NAME_MAX, "name"),
    };
    let known = form.merged(Some(row), domain::calendar::today(tx.now()));
    let (name, known) = match (name, known) {
        (Ok(name), Ok(known)) => (name, known),
        (name, known) => {
            return Err([name.err(), known.err()].into_iter().flatten().flatten().collect::<Faults>().into());
        }
    };
    tx.update(locked, |row| {
        row.name = ActiveValue::Set(Json(name));
        row.city = ActiveValue::Set(known.city.map(Json));
        row.address = ActiveValue::Set(known.address.map(Json));
        row.latitude = ActiveValue::Set(known.point.map(|point| point.0));
        row.longitude = ActiveValue::Set(known.point.map(|point| point.1));
        row.contacts = ActiveValue::Set(known.contacts.map(Json));
        row.announced_on = ActiveValue::Set(known.announced_on);
        row.cost = ActiveValue::Set(known.cost);
        if let Some(agreement) = agreement {
            row.agreement_id = ActiveValue::Set(agreement);
        }
    })
    .await?;
    Ok(key)
}

/// Change when a market is open.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, the refusals of the form, HOURS_INVALID at `week`, `ramadan`, `holidays` or `exceptions`.
pub async fn set_hours(
    tx: &Tx<'_>,
    key: Uuid,
    version: i32,
    change: impl FnOnce(&mut Parts) -> Result<()>,
) -> Result<Uuid> {
    let locked = tx.lock_for_update::<Entity>(key).await?;
    let mut parts = locked.row().opening_hours.0.parts();
    change(&mut parts)?;
    locked.expect_version(version)?;
    let hours = OpeningHours::try_from(parts)?;
    let basis = match (hours.is_published(), locked.row().is_demo) {
        (false, _) => OpeningHoursBasis::NotPublished,
        (true, true) => OpeningHoursBasis::Demo,
        (true, false) => OpeningHoursBasis::Published,
    };
    tx.update(locked, |row| {
        row.opening_hours = ActiveValue::Set(Json(hours));
        row.opening_hours_basis = ActiveValue::Set(EnumValue(basis));
    })
    .await?;
    Ok(key)
}

/// The markets of branches, a page of each, in the order in which they were founded.
pub fn of_branches(page: PageArgs) -> Children<Market, Column> {
    Children::new(Kind::Branch, "Branch.markets", Column::BranchId, page, Order::oldest(Column::Number))
}

/// The markets of agreements, a page of each, in the order in which they were founded.
pub fn of_agreements(page: PageArgs) -> Children<Market, Column> {
    Children::new(Kind::Agreement, "Agreement.markets", Column::AgreementId, page, Order::oldest(Column::Number))
}
