//! The table of in how many conversations the bot showed a node: by month, language and region, and of nobody in particular.

use crate::platform::query::table::{Guarded, Open};
use domain::access::Permission;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "bot_count")]
pub struct Model {
    /// The month: `2026-11`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub month: String,
    /// The key of the node.
    #[sea_orm(primary_key, auto_increment = false)]
    pub node: String,
    /// The code of the language.
    #[sea_orm(primary_key, auto_increment = false)]
    pub language: String,
    /// The code of the region; empty: not known.
    #[sea_orm(primary_key, auto_increment = false)]
    pub region_code: String,
    /// The regional branch there; the national one where there is none.
    pub branch_id: Uuid,
    /// How many conversations there were.
    pub conversations: i64,
}

/// Joins are spelled out where they are made.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    const SEE: Permission = Permission::SeeSupportCounts;
    const MANAGE: Permission = Permission::ManageSupportCounts;
    const OPEN: Open<Column> = Open::Never;
    const KEY: Column = Column::BranchId;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = None;
}
