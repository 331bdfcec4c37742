//! Mutations: one transaction each, refusals of a form in `userErrors`, and an answer that a repeat gets again.

use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::keys::hashed;
use crate::platform::loading::object::NodeObject;
use crate::platform::loading::reader::Reads;
use crate::platform::query::stored::EnumValue;
use crate::platform::query::transaction::Tx;
use async_graphql::{Context, ID, InputType, MaybeUndefined, SimpleObject, Value as ConstValue};
use domain::fault::{Code, Fault, Faults};
use domain::text::Locale;
use sea_orm::Value;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A refusal of the input of a mutation.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct UserError {
    /// The code of the refusal.
    pub code: EnumValue<Code>,
    /// The path of the refused field in `input`: names of fields from the outside in, list positions as decimal strings; null when the refusal is about the whole.
    pub field: Option<Vec<String>>,
    /// The refusal as a sentence for people, in the language of the request.
    pub message: String,
}

/// The refusals of a form, in the language of the request.
pub fn user_errors(ctx: &Context<'_>, faults: Faults) -> Vec<UserError> {
    let locale = ctx.reader().locales().first().copied().unwrap_or(Locale::Ar);
    let error = |fault: Fault| UserError {
        code: EnumValue(fault.code),
        message: fault.message(locale),
        field: (!fault.field.is_empty()).then_some(fault.field),
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
    faults: Vec<(Code, Vec<String>, Option<String>)>,
}

/// A key under which a client may send the same mutation again: it is done once.
#[derive(Clone)]
struct Idempotency {
    key: String,
    /// The hash of the whole input, which tells this input from another.
    input: String,
}

/// The longest such key, in characters.
const LONGEST: usize = 128;

impl Idempotency {
    /// The key that an input carries in its field `idempotencyKey`, if it has one.
    ///
    /// # Errors
    /// BAD_USER_INPUT naming `input.idempotencyKey`.
    fn of(input: &impl InputType) -> Result<Option<Self>> {
        let input = input.to_value().into_json().map_err(Error::internal)?;
        let Some(key) = input.get("idempotencyKey").and_then(serde_json::Value::as_str) else { return Ok(None) };
        if key.is_empty() || key.chars().count() > LONGEST || key.contains(char::is_control) {
            return Err(Error::expected("input.idempotencyKey", "1 to 128 characters"));
        }
        Ok(Some(Self { key: key.to_owned(), input: hashed(input.to_string()) }))
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
        if tx.send(sql, values).await? == 1 {
            return Ok(None);
        }
        let sql =
            "select input, cast(outcome as text) from idempotency where actor = $1 and mutation = $2 and key = $3";
        let named: [Value; 3] = [actor.into(), mutation.into(), self.key.clone().into()];
        let row = tx.fetch_one::<(String, String)>(sql, named).await?;
        let (input, kept) = row.ok_or_else(|| Error::internal("an idempotency key is taken and not there"))?;
        if input != self.input {
            return Err(Fault::new(Code::IdempotencyKeyReused).at("idempotencyKey").into());
        }
        let kept: Kept = serde_json::from_str(&kept).map_err(Error::internal)?;
        let faults = kept.faults.into_iter().map(|(code, field, detail)| Fault { code, field, detail }).collect();
        Ok(Some(Outcome { thing: kept.thing, faults }))
    }

    /// Keep what came of it.
    async fn settle(&self, tx: &Tx<'_>, actor: Uuid, mutation: &str, outcome: &Outcome) -> Result<()> {
        let faults =
            outcome.faults.iter().map(|fault| (fault.code, fault.field.clone(), fault.detail.clone())).collect();
        let kept = serde_json::to_value(Kept { thing: outcome.thing, faults }).map_err(Error::internal)?;
        let sql = "update idempotency set outcome = $4 where actor = $1 and mutation = $2 and key = $3";
        let values: [Value; 4] =
            [actor.into(), mutation.into(), self.key.clone().into(), Value::Json(Some(Box::new(kept)))];
        tx.send(sql, values).await.map(drop)
    }
}

/// What a mutation answers: the thing as it is now, and what was refused. Declared by [`payload!`](crate::payload).
pub trait Payload: Sized {
    /// The thing: it is read again after the work, with the caller's present rights.
    type Thing: NodeObject;

    /// The payload of an outcome.
    fn new(thing: Option<Self::Thing>, user_errors: Vec<UserError>) -> Self;
}

/// Run a mutation: once for its idempotency key, in a transaction of its own, which is done again when the database gives
/// it up for another one. `work` answers the key of the thing that the payload shows.
///
/// # Errors
/// UNAUTHENTICATED to anonymous callers, and what is no refusal of a form.
pub async fn mutate<P: Payload>(
    ctx: &Context<'_>,
    input: &impl InputType,
    work: impl AsyncFnOnce(&Tx<'_>) -> Result<Uuid> + Clone,
) -> Result<P> {
    let outcome = run(ctx, input, work).await?;
    let thing = match outcome.thing {
        Some(key) => P::Thing::open(ctx.reader(), key).await?,
        None => None,
    };
    Ok(P::new(thing, user_errors(ctx, outcome.faults)))
}

/// The same, for a payload that shows more than the thing.
///
/// # Errors
/// Those of [`mutate`].
pub async fn run(
    ctx: &Context<'_>,
    input: &impl InputType,
    work: impl AsyncFnOnce(&Tx<'_>) -> Result<Uuid> + Clone,
) -> Result<Outcome> {
    let idempotency = Idempotency::of(input)?;
    let (reader, mutation) = (ctx.reader(), ctx.field().name());
    reader.signed_in()?;
    let subject = subject(input);
    let (Some(actor), Some(idempotency)) = (reader.actor().key(), idempotency) else {
        return Outcome::of(reader.write((mutation, subject), work).await);
    };
    let written = reader.write((mutation, subject), async |tx| {
        if let Some(outcome) = idempotency.claim(tx, actor, mutation).await? {
            return Ok(outcome);
        }
        let whole = async || {
            let thing = work(tx).await?;
            tx.project().await?;
            Ok(thing)
        };
        // The outcome is kept also when nothing was done.
        let outcome = Outcome::of(tx.in_savepoint(whole).await)?;
        idempotency.settle(tx, actor, mutation, &outcome).await?;
        Ok(outcome)
    });
    match written.await {
        Ok(outcome) => Ok(outcome),
        Err(error) => error.into_faults().map(|(faults, thing)| Outcome { thing, faults }),
    }
}

/// The same, for an input of many things, each of which is done or refused by itself and has a key of its own under which it may
/// be sent again; what was refused, where it is the whole.
///
/// # Errors
/// Those of [`mutate`].
pub async fn run_each(
    ctx: &Context<'_>,
    input: &impl InputType,
    work: impl AsyncFnOnce(&Tx<'_>) -> Result<Vec<Outcome>> + Clone,
) -> Result<Result<Vec<Outcome>, Faults>> {
    let (reader, mutation) = (ctx.reader(), ctx.field().name());
    reader.signed_in()?;
    match reader.write((mutation, subject(input)), work).await {
        Ok(outcomes) => Ok(Ok(outcomes)),
        Err(error) => error.into_faults().map(|(faults, _)| Err(faults)),
    }
}

/// The thing that a mutation is about, as far as its input tells: its `id`, or the first other one that it names.
fn subject(input: &impl InputType) -> Option<(Kind, Uuid)> {
    let ConstValue::Object(fields) = input.to_value() else { return None };
    let named = |name: &str| match fields.get(name) {
        Some(ConstValue::String(id)) => GlobalId::parse(&ID::from(id), name).ok().map(|id| (id.kind, id.key)),
        _ => None,
    };
    let others = fields.keys().filter(|name| name.ends_with("Id"));
    named("id").or_else(|| others.filter_map(|name| named(name)).next())
}

/// What is said of a value: nothing, that there is none, or which it is.
pub fn given<T, V>(input: &MaybeUndefined<T>, value: impl FnOnce(&T) -> V) -> Option<Option<V>> {
    match input {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(given) => Some(Some(value(given))),
    }
}

/// What was read of a form; nothing when it was refused, and its faults are among the others then.
pub fn checked<T>(faults: &mut Faults, read: Result<T, Faults>) -> Option<T> {
    read.map_err(|wrong| faults.extend(wrong)).ok()
}

/// Declare a payload: the thing, null when it was refused, and `userErrors`.
#[macro_export]
macro_rules! payload {
    ($(#[$about:meta])* $name:ident {
        $(#[$doc:meta])* $field:ident: $thing:ty
    }) => {
        $(#[$about])*
        #[derive(async_graphql::SimpleObject)]
        #[graphql(crate = "crate::platform::graphql::executor")]
        pub struct $name {
            $(#[$doc])*
            pub $field: Option<$thing>,
            /// The refusals of the input; empty when the mutation was carried out.
            pub user_errors: Vec<$crate::platform::graphql::mutation::UserError>,
        }

        impl $crate::platform::graphql::mutation::Payload for $name {
            type Thing = $thing;

            fn new(
                $field: Option<$thing>,
                user_errors: Vec<$crate::platform::graphql::mutation::UserError>,
            ) -> Self {
                Self { $field, user_errors }
            }
        }
    };
}
