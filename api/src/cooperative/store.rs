//! Reading cooperatives.

use super::entity::{Column, Entity, Model, TEXTS};
use super::object::{Cooperative, CooperativeFilter, CooperativeOrder};
use super::private;
use crate::document::entity as document;
use crate::geography::province;
use crate::membership::entity as membership;
use crate::photo::entity as photo;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::lookup::Lookup;
use crate::platform::graphql::scalars::DateTime;
use crate::platform::graphql::text::{LocalizedTextInput, name_keys, only_untranslated, slug};
use crate::platform::loading::batch::Related;
use crate::platform::loading::object::{self, Children, RowObject};
use crate::platform::loading::reader::Reader;
use crate::platform::paging::page::{Connection, ListArgs, Order, PageArgs};
use crate::platform::query::change::{Audited, Change};
use crate::platform::query::select::Select;
use crate::platform::query::stored::{EnumValue, Json};
use crate::platform::query::table::{Node, Table};
use crate::platform::query::transaction::{Locked, Tx};
use crate::product::{change, description, entity as product, movement, sign, variant};
use crate::user::assignment;
use domain::actor::Actor;
use domain::branch::national;
use domain::cooperative::{CooperativeStatus, LegalForm, RegisterIdentity, Sector, Standing};
use domain::fault::{Code, Fault, Faults};
use domain::text::{LocalizedText, NAME_MAX};
use sea_orm::{ActiveModelTrait, ActiveValue, ColumnTrait, Condition, IntoActiveModel};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

fn order(reader: &Reader, by: CooperativeOrder) -> Order {
    match by {
        CooperativeOrder::Newest => Order::newest(Column::Number),
        CooperativeOrder::Name if reader.sorts_in_arabic() => Order::name(Column::NameKeyAr, Column::Number),
        CooperativeOrder::Name => Order::name(Column::NameKeyFr, Column::Number),
    }
}

/// One cooperative.
///
/// # Errors
/// The database's refusal.
pub async fn find(reader: &Reader, lookup: Lookup) -> Result<Option<Cooperative>> {
    Cooperative::find_by(reader, lookup.among(Column::Id, Column::Slug)).await
}

fn narrowed<'t, 'a>(
    mut select: Select<'t, 'a, Entity>,
    filter: CooperativeFilter,
    is_public: bool,
) -> Result<Select<'t, 'a, Entity>> {
    match filter.status {
        // The list is of those alone.
        Some(EnumValue(CooperativeStatus::Active)) if is_public => {}
        // And would be read to its end for others.
        Some(_) if is_public => select = select.filter(Column::Id.is_in([Uuid::nil()])),
        Some(status) => select = select.filter(Column::Status.eq(status)),
        None => {}
    }
    if let Some(sector) = filter.sector {
        select = select.filter(Column::Sector.eq(sector));
    }
    if let Some(code) = filter.province {
        select = select
            .through::<province::Entity>(province::Column::Id, Column::ProvinceId)
            .filter(province::Column::Code.eq(code));
    }
    if let Some(branch) = &filter.branch {
        select = select.filter(Column::BranchId.eq(GlobalId::parse_as(Kind::Branch, branch, "filter.branch")?));
    }
    Ok(select)
}

/// A page of cooperatives.
///
/// # Errors
/// BAD_USER_INPUT naming the argument, or the database's refusal.
pub async fn list(
    reader: &Reader,
    roots: ListArgs,
    filter: Option<CooperativeFilter>,
    by: CooperativeOrder,
) -> Result<Connection<Cooperative>> {
    let published = roots.published;
    let name = format!("cooperatives {filter:?} {by:?} {} {published}", reader.sorts_in_arabic());
    let tx = reader.begin();
    let is_public = published || !matches!(reader.actor(), Actor::Staff(_));
    let filter = filter.unwrap_or_default();
    let language = filter.missing_translation;
    let select = narrowed(tx.select_for_list::<Entity>(published), filter, is_public)?;
    let select = only_untranslated(reader, select, &TEXTS, language)?;
    object::list(reader, name, select, &roots.page, &order(reader, by)).await
}

/// A cooperative that applies, as it was checked.
pub struct Applicant {
    /// The name.
    pub name: LocalizedText,
    /// What it lives from.
    pub sector: Sector,
    /// Its legal form.
    pub legal_form: LegalForm,
    /// The province of its seat, by its code.
    pub province_code: String,
    /// The commune of its seat.
    pub commune: Option<String>,
    /// Its identity in the register.
    pub register: Option<RegisterIdentity>,
    /// Whether it needs none.
    pub legacy_exemption: bool,
}

/// Take up a cooperative that applies at a branch. An identity that another one holds is taken up all the same: it is looked at when
/// the cooperative is verified, and by the national level alone.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, BRANCH_CLOSED, TEXT_REQUIRED, and NOT_FOUND at `provinceCode`.
pub async fn register(tx: &Tx<'_>, branch: Uuid, applicant: impl FnOnce() -> Result<Applicant>) -> Result<Uuid> {
    tx.home::<Entity>(branch, &["branchId"]).await?;
    // Whether she may comes before what is wrong with the form.
    let applicant = applicant()?;
    let province = tx
        .select::<province::Entity>()
        .filter(province::Column::Code.eq(applicant.province_code))
        .one(province::Entity::read)
        .await?;
    let keys = name_keys(&applicant.name).map_err(|fault| fault.at("name"));
    let (province, (name_key_ar, name_key_fr)) = match (province, keys) {
        (Some(province), Ok(keys)) => (province, keys),
        (province, keys) => {
            let unknown = province.is_none().then(|| Fault::new(Code::NotFound).at("provinceCode"));
            return Err(keys.err().into_iter().chain(unknown).collect::<Faults>().into());
        }
    };
    if let Some(register) = &applicant.register {
        refuse_taken(tx, branch, None, (register.court(), register.number())).await?;
    }
    let (id, now) = (Uuid::now_v7(), tx.now().as_microsecond());
    let mut row = Model {
        id,
        number: 0,
        branch_id: branch,
        province_id: province.id,
        slug: slug(&applicant.name, id),
        name: Json(applicant.name),
        name_key_ar,
        name_key_fr,
        sector: EnumValue(applicant.sector),
        legal_form: EnumValue(applicant.legal_form),
        commune: applicant.commune,
        status: EnumValue(CooperativeStatus::Applied),
        member_count: None,
        women_count: None,
        is_women_only: None,
        published: false,
        is_demo: false,
        version: 1,
        created_at: now,
        changed_at: now,
    }
    .into_active_model();
    row.number = ActiveValue::NotSet;
    tx.insert_all::<Entity>(vec![row]).await?;
    let private = private::Model {
        cooperative_id: id,
        branch_id: branch,
        court: applicant.register.as_ref().map(|register| register.court().to_owned()),
        register_number: applicant.register.as_ref().map(|register| register.number().to_owned()),
        register_verified: false,
        register_disputed: false,
        register_decided_at: None,
        register_reason: None,
        legacy_exemption: applicant.legacy_exemption,
    };
    tx.insert_plain::<private::Entity>(vec![private.into_active_model()]).await?;
    Ok(id)
}

/// One branch enters an identity once. What another branch holds is not looked at here: that is for the national level.
async fn refuse_taken(tx: &Tx<'_>, branch: Uuid, own: Option<Uuid>, (court, number): (&str, &str)) -> Result<()> {
    let others = tx
        .select_columns::<private::Entity>()
        .filter(private::Column::BranchId.eq(branch))
        .filter(private::Column::Court.eq(court))
        .filter(private::Column::RegisterNumber.eq(number))
        .filter(private::Column::CooperativeId.ne(own.unwrap_or_default()));
    match others.count(None).await? {
        0 => Ok(()),
        _ => Err(Fault::new(Code::RegisterIdentityTaken).at("register").into()),
    }
}

/// Give a cooperative another name.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, and the refusals of a text at `name`.
pub async fn rename(tx: &Tx<'_>, key: Uuid, version: i32, name: LocalizedTextInput) -> Result<Model> {
    let locked = tx.lock_version::<Entity>(key, version).await?;
    refuse_struck_off(&locked)?;
    let at_name = |faults: Faults| faults.into_iter().map(|fault| fault.at("name")).collect::<Faults>();
    let name = name.merged(Some(locked.row().name.0.clone()), NAME_MAX).map_err(at_name)?;
    let (name_key_ar, name_key_fr) = name_keys(&name).map_err(|fault| fault.at("name"))?;
    tx.update(locked, |row| {
        row.name = ActiveValue::Set(Json(name));
        row.name_key_ar = ActiveValue::Set(name_key_ar);
        row.name_key_fr = ActiveValue::Set(name_key_fr);
    })
    .await
}

/// Move a cooperative to another branch, with everything of it. Whoever moves it manages both.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID, BRANCH_CLOSED and BRANCH_PLACE_INVALID at `branchId`,
/// REGISTER_IDENTITY_TAKEN.
pub async fn relocate(tx: &Tx<'_>, key: Uuid, version: i32, to: Uuid) -> Result<Uuid> {
    let locked = tx.lock_version::<Entity>(key, version).await?;
    tx.home::<Entity>(to, &["branchId"]).await?;
    refuse_struck_off(&locked)?;
    if locked.row().branch_id == to {
        return Err(Fault::new(Code::BranchPlaceInvalid).at("branchId").into());
    }
    if let Some((Some((court, number)), _)) = identity(tx, key).await? {
        refuse_taken(tx, to, Some(key), (&court, &number)).await?;
    }
    let of = |from: Uuid| (from, to);
    change_private(tx, &locked, vec![(private::Column::BranchId, to.into())]).await?;
    move_all::<membership::Entity>(tx, membership::Column::CooperativeId, membership::Column::BranchId, of(key))
        .await?;
    move_all::<document::Entity>(tx, document::Column::CooperativeId, document::Column::BranchId, of(key)).await?;
    move_all::<product::Entity>(tx, product::Column::CooperativeId, product::Column::BranchId, of(key)).await?;
    move_all::<variant::Entity>(tx, variant::Column::CooperativeId, variant::Column::BranchId, of(key)).await?;
    move_all::<change::Entity>(tx, change::Column::CooperativeId, change::Column::BranchId, of(key)).await?;
    move_all::<photo::Entity>(tx, photo::Column::CooperativeId, photo::Column::BranchId, of(key)).await?;
    let parts = (Condition::all(), to);
    tx.update_parts::<Entity, movement::Entity>(
        &locked,
        movement::Column::CooperativeId,
        parts.0.clone(),
        vec![(movement::Column::BranchId, parts.1.into())],
    )
    .await?;
    tx.update_parts::<Entity, sign::Entity>(
        &locked,
        sign::Column::CooperativeId,
        parts.0.clone(),
        vec![(sign::Column::BranchId, parts.1.into())],
    )
    .await?;
    tx.update_parts::<Entity, description::Entity>(
        &locked,
        description::Column::CooperativeId,
        parts.0,
        vec![(description::Column::BranchId, parts.1.into())],
    )
    .await?;
    let held = (assignment::Column::CooperativeId, assignment::Column::BranchId);
    move_all::<assignment::Entity>(tx, held.0, held.1, of(key)).await?;
    tx.update(locked, |row| row.branch_id = ActiveValue::Set(to)).await?;
    Ok(key)
}

/// Move the rows of a table that belong to a cooperative to a branch.
async fn move_all<E>(tx: &Tx<'_>, by: E::Column, branch: E::Column, (of, to): (Uuid, Uuid)) -> Result<()>
where
    E: Node,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: Send,
{
    let rows = tx.select_columns::<E>().filter(by.eq(of)).only([E::KEY.into_expr()]).all(|cells| cells.take::<Uuid>());
    for key in rows.await? {
        let locked = tx.lock_for_update::<E>(key).await?;
        tx.update(locked, |row| row.set(branch, to.into())).await?;
    }
    Ok(())
}

/// What was struck off the register stays as it was then.
fn refuse_struck_off(locked: &Locked<Entity>) -> Result<()> {
    let status = locked.row().status.0;
    if status == CooperativeStatus::StruckOff { Err(Fault::new(Code::StatusInvalid).into()) } else { Ok(()) }
}

/// Go to another status. The version and the status that it goes from are given by whoever has looked at it, and how many
/// members it needs to be active.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT where a version is given, STATUS_INVALID, MEMBERS_TOO_FEW, REGISTER_IDENTITY_REQUIRED.
pub async fn transition(
    tx: &Tx<'_>,
    key: Uuid,
    from: Option<(i32, Option<CooperativeStatus>)>,
    status: CooperativeStatus,
    members_min: u32,
) -> Result<Model> {
    let held = tx.lock_to_decide::<Entity>(key).await?;
    if let Some((version, _)) = from {
        held.expect_version(version)?;
    }
    if from.and_then(|(_, from)| from).is_some_and(|from| from != held.row().status.0) {
        return Err(Fault::status(held.row().status.0, status).into());
    }
    let members = members(tx, held.row()).await?;
    let identity = identity(tx, key).await?;
    let identified = identity.as_ref().is_some_and(|(register, is_exempt)| *is_exempt || register.is_some());
    let standing = Standing { identified, members, members_min };
    let next = held.row().status.0.transition(status, standing)?;
    if next == CooperativeStatus::Verified
        && let Some((Some(register), _)) = identity
    {
        claim(tx, &held, register).await?;
    }
    tx.update(held, |row| {
        row.status = ActiveValue::Set(EnumValue(next));
    })
    .await
}

/// How many members a cooperative has: more may be there than are told, and where none is entered it is as it was given.
async fn members(tx: &Tx<'_>, row: &Model) -> Result<u32> {
    let sql = "select count(*) from membership where cooperative_id = $1 and left_on is null";
    let entered: Vec<i64> = tx.as_platform(async |tx| tx.query(sql, [row.id.into()]).await).await?;
    let entered = entered.first().copied().filter(|count| *count > 0);
    let count = entered.or(row.member_count.map(i64::from)).unwrap_or(0);
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// The identity of a cooperative in the register, and whether it needs none.
async fn identity(tx: &Tx<'_>, key: Uuid) -> Result<Option<(Option<(String, String)>, bool)>> {
    let columns = [private::Column::Court, private::Column::RegisterNumber, private::Column::LegacyExemption];
    tx.select_columns::<private::Entity>()
        .filter(private::Column::CooperativeId.eq(key))
        .only(columns.map(|column| column.into_expr()))
        .one(|cells| {
            let (court, number) = (cells.take::<Option<String>>()?, cells.take::<Option<String>>()?);
            Ok((court.zip(number), cells.take::<bool>()?))
        })
        .await
}

/// Make an identity in the register this cooperative's alone. When another one holds it the caller does not learn that:
/// it is put before the national level.
async fn claim(tx: &Tx<'_>, locked: &Locked<Entity>, (court, number): (String, String)) -> Result<()> {
    let verified = |is_disputed: bool| {
        vec![(private::Column::RegisterVerified, true.into()), (private::Column::RegisterDisputed, is_disputed.into())]
    };
    if tx.try_unique(async || change_private(tx, locked, verified(false)).await).await?.is_some() {
        return Ok(());
    }
    // To her it looks as it would without the other one.
    change_private(tx, locked, verified(true)).await?;
    let (key, now) = (locked.row().id, tx.now().as_microsecond());
    let dispute = "insert into register_dispute
        (id, branch_id, cooperative_id, holder_id, court, register_number, claimed_at, outcome, created_at, changed_at)
        select $1, $2, $3, cooperative_id, $4, $5, $6, 'OPEN', $6, $6 from cooperative_private
        where court = $4 and register_number = $5 and register_verified and not register_disputed
        on conflict (cooperative_id, court, register_number) do update set outcome = 'OPEN', reason = null,
          holder_id = excluded.holder_id, claimed_at = excluded.claimed_at, changed_at = excluded.changed_at,
          version = register_dispute.version + 1";
    let new = Uuid::now_v7();
    let values: [sea_orm::Value; 6] =
        [new.into(), national().into(), key.into(), court.into(), number.into(), now.into()];
    if tx.as_platform(async |tx| tx.execute(dispute, values).await).await? == 0 {
        // The other one has given it up meanwhile.
        change_private(tx, locked, verified(false)).await?;
    }
    Ok(())
}

/// Whose an identity in the register is, as the national level decides: the cooperative's that claimed it last, or not.
/// Answers nothing when she does not claim it any more.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, or the database's refusal.
pub async fn decide_identity(
    tx: &Tx<'_>,
    (claimant, holder): (Uuid, Uuid),
    (court, number): (&str, &str),
    (is_upheld, reason): (bool, &str),
) -> Result<Option<()>> {
    // In the order of their keys, so that two who decide wait for each other in turn.
    let mut keys = [(claimant, true), (holder, false)];
    keys.sort_unstable();
    let mut both = Vec::new();
    for (key, claims) in keys {
        both.push((tx.lock_to_decide::<Entity>(key).await?, claims));
    }
    // Whoever loses it first: it is one cooperative's at a time.
    both.sort_by_key(|(_, claims)| *claims == is_upheld);
    for (locked, claims) in both {
        let is_hers = claims == is_upheld;
        let (key, branch) = (locked.row().id, locked.row().branch_id);
        let values = vec![
            (private::Column::RegisterVerified, is_hers.into()),
            (private::Column::RegisterDisputed, false.into()),
            (private::Column::RegisterDecidedAt, Some(tx.now().as_microsecond()).into()),
            (private::Column::RegisterReason, Some(reason).into()),
        ];
        let same =
            Condition::all().add(private::Column::Court.eq(court)).add(private::Column::RegisterNumber.eq(number));
        let by = private::Column::CooperativeId;
        if tx.update_parts::<Entity, private::Entity>(&locked, by, same, values).await? == 0 {
            match claims {
                true => return Ok(None),
                false => continue,
            }
        }
        // Each branch hears of its own cooperative alone.
        let changes = serde_json::json!({"register_verified": [null, is_hers], "reason": [null, reason]});
        let changes = changes.as_object().cloned().unwrap_or_default();
        let audited = Audited { changes, personal: BTreeMap::new() };
        tx.record(Change::noted(Kind::Cooperative, key, Some(branch), audited));
    }
    Ok(Some(()))
}

/// Change what is not public of a cooperative. Answers how many rows there were.
async fn change_private(
    tx: &Tx<'_>,
    locked: &Locked<Entity>,
    values: Vec<(private::Column, sea_orm::Value)>,
) -> Result<u64> {
    tx.update_parts::<Entity, private::Entity>(locked, private::Column::CooperativeId, Condition::all(), values).await
}

/// What is known of cooperatives' identities.
#[derive(Clone, Debug)]
pub struct RegisterRecord {
    /// The identity in the register.
    pub identity: Option<super::object::RegisterIdentity>,
    /// Whether it needs none.
    pub legacy_exemption: bool,
}

/// The identities of cooperatives, as far as the caller sees them.
#[derive(Debug)]
pub struct IdentitiesOf;

impl Related for IdentitiesOf {
    type Value = Option<RegisterRecord>;

    fn of(&self) -> Kind {
        Kind::Cooperative
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        use private::Column as Private;
        let columns = [
            Private::CooperativeId,
            Private::Court,
            Private::RegisterNumber,
            Private::RegisterVerified,
            Private::RegisterDecidedAt,
            Private::RegisterReason,
            Private::LegacyExemption,
        ];
        let tx = reader.begin();
        let select = tx.select_columns::<private::Entity>().among(Private::CooperativeId, keys);
        let known = select.only(columns.map(|column| column.into_expr())).all(|cells| {
            let key = cells.take::<Uuid>()?;
            let pair = cells.take::<Option<String>>()?.zip(cells.take::<Option<String>>()?);
            let is_verified = cells.take()?;
            let decided_at = cells.take::<Option<i64>>()?.map(DateTime::micros);
            let decision_reason = cells.take()?;
            let identity = pair.map(|(court, number)| super::object::RegisterIdentity {
                court,
                number,
                is_verified,
                decided_at,
                decision_reason,
            });
            Ok((key, Some(RegisterRecord { identity, legacy_exemption: cells.take()? })))
        });
        let known: Vec<(Uuid, Self::Value)> = known.await?;
        if known.iter().any(|(_, record)| record.as_ref().is_some_and(|record| record.identity.is_some())) {
            reader.reads_personal("registerIdentity");
        }
        Ok(known.into_iter().collect())
    }
}

/// What is known anew of a cooperative; nothing: it stays.
#[derive(Default)]
pub struct Edit {
    /// What it lives from.
    pub sector: Option<Sector>,
    /// Its legal form.
    pub legal_form: Option<LegalForm>,
    /// The province of its seat, by its code.
    pub province_code: Option<String>,
    /// The commune of its seat; nothing within: none.
    pub commune: Option<Option<String>>,
    /// Its identity in the register; nothing within: none.
    pub register: Option<Option<RegisterIdentity>>,
    /// Whether it needs none.
    pub legacy_exemption: Option<bool>,
}

/// Say something else of a cooperative. Where it stands past its verification, another identity is claimed at once.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, NOT_FOUND at `provinceCode`, REGISTER_IDENTITY_REQUIRED at `register` where it cannot
/// do without.
pub async fn edit(tx: &Tx<'_>, key: Uuid, version: i32, edit: impl FnOnce() -> Result<Edit>) -> Result<Uuid> {
    let locked = tx.lock_for_update::<Entity>(key).await?;
    // Whether she may comes before what is wrong with the form, and that before what has changed since.
    let edit = edit()?;
    locked.expect_version(version)?;
    refuse_struck_off(&locked)?;
    let province = match edit.province_code {
        None => None,
        Some(code) => {
            let found =
                tx.select::<province::Entity>().filter(province::Column::Code.eq(code)).one(province::Entity::read);
            Some(found.await?.ok_or_else(|| Fault::new(Code::NotFound).at("provinceCode"))?.id)
        }
    };
    if edit.register.is_some() || edit.legacy_exemption.is_some() {
        edit_register(tx, &locked, edit.register, edit.legacy_exemption).await?;
    }
    tx.update(locked, |row| {
        if let Some(sector) = edit.sector {
            row.sector = ActiveValue::Set(EnumValue(sector));
        }
        if let Some(legal_form) = edit.legal_form {
            row.legal_form = ActiveValue::Set(EnumValue(legal_form));
        }
        if let Some(province) = province {
            row.province_id = ActiveValue::Set(province);
        }
        if let Some(commune) = edit.commune {
            row.commune = ActiveValue::Set(commune);
        }
    })
    .await?;
    Ok(key)
}

/// Edit the identity in the register, and whether there need be one.
async fn edit_register(
    tx: &Tx<'_>,
    locked: &Locked<Entity>,
    register: Option<Option<RegisterIdentity>>,
    legacy_exemption: Option<bool>,
) -> Result<()> {
    let (key, branch) = (locked.row().id, locked.row().branch_id);
    let (before, was_exempt) = identity(tx, key).await?.unwrap_or_default();
    let after = match register {
        None => before.clone(),
        Some(register) => register.map(|register| (register.court().to_owned(), register.number().to_owned())),
    };
    let is_exempt = legacy_exemption.unwrap_or(was_exempt);
    let is_past = locked.row().status.0 != CooperativeStatus::Applied;
    if is_past && after.is_none() && !is_exempt {
        return Err(Fault::new(Code::RegisterIdentityRequired).at("register").into());
    }
    if let Some((court, number)) = after.as_ref().filter(|_| before != after) {
        refuse_taken(tx, branch, Some(key), (court, number)).await?;
    }
    let (court, number) = after.clone().unzip();
    let mut values = vec![
        (private::Column::Court, court.clone().into()),
        (private::Column::RegisterNumber, number.clone().into()),
        (private::Column::LegacyExemption, is_exempt.into()),
    ];
    if before != after {
        values.push((private::Column::RegisterVerified, false.into()));
        values.push((private::Column::RegisterDisputed, false.into()));
        values.push((private::Column::RegisterDecidedAt, None::<i64>.into()));
        values.push((private::Column::RegisterReason, None::<String>.into()));
        // What she does not claim any more need not be decided.
        let sql = "update register_dispute set outcome = 'WITHDRAWN', version = version + 1, changed_at = $2
            where cooperative_id = $1 and outcome = 'OPEN'";
        let named: [sea_orm::Value; 2] = [key.into(), tx.now().as_microsecond().into()];
        tx.as_platform(async |tx| tx.execute(sql, named).await).await?;
    }
    if change_private(tx, locked, values).await? == 0 {
        let private = private::Model {
            cooperative_id: key,
            branch_id: branch,
            court,
            register_number: number,
            register_verified: false,
            register_disputed: false,
            register_decided_at: None,
            register_reason: None,
            legacy_exemption: is_exempt,
        };
        tx.insert_plain::<private::Entity>(vec![private.into_active_model()]).await?;
    }
    if before != after
        && is_past
        && let Some(register) = after.clone()
    {
        claim(tx, locked, register).await?;
    }
    let sides = |pair: Option<(String, String)>, exempt: bool| serde_json::json!([pair, exempt]);
    let changes = [("register".to_owned(), serde_json::json!([sides(before, was_exempt), sides(after, is_exempt)]))];
    let (changes, personal) = (changes.into_iter().collect(), BTreeMap::new());
    tx.record(Change::noted(Kind::Cooperative, key, Some(branch), Audited { changes, personal }));
    Ok(())
}

/// The cooperatives of branches, a page of each, the newest first.
pub fn of_branches(page: PageArgs) -> Children<Cooperative, Column> {
    Children::new(Kind::Branch, "Branch.cooperatives", Column::BranchId, page, Order::newest(Column::Number))
}
