//! Root fields that change agreements.

use super::object::Agreement;
use super::store::{self, Edit, NewAgreement, Objective, Party};
use crate::payload;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::{checked, given, mutate};
use crate::platform::graphql::scalars::{Date, Decimal};
use crate::platform::graphql::text::{LocalizedTextInput, required};
use crate::platform::query::stored::EnumValue;
use crate::platform::query::transaction::Tx;
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use domain::fault::{Code, Fault, Faults};
use domain::money::Money;
use domain::partnership::{PartyRole, Terms};
use domain::text::{DESCRIPTION_MAX, LocalizedText, NAME_MAX};

/// A partner as party to an agreement.
#[derive(InputObject, Clone, Debug)]
pub struct AgreementPartyInput {
    /// The global id of the partner.
    pub partner_id: ID,
    /// The partner's role.
    pub role: EnumValue<PartyRole>,
}

/// An objective of an agreement.
#[derive(InputObject, Clone, Debug)]
pub struct AgreementObjectiveInput {
    /// The objective's code, unique within the agreement.
    pub code: String,
    /// The text of the objective.
    pub text: LocalizedTextInput,
}

/// An agreement to be drafted.
#[derive(InputObject, Clone, Debug)]
pub struct AgreementCreateInput {
    /// The global id of the branch that keeps the agreement.
    pub branch_id: ID,
    /// What the agreement is about.
    pub object: LocalizedTextInput,
    /// The legal texts that the agreement rests on.
    #[graphql(default)]
    pub legal_bases: Vec<LocalizedTextInput>,
    /// The objectives of the agreement, in their order.
    #[graphql(default)]
    pub objectives: Vec<AgreementObjectiveInput>,
    /// The parties to the agreement, in their order. The association implements it, unless it is named among them.
    #[graphql(default)]
    pub parties: Vec<AgreementPartyInput>,
    /// The budget of the agreement in dirhams, which the confirmed contributions make before it is signed.
    pub budget: Option<Decimal>,
    /// The first day in force; the day of the signature where it is not named.
    pub starts_on: Option<Date>,
    /// The duration in months, 1 to 600.
    pub duration_months: Option<i32>,
    /// The global id of the call that the agreement is funded under.
    pub funding_call_id: Option<ID>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// New values of an agreement; what is not named stays, and null clears it.
#[derive(InputObject, Clone, Debug)]
pub struct AgreementEditInput {
    /// The global id of the agreement to edit.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// What the agreement is about; languages that are not named stay.
    pub object: Option<LocalizedTextInput>,
    /// The legal texts that the agreement rests on: all of them.
    pub legal_bases: Option<Vec<LocalizedTextInput>>,
    /// The objectives of the agreement in their order: all of them.
    pub objectives: Option<Vec<AgreementObjectiveInput>>,
    /// The budget of the agreement in dirhams.
    pub budget: MaybeUndefined<Decimal>,
    /// The first day in force.
    pub starts_on: MaybeUndefined<Date>,
    /// The duration in months, 1 to 600.
    pub duration_months: MaybeUndefined<i32>,
    /// The global id of the call that the agreement is funded under.
    pub funding_call_id: MaybeUndefined<ID>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A party to be added to an agreement.
#[derive(InputObject, Clone, Debug)]
pub struct AgreementPartyAddInput {
    /// The global id of the agreement.
    pub agreement_id: ID,
    /// The agreement's version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The global id of the partner.
    pub partner_id: ID,
    /// The partner's role.
    pub role: EnumValue<PartyRole>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A party to be removed from an agreement.
#[derive(InputObject, Clone, Debug)]
pub struct AgreementPartyRemoveInput {
    /// The global id of the agreement.
    pub agreement_id: ID,
    /// The agreement's version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The global id of the partner.
    pub partner_id: ID,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// The branches that implement an agreement.
#[derive(InputObject, Clone, Debug)]
pub struct AgreementBranchesSetInput {
    /// The global id of the agreement.
    pub agreement_id: ID,
    /// The agreement's version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The global ids of the branches that implement the agreement beside the one that keeps it: all of them, at most 200.
    pub branch_ids: Vec<ID>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// The agreement whose status changes.
#[derive(InputObject, Clone, Debug)]
pub struct AgreementNegotiateInput {
    /// The global id of the agreement.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// An agreement to be ended before its last day.
#[derive(InputObject, Clone, Debug)]
pub struct AgreementTerminateInput {
    /// The global id of the agreement.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The day on which it ends.
    pub terminated_on: Date,
    /// The reason for which it ends. It is not public.
    pub reason: String,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// An agreement to be renewed.
#[derive(InputObject, Clone, Debug)]
pub struct AgreementRenewInput {
    /// The global id of the agreement.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The first day of the new agreement; the day after the last one of the old when it is not given.
    pub starts_on: Option<Date>,
    /// The duration of the new agreement in months, 1 to 600.
    pub duration_months: Option<i32>,
    /// The budget of the new agreement in dirhams.
    pub budget: Option<Decimal>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// An agreement to be signed.
#[derive(InputObject, Clone, Debug)]
pub struct AgreementSignInput {
    /// The global id of the agreement.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The day of the signature, which is not in the future.
    pub signed_on: Date,
    /// The place where the agreement is signed.
    pub signed_in: Option<LocalizedTextInput>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

payload! {
    /// The outcome of changing an agreement.
    AgreementPayload {
        /// The agreement as it is now; null when it was refused, unless the refusal is a CONFLICT.
        agreement: Agreement
    }
}

/// The most texts, objectives or parties that an agreement is given.
const ENTRIES_MAX: usize = 50;

/// A text of a form at a place of it.
fn text(given: LocalizedTextInput, max: usize, place: &[&str]) -> Result<LocalizedText, Faults> {
    let at = |fault: Fault| place.iter().rev().fold(fault, |fault, name| fault.at(name));
    given.merged(None, max).map_err(|wrong| wrong.into_iter().map(at).collect())
}

/// All entries of a list, or everything that is wrong with them.
fn entries<I: Clone, T>(given: &[I], field: &str, read: impl Fn(I) -> Result<T, Faults>) -> Result<Vec<T>, Faults> {
    if given.len() > ENTRIES_MAX {
        let most = format!("{} > {ENTRIES_MAX}", given.len());
        return Err(vec![Fault::new(Code::LimitExceeded).at(field).with_detail(most)]);
    }
    let (mut read_all, mut faults) = (Vec::new(), Faults::new());
    for (position, entry) in given.iter().enumerate() {
        let at = |fault: Fault| fault.at(&position.to_string()).at(field);
        match read(entry.clone()) {
            Ok(entry) => read_all.push(entry),
            Err(wrong) => faults.extend(wrong.into_iter().map(at)),
        }
    }
    if faults.is_empty() { Ok(read_all) } else { Err(faults) }
}

fn legal_bases(given: &[LocalizedTextInput]) -> Result<Vec<LocalizedText>, Faults> {
    entries(given, "legalBases", |basis| text(basis, DESCRIPTION_MAX, &[]))
}

fn objectives(given: &[AgreementObjectiveInput]) -> Result<Vec<Objective>, Faults> {
    let read = |objective: AgreementObjectiveInput| {
        let code = required(&objective.code, CODE_MAX, "code");
        let text = text(objective.text, DESCRIPTION_MAX, &["text"]);
        match (code, text) {
            (Ok(code), Ok(text)) => Ok(Objective { code, text }),
            (code, text) => Err(code.err().into_iter().chain(text.err()).flatten().collect()),
        }
    };
    let all = entries(given, "objectives", read)?;
    let twice = |(position, objective): (usize, &Objective)| {
        let is_before = all.iter().take(position).any(|other| other.code == objective.code);
        let fault = Fault::new(Code::DuplicateEntry).at("code").at(&position.to_string()).at("objectives");
        is_before.then_some(fault)
    };
    let twice: Faults = all.iter().enumerate().filter_map(twice).collect();
    if twice.is_empty() { Ok(all) } else { Err(twice) }
}

/// The longest code of an objective, in characters.
const CODE_MAX: usize = 40;

/// The parties as they are named.
fn parties(given: &[AgreementPartyInput]) -> Result<Vec<Party>> {
    let party = |(position, party): (usize, &AgreementPartyInput)| {
        let argument = format!("input.parties.{position}.partnerId");
        Ok(Party { partner: GlobalId::parse_as(Kind::Partner, &party.partner_id, &argument)?, role: party.role.0 })
    };
    given.iter().take(ENTRIES_MAX + 1).enumerate().map(party).collect()
}

fn funding_call(id: &ID) -> Result<uuid::Uuid> {
    GlobalId::parse_as(Kind::FundingCall, id, "input.fundingCallId")
}

/// A budget in dirhams.
fn budget(given: Decimal) -> Result<Money, Faults> {
    Money::of(given.0).map_err(|fault| vec![fault.at("budget")])
}

/// Check all of a form at once.
fn drafted(
    input: &AgreementCreateInput,
    parties: Vec<Party>,
    funding_call: Option<uuid::Uuid>,
) -> Result<NewAgreement> {
    let mut faults = Faults::new();
    let object = checked(&mut faults, text(input.object.clone(), DESCRIPTION_MAX, &["object"]));
    let legal_bases = checked(&mut faults, legal_bases(&input.legal_bases));
    let objectives = checked(&mut faults, objectives(&input.objectives));
    if parties.len() > ENTRIES_MAX {
        faults.push(Fault::new(Code::LimitExceeded).at("parties"));
    }
    let budget = input.budget.map(budget).transpose();
    let budget = checked(&mut faults, budget);
    let terms = |budget| Terms {
        budget,
        starts_on: input.starts_on.as_ref().map(|day| day.0),
        duration_months: input.duration_months,
    };
    match (object, legal_bases, objectives, budget) {
        (Some(object), Some(legal_bases), Some(objectives), Some(budget)) if faults.is_empty() => {
            Ok(NewAgreement { object, legal_bases, objectives, parties, terms: terms(budget), funding_call })
        }
        _ => Err(faults.into()),
    }
}

/// What is asked to be said anew of an agreement, all faults of the form at once.
fn edited(input: &AgreementEditInput, funding_call: Option<Option<uuid::Uuid>>) -> Result<Edit> {
    let mut faults = Faults::new();
    let bases = input.legal_bases.as_deref().map(legal_bases).transpose();
    let legal_bases = checked(&mut faults, bases);
    let given_objectives = input.objectives.as_deref().map(objectives).transpose();
    let objectives = checked(&mut faults, given_objectives);
    let budget = match given(&input.budget, |amount| budget(*amount)) {
        None => Some(None),
        Some(None) => Some(Some(None)),
        Some(Some(amount)) => checked(&mut faults, amount).map(|amount| Some(Some(amount))),
    };
    match (legal_bases, objectives, budget) {
        (Some(legal_bases), Some(objectives), Some(budget)) => Ok(Edit {
            object: input.object.clone(),
            legal_bases,
            objectives,
            budget,
            starts_on: given(&input.starts_on, |day| day.0),
            duration_months: given(&input.duration_months, |months| *months),
            funding_call,
        }),
        _ => Err(faults.into()),
    }
}

/// Root fields that change agreements.
#[derive(Default)]
pub struct AgreementMutation;

#[Object]
impl AgreementMutation {
    /// Drafts an agreement. Codes in `userErrors`: BRANCH_CLOSED, TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE, AMOUNT_INVALID,
    /// DATE_INVALID, LIMIT_EXCEEDED, DUPLICATE_ENTRY, NOT_FOUND (at a party's `partnerId`, or at `fundingCallId`).
    async fn agreement_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The agreement to draft.")] input: AgreementCreateInput,
    ) -> Result<AgreementPayload> {
        let branch = GlobalId::parse_as(Kind::Branch, &input.branch_id, "input.branchId")?;
        let parties = parties(&input.parties)?;
        let call = input.funding_call_id.as_ref().map(funding_call).transpose()?;
        mutate(ctx, &input, async |tx| store::create(tx, branch, || drafted(&input, parties, call)).await).await
    }

    /// Edits an agreement that is not signed; what is not named stays. Codes in `userErrors`: CONFLICT, STATUS_INVALID (it is
    /// signed), TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE, AMOUNT_INVALID, DATE_INVALID, LIMIT_EXCEEDED, DUPLICATE_ENTRY.
    async fn agreement_edit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The agreement to edit, and its new values.")] input: AgreementEditInput,
    ) -> Result<AgreementPayload> {
        let key = GlobalId::parse_as(Kind::Agreement, &input.id, "input.id")?;
        let version = input.expected_version;
        let call = given(&input.funding_call_id, funding_call).map(Option::transpose).transpose()?;
        mutate(ctx, &input, async |tx| store::edit(tx, key, version, || edited(&input, call)).await).await
    }

    /// Sets which branches implement an agreement beside the one that keeps it; they are shown with it once it is signed. Codes in
    /// `userErrors`: CONFLICT, STATUS_INVALID (the agreement was ended), BRANCH_CLOSED, DUPLICATE_ENTRY (also for the branch that
    /// keeps it), LIMIT_EXCEEDED.
    async fn agreement_branches_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The agreement, and the branches that implement it.")] input: AgreementBranchesSetInput,
    ) -> Result<AgreementPayload> {
        let key = GlobalId::parse_as(Kind::Agreement, &input.agreement_id, "input.agreementId")?;
        let branch =
            |(position, id): (usize, &ID)| GlobalId::parse_as(Kind::Branch, id, &format!("input.branchIds.{position}"));
        let named = input.branch_ids.iter().take(store::BRANCHES_MAX + 1).enumerate();
        let branches = named.map(branch).collect::<Result<Vec<_>>>()?;
        mutate(ctx, &input, async |tx| store::set_branches(tx, key, input.expected_version, &branches).await).await
    }

    /// Adds a party to an agreement that is not signed. Codes in `userErrors`: CONFLICT, STATUS_INVALID, DUPLICATE_ENTRY,
    /// LIMIT_EXCEEDED, NOT_FOUND (at `partnerId`).
    async fn agreement_party_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The party, and the agreement to add it to.")] input: AgreementPartyAddInput,
    ) -> Result<AgreementPayload> {
        let key = GlobalId::parse_as(Kind::Agreement, &input.agreement_id, "input.agreementId")?;
        let partner = GlobalId::parse_as(Kind::Partner, &input.partner_id, "input.partnerId")?;
        let party = Party { partner, role: input.role.0 };
        mutate(ctx, &input, async |tx| store::add_party(tx, key, input.expected_version, party).await).await
    }

    /// Removes a party from an agreement that is not signed. Codes in `userErrors`: CONFLICT, STATUS_INVALID, NOT_FOUND (at
    /// `partnerId`: it is no party, or it is the association).
    async fn agreement_party_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The party, and the agreement to remove it from.")] input: AgreementPartyRemoveInput,
    ) -> Result<AgreementPayload> {
        let key = GlobalId::parse_as(Kind::Agreement, &input.agreement_id, "input.agreementId")?;
        let partner = GlobalId::parse_as(Kind::Partner, &input.partner_id, "input.partnerId")?;
        mutate(ctx, &input, async |tx| store::remove_party(tx, key, input.expected_version, partner).await).await
    }

    /// Puts a drafted agreement into negotiation. Codes in `userErrors`: CONFLICT, STATUS_INVALID.
    async fn agreement_negotiate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The agreement, at the version that the caller has read.")] input: AgreementNegotiateInput,
    ) -> Result<AgreementPayload> {
        let key = GlobalId::parse_as(Kind::Agreement, &input.id, "input.id")?;
        mutate(ctx, &input, async |tx| store::negotiate(tx, key, input.expected_version).await).await
    }

    /// Records the signature of an agreement: from then on the public sees it. Codes in `userErrors`: CONFLICT, STATUS_INVALID,
    /// FOUR_EYES_REQUIRED (the caller entered its money), TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE, and each thing that is
    /// missing: AGREEMENT_INCOMPLETE, SUM_MISMATCH (the confirmed contributions are not the budget), DATE_INVALID.
    async fn agreement_sign(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The agreement, and the day of its signature.")] input: AgreementSignInput,
    ) -> Result<AgreementPayload> {
        let key = GlobalId::parse_as(Kind::Agreement, &input.id, "input.id")?;
        let place = || match input.signed_in.clone() {
            Some(place) => Ok(Some(text(place, NAME_MAX, &["signedIn"])?)),
            None => Ok(None),
        };
        let version = input.expected_version;
        mutate(ctx, &input, async |tx| store::sign(tx, key, version, input.signed_on.0, place).await).await
    }

    /// Ends a signed agreement before its last day. Codes in `userErrors`: CONFLICT, STATUS_INVALID, DATE_INVALID, TEXT_REQUIRED,
    /// TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn agreement_terminate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The agreement, and the day on which it ends.")] input: AgreementTerminateInput,
    ) -> Result<AgreementPayload> {
        let key = GlobalId::parse_as(Kind::Agreement, &input.id, "input.id")?;
        let (version, day) = (input.expected_version, input.terminated_on.0);
        let reason = || Ok(required(&input.reason, DESCRIPTION_MAX, "reason")?);
        mutate(ctx, &input, async |tx| store::terminate(tx, key, version, day, reason).await).await
    }

    /// Drafts the agreement that takes the place of a signed one, with the same object, legal bases, objectives and parties; it is
    /// the one that is answered. Its signature renews the old one, which stays in force to its last day. Codes in `userErrors`:
    /// CONFLICT, STATUS_INVALID (it is not signed, or is renewed already), AMOUNT_INVALID, DATE_INVALID.
    async fn agreement_renew(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The agreement, and what the new one lays down.")] input: AgreementRenewInput,
    ) -> Result<AgreementPayload> {
        let key = GlobalId::parse_as(Kind::Agreement, &input.id, "input.id")?;
        let work = async |tx: &Tx<'_>| {
            let terms = Terms {
                budget: input.budget.map(budget).transpose()?,
                starts_on: input.starts_on.map(|day| day.0),
                duration_months: input.duration_months,
            };
            store::renew(tx, key, input.expected_version, terms).await
        };
        mutate(ctx, &input, work).await
    }
}
