//! Root fields that change documents of agreements.

use super::object::AgreementDocument;
use super::store::{self, Values};
use crate::payload;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::{checked, given, mutate};
use crate::platform::graphql::scalars::Date;
use crate::platform::graphql::text::required;
use crate::platform::query::stored::EnumValue;
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use domain::fault::{Code, Fault, Faults};
use domain::partnership::AgreementDocumentKind;
use domain::text::NAME_MAX;

/// A document of an agreement.
#[derive(InputObject, Clone, Debug)]
pub struct AgreementDocumentAddInput {
    /// The global id of the agreement that the document belongs to.
    pub agreement_id: ID,
    /// The kind of document.
    pub kind: EnumValue<AgreementDocumentKind>,
    /// The title of the document.
    pub title: String,
    /// The number that the issuer gave the document.
    pub reference: Option<String>,
    /// The date on the document.
    pub dated_on: Option<Date>,
    /// The SHA-256 of the document's file in 64 hexadecimal digits, by which the file is recognised.
    pub sha256: Option<String>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// New values of a document of an agreement; what is not named stays, and null clears it.
#[derive(InputObject, Clone, Debug)]
pub struct AgreementDocumentEditInput {
    /// The global id of the document to edit.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The kind of document.
    pub kind: Option<EnumValue<AgreementDocumentKind>>,
    /// The title of the document.
    pub title: Option<String>,
    /// The number that the issuer gave the document.
    pub reference: MaybeUndefined<String>,
    /// The date on the document.
    pub dated_on: MaybeUndefined<Date>,
    /// The SHA-256 of the document's file in 64 hexadecimal digits.
    pub sha256: MaybeUndefined<String>,
    /// Whether the document is withdrawn: it was added by mistake.
    pub is_withdrawn: Option<bool>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

payload! {
    /// The outcome of changing a document of an agreement.
    AgreementDocumentPayload {
        /// The document as it is now; null when it was refused, unless the refusal is a CONFLICT.
        agreement_document: AgreementDocument
    }
}

/// A SHA-256 as it is stored.
fn sha256(text: &str) -> Result<String, Faults> {
    if text.len() == 64 && text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Ok(text.to_ascii_lowercase());
    }
    Err(vec![Fault::new(Code::DigestInvalid).at("sha256")])
}

/// Root fields that change documents of agreements.
#[derive(Default)]
pub struct AgreementDocumentMutation;

#[Object]
impl AgreementDocumentMutation {
    /// Adds a document of an agreement: what it is, not what is written in it. Codes in `userErrors`: TEXT_REQUIRED,
    /// TEXT_TOO_LONG, TEXT_UNSAFE, DIGEST_INVALID, LIMIT_EXCEEDED.
    async fn agreement_document_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The document to add, and its agreement.")] input: AgreementDocumentAddInput,
    ) -> Result<AgreementDocumentPayload> {
        let key = GlobalId::parse_as(Kind::Agreement, &input.agreement_id, "input.agreementId")?;
        let form = || {
            let mut faults = Faults::new();
            let title = checked(&mut faults, required(&input.title, NAME_MAX, "title"));
            let reference = input.reference.as_deref().map(|text| required(text, NAME_MAX, "reference")).transpose();
            let values = Values {
                reference: checked(&mut faults, reference),
                dated_on: Some(input.dated_on.map(|day| day.0)),
                sha256: checked(&mut faults, input.sha256.as_deref().map(sha256).transpose()),
                ..Values::default()
            };
            match title {
                Some(title) if faults.is_empty() => Ok((title, values)),
                _ => Err(faults.into()),
            }
        };
        mutate(ctx, &input, async |tx| store::add(tx, key, (input.kind.0, form)).await).await
    }

    /// Edits what is said of a document of an agreement. Codes in `userErrors`: CONFLICT, TEXT_REQUIRED, TEXT_TOO_LONG,
    /// TEXT_UNSAFE, DIGEST_INVALID.
    async fn agreement_document_edit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The document to edit, and its new values.")] input: AgreementDocumentEditInput,
    ) -> Result<AgreementDocumentPayload> {
        let key = GlobalId::parse_as(Kind::AgreementDocument, &input.id, "input.id")?;
        let form = || {
            let mut faults = Faults::new();
            let title = input.title.as_deref().map(|title| required(title, NAME_MAX, "title")).transpose();
            let reference = given(&input.reference, |text| required(text, NAME_MAX, "reference"));
            let sha256 = given(&input.sha256, |text| sha256(text));
            let values = Values {
                kind: input.kind.map(|kind| kind.0),
                title: checked(&mut faults, title).flatten(),
                reference: checked(&mut faults, reference.map(Option::transpose).transpose()).flatten(),
                dated_on: given(&input.dated_on, |day| day.0),
                sha256: checked(&mut faults, sha256.map(Option::transpose).transpose()).flatten(),
                is_withdrawn: input.is_withdrawn,
            };
            if faults.is_empty() { Ok(values) } else { Err(faults.into()) }
        };
        mutate(ctx, &input, async |tx| store::edit(tx, key, input.expected_version, form).await).await
    }
}
