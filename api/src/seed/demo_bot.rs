//! The menu of the bot in the demo world. Its texts were written for the demonstration: in production people import the file, review
//! it and publish it.

use crate::bot_menu::{entity, form};
use crate::platform::error::Result;
use crate::platform::query::stored::{EnumValue, Json};
use crate::platform::query::transaction::Tx;
use domain::bot::menu::BotMenuStatus;
use domain::id::founding as key;
use sea_orm::{ActiveValue, IntoActiveModel};

/// The file, as `botMenuImport` reads it.
const FILE: &[u8] = include_bytes!("../../assets/bot-menu.json");

pub(super) async fn seed(tx: &Tx<'_>) -> Result<()> {
    let now = tx.now().as_microsecond();
    let row = entity::Model {
        id: key("bot_menu", "demo"),
        number: 0,
        content: Json(form::read(FILE)?),
        status: EnumValue(BotMenuStatus::Published),
        edited_by: None,
        reviewed_by: None,
        published_at: Some(now),
        published: false,
        is_demo: true,
        version: 1,
        created_at: now,
        changed_at: now,
    };
    let mut row = row.into_active_model();
    row.number = ActiveValue::NotSet;
    tx.insert_all::<entity::Entity>(vec![row]).await
}
