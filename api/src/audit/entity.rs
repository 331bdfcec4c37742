//! The table of audit entries; `platform/audit/record.rs` adds to it, and nothing changes it.

use crate::platform::audit::record::{ActorKind, AuditOutcome};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::query::stored::EnumValue;
use crate::platform::query::table::{Guarded, Keys, Open, RowReader, Table, sql_of};
use domain::access::Permission;
use sea_orm::entity::prelude::*;
use std::sync::LazyLock;

/// One row, as far as it is shown.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entry")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order in which rows were made.
    pub number: i64,
    /// In whose chain it is.
    pub branch_id: Uuid,
    /// Which link of the chain.
    pub sequence: i64,
    /// When; microseconds since 1970 in UTC.
    pub at: i64,
    /// What was done.
    pub action: String,
    /// What came of it.
    pub outcome: EnumValue<AuditOutcome>,
    /// Who did it.
    pub actor_kind: EnumValue<ActorKind>,
    /// Which user or client.
    pub actor_id: Option<Uuid>,
    /// On what kind of thing.
    pub subject_kind: Option<String>,
    /// On which one.
    pub subject_id: Option<Uuid>,
    /// What changed that is not about a person: a JSON object of columns with what stood before and after.
    pub changes: String,
}

/// Joins are spelled out where they are made.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    const SEE: Permission = Permission::SeeAudit;
    const MANAGE: Permission = Permission::ManageAudit;
    const OPEN: Open<Column> = Open::Never;
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = None;
}

impl Model {
    /// On what it was done.
    pub fn subject(&self) -> Option<GlobalId> {
        let name = self.subject_kind.as_deref()?;
        let kind = Kind::ALL.iter().copied().find(|kind| kind.name() == name)?;
        self.subject_id.map(|key| GlobalId::new(kind, key))
    }
}

/// The columns that are read.
const COLUMNS: [Column; 12] = [
    Column::Id,
    Column::Number,
    Column::BranchId,
    Column::Sequence,
    Column::At,
    Column::Action,
    Column::Outcome,
    Column::ActorKind,
    Column::ActorId,
    Column::SubjectKind,
    Column::SubjectId,
    Column::Changes,
];

// Written out, since what an entry is about may be of any kind.
impl Table for Entity {
    const KIND: Kind = Kind::AuditEntry;

    fn key(row: &Model) -> Uuid {
        row.id
    }

    fn sql() -> &'static str {
        static SQL: LazyLock<String> = LazyLock::new(|| sql_of(&COLUMNS));
        &SQL
    }

    const COUNT: usize = COLUMNS.len();

    fn read(cells: &mut RowReader<'_>) -> Result<Model, DbErr> {
        Ok(Model {
            id: cells.take()?,
            number: cells.take()?,
            branch_id: cells.take()?,
            sequence: cells.take()?,
            at: cells.take()?,
            action: cells.take()?,
            outcome: cells.take()?,
            actor_kind: cells.take()?,
            actor_id: cells.take()?,
            subject_kind: cells.take()?,
            subject_id: cells.take()?,
            changes: cells.take()?,
        })
    }

    const POINTERS: &'static [(&'static str, Kind)] = &[("branch_id", Kind::Branch)];

    fn keys(row: &Model, keys: &mut Keys) {
        keys.add(Kind::AuditEntry, row.id);
        keys.add(Kind::Branch, row.branch_id);
        if let Some(subject) = row.subject() {
            keys.add(subject.kind, subject.key);
        }
    }
}
