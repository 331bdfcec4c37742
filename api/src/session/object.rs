//! The GraphQL face of sessions.

use crate::platform::mutation::UserError;
use async_graphql::{InputObject, SimpleObject};

/// What somebody stays in with.
#[derive(SimpleObject, Clone, Debug)]
pub struct Session {
    /// What is sent with every request: `Authorization: Bearer …`.
    pub access_token: String,
    /// What is exchanged for the next session by `sessionRefresh`, once.
    pub refresh_token: String,
    /// For how many seconds the access token holds.
    pub expires_in: i64,
}

/// What somebody comes in with.
#[derive(InputObject)]
pub struct SessionCreateInput {
    /// Her e-mail address.
    pub email: String,
    /// Her password.
    pub password: String,
    /// The code of the second factor, or one of the recovery codes.
    pub totp: Option<String>,
}

/// What came of coming in.
#[derive(SimpleObject)]
pub struct SessionCreatePayload {
    /// The session; null when it was refused.
    pub session: Option<Session>,
    /// What the second factor is set up with, by `totpEnrol`, where it must be before anything else
    /// (TOTP_ENROLMENT_REQUIRED); it holds for ten minutes.
    pub enrolment_token: Option<String>,
    /// What was refused; empty when it was done.
    pub user_errors: Vec<UserError>,
}

/// What a session is continued with.
#[derive(InputObject)]
pub struct SessionRefreshInput {
    /// The refresh token that was given out last.
    pub refresh_token: String,
}

/// What came of continuing a session.
#[derive(SimpleObject)]
pub struct SessionRefreshPayload {
    /// The session; null when it was refused.
    pub session: Option<Session>,
    /// What was refused; empty when it was done.
    pub user_errors: Vec<UserError>,
}

/// What came of going out.
#[derive(SimpleObject)]
pub struct SessionEndPayload {
    /// How many sessions were ended.
    pub ended: i32,
    /// What was refused; empty when it was done.
    pub user_errors: Vec<UserError>,
}
