//! How people look after what they come in with: the password, the second factor, and the invitation that begins it all.

use super::attempts::Attempts;
use super::lifetime::{Shown, begin, end_all, end_others, epoch, note};
use super::mail;
use super::object::Session;
use super::one_time::{self, Purpose};
use super::second_factor::{self, SetUp};
use crate::platform::audit::record::AuditOutcome;
use crate::platform::audit::refusal::Wanted;
use crate::platform::error::{Error, Result};
use crate::platform::loading::reader::Reader;
use crate::platform::password::Passwords;
use crate::platform::query::transaction::Tx;
use crate::user::entity;
use domain::actor::Actor;
use domain::fault::{Code, Fault, Faults};
use domain::user::{Staff, UserStatus, check_password};
use sea_orm::ActiveValue;
use uuid::Uuid;

/// Who shows that it is she once more, although she has come in.
struct Own {
    user: Uuid,
    email: String,
    attempts: Attempts,
}

fn staff(reader: &Reader) -> Result<&Staff> {
    match reader.actor() {
        Actor::Staff(staff) => Ok(staff),
        Actor::Anonymous | Actor::Partner(_) | Actor::System(_) => Err(Error::refused(Code::Unauthenticated)),
    }
}

/// Check the password of whoever is in: a token that was left behind must not be enough to change what she comes in
/// with. Failures delay the next try as they do at sign-in.
async fn own(
    reader: &Reader,
    passwords: &Passwords,
    password: &str,
    action: &'static str,
) -> Result<std::result::Result<Own, Fault>> {
    let user = staff(reader)?.user;
    let text =
        "select u.email, s.password_hash from staff_user u join user_secret s on s.user_id = u.id where u.id = $1";
    let (own, hash) = reader
        .as_platform(async |tx| {
            let row = tx.query_one::<(String, Option<String>)>(text, [user.into()]).await?;
            let (email, hash) = row.ok_or_else(|| Error::refused(Code::Unauthenticated))?;
            let attempts = Attempts::on(reader, &email);
            attempts.reserve(tx).await?;
            Ok((Own { user, email, attempts }, hash))
        })
        .await?;
    if passwords.is_right(password.to_owned(), hash).await? {
        return Ok(Ok(own));
    }
    reader.note_refusal(action, Code::InvalidCredentials, Wanted::Person(own.user));
    Ok(Err(Fault::new(Code::InvalidCredentials)))
}

async fn set_password(tx: &Tx<'_>, user: Uuid, hash: String) -> Result<()> {
    let text = "insert into user_secret (user_id, password_hash) values ($1, $2)
        on conflict (user_id) do update set password_hash = $2";
    tx.execute(text, [user.into(), hash.into()]).await.map(drop)
}

/// Change one's password; all other sessions end.
///
/// # Errors
/// UNAUTHENTICATED, RATE_LIMITED, UNAVAILABLE, or the database's refusal. INVALID_CREDENTIALS at `currentPassword` and
/// PASSWORD_INVALID at `newPassword` are answered.
pub async fn change_password(reader: &Reader, passwords: &Passwords, current: &str, new: &str) -> Result<Faults> {
    let session = staff(reader)?.session;
    let mut faults: Faults = check_password(new).err().into_iter().map(|fault| fault.at("newPassword")).collect();
    if new == current {
        faults = vec![Fault::new(Code::PasswordUnchanged).at("newPassword")];
    }
    let own = match own(reader, passwords, current, "passwordChange").await? {
        Ok(own) => own,
        Err(fault) => {
            faults.insert(0, fault.at("currentPassword"));
            return Ok(faults);
        }
    };
    if !faults.is_empty() {
        reader.as_platform(async |tx| own.attempts.release(tx).await).await?;
        return Ok(faults);
    }
    let hash = passwords.hash(new.to_owned()).await?;
    reader
        .as_platform(async |tx| {
            set_password(tx, own.user, hash).await?;
            own.attempts.succeed(tx).await?;
            end_others(tx, own.user, session).await?;
            note(tx, reader, own.user, "passwordChange", AuditOutcome::Done).await
        })
        .await?;
    Ok(faults)
}

/// Ask for an e-mail by which another password can be chosen. Whether there is such a login is found out when the e-mail
/// is written, and not before.
///
/// # Errors
/// The database's refusal. EMAIL_INVALID is answered.
pub async fn request_reset(reader: &Reader, email: &str) -> Result<Faults> {
    let email = match domain::user::email(email) {
        Ok(email) => email,
        Err(fault) => return Ok(vec![fault.at("email")]),
    };
    // Whoever asks does not learn whether it is sent.
    reader.as_platform(async |tx| mail::queue(tx, Purpose::Reset, &email, None).await).await?;
    Ok(Faults::new())
}

/// Choose another password with the token of an e-mail. All sessions end; the second factor stays.
///
/// # Errors
/// UNAVAILABLE, or the database's refusal. TOKEN_INVALID and PASSWORD_INVALID are answered.
pub async fn reset_password(reader: &Reader, passwords: &Passwords, token: &str, new: &str) -> Result<Faults> {
    let refused = || {
        reader.note_refusal("passwordReset", Code::TokenInvalid, Wanted::Somebody);
        vec![Fault::new(Code::TokenInvalid).at("token")]
    };
    if let Err(fault) = check_password(new) {
        return Ok(vec![fault.at("newPassword")]);
    }
    if reader.as_platform(async |tx| one_time::look(tx, token, Purpose::Reset).await).await?.is_none() {
        return Ok(refused());
    }
    let hash = passwords.hash(new.to_owned()).await?;
    reader
        .as_platform(async |tx| {
            let Some(holder) = one_time::take(tx, token, Purpose::Reset).await? else { return Ok(refused()) };
            let text = "select email from staff_user where id = $1 and status = 'ACTIVE'";
            let Some(email) = tx.query_one::<String>(text, [holder.into()]).await? else { return Ok(refused()) };
            Attempts::on(reader, &email).succeed(tx).await?;
            set_password(tx, holder, hash).await?;
            end_all(tx, holder).await?;
            note(tx, reader, holder, "passwordReset", AuditOutcome::Done).await?;
            Ok(Faults::new())
        })
        .await
}

/// Confirm another address with the token of an e-mail to it, and the password: whoever had it changed for her does not know
/// that. All sessions end.
///
/// # Errors
/// RATE_LIMITED, UNAVAILABLE, or the database's refusal. TOKEN_INVALID and INVALID_CREDENTIALS are answered.
pub async fn confirm_email(reader: &Reader, passwords: &Passwords, token: &str, password: &str) -> Result<Faults> {
    let refused = || {
        reader.note_refusal("userEmailConfirm", Code::TokenInvalid, Wanted::Somebody);
        vec![Fault::new(Code::TokenInvalid).at("token")]
    };
    let text =
        "select u.email, s.password_hash from staff_user u join user_secret s on s.user_id = u.id where u.id = $1";
    let found = reader
        .as_platform(async |tx| {
            let Some(user) = one_time::look(tx, token, Purpose::Email).await? else { return Ok(None) };
            let row = tx.query_one::<(String, Option<String>)>(text, [user.into()]).await?;
            let Some((email, hash)) = row else { return Ok(None) };
            let attempts = Attempts::on(reader, &email);
            attempts.reserve(tx).await?;
            Ok(Some((user, attempts, hash)))
        })
        .await?;
    let Some((user, attempts, hash)) = found else { return Ok(refused()) };
    if !passwords.is_right(password.to_owned(), hash).await? {
        reader.note_refusal("userEmailConfirm", Code::InvalidCredentials, Wanted::Person(user));
        return Ok(vec![Fault::new(Code::InvalidCredentials).at("password")]);
    }
    let done = reader.as_platform(async |tx| {
        attempts.release(tx).await?;
        let (Some(email), Some(_)) =
            (one_time::email_of(tx, token).await?, one_time::take(tx, token, Purpose::Email).await?)
        else {
            return Ok(false);
        };
        let locked = tx.lock_for_update::<entity::Entity>(user).await?;
        if locked.row().status.0 != UserStatus::Active {
            return Ok(false);
        }
        // Another login may have it: whoever confirms it learns that it cannot be hers, and no more.
        let change = async || tx.update(locked, |row| row.email = ActiveValue::Set(email)).await;
        if tx.try_unique(change).await?.is_none() {
            return Ok(false);
        }
        end_all(tx, user).await?;
        note(tx, reader, user, "userEmailConfirm", AuditOutcome::Done).await?;
        Ok(true)
    });
    Ok(if done.await? { Faults::new() } else { refused() })
}

/// By what somebody shows that she may set up the second factor.
pub enum May<'a> {
    /// By the token that she was given at sign-in.
    Token(&'a str),
    /// By the session that she is in, her password, and the factor that she has set up before.
    Session {
        /// Her password.
        password: &'a str,
        /// A code of the factor that holds now.
        totp: Option<&'a str>,
    },
}

/// Whose token this is, while it may still set up her second factor. Once she has one, a token that was given before
/// replaces nothing.
async fn enrolling(tx: &Tx<'_>, token: &str) -> Result<Option<Uuid>> {
    match one_time::look(tx, token, Purpose::Enrolment).await? {
        Some(holder) if !second_factor::is_set_up(tx, holder).await? => Ok(Some(holder)),
        _ => Ok(None),
    }
}

/// Begin to set up the second factor.
///
/// # Errors
/// UNAUTHENTICATED, RATE_LIMITED, UNAVAILABLE, or the database's refusal. TOKEN_INVALID, INVALID_CREDENTIALS,
/// TOTP_REQUIRED and TOTP_INVALID are answered.
pub async fn enrol(reader: &Reader, passwords: &Passwords, may: May<'_>) -> Result<std::result::Result<SetUp, Faults>> {
    let (password, given) = match may {
        May::Session { password, totp } => (password, totp),
        May::Token(token) => {
            return reader
                .as_platform(async |tx| {
                    let Some(holder) = enrolling(tx, token).await? else {
                        return Ok(Err(vec![Fault::new(Code::TokenInvalid).at("enrolmentToken")]));
                    };
                    let text = "select email from staff_user where id = $1";
                    let email = tx.query_one::<String>(text, [holder.into()]).await?;
                    let email = email.ok_or_else(|| Error::internal("a token of nobody's"))?;
                    second_factor::begin(tx, reader.keys(), holder, &email).await.map(Ok)
                })
                .await;
        }
    };
    let own = match own(reader, passwords, password, "totpEnrol").await? {
        Ok(own) => own,
        Err(fault) => return Ok(Err(vec![fault.at("password")])),
    };
    reader
        .as_platform(async |tx| {
            if second_factor::is_set_up(tx, own.user).await? {
                let refused = |code| Ok(Err(vec![Fault::new(code).at("totp")]));
                let Some(given) = given else {
                    own.attempts.release(tx).await?;
                    return refused(Code::TotpRequired);
                };
                if !second_factor::accept(tx, reader.keys(), own.user, given).await? {
                    reader.note_refusal("totpEnrol", Code::TotpInvalid, Wanted::Person(own.user));
                    return refused(Code::TotpInvalid);
                }
            }
            own.attempts.release(tx).await?;
            second_factor::begin(tx, reader.keys(), own.user, &own.email).await.map(Ok)
        })
        .await
}

/// What came of setting up the second factor.
pub struct Confirmed {
    /// Codes for when the authenticator is lost, told once.
    pub recovery_codes: Vec<String>,
    /// The session of whoever came with a token.
    pub session: Option<Session>,
}

/// Confirm the second factor by its first code.
///
/// # Errors
/// UNAUTHENTICATED, RATE_LIMITED, or the database's refusal. TOKEN_INVALID and TOTP_INVALID are answered.
pub async fn confirm(
    reader: &Reader,
    token: Option<&str>,
    code: &str,
) -> Result<std::result::Result<Confirmed, Faults>> {
    let signed_in = match token {
        None => Some(staff(reader)?.user),
        Some(_) => None,
    };
    reader
        .as_platform(async |tx| {
            let holder = match token {
                Some(token) => enrolling(tx, token).await?,
                None => signed_in,
            };
            let Some(user) = holder else { return Ok(Err(vec![Fault::new(Code::TokenInvalid).at("enrolmentToken")])) };
            let attempts = Attempts::on(reader, &user.to_string());
            attempts.reserve(tx).await?;
            let Some(recovery_codes) = second_factor::confirm(tx, reader.keys(), user, code).await? else {
                reader.note_refusal("totpConfirm", Code::TotpInvalid, Wanted::Person(user));
                return Ok(Err(vec![Fault::new(Code::TotpInvalid).at("totp")]));
            };
            attempts.succeed(tx).await?;
            note(tx, reader, user, "totpConfirm", AuditOutcome::Done).await?;
            let session = match token {
                Some(token) => {
                    if one_time::take(tx, token, Purpose::Enrolment).await?.is_none() {
                        return Err(Error::internal("a token was used while it was held"));
                    }
                    end_all(tx, user).await?;
                    begin(tx, reader, user, Shown { epoch: epoch(tx, user).await?, has_second_factor: true }).await?
                }
                None => {
                    let session = staff(reader)?.session;
                    end_others(tx, user, session).await?;
                    let text = "update session set has_second_factor = true where id = $1";
                    tx.execute(text, [session.into()]).await?;
                    None
                }
            };
            Ok(Ok(Confirmed { recovery_codes, session }))
        })
        .await
}
