//! Stock at markets: the contracts under which cooperatives deliver, what moves, and from which lot it is taken.

use crate::codes;
use crate::decimal::Decimal;
use crate::fault::{Code, Fault, Faults};
use crate::money::Money;
use crate::sale::line_total;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

codes! {
    /// Whoever bears the loss of goods on consignment.
    LossBearer {
        /// The cooperative, whose goods they are until they are sold.
        Cooperative = "COOPERATIVE",
        /// The market.
        Market = "MARKET",
    }
}

codes! {
    /// The kind of a stock movement.
    StockMovementKind {
        /// The cooperative delivered goods.
        Delivery = "DELIVERY",
        /// Goods were sold.
        Sale = "SALE",
        /// A sale was voided: its goods are back on the shelf.
        SaleVoid = "SALE_VOID",
        /// Goods were given back to the cooperative.
        Return = "RETURN",
        /// Goods were broken, spoilt or stolen.
        Loss = "LOSS",
        /// Goods were taken off the shelf because they had expired.
        Expiry = "EXPIRY",
        /// Goods came from another market.
        TransferIn = "TRANSFER_IN",
        /// Goods went to another market.
        TransferOut = "TRANSFER_OUT",
        /// A count found more or less than was recorded.
        CountAdjustment = "COUNT_ADJUSTMENT",
    }
}

codes! {
    /// The reason for which goods leave a market unsold.
    StockRemovalKind {
        /// They are given back to the cooperative.
        Return = "RETURN",
        /// They were broken, spoilt or stolen.
        Loss = "LOSS",
        /// They have expired.
        Expiry = "EXPIRY",
    }
}

codes! {
    /// What a cooperative says of a delivery that was recorded.
    CountersignatureStatus {
        /// It is as she delivered it.
        Confirmed = "CONFIRMED",
        /// It is not.
        Disputed = "DISPUTED",
    }
}

codes! {
    /// The status of a stock count.
    StockCountStatus {
        /// What it found is in the ledger.
        Applied = "APPLIED",
        /// What it found waits for a second person.
        Pending = "PENDING",
        /// A second person did not confirm it: the ledger stays as it was.
        Declined = "DECLINED",
    }
}

impl StockRemovalKind {
    /// The movement that it is.
    pub fn movement(self) -> StockMovementKind {
        match self {
            Self::Return => StockMovementKind::Return,
            Self::Loss => StockMovementKind::Loss,
            Self::Expiry => StockMovementKind::Expiry,
        }
    }

    /// Whether it takes lots of this last day: what is good does not leave as expired.
    pub fn takes(self, expires_on: Option<Date>, today: Date) -> bool {
        match self {
            Self::Return | Self::Loss => true,
            Self::Expiry => !is_good(expires_on, today),
        }
    }
}

/// A whole, in basis points.
pub const BASIS_POINTS: i32 = 10_000;
/// The days of the month on which cooperatives are paid, where a contract does not say.
pub const PAYOUT_DAYS: [i32; 2] = [1, 16];
/// The most payout days of a contract.
const PAYOUT_DAYS_MAX: usize = 4;
/// The last day that every month has.
const LAST_DAY_OF_ALL_MONTHS: i32 = 28;
/// The largest quantity that moves at once.
const QUANTITY_MAX: i64 = 1_000_000;
/// Quantities are kept in thousandths.
const THOUSANDTHS: i64 = 1000;

/// What a cooperative and a market agree on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractTerms {
    /// Its first day.
    pub valid_from: Date,
    /// Its last day; none: no end.
    pub valid_to: Option<Date>,
    /// What the market keeps of a price, in basis points (hundredths of a per cent).
    pub commission_basis_points: i32,
    /// Who bears the loss of goods.
    pub loss_borne_by: LossBearer,
    /// The days of the month on which the cooperative is paid.
    pub payout_days: Vec<i32>,
}

impl ContractTerms {
    /// What is wrong with them, each at its place.
    pub fn faults(&self) -> Faults {
        let mut faults = Faults::new();
        if self.valid_to.is_some_and(|last| last < self.valid_from) {
            faults.push(Fault::new(Code::DateInvalid).at("validTo"));
        }
        if !(0..=BASIS_POINTS).contains(&self.commission_basis_points) {
            faults.push(Fault::new(Code::AmountInvalid).at("commissionBasisPoints"));
        }
        if self.payout_days.is_empty() || self.payout_days.len() > PAYOUT_DAYS_MAX {
            let most = format!("{} / {PAYOUT_DAYS_MAX}", self.payout_days.len());
            faults.push(Fault::new(Code::LimitExceeded).at("payoutDays").with_detail(most));
        }
        for (place, day) in self.payout_days.iter().enumerate().take(PAYOUT_DAYS_MAX) {
            let at = |fault: Fault| fault.at(&place.to_string()).at("payoutDays");
            if !(1..=LAST_DAY_OF_ALL_MONTHS).contains(day) {
                faults.push(at(Fault::new(Code::DateInvalid)));
            }
            if self.payout_days[..place].contains(day) {
                faults.push(at(Fault::new(Code::DuplicateEntry)));
            }
        }
        faults
    }
}

/// Whether a contract holds on a day: both of its days count.
pub fn is_in_force(valid_from: Date, valid_to: Option<Date>, on: Date) -> bool {
    valid_from <= on && valid_to.is_none_or(|last| on <= last)
}

/// A number of packs that move, in thousandths: above zero. What is sold by the pack moves whole besides
/// ([`SoldBy`](crate::product::SoldBy)).
///
/// # Errors
/// AMOUNT_INVALID.
pub fn quantity(packs: Decimal) -> Result<i64, Fault> {
    let thousandths = packs.in_units(3).and_then(|thousandths| i64::try_from(thousandths).ok());
    let is_right = |quantity: &i64| (1..=QUANTITY_MAX * THOUSANDTHS).contains(quantity);
    thousandths.filter(is_right).ok_or_else(|| Fault::new(Code::AmountInvalid).with_detail(packs.to_string()))
}

/// A number of packs that was counted, in thousandths: none, or more.
///
/// # Errors
/// AMOUNT_INVALID.
pub fn counted(packs: Decimal) -> Result<i64, Fault> {
    if packs.in_units(0) == Some(0) { Ok(0) } else { quantity(packs) }
}

/// A count of differences that are worth more than so many dirhams takes a second person, unless another limit is set.
pub const COUNT_LIMIT: i64 = 500;

/// A lot that was counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountedLot {
    /// The variant.
    pub variant: Uuid,
    /// What the market has of the variant.
    pub level: Uuid,
    /// The lot.
    pub lot: Uuid,
    /// The code on its label.
    pub code: String,
    /// How much was recorded when it was counted, in thousandths.
    pub recorded: i64,
    /// How much was counted, in thousandths.
    pub counted: i64,
}

impl CountedLot {
    /// How much more there is than was recorded; below zero: less.
    pub fn difference(&self) -> i64 {
        self.counted - self.recorded
    }
}

/// What the differences of a count are worth, more and less alike; none, where something has no price or it does not fit.
pub fn worth(lots: &[CountedLot], price: impl Fn(Uuid) -> Option<Money>) -> Option<Money> {
    let worth = |lot: &CountedLot| match lot.difference() {
        0 => Some(Money::default()),
        difference => line_total(price(lot.variant)?, difference.abs()).ok(),
    };
    Money::sum(lots.iter().map(worth).collect::<Option<Vec<_>>>()?).ok()
}

/// The days of a lot make sense: it was not produced in the future, and does not expire before it was produced.
pub fn lot_faults(produced_on: Option<Date>, expires_on: Option<Date>, today: Date) -> Faults {
    let mut faults = Faults::new();
    if produced_on.is_some_and(|day| day > today) {
        faults.push(Fault::new(Code::DateInvalid).at("producedOn"));
    }
    if expires_on.is_some_and(|last| produced_on.is_some_and(|first| last < first)) {
        faults.push(Fault::new(Code::DateInvalid).at("expiresOn"));
    }
    faults
}

/// Whether a lot is good on a day: its last day is one of them, and it ends with the midnight of Casablanca.
pub fn is_good(expires_on: Option<Date>, on: Date) -> bool {
    expires_on.is_none_or(|last| on <= last)
}

/// What there is of a lot at a market.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LotBalance<K> {
    /// The key of the lot.
    pub key: K,
    /// How much there is, in thousandths.
    pub on_hand: i64,
    /// Its last day; none: it keeps.
    pub expires_on: Option<Date>,
}

/// Take a quantity from lots: what expires first goes first, what keeps goes last, and of equals the one that stands first.
///
/// # Errors
/// STOCK_INSUFFICIENT, with what there is.
pub fn take<K>(lots: Vec<LotBalance<K>>, wanted: i64) -> Result<Vec<(K, i64)>, Fault> {
    let (taken, left) = take_up_to(lots, wanted);
    if left > 0 {
        let there = Decimal::from_thousandths(wanted - left);
        return Err(Fault::new(Code::StockInsufficient).with_detail(there.to_string()));
    }
    Ok(taken)
}

/// The same, of what there is: answers what is missing too.
pub fn take_up_to<K>(mut lots: Vec<LotBalance<K>>, wanted: i64) -> (Vec<(K, i64)>, i64) {
    // False before true: a lot without a last day goes last.
    lots.sort_by_key(|lot| (lot.expires_on.is_none(), lot.expires_on));
    let (mut left, mut taken) = (wanted, Vec::new());
    for lot in lots {
        let part = left.min(lot.on_hand);
        if part > 0 {
            taken.push((lot.key, part));
        }
        left -= part;
    }
    (taken, left)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::Coded;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn terms() -> ContractTerms {
        ContractTerms {
            valid_from: date(2026, 1, 1),
            valid_to: Some(date(2026, 12, 31)),
            commission_basis_points: 0,
            loss_borne_by: LossBearer::Cooperative,
            payout_days: PAYOUT_DAYS.to_vec(),
        }
    }

    #[test]
    fn every_fault_of_a_contract_is_told_at_its_place() {
        assert_eq!(terms().faults(), []);
        let wrong = ContractTerms {
            valid_to: Some(date(2025, 12, 31)),
            commission_basis_points: 10_001,
            payout_days: vec![31, 5, 5],
            ..terms()
        };
        let told: Vec<String> =
            wrong.faults().iter().map(|fault| format!("{} {}", fault.code, fault.field.join("."))).collect();
        assert_eq!(
            told,
            [
                "DATE_INVALID validTo",
                "AMOUNT_INVALID commissionBasisPoints",
                "DATE_INVALID payoutDays.0",
                "DUPLICATE_ENTRY payoutDays.2"
            ]
        );
        assert_eq!(ContractTerms { payout_days: Vec::new(), ..terms() }.faults()[0].code, Code::LimitExceeded);
        assert!(is_in_force(date(2026, 1, 1), Some(date(2026, 1, 1)), date(2026, 1, 1)));
        assert!(!is_in_force(date(2026, 1, 2), None, date(2026, 1, 1)));
        assert!(!is_in_force(date(2026, 1, 1), Some(date(2026, 1, 31)), date(2026, 2, 1)));
    }

    #[test]
    fn packs_move_above_zero() {
        let read = |text: &str| Decimal::parse(text).ok().and_then(|number| quantity(number).ok());
        assert_eq!((read("12"), read("12.000"), read("1000000")), (Some(12_000), Some(12_000), Some(1_000_000_000)));
        assert_eq!(read("0.5"), Some(500));
        for wrong in ["0", "-1", "1.0001", "1000001", "99999999999999999999"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_count_is_worth_what_it_found_more_and_less() {
        let lot = |recorded, counted| CountedLot {
            variant: Uuid::nil(),
            level: Uuid::nil(),
            lot: Uuid::nil(),
            code: String::new(),
            recorded,
            counted,
        };
        let price = |price: Option<i64>| move |_| price.map(Money::new);
        let lots = [lot(5_000, 4_000), lot(2_000, 5_000), lot(1_000, 1_000)];
        assert_eq!(worth(&lots, price(Some(8_000))), Some(Money::new(32_000)));
        assert_eq!(worth(&lots, price(None)), None);
        assert_eq!(worth(&lots[2..], price(None)), Some(Money::default()), "what was found needs no price");
        assert_eq!((counted(Decimal::new(0, 2)), counted(Decimal::new(3, 0))), (Ok(0), Ok(3_000)));
        assert!(counted(Decimal::new(-1, 0)).is_err() && counted(Decimal::new(5, 4)).is_err());
    }

    #[test]
    fn a_lot_is_made_before_it_expires_and_not_tomorrow() {
        let (today, tomorrow) = (date(2026, 11, 23), date(2026, 11, 24));
        assert_eq!(lot_faults(Some(today), Some(today), today), []);
        assert_eq!(lot_faults(Some(tomorrow), Some(today), today).len(), 2);
        // What has expired may be delivered only to be written off: the market decides, and it is not for sale.
        assert_eq!(lot_faults(None, Some(date(2020, 1, 1)), today), []);
    }

    #[test]
    fn what_expires_first_goes_first_and_what_keeps_goes_last() {
        let lot = |key, on_hand, expires_on| LotBalance { key, on_hand, expires_on };
        let lots = vec![
            lot("keeps", 5_000, None),
            lot("late", 5_000, Some(date(2027, 6, 1))),
            lot("none left", 0, Some(date(2026, 11, 22))),
            lot("last day", 2_000, Some(date(2026, 11, 23))),
        ];
        let taken = take(lots.clone(), 8_000).unwrap();
        assert_eq!(taken, [("last day", 2_000), ("late", 5_000), ("keeps", 1_000)]);
        let refused = take(lots, 13_000).unwrap_err();
        assert_eq!((refused.code, refused.detail.as_deref()), (Code::StockInsufficient, Some("12")));
    }

    #[test]
    fn what_is_good_does_not_leave_as_expired() {
        let (yesterday, today) = (Some(date(2026, 11, 22)), date(2026, 11, 23));
        assert!(StockRemovalKind::Expiry.takes(yesterday, today) && StockRemovalKind::Loss.takes(yesterday, today));
        for good in [None, Some(today)] {
            assert!(!StockRemovalKind::Expiry.takes(good, today) && StockRemovalKind::Return.takes(good, today));
        }
        for kind in StockRemovalKind::ALL {
            assert_eq!(kind.movement().as_str(), kind.as_str());
        }
    }

    #[test]
    fn a_kind_of_movement_reads_back_as_it_is_written() {
        for kind in StockMovementKind::ALL {
            assert_eq!(StockMovementKind::ALL.iter().find(|other| other.as_str() == kind.as_str()), Some(kind));
        }
    }

    proptest! {
        #[test]
        fn no_more_is_taken_than_there_is_and_no_less_than_is_wanted(
            lots in proptest::collection::vec((0_i64..9, proptest::option::of(1_i8..28)), 0..8), wanted in 1_i64..40,
        ) {
            let lots: Vec<LotBalance<usize>> = lots
                .into_iter()
                .enumerate()
                .map(|(key, (on_hand, last))| LotBalance { key, on_hand, expires_on: last.map(|day| date(2026, 2, day)) })
                .collect();
            let there: i64 = lots.iter().map(|lot| lot.on_hand).sum();
            match take(lots.clone(), wanted) {
                Ok(taken) => {
                    prop_assert_eq!(taken.iter().map(|(_, part)| part).sum::<i64>(), wanted);
                    for (key, part) in taken {
                        prop_assert!(part > 0 && part <= lots[key].on_hand);
                    }
                }
                Err(_) => prop_assert!(there < wanted),
            }
        }
    }
}
