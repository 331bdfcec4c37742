//! Reading and changing documents of agreements.

use super::entity::{Column, Entity, Model};
use super::object::AgreementDocument;
use crate::agreement::entity as agreement;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::Kind;
use crate::platform::loading::batch::{Related, grouped};
use crate::platform::loading::object;
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::{Day, EnumValue};
use crate::platform::query::transaction::Tx;
use domain::fault::{Code, Fault};
use domain::partnership::AgreementDocumentKind;
use jiff::civil::Date;
use sea_orm::{ActiveValue, ColumnTrait, IntoActiveModel};
use std::collections::HashMap;
use uuid::Uuid;

/// The most documents of an agreement.
const DOCUMENTS_MAX: usize = 500;

/// The documents of agreements, in the order in which they were added.
#[derive(Debug)]
pub struct DocumentsOf;

impl Related for DocumentsOf {
    type Value = Vec<AgreementDocument>;

    fn of(&self) -> Kind {
        Kind::Agreement
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let found = object::all_of::<AgreementDocument>(reader, (Column::AgreementId, keys), Column::Ordinal).await?;
        Ok(grouped(found, |document| document.agreement_key))
    }
}

/// What is said of a document; what is not there stays as it is.
#[derive(Default)]
pub struct Values {
    /// What it is.
    pub kind: Option<AgreementDocumentKind>,
    /// What it is called.
    pub title: Option<String>,
    /// Its number; nothing within: it has none.
    pub reference: Option<Option<String>>,
    /// The day that stands on it; nothing within: none.
    pub dated_on: Option<Option<Date>>,
    /// The SHA-256 of its file; nothing within: it is not known.
    pub sha256: Option<Option<String>>,
    /// Whether it was added by mistake.
    pub is_withdrawn: Option<bool>,
}

/// Add a document of an agreement.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, the refusals of the form, LIMIT_EXCEEDED.
pub async fn add(
    tx: &Tx<'_>,
    key: Uuid,
    (kind, title): (AgreementDocumentKind, impl FnOnce() -> Result<(String, Values)>),
) -> Result<Uuid> {
    // Documents that are added at once stand one after the other.
    let of = tx.lock_for_update::<agreement::Entity>(key).await?;
    let (title, values) = title()?;
    let others = tx.select_in_scope::<Entity>().filter(Column::AgreementId.eq(key));
    let ordinals = others.only([Column::Ordinal.into_expr()]).all(|cells| cells.take::<i32>()).await?;
    if ordinals.len() >= DOCUMENTS_MAX {
        return Err(Fault::new(Code::LimitExceeded).with_detail(DOCUMENTS_MAX.to_string()).into());
    }
    let (id, now) = (Uuid::now_v7(), tx.now().as_microsecond());
    let row = Model {
        id,
        branch_id: of.row().branch_id,
        agreement_id: key,
        ordinal: ordinals.into_iter().max().unwrap_or(0).checked_add(1).ok_or_else(|| Error::internal("too many"))?,
        kind: EnumValue(kind),
        title,
        reference: values.reference.flatten(),
        dated_on: values.dated_on.flatten().map(Day),
        sha256: values.sha256.flatten(),
        is_withdrawn: false,
        version: 1,
        created_at: now,
        changed_at: now,
    };
    tx.insert_all::<Entity>(vec![row.into_active_model()]).await?;
    Ok(id)
}

/// Put right what is said of a document.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, the refusals of the form.
pub async fn edit(tx: &Tx<'_>, key: Uuid, version: i32, form: impl FnOnce() -> Result<Values>) -> Result<Uuid> {
    let held = tx.lock_for_update::<Entity>(key).await?;
    let values = form()?;
    held.expect_version(version)?;
    tx.update(held, |row| {
        if let Some(kind) = values.kind {
            row.kind = ActiveValue::Set(EnumValue(kind));
        }
        if let Some(title) = values.title {
            row.title = ActiveValue::Set(title);
        }
        if let Some(reference) = values.reference {
            row.reference = ActiveValue::Set(reference);
        }
        if let Some(day) = values.dated_on {
            row.dated_on = ActiveValue::Set(day.map(Day));
        }
        if let Some(sha256) = values.sha256 {
            row.sha256 = ActiveValue::Set(sha256);
        }
        if let Some(is_withdrawn) = values.is_withdrawn {
            row.is_withdrawn = ActiveValue::Set(is_withdrawn);
        }
    })
    .await?;
    Ok(key)
}
