//! Root fields by which counsellors lead somebody to a service.

use super::case_key::CaseKeys;
use super::form::NewReferral;
use super::object::Referral;
use super::store;
use crate::payload;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::mutate;
use crate::platform::loading::reader::Reads;
use crate::platform::query::stored::EnumValue;
use async_graphql::{Context, ID, InputObject, Object};
use domain::referral::{Consent, ReferralConsentGiver, ReferralField, ReferralPurpose, ReferralStatus};
use uuid::Uuid;

/// What she consents to, for one recipient and one purpose.
#[derive(InputObject, Clone)]
pub struct ReferralConsentInput {
    /// What of her the recipient may be told. Never the name of a minor.
    pub fields: Vec<EnumValue<ReferralField>>,
    /// Who consents. BEST_INTEREST and IMMINENT_DANGER take a second counsellor, and a reason.
    pub given_by: EnumValue<ReferralConsentGiver>,
    /// Why two counsellors decide for her, in at most 500 characters.
    pub reason: Option<String>,
}

/// Something that the recipient is told.
#[derive(InputObject, Clone)]
pub struct ReferralDetailInput {
    /// What it is about: one of the fields that she consents to.
    pub field: EnumValue<ReferralField>,
    /// What is told, in at most 500 characters.
    pub value: String,
}

/// A referral to be proposed. No idempotency key: nothing of it is kept anywhere else.
// Without Debug, as what stands within: it is written nowhere.
#[derive(InputObject, Clone)]
pub struct ReferralProposeInput {
    /// The global id of the support service.
    pub service_id: ID,
    /// The purpose.
    pub purpose: EnumValue<ReferralPurpose>,
    /// Whether she is a minor.
    pub is_minor: bool,
    /// The code of the case, where she was led to another service before; a new case begins without it.
    pub case_code: Option<String>,
    /// What she consents to.
    pub consent: ReferralConsentInput,
    /// What the recipient is told.
    #[graphql(default)]
    pub details: Vec<ReferralDetailInput>,
}

/// A referral that goes on.
#[derive(InputObject, Clone, Debug)]
pub struct ReferralStepInput {
    /// The global id of the referral.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

payload! {
    /// The outcome of changing a referral.
    ReferralPayload {
        /// The referral as it is now; null when it was refused, unless the refusal is a CONFLICT.
        referral: Referral
    }
}

fn key_of(input: &ReferralStepInput) -> Result<Uuid> {
    GlobalId::parse_as(Kind::Referral, &input.id, "input.id")
}

/// Root fields by which counsellors lead somebody to a service.
#[derive(Default)]
pub struct ReferralMutation;

#[Object]
impl ReferralMutation {
    /// Proposes to lead somebody to a service, for one purpose and with her consent to what of her is told. What is told is encrypted
    /// with a key of her case, which is destroyed a year after the case was last changed. Codes in `userErrors`: NOT_FOUND (at
    /// `serviceId`, `caseCode`), STATUS_INVALID, CONSENT_REQUIRED, DUPLICATE_ENTRY, TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn referral_propose(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The referral.")] input: ReferralProposeInput,
    ) -> Result<ReferralPayload> {
        let form = NewReferral {
            service: GlobalId::parse_as(Kind::SupportService, &input.service_id, "input.serviceId")?,
            purpose: input.purpose.0,
            is_minor: input.is_minor,
            case_code: input.case_code.clone(),
            details: input.details.iter().map(|detail| (detail.field.0, detail.value.clone())).collect(),
            consent: Consent {
                fields: input.consent.fields.iter().map(|field| field.0).collect(),
                given_by: input.consent.given_by.0,
                reason: input.consent.reason.clone(),
            },
        };
        // Once, also when the transaction is done again.
        let case = Uuid::now_v7();
        let case_keys = CaseKeys::of(ctx.reader());
        mutate(ctx, &input, async |tx| store::propose(tx, &case_keys, case, form).await).await
    }

    /// Says that the service was told: another counsellor than who proposed it does, of a minor and where she has not consented
    /// herself. Codes in `userErrors`: CONFLICT, STATUS_INVALID, FOUR_EYES_REQUIRED.
    async fn referral_send(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The referral, at the version that the caller has read.")] input: ReferralStepInput,
    ) -> Result<ReferralPayload> {
        let key = key_of(&input)?;
        mutate(ctx, &input, async |tx| store::send(tx, key, input.expected_version).await).await
    }

    /// Writes down that the service takes her. Codes in `userErrors`: CONFLICT, STATUS_INVALID.
    async fn referral_accept(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The referral, at the version that the caller has read.")] input: ReferralStepInput,
    ) -> Result<ReferralPayload> {
        step(ctx, input, ReferralStatus::Accepted).await
    }

    /// Writes down that the service does not take her. Codes in `userErrors`: CONFLICT, STATUS_INVALID.
    async fn referral_decline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The referral, at the version that the caller has read.")] input: ReferralStepInput,
    ) -> Result<ReferralPayload> {
        step(ctx, input, ReferralStatus::Declined).await
    }

    /// Writes down that she was helped. Codes in `userErrors`: CONFLICT, STATUS_INVALID.
    async fn referral_complete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The referral, at the version that the caller has read.")] input: ReferralStepInput,
    ) -> Result<ReferralPayload> {
        step(ctx, input, ReferralStatus::Done).await
    }

    /// Takes her consent back: what was kept for the recipient is deleted at once. Codes in `userErrors`: CONFLICT, STATUS_INVALID.
    async fn referral_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The referral, at the version that the caller has read.")] input: ReferralStepInput,
    ) -> Result<ReferralPayload> {
        let key = key_of(&input)?;
        mutate(ctx, &input, async |tx| store::revoke(tx, key, input.expected_version).await).await
    }
}

async fn step(ctx: &Context<'_>, input: ReferralStepInput, next: ReferralStatus) -> Result<ReferralPayload> {
    let key = key_of(&input)?;
    mutate(ctx, &input, async |tx| store::go_on(tx, key, input.expected_version, next).await).await
}
