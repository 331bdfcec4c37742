//! Root fields by which people come in, stay in and go out.

use super::object::{
    SessionCreateInput, SessionCreatePayload, SessionEndPayload, SessionRefreshInput, SessionRefreshPayload,
};
use super::rights::Rights;
use super::store::{self, Credentials, SignIn, Which};
use crate::platform::error::Result;
use crate::platform::mutation::user_errors;
use crate::platform::password::Passwords;
use crate::platform::reader::Reads;
use async_graphql::{Context, Object};
use domain::fault::{Code, Fault};

/// What letting people in needs besides the database.
#[derive(Clone)]
pub struct Door {
    /// What checks passwords.
    pub passwords: Passwords,
    /// What is known of who is in.
    pub rights: Rights,
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
            Err(fault) => {
                door.rights.forget();
                (None, vec![fault])
            }
        };
        Ok(SessionRefreshPayload { session, user_errors: user_errors(ctx, faults) })
    }

    /// Go out here: the session of the token that is sent along ends at once.
    async fn session_end(&self, ctx: &Context<'_>) -> Result<SessionEndPayload> {
        let ended = store::end(ctx.reader(), Which::This).await?;
        ctx.door().rights.forget();
        Ok(SessionEndPayload { ended, user_errors: Vec::new() })
    }

    /// Go out everywhere: all sessions of the person end at once.
    async fn session_end_all(&self, ctx: &Context<'_>) -> Result<SessionEndPayload> {
        let ended = store::end(ctx.reader(), Which::All).await?;
        ctx.door().rights.forget();
        Ok(SessionEndPayload { ended, user_errors: Vec::new() })
    }
}
