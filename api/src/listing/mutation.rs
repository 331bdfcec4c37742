//! The root field that puts variants on the shelf.

use super::object::Listing;
use super::store;
use crate::payload;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::mutate;
use crate::platform::graphql::scalars::Decimal;
use async_graphql::{Context, ID, InputObject, Object};

/// A variant on the shelf of a market.
#[derive(InputObject, Clone, Debug)]
pub struct ListingSetInput {
    /// The global id of the market.
    pub market_id: ID,
    /// The global id of the variant.
    pub variant_id: ID,
    /// The price on the shelf in dirhams, above zero.
    pub price: Decimal,
    /// Whether the market shows the listing.
    pub is_visible: bool,
    /// The listing's version that the caller has read; null when there is no listing yet. Another one is refused with CONFLICT.
    pub expected_version: Option<i32>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

payload! {
    /// The outcome of putting a variant on the shelf.
    ListingPayload {
        /// The listing as it is now; null when it was refused, unless the refusal is a CONFLICT.
        listing: Listing
    }
}

/// The root field that puts variants on the shelf.
#[derive(Default)]
pub struct ListingMutation;

#[Object]
impl ListingMutation {
    /// Puts a variant on the shelf of a market, or changes its price or whether it is shown. Codes in `userErrors`: CONFLICT,
    /// AMOUNT_INVALID, NOT_FOUND (at `variantId`), STATUS_INVALID (the market is closed; at `variantId`: the product is not
    /// published).
    async fn listing_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The market, the variant, and its price.")] input: ListingSetInput,
    ) -> Result<ListingPayload> {
        let market = GlobalId::parse_as(Kind::Market, &input.market_id, "input.marketId")?;
        let variant = GlobalId::parse_as(Kind::ProductVariant, &input.variant_id, "input.variantId")?;
        let form = || Ok((input.price.entered("price")?, input.is_visible));
        mutate(ctx, &input, async |tx| store::set(tx, (market, variant), input.expected_version, form).await).await
    }
}
