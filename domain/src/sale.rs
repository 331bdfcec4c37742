//! The till: what was sold, when, for how much, and what the drawer should hold in the evening.

use crate::calendar;
use crate::codes;
use crate::fault::{Code, Fault};
use crate::id::founding;
use crate::money::Money;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

codes! {
    /// The means by which a sale was paid.
    PaymentMethod {
        /// In cash.
        Cash = "CASH",
        /// By card.
        Card = "CARD",
        /// By a transfer.
        Transfer = "TRANSFER",
    }
}

codes! {
    /// The status of a sale.
    SaleStatus {
        /// It was made.
        Completed = "COMPLETED",
        /// Somebody wants to void it, and a second person has to confirm that.
        VoidRequested = "VOID_REQUESTED",
        /// It was voided: its goods are back, and its price was given back.
        Voided = "VOIDED",
    }
}

codes! {
    /// The state of a discrepancy: more was sold than the market's stock had.
    DiscrepancyStatus {
        /// Nobody has explained it yet.
        Open = "OPEN",
        /// It was explained, or the sale was voided.
        Resolved = "RESOLVED",
    }
}

/// The key of the sale that was told under a key of a client's: equal whoever tells it, and whenever.
pub fn key(market: Uuid, sale_key: &str) -> Uuid {
    founding("sale", &format!("{} {sale_key}", market.simple()))
}

/// To void a sale of more than so many dirhams takes a second person, unless another limit is set.
pub const VOID_LIMIT: i64 = 500;

/// The most that a phone's clock may be ahead.
const AHEAD_MAX: SignedDuration = SignedDuration::from_hours(24);
/// The oldest sale that is taken.
const AGE_MAX: SignedDuration = SignedDuration::from_hours(366 * 24);
/// Offsets from UTC that are in use lie between these, in minutes (tz database, 2026c).
pub const UTC_OFFSETS: std::ops::RangeInclusive<i32> = -12 * 60..=14 * 60;

/// The day in Casablanca to which a sale belongs. A phone whose clock is ahead sells nothing tomorrow.
///
/// # Errors
/// DATE_INVALID when its clock is more than a day ahead, and when the sale is more than a year old.
pub fn day_of(sold_at: Timestamp, now: Timestamp) -> Result<Date, Fault> {
    let age = now.duration_since(sold_at);
    if age > AGE_MAX || age < -AHEAD_MAX {
        return Err(Fault::new(Code::DateInvalid).with_detail(sold_at.to_string()));
    }
    Ok(calendar::today(sold_at.min(now)))
}

/// Quantities are kept in thousandths of a pack.
const THOUSANDTHS: i128 = 1000;

/// What a line costs: the price of a pack, times its quantity in thousandths of packs; half a centime and more of a part count as
/// one.
///
/// # Errors
/// AMOUNT_INVALID when that is nothing, or does not fit.
pub fn line_total(price: Money, quantity: i64) -> Result<Money, Fault> {
    let fault = || Fault::new(Code::AmountInvalid);
    let product = i128::from(price.centimes) * i128::from(quantity);
    let centimes = i64::try_from((product + THOUSANDTHS / 2).div_euclid(THOUSANDTHS)).map_err(|_| fault())?;
    if centimes == 0 { Err(fault()) } else { Ok(Money::new(centimes)) }
}

/// What a day's drawer took in and gave out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drawer {
    /// What lay in it in the morning.
    pub opening_float: Money,
    /// What sales of the day brought.
    pub sales: Money,
    /// What was given back for sales that were voided on the day.
    pub voids: Money,
}

impl Drawer {
    /// What it should hold.
    ///
    /// # Errors
    /// AMOUNT_INVALID when it does not fit.
    pub fn expected(self) -> Result<Money, Fault> {
        self.opening_float.plus(self.sales)?.minus(self.voids)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_sale_belongs_to_the_day_in_casablanca_and_none_to_tomorrow() {
        let now = at("2026-11-23T12:00:00Z");
        assert_eq!(day_of(at("2026-11-22T23:59:59Z"), now), Ok(date(2026, 11, 22)));
        // Before 2026-09-20 Morocco was an hour ahead.
        assert_eq!(day_of(at("2026-09-18T23:30:00Z"), now), Ok(date(2026, 9, 19)));
        assert_eq!(day_of(at("2026-11-24T11:00:00Z"), now), Ok(date(2026, 11, 23)), "a clock that is ahead");
        assert_eq!(day_of(at("2026-11-24T12:00:01Z"), now).unwrap_err().code, Code::DateInvalid);
        assert_eq!(day_of(at("2025-11-20T12:00:00Z"), now).unwrap_err().code, Code::DateInvalid);
    }

    #[test]
    fn a_line_costs_whole_centimes() {
        assert_eq!(line_total(Money::new(8_000), 4_000), Ok(Money::new(32_000)));
        assert_eq!(line_total(Money::new(8_001), 500), Ok(Money::new(4_001)));
        assert_eq!(line_total(Money::new(9_500), 333), Ok(Money::new(3_164)));
        assert_eq!(line_total(Money::new(4), 100).unwrap_err().code, Code::AmountInvalid);
        assert_eq!(line_total(Money::new(i64::MAX), 2_000).unwrap_err().code, Code::AmountInvalid);
    }

    #[test]
    fn the_drawer_holds_what_came_in_less_what_was_given_back() {
        let drawer = Drawer { opening_float: Money::new(20_000), sales: Money::new(32_000), voids: Money::new(8_000) };
        assert_eq!(drawer.expected(), Ok(Money::new(44_000)));
        let given = Drawer { voids: Money::new(8_000), ..Drawer::default() };
        assert_eq!(given.expected(), Ok(Money::new(-8_000)), "a void of yesterday's sale");
    }
}
