//! What forms say of support services and shelters, and what it makes of what is known of one.

use super::entity::Model;
use crate::geography::province;
use crate::platform::graphql::text::LocalizedTextInput;
use crate::platform::query::stored::{EnumValue, Json};
use domain::fault::{Code, Fault, Faults};
use domain::geography::Point;
use domain::opening_hours::{OpeningHours, Parts};
use domain::support_service::{SupportCost, SupportCoverage, SupportLanguage, SupportServiceKind, check_phones};
use domain::text::{DESCRIPTION_MAX, LocalizedText, NAME_MAX};

/// A support service for the directory, as its form was read.
#[derive(Clone)]
pub struct NewService {
    /// What it is.
    pub kind: SupportServiceKind,
    /// The name.
    pub name: LocalizedText,
    /// What else is known of it.
    pub facts: Facts,
}

/// What a form says of a support service; what it does not name stays as it is.
#[derive(Clone, Default)]
pub struct Facts {
    /// Whom it is for.
    pub coverage: Option<SupportCoverage>,
    /// The code of its province; nothing within: it is nowhere in particular.
    pub province: Option<Option<String>>,
    /// The name.
    pub name: Option<LocalizedTextInput>,
    /// The numbers.
    pub phones: Option<Vec<String>>,
    /// What is spoken there.
    pub languages: Option<Vec<SupportLanguage>>,
    /// How one gets in; nothing within: it is not known.
    pub access: Option<Option<LocalizedTextInput>>,
    /// What it costs; nothing within: it is not known.
    pub cost: Option<Option<SupportCost>>,
    /// The address; nothing within: it is not known.
    pub address: Option<Option<LocalizedTextInput>>,
    /// Degrees north and east; nothing within: they are not known.
    pub point: Option<Option<(f64, f64)>>,
    /// Whether it is always open.
    pub is_always_open: Option<bool>,
    /// When it is open.
    pub hours: Option<Parts>,
}

/// Where a shelter is, as its form was read.
pub struct ShelterForm {
    /// The address.
    pub address: LocalizedTextInput,
    /// Degrees north and east.
    pub point: Option<(f64, f64)>,
    /// The numbers.
    pub phones: Vec<String>,
}

impl Facts {
    /// Write what a form says over what is known of a service.
    ///
    /// # Errors
    /// All faults at once, each at its field.
    pub fn over(self, provinces: &[province::Model], row: &mut Model) -> Result<(), Faults> {
        let mut faults = Faults::new();
        if let Some(coverage) = self.coverage {
            row.coverage = EnumValue(coverage);
        }
        if let Some(code) = self.province {
            (row.province_id, row.region_id) = match code {
                None => (None, None),
                Some(code) => {
                    let found = provinces.iter().find(|province| province.code == code);
                    if found.is_none() {
                        faults.push(Fault::new(Code::NotFound).at("provinceCode"));
                    }
                    found.map(|province| (province.id, province.region_id)).unzip()
                }
            };
        }
        if row.province_id.is_none() && row.coverage.0 != SupportCoverage::Nation && faults.is_empty() {
            faults.push(Fault::new(Code::NotFound).at("provinceCode"));
        }
        let mut text = |given: LocalizedTextInput, before: Option<LocalizedText>, max: usize, field: &str| {
            given.merged_at(before, max, field).map_err(|wrong| faults.extend(wrong)).ok()
        };
        if let Some(given) = self.name
            && let Some(name) = text(given, Some(row.name.0.clone()), NAME_MAX, "name")
        {
            row.name = Json(name);
        }
        let mut optional =
            |given: Option<Option<LocalizedTextInput>>, before: &mut Option<Json<LocalizedText>>, field| {
                if let Some(given) = given {
                    let known = before.take().map(|text| text.0);
                    *before = given.and_then(|given| text(given, known, DESCRIPTION_MAX, field)).map(Json);
                }
            };
        optional(self.access, &mut row.access, "access");
        optional(self.address, &mut row.address, "address");
        if let Some(phones) = self.phones {
            faults.extend(check_phones(&phones).err().into_iter().flatten());
            row.phones = Json(phones);
        }
        if let Some(mut languages) = self.languages {
            languages.sort_unstable();
            languages.dedup();
            row.languages = Json(languages);
        }
        if let Some(cost) = self.cost {
            row.cost = cost.map(EnumValue);
        }
        if let Some(point) = self.point {
            if let Some(Err(wrong)) = point.map(|(latitude, longitude)| Point::new(latitude, longitude)) {
                faults.extend(wrong);
            }
            (row.latitude, row.longitude) = point.unzip();
        }
        if let Some(is_always_open) = self.is_always_open {
            row.is_always_open = is_always_open;
        }
        if let Some(parts) = self.hours {
            match OpeningHours::try_from(parts) {
                Ok(hours) => row.opening_hours = Json(hours),
                Err(wrong) => faults.push(wrong),
            }
        }
        if row.kind.0 == SupportServiceKind::Shelter {
            // Where it is stands in a table of its own.
            for (field, is_given) in [
                ("address", row.address.is_some()),
                ("latitude", row.latitude.is_some()),
                ("phones", !row.phones.0.is_empty()),
            ] {
                if is_given {
                    faults.push(Fault::new(Code::ShelterConfidential).at(field));
                }
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}
