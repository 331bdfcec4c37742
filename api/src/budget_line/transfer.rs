//! The table of what was moved between budget lines.

use crate::partner::reach;
use crate::platform::query::expression::among_selected;
use crate::platform::query::stored::Day;
use crate::platform::query::table::{Guarded, Open};
use domain::access::Permission;
use sea_orm::DbBackend;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Condition;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "budget_transfer")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The branch that keeps the line that gives.
    pub branch_id: Uuid,
    /// Of which agreement.
    pub agreement_id: Uuid,
    /// The line that gives.
    pub from_line_id: Uuid,
    /// The line that takes.
    pub to_line_id: Uuid,
    /// How much, in centimes.
    pub amount: i64,
    /// The day in Casablanca.
    pub made_on: Day,
    /// Why.
    pub reason: String,
    /// Who entered it; none: the platform itself.
    pub entered_by: Option<Uuid>,
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
