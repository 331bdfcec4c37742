//! The GraphQL face of the audit.

use super::entity::Model;
use crate::platform::audit::record as audit;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::DateTime;
use crate::platform::loading::batch::Batch;
use async_graphql::{Enum, ID, InputObject, SimpleObject};
use std::borrow::Borrow;
use uuid::Uuid;

/// What came of what somebody tried.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "audit::AuditOutcome")]
pub enum AuditOutcome {
    /// It was done.
    Done,
    /// It was refused.
    Refused,
    /// Personal data was read.
    Read,
    /// The ends of all chains were written down.
    Anchored,
}

/// Who did something.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "audit::ActorKind")]
pub enum ActorKind {
    /// Somebody who had signed in.
    Staff,
    /// A partner's program.
    PartnerClient,
    /// The platform itself.
    System,
    /// Nobody who is known.
    Anonymous,
}

/// Who did something, as she was then: a value that is kept, and no link to what she is now.
#[derive(SimpleObject, Clone, Debug)]
pub struct AuditActor {
    /// What she is.
    pub kind: ActorKind,
    /// What she was called; null for nobody in particular, and where it was erased.
    pub display_name: Option<String>,
    /// The global id of the login or credential.
    pub id: Option<ID>,
}

/// One value that changed.
#[derive(SimpleObject, Clone, Debug)]
pub struct AuditChange {
    /// Which one, as it is stored.
    pub name: String,
    /// What stood there before, as JSON; null when nothing did, and where it was erased.
    pub before: Option<String>,
    /// What stood there afterwards, as JSON.
    pub after: Option<String>,
}

/// One entry of the audit. It is never changed.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex)]
pub struct AuditEntry {
    /// The global id.
    pub id: GlobalId,
    /// Which link it is in the chain of its branch.
    pub sequence: i64,
    /// When it was.
    pub at: DateTime,
    /// What was done, by the name of the mutation.
    pub action: String,
    /// What came of it.
    pub outcome: AuditOutcome,
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

impl AuditEntry {
    /// The face of a row, with the level that it was read in.
    pub fn new<R: Borrow<Model>>((row, batch): (R, Batch)) -> Self {
        let row = row.borrow();
        Self {
            id: GlobalId::new(Kind::AuditEntry, row.id),
            sequence: row.sequence,
            at: DateTime::micros(row.at),
            action: row.action.clone(),
            outcome: row.outcome.0.into(),
            key: row.id,
            branch_key: row.branch_id,
            subject_id: row.subject(),
            by: (row.actor_kind.0, row.actor_id),
            changed: row.changes.clone(),
            batch,
        }
    }
}

/// Which entries are wanted; conditions that are given hold together.
#[derive(InputObject, Clone, Debug, Default)]
pub struct AuditEntryFilter {
    /// Of this branch.
    pub branch: Option<ID>,
    /// About this thing.
    pub subject: Option<ID>,
    /// With this action.
    pub action: Option<String>,
    /// With this outcome.
    pub outcome: Option<AuditOutcome>,
}
