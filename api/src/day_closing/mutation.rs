//! The root field that closes a market's day.

use super::object::DayClosing;
use super::store::{self, Counted};
use crate::payload;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::{checked, mutate};
use crate::platform::graphql::scalars::{Date, Decimal};
use async_graphql::{Context, ID, InputObject, Object};
use domain::fault::{Code, Fault, Faults};
use domain::money::Money;
use domain::partnership::AMOUNT_MAX;

/// A day that is to be closed.
#[derive(InputObject, Clone, Debug)]
pub struct DayCloseInput {
    /// The global id of the market.
    pub market_id: ID,
    /// The day, in the market's time zone: not in the future.
    pub on: Date,
    /// What lay in the drawer in the morning, in dirhams; not below zero.
    pub opening_float: Decimal,
    /// What was counted, in dirhams; not below zero.
    pub counted_cash: Decimal,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

payload! {
    /// The outcome of closing a day.
    DayClosingPayload {
        /// The closing; null when it was refused.
        day_closing: DayClosing
    }
}

/// An amount of cash: nothing, or more.
fn cash(amount: Decimal, field: &str) -> Result<Money, Faults> {
    let is_right = |amount: &Money| (Money::default()..=AMOUNT_MAX).contains(amount);
    let read = Money::of(amount.0).ok().filter(is_right);
    read.ok_or_else(|| vec![Fault::new(Code::AmountInvalid).with_detail(amount.to_string()).at(field)])
}

/// The root field that closes a market's day.
#[derive(Default)]
pub struct DayClosingMutation;

#[Object]
impl DayClosingMutation {
    /// Closes a market's day: what its drawer should hold is compared with what was counted. What comes later for the day is its
    /// correction. Codes in `userErrors`: AMOUNT_INVALID, DATE_INVALID (at `on`: the day is to come), DUPLICATE_ENTRY (at `on`: the
    /// day is closed).
    async fn day_close(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The market, the day, and what was counted.")] input: DayCloseInput,
    ) -> Result<DayClosingPayload> {
        let market = GlobalId::parse_as(Kind::Market, &input.market_id, "input.marketId")?;
        let form = || {
            let mut faults = Faults::new();
            let opening_float = checked(&mut faults, cash(input.opening_float, "openingFloat"));
            let counted = checked(&mut faults, cash(input.counted_cash, "countedCash"));
            match (opening_float, counted) {
                (Some(opening_float), Some(cash)) => Ok(Counted { opening_float, cash }),
                _ => Err(faults.into()),
            }
        };
        mutate(ctx, &input, async |tx| store::close(tx, (market, input.on.0), form).await).await
    }
}
