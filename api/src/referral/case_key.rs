//! The keys of cases. Each is made with its case, encrypted with a key of the installation, and kept beside the database: what a
//! backup of the database holds of a case can be read by nobody once its key is destroyed.

use crate::platform::error::{Error, Result};
use crate::platform::files::Files;
use crate::platform::keys::{Keys, SealingKey, random};
use crate::platform::loading::reader::Reader;
use axum::body::Bytes;
use domain::referral::Details;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The folder of the keys.
const FOLDER: &str = "cases";

/// What is encrypted of a referral.
#[derive(Serialize, Deserialize)]
pub struct Sealed {
    /// What the recipient is told.
    pub details: Details,
    /// Why two counsellors decided for her.
    pub reason: Option<String>,
}

/// Where the keys of cases are, and what they are encrypted with; cheap to clone.
#[derive(Clone)]
pub struct CaseKeys {
    /// The keys of the installation.
    pub keys: Keys,
    /// The files.
    pub files: Files,
}

impl CaseKeys {
    /// Those of a request.
    pub fn of(reader: &Reader) -> Self {
        Self { keys: reader.keys().clone(), files: reader.case_keys().clone() }
    }

    /// The key of a case; none: it was destroyed, or never made.
    ///
    /// # Errors
    /// UNAVAILABLE when the file cannot be reached; INTERNAL when it is no key of this installation's.
    async fn find(&self, case: Uuid) -> Result<Option<SealingKey>> {
        let Some(found) = self.files.get(FOLDER, &case.to_string()).await? else { return Ok(None) };
        let sealed = found.bytes().await.map_err(Error::internal)?;
        let bytes =
            std::str::from_utf8(&sealed).ok().and_then(|sealed| self.keys.cases().open(case.as_bytes(), sealed));
        let bytes = bytes.ok_or_else(|| Error::internal("the key of a case is not this installation's"))?;
        SealingKey::new(&bytes).map(Some).map_err(|_| Error::internal("the key of a case is short"))
    }

    /// The key of a case, made where there is none.
    async fn take(&self, case: Uuid) -> Result<SealingKey> {
        if let Some(key) = self.find(case).await? {
            return Ok(key);
        }
        let bytes = random::<32>();
        let sealed = Bytes::from(self.keys.cases().seal(case.as_bytes(), &bytes));
        self.files.put(FOLDER, &[(case.to_string(), sealed)]).await?;
        SealingKey::new(&bytes).map_err(|_| Error::internal("a key has 32 bytes"))
    }

    /// Encrypt what is kept of a referral.
    ///
    /// # Errors
    /// UNAVAILABLE when the key cannot be kept.
    pub async fn seal(&self, case: Uuid, referral: Uuid, content: &Sealed) -> Result<String> {
        let text = serde_json::to_vec(content).map_err(Error::internal)?;
        Ok(self.take(case).await?.seal(referral.as_bytes(), &text))
    }

    /// Decrypt what is kept of a referral; none: the key is destroyed.
    ///
    /// # Errors
    /// UNAVAILABLE when the key cannot be reached.
    pub async fn open(&self, case: Uuid, referral: Uuid, sealed: &str) -> Result<Option<Sealed>> {
        let Some(key) = self.find(case).await? else { return Ok(None) };
        let text = key.open(referral.as_bytes(), sealed);
        let text = text.ok_or_else(|| Error::internal("a referral is not encrypted with the key of its case"))?;
        serde_json::from_slice(&text).map(Some).map_err(Error::internal)
    }

    /// Destroy the key of a case: nobody reads what was encrypted with it any more, in no backup either.
    ///
    /// # Errors
    /// UNAVAILABLE when it cannot be reached.
    pub async fn destroy(&self, case: Uuid) -> Result<()> {
        self.files.delete(FOLDER, [case.to_string()]).await
    }
}
