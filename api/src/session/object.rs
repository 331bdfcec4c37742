//! The GraphQL face of sessions.

use crate::platform::graphql::mutation::UserError;
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

/// A password that is to be changed.
#[derive(InputObject)]
pub struct PasswordChangeInput {
    /// The password that holds now.
    pub current_password: String,
    /// The password from now on: 12 to 256 characters.
    pub new_password: String,
}

/// For whom a letter is asked for.
#[derive(InputObject)]
pub struct PasswordResetRequestInput {
    /// The e-mail address of the login.
    pub email: String,
}

/// A password that is chosen with a letter's token.
#[derive(InputObject)]
pub struct PasswordResetInput {
    /// The token of the letter's link: what stands behind `#`.
    pub token: String,
    /// The password from now on: 12 to 256 characters.
    pub new_password: String,
}

/// What came of changing what somebody comes in with.
#[derive(SimpleObject)]
pub struct CredentialPayload {
    /// What was refused; empty when it was done.
    pub user_errors: Vec<UserError>,
}

/// What the second factor is set up by: the token of the door, or else the password and the factor that holds now.
#[derive(InputObject)]
pub struct TotpEnrolInput {
    /// The token that `sessionCreate` answered with TOTP_ENROLMENT_REQUIRED.
    pub enrolment_token: Option<String>,
    /// The password of whoever is in.
    pub password: Option<String>,
    /// A code of the factor that was set up before, or a recovery code.
    pub totp: Option<String>,
}

/// What came of beginning to set up the second factor.
#[derive(SimpleObject)]
pub struct TotpEnrolPayload {
    /// The secret in base 32, to be typed into the authenticator; null when it was refused.
    pub secret: Option<String>,
    /// The same as an `otpauth:` address, to be shown as a picture; null when it was refused.
    pub uri: Option<String>,
    /// What was refused; empty when it was done.
    pub user_errors: Vec<UserError>,
}

/// The first code of the second factor.
#[derive(InputObject)]
pub struct TotpConfirmInput {
    /// The token that `sessionCreate` answered with TOTP_ENROLMENT_REQUIRED; without one, whoever is in.
    pub enrolment_token: Option<String>,
    /// The code that the authenticator shows.
    pub totp: String,
}

/// What came of confirming the second factor.
#[derive(SimpleObject)]
pub struct TotpConfirmPayload {
    /// Codes for when the authenticator is lost, each for one use. They are told once; null when it was refused.
    pub recovery_codes: Option<Vec<String>>,
    /// The session of whoever came with an enrolment token; null otherwise.
    pub session: Option<Session>,
    /// What was refused; empty when it was done.
    pub user_errors: Vec<UserError>,
}

/// An invitation that is taken up.
#[derive(InputObject)]
pub struct UserInvitationAcceptInput {
    /// The token of the letter's link: what stands behind `#`.
    pub token: String,
    /// The password that she chooses: 12 to 256 characters. A login that the address has already keeps its own, and gets
    /// the role.
    pub password: String,
}
