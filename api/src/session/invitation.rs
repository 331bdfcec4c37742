//! Taking up an invitation: it makes a login, or gives the role to the login that the address has already.

use super::lifetime::{Noted, epoch, note, note_what};
use super::one_time::{self, Purpose};
use crate::platform::audit::record::{AuditOutcome, append_own};
use crate::platform::audit::refusal::Wanted;
use crate::platform::database::db::Db;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::Kind;
use crate::platform::keys::Keys;
use crate::platform::loading::reader::Reader;
use crate::platform::password::Passwords;
use crate::platform::query::stored::{Day, EnumValue};
use crate::platform::query::transaction::Tx;
use crate::user::{assignment, entity};
use domain::access::Role;
use domain::actor::Actor;
use domain::fault::{Code, Fault, Faults};
use domain::text::NAME_MAX;
use domain::user::{Assignment, Staff, UserStatus, check_password};
use jiff::Timestamp;
use sea_orm::{ActiveValue, IntoActiveModel};
use serde_json::{Map, json};
use std::collections::HashMap;
use uuid::Uuid;

/// Take up an invitation with the token of an e-mail.
///
/// # Errors
/// UNAVAILABLE, or the database's refusal. TOKEN_INVALID and PASSWORD_INVALID are answered.
pub async fn accept(reader: &Reader, passwords: &Passwords, token: &str, password: &str) -> Result<Faults> {
    let refused = || {
        reader.note_refusal("userInvitationAccept", Code::TokenInvalid, Wanted::Somebody);
        vec![Fault::new(Code::TokenInvalid).at("token")]
    };
    if let Err(fault) = check_password(password) {
        return Ok(vec![fault.at("password")]);
    }
    if reader.as_platform(async |tx| one_time::look(tx, token, Purpose::Invitation).await).await?.is_none() {
        return Ok(refused());
    }
    let hash = passwords.hash(password.to_owned()).await?;
    reader
        .as_platform(async |tx| {
            let Some(holder) = one_time::take(tx, token, Purpose::Invitation).await? else { return Ok(refused()) };
            let locked = tx.lock_for_update::<entity::Entity>(holder).await?;
            if locked.row().status.0 != UserStatus::Invited {
                return Ok(refused());
            }
            let text = "select id, status from staff_user where email = $1 and status <> 'INVITED'";
            let existing = tx.query_one::<(Uuid, EnumValue<UserStatus>)>(text, [locked.row().email.clone().into()]);
            let user = match existing.await? {
                None => holder,
                Some((user, EnumValue(UserStatus::Active))) => user,
                Some(_) => return Ok(refused()),
            };
            let Some(taken) = upheld(tx, holder, user).await? else { return Ok(refused()) };
            if user == holder {
                tx.update(locked, |row| row.status = ActiveValue::Set(EnumValue(UserStatus::Active))).await?;
                let text = "insert into user_secret (user_id, password_hash) values ($1, $2)";
                tx.execute(text, [user.into(), hash.into()]).await?;
            } else {
                hand_over(tx, holder, user).await?;
            }
            for one in &taken {
                one.note(tx, reader, user).await?;
            }
            note(tx, reader, user, "userInvitationAccept", AuditOutcome::Done).await?;
            Ok(Faults::new())
        })
        .await
}

/// Invite a national administrator in the name of the platform itself, as it is told by whoever owns the machine; the
/// token of her invitation.
///
/// # Errors
/// EMAIL_INVALID, TEXT_REQUIRED, TEXT_TOO_LONG or TEXT_UNSAFE, or the database's refusal.
pub async fn invite_national(db: &Db, keys: &Keys, now: Timestamp, email: &str, name: &str) -> Result<String> {
    let email = domain::user::email(email)?;
    let name = domain::text::required(name, NAME_MAX).map_err(Fault::new)?;
    let national = domain::branch::national();
    db.write(&Actor::System(domain::access::Purpose::Authenticate), now, async |tx| {
        let (user, at) = (Uuid::now_v7(), now.as_microsecond());
        let mut row = entity::Model {
            id: user,
            number: 0,
            email,
            display_name: name.into(),
            status: EnumValue(UserStatus::Invited),
            is_demo: false,
            version: 1,
            created_at: at,
            changed_at: at,
        }
        .into_active_model();
        row.number = ActiveValue::NotSet;
        tx.insert_all::<entity::Entity>(vec![row]).await?;
        let role = assignment::Model {
            id: Uuid::now_v7(),
            branch_id: national,
            user_id: user,
            role: EnumValue(Role::NationalAdmin),
            includes_descendants: true,
            cooperative_id: None,
            valid_from: Day(domain::calendar::today(now)),
            valid_to: None,
            granted_by: None,
            revoked_at: None,
            version: 1,
            created_at: at,
            changed_at: at,
        };
        tx.insert_all::<assignment::Entity>(vec![role.into_active_model()]).await?;
        let changes = Map::from_iter([("role".to_owned(), json!([null, Role::NationalAdmin]))]);
        let subject = Some((Kind::User, user));
        append_own(tx, keys, ("userInvite", AuditOutcome::Done), national, subject, changes).await?;
        one_time::give(tx, user, Purpose::Invitation, epoch(tx, user).await?).await
    })
    .await
}

/// A role that is taken up.
struct Taken {
    role: Assignment,
    /// Who gave it; none: the platform itself.
    given_by: Option<Uuid>,
}

impl Taken {
    /// Write down that somebody holds it from now on, in her name and in the name of whoever gave it.
    async fn note(&self, tx: &Tx<'_>, reader: &Reader, user: Uuid) -> Result<()> {
        let Assignment { key, role, branch, cooperative, valid_from, valid_to, .. } = &self.role;
        let changes = json!({
            "user_id": [null, user],
            "role": [null, role],
            "includes_descendants": [null, self.role.includes_descendants],
            "cooperative_id": [null, cooperative],
            "valid_from": [null, valid_from],
            "valid_to": [null, valid_to],
            "granted_by": [null, self.given_by],
        });
        let changes = changes.as_object().cloned().unwrap_or_default();
        let (subject, done) = ((Kind::RoleAssignment, *key), ("userInvitationAccept", AuditOutcome::Done));
        let hers = (Some(user), reader.origin().address);
        for (actor, address) in [hers, (self.given_by, None)] {
            let Some(actor) = actor else { continue };
            let what = Noted { branch: Some(*branch), subject, changes: changes.clone(), address };
            note_what(tx, reader, actor, done, what).await?;
        }
        Ok(())
    }
}

/// The roles of an invitation that whoever gave each of them may give the person whom it turns out to be, and that she does not
/// hold yet; the others are taken away. Nothing, when none may be given.
async fn upheld(tx: &Tx<'_>, invited: Uuid, user: Uuid) -> Result<Option<Vec<Taken>>> {
    let text = "select id, granted_by from role_assignment where user_id = $1 and revoked_at is null";
    let given_by: HashMap<Uuid, Option<Uuid>> = tx.query(text, [invited.into()]).await?.into_iter().collect();
    let own = match user == invited {
        true => Vec::new(),
        false => {
            tx.lock_for_update::<entity::Entity>(user).await?;
            assignment::held(tx, user).await?
        }
    };
    let (mut taken, mut is_upheld) = (Vec::new(), false);
    for role in assignment::held(tx, invited).await? {
        let given_by = given_by.get(&role.key).copied().flatten();
        let may = match given_by {
            Some(giver) => staff(tx, giver).await?.is_some_and(|giver| giver.may_assign(user, &role).is_ok()),
            None => true,
        };
        is_upheld |= may;
        if may && !own.iter().any(|one| one.repeats(&role)) {
            taken.push(Taken { role, given_by });
            continue;
        }
        let now = tx.now().as_microsecond();
        let locked = tx.lock_for_update::<assignment::Entity>(role.key).await?;
        tx.update(locked, |row| row.revoked_at = ActiveValue::Set(Some(now))).await?;
    }
    // In the order of the chains that it is written down in, so that two wait for each other in turn.
    taken.sort_by_key(|one| (one.role.branch, one.role.key));
    Ok(is_upheld.then_some(taken))
}

/// Somebody with what she may do now; nobody, when she cannot come in.
async fn staff(tx: &Tx<'_>, user: Uuid) -> Result<Option<Staff>> {
    let text = "select 1 from staff_user where id = $1 and status = 'ACTIVE'";
    if tx.query_one::<i32>(text, [user.into()]).await?.is_none() {
        return Ok(None);
    }
    let held = assignment::held(tx, user).await?;
    Ok(Some(Staff::on(domain::calendar::today(tx.now()), user, Uuid::nil(), held)))
}

/// Give the roles of an invitation to the login that its address has already.
async fn hand_over(tx: &Tx<'_>, invited: Uuid, user: Uuid) -> Result<()> {
    for one in assignment::held(tx, invited).await? {
        let locked = tx.lock_for_update::<assignment::Entity>(one.key).await?;
        tx.update(locked, |row| row.user_id = ActiveValue::Set(user)).await?;
    }
    let text = "update role_assignment set user_id = $2 where user_id = $1";
    tx.execute(text, [invited.into(), user.into()]).await?;
    match tx.execute("delete from staff_user where id = $1", [invited.into()]).await? {
        1 => Ok(()),
        _ => Err(Error::internal("an invitation that was taken up is still there")),
    }
}
