//! Root fields that change cooperatives.

use super::object::Cooperative;
use super::store;
use super::store::{Applicant, Edit};
use crate::payload;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::mutate;
use crate::platform::graphql::text::LocalizedTextInput;
use crate::platform::loading::reader::Reads;
use crate::platform::query::stored::EnumValue;
use crate::platform::query::transaction::Tx;
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use domain::cooperative::{CooperativeStatus, LegalForm, RegisterIdentity, Sector};
use domain::fault::{Code, Fault, Faults};
use domain::text::NAME_MAX;

/// The identity of a cooperative in the register of law 112-12.
#[derive(InputObject, Clone, Debug)]
pub struct RegisterIdentityInput {
    /// The court of first instance that keeps the register.
    pub court: String,
    /// The cooperative's number in that register.
    pub number: String,
}

/// A cooperative that applies.
#[derive(InputObject, Clone, Debug)]
pub struct CooperativeRegisterInput {
    /// The global id of the branch that will look after the cooperative.
    pub branch_id: ID,
    /// The cooperative's name.
    pub name: LocalizedTextInput,
    /// The sector that the cooperative works in.
    pub sector: EnumValue<Sector>,
    /// The cooperative's legal form.
    pub legal_form: EnumValue<LegalForm>,
    /// The code of the province of its seat.
    pub province_code: String,
    /// The commune of the cooperative's seat.
    pub commune: Option<String>,
    /// The cooperative's identity in the register, where it has one.
    pub register: Option<RegisterIdentityInput>,
    /// Whether the cooperative is older than the register and needs no identity there.
    #[graphql(default)]
    pub legacy_exemption: bool,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A cooperative to rename.
#[derive(InputObject, Clone, Debug)]
pub struct CooperativeRenameInput {
    /// The global id of the cooperative to rename.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The cooperative's name; languages that are not named stay.
    pub name: LocalizedTextInput,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A cooperative to move to another branch.
#[derive(InputObject, Clone, Debug)]
pub struct CooperativeMoveInput {
    /// The global id of the cooperative to move.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The global id of the branch that will look after the cooperative.
    pub branch_id: ID,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// The cooperative whose status changes.
#[derive(InputObject, Clone, Debug)]
pub struct CooperativeTransitionInput {
    /// The global id of the cooperative.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// New values of a cooperative; what is not named stays, and null clears it.
#[derive(InputObject, Clone, Debug)]
pub struct CooperativeEditInput {
    /// The global id of the cooperative to edit.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The sector that the cooperative works in.
    pub sector: Option<EnumValue<Sector>>,
    /// The cooperative's legal form.
    pub legal_form: Option<EnumValue<LegalForm>>,
    /// The code of the province of its seat.
    pub province_code: Option<String>,
    /// The commune of the cooperative's seat.
    pub commune: MaybeUndefined<String>,
    /// The cooperative's identity in the register.
    pub register: MaybeUndefined<RegisterIdentityInput>,
    /// Whether the cooperative is older than the register and needs no identity there.
    pub legacy_exemption: Option<bool>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

payload! {
    /// The outcome of changing a cooperative.
    CooperativePayload {
        /// The cooperative as it is now; null when it was refused, unless the refusal is a CONFLICT.
        cooperative: Cooperative
    }
}

/// A transition from one status to another.
async fn transition(
    ctx: &Context<'_>,
    input: CooperativeTransitionInput,
    from: Option<CooperativeStatus>,
    to: CooperativeStatus,
) -> Result<CooperativePayload> {
    let key = GlobalId::parse_as(Kind::Cooperative, &input.id, "input.id")?;
    let from = Some((input.expected_version, from));
    let members_min = ctx.reader().rules().members_min;
    mutate(ctx, &input, async |tx| Ok(store::transition(tx, key, from, to, members_min).await?.id)).await
}

/// Check all of a form at once.
fn applicant(input: &CooperativeRegisterInput) -> Result<Applicant> {
    let mut faults = Faults::new();
    let below = |field: &'static str| move |fault: Fault| fault.at(field);
    let name =
        input.name.clone().merged(None, NAME_MAX).map_err(|wrong| faults.extend(wrong.into_iter().map(below("name"))));
    let register =
        input.register.as_ref().map(|register| RegisterIdentity::new(&register.court, &register.number)).transpose();
    let register = register.map_err(|wrong| faults.extend(wrong.into_iter().map(below("register"))));
    let commune = input.commune.as_deref().map(|commune| domain::text::clean(commune, NAME_MAX)).transpose();
    let commune = commune.map_err(|code: Code| faults.push(Fault::new(code).at("commune")));
    match (name, register, commune) {
        (Ok(name), Ok(register), Ok(commune)) => Ok(Applicant {
            name,
            sector: input.sector.0,
            legal_form: input.legal_form.0,
            province_code: input.province_code.clone(),
            commune: commune.filter(|commune| !commune.is_empty()).map(Into::into),
            register,
            legacy_exemption: input.legacy_exemption,
        }),
        _ => Err(faults.into()),
    }
}

/// What is asked to be said anew of a cooperative, all faults of the form at once.
fn edited(input: &CooperativeEditInput) -> Result<Edit> {
    let mut faults = Faults::new();
    let commune = match &input.commune {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(text) => match domain::text::clean(text, NAME_MAX) {
            Ok(text) => Some(Some(text.into()).filter(|text: &String| !text.is_empty())),
            Err(code) => {
                faults.push(Fault::new(code).at("commune"));
                None
            }
        },
    };
    let register = match &input.register {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(given) => match RegisterIdentity::new(&given.court, &given.number) {
            Ok(register) => Some(Some(register)),
            Err(wrong) => {
                faults.extend(wrong.into_iter().map(|fault| fault.at("register")));
                None
            }
        },
    };
    if !faults.is_empty() {
        return Err(faults.into());
    }
    Ok(Edit {
        sector: input.sector.map(|sector| sector.0),
        legal_form: input.legal_form.map(|form| form.0),
        province_code: input.province_code.clone(),
        commune,
        register,
        legacy_exemption: input.legacy_exemption,
    })
}

/// Root fields that change cooperatives.
#[derive(Default)]
pub struct CooperativeMutation;

#[Object]
impl CooperativeMutation {
    /// Registers a cooperative that applies. Codes in `userErrors`: BRANCH_CLOSED, TEXT_REQUIRED, TEXT_TOO_LONG,
    /// TEXT_UNSAFE, NOT_FOUND (at `provinceCode`), REGISTER_IDENTITY_TAKEN (by another one of the same branch).
    async fn cooperative_register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The cooperative that applies.")] input: CooperativeRegisterInput,
    ) -> Result<CooperativePayload> {
        let branch = GlobalId::parse_as(Kind::Branch, &input.branch_id, "input.branchId")?;
        mutate(ctx, &input, async |tx| store::register(tx, branch, || applicant(&input)).await).await
    }

    /// Renames a cooperative; languages that are not named stay. Codes in `userErrors`: CONFLICT, STATUS_INVALID (it was
    /// struck off), TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn cooperative_rename(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The cooperative to rename, and its name.")] input: CooperativeRenameInput,
    ) -> Result<CooperativePayload> {
        let key = GlobalId::parse_as(Kind::Cooperative, &input.id, "input.id")?;
        let work = async |tx: &Tx<'_>| Ok(store::rename(tx, key, input.expected_version, input.name.clone()).await?.id);
        mutate(ctx, &input, work).await
    }

    /// Edits a cooperative; what is not named stays. Codes in `userErrors`: CONFLICT, STATUS_INVALID (it was struck off),
    /// TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE, NOT_FOUND (at `provinceCode`), REGISTER_IDENTITY_REQUIRED,
    /// REGISTER_IDENTITY_TAKEN.
    async fn cooperative_edit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The cooperative to edit, and its new values.")] input: CooperativeEditInput,
    ) -> Result<CooperativePayload> {
        let key = GlobalId::parse_as(Kind::Cooperative, &input.id, "input.id")?;
        let work = async |tx: &Tx<'_>| store::edit(tx, key, input.expected_version, || edited(&input)).await;
        mutate(ctx, &input, work).await
    }

    /// Moves a cooperative to another branch, with its members, documents, products and representatives. What was done before stays
    /// in the audit of the branch where it was done. Codes in `userErrors`: CONFLICT, STATUS_INVALID (it was struck off),
    /// BRANCH_CLOSED, BRANCH_PLACE_INVALID (it is there already), REGISTER_IDENTITY_TAKEN.
    async fn cooperative_move(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The cooperative to move, and the branch to move it to.")] input: CooperativeMoveInput,
    ) -> Result<CooperativePayload> {
        let key = GlobalId::parse_as(Kind::Cooperative, &input.id, "input.id")?;
        let branch = GlobalId::parse_as(Kind::Branch, &input.branch_id, "input.branchId")?;
        mutate(ctx, &input, async |tx| store::relocate(tx, key, input.expected_version, branch).await).await
    }

    /// Verifies a cooperative: its identity in the register is known, or it needs none. Codes in `userErrors`:
    /// CONFLICT, STATUS_INVALID, REGISTER_IDENTITY_REQUIRED.
    async fn cooperative_verify(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The cooperative, at the version that the caller has read.")]
        input: CooperativeTransitionInput,
    ) -> Result<CooperativePayload> {
        transition(ctx, input, None, CooperativeStatus::Verified).await
    }

    /// Activates a verified cooperative that has enough members. From then on the public sees it. Codes in
    /// `userErrors`: CONFLICT, STATUS_INVALID, MEMBERS_TOO_FEW, REGISTER_IDENTITY_REQUIRED.
    async fn cooperative_activate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The cooperative, at the version that the caller has read.")]
        input: CooperativeTransitionInput,
    ) -> Result<CooperativePayload> {
        transition(ctx, input, Some(CooperativeStatus::Verified), CooperativeStatus::Active).await
    }

    /// Suspends a cooperative: its products go off sale. Codes in `userErrors`: CONFLICT, STATUS_INVALID.
    async fn cooperative_suspend(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The cooperative, at the version that the caller has read.")]
        input: CooperativeTransitionInput,
    ) -> Result<CooperativePayload> {
        transition(ctx, input, None, CooperativeStatus::Suspended).await
    }

    /// Reinstates a suspended cooperative: its products come back on sale. Codes in `userErrors`: CONFLICT,
    /// STATUS_INVALID, MEMBERS_TOO_FEW, REGISTER_IDENTITY_REQUIRED.
    async fn cooperative_reinstate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The cooperative, at the version that the caller has read.")]
        input: CooperativeTransitionInput,
    ) -> Result<CooperativePayload> {
        transition(ctx, input, Some(CooperativeStatus::Suspended), CooperativeStatus::Active).await
    }

    /// Strikes a cooperative off, for good. Codes in `userErrors`: CONFLICT, STATUS_INVALID.
    async fn cooperative_strike_off(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The cooperative, at the version that the caller has read.")]
        input: CooperativeTransitionInput,
    ) -> Result<CooperativePayload> {
        transition(ctx, input, None, CooperativeStatus::StruckOff).await
    }
}
