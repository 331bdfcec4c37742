//! Root fields that change branches.

use super::object::{Branch, BranchKind};
use super::store::{self, Wanted};
use crate::payload;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::lookup::Lookup;
use crate::platform::graphql::mutation::mutate;
use crate::platform::graphql::text::LocalizedTextInput;
use async_graphql::{Context, ID, InputObject, Object};

/// A branch that is to be made.
#[derive(InputObject)]
pub struct BranchCreateInput {
    /// The branch above it.
    pub parent_id: ID,
    /// Its rank, below that of the one above it.
    pub kind: BranchKind,
    /// The name.
    pub name: LocalizedTextInput,
    /// The code of its region; that of its province or of the branch above it, if nothing is said.
    pub region_code: Option<String>,
    /// The code of its province; that of the branch above it, if nothing is said.
    pub province_code: Option<String>,
    /// Whether it is a legal person of its own.
    #[graphql(default = false)]
    pub is_legal_person: bool,
    /// A key under which the same mutation may be sent again: it is done once.
    pub idempotency_key: Option<String>,
}

/// Another name for a branch.
#[derive(InputObject)]
pub struct BranchRenameInput {
    /// Which one.
    pub id: ID,
    /// The version that the caller has looked at.
    pub expected_version: i32,
    /// The name; languages that are not named stay.
    pub name: LocalizedTextInput,
    /// A key under which the same mutation may be sent again: it is done once.
    pub idempotency_key: Option<String>,
}

/// Another place for a branch and all below it.
#[derive(InputObject)]
pub struct BranchMoveInput {
    /// Which one.
    pub id: ID,
    /// The version that the caller has looked at.
    pub expected_version: i32,
    /// The branch that it will stand below.
    pub parent_id: ID,
    /// A key under which the same mutation may be sent again: it is done once.
    pub idempotency_key: Option<String>,
}

/// A branch that is to be closed.
#[derive(InputObject)]
pub struct BranchCloseInput {
    /// Which one.
    pub id: ID,
    /// The version that the caller has looked at.
    pub expected_version: i32,
    /// A key under which the same mutation may be sent again: it is done once.
    pub idempotency_key: Option<String>,
}

payload! {
    /// What came of changing a branch.
    BranchPayload {
        /// The branch as it is now; null when it was refused and nothing stands in the way.
        branch: Branch = |reader, key| store::find(reader, Lookup::Key(key))
    }
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
        let wanted = Wanted {
            parent: GlobalId::parse_as(Kind::Branch, &input.parent_id, "input.parentId")?,
            kind: input.kind.into(),
            name: input.name.clone(),
            region_code: input.region_code.clone(),
            province_code: input.province_code.clone(),
            is_legal_person: input.is_legal_person,
        };
        mutate(ctx, &input, async |tx| store::create(tx, wanted).await).await
    }

    /// Give a branch another name; languages that are not named stay.
    async fn branch_rename(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one, and the name.")] input: BranchRenameInput,
    ) -> Result<BranchPayload> {
        let key = GlobalId::parse_as(Kind::Branch, &input.id, "input.id")?;
        mutate(ctx, &input, async |tx| store::rename(tx, key, input.expected_version, input.name.clone()).await).await
    }

    /// Move a branch, with all below it, under another one.
    async fn branch_move(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one, and where to.")] input: BranchMoveInput,
    ) -> Result<BranchPayload> {
        let key = GlobalId::parse_as(Kind::Branch, &input.id, "input.id")?;
        let parent = GlobalId::parse_as(Kind::Branch, &input.parent_id, "input.parentId")?;
        mutate(ctx, &input, async |tx| store::relocate(tx, key, input.expected_version, parent).await).await
    }

    /// Close a branch, for good. What it owns stays, and is looked after from above.
    async fn branch_close(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: BranchCloseInput,
    ) -> Result<BranchPayload> {
        let key = GlobalId::parse_as(Kind::Branch, &input.id, "input.id")?;
        mutate(ctx, &input, async |tx| store::close(tx, key, input.expected_version).await).await
    }
}
