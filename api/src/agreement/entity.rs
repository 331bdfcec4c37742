//! The table of agreements.

use crate::agreement::implementation;
use crate::partner::reach;
use crate::platform::query::expression::among_selected;
use crate::platform::query::stored::{Day, EnumValue, Json};
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::partnership::{AgreementState, SignedOnBasis};
use domain::source::Source;
use domain::text::LocalizedText;
use sea_orm::DbBackend;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Condition, SelectStatement};

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "agreement")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order in which rows were made; newer ones have larger numbers.
    pub number: i64,
    /// The branch that owns it.
    pub branch_id: Uuid,
    /// Its name in addresses.
    pub slug: String,
    /// What it is about.
    pub object: Option<Json<LocalizedText>>,
    /// The texts it rests on.
    pub legal_bases: Json<Vec<LocalizedText>>,
    /// Where it stands by what was decided; what follows from dates is derived.
    pub status: EnumValue<AgreementState>,
    /// When it was signed.
    pub signed_on: Option<Day>,
    /// How that day is known.
    pub signed_on_basis: Option<EnumValue<SignedOnBasis>>,
    /// Where it was signed.
    pub signed_in: Option<Json<LocalizedText>>,
    /// Its first day, when published.
    pub starts_on: Option<Day>,
    /// How long it runs.
    pub duration_months: Option<i32>,
    /// Its last day in force.
    pub ends_on: Option<Day>,
    /// The budget in centimes, when published.
    pub budget: Option<i64>,
    /// Who entered the budget last; none: the platform itself.
    pub budget_entered_by: Option<Uuid>,
    /// The legal person under whose mandate the branch signed it, where the branch is none.
    pub mandate_branch_id: Option<Uuid>,
    /// The agreement that it renews.
    pub predecessor_id: Option<Uuid>,
    /// The day on which it was ended before its time.
    pub terminated_on: Option<Day>,
    /// The call that it is funded under.
    pub funding_call_id: Option<Uuid>,
    /// Whether it may be shown; follows from the status.
    pub published: bool,
    /// Where the facts come from.
    pub sources: Json<Vec<Source>>,
    /// Whether it was invented for the demo world.
    pub is_demo: bool,
    /// How often it was changed; 1 when it was made.
    pub version: i32,
    /// When it was made; microseconds since 1970 in UTC.
    pub created_at: i64,
    /// When it was changed last; microseconds since 1970 in UTC.
    pub changed_at: i64,
}

/// The columns of texts that may be missing in a language.
pub const TEXTS: [&str; 2] = ["object", "signed_in"];

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

    /// Those that the branches implement.
    fn shared(backend: DbBackend, branches: SelectStatement) -> Option<Condition> {
        Some(among_selected(backend, Column::Id, implementation::agreements(backend, branches)))
    }

    /// Those that the partner is party to.
    fn partys(backend: DbBackend, partner: Uuid) -> Option<Condition> {
        Some(among_selected(backend, Column::Id, reach::agreements(partner)))
    }
}

crate::table!(Agreement { Id => id, Number => number, BranchId => branch_id, Slug => slug, Object => object, LegalBases => legal_bases, Status => status, SignedOn => signed_on, SignedOnBasis => signed_on_basis, SignedIn => signed_in, StartsOn => starts_on, DurationMonths => duration_months, EndsOn => ends_on, Budget => budget, BudgetEnteredBy => budget_entered_by, MandateBranchId => mandate_branch_id, PredecessorId => predecessor_id, TerminatedOn => terminated_on, FundingCallId => funding_call_id, Published => published, Sources => sources, IsDemo => is_demo, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Branch: branch_id, Branch: mandate_branch_id, Agreement: predecessor_id, FundingCall: funding_call_id, User: budget_entered_by });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
    const DECIDED: Option<(Column, Permission)> = Some((Column::Status, Permission::DecideAgreements));
}
