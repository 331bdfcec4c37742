//! Refusals and failures on their way to the client: every one has a code; the cause of our own failures stays here.

use crate::platform::clock::whole_seconds;
use crate::platform::database::fault::FileFault;
use domain::codes::Coded;
use domain::fault::{Code, Fault, Faults};
use std::time::Duration;
use uuid::Uuid;

/// Why a field has no answer.
///
/// It has deliberately no `Display`: async-graphql turns anything printable into an error without a code.
#[derive(Clone, Debug)]
pub struct Error(Box<Parts>);

/// What an error holds: apart, so that a result that is none stays small.
#[derive(Clone, Debug)]
struct Parts {
    code: Code,
    argument: Option<String>,
    /// What the argument takes, in no language.
    expected: Option<String>,
    /// When it may be tried again.
    retry_after: Option<Duration>,
    cause: Option<String>,
    /// What a form breaks, where it breaks a rule.
    faults: Faults,
    /// The thing that stands in the way as it now is.
    thing: Option<Uuid>,
    refusal: Option<Refusal>,
}

/// Why the database refused a statement, where that matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    /// A key is taken by another row.
    Taken,
    /// The database gave this transaction up for another one; done again, it may succeed.
    GivenUp,
    /// The file of an embedded database cannot be used.
    File(FileFault),
}

/// The extension under which a cause would stand, if one ever got so far: taken out on the way to the client.
pub const INTERNAL_CAUSE: &str = "cause";

/// The outcome of asking the platform for something.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Parts {
    fn of(code: Code) -> Self {
        Self {
            code,
            argument: None,
            expected: None,
            retry_after: None,
            cause: None,
            faults: Faults::new(),
            thing: None,
            refusal: None,
        }
    }
}

impl Error {
    fn with(parts: Parts) -> Self {
        Self(Box::new(parts))
    }

    /// An argument that cannot be used, by its name below the field (`first`, `filter.minPrice`), and what it takes, in no
    /// language: `0 to 100`.
    pub fn expected(name: impl Into<String>, expected: impl Into<String>) -> Self {
        let (argument, expected) = (Some(name.into()), Some(expected.into()));
        Self::with(Parts { argument, expected, ..Parts::of(Code::BadUserInput) })
    }

    /// Too many were made; when the next one may be.
    pub fn rate_limited(retry_after: Duration) -> Self {
        Self::with(Parts { retry_after: Some(retry_after), ..Parts::of(Code::RateLimited) })
    }

    /// A refusal by its code.
    pub fn refused(code: Code) -> Self {
        Self::with(Parts::of(code))
    }

    /// A failure of ours. The client learns that there was one; the cause goes to the log, once.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        Self::with(Parts { cause: Some(cause.to_string()), ..Parts::of(Code::Internal) })
    }

    /// The thing was changed since the caller looked at it.
    pub fn conflict(thing: Uuid) -> Self {
        let mut conflict = Self::from(Fault::new(Code::Conflict).at("expectedVersion"));
        conflict.0.thing = Some(thing);
        conflict
    }

    /// Whether a key was taken already: somebody else's row holds it.
    pub(crate) fn is_taken(&self) -> bool {
        self.0.refusal == Some(Refusal::Taken)
    }

    /// One sentence about the file of an embedded database, when that is what cannot be used.
    pub fn file_sentence(&self) -> Option<&'static str> {
        match self.0.refusal {
            Some(Refusal::File(fault)) => Some(fault.sentence()),
            Some(Refusal::Taken | Refusal::GivenUp) | None => None,
        }
    }

    /// Whether the database gave the transaction up for another one: it is done again.
    pub(crate) fn is_given_up(&self) -> bool {
        self.0.refusal == Some(Refusal::GivenUp)
    }

    /// The same error as one that the transaction is done again for.
    pub(crate) fn given_up(mut self) -> Self {
        self.0.refusal = Some(Refusal::GivenUp);
        self
    }

    /// The rules that a form breaks, with the thing that stands in the way; the error itself when it is of another kind.
    ///
    /// # Errors
    /// This error.
    pub fn into_faults(self) -> Result<(Faults, Option<Uuid>), Self> {
        if self.0.faults.is_empty() { Err(self) } else { Ok((self.0.faults, self.0.thing)) }
    }

    /// The code that the client will see.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// When what was refused may be tried again.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// What happened, for the log and for the person who started a command.
    pub fn cause(&self) -> &str {
        self.0.cause.as_deref().unwrap_or(self.0.code.as_str())
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        vec![fault].into()
    }
}

impl From<Faults> for Error {
    fn from(faults: Faults) -> Self {
        let Some(first) = faults.first() else { return Self::internal("a refusal without a fault") };
        let argument = (!first.field.is_empty()).then(|| first.field.join("."));
        let (expected, code) = (first.detail.clone(), first.code);
        Self::with(Parts { argument, expected, faults, ..Parts::of(code) })
    }
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        match error {
            // The pool is exhausted or the database is gone: the client may come back.
            sea_orm::DbErr::ConnectionAcquire(_) | sea_orm::DbErr::Conn(_) => {
                tracing::warn!(error = %error, "the database cannot be reached");
                Self::refused(Code::Unavailable)
            }
            _ => {
                if sql_state(&error).is_some_and(|state| OUT_OF_TIME.contains(&state.as_str())) {
                    return Self::refused(Code::Timeout);
                }
                let file = FileFault::of(&error);
                if let Some(fault) = file.filter(|fault| fault.may_pass()) {
                    tracing::error!("{}", fault.sentence());
                    let refusal = Some(Refusal::File(fault));
                    return Self::with(Parts { refusal, ..Parts::of(Code::Unavailable) });
                }
                let refusal = match (error.sql_err(), sql_state(&error).as_deref()) {
                    (Some(sea_orm::SqlErr::UniqueConstraintViolation(_)), _) => Some(Refusal::Taken),
                    // `serialization_failure`, `deadlock_detected`
                    (_, Some("40001" | "40P01")) => Some(Refusal::GivenUp),
                    _ => file.map(Refusal::File),
                };
                Self::with(Parts { refusal, cause: Some(error.to_string()), ..Parts::of(Code::Internal) })
            }
        }
    }
}

/// `query_canceled` of PostgreSQL, and SQLite's SQLITE_INTERRUPT: the statement ran for longer than it might.
const OUT_OF_TIME: [&str; 2] = ["57014", "9"];

/// The code that the database gave an error.
fn sql_state(error: &sea_orm::DbErr) -> Option<String> {
    use sea_orm::{DbErr, RuntimeErr};
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => {
            error.as_database_error()?.code().map(|code| code.into_owned())
        }
        _ => None,
    }
}

impl From<Error> for async_graphql::Error {
    fn from(error: Error) -> Self {
        use async_graphql::ErrorExtensions;
        let error = error.0;
        if let Some(cause) = &error.cause {
            tracing::error!(cause, "a field failed");
        }
        // The message is put into the request's language where the answer leaves the house.
        async_graphql::Error::new(error.code.as_str()).extend_with(|_, extensions| {
            extensions.set("code", error.code.as_str());
            if let Some(argument) = &error.argument {
                extensions.set("argument", argument.as_str());
            }
            if let Some(expected) = &error.expected {
                extensions.set("expected", expected.as_str());
            }
            if let Some(after) = error.retry_after {
                extensions.set("retryAfter", whole_seconds(after));
            }
        })
    }
}
