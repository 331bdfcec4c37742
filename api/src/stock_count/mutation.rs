//! Root fields that record stock counts and decide about them.

use super::object::StockCount;
use super::store::{self, NewCount, NewLine};
use crate::payload;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::{checked, mutate};
use crate::platform::graphql::scalars::Decimal;
use crate::platform::graphql::text::required;
use crate::platform::loading::reader::Reads;
use async_graphql::{Context, ID, InputObject, Object};
use domain::fault::{Code, Fault, Faults};
use domain::product::form::NUMBER_MAX;
use domain::stock::counted;
use domain::text::NAME_MAX;
use uuid::Uuid;

/// The most lines of a count.
const LINES_MAX: usize = 100;

/// A lot that was counted.
#[derive(InputObject, Clone, Debug)]
pub struct StockCountLineInput {
    /// The global id of the variant.
    pub variant_id: ID,
    /// The code on the label of the lot. What has never been recorded is a delivery.
    pub lot_code: String,
    /// The quantity that was counted, in packs of the variant: not below zero, and whole unless it is sold by MEASURE.
    pub counted: Decimal,
}

/// A count of a market's stock.
#[derive(InputObject, Clone, Debug)]
pub struct StockCountRecordInput {
    /// The global id of the market.
    pub market_id: ID,
    /// The reason for which what was found may differ from what was recorded.
    pub reason: String,
    /// The lines of the count, 1 to 100: each lot once. Lots that are not named stay as they are.
    pub lines: Vec<StockCountLineInput>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A count that waits for a second person.
#[derive(InputObject, Clone, Debug)]
pub struct StockCountDecideInput {
    /// The global id of the count.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

payload! {
    /// The outcome of recording a stock count, or of deciding about one.
    StockCountPayload {
        /// The count as it is now; null when it was refused, unless the refusal is a CONFLICT.
        stock_count: StockCount
    }
}

/// Check all of a form at once.
fn read(variants: &[Uuid], input: &StockCountRecordInput) -> Result<NewCount> {
    let mut faults = Faults::new();
    let reason = checked(&mut faults, required(&input.reason, NAME_MAX, "reason"));
    if !(1..=LINES_MAX).contains(&input.lines.len()) {
        let most = format!("{} / {LINES_MAX}", input.lines.len());
        faults.push(Fault::new(Code::LimitExceeded).at("lines").with_detail(most));
    }
    let mut lines: Vec<NewLine> = Vec::new();
    for (place, (variant, line)) in variants.iter().copied().zip(&input.lines).enumerate().take(LINES_MAX) {
        let mut wrong = Faults::new();
        let lot = checked(&mut wrong, required(&line.lot_code, NUMBER_MAX, "lotCode"));
        let amount = checked(&mut wrong, counted(line.counted.0).map_err(|fault| vec![fault.at("counted")]));
        if let (Some(lot), Some(counted)) = (lot, amount) {
            if lines.iter().any(|other| other.variant == variant && other.lot == lot) {
                wrong.push(Fault::new(Code::DuplicateEntry).at("lotCode"));
            }
            lines.push(NewLine { variant, lot, counted });
        }
        faults.extend(wrong.into_iter().map(|fault| fault.at(&place.to_string()).at("lines")));
    }
    match reason {
        Some(reason) if faults.is_empty() => Ok(NewCount { reason, lines }),
        _ => Err(faults.into()),
    }
}

/// Root fields that record stock counts and decide about them.
#[derive(Default)]
pub struct StockCountMutation;

#[Object]
impl StockCountMutation {
    /// Records a count of a market's stock: what was found more or less than was recorded goes into the ledger. Differences that are
    /// worth more than the association's limit, or have no price, wait for a second person. Codes in `userErrors`: TEXT_REQUIRED,
    /// TEXT_TOO_LONG, TEXT_UNSAFE, AMOUNT_INVALID, DUPLICATE_ENTRY, LIMIT_EXCEEDED, NOT_FOUND (at `variantId`, or at `lotCode`: the
    /// market has never had any of that lot).
    async fn stock_count_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The market, and what was counted.")] input: StockCountRecordInput,
    ) -> Result<StockCountPayload> {
        let market = GlobalId::parse_as(Kind::Market, &input.market_id, "input.marketId")?;
        let variant = |(place, line): (usize, &StockCountLineInput)| {
            GlobalId::parse_as(Kind::ProductVariant, &line.variant_id, &format!("input.lines.{place}.variantId"))
        };
        let variants: Vec<Uuid> = input.lines.iter().enumerate().take(LINES_MAX).map(variant).collect::<Result<_>>()?;
        let limit = ctx.reader().rules().count_limit;
        mutate(ctx, &input, async |tx| store::record(tx, market, limit, || read(&variants, &input)).await).await
    }

    /// Puts what a count found into the ledger. Codes in `userErrors`: CONFLICT, STATUS_INVALID, FOUR_EYES_REQUIRED (the caller
    /// counted), STOCK_INSUFFICIENT (less is left of a lot than was missing).
    async fn stock_count_confirm(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The count to confirm.")] input: StockCountDecideInput,
    ) -> Result<StockCountPayload> {
        let key = GlobalId::parse_as(Kind::StockCount, &input.id, "input.id")?;
        mutate(ctx, &input, async |tx| store::confirm(tx, key, input.expected_version).await).await
    }

    /// Lets the ledger stay as it was before a count. Codes in `userErrors`: CONFLICT, STATUS_INVALID.
    async fn stock_count_decline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The count to decline.")] input: StockCountDecideInput,
    ) -> Result<StockCountPayload> {
        let key = GlobalId::parse_as(Kind::StockCount, &input.id, "input.id")?;
        mutate(ctx, &input, async |tx| store::decline(tx, key, input.expected_version).await).await
    }
}
