//! Root fields by which people come in, stay in and go out.

use super::account::{self, May};
use super::invitation;
use super::mail::Post;
use super::object::{
    CredentialPayload, PasswordChangeInput, PasswordResetInput, PasswordResetRequestInput, SessionCreateInput,
    SessionCreatePayload, SessionEndPayload, SessionRefreshInput, SessionRefreshPayload, TotpConfirmInput,
    TotpConfirmPayload, TotpEnrolInput, TotpEnrolPayload, UserInvitationAcceptInput,
};
use super::rights::Rights;
use super::store::{self, Credentials, SignIn, Which};
use crate::platform::error::Result;
use crate::platform::graphql::mutation::user_errors;
use crate::platform::loading::reader::Reads;
use crate::platform::password::Passwords;
use async_graphql::{Context, Object};
use domain::fault::{Code, Fault, Faults};

/// What letting people in needs besides the database.
#[derive(Clone)]
pub struct Door {
    /// What checks passwords.
    pub passwords: Passwords,
    /// What is known of who is in.
    pub rights: Rights,
    /// What sends letters.
    pub post: Post,
    /// Whether demo logins may come in.
    pub is_demo_mode: bool,
}

/// Reach the door from a resolver's context.
pub trait HasDoor {
    /// The door of this server.
    fn door(&self) -> &Door;
}

impl HasDoor for Context<'_> {
    fn door(&self) -> &Door {
        self.data_unchecked::<Door>()
    }
}

/// Root fields by which people come in, stay in and go out.
#[derive(Default)]
pub struct SessionMutation;

#[Object]
impl SessionMutation {
    /// Come in. Whatever is wrong with the credentials, the refusal is the same.
    async fn session_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The credentials.")] input: SessionCreateInput,
    ) -> Result<SessionCreatePayload> {
        let door = ctx.door();
        let credentials = Credentials {
            email: &input.email,
            password: &input.password,
            totp: input.totp.as_deref(),
            is_demo_mode: door.is_demo_mode,
        };
        let (session, enrolment_token, faults) = match store::create(ctx.reader(), &door.passwords, credentials).await?
        {
            SignIn::In(session) => (Some(session), None, Vec::new()),
            SignIn::Refused(faults) => (None, None, faults),
            SignIn::Enrolment(token) => (None, Some(token), vec![Fault::new(Code::TotpEnrolmentRequired)]),
        };
        Ok(SessionCreatePayload { session, enrolment_token, user_errors: user_errors(ctx, faults) })
    }

    /// Stay in: exchange the refresh token that was given out last, once. Using an older one ends the session.
    async fn session_refresh(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The refresh token.")] input: SessionRefreshInput,
    ) -> Result<SessionRefreshPayload> {
        let door = ctx.door();
        let (session, faults) = match store::refresh(ctx.reader(), &input.refresh_token, door.is_demo_mode).await? {
            Ok(session) => (Some(session), Vec::new()),
            Err(fault) => (None, vec![fault]),
        };
        Ok(SessionRefreshPayload { session, user_errors: user_errors(ctx, faults) })
    }

    /// Go out here: the session of the token that is sent along ends at once.
    async fn session_end(&self, ctx: &Context<'_>) -> Result<SessionEndPayload> {
        let ended = store::end(ctx.reader(), Which::This).await?;
        Ok(SessionEndPayload { ended, user_errors: Vec::new() })
    }

    /// Go out everywhere: all sessions of the person end at once.
    async fn session_end_all(&self, ctx: &Context<'_>) -> Result<SessionEndPayload> {
        let ended = store::end(ctx.reader(), Which::All).await?;
        Ok(SessionEndPayload { ended, user_errors: Vec::new() })
    }

    /// Change one's password. All other sessions of the person end.
    async fn password_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The old one and the new one.")] input: PasswordChangeInput,
    ) -> Result<CredentialPayload> {
        let (door, reader) = (ctx.door(), ctx.reader());
        let done =
            account::change_password(reader, &door.passwords, &input.current_password, &input.new_password).await?;
        Ok(CredentialPayload { user_errors: user_errors(ctx, done) })
    }

    /// Ask for a letter with a link by which another password can be chosen. The answer is the same for every address.
    async fn password_reset_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "For whom.")] input: PasswordResetRequestInput,
    ) -> Result<CredentialPayload> {
        let done = account::request_reset(ctx.reader(), &input.email).await?;
        Ok(CredentialPayload { user_errors: user_errors(ctx, done) })
    }

    /// Choose another password with the token of a letter. All sessions of the person end; her second factor stays.
    async fn password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token and the password.")] input: PasswordResetInput,
    ) -> Result<CredentialPayload> {
        let door = ctx.door();
        let done = account::reset_password(ctx.reader(), &door.passwords, &input.token, &input.new_password).await?;
        Ok(CredentialPayload { user_errors: user_errors(ctx, done) })
    }

    /// Begin to set up the second factor. What was set up before holds until `totpConfirm`.
    async fn totp_enrol(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "By what she may.")] input: TotpEnrolInput,
    ) -> Result<TotpEnrolPayload> {
        let (password, totp) = (input.password.unwrap_or_default(), input.totp);
        let may = match &input.enrolment_token {
            Some(token) => May::Token(token),
            None => May::Session { password: &password, totp: totp.as_deref() },
        };
        let (set_up, faults) = match account::enrol(ctx.reader(), &ctx.door().passwords, may).await? {
            Ok(set_up) => (Some(set_up), Faults::new()),
            Err(faults) => (None, faults),
        };
        let (secret, uri) = set_up.map(|set_up| (set_up.secret, set_up.uri)).unzip();
        Ok(TotpEnrolPayload { secret, uri, user_errors: user_errors(ctx, faults) })
    }

    /// Confirm the second factor by the first code that the authenticator shows.
    async fn totp_confirm(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code.")] input: TotpConfirmInput,
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

    /// Take up an invitation with the token of a letter.
    async fn user_invitation_accept(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token and the password.")] input: UserInvitationAcceptInput,
    ) -> Result<CredentialPayload> {
        let door = ctx.door();
        let done = invitation::accept(ctx.reader(), &door.passwords, &input.token, &input.password).await?;
        Ok(CredentialPayload { user_errors: user_errors(ctx, done) })
    }
}
