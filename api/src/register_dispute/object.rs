//! The GraphQL face of disputes about identities in the register.

use super::entity::{Entity, Model};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::DateTime;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::EnumValue;
use async_graphql::{InputObject, SimpleObject};
use domain::cooperative::RegisterDisputeOutcome;
use uuid::Uuid;

/// A dispute about an identity in the register that two cooperatives claim. The national level alone sees and decides it.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct RegisterDispute {
    /// The dispute's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The dispute's version: 1 when it was created, and one more with each edit. What only follows from other data leaves it
    /// as it is.
    pub version: i32,
    /// When the dispute was last edited.
    pub changed_at: DateTime,
    /// The court of first instance that keeps the register.
    pub court: String,
    /// The number in that register.
    pub number: String,
    /// When the identity was claimed for the second time.
    pub claimed_at: DateTime,
    /// What was decided.
    pub outcome: EnumValue<RegisterDisputeOutcome>,
    /// Why it was decided so, as both branches are told; null while it is open.
    pub reason: Option<String>,
    #[graphql(skip)]
    pub(crate) claimant_key: Uuid,
    #[graphql(skip)]
    pub(crate) holder_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for RegisterDispute {
    type Columns = Entity;

    const PERSONAL: Option<&'static str> = Some("registerDisputes");

    fn new(row: &Model, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::RegisterDispute, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            court: row.court.clone(),
            number: row.register_number.clone(),
            claimed_at: DateTime::micros(row.claimed_at),
            outcome: row.outcome,
            reason: row.reason.clone(),
            claimant_key: row.cooperative_id,
            holder_key: row.holder_id,
            batch,
        }
    }
}

/// Conditions on disputes: those that are given must all be met.
#[derive(InputObject, Clone, Debug, Default)]
pub struct RegisterDisputeFilter {
    /// Leaves only disputes with this outcome.
    pub outcome: Option<EnumValue<RegisterDisputeOutcome>>,
}
