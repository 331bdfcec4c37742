//! The table of objectives of agreements.

use crate::agreement::implementation;
use crate::platform::query::expression::among_selected;
use crate::platform::query::stored::Json;
use crate::platform::query::table::{Guarded, Open};
use domain::access::Permission;
use domain::text::LocalizedText;
use sea_orm::DbBackend;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Condition, SelectStatement};

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "agreement_objective")]
pub struct Model {
    /// The agreement.
    #[sea_orm(primary_key, auto_increment = false)]
    pub agreement_id: Uuid,
    /// Its place.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// The branch that owns it.
    pub branch_id: Uuid,
    /// Its code.
    pub code: String,
    /// What it says.
    pub text: Json<LocalizedText>,
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

    /// Those of agreements that the branches implement.
    fn shared(backend: DbBackend, branches: SelectStatement) -> Option<Condition> {
        Some(among_selected(backend, Column::AgreementId, implementation::agreements(backend, branches)))
    }
}
