//! The GraphQL face of programmes.

use super::entity;
use super::indicator;
use crate::branch::entity as branch;
use crate::indicator::object::Indicator;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{Date, DateTime};
use crate::platform::graphql::source::{Source, sources};
use crate::platform::graphql::text::Text;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::{Reader, Reads};
use crate::platform::query::select::Select;
use crate::platform::query::stored::EnumValue;
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
    /// When the programme was last edited.
    pub changed_at: DateTime,
    /// The programme's URL slug.
    pub slug: String,
    /// The programme's title.
    pub title: Text,
    /// The programme's description.
    pub description: Option<Text>,
    /// The theme of the programme.
    pub theme: EnumValue<Theme>,
    /// The targets of the Sustainable Development Goals that it serves, such as "3.1".
    pub sdg_targets: Vec<String>,
    /// The programme's first day; null: not published.
    pub starts_on: Option<Date>,
    /// The programme's last day; null: open-ended, or not published.
    pub ends_on: Option<Date>,
    /// Whether the programme needs no agreement.
    pub is_self_funded: bool,
    /// The programme's status.
    pub status: EnumValue<ProgrammeStatus>,
    /// The way in which the status is known.
    pub status_basis: EnumValue<StatusBasis>,
    /// The IATI activity status code (IATI standard 2.03, codelist ActivityStatus).
    pub iati_status: &'static str,
    /// The sources of the facts about the programme.
    pub sources: Vec<Source>,
    /// Whether the programme was invented for demonstration.
    pub is_demo: bool,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) branch_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for Programme {
    type Entity = entity::Entity;

    fn new(row: &entity::Model, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::Programme, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            slug: row.slug.clone(),
            title: (&row.title).into(),
            description: row.description.as_ref().map(Text::from),
            theme: row.theme,
            sdg_targets: row.sdg_targets.0.clone(),
            starts_on: row.starts_on.map(Date::from),
            ends_on: row.ends_on.map(Date::from),
            is_self_funded: row.self_funded,
            status: row.status,
            status_basis: row.status_basis,
            iati_status: row.status.0.iati_code(),
            sources: sources(row.sources.clone()),
            is_demo: row.is_demo,
            key: row.id,
            branch_key: row.branch_id,
            batch,
        }
    }

    fn join<'t, 'a>(select: Select<'t, 'a, entity::Entity>) -> Select<'t, 'a, entity::Entity> {
        select.with_optional::<branch::Entity>(entity::Column::BranchId)
    }

    fn read(level: &mut Keys, cells: &mut RowReader<'_>) -> Result<Arc<entity::Model>, DbErr> {
        let row = level.take::<entity::Entity>(cells)?;
        level.take_optional::<branch::Entity>(cells)?;
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
    /// When the programme's indicator was last edited.
    pub changed_at: DateTime,
    /// The code of the definition.
    pub code: String,
    /// The unit that the indicator is measured in.
    pub unit: EnumValue<IndicatorUnit>,
    /// The direction in which the indicator improves.
    pub direction: EnumValue<IndicatorDirection>,
    /// The name of the definition.
    pub name: Text,
    /// The groups that the programme's figures are broken down into.
    pub disaggregations: Vec<EnumValue<Disaggregation>>,
    /// The age bands, where they are broken down by age; empty when they are not.
    pub age_bands: Vec<String>,
    /// The definition of the indicator.
    pub definition: Arc<Indicator>,
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

impl ProgrammeIndicator {
    /// The face of a row with its definition, with the level that they were read in.
    pub fn new(row: &indicator::Model, definition: Arc<Indicator>, batch: Batch) -> Self {
        Self {
            id: GlobalId::new(Kind::ProgrammeIndicator, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            code: definition.code.clone(),
            unit: definition.unit,
            direction: definition.direction,
            name: definition.name.clone(),
            disaggregations: row.disaggregations.0.iter().copied().map(EnumValue).collect(),
            age_bands: row.age_bands.0.clone(),
            definition,
            key: row.id,
            programme_key: row.programme_id,
            indicator_key: row.indicator_id,
            latest_actual_key: row.latest_actual_id,
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
