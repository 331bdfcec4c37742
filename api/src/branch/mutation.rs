//! Root fields that change branches.

use super::object::Branch;
use super::store;
use super::store::NewBranch;
use crate::payload;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::mutate;
use crate::platform::graphql::text::LocalizedTextInput;
use crate::platform::query::stored::EnumValue;
use async_graphql::{Context, ID, InputObject, Object};
use domain::branch::BranchKind;

/// A branch to create.
#[derive(InputObject)]
pub struct BranchCreateInput {
    /// The global id of the branch above the new one.
    pub parent_id: ID,
    /// The branch's rank, below that of the branch above it.
    pub kind: EnumValue<BranchKind>,
    /// The branch's name.
    pub name: LocalizedTextInput,
    /// The code of the branch's region; by default that of its province, or of the branch above it.
    pub region_code: Option<String>,
    /// The code of the branch's province; by default that of the branch above it.
    pub province_code: Option<String>,
    /// Whether the branch is a legal person of its own.
    #[graphql(default = false)]
    pub is_legal_person: bool,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A branch to rename.
#[derive(InputObject)]
pub struct BranchRenameInput {
    /// The global id of the branch to rename.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The branch's name; languages that are not named stay.
    pub name: LocalizedTextInput,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A branch to move, with all branches below it.
#[derive(InputObject)]
pub struct BranchMoveInput {
    /// The global id of the branch to move.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The global id of the branch to move it below.
    pub parent_id: ID,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A closed branch to open again.
#[derive(InputObject)]
pub struct BranchReopenInput {
    /// The global id of the branch to open again.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A branch to close.
#[derive(InputObject)]
pub struct BranchCloseInput {
    /// The global id of the branch to close.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

payload! {
    /// The outcome of changing a branch.
    BranchPayload {
        /// The branch as it is now; null when it was refused, unless the refusal is a CONFLICT.
        branch: Branch
    }
}

/// Root fields that change branches.
#[derive(Default)]
pub struct BranchMutation;

#[Object]
impl BranchMutation {
    /// Creates a branch below another one. Codes in `userErrors`: BRANCH_CLOSED, BRANCH_PLACE_INVALID, TEXT_REQUIRED,
    /// TEXT_TOO_LONG, TEXT_UNSAFE, NOT_FOUND (at `regionCode` and `provinceCode`).
    async fn branch_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The branch to create.")] input: BranchCreateInput,
    ) -> Result<BranchPayload> {
        let new = NewBranch {
            parent: GlobalId::parse_as(Kind::Branch, &input.parent_id, "input.parentId")?,
            kind: input.kind.0,
            name: input.name.clone(),
            region_code: input.region_code.clone(),
            province_code: input.province_code.clone(),
            is_legal_person: input.is_legal_person,
        };
        mutate(ctx, &input, async |tx| store::create(tx, new).await).await
    }

    /// Renames a branch; languages that are not named stay. Codes in `userErrors`: CONFLICT, TEXT_REQUIRED,
    /// TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn branch_rename(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The branch to rename, and its name.")] input: BranchRenameInput,
    ) -> Result<BranchPayload> {
        let key = GlobalId::parse_as(Kind::Branch, &input.id, "input.id")?;
        mutate(ctx, &input, async |tx| store::rename(tx, key, input.expected_version, input.name.clone()).await).await
    }

    /// Moves a branch, with all branches below it, below another one. A province that it has from above follows. Codes in `userErrors`: CONFLICT, BRANCH_CLOSED,
    /// BRANCH_PLACE_INVALID.
    async fn branch_move(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The branch to move, and the branch to move it to.")] input: BranchMoveInput,
    ) -> Result<BranchPayload> {
        let key = GlobalId::parse_as(Kind::Branch, &input.id, "input.id")?;
        let parent = GlobalId::parse_as(Kind::Branch, &input.parent_id, "input.parentId")?;
        mutate(ctx, &input, async |tx| store::relocate(tx, key, input.expected_version, parent).await).await
    }

    /// Opens a closed branch again; roles at it that were not revoked are in force again. Codes in `userErrors`: CONFLICT,
    /// STATUS_INVALID, BRANCH_CLOSED (the branch above it is closed), BRANCH_PLACE_INVALID.
    async fn branch_reopen(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The branch to open again.")] input: BranchReopenInput,
    ) -> Result<BranchPayload> {
        let key = GlobalId::parse_as(Kind::Branch, &input.id, "input.id")?;
        mutate(ctx, &input, async |tx| store::reopen(tx, key, input.expected_version).await).await
    }

    /// Closes a branch. What it owns stays, and is looked after by the branches above it; roles at it let nobody do anything.
    /// Codes in `userErrors`: CONFLICT, STATUS_INVALID, BRANCH_NOT_EMPTY, BRANCH_PLACE_INVALID.
    async fn branch_close(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The branch to close.")] input: BranchCloseInput,
    ) -> Result<BranchPayload> {
        let key = GlobalId::parse_as(Kind::Branch, &input.id, "input.id")?;
        mutate(ctx, &input, async |tx| store::close(tx, key, input.expected_version).await).await
    }
}
