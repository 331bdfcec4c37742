//! The table of branches: what a branch shows is public.

use crate::platform::query::stored::{EnumValue, Json};
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::branch::{BranchKind, BranchStatus};
use domain::contacts::Contacts;
use domain::text::LocalizedText;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "branch")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The branch above it.
    pub parent_id: Option<Uuid>,
    /// The keys from the national branch down to it, each closed by `/`.
    pub path: String,
    /// Its name in addresses.
    pub slug: String,
    /// Its rank.
    pub kind: EnumValue<BranchKind>,
    /// The name.
    pub name: Json<LocalizedText>,
    /// How the public reaches it.
    pub contacts: Option<Json<Contacts>>,
    /// Its region.
    pub region_id: Option<Uuid>,
    /// Its province.
    pub province_id: Option<Uuid>,
    /// Whether it is a legal person of its own.
    pub is_legal_person: bool,
    /// Whether it works.
    pub status: EnumValue<BranchStatus>,
    /// Whether it was invented for the demo world.
    pub is_demo: bool,
    /// How often it was changed; 1 when it was made.
    pub version: i32,
    /// When it was made; microseconds since 1970 in UTC.
    pub created_at: i64,
    /// When it was changed last; microseconds since 1970 in UTC.
    pub changed_at: i64,
}

/// The columns of texts that may be missing in a language.
pub const TEXTS: [&str; 1] = ["name"];

/// Joins are spelled out where they are made.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    const SEE: Permission = Permission::SeeBranches;
    const MANAGE: Permission = Permission::ManageBranches;
    const OPEN: Open<Column> = Open::All;
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = Some(Column::Id);
    /// A branch is made by whoever manages the one above it.
    const HOME: Option<Column> = Some(Column::ParentId);
    const COOPERATIVE: Option<Column> = None;
}

crate::table!(Branch { Id => id, ParentId => parent_id, Path => path, Slug => slug, Kind => kind, Name => name, Contacts => contacts, RegionId => region_id, ProvinceId => province_id, IsLegalPerson => is_legal_person, Status => status, IsDemo => is_demo, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Branch: parent_id, Region: region_id, Province: province_id });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
}
