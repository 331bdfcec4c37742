//! Root fields that change cooperatives, and with them what is on sale and what is found.

use crate::cooperative::object::{
    Cooperative, CooperativeEditInput, CooperativeMoveInput, CooperativeRegisterInput, CooperativeRenameInput,
};
use crate::cooperative::store::{self, Applicant, Edit};
use crate::payload;
use crate::platform::error::Result;
use crate::platform::global_id::{GlobalId, Kind};
use crate::platform::lookup::Lookup;
use crate::platform::mutation::{Idempotency, Outcome};
use crate::platform::reader::Reads;
use async_graphql::{Context, MaybeUndefined, Object};
use domain::cooperative::{CooperativeStatus, RegisterIdentity};
use domain::fault::{Code, Fault, Faults};
use domain::text::NAME_MAX;

payload! {
    /// What came of changing a cooperative.
    CooperativePayload {
        /// The cooperative as it is now; null when it was refused and nothing stands in the way.
        cooperative: Cooperative
    }
}

async fn payload(ctx: &Context<'_>, outcome: Outcome) -> Result<CooperativePayload> {
    let reader = ctx.reader();
    CooperativePayload::of(ctx, outcome, async |key| store::find(reader, Lookup::Key(key)).await).await
}

/// One step from a status to another.
async fn go(
    ctx: &Context<'_>,
    mutation: &str,
    input: CooperativeMoveInput,
    from: Option<CooperativeStatus>,
    to: CooperativeStatus,
) -> Result<CooperativePayload> {
    let key = GlobalId::parse_as(Kind::Cooperative, &input.id, "input.id")?;
    let once = Idempotency::of(input.idempotency_key.as_ref(), &input)?;
    let work = async |tx: &crate::platform::tx::Tx<'_>| {
        Ok(store::go(tx, key, Some((input.expected_version, from)), to).await?.id)
    };
    let outcome = ctx.reader().mutate(mutation, once, work).await?;
    payload(ctx, outcome).await
}

/// Check all of a form at once.
fn applicant(input: CooperativeRegisterInput) -> Result<Applicant> {
    let mut faults = Faults::new();
    let below = |field: &'static str| move |fault: Fault| fault.at(field);
    let name = input.name.merged(None, NAME_MAX).map_err(|wrong| faults.extend(wrong.into_iter().map(below("name"))));
    let register = input.register.map(|register| RegisterIdentity::new(&register.court, &register.number)).transpose();
    let register = register.map_err(|wrong| faults.extend(wrong.into_iter().map(below("register"))));
    let commune = input.commune.map(|commune| domain::text::clean(&commune, NAME_MAX)).transpose();
    let commune = commune.map_err(|code: Code| faults.push(Fault::new(code).at("commune")));
    match (name, register, commune) {
        (Ok(name), Ok(register), Ok(commune)) => Ok(Applicant {
            branch: GlobalId::parse_as(Kind::Branch, &input.branch_id, "input.branchId")?,
            name,
            sector: input.sector.into(),
            legal_form: input.legal_form.into(),
            province_code: input.province_code,
            commune: commune.filter(|commune| !commune.is_empty()).map(Into::into),
            register,
            legacy_exemption: input.legacy_exemption,
        }),
        _ => Err(faults.into()),
    }
}

/// What is asked to be said anew of a cooperative, all faults of the form at once.
fn edited(input: CooperativeEditInput) -> Result<Edit> {
    let mut faults = Faults::new();
    let commune = match input.commune {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(text) => match domain::text::clean(&text, NAME_MAX) {
            Ok(text) => Some(Some(text.into()).filter(|text: &String| !text.is_empty())),
            Err(code) => {
                faults.push(Fault::new(code).at("commune"));
                None
            }
        },
    };
    let register = match input.register {
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
        sector: input.sector.map(Into::into),
        legal_form: input.legal_form.map(Into::into),
        province_code: input.province_code,
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
    /// Take up a cooperative that applies.
    async fn cooperative_register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The cooperative.")] input: CooperativeRegisterInput,
    ) -> Result<CooperativePayload> {
        let branch = GlobalId::parse_as(Kind::Branch, &input.branch_id, "input.branchId")?;
        let once = Idempotency::of(input.idempotency_key.as_ref(), &input)?;
        let outcome = ctx.reader().mutate("cooperativeRegister", once, async |tx| {
            // Whether she may comes before what is wrong with the form.
            tx.home::<crate::cooperative::entity::Entity>(branch, &["branchId"]).await?;
            store::register(tx, applicant(input)?).await
        });
        payload(ctx, outcome.await?).await
    }

    /// Give a cooperative another name; languages that are not named stay.
    async fn cooperative_rename(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one, and the name.")] input: CooperativeRenameInput,
    ) -> Result<CooperativePayload> {
        let key = GlobalId::parse_as(Kind::Cooperative, &input.id, "input.id")?;
        let once = Idempotency::of(input.idempotency_key.as_ref(), &input)?;
        let work = async |tx: &crate::platform::tx::Tx<'_>| {
            Ok(store::rename(tx, key, input.expected_version, input.name).await?.id)
        };
        let outcome = ctx.reader().mutate("cooperativeRename", once, work).await?;
        payload(ctx, outcome).await
    }

    /// Say something else of a cooperative; what is not named stays.
    async fn cooperative_edit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one, and what.")] input: CooperativeEditInput,
    ) -> Result<CooperativePayload> {
        let key = GlobalId::parse_as(Kind::Cooperative, &input.id, "input.id")?;
        let once = Idempotency::of(input.idempotency_key.as_ref(), &input)?;
        let work = async |tx: &crate::platform::tx::Tx<'_>| {
            // Whether she may comes before what is wrong with the form.
            tx.edit::<crate::cooperative::entity::Entity>(key).await?;
            store::edit(tx, key, input.expected_version, edited(input)?).await
        };
        let outcome = ctx.reader().mutate("cooperativeEdit", once, work).await?;
        payload(ctx, outcome).await
    }

    /// Verify: its identity in the register is known, or it needs none.
    async fn cooperative_verify(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: CooperativeMoveInput,
    ) -> Result<CooperativePayload> {
        go(ctx, "cooperativeVerify", input, None, CooperativeStatus::Verified).await
    }

    /// Activate: it has enough members. From now on the public sees it.
    async fn cooperative_activate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: CooperativeMoveInput,
    ) -> Result<CooperativePayload> {
        go(ctx, "cooperativeActivate", input, Some(CooperativeStatus::Verified), CooperativeStatus::Active).await
    }

    /// Suspend: its products go off sale.
    async fn cooperative_suspend(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: CooperativeMoveInput,
    ) -> Result<CooperativePayload> {
        go(ctx, "cooperativeSuspend", input, None, CooperativeStatus::Suspended).await
    }

    /// Take up again after a suspension: its products come back on sale.
    async fn cooperative_reinstate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: CooperativeMoveInput,
    ) -> Result<CooperativePayload> {
        go(ctx, "cooperativeReinstate", input, Some(CooperativeStatus::Suspended), CooperativeStatus::Active).await
    }

    /// Strike off, for good.
    async fn cooperative_strike_off(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: CooperativeMoveInput,
    ) -> Result<CooperativePayload> {
        go(ctx, "cooperativeStrikeOff", input, None, CooperativeStatus::StruckOff).await
    }
}
