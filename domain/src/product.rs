//! Products: where they stand, which signs they bear, in which units they are sold, how a search ranks them.

pub mod form;

use crate::codes;
use crate::fault::{Code, Fault};
use jiff::civil::Date;

codes! {
    /// The status of a product.
    ProductStatus {
        /// The product is being written.
        Draft = "DRAFT",
        /// The product waits for a decision.
        Submitted = "SUBMITTED",
        /// The product is published, unless something else keeps it off sale.
        Published = "PUBLISHED",
        /// The product was declined, with a reason.
        Rejected = "REJECTED",
        /// The product is no longer made.
        Archived = "ARCHIVED",
    }
}

codes! {
    /// An official sign of quality or origin (law 25-06), or organic farming (law 39-12).
    QualitySignKind {
        /// Protected geographical indication (indication géographique protégée).
        Igp = "IGP",
        /// Protected designation of origin.
        Aop = "AOP",
        /// Agricultural label (label agricole) of law 25-06.
        LabelAgricole = "LABEL_AGRICOLE",
        /// Organic farming under law 39-12.
        Organic = "ORGANIC",
    }
}

codes! {
    /// The unit that the quantity of a variant is measured in.
    Unit {
        /// Kilogram, a unit of mass.
        Kg = "KG",
        /// Gram, a unit of mass.
        G = "G",
        /// Litre, a unit of volume.
        L = "L",
        /// Millilitre, a unit of volume.
        Ml = "ML",
        /// Piece: a number of things.
        Piece = "PIECE",
        /// Square metre, a unit of area.
        M2 = "M2",
    }
}

codes! {
    /// How a variant is sold.
    SoldBy {
        /// By the pack: whole numbers of them.
        Pack = "PACK",
        /// By measure: also parts of its quantity, such as 0.750 of a kilogram.
        Measure = "MEASURE",
    }
}

impl SoldBy {
    /// Whether so much may be delivered, counted or sold, in thousandths of the variant's quantity.
    pub fn takes(self, thousandths: i64) -> bool {
        self == Self::Measure || thousandths % 1000 == 0
    }
}

/// How well a product answers a search; the smaller the better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(i16)]
pub enum SearchRank {
    /// The whole name is what was asked for.
    NameExact = 0,
    /// Every word asked for is a word of the name.
    NameWord = 1,
    /// Every word asked for begins a word of the name.
    NamePrefix = 2,
    /// The words stand in other text: description, category.
    OtherText = 3,
}

impl ProductStatus {
    /// Whether a product that stands here may be shown, as far as it alone decides that; see [`published`].
    pub fn is_published(self) -> bool {
        match self {
            Self::Published => true,
            Self::Draft | Self::Submitted | Self::Rejected | Self::Archived => false,
        }
    }

    /// Whether a product may be edited where it stands; a published one by a request that somebody else accepts.
    pub fn is_editable(self) -> bool {
        match self {
            Self::Draft | Self::Rejected | Self::Published => true,
            Self::Submitted | Self::Archived => false,
        }
    }

    /// Go from here to there; a product is declined with a reason.
    ///
    /// # Errors
    /// STATUS_INVALID.
    pub fn transition(self, next: Self) -> Result<Self, Fault> {
        let may = match self {
            Self::Draft | Self::Rejected => matches!(next, Self::Submitted | Self::Archived),
            Self::Submitted => matches!(next, Self::Published | Self::Rejected),
            Self::Published => matches!(next, Self::Archived),
            Self::Archived => false,
        };
        if may { Ok(next) } else { Err(Fault::status(self, next)) }
    }
}

/// Whether a product may be shown, as far as that changes by writes alone; see [`valid_until`] for what time changes.
pub fn published(status: ProductStatus, cooperative_active: bool) -> bool {
    status.is_published() && cooperative_active
}

/// The last day on which a product may be shown: the earliest last day of its signs and its sanitary number.
pub fn valid_until(last_days: impl IntoIterator<Item = Option<Date>>) -> Option<Date> {
    last_days.into_iter().flatten().min()
}

/// Whether a product may be sold on a day: it is shown, and its last valid day, if it has one, has not passed.
pub fn is_on_sale(published: bool, valid_until: Option<Date>, today: Date) -> bool {
    published && valid_until.is_none_or(|last| today <= last)
}

/// Check a global trade item number (GTIN-8, -12, -13 or -14) by its last digit (GS1 General Specifications, 7.9).
///
/// # Errors
/// GTIN_INVALID.
pub fn check_gtin(gtin: &str) -> Result<(), Fault> {
    let fault = || Fault::new(Code::GtinInvalid);
    if !matches!(gtin.len(), 8 | 12 | 13 | 14) {
        return Err(fault());
    }
    let digits: Vec<u32> = gtin.chars().map(|c| c.to_digit(10)).collect::<Option<_>>().ok_or_else(fault)?;
    // From the right, digits weigh 1 and 3 in turn; the sum with the check digit is a multiple of ten.
    let sum: u32 =
        digits.iter().rev().enumerate().map(|(place, digit)| if place % 2 == 0 { *digit } else { digit * 3 }).sum();
    if sum.is_multiple_of(10) { Ok(()) } else { Err(fault()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::Coded;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn a_product_is_shown_only_while_its_cooperative_is() {
        assert!(published(ProductStatus::Published, true) && !published(ProductStatus::Published, false));
        for status in ProductStatus::ALL {
            assert_eq!(published(*status, true), *status == ProductStatus::Published, "{status}");
        }
    }

    #[test]
    fn the_life_of_a_product() {
        let ways: Vec<String> = ProductStatus::ALL
            .iter()
            .flat_map(|from| ProductStatus::ALL.iter().map(move |to| (*from, *to)))
            .filter(|(from, to)| from.transition(*to).is_ok())
            .map(|(from, to)| format!("{from} > {to}"))
            .collect();
        assert_eq!(
            ways,
            [
                "DRAFT > SUBMITTED",
                "DRAFT > ARCHIVED",
                "SUBMITTED > PUBLISHED",
                "SUBMITTED > REJECTED",
                "PUBLISHED > ARCHIVED",
                "REJECTED > SUBMITTED",
                "REJECTED > ARCHIVED"
            ]
        );
    }

    #[test]
    fn packs_are_sold_whole_and_measures_in_parts() {
        assert!(SoldBy::Pack.takes(2_000) && !SoldBy::Pack.takes(750));
        assert!(SoldBy::Measure.takes(750) && SoldBy::Measure.takes(2_000));
    }

    #[test]
    fn the_first_sign_to_expire_takes_the_product_off_sale() {
        let days = [Some(date(2027, 5, 1)), None, Some(date(2027, 1, 31))];
        assert_eq!(valid_until(days), Some(date(2027, 1, 31)));
        assert_eq!(valid_until([None]), None);

        let until = valid_until(days);
        assert!(is_on_sale(true, until, date(2027, 1, 31)) && !is_on_sale(true, until, date(2027, 2, 1)));
        assert!(is_on_sale(true, None, date(2099, 1, 1)) && !is_on_sale(false, None, date(2027, 1, 1)));
    }

    #[test]
    fn a_gtin_with_a_wrong_digit_is_refused() {
        for right in ["4006381333931", "96385074", "036000291452", "10012345678902"] {
            assert_eq!(check_gtin(right), Ok(()), "{right}");
        }
        for wrong in ["4006381333932", "", "abcdefgh", "٤٠٠٦٣٨١"] {
            assert!(check_gtin(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_product_is_on_sale_while_everything_it_bears_is_valid(days in proptest::collection::vec(proptest::option::of(1_i8..=28), 0..6), today in 1_i8..=28) {
            let days: Vec<Option<Date>> = days.into_iter().map(|day| day.map(|day| date(2027, 2, day))).collect();
            let today = date(2027, 2, today);
            let each = days.iter().flatten().all(|last| today <= *last);
            prop_assert_eq!(is_on_sale(true, valid_until(days), today), each);
        }

        #[test]
        fn any_single_wrong_digit_is_found(digits in proptest::collection::vec(0_u32..10, 12), place in 0_usize..13, by in 1_u32..10) {
            let sum: u32 = digits.iter().rev().enumerate().map(|(at, digit)| if at % 2 == 0 { digit * 3 } else { *digit }).sum();
            let mut all: Vec<u32> = digits;
            all.push((10 - sum % 10) % 10);
            let text = |all: &[u32]| all.iter().map(ToString::to_string).collect::<String>();
            prop_assert_eq!(check_gtin(&text(&all)), Ok(()));
            all[place] = (all[place] + by) % 10;
            prop_assert!(check_gtin(&text(&all)).is_err());
        }
    }
}
