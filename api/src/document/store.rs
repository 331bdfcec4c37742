//! Reading and changing documents of cooperatives.

use super::entity::{Column, Entity, Model};
use super::object::Document;
use crate::cooperative::entity as cooperative;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::Kind;
use crate::platform::loading::object::{self, Children};
use crate::platform::loading::reader::Reader;
use crate::platform::paging::cursor::KeyKind;
use crate::platform::paging::page::{Connection, ListArgs, Order, PageArgs};
use crate::platform::query::stored::{Day, EnumValue};
use crate::platform::query::table::Table;
use crate::platform::query::transaction::Tx;
use domain::access::Permission;
use domain::cooperative::DocumentKind;
use domain::fault::{Code, Fault, Faults};
use domain::text::NAME_MAX;
use jiff::civil::Date;
use sea_orm::{ActiveValue, ColumnTrait, IntoActiveModel};
use uuid::Uuid;

/// The documents of cooperatives, a page of each, the newest first.
pub fn of_cooperatives(page: PageArgs) -> Children<Document, Column> {
    let order = Order::descending(vec![(Column::Id.into_expr(), KeyKind::Uuid)]);
    Children::new(Kind::Cooperative, "Cooperative.documents", Column::CooperativeId, page, order)
}

/// A page of documents within reach that expire soon, the first to expire first.
///
/// # Errors
/// UNAUTHENTICATED, BAD_USER_INPUT naming the argument, or the database's refusal.
pub async fn expiring(reader: &Reader, roots: ListArgs) -> Result<Connection<Document>> {
    reader.signed_in()?;
    let (today, tx) = (reader.today(), reader.begin());
    let last = reader.rules().last_warned(today);
    let select = tx
        .select_for_list::<Entity>(false)
        .filter(Column::ValidUntil.gte(Day(today)))
        .filter(Column::ValidUntil.lte(Day(last)));
    let order = Order::ascending(vec![
        (Column::ValidUntil.into_expr(), KeyKind::Text),
        (Column::Id.into_expr(), KeyKind::Uuid),
    ]);
    object::list(reader, format!("expiringDocuments {today}"), select, &roots.page, &order).await
}

/// The values of a document.
#[derive(Clone, Debug, Default)]
pub struct DocumentValues {
    /// Its number with whoever gave it out.
    pub reference: Option<String>,
    /// The first day on which it holds.
    pub valid_from: Option<Date>,
    /// The last day.
    pub valid_until: Option<Date>,
}

impl DocumentValues {
    /// Check it; the reference as it is stored.
    fn check(&self) -> Result<Option<String>, Faults> {
        let mut faults = Faults::new();
        let reference = self.reference.as_deref().map(|text| domain::text::clean(text, NAME_MAX)).transpose();
        let reference = reference.map_err(|code| faults.push(Fault::new(code).at("reference")));
        if self.valid_from.zip(self.valid_until).is_some_and(|(first, last)| last < first) {
            faults.push(Fault::new(Code::DateInvalid).at("validUntil"));
        }
        match reference {
            Ok(reference) if faults.is_empty() => Ok(reference.filter(|text| !text.is_empty()).map(Into::into)),
            _ => Err(faults),
        }
    }
}

/// Take up a document of a cooperative.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, the refusals of a text at `reference`, DATE_INVALID at `validUntil`.
pub async fn add(tx: &Tx<'_>, cooperative: Uuid, kind: DocumentKind, values: DocumentValues) -> Result<Uuid> {
    let whose = tx.select_in_scope::<cooperative::Entity>().filter(cooperative::Column::Id.eq(cooperative));
    let whose = whose.one(cooperative::Entity::read).await?.ok_or_else(|| Error::refused(Code::NotFound))?;
    if !tx.permits::<cooperative::Entity>(cooperative, Permission::ManageMembers).await? {
        return Err(Error::refused(Code::Forbidden));
    }
    let reference = values.check()?;
    let (id, now) = (Uuid::now_v7(), tx.now().as_microsecond());
    let row = Model {
        id,
        branch_id: whose.branch_id,
        cooperative_id: cooperative,
        kind: EnumValue(kind),
        reference,
        valid_from: values.valid_from.map(Day),
        valid_until: values.valid_until.map(Day),
        version: 1,
        created_at: now,
        changed_at: now,
    };
    tx.insert_all::<Entity>(vec![row.into_active_model()]).await?;
    Ok(id)
}

/// Edit a document; `change` is given its present values.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, the refusals of a text at `reference`, DATE_INVALID at `validUntil`.
pub async fn edit(tx: &Tx<'_>, key: Uuid, version: i32, change: impl FnOnce(&mut DocumentValues)) -> Result<Uuid> {
    let locked = tx.lock_version::<Entity>(key, version).await?;
    let row = locked.row();
    let mut values = DocumentValues {
        reference: row.reference.clone(),
        valid_from: row.valid_from.map(|day| day.0),
        valid_until: row.valid_until.map(|day| day.0),
    };
    change(&mut values);
    let reference = values.check()?;
    tx.update(locked, |row| {
        row.reference = ActiveValue::Set(reference);
        row.valid_from = ActiveValue::Set(values.valid_from.map(Day));
        row.valid_until = ActiveValue::Set(values.valid_until.map(Day));
    })
    .await?;
    Ok(key)
}
