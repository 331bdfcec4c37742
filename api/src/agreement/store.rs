//! Reading and changing agreements.

use super::entity::{Column, Entity, Model, TEXTS};
use super::implementation;
use super::object::{Agreement, AgreementAlert, AgreementFilter, AgreementObjective, AgreementOrder, AgreementParty};
use super::objective;
use super::party;
use crate::branch::entity as branch;
use crate::contribution::entity as contribution;
use crate::funding_call::ceiling;
use crate::funding_call::entity as funding_call;
use crate::partner::entity as partner;
use crate::partner::object::PartnerRow;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::lookup::Lookup;
use crate::platform::graphql::text::{LocalizedTextInput, only_untranslated, slug};
use crate::platform::loading::batch::{Batch, Related};
use crate::platform::loading::object::{self, Children, RowObject};
use crate::platform::loading::reader::Reader;
use crate::platform::paging::page::{Connection, ListArgs, Order, PageArgs};
use crate::platform::query::change::{Audited, Change};
use crate::platform::query::expression::among;
use crate::platform::query::select::Select;
use crate::platform::query::stored::{Day, EnumValue, Json};
use crate::platform::query::table::{Keys, RowReader};
use crate::platform::query::transaction::Tx;
use crate::programme::agreement_link as link;
use domain::actor::Actor;
use domain::branch::Path;
use domain::calendar;
use domain::fault::{Code, Fault, Faults};
use domain::id::founding;
use domain::money::Money;
use domain::partnership::{
    ALERT_DAYS, AgreementState, AgreementStatus, ContributionStatus, Paid, PartyRole, SignedOnBasis, Signing, Terms,
    alert,
};
use domain::text::{DESCRIPTION_MAX, LocalizedText};
use jiff::ToSpan;
use jiff::civil::Date;
use sea_orm::sea_query::{Condition, ExprTrait, Func, IntoCondition};
use sea_orm::{ActiveValue, ColumnTrait, IntoActiveModel};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

fn order(by: AgreementOrder) -> Order {
    match by {
        AgreementOrder::Newest => Order::newest(Column::Number),
        AgreementOrder::Oldest => Order::oldest(Column::Number),
    }
}

/// One agreement.
///
/// # Errors
/// The database's refusal.
pub async fn find(reader: &Reader, lookup: Lookup) -> Result<Option<Agreement>> {
    Agreement::find_by(reader, lookup.among(Column::Id, Column::Slug)).await
}

/// The condition of a status on a day: the same rule as [`AgreementState::status_on`], for the database.
fn in_status(status: AgreementStatus, today: Date) -> Condition {
    let state = |state| Column::Status.eq(EnumValue(state));
    let has_ended = || Column::EndsOn.lt(Day(today));
    let has_begun = || Func::coalesce([Column::StartsOn.into_expr(), Column::SignedOn.into_expr()]).lte(Day(today));
    let runs = || Condition::any().add(Column::EndsOn.is_null()).add(Column::EndsOn.gte(Day(today)));
    let still_runs = || Column::EndsOn.gte(Day(today));
    // What was renewed stays in force to its last day.
    let renewed = || Condition::all().add(state(AgreementState::Renewed));
    let signed = || Condition::all().add(state(AgreementState::Signed));
    let running = || Condition::any().add(signed()).add(renewed().add(still_runs()));
    match status {
        AgreementStatus::Draft => state(AgreementState::Draft).into_condition(),
        AgreementStatus::Negotiation => state(AgreementState::Negotiation).into_condition(),
        AgreementStatus::Terminated => state(AgreementState::Terminated).into_condition(),
        AgreementStatus::Renewed => {
            renewed().add(Condition::any().add(Column::EndsOn.is_null()).add(Column::EndsOn.lt(Day(today))))
        }
        AgreementStatus::Expired => signed().add(has_ended()),
        AgreementStatus::InForce => Condition::all().add(running()).add(runs()).add(has_begun()),
        AgreementStatus::Signed => Condition::all().add(running()).add(runs()).add(has_begun().not()),
    }
}

/// A page of agreements.
///
/// # Errors
/// BAD_USER_INPUT naming the argument, or the database's refusal.
pub async fn list(
    reader: &Reader,
    roots: ListArgs,
    filter: Option<AgreementFilter>,
    by: AgreementOrder,
) -> Result<Connection<Agreement>> {
    let published = roots.published;
    let name = format!("agreements {filter:?} {by:?} {published}");
    let filter = filter.unwrap_or_default();
    let tx = reader.begin();
    let mut select = tx.select_for_list::<Entity>(published);
    if let Some(status) = filter.status {
        select = select.filter(in_status(status.0, reader.today()));
    }
    if let Some(partner) = &filter.partner {
        let partner = GlobalId::parse_as(Kind::Partner, partner, "filter.partner")?;
        select = with_party(select).filter(party::Column::PartnerId.eq(partner));
    }
    if let Some(branch) = &filter.branch {
        select = select.filter(Column::BranchId.eq(GlobalId::parse_as(Kind::Branch, branch, "filter.branch")?));
    }
    let select = only_untranslated(reader, select, &TEXTS, filter.missing_translation)?;
    object::list(reader, name, select, &roots.page, &order(by)).await
}

fn with_party<'t, 'a>(select: Select<'t, 'a, Entity>) -> Select<'t, 'a, Entity> {
    select.through::<party::Entity>(party::Column::AgreementId, Column::Id)
}

/// The agreements that partners are party to, a page of each, the newest first.
pub fn of_partners(page: PageArgs) -> Children<Agreement, party::Column> {
    Children::new(Kind::Partner, "Partner.agreements", party::Column::PartnerId, page, Order::newest(Column::Number))
        .narrowed(with_party)
}

/// The agreements that programmes rest on, a page of each, the newest first.
pub fn of_programmes(page: PageArgs) -> Children<Agreement, link::Column> {
    Children::new(
        Kind::Programme,
        "Programme.agreements",
        link::Column::ProgrammeId,
        page,
        Order::newest(Column::Number),
    )
    .narrowed(|select| select.through::<link::Entity>(link::Column::AgreementId, Column::Id))
}

/// The parties to agreements, in their order.
#[derive(Debug)]
pub struct PartiesOf;

impl Related for PartiesOf {
    type Value = Vec<AgreementParty>;

    fn of(&self) -> Kind {
        Kind::Agreement
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let tx = reader.begin();
        let columns = [party::Column::AgreementId, party::Column::PartnerId, party::Column::Role];
        let mut level = Keys::default();
        let rows = tx
            .select_columns::<party::Entity>()
            .filter(among(tx.backend(), party::Column::AgreementId, keys))
            .statement(|statement| {
                statement.order_by_expr(party::Column::Position.into_expr(), sea_orm::Order::Asc);
            })
            .only(columns.map(|column| column.into_expr()))
            .with_optional::<PartnerRow>(party::Column::PartnerId)
            .all(|cells| {
                let row = (cells.take::<Uuid>()?, cells.take::<Uuid>()?, cells.take::<Option<EnumValue<PartyRole>>>()?);
                level.take_optional::<PartnerRow>(cells)?;
                level.add(Kind::Partner, row.1);
                Ok(row)
            })
            .await?;
        let batch = level.batch();
        let mut parties: HashMap<Uuid, Vec<AgreementParty>> = HashMap::new();
        for (agreement, partner_key, role) in rows {
            parties.entry(agreement).or_default().push(AgreementParty { role, partner_key, batch: batch.clone() });
        }
        Ok(parties)
    }
}

/// The objectives of agreements, in their order.
#[derive(Debug)]
pub struct ObjectivesOf;

impl Related for ObjectivesOf {
    type Value = Vec<AgreementObjective>;

    fn of(&self) -> Kind {
        Kind::Agreement
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let tx = reader.begin();
        let columns = [objective::Column::AgreementId, objective::Column::Code, objective::Column::Text];
        let rows = tx
            .select_columns::<objective::Entity>()
            .filter(among(tx.backend(), objective::Column::AgreementId, keys))
            .statement(|statement| {
                statement.order_by_expr(objective::Column::Position.into_expr(), sea_orm::Order::Asc);
            })
            .only(columns.map(|column| column.into_expr()))
            .all(|cells| {
                let agreement = cells.take::<Uuid>()?;
                Ok((agreement, cells.take::<String>()?, cells.take::<Json<LocalizedText>>()?))
            })
            .await?;
        let mut objectives: HashMap<Uuid, Vec<AgreementObjective>> = HashMap::new();
        for (agreement, code, text) in rows {
            objectives.entry(agreement).or_default().push(AgreementObjective { code, text: text.0.into() });
        }
        Ok(objectives)
    }
}

/// The agreements of branches that end soon and that no other one renews, the first to end first.
#[derive(Debug)]
pub struct AlertsOf;

impl Related for AlertsOf {
    type Value = Vec<AgreementAlert>;

    fn of(&self) -> Kind {
        Kind::Branch
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        if !matches!(reader.actor(), Actor::Staff(_)) {
            return Ok(HashMap::new());
        }
        let (tx, today) = (reader.begin(), reader.today());
        let rows = tx
            .select_in_scope::<Entity>()
            .among(Column::BranchId, keys)
            .filter(Column::Status.eq(EnumValue(AgreementState::Signed)))
            .filter(Column::EndsOn.gte(Day(today)))
            .filter(Column::EndsOn.lte(Day(today.saturating_add(ALERT_DAYS.days()))))
            .statement(|statement| {
                statement.order_by_expr(Column::EndsOn.into_expr(), sea_orm::Order::Asc);
            })
            .only([Column::Id, Column::BranchId, Column::EndsOn].map(|column| column.into_expr()))
            .all(|cells| Ok((cells.take::<Uuid>()?, cells.take::<Uuid>()?, cells.take::<Day>()?.0)))
            .await?;
        let mut level = Keys::default();
        rows.iter().for_each(|(agreement, ..)| level.add(Kind::Agreement, *agreement));
        let batch = level.batch();
        let mut alerts: HashMap<Uuid, Self::Value> = HashMap::new();
        for (agreement_key, branch, ends_on) in rows {
            let Some((code, days_left)) = alert(ends_on, today) else { continue };
            let batch = batch.clone();
            let alert = AgreementAlert { code: EnumValue(code), days_left, agreement_key, batch };
            alerts.entry(branch).or_default().push(alert);
        }
        Ok(alerts)
    }
}

/// A partner as party to an agreement.
#[derive(Clone, Copy)]
pub struct Party {
    /// Who.
    pub partner: Uuid,
    /// As what.
    pub role: PartyRole,
}

/// An objective of an agreement.
pub struct Objective {
    /// Its code.
    pub code: String,
    /// What it says.
    pub text: LocalizedText,
}

/// An agreement to be drafted, as its form was read.
pub struct NewAgreement {
    /// What it is about.
    pub object: LocalizedText,
    /// The texts it rests on.
    pub legal_bases: Vec<LocalizedText>,
    /// Its objectives.
    pub objectives: Vec<Objective>,
    /// Its parties.
    pub parties: Vec<Party>,
    /// What it lays down.
    pub terms: Terms,
    /// The call that it is funded under.
    pub funding_call: Option<Uuid>,
}

/// What is said anew of an agreement; nothing: it stays.
#[derive(Default)]
pub struct Edit {
    /// What it is about.
    pub object: Option<LocalizedTextInput>,
    /// The texts it rests on.
    pub legal_bases: Option<Vec<LocalizedText>>,
    /// Its objectives.
    pub objectives: Option<Vec<Objective>>,
    /// Its budget; nothing within: none.
    pub budget: Option<Option<Money>>,
    /// Its first day; nothing within: none.
    pub starts_on: Option<Option<Date>>,
    /// How long it runs, in months; nothing within: it is not known.
    pub duration_months: Option<Option<i32>>,
    /// The call that it is funded under; nothing within: none.
    pub funding_call: Option<Option<Uuid>>,
}

/// The association as a partner: it is party to each agreement.
fn association() -> Uuid {
    founding("partner", "unfm")
}

fn terms(row: &Model) -> Terms {
    Terms {
        budget: row.budget.map(Money::new),
        starts_on: row.starts_on.map(|day| day.0),
        duration_months: row.duration_months,
    }
}

/// Draft an agreement.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, BRANCH_CLOSED, the refusals of the form, and those of [`Terms::faults`].
pub async fn create(tx: &Tx<'_>, branch: Uuid, form: impl FnOnce() -> Result<NewAgreement>) -> Result<Uuid> {
    tx.home::<Entity>(branch, &["branchId"]).await?;
    // Whether she may comes before what is wrong with the form.
    let mut form = form()?;
    let mut faults = form.terms.faults(calendar::today(tx.now()));
    faults.extend(unusable(tx, &form.parties).await?);
    faults.extend(no_call(tx, form.funding_call).await?);
    if !faults.is_empty() {
        return Err(faults.into());
    }
    if form.parties.iter().all(|party| party.partner != association()) {
        form.parties.insert(0, Party { partner: association(), role: PartyRole::Implementing });
    }
    let (id, now) = (Uuid::now_v7(), tx.now().as_microsecond());
    let mut row = Model {
        id,
        number: 0,
        branch_id: branch,
        slug: slug(&form.object, id),
        object: Some(Json(form.object)),
        legal_bases: Json(form.legal_bases),
        status: EnumValue(AgreementState::Draft),
        signed_on: None,
        signed_on_basis: None,
        signed_in: None,
        starts_on: form.terms.starts_on.map(Day),
        duration_months: form.terms.duration_months,
        ends_on: form.terms.ends_on(None)?.map(Day),
        budget: form.terms.budget.map(|budget| budget.centimes),
        budget_entered_by: form.terms.budget.and(tx.actor().key()),
        mandate_branch_id: None,
        predecessor_id: None,
        terminated_on: None,
        funding_call_id: form.funding_call,
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
    name_parties(tx, (id, branch), 1, &form.parties).await?;
    state_objectives(tx, (id, branch), form.objectives).await?;
    Ok(id)
}

/// Edit an agreement that is not signed.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID, the refusals of the form, and those of [`Terms::faults`].
pub async fn edit(tx: &Tx<'_>, key: Uuid, version: i32, form: impl FnOnce() -> Result<Edit>) -> Result<Uuid> {
    let locked = tx.lock_for_update::<Entity>(key).await?;
    let form = form()?;
    locked.expect_version(version)?;
    let row = locked.row();
    row.status.0.expect_unsigned()?;
    let before = terms(row);
    let after = Terms {
        budget: form.budget.unwrap_or(before.budget),
        starts_on: form.starts_on.unwrap_or(before.starts_on),
        duration_months: form.duration_months.unwrap_or(before.duration_months),
    };
    let mut faults = after.faults(calendar::today(tx.now()));
    faults.extend(no_call(tx, form.funding_call.flatten()).await?);
    let object = match form.object {
        None => row.object.as_ref().map(|object| object.0.clone()),
        Some(given) => match given.merged(row.object.as_ref().map(|object| object.0.clone()), DESCRIPTION_MAX) {
            Ok(object) => Some(object),
            Err(wrong) => {
                faults.extend(wrong.into_iter().map(|fault| fault.at("object")));
                None
            }
        },
    };
    if !faults.is_empty() {
        return Err(faults.into());
    }
    if let Some(objectives) = form.objectives {
        use objective::Column::AgreementId;
        tx.delete_parts::<Entity, objective::Entity>(&locked, AgreementId, Condition::all()).await?;
        state_objectives(tx, (key, row.branch_id), objectives).await?;
    }
    let ends_on = after.ends_on(None)?;
    let actor = tx.actor().key();
    tx.update(locked, |row| {
        row.object = ActiveValue::Set(object.map(Json));
        if let Some(bases) = form.legal_bases {
            row.legal_bases = ActiveValue::Set(Json(bases));
        }
        if after.budget != before.budget {
            row.budget = ActiveValue::Set(after.budget.map(|budget| budget.centimes));
            row.budget_entered_by = ActiveValue::Set(actor);
        }
        row.starts_on = ActiveValue::Set(after.starts_on.map(Day));
        row.duration_months = ActiveValue::Set(after.duration_months);
        row.ends_on = ActiveValue::Set(ends_on.map(Day));
        if let Some(call) = form.funding_call {
            row.funding_call_id = ActiveValue::Set(call);
        }
    })
    .await?;
    Ok(key)
}

/// What is wrong with a call that an agreement is to be funded under: there is none.
async fn no_call(tx: &Tx<'_>, call: Option<Uuid>) -> Result<Option<Fault>> {
    let Some(call) = call else { return Ok(None) };
    let found =
        tx.select_columns::<funding_call::Entity>().filter(funding_call::Column::Id.eq(call)).count(None).await?;
    Ok((found == 0).then(|| Fault::new(Code::NotFound).at("fundingCallId")))
}

/// Add a party to an agreement that is not signed.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID, LIMIT_EXCEEDED; DUPLICATE_ENTRY and NOT_FOUND at `partnerId`.
pub async fn add_party(tx: &Tx<'_>, key: Uuid, version: i32, party: Party) -> Result<Uuid> {
    let locked = tx.lock_version::<Entity>(key, version).await?;
    locked.row().status.0.expect_unsigned()?;
    let parties = parties_of(tx, key).await?;
    if parties.len() >= PARTIES_MAX {
        return Err(Fault::new(Code::LimitExceeded).at("partnerId").with_detail(PARTIES_MAX.to_string()).into());
    }
    let last = parties.iter().map(|(position, _)| *position).max().unwrap_or(0);
    if parties.iter().any(|(_, partner)| *partner == party.partner) {
        return Err(Fault::new(Code::DuplicateEntry).at("partnerId").into());
    }
    if unknown(tx, &[party]).await?.is_some() {
        return Err(Fault::new(Code::NotFound).at("partnerId").into());
    }
    name_parties(tx, (key, locked.row().branch_id), last + 1, &[party]).await?;
    tx.update(locked, |_| {}).await?;
    Ok(key)
}

/// Remove a party from an agreement that is not signed. The association stays party to each.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID; NOT_FOUND at `partnerId`.
pub async fn remove_party(tx: &Tx<'_>, key: Uuid, version: i32, partner: Uuid) -> Result<Uuid> {
    let locked = tx.lock_version::<Entity>(key, version).await?;
    locked.row().status.0.expect_unsigned()?;
    let condition = Condition::all().add(party::Column::PartnerId.eq(partner));
    let removed = match partner == association() {
        true => 0,
        false => tx.delete_parts::<Entity, party::Entity>(&locked, party::Column::AgreementId, condition).await?,
    };
    if removed == 0 {
        return Err(Fault::new(Code::NotFound).at("partnerId").into());
    }
    note(tx, (key, locked.row().branch_id), "party", (Some(partner.to_string()), None::<String>));
    tx.update(locked, |_| {}).await?;
    Ok(key)
}

/// The most branches that implement an agreement.
pub const BRANCHES_MAX: usize = 200;

/// Name the branches that implement an agreement beside the one that keeps it, in place of those that were named.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT; NOT_FOUND, FORBIDDEN and BRANCH_CLOSED for a branch that is new; STATUS_INVALID when the agreement
/// was ended; DUPLICATE_ENTRY and LIMIT_EXCEEDED at `branchIds`.
pub async fn set_branches(tx: &Tx<'_>, key: Uuid, version: i32, branches: &[Uuid]) -> Result<Uuid> {
    let locked = tx.lock_for_update::<Entity>(key).await?;
    let (status, keeper) = (locked.row().status.0, locked.row().branch_id);
    let named = tx.select_columns::<implementation::Entity>().filter(implementation::Column::AgreementId.eq(key));
    let named = named.only([implementation::Column::BranchId.into_expr()]).all(|cells| cells.take::<Uuid>()).await?;
    for (position, branch) in branches.iter().enumerate().filter(|(_, branch)| !named.contains(branch)) {
        tx.home::<implementation::Entity>(*branch, &["branchIds", &position.to_string()]).await?;
    }
    locked.expect_version(version)?;
    if matches!(status, AgreementState::Terminated | AgreementState::Renewed) {
        return Err(Fault::new(Code::StatusInvalid).with_detail(status.to_string()).into());
    }
    let mut faults = Faults::new();
    if branches.len() > BRANCHES_MAX {
        let most = format!("{} > {BRANCHES_MAX}", branches.len());
        faults.push(Fault::new(Code::LimitExceeded).at("branchIds").with_detail(most));
    }
    for (position, branch) in branches.iter().enumerate() {
        if *branch == keeper || branches[..position].contains(branch) {
            faults.push(Fault::new(Code::DuplicateEntry).at(&position.to_string()).at("branchIds"));
        }
    }
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let gone = implementation::Column::BranchId.is_not_in(branches.iter().copied());
    let of = implementation::Column::AgreementId;
    tx.delete_parts::<Entity, implementation::Entity>(&locked, of, Condition::all().add(gone)).await?;
    let new = branches.iter().filter(|branch| !named.contains(branch)).map(|branch| {
        implementation::Model { agreement_id: key, branch_id: *branch, published: false }.into_active_model()
    });
    let new: Vec<_> = new.collect();
    if !new.is_empty() {
        tx.insert_plain::<implementation::Entity>(new).await?;
    }
    let listed = |keys: &[Uuid]| keys.iter().map(Uuid::to_string).collect::<Vec<_>>().join(", ");
    note(tx, (key, keeper), "implementingBranches", (Some(listed(&named)), Some(listed(branches))));
    tx.update(locked, |_| {}).await?;
    Ok(key)
}

/// The branches that implement agreements, and the level that names them.
#[derive(Debug)]
pub struct BranchesOf;

impl Related for BranchesOf {
    type Value = Vec<(Uuid, Option<Batch>)>;

    fn of(&self) -> Kind {
        Kind::Agreement
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        use implementation::Column as I;
        let tx = reader.begin();
        let rows = tx
            .select_columns::<implementation::Entity>()
            .among(I::AgreementId, keys)
            .statement(|statement| {
                statement.order_by_expr(I::BranchId.into_expr(), sea_orm::Order::Asc);
            })
            .only([I::AgreementId, I::BranchId].map(|column| column.into_expr()))
            .all(|cells| Ok((cells.take::<Uuid>()?, cells.take::<Uuid>()?)))
            .await?;
        let mut level = Keys::default();
        rows.iter().for_each(|(_, branch)| level.add(Kind::Branch, *branch));
        let batch = level.batch();
        let mut branches: HashMap<Uuid, Self::Value> = HashMap::new();
        for (agreement, branch) in rows {
            branches.entry(agreement).or_default().push((branch, Some(batch.clone())));
        }
        Ok(branches)
    }
}

/// Put a drafted agreement into negotiation.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID.
pub async fn negotiate(tx: &Tx<'_>, key: Uuid, version: i32) -> Result<Uuid> {
    let locked = tx.lock_to_decide::<Entity>(key).await?;
    locked.expect_version(version)?;
    let next = locked.row().status.0.transition(AgreementState::Negotiation)?;
    tx.update(locked, |row| row.status = ActiveValue::Set(EnumValue(next))).await?;
    Ok(key)
}

/// Record the signature of an agreement, by another person than those who entered its money.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID, FOUR_EYES_REQUIRED, the refusals of the place, and those of
/// [`Signing::faults`].
pub async fn sign(
    tx: &Tx<'_>,
    key: Uuid,
    version: i32,
    signed_on: Date,
    place: impl FnOnce() -> Result<Option<LocalizedText>>,
) -> Result<Uuid> {
    let locked = tx.lock_to_decide::<Entity>(key).await?;
    let place = place()?;
    locked.expect_version(version)?;
    let row = locked.row();
    let next = row.status.0.transition(AgreementState::Signed)?;
    let renewed = match row.predecessor_id {
        Some(predecessor) => Some(tx.lock_to_decide::<Entity>(predecessor).await?),
        None => None,
    };
    let columns = [contribution::Column::Amount, contribution::Column::Status, contribution::Column::EnteredBy];
    let contributions = tx
        .select_in_scope::<contribution::Entity>()
        .filter(contribution::Column::AgreementId.eq(key))
        .only(columns.map(|column| column.into_expr()))
        .all(|cells| {
            let amount = Money::new(cells.take()?);
            let confirmed = cells.take::<EnumValue<ContributionStatus>>()?.0 == ContributionStatus::Confirmed;
            Ok((Paid { amount, payer_known: true, confirmed }, cells.take::<Option<Uuid>>()?))
        })
        .await?;
    let (paid, mut entered): (Vec<Paid>, Vec<Option<Uuid>>) = contributions.into_iter().unzip();
    entered.push(row.budget_entered_by);
    if entered.iter().flatten().any(|person| tx.actor().key() == Some(*person)) {
        return Err(Fault::new(Code::FourEyesRequired).into());
    }
    let parties = parties_of(tx, key).await?;
    let terms = terms(row);
    let signing = Signing {
        terms,
        other_parties: parties.iter().filter(|(_, partner)| *partner != association()).count(),
        paid: &paid,
        signed_on,
        today: calendar::today(tx.now()),
    };
    let mut faults: Faults = signing.faults();
    if let Some(call) = row.funding_call_id {
        faults.extend(ceiling::faults(tx, (key, call), terms.budget, &[]).await?);
    }
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let (ends_on, mandate) = (terms.ends_on(Some(signed_on))?, mandate(tx, row.branch_id).await?);
    if let Some(renewed) = renewed
        && renewed.row().status.0 == AgreementState::Signed
    {
        tx.update(renewed, |row| row.status = ActiveValue::Set(EnumValue(AgreementState::Renewed))).await?;
    }
    tx.update(locked, |row| {
        row.status = ActiveValue::Set(EnumValue(next));
        row.signed_on = ActiveValue::Set(Some(Day(signed_on)));
        row.signed_on_basis = ActiveValue::Set(Some(EnumValue(SignedOnBasis::Stated)));
        row.ends_on = ActiveValue::Set(ends_on.map(Day));
        row.mandate_branch_id = ActiveValue::Set(mandate);
        if place.is_some() {
            row.signed_in = ActiveValue::Set(place.map(Json));
        }
    })
    .await?;
    Ok(key)
}

/// End an agreement before its last day.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID, the refusals of the reason; DATE_INVALID at `terminatedOn`, which is not before
/// the signature, not behind the last day and not in the future.
pub async fn terminate(
    tx: &Tx<'_>,
    key: Uuid,
    version: i32,
    terminated_on: Date,
    reason: impl FnOnce() -> Result<String>,
) -> Result<Uuid> {
    let locked = tx.lock_to_decide::<Entity>(key).await?;
    let reason = reason()?;
    locked.expect_version(version)?;
    let row = locked.row();
    let next = row.status.0.transition(AgreementState::Terminated)?;
    let is_before = row.signed_on.is_none_or(|signed| terminated_on < signed.0);
    let is_after = row.ends_on.is_some_and(|last| terminated_on > last.0);
    if is_before || is_after || terminated_on > calendar::today(tx.now()) {
        return Err(Fault::new(Code::DateInvalid).at("terminatedOn").into());
    }
    // Why is told to those who read the audit; the agreement itself is public.
    note(tx, (key, row.branch_id), "terminationReason", (None, Some(reason)));
    tx.update(locked, |row| {
        row.status = ActiveValue::Set(EnumValue(next));
        row.terminated_on = ActiveValue::Set(Some(Day(terminated_on)));
    })
    .await?;
    Ok(key)
}

/// Draft the agreement that takes the place of a signed one: with the same object, legal bases, objectives and parties, from the
/// day after its last one. The signature of the new one renews it.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID (it is not signed, or is renewed already), and those of [`Terms::faults`].
pub async fn renew(tx: &Tx<'_>, key: Uuid, version: i32, given: Terms) -> Result<Uuid> {
    let locked = tx.lock_version::<Entity>(key, version).await?;
    let row = locked.row();
    let renewed = tx.select_in_scope::<Entity>().filter(Column::PredecessorId.eq(key)).count(None).await?;
    if row.status.0 != AgreementState::Signed || renewed > 0 {
        return Err(Fault::new(Code::StatusInvalid).with_detail(row.status.0.to_string()).into());
    }
    let next_day = row.ends_on.and_then(|last| last.0.tomorrow().ok());
    let terms = Terms { starts_on: given.starts_on.or(next_day), ..given };
    let mut faults = terms.faults(calendar::today(tx.now()));
    if terms.starts_on.zip(row.ends_on).is_some_and(|(first, last)| first <= last.0) {
        faults.push(Fault::new(Code::DateInvalid).at("startsOn"));
    }
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let (id, now) = (Uuid::now_v7(), tx.now().as_microsecond());
    let mut new = Model {
        id,
        number: 0,
        slug: row.object.as_ref().map_or_else(|| format!("agreement-{}", id.simple()), |object| slug(&object.0, id)),
        status: EnumValue(AgreementState::Draft),
        signed_on: None,
        signed_on_basis: None,
        signed_in: None,
        starts_on: terms.starts_on.map(Day),
        duration_months: terms.duration_months,
        ends_on: terms.ends_on(None)?.map(Day),
        budget: terms.budget.map(|budget| budget.centimes),
        budget_entered_by: terms.budget.and(tx.actor().key()),
        mandate_branch_id: None,
        predecessor_id: Some(key),
        // It is funded under a call of its own time.
        funding_call_id: None,
        sources: Json(Vec::new()),
        version: 1,
        created_at: now,
        changed_at: now,
        ..row.clone()
    }
    .into_active_model();
    new.number = ActiveValue::NotSet;
    tx.insert_all::<Entity>(vec![new]).await?;
    let of = (id, row.branch_id);
    let columns = [party::Column::PartnerId, party::Column::Role].map(|column| column.into_expr());
    let parties = tx.select_columns::<party::Entity>().filter(party::Column::AgreementId.eq(key));
    let parties = parties.statement(|statement| {
        statement.order_by_expr(party::Column::Position.into_expr(), sea_orm::Order::Asc);
    });
    let read = |cells: &mut RowReader<'_>| Ok((cells.take::<Uuid>()?, cells.take::<Option<EnumValue<PartyRole>>>()?));
    let parties = parties.only(columns).all(read).await?;
    let party = |(partner, role): (Uuid, Option<EnumValue<PartyRole>>)| {
        // Whose role is not published implements it, as the association does.
        Party { partner, role: role.map_or(PartyRole::Implementing, |role| role.0) }
    };
    name_parties(tx, of, 1, &parties.into_iter().map(party).collect::<Vec<_>>()).await?;
    let columns = [objective::Column::Code, objective::Column::Text].map(|column| column.into_expr());
    let stated = tx.select_columns::<objective::Entity>().filter(objective::Column::AgreementId.eq(key));
    let stated = stated.statement(|statement| {
        statement.order_by_expr(objective::Column::Position.into_expr(), sea_orm::Order::Asc);
    });
    let read = |cells: &mut RowReader<'_>| Ok(Objective { code: cells.take()?, text: cells.take::<Json<_>>()?.0 });
    let stated = stated.only(columns).all(read).await?;
    state_objectives(tx, of, stated).await?;
    Ok(id)
}

/// The legal person under whose mandate a branch signs: the nearest above it; none, where it is one itself.
async fn mandate(tx: &Tx<'_>, of: Uuid) -> Result<Option<Uuid>> {
    let columns = [branch::Column::Path, branch::Column::IsLegalPerson].map(|column| column.into_expr());
    let own = tx.select_columns::<branch::Entity>().filter(branch::Column::Id.eq(of)).only(columns);
    let own = own.one(|cells| Ok((cells.take::<String>()?, cells.take::<bool>()?))).await?;
    let Some((path, false)) = own else { return Ok(None) };
    let persons = tx
        .select_columns::<branch::Entity>()
        .filter(branch::Column::Id.is_in(Path::parse(&path)?.keys()))
        .filter(branch::Column::IsLegalPerson.eq(true))
        .only([branch::Column::Path, branch::Column::Id].map(|column| column.into_expr()))
        .all(|cells| Ok((cells.take::<String>()?, cells.take::<Uuid>()?)))
        .await?;
    Ok(persons.into_iter().max_by_key(|(path, _)| path.len()).map(|(_, key)| key))
}

/// The most parties that an agreement has.
const PARTIES_MAX: usize = 50;

/// The parties to an agreement: their places, and who they are.
async fn parties_of(tx: &Tx<'_>, agreement: Uuid) -> Result<Vec<(i32, Uuid)>> {
    tx.select_columns::<party::Entity>()
        .filter(party::Column::AgreementId.eq(agreement))
        .only([party::Column::Position, party::Column::PartnerId].map(|column| column.into_expr()))
        .all(|cells| Ok((cells.take()?, cells.take()?)))
        .await
}

/// What is wrong with the parties of a form: there is no such partner, or it is named twice.
async fn unusable(tx: &Tx<'_>, parties: &[Party]) -> Result<Faults> {
    let unknown = unknown(tx, parties).await?;
    let at = |code: Code, position: usize| Fault::new(code).at("partnerId").at(&position.to_string()).at("parties");
    let twice = |position: &usize| {
        let partner = parties.get(*position).map(|party| party.partner);
        parties.iter().take(*position).any(|other| Some(other.partner) == partner)
    };
    let twice = (0..parties.len()).filter(twice).map(|position| at(Code::DuplicateEntry, position));
    Ok(unknown.map(|position| at(Code::NotFound, position)).into_iter().chain(twice).collect())
}

/// The first of these parties that is no partner at all.
async fn unknown(tx: &Tx<'_>, parties: &[Party]) -> Result<Option<usize>> {
    let keys: Vec<Uuid> = parties.iter().map(|party| party.partner).collect();
    let select = tx.select_columns::<partner::Entity>().among(partner::Column::Id, &keys);
    let known = select.only([partner::Column::Id.into_expr()]).all(|cells| cells.take::<Uuid>()).await?;
    Ok(keys.iter().position(|key| !known.contains(key)))
}

/// Write down parties from a position on.
async fn name_parties(tx: &Tx<'_>, of: (Uuid, Uuid), first: i32, parties: &[Party]) -> Result<()> {
    let (agreement_id, branch_id) = of;
    let row = |(position, named): (i32, &Party)| {
        let role = Some(EnumValue(named.role));
        party::Model { agreement_id, position, partner_id: named.partner, branch_id, role, published: false }
            .into_active_model()
    };
    tx.insert_plain::<party::Entity>((first..).zip(parties).map(row).collect()).await?;
    for named in parties {
        note(tx, of, "party", (None::<String>, Some(format!("{} {}", named.partner, named.role))));
    }
    Ok(())
}

/// Write down objectives.
async fn state_objectives(tx: &Tx<'_>, of: (Uuid, Uuid), objectives: Vec<Objective>) -> Result<()> {
    let (agreement_id, branch_id) = of;
    let codes: Vec<String> = objectives.iter().map(|objective| objective.code.clone()).collect();
    let row = |(position, stated): (i32, Objective)| {
        let (code, text) = (stated.code, Json(stated.text));
        objective::Model { agreement_id, position, branch_id, code, text, published: false }.into_active_model()
    };
    tx.insert_plain::<objective::Entity>((1..).zip(objectives).map(row).collect()).await?;
    if !codes.is_empty() {
        note(tx, of, "objectives", (None::<String>, Some(codes.join(", "))));
    }
    Ok(())
}

/// Tell the audit of parts of an agreement, which are no columns of it.
fn note(tx: &Tx<'_>, (key, branch): (Uuid, Uuid), what: &str, sides: (Option<String>, Option<String>)) {
    let changes = [(what.to_owned(), serde_json::json!([sides.0, sides.1]))].into_iter().collect();
    tx.record(Change::noted(Kind::Agreement, key, Some(branch), Audited { changes, personal: BTreeMap::new() }));
}
