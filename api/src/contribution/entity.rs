//! The table of contributions: who paid how much for a market or an agreement.

use crate::agreement::implementation;
use crate::platform::query::expression::among_selected;
use crate::platform::query::stored::{Day, EnumValue};
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::partnership::{ContributionKind, ContributionStatus};
use sea_orm::DbBackend;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Condition, SelectStatement};

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "contribution")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The branch that owns it.
    pub branch_id: Uuid,
    /// The market that was paid for.
    pub market_id: Option<Uuid>,
    /// The agreement that was paid for.
    pub agreement_id: Option<Uuid>,
    /// Who paid; none: not published.
    pub partner_id: Option<Uuid>,
    /// Its place among its sisters.
    pub position: i32,
    /// In cash or in kind; none: not published.
    pub kind: Option<EnumValue<ContributionKind>>,
    /// How much, in centimes.
    pub amount: i64,
    /// The contribution that this one takes back; its amount is below zero.
    pub reverses_id: Option<Uuid>,
    /// Who entered it; none: the platform itself.
    pub entered_by: Option<Uuid>,
    /// When a contribution from abroad was declared to the General Secretariat of the Government; none: it was not.
    pub declared_on: Option<Day>,
    /// Whether it is confirmed.
    pub status: EnumValue<ContributionStatus>,
    /// Whether it may be shown; derived.
    pub published: bool,
    /// Whether it was invented for the demo world.
    pub is_demo: bool,
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

    /// Those of agreements that the branches implement.
    fn shared(backend: DbBackend, branches: SelectStatement) -> Option<Condition> {
        Some(among_selected(backend, Column::AgreementId, implementation::agreements(backend, branches)))
    }
}

crate::table!(Contribution { Id => id, BranchId => branch_id, MarketId => market_id, AgreementId => agreement_id, PartnerId => partner_id, Position => position, Kind => kind, Amount => amount, ReversesId => reverses_id, EnteredBy => entered_by, DeclaredOn => declared_on, Status => status, Published => published, IsDemo => is_demo, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Branch: branch_id, Market: market_id, Agreement: agreement_id, Partner: partner_id, Contribution: reverses_id, User: entered_by });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
    const DECIDED: Option<(Column, Permission)> = Some((Column::Status, Permission::DecideAgreements));
}
