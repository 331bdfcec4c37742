//! The GraphQL face of partner organisations.

use super::entity;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::DateTime;
use crate::platform::graphql::text::Text;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::{Later, RowObject};
use crate::platform::loading::reader::Reader;
use async_graphql::SimpleObject;
use uuid::Uuid;

/// An organisation that the association works with; the association itself is one of them.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct Partner {
    /// The partner's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The partner's URL slug.
    pub slug: String,
    /// The partner's name.
    pub name: Text,
    #[graphql(flatten)]
    pub(crate) details: Later<PartnerDetails>,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

crate::columns! {
    /// What is read of one wherever it is shown.
    PartnerRow: Partner of entity {
        /// The key.
        Id => id: Uuid,
        /// Its name in addresses.
        Slug => slug: String,
        /// Its name.
        Name => name: Text,
    } names {} page { PartnerDetails }
}

crate::details! {
    /// What is read of one when it is asked for.
    PartnerDetails of entity {
        /// The partner's version: 1 when it was created, and one more with each edit. What only follows from other data
        /// leaves it as it is.
        Version => version: i32,
        /// When the partner was last edited.
        ChangedAt => changed_at: DateTime,
        /// Whether the partner is an organisation of another country, or of several. The association declares what such partners
        /// contribute.
        IsForeign => is_foreign: bool,
        /// Whether the partner was invented for demonstration.
        IsDemo => is_demo: bool,
    }
}

impl RowObject for Partner {
    type Columns = PartnerRow;

    fn new(row: &PartnerRow, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::Partner, row.id),
            slug: row.slug.clone(),
            name: row.name.clone(),
            key: row.id,
            details: Later::new(row.id, &batch),
            batch,
        }
    }
}
