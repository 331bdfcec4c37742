//! The table of cooperatives' members: who they are is never public.

use crate::platform::query::stored::{Day, EnumValue};
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::membership::{MemberKind, Milieu, Sex};
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "membership")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The branch that owns it.
    pub branch_id: Uuid,
    /// In which cooperative.
    pub cooperative_id: Uuid,
    /// A person or an organisation.
    pub kind: EnumValue<MemberKind>,
    /// The name.
    pub name: String,
    /// Her sex; none for an organisation.
    pub sex: Option<EnumValue<Sex>>,
    /// The year of her birth.
    pub birth_year: Option<i32>,
    /// Where she lives.
    pub milieu: Option<EnumValue<Milieu>>,
    /// How many shares.
    pub shares: i32,
    /// The first day.
    pub joined_on: Day,
    /// The last day; none: a member still.
    pub left_on: Option<Day>,
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

crate::table!(Membership { Id => id, BranchId => branch_id, CooperativeId => cooperative_id, Kind => kind, Name => name, Sex => sex, BirthYear => birth_year, Milieu => milieu, Shares => shares, JoinedOn => joined_on, LeftOn => left_on, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Cooperative: cooperative_id });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
    const PERSONAL: &'static [Column] = &[Column::Name, Column::Sex, Column::BirthYear, Column::Milieu];
}
