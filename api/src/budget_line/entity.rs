//! The table of budget lines.

use crate::partner::reach;
use crate::platform::query::expression::among_selected;
use crate::platform::query::stored::Json;
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::budget::Balance;
use domain::money::Money;
use domain::text::LocalizedText;
use sea_orm::DbBackend;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Condition;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "budget_line")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The branch that keeps it.
    pub branch_id: Uuid,
    /// Of which agreement.
    pub agreement_id: Uuid,
    /// Its place among its sisters.
    pub position: i32,
    /// What tells it from its sisters.
    pub code: String,
    /// What it is for.
    pub name: Json<LocalizedText>,
    /// What it was given when it was made, in centimes.
    pub planned: i64,
    /// What it holds after transfers, in centimes; derived.
    pub amount: i64,
    /// What was spent of it, in centimes; derived.
    pub spent: i64,
    /// How often it was changed; 1 when it was made.
    pub version: i32,
    /// When it was made; microseconds since 1970 in UTC.
    pub created_at: i64,
    /// When it was changed last; microseconds since 1970 in UTC.
    pub changed_at: i64,
}

impl Model {
    /// What it holds and what was spent of it.
    pub fn balance(&self) -> Balance {
        Balance { amount: Money::new(self.amount), spent: Money::new(self.spent) }
    }
}

/// Joins are spelled out where they are made.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    const SEE: Permission = Permission::SeeAgreements;
    const MANAGE: Permission = Permission::ManageAgreements;
    const OPEN: Open<Column> = Open::Never;
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = None;

    /// A party reads what became of the money.
    fn partys(backend: DbBackend, partner: Uuid) -> Option<Condition> {
        Some(among_selected(backend, Column::AgreementId, reach::agreements(partner)))
    }
}

crate::table!(BudgetLine { Id => id, BranchId => branch_id, AgreementId => agreement_id, Position => position, Code => code, Name => name, Planned => planned, Amount => amount, Spent => spent, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Branch: branch_id, Agreement: agreement_id });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
}
