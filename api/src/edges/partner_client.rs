//! What machine credentials of partners lead to, and the root fields that change them.

use crate::partner::entity as partner;
use crate::partner::object::Partner;
use crate::partner_client::object::{
    PartnerClient, PartnerClientCreateInput, PartnerClientRevokeInput, PartnerClientRotateInput,
    PartnerClientSecretPayload,
};
use crate::partner_client::store::{self, Wanted};
use crate::payload;
use crate::platform::error::Result;
use crate::platform::global_id::{GlobalId, Kind};
use crate::platform::mutation::{Idempotency, user_errors};
use crate::platform::reader::Reads;
use crate::platform::tx::Tx;
use crate::session::mutation::HasDoor;
use async_graphql::{ComplexObject, Context, Object};
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

#[ComplexObject]
impl PartnerClient {
    /// Whose it is.
    async fn partner(&self, ctx: &Context<'_>) -> Option<Result<Partner>> {
        let found = self.batch.one::<partner::Entity>(ctx.reader(), Some(self.partner_key)).await;
        found.map(|found| found.map(Partner::new)).transpose()
    }
}

payload! {
    /// What came of changing a machine credential.
    PartnerClientPayload {
        /// The credential as it is now; null when it was refused and nothing stands in the way.
        partner_client: PartnerClient
    }
}

/// Do something that tells a secret, once.
async fn tell(
    ctx: &Context<'_>,
    mutation: &str,
    work: impl AsyncFnOnce(&Tx<'_>) -> Result<(Uuid, String)> + Clone,
) -> Result<PartnerClientSecretPayload> {
    let (reader, secret) = (ctx.reader(), Mutex::new(None));
    let outcome = reader.mutate(mutation, None, async |tx| {
        let (key, told) = work(tx).await?;
        *secret.lock().unwrap_or_else(PoisonError::into_inner) = Some(told);
        Ok(key)
    });
    let outcome = outcome.await?;
    let secret = secret.into_inner().unwrap_or_else(PoisonError::into_inner);
    ctx.door().rights.forget();
    let partner_client = match outcome.thing {
        Some(key) => store::find(reader, key).await?,
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
    /// Make a machine credential for a partner. Its secret is told once, in this answer.
    async fn partner_client_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The credential.")] input: PartnerClientCreateInput,
    ) -> Result<PartnerClientSecretPayload> {
        let wanted = Wanted {
            partner: GlobalId::parse_as(Kind::Partner, &input.partner_id, "input.partnerId")?,
            name: input.name,
            scopes: input.scopes,
            addresses: input.addresses,
            expires_at: input.expires_at.0,
        };
        tell(ctx, "partnerClientCreate", async |tx| store::create(tx, wanted).await).await
    }

    /// Give a machine credential another secret, which is told once, in this answer; the one before holds for a while
    /// beside it.
    async fn partner_client_rotate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one, and until when.")] input: PartnerClientRotateInput,
    ) -> Result<PartnerClientSecretPayload> {
        let key = GlobalId::parse_as(Kind::PartnerClient, &input.id, "input.id")?;
        let (version, ends, overlap) = (input.expected_version, input.expires_at.0, input.overlap_hours);
        tell(ctx, "partnerClientRotate", async |tx| store::rotate(tx, key, version, ends, overlap).await).await
    }

    /// Revoke a machine credential, for good: tokens that were given for it end at once.
    async fn partner_client_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: PartnerClientRevokeInput,
    ) -> Result<PartnerClientPayload> {
        let key = GlobalId::parse_as(Kind::PartnerClient, &input.id, "input.id")?;
        let once = Idempotency::of(input.idempotency_key.as_ref(), &input)?;
        let reader = ctx.reader();
        let work = async |tx: &Tx<'_>| store::revoke(tx, key, input.expected_version).await;
        let outcome = reader.mutate("partnerClientRevoke", once, work).await?;
        ctx.door().rights.forget();
        PartnerClientPayload::of(ctx, outcome, async |key| store::find(reader, key).await).await
    }
}
