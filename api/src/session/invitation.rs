//! Taking up an invitation: it makes a login, or gives the role to the login that the address has already.

use super::lifetime::note;
use super::one_time::{self, Purpose};
use crate::platform::audit::record::AuditOutcome;
use crate::platform::database::db::Db;
use crate::platform::error::{Error, Result};
use crate::platform::loading::reader::Reader;
use crate::platform::password::Passwords;
use crate::platform::query::stored::{Day, EnumValue};
use crate::platform::query::transaction::Tx;
use crate::user::{assignment, entity};
use domain::access::Role;
use domain::actor::Actor;
use domain::fault::{Code, Fault, Faults};
use domain::text::NAME_MAX;
use domain::user::{Staff, UserStatus, check_password};
use jiff::Timestamp;
use sea_orm::{ActiveValue, IntoActiveModel};
use uuid::Uuid;

/// Take up an invitation with the token of an e-mail.
///
/// # Errors
/// UNAVAILABLE, or the database's refusal. TOKEN_INVALID and PASSWORD_INVALID are answered.
pub async fn accept(reader: &Reader, passwords: &Passwords, token: &str, password: &str) -> Result<Faults> {
    let refused = || vec![Fault::new(Code::TokenInvalid).at("token")];
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
            let locked = tx.lock_for_update::<entity::Entity>(holder.user).await?;
            if locked.row().status.0 != UserStatus::Invited || !still_holds(tx, holder).await? {
                return Ok(refused());
            }
            let text = "select id, status from staff_user where email = $1 and status <> 'INVITED'";
            let existing = tx.query_one::<(Uuid, EnumValue<UserStatus>)>(text, [locked.row().email.clone().into()]);
            let user = match existing.await? {
                None => {
                    tx.update(locked, |row| row.status = ActiveValue::Set(EnumValue(UserStatus::Active))).await?;
                    let text = "insert into user_secret (user_id, password_hash) values ($1, $2)";
                    tx.execute(text, [holder.user.into(), hash.into()]).await?;
                    holder.user
                }
                Some((user, EnumValue(UserStatus::Active))) => {
                    hand_over(tx, holder.user, user).await?;
                    user
                }
                Some(_) => return Ok(refused()),
            };
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
pub async fn invite_national(db: &Db, now: Timestamp, email: &str, name: &str) -> Result<String> {
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
        one_time::give(tx, user, Purpose::Invitation, None).await
    })
    .await
}

/// Look whether whoever invited her may still do so: what she may no longer give is taken away. Whether anything is left.
async fn still_holds(tx: &Tx<'_>, holder: one_time::Holder) -> Result<bool> {
    let given = assignment::held(tx, holder.user).await?;
    let Some(inviter) = holder.given_by else { return Ok(!given.is_empty()) };
    let text = "select 1 from staff_user where id = $1 and status = 'ACTIVE'";
    let is_active = tx.query_one::<i32>(text, [inviter.into()]).await?.is_some();
    let own = if is_active { assignment::held(tx, inviter).await? } else { Vec::new() };
    let inviter = Staff::on(domain::calendar::today(tx.now()), inviter, Uuid::nil(), own);
    let mut is_left = false;
    for one in given {
        if inviter.may_assign(holder.user, &one).is_ok() {
            is_left = true;
            continue;
        }
        let now = tx.now().as_microsecond();
        let locked = tx.lock_for_update::<assignment::Entity>(one.key).await?;
        tx.update(locked, |row| row.revoked_at = ActiveValue::Set(Some(now))).await?;
    }
    Ok(is_left)
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
