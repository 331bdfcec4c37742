//! The table of tranches.

use crate::partner::reach;
use crate::platform::query::expression::among_selected;
use crate::platform::query::stored::Day;
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::budget::Instalment;
use domain::money::Money;
use sea_orm::DbBackend;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Condition;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tranche")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The branch that keeps it.
    pub branch_id: Uuid,
    /// Of which agreement.
    pub agreement_id: Uuid,
    /// Its place among the tranches of its agreement: 1 is received first.
    pub ordinal: i32,
    /// What is to be received, in centimes.
    pub planned: i64,
    /// When.
    pub planned_on: Day,
    /// How much of it is justified before the next one is received, in hundredths of a per cent.
    pub release_share: i32,
    /// What was received, in centimes; derived.
    pub received: i64,
    /// What was justified of it, in centimes; derived.
    pub justified: i64,
    /// How often it was changed; 1 when it was made.
    pub version: i32,
    /// When it was made; microseconds since 1970 in UTC.
    pub created_at: i64,
    /// When it was changed last; microseconds since 1970 in UTC.
    pub changed_at: i64,
}

impl Model {
    /// What was received and justified.
    pub fn instalment(&self) -> Instalment {
        Instalment {
            received: Money::new(self.received),
            justified: Money::new(self.justified),
            release_share: self.release_share,
        }
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

crate::table!(Tranche { Id => id, BranchId => branch_id, AgreementId => agreement_id, Ordinal => ordinal, Planned => planned, PlannedOn => planned_on, ReleaseShare => release_share, Received => received, Justified => justified, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Branch: branch_id, Agreement: agreement_id });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
}
