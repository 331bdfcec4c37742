//! Root fields by which people come in, stay in and go out.

use super::account::{self, May};
use super::admission::{admit_as, admit_from};
use super::invitation;
use super::mail::Mailer;
use super::object::{
    CredentialPayload, PasswordChangeInput, PasswordResetInput, PasswordResetRequestInput, SessionCreateInput,
    SessionCreatePayload, SessionEndPayload, SessionRefreshInput, SessionRefreshPayload, TotpConfirmInput,
    TotpConfirmPayload, TotpEnrolInput, TotpEnrolPayload, UserEmailConfirmInput, UserInvitationAcceptInput,
};
use super::rights::Rights;
use super::store::{self, Credentials, SignIn, Which};
use crate::platform::error::{Error, Result};
use crate::platform::graphql::mutation::user_errors;
use crate::platform::loading::reader::Reads;
use crate::platform::password::Passwords;
use crate::platform::rate_limit::{RateLimits, Standing};
use async_graphql::{Context, Object};
use domain::fault::{Code, Fault, Faults};

/// The services that authentication needs besides the database.
#[derive(Clone)]
pub struct AuthServices {
    /// What checks passwords.
    pub passwords: Passwords,
    /// What is known of who is in.
    pub rights: Rights,
    /// How much everybody may ask for.
    pub rate_limits: RateLimits,
    /// What sends e-mails.
    pub mailer: Mailer,
    /// Whether demo logins may come in.
    pub is_demo_mode: bool,
}

/// Reach the authentication services from a resolver's context.
pub trait HasAuthServices {
    /// The authentication services of this server.
    fn auth(&self) -> &AuthServices;
}

impl HasAuthServices for Context<'_> {
    fn auth(&self) -> &AuthServices {
        self.data_unchecked::<AuthServices>()
    }
}

/// Too many want to come in from there.
fn admitted(admitted: std::result::Result<(), Standing>) -> Result<()> {
    admitted.map_err(|standing| Error::rate_limited(standing.retry_after().unwrap_or_default()))
}

/// Root fields by which people come in, stay in and go out.
#[derive(Default)]
pub struct SessionMutation;

#[Object]
impl SessionMutation {
    /// Signs a person in. Whatever is wrong with the credentials, the refusal is the same. Codes in `userErrors`:
    /// INVALID_CREDENTIALS, TOTP_REQUIRED, TOTP_ENROLMENT_REQUIRED.
    async fn session_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The e-mail address, the password, and the code of the second factor where there is one.")]
        input: SessionCreateInput,
    ) -> Result<SessionCreatePayload> {
        let auth = ctx.auth();
        let credentials = Credentials {
            email: &input.email,
            password: &input.password,
            totp: input.totp.as_deref(),
            is_demo_mode: auth.is_demo_mode,
        };
        let from = ctx.reader().origin().address;
        admitted(admit_from(&auth.rate_limits, from, 1).await)?;
        admitted(admit_as(&auth.rate_limits, from, &store::identity(&input.email)).await)?;
        let (session, enrolment_token, faults) = match store::create(ctx.reader(), &auth.passwords, credentials).await?
        {
            SignIn::In(session) => (Some(session), None, Vec::new()),
            SignIn::Refused(faults) => (None, None, faults),
            SignIn::Enrolment(token) => (None, Some(token), vec![Fault::new(Code::TotpEnrolmentRequired)]),
        };
        Ok(SessionCreatePayload { session, enrolment_token, user_errors: user_errors(ctx, faults) })
    }

    /// Continues a session: exchanges the refresh token that was issued last, once. Using an older one ends the
    /// session. Codes in `userErrors`: TOKEN_INVALID, TOTP_ENROLMENT_REQUIRED.
    async fn session_refresh(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The refresh token of the session.")] input: SessionRefreshInput,
    ) -> Result<SessionRefreshPayload> {
        let auth = ctx.auth();
        let (session, faults) = match store::refresh(ctx.reader(), &input.refresh_token, auth.is_demo_mode).await? {
            Ok(session) => (Some(session), Vec::new()),
            Err(fault) => (None, vec![fault]),
        };
        Ok(SessionRefreshPayload { session, user_errors: user_errors(ctx, faults) })
    }

    /// Signs the caller out: the session of the token that is sent along ends at once.
    async fn session_end(&self, ctx: &Context<'_>) -> Result<SessionEndPayload> {
        let ended = store::end(ctx.reader(), Which::This).await?;
        Ok(SessionEndPayload { ended, user_errors: Vec::new() })
    }

    /// Signs the caller out everywhere: all her sessions end at once.
    async fn session_end_all(&self, ctx: &Context<'_>) -> Result<SessionEndPayload> {
        let ended = store::end(ctx.reader(), Which::All).await?;
        Ok(SessionEndPayload { ended, user_errors: Vec::new() })
    }

    /// Changes the caller's password. All her other sessions end. Codes in `userErrors`: INVALID_CREDENTIALS (at
    /// `currentPassword`), PASSWORD_INVALID, PASSWORD_UNCHANGED (at `newPassword`).
    async fn password_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The current password and the new one.")] input: PasswordChangeInput,
    ) -> Result<CredentialPayload> {
        let (auth, reader) = (ctx.auth(), ctx.reader());
        let done =
            account::change_password(reader, &auth.passwords, &input.current_password, &input.new_password).await?;
        Ok(CredentialPayload { user_errors: user_errors(ctx, done) })
    }

    /// Sends an e-mail with a link by which another password can be set. The answer is the same for every address.
    /// Codes in `userErrors`: EMAIL_INVALID.
    async fn password_reset_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The e-mail address of the login.")] input: PasswordResetRequestInput,
    ) -> Result<CredentialPayload> {
        // Each sends a letter to somebody, and costs whoever asks nothing.
        admitted(admit_from(&ctx.auth().rate_limits, ctx.reader().origin().address, 10).await)?;
        let done = account::request_reset(ctx.reader(), &input.email).await?;
        Ok(CredentialPayload { user_errors: user_errors(ctx, done) })
    }

    /// Sets another password with the token from an e-mail. All sessions of the person end; her second factor stays.
    /// Codes in `userErrors`: TOKEN_INVALID, PASSWORD_INVALID.
    async fn password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token from the e-mail, and the new password.")] input: PasswordResetInput,
    ) -> Result<CredentialPayload> {
        let auth = ctx.auth();
        let done = account::reset_password(ctx.reader(), &auth.passwords, &input.token, &input.new_password).await?;
        Ok(CredentialPayload { user_errors: user_errors(ctx, done) })
    }

    /// Starts to set up the second factor. The one before, if any, stays in force until `totpConfirm`. Codes in
    /// `userErrors`: TOKEN_INVALID, INVALID_CREDENTIALS, TOTP_REQUIRED, TOTP_INVALID.
    async fn totp_enrol(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The enrolment token, or the password of who is signed in.")] input: TotpEnrolInput,
    ) -> Result<TotpEnrolPayload> {
        let (password, totp) = (input.password.unwrap_or_default(), input.totp);
        let may = match &input.enrolment_token {
            Some(token) => May::Token(token),
            None => May::Session { password: &password, totp: totp.as_deref() },
        };
        let (set_up, faults) = match account::enrol(ctx.reader(), &ctx.auth().passwords, may).await? {
            Ok(set_up) => (Some(set_up), Faults::new()),
            Err(faults) => (None, faults),
        };
        let (secret, uri) = set_up.map(|set_up| (set_up.secret, set_up.uri)).unzip();
        Ok(TotpEnrolPayload { secret, uri, user_errors: user_errors(ctx, faults) })
    }

    /// Confirms the second factor by the first code that the authenticator shows. All other sessions of the person end.
    /// Codes in `userErrors`: TOKEN_INVALID, TOTP_INVALID.
    async fn totp_confirm(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first code that the authenticator shows.")] input: TotpConfirmInput,
    ) -> Result<TotpConfirmPayload> {
        let confirmed = account::confirm(ctx.reader(), input.enrolment_token.as_deref(), &input.totp).await?;
        let (confirmed, faults) = match confirmed {
            Ok(confirmed) => (Some(confirmed), Faults::new()),
            Err(faults) => (None, faults),
        };
        let (recovery_codes, session) =
            confirmed.map(|confirmed| (confirmed.recovery_codes, confirmed.session)).unzip();
        let user_errors = user_errors(ctx, faults);
        Ok(TotpConfirmPayload { recovery_codes, session: session.flatten(), user_errors })
    }

    /// Confirms another e-mail address with the token from an e-mail to it, and the password. All sessions of the person end. Codes
    /// in `userErrors`: TOKEN_INVALID, INVALID_CREDENTIALS.
    async fn user_email_confirm(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token from the e-mail, and the password of the login.")] input: UserEmailConfirmInput,
    ) -> Result<CredentialPayload> {
        let auth = ctx.auth();
        let done = account::confirm_email(ctx.reader(), &auth.passwords, &input.token, &input.password).await?;
        Ok(CredentialPayload { user_errors: user_errors(ctx, done) })
    }

    /// Accepts an invitation with the token from an e-mail, and sets the password. Codes in `userErrors`:
    /// TOKEN_INVALID, PASSWORD_INVALID.
    async fn user_invitation_accept(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token from the e-mail, and the password to set.")] input: UserInvitationAcceptInput,
    ) -> Result<CredentialPayload> {
        let auth = ctx.auth();
        let done = invitation::accept(ctx.reader(), &auth.passwords, &input.token, &input.password).await?;
        Ok(CredentialPayload { user_errors: user_errors(ctx, done) })
    }
}
