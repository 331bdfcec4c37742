//! The GraphQL face of categories.

use super::entity::{Entity, Model};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::DateTime;
use crate::platform::graphql::text::Text;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use async_graphql::SimpleObject;
use uuid::Uuid;

/// A category of products.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct Category {
    /// The category's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The category's version: 1 when it was created, and one more with each edit. What only follows from other data
    /// leaves it as it is.
    pub version: i32,
    /// When the category was last edited.
    pub changed_at: DateTime,
    /// The category's URL slug.
    pub slug: String,
    /// The category's name.
    pub name: Text,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) parent_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for Category {
    type Entity = Entity;

    fn new(row: &Model, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::Category, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            slug: row.slug.clone(),
            name: (&row.name).into(),
            key: row.id,
            parent_key: row.parent_id,
            batch,
        }
    }
}
