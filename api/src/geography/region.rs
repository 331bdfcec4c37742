//! The regions: reference data.

use crate::platform::query::stored::Json;
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::text::LocalizedText;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "region")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The code of the Haut-Commissariat au Plan.
    pub code: String,
    /// The ISO 3166-2 code.
    pub iso_3166_2: String,
    /// The name.
    pub name: Json<LocalizedText>,
    /// Whether a reader confirmed the Tamazight name.
    pub name_zgh_reviewed: bool,
    /// The city that is its seat.
    pub seat: Json<LocalizedText>,
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
    const SEE: Permission = Permission::SeeGeography;
    const MANAGE: Permission = Permission::ManageGeography;
    const OPEN: Open<Column> = Open::All;
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = None;
    const COOPERATIVE: Option<Column> = None;
}

crate::table!(Region { Id => id, Code => code, Iso31662 => iso_3166_2, Name => name, NameZghReviewed => name_zgh_reviewed, Seat => seat, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names {  });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
}
