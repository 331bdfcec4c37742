//! The table of what was received of tranches and justified of them: entries that are only added.

use crate::partner::reach;
use crate::platform::query::expression::among_selected;
use crate::platform::query::stored::{Day, EnumValue};
use crate::platform::query::table::{Guarded, Open};
use domain::access::Permission;
use domain::budget::TrancheEntryKind;
use sea_orm::DbBackend;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Condition;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tranche_entry")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The branch that keeps it.
    pub branch_id: Uuid,
    /// Of which agreement.
    pub agreement_id: Uuid,
    /// Of which tranche.
    pub tranche_id: Uuid,
    /// Its place among the entries of its tranche.
    pub ordinal: i32,
    /// Whether it was received or justified.
    pub kind: EnumValue<TrancheEntryKind>,
    /// How much, in centimes; below zero when it takes another one back.
    pub amount: i64,
    /// The place of the entry that it takes back.
    pub reverses: Option<i32>,
    /// On which day.
    pub entered_on: Day,
    /// The number of the document that proves it; of one that takes another back: why.
    pub reference: String,
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
