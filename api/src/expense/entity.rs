//! The table of expenses: entries that are only added; what was wrong is taken back by another one.

use crate::partner::reach;
use crate::platform::query::expression::among_selected;
use crate::platform::query::stored::{Day, EnumValue};
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::budget::ExpenseStatus;
use sea_orm::DbBackend;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Condition;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "expense")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order in which rows were made; newer ones have larger numbers.
    pub number: i64,
    /// The branch that spent it: the one that keeps the line.
    pub branch_id: Uuid,
    /// Of which agreement.
    pub agreement_id: Uuid,
    /// Of which line.
    pub budget_line_id: Uuid,
    /// How much, in centimes; below zero where it takes another one back.
    pub amount: i64,
    /// When it was spent.
    pub spent_on: Day,
    /// The number of the document that proves it.
    pub reference: String,
    /// What for, or why it is taken back.
    pub description: Option<String>,
    /// The expense that this one takes back.
    pub reverses_id: Option<Uuid>,
    /// Whether it waits for a second person.
    pub status: EnumValue<ExpenseStatus>,
    /// Who entered it; none: the platform itself.
    pub entered_by: Option<Uuid>,
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

crate::table!(Expense { Id => id, Number => number, BranchId => branch_id, AgreementId => agreement_id, BudgetLineId => budget_line_id, Amount => amount, SpentOn => spent_on, Reference => reference, Description => description, ReversesId => reverses_id, Status => status, EnteredBy => entered_by, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Branch: branch_id, Agreement: agreement_id, BudgetLine: budget_line_id, Expense: reverses_id, User: entered_by });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
    const DECIDED: Option<(Column, Permission)> = Some((Column::Status, Permission::DecideAgreements));
}
