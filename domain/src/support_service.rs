//! Support services: who helps women and girls facing violence, kept fresh by the branches.
//!
//! A service that nobody confirmed for long is flagged, and then no longer shown: a number that does not answer costs a woman
//! the courage of her call. The national line alone is always shown, with the day on which it was confirmed last.

use crate::codes;
use crate::fault::{Code, Fault, Faults};
use jiff::ToSpan;
use jiff::civil::Date;

codes! {
    /// The kind of a support service.
    SupportServiceKind {
        /// A police station or its cell for women.
        Police = "POLICE",
        /// A brigade of the gendarmerie, where there is no police.
        Gendarmerie = "GENDARMERIE",
        /// A cell of a hospital for women and children who were victims of violence.
        HospitalCell = "HOSPITAL_CELL",
        /// A cell of a court for women and children who were victims of violence.
        CourtCell = "COURT_CELL",
        /// A centre that listens and guides.
        ListeningCentre = "LISTENING_CENTRE",
        /// A shelter. It is in no public list: the way to it leads through the national line or a listening centre.
        Shelter = "SHELTER",
        /// Legal aid.
        LegalAid = "LEGAL_AID",
        /// Psychological help.
        Psychological = "PSYCHOLOGICAL",
        /// Training, work or money of one's own.
        Economic = "ECONOMIC",
        /// A telephone line.
        Hotline = "HOTLINE",
    }
}

codes! {
    /// The part of the country that a support service is for.
    SupportCoverage {
        /// The province that the service is in.
        Province = "PROVINCE",
        /// The whole region of that province.
        Region = "REGION",
        /// The whole country.
        Nation = "NATION",
    }
}

codes! {
    /// What a support service costs whoever asks for help.
    SupportCost {
        /// Nothing.
        Free = "FREE",
        /// The call costs what calls cost; the help costs nothing.
        CallOnly = "CALL_ONLY",
        /// Something.
        Charged = "CHARGED",
    }
}

codes! {
    /// A language that a support service speaks.
    SupportLanguage {
        /// Moroccan Arabic.
        Darija = "DARIJA",
        /// Standard Arabic.
        Arabic = "ARABIC",
        /// Tamazight.
        Tamazight = "TAMAZIGHT",
        /// French.
        French = "FRENCH",
        /// English.
        English = "ENGLISH",
        /// Spanish.
        Spanish = "SPANISH",
        /// Moroccan sign language.
        SignLanguage = "SIGN_LANGUAGE",
    }
}

codes! {
    /// The status of a support service.
    SupportServiceStatus {
        /// The service helps.
        Active = "ACTIVE",
        /// The service no longer exists.
        Retired = "RETIRED",
    }
}

impl SupportServiceStatus {
    /// Go from here to there.
    ///
    /// # Errors
    /// STATUS_INVALID.
    pub fn transition(self, next: Self) -> Result<Self, Fault> {
        if self == next { Err(Fault::status(self, next)) } else { Ok(next) }
    }
}

impl SupportServiceKind {
    /// Whether the public may see a service of this kind.
    pub fn is_public(self) -> bool {
        self != Self::Shelter
    }
}

/// A service is flagged when it was not confirmed for more than so many days.
const FLAGGED_AFTER_DAYS: i32 = 180;
/// A service is hidden when it was not confirmed for more than so many days.
const HIDDEN_AFTER_DAYS: i32 = 365;

/// Whether nobody confirmed a service for too long, or ever.
pub fn is_stale(verified_on: Option<Date>, today: Date) -> bool {
    verified_on.is_none_or(|day| today > day.saturating_add(FLAGGED_AFTER_DAYS.days()))
}

/// The first day on which a service that was confirmed then is not flagged: those before are.
pub fn stale_before(today: Date) -> Date {
    today.saturating_sub(FLAGGED_AFTER_DAYS.days())
}

/// The last day on which a service that was confirmed then is shown.
pub fn shown_until(verified_on: Date) -> Date {
    verified_on.saturating_add(HIDDEN_AFTER_DAYS.days())
}

/// A service has at most so many numbers.
const PHONES_MAX: usize = 5;

/// Check numbers that are entered: short numbers (2 to 5 digits), numbers of the country (10 digits, of which the first is 0:
/// free ones cannot be called from abroad), or numbers in international form (ITU-T E.164).
///
/// # Errors
/// TEXT_UNSAFE at each, LIMIT_EXCEEDED when there are more than five, DUPLICATE_ENTRY.
pub fn check_phones(phones: &[String]) -> Result<(), Faults> {
    let is_dialled = |phone: &str| {
        let are_digits = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        match phone.strip_prefix('+') {
            Some(digits) => (7..=15).contains(&digits.len()) && are_digits(digits) && !digits.starts_with('0'),
            None if phone.starts_with('0') => phone.len() == 10 && are_digits(phone),
            None => (2..=5).contains(&phone.len()) && are_digits(phone),
        }
    };
    if phones.len() > PHONES_MAX {
        return Err(vec![Fault::new(Code::LimitExceeded).with_detail(PHONES_MAX.to_string()).at("phones")]);
    }
    let mut faults = Faults::new();
    for (place, phone) in phones.iter().enumerate() {
        let at = |code: Code| Fault::new(code).at(&place.to_string()).at("phones");
        if !is_dialled(phone) {
            faults.push(at(Code::TextUnsafe));
        } else if phones[..place].contains(phone) {
            faults.push(at(Code::DuplicateEntry));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn a_service_is_flagged_after_half_a_year_and_hidden_after_a_year() {
        let verified = date(2026, 1, 1);
        assert!(!is_stale(Some(verified), date(2026, 6, 30)));
        assert!(is_stale(Some(verified), date(2026, 7, 1)));
        assert_eq!(shown_until(verified), date(2027, 1, 1));
        assert!(is_stale(None, verified));
    }

    proptest! {
        #[test]
        fn what_is_stale_was_confirmed_before_the_first_fresh_day(days in -1_000i32..1_000) {
            let today = date(2026, 11, 23);
            let verified = today.saturating_sub(days.days());
            prop_assert_eq!(is_stale(Some(verified), today), verified < stale_before(today));
        }
    }

    #[test]
    fn a_number_can_be_dialled() {
        let refused = |phones: &[&str]| {
            let phones: Vec<String> = phones.iter().map(|phone| (*phone).to_owned()).collect();
            let faults = check_phones(&phones).err().unwrap_or_default();
            faults.iter().map(|fault| format!("{} {}", fault.code, fault.field.join("."))).collect::<Vec<_>>()
        };
        assert!(refused(&["8350", "19", "+212523000000", "0800000000"]).is_empty());
        assert_eq!(refused(&["1", "052300000", "+0523000000", "19a"]).len(), 4);
        assert_eq!(refused(&["19", "19"]), ["DUPLICATE_ENTRY phones.1"]);
        assert_eq!(refused(&["10", "11", "12", "13", "14", "15"]), ["LIMIT_EXCEEDED phones"]);
    }

    #[test]
    fn a_shelter_is_never_public() {
        let hidden: Vec<_> =
            <SupportServiceKind as codes::Coded>::ALL.iter().filter(|kind| !kind.is_public()).collect();
        assert_eq!(hidden, [&SupportServiceKind::Shelter]);
    }
}
