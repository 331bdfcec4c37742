//! Documents that are named instead of sent: those that clients have registered by their hash (Apollo's automatic persisted
//! queries), and those that the operator trusts.

use super::document::{Document, Rejection, Types};
use crate::config::{Settings, Trust};
use crate::platform::database::fault::StartFault;
use crate::platform::keys::digest;
use crate::platform::redis::Redis;
use domain::fault::Code;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use serde::Deserialize;
use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

/// So much text is kept that clients have registered, in bytes; Redis keeps more.
const KEPT: u64 = 4 * 1024 * 1024;
/// About how many documents that is.
const EXPECTED: usize = 4096;
/// Redis keeps a document for so long after it was registered, in seconds: a month.
const SHARED_FOR: u64 = 30 * 24 * 3600;

/// How a request names its document.
#[derive(Debug, Default)]
pub(super) struct Named {
    /// The name.
    pub id: Option<String>,
    /// Whether the name is a hash by which the document is registered when it is sent along.
    pub is_registered: bool,
}

/// What a request says besides; whatever else a client says there is its own affair.
#[derive(Deserialize)]
pub(super) struct Extensions {
    #[serde(rename = "persistedQuery")]
    persisted_query: Option<PersistedQuery>,
}

/// What stands in a request's `extensions` for its document.
#[derive(Deserialize)]
struct PersistedQuery {
    version: u32,
    #[serde(rename = "sha256Hash")]
    hash: String,
}

impl Named {
    /// The name in a request: its `documentId`, or what stands in its `extensions`.
    ///
    /// # Errors
    /// BAD_REQUEST when it cannot be read, or when there are two.
    pub fn read(id: Option<String>, extensions: Option<Extensions>) -> Result<Self, Code> {
        match (id, extensions.and_then(|extensions| extensions.persisted_query)) {
            (Some(id), None) => Ok(Self { id: Some(id), is_registered: false }),
            (None, Some(PersistedQuery { version: 1, hash })) => Ok(Self { id: Some(hash), is_registered: true }),
            (None, None) => Ok(Self::default()),
            (None, Some(_)) => Err(Code::PersistedQueryNotSupported),
            (Some(_), Some(_)) => Err(Code::BadRequest),
        }
    }
}

/// A document that is to be executed.
#[derive(Debug)]
pub(super) struct Found {
    pub text: Arc<str>,
    /// Whether the operator trusts it.
    pub is_trusted: bool,
    /// The hash under which it is registered once it has passed every check.
    pub register_as: Option<String>,
}

#[derive(Clone)]
struct Length;

impl Weighter<String, Arc<str>> for Length {
    fn weight(&self, hash: &String, text: &Arc<str>) -> u64 {
        (hash.len() + text.len()) as u64
    }
}

/// The documents that can be named.
pub(super) struct Persisted {
    registered: Cache<String, Arc<str>, Length>,
    redis: Option<Redis>,
    trust: Trust,
    trusted: HashMap<String, Arc<str>>,
}

impl Persisted {
    /// Those that the operator trusts, and none that were registered yet.
    ///
    /// # Errors
    /// One sentence about a document that cannot be read, or does not pass the checks.
    pub fn new(settings: &Settings, redis: Option<Redis>, types: &Types) -> Result<Self, StartFault> {
        let trusted = match &settings.documents_dir {
            Some(folder) => trusted(folder, types)?,
            None => HashMap::new(),
        };
        let registered = Cache::with_weighter(EXPECTED, KEPT, Length);
        Ok(Self { registered, redis, trust: settings.trusted_documents, trusted })
    }

    /// Whether a caller may send what the operator has not named.
    pub fn is_bound(&self, is_partner: bool) -> bool {
        match self.trust {
            Trust::Off => false,
            Trust::Public => !is_partner,
            Trust::Only => true,
        }
    }

    /// The document of a request.
    ///
    /// # Errors
    /// BAD_REQUEST where there is none, or another one than its hash says; PERSISTED_QUERY_NOT_FOUND where it is to be
    /// sent along.
    pub async fn find(&self, named: Named, sent: Option<String>) -> Result<Found, Code> {
        let Some(id) = named.id else {
            let text = sent.ok_or(Code::BadRequest)?;
            let is_trusted = !self.trusted.is_empty() && self.trusted.contains_key(&hash(&text));
            return Ok(Found { text: text.into(), is_trusted, register_as: None });
        };
        // A hash may stand with its algorithm before it.
        let id = id.strip_prefix("sha256:").unwrap_or(&id);
        if let Some(text) = self.trusted.get(id) {
            return Ok(Found { text: Arc::clone(text), is_trusted: true, register_as: None });
        }
        let is_hash = id.len() == 64 && id.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
        match sent {
            Some(text) if !is_hash || hash(&text) != id => Err(Code::BadRequest),
            Some(text) => {
                let register_as = named.is_registered.then(|| id.to_owned());
                Ok(Found { text: text.into(), is_trusted: false, register_as })
            }
            None if is_hash => {
                let text = self.registered(id).await.ok_or(Code::PersistedQueryNotFound)?;
                Ok(Found { text, is_trusted: false, register_as: None })
            }
            None => Err(Code::PersistedQueryNotFound),
        }
    }

    /// A document that was registered, here or at another instance.
    async fn registered(&self, hash: &str) -> Option<Arc<str>> {
        if let Some(text) = self.registered.get(hash) {
            return Some(text);
        }
        let mut get = redis::cmd("GET");
        get.arg(key(hash));
        let text = self.redis.as_ref()?.ask::<Option<String>>(&get).await??;
        // Whoever writes there could not make us take one document for another.
        if self::hash(&text) != hash {
            return None;
        }
        let text: Arc<str> = text.into();
        self.registered.insert(hash.to_owned(), Arc::clone(&text));
        Some(text)
    }

    /// Register a document that has passed every check, here and for the other instances.
    pub fn register(&self, hash: String, text: Arc<str>) {
        if let Some(redis) = self.redis.clone() {
            let mut set = redis::cmd("SET");
            set.arg(key(&hash)).arg(&*text).arg("EX").arg(SHARED_FOR);
            // An instance that is asked before it knows the document is sent it once more.
            tokio::spawn(async move { redis.ask::<()>(&set).await });
        }
        self.registered.insert(hash, text);
    }
}

/// Under which key the other instances find a document.
fn key(hash: &str) -> String {
    format!("unfm:document:{hash}")
}

/// The SHA-256 of a document, in hexadecimal digits.
fn hash(text: &str) -> String {
    let mut written = String::with_capacity(64);
    for byte in digest(text) {
        write!(written, "{byte:02x}").expect("writing to a string does not fail");
    }
    written
}

/// A manifest of Apollo's `@apollo/generate-persisted-query-manifest`.
#[derive(Deserialize)]
struct Manifest {
    format: String,
    version: u32,
    operations: Vec<ManifestOperation>,
}

#[derive(Deserialize)]
struct ManifestOperation {
    id: String,
    body: String,
}

/// The documents of a folder, by the names that clients give them: `.graphql` files by their hash and by their file's name,
/// those of a manifest of Apollo's or a map of Relay's by the ids that stand there.
fn trusted(folder: &Path, types: &Types) -> Result<HashMap<String, Arc<str>>, StartFault> {
    let fault = |what: &str| StartFault(format!("UNFM_DOCUMENTS_DIR {}: {what}.", folder.display()));
    let entries = std::fs::read_dir(folder).map_err(|_| fault("it is no folder that can be read"))?;
    let mut documents = HashMap::new();
    for entry in entries {
        let path = entry.map_err(|error| fault(&error.to_string()))?.path();
        let kind = path.extension().and_then(|kind| kind.to_str());
        if !matches!(kind, Some("graphql" | "gql" | "json")) {
            continue;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).map_err(|_| fault(&format!("{name} cannot be read")))?;
        let listed: Vec<(String, String)> = if kind == Some("json") {
            from_json(&text).ok_or_else(|| fault(&format!("{name} is neither Apollo's manifest nor Relay's map")))?
        } else {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            vec![(hash(&text), text.clone()), (stem, text)]
        };
        for (id, text) in listed {
            check(types, &text).map_err(|why| fault(&format!("{name}, {id}: {why}")))?;
            documents.insert(id, text.into());
        }
    }
    Ok(documents)
}

fn from_json(text: &str) -> Option<Vec<(String, String)>> {
    if let Ok(manifest) = serde_json::from_str::<Manifest>(text) {
        let is_known = manifest.format == "apollo-persisted-query-manifest" && manifest.version == 1;
        return is_known.then(|| manifest.operations.into_iter().map(|one| (one.id, one.body)).collect());
    }
    serde_json::from_str::<HashMap<String, String>>(text).ok().map(|map| map.into_iter().collect())
}

/// Look whether each operation of a document would be executed.
fn check(types: &Types, text: &str) -> Result<(), String> {
    let parsed = async_graphql::parser::parse_query(text).map_err(|error| error.to_string())?;
    for (name, _) in parsed.operations.iter() {
        Document::read(types, text, name.map(|name| name.as_str())).map_err(|rejection| match rejection {
            Rejection::Exceeded(exceeded) => format!("it exceeds the limit of {}", exceeded.limit),
            Rejection::Unreadable(problem) => problem.text,
            Rejection::Invalid(problems) => {
                problems.into_iter().map(|problem| problem.text).collect::<Vec<_>>().join(" ")
            }
        })?;
    }
    Ok(())
}
