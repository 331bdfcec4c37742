//! The GraphQL face of branches.

use super::entity;
use crate::platform::graphql::contacts::Contacts;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{Date, DateTime};
use crate::platform::graphql::text::Text;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::{Later, RowObject};
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::{EnumValue, Json};
use async_graphql::{ID, InputObject, SimpleObject};
use domain::branch::{BranchKind, BranchStatus};
use domain::text::Locale;
use uuid::Uuid;

/// A branch of the association.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct Branch {
    /// The branch's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The branch's version: 1 when it was created, and one more with each edit. What only follows from other data
    /// leaves it as it is.
    pub version: i32,
    /// The branch's URL slug.
    pub slug: String,
    /// The branch's rank in the tree.
    pub kind: EnumValue<BranchKind>,
    /// The branch's name.
    pub name: Text,
    /// Whether the branch is active or closed.
    pub status: EnumValue<BranchStatus>,
    #[graphql(flatten)]
    pub(crate) details: Later<BranchDetails>,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) parent_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) region_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) province_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

/// Where a branch stood in the tree, and when.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct BranchPlace {
    /// The first day on which the branch stood there.
    pub from: Date,
    /// The day on which the branch was moved from there; null: it stands there today.
    pub until: Option<Date>,
    #[graphql(skip)]
    pub(crate) parent_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

/// How many things of a branch have a text that is missing in a language, as far as the caller reaches. The lists of each
/// kind name them: `filter: {branch: …, missingTranslation: …}`.
#[derive(SimpleObject, Clone, Copy, Debug, Default)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct MissingTranslations {
    /// The number of cooperatives that the branch looks after.
    pub cooperatives: i32,
    /// The number of markets that the branch supervises.
    pub markets: i32,
    /// The number of products of these cooperatives.
    pub products: i32,
    /// The number of programmes that the branch leads.
    pub programmes: i32,
    /// The number of agreements that the branch keeps.
    pub agreements: i32,
}

crate::columns! {
    /// What is read of one wherever it is shown.
    BranchRow: Branch of entity {
        /// The key.
        Id => id: Uuid,
        /// How often it was changed; 1 when it was made.
        Version => version: i32,
        /// What it lies below.
        ParentId => parent_id: Option<Uuid>,
        /// Its name in addresses.
        Slug => slug: String,
        /// Its kind.
        Kind => kind: EnumValue<BranchKind>,
        /// Its name.
        Name => name: Text,
        /// The region that it lies in.
        RegionId => region_id: Option<Uuid>,
        /// The province of its seat.
        ProvinceId => province_id: Option<Uuid>,
        /// Its status.
        Status => status: EnumValue<BranchStatus>,
    } names { Branch: parent_id, Region: region_id, Province: province_id } page { BranchDetails }
}

crate::details! {
    /// What is read of one when it is asked for.
    BranchDetails of entity {
        /// When the branch was last edited.
        ChangedAt => changed_at: DateTime,
        /// The public contacts of the branch; null when none are published.
        Contacts => contacts: Option<Json<Contacts>>,
        /// Whether the branch is a legal person of its own.
        IsLegalPerson => is_legal_person: bool,
        /// Whether the branch was invented for demonstration.
        IsDemo => is_demo: bool,
    }
}

impl RowObject for Branch {
    type Columns = BranchRow;

    fn new(row: &BranchRow, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::Branch, row.id),
            version: row.version,
            slug: row.slug.clone(),
            kind: row.kind,
            name: row.name.clone(),
            status: row.status,
            key: row.id,
            parent_key: row.parent_id,
            region_key: row.region_id,
            province_key: row.province_id,
            details: Later::new(row.id, &batch),
            batch,
        }
    }
}

/// Conditions on branches: those that are given must all be met.
#[derive(InputObject, Clone, Debug, Default)]
pub struct BranchFilter {
    /// Leaves only branches of this rank.
    pub kind: Option<EnumValue<BranchKind>>,
    /// Leaves only branches directly below the branch with this global id.
    pub parent: Option<ID>,
    /// Leaves only branches in the province with this code.
    pub province: Option<String>,
    /// Leaves only branches of which a text is missing in this language. For signed-in callers.
    pub missing_translation: Option<EnumValue<Locale>>,
}
