//! What a product says of itself, as a whole: what a form lays down, and what a change request asks for.

use super::{QualitySignKind, SoldBy, Unit, check_gtin};
use crate::codes;
use crate::codes::Coded;
use crate::decimal::Decimal;
use crate::fault::{Code, Fault, Faults};
use crate::text::{Locale, LocalizedText};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The most variants of a product.
pub const VARIANTS_MAX: usize = 50;
/// The most photos of a product.
pub const PHOTOS_MAX: usize = 10;
/// The longest number of a variant, a sign or an authorisation, in characters.
pub const NUMBER_MAX: usize = 64;
/// The largest quantity of a variant, in its unit.
const QUANTITY_MAX: i64 = 1_000_000;
/// Quantities are kept in thousandths of their unit.
const THOUSANDTHS: u8 = 3;

codes! {
    /// The status of a request to change a published product.
    ProductChangeStatus {
        /// The request waits for a decision.
        Open = "OPEN",
        /// The request was accepted: the product is as it asks.
        Accepted = "ACCEPTED",
        /// The request was declined, with a reason.
        Declined = "DECLINED",
        /// The request was withdrawn, or a later one stands in its place.
        Withdrawn = "WITHDRAWN",
    }
}

/// What a product says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductForm {
    /// Its name.
    pub name: LocalizedText,
    /// What it is.
    pub description: Option<LocalizedText>,
    /// The slug of its category.
    pub category: String,
    /// Where it comes from.
    pub origin: Option<LocalizedText>,
    /// The number of its sanitary authorisation.
    pub sanitary_number: Option<String>,
    /// The last day of that authorisation.
    pub sanitary_valid_until: Option<Date>,
    /// The quantities in which it is sold.
    pub variants: Vec<VariantForm>,
    /// The signs that it bears.
    pub signs: Vec<SignForm>,
    /// Its photos, in their order.
    #[serde(default)]
    pub photos: Vec<PhotoForm>,
}

/// A photo of a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoForm {
    /// Its key.
    pub id: Uuid,
    /// What is seen on it, for whoever does not see it.
    pub alt: LocalizedText,
}

/// A quantity in which a product is sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VariantForm {
    /// The key of a variant that there is; none: a new one.
    pub id: Option<Uuid>,
    /// What is measured.
    pub unit: Unit,
    /// How much of the unit, in thousandths.
    pub quantity: i64,
    /// How it is sold.
    #[serde(default = "by_the_pack")]
    pub sold_by: SoldBy,
    /// The cooperative's own number.
    pub sku: String,
    /// The global trade item number.
    pub gtin: Option<String>,
}

/// How variants of forms were sold that do not say it.
fn by_the_pack() -> SoldBy {
    SoldBy::Pack
}

/// A quality sign that a product bears.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignForm {
    /// Which sign.
    pub kind: QualitySignKind,
    /// Its number.
    pub reference: Option<String>,
    /// Its last day; none: no end.
    pub valid_until: Option<Date>,
}

/// What differs between two forms: a field by its path, and its value as a text before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// The path of the field, such as `name.fr` or `variants.ARG-250.quantity`.
    pub field: String,
    /// What it was; none: there was nothing.
    pub before: Option<String>,
    /// What it becomes; none: nothing.
    pub after: Option<String>,
}

/// A quantity of a variant in thousandths of its unit: above zero, and whole where things are counted.
///
/// # Errors
/// AMOUNT_INVALID.
pub fn quantity(unit: Unit, quantity: Decimal) -> Result<i64, Fault> {
    let thousandths = quantity.in_units(THOUSANDTHS).and_then(|thousandths| i64::try_from(thousandths).ok());
    let is_right = |thousandths: &i64| {
        (1..=QUANTITY_MAX * 1000).contains(thousandths) && (unit != Unit::Piece || thousandths % 1000 == 0)
    };
    thousandths.filter(is_right).ok_or_else(|| Fault::new(Code::AmountInvalid).with_detail(quantity.to_string()))
}

/// What is seen on a photo, told in both languages of the storefront.
///
/// # Errors
/// TEXT_REQUIRED at the language that is missing.
pub fn alt(text: LocalizedText) -> Result<LocalizedText, Faults> {
    let missing = [Locale::Ar, Locale::Fr].into_iter().filter(|locale| text.get(*locale).is_none());
    let faults: Faults = missing.map(|locale| Fault::new(Code::TextRequired).at(locale.tag())).collect();
    if faults.is_empty() { Ok(text) } else { Err(faults) }
}

impl ProductForm {
    /// What is wrong with it as a whole, each at its place: texts were read before.
    pub fn faults(&self) -> Faults {
        let mut faults = Faults::new();
        if self.sanitary_valid_until.is_some() && self.sanitary_number.is_none() {
            faults.push(Fault::new(Code::TextRequired).at("sanitaryNumber"));
        }
        if self.variants.len() > VARIANTS_MAX {
            faults.push(Fault::new(Code::LimitExceeded).at("variants").with_detail(VARIANTS_MAX.to_string()));
        }
        for (place, variant) in self.variants.iter().enumerate() {
            let at = |fault: Fault, field: &str| fault.at(field).at(&place.to_string()).at("variants");
            let before = self.variants.get(..place).unwrap_or_default();
            if before.iter().any(|other| other.sku == variant.sku) {
                faults.push(at(Fault::new(Code::DuplicateEntry), "sku"));
            }
            if variant.id.is_some() && before.iter().any(|other| other.id == variant.id) {
                faults.push(at(Fault::new(Code::DuplicateEntry), "id"));
            }
            if variant.unit == Unit::Piece && variant.sold_by == SoldBy::Measure {
                faults.push(at(Fault::new(Code::AmountInvalid), "soldBy"));
            }
            faults.extend(variant.gtin.as_deref().map(check_gtin).and_then(Result::err).map(|fault| at(fault, "gtin")));
        }
        for (place, sign) in self.signs.iter().enumerate() {
            if self.signs.get(..place).unwrap_or_default().iter().any(|other| other.kind == sign.kind) {
                faults.push(Fault::new(Code::DuplicateEntry).at("kind").at(&place.to_string()).at("qualitySigns"));
            }
        }
        faults
    }

    /// What differs from another form, field by field in the order of their paths.
    pub fn changes(&self, before: &Self) -> Vec<FieldChange> {
        let (mut was, is) = (before.flat(), self.flat());
        let mut changes: Vec<FieldChange> = Vec::new();
        for (field, after) in is {
            let before = was.remove(&field);
            if before.as_ref() != Some(&after) {
                changes.push(FieldChange { field, before, after: Some(after) });
            }
        }
        changes.extend(was.into_iter().map(|(field, before)| FieldChange { field, before: Some(before), after: None }));
        changes.sort_by(|one, other| one.field.cmp(&other.field));
        changes
    }

    /// What it makes of what a product says meanwhile: what it asks to change of how the product was, and nothing else.
    #[must_use]
    pub fn onto(self, was: &Self, now: Self) -> Self {
        fn of<T: PartialEq>(asked: T, was: &T, now: T) -> T {
            if asked == *was { now } else { asked }
        }
        Self {
            name: of(self.name, &was.name, now.name),
            description: of(self.description, &was.description, now.description),
            category: of(self.category, &was.category, now.category),
            origin: of(self.origin, &was.origin, now.origin),
            sanitary_number: of(self.sanitary_number, &was.sanitary_number, now.sanitary_number),
            sanitary_valid_until: of(self.sanitary_valid_until, &was.sanitary_valid_until, now.sanitary_valid_until),
            variants: of(self.variants, &was.variants, now.variants),
            signs: of(self.signs, &was.signs, now.signs),
            photos: of(self.photos, &was.photos, now.photos),
        }
    }

    /// Every value that is there, by its path.
    fn flat(&self) -> BTreeMap<String, String> {
        let mut flat = BTreeMap::new();
        let texts =
            [("name", Some(&self.name)), ("description", self.description.as_ref()), ("origin", self.origin.as_ref())];
        for (field, text) in texts {
            let translations = text.into_iter().flat_map(|text| text.translations());
            flat.extend(translations.map(|(locale, text)| (format!("{field}.{}", locale.tag()), text.to_owned())));
        }
        let mut put = |field: String, value: Option<String>| flat.extend(value.map(|value| (field, value)));
        put("category".to_owned(), Some(self.category.clone()));
        put("sanitaryNumber".to_owned(), self.sanitary_number.clone());
        put("sanitaryValidUntil".to_owned(), self.sanitary_valid_until.map(|day| day.to_string()));
        for variant in &self.variants {
            let field = |name: &str| format!("variants.{}.{name}", variant.sku);
            put(field("unit"), Some(variant.unit.to_string()));
            put(field("quantity"), Some(Decimal::from_thousandths(variant.quantity).to_string()));
            put(field("soldBy"), Some(variant.sold_by.to_string()));
            put(field("gtin"), variant.gtin.clone());
        }
        for (place, photo) in self.photos.iter().enumerate() {
            let field = |name: &str| format!("photos.{}.{name}", place + 1);
            put(field("id"), Some(photo.id.to_string()));
            for (locale, text) in photo.alt.translations() {
                put(field(&format!("alt.{}", locale.tag())), Some(text.to_owned()));
            }
        }
        for sign in &self.signs {
            let field = |name: &str| format!("qualitySigns.{}.{name}", sign.kind.as_str());
            put(field("kind"), Some(sign.kind.to_string()));
            put(field("reference"), sign.reference.clone());
            put(field("validUntil"), sign.valid_until.map(|day| day.to_string()));
        }
        flat
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::NAME_MAX;
    use jiff::civil::date;

    fn form() -> ProductForm {
        ProductForm {
            name: LocalizedText::new([(Locale::Fr, "Huile d'argan".to_owned())], NAME_MAX).unwrap(),
            description: None,
            category: "argan-oil".to_owned(),
            origin: None,
            sanitary_number: Some("ONSSA 1".to_owned()),
            sanitary_valid_until: Some(date(2027, 1, 31)),
            variants: vec![VariantForm {
                id: None,
                unit: Unit::Ml,
                quantity: 250_000,
                sold_by: SoldBy::Pack,
                sku: "ARG-250".to_owned(),
                gtin: None,
            }],
            signs: vec![SignForm { kind: QualitySignKind::Igp, reference: None, valid_until: None }],
            photos: Vec::new(),
        }
    }

    #[test]
    fn each_fault_stands_at_its_place() {
        let mut wrong = form();
        assert!(wrong.faults().is_empty());
        wrong.sanitary_number = None;
        wrong.variants.push(VariantForm { gtin: Some("4006381333932".to_owned()), ..wrong.variants[0].clone() });
        wrong.signs.push(wrong.signs[0].clone());
        let by_measure = VariantForm {
            unit: Unit::Piece,
            sold_by: SoldBy::Measure,
            sku: "P".to_owned(),
            ..wrong.variants[0].clone()
        };
        wrong.variants.push(by_measure);
        let told: Vec<String> =
            wrong.faults().iter().map(|fault| format!("{} {}", fault.code, fault.field.join("."))).collect();
        let expected = [
            "TEXT_REQUIRED sanitaryNumber",
            "DUPLICATE_ENTRY variants.1.sku",
            "GTIN_INVALID variants.1.gtin",
            "AMOUNT_INVALID variants.2.soldBy",
            "DUPLICATE_ENTRY qualitySigns.1.kind",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_quantity_is_above_zero_and_things_are_counted_whole() {
        let read = |unit, text: &str| quantity(unit, Decimal::parse(text).unwrap()).ok();
        assert_eq!(read(Unit::Kg, "0.5"), Some(500));
        assert_eq!(read(Unit::Piece, "12"), Some(12_000));
        for (unit, wrong) in
            [(Unit::Piece, "1.5"), (Unit::Kg, "0"), (Unit::Kg, "-1"), (Unit::L, "0.0001"), (Unit::L, "1000001")]
        {
            assert_eq!(read(unit, wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_photo_is_described_in_arabic_and_in_french() {
        let text = |texts: &[(Locale, &str)]| {
            let texts = texts.iter().map(|(locale, text)| (*locale, (*text).to_owned()));
            alt(LocalizedText::new(texts, NAME_MAX).unwrap()).map_err(|faults| faults[0].field.clone())
        };
        assert_eq!(text(&[(Locale::Fr, "Un flacon")]), Err(vec!["ar".to_owned()]));
        assert_eq!(text(&[(Locale::Ar, "قارورة"), (Locale::En, "A bottle")]), Err(vec!["fr".to_owned()]));
        assert!(text(&[(Locale::Ar, "قارورة"), (Locale::Fr, "Un flacon")]).is_ok());
    }

    #[test]
    fn a_difference_names_what_was_and_what_becomes_of_it() {
        let before = form();
        let mut after = before.clone();
        after.sanitary_valid_until = Some(date(2028, 1, 31));
        after.variants[0].quantity = 500_000;
        after.signs.clear();
        let told: Vec<String> = after
            .changes(&before)
            .into_iter()
            .map(|change| format!("{}: {:?} > {:?}", change.field, change.before, change.after))
            .collect();
        let expected = [
            r#"qualitySigns.IGP.kind: Some("IGP") > None"#,
            r#"sanitaryValidUntil: Some("2027-01-31") > Some("2028-01-31")"#,
            r#"variants.ARG-250.quantity: Some("250") > Some("500")"#,
        ];
        assert_eq!(told, expected);
        assert_eq!(before.changes(&before), []);
    }
}
