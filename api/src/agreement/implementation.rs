//! The table of branches that implement agreements of others.

use crate::platform::query::expression::among_selected;
use crate::platform::query::table::{Guarded, Open};
use domain::access::Permission;
use sea_orm::DbBackend;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Query, SelectStatement};

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "agreement_implementation")]
pub struct Model {
    /// The agreement.
    #[sea_orm(primary_key, auto_increment = false)]
    pub agreement_id: Uuid,
    /// The branch that implements it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub branch_id: Uuid,
    /// Whether it may be shown; derived.
    pub published: bool,
}

/// Joins are spelled out where they are made.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    const SEE: Permission = Permission::SeeAgreements;
    const MANAGE: Permission = Permission::ManageAgreements;
    const OPEN: Open<Column> = Open::Published(Column::Published);
    const KEY: Column = Column::AgreementId;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = None;
}

/// The agreements that branches implement: a statement that answers their keys.
pub fn agreements(backend: DbBackend, branches: SelectStatement) -> SelectStatement {
    Query::select()
        .expr(Column::AgreementId.into_expr())
        .from(Entity)
        .cond_where(among_selected(backend, Column::BranchId, branches))
        .to_owned()
}
