//! Money in whole centimes of the dirham: never a fraction, never a float.

use crate::decimal::Decimal;
use crate::fault::{Code, Fault};
use serde::{Deserialize, Serialize};

/// An amount of money in centimes of the Moroccan dirham (MAD); negative for what is owed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money {
    /// The amount in centimes.
    pub centimes: i64,
}

impl Money {
    /// So many centimes.
    pub const fn new(centimes: i64) -> Self {
        Self { centimes }
    }

    /// Read an amount in dirhams with at most two digits behind the point.
    ///
    /// # Errors
    /// AMOUNT_INVALID.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        Self::of(Decimal::parse(text)?)
    }

    /// So many dirhams, with at most two digits behind the point.
    ///
    /// # Errors
    /// AMOUNT_INVALID.
    pub fn of(dirhams: Decimal) -> Result<Self, Fault> {
        let fault = || Fault::new(Code::AmountInvalid);
        let centimes = dirhams.in_units(2).ok_or_else(fault)?;
        Ok(Self { centimes: i64::try_from(centimes).map_err(|_| fault())? })
    }

    /// The sum of amounts.
    ///
    /// # Errors
    /// AMOUNT_INVALID when it does not fit.
    pub fn sum(amounts: impl IntoIterator<Item = Self>) -> Result<Self, Fault> {
        let sum: i128 = amounts.into_iter().map(|amount| i128::from(amount.centimes)).sum();
        i64::try_from(sum).map(Self::new).map_err(|_| Fault::new(Code::AmountInvalid))
    }

    /// Both amounts together.
    ///
    /// # Errors
    /// AMOUNT_INVALID when it does not fit.
    pub fn plus(self, other: Self) -> Result<Self, Fault> {
        self.centimes.checked_add(other.centimes).map(Self::new).ok_or_else(|| Fault::new(Code::AmountInvalid))
    }

    /// What is left when the other amount is taken away.
    ///
    /// # Errors
    /// AMOUNT_INVALID when it does not fit.
    pub fn minus(self, other: Self) -> Result<Self, Fault> {
        self.centimes.checked_sub(other.centimes).map(Self::new).ok_or_else(|| Fault::new(Code::AmountInvalid))
    }

    /// Split by weights so that the parts sum to the whole: each gets its share rounded towards zero, and the centimes
    /// that are left go one by one to the largest remainders, the first of equals first.
    ///
    /// # Errors
    /// AMOUNT_INVALID without a weight above zero.
    pub fn split(self, weights: &[u64]) -> Result<Vec<Self>, Fault> {
        let total: u128 = weights.iter().copied().map(u128::from).sum();
        if total == 0 {
            return Err(Fault::new(Code::AmountInvalid));
        }
        let whole = u128::from(self.centimes.unsigned_abs());
        let mut parts: Vec<u128> = weights.iter().map(|weight| whole * u128::from(*weight) / total).collect();
        let mut left = whole - parts.iter().sum::<u128>();
        let mut order: Vec<usize> = (0..weights.len()).collect();
        order.sort_by_key(|place| std::cmp::Reverse(whole * u128::from(weights[*place]) % total));
        for place in order {
            if left == 0 {
                break;
            }
            parts[place] += 1;
            left -= 1;
        }
        // No part is larger than the whole, which fits; the least amount has no positive counterpart, hence the wide type.
        let sign = if self.centimes < 0 { -1 } else { 1 };
        let signed = |part: u128| i128::try_from(part).ok().and_then(|part| i64::try_from(part * sign).ok());
        let fits = |part: u128| signed(part).map(Self::new).ok_or_else(|| Fault::new(Code::AmountInvalid));
        parts.into_iter().map(fits).collect()
    }
}

impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Decimal::new(self.centimes.into(), 2).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_exact_to_the_centime() {
        assert_eq!(Money::parse("490000").unwrap().to_string(), "490000.00");
        assert_eq!(Money::parse("12.5").unwrap().centimes, 1250);
        assert!(Money::parse("0.005").is_err());
        assert!(Money::parse("99999999999999999999").is_err());
    }

    #[test]
    fn centimes_that_are_left_go_to_the_largest_remainders() {
        let parts = Money::new(100).split(&[1, 1, 1]).unwrap();
        assert_eq!(parts.iter().map(|part| part.centimes).collect::<Vec<_>>(), [34, 33, 33]);
        assert!(Money::new(100).split(&[0, 0]).is_err());
        assert!(Money::new(100).split(&[]).is_err());
        let least = Money::new(i64::MIN);
        assert_eq!(least.split(&[1]), Ok(vec![least]));
    }

    #[test]
    fn what_does_not_fit_is_refused_and_never_wraps() {
        let (most, one) = (Money::new(i64::MAX), Money::new(1));
        assert!(most.plus(one).is_err() && Money::new(i64::MIN).minus(one).is_err());
        assert!(Money::sum([most, one]).is_err());
        assert_eq!(Money::sum([most, one, Money::new(-1)]), Ok(most));
        assert_eq!(one.plus(one).and_then(|two| two.minus(one)), Ok(one));
    }

    proptest! {
        #[test]
        fn parts_sum_to_the_whole(centimes in any::<i64>(), weights in proptest::collection::vec(prop_oneof![0_u64..100, any::<u64>()], 1..20)) {
            let whole = Money::new(centimes);
            let parts = whole.split(&weights);
            prop_assert_eq!(parts.is_ok(), weights.iter().any(|weight| *weight > 0));
            if let Ok(parts) = parts {
                prop_assert_eq!(Money::sum(parts.iter().copied()).unwrap(), whole);
                for (part, weight) in parts.iter().zip(&weights) {
                    prop_assert!(*weight > 0 || part.centimes == 0);
                }
            }
        }
    }
}
