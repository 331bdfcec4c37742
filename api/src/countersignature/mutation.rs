//! Root fields by which cooperatives say what they think of their deliveries.

use super::object::DeliveryCountersignature;
use super::store;
use crate::payload;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::mutate;
use crate::platform::graphql::text::required;
use async_graphql::{Context, ID, InputObject, Object};
use domain::text::NAME_MAX;

/// A delivery that is as recorded.
#[derive(InputObject, Clone, Debug)]
pub struct DeliveryCountersignInput {
    /// The global id of the movement that recorded the delivery.
    pub movement_id: ID,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A delivery that is not as recorded.
#[derive(InputObject, Clone, Debug)]
pub struct DeliveryDisputeInput {
    /// The global id of the movement that recorded the delivery.
    pub movement_id: ID,
    /// The reason for which the cooperative disputes it.
    pub reason: String,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

payload! {
    /// The outcome of countersigning a delivery, or disputing it.
    DeliveryCountersignaturePayload {
        /// The countersignature as it is now; null when it was refused.
        countersignature: DeliveryCountersignature
    }
}

/// Root fields by which cooperatives say what they think of their deliveries.
#[derive(Default)]
pub struct CountersignatureMutation;

#[Object]
impl CountersignatureMutation {
    /// Countersigns a delivery of the caller's cooperative: it is as recorded. One that was disputed may be countersigned later. Codes
    /// in `userErrors`: STATUS_INVALID (the movement is no delivery).
    async fn delivery_countersign(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The delivery.")] input: DeliveryCountersignInput,
    ) -> Result<DeliveryCountersignaturePayload> {
        let key = GlobalId::parse_as(Kind::StockMovement, &input.movement_id, "input.movementId")?;
        mutate(ctx, &input, async |tx| store::sign(tx, key, || Ok(None)).await).await
    }

    /// Disputes a delivery of the caller's cooperative: it is not as recorded. Codes in `userErrors`: STATUS_INVALID (the movement is
    /// no delivery, or was countersigned), TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn delivery_dispute(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The delivery, and the reason.")] input: DeliveryDisputeInput,
    ) -> Result<DeliveryCountersignaturePayload> {
        let key = GlobalId::parse_as(Kind::StockMovement, &input.movement_id, "input.movementId")?;
        let reason = || Ok(Some(required(&input.reason, NAME_MAX, "reason")?));
        mutate(ctx, &input, async |tx| store::sign(tx, key, reason).await).await
    }
}
