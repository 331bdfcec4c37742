//! Reading and changing activities.

use super::entity::{Column, Entity, Model};
use super::object::{Activity, ActivityParticipation};
use super::participation;
use crate::geography::province;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::Kind;
use crate::platform::graphql::text::LocalizedTextInput;
use crate::platform::loading::batch::Related;
use crate::platform::loading::object::Children;
use crate::platform::loading::reader::Reader;
use crate::platform::paging::page::{Order, PageArgs};
use crate::platform::query::change::{Audited, Change};
use crate::platform::query::stored::{Day, EnumValue, Json};
use crate::platform::query::table::Table;
use crate::platform::query::transaction::{Locked, Tx};
use crate::programme::entity as programme;
use crate::programme::participation as participant;
use domain::activity::{ActivityKind, ActivityStatus, Group, check};
use domain::calendar;
use domain::fault::{Code, Fault, Faults};
use domain::programme::ProgrammeStatus;
use domain::text::{LocalizedText, NAME_MAX};
use jiff::civil::Date;
use sea_orm::{ActiveValue, ColumnTrait, Condition, IntoActiveModel};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// The activities of programmes, a page of each, those entered last first.
pub fn of_programmes(page: PageArgs) -> Children<Activity, Column> {
    Children::new(Kind::Programme, "Programme.activities", Column::ProgrammeId, page, Order::newest(Column::Number))
}

/// Who took part in activities, in the order of the form.
#[derive(Debug)]
pub struct ParticipationOf;

impl Related for ParticipationOf {
    type Value = Vec<ActivityParticipation>;

    fn of(&self) -> Kind {
        Kind::Activity
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        use participation::Column as P;
        let tx = reader.begin();
        let rows = tx
            .select_columns::<participation::Entity>()
            .among(P::ActivityId, keys)
            .statement(|statement| {
                statement.order_by_expr(P::Position.into_expr(), sea_orm::Order::Asc);
            })
            .only([P::ActivityId, P::People, P::Sex, P::AgeBand, P::Milieu].map(|column| column.into_expr()))
            .all(|cells| {
                let of = cells.take::<Uuid>()?;
                let (people, sex) = (cells.take()?, cells.take()?);
                Ok((of, ActivityParticipation { people, sex, age_band: cells.take()?, milieu: cells.take()? }))
            })
            .await?;
        let mut groups: HashMap<Uuid, Self::Value> = HashMap::new();
        for (of, group) in rows {
            groups.entry(of).or_default().push(group);
        }
        Ok(groups)
    }
}

/// An activity, as its form was read.
pub struct NewActivity {
    /// What it is.
    pub kind: ActivityKind,
    /// The title.
    pub title: LocalizedText,
    /// Its first and its last day.
    pub days: (Date, Date),
    /// The code of the province that it is held in.
    pub province: Option<String>,
    /// Where it is held.
    pub place: Option<String>,
    /// For how many people there is room.
    pub capacity: Option<i32>,
}

/// What changes of an activity; what is not there stays as it is.
pub struct Edit {
    /// What it is.
    pub kind: Option<ActivityKind>,
    /// The title.
    pub title: Option<LocalizedTextInput>,
    /// Its first day.
    pub starts_on: Option<Date>,
    /// Its last day.
    pub ends_on: Option<Date>,
    /// The code of the province; nothing within: it is not known.
    pub province: Option<Option<String>>,
    /// Where it is held; nothing within: it is not known.
    pub place: Option<Option<String>>,
    /// For how many there is room; nothing within: it is not limited.
    pub capacity: Option<Option<i32>>,
}

/// The days of an activity lie within its programme.
fn expect_within(run: &programme::Model, (first, last): (Date, Date)) -> Result<(), Fault> {
    if run.starts_on.is_some_and(|day| first < day.0) {
        return Err(Fault::new(Code::DateInvalid).at("startsOn"));
    }
    if last < first || run.ends_on.is_some_and(|day| last > day.0) {
        return Err(Fault::new(Code::DateInvalid).at("endsOn"));
    }
    Ok(())
}

async fn province_of(tx: &Tx<'_>, code: Option<&String>) -> Result<Option<Uuid>> {
    let Some(code) = code else { return Ok(None) };
    let select = tx.select_columns::<province::Entity>().filter(province::Column::Code.eq(code.as_str()));
    let found = select.only([province::Column::Id.into_expr()]).one(|cells| cells.take::<Uuid>()).await?;
    found.map(Some).ok_or_else(|| Fault::new(Code::NotFound).at("provinceCode").into())
}

/// The programme of an activity.
async fn run_of(tx: &Tx<'_>, key: Uuid) -> Result<programme::Model> {
    let found = tx.select::<programme::Entity>().filter(programme::Column::Id.eq(key)).one(programme::Entity::read);
    found.await?.ok_or_else(|| Error::refused(Code::NotFound))
}

/// Plan an activity of a programme, by the branch that leads it or one that takes part.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, BRANCH_CLOSED, the refusals of the form, STATUS_INVALID when the programme is over; NOT_PARTICIPATING at
/// `branchId`, DATE_INVALID at `startsOn` or `endsOn`, NOT_FOUND at `provinceCode`.
pub async fn add(
    tx: &Tx<'_>,
    (programme, branch): (Uuid, Uuid),
    form: impl FnOnce() -> Result<NewActivity>,
) -> Result<Uuid> {
    tx.home::<Entity>(branch, &["branchId"]).await?;
    let run = run_of(tx, programme).await?;
    let form = form()?;
    if matches!(run.status.0, ProgrammeStatus::Completed | ProgrammeStatus::Closed | ProgrammeStatus::Cancelled) {
        return Err(Fault::new(Code::StatusInvalid).with_detail(run.status.0.to_string()).into());
    }
    participant::expect(tx, (programme, run.branch_id), branch).await?;
    expect_within(&run, form.days)?;
    let province_id = province_of(tx, form.province.as_ref()).await?;
    let (id, now) = (Uuid::now_v7(), tx.now().as_microsecond());
    let mut row = Model {
        id,
        number: 0,
        branch_id: branch,
        programme_id: programme,
        kind: EnumValue(form.kind),
        title: Json(form.title),
        starts_on: Day(form.days.0),
        ends_on: Day(form.days.1),
        province_id,
        place: form.place,
        capacity: form.capacity,
        status: EnumValue(ActivityStatus::Planned),
        cancellation_reason: None,
        version: 1,
        created_at: now,
        changed_at: now,
    }
    .into_active_model();
    row.number = ActiveValue::NotSet;
    tx.insert_all::<Entity>(vec![row]).await?;
    Ok(id)
}

/// An activity that was not cancelled, held to be changed.
fn expect_open(locked: &Locked<Entity>) -> Result<()> {
    match locked.row().status.0 {
        ActivityStatus::Planned | ActivityStatus::Held => Ok(()),
        ActivityStatus::Cancelled => {
            Err(Fault::new(Code::StatusInvalid).with_detail(ActivityStatus::Cancelled.to_string()).into())
        }
    }
}

/// Edit an activity.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, the refusals of the form, STATUS_INVALID when it was cancelled; DATE_INVALID at `startsOn` or
/// `endsOn`, NOT_FOUND at `provinceCode`.
pub async fn edit(tx: &Tx<'_>, key: Uuid, version: i32, form: impl FnOnce() -> Result<Edit>) -> Result<Uuid> {
    let locked = tx.lock_for_update::<Entity>(key).await?;
    let form = form()?;
    locked.expect_version(version)?;
    expect_open(&locked)?;
    let row = locked.row();
    let run = run_of(tx, row.programme_id).await?;
    let days = (form.starts_on.unwrap_or(row.starts_on.0), form.ends_on.unwrap_or(row.ends_on.0));
    let title = match form.title {
        Some(given) => given.merged_at(Some(row.title.0.clone()), NAME_MAX, "title"),
        None => Ok(row.title.0.clone()),
    };
    let title = match (title, expect_within(&run, days)) {
        (Ok(title), Ok(())) => title,
        (title, days) => return Err(title.err().into_iter().flatten().chain(days.err()).collect::<Faults>().into()),
    };
    let province_id = match form.province {
        Some(code) => province_of(tx, code.as_ref()).await?,
        None => row.province_id,
    };
    tx.update(locked, |row| {
        row.title = ActiveValue::Set(Json(title));
        row.starts_on = ActiveValue::Set(Day(days.0));
        row.ends_on = ActiveValue::Set(Day(days.1));
        row.province_id = ActiveValue::Set(province_id);
        if let Some(kind) = form.kind {
            row.kind = ActiveValue::Set(EnumValue(kind));
        }
        if let Some(place) = form.place {
            row.place = ActiveValue::Set(place);
        }
        if let Some(capacity) = form.capacity {
            row.capacity = ActiveValue::Set(capacity);
        }
    })
    .await?;
    Ok(key)
}

/// Cancel an activity that was not held.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, the refusals of the reason, STATUS_INVALID.
pub async fn cancel(tx: &Tx<'_>, key: Uuid, version: i32, reason: impl FnOnce() -> Result<String>) -> Result<Uuid> {
    let locked = tx.lock_for_update::<Entity>(key).await?;
    let reason = reason()?;
    locked.expect_version(version)?;
    let status = locked.row().status.0;
    if status != ActivityStatus::Planned {
        return Err(Fault::status(status, ActivityStatus::Cancelled).into());
    }
    tx.update(locked, |row| {
        row.status = ActiveValue::Set(EnumValue(ActivityStatus::Cancelled));
        row.cancellation_reason = ActiveValue::Set(Some(reason));
    })
    .await?;
    Ok(key)
}

/// Count who took part in an activity: what was counted before is replaced.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID when it was cancelled, DATE_INVALID before its first day, and those of
/// [`check`] below `groups`.
pub async fn count(tx: &Tx<'_>, key: Uuid, version: i32, groups: &[Group]) -> Result<Uuid> {
    let locked = tx.lock_for_update::<Entity>(key).await?;
    let at = |faults: Faults| faults.into_iter().map(|fault| fault.at("groups")).collect::<Faults>();
    let people = check(groups).map_err(at)?;
    locked.expect_version(version)?;
    expect_open(&locked)?;
    let row = locked.row();
    if row.starts_on.0 > calendar::today(tx.now()) {
        return Err(Fault::new(Code::DateInvalid).with_detail(row.starts_on.0.to_string()).into());
    }
    let of = participation::Column::ActivityId;
    tx.delete_parts::<Entity, participation::Entity>(&locked, of, Condition::all()).await?;
    let part = |(position, group): (i32, &Group)| {
        participation::Model {
            id: Uuid::now_v7(),
            branch_id: row.branch_id,
            activity_id: key,
            position,
            sex: group.sex.map(EnumValue),
            age_band: group.age_band.clone(),
            milieu: group.milieu.map(EnumValue),
            people: group.people,
        }
        .into_active_model()
    };
    let parts: Vec<_> = (0..).zip(groups).map(part).collect();
    if !parts.is_empty() {
        tx.insert_plain::<participation::Entity>(parts).await?;
    }
    let said = serde_json::json!({"participants": [null, people]}).as_object().cloned().unwrap_or_default();
    let audited = Audited { changes: said, personal: BTreeMap::new() };
    tx.record(Change::noted(Kind::Activity, key, Some(row.branch_id), audited));
    tx.update(locked, |row| row.status = ActiveValue::Set(EnumValue(ActivityStatus::Held))).await?;
    Ok(key)
}
