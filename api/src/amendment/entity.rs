//! The table of amendments.

use crate::partner::reach;
use crate::platform::query::expression::among_selected;
use crate::platform::query::stored::{Day, EnumValue, Json};
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::partnership::{AmendedTerms, AmendmentContribution, AmendmentStatus};
use sea_orm::DbBackend;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Condition;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "agreement_amendment")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The branch that keeps the agreement.
    pub branch_id: Uuid,
    /// The agreement.
    pub agreement_id: Uuid,
    /// Its place among the amendments of its agreement.
    pub ordinal: i32,
    /// Where it stands.
    pub status: EnumValue<AmendmentStatus>,
    /// Why it is made.
    pub reason: String,
    /// What the agreement lays down with it.
    pub terms: Json<AmendedTerms>,
    /// What the agreement laid down until then; none while it is not signed.
    pub earlier: Option<Json<AmendedTerms>>,
    /// What is contributed with it.
    pub contributions: Json<Vec<AmendmentContribution>>,
    /// When it was signed.
    pub signed_on: Option<Day>,
    /// Who entered it.
    pub entered_by: Option<Uuid>,
    /// Whether it may be shown; follows from the status.
    pub published: bool,
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
    const OPEN: Open<Column> = Open::Published(Column::Published);
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = None;
    const GENERATED: &'static [Column] = &[Column::Published];

    /// The signed ones of its agreements.
    fn partys(backend: DbBackend, partner: Uuid) -> Option<Condition> {
        Some(
            Condition::all()
                .add(among_selected(backend, Column::AgreementId, reach::agreements(partner)))
                .add(Column::Published.into_expr()),
        )
    }
}

crate::table!(AgreementAmendment { Id => id, BranchId => branch_id, AgreementId => agreement_id, Ordinal => ordinal, Status => status, Reason => reason, Terms => terms, Earlier => earlier, Contributions => contributions, SignedOn => signed_on, EnteredBy => entered_by, Published => published, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Branch: branch_id, Agreement: agreement_id, User: entered_by } lists { Partner: contributions.partner });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
    const DECIDED: Option<(Column, Permission)> = Some((Column::Status, Permission::DecideAgreements));
}
