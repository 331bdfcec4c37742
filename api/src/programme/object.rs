//! The GraphQL face of programmes.

use super::entity;
use super::indicator;
use crate::branch::object::BranchRow;
use crate::indicator::object::Indicator;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{Date, DateTime};
use crate::platform::graphql::source::Source;
use crate::platform::graphql::text::Text;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::{Later, RowObject};
use crate::platform::loading::reader::{Reader, Reads};
use crate::platform::query::select::Select;
use crate::platform::query::stored::{EnumValue, Json};
use crate::platform::query::table::{Keys, RowReader};
use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, SimpleObject};
use domain::indicator::{Disaggregation, IndicatorDirection, IndicatorUnit};
use domain::programme::{ProgrammeStatus, ProgrammeWarningCode, StatusBasis, Theme};
use domain::text::Locale;
use sea_orm::DbErr;
use std::sync::Arc;
use uuid::Uuid;

/// A programme for women and girls.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct Programme {
    /// The programme's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The programme's version: 1 when it was created, and one more with each edit. What only follows from other data
    /// leaves it as it is.
    pub version: i32,
    /// The programme's URL slug.
    pub slug: String,
    /// The programme's title.
    pub title: Text,
    /// The theme of the programme.
    pub theme: EnumValue<Theme>,
    /// The programme's first day; null: not published.
    pub starts_on: Option<Date>,
    /// The programme's last day; null: open-ended, or not published.
    pub ends_on: Option<Date>,
    /// Whether the programme needs no agreement.
    pub is_self_funded: bool,
    /// The programme's status.
    pub status: EnumValue<ProgrammeStatus>,
    /// The IATI activity status code (IATI standard 2.03, codelist ActivityStatus).
    pub iati_status: &'static str,
    #[graphql(flatten)]
    pub(crate) details: Later<ProgrammeDetails>,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) branch_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

crate::columns! {
    /// What is read of one wherever it is shown.
    ProgrammeRow: Programme of entity {
        /// The key.
        Id => id: Uuid,
        /// How often it was changed; 1 when it was made.
        Version => version: i32,
        /// The branch that owns it.
        BranchId => branch_id: Uuid,
        /// Its name in addresses.
        Slug => slug: String,
        /// Its title.
        Title => title: Text,
        /// What it is about.
        Theme => theme: EnumValue<Theme>,
        /// Its first day.
        StartsOn => starts_on: Option<Date>,
        /// Its last day.
        EndsOn => ends_on: Option<Date>,
        /// Whether it needs no agreement.
        SelfFunded => self_funded: bool,
        /// Its status.
        Status => status: EnumValue<ProgrammeStatus>,
    } names { Branch: branch_id } page { ProgrammeDetails }
}

crate::details! {
    /// What is read of one when it is asked for.
    ProgrammeDetails of entity {
        /// When the programme was last edited.
        ChangedAt => changed_at: DateTime,
        /// The programme's description.
        Description => description: Option<Text>,
        /// The targets of the Sustainable Development Goals that it serves, such as "3.1".
        SdgTargets => sdg_targets: Json<Vec<String>>,
        /// The way in which the status is known.
        StatusBasis => status_basis: EnumValue<StatusBasis>,
        /// The sources of the facts about the programme.
        Sources => sources: Json<Vec<Source>>,
        /// Whether the programme was invented for demonstration.
        IsDemo => is_demo: bool,
    }
}

impl RowObject for Programme {
    type Columns = ProgrammeRow;

    fn new(row: &ProgrammeRow, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::Programme, row.id),
            version: row.version,
            slug: row.slug.clone(),
            title: row.title.clone(),
            theme: row.theme,
            starts_on: row.starts_on,
            ends_on: row.ends_on,
            is_self_funded: row.self_funded,
            status: row.status,
            iati_status: row.status.0.iati_code(),
            key: row.id,
            branch_key: row.branch_id,
            details: Later::new(row.id, &batch),
            batch,
        }
    }

    fn join<'t, 'a>(select: Select<'t, 'a, entity::Entity>) -> Select<'t, 'a, entity::Entity> {
        select.with_optional::<BranchRow>(entity::Column::BranchId)
    }

    fn read(level: &mut Keys, cells: &mut RowReader<'_>) -> Result<Arc<ProgrammeRow>, DbErr> {
        let row = level.take::<ProgrammeRow>(cells)?;
        level.take_optional::<BranchRow>(cells)?;
        Ok(row)
    }
}

/// A move of a programme from one status to another. The branch line that leads the programme sees it.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct ProgrammeMove {
    /// The status before; null when the programme was created.
    pub from: Option<EnumValue<ProgrammeStatus>>,
    /// The status after.
    pub to: EnumValue<ProgrammeStatus>,
    /// When it was decided.
    pub at: DateTime,
    /// Who decided; null for the platform itself.
    pub actor: Option<ProgrammeMoveActor>,
    /// The reason that was given; null when none was needed.
    pub reason: Option<String>,
    #[graphql(skip)]
    pub(crate) branch_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

/// The actor of a move, as recorded at that time; no link to what she is now.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct ProgrammeMoveActor {
    /// The actor's name at that time.
    pub display_name: String,
}

/// Something about a programme that somebody should look at. It changes nothing.
#[derive(SimpleObject, Clone, Copy, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct ProgrammeWarning {
    /// The kind of warning.
    pub code: EnumValue<ProgrammeWarningCode>,
}

#[ComplexObject]
impl ProgrammeWarning {
    /// The warning as a sentence for people, in the language of the request.
    async fn message(&self, ctx: &Context<'_>) -> &'static str {
        let locale = ctx.reader().locales().first().copied().unwrap_or(Locale::Ar);
        self.code.0.message(locale)
    }
}

/// An indicator as one programme follows it: the definition, and the programme's own figures.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct ProgrammeIndicator {
    /// The programme's indicator's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The programme's indicator's version: 1 when it was created, and one more with each edit. What only follows
    /// from other data leaves it as it is.
    pub version: i32,
    /// The code of the definition.
    pub code: String,
    /// The unit that the indicator is measured in.
    pub unit: EnumValue<IndicatorUnit>,
    /// The direction in which the indicator improves.
    pub direction: EnumValue<IndicatorDirection>,
    /// The name of the definition.
    pub name: Text,
    /// The definition of the indicator.
    pub definition: Arc<Indicator>,
    #[graphql(flatten)]
    pub(crate) details: Later<ProgrammeIndicatorDetails>,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) programme_key: Uuid,
    #[graphql(skip)]
    pub(crate) indicator_key: Uuid,
    #[graphql(skip)]
    pub(crate) latest_actual_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

crate::columns! {
    /// What is read of one wherever it is shown.
    ProgrammeIndicatorRow: ProgrammeIndicator of indicator {
        /// The key.
        Id => id: Uuid,
        /// How often it was changed; 1 when it was made.
        Version => version: i32,
        /// The programme that follows it.
        ProgrammeId => programme_id: Uuid,
        /// The definition of the indicator.
        IndicatorId => indicator_id: Uuid,
        /// The latest figure that was approved; derived.
        LatestActualId => latest_actual_id: Option<Uuid>,
    } names { Programme: programme_id, Indicator: indicator_id, IndicatorValue: latest_actual_id }
}

crate::details! {
    /// What is read of one when it is asked for.
    ProgrammeIndicatorDetails of indicator {
        /// When the programme's indicator was last edited.
        ChangedAt => changed_at: DateTime,
        /// The groups that the programme's figures are broken down into.
        Disaggregations => disaggregations: Json<Vec<EnumValue<Disaggregation>>>,
        /// The age bands, where they are broken down by age; empty when they are not.
        AgeBands => age_bands: Json<Vec<String>>,
    }
}

impl ProgrammeIndicator {
    /// The face of a row with its definition, with the level that they were read in.
    pub fn new(row: &ProgrammeIndicatorRow, definition: Arc<Indicator>, batch: Batch) -> Self {
        Self {
            id: GlobalId::new(Kind::ProgrammeIndicator, row.id),
            version: row.version,
            code: definition.code.clone(),
            unit: definition.unit,
            direction: definition.direction,
            name: definition.name.clone(),
            definition,
            key: row.id,
            programme_key: row.programme_id,
            indicator_key: row.indicator_id,
            latest_actual_key: row.latest_actual_id,
            details: Later::new(row.id, &batch),
            batch,
        }
    }
}

/// Conditions on programmes: those that are given must all be met.
#[derive(InputObject, Clone, Debug, Default)]
pub struct ProgrammeFilter {
    /// Leaves only programmes of this theme.
    pub theme: Option<EnumValue<Theme>>,
    /// Leaves only programmes in this status.
    pub status: Option<EnumValue<ProgrammeStatus>>,
    /// Only programmes that this branch leads.
    pub branch: Option<ID>,
    /// Leaves only programmes of which a text is missing in this language. For signed-in callers.
    pub missing_translation: Option<EnumValue<Locale>>,
}

/// The order of programmes.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ProgrammeOrder {
    /// The programme recorded last comes first.
    #[default]
    Newest,
    /// By title, in the language of the request.
    Title,
}
