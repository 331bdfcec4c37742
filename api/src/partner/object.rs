//! The GraphQL face of partner organisations.

use super::entity::{Entity, Model};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::DateTime;
use crate::platform::graphql::text::Text;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use async_graphql::SimpleObject;
use uuid::Uuid;

/// An organisation that the association works with; the association itself is one of them.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct Partner {
    /// The partner's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The partner's version: 1 when it was created, and one more with each edit. What only follows from other data
    /// leaves it as it is.
    pub version: i32,
    /// When the partner was last edited.
    pub changed_at: DateTime,
    /// The partner's URL slug.
    pub slug: String,
    /// The partner's name.
    pub name: Text,
    /// Whether the partner is an organisation of another country, or of several. The association declares what such partners
    /// contribute.
    pub is_foreign: bool,
    /// Whether the partner was invented for demonstration.
    pub is_demo: bool,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for Partner {
    type Entity = Entity;

    fn new(row: &Model, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::Partner, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            slug: row.slug.clone(),
            name: (&row.name).into(),
            is_foreign: row.is_foreign,
            is_demo: row.is_demo,
            key: row.id,
            batch,
        }
    }
}
