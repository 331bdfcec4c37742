//! The table of documents of agreements.

use crate::platform::query::stored::{Day, EnumValue};
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::partnership::AgreementDocumentKind;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "agreement_document")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The branch that keeps the agreement.
    pub branch_id: Uuid,
    /// The agreement.
    pub agreement_id: Uuid,
    /// Its place among the documents of its agreement.
    pub ordinal: i32,
    /// What it is.
    pub kind: EnumValue<AgreementDocumentKind>,
    /// What it is called.
    pub title: String,
    /// Its number with whoever wrote it.
    pub reference: Option<String>,
    /// The day that stands on it.
    pub dated_on: Option<Day>,
    /// The SHA-256 of its file, in hexadecimal digits.
    #[sea_orm(column_name = "sha256")]
    pub sha256: Option<String>,
    /// Whether it was added by mistake.
    pub is_withdrawn: bool,
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
}

crate::table!(AgreementDocument { Id => id, BranchId => branch_id, AgreementId => agreement_id, Ordinal => ordinal, Kind => kind, Title => title, Reference => reference, DatedOn => dated_on, Sha256 => sha256, IsWithdrawn => is_withdrawn, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Branch: branch_id, Agreement: agreement_id });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
}
