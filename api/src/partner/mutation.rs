//! Root fields that change partners.

use super::object::Partner;
use super::store;
use crate::payload;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::mutate;
use crate::platform::graphql::text::LocalizedTextInput;
use async_graphql::{Context, ID, InputObject, Object};

/// A partner organisation to be recorded.
#[derive(InputObject, Clone, Debug)]
pub struct PartnerCreateInput {
    /// The partner's name.
    pub name: LocalizedTextInput,
    /// Whether the partner is an organisation of another country, or of several.
    #[graphql(default)]
    pub is_foreign: bool,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A partner organisation to be edited.
#[derive(InputObject, Clone, Debug)]
pub struct PartnerEditInput {
    /// The global id of the partner.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The partner's name: a language that is not named stays as it is, null removes it.
    pub name: LocalizedTextInput,
    /// Whether the partner is an organisation of another country, or of several.
    pub is_foreign: Option<bool>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

payload! {
    /// The outcome of changing a partner.
    PartnerPayload {
        /// The partner as it is now; null when it was refused, unless the refusal is a CONFLICT.
        partner: Partner
    }
}

/// Root fields that change partners.
#[derive(Default)]
pub struct PartnerMutation;

#[Object]
impl PartnerMutation {
    /// Records a partner organisation; the national level does. Codes in `userErrors`: TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn partner_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The partner to record.")] input: PartnerCreateInput,
    ) -> Result<PartnerPayload> {
        mutate(ctx, &input, async |tx| store::create(tx, input.name.clone(), input.is_foreign).await).await
    }

    /// Edits a partner organisation; the national level does. Its slug stays. Codes in `userErrors`: CONFLICT, TEXT_REQUIRED,
    /// TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn partner_edit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The partner, and its name.")] input: PartnerEditInput,
    ) -> Result<PartnerPayload> {
        let key = GlobalId::parse_as(Kind::Partner, &input.id, "input.id")?;
        let form = (input.name.clone(), input.is_foreign);
        mutate(ctx, &input, async |tx| store::edit(tx, key, input.expected_version, form).await).await
    }
}
