//! Writing down who was refused when she wanted to come in.
//!
//! Refusals are collected and written once a second, behind the answers: neither the words of an answer nor the time that it takes
//! tell whether there is such a login, and whoever tries thousands of times costs one entry a minute.

use crate::platform::audit::record::{AuditOutcome, Origin, Repeated, record_stranger};
use crate::platform::database::db::Db;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::Kind;
use crate::platform::keys::Keys;
use crate::platform::query::transaction::Tx;
use domain::access::Purpose;
use domain::actor::Actor;
use domain::branch::national;
use domain::fault::Code;
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// As whom somebody wanted to come in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Wanted {
    /// As the login with this address.
    Login(String),
    /// As the credential with this `client_id`.
    Client(String),
    /// As this person.
    Person(Uuid),
    /// As whomever a token stands for.
    Somebody,
}

/// What was refused, in which minute.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Refused {
    action: &'static str,
    code: Code,
    wanted: Wanted,
    minute: i64,
}

/// How often, since when, and from where at first.
#[derive(Clone, Debug)]
struct Seen {
    times: i32,
    at: Timestamp,
    origin: Origin,
}

/// The longest name of a login or a credential, in bytes.
const LONGEST: usize = 320;

/// So many different ones are held until they are written; further ones are counted without whom they wanted to be.
const MOST: usize = 10_000;

/// Refusals that are not written yet; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Refusals(Arc<Mutex<HashMap<Refused, Seen>>>);

/// In whose name they are written.
static PLATFORM: Actor = Actor::System(Purpose::Authenticate);

impl Refusals {
    /// Collect a refusal.
    pub(in crate::platform) fn add(
        &self,
        (action, code): (&'static str, Code),
        wanted: Wanted,
        at: Timestamp,
        origin: &Origin,
    ) {
        let wanted = match wanted {
            // What nobody can be called is nobody's name.
            Wanted::Login(name) | Wanted::Client(name) if name.len() > LONGEST => Wanted::Somebody,
            wanted => wanted,
        };
        let minute = at.as_second().div_euclid(60);
        let seen = Seen { times: 1, at, origin: origin.clone() };
        self.put(Refused { action, code, wanted, minute }, seen);
    }

    fn put(&self, mut refused: Refused, seen: Seen) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= MOST && !held.contains_key(&refused) {
            refused.wanted = Wanted::Somebody;
        }
        match held.get_mut(&refused) {
            Some(before) => before.times = before.times.saturating_add(seen.times),
            None => drop(held.insert(refused, seen)),
        }
    }

    /// Write down what was collected; how many different refusals that were. What cannot be written is held further.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn write(&self, db: &Db, keys: &Keys) -> Result<usize> {
        let held = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut left = held.into_iter();
        let mut written = 0;
        while let Some((refused, seen)) = left.next() {
            if let Err(error) = write_one(db, keys, &refused, &seen).await {
                std::iter::once((refused, seen)).chain(left).for_each(|(refused, seen)| self.put(refused, seen));
                return Err(error);
            }
            written += 1;
        }
        Ok(written)
    }
}

async fn write_one(db: &Db, keys: &Keys, refused: &Refused, seen: &Seen) -> Result<()> {
    db.write(&PLATFORM, seen.at, async |tx| {
        let (subject, branch) = find(tx, &refused.wanted).await?;
        let (action, code) = (refused.action, Some(refused.code));
        let repeated = Repeated { action, outcome: AuditOutcome::Refused, subject, code, times: seen.times };
        record_stranger(tx, keys, &repeated, branch, &seen.origin).await
    })
    .await
}

/// The thing that somebody wanted to be, if there is one, and the branch in whose chain it is written down.
async fn find(tx: &Tx<'_>, wanted: &Wanted) -> Result<(Option<(Kind, Uuid)>, Uuid)> {
    let found = match wanted {
        Wanted::Login(email) => {
            let sql = "select id from staff_user where email = $1 and status <> 'INVITED'";
            tx.query_one::<Uuid>(sql, [email.into()]).await?.map(|key| (Kind::User, key))
        }
        Wanted::Client(client_id) => {
            let sql = "select id from partner_client where client_id = $1";
            tx.query_one::<Uuid>(sql, [client_id.into()]).await?.map(|key| (Kind::PartnerClient, key))
        }
        Wanted::Person(key) => Some((Kind::User, *key)),
        Wanted::Somebody => None,
    };
    let sql = "select branch_id from role_assignment where user_id = $1 and revoked_at is null order by id limit 1";
    let home = match found {
        Some((Kind::User, key)) => tx.query_one::<Uuid>(sql, [key.into()]).await?,
        _ => None,
    };
    Ok((found, home.unwrap_or_else(national)))
}
