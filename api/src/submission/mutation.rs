//! Root fields that enter figures and move submissions.

use super::object::Submission;
use super::sheet::{self, Filled};
use super::store::{self, Form};
use crate::payload;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::mutate;
use crate::platform::graphql::scalars::Decimal;
use crate::platform::graphql::text::required;
use crate::platform::graphql::upload::{Upload, read_blocking};
use crate::platform::loading::reader::Reads;
use crate::platform::query::stored::EnumValue;
use crate::programme::object::Programme;
use async_graphql::{Context, ID, InputObject, Object};
use domain::access::Permission;
use domain::fault::{Code, Fault, Faults};
use domain::figure::{Cell, Entry};
use domain::indicator::{IndicatorValueKind, MilieuCategory, Period, SexCategory};
use domain::text::NAME_MAX;

/// A text of more bytes names no age band.
const AGE_BAND_MAX: usize = 80;

/// The most figures of one form.
const FORM_MAX: usize = 1000;

/// A figure of a form.
#[derive(InputObject, Clone, Debug)]
pub struct IndicatorValueInput {
    /// The global id of the indicator as the programme follows it.
    pub programme_indicator_id: ID,
    /// The kind of the figure: BASELINE, TARGET or ACTUAL.
    #[graphql(default_with = "EnumValue(IndicatorValueKind::Actual)")]
    pub kind: EnumValue<IndicatorValueKind>,
    /// The sex of the people that the figure is about; both when it is not given.
    pub sex: Option<EnumValue<SexCategory>>,
    /// The age band of the people that the figure is about, one of those of the indicator, or NOT_STATED; all when it is not
    /// given.
    pub age_band: Option<String>,
    /// Where the people that the figure is about live; both when it is not given.
    pub milieu: Option<EnumValue<MilieuCategory>>,
    /// The numerator of a rate.
    pub numerator: Option<i32>,
    /// The denominator of a rate.
    pub denominator: Option<i32>,
    /// The figure: a number or an amount; a rate is computed from its numerator and denominator, and a target may be given by
    /// itself. A figure for which nothing is given is cleared.
    pub value: Option<Decimal>,
    /// The register or survey that the figure comes from; the branch's own records when it is not given.
    pub source: Option<String>,
}

/// A form of figures of a programme, branch and period.
#[derive(InputObject, Clone, Debug)]
pub struct IndicatorValuesRecordInput {
    /// The global id of the programme.
    pub programme_id: ID,
    /// The global id of the branch whose figures they are: the one that leads the programme, or one that takes part in it.
    pub branch_id: ID,
    /// The period: `2026`, `2026-S1`, `2026-Q1` or `2026-03`.
    pub period: String,
    /// The figures, 1 to 1,000. What stands in a form and is not named here stays as it is.
    pub values: Vec<IndicatorValueInput>,
    /// The version of the submission that the caller has read; compulsory where there is one. Another one is refused with
    /// CONFLICT.
    pub expected_version: Option<i32>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// The submission that goes on.
#[derive(InputObject, Clone, Debug)]
pub struct SubmissionTransitionInput {
    /// The global id of the submission.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// The submission that is returned, and why.
#[derive(InputObject, Clone, Debug)]
pub struct SubmissionReturnInput {
    /// The global id of the submission.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// What is to be changed.
    pub comment: String,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// The submission that is unlocked, and why.
#[derive(InputObject, Clone, Debug)]
pub struct SubmissionUnlockInput {
    /// The global id of the submission.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The reason for which accepted figures are changed.
    pub reason: String,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A branch that is not waited for.
#[derive(InputObject, Clone, Debug)]
pub struct SubmissionWaiveInput {
    /// The global id of the programme.
    pub programme_id: ID,
    /// The global id of the branch that is not waited for.
    pub branch_id: ID,
    /// The period: `2026`, `2026-S1`, `2026-Q1` or `2026-03`.
    pub period: String,
    /// The reason for which it is not waited for.
    pub reason: String,
    /// The version of the submission that the caller has read; compulsory where there is one. Another one is refused with
    /// CONFLICT.
    pub expected_version: Option<i32>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A filled sheet of a programme and period.
#[derive(InputObject, Clone, Debug)]
pub struct SheetImportInput {
    /// The global id of the programme.
    pub programme_id: ID,
    /// The period: `2026`, `2026-S1`, `2026-Q1` or `2026-03`.
    pub period: String,
    /// The sheet as `Programme.sheet` gives it out, filled in: a workbook (XLSX), or comma-separated values (CSV) in UTF-8; at
    /// most 10 MB and 100,000 rows. Columns may stand in any order, under their titles in any language. A figure whose cells
    /// are empty is cleared.
    pub file: Upload,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

payload! {
    /// The outcome of importing a sheet.
    SheetImportPayload {
        /// The programme whose figures were entered; null when the sheet was refused.
        programme: Programme
    }
}

payload! {
    /// The outcome of changing a submission.
    SubmissionPayload {
        /// The submission as it is now; null when it was refused, unless the refusal is a CONFLICT.
        submission: Submission
    }
}

/// Read a form: the places of its figures, and what is given for each.
fn read(input: &IndicatorValuesRecordInput) -> Result<Form> {
    let mut faults = Faults::new();
    if !(1..=FORM_MAX).contains(&input.values.len()) {
        let most = format!("{} / {FORM_MAX}", input.values.len());
        return Err(Fault::new(Code::LimitExceeded).at("values").with_detail(most).into());
    }
    let period = Period::parse(&input.period).map_err(|fault| faults.push(fault.at("period")));
    let mut entries = Vec::new();
    for (position, value) in input.values.iter().enumerate() {
        let place = position.to_string();
        let field = format!("input.values.{position}.programmeIndicatorId");
        let indicator = GlobalId::parse_as(Kind::ProgrammeIndicator, &value.programme_indicator_id, &field)?;
        let source = domain::figure::source(value.source.as_deref());
        let source = source.map_err(|fault| faults.push(fault.at(&place).at("values")));
        if value.age_band.as_ref().is_some_and(|band| band.len() > AGE_BAND_MAX) {
            let wrong = Fault::new(Code::DisaggregationInvalid).at("ageBand");
            faults.push(wrong.at(&place).at("values"));
        }
        let Ok(source) = source else { continue };
        entries.push(Entry {
            cell: Cell {
                indicator,
                kind: value.kind.0,
                source,
                sex: value.sex.map(|sex| sex.0),
                age_band: value.age_band.clone(),
                milieu: value.milieu.map(|milieu| milieu.0),
            },
            value: value.value.map(|value| value.0),
            share: (value.numerator.map(i64::from), value.denominator.map(i64::from)),
        });
    }
    match period {
        Ok(period) if faults.is_empty() => Ok(Form { text: input.period.clone(), period, entries }),
        _ => Err(faults.into()),
    }
}

/// Root fields that enter figures and move submissions.
#[derive(Default)]
pub struct SubmissionMutation;

#[Object]
impl SubmissionMutation {
    /// Enters figures of a programme, branch and period: all of them or none. The first form makes the submission. Codes in
    /// `userErrors`: CONFLICT, STATUS_INVALID (the programme does not run, or the figures are locked), NOT_PARTICIPATING,
    /// BRANCH_CLOSED, DATE_INVALID, PERIOD_OVERLAPS, LIMIT_EXCEEDED; at places in `values` NOT_FOUND, DISAGGREGATION_INVALID,
    /// FIGURE_INVALID, DUPLICATE_ENTRY, SUM_MISMATCH, TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn indicator_values_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The figures, and what they are about.")] input: IndicatorValuesRecordInput,
    ) -> Result<SubmissionPayload> {
        let programme = GlobalId::parse_as(Kind::Programme, &input.programme_id, "input.programmeId")?;
        let branch = GlobalId::parse_as(Kind::Branch, &input.branch_id, "input.branchId")?;
        let version = input.expected_version;
        mutate(ctx, &input, async |tx| store::record(tx, (programme, branch), version, || read(&input)).await).await
    }

    /// Enters the figures of a sheet, of every branch in it: all of them or none. Each refusal names the row, by its number in
    /// the sheet, and the column: `["file", "12", "value"]`; of more than 1,000 refusals a last one, LIMIT_EXCEEDED, says how many
    /// there are. Codes in `userErrors`, beside those of `indicatorValuesRecord`: FILE_INVALID, COLUMN_INVALID, FIGURES_MISSING
    /// (the sheet has no figures), NOT_FOUND (no such programme, branch or indicator), CONFLICT (the figures were changed after the
    /// sheet was given out).
    async fn sheet_import(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The sheet, and what it is about.")] input: SheetImportInput,
    ) -> Result<SheetImportPayload> {
        let key = GlobalId::parse_as(Kind::Programme, &input.programme_id, "input.programmeId")?;
        // Nobody has a file read who may enter nothing.
        if !ctx.reader().actor().may(Permission::ManageIndicators) {
            return mutate(ctx, &input, async |_| Err(Error::refused(Code::Forbidden))).await;
        }
        let content = input.file.content(ctx, "input.file")?;
        let period = Period::parse(&input.period).map_err(|fault| vec![fault.at("period")]);
        let text = input.period.clone();
        let read = move || period.and_then(|period| Ok((period, Filled::read(&content, &text)?)));
        let filled = read_blocking(Code::FileInvalid, read).await?;
        mutate(ctx, &input, async |tx| sheet::store::enter(tx, key, &input.period, &filled).await).await
    }

    /// Submits the figures of a branch to the level above; they are locked from then on. Codes in `userErrors`: CONFLICT,
    /// STATUS_INVALID, FIGURES_MISSING.
    async fn submission_submit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The submission, at the version that the caller has read.")] input: SubmissionTransitionInput,
    ) -> Result<SubmissionPayload> {
        let key = GlobalId::parse_as(Kind::Submission, &input.id, "input.id")?;
        mutate(ctx, &input, async |tx| store::submit(tx, key, input.expected_version).await).await
    }

    /// Approves figures at the level whose word comes next; the national level accepts them. Codes in `userErrors`: CONFLICT,
    /// STATUS_INVALID, FOUR_EYES_REQUIRED (the caller submitted or entered them), SUBMISSIONS_MISSING (branches below that take
    /// part have not come as far, and are not waived).
    async fn submission_approve(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The submission, at the version that the caller has read.")] input: SubmissionTransitionInput,
    ) -> Result<SubmissionPayload> {
        let key = GlobalId::parse_as(Kind::Submission, &input.id, "input.id")?;
        mutate(ctx, &input, async |tx| store::approve(tx, key, input.expected_version).await).await
    }

    /// Returns figures to the branch, which may change them then. Codes in `userErrors`: CONFLICT, STATUS_INVALID, TEXT_REQUIRED,
    /// TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn submission_return(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The submission, and what is to be changed.")] input: SubmissionReturnInput,
    ) -> Result<SubmissionPayload> {
        let key = GlobalId::parse_as(Kind::Submission, &input.id, "input.id")?;
        let comment = || Ok(required(&input.comment, NAME_MAX, "comment")?);
        mutate(ctx, &input, async |tx| store::send_back(tx, key, input.expected_version, comment).await).await
    }

    /// Unlocks figures that were accepted, by the national level: nobody outside sees them until they are accepted again. Codes
    /// in `userErrors`: CONFLICT, STATUS_INVALID, TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn submission_unlock(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The submission, and why it is unlocked.")] input: SubmissionUnlockInput,
    ) -> Result<SubmissionPayload> {
        let key = GlobalId::parse_as(Kind::Submission, &input.id, "input.id")?;
        let reason = || Ok(required(&input.reason, NAME_MAX, "reason")?);
        mutate(ctx, &input, async |tx| store::unlock(tx, key, input.expected_version, reason).await).await
    }

    /// Decides, at a level above, that a branch is not waited for. Codes in `userErrors`: CONFLICT, STATUS_INVALID,
    /// NOT_PARTICIPATING, BRANCH_CLOSED, DATE_INVALID, PERIOD_OVERLAPS, TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn submission_waive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The branch and the period, and why it is not waited for.")] input: SubmissionWaiveInput,
    ) -> Result<SubmissionPayload> {
        let programme = GlobalId::parse_as(Kind::Programme, &input.programme_id, "input.programmeId")?;
        let branch = GlobalId::parse_as(Kind::Branch, &input.branch_id, "input.branchId")?;
        let version = input.expected_version;
        let form = || {
            let reason = required(&input.reason, NAME_MAX, "reason");
            match (Period::parse(&input.period), reason) {
                (Ok(period), Ok(reason)) => Ok((input.period.clone(), period, reason)),
                (period, reason) => {
                    let wrong = period.err().map(|fault| fault.at("period")).into_iter();
                    Err(wrong.chain(reason.err().into_iter().flatten()).collect::<Faults>().into())
                }
            }
        };
        mutate(ctx, &input, async |tx| store::waive(tx, (programme, branch), version, form).await).await
    }
}
