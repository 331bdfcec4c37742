//! The audit: who changed what, on which object, in which branch; one keyed hash chain per branch, to which entries are
//! added in the transaction of the change, and from which nothing is taken.
//!
//! What tells about a person is kept beside the chain: the chain holds its keyed hash, so that a value can be erased
//! (law 09-08) and the proof stays whole. No secret is a column of a node, so none gets here.

use crate::platform::error::Result;
use crate::platform::graphql::global_id::Kind;
use crate::platform::keys::Keys;
use crate::platform::query::change::{Change, Changes};
use crate::platform::query::transaction::Tx;
use domain::actor::Actor;
use domain::branch::national;
use domain::codes;
use domain::fault::Code;
use sea_orm::{DbBackend, Value};
use serde_json::{Map, json};
use std::collections::BTreeMap;
use std::net::IpAddr;
use uuid::Uuid;

codes! {
    /// The outcome of what somebody tried.
    AuditOutcome {
        /// The action was carried out.
        Done = "DONE",
        /// The action was refused.
        Refused = "REFUSED",
        /// Personal data was read.
        Read = "READ",
        /// The last entries of all chains were recorded.
        Anchored = "ANCHORED",
    }
}

codes! {
    /// The kind of actor of an audit entry.
    ActorKind {
        /// A person who was signed in.
        Staff = "STAFF",
        /// A program of a partner organisation.
        PartnerClient = "PARTNER_CLIENT",
        /// The platform, acting on its own.
        System = "SYSTEM",
        /// A caller who was not signed in.
        Anonymous = "ANONYMOUS",
    }
}

/// One entry, before it is put at the end of a chain.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Whose chain.
    pub branch: Uuid,
    /// What was done, by the name of the mutation or the event.
    pub action: String,
    /// What came of it.
    pub outcome: AuditOutcome,
    /// Who did it.
    pub actor: (ActorKind, Option<Uuid>),
    /// On what.
    pub subject: Option<(Kind, Uuid)>,
    /// What changed.
    pub changes: Map<String, serde_json::Value>,
    /// What tells about persons: the actor's name, where she asked from, values of personal columns.
    pub personal: BTreeMap<String, String>,
}

/// Who an actor is to the audit, and in which branch she works.
pub fn who(actor: &Actor) -> ((ActorKind, Option<Uuid>), Uuid) {
    let home = match actor {
        Actor::Staff(staff) => staff.assignments().first().map(|assignment| assignment.branch),
        Actor::Anonymous | Actor::Partner(_) | Actor::System(_) => None,
    };
    let kind = match actor {
        Actor::Anonymous => ActorKind::Anonymous,
        Actor::Staff(_) => ActorKind::Staff,
        Actor::Partner(_) => ActorKind::PartnerClient,
        Actor::System(_) => ActorKind::System,
    };
    ((kind, actor.key()), home.unwrap_or_else(national))
}

/// The start of every chain.
pub(in crate::platform) const BEGINNING: &str = "";

/// The text that a link is the keyed hash of.
pub(in crate::platform) fn sealed(
    entry: &Entry,
    id: Uuid,
    sequence: i64,
    at: i64,
    changes: &str,
    personal: &str,
    previous: &str,
) -> String {
    let (kind, actor) = entry.actor;
    let subject = entry.subject.map(|(kind, key)| (kind.name(), key));
    json!([
        entry.branch,
        sequence,
        id,
        at,
        entry.action,
        entry.outcome,
        kind,
        actor,
        subject,
        changes,
        personal,
        previous
    ])
    .to_string()
}

/// The keyed hash of a personal value, which tells nothing to whoever lacks the key.
pub(in crate::platform) fn personal_hash(keys: &Keys, id: Uuid, name: &str, value: &str) -> String {
    keys.audit_hash(&json!([id, name, value]).to_string())
}

/// Put an entry at the end of its chain, whose end is held until the transaction is over.
///
/// # Errors
/// The database's refusal.
pub(crate) async fn append(tx: &Tx<'_>, keys: &Keys, entry: Entry) -> Result<Uuid> {
    let (end, _) = end_of(tx, entry.branch, None).await?;
    append_to(tx, keys, entry, end).await
}

/// The end of a chain, held until the transaction is over: the number and the hash of its last entry; and a name that is looked
/// up by the way, as a statement that has one key for a parameter answers it.
async fn end_of(
    tx: &Tx<'_>,
    branch: Uuid,
    name: Option<(&'static str, Uuid)>,
) -> Result<((i64, String), Option<String>)> {
    let end = match tx.backend() {
        DbBackend::Postgres => "select last, closed from audit_head($1)",
        _ => {
            "select sequence as last, hash as closed from audit_entry where branch_id = $1 order by sequence desc limit 1"
        }
    };
    let named = name.map_or("null", |(sql, _)| sql);
    let sql = format!(
        "select closing.last, closing.closed, ({named}) from (select 1) as one left join ({end}) as closing on true"
    );
    let values = [Value::from(branch)].into_iter().chain(name.map(|(_, key)| key.into()));
    let found: Option<(Option<i64>, Option<String>, Option<String>)> = tx.fetch_one(sql, values).await?;
    let (last, closed, name) = found.unwrap_or_default();
    Ok(((last.unwrap_or(0), closed.unwrap_or_else(|| BEGINNING.to_owned())), name))
}

async fn append_to(tx: &Tx<'_>, keys: &Keys, entry: Entry, (last, previous): (i64, String)) -> Result<Uuid> {
    let (id, sequence, at) = (Uuid::now_v7(), last + 1, tx.now().as_microsecond());
    let changes = serde_json::Value::from(entry.changes.clone()).to_string();
    let hashes: BTreeMap<&str, String> =
        entry.personal.iter().map(|(name, value)| (name.as_str(), personal_hash(keys, id, name, value))).collect();
    let personal = json!(hashes).to_string();
    let hash = keys.audit_hash(&sealed(&entry, id, sequence, at, &changes, &personal, &previous));
    let values: [Value; 14] = [
        id.into(),
        entry.branch.into(),
        sequence.into(),
        at.into(),
        entry.action.into(),
        entry.outcome.to_string().into(),
        entry.actor.0.to_string().into(),
        entry.actor.1.into(),
        entry.subject.map(|(kind, _)| kind.name()).into(),
        entry.subject.map(|(_, key)| key).into(),
        changes.into(),
        personal.into(),
        previous.into(),
        hash.into(),
    ];
    let sql =
        "insert into audit_entry (id, branch_id, sequence, at, action, outcome, actor_kind, actor_id, subject_kind,
        subject_id, changes, personal, previous, hash)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    tx.send(sql, values).await?;
    let value = |(name, value): (String, String)| vec![id.into(), entry.branch.into(), name.into(), value.into()];
    let values: Vec<Vec<Value>> = entry.personal.into_iter().map(value).collect();
    tx.insert_values("audit_value", &["entry_id", "branch_id", "name", "value"], values).await?;
    Ok(id)
}

/// Put an entry of what the platform did itself, as it was told on the machine or on its own, at the end of a chain.
///
/// # Errors
/// The database's refusal.
pub(crate) async fn append_own(
    tx: &Tx<'_>,
    keys: &Keys,
    (action, outcome): (&str, AuditOutcome),
    branch: Uuid,
    subject: Option<(Kind, Uuid)>,
    changes: Map<String, serde_json::Value>,
) -> Result<()> {
    let (actor, personal) = ((ActorKind::System, None), BTreeMap::new());
    append(tx, keys, Entry { branch, action: action.to_owned(), outcome, actor, subject, changes, personal }).await?;
    Ok(())
}

/// Where a request came from, as the audit keeps it.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The address of the client.
    pub address: Option<IpAddr>,
}

/// What answers the name of an actor as it is now, given her key as the second parameter.
fn name(actor: &Actor) -> Option<(&'static str, Uuid)> {
    match actor {
        Actor::Staff(staff) => Some(("select display_name from staff_user where id = $2", staff.user)),
        Actor::Partner(client) => Some(("select name from partner_client where id = $2", client.client)),
        Actor::Anonymous | Actor::System(_) => None,
    }
}

/// Who does something, and from where, for whoever reads the audit.
fn by(name: Option<String>, origin: &Origin) -> BTreeMap<String, String> {
    let name = name.map(|name| ("actor".to_owned(), name));
    name.into_iter().chain(origin.address.map(|address| ("client".to_owned(), address.to_string()))).collect()
}

/// In whose transaction entries are written, and what they say of it.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The keys of the installation.
    pub keys: &'a Keys,
    /// What is done, by the name of the mutation.
    pub action: &'a str,
    /// Where the request came from.
    pub origin: &'a Origin,
}

/// Record what was done in this transaction: an entry in the chain of every branch whose rows it changed.
///
/// # Errors
/// The database's refusal.
pub(in crate::platform) async fn record(tx: &Tx<'_>, context: Context<'_>, changes: &mut Changes) -> Result<()> {
    let Context { keys, action, origin } = context;
    let audited = |change: &mut Change| Some((change.kind?, change.key, change.branch, change.audited.take()?));
    let audited: Vec<_> = changes.rows.iter_mut().filter_map(audited).collect();
    if audited.is_empty() {
        return Ok(());
    }
    let (actor, home) = who(tx.actor());
    let elsewhere = audited.iter().find_map(|(_, _, branch, _)| *branch).unwrap_or(home);
    // In the order of their keys, so that two writers who change the same branches wait for each other in turn.
    let mut chains: BTreeMap<Uuid, Vec<_>> = BTreeMap::new();
    for (kind, key, branch, audited) in audited {
        chains.entry(branch.unwrap_or(elsewhere)).or_default().push((kind, key, audited));
    }
    let mut known = None;
    for (branch, chain) in chains {
        let (end, name) = end_of(tx, branch, name(tx.actor()).filter(|_| known.is_none())).await?;
        let by = known.get_or_insert_with(|| by(name, origin));
        let subject = chain.first().map(|(kind, key, _)| (*kind, *key));
        let (mut changes, mut personal) = (Map::new(), by.clone());
        for (kind, key, audited) in chain {
            // What concerns the subject stands under its own names, what came with it under its kind.
            let is_subject = subject == Some((kind, key));
            let named = |column: String| if is_subject { column } else { format!("{}.{column}", kind.name()) };
            changes.extend(audited.changes.into_iter().map(|(column, sides)| (named(column), sides)));
            personal.extend(audited.personal.into_iter().map(|(column, value)| (named(column), value)));
        }
        let outcome = AuditOutcome::Done;
        let entry = Entry { branch, action: action.to_owned(), outcome, actor, subject, changes, personal };
        append_to(tx, keys, entry, end).await?;
    }
    Ok(())
}

/// Something that is written down once a minute, with a count: what was refused, or what personal data was read.
#[derive(Clone, Debug)]
pub(crate) struct Repeated<'e> {
    /// What was tried, by the name of the mutation or the list.
    pub action: &'e str,
    /// What came of it.
    pub outcome: AuditOutcome,
    /// On what.
    pub subject: Option<(Kind, Uuid)>,
    /// Why it was refused, where that is told.
    pub code: Option<Code>,
    /// How often.
    pub times: i32,
}

/// Write down what somebody was refused, or which personal data she read, in the branch where she works, so that nobody
/// fills a neighbour's chain.
///
/// # Errors
/// The database's refusal.
pub(in crate::platform) async fn record_repeated(
    tx: &Tx<'_>,
    keys: &Keys,
    repeated: &Repeated<'_>,
    origin: &Origin,
) -> Result<()> {
    let (actor, branch) = who(tx.actor());
    let Some(key) = actor.1 else { return Ok(()) };
    let counter = repeated.counter(tx, key.to_string());
    if is_counted(tx, &counter).await? {
        return Ok(());
    }
    begin_counting(tx, keys, repeated.entry(actor, branch), origin, counter).await
}

/// Write down that somebody who is nobody yet was refused: in the branch of the thing that she tried, or in the national one.
///
/// # Errors
/// The database's refusal.
pub(crate) async fn record_stranger(
    tx: &Tx<'_>,
    keys: &Keys,
    repeated: &Repeated<'_>,
    branch: Uuid,
    origin: &Origin,
) -> Result<()> {
    let counter = repeated.counter(tx, String::new());
    if is_counted(tx, &counter).await? {
        return Ok(());
    }
    begin_counting(tx, keys, repeated.entry((ActorKind::Anonymous, None), branch), origin, counter).await
}

impl Repeated<'_> {
    /// What it is counted by, for somebody and this minute.
    fn counter(&self, tx: &Tx<'_>, of: String) -> [Value; 5] {
        let tried = self.code.map_or_else(|| self.action.to_owned(), |code| format!("{} {code}", self.action));
        let on = self.subject.map(|(kind, key)| format!("{} {key}", kind.name())).unwrap_or_default();
        [of.into(), tried.into(), tx.now().as_second().div_euclid(60).into(), on.into(), self.times.into()]
    }

    /// The entry of the first time.
    fn entry(&self, actor: (ActorKind, Option<Uuid>), branch: Uuid) -> Entry {
        Entry {
            branch,
            action: self.action.to_owned(),
            outcome: self.outcome,
            actor,
            subject: self.subject,
            changes: self.code.map(|code| ("code".to_owned(), json!([null, code]))).into_iter().collect(),
            personal: BTreeMap::new(),
        }
    }
}

/// Count it further, when it was counted before.
async fn is_counted(tx: &Tx<'_>, counter: &[Value; 5]) -> Result<bool> {
    let more = "update audit_tally set times = times + $5
        where actor = $1 and action = $2 and minute = $3 and subject = $4";
    Ok(tx.send(more, counter.clone()).await? > 0)
}

async fn begin_counting(tx: &Tx<'_>, keys: &Keys, entry: Entry, origin: &Origin, counter: [Value; 5]) -> Result<()> {
    let first = async || {
        let branch = entry.branch;
        let (end, name) = end_of(tx, branch, name(tx.actor())).await?;
        let id = append_to(tx, keys, Entry { personal: by(name, origin), ..entry }, end).await?;
        let sql = "insert into audit_tally (actor, action, minute, subject, branch_id, entry_id, times)
            values ($1, $2, $3, $4, $6, $7, $5)";
        tx.send(sql, counter.clone().into_iter().chain([branch.into(), id.into()])).await
    };
    if tx.try_unique(first).await?.is_none() {
        // Another request was first.
        is_counted(tx, &counter).await?;
    }
    Ok(())
}
