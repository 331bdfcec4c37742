//! The GraphQL face of submissions.

use super::entity::{Entity, Model};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{Date, DateTime, Decimal};
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::{Reader, Reads};
use crate::platform::query::stored::EnumValue;
use async_graphql::{ComplexObject, Context, ID, InputObject, SimpleObject};
use domain::access::Role;
use domain::branch::BranchKind;
use domain::indicator::{IndicatorValueKind, MilieuCategory, SexCategory};
use domain::submission::{SubmissionStatus, SubmissionWarningCode, due_on};
use domain::text::Locale;
use uuid::Uuid;

/// The figures of a programme, period and branch, on their way up the tree with a signature at each level. The branch line sees
/// them; what leaves the association are the values that were accepted.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct Submission {
    /// The submission's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The submission's version: 1 when it was created, and one more with each edit. What only follows from other data leaves it
    /// as it is.
    pub version: i32,
    /// When the submission was last edited.
    pub changed_at: DateTime,
    /// The period: `2026`, `2026-S1`, `2026-Q1` or `2026-03`.
    pub period: String,
    /// The first day of the period.
    pub period_start: Date,
    /// The last day of the period.
    pub period_end: Date,
    /// The status of the submission.
    pub status: EnumValue<SubmissionStatus>,
    /// The last day on which the submission is in time.
    pub due_on: Date,
    /// The day on which the branch submitted its figures; null while it enters them.
    pub submitted_on: Option<Date>,
    /// Whether the figures were submitted after that day, or have not been submitted and the day has passed.
    pub is_late: bool,
    /// The decision that the levels above do not wait for the branch; null when there is none.
    pub waiver: Option<SubmissionWaiver>,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) branch_key: Uuid,
    #[graphql(skip)]
    pub(crate) programme_key: Uuid,
    #[graphql(skip)]
    pub(crate) stands_with_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for Submission {
    type Columns = Entity;

    fn new(row: &Model, batch: Batch, reader: &Reader) -> Self {
        let due_on = due_on(row.period_end.0, reader.rules().due_days);
        let waiver = row.waived_by_id.zip(row.waiver_reason.clone()).map(|(branch_key, reason)| SubmissionWaiver {
            actor: row.waived_by_name.clone().map(|display_name| SubmissionMoveActor { display_name }),
            reason,
            branch_key,
            batch: batch.clone(),
        });
        Self {
            id: GlobalId::new(Kind::Submission, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            period: row.period.clone(),
            period_start: Date(row.period_start.0),
            period_end: Date(row.period_end.0),
            status: row.status,
            due_on: Date(due_on),
            submitted_on: row.submitted_on.map(|day| Date(day.0)),
            is_late: row.submitted_on.map_or(reader.today(), |day| day.0) > due_on,
            waiver,
            key: row.id,
            branch_key: row.branch_id,
            programme_key: row.programme_id,
            stands_with_key: row.stands_with_id,
            batch,
        }
    }
}

/// Whose word comes next.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct SubmissionDesk {
    /// The role of whoever usually decides there.
    pub role: EnumValue<Role>,
    #[graphql(skip)]
    pub(crate) branch_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl SubmissionDesk {
    /// The role that usually decides about figures that stand there, at a branch of this rank.
    pub fn decider(status: SubmissionStatus, kind: BranchKind) -> Role {
        match kind {
            _ if status.is_open() => Role::ProgrammeOfficer,
            BranchKind::National => Role::NationalAdmin,
            BranchKind::Regional | BranchKind::Provincial | BranchKind::Local => Role::BranchAdmin,
        }
    }
}

/// The decision that the levels above do not wait for a branch.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct SubmissionWaiver {
    /// Who decided; null for the platform itself.
    pub actor: Option<SubmissionMoveActor>,
    /// The reason that was given.
    pub reason: String,
    #[graphql(skip)]
    pub(crate) branch_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

/// A move of a submission from one status to another.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct SubmissionMove {
    /// The status before.
    pub from: Option<EnumValue<SubmissionStatus>>,
    /// The status after.
    pub to: EnumValue<SubmissionStatus>,
    /// When it was decided.
    pub at: DateTime,
    /// Who decided; null for the platform itself.
    pub actor: Option<SubmissionMoveActor>,
    /// The comment that was given; null when none was needed.
    pub comment: Option<String>,
    #[graphql(skip)]
    pub(crate) branch_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

/// The actor of a move of a submission, as recorded at that time; no link to what she is now.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct SubmissionMoveActor {
    /// The actor's name at that time.
    pub display_name: String,
}

/// A figure of a submission as the branch entered it. What leaves the association is an `IndicatorValue`.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct SubmissionValue {
    /// The kind of the figure.
    pub kind: EnumValue<IndicatorValueKind>,
    /// The figure.
    pub value: Decimal,
    /// The numerator; null when the figure is no rate.
    pub numerator: Option<i64>,
    /// The denominator; null when the figure is no rate.
    pub denominator: Option<i64>,
    /// The sex of the people that the figure is about; null for both.
    pub sex: Option<EnumValue<SexCategory>>,
    /// The age band of the people that the figure is about; null for all.
    pub age_band: Option<String>,
    /// Where the people that the figure is about live; null for both.
    pub milieu: Option<EnumValue<MilieuCategory>>,
    /// The source of the figure.
    pub source: String,
    #[graphql(skip)]
    pub(crate) indicator_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

/// Something about the figures of a submission that somebody should look at. It changes nothing.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct SubmissionWarning {
    /// The kind of warning.
    pub code: EnumValue<SubmissionWarningCode>,
    /// The place in the form that the figure was last entered with, as in `userErrors`; null when the warning is about no figure.
    pub field: Option<Vec<String>>,
    #[graphql(skip)]
    pub(crate) detail: Option<String>,
}

#[ComplexObject]
impl SubmissionWarning {
    /// The warning as a sentence for people, in the language of the request.
    async fn message(&self, ctx: &Context<'_>) -> String {
        let locale = ctx.reader().locales().first().copied().unwrap_or(Locale::Ar);
        let message = self.code.0.message(locale);
        self.detail.as_ref().map_or_else(|| message.to_owned(), |detail| format!("{message} ({detail})"))
    }
}

/// Conditions on submissions: those that are given must all be met.
#[derive(InputObject, Clone, Debug, Default)]
pub struct SubmissionFilter {
    /// Leaves only submissions that await the caller: figures to enter at the branches of her assignments, and figures to
    /// approve there that somebody else submitted.
    pub awaiting_me: Option<bool>,
    /// Leaves only submissions of this programme.
    pub programme: Option<ID>,
    /// Leaves only submissions of this branch.
    pub branch: Option<ID>,
    /// Leaves only submissions of this period.
    pub period: Option<String>,
    /// Leaves only submissions in this status.
    pub status: Option<EnumValue<SubmissionStatus>>,
}
