//! Root fields that record what moves.

use super::object::StockMovement;
use super::store::{self, NewLine, NewLot};
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::list::List;
use crate::platform::graphql::mutation::{Outcome, UserError, checked, run, user_errors};
use crate::platform::graphql::scalars::{Date, Decimal};
use crate::platform::graphql::text::required;
use crate::platform::loading::reader::Reads;
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use domain::fault::{Code, Fault, Faults};
use domain::product::form::NUMBER_MAX;
use domain::stock::{lot_faults, quantity};
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
    /// The quantity in packs of the variant: whole and above zero.
    pub quantity: Decimal,
    /// The lot.
    pub lot: StockLotInput,
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

/// The outcome of recording what moves.
#[derive(SimpleObject)]
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
        if let (Some(quantity), Some(code)) = (amount, code) {
            if read.iter().any(|other| other.variant == *variant && other.lot.code == code) {
                wrong.push(Fault::new(Code::DuplicateEntry).at("lot"));
            }
            read.push(NewLine { variant: *variant, quantity, lot: NewLot { code, produced_on, expires_on } });
        }
        faults.extend(wrong.into_iter().map(|fault| fault.at(&place.to_string()).at("lines")));
    }
    if faults.is_empty() { Ok(read) } else { Err(faults.into()) }
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
        let variant = |(place, line): (usize, &DeliveryLineInput)| {
            let argument = format!("input.lines.{place}.variantId");
            GlobalId::parse_as(Kind::ProductVariant, &line.variant_id, &argument)
        };
        // More than there may be are refused with the rest of the form.
        let keys = input.lines.iter().take(LINES_MAX + 1).enumerate().map(variant).collect::<Result<Vec<_>>>()?;
        let lines: Vec<(Uuid, &DeliveryLineInput)> = keys.into_iter().zip(&input.lines).collect();
        let today = ctx.reader().today();
        let outcome =
            run(ctx, &input, async |tx| store::deliver(tx, market, || delivered(&lines, today)).await).await?;
        payload(ctx, outcome).await
    }
}
