//! Files that are kept beside the database: in a folder, or in a bucket that speaks S3.

use crate::platform::database::fault::StartFault;
use crate::platform::error::{Error, Result};
use axum::body::Bytes;
use domain::fault::Code;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{GetResult, ObjectStore, ObjectStoreExt, RetryConfig};
use std::sync::Arc;
use std::time::Duration;

/// Where files are kept. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Files(Arc<dyn ObjectStore>);

/// How often a bucket is asked again, and for how long.
const RETRIES: usize = 2;
const PATIENCE: Duration = Duration::from_secs(5);

impl Files {
    /// Those of a folder, which is made when the first file is kept; or of `s3://bucket/prefix`, by the variables that programs
    /// of this kind share (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT`, `AWS_ALLOW_HTTP`), among
    /// those that are given.
    ///
    /// # Errors
    /// One sentence, when the place cannot be read.
    pub fn open(place: &str, variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, StartFault> {
        let fault = |why: String| StartFault(format!("Files cannot be kept at {place}: {why}."));
        let Some(bucket) = place.strip_prefix("s3://") else {
            let folder = std::path::absolute(place).map_err(|error| fault(error.to_string()))?;
            let prefix = Path::from_absolute_path(folder).map_err(|error| fault(error.to_string()))?;
            let store = LocalFileSystem::new().with_automatic_cleanup(true);
            return Ok(Self(Arc::new(PrefixStore::new(store, prefix))));
        };
        let (bucket, prefix) = bucket.split_once('/').unwrap_or((bucket, ""));
        let retry = RetryConfig { max_retries: RETRIES, retry_timeout: PATIENCE, ..RetryConfig::default() };
        let known = |(name, value): (String, String)| {
            let key = name.strip_prefix("AWS_").map(|_| name.to_ascii_lowercase())?;
            Some((key.parse().ok()?, value))
        };
        let options: Vec<(AmazonS3ConfigKey, String)> = variables.into_iter().filter_map(known).collect();
        let builder =
            options.into_iter().fold(AmazonS3Builder::new(), |builder, (key, value)| builder.with_config(key, value));
        // One by one, as every provider does it.
        let store = builder.with_bucket_name(bucket).with_retry(retry).with_disable_bulk_delete(true).build();
        let store = store.map_err(|error| fault(error.to_string()))?;
        Ok(Self(Arc::new(PrefixStore::new(store, Path::from(prefix)))))
    }

    /// Those of a check or a test, which are gone with it.
    pub fn in_memory() -> Self {
        Self(Arc::new(InMemory::new()))
    }

    /// Keep files in a folder of their own; one that is there is written again.
    ///
    /// # Errors
    /// UNAVAILABLE.
    pub async fn put(&self, folder: &str, files: &[(String, Bytes)]) -> Result<()> {
        for (name, content) in files {
            self.0.put(&at(folder, name), content.clone().into()).await.map_err(|error| unavailable(&error))?;
        }
        Ok(())
    }

    /// A file, if it is there.
    ///
    /// # Errors
    /// UNAVAILABLE.
    pub async fn get(&self, folder: &str, name: &str) -> Result<Option<GetResult>> {
        match self.0.get(&at(folder, name)).await {
            Ok(found) => Ok(Some(found)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(unavailable(&error)),
        }
    }

    /// Delete files of a folder; those that are not there are passed by.
    ///
    /// # Errors
    /// UNAVAILABLE.
    pub async fn delete(&self, folder: &str, names: impl IntoIterator<Item = String>) -> Result<()> {
        for name in names {
            match self.0.delete(&at(folder, &name)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(unavailable(&error)),
            }
        }
        Ok(())
    }
}

fn at(folder: &str, name: &str) -> Path {
    Path::from_iter([folder, name])
}

/// The cause is for the operator: it names the place.
fn unavailable(error: &object_store::Error) -> Error {
    tracing::error!(%error, "a file could not be reached");
    Error::refused(Code::Unavailable)
}
