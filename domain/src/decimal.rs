//! Exact decimal numbers: what a source printed comes out as it went in.

use crate::fault::{Code, Fault};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The most digits behind the point.
const SCALE_MAX: u8 = 18;

/// An exact decimal number with the digits that it was written with: 18.0 stays 18.0. Two are equal when they are written
/// alike; [`Decimal::compare`] compares what they are worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decimal {
    mantissa: i128,
    scale: u8,
}

impl Decimal {
    /// The number `mantissa / 10^scale`, shown with `scale` digits behind the point.
    pub const fn new(mantissa: i128, scale: u8) -> Self {
        Self { mantissa, scale: if scale > SCALE_MAX { SCALE_MAX } else { scale } }
    }

    /// So many thousandths, shown with as many digits as are needed: 500 is 0.5, 1000 is 1.
    pub const fn from_thousandths(thousandths: i64) -> Self {
        let (mut mantissa, mut scale) = (thousandths as i128, 3);
        while scale > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            scale -= 1;
        }
        Self { mantissa, scale }
    }

    /// Read a number: digits with at most one point between them, and a minus sign before them if need be.
    ///
    /// # Errors
    /// AMOUNT_INVALID for anything else, and for more digits than are kept.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let fault = || Fault::new(Code::AmountInvalid);
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(whole) || !is_number(fraction) || digits.len() > 30 {
            return Err(fault());
        }
        let fraction = if digits.contains('.') { fraction } else { "" };
        let scale = u8::try_from(fraction.len()).ok().filter(|scale| *scale <= SCALE_MAX).ok_or_else(fault)?;
        let mantissa: i128 = format!("{whole}{fraction}").parse().map_err(|_| fault())?;
        Ok(Self { mantissa: if text.starts_with('-') { -mantissa } else { mantissa }, scale })
    }

    /// The whole number of units of 10^-`scale` that it is, if it is one.
    pub fn in_units(self, scale: u8) -> Option<i128> {
        if scale >= self.scale {
            return 10_i128.checked_pow(u32::from(scale - self.scale)).and_then(|f| self.mantissa.checked_mul(f));
        }
        let factor = 10_i128.pow(u32::from(self.scale - scale));
        (self.mantissa % factor == 0).then_some(self.mantissa / factor)
    }

    /// The order of what two numbers are worth: 18 and 18.0 are worth the same.
    pub fn compare(self, other: Self) -> std::cmp::Ordering {
        // Whole parts first: brought to one scale, a large number might not fit.
        let parts = |number: Self| {
            let unit = 10_i128.pow(u32::from(number.scale));
            let fraction = number.mantissa.rem_euclid(unit) * 10_i128.pow(u32::from(SCALE_MAX - number.scale));
            (number.mantissa.div_euclid(unit), fraction)
        };
        parts(self).cmp(&parts(other))
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.mantissa < 0 { "-" } else { "" };
        let scale = usize::from(self.scale);
        if scale == 0 {
            return write!(f, "{}", self.mantissa);
        }
        let digits = format!("{:0>width$}", self.mantissa.unsigned_abs(), width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        write!(f, "{sign}{whole}.{fraction}")
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(|_| serde::de::Error::custom("not a decimal number"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_a_source_printed_comes_out_as_it_went_in() {
        for text in ["72.6", "18.0", "22", "-0.05", "0.000"] {
            assert_eq!(Decimal::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "-", ".", "1.", ".5", "1e5", "1,5", "٣", "+1", "--1", "1.2.3", &"9".repeat(40)] {
            assert!(Decimal::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn quantities_show_no_digit_too_many() {
        let shown = [500, 1000, 250_000, 1].map(|thousandths| Decimal::from_thousandths(thousandths).to_string());
        assert_eq!(shown, ["0.5", "1", "250", "0.001"]);
    }

    #[test]
    fn numbers_are_ordered_by_what_they_are_worth() {
        let number = |text| Decimal::parse(text).unwrap();
        let mut texts = ["2", "-0.5", "18.05", "-1", "0", "18.1", "-0.55"];
        texts.sort_by(|one, other| number(one).compare(number(other)));
        assert_eq!(texts, ["-1", "-0.55", "-0.5", "0", "2", "18.05", "18.1"]);
        assert!(number("18").compare(number("18.000")).is_eq() && number("18") != number("18.0"));
        assert!(Decimal::new(i128::MAX, 0).compare(Decimal::new(i128::MIN, 18)).is_gt());
    }

    proptest! {
        #[test]
        fn the_order_is_that_of_the_units(one in any::<i64>(), other in any::<i64>(), scales in (0_u8..=6, 0_u8..=6)) {
            let (one, other) = (Decimal::new(one.into(), scales.0), Decimal::new(other.into(), scales.1));
            prop_assert_eq!(one.compare(other), one.in_units(6).cmp(&other.in_units(6)));
        }

        #[test]
        fn writing_and_reading_is_nothing(mantissa in -1_000_000_000_000_i128..1_000_000_000_000, scale in 0_u8..=6) {
            let number = Decimal::new(mantissa, scale);
            prop_assert_eq!(Decimal::parse(&number.to_string()).unwrap(), number);
            prop_assert_eq!(number.in_units(scale), Some(mantissa));
        }
    }
}
