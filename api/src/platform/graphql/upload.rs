//! Files that a request brings along (GraphQL multipart request specification).

use crate::platform::error::{Error, Result};
use crate::platform::keys::hashed;
use async_graphql::{Context, InputValueError, InputValueResult, Scalar, ScalarType, Value};
use axum::body::Bytes;
use domain::fault::{Code, Fault, Faults};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// A file that is sent with the request, by the GraphQL multipart request specification: 10 MB at the most.
// It is named by the hash of its content, so that an idempotency key covers what stands in the file.
#[derive(Clone, Debug)]
pub struct Upload(String);

/// A file that is sent with the request, by the GraphQL multipart request specification: 10 MB at the most.
#[Scalar(specified_by_url = "https://github.com/jaydenseric/graphql-multipart-request-spec")]
impl ScalarType for Upload {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(name) => Ok(Self(name)),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn is_valid(value: &Value) -> bool {
        matches!(value, Value::String(_))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

impl Upload {
    /// The content of the file.
    ///
    /// # Errors
    /// BAD_USER_INPUT naming the argument, when the request brings no such file.
    pub fn content(&self, ctx: &Context<'_>, argument: &str) -> Result<Bytes> {
        let uploads = ctx.data_opt::<Uploads>();
        let file = uploads.and_then(|uploads| uploads.0.iter().find(|(name, _)| *name == self.0));
        let (_, content) = file.ok_or_else(|| Error::expected(argument, "a file of a multipart request"))?;
        Ok(content.clone())
    }
}

/// Read a file on a thread that may block, one at a time: reading may take many times its size. `invalid` is the refusal of one on
/// which a library panics.
///
/// # Errors
/// Never: the semaphore is not closed.
pub async fn read_blocking<T: Send + 'static>(
    invalid: Code,
    read: impl FnOnce() -> Result<T, Faults> + Send + 'static,
) -> Result<Result<T, Faults>> {
    static TURN: Semaphore = Semaphore::const_new(1);
    let turn = TURN.acquire().await.map_err(Error::internal)?;
    // The turn lasts until the file is read, also when the client has disconnected.
    let read = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        read()
    });
    Ok(read.await.unwrap_or_else(|_| Err(vec![Fault::new(invalid).at("file")])))
}

/// The files of a request.
#[derive(Clone, Debug, Default)]
pub struct Uploads(Arc<Vec<(String, Bytes)>>);

impl Uploads {
    /// These files.
    pub fn new(contents: impl IntoIterator<Item = Bytes>) -> Self {
        Self(Arc::new(contents.into_iter().map(|content| (hashed(&content), content)).collect()))
    }

    /// What stands for a file in the variables.
    pub fn name(&self, place: usize) -> Option<&str> {
        self.0.get(place).map(|(name, _)| name.as_str())
    }
}
