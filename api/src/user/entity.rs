//! The table of staff logins. Nothing in it is ever public; secrets stand in a table of the platform's own.

use crate::platform::query::stored::EnumValue;
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::user::UserStatus;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Condition, Expr, ExprTrait, IntoCondition, Query, SelectStatement};

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "staff_user")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order in which rows were made.
    pub number: i64,
    /// Her e-mail address, in the form in which it is compared; one login that may come in for each.
    pub email: String,
    /// What she is called.
    pub display_name: String,
    /// Where the login stands.
    pub status: EnumValue<UserStatus>,
    /// Whether she was invented for the demo world: such a login works in demo mode only.
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
    const SEE: Permission = Permission::SeeUsers;
    const MANAGE: Permission = Permission::ManageUsers;
    const OPEN: Open<Column> = Open::Never;
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = None;
    const COOPERATIVE: Option<Column> = None;
    const OWN: Option<Column> = Some(Column::Id);

    /// She is where she holds a role.
    fn lent(branches: SelectStatement) -> Option<Condition> {
        let mut people = Query::select();
        people
            .expr(Expr::cust("held.user_id"))
            .from_as(Alias::new("role_assignment"), Alias::new("held"))
            .and_where(Expr::cust("held.revoked_at is null"))
            .and_where(Expr::cust("held.branch_id").in_subquery(branches));
        Some(Column::Id.in_subquery(people).into_condition())
    }
}

crate::table!(User { Id => id, Number => number, Email => email, DisplayName => display_name, Status => status, IsDemo => is_demo, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names {});

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
    const PERSONAL: &'static [Column] = &[Column::Email, Column::DisplayName];
}
