//! The table of figures as they may leave the association, after disclosure control.

use crate::partner::reach;
use crate::platform::query::expression::among_selected;
use crate::platform::query::stored::{Day, EnumValue};
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::indicator::{
    AreaKind, IndicatorValueKind, IndicatorValueStatus, MilieuCategory, SexCategory, SourceMethod,
};
use sea_orm::DbBackend;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Condition;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "indicator_value")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order in which rows were made; newer ones have larger numbers.
    pub number: i64,
    /// The branch that owns it; none for statistics.
    pub branch_id: Option<Uuid>,
    /// The submission that it was accepted with; none for what was not entered here.
    pub submission_id: Option<Uuid>,
    /// What it measures.
    pub indicator_id: Uuid,
    /// The programme whose result it is; none for statistics.
    pub programme_id: Option<Uuid>,
    /// What kind of figure.
    pub kind: EnumValue<IndicatorValueKind>,
    /// The period as it is written.
    pub period: String,
    /// Its first day.
    pub period_start: Day,
    /// Its last day.
    pub period_end: Day,
    /// What kind of area.
    pub area_kind: EnumValue<AreaKind>,
    /// Which area.
    pub area_code: String,
    /// Of town or country alone; none: of both.
    pub milieu: Option<EnumValue<MilieuCategory>>,
    /// Of one sex alone; none: of both.
    pub sex: Option<EnumValue<SexCategory>>,
    /// Of one age band alone; none: of all.
    pub age_band: Option<String>,
    /// The figure with the decimals of its source.
    pub value: Option<String>,
    /// The figure in hundredths, to be summed; none where it has more decimals. Follows from the figure.
    pub hundredths: Option<i64>,
    /// Of how many, where it is a share or a rate that is told.
    pub numerator: Option<i64>,
    /// Among how many.
    pub denominator: Option<i64>,
    /// Whether there is a figure.
    pub status: EnumValue<IndicatorValueStatus>,
    /// The source's code.
    pub source_code: String,
    /// The source.
    pub source_name: String,
    /// How it was found.
    pub source_method: EnumValue<SourceMethod>,
    /// The year it refers to.
    pub source_year: i32,
    /// Where to read it.
    pub source_url: Option<String>,
    /// Whether it was accepted, the last of the steps that a programme's figure goes through.
    pub accepted: bool,
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
    const SEE: Permission = Permission::SeeIndicators;
    const MANAGE: Permission = Permission::ManageIndicators;
    const OPEN: Open<Column> = Open::Published(Column::Published);
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = None;
    const GENERATED: &'static [Column] = &[Column::Hundredths];

    /// The accepted figures of those programmes.
    fn partys(backend: DbBackend, partner: Uuid) -> Option<Condition> {
        Some(
            Condition::all()
                .add(among_selected(backend, Column::ProgrammeId, reach::programmes(partner)))
                .add(Column::Accepted.into_expr()),
        )
    }
}

crate::table!(IndicatorValue { Id => id, Number => number, BranchId => branch_id, SubmissionId => submission_id, IndicatorId => indicator_id, ProgrammeId => programme_id, Kind => kind, Period => period, PeriodStart => period_start, PeriodEnd => period_end, AreaKind => area_kind, AreaCode => area_code, Milieu => milieu, Sex => sex, AgeBand => age_band, Value => value, Hundredths => hundredths, Numerator => numerator, Denominator => denominator, Status => status, SourceCode => source_code, SourceName => source_name, SourceMethod => source_method, SourceYear => source_year, SourceUrl => source_url, Accepted => accepted, Published => published, IsDemo => is_demo, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Branch: branch_id, Submission: submission_id, Indicator: indicator_id, Programme: programme_id });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
}
