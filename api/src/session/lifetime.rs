//! The beginning and the end of sessions, and what the audit keeps of them.

use super::object::Session;
use super::token::{Audience, issue};
use crate::platform::audit::record::{ActorKind, AuditOutcome, Entry, append};
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::Kind;
use crate::platform::keys::{hashed, secret};
use crate::platform::loading::reader::Reader;
use crate::platform::query::transaction::Tx;
use domain::branch::national;
use jiff::{SignedDuration, Timestamp};
use sea_orm::Value;
use serde_json::Map;
use std::collections::BTreeMap;
use std::net::IpAddr;
use uuid::Uuid;

/// A refresh token that is not used for so long expires.
pub(super) const IDLE: SignedDuration = SignedDuration::from_hours(14 * 24);
/// A session lasts no longer, however often it is continued.
const LONGEST: SignedDuration = SignedDuration::from_hours(90 * 24);

/// An instant as it is stored.
pub(crate) fn after(now: Timestamp, lasts: SignedDuration) -> i64 {
    now.as_microsecond() + i64::try_from(lasts.as_micros()).unwrap_or(i64::MAX / 2)
}

/// What is written down of something that somebody did.
pub(super) struct Noted {
    /// Where; in the branch where she works, if nothing is said.
    pub branch: Option<Uuid>,
    /// On what.
    pub subject: (Kind, Uuid),
    /// What changed, before and after.
    pub changes: Map<String, serde_json::Value>,
    /// From where; nothing, where somebody else's request brought it about.
    pub address: Option<IpAddr>,
}

/// Write down what somebody did about her own coming and going, in the branch where she works.
///
/// # Errors
/// The database's refusal.
pub(crate) async fn note(tx: &Tx<'_>, reader: &Reader, user: Uuid, action: &str, outcome: AuditOutcome) -> Result<()> {
    let (subject, address) = ((Kind::User, user), reader.origin().address);
    let what = Noted { branch: None, subject, changes: Map::new(), address };
    note_what(tx, reader, user, (action, outcome), what).await
}

/// Write down what somebody did.
///
/// # Errors
/// The database's refusal.
pub(super) async fn note_what(
    tx: &Tx<'_>,
    reader: &Reader,
    user: Uuid,
    (action, outcome): (&str, AuditOutcome),
    what: Noted,
) -> Result<()> {
    let text = "select u.display_name, (select a.branch_id from role_assignment a
        where a.user_id = u.id and a.revoked_at is null order by a.id limit 1) from staff_user u where u.id = $1";
    let row = tx.query_one::<(String, Option<Uuid>)>(text, [user.into()]).await?;
    let Some((name, home)) = row else { return Ok(()) };
    let Noted { branch, subject, changes, address } = what;
    let mut personal = BTreeMap::from([("actor".to_owned(), name)]);
    personal.extend(address.map(|address| ("client".to_owned(), address.to_string())));
    let branch = branch.or(home).unwrap_or_else(national);
    let (actor, action, subject) = ((ActorKind::Staff, Some(user)), action.to_owned(), Some(subject));
    append(tx, reader.keys(), Entry { branch, action, outcome, actor, subject, changes, personal }).await?;
    Ok(())
}

/// The epoch of somebody's credentials: everything that was given out in an earlier one is over.
///
/// # Errors
/// The database's refusal.
pub(crate) async fn epoch(tx: &Tx<'_>, user: Uuid) -> Result<i32> {
    let text = "select credential_epoch from staff_user where id = $1";
    tx.query_one(text, [user.into()]).await?.ok_or_else(|| Error::internal("a login that was there is gone"))
}

/// Begin another epoch of somebody's credentials, since they changed: every session, and every token for another password, the
/// second factor or an invitation, is over, whoever holds it.
///
/// # Errors
/// The database's refusal.
pub(crate) async fn begin_epoch(tx: &Tx<'_>, user: Uuid) -> Result<()> {
    let text = "update staff_user set credential_epoch = credential_epoch + 1 where id = $1";
    tx.execute(text, [user.into()]).await.map(drop)
}

/// The credentials that somebody has shown.
#[derive(Clone, Copy)]
pub(crate) struct Shown {
    /// In which epoch they were looked at.
    pub epoch: i32,
    /// Whether a second factor was among them.
    pub has_second_factor: bool,
}

/// Begin a session by the credentials that were shown; nothing, when they have changed since they were looked at.
///
/// # Errors
/// The database's refusal.
pub(crate) async fn begin(tx: &Tx<'_>, reader: &Reader, user: Uuid, shown: Shown) -> Result<Option<Session>> {
    let (id, refresh_token, now) = (Uuid::now_v7(), secret(), tx.now());
    let text = "insert into session (id, user_id, epoch, has_second_factor, started_at, ends_at)
        select $1, id, credential_epoch, $6, $3, $4 from staff_user
        where id = $2 and credential_epoch = $5 and status = 'ACTIVE'";
    let Shown { epoch, has_second_factor } = shown;
    let (started, ends) = (now.as_microsecond(), after(now, LONGEST));
    let values: [Value; 6] =
        [id.into(), user.into(), started.into(), ends.into(), epoch.into(), has_second_factor.into()];
    if tx.execute(text, values).await? == 0 {
        return Ok(None);
    }
    keep(tx, &refresh_token, id, after(now, IDLE)).await?;
    session(reader, user, id, refresh_token).map(Some)
}

/// Keep a refresh token's hash.
pub(super) async fn keep(tx: &Tx<'_>, refresh_token: &str, session: Uuid, expires_at: i64) -> Result<()> {
    let text = "insert into refresh_token (hash, session_id, expires_at) values ($1, $2, $3)";
    tx.execute(text, [hashed(refresh_token).into(), session.into(), expires_at.into()]).await.map(drop)
}

pub(super) fn session(reader: &Reader, user: Uuid, id: Uuid, refresh_token: String) -> Result<Session> {
    let access_token = issue(reader.keys(), reader.now(), Audience::Staff, user, id, None)?;
    Ok(Session { access_token, refresh_token, expires_in: Audience::Staff.lifetime().as_secs() })
}

/// End all sessions of a person, and all that was given out to her besides.
///
/// # Errors
/// The database's refusal.
pub(crate) async fn end_all(tx: &Tx<'_>, user: Uuid) -> Result<u64> {
    begin_epoch(tx, user).await?;
    let text = "update session set ended_at = $2 where user_id = $1 and ended_at is null";
    tx.execute(text, [user.into(), tx.now().as_microsecond().into()]).await
}

/// End all sessions of a person but one, and all that was given out to her besides.
///
/// # Errors
/// The database's refusal.
pub(super) async fn end_others(tx: &Tx<'_>, user: Uuid, but: Uuid) -> Result<u64> {
    begin_epoch(tx, user).await?;
    let text = "update session set epoch = $3 where user_id = $1 and id = $2";
    tx.execute(text, [user.into(), but.into(), epoch(tx, user).await?.into()]).await?;
    let text = "update session set ended_at = $3 where user_id = $1 and id <> $2 and ended_at is null";
    tx.execute(text, [user.into(), but.into(), tx.now().as_microsecond().into()]).await
}
