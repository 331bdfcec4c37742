//! The GraphQL face of categories.

use super::entity;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::DateTime;
use crate::platform::graphql::text::Text;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::{Later, RowObject};
use crate::platform::loading::reader::Reader;
use async_graphql::SimpleObject;
use uuid::Uuid;

/// A category of products.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct Category {
    /// The category's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The category's URL slug.
    pub slug: String,
    /// The category's name.
    pub name: Text,
    #[graphql(flatten)]
    pub(crate) details: Later<CategoryDetails>,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) parent_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

crate::columns! {
    /// What is read of one wherever it is shown.
    CategoryRow: Category of entity {
        /// The key.
        Id => id: Uuid,
        /// What it lies below.
        ParentId => parent_id: Option<Uuid>,
        /// Its name in addresses.
        Slug => slug: String,
        /// Its name.
        Name => name: Text,
    } names { Category: parent_id }
}

crate::details! {
    /// What is read of one when it is asked for.
    CategoryDetails of entity {
        /// The category's version: 1 when it was created, and one more with each edit. What only follows from other data
        /// leaves it as it is.
        Version => version: i32,
        /// When the category was last edited.
        ChangedAt => changed_at: DateTime,
    }
}

impl RowObject for Category {
    type Columns = CategoryRow;

    fn new(row: &CategoryRow, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::Category, row.id),
            slug: row.slug.clone(),
            name: row.name.clone(),
            key: row.id,
            parent_key: row.parent_id,
            details: Later::new(row.id, &batch),
            batch,
        }
    }
}
