//! Reading and changing staff logins and the roles that people hold.

use super::assignment;
use super::entity::{Column, Entity, Model};
use super::object::{RoleAssignment, User, UserFilter};
use crate::branch::entity as branch;
use crate::cooperative::entity as cooperative;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::loading::batch::{Related, grouped};
use crate::platform::loading::object;
use crate::platform::loading::reader::Reader;
use crate::platform::paging::page::{Connection, CreationOrder, ListArgs, Order};
use crate::platform::query::change::{Audited, Change};
use crate::platform::query::stored::{Day, EnumValue};
use crate::platform::query::table::Table;
use crate::platform::query::transaction::{Locked, Tx};
use crate::session::lifetime::{begin_epoch, end_all};
use crate::session::mail;
use crate::session::one_time::Purpose;
use domain::access::Role;
use domain::actor::Actor;
use domain::branch::Path;
use domain::fault::{Code, Fault, Faults};
use domain::text::NAME_MAX;
use domain::user::{Assignment, Staff, UserStatus, keep_a_national_admin};
use jiff::civil::Date;
use sea_orm::sea_query::{Condition, ExprTrait, IntoCondition};
use sea_orm::{ActiveValue, ColumnTrait, IntoActiveModel, Value};
use serde_json::{Map, json};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// A page of logins within reach, in the order that is asked for.
///
/// # Errors
/// UNAUTHENTICATED, BAD_USER_INPUT naming the argument, or the database's refusal.
pub async fn list(
    reader: &Reader,
    roots: ListArgs,
    filter: Option<UserFilter>,
    by: CreationOrder,
) -> Result<Connection<User>> {
    reader.signed_in()?;
    let name = format!("users {filter:?} {by:?}");
    let filter = filter.unwrap_or_default();
    let tx = reader.begin();
    let mut select = tx.select_for_list::<Entity>(false);
    if let Some(status) = filter.status {
        select = select.filter(Column::Status.eq(status));
    }
    if let Some(from) = filter.from {
        select = select.filter(Column::CreatedAt.gte(from.0.as_microsecond()));
    }
    if let Some(until) = filter.until {
        select = select.filter(Column::CreatedAt.lt(until.0.as_microsecond()));
    }
    let mut held = Condition::all();
    if let Some(role) = filter.role {
        held = held.add(assignment::Column::Role.eq(role));
    }
    if let Some(branch) = &filter.branch {
        held = held.add(assignment::Column::BranchId.eq(GlobalId::parse_as(Kind::Branch, branch, "filter.branch")?));
    }
    if !held.is_empty() {
        let tie = assignment::Column::UserId.into_expr().eq(Column::Id.into_expr()).into_condition();
        select = select.having::<assignment::Entity>(tie, held.add(assignment::Column::RevokedAt.is_null()));
    }
    object::list(reader, name, select, &roots.page, &Order::created(by, Column::Number)).await
}

/// The roles that people hold, as far as the caller sees, the oldest first.
#[derive(Debug)]
pub struct AssignmentsOf;

impl Related for AssignmentsOf {
    type Value = Vec<RoleAssignment>;

    fn of(&self) -> Kind {
        Kind::User
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let rows = reader
            .begin()
            .select::<assignment::Entity>()
            .among(assignment::Column::UserId, keys)
            .filter(assignment::Column::RevokedAt.is_null())
            .statement(|statement| {
                statement.order_by_expr(assignment::Column::Id.into_expr(), sea_orm::Order::Asc);
            })
            .all(assignment::Entity::read)
            .await?;
        Ok(grouped(object::all::<RoleAssignment>(rows, reader), |assignment| assignment.user_key))
    }
}

/// A role that is to be given, as it was asked for.
#[derive(Clone, Debug)]
pub struct NewAssignment {
    /// Which role.
    pub role: Role,
    /// At which branch.
    pub branch: Uuid,
    /// Whether it holds for all branches below too.
    pub includes_descendants: bool,
    /// Whose representative she will be.
    pub cooperative: Option<Uuid>,
    /// The first day.
    pub valid_from: Option<Date>,
    /// The last day.
    pub valid_to: Option<Date>,
}

fn staff<'t>(tx: &'t Tx<'_>) -> Result<&'t Staff> {
    match tx.actor() {
        Actor::Staff(staff) => Ok(staff),
        Actor::Anonymous | Actor::Partner(_) | Actor::System(_) => Err(Error::refused(Code::Forbidden)),
    }
}

/// A role that is to be given, with the place of its branch: what it names is looked up within reach first.
async fn placed(tx: &Tx<'_>, given: NewAssignment) -> Result<Assignment> {
    tx.home::<assignment::Entity>(given.branch, &["assignment", "branchId"]).await?;
    let at = tx
        .select_in_scope::<branch::Entity>()
        .filter(branch::Column::Id.eq(given.branch))
        .one(branch::Entity::read)
        .await?;
    let at = at.ok_or_else(|| Error::refused(Code::NotFound))?;
    if let Some(key) = given.cooperative {
        let whose = tx.select_in_scope::<cooperative::Entity>().filter(cooperative::Column::Id.eq(key));
        let whose = whose.filter(cooperative::Column::BranchId.eq(given.branch)).count(None).await?;
        if whose == 0 {
            return Err(Error::refused(Code::NotFound));
        }
    }
    Ok(Assignment {
        key: Uuid::now_v7(),
        role: given.role,
        branch: given.branch,
        path: Path::parse(&at.path)?,
        includes_descendants: given.includes_descendants,
        valid_from: given.valid_from.unwrap_or_else(|| domain::calendar::today(tx.now())),
        valid_to: given.valid_to,
        cooperative: given.cooperative,
    })
}

/// What is wrong with giving somebody a role: all of it, below `assignment`.
fn faults_of(staff: &Staff, user: Uuid, given: &Assignment) -> Faults {
    let mut faults = given.check().err().unwrap_or_default();
    faults.extend(staff.may_assign(user, given).err().map(|fault| fault.at("role")));
    faults.into_iter().map(|fault| fault.at("assignment")).collect()
}

async fn give(tx: &Tx<'_>, user: Uuid, given: Assignment) -> Result<()> {
    let now = tx.now().as_microsecond();
    let row = assignment::Model {
        id: given.key,
        branch_id: given.branch,
        user_id: user,
        role: EnumValue(given.role),
        includes_descendants: given.includes_descendants,
        cooperative_id: given.cooperative,
        valid_from: Day(given.valid_from),
        valid_to: given.valid_to.map(Day),
        granted_by: tx.actor().key(),
        revoked_at: None,
        version: 1,
        created_at: now,
        changed_at: now,
    };
    tx.insert_all::<assignment::Entity>(vec![row.into_active_model()]).await
}

/// Invite somebody: a login that waits for her, with the role that she will hold. Whether the address has a login
/// already nobody learns here: the two become one when she takes the invitation up.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, BRANCH_CLOSED, EMAIL_INVALID at `email`, the refusals of a text at `displayName`,
/// ASSIGNMENT_INVALID, DATE_INVALID and ROLE_NOT_GRANTABLE below `assignment`; RATE_LIMITED when the address has been sent
/// too many.
pub async fn invite(tx: &Tx<'_>, email: &str, display_name: &str, given: NewAssignment) -> Result<Uuid> {
    let (given, user) = (placed(tx, given).await?, Uuid::now_v7());
    let mut faults = Faults::new();
    let email = domain::user::email(email).map_err(|fault| faults.push(fault.at("email")));
    let name =
        domain::text::required(display_name, NAME_MAX).map_err(|code| faults.push(Fault::new(code).at("displayName")));
    let inviter = staff(tx)?;
    faults.extend(faults_of(inviter, user, &given));
    let (Ok(email), Ok(name), true) = (email, name, faults.is_empty()) else { return Err(faults.into()) };
    let now = tx.now().as_microsecond();
    let mut row = Model {
        id: user,
        number: 0,
        email: email.clone(),
        display_name: name.clone().into(),
        status: EnumValue(UserStatus::Invited),
        is_demo: false,
        version: 1,
        created_at: now,
        changed_at: now,
    }
    .into_active_model();
    row.number = ActiveValue::NotSet;
    // A login belongs to no branch: the platform makes it, and her branch notes it.
    tx.as_platform(async |tx| tx.insert_all::<Entity>(vec![row]).await).await?;
    let personal = BTreeMap::from([("email.after".into(), email.clone()), ("display_name.after".into(), name.into())]);
    tx.record(Change::noted(Kind::User, user, Some(given.branch), Audited { changes: Map::new(), personal }));
    give(tx, user, given).await?;
    tx.as_platform(async |tx| mail::queue_or_tell(tx, Purpose::Invitation, &email, user).await).await?;
    Ok(user)
}

/// Send an invitation once more; each that was sent before holds until it expires, or one of them is used.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN when a role of hers could not be given by the caller, CONFLICT, STATUS_INVALID when she has taken
/// it up, RATE_LIMITED.
pub async fn resend_invitation(tx: &Tx<'_>, key: Uuid, version: i32) -> Result<Uuid> {
    let held = governed(tx, key, version).await?;
    let status = held.row().status.0;
    if status != UserStatus::Invited {
        return Err(Fault::status(status, UserStatus::Invited).into());
    }
    let email = held.row().email.clone();
    tx.as_platform(async |tx| mail::queue_or_tell(tx, Purpose::Invitation, &email, key).await).await?;
    Ok(key)
}

/// Take an invitation back: its links end, and the login that waited for her is gone.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN when a role of hers could not be given by the caller, CONFLICT, STATUS_INVALID when she has taken
/// it up.
pub async fn cancel_invitation(tx: &Tx<'_>, key: Uuid, version: i32) -> Result<Uuid> {
    let held = governed(tx, key, version).await?;
    let status = held.row().status.0;
    if status != UserStatus::Invited {
        return Err(Fault::status(status, UserStatus::Invited).into());
    }
    let roles = tx.as_platform(async |tx| assignment::held_anywhere(tx, key).await).await?;
    for (_, role) in roles {
        let changes = Map::from_iter([("role".to_owned(), json!([role.role, null]))]);
        let audited = Audited { changes, personal: BTreeMap::new() };
        tx.record(Change::noted(Kind::User, key, Some(role.branch), audited));
    }
    let sql = "delete from staff_user where id = $1 and status = 'INVITED'";
    tx.as_platform(async |tx| tx.execute(sql, [key.into()]).await).await?;
    Ok(key)
}

/// Ask somebody to confirm another address, by an e-mail to it: until she does, with her password, nothing changes. Whether the
/// address has a login already nobody learns here.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN when a role of hers could not be given by the caller, CONFLICT, EMAIL_INVALID at `email`,
/// STATUS_INVALID when she cannot sign in, RATE_LIMITED.
pub async fn change_email(tx: &Tx<'_>, key: Uuid, version: i32, email: &str) -> Result<Uuid> {
    let held = governed(tx, key, version).await?;
    let email = domain::user::email(email).map_err(|fault| fault.at("email"))?;
    let status = held.row().status.0;
    if status != UserStatus::Active {
        return Err(Fault::status(status, UserStatus::Active).into());
    }
    let branch = staff(tx)?.assignments().first().map(|assignment| assignment.branch);
    let personal = BTreeMap::from([("email.after".to_owned(), email.clone())]);
    tx.record(Change::noted(Kind::User, key, branch, Audited { changes: Map::new(), personal }));
    tx.as_platform(async |tx| mail::queue_or_tell(tx, Purpose::Email, &email, key).await).await?;
    Ok(key)
}

/// Correct the name of somebody.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN when a role of hers could not be given by the caller, CONFLICT; the refusals of a text at `displayName`.
pub async fn rename(tx: &Tx<'_>, key: Uuid, version: i32, name: &str) -> Result<Uuid> {
    let held = governed(tx, key, version).await?;
    let name = domain::text::required(name, NAME_MAX).map_err(|code| Fault::new(code).at("displayName"))?;
    tx.update(held, |row| row.display_name = ActiveValue::Set(name.into())).await?;
    Ok(key)
}

/// Give a role to somebody who holds one within reach.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, BRANCH_CLOSED, ASSIGNMENT_INVALID, DATE_INVALID, ROLE_NOT_GRANTABLE and ROLE_ALREADY_HELD below
/// `assignment`.
pub async fn assign(tx: &Tx<'_>, user: Uuid, given: NewAssignment) -> Result<Uuid> {
    if tx.select_in_scope::<Entity>().filter(Column::Id.eq(user)).count(None).await? == 0 {
        return Err(Error::refused(Code::NotFound));
    }
    let given = placed(tx, given).await?;
    let mut faults = faults_of(staff(tx)?, user, &given);
    let own = tx
        .as_platform(async |tx| {
            // Two who give her the same role wait for each other.
            tx.lock_for_update::<Entity>(user).await?;
            assignment::held(tx, user).await
        })
        .await?;
    // Who may not give it does not learn whether she holds it.
    if faults.is_empty() && own.iter().any(|one| one.repeats(&given)) {
        faults.push(Fault::new(Code::RoleAlreadyHeld).at("role").at("assignment"));
    }
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let key = given.key;
    give(tx, user, given).await?;
    Ok(key)
}

/// Take a role away.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID when it was taken away before, ROLE_NOT_GRANTABLE, LAST_NATIONAL_ADMIN.
pub async fn revoke(tx: &Tx<'_>, key: Uuid, version: i32) -> Result<Uuid> {
    let locked = tx.lock_version::<assignment::Entity>(key, version).await?;
    let user = locked.row().user_id;
    let own = tx.as_platform(async |tx| assignment::held_anywhere(tx, user).await).await?;
    // At a closed branch too: it may be opened again.
    let Some((_, given)) = own.iter().find(|(_, one)| one.key == key) else {
        return Err(Fault::new(Code::StatusInvalid).into());
    };
    staff(tx)?.may_assign(user, given)?;
    if given.role == Role::NationalAdmin {
        keep_one(tx, Some(key), None).await?;
    }
    let now = tx.now().as_microsecond();
    tx.update(locked, |row| row.revoked_at = ActiveValue::Set(Some(now))).await?;
    Ok(key)
}

/// Take a login out of use, for good or for a time; all its sessions end.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN when a role of hers cannot be taken away by the caller, CONFLICT, STATUS_INVALID,
/// LAST_NATIONAL_ADMIN.
pub async fn take_out_of_use(tx: &Tx<'_>, key: Uuid, version: i32, status: UserStatus) -> Result<Uuid> {
    let held = governed(tx, key, version).await?;
    // Whoever has not taken up her invitation has nothing to be disabled: the role is taken away.
    if held.row().status.0 == UserStatus::Invited {
        return Err(Fault::status(UserStatus::Invited, status).into());
    }
    let next = held.row().status.0.transition(status)?;
    keep_one(tx, None, Some(key)).await?;
    tx.update(held, |row| row.status = ActiveValue::Set(EnumValue(next))).await?;
    tx.as_platform(async |tx| end_all(tx, key).await).await?;
    Ok(key)
}

/// Put a login into use again.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN when a role of hers could not be given by the caller, CONFLICT, STATUS_INVALID.
pub async fn enable(tx: &Tx<'_>, key: Uuid, version: i32) -> Result<Uuid> {
    let held = governed(tx, key, version).await?;
    if held.row().status.0 == UserStatus::Invited {
        return Err(Fault::status(UserStatus::Invited, UserStatus::Active).into());
    }
    let next = held.row().status.0.transition(UserStatus::Active)?;
    tx.update(held, |row| row.status = ActiveValue::Set(EnumValue(next))).await?;
    tx.as_platform(async |tx| begin_epoch(tx, key).await).await?;
    Ok(key)
}

/// A login all of whose roles, wherever they are, the caller could give and take away: a login is one for the whole
/// association, and a province does not switch off somebody who works elsewhere too.
async fn governed(tx: &Tx<'_>, key: Uuid, version: i32) -> Result<Locked<Entity>> {
    let locked = tx.lock_version::<Entity>(key, version).await?;
    let caller = staff(tx)?;
    let roles = tx.as_platform(async |tx| assignment::held_anywhere(tx, key).await).await?;
    if roles.iter().any(|(_, role)| caller.may_assign(key, role).is_err()) {
        return Err(Error::refused(Code::Forbidden));
    }
    Ok(locked)
}

/// Look whether somebody who may do everything, for good, and can sign in is left without an assignment, or without a login.
async fn keep_one(tx: &Tx<'_>, without: Option<Uuid>, without_user: Option<Uuid>) -> Result<()> {
    let today = Day(domain::calendar::today(tx.now()));
    let left = tx.as_platform(async |tx| {
        // Two who take each other's role away wait for each other here.
        tx.advisory_lock(1_970_169_457).await?;
        let sql = "select count(distinct u.id) from role_assignment a join staff_user u on u.id = a.user_id
            join user_secret s on s.user_id = u.id and s.password_hash is not null
            where a.role = 'NATIONAL_ADMIN' and a.revoked_at is null and u.status = 'ACTIVE'
            and a.valid_from <= $1 and a.valid_to is null and a.id <> $2 and u.id <> $3";
        let nobody = Uuid::nil();
        let values: [Value; 3] =
            [today.into(), without.unwrap_or(nobody).into(), without_user.unwrap_or(nobody).into()];
        tx.query_one::<i64>(sql, values).await
    });
    keep_a_national_admin(left.await?.unwrap_or_default().unsigned_abs()).map_err(Error::from)
}
