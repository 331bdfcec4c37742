//! The GraphQL face of branches.

use super::entity::{Entity, Model};
use crate::platform::graphql::contacts::Contacts;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{Date, DateTime};
use crate::platform::graphql::text::Text;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::EnumValue;
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
    /// When the branch was last edited.
    pub changed_at: DateTime,
    /// The branch's URL slug.
    pub slug: String,
    /// The branch's rank in the tree.
    pub kind: EnumValue<BranchKind>,
    /// The branch's name.
    pub name: Text,
    /// The public contacts of the branch; null when none are published.
    pub contacts: Option<Contacts>,
    /// Whether the branch is a legal person of its own.
    pub is_legal_person: bool,
    /// Whether the branch is active or closed.
    pub status: EnumValue<BranchStatus>,
    /// Whether the branch was invented for demonstration.
    pub is_demo: bool,
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

impl RowObject for Branch {
    type Entity = Entity;

    fn new(row: &Model, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::Branch, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            slug: row.slug.clone(),
            kind: row.kind,
            name: (&row.name).into(),
            contacts: row.contacts.clone().map(Contacts::from),
            is_legal_person: row.is_legal_person,
            status: row.status,
            is_demo: row.is_demo,
            key: row.id,
            parent_key: row.parent_id,
            region_key: row.region_id,
            province_key: row.province_id,
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
