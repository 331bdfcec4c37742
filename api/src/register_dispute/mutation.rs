//! Root fields that decide disputes about identities in the register.

use super::object::RegisterDispute;
use super::store;
use crate::payload;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::mutate;
use crate::platform::query::stored::EnumValue;
use async_graphql::{Context, ID, InputObject, Object};
use domain::cooperative::RegisterDisputeOutcome;

/// A dispute about an identity in the register that is to be decided.
#[derive(InputObject, Clone, Debug)]
pub struct RegisterDisputeDecideInput {
    /// The global id of the dispute to decide.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The decision: UPHELD or REJECTED.
    pub outcome: EnumValue<RegisterDisputeOutcome>,
    /// Why it is decided so. Both branches are told: it names neither the other cooperative nor its branch.
    pub reason: String,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

payload! {
    /// The outcome of deciding a dispute about an identity in the register.
    RegisterDisputePayload {
        /// The dispute as it is now; null when it was refused, unless the refusal is a CONFLICT.
        register_dispute: RegisterDispute
    }
}

/// Root fields that decide disputes about identities in the register.
#[derive(Default)]
pub struct RegisterDisputeMutation;

#[Object]
impl RegisterDisputeMutation {
    /// Decides whose an identity in the register is that two cooperatives claim. The other one's is not verified any more. Each
    /// branch learns what was decided about its own cooperative, and why. Codes in `userErrors`: CONFLICT, STATUS_INVALID,
    /// TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn register_dispute_decide(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The dispute, the decision, and the reason.")] input: RegisterDisputeDecideInput,
    ) -> Result<RegisterDisputePayload> {
        let key = GlobalId::parse_as(Kind::RegisterDispute, &input.id, "input.id")?;
        let (version, outcome) = (input.expected_version, input.outcome.0);
        mutate(ctx, &input, async |tx| store::decide(tx, key, version, outcome, &input.reason).await).await
    }
}
