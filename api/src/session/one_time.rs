//! Tokens that are used once: to take up an invitation, to choose another password, to set up the second factor, to confirm an
//! address.

use super::lifetime::after;
use crate::platform::error::Result;
use crate::platform::keys::{hashed, secret};
use crate::platform::query::transaction::Tx;
use domain::codes;
use domain::codes::Coded;
use jiff::SignedDuration;
use uuid::Uuid;

codes! {
    /// What a token is for.
    Purpose {
        /// To take up an invitation.
        Invitation = "INVITATION",
        /// To choose another password.
        Reset = "RESET",
        /// To set up the second factor before coming in.
        Enrolment = "ENROLMENT",
        /// To confirm another address.
        Email = "EMAIL",
    }
}

impl Purpose {
    /// How long such a token holds.
    pub const fn lasts(self) -> SignedDuration {
        match self {
            Self::Invitation => SignedDuration::from_hours(7 * 24),
            Self::Reset => SignedDuration::from_mins(30),
            Self::Enrolment => SignedDuration::from_mins(10),
            Self::Email => SignedDuration::from_hours(24),
        }
    }
}

/// Give a token out by credentials of an epoch; its hash alone is kept. When they have changed since they were looked at, it does
/// not hold.
///
/// # Errors
/// The database's refusal.
pub(crate) async fn give(tx: &Tx<'_>, user: Uuid, purpose: Purpose, epoch: i32) -> Result<String> {
    let token = secret();
    let text = "insert into one_time_token (hash, user_id, purpose, expires_at, epoch) values ($1, $2, $3, $4, $5)";
    let expires_at = after(tx.now(), purpose.lasts());
    let values = [hashed(&token).into(), user.into(), purpose.as_str().into(), expires_at.into(), epoch.into()];
    tx.execute(text, values).await?;
    Ok(token)
}

/// The same to confirm an address.
///
/// # Errors
/// The database's refusal.
pub(crate) async fn give_for_email(tx: &Tx<'_>, user: Uuid, email: &str, epoch: i32) -> Result<String> {
    let token = give(tx, user, Purpose::Email, epoch).await?;
    let text = "update one_time_token set email = $2 where hash = $1";
    tx.execute(text, [hashed(&token).into(), email.into()]).await?;
    Ok(token)
}

/// The address that a token confirms.
///
/// # Errors
/// The database's refusal.
pub(crate) async fn email_of(tx: &Tx<'_>, token: &str) -> Result<Option<String>> {
    let text = "select email from one_time_token where hash = $1 and email is not null";
    tx.query_one(text, [hashed(token).into()]).await
}

/// For whom a token is that can still be used: nobody's credentials have changed since it was given.
///
/// # Errors
/// The database's refusal.
pub(crate) async fn look(tx: &Tx<'_>, token: &str, purpose: Purpose) -> Result<Option<Uuid>> {
    let text = "select t.user_id from one_time_token t
        join staff_user u on u.id = t.user_id and u.credential_epoch = t.epoch
        where t.hash = $1 and t.purpose = $2 and t.used_at is null and t.expires_at > $3";
    let values = [hashed(token).into(), purpose.as_str().into(), tx.now().as_microsecond().into()];
    tx.query_one(text, values).await
}

/// Use a token; nobody, when it was used before, even a moment ago.
///
/// # Errors
/// The database's refusal.
pub(crate) async fn take(tx: &Tx<'_>, token: &str, purpose: Purpose) -> Result<Option<Uuid>> {
    let Some(holder) = look(tx, token, purpose).await? else { return Ok(None) };
    let text = "update one_time_token set used_at = $2 where hash = $1 and used_at is null";
    let used = tx.execute(text, [hashed(token).into(), tx.now().as_microsecond().into()]).await?;
    Ok((used == 1).then_some(holder))
}
