//! Tokens that are used once: to take up an invitation, to choose another password, to set up the second factor.

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
    }
}

impl Purpose {
    /// How long such a token holds.
    pub const fn lasts(self) -> SignedDuration {
        match self {
            Self::Invitation => SignedDuration::from_hours(7 * 24),
            Self::Reset => SignedDuration::from_mins(30),
            Self::Enrolment => SignedDuration::from_mins(10),
        }
    }
}

/// For whom a token is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Holder {
    /// The user.
    pub user: Uuid,
    /// Who invited her; none: the platform itself.
    pub given_by: Option<Uuid>,
}

/// Give a token out; its hash alone is kept.
///
/// # Errors
/// The database's refusal.
pub(crate) async fn give(tx: &Tx<'_>, user: Uuid, purpose: Purpose, given_by: Option<Uuid>) -> Result<String> {
    let token = secret();
    let text = "insert into one_time_token (hash, user_id, purpose, given_by, expires_at) values ($1, $2, $3, $4, $5)";
    let expires_at = after(tx.now(), purpose.lasts());
    let values = [hashed(&token).into(), user.into(), purpose.as_str().into(), given_by.into(), expires_at.into()];
    tx.execute(text, values).await?;
    Ok(token)
}

/// For whom a token is that can still be used.
///
/// # Errors
/// The database's refusal.
pub(crate) async fn look(tx: &Tx<'_>, token: &str, purpose: Purpose) -> Result<Option<Holder>> {
    let text = "select user_id, given_by from one_time_token
        where hash = $1 and purpose = $2 and used_at is null and expires_at > $3";
    let values = [hashed(token).into(), purpose.as_str().into(), tx.now().as_microsecond().into()];
    let row = tx.query_one(text, values).await?;
    Ok(row.map(|(user, given_by)| Holder { user, given_by }))
}

/// Use a token; nobody, when it was used before, even a moment ago.
///
/// # Errors
/// The database's refusal.
pub(crate) async fn take(tx: &Tx<'_>, token: &str, purpose: Purpose) -> Result<Option<Holder>> {
    let Some(holder) = look(tx, token, purpose).await? else { return Ok(None) };
    let text = "update one_time_token set used_at = $2 where hash = $1 and used_at is null";
    let used = tx.execute(text, [hashed(token).into(), tx.now().as_microsecond().into()]).await?;
    Ok((used == 1).then_some(holder))
}
