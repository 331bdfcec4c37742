//! What members and documents of cooperatives lead to, and the root fields that change them.

use crate::cooperative::entity as cooperative;
use crate::cooperative::object::Cooperative;
use crate::document::object::{Document, DocumentAddInput, DocumentEditInput};
use crate::document::store::{self as documents, Said};
use crate::membership::object::{Membership, MembershipAddInput, MembershipEndInput};
use crate::membership::store;
use crate::payload;
use crate::platform::error::Result;
use crate::platform::global_id::{GlobalId, Kind};
use crate::platform::mutation::Idempotency;
use crate::platform::reader::Reads;
use crate::platform::tx::Tx;
use async_graphql::{ComplexObject, Context, MaybeUndefined, Object};
use domain::membership::Joining;

#[ComplexObject]
impl Membership {
    /// In which cooperative.
    async fn cooperative(&self, ctx: &Context<'_>) -> Option<Result<Cooperative>> {
        let found = self.batch.one::<cooperative::Entity>(ctx.reader(), Some(self.cooperative_key)).await;
        found.map(|found| found.map(Cooperative::new)).transpose()
    }
}

#[ComplexObject]
impl Document {
    /// Of which cooperative.
    async fn cooperative(&self, ctx: &Context<'_>) -> Option<Result<Cooperative>> {
        let found = self.batch.one::<cooperative::Entity>(ctx.reader(), Some(self.cooperative_key)).await;
        found.map(|found| found.map(Cooperative::new)).transpose()
    }

    /// Whether it ends within 30 days and has not ended yet.
    async fn is_expiring(&self, ctx: &Context<'_>) -> bool {
        domain::cooperative::is_expiring(self.valid_until.map(|day| day.0), ctx.reader().today())
    }
}

payload! {
    /// What came of changing a membership.
    MembershipPayload {
        /// The membership as it is now; null when it was refused and nothing stands in the way.
        membership: Membership
    }
}

payload! {
    /// What came of changing a document.
    DocumentPayload {
        /// The document as it is now; null when it was refused and nothing stands in the way.
        document: Document
    }
}

/// What is said anew, or stays, or is cleared.
fn said<T, U>(given: MaybeUndefined<T>, kept: &mut Option<U>, make: impl FnOnce(T) -> U) {
    match given {
        MaybeUndefined::Undefined => {}
        MaybeUndefined::Null => *kept = None,
        MaybeUndefined::Value(value) => *kept = Some(make(value)),
    }
}

/// Root fields that change members and documents of cooperatives.
#[derive(Default)]
pub struct MembershipMutation;

#[Object]
impl MembershipMutation {
    /// Somebody joins a cooperative.
    async fn membership_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and which cooperative.")] input: MembershipAddInput,
    ) -> Result<MembershipPayload> {
        let cooperative = GlobalId::parse_as(Kind::Cooperative, &input.cooperative_id, "input.cooperativeId")?;
        let once = Idempotency::of(input.idempotency_key.as_ref(), &input)?;
        let joining = Joining {
            kind: input.kind.into(),
            name: input.name,
            sex: input.sex.map(Into::into),
            birth_year: input.birth_year,
            milieu: input.milieu.map(Into::into),
            shares: input.shares,
            joined_on: input.joined_on.0,
        };
        let reader = ctx.reader();
        let work = async |tx: &Tx<'_>| store::add(tx, cooperative, joining).await;
        let outcome = reader.mutate("membershipAdd", once, work).await?;
        MembershipPayload::of(ctx, outcome, async |key| store::find(reader, key).await).await
    }

    /// Somebody leaves a cooperative.
    async fn membership_end(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and when.")] input: MembershipEndInput,
    ) -> Result<MembershipPayload> {
        let key = GlobalId::parse_as(Kind::Membership, &input.id, "input.id")?;
        let once = Idempotency::of(input.idempotency_key.as_ref(), &input)?;
        let reader = ctx.reader();
        let work = async |tx: &Tx<'_>| store::end(tx, key, input.expected_version, input.left_on.0).await;
        let outcome = reader.mutate("membershipEnd", once, work).await?;
        MembershipPayload::of(ctx, outcome, async |key| store::find(reader, key).await).await
    }

    /// Take up a document of a cooperative: what it is and until when it holds.
    async fn document_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The document.")] input: DocumentAddInput,
    ) -> Result<DocumentPayload> {
        let cooperative = GlobalId::parse_as(Kind::Cooperative, &input.cooperative_id, "input.cooperativeId")?;
        let once = Idempotency::of(input.idempotency_key.as_ref(), &input)?;
        let said = Said {
            reference: input.reference,
            valid_from: input.valid_from.map(|day| day.0),
            valid_until: input.valid_until.map(|day| day.0),
        };
        let reader = ctx.reader();
        let work = async |tx: &Tx<'_>| documents::add(tx, cooperative, input.kind.into(), said).await;
        let outcome = reader.mutate("documentAdd", once, work).await?;
        DocumentPayload::of(ctx, outcome, async |key| documents::find(reader, key).await).await
    }

    /// Say something else of a document.
    async fn document_edit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one, and what.")] input: DocumentEditInput,
    ) -> Result<DocumentPayload> {
        let key = GlobalId::parse_as(Kind::Document, &input.id, "input.id")?;
        let once = Idempotency::of(input.idempotency_key.as_ref(), &input)?;
        let reader = ctx.reader();
        let change = |kept: &mut Said| {
            said(input.reference, &mut kept.reference, |text| text);
            said(input.valid_from, &mut kept.valid_from, |day| day.0);
            said(input.valid_until, &mut kept.valid_until, |day| day.0);
        };
        let work = async |tx: &Tx<'_>| documents::edit(tx, key, input.expected_version, change).await;
        let outcome = reader.mutate("documentEdit", once, work).await?;
        DocumentPayload::of(ctx, outcome, async |key| documents::find(reader, key).await).await
    }
}
