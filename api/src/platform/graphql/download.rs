//! Files that a caller fetches after she has asked for them.

use crate::platform::graphql::scalars::DateTime;
use crate::platform::keys::Keys;
use async_graphql::SimpleObject;
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// How long the address of a file is good.
const LIFETIME: SignedDuration = SignedDuration::from_mins(5);

/// The owner of everything that is sealed here.
const OWNER: &[u8] = b"download";

/// Where files are fetched, below the address of the server.
pub const PATH: &str = "/downloads/";

/// A file to be fetched. Whoever has its address fetches it in the name of the caller, while she is signed in.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct Download {
    /// The URL to fetch the file from with GET, relative to that of the server.
    pub url: String,
    /// When the URL ends.
    pub expires_at: DateTime,
}

#[derive(Serialize, Deserialize)]
struct Ticket<T> {
    expires_at: Timestamp,
    what: T,
}

impl Download {
    /// The address of what is described.
    pub fn new(keys: &Keys, now: Timestamp, what: &impl Serialize) -> Self {
        Self { url: format!("{PATH}{}", seal(keys, now, what)), expires_at: DateTime(now + LIFETIME) }
    }
}

/// What stands in an address for what is described, as long as it is good.
pub fn seal(keys: &Keys, now: Timestamp, what: &impl Serialize) -> String {
    let ticket = serde_json::to_vec(&Ticket { expires_at: now + LIFETIME, what }).unwrap_or_default();
    keys.seal(OWNER, &ticket)
}

/// What an address stands for, while it is good.
pub fn open<T: DeserializeOwned>(keys: &Keys, now: Timestamp, sealed: &str) -> Option<T> {
    let ticket: Ticket<T> = serde_json::from_slice(&keys.open(OWNER, sealed)?).ok()?;
    (now < ticket.expires_at).then_some(ticket.what)
}
