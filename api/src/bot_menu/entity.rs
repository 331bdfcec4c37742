//! The table of the bot's menus: each row is a whole menu. One is published at a time.

use crate::platform::query::stored::{EnumValue, Json};
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::bot::menu::{BotMenuStatus, Menu};
use domain::codes::Coded;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "bot_menu")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order in which rows were made; newer ones have larger numbers.
    pub number: i64,
    /// The menu.
    pub content: Json<Menu>,
    /// Where it stands.
    pub status: EnumValue<BotMenuStatus>,
    /// Who edited it last.
    pub edited_by: Option<Uuid>,
    /// Who reviewed it.
    pub reviewed_by: Option<Uuid>,
    /// When it was published; microseconds since 1970 in UTC.
    pub published_at: Option<i64>,
    /// Whether the bot speaks or has spoken by it; follows from the status.
    pub published: bool,
    /// Whether it was invented for the demo world.
    pub is_demo: bool,
    /// How often it was changed; 1 when it was made.
    pub version: i32,
    /// When it was made; microseconds since 1970 in UTC.
    pub created_at: i64,
    /// When it was changed last; microseconds since 1970 in UTC.
    pub changed_at: i64,
}

/// Joins are spelled out where they are made.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    const SEE: Permission = Permission::SeeBotMenu;
    const MANAGE: Permission = Permission::ManageBotMenu;
    const OPEN: Open<Column> = Open::Published(Column::Published);
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = None;
    const COOPERATIVE: Option<Column> = None;
    const GENERATED: &'static [Column] = &[Column::Published];
}

crate::table!(BotMenu { Id => id, Number => number, Content => content, Status => status, EditedBy => edited_by, ReviewedBy => reviewed_by, PublishedAt => published_at, Published => published, IsDemo => is_demo, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names {  });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
    const DECIDED: Option<(Column, Permission)> = Some((Column::Status, Permission::DecideBotMenu));
    fn is_entered(value: &str) -> bool {
        value == BotMenuStatus::Draft.as_str()
    }
}
