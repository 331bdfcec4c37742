//! The GraphQL face of cooperatives' documents.

use super::entity::{Entity, Model};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{Date, DateTime};
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::EnumValue;
use async_graphql::SimpleObject;
use domain::cooperative::DocumentKind;
use uuid::Uuid;

/// A document of a cooperative: what it is and until when it holds. The cooperative and its branch line alone see it.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct Document {
    /// The document's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The document's version: 1 when it was created, and one more with each edit. What only follows from other data
    /// leaves it as it is.
    pub version: i32,
    /// When the document was last edited.
    pub changed_at: DateTime,
    /// The kind of document.
    pub kind: EnumValue<DocumentKind>,
    /// The number that the issuer gave the document; null when it has none.
    pub reference: Option<String>,
    /// The first day on which the document is valid; null when it is not known.
    pub valid_from: Option<Date>,
    /// The last day on which the document is valid; null: no end.
    pub valid_until: Option<Date>,
    #[graphql(skip)]
    pub(crate) cooperative_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for Document {
    type Columns = Entity;

    const PERSONAL: Option<&'static str> = Some("documents");

    fn new(row: &Model, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::Document, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            kind: row.kind,
            reference: row.reference.clone(),
            valid_from: row.valid_from.map(|day| Date(day.0)),
            valid_until: row.valid_until.map(|day| Date(day.0)),
            cooperative_key: row.cooperative_id,
            batch,
        }
    }
}
