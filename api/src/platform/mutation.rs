//! Mutations: one transaction each, refusals of a form in `userErrors`, and an answer that a repeat gets again.

use crate::platform::error::{Error, Result};
use crate::platform::error_code::ErrorCode;
use crate::platform::keys::hashed;
use crate::platform::reader::{Reader, Reads};
use crate::platform::tx::Tx;
use async_graphql::{Context, InputType, SimpleObject};
use domain::fault::{Code, Fault, Faults};
use domain::text::Locale;
use sea_orm::{Statement, Value};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What is refused in the input of a mutation.
#[derive(SimpleObject, Clone, Debug)]
pub struct UserError {
    /// What it is.
    pub code: ErrorCode,
    /// Where in `input`: names of fields from the outside in, list positions as decimal strings; null when it is about
    /// the whole.
    pub field: Option<Vec<String>>,
    /// What it is, for a person, in the language of the request.
    pub message: String,
}

/// The refusals of a form, in the language of the request.
pub fn user_errors(ctx: &Context<'_>, faults: Faults) -> Vec<UserError> {
    let locale = ctx.reader().locales().first().copied().unwrap_or(Locale::Ar);
    let error = |fault: Fault| UserError {
        code: fault.code.into(),
        field: (!fault.field.is_empty()).then_some(fault.field),
        message: fault.code.message(locale).to_owned(),
    };
    faults.into_iter().map(error).collect()
}

/// What came of a mutation: the thing, or what was refused; both when the thing stands in the way.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The key of the thing.
    pub thing: Option<Uuid>,
    /// What was refused.
    pub faults: Faults,
}

impl Outcome {
    /// The outcome of work that is over: refusals of a form are one, everything else is an error.
    ///
    /// # Errors
    /// What is no refusal of a form.
    pub fn of(done: Result<Uuid>) -> Result<Self> {
        match done {
            Ok(thing) => Ok(Self { thing: Some(thing), faults: Faults::new() }),
            Err(error) => error.into_faults().map(|(faults, thing)| Self { thing, faults }),
        }
    }
}

/// How an outcome is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    thing: Option<Uuid>,
    faults: Vec<(Code, Vec<String>)>,
}

/// A key under which a client may send the same mutation again: it is done once.
pub struct Idempotency {
    key: String,
    input: String,
}

/// The longest such key, in characters.
const LONGEST: usize = 128;

impl Idempotency {
    /// The key that an input carries, with what tells this input from another.
    ///
    /// # Errors
    /// BAD_USER_INPUT naming `input.idempotencyKey`.
    pub fn of(key: Option<&String>, input: &impl InputType) -> Result<Option<Self>> {
        let Some(key) = key else { return Ok(None) };
        if key.is_empty() || key.chars().count() > LONGEST || key.contains(char::is_control) {
            return Err(Error::argument("input.idempotencyKey"));
        }
        let input = input.to_value().into_json().map_err(Error::internal)?.to_string();
        Ok(Some(Self { key: key.clone(), input: hashed(&input) }))
    }

    /// Take the key for this transaction; what came of it the first time, when it was taken before.
    async fn claim(&self, tx: &Tx<'_>, actor: Uuid, mutation: &str) -> Result<Option<Outcome>> {
        let sql = "insert into idempotency (actor, mutation, key, input, made_at) values ($1, $2, $3, $4, $5)
            on conflict (actor, mutation, key) do nothing";
        let values: [Value; 5] = [
            actor.into(),
            mutation.into(),
            self.key.clone().into(),
            self.input.clone().into(),
            tx.now().as_microsecond().into(),
        ];
        if tx.execute(Statement::from_sql_and_values(tx.backend(), sql, values)).await? == 1 {
            return Ok(None);
        }
        let sql =
            "select input, cast(outcome as text) from idempotency where actor = $1 and mutation = $2 and key = $3";
        let named: [Value; 3] = [actor.into(), mutation.into(), self.key.clone().into()];
        let rows = tx.query(Statement::from_sql_and_values(tx.backend(), sql, named)).await?;
        let row = rows.first().ok_or_else(|| Error::internal("an idempotency key is taken and not there"))?;
        if row.try_get_by_index::<String>(0)? != self.input {
            return Err(Fault::new(Code::IdempotencyKeyReused).at("idempotencyKey").into());
        }
        let kept: Kept = serde_json::from_str(&row.try_get_by_index::<String>(1)?).map_err(Error::internal)?;
        let faults = kept.faults.into_iter().map(|(code, field)| Fault { code, field }).collect();
        Ok(Some(Outcome { thing: kept.thing, faults }))
    }

    /// Keep what came of it.
    async fn settle(&self, tx: &Tx<'_>, actor: Uuid, mutation: &str, outcome: &Outcome) -> Result<()> {
        let faults = outcome.faults.iter().map(|fault| (fault.code, fault.field.clone())).collect();
        let kept = serde_json::to_value(Kept { thing: outcome.thing, faults }).map_err(Error::internal)?;
        let sql = "update idempotency set outcome = $4 where actor = $1 and mutation = $2 and key = $3";
        let values: [Value; 4] =
            [actor.into(), mutation.into(), self.key.clone().into(), Value::Json(Some(Box::new(kept)))];
        tx.execute(Statement::from_sql_and_values(tx.backend(), sql, values)).await.map(drop)
    }
}

impl Reader {
    /// Do what a mutation asks for, in its own transaction; `work` answers the key of the thing.
    ///
    /// # Errors
    /// UNAUTHENTICATED to nobody in particular, and what is no refusal of a form.
    pub async fn mutate(
        &self,
        mutation: &str,
        once: Option<Idempotency>,
        work: impl AsyncFnOnce(&Tx<'_>) -> Result<Uuid> + Clone,
    ) -> Result<Outcome> {
        self.signed_in()?;
        let (Some(actor), Some(once)) = (self.actor().key(), once) else {
            return Outcome::of(self.write(mutation, work).await);
        };
        let done = self.write(mutation, async |tx| {
            if let Some(outcome) = once.claim(tx, actor, mutation).await? {
                return Ok(outcome);
            }
            // What came of it is kept also when nothing did.
            let whole = async || {
                let thing = work(tx).await?;
                tx.project().await?;
                Ok(thing)
            };
            let outcome = Outcome::of(tx.undone_unless_done(whole).await)?;
            once.settle(tx, actor, mutation, &outcome).await?;
            Ok(outcome)
        });
        match done.await {
            Ok(outcome) => Ok(outcome),
            Err(error) => error.into_faults().map(|(faults, thing)| Outcome { thing, faults }),
        }
    }
}

/// Declare a payload: the thing, null when it was refused, and `userErrors`.
#[macro_export]
macro_rules! payload {
    ($(#[$about:meta])* $name:ident { $(#[$doc:meta])* $field:ident: $thing:ty }) => {
        $(#[$about])*
        #[derive(async_graphql::SimpleObject)]
        pub struct $name {
            $(#[$doc])*
            pub $field: Option<$thing>,
            /// What was refused; empty when it was done.
            pub user_errors: Vec<$crate::platform::mutation::UserError>,
        }

        impl $name {
            /// The payload of an outcome: the thing is read again, with the caller's present rights.
            ///
            /// # Errors
            /// What the reading answered.
            pub async fn of(
                ctx: &async_graphql::Context<'_>,
                outcome: $crate::platform::mutation::Outcome,
                find: impl AsyncFnOnce(uuid::Uuid) -> $crate::platform::error::Result<Option<$thing>>,
            ) -> $crate::platform::error::Result<Self> {
                let $field = match outcome.thing {
                    Some(key) => find(key).await?,
                    None => None,
                };
                let user_errors = $crate::platform::mutation::user_errors(ctx, outcome.faults);
                Ok(Self { $field, user_errors })
            }
        }
    };
}
