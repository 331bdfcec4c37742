//! What branches lead to, what cooperatives lead to, and the root fields that change branches.

use super::{connection, page};
use crate::branch::entity as branch;
use crate::branch::object::{Branch, BranchCloseInput, BranchCreateInput, BranchMoveInput, BranchRenameInput};
use crate::branch::store::{self, ChildrenOf, Wanted};
use crate::cooperative::object::Cooperative;
use crate::cooperative::object::RegisterIdentity;
use crate::cooperative::store::{CooperativesOf, IdentitiesOf};
use crate::document::object::Document;
use crate::document::store::DocumentsOf;
use crate::geography::object::{Province, Region};
use crate::geography::{province, region};
use crate::market::object::Market;
use crate::market::store::MarketsOf;
use crate::membership::object::{MemberCounts, Membership};
use crate::membership::store::{CountsOf, MembershipsOf};
use crate::payload;
use crate::platform::error::Result;
use crate::platform::global_id::{GlobalId, Kind};
use crate::platform::lookup::Lookup;
use crate::platform::mutation::{Idempotency, Outcome};
use crate::platform::page::Connection;
use crate::platform::reader::Reads;
use crate::platform::tx::Tx;
use crate::product::object::Product;
use crate::product::store::ProductsOf;
use crate::session::mutation::HasDoor;
use async_graphql::{ComplexObject, Context, Object};

#[ComplexObject]
impl Branch {
    /// The branch above it; null for the national one.
    async fn parent(&self, ctx: &Context<'_>) -> Option<Result<Branch>> {
        let found = self.batch.one::<branch::Entity>(ctx.reader(), self.parent_key).await;
        found.map(|found| found.map(Branch::new)).transpose()
    }

    /// Its region.
    async fn region(&self, ctx: &Context<'_>) -> Option<Result<Region>> {
        let found = self.batch.one::<region::Entity>(ctx.reader(), self.region_key).await;
        found.map(|found| found.map(Region::new)).transpose()
    }

    /// Its province.
    async fn province(&self, ctx: &Context<'_>) -> Option<Result<Province>> {
        let found = self.batch.one::<province::Entity>(ctx.reader(), self.province_key).await;
        found.map(|found| found.map(Province::new)).transpose()
    }

    /// The branches directly below it, by their slugs.
    async fn children(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Branch>> {
        let (args, total) = page!(ctx, first, after, last, before);
        connection(self.batch.load(ctx.reader(), ChildrenOf { args, total }, self.key).await?)
    }

    /// The cooperatives that it looks after, the newest first.
    async fn cooperatives(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Cooperative>> {
        let (args, total) = page!(ctx, first, after, last, before);
        connection(self.batch.load(ctx.reader(), CooperativesOf { args, total }, self.key).await?)
    }

    /// The markets that it supervises, in the order in which they were founded.
    async fn markets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Market>> {
        let (args, total) = page!(ctx, first, after, last, before);
        connection(self.batch.load(ctx.reader(), MarketsOf::<false> { args, total }, self.key).await?)
    }
}

#[ComplexObject]
impl Cooperative {
    /// The branch that looks after it.
    async fn branch(&self, ctx: &Context<'_>) -> Option<Result<Branch>> {
        let found = self.batch.one::<branch::Entity>(ctx.reader(), Some(self.branch_key)).await;
        found.map(|found| found.map(Branch::new)).transpose()
    }

    /// The province of its seat.
    async fn province(&self, ctx: &Context<'_>) -> Option<Result<Province>> {
        let found = self.batch.one::<province::Entity>(ctx.reader(), Some(self.province_key)).await;
        found.map(|found| found.map(Province::new)).transpose()
    }

    /// Its members, those who joined last first; empty for whoever may not see them.
    async fn memberships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Membership>> {
        let (args, total) = page!(ctx, first, after, last, before);
        connection(self.batch.load(ctx.reader(), MembershipsOf { args, total }, self.key).await?)
    }

    /// How many members it has today, whole; null for whoever may not see them, and without any.
    async fn member_counts(&self, ctx: &Context<'_>) -> Result<Option<MemberCounts>> {
        self.batch.load(ctx.reader(), CountsOf, self.key).await
    }

    /// Its documents, the newest first; empty for whoever may not see them.
    async fn documents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Document>> {
        let (args, total) = page!(ctx, first, after, last, before);
        connection(self.batch.load(ctx.reader(), DocumentsOf { args, total }, self.key).await?)
    }

    /// Its identity in the register; null for whoever may not see it, and without one.
    async fn register_identity(&self, ctx: &Context<'_>) -> Result<Option<RegisterIdentity>> {
        Ok(self.batch.load(ctx.reader(), IdentitiesOf, self.key).await?.and_then(|known| known.identity))
    }

    /// Whether it is older than the register and needs no identity there; null for whoever may not see it.
    async fn legacy_exemption(&self, ctx: &Context<'_>) -> Result<Option<bool>> {
        Ok(self.batch.load(ctx.reader(), IdentitiesOf, self.key).await?.map(|known| known.legacy_exemption))
    }

    /// Its products, the newest first.
    async fn products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Product>> {
        let (args, total) = page!(ctx, first, after, last, before);
        connection(self.batch.load(ctx.reader(), ProductsOf { args, total }, self.key).await?)
    }
}

payload! {
    /// What came of changing a branch.
    BranchPayload {
        /// The branch as it is now; null when it was refused and nothing stands in the way.
        branch: Branch
    }
}

async fn payload(ctx: &Context<'_>, outcome: Outcome) -> Result<BranchPayload> {
    // Where a branch stands, and whether it works, is a part of everybody's reach.
    ctx.door().rights.forget();
    let reader = ctx.reader();
    BranchPayload::of(ctx, outcome, async |key| store::find(reader, Lookup::Key(key)).await).await
}

/// Root fields that change branches.
#[derive(Default)]
pub struct BranchMutation;

#[Object]
impl BranchMutation {
    /// Make a branch below another.
    async fn branch_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The branch.")] input: BranchCreateInput,
    ) -> Result<BranchPayload> {
        let parent = GlobalId::parse_as(Kind::Branch, &input.parent_id, "input.parentId")?;
        let once = Idempotency::of(input.idempotency_key.as_ref(), &input)?;
        let wanted = Wanted {
            parent,
            kind: input.kind.into(),
            name: input.name,
            region_code: input.region_code,
            province_code: input.province_code,
            is_legal_person: input.is_legal_person,
        };
        let outcome = ctx.reader().mutate("branchCreate", once, async |tx| store::create(tx, wanted).await).await?;
        payload(ctx, outcome).await
    }

    /// Give a branch another name; languages that are not named stay.
    async fn branch_rename(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one, and the name.")] input: BranchRenameInput,
    ) -> Result<BranchPayload> {
        let key = GlobalId::parse_as(Kind::Branch, &input.id, "input.id")?;
        let once = Idempotency::of(input.idempotency_key.as_ref(), &input)?;
        let work = async |tx: &Tx<'_>| store::rename(tx, key, input.expected_version, input.name).await;
        let outcome = ctx.reader().mutate("branchRename", once, work).await?;
        payload(ctx, outcome).await
    }

    /// Move a branch, with all below it, under another one.
    async fn branch_move(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one, and where to.")] input: BranchMoveInput,
    ) -> Result<BranchPayload> {
        let key = GlobalId::parse_as(Kind::Branch, &input.id, "input.id")?;
        let parent = GlobalId::parse_as(Kind::Branch, &input.parent_id, "input.parentId")?;
        let once = Idempotency::of(input.idempotency_key.as_ref(), &input)?;
        let work = async |tx: &Tx<'_>| store::relocate(tx, key, input.expected_version, parent).await;
        let outcome = ctx.reader().mutate("branchMove", once, work).await?;
        payload(ctx, outcome).await
    }

    /// Close a branch, for good. What it owns stays, and is looked after from above.
    async fn branch_close(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: BranchCloseInput,
    ) -> Result<BranchPayload> {
        let key = GlobalId::parse_as(Kind::Branch, &input.id, "input.id")?;
        let once = Idempotency::of(input.idempotency_key.as_ref(), &input)?;
        let work = async |tx: &Tx<'_>| store::close(tx, key, input.expected_version).await;
        let outcome = ctx.reader().mutate("branchClose", once, work).await?;
        payload(ctx, outcome).await
    }
}
