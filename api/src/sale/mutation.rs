//! Root fields of the till.

use super::object::Sale;
use super::store::{self, NewLine, NewSale, Telling};
use crate::payload;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::list::List;
use crate::platform::graphql::mutation::{Outcome, UserError, checked, mutate, run_each, user_errors};
use crate::platform::graphql::scalars::{DateTime, Decimal};
use crate::platform::graphql::text::required;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::NodeObject;
use crate::platform::loading::reader::Reads;
use crate::platform::query::stored::EnumValue;
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use domain::fault::{Code, Fault, Faults};
use domain::sale::{PaymentMethod, UTC_OFFSETS};
use domain::stock::quantity;
use domain::text::NAME_MAX;

/// The most lines of a sale.
const LINES_MAX: usize = 100;
/// The most sales that are replayed at once.
const SALES_MAX: usize = 500;
/// The longest key of a sale, in characters.
const KEY_MAX: usize = 128;

/// A line of a sale.
#[derive(InputObject, Clone, Debug)]
pub struct SaleLineInput {
    /// The global id of the variant.
    pub variant_id: ID,
    /// The quantity in packs of the variant: above zero, and whole unless it is sold by MEASURE.
    pub quantity: Decimal,
    /// The price in dirhams that was charged for a pack; without one, what the market asks now.
    pub price: Option<Decimal>,
}

/// A sale that was made while the till could not reach the platform.
#[derive(InputObject, Clone, Debug)]
pub struct SaleInput {
    /// When it was sold, by the clock of the phone: not more than a day ahead, nor more than a year ago.
    pub sold_at: DateTime,
    /// How far ahead of UTC the phone showed the time, in minutes.
    pub utc_offset: Option<i32>,
    /// The means by which it was paid.
    pub payment: EnumValue<PaymentMethod>,
    /// The lines of the sale, 1 to 100.
    pub lines: Vec<SaleLineInput>,
    /// A key that the client makes for the sale, at most 128 characters, unique at the market for ever: the sale is recorded
    /// once, whoever sends it. Another sale under it is refused with IDEMPOTENCY_KEY_REUSED.
    pub sale_key: String,
}

/// A sale at a market.
#[derive(InputObject, Clone, Debug)]
pub struct SaleRecordInput {
    /// The global id of the market.
    pub market_id: ID,
    /// When it was sold, by the clock of the phone: not more than a day ahead, nor more than a year ago.
    pub sold_at: DateTime,
    /// How far ahead of UTC the phone showed the time, in minutes.
    pub utc_offset: Option<i32>,
    /// The means by which it was paid.
    pub payment: EnumValue<PaymentMethod>,
    /// The lines of the sale, 1 to 100.
    pub lines: Vec<SaleLineInput>,
    /// A key that the client makes for the sale, at most 128 characters, unique at the market for ever: the sale is recorded
    /// once, whoever sends it. Another sale under it is refused with IDEMPOTENCY_KEY_REUSED.
    pub sale_key: String,
}

/// Sales of a market that were made while the till could not reach the platform.
#[derive(InputObject, Clone, Debug)]
pub struct SalesReplayInput {
    /// The global id of the market.
    pub market_id: ID,
    /// The sales, 1 to 500, in any order.
    pub sales: Vec<SaleInput>,
}

/// A sale that is to be voided.
#[derive(InputObject, Clone, Debug)]
pub struct SaleVoidInput {
    /// The global id of the sale to void.
    pub id: ID,
    /// The reason for which it is voided.
    pub reason: String,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A sale that somebody wants to void.
#[derive(InputObject, Clone, Debug)]
pub struct SaleVoidDecideInput {
    /// The global id of the sale.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A discrepancy that is to be explained.
#[derive(InputObject, Clone, Debug)]
pub struct SaleDiscrepancyResolveInput {
    /// The global id of the sale.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The explanation.
    pub note: String,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

payload! {
    /// The outcome of recording or changing a sale.
    SalePayload {
        /// The sale as it is now; null when it was refused, unless the refusal is a CONFLICT.
        sale: Sale
    }
}

/// What came of one of the sales that were replayed.
#[derive(SimpleObject)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct SaleReplayResult {
    /// The key of the sale.
    pub sale_key: String,
    /// The sale as it is now; null when it was refused.
    pub sale: Option<Sale>,
    /// The refusals of the sale; empty when it was recorded, now or before.
    pub user_errors: Vec<UserError>,
}

/// The outcome of replaying sales.
#[derive(SimpleObject)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct SalesReplayPayload {
    /// What came of each sale, in the order of the form; empty when the whole was refused.
    pub results: List<SaleReplayResult>,
    /// The refusals of the whole; empty when each sale was looked at.
    pub user_errors: Vec<UserError>,
}

/// Check all of a sale at once.
fn read(input: &SaleInput) -> Result<NewSale, Faults> {
    let mut faults = Faults::new();
    let key = checked(&mut faults, required(&input.sale_key, KEY_MAX, "saleKey"));
    if input.utc_offset.is_some_and(|minutes| !UTC_OFFSETS.contains(&minutes)) {
        faults.push(Fault::new(Code::AmountInvalid).at("utcOffset"));
    }
    if !(1..=LINES_MAX).contains(&input.lines.len()) {
        let most = format!("{} / {LINES_MAX}", input.lines.len());
        faults.push(Fault::new(Code::LimitExceeded).at("lines").with_detail(most));
    }
    let mut lines = Vec::new();
    for (place, line) in input.lines.iter().enumerate().take(LINES_MAX) {
        let mut wrong = Faults::new();
        let variant = GlobalId::parse_as(Kind::ProductVariant, &line.variant_id, "variantId");
        let variant = checked(&mut wrong, variant.map_err(|_| vec![Fault::new(Code::NotFound).at("variantId")]));
        let amount = checked(&mut wrong, quantity(line.quantity.0).map_err(|fault| vec![fault.at("quantity")]));
        let price = checked(&mut wrong, line.price.map(|price| price.entered("price")).transpose());
        if let (Some(variant), Some(quantity), Some(price)) = (variant, amount, price) {
            lines.push(NewLine { variant, quantity, price });
        }
        faults.extend(wrong.into_iter().map(|fault| fault.at(&place.to_string()).at("lines")));
    }
    match key {
        Some(key) if faults.is_empty() => {
            Ok(NewSale { key, sold_at: input.sold_at.0, utc_offset: input.utc_offset, payment: input.payment.0, lines })
        }
        _ => Err(faults),
    }
}

/// Root fields of the till.
#[derive(Default)]
pub struct SaleMutation;

#[Object]
impl SaleMutation {
    /// Records a sale at a market that is open. Of what the market keeps stock of no more is sold than is there and good, what
    /// expires first first. Codes in `userErrors`: STATUS_INVALID (the market is not open; at `variantId`: the product is not on
    /// sale), NOT_FOUND (at `variantId`: it is neither on the market's shelf nor in its stock), STOCK_INSUFFICIENT,
    /// AMOUNT_INVALID, DATE_INVALID, LIMIT_EXCEEDED, TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE, IDEMPOTENCY_KEY_REUSED (at
    /// `saleKey`: another sale was recorded under it).
    async fn sale_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The market, and what is sold.")] input: SaleRecordInput,
    ) -> Result<SalePayload> {
        let market = GlobalId::parse_as(Kind::Market, &input.market_id, "input.marketId")?;
        for (place, line) in input.lines.iter().enumerate().take(LINES_MAX) {
            let argument = format!("input.lines.{place}.variantId");
            GlobalId::parse_as(Kind::ProductVariant, &line.variant_id, &argument)?;
        }
        let SaleRecordInput { sold_at, utc_offset, payment, ref lines, ref sale_key, .. } = input;
        let sale = SaleInput { sold_at, utc_offset, payment, lines: lines.clone(), sale_key: sale_key.clone() };
        let form = || Ok(vec![Ok(read(&sale)?)]);
        mutate(ctx, &input, async |tx| {
            let done = store::record(tx, market, Telling::Live, form).await?.pop().unwrap_or_default();
            // Nothing of a sale that is refused is kept.
            if done.faults.is_empty() {
                done.thing.ok_or_else(|| Fault::new(Code::NotFound).into())
            } else {
                Err(done.faults.into())
            }
        })
        .await
    }

    /// Records sales that were made while the till could not reach the platform, with the prices that were charged: each by
    /// itself, and once for its key. What the market's stock did not have is recorded as a discrepancy, which is put before the
    /// manager. A sale of a day that is closed is its correction. Codes in `userErrors`: STATUS_INVALID (the market is neither open
    /// nor suspended), LIMIT_EXCEEDED; of a sale: NOT_FOUND (at `variantId`: it is neither on the market's shelf nor in its
    /// stock), AMOUNT_INVALID, DATE_INVALID, LIMIT_EXCEEDED, TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE, IDEMPOTENCY_KEY_REUSED.
    async fn sales_replay(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The market, and its sales.")] input: SalesReplayInput,
    ) -> Result<SalesReplayPayload> {
        let market = GlobalId::parse_as(Kind::Market, &input.market_id, "input.marketId")?;
        let form = || match input.sales.len() {
            1..=SALES_MAX => Ok(input.sales.iter().map(read).collect()),
            other => {
                let most = format!("{other} / {SALES_MAX}");
                Err(Fault::new(Code::LimitExceeded).at("sales").with_detail(most).into())
            }
        };
        let done = run_each(ctx, &input, async |tx| store::record(tx, market, Telling::Replayed, form).await).await?;
        let outcomes = match done {
            Ok(outcomes) => outcomes,
            Err(faults) => {
                return Ok(SalesReplayPayload { results: List(Vec::new()), user_errors: user_errors(ctx, faults) });
            }
        };
        // All of them are one level: they are read at once.
        let level = Batch::naming_all(Kind::Sale, outcomes.iter().filter_map(|outcome| outcome.thing));
        let mut results = Vec::new();
        for (place, (told, Outcome { thing, faults })) in input.sales.iter().zip(outcomes).enumerate() {
            let sale = match thing {
                Some(key) => Sale::find(ctx.reader(), &level, key).await?,
                None => None,
            };
            let at = |fault: Fault| fault.at(&place.to_string()).at("sales");
            let user_errors = user_errors(ctx, faults.into_iter().map(at).collect());
            results.push(SaleReplayResult { sale_key: told.sale_key.clone(), sale, user_errors });
        }
        Ok(SalesReplayPayload { results: List(results), user_errors: Vec::new() })
    }

    /// Voids a sale: its goods are back in stock, and its price is given back on this day. Above the association's limit it waits
    /// for a second person. Codes in `userErrors`: STATUS_INVALID, TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn sale_void(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The sale to void, and why.")] input: SaleVoidInput,
    ) -> Result<SalePayload> {
        let key = GlobalId::parse_as(Kind::Sale, &input.id, "input.id")?;
        let limit = ctx.reader().rules().void_limit;
        let reason = || Ok(required(&input.reason, NAME_MAX, "reason")?);
        mutate(ctx, &input, async |tx| store::void(tx, key, limit, reason).await).await
    }

    /// Voids a sale that somebody else wants to void. Codes in `userErrors`: CONFLICT, STATUS_INVALID, FOUR_EYES_REQUIRED (the
    /// caller wants it).
    async fn sale_void_confirm(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The sale to void.")] input: SaleVoidDecideInput,
    ) -> Result<SalePayload> {
        let key = GlobalId::parse_as(Kind::Sale, &input.id, "input.id")?;
        mutate(ctx, &input, async |tx| store::confirm_void(tx, key, input.expected_version).await).await
    }

    /// Lets a sale stand that somebody wants to void. Codes in `userErrors`: CONFLICT, STATUS_INVALID.
    async fn sale_void_decline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The sale that stands.")] input: SaleVoidDecideInput,
    ) -> Result<SalePayload> {
        let key = GlobalId::parse_as(Kind::Sale, &input.id, "input.id")?;
        mutate(ctx, &input, async |tx| store::decline_void(tx, key, input.expected_version).await).await
    }

    /// Explains why more was sold than the market's stock had. Codes in `userErrors`: CONFLICT, STATUS_INVALID (there is nothing to
    /// explain), TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn sale_discrepancy_resolve(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The sale, and the explanation.")] input: SaleDiscrepancyResolveInput,
    ) -> Result<SalePayload> {
        let key = GlobalId::parse_as(Kind::Sale, &input.id, "input.id")?;
        let note = || Ok(required(&input.note, NAME_MAX, "note")?);
        let version = input.expected_version;
        mutate(ctx, &input, async |tx| store::resolve_discrepancy(tx, key, version, note).await).await
    }
}
