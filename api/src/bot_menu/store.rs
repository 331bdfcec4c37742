//! Reading and changing the bot's menus.

use super::entity::{Column, Entity, Model};
use super::object::{BotMenu, BotMenuFilter};
use crate::platform::error::{Error, Result};
use crate::platform::loading::object;
use crate::platform::loading::reader::Reader;
use crate::platform::paging::cursor::KeyKind;
use crate::platform::paging::page::{Connection, ListArgs, Order};
use crate::platform::query::stored::{EnumValue, Json};
use crate::platform::query::table::Table;
use crate::platform::query::transaction::Tx;
use domain::bot::menu::{BotMenuStatus, Menu};
use domain::user::four_eyes;
use sea_orm::{ActiveValue, ColumnTrait, IntoActiveModel};
use uuid::Uuid;

/// A page of menus, the newest first.
///
/// # Errors
/// BAD_USER_INPUT naming the argument, or the database's refusal.
pub async fn list(reader: &Reader, roots: ListArgs, filter: BotMenuFilter) -> Result<Connection<BotMenu>> {
    let name = format!("botMenus {filter:?} {}", roots.published);
    let tx = reader.begin();
    let mut select = tx.select_for_list::<Entity>(roots.published);
    if let Some(status) = filter.status {
        select = select.filter(Column::Status.eq(status));
    }
    let order = Order::descending(vec![(Column::Number.into_expr(), KeyKind::Long)]);
    object::list(reader, name, select, &roots.page, &order).await
}

/// The menu that the bot speaks by, with its key.
///
/// # Errors
/// The database's refusal.
pub async fn published(reader: &Reader) -> Result<Option<(Uuid, Menu)>> {
    let tx = reader.begin();
    let status = EnumValue(BotMenuStatus::Published);
    let found = tx.select::<Entity>().filter(Column::Status.eq(status)).one(Entity::read).await?;
    Ok(found.map(|row| (row.id, row.content.0)))
}

/// A menu that the bot speaks or has spoken by.
///
/// # Errors
/// The database's refusal.
pub async fn open(reader: &Reader, key: Uuid) -> Result<Option<Menu>> {
    let found = reader.begin().select_for_list::<Entity>(true).filter(Column::Id.eq(key)).one(Entity::read).await?;
    Ok(found.map(|row| row.content.0))
}

/// Write a menu: a new draft, or one that exists, which is a draft again then.
///
/// # Errors
/// FORBIDDEN, NOT_FOUND, BAD_USER_INPUT (without a version), CONFLICT, STATUS_INVALID, the refusals of the menu.
pub async fn write(
    tx: &Tx<'_>,
    menu: Option<(Uuid, Option<i32>)>,
    content: impl FnOnce() -> Result<Menu>,
) -> Result<Uuid> {
    let editor = tx.actor().key();
    let Some((key, version)) = menu else {
        tx.everywhere::<Entity>()?;
        let (id, now) = (Uuid::now_v7(), tx.now().as_microsecond());
        let row = Model {
            id,
            number: 0,
            content: Json(content()?),
            status: EnumValue(BotMenuStatus::Draft),
            edited_by: editor,
            reviewed_by: None,
            published_at: None,
            published: false,
            is_demo: false,
            version: 1,
            created_at: now,
            changed_at: now,
        };
        let mut row = row.into_active_model();
        row.number = ActiveValue::NotSet;
        tx.insert_all::<Entity>(vec![row]).await?;
        return Ok(id);
    };
    let locked = tx.lock_for_update::<Entity>(key).await?;
    let content = content()?;
    let version = version.ok_or_else(|| Error::expected("input.expectedVersion", "the version that was read"))?;
    locked.expect_version(version)?;
    let status = locked.row().status.0.transition(BotMenuStatus::Draft)?;
    tx.update(locked, |row| {
        row.content = ActiveValue::Set(Json(content));
        row.status = ActiveValue::Set(EnumValue(status));
        row.edited_by = ActiveValue::Set(editor);
        row.reviewed_by = ActiveValue::Set(None);
    })
    .await?;
    Ok(key)
}

/// Say that a menu was reviewed, by another person than its last editor.
///
/// # Errors
/// FORBIDDEN, NOT_FOUND, CONFLICT, STATUS_INVALID, FOUR_EYES_REQUIRED, what is missing in the menu.
pub async fn review(tx: &Tx<'_>, key: Uuid, version: i32) -> Result<Uuid> {
    let locked = tx.lock_to_decide::<Entity>(key).await?;
    locked.expect_version(version)?;
    let status = locked.row().status.0.transition(BotMenuStatus::Reviewed)?;
    let reviewer = tx.actor().key();
    if let (Some(editor), Some(reviewer)) = (locked.row().edited_by, reviewer) {
        four_eyes(editor, reviewer)?;
    }
    let problems = locked.row().content.0.problems();
    if !problems.is_empty() {
        return Err(problems.into());
    }
    tx.update(locked, |row| {
        row.status = ActiveValue::Set(EnumValue(status));
        row.reviewed_by = ActiveValue::Set(reviewer);
    })
    .await?;
    Ok(key)
}

/// Publish a reviewed menu in the place of the one before.
///
/// # Errors
/// FORBIDDEN, NOT_FOUND, CONFLICT, STATUS_INVALID.
pub async fn publish(tx: &Tx<'_>, key: Uuid, version: i32) -> Result<Uuid> {
    let locked = tx.lock_to_decide::<Entity>(key).await?;
    locked.expect_version(version)?;
    let status = locked.row().status.0.transition(BotMenuStatus::Published)?;
    let now = EnumValue(BotMenuStatus::Published);
    let before = tx.select::<Entity>().filter(Column::Status.eq(now)).one(Entity::read).await?;
    if let Some(before) = before {
        let before = tx.lock_to_decide::<Entity>(before.id).await?;
        let replaced = before.row().status.0.transition(BotMenuStatus::Replaced)?;
        tx.update(before, |row| row.status = ActiveValue::Set(EnumValue(replaced))).await?;
    }
    let published_at = tx.now().as_microsecond();
    tx.update(locked, |row| {
        row.status = ActiveValue::Set(EnumValue(status));
        row.published_at = ActiveValue::Set(Some(published_at));
    })
    .await?;
    Ok(key)
}
