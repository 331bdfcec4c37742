//! Root fields that change machine credentials of partners.

use super::object::{PartnerClient, PartnerClientSecretPayload};
use super::store;
use super::store::NewClient;
use crate::payload;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::{mutate, run, user_errors};
use crate::platform::graphql::scalars::DateTime;
use crate::platform::loading::object::NodeObject;
use crate::platform::loading::reader::Reads;
use crate::platform::query::transaction::Tx;
use async_graphql::{Context, ID, InputObject, InputType, Object};
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// A machine credential that is to be made.
#[derive(InputObject)]
pub struct PartnerClientCreateInput {
    /// The global id of the partner that the credential is for.
    pub partner_id: ID,
    /// The credential's name.
    pub name: String,
    /// The scopes of the credential, such as `programmes:read`.
    pub scopes: Vec<String>,
    /// The addresses and networks that it may come from, such as `192.0.2.0/24`; none: from anywhere.
    #[graphql(default)]
    pub addresses: Vec<String>,
    /// The instant at which the credential expires: within 365 days.
    pub expires_at: DateTime,
}

/// A machine credential that is to get another secret.
#[derive(InputObject)]
pub struct PartnerClientRotateInput {
    /// The global id of the machine credential.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The new instant at which the credential expires: within 365 days.
    pub expires_at: DateTime,
    /// For so many hours the secrets before it hold too, 0 to 168.
    #[graphql(default = 24)]
    pub overlap_hours: i32,
}

/// A machine credential that is to be revoked.
#[derive(InputObject)]
pub struct PartnerClientRevokeInput {
    /// The global id of the machine credential to revoke.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

payload! {
    /// The outcome of changing a machine credential.
    PartnerClientPayload {
        /// The credential as it is now; null when it was refused, unless the refusal is a CONFLICT.
        partner_client: PartnerClient
    }
}

/// Run a mutation that answers a secret, once.
async fn with_secret(
    ctx: &Context<'_>,
    input: &impl InputType,
    work: impl AsyncFnOnce(&Tx<'_>) -> Result<(Uuid, String)> + Clone,
) -> Result<PartnerClientSecretPayload> {
    let secret = Mutex::new(None);
    let outcome = run(ctx, input, async |tx| {
        let (key, made) = work(tx).await?;
        *secret.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
        Ok(key)
    });
    let outcome = outcome.await?;
    let secret = secret.into_inner().unwrap_or_else(PoisonError::into_inner);
    let partner_client = match outcome.thing {
        Some(key) => PartnerClient::open(ctx.reader(), key).await?,
        None => None,
    };
    let client_secret = secret.filter(|_| outcome.faults.is_empty());
    Ok(PartnerClientSecretPayload { partner_client, client_secret, user_errors: user_errors(ctx, outcome.faults) })
}

/// Root fields that change machine credentials of partners.
#[derive(Default)]
pub struct PartnerClientMutation;

#[Object]
impl PartnerClientMutation {
    /// Creates a machine credential for a partner. Its secret is shown once, in this answer. Codes in `userErrors`:
    /// TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE, SCOPE_INVALID, ADDRESS_INVALID, DATE_INVALID.
    async fn partner_client_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The machine credential to create.")] input: PartnerClientCreateInput,
    ) -> Result<PartnerClientSecretPayload> {
        let new = NewClient {
            partner: GlobalId::parse_as(Kind::Partner, &input.partner_id, "input.partnerId")?,
            name: input.name.clone(),
            scopes: input.scopes.clone(),
            addresses: input.addresses.clone(),
            expires_at: input.expires_at.0,
        };
        with_secret(ctx, &input, async |tx| store::create(tx, new).await).await
    }

    /// Replaces the secret of a machine credential. The new one is shown once, in this answer; the old one stays
    /// valid beside it for a while. Codes in `userErrors`: CONFLICT, STATUS_INVALID, DATE_INVALID, AMOUNT_INVALID.
    async fn partner_client_rotate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The machine credential, and until when it is valid.")] input: PartnerClientRotateInput,
    ) -> Result<PartnerClientSecretPayload> {
        let key = GlobalId::parse_as(Kind::PartnerClient, &input.id, "input.id")?;
        let (version, ends, overlap) = (input.expected_version, input.expires_at.0, input.overlap_hours);
        with_secret(ctx, &input, async |tx| store::rotate(tx, key, version, ends, overlap).await).await
    }

    /// Revokes a machine credential, for good: tokens that were issued for it end at once. Codes in `userErrors`:
    /// CONFLICT, STATUS_INVALID.
    async fn partner_client_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The machine credential to revoke.")] input: PartnerClientRevokeInput,
    ) -> Result<PartnerClientPayload> {
        let key = GlobalId::parse_as(Kind::PartnerClient, &input.id, "input.id")?;
        mutate(ctx, &input, async |tx| store::revoke(tx, key, input.expected_version).await).await
    }
}
