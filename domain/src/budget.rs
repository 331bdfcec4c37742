//! Budget lines of agreements: what they hold, what was spent of them, and what moves between them.

use crate::codes;
use crate::decimal::Decimal;
use crate::fault::{Code, Fault};
use crate::money::Money;

codes! {
    /// Whether an expense was confirmed by a second person, where it needs that.
    ExpenseStatus {
        /// The expense waits for a second person. It counts as spent.
        Pending = "PENDING",
        /// The expense needs no second person, or was confirmed by one.
        Confirmed = "CONFIRMED",
    }
}

codes! {
    /// What was booked of a tranche.
    TrancheEntryKind {
        /// Money was received.
        Receipt = "RECEIPT",
        /// The use of money was justified.
        Justification = "JUSTIFICATION",
    }
}

codes! {
    /// The status of a tranche, by what was booked of it.
    TrancheStatus {
        /// Nothing of the tranche was received.
        Planned = "PLANNED",
        /// The tranche was received, and less of it is justified than the next one demands.
        Received = "RECEIVED",
        /// The tranche is justified as far as the next one demands.
        Justified = "JUSTIFIED",
    }
}

/// A whole, in hundredths of a per cent.
pub const SHARE_MAX: i32 = 10_000;

/// A share of a tranche in hundredths of a per cent, from per cent with at most two digits behind the point.
///
/// # Errors
/// AMOUNT_INVALID beyond 0 to 100.
pub fn release_share(percent: Decimal) -> Result<i32, Fault> {
    let share = percent.in_units(2).and_then(|share| i32::try_from(share).ok());
    share.filter(|share| (0..=SHARE_MAX).contains(share)).ok_or_else(|| Fault::new(Code::AmountInvalid))
}

/// What was received of a tranche and justified of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instalment {
    /// What was received.
    pub received: Money,
    /// What was justified of it.
    pub justified: Money,
    /// How much of it is justified before the next one is received, in hundredths of a per cent.
    pub release_share: i32,
}

impl Instalment {
    /// Where it stands.
    pub fn status(&self) -> TrancheStatus {
        if self.received.centimes <= 0 {
            TrancheStatus::Planned
        } else if self.is_justified() {
            TrancheStatus::Justified
        } else {
            TrancheStatus::Received
        }
    }

    /// Wide numbers: a large amount times a share does not fit the type of one.
    fn is_justified(&self) -> bool {
        let demanded = i128::from(self.received.centimes) * i128::from(self.release_share);
        i128::from(self.justified.centimes) * i128::from(SHARE_MAX) >= demanded
    }

    /// Check that the tranche behind this one may be received: this one was, and is justified as far as it demands.
    ///
    /// # Errors
    /// TRANCHE_UNJUSTIFIED.
    pub fn expect_released(&self, ordinal: i32) -> Result<(), Fault> {
        match self.status() {
            TrancheStatus::Justified => Ok(()),
            TrancheStatus::Planned | TrancheStatus::Received => {
                let (justified, received) = (self.justified, self.received);
                Err(Fault::new(Code::TrancheUnjustified).with_detail(format!("{ordinal}: {justified} / {received}")))
            }
        }
    }
}

/// What a budget line holds and what was spent of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    /// What the line holds, after transfers.
    pub amount: Money,
    /// What was spent, less what was taken back.
    pub spent: Money,
}

impl Balance {
    /// What is left.
    ///
    /// # Errors
    /// AMOUNT_INVALID when it does not fit.
    pub fn remaining(self) -> Result<Money, Fault> {
        self.amount.minus(self.spent)
    }

    /// Spend an amount, or take back one below zero.
    ///
    /// # Errors
    /// BUDGET_EXCEEDED.
    pub fn spend(self, amount: Money) -> Result<Self, Fault> {
        let remaining = self.remaining()?;
        if amount > remaining {
            return Err(exceeded(amount, remaining));
        }
        Ok(Self { spent: self.spent.plus(amount)?, ..self })
    }

    /// Move an amount from this line to another one.
    ///
    /// # Errors
    /// BUDGET_EXCEEDED when less is left.
    pub fn transfer(self, to: Self, amount: Money) -> Result<(Self, Self), Fault> {
        let remaining = self.remaining()?;
        if amount > remaining {
            return Err(exceeded(amount, remaining));
        }
        let from = Self { amount: self.amount.minus(amount)?, ..self };
        Ok((from, Self { amount: to.amount.plus(amount)?, ..to }))
    }
}

/// Check that a new line fits beside the others of a budget; a budget that is not known holds any.
///
/// # Errors
/// BUDGET_EXCEEDED, AMOUNT_INVALID.
pub fn allot(budget: Option<Money>, allotted: Money, amount: Money) -> Result<(), Fault> {
    let Some(budget) = budget else { return Ok(()) };
    let remaining = budget.minus(allotted)?;
    if amount > remaining { Err(exceeded(amount, remaining)) } else { Ok(()) }
}

fn exceeded(amount: Money, remaining: Money) -> Fault {
    Fault::new(Code::BudgetExceeded).with_detail(format!("{amount} > {remaining}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_is_spent_to_the_centime_and_no_further() {
        let line = Balance { amount: Money::new(1000), spent: Money::new(400) };
        assert_eq!(line.spend(Money::new(600)).unwrap().remaining(), Ok(Money::new(0)));
        let refused = line.spend(Money::new(601)).unwrap_err();
        assert_eq!((refused.code, refused.detail.as_deref()), (Code::BudgetExceeded, Some("6.01 > 6.00")));
        assert_eq!(line.transfer(line, Money::new(601)).unwrap_err().code, Code::BudgetExceeded);
    }

    #[test]
    fn lines_make_no_more_than_the_budget() {
        let budget = Some(Money::new(1000));
        assert!(allot(budget, Money::new(400), Money::new(600)).is_ok());
        assert_eq!(allot(budget, Money::new(400), Money::new(601)).unwrap_err().code, Code::BudgetExceeded);
        assert!(allot(None, Money::new(400), Money::new(601)).is_ok());
    }

    #[test]
    fn the_next_tranche_waits_until_enough_of_this_one_is_justified() {
        let of = |received: i64, justified: i64| {
            let share = release_share(Decimal::parse("80").unwrap()).unwrap();
            Instalment { received: Money::new(received), justified: Money::new(justified), release_share: share }
        };
        assert_eq!(of(0, 0).status(), TrancheStatus::Planned);
        assert_eq!(of(1000, 799).status(), TrancheStatus::Received);
        assert_eq!(of(1000, 800).status(), TrancheStatus::Justified);
        assert_eq!(of(0, 0).expect_released(1).unwrap_err().code, Code::TrancheUnjustified);
        let refused = of(1000, 799).expect_released(1).unwrap_err();
        assert_eq!(refused.detail.as_deref(), Some("1: 7.99 / 10.00"));
        assert!(of(1000, 800).expect_released(1).is_ok());
        assert_eq!(of(i64::MAX, i64::MAX / 2).status(), TrancheStatus::Received);
        for percent in ["-1", "100.01", "0.001"] {
            assert!(release_share(Decimal::parse(percent).unwrap()).is_err(), "{percent}");
        }
    }

    /// What happens to two lines: something is spent of one, the last expense of one is taken back, or something moves.
    #[derive(Clone, Debug)]
    enum Event {
        Spend(usize, i64),
        Reverse(usize),
        Transfer(usize, i64),
    }

    fn events() -> impl Strategy<Value = Vec<Event>> {
        let event = prop_oneof![
            (0_usize..2, 1_i64..400).prop_map(|(line, amount)| Event::Spend(line, amount)),
            (0_usize..2).prop_map(Event::Reverse),
            (0_usize..2, 1_i64..400).prop_map(|(line, amount)| Event::Transfer(line, amount)),
        ];
        proptest::collection::vec(event, 0..60)
    }

    proptest! {
        #[test]
        fn through_any_history_the_budget_is_what_was_spent_and_what_is_left(events in events()) {
            let mut lines = [Balance { amount: Money::new(1000), spent: Money::new(0) }; 2];
            let mut entries: [Vec<i64>; 2] = [Vec::new(), Vec::new()];
            for event in events {
                match event {
                    Event::Spend(line, amount) => {
                        if let Ok(after) = lines[line].spend(Money::new(amount)) {
                            lines[line] = after;
                            entries[line].push(amount);
                        }
                    }
                    Event::Reverse(line) => {
                        if let Some(last) = entries[line].pop() {
                            lines[line] = lines[line].spend(Money::new(-last)).unwrap();
                        }
                    }
                    Event::Transfer(line, amount) => {
                        let (from, to) = (lines[line], lines[1 - line]);
                        if let Ok((from, to)) = from.transfer(to, Money::new(amount)) {
                            (lines[line], lines[1 - line]) = (from, to);
                        }
                    }
                }
                let sum = |of: fn(&Balance) -> Money| lines.iter().map(|line| of(line).centimes).sum::<i64>();
                let left: i64 = lines.iter().map(|line| line.remaining().unwrap().centimes).sum();
                prop_assert_eq!(sum(|line| line.amount), 2000);
                prop_assert_eq!(sum(|line| line.spent) + left, 2000);
                prop_assert_eq!(sum(|line| line.spent), entries.iter().flatten().sum::<i64>());
                prop_assert!(lines.iter().all(|line| line.remaining().unwrap() >= Money::new(0)));
            }
        }
    }
}
