//! Coming in, staying in and going out.
//!
//! All of it is done as the platform itself. Every sign-in checks exactly one password, whether there is such a login or
//! not, and failures are counted alike.

use super::attempts::Attempts;
use super::lifetime::{IDLE, Shown, after, begin, end_all, keep, note, session};
use super::object::Session;
use super::one_time::{self, Purpose};
use super::second_factor;
use crate::platform::audit::record::AuditOutcome;
use crate::platform::audit::refusal::Wanted;
use crate::platform::error::{Error, Result};
use crate::platform::keys::hashed;
use crate::platform::loading::reader::Reader;
use crate::platform::password::Passwords;
use crate::platform::query::stored::EnumValue;
use crate::platform::query::transaction::Tx;
use domain::actor::Actor;
use domain::fault::{Code, Fault, Faults};
use domain::user::UserStatus;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// Two tabs, or a lost answer: for so long an old refresh token gets the same successor, while that is unused.
const GRACE: SignedDuration = SignedDuration::from_secs(30);

/// What is known of a login when somebody tries it.
struct Login {
    user: Uuid,
    status: UserStatus,
    is_demo: bool,
    /// Which credentials were looked at.
    epoch: i32,
    password_hash: Option<String>,
}

async fn login(tx: &Tx<'_>, email: &str) -> Result<Option<Login>> {
    let text = "select u.id, u.status, u.is_demo, u.credential_epoch, s.password_hash from staff_user u
        left join user_secret s on s.user_id = u.id where u.email = $1 and u.status <> 'INVITED'";
    let row = tx.query_one::<(Uuid, EnumValue<UserStatus>, bool, i32, Option<String>)>(text, [email.into()]).await?;
    Ok(row.map(|(user, status, is_demo, epoch, password_hash)| Login {
        user,
        status: status.0,
        is_demo,
        epoch,
        password_hash,
    }))
}

/// As whom somebody wants to come in, whether there is such a login or not.
pub fn identity(email: &str) -> String {
    let given = email.trim().to_lowercase();
    domain::user::email(&given).unwrap_or(given)
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
    let email = identity(credentials.email);
    let attempts = Attempts::on(reader, &email);
    let found = reader
        .as_platform(async |tx| {
            attempts.reserve(tx).await?;
            login(tx, &email).await
        })
        .await?;
    let hash = found.as_ref().and_then(|login| login.password_hash.clone());
    let is_right = passwords.is_right(credentials.password.to_owned(), hash.clone()).await?;
    let may_come = |login: &Login| login.status == UserStatus::Active && (credentials.is_demo_mode || !login.is_demo);
    let Some(login) = found.filter(|login| is_right && may_come(login)) else {
        reader.note_refusal("sessionCreate", Code::InvalidCredentials, Wanted::Login(email));
        return Ok(SignIn::Refused(vec![Fault::new(Code::InvalidCredentials)]));
    };
    let renewed = match hash.filter(|hash| passwords.is_old(hash)) {
        Some(old) => Some((old, passwords.hash(credentials.password.to_owned()).await?)),
        None => None,
    };
    let signed_in = reader
        .as_platform(async |tx| {
            let has_second_factor = second_factor::is_set_up(tx, login.user).await?;
            if has_second_factor {
                let Some(given) = credentials.totp else {
                    attempts.release(tx).await?;
                    return Ok(SignIn::Refused(vec![Fault::new(Code::TotpRequired).at("totp")]));
                };
                if !second_factor::accept(tx, reader.keys(), login.user, given).await? {
                    return Ok(SignIn::Refused(vec![Fault::new(Code::TotpInvalid).at("totp")]));
                }
            } else if !credentials.is_demo_mode && second_factor::is_demanded(tx, login.user).await? {
                attempts.release(tx).await?;
                let token = one_time::give(tx, login.user, Purpose::Enrolment, login.epoch).await?;
                return Ok(SignIn::Enrolment(token));
            }
            attempts.succeed(tx).await?;
            if let Some((old, new)) = renewed {
                // She may have chosen another password meanwhile.
                let text = "update user_secret set password_hash = $2 where user_id = $1 and password_hash = $3";
                tx.execute(text, [login.user.into(), new.into(), old.into()]).await?;
            }
            let shown = Shown { epoch: login.epoch, has_second_factor };
            let Some(session) = begin(tx, reader, login.user, shown).await? else {
                return Ok(SignIn::Refused(vec![Fault::new(Code::InvalidCredentials)]));
            };
            note(tx, reader, login.user, "sessionCreate", AuditOutcome::Done).await?;
            Ok(SignIn::In(session))
        })
        .await?;
    if let SignIn::Refused(faults) = &signed_in
        && faults.iter().any(|fault| fault.code == Code::TotpInvalid)
    {
        reader.note_refusal("sessionCreate", Code::TotpInvalid, Wanted::Person(login.user));
    }
    Ok(signed_in)
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

/// Continue a session with the refresh token that was given out last.
///
/// # Errors
/// The database's refusal.
pub async fn refresh(reader: &Reader, token: &str, is_demo_mode: bool) -> Result<std::result::Result<Session, Fault>> {
    let refused = || Ok(Err(Fault::new(Code::TokenInvalid).at("refreshToken")));
    reader
        .as_platform(async |tx| {
            let now = tx.now().as_microsecond();
            let hash = hashed(token);
            // Two that come at once: one uses it, the other waits and finds it used.
            let text = "update refresh_token set used_at = $2 where hash = $1 and used_at is null and expires_at > $2";
            let is_first = tx.execute(text, [hash.clone().into(), now.into()]).await? == 1;
            let text = "select r.session_id, r.used_at, s.user_id, s.ends_at, s.ended_at, u.status, u.is_demo,
                s.epoch = u.credential_epoch, s.has_second_factor
                from refresh_token r join session s on s.id = r.session_id join staff_user u on u.id = s.user_id
                where r.hash = $1";
            type Row = (Uuid, Option<i64>, Uuid, i64, Option<i64>, EnumValue<UserStatus>, bool, bool, bool);
            let Some(row) = tx.query_one::<Row>(text, [hash.into()]).await? else { return refused() };
            let (id, used_at, user, ends_at, ended_at, status, is_demo, is_of_now, has_second_factor) = row;
            let is_over =
                now >= ends_at || ended_at.is_some() || status.0 != UserStatus::Active || (is_demo && !is_demo_mode);
            if is_over || !is_of_now {
                return refused();
            }
            // A role that demands it may have been given to her since.
            if !is_demo_mode && !has_second_factor && second_factor::is_demanded(tx, user).await? {
                if is_first {
                    // It is not used up by what it was refused for.
                    let text = "update refresh_token set used_at = null where hash = $1";
                    tx.execute(text, [hashed(token).into()]).await?;
                }
                return Ok(Err(Fault::new(Code::TotpEnrolmentRequired)));
            }
            let successor = reader.keys().successor(token);
            if is_first {
                keep(tx, &successor, id, after(tx.now(), IDLE).min(ends_at)).await?;
                return session(reader, user, id, successor).map(Ok);
            }
            let Some(used_at) = used_at else { return refused() };
            let text = "select 1 from refresh_token where hash = $1 and used_at is null";
            let is_unused = tx.query_one::<i32>(text, [hashed(&successor).into()]).await?.is_some();
            if is_unused && now - used_at <= after(Timestamp::UNIX_EPOCH, GRACE) {
                return session(reader, user, id, successor).map(Ok);
            }
            // Somebody else has it too: nobody stays in by it.
            let text = "update session set ended_at = $2 where id = $1 and ended_at is null";
            if tx.execute(text, [id.into(), now.into()]).await? == 1 {
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
                    tx.execute(text, [user.into(), this.into(), tx.now().as_microsecond().into()]).await?
                }
                Which::All => end_all(tx, user).await?,
            };
            let action = if which == Which::This { "sessionEnd" } else { "sessionEndAll" };
            note(tx, reader, user, action, AuditOutcome::Done).await?;
            Ok(i32::try_from(ended).unwrap_or(i32::MAX))
        })
        .await
}
