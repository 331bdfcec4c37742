//! The GraphQL face of documents of agreements.

use super::entity::{Entity, Model};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{Date, DateTime};
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::EnumValue;
use async_graphql::SimpleObject;
use domain::partnership::AgreementDocumentKind;
use uuid::Uuid;

/// A document of an agreement: what it is and how its file is recognised. The branch line that keeps the agreement sees it.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct AgreementDocument {
    /// The document's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The document's version: 1 when it was created, and one more with each edit. What only follows from other data leaves it as
    /// it is.
    pub version: i32,
    /// When the document was last edited.
    pub changed_at: DateTime,
    /// The kind of document.
    pub kind: EnumValue<AgreementDocumentKind>,
    /// The title of the document.
    pub title: String,
    /// The number that the issuer gave the document; null when there is none.
    pub reference: Option<String>,
    /// The date on the document; null when there is none.
    pub dated_on: Option<Date>,
    /// The SHA-256 of the document's file in 64 hexadecimal digits; null when it is not known.
    pub sha256: Option<String>,
    /// Whether the document was withdrawn: it was added by mistake.
    pub is_withdrawn: bool,
    #[graphql(skip)]
    pub(crate) agreement_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for AgreementDocument {
    type Columns = Entity;

    fn new(row: &Model, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::AgreementDocument, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            kind: row.kind,
            title: row.title.clone(),
            reference: row.reference.clone(),
            dated_on: row.dated_on.map(Date::from),
            sha256: row.sha256.clone(),
            is_withdrawn: row.is_withdrawn,
            agreement_key: row.agreement_id,
            batch,
        }
    }
}
