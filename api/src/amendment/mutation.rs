//! Root fields that change amendments.

use super::object::AgreementAmendment;
use super::store::{self, NewAmendment};
use crate::payload;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::mutate;
use crate::platform::graphql::scalars::{Date, Decimal};
use crate::platform::graphql::text::{LocalizedTextInput, required};
use crate::platform::query::stored::EnumValue;
use async_graphql::{Context, ID, InputObject, Object};
use domain::fault::{Code, Fault, Faults};
use domain::partnership::{AmendmentContribution, ContributionKind};
use domain::text::DESCRIPTION_MAX;

/// A contribution that comes with an amendment.
#[derive(InputObject, Clone, Debug)]
pub struct AmendmentContributionInput {
    /// The global id of the partner that pays.
    pub partner_id: ID,
    /// Whether the contribution is in money or in kind.
    pub kind: EnumValue<ContributionKind>,
    /// The amount in dirhams: above zero.
    pub amount: Decimal,
}

/// An amendment of a signed agreement.
#[derive(InputObject, Clone, Debug)]
pub struct AgreementAmendInput {
    /// The global id of the agreement.
    pub agreement_id: ID,
    /// The agreement's version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The reason for which the agreement is amended. It is public once the amendment is signed.
    pub reason: String,
    /// What the agreement is about; languages that are not named stay.
    pub object: Option<LocalizedTextInput>,
    /// The new budget in dirhams, which the confirmed contributions make with those of the amendment.
    pub budget: Option<Decimal>,
    /// The new duration in months, from the same first day.
    pub duration_months: Option<i32>,
    /// What is contributed with the amendment, at most 50.
    #[graphql(default)]
    pub contributions: Vec<AmendmentContributionInput>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// An amendment to be signed.
#[derive(InputObject, Clone, Debug)]
pub struct AgreementAmendmentSignInput {
    /// The global id of the amendment.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The day of the signature.
    pub signed_on: Date,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// An amendment to be withdrawn.
#[derive(InputObject, Clone, Debug)]
pub struct AgreementAmendmentWithdrawInput {
    /// The global id of the amendment.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

payload! {
    /// The outcome of changing an amendment.
    AgreementAmendmentPayload {
        /// The amendment as it is now; null when it was refused, unless the refusal is a CONFLICT about it.
        agreement_amendment: AgreementAmendment
    }
}

/// The most contributions of an amendment.
const CONTRIBUTIONS_MAX: usize = 50;

/// Check all of a form at once.
fn read(input: &AgreementAmendInput, contributions: &[(usize, uuid::Uuid)]) -> Result<NewAmendment> {
    let mut faults = Faults::new();
    if input.contributions.len() > CONTRIBUTIONS_MAX {
        faults.push(Fault::new(Code::LimitExceeded).at("contributions").with_detail(CONTRIBUTIONS_MAX.to_string()));
    }
    let reason = required(&input.reason, DESCRIPTION_MAX, "reason").map_err(|wrong| faults.extend(wrong)).ok();
    let budget = input.budget.map(|budget| budget.entered("budget")).transpose();
    let budget = budget.map_err(|wrong| faults.extend(wrong)).ok().flatten();
    let mut given = Vec::new();
    for ((position, partner), input) in contributions.iter().zip(&input.contributions) {
        match input.amount.entered("amount") {
            Ok(amount) => given.push(AmendmentContribution { partner: *partner, kind: input.kind.0, amount }),
            Err(wrong) => {
                let at = |fault: Fault| fault.at(&position.to_string()).at("contributions");
                faults.extend(wrong.into_iter().map(at));
            }
        }
    }
    match reason {
        Some(reason) if faults.is_empty() => Ok(NewAmendment {
            reason,
            object: input.object.clone(),
            budget,
            duration_months: input.duration_months,
            contributions: given,
        }),
        _ => Err(faults.into()),
    }
}

/// Root fields that change amendments.
#[derive(Default)]
pub struct AmendmentMutation;

#[Object]
impl AmendmentMutation {
    /// Enters an amendment of a signed agreement; it holds once another person signs it. Codes in `userErrors`: CONFLICT,
    /// STATUS_INVALID (the agreement is not signed, another amendment waits for its signature, or nothing changes),
    /// TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE, AMOUNT_INVALID, DATE_INVALID, SUM_MISMATCH, BUDGET_EXCEEDED, LIMIT_EXCEEDED,
    /// NOT_FOUND (at a contribution's `partnerId`).
    async fn agreement_amend(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The agreement, and what changes of it.")] input: AgreementAmendInput,
    ) -> Result<AgreementAmendmentPayload> {
        let key = GlobalId::parse_as(Kind::Agreement, &input.agreement_id, "input.agreementId")?;
        let partner = |(position, given): (usize, &AmendmentContributionInput)| {
            let argument = format!("input.contributions.{position}.partnerId");
            Ok((position, GlobalId::parse_as(Kind::Partner, &given.partner_id, &argument)?))
        };
        let partners = input.contributions.iter().enumerate().take(CONTRIBUTIONS_MAX + 1).map(partner);
        let partners = partners.collect::<Result<Vec<_>>>()?;
        let version = input.expected_version;
        mutate(ctx, &input, async |tx| store::propose(tx, key, version, || read(&input, &partners)).await).await
    }

    /// Records the signature of an amendment: what it lays down holds from that day on. Codes in `userErrors`: CONFLICT,
    /// STATUS_INVALID, FOUR_EYES_REQUIRED (the caller entered it), DATE_INVALID, SUM_MISMATCH, BUDGET_EXCEEDED.
    async fn agreement_amendment_sign(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The amendment, and the day of its signature.")] input: AgreementAmendmentSignInput,
    ) -> Result<AgreementAmendmentPayload> {
        let key = GlobalId::parse_as(Kind::AgreementAmendment, &input.id, "input.id")?;
        let (version, day) = (input.expected_version, input.signed_on.0);
        mutate(ctx, &input, async |tx| store::sign(tx, key, version, day).await).await
    }

    /// Withdraws an amendment that is not signed. Codes in `userErrors`: CONFLICT, STATUS_INVALID.
    async fn agreement_amendment_withdraw(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The amendment to withdraw.")] input: AgreementAmendmentWithdrawInput,
    ) -> Result<AgreementAmendmentPayload> {
        let key = GlobalId::parse_as(Kind::AgreementAmendment, &input.id, "input.id")?;
        mutate(ctx, &input, async |tx| store::withdraw(tx, key, input.expected_version).await).await
    }
}
