//! Root fields that change programmes.

use super::object::{Programme, ProgrammeIndicator};
use super::store::{self, Edit, NewIndicator, NewProgramme};
use crate::payload;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::{given, mutate};
use crate::platform::graphql::scalars::Date;
use crate::platform::graphql::text::{LocalizedTextInput, required};
use crate::platform::query::stored::EnumValue;
use crate::platform::query::transaction::Tx;
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use domain::fault::{Code, Fault, Faults};
use domain::figure::{AGE_BANDS, AGE_BANDS_MAX, age_bands};
use domain::indicator::Disaggregation;
use domain::programme::{ProgrammeStatus, TARGETS_MAX, Theme, sdg_target};
use domain::text::{DESCRIPTION_MAX, NAME_MAX};
use uuid::Uuid;

/// A programme to be drafted.
#[derive(InputObject, Clone, Debug)]
pub struct ProgrammeCreateInput {
    /// The global id of the branch that leads the programme.
    pub branch_id: ID,
    /// The programme's title.
    pub title: LocalizedTextInput,
    /// The programme's description.
    pub description: Option<LocalizedTextInput>,
    /// The theme of the programme.
    pub theme: EnumValue<Theme>,
    /// The targets of the Sustainable Development Goals that it serves, such as "8.3" or "5.a".
    #[graphql(default)]
    pub sdg_targets: Vec<String>,
    /// The programme's first day.
    pub starts_on: Option<Date>,
    /// The programme's last day; without one it is open-ended.
    pub ends_on: Option<Date>,
    /// The global ids of the agreements that the programme rests on.
    #[graphql(default)]
    pub agreement_ids: Vec<ID>,
    /// The global ids of the other branches that take part in the programme, below the one that leads it.
    #[graphql(default)]
    pub participating_branch_ids: Vec<ID>,
    /// Whether the programme needs no agreement.
    #[graphql(default)]
    pub is_self_funded: bool,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A programme to be edited: what is not named stays as it is, null removes it.
#[derive(InputObject, Clone, Debug)]
pub struct ProgrammeEditInput {
    /// The global id of the programme.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The programme's title.
    pub title: Option<LocalizedTextInput>,
    /// The programme's description.
    pub description: MaybeUndefined<LocalizedTextInput>,
    /// The theme of the programme; of a draft alone.
    pub theme: Option<EnumValue<Theme>>,
    /// The targets of the Sustainable Development Goals that it serves; of a draft alone.
    pub sdg_targets: Option<Vec<String>>,
    /// The programme's first day; of a draft alone.
    pub starts_on: MaybeUndefined<Date>,
    /// The programme's last day; without one it is open-ended.
    pub ends_on: MaybeUndefined<Date>,
    /// Whether the programme needs no agreement; of a draft alone.
    pub is_self_funded: Option<bool>,
    /// The global ids of the agreements that the programme rests on, in place of those that it rested on.
    pub agreement_ids: Option<Vec<ID>>,
    /// The global ids of the other branches that take part in the programme, in place of those that took part. A branch that has
    /// entered figures stays.
    pub participating_branch_ids: Option<Vec<ID>>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// The programme whose status changes.
#[derive(InputObject, Clone, Debug)]
pub struct ProgrammeTransitionInput {
    /// The global id of the programme.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The reason, where somebody wants to give one.
    pub reason: Option<String>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

payload! {
    /// The outcome of changing a programme.
    ProgrammePayload {
        /// The programme as it is now; null when it was refused, unless the refusal is a CONFLICT.
        programme: Programme
    }
}

/// An indicator that a programme is to follow.
#[derive(InputObject, Clone, Debug)]
pub struct ProgrammeIndicatorAddInput {
    /// The global id of the programme.
    pub programme_id: ID,
    /// The code of the indicator's definition.
    pub indicator_code: String,
    /// The groups that figures are broken down into.
    #[graphql(default)]
    pub disaggregations: Vec<EnumValue<Disaggregation>>,
    /// The age bands, where figures are broken down by age: years such as "15-24" or, at the end, "60+", each beginning where
    /// the one before it ends; 0-14, 15-24, 25-59 and 60+ when none are given.
    pub age_bands: Option<Vec<String>>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

payload! {
    /// The outcome of letting a programme follow an indicator.
    ProgrammeIndicatorPayload {
        /// The indicator as the programme follows it; null when it was refused.
        programme_indicator: ProgrammeIndicator
    }
}

/// Check how an indicator is to be followed, all at once.
fn followed(input: &ProgrammeIndicatorAddInput) -> Result<NewIndicator> {
    let mut faults = Faults::new();
    let mut disaggregations: Vec<Disaggregation> = Vec::new();
    for (position, dimension) in input.disaggregations.iter().enumerate() {
        if disaggregations.contains(&dimension.0) {
            faults.push(Fault::new(Code::DuplicateEntry).at(&position.to_string()).at("disaggregations"));
        }
        disaggregations.push(dimension.0);
    }
    let is_by_age = disaggregations.contains(&Disaggregation::AgeBand);
    let bands = match &input.age_bands {
        Some(bands) if !is_by_age && !bands.is_empty() => {
            faults.push(Fault::new(Code::DisaggregationInvalid).at("ageBands"));
            Vec::new()
        }
        Some(bands) if bands.len() > AGE_BANDS_MAX => {
            faults.push(Fault::new(Code::LimitExceeded).at("ageBands").with_detail(AGE_BANDS_MAX.to_string()));
            Vec::new()
        }
        Some(bands) if !bands.is_empty() => {
            age_bands(bands).unwrap_or_else(|fault| faults.push(fault.at("ageBands")));
            bands.clone()
        }
        _ if is_by_age => AGE_BANDS.map(str::to_owned).to_vec(),
        _ => Vec::new(),
    };
    if !faults.is_empty() {
        return Err(faults.into());
    }
    Ok(NewIndicator { code: input.indicator_code.clone(), disaggregations, age_bands: bands })
}

/// The most agreements that a programme rests on, and branches that take part in it.
const LINKS_MAX: usize = 100;

/// The keys of a list of ids.
fn keys(kind: Kind, ids: &[ID], field: &str) -> Result<Vec<Uuid>> {
    if ids.len() > LINKS_MAX {
        let most = format!("{} > {LINKS_MAX}", ids.len());
        return Err(Fault::new(Code::LimitExceeded).at(field).with_detail(most).into());
    }
    let key = |(place, id): (usize, &ID)| GlobalId::parse_as(kind, id, &format!("input.{field}.{place}"));
    ids.iter().enumerate().map(key).collect()
}

/// What is wrong with targets of the Sustainable Development Goals.
fn targets(given: &[String]) -> Faults {
    let mut faults = Faults::new();
    if given.len() > TARGETS_MAX {
        faults.push(Fault::new(Code::LimitExceeded).at("sdgTargets").with_detail(TARGETS_MAX.to_string()));
    }
    for (position, target) in given.iter().take(TARGETS_MAX).enumerate() {
        let at = |fault: Fault| fault.at(&position.to_string()).at("sdgTargets");
        match sdg_target(target) {
            Ok(_) if given.iter().take(position).any(|other| other == target) => {
                faults.push(at(Fault::new(Code::DuplicateEntry)));
            }
            Ok(_) => {}
            Err(fault) => faults.push(at(fault)),
        }
    }
    faults
}

/// Check all of a form at once.
fn drafted(input: &ProgrammeCreateInput) -> Result<NewProgramme> {
    let mut faults = Faults::new();
    let mut text = |text: LocalizedTextInput, max: usize, field: &'static str| {
        text.merged_at(None, max, field).map_err(|wrong| faults.extend(wrong)).ok()
    };
    let title = text(input.title.clone(), NAME_MAX, "title");
    let description = input.description.clone().map(|given| text(given, DESCRIPTION_MAX, "description"));
    faults.extend(targets(&input.sdg_targets));
    let (starts_on, ends_on) = (input.starts_on.as_ref().map(|day| day.0), input.ends_on.as_ref().map(|day| day.0));
    if starts_on.zip(ends_on).is_some_and(|(first, last)| last < first) {
        faults.push(Fault::new(Code::DateInvalid).at("endsOn"));
    }
    match title {
        Some(title) if faults.is_empty() => Ok(NewProgramme {
            title,
            description: description.flatten(),
            theme: input.theme.0,
            sdg_targets: input.sdg_targets.clone(),
            starts_on,
            ends_on,
            self_funded: input.is_self_funded,
        }),
        _ => Err(faults.into()),
    }
}

/// A move from one status to another.
async fn transition(
    ctx: &Context<'_>,
    input: ProgrammeTransitionInput,
    way: (Option<ProgrammeStatus>, ProgrammeStatus),
) -> Result<ProgrammePayload> {
    let key = GlobalId::parse_as(Kind::Programme, &input.id, "input.id")?;
    let given = input.reason.as_deref().unwrap_or_default();
    let reason = |is_needed: bool| {
        if is_needed || !given.trim().is_empty() {
            return Ok(Some(required(given, NAME_MAX, "reason")?));
        }
        Ok(None)
    };
    mutate(ctx, &input, async |tx| store::transition(tx, key, input.expected_version, way, reason).await).await
}

/// Root fields that change programmes.
#[derive(Default)]
pub struct ProgrammeMutation;

#[Object]
impl ProgrammeMutation {
    /// Drafts a programme. Codes in `userErrors`: BRANCH_CLOSED, TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE, DATE_INVALID,
    /// SDG_TARGET_INVALID, DUPLICATE_ENTRY, LIMIT_EXCEEDED, NOT_FOUND (at a place of `agreementIds`).
    async fn programme_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The programme to draft.")] input: ProgrammeCreateInput,
    ) -> Result<ProgrammePayload> {
        let branch = GlobalId::parse_as(Kind::Branch, &input.branch_id, "input.branchId")?;
        let work = async |tx: &Tx<'_>| {
            let agreements = keys(Kind::Agreement, &input.agreement_ids, "agreementIds")?;
            let participants = keys(Kind::Branch, &input.participating_branch_ids, "participatingBranchIds")?;
            store::create(tx, branch, (&agreements, &participants), || drafted(&input)).await
        };
        mutate(ctx, &input, work).await
    }

    /// Edits a programme that is not over and not before the level that approves it: all of a draft, and of one that was approved
    /// its texts, its last day, its agreements and the branches that take part. Codes in `userErrors`: CONFLICT, STATUS_INVALID
    /// (also at a field that a draft alone changes, or at a branch that has entered figures), TEXT_REQUIRED, TEXT_TOO_LONG,
    /// TEXT_UNSAFE, DATE_INVALID, SDG_TARGET_INVALID, DUPLICATE_ENTRY, LIMIT_EXCEEDED, NOT_FOUND (at a place of `agreementIds`).
    async fn programme_edit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The programme, and what changes of it.")] input: ProgrammeEditInput,
    ) -> Result<ProgrammePayload> {
        let key = GlobalId::parse_as(Kind::Programme, &input.id, "input.id")?;
        let work = async |tx: &Tx<'_>| {
            let agreements = input.agreement_ids.as_ref();
            let agreements = agreements.map(|ids| keys(Kind::Agreement, ids, "agreementIds")).transpose()?;
            let participants = input.participating_branch_ids.as_ref();
            let participants = participants.map(|ids| keys(Kind::Branch, ids, "participatingBranchIds")).transpose()?;
            let form = || {
                let faults = input.sdg_targets.as_deref().map(targets).unwrap_or_default();
                if !faults.is_empty() {
                    return Err(faults.into());
                }
                Ok(Edit {
                    title: input.title.clone(),
                    description: given(&input.description, Clone::clone),
                    theme: input.theme.map(|theme| theme.0),
                    sdg_targets: input.sdg_targets.clone(),
                    starts_on: given(&input.starts_on, |day| day.0),
                    ends_on: given(&input.ends_on, |day| day.0),
                    self_funded: input.is_self_funded,
                    agreements,
                    participants,
                })
            };
            store::edit(tx, key, input.expected_version, form).await
        };
        mutate(ctx, &input, work).await
    }

    /// Submits a drafted programme to the level that approves it. Codes in `userErrors`: CONFLICT, STATUS_INVALID, TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn programme_submit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The programme, at the version that the caller has read.")] input: ProgrammeTransitionInput,
    ) -> Result<ProgrammePayload> {
        transition(ctx, input, (Some(ProgrammeStatus::Draft), ProgrammeStatus::Submitted)).await
    }

    /// Returns a submitted programme to the branch that leads it, by the level that approves it. Codes in `userErrors`:
    /// CONFLICT, STATUS_INVALID, TEXT_REQUIRED (a reason is needed), TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn programme_return(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The programme, at the version that the caller has read.")] input: ProgrammeTransitionInput,
    ) -> Result<ProgrammePayload> {
        transition(ctx, input, (Some(ProgrammeStatus::Submitted), ProgrammeStatus::Draft)).await
    }

    /// Approves a submitted programme: of a local or provincial branch its region does, of a region the national level, and of
    /// that a second person there. Codes in `userErrors`: CONFLICT, STATUS_INVALID, FOUR_EYES_REQUIRED (the caller submitted
    /// it), TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn programme_approve(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The programme, at the version that the caller has read.")] input: ProgrammeTransitionInput,
    ) -> Result<ProgrammePayload> {
        transition(ctx, input, (Some(ProgrammeStatus::Submitted), ProgrammeStatus::Approved)).await
    }

    /// Starts an approved programme: from then on the public sees it. Codes in `userErrors`: CONFLICT, STATUS_INVALID,
    /// AGREEMENT_REQUIRED (none that it rests on is in force, and it does not fund itself), TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn programme_activate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The programme, at the version that the caller has read.")] input: ProgrammeTransitionInput,
    ) -> Result<ProgrammePayload> {
        transition(ctx, input, (Some(ProgrammeStatus::Approved), ProgrammeStatus::Active)).await
    }

    /// Suspends an active programme. Codes in `userErrors`: CONFLICT, STATUS_INVALID, TEXT_REQUIRED (a reason is needed), TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn programme_suspend(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The programme, at the version that the caller has read.")] input: ProgrammeTransitionInput,
    ) -> Result<ProgrammePayload> {
        transition(ctx, input, (Some(ProgrammeStatus::Active), ProgrammeStatus::Suspended)).await
    }

    /// Resumes a suspended programme. Codes in `userErrors`: CONFLICT, STATUS_INVALID, AGREEMENT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn programme_resume(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The programme, at the version that the caller has read.")] input: ProgrammeTransitionInput,
    ) -> Result<ProgrammePayload> {
        transition(ctx, input, (Some(ProgrammeStatus::Suspended), ProgrammeStatus::Active)).await
    }

    /// Completes a programme that has ended as planned. Codes in `userErrors`: CONFLICT, STATUS_INVALID, TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn programme_complete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The programme, at the version that the caller has read.")] input: ProgrammeTransitionInput,
    ) -> Result<ProgrammePayload> {
        transition(ctx, input, (None, ProgrammeStatus::Completed)).await
    }

    /// Closes the accounts of a completed programme, by the national level. Codes in `userErrors`: CONFLICT, STATUS_INVALID,
    /// TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn programme_close(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The programme, at the version that the caller has read.")] input: ProgrammeTransitionInput,
    ) -> Result<ProgrammePayload> {
        transition(ctx, input, (Some(ProgrammeStatus::Completed), ProgrammeStatus::Closed)).await
    }

    /// Gives a programme up. Codes in `userErrors`: CONFLICT, STATUS_INVALID, TEXT_REQUIRED (a reason is needed), TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn programme_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The programme, at the version that the caller has read.")] input: ProgrammeTransitionInput,
    ) -> Result<ProgrammePayload> {
        transition(ctx, input, (None, ProgrammeStatus::Cancelled)).await
    }

    /// Lets a programme follow an indicator. Codes in `userErrors`: STATUS_INVALID (the programme is over), NOT_FOUND (no
    /// indicator has the code), DUPLICATE_ENTRY, DISAGGREGATION_INVALID, LIMIT_EXCEEDED.
    async fn programme_indicator_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The indicator, and the programme that is to follow it.")] input: ProgrammeIndicatorAddInput,
    ) -> Result<ProgrammeIndicatorPayload> {
        let programme = GlobalId::parse_as(Kind::Programme, &input.programme_id, "input.programmeId")?;
        mutate(ctx, &input, async |tx| store::follow(tx, programme, || followed(&input)).await).await
    }
}
