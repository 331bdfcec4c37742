//! The GraphQL face of sessions.

use crate::platform::graphql::mutation::UserError;
use async_graphql::{InputObject, SimpleObject};

/// The tokens of a session.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct Session {
    /// The token to send with every request: `Authorization: Bearer …`.
    pub access_token: String,
    /// The token to exchange for the next session by `sessionRefresh`, once.
    pub refresh_token: String,
    /// The lifetime of the access token in seconds.
    pub expires_in: i64,
}

/// The credentials of a person.
#[derive(InputObject)]
pub struct SessionCreateInput {
    /// The e-mail address of the login.
    pub email: String,
    /// The password of the login.
    pub password: String,
    /// The code of the second factor, or one of the recovery codes.
    pub totp: Option<String>,
}

/// The outcome of signing in.
#[derive(SimpleObject)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct SessionCreatePayload {
    /// The session; null when it was refused.
    pub session: Option<Session>,
    /// What the second factor is set up with, by `totpEnrol`, where it must be before anything else
    /// (TOTP_ENROLMENT_REQUIRED); it holds for ten minutes.
    pub enrolment_token: Option<String>,
    /// The refusals of the input; empty when the mutation was carried out.
    pub user_errors: Vec<UserError>,
}

/// The refresh token of a session.
#[derive(InputObject)]
pub struct SessionRefreshInput {
    /// The refresh token that was issued last.
    pub refresh_token: String,
}

/// The outcome of continuing a session.
#[derive(SimpleObject)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct SessionRefreshPayload {
    /// The session; null when it was refused.
    pub session: Option<Session>,
    /// The refusals of the input; empty when the mutation was carried out.
    pub user_errors: Vec<UserError>,
}

/// The outcome of signing out.
#[derive(SimpleObject)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct SessionEndPayload {
    /// The number of sessions that were ended.
    pub ended: i32,
    /// The refusals of the input; empty when the mutation was carried out.
    pub user_errors: Vec<UserError>,
}

/// The current password and the new one.
#[derive(InputObject)]
pub struct PasswordChangeInput {
    /// The current password.
    pub current_password: String,
    /// The new password: 12 to 256 characters.
    pub new_password: String,
}

/// The login whose password is to be reset.
#[derive(InputObject)]
pub struct PasswordResetRequestInput {
    /// The e-mail address of the login.
    pub email: String,
}

/// The confirmation of another e-mail address.
#[derive(InputObject)]
pub struct UserEmailConfirmInput {
    /// The token from the e-mail.
    pub token: String,
    /// The password of the login.
    pub password: String,
}

/// A new password, with the token from an e-mail.
#[derive(InputObject)]
pub struct PasswordResetInput {
    /// The token from the link in the e-mail: what follows `#`.
    pub token: String,
    /// The new password: 12 to 256 characters.
    pub new_password: String,
}

/// The outcome of changing a credential.
#[derive(SimpleObject)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct CredentialPayload {
    /// The refusals of the input; empty when the mutation was carried out.
    pub user_errors: Vec<UserError>,
}

/// What the second factor is set up by: the enrolment token, or else the password and the factor in force.
#[derive(InputObject)]
pub struct TotpEnrolInput {
    /// The token that `sessionCreate` answered with TOTP_ENROLMENT_REQUIRED.
    pub enrolment_token: Option<String>,
    /// The password of the caller, who is signed in.
    pub password: Option<String>,
    /// A code of the factor that was set up before, or a recovery code.
    pub totp: Option<String>,
}

/// The outcome of starting to set up the second factor.
#[derive(SimpleObject)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct TotpEnrolPayload {
    /// The secret in base 32, to be typed into the authenticator; null when it was refused.
    pub secret: Option<String>,
    /// The secret as an `otpauth:` address, to be shown as a QR code; null when it was refused.
    pub uri: Option<String>,
    /// The refusals of the input; empty when the mutation was carried out.
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

/// The outcome of confirming the second factor.
#[derive(SimpleObject)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct TotpConfirmPayload {
    /// Codes for when the authenticator is lost, each for one use. They are shown once; null when it was refused.
    pub recovery_codes: Option<Vec<String>>,
    /// The session of whoever came with an enrolment token; null otherwise.
    pub session: Option<Session>,
    /// The refusals of the input; empty when the mutation was carried out.
    pub user_errors: Vec<UserError>,
}

/// An invitation to accept.
#[derive(InputObject)]
pub struct UserInvitationAcceptInput {
    /// The token from the link in the e-mail: what follows `#`.
    pub token: String,
    /// The password that she chooses: 12 to 256 characters. A login that the address has already keeps its own, and gets
    /// the role.
    pub password: String,
}
