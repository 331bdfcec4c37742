//! The GraphQL face of the audit.

use super::entity::{Entity, Model};
use crate::platform::audit::record as audit;
use crate::platform::audit::record::{ActorKind, AuditOutcome};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::DateTime;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::EnumValue;
use async_graphql::{ID, InputObject, SimpleObject};
use uuid::Uuid;

/// The actor of an audit entry, as recorded at that time; no link to what she is now.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct AuditActor {
    /// Whether the actor is a person, a program or the platform.
    pub kind: EnumValue<ActorKind>,
    /// The actor's name at that time; null for anonymous callers and the platform, and where it was erased.
    pub display_name: Option<String>,
    /// The global id of the login or credential.
    pub id: Option<ID>,
}

/// One value that changed.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct AuditChange {
    /// The name of the value, as it is stored.
    pub name: String,
    /// The value before the change, as JSON, things by their global ids and instants in UTC; null when there was none, and where
    /// it was erased.
    pub before: Option<String>,
    /// The value after the change, as JSON, in the same form; null when there is none, and where it was erased.
    pub after: Option<String>,
}

/// One entry of the audit. It is never changed.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct AuditEntry {
    /// The audit entry's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The entry's number in the chain of its branch, from 1.
    pub sequence: i64,
    /// The instant at which the entry was written.
    pub at: DateTime,
    /// The action: the name of the mutation or the event.
    pub action: String,
    /// The outcome of the action.
    pub outcome: EnumValue<AuditOutcome>,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) branch_key: Uuid,
    #[graphql(skip)]
    pub(crate) subject_id: Option<GlobalId>,
    #[graphql(skip)]
    pub(crate) by: (audit::ActorKind, Option<Uuid>),
    #[graphql(skip)]
    pub(crate) changed: String,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for AuditEntry {
    type Columns = Entity;

    fn new(row: &Model, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::AuditEntry, row.id),
            sequence: row.sequence,
            at: DateTime::micros(row.at),
            action: row.action.clone(),
            outcome: row.outcome,
            key: row.id,
            branch_key: row.branch_id,
            subject_id: row.subject(),
            by: (row.actor_kind.0, row.actor_id),
            changed: row.changes.clone(),
            batch,
        }
    }
}

/// Conditions on entries: those that are given must all be met.
#[derive(InputObject, Clone, Debug, Default)]
pub struct AuditEntryFilter {
    /// Leaves only entries in the chain of the branch with this global id.
    pub branch: Option<ID>,
    /// Leaves only entries of what the login, or the partner's credential, with this global id did.
    pub actor: Option<ID>,
    /// Leaves only entries from this instant on.
    pub from: Option<DateTime>,
    /// Leaves only entries before this instant.
    pub until: Option<DateTime>,
    /// Leaves only entries about the thing with this global id.
    pub subject: Option<ID>,
    /// Leaves only entries with this action, the name of a mutation or an event.
    pub action: Option<String>,
    /// Leaves only entries with this outcome.
    pub outcome: Option<EnumValue<AuditOutcome>>,
}
