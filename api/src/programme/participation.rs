//! The table of branches that take part in programmes of others.

use crate::partner::reach;
use crate::platform::error::Result;
use crate::platform::query::expression::among_selected;
use crate::platform::query::table::{Guarded, Open};
use crate::platform::query::transaction::Tx;
use domain::access::Permission;
use domain::fault::{Code, Fault};
use sea_orm::DbBackend;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Condition, Query, SelectStatement};

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "programme_branch")]
pub struct Model {
    /// The programme.
    #[sea_orm(primary_key, auto_increment = false)]
    pub programme_id: Uuid,
    /// The branch that takes part.
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
    const SEE: Permission = Permission::SeeProgrammes;
    const MANAGE: Permission = Permission::ManageProgrammes;
    const OPEN: Open<Column> = Open::Published(Column::Published);
    const KEY: Column = Column::ProgrammeId;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = None;

    /// Who takes part in those programmes.
    fn partys(backend: DbBackend, partner: Uuid) -> Option<Condition> {
        Some(among_selected(backend, Column::ProgrammeId, reach::programmes(partner)))
    }
}

/// The programmes that branches take part in: a statement that answers their keys.
pub fn programmes(backend: DbBackend, branches: SelectStatement) -> SelectStatement {
    Query::select()
        .expr(Column::ProgrammeId.into_expr())
        .from(Entity)
        .cond_where(among_selected(backend, Column::BranchId, branches))
        .to_owned()
}

/// Check that a branch leads a programme or takes part in it.
///
/// # Errors
/// NOT_PARTICIPATING at `branchId`.
pub async fn expect(tx: &Tx<'_>, (programme, lead): (Uuid, Uuid), branch: Uuid) -> Result<()> {
    if branch == lead {
        return Ok(());
    }
    let part =
        tx.select_columns::<Entity>().filter(Column::ProgrammeId.eq(programme)).filter(Column::BranchId.eq(branch));
    if part.count(None).await? > 0 { Ok(()) } else { Err(Fault::new(Code::NotParticipating).at("branchId").into()) }
}
