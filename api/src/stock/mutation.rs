//! Root fields that record what moves.

use super::object::StockMovement;
use super::store::{self, NewLine, NewLot, Taking};
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::list::List;
use crate::platform::graphql::mutation::{Outcome, UserError, checked, run, user_errors};
use crate::platform::graphql::scalars::{Date, Decimal};
use crate::platform::graphql::text::required;
use crate::platform::loading::reader::Reads;
use crate::platform::query::stored::EnumValue;
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use domain::fault::{Code, Fault, Faults};
use domain::product::form::NUMBER_MAX;
use domain::stock::{StockRemovalKind, lot_faults, quantity};
use domain::text::NAME_MAX;
use jiff::civil;
use uuid::Uuid;

/// The most lines of an entry.
const LINES_MAX: usize = 100;

/// A lot: one production of a variant.
#[derive(InputObject, Clone, Debug)]
pub struct StockLotInput {
    /// The code on the label, at most 64 characters: one for each production of a variant.
    pub code: String,
    /// The day on which the lot was produced: not in the future.
    pub produced_on: Option<Date>,
    /// The last day on which the lot may be sold; without one it keeps.
    pub expires_on: Option<Date>,
}

/// A line of a delivery.
#[derive(InputObject, Clone, Debug)]
pub struct DeliveryLineInput {
    /// The global id of the variant.
    pub variant_id: ID,
    /// The quantity in packs of the variant: above zero, and whole unless it is sold by MEASURE.
    pub quantity: Decimal,
    /// The lot.
    pub lot: StockLotInput,
    /// The price that the cooperative asks for a pack, in dirhams: it holds until a delivery names another one. The cooperative is
    /// told by e-mail when the market sells at another price.
    pub asked_price: Option<Decimal>,
}

/// A delivery to a market.
#[derive(InputObject, Clone, Debug)]
pub struct DeliveryRecordInput {
    /// The global id of the market that was delivered to.
    pub market_id: ID,
    /// The lines of the delivery, 1 to 100: each variant and lot once.
    pub lines: Vec<DeliveryLineInput>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A line of an entry that takes from stock.
#[derive(InputObject, Clone, Debug)]
pub struct StockLineInput {
    /// The global id of the variant.
    pub variant_id: ID,
    /// The quantity in packs of the variant: above zero, and whole unless it is sold by MEASURE.
    pub quantity: Decimal,
    /// The code of the lot; without one it is taken of the lots that expire first.
    pub lot_code: Option<String>,
}

/// What leaves a market unsold.
#[derive(InputObject, Clone, Debug)]
pub struct StockRemovalRecordInput {
    /// The global id of the market.
    pub market_id: ID,
    /// The kind of removal. Of EXPIRY only lots are taken whose last day has passed.
    pub kind: EnumValue<StockRemovalKind>,
    /// The reason; needed for LOSS.
    pub reason: Option<String>,
    /// The lines, 1 to 100: each variant once, or each lot of it.
    pub lines: Vec<StockLineInput>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// What goes from one market to another.
#[derive(InputObject, Clone, Debug)]
pub struct StockTransferRecordInput {
    /// The global id of the market that it leaves.
    pub market_id: ID,
    /// The global id of the market that it goes to: another one.
    pub to_market_id: ID,
    /// The lines, 1 to 100: each variant once, or each lot of it.
    pub lines: Vec<StockLineInput>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// The outcome of recording what moves.
#[derive(SimpleObject)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct StockMovementsPayload {
    /// The movements that were recorded, in the order of the form; empty when it was refused.
    pub movements: List<StockMovement>,
    /// The refusals of the input; empty when the mutation was carried out.
    pub user_errors: Vec<UserError>,
}

/// Check all of a form at once.
fn delivered(lines: &[(Uuid, &DeliveryLineInput)], today: civil::Date) -> Result<Vec<NewLine>> {
    let mut faults = Faults::new();
    if !(1..=LINES_MAX).contains(&lines.len()) {
        let most = format!("{} / {LINES_MAX}", lines.len());
        return Err(Fault::new(Code::LimitExceeded).at("lines").with_detail(most).into());
    }
    let mut read: Vec<NewLine> = Vec::new();
    for (place, (variant, line)) in lines.iter().enumerate() {
        let mut wrong = Faults::new();
        let amount = quantity(line.quantity.0).map_err(|fault| vec![fault.at("quantity")]);
        let amount = checked(&mut wrong, amount);
        let code = required(&line.lot.code, NUMBER_MAX, "code");
        let code =
            checked(&mut wrong, code.map_err(|faults| faults.into_iter().map(|fault| fault.at("lot")).collect()));
        let (produced_on, expires_on) = (line.lot.produced_on.map(|day| day.0), line.lot.expires_on.map(|day| day.0));
        wrong.extend(lot_faults(produced_on, expires_on, today).into_iter().map(|fault| fault.at("lot")));
        let asked_price = line.asked_price.map(|asked| asked.entered("askedPrice")).transpose();
        let asked_price = checked(&mut wrong, asked_price);
        if let (Some(quantity), Some(code), Some(asked_price)) = (amount, code, asked_price) {
            if read.iter().any(|other| other.variant == *variant && other.lot.code == code) {
                wrong.push(Fault::new(Code::DuplicateEntry).at("lot"));
            }
            read.push(NewLine {
                variant: *variant,
                asked_price,
                quantity,
                lot: NewLot { code, produced_on, expires_on },
            });
        }
        faults.extend(wrong.into_iter().map(|fault| fault.at(&place.to_string()).at("lines")));
    }
    if faults.is_empty() { Ok(read) } else { Err(faults.into()) }
}

/// The variants that lines name.
fn variants<'i>(names: impl Iterator<Item = &'i ID>) -> Result<Vec<Uuid>> {
    let variant = |(place, id): (usize, &ID)| {
        GlobalId::parse_as(Kind::ProductVariant, id, &format!("input.lines.{place}.variantId"))
    };
    // More than there may be are refused with the rest of the form.
    names.take(LINES_MAX + 1).enumerate().map(variant).collect()
}

/// Check all lines of a form that takes from stock.
fn takings(variants: &[Uuid], lines: &[StockLineInput], faults: &mut Faults) -> Vec<Taking> {
    let mut read: Vec<Taking> = Vec::new();
    if !(1..=LINES_MAX).contains(&lines.len()) {
        let most = format!("{} / {LINES_MAX}", lines.len());
        faults.push(Fault::new(Code::LimitExceeded).at("lines").with_detail(most));
        return read;
    }
    for (place, (variant, line)) in variants.iter().copied().zip(lines).enumerate() {
        let mut wrong = Faults::new();
        let amount = quantity(line.quantity.0).map_err(|fault| vec![fault.at("quantity")]);
        let amount = checked(&mut wrong, amount);
        let lot = line.lot_code.as_deref().map(|code| required(code, NUMBER_MAX, "lotCode")).transpose();
        let lot = checked(&mut wrong, lot);
        if let (Some(quantity), Some(lot)) = (amount, lot) {
            // One that names no lot may take from any.
            let is_twice =
                |other: &Taking| other.variant == variant && (other.lot == lot || other.lot.is_none() || lot.is_none());
            if read.iter().any(is_twice) {
                wrong.push(Fault::new(Code::DuplicateEntry).at("variantId"));
            }
            read.push(Taking { variant, lot, quantity });
        }
        faults.extend(wrong.into_iter().map(|fault| fault.at(&place.to_string()).at("lines")));
    }
    read
}

/// Check all of a form at once.
fn removed(input: &StockRemovalRecordInput, variants: &[Uuid]) -> Result<(Option<String>, Vec<Taking>)> {
    let mut faults = Faults::new();
    let reason = match (&input.reason, input.kind.0) {
        (None, StockRemovalKind::Return | StockRemovalKind::Expiry) => Some(None),
        (given, _) => {
            checked(&mut faults, required(given.as_deref().unwrap_or_default(), NAME_MAX, "reason")).map(Some)
        }
    };
    let lines = takings(variants, &input.lines, &mut faults);
    match reason {
        Some(reason) if faults.is_empty() => Ok((reason, lines)),
        _ => Err(faults.into()),
    }
}

async fn payload(ctx: &Context<'_>, outcome: Outcome) -> Result<StockMovementsPayload> {
    let movements = match outcome.thing {
        Some(entry) => store::of_entry(ctx.reader(), entry).await?,
        None => Vec::new(),
    };
    Ok(StockMovementsPayload { movements: List(movements), user_errors: user_errors(ctx, outcome.faults) })
}

/// Root fields that record what moves.
#[derive(Default)]
pub struct StockMutation;

#[Object]
impl StockMutation {
    /// Records what cooperatives delivered to a market under their consignment contracts. Codes in `userErrors`: AMOUNT_INVALID,
    /// TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE, DATE_INVALID (also where the lot has other days already), DUPLICATE_ENTRY,
    /// LIMIT_EXCEEDED, NOT_FOUND (at `variantId`), STATUS_INVALID (the market is only planned, or closed; at `variantId`: the
    /// product is not published), CONTRACT_REQUIRED.
    async fn delivery_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The market, and what was delivered.")] input: DeliveryRecordInput,
    ) -> Result<StockMovementsPayload> {
        let market = GlobalId::parse_as(Kind::Market, &input.market_id, "input.marketId")?;
        let keys = variants(input.lines.iter().map(|line| &line.variant_id))?;
        let lines: Vec<(Uuid, &DeliveryLineInput)> = keys.into_iter().zip(&input.lines).collect();
        let today = ctx.reader().today();
        let outcome =
            run(ctx, &input, async |tx| store::deliver(tx, market, || delivered(&lines, today)).await).await?;
        payload(ctx, outcome).await
    }

    /// Records what leaves a market unsold: given back, lost, or expired. Codes in `userErrors`: AMOUNT_INVALID, TEXT_REQUIRED,
    /// TEXT_TOO_LONG, TEXT_UNSAFE, DUPLICATE_ENTRY, LIMIT_EXCEEDED, NOT_FOUND (at `variantId`, or at `lotCode`: there is none of
    /// that lot), STOCK_INSUFFICIENT.
    async fn stock_removal_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The market, and what leaves it.")] input: StockRemovalRecordInput,
    ) -> Result<StockMovementsPayload> {
        let market = GlobalId::parse_as(Kind::Market, &input.market_id, "input.marketId")?;
        let keys = variants(input.lines.iter().map(|line| &line.variant_id))?;
        let (kind, form) = (input.kind.0, || removed(&input, &keys));
        let outcome = run(ctx, &input, async |tx| store::remove(tx, market, kind, form).await).await?;
        payload(ctx, outcome).await
    }

    /// Records what goes from one market to another, out and in at once. Codes in `userErrors`: AMOUNT_INVALID, TEXT_REQUIRED,
    /// TEXT_TOO_LONG, TEXT_UNSAFE, DUPLICATE_ENTRY (at `toMarketId`: it is the same market), LIMIT_EXCEEDED, STATUS_INVALID (the
    /// other market is only planned, or closed), NOT_FOUND (at `variantId`, or at `lotCode`: there is none of that lot),
    /// CONTRACT_REQUIRED (with the other market), STOCK_INSUFFICIENT, DATE_INVALID (the other market has a lot of the same code
    /// with other days).
    async fn stock_transfer_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The markets, and what goes from one to the other.")] input: StockTransferRecordInput,
    ) -> Result<StockMovementsPayload> {
        let from = GlobalId::parse_as(Kind::Market, &input.market_id, "input.marketId")?;
        let to = GlobalId::parse_as(Kind::Market, &input.to_market_id, "input.toMarketId")?;
        let keys = variants(input.lines.iter().map(|line| &line.variant_id))?;
        let form = || {
            let mut faults = Faults::new();
            if from == to {
                faults.push(Fault::new(Code::DuplicateEntry).at("toMarketId"));
            }
            let lines = takings(&keys, &input.lines, &mut faults);
            if faults.is_empty() { Ok(lines) } else { Err(faults.into()) }
        };
        let outcome = run(ctx, &input, async |tx| store::transfer(tx, (from, to), form).await).await?;
        payload(ctx, outcome).await
    }
}
