//! Root fields that change documents of cooperatives.

use super::object::Document;
use super::store;
use super::store::DocumentValues;
use crate::payload;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::mutate;
use crate::platform::graphql::scalars::Date;
use crate::platform::query::stored::EnumValue;
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use domain::cooperative::DocumentKind;

/// A document that a cooperative shows.
#[derive(InputObject, Clone, Debug)]
pub struct DocumentAddInput {
    /// The global id of the cooperative that the document belongs to.
    pub cooperative_id: ID,
    /// The kind of document.
    pub kind: EnumValue<DocumentKind>,
    /// The number that the issuer gave the document.
    pub reference: Option<String>,
    /// The first day on which the document is valid.
    pub valid_from: Option<Date>,
    /// The last day on which the document is valid; without one it has no end.
    pub valid_until: Option<Date>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// New values of a document; what is not named stays, and null clears it.
#[derive(InputObject, Clone, Debug)]
pub struct DocumentEditInput {
    /// The global id of the document to edit.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The number that the issuer gave the document.
    pub reference: MaybeUndefined<String>,
    /// The first day on which the document is valid.
    pub valid_from: MaybeUndefined<Date>,
    /// The last day on which the document is valid; null: no end.
    pub valid_until: MaybeUndefined<Date>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

payload! {
    /// The outcome of changing a document.
    DocumentPayload {
        /// The document as it is now; null when it was refused, unless the refusal is a CONFLICT.
        document: Document
    }
}

/// Apply a field of an input: absent is unchanged, null is cleared.
fn apply<T, U>(given: MaybeUndefined<T>, kept: &mut Option<U>, make: impl FnOnce(T) -> U) {
    match given {
        MaybeUndefined::Undefined => {}
        MaybeUndefined::Null => *kept = None,
        MaybeUndefined::Value(value) => *kept = Some(make(value)),
    }
}

/// Root fields that change documents of cooperatives.
#[derive(Default)]
pub struct DocumentMutation;

#[Object]
impl DocumentMutation {
    /// Adds a document of a cooperative: what it is and until when it is valid. Codes in `userErrors`: TEXT_TOO_LONG,
    /// TEXT_UNSAFE, DATE_INVALID.
    async fn document_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The document to add, and its cooperative.")] input: DocumentAddInput,
    ) -> Result<DocumentPayload> {
        let cooperative = GlobalId::parse_as(Kind::Cooperative, &input.cooperative_id, "input.cooperativeId")?;
        let values = DocumentValues {
            reference: input.reference.clone(),
            valid_from: input.valid_from.map(|day| day.0),
            valid_until: input.valid_until.map(|day| day.0),
        };
        mutate(ctx, &input, async |tx| store::add(tx, cooperative, input.kind.0, values).await).await
    }

    /// Edits a document of a cooperative; what is not named stays. Codes in `userErrors`: CONFLICT, TEXT_TOO_LONG,
    /// TEXT_UNSAFE, DATE_INVALID.
    async fn document_edit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The document to edit, and its new values.")] input: DocumentEditInput,
    ) -> Result<DocumentPayload> {
        let key = GlobalId::parse_as(Kind::Document, &input.id, "input.id")?;
        let change = |kept: &mut DocumentValues| {
            apply(input.reference.clone(), &mut kept.reference, |text| text);
            apply(input.valid_from, &mut kept.valid_from, |day| day.0);
            apply(input.valid_until, &mut kept.valid_until, |day| day.0);
        };
        mutate(ctx, &input, async |tx| store::edit(tx, key, input.expected_version, change).await).await
    }
}
