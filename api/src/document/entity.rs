//! The table of cooperatives' documents: what they are and until when they hold, not what is written in them.

use crate::platform::query::stored::{Day, EnumValue};
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::cooperative::DocumentKind;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "document")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The branch that owns it.
    pub branch_id: Uuid,
    /// Of which cooperative.
    pub cooperative_id: Uuid,
    /// What it is.
    pub kind: EnumValue<DocumentKind>,
    /// Its number with whoever gave it out.
    pub reference: Option<String>,
    /// The first day on which it holds.
    pub valid_from: Option<Day>,
    /// The last day; none: no end.
    pub valid_until: Option<Day>,
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
    const SEE: Permission = Permission::SeeMembers;
    const MANAGE: Permission = Permission::ManageMembers;
    const OPEN: Open<Column> = Open::Never;
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = Some(Column::CooperativeId);
}

crate::table!(Document { Id => id, BranchId => branch_id, CooperativeId => cooperative_id, Kind => kind, Reference => reference, ValidFrom => valid_from, ValidUntil => valid_until, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Cooperative: cooperative_id });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
}
