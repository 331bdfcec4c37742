//! Coming in, staying in and going out.
//!
//! All of it is done as the platform itself. Every sign-in checks exactly one password, whether there is such a login or
//! not, and failures are counted alike.

use super::object::Session;
use super::token::{Audience, issue};
use crate::platform::audit::{ActorKind, AuditOutcome, Entry, append, national};
use crate::platform::error::{Error, Result};
use crate::platform::keys::{hashed, secret};
use crate::platform::password::Passwords;
use crate::platform::reader::Reader;
use crate::platform::stored::Stored;
use crate::platform::tx::Tx;
use domain::access::Actor;
use domain::fault::{Code, Fault, Faults};
use domain::user::{DELAY_FROM_ALL_PLACES, DELAY_FROM_ONE_PLACE, UserStatus, delay};
use jiff::{SignedDuration, Timestamp};
use sea_orm::{Statement, Value};
use serde_json::Map;
use std::collections::BTreeMap;
use std::net::IpAddr;
use uuid::Uuid;

/// A refresh token that is not used for so long has had its time.
const IDLE: SignedDuration = SignedDuration::from_hours(14 * 24);
/// A session lasts no longer, however often it is continued.
const LONGEST: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Two tabs, or a lost answer: for so long an old refresh token gets the same successor, while that is unused.
const GRACE: SignedDuration = SignedDuration::from_secs(30);
/// Failures in a row that were so long ago do not count.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(24);

/// An instant as it is stored.
fn after(now: Timestamp, lasts: SignedDuration) -> i64 {
    now.as_microsecond() + i64::try_from(lasts.as_micros()).unwrap_or(i64::MAX / 2)
}

/// A question or a change with values.
fn sql(tx: &Tx<'_>, text: &str, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(tx.backend(), text, values)
}

/// Write down what somebody did about her own coming and going, in the branch where she works.
///
/// # Errors
/// The database's refusal.
pub(crate) async fn note(tx: &Tx<'_>, reader: &Reader, user: Uuid, action: &str, outcome: AuditOutcome) -> Result<()> {
    let text = "select u.display_name, (select a.branch_id from role_assignment a
        where a.user_id = u.id and a.revoked_at is null order by a.id limit 1) from staff_user u where u.id = $1";
    let rows = tx.query(sql(tx, text, [user.into()])).await?;
    let Some(row) = rows.first() else { return Ok(()) };
    let mut personal = BTreeMap::from([("actor".to_owned(), row.try_get_by_index::<String>(0)?)]);
    personal.extend(reader.origin().address.clone().map(|address| ("client".to_owned(), address)));
    let branch = row.try_get_by_index::<Option<Uuid>>(1)?.unwrap_or_else(national);
    let (actor, action) = ((ActorKind::Staff, Some(user)), action.to_owned());
    let subject = Some((crate::platform::global_id::Kind::User, user));
    append(tx, reader.keys(), Entry { branch, action, outcome, actor, subject, changes: Map::new(), personal }).await?;
    Ok(())
}

/// The block of addresses that failures are counted for: an IPv6 network hands out 2^64 of them.
fn block(reader: &Reader) -> String {
    match reader.origin().address.as_deref().and_then(|address| address.parse::<IpAddr>().ok()) {
        Some(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
        Some(IpAddr::V4(address)) => address.to_string(),
        None => String::new(),
    }
}

/// What failures are counted under, and how long they may delay the next try.
fn subjects(reader: &Reader, email: &str) -> [(String, SignedDuration); 2] {
    [(hashed(&format!("{email} {}", block(reader))), DELAY_FROM_ONE_PLACE), (hashed(email), DELAY_FROM_ALL_PLACES)]
}

/// How long whoever tries this address must still wait.
async fn wait(tx: &Tx<'_>, subjects: &[(String, SignedDuration); 2]) -> Result<SignedDuration> {
    let mut longest = SignedDuration::ZERO;
    for (subject, most) in subjects {
        let rows = tx
            .query(sql(
                tx,
                "select failures, last_at from sign_in_failure where subject = $1",
                [subject.clone().into()],
            ))
            .await?;
        let Some(row) = rows.first() else { continue };
        let (failures, last_at): (i32, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let passed = tx.now().duration_since(crate::platform::audit::at(last_at));
        longest = longest.max(delay(failures.unsigned_abs(), *most) - passed);
    }
    Ok(longest)
}

/// Count a failure.
async fn count_failure(tx: &Tx<'_>, subjects: &[(String, SignedDuration); 2]) -> Result<()> {
    for (subject, _) in subjects {
        let text = "insert into sign_in_failure (subject, failures, last_at) values ($1, 1, $2)
            on conflict (subject) do update set last_at = $2,
            failures = case when sign_in_failure.last_at < $3 then 1 else sign_in_failure.failures + 1 end";
        let forgotten = after(tx.now(), -FORGOTTEN);
        tx.execute(sql(tx, text, [subject.clone().into(), tx.now().as_microsecond().into(), forgotten.into()])).await?;
    }
    Ok(())
}

/// What is known of a login when somebody tries it.
struct Login {
    user: Uuid,
    status: UserStatus,
    is_demo: bool,
    password_hash: Option<String>,
}

async fn login(tx: &Tx<'_>, email: &str) -> Result<Option<Login>> {
    let text = "select u.id, u.status, u.is_demo, s.password_hash from staff_user u
        left join user_secret s on s.user_id = u.id where u.email = $1 and u.status <> 'INVITED'";
    let rows = tx.query(sql(tx, text, [email.into()])).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(Some(Login {
        user: row.try_get_by_index(0)?,
        status: row.try_get_by_index::<Stored<UserStatus>>(1)?.0,
        is_demo: row.try_get_by_index(2)?,
        password_hash: row.try_get_by_index(3)?,
    }))
}

/// What came of a sign-in.
pub enum SignIn {
    /// She is in.
    In(Session),
    /// She is not, and why.
    Refused(Faults),
    /// The second factor must be set up first, with this token.
    Enrolment(String),
}

/// Come in.
///
/// # Errors
/// RATE_LIMITED while failures delay the next try, UNAVAILABLE when all cores are busy, or the database's refusal.
pub async fn create(reader: &Reader, passwords: &Passwords, credentials: Credentials<'_>) -> Result<SignIn> {
    let given = credentials.email.trim().to_lowercase();
    let email = domain::user::email(&given).unwrap_or(given);
    let subjects = subjects(reader, &email);
    let found = reader
        .as_platform(async |tx| {
            if wait(tx, &subjects).await? > SignedDuration::ZERO {
                return Err(Error::refused(Code::RateLimited));
            }
            login(tx, &email).await
        })
        .await?;
    let hash = found.as_ref().and_then(|login| login.password_hash.clone());
    let is_right = passwords.is_right(credentials.password.to_owned(), hash.clone()).await?;
    let may_come = |login: &Login| login.status == UserStatus::Active && (credentials.is_demo_mode || !login.is_demo);
    let Some(login) = found.filter(|login| is_right && may_come(login)) else {
        reader.as_platform(async |tx| count_failure(tx, &subjects).await).await?;
        return Ok(SignIn::Refused(vec![Fault::new(Code::InvalidCredentials)]));
    };
    let renewed = match hash.filter(|hash| passwords.is_old(hash)) {
        Some(_) => Some(passwords.hash(credentials.password.to_owned()).await?),
        None => None,
    };
    reader
        .as_platform(async |tx| {
            for (subject, _) in &subjects {
                tx.execute(sql(tx, "delete from sign_in_failure where subject = $1", [subject.clone().into()])).await?;
            }
            if let Some(hash) = renewed {
                let text = "update user_secret set password_hash = $2 where user_id = $1";
                tx.execute(sql(tx, text, [login.user.into(), hash.into()])).await?;
            }
            note(tx, reader, login.user, "sessionCreate", AuditOutcome::Done).await?;
            begin(tx, reader, login.user).await.map(SignIn::In)
        })
        .await
}

/// What somebody shows who wants to come in.
pub struct Credentials<'c> {
    /// Her e-mail address.
    pub email: &'c str,
    /// Her password.
    pub password: &'c str,
    /// The code of the second factor.
    pub totp: Option<&'c str>,
    /// Whether demo logins may come in.
    pub is_demo_mode: bool,
}

/// Begin a session.
async fn begin(tx: &Tx<'_>, reader: &Reader, user: Uuid) -> Result<Session> {
    let (id, refresh_token, now) = (Uuid::now_v7(), secret(), tx.now());
    let text = "insert into session (id, user_id, started_at, ends_at) values ($1, $2, $3, $4)";
    tx.execute(sql(tx, text, [id.into(), user.into(), now.as_microsecond().into(), after(now, LONGEST).into()]))
        .await?;
    keep(tx, &refresh_token, id, after(now, IDLE)).await?;
    session(reader, user, id, refresh_token)
}

/// Keep a refresh token's hash.
async fn keep(tx: &Tx<'_>, refresh_token: &str, session: Uuid, expires_at: i64) -> Result<()> {
    let text = "insert into refresh_token (hash, session_id, expires_at) values ($1, $2, $3)";
    tx.execute(sql(tx, text, [hashed(refresh_token).into(), session.into(), expires_at.into()])).await.map(drop)
}

fn session(reader: &Reader, user: Uuid, id: Uuid, refresh_token: String) -> Result<Session> {
    let access_token = issue(reader.keys(), reader.now(), Audience::Staff, user, id, None).map_err(Error::internal)?;
    Ok(Session { access_token, refresh_token, expires_in: Audience::Staff.lifetime().as_secs() })
}

/// Continue a session with the refresh token that was given out last.
///
/// # Errors
/// The database's refusal.
pub async fn refresh(reader: &Reader, token: &str, is_demo_mode: bool) -> Result<std::result::Result<Session, Fault>> {
    let refused = || Ok(Err(Fault::new(Code::InvalidCredentials).at("refreshToken")));
    reader
        .as_platform(async |tx| {
            let now = tx.now().as_microsecond();
            let hash = hashed(token);
            // Two that come at once: one uses it, the other waits and finds it used.
            let text = "update refresh_token set used_at = $2 where hash = $1 and used_at is null and expires_at > $2";
            let is_first = tx.execute(sql(tx, text, [hash.clone().into(), now.into()])).await? == 1;
            let text =
                "select r.session_id, r.used_at, r.expires_at, s.user_id, s.ends_at, s.ended_at, u.status, u.is_demo
                from refresh_token r join session s on s.id = r.session_id join staff_user u on u.id = s.user_id
                where r.hash = $1";
            let rows = tx.query(sql(tx, text, [hash.into()])).await?;
            let Some(row) = rows.first() else { return refused() };
            let (id, user): (Uuid, Uuid) = (row.try_get_by_index(0)?, row.try_get_by_index(3)?);
            let ends_at: i64 = row.try_get_by_index(4)?;
            let is_over = now >= ends_at
                || row.try_get_by_index::<Option<i64>>(5)?.is_some()
                || row.try_get_by_index::<Stored<UserStatus>>(6)?.0 != UserStatus::Active
                || (row.try_get_by_index::<bool>(7)? && !is_demo_mode);
            if is_over {
                return refused();
            }
            let successor = reader.keys().successor(token);
            if is_first {
                keep(tx, &successor, id, after(tx.now(), IDLE).min(ends_at)).await?;
                return session(reader, user, id, successor).map(Ok);
            }
            let Some(used_at) = row.try_get_by_index::<Option<i64>>(1)? else { return refused() };
            let text = "select 1 from refresh_token where hash = $1 and used_at is null";
            let is_unused = !tx.query(sql(tx, text, [hashed(&successor).into()])).await?.is_empty();
            if is_unused && now - used_at <= after(Timestamp::UNIX_EPOCH, GRACE) {
                return session(reader, user, id, successor).map(Ok);
            }
            // Somebody else has it too: nobody stays in by it.
            let text = "update session set ended_at = $2 where id = $1 and ended_at is null";
            if tx.execute(sql(tx, text, [id.into(), now.into()])).await? == 1 {
                note(tx, reader, user, "sessionRefreshReused", AuditOutcome::Refused).await?;
            }
            refused()
        })
        .await
}

/// Which sessions are ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The one of the token that was shown.
    This,
    /// All of the person's.
    All,
}

/// Go out; how many sessions were ended.
///
/// # Errors
/// UNAUTHENTICATED, or the database's refusal.
pub async fn end(reader: &Reader, which: Which) -> Result<i32> {
    let Actor::Staff(staff) = reader.actor() else { return Err(Error::refused(Code::Unauthenticated)) };
    let (user, this) = (staff.user, staff.session);
    reader
        .as_platform(async |tx| {
            let ended = match which {
                Which::This => {
                    let text = "update session set ended_at = $3 where user_id = $1 and id = $2 and ended_at is null";
                    tx.execute(sql(tx, text, [user.into(), this.into(), tx.now().as_microsecond().into()])).await?
                }
                Which::All => end_all(tx, user).await?,
            };
            let action = if which == Which::This { "sessionEnd" } else { "sessionEndAll" };
            note(tx, reader, user, action, AuditOutcome::Done).await?;
            Ok(i32::try_from(ended).unwrap_or(i32::MAX))
        })
        .await
}

/// End all sessions of a person.
///
/// # Errors
/// The database's refusal.
pub(crate) async fn end_all(tx: &Tx<'_>, user: Uuid) -> Result<u64> {
    let text = "update session set ended_at = $2 where user_id = $1 and ended_at is null";
    tx.execute(sql(tx, text, [user.into(), tx.now().as_microsecond().into()])).await
}
