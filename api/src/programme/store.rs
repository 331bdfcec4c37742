//! Reading and changing programmes.

use super::agreement_link as link;
use super::entity::{Column, Entity, Model, TEXTS};
use super::indicator;
use super::movement;
use super::object::{
    Programme, ProgrammeFilter, ProgrammeIndicator, ProgrammeIndicatorRow, ProgrammeMove, ProgrammeMoveActor,
    ProgrammeOrder,
};
use super::participation;
use crate::agreement::entity as agreement;
use crate::branch::line::{Above, line};
use crate::indicator::entity as definition;
use crate::indicator::object::{Indicator, IndicatorValueRow};
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::lookup::Lookup;
use crate::platform::graphql::scalars::DateTime;
use crate::platform::graphql::text::{LocalizedTextInput, name_keys, only_untranslated, slug};
use crate::platform::loading::batch::{Batch, Related, grouped};
use crate::platform::loading::object::{self, Children, NodeObject, RowObject};
use crate::platform::loading::reader::Reader;
use crate::platform::paging::page::{Connection, ListArgs, Order, PageArgs};
use crate::platform::query::change::{Audited, Change};
use crate::platform::query::stored::{Day, EnumValue, Json};
use crate::platform::query::table::Keys;
use crate::platform::query::transaction::Tx;
use crate::submission::entity as submission;
use crate::user::name;
use domain::access::Permission;
use domain::actor::Actor;
use domain::branch::{BranchKind, national};
use domain::calendar;
use domain::fault::{Code, Fault, Faults};
use domain::indicator::Disaggregation;
use domain::partnership::{AgreementState, AgreementStatus};
use domain::programme::{Level, ProgrammeStatus, StatusBasis, Theme, approving_kind};
use domain::text::{DESCRIPTION_MAX, LocalizedText, NAME_MAX};
use jiff::civil::Date;
use sea_orm::{ActiveValue, ColumnTrait, Condition, IntoActiveModel};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use uuid::Uuid;

fn order(reader: &Reader, by: ProgrammeOrder) -> Order {
    match by {
        ProgrammeOrder::Newest => Order::newest(Column::Number),
        ProgrammeOrder::Title if reader.sorts_in_arabic() => Order::name(Column::TitleKeyAr, Column::Number),
        ProgrammeOrder::Title => Order::name(Column::TitleKeyFr, Column::Number),
    }
}

/// One programme.
///
/// # Errors
/// The database's refusal.
pub async fn find(reader: &Reader, lookup: Lookup) -> Result<Option<Programme>> {
    Programme::find_by(reader, lookup.among(Column::Id, Column::Slug)).await
}

/// A page of programmes.
///
/// # Errors
/// BAD_USER_INPUT naming the argument, or the database's refusal.
pub async fn list(
    reader: &Reader,
    roots: ListArgs,
    filter: Option<ProgrammeFilter>,
    by: ProgrammeOrder,
) -> Result<Connection<Programme>> {
    let published = roots.published;
    let arabic = by == ProgrammeOrder::Title && reader.sorts_in_arabic();
    let name = format!("programmes {filter:?} {by:?} {arabic} {published}");
    let filter = filter.unwrap_or_default();
    let tx = reader.begin();
    let mut select = tx.select_for_list::<Entity>(published);
    if let Some(theme) = filter.theme {
        select = select.filter(Column::Theme.eq(theme));
    }
    if let Some(status) = filter.status {
        select = select.filter(Column::Status.eq(status));
    }
    if let Some(branch) = &filter.branch {
        select = select.filter(Column::BranchId.eq(GlobalId::parse_as(Kind::Branch, branch, "filter.branch")?));
    }
    let select = only_untranslated(reader, select, &TEXTS, filter.missing_translation)?;
    object::list(reader, name, select, &roots.page, &order(reader, by)).await
}

/// The programmes of agreements, a page of each, the newest first.
pub fn of_agreements(page: PageArgs) -> Children<Programme, link::Column> {
    let order = Order::newest(Column::Number);
    Children::new(Kind::Agreement, "Agreement.programmes", link::Column::AgreementId, page, order)
        .narrowed(|select| select.through::<link::Entity>(link::Column::ProgrammeId, Column::Id))
}

/// The indicators that programmes follow, in their order.
#[derive(Debug)]
pub struct IndicatorsOf;

impl Related for IndicatorsOf {
    type Value = Vec<Arc<ProgrammeIndicator>>;

    fn of(&self) -> Kind {
        Kind::Programme
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let found = indicators(reader, indicator::Column::ProgrammeId, keys).await?;
        Ok(grouped(found, |indicator| indicator.programme_key))
    }
}

/// Indicators of programmes, in the order of each programme, with their definitions and latest results.
async fn indicators(reader: &Reader, by: indicator::Column, keys: &[Uuid]) -> Result<Vec<Arc<ProgrammeIndicator>>> {
    let tx = reader.begin();
    let mut level = Keys::default();
    let rows = tx
        .select::<indicator::Entity>()
        .reading::<ProgrammeIndicatorRow>()
        .with_optional::<IndicatorValueRow>(indicator::Column::LatestActualId)
        .among(by, keys)
        .statement(|statement| {
            statement.order_by_expr(indicator::Column::Position.into_expr(), sea_orm::Order::Asc);
        })
        .all(|cells| {
            let row = level.take::<ProgrammeIndicatorRow>(cells)?;
            level.take_optional::<IndicatorValueRow>(cells)?;
            Ok(row)
        })
        .await?;
    // Many programmes follow the same few indicators: joined, each definition would be sent with each row.
    let batch = level.batch();
    let mut definitions: HashMap<Uuid, Arc<Indicator>> = HashMap::new();
    let mut indicators = Vec::with_capacity(rows.len());
    for row in rows {
        let definition = match definitions.get(&row.indicator_id) {
            Some(known) => Arc::clone(known),
            None => {
                let Some(definition) = batch.object::<Indicator>(reader, row.indicator_id).await? else { continue };
                let definition = Arc::new(definition);
                definitions.insert(row.indicator_id, Arc::clone(&definition));
                definition
            }
        };
        indicators.push(Arc::new(ProgrammeIndicator::new(&row, definition, batch.clone())));
    }
    Ok(indicators)
}

/// Indicators of programmes by their own keys.
#[derive(Debug)]
pub struct FoundIndicator;

impl Related for FoundIndicator {
    type Value = Option<Arc<ProgrammeIndicator>>;

    fn of(&self) -> Kind {
        Kind::ProgrammeIndicator
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let found = indicators(reader, indicator::Column::Id, keys).await?;
        Ok(found.into_iter().map(|indicator| (indicator.key, Some(indicator))).collect())
    }
}

impl NodeObject for ProgrammeIndicator {
    type Entity = indicator::Entity;

    async fn find(reader: &Reader, level: &Batch, key: Uuid) -> Result<Option<Self>> {
        let found = level.load(reader, FoundIndicator, key).await?;
        Ok(found.map(|found| Self::clone(&found)))
    }
}

/// The branches that take part in programmes of others, with the level of all of them.
#[derive(Debug)]
pub struct ParticipantsOf;

impl Related for ParticipantsOf {
    type Value = Vec<(Uuid, Option<Batch>)>;

    fn of(&self) -> Kind {
        Kind::Programme
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let tx = reader.begin();
        let columns = [participation::Column::ProgrammeId, participation::Column::BranchId];
        let rows = tx
            .select_columns::<participation::Entity>()
            .among(participation::Column::ProgrammeId, keys)
            .statement(|statement| {
                statement.order_by_expr(participation::Column::BranchId.into_expr(), sea_orm::Order::Asc);
            })
            .only(columns.map(|column| column.into_expr()))
            .all(|cells| Ok((cells.take::<Uuid>()?, cells.take::<Uuid>()?)))
            .await?;
        let mut level = Keys::default();
        rows.iter().for_each(|(_, branch)| level.add(Kind::Branch, *branch));
        let batch = level.batch();
        let mut participants: HashMap<Uuid, Self::Value> = HashMap::new();
        for (programme, branch) in rows {
            participants.entry(programme).or_default().push((branch, Some(batch.clone())));
        }
        Ok(participants)
    }
}

/// The moves of programmes, in their order.
#[derive(Debug)]
pub struct MovesOf;

impl Related for MovesOf {
    type Value = Vec<ProgrammeMove>;

    fn of(&self) -> Kind {
        Kind::Programme
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        use movement::Column as Move;
        let tx = reader.begin();
        let columns = [
            Move::ProgrammeId,
            Move::FromStatus,
            Move::ToStatus,
            Move::ByBranchId,
            Move::ActorName,
            Move::Reason,
            Move::MovedAt,
        ];
        let mut level = Keys::default();
        let rows = tx
            .select_columns::<movement::Entity>()
            .among(Move::ProgrammeId, keys)
            .statement(|statement| {
                // Keys grow with time.
                statement.order_by_expr(Move::Id.into_expr(), sea_orm::Order::Asc);
            })
            .only(columns.map(|column| column.into_expr()))
            .all(|cells| {
                let (programme, from, to) = (cells.take::<Uuid>()?, cells.take()?, cells.take()?);
                let branch_key = cells.take::<Uuid>()?;
                level.add(Kind::Branch, branch_key);
                let actor = cells.take::<Option<String>>()?.map(|display_name| ProgrammeMoveActor { display_name });
                let (reason, at) = (cells.take()?, DateTime::micros(cells.take()?));
                Ok((programme, (from, to), at, (actor, branch_key, reason)))
            })
            .await?;
        let batch = level.batch();
        let mut moves: HashMap<Uuid, Vec<ProgrammeMove>> = HashMap::new();
        for (programme, (from, to), at, (actor, branch_key, reason)) in rows {
            let batch = batch.clone();
            moves.entry(programme).or_default().push(ProgrammeMove { from, to, at, actor, reason, branch_key, batch });
        }
        Ok(moves)
    }
}

/// Whether an agreement that programmes rest on is in force today; nothing where the caller does not reach the programme.
#[derive(Debug)]
pub struct IsFunded;

impl Related for IsFunded {
    type Value = Option<bool>;

    fn of(&self) -> Kind {
        Kind::Programme
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        if matches!(reader.actor(), Actor::Anonymous) {
            return Ok(HashMap::new());
        }
        let tx = reader.begin();
        let reached = tx.select_for_list::<Entity>(false).among(Column::Id, keys).only([Column::Id.into_expr()]);
        let reached = reached.all(|cells| cells.take::<Uuid>()).await?;
        let funded = funded(&tx, &reached, reader.today()).await?;
        Ok(reached.into_iter().map(|programme| (programme, Some(funded.contains(&programme)))).collect())
    }
}

/// Those of these programmes that rest on an agreement that is in force on a day.
async fn funded(tx: &Tx<'_>, programmes: &[Uuid], today: Date) -> Result<Vec<Uuid>> {
    use agreement::Column as Agreement;
    let columns = [Agreement::Status, Agreement::SignedOn, Agreement::StartsOn, Agreement::EndsOn];
    let expressions = columns.map(|column| column.into_expr());
    let linked = tx
        .select_columns::<agreement::Entity>()
        .through::<link::Entity>(link::Column::AgreementId, Agreement::Id)
        .among(link::Column::ProgrammeId, programmes)
        .only([link::Column::ProgrammeId.into_expr()].into_iter().chain(expressions))
        .all(|cells| {
            let (programme, state) = (cells.take::<Uuid>()?, cells.take::<EnumValue<_>>()?.0);
            let days = (cells.take::<Option<Day>>()?, cells.take::<Option<Day>>()?, cells.take::<Option<Day>>()?);
            let day = |day: Option<Day>| day.map(|day| day.0);
            Ok((programme, AgreementState::status_on(state, day(days.0), day(days.1), day(days.2), today)))
        })
        .await?;
    let in_force = linked.into_iter().filter(|(_, status)| *status == AgreementStatus::InForce);
    Ok(in_force.map(|(programme, _)| programme).collect())
}

/// A programme to be drafted, as its form was read.
pub struct NewProgramme {
    /// The title.
    pub title: LocalizedText,
    /// What it is.
    pub description: Option<LocalizedText>,
    /// What it is about.
    pub theme: Theme,
    /// The targets that it serves.
    pub sdg_targets: Vec<String>,
    /// Its first day.
    pub starts_on: Option<Date>,
    /// Its last day.
    pub ends_on: Option<Date>,
    /// Whether it needs no agreement.
    pub self_funded: bool,
}

/// Draft a programme that rests on these agreements, and in which these branches take part.
///
/// # Errors
/// NOT_FOUND (also of a branch that takes part and lies beyond the caller's reach), FORBIDDEN, BRANCH_CLOSED, the refusals of the
/// form; NOT_FOUND and DUPLICATE_ENTRY at a place of `agreementIds` or `participatingBranchIds`.
pub async fn create(
    tx: &Tx<'_>,
    branch: Uuid,
    (agreements, participants): (&[Uuid], &[Uuid]),
    form: impl FnOnce() -> Result<NewProgramme>,
) -> Result<Uuid> {
    tx.home::<Entity>(branch, &["branchId"]).await?;
    for (position, participant) in participants.iter().enumerate() {
        tx.home::<Entity>(*participant, &["participatingBranchIds", &position.to_string()]).await?;
    }
    let form = form()?;
    let keys = name_keys(&form.title).map_err(|fault| fault.at("title"))?;
    let mut faults = unknown_agreements(tx, agreements).await?;
    faults.extend(named_twice(participants, "participatingBranchIds"));
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let (id, now) = (Uuid::now_v7(), tx.now().as_microsecond());
    let mut row = Model {
        id,
        number: 0,
        branch_id: branch,
        slug: slug(&form.title, id),
        title: Json(form.title),
        title_key_ar: keys.0,
        title_key_fr: keys.1,
        description: form.description.map(Json),
        theme: EnumValue(form.theme),
        sdg_targets: Json(form.sdg_targets),
        starts_on: form.starts_on.map(Day),
        ends_on: form.ends_on.map(Day),
        self_funded: form.self_funded,
        status: EnumValue(ProgrammeStatus::Draft),
        status_basis: EnumValue(StatusBasis::Stated),
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
    rest(tx, (id, branch), agreements).await?;
    join(tx, (id, branch), participants).await?;
    record(tx, (id, branch), (None, ProgrammeStatus::Draft), branch, None).await?;
    Ok(id)
}

/// What changes of a programme; what is not there stays as it is.
pub struct Edit {
    /// The title.
    pub title: Option<LocalizedTextInput>,
    /// What it is; nothing within: nothing is said.
    pub description: Option<Option<LocalizedTextInput>>,
    /// What it is about.
    pub theme: Option<Theme>,
    /// The targets that it serves.
    pub sdg_targets: Option<Vec<String>>,
    /// Its first day; nothing within: none.
    pub starts_on: Option<Option<Date>>,
    /// Its last day; nothing within: none.
    pub ends_on: Option<Option<Date>>,
    /// Whether it needs no agreement.
    pub self_funded: Option<bool>,
    /// The agreements that it rests on.
    pub agreements: Option<Vec<Uuid>>,
    /// The branches that take part.
    pub participants: Option<Vec<Uuid>>,
}

impl Edit {
    /// The fields that it names and that a draft alone changes.
    fn of_drafts(&self) -> impl Iterator<Item = &'static str> {
        let fields = [
            (self.theme.is_some(), "theme"),
            (self.sdg_targets.is_some(), "sdgTargets"),
            (self.starts_on.is_some(), "startsOn"),
            (self.self_funded.is_some(), "isSelfFunded"),
        ];
        fields.into_iter().filter(|(is_named, _)| *is_named).map(|(_, field)| field)
    }
}

/// Edit a programme: all of a draft; once it was approved, what may change while it runs.
///
/// # Errors
/// NOT_FOUND (also of a branch that takes part and lies beyond the caller's reach), FORBIDDEN, CONFLICT, BRANCH_CLOSED, the
/// refusals of the form, STATUS_INVALID; NOT_FOUND and DUPLICATE_ENTRY at a place of `agreementIds` or `participatingBranchIds`.
pub async fn edit(tx: &Tx<'_>, key: Uuid, version: i32, form: impl FnOnce() -> Result<Edit>) -> Result<Uuid> {
    let locked = tx.lock_for_update::<Entity>(key).await?;
    let form = form()?;
    let (row, lead) = (locked.row(), locked.row().branch_id);
    let before = match &form.participants {
        Some(participants) => {
            let before = participants_of(tx, key).await?;
            let is_new = |participant: &Uuid| !before.contains(participant) && *participant != lead;
            for (position, participant) in participants.iter().enumerate().filter(|(_, one)| is_new(one)) {
                tx.home::<Entity>(*participant, &["participatingBranchIds", &position.to_string()]).await?;
            }
            before
        }
        None => Vec::new(),
    };
    locked.expect_version(version)?;
    let status = row.status.0;
    let mut faults = match status {
        ProgrammeStatus::Draft => Faults::new(),
        ProgrammeStatus::Approved | ProgrammeStatus::Active | ProgrammeStatus::Suspended => {
            let fixed = |field: &str| Fault::new(Code::StatusInvalid).at(field).with_detail(status.to_string());
            form.of_drafts().map(fixed).collect()
        }
        ProgrammeStatus::Submitted
        | ProgrammeStatus::Completed
        | ProgrammeStatus::Closed
        | ProgrammeStatus::Cancelled => {
            return Err(Fault::new(Code::StatusInvalid).with_detail(status.to_string()).into());
        }
    };
    let title = match form.title {
        Some(given) => given.merged_at(Some(row.title.0.clone()), NAME_MAX, "title"),
        None => Ok(row.title.0.clone()),
    };
    let title = title.map_err(|wrong| faults.extend(wrong)).ok();
    let description = match form.description {
        None => row.description.clone().map(|text| text.0),
        Some(None) => None,
        Some(Some(given)) => {
            let known = row.description.clone().map(|text| text.0);
            given.merged_at(known, DESCRIPTION_MAX, "description").map_err(|wrong| faults.extend(wrong)).ok()
        }
    };
    let starts_on = form.starts_on.unwrap_or(row.starts_on.map(|day| day.0));
    let ends_on = form.ends_on.unwrap_or(row.ends_on.map(|day| day.0));
    if starts_on.zip(ends_on).is_some_and(|(first, last)| last < first) {
        faults.push(Fault::new(Code::DateInvalid).at("endsOn"));
    }
    if let Some(agreements) = &form.agreements {
        faults.extend(unknown_agreements(tx, agreements).await?);
    }
    if let Some(participants) = &form.participants {
        faults.extend(named_twice(participants, "participatingBranchIds"));
        let gone: Vec<Uuid> = before.iter().copied().filter(|branch| !participants.contains(branch)).collect();
        if !gone.is_empty() {
            use submission::Column as S;
            let entered = tx.select_columns::<submission::Entity>().filter(S::ProgrammeId.eq(key));
            if entered.filter(S::BranchId.is_in(gone)).count(None).await? > 0 {
                faults.push(Fault::new(Code::StatusInvalid).at("participatingBranchIds"));
            }
        }
    }
    let (Some(title), true) = (title, faults.is_empty()) else { return Err(faults.into()) };
    if let Some(agreements) = form.agreements {
        let old = tx.select_columns::<link::Entity>().filter(link::Column::ProgrammeId.eq(key));
        let old = old.only([link::Column::AgreementId.into_expr()]).all(|cells| cells.take::<Uuid>()).await?;
        note(tx, (key, lead), "agreements", (&old, &agreements));
        tx.delete_parts::<Entity, link::Entity>(&locked, link::Column::ProgrammeId, Condition::all()).await?;
        rest(tx, (key, lead), &agreements).await?;
    }
    if let Some(participants) = form.participants {
        note(tx, (key, lead), "participatingBranches", (&before, &participants));
        let gone = participation::Column::BranchId.is_not_in(participants.iter().copied());
        let of = participation::Column::ProgrammeId;
        tx.delete_parts::<Entity, participation::Entity>(&locked, of, Condition::all().add(gone)).await?;
        let new: Vec<Uuid> = participants.into_iter().filter(|branch| !before.contains(branch)).collect();
        join(tx, (key, lead), &new).await?;
    }
    tx.update(locked, |row| {
        row.title = ActiveValue::Set(Json(title));
        row.description = ActiveValue::Set(description.map(Json));
        row.starts_on = ActiveValue::Set(starts_on.map(Day));
        row.ends_on = ActiveValue::Set(ends_on.map(Day));
        if let Some(theme) = form.theme {
            row.theme = ActiveValue::Set(EnumValue(theme));
        }
        if let Some(targets) = form.sdg_targets {
            row.sdg_targets = ActiveValue::Set(Json(targets));
        }
        if let Some(self_funded) = form.self_funded {
            row.self_funded = ActiveValue::Set(self_funded);
        }
    })
    .await?;
    Ok(key)
}

/// Tell the audit of parts of a programme, which are no columns of it.
fn note(tx: &Tx<'_>, (key, branch): (Uuid, Uuid), what: &str, (before, after): (&[Uuid], &[Uuid])) {
    let list = |keys: &[Uuid]| keys.iter().map(Uuid::to_string).collect::<Vec<_>>().join(", ");
    let changes = [(what.to_owned(), serde_json::json!([list(before), list(after)]))].into_iter().collect();
    tx.record(Change::noted(Kind::Programme, key, Some(branch), Audited { changes, personal: BTreeMap::new() }));
}

/// The branches that take part in a programme of another one.
async fn participants_of(tx: &Tx<'_>, programme: Uuid) -> Result<Vec<Uuid>> {
    let select = tx.select_columns::<participation::Entity>().filter(participation::Column::ProgrammeId.eq(programme));
    select.only([participation::Column::BranchId.into_expr()]).all(|cells| cells.take::<Uuid>()).await
}

/// Let a programme rest on agreements.
async fn rest(tx: &Tx<'_>, (id, branch): (Uuid, Uuid), agreements: &[Uuid]) -> Result<()> {
    let links = agreements.iter().map(|agreement| {
        link::Model { agreement_id: *agreement, programme_id: id, branch_id: branch }.into_active_model()
    });
    tx.insert_plain::<link::Entity>(links.collect()).await
}

/// Let branches take part in a programme of another one.
async fn join(tx: &Tx<'_>, (id, lead): (Uuid, Uuid), participants: &[Uuid]) -> Result<()> {
    let parts = participants.iter().filter(|participant| **participant != lead).map(|participant| {
        participation::Model { programme_id: id, branch_id: *participant, published: false }.into_active_model()
    });
    tx.insert_plain::<participation::Entity>(parts.collect()).await
}

/// What is wrong with the agreements of a form: they are named twice, or whoever asks sees none such.
async fn unknown_agreements(tx: &Tx<'_>, agreements: &[Uuid]) -> Result<Faults> {
    let known = tx.select_columns::<agreement::Entity>().among(agreement::Column::Id, agreements);
    let known = known.only([agreement::Column::Id.into_expr()]).all(|cells| cells.take::<Uuid>()).await?;
    let unknown = |(position, key): (usize, &Uuid)| {
        (!known.contains(key)).then(|| Fault::new(Code::NotFound).at(&position.to_string()).at("agreementIds"))
    };
    let mut faults: Faults = agreements.iter().enumerate().filter_map(unknown).collect();
    faults.extend(named_twice(agreements, "agreementIds"));
    Ok(faults)
}

fn named_twice(keys: &[Uuid], field: &str) -> Faults {
    let twice = |position: &usize| keys.iter().take(*position).any(|other| Some(other) == keys.get(*position));
    let fault = |position: usize| Fault::new(Code::DuplicateEntry).at(&position.to_string()).at(field);
    (0..keys.len()).filter(twice).map(fault).collect()
}

/// Move a programme to another status: from this one, where only one is meant.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN (another level decides), CONFLICT, STATUS_INVALID, the refusals of the reason, AGREEMENT_REQUIRED,
/// FOUR_EYES_REQUIRED (who submitted it does not approve it).
pub async fn transition(
    tx: &Tx<'_>,
    key: Uuid,
    version: i32,
    (from, to): (Option<ProgrammeStatus>, ProgrammeStatus),
    reason: impl FnOnce(bool) -> Result<Option<String>>,
) -> Result<Uuid> {
    let locked = tx.lock_to_decide::<Entity>(key).await?;
    let (status, lead) = (locked.row().status.0, locked.row().branch_id);
    let by = decider(tx, lead, status.decided_by(to)).await?;
    let reason = reason(status.needs_reason(to))?;
    locked.expect_version(version)?;
    if from.is_some_and(|from| from != status) {
        return Err(Fault::status(status, to).into());
    }
    let is_funded = to != ProgrammeStatus::Active
        || locked.row().self_funded
        || funded(tx, &[key], calendar::today(tx.now())).await?.contains(&key);
    let next = status.transition(to, is_funded)?;
    if (status, next) == (ProgrammeStatus::Submitted, ProgrammeStatus::Approved)
        && submitter(tx, key).await?.is_some_and(|submitter| tx.actor().key() == Some(submitter))
    {
        return Err(Fault::new(Code::FourEyesRequired).into());
    }
    tx.update(locked, |row| {
        row.status = ActiveValue::Set(EnumValue(next));
        row.status_basis = ActiveValue::Set(EnumValue(StatusBasis::Stated));
    })
    .await?;
    record(tx, (key, lead), (Some(status), next), by, reason).await?;
    Ok(key)
}

/// The branch for which somebody decides at a level.
///
/// # Errors
/// FORBIDDEN when she decides at no such branch.
async fn decider(tx: &Tx<'_>, lead: Uuid, level: Level) -> Result<Uuid> {
    if level == Level::Lead {
        return Ok(lead);
    }
    let line = line(tx, lead).await?;
    let kind = line.first().map_or(BranchKind::National, |own| own.kind);
    let wanted = if level == Level::National { BranchKind::National } else { approving_kind(kind) };
    // The nearest one; where a province stands below the national branch itself, that one.
    let nearest = line.into_iter().find(|above| above.kind <= wanted);
    let Above { key: by, path, .. } =
        nearest.ok_or_else(|| Error::internal(format!("no branch above {lead} of {}", national())))?;
    match tx.actor() {
        Actor::Staff(staff) if staff.reach(Permission::DecideProgrammes).covers(by, &path) => Ok(by),
        _ => Err(Error::refused(Code::Forbidden)),
    }
}

/// Who submitted a programme last.
async fn submitter(tx: &Tx<'_>, programme: Uuid) -> Result<Option<Uuid>> {
    let submitted = tx
        .select_columns::<movement::Entity>()
        .filter(movement::Column::ProgrammeId.eq(programme))
        .filter(movement::Column::ToStatus.eq(EnumValue(ProgrammeStatus::Submitted)))
        .statement(|statement| {
            statement.order_by_expr(movement::Column::Id.into_expr(), sea_orm::Order::Desc);
        })
        .only([movement::Column::ActorId.into_expr()])
        .one(|cells| cells.take::<Option<Uuid>>())
        .await?;
    Ok(submitted.flatten())
}

/// Write down a move.
async fn record(
    tx: &Tx<'_>,
    (programme_id, branch_id): (Uuid, Uuid),
    (from, to): (Option<ProgrammeStatus>, ProgrammeStatus),
    by_branch_id: Uuid,
    reason: Option<String>,
) -> Result<()> {
    let (actor_id, actor_name) = (tx.actor().key(), name::of_actor(tx).await?);
    let row = movement::Model {
        id: Uuid::now_v7(),
        branch_id,
        programme_id,
        from_status: from.map(EnumValue),
        to_status: EnumValue(to),
        by_branch_id,
        actor_id,
        actor_name,
        reason,
        moved_at: tx.now().as_microsecond(),
    };
    tx.insert_plain::<movement::Entity>(vec![row.into_active_model()]).await
}

/// How a programme is to follow an indicator, as its form was read.
pub struct NewIndicator {
    /// The code of the definition.
    pub code: String,
    /// Into which groups figures are broken down.
    pub disaggregations: Vec<Disaggregation>,
    /// The age bands, where they are broken down by age.
    pub age_bands: Vec<String>,
}

/// The most indicators that a programme follows.
const INDICATORS_MAX: i32 = 100;

/// Let a programme follow an indicator.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, the refusals of the form, STATUS_INVALID when the programme is over, LIMIT_EXCEEDED; NOT_FOUND and
/// DUPLICATE_ENTRY at `indicatorCode`.
pub async fn follow(tx: &Tx<'_>, programme: Uuid, form: impl FnOnce() -> Result<NewIndicator>) -> Result<Uuid> {
    // Who adds one meanwhile waits.
    let locked = tx.lock_for_update::<Entity>(programme).await?;
    let form = form()?;
    let status = locked.row().status.0;
    if matches!(status, ProgrammeStatus::Completed | ProgrammeStatus::Closed | ProgrammeStatus::Cancelled) {
        return Err(Fault::new(Code::StatusInvalid).with_detail(status.to_string()).into());
    }
    let code = definition::Column::Code;
    let defined = tx.select_columns::<definition::Entity>().filter(code.eq(form.code.as_str()));
    let defined = defined.only([definition::Column::Id.into_expr()]).one(|cells| cells.take::<Uuid>()).await?;
    let indicator_id = defined.ok_or_else(|| Fault::new(Code::NotFound).at("indicatorCode"))?;
    let columns = [indicator::Column::IndicatorId, indicator::Column::Position].map(|column| column.into_expr());
    let others = tx.select_columns::<indicator::Entity>().filter(indicator::Column::ProgrammeId.eq(programme));
    let others = others.only(columns).all(|cells| Ok((cells.take::<Uuid>()?, cells.take::<i32>()?))).await?;
    if others.iter().any(|(other, _)| *other == indicator_id) {
        return Err(Fault::new(Code::DuplicateEntry).at("indicatorCode").into());
    }
    let position = others.iter().map(|(_, position)| position + 1).max().unwrap_or(1);
    if position > INDICATORS_MAX {
        return Err(Fault::new(Code::LimitExceeded).with_detail(INDICATORS_MAX.to_string()).into());
    }
    let (id, now) = (Uuid::now_v7(), tx.now().as_microsecond());
    let row = indicator::Model {
        id,
        branch_id: locked.row().branch_id,
        programme_id: programme,
        indicator_id,
        position,
        disaggregations: Json(form.disaggregations),
        age_bands: Json(form.age_bands),
        latest_actual_id: None,
        published: false,
        version: 1,
        created_at: now,
        changed_at: now,
    };
    tx.insert_all::<indicator::Entity>(vec![row.into_active_model()]).await?;
    Ok(id)
}
