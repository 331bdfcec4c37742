//! Reading submissions, entering their figures and moving them up the tree.

use super::entity::{Column, Entity, Model};
use super::movement;
use super::object::{
    Submission, SubmissionFilter, SubmissionMove, SubmissionMoveActor, SubmissionValue, SubmissionWarning,
};
use crate::branch::line::{Above, line};
use crate::indicator::entity as definition;
use crate::indicator::measurement;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{DateTime, Decimal};
use crate::platform::loading::batch::Related;
use crate::platform::loading::object;
use crate::platform::loading::reader::Reader;
use crate::platform::paging::page::{Connection, CreationOrder, ListArgs, Order};
use crate::platform::query::change::{Audited, Change};
use crate::platform::query::stored::{Day, EnumValue, Json};
use crate::platform::query::table::{Keys, RowReader, Table};
use crate::platform::query::transaction::{Locked, Tx};
use crate::programme::entity as programme;
use crate::programme::indicator as follows;
use crate::programme::participation;
use crate::user::name;
use domain::access::Permission;
use domain::actor::Actor;
use domain::branch::BranchKind;
use domain::calendar;
use domain::codes::Coded;
use domain::fault::{Code, Fault, Faults};
use domain::figure::{Cell, Entry, Figure, Followed, mismatches, missing_totals};
use domain::indicator::{IndicatorUnit, IndicatorValueKind, Period};
use domain::programme::ProgrammeStatus;
use domain::submission::{SubmissionStatus, SubmissionWarningCode, desk, is_jump};
use sea_orm::{ActiveValue, ColumnTrait, Condition, DbErr, IntoActiveModel};
use serde_json::json;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// The most figures of a submission.
pub const FIGURES_MAX: usize = 2000;

/// A page of submissions, in the order that is asked for.
///
/// # Errors
/// UNAUTHENTICATED, BAD_USER_INPUT naming the argument, or the database's refusal.
pub async fn list(
    reader: &Reader,
    roots: ListArgs,
    filter: Option<SubmissionFilter>,
    by: CreationOrder,
) -> Result<Connection<Submission>> {
    reader.signed_in()?;
    let name = format!("submissions {filter:?} {by:?}");
    let filter = filter.unwrap_or_default();
    let tx = reader.begin();
    let mut select = tx.select_for_list::<Entity>(false);
    if filter.awaiting_me == Some(true) {
        select = select.filter(awaiting(reader.actor()));
    }
    for (given, kind, column, argument) in [
        (&filter.programme, Kind::Programme, Column::ProgrammeId, "filter.programme"),
        (&filter.branch, Kind::Branch, Column::BranchId, "filter.branch"),
    ] {
        if let Some(id) = given {
            select = select.filter(column.eq(GlobalId::parse_as(kind, id, argument)?));
        }
    }
    if let Some(period) = &filter.period {
        select = select.filter(Column::Period.eq(period.as_str()));
    }
    if let Some(status) = filter.status {
        select = select.filter(Column::Status.eq(status));
    }
    object::list(reader, name, select, &roots.page, &Order::created(by, Column::Number)).await
}

/// What lies on somebody's desk: figures to enter at a branch where she enters them, and figures to approve at one where she
/// decides, but those that she submitted.
fn awaiting(actor: &Actor) -> Condition {
    let Actor::Staff(staff) = actor else { return Condition::any() };
    let at = |permission: Permission, is_wanted: fn(SubmissionStatus) -> bool| {
        let held = staff.assignments().iter().filter(|assignment| assignment.role.grants(permission));
        let statuses = SubmissionStatus::ALL.iter().copied().filter(|status| is_wanted(*status)).map(EnumValue);
        Condition::all()
            .add(Column::StandsWithId.is_in(held.map(|assignment| assignment.branch)))
            .add(Column::Status.is_in(statuses))
    };
    let others = Condition::any().add(Column::SubmittedBy.is_null()).add(Column::SubmittedBy.ne(actor.key()));
    Condition::any()
        .add(at(Permission::ManageIndicators, SubmissionStatus::is_open))
        .add(at(Permission::DecideIndicators, SubmissionStatus::is_pending).add(others))
}

/// A form of figures, as it was read.
pub struct Form {
    /// The period as it is written.
    pub text: String,
    /// The period.
    pub period: Period,
    /// The figures, in the order of the form.
    pub entries: Vec<Entry>,
}

/// An indicator that a programme follows.
#[derive(Clone)]
pub(super) struct FollowedAs {
    pub(super) programme: Uuid,
    pub(super) code: String,
    pub(super) of: Followed,
}

/// Enter the figures of a form: those that it names are set, and those that it gives nothing for are cleared. The submission
/// is made with its first form; later ones name its version.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, BRANCH_CLOSED, the refusals of the form, STATUS_INVALID (the programme does not run, or the figures are
/// locked), NOT_PARTICIPATING at `branchId`, DATE_INVALID and PERIOD_OVERLAPS at `period`, CONFLICT; all at once, each at its
/// place in `values`: NOT_FOUND, DISAGGREGATION_INVALID, FIGURE_INVALID, DUPLICATE_ENTRY, SUM_MISMATCH.
pub async fn record(
    tx: &Tx<'_>,
    place: (Uuid, Uuid),
    version: Option<i32>,
    form: impl FnOnce() -> Result<Form>,
) -> Result<Uuid> {
    let (programme, branch) = place;
    tx.home::<Entity>(branch, &["branchId"]).await?;
    let run = running(tx, programme).await?;
    let form = form()?;
    let held = existing(tx, &run, branch, (&form.text, form.period)).await?;
    let before = match &held {
        Some(held) => {
            held.expect_version(version.unwrap_or(0))?;
            if !held.row().status.0.is_open() {
                return Err(domain::submission::locked(held.row().status.0).into());
            }
            figures(tx, &[held.row().id]).await?
        }
        None if version.is_some() => return Err(Fault::new(Code::Conflict).at("expectedVersion").into()),
        None => Vec::new(),
    };
    let followed = followed(tx, &[programme]).await?;
    let changed = changed(&form.entries, &before, &followed)?;
    let key = match held {
        Some(held) => {
            let key = held.row().id;
            let gone: Vec<Uuid> = changed.iter().filter_map(|change| change.before.map(|row| row.value_id)).collect();
            if !gone.is_empty() {
                let among = Condition::all().add(measurement::Column::ValueId.is_in(gone));
                tx.delete_parts::<Entity, measurement::Entity>(&held, measurement::Column::SubmissionId, among).await?;
            }
            if !changed.is_empty() {
                tx.update(held, |_| {}).await?;
            }
            key
        }
        None => start(tx, &run, branch, (form.text, form.period), |_| {}).await?,
    };
    let rows = changed.iter().filter_map(|change| {
        let figure = change.after.clone()?;
        let cell = change.cell.clone();
        let row = measurement::Model {
            value_id: change.before.map_or_else(Uuid::now_v7, |row| row.value_id),
            branch_id: branch,
            submission_id: Some(key),
            programme_indicator_id: cell.indicator,
            kind: EnumValue(cell.kind),
            sex: cell.sex.map(EnumValue),
            age_band: cell.age_band,
            milieu: cell.milieu.map(EnumValue),
            source: cell.source,
            value: figure.value,
            numerator: figure.numerator,
            denominator: figure.denominator,
            position: i32::try_from(change.position).unwrap_or(i32::MAX),
            entered_by: tx.actor().key(),
        };
        Some(row.into_active_model())
    });
    let rows: Vec<_> = rows.collect();
    if !rows.is_empty() {
        tx.insert_plain::<measurement::Entity>(rows).await?;
    }
    if !changed.is_empty() {
        let changes = changed.iter().map(|change| change.said(&followed)).collect();
        let audited = Audited { changes, personal: BTreeMap::new() };
        tx.record(Change::noted(Kind::Submission, key, Some(branch), audited));
    }
    Ok(key)
}

/// A figure that a form changes.
struct Changed<'a> {
    position: usize,
    cell: &'a Cell,
    before: Option<&'a measurement::Model>,
    after: Option<Figure>,
}

impl Changed<'_> {
    /// What the audit says of it: the indicator and the group, with the figure before and after.
    fn said(&self, followed: &HashMap<Uuid, FollowedAs>) -> (String, serde_json::Value) {
        let code = followed.get(&self.cell.indicator).map_or("", |followed| followed.code.as_str());
        let group = [
            self.cell.sex.map(|sex| sex.to_string()),
            self.cell.age_band.clone(),
            self.cell.milieu.map(|milieu| milieu.to_string()),
        ];
        let words = [code.to_owned(), self.cell.kind.to_string(), self.cell.source.clone()];
        let name: Vec<String> = words.into_iter().chain(group.into_iter().flatten()).collect();
        let figure = |figure: &Figure| match (figure.numerator, figure.denominator) {
            (Some(over), Some(under)) => format!("{} ({over}/{under})", figure.value),
            _ => figure.value.clone(),
        };
        let before = self.before.map(|row| figure(&row.figure()));
        (name.join(" "), json!([before, self.after.as_ref().map(figure)]))
    }
}

/// What a form changes of the figures that stand there, when all of it holds.
fn changed<'a>(
    entries: &'a [Entry],
    before: &'a [measurement::Model],
    followed: &HashMap<Uuid, FollowedAs>,
) -> Result<Vec<Changed<'a>>> {
    let standing: BTreeMap<Cell, &measurement::Model> = before.iter().map(|row| (row.cell(), row)).collect();
    let mut form: BTreeMap<Cell, Figure> = before.iter().map(|row| (row.cell(), row.figure())).collect();
    let mut places: BTreeMap<&Cell, usize> = BTreeMap::new();
    let (mut faults, mut changed) = (Faults::new(), Vec::new());
    for (position, entry) in entries.iter().enumerate() {
        let at = |fault: Fault| fault.at(&position.to_string()).at("values");
        let Some(FollowedAs { of, .. }) = followed.get(&entry.cell.indicator) else {
            faults.push(at(Fault::new(Code::NotFound).at("programmeIndicatorId")));
            continue;
        };
        if places.insert(&entry.cell, position).is_some() {
            faults.push(at(Fault::new(Code::DuplicateEntry)));
        }
        let group = of.expect_group(&entry.cell);
        let figure = of.figure(entry.cell.kind, entry.value, entry.share);
        match (group, figure) {
            (Ok(()), Ok(after)) => {
                let before = standing.get(&entry.cell).copied();
                match &after {
                    Some(figure) => form.insert(entry.cell.clone(), figure.clone()),
                    None => form.remove(&entry.cell),
                };
                if before.map(measurement::Model::figure) != after {
                    changed.push(Changed { position, cell: &entry.cell, before, after });
                }
            }
            (group, figure) => {
                let all = group.err().unwrap_or_default().into_iter().chain(figure.err());
                faults.extend(all.map(at));
            }
        }
    }
    if form.len() > FIGURES_MAX {
        let most = format!("{} > {FIGURES_MAX}", form.len());
        faults.push(Fault::new(Code::LimitExceeded).at("values").with_detail(most));
    }
    let rules: HashMap<Uuid, Followed> = followed.iter().map(|(key, followed)| (*key, followed.of.clone())).collect();
    for (total, parts) in mismatches(&form, &rules) {
        let place = std::iter::once(total).chain(parts).find_map(|cell| places.get(cell));
        let fault = Fault::new(Code::SumMismatch);
        // What stood there before adds up, so something of the form is among them.
        faults.push(match place {
            Some(place) => fault.at("value").at(&place.to_string()).at("values"),
            None => fault.at("values"),
        });
    }
    if faults.is_empty() { Ok(changed) } else { Err(faults.into()) }
}

/// A programme for which figures are entered.
///
/// # Errors
/// NOT_FOUND; STATUS_INVALID when it does not run.
pub(super) async fn running(tx: &Tx<'_>, key: Uuid) -> Result<programme::Model> {
    let found = tx.select::<programme::Entity>().filter(programme::Column::Id.eq(key)).one(programme::Entity::read);
    let run = found.await?.ok_or_else(|| Error::refused(Code::NotFound))?;
    match run.status.0 {
        ProgrammeStatus::Active | ProgrammeStatus::Suspended | ProgrammeStatus::Completed => Ok(run),
        status => Err(Fault::new(Code::StatusInvalid).at("programmeId").with_detail(status.to_string()).into()),
    }
}

/// The submission of a branch for a period, held until the end of the transaction; none is there yet when it may be made.
///
/// # Errors
/// NOT_PARTICIPATING at `branchId`; DATE_INVALID and PERIOD_OVERLAPS at `period`.
async fn existing(
    tx: &Tx<'_>,
    run: &programme::Model,
    branch: Uuid,
    (text, period): (&str, Period),
) -> Result<Option<Locked<Entity>>> {
    // Two phones that send the first form at once: the second one finds what the first has made.
    let (high, low) = branch.as_u64_pair();
    let (above, below) = run.id.as_u64_pair();
    tx.advisory_lock((high ^ low.rotate_left(1) ^ above.rotate_left(2) ^ below.rotate_left(3)).cast_signed()).await?;
    let columns = [Column::Id, Column::Period, Column::PeriodStart, Column::PeriodEnd];
    let others = tx
        .select_in_scope::<Entity>()
        .filter(Column::ProgrammeId.eq(run.id))
        .filter(Column::BranchId.eq(branch))
        .filter(Column::PeriodStart.lte(Day(period.end())))
        .filter(Column::PeriodEnd.gte(Day(period.start())))
        .only(columns.map(|column| column.into_expr()));
    let others = others.all(|cells| Ok((cells.take::<Uuid>()?, cells.take::<String>()?))).await?;
    if let Some((key, _)) = others.iter().find(|(_, other)| other == text) {
        return tx.lock_for_update::<Entity>(*key).await.map(Some);
    }
    participation::expect(tx, (run.id, run.branch_id), branch).await?;
    if let Some((_, other)) = others.first() {
        return Err(Fault::new(Code::PeriodOverlaps).at("period").with_detail(format!("{text}, {other}")).into());
    }
    let is_before = run.starts_on.is_some_and(|first| period.end() < first.0);
    let is_after = run.ends_on.is_some_and(|last| period.start() > last.0);
    if is_before || is_after || period.start() > calendar::today(tx.now()) {
        return Err(Fault::new(Code::DateInvalid).at("period").with_detail(text).into());
    }
    Ok(None)
}

/// Make the submission of a branch for a period.
async fn start(
    tx: &Tx<'_>,
    run: &programme::Model,
    branch: Uuid,
    (text, period): (String, Period),
    waive: impl FnOnce(&mut Model),
) -> Result<Uuid> {
    let (id, now) = (Uuid::now_v7(), tx.now().as_microsecond());
    let mut row = Model {
        id,
        number: 0,
        branch_id: branch,
        programme_id: run.id,
        period: text,
        period_start: Day(period.start()),
        period_end: Day(period.end()),
        status: EnumValue(SubmissionStatus::Open),
        stands_with_id: Some(branch),
        submitted_by: None,
        submitted_on: None,
        waived_by_id: None,
        waived_by_name: None,
        waiver_reason: None,
        version: 1,
        created_at: now,
        changed_at: now,
    };
    waive(&mut row);
    let mut row = row.into_active_model();
    row.number = ActiveValue::NotSet;
    tx.insert_all::<Entity>(vec![row]).await?;
    Ok(id)
}

/// The indicators that programmes follow, with their codes.
pub(super) async fn followed(tx: &Tx<'_>, programmes: &[Uuid]) -> Result<HashMap<Uuid, FollowedAs>> {
    let expressions = [
        follows::Column::Id.into_expr(),
        follows::Column::ProgrammeId.into_expr(),
        follows::Column::Disaggregations.into_expr(),
        follows::Column::AgeBands.into_expr(),
        definition::Column::Code.into_expr(),
        definition::Column::Unit.into_expr(),
    ];
    let found = tx
        .select_columns::<follows::Entity>()
        .through::<definition::Entity>(definition::Column::Id, follows::Column::IndicatorId)
        .among(follows::Column::ProgrammeId, programmes)
        .only(expressions)
        .all(|cells| {
            let (key, programme) = (cells.take::<Uuid>()?, cells.take::<Uuid>()?);
            let (disaggregations, age_bands) = (cells.take::<Json<_>>()?.0, cells.take::<Json<_>>()?.0);
            let (code, unit) = (cells.take::<String>()?, cells.take::<EnumValue<IndicatorUnit>>()?.0);
            Ok((key, FollowedAs { programme, code, of: Followed { unit, disaggregations, age_bands } }))
        })
        .await?;
    Ok(found.into_iter().collect())
}

/// The figures of submissions, in the order in which they were entered.
pub(super) async fn figures(tx: &Tx<'_>, submissions: &[Uuid]) -> Result<Vec<measurement::Model>> {
    use measurement::Column as M;
    let columns = [
        M::ValueId,
        M::BranchId,
        M::SubmissionId,
        M::ProgrammeIndicatorId,
        M::Kind,
        M::Sex,
        M::AgeBand,
        M::Milieu,
        M::Source,
        M::Value,
        M::Numerator,
        M::Denominator,
        M::Position,
        M::EnteredBy,
    ];
    let read = |cells: &mut RowReader<'_>| -> Result<measurement::Model, DbErr> {
        Ok(measurement::Model {
            value_id: cells.take()?,
            branch_id: cells.take()?,
            submission_id: cells.take()?,
            programme_indicator_id: cells.take()?,
            kind: cells.take()?,
            sex: cells.take()?,
            age_band: cells.take()?,
            milieu: cells.take()?,
            source: cells.take()?,
            value: cells.take()?,
            numerator: cells.take()?,
            denominator: cells.take()?,
            position: cells.take()?,
            entered_by: cells.take()?,
        })
    };
    let select = tx.select_columns::<measurement::Entity>().among(M::SubmissionId, submissions);
    let mut figures = select.only(columns.map(|column| column.into_expr())).all(read).await?;
    figures.sort_by_key(|figure| (figure.position, figure.value_id));
    Ok(figures)
}

/// Submit the figures of a branch: they are locked from then on.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID, FIGURES_MISSING.
pub async fn submit(tx: &Tx<'_>, key: Uuid, version: i32) -> Result<Uuid> {
    let locked = tx.lock_to_decide::<Entity>(key).await?;
    locked.expect_version(version)?;
    let next = locked.row().status.0.submit()?;
    let entered = tx.select_columns::<measurement::Entity>().filter(measurement::Column::SubmissionId.eq(key));
    if entered.count(None).await? == 0 {
        return Err(Fault::new(Code::FiguresMissing).into());
    }
    let (by, today) = (locked.row().branch_id, calendar::today(tx.now()));
    let actor = tx.actor().key();
    shift(tx, locked, next, (by, None), |row| {
        row.submitted_by = ActiveValue::Set(actor);
        row.submitted_on = ActiveValue::Set(Some(Day(today)));
    })
    .await
}

/// Approve figures at the level whose word comes next, once the branches below it have come so far or are not waited for.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN (another level decides), CONFLICT, STATUS_INVALID, FOUR_EYES_REQUIRED (nobody approves what she submitted
/// or entered), SUBMISSIONS_MISSING naming the branches.
pub async fn approve(tx: &Tx<'_>, key: Uuid, version: i32) -> Result<Uuid> {
    let locked = tx.lock_to_decide::<Entity>(key).await?;
    let level = level(tx, locked.row()).await?;
    locked.expect_version(version)?;
    let next = locked.row().status.0.approve(level.kind)?;
    let entered = tx
        .select_columns::<measurement::Entity>()
        .filter(measurement::Column::SubmissionId.eq(key))
        .filter(measurement::Column::EnteredBy.eq(tx.actor().key()));
    let is_hers = locked.row().submitted_by.is_some() && locked.row().submitted_by == tx.actor().key();
    if is_hers || entered.count(None).await? > 0 {
        return Err(Fault::new(Code::FourEyesRequired).into());
    }
    let missing = missing(tx, locked.row(), &level).await?;
    if !missing.is_empty() {
        return Err(Fault::new(Code::SubmissionsMissing).with_detail(missing.join(", ")).into());
    }
    shift(tx, locked, next, (level.key, None), |_| {}).await
}

/// Return figures to the branch, which may change them then.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID, the refusals of the comment.
pub async fn send_back(tx: &Tx<'_>, key: Uuid, version: i32, comment: impl FnOnce() -> Result<String>) -> Result<Uuid> {
    let locked = tx.lock_to_decide::<Entity>(key).await?;
    let level = level(tx, locked.row()).await?;
    let comment = comment()?;
    locked.expect_version(version)?;
    let next = locked.row().status.0.send_back()?;
    shift(tx, locked, next, (level.key, Some(comment)), reopened).await
}

/// Unlock figures that were accepted, by the national level: nobody outside sees them until they are accepted again.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID, the refusals of the reason.
pub async fn unlock(tx: &Tx<'_>, key: Uuid, version: i32, reason: impl FnOnce() -> Result<String>) -> Result<Uuid> {
    let locked = tx.lock_to_decide::<Entity>(key).await?;
    let nation = line(tx, locked.row().branch_id).await?.pop();
    let nation = nation.filter(|nation| decides(tx, nation)).ok_or_else(|| Error::refused(Code::Forbidden))?;
    let reason = reason()?;
    locked.expect_version(version)?;
    let next = locked.row().status.0.unlock()?;
    shift(tx, locked, next, (nation.key, Some(reason)), reopened).await
}

/// What is returned was not submitted.
fn reopened(row: &mut <Entity as sea_orm::EntityTrait>::ActiveModel) {
    row.submitted_on = ActiveValue::Set(None);
}

/// Decide that the levels above do not wait for a branch.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN (no level above it decides so), STATUS_INVALID, CONFLICT, the refusals of the form and of a submission
/// that is not there yet.
pub async fn waive(
    tx: &Tx<'_>,
    (programme, branch): (Uuid, Uuid),
    version: Option<i32>,
    form: impl FnOnce() -> Result<(String, Period, String)>,
) -> Result<Uuid> {
    tx.home::<Entity>(branch, &["branchId"]).await?;
    let level = line(tx, branch).await?.into_iter().skip(1).find(|above| decides(tx, above));
    let level = level.ok_or_else(|| Error::refused(Code::Forbidden))?;
    let run = running(tx, programme).await?;
    let (text, period, reason) = form()?;
    let by = name::of_actor(tx).await?;
    let Some(held) = existing(tx, &run, branch, (&text, period)).await? else {
        if version.is_some() {
            return Err(Fault::new(Code::Conflict).at("expectedVersion").into());
        }
        let waived = |row: &mut Model| {
            (row.waived_by_id, row.waived_by_name, row.waiver_reason) = (Some(level.key), by, Some(reason));
        };
        return start(tx, &run, branch, (text, period), waived).await;
    };
    held.expect_version(version.unwrap_or(0))?;
    let key = held.row().id;
    if !held.row().status.0.is_open() {
        return Err(domain::submission::locked(held.row().status.0).into());
    }
    tx.update(held, |row| {
        row.waived_by_id = ActiveValue::Set(Some(level.key));
        row.waived_by_name = ActiveValue::Set(by);
        row.waiver_reason = ActiveValue::Set(Some(reason));
    })
    .await?;
    Ok(key)
}

/// Whether whoever acts decides about figures at a branch.
fn decides(tx: &Tx<'_>, above: &Above) -> bool {
    let Actor::Staff(staff) = tx.actor() else { return false };
    staff.reach(Permission::DecideIndicators).covers(above.key, &above.path)
}

/// The level whose word comes next, where whoever acts decides there.
///
/// # Errors
/// FORBIDDEN; STATUS_INVALID when nobody's word is awaited.
async fn level(tx: &Tx<'_>, row: &Model) -> Result<Above> {
    let status = row.status.0;
    if !status.is_pending() {
        return Err(domain::submission::locked(status).into());
    }
    let mut line = line(tx, row.branch_id).await?;
    let above: Vec<BranchKind> = line.iter().skip(1).map(|above| above.kind).collect();
    // Of the national branch's own figures a second person there decides.
    let level = line.swap_remove(desk(status, &above).map_or(0, |place| place + 1));
    if decides(tx, &level) { Ok(level) } else { Err(Error::refused(Code::Forbidden)) }
}

/// The branches that a level waits for: those below it that take part and have not come as far as it.
async fn missing(tx: &Tx<'_>, row: &Model, level: &Above) -> Result<Vec<String>> {
    const SHOWN: usize = 6;
    let below = "$2 || '%'";
    let sql = format!(
        "select b.slug from branch b
         where b.path like {below} and b.path <> $2 and b.id <> $3 and b.status = 'ACTIVE'
           and (exists (select 1 from programme_branch part where part.programme_id = $1 and part.branch_id = b.id)
             or exists (select 1 from programme run where run.id = $1 and run.branch_id = b.id))
           and not exists (select 1 from submission s left join branch with_whom on with_whom.id = s.stands_with_id
             where s.programme_id = $1 and s.branch_id = b.id and s.period = $4
               and (s.waived_by_id is not null or with_whom.id is null
                 or not (with_whom.path like {below} and with_whom.path <> $2)))
         order by b.slug limit {SHOWN}"
    );
    let values = [row.programme_id.into(), level.path.as_str().into(), row.branch_id.into(), row.period.clone().into()];
    // Also of those beyond her reach: names of branches are public.
    tx.as_platform(async |tx| tx.query(&sql, values).await).await
}

/// Move a submission to a status, for a branch and with a comment.
async fn shift(
    tx: &Tx<'_>,
    locked: Locked<Entity>,
    to: SubmissionStatus,
    (by_branch_id, comment): (Uuid, Option<String>),
    change: impl FnOnce(&mut <Entity as sea_orm::EntityTrait>::ActiveModel),
) -> Result<Uuid> {
    let row = locked.row();
    let (key, branch_id, from) = (row.id, row.branch_id, row.status.0);
    let line = line(tx, branch_id).await?;
    let above: Vec<BranchKind> = line.iter().skip(1).map(|above| above.kind).collect();
    let stands_with = match to {
        SubmissionStatus::Accepted => None,
        to if to.is_open() => Some(branch_id),
        to => Some(desk(to, &above).and_then(|place| line.get(place + 1)).map_or(branch_id, |above| above.key)),
    };
    let moved = movement::Model {
        id: Uuid::now_v7(),
        branch_id,
        submission_id: key,
        from_status: Some(EnumValue(from)),
        to_status: EnumValue(to),
        by_branch_id,
        actor_id: tx.actor().key(),
        actor_name: name::of_actor(tx).await?,
        comment,
        moved_at: tx.now().as_microsecond(),
    };
    tx.update(locked, |row| {
        row.status = ActiveValue::Set(EnumValue(to));
        row.stands_with_id = ActiveValue::Set(stands_with);
        change(row);
    })
    .await?;
    tx.insert_plain::<movement::Entity>(vec![moved.into_active_model()]).await?;
    Ok(key)
}

/// The moves of submissions, in their order.
#[derive(Debug)]
pub struct HistoryOf;

impl Related for HistoryOf {
    type Value = Vec<SubmissionMove>;

    fn of(&self) -> Kind {
        Kind::Submission
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        use movement::Column as Move;
        let tx = reader.begin();
        let columns = [
            Move::SubmissionId,
            Move::FromStatus,
            Move::ToStatus,
            Move::ByBranchId,
            Move::ActorName,
            Move::Comment,
            Move::MovedAt,
        ];
        let mut level = Keys::default();
        let rows = tx
            .select_columns::<movement::Entity>()
            .among(Move::SubmissionId, keys)
            .statement(|statement| {
                // Keys grow with time.
                statement.order_by_expr(Move::Id.into_expr(), sea_orm::Order::Asc);
            })
            .only(columns.map(|column| column.into_expr()))
            .all(|cells| {
                let (submission, from, to) = (cells.take::<Uuid>()?, cells.take()?, cells.take()?);
                let branch_key = cells.take::<Uuid>()?;
                level.add(Kind::Branch, branch_key);
                let actor = cells.take::<Option<String>>()?.map(|display_name| SubmissionMoveActor { display_name });
                let (comment, at) = (cells.take()?, DateTime::micros(cells.take()?));
                Ok((submission, (from, to), at, (actor, branch_key, comment)))
            })
            .await?;
        let batch = level.batch();
        let mut history: HashMap<Uuid, Vec<SubmissionMove>> = HashMap::new();
        for (submission, (from, to), at, (actor, branch_key, comment)) in rows {
            let batch = batch.clone();
            let moved = SubmissionMove { from, to, at, actor, comment, branch_key, batch };
            history.entry(submission).or_default().push(moved);
        }
        Ok(history)
    }
}

/// The figures of submissions, in the order in which they were entered.
#[derive(Debug)]
pub struct ValuesOf;

impl Related for ValuesOf {
    type Value = Vec<SubmissionValue>;

    fn of(&self) -> Kind {
        Kind::Submission
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let figures = figures(&reader.begin(), keys).await?;
        let mut level = Keys::default();
        figures.iter().for_each(|figure| level.add(Kind::ProgrammeIndicator, figure.programme_indicator_id));
        let batch = level.batch();
        let mut values: HashMap<Uuid, Self::Value> = HashMap::new();
        for figure in figures {
            let Some(submission) = figure.submission_id else { continue };
            let value = domain::decimal::Decimal::parse(&figure.value).map(Decimal)?;
            values.entry(submission).or_default().push(SubmissionValue {
                kind: figure.kind,
                value,
                numerator: figure.numerator,
                denominator: figure.denominator,
                sex: figure.sex,
                age_band: figure.age_band,
                milieu: figure.milieu,
                source: figure.source,
                indicator_key: figure.programme_indicator_id,
                batch: batch.clone(),
            });
        }
        Ok(values)
    }
}

/// What somebody should look at in the figures of submissions.
#[derive(Debug)]
pub struct WarningsOf;

/// What tells of a submission for its warnings: its programme and branch, and the days of its period.
type Told = (Uuid, Uuid, Day, Day);

impl Related for WarningsOf {
    type Value = Vec<SubmissionWarning>;

    fn of(&self) -> Kind {
        Kind::Submission
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let tx = reader.begin();
        let told = |cells: &mut RowReader<'_>| -> Result<(Uuid, Told), DbErr> {
            Ok((cells.take()?, (cells.take()?, cells.take()?, cells.take()?, cells.take()?)))
        };
        let columns = [Column::Id, Column::ProgrammeId, Column::BranchId, Column::PeriodStart, Column::PeriodEnd];
        let expressions = || columns.map(|column| column.into_expr());
        let these = tx.select_in_scope::<Entity>().among(Column::Id, keys).only(expressions()).all(told).await?;
        let mut programmes: Vec<Uuid> = these.iter().map(|(_, (programme, ..))| *programme).collect();
        programmes.sort_unstable();
        programmes.dedup();
        let others = tx.select_in_scope::<Entity>().among(Column::ProgrammeId, &programmes);
        let others = others.only(expressions()).all(told).await?;
        // The one of the same branch that ended last before this one began.
        let before = |(_, (programme, branch, first, _)): &(Uuid, Told)| {
            let earlier =
                others.iter().filter(|(_, other)| (other.0, other.1) == (*programme, *branch) && other.3 < *first);
            earlier.max_by_key(|(_, other)| other.3).map(|(key, _)| *key)
        };
        let pairs: Vec<(Uuid, Uuid, Option<Uuid>)> =
            these.iter().map(|this| (this.0, this.1.0, before(this))).collect();
        let wanted: Vec<Uuid> = pairs.iter().flat_map(|(this, _, before)| [Some(*this), *before]).flatten().collect();
        let mut forms: HashMap<Uuid, Vec<measurement::Model>> = HashMap::new();
        for figure in figures(&tx, &wanted).await? {
            forms.entry(figure.submission_id.unwrap_or_default()).or_default().push(figure);
        }
        let followed = followed(&tx, &programmes).await?;
        let none = Vec::new();
        let warnings = pairs.into_iter().map(|(this, programme, before)| {
            let before = before.and_then(|before| forms.get(&before)).unwrap_or(&none);
            let now = forms.get(&this).unwrap_or(&none);
            let own: HashMap<Uuid, FollowedAs> = followed
                .iter()
                .filter(|(_, followed)| followed.programme == programme)
                .map(|(key, of)| (*key, of.clone()))
                .collect();
            (this, warnings(now, before, &own))
        });
        Ok(warnings.collect())
    }
}

/// What somebody should look at in the figures of a form, beside those of the period before.
fn warnings(
    now: &[measurement::Model],
    before: &[measurement::Model],
    followed: &HashMap<Uuid, FollowedAs>,
) -> Vec<SubmissionWarning> {
    let place = |position: i32| Some(vec!["values".to_owned(), position.to_string()]);
    let form: BTreeMap<Cell, Figure> = now.iter().map(|row| (row.cell(), row.figure())).collect();
    let positions: BTreeMap<Cell, i32> = now.iter().map(|row| (row.cell(), row.position)).collect();
    let rules: HashMap<Uuid, Followed> = followed.iter().map(|(key, followed)| (*key, followed.of.clone())).collect();
    let number = |row: &measurement::Model| row.value.parse::<f64>().unwrap_or(0.0);
    let earlier: BTreeMap<Cell, f64> = before.iter().map(|row| (row.cell(), number(row))).collect();
    let mut warnings = Vec::new();
    let mut warn = |code: SubmissionWarningCode, detail: Option<String>, field: Option<Vec<String>>| {
        warnings.push(SubmissionWarning { code: EnumValue(code), detail, field });
    };
    for row in now.iter().filter(|row| row.kind.0 == IndicatorValueKind::Actual) {
        let before = earlier.get(&row.cell()).copied();
        if let Some(before) = before.filter(|before| is_jump(*before, number(row))) {
            warn(SubmissionWarningCode::Jump, Some(format!("{before} → {}", row.value)), place(row.position));
        }
    }
    for cell in missing_totals(&form, &rules) {
        warn(SubmissionWarningCode::TotalMissing, None, positions.get(cell).copied().and_then(place));
    }
    let is_entered = |key: &Uuid| now.iter().any(|row| row.programme_indicator_id == *key);
    let mut left: Vec<&String> =
        followed.iter().filter(|(key, _)| !is_entered(key)).map(|(_, followed)| &followed.code).collect();
    left.sort();
    for code in left {
        warn(SubmissionWarningCode::FigureMissing, Some(code.clone()), None);
    }
    warnings
}
