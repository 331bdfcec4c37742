//! Reading and changing partner organisations.

use super::entity::{Column, Entity, Model};
use super::object::Partner;
use crate::platform::database::db::Db;
use crate::platform::error::Result;
use crate::platform::graphql::lookup::Lookup;
use crate::platform::graphql::text::{LocalizedTextInput, slug};
use crate::platform::loading::object::{self, RowObject};
use crate::platform::loading::reader::Reader;
use crate::platform::paging::page::{Connection, ListArgs, NameOrder, Order};
use crate::platform::query::stored::Json;
use crate::platform::query::transaction::Tx;
use domain::access::Purpose;
use domain::actor::Actor;
use domain::text::NAME_MAX;
use jiff::Timestamp;
use sea_orm::{ActiveValue, IntoActiveModel};
use uuid::Uuid;

/// One partner.
///
/// # Errors
/// The database's refusal.
pub async fn find(reader: &Reader, lookup: Lookup) -> Result<Option<Partner>> {
    Partner::find_by(reader, lookup.among(Column::Id, Column::Slug)).await
}

/// The names in addresses of all partners, for a command that was given none of them.
///
/// # Errors
/// The database's refusal.
pub async fn slugs(db: &Db, now: Timestamp) -> Result<Vec<String>> {
    let sql = "select slug from partner order by slug";
    let asker = Actor::System(Purpose::Authenticate);
    db.query(&asker, now, sql, []).await
}

/// A page of partners.
///
/// # Errors
/// BAD_USER_INPUT naming the argument, or the database's refusal.
pub async fn list(reader: &Reader, roots: ListArgs, by: NameOrder) -> Result<Connection<Partner>> {
    let published = roots.published;
    let in_arabic = by == NameOrder::Name && reader.sorts_in_arabic();
    let name = format!("partners {by:?} {in_arabic} {published}");
    let tx = reader.begin();
    let select = tx.select_for_list::<Entity>(published);
    object::list(reader, name, select, &roots.page, &Order::named(by, in_arabic, "partner", Column::Slug)).await
}

/// Record a partner organisation.
///
/// # Errors
/// FORBIDDEN, the refusals of the name.
pub async fn create(tx: &Tx<'_>, name: LocalizedTextInput, is_foreign: bool) -> Result<Uuid> {
    tx.everywhere::<Entity>()?;
    let name = name.merged_at(None, NAME_MAX, "name")?;
    let (id, now) = (Uuid::now_v7(), tx.now().as_microsecond());
    let row = Model {
        id,
        slug: slug(&name, id),
        name: Json(name),
        is_foreign,
        is_demo: false,
        version: 1,
        created_at: now,
        changed_at: now,
    };
    tx.insert_all::<Entity>(vec![row.into_active_model()]).await?;
    Ok(id)
}

/// Edit a partner organisation; its slug stays.
///
/// # Errors
/// FORBIDDEN, NOT_FOUND, CONFLICT, the refusals of the name.
pub async fn edit(
    tx: &Tx<'_>,
    key: Uuid,
    version: i32,
    (name, is_foreign): (LocalizedTextInput, Option<bool>),
) -> Result<Uuid> {
    tx.everywhere::<Entity>()?;
    let locked = tx.lock_for_update::<Entity>(key).await?;
    let name = name.merged_at(Some(locked.row().name.0.clone()), NAME_MAX, "name")?;
    locked.expect_version(version)?;
    tx.update(locked, |row| {
        row.name = ActiveValue::Set(Json(name));
        if let Some(is_foreign) = is_foreign {
            row.is_foreign = ActiveValue::Set(is_foreign);
        }
    })
    .await?;
    Ok(key)
}
