//! Cooperatives: what they are, and where they stand with the association.

use crate::codes;
use crate::fault::{Code, Fault, Faults};
use crate::money::Money;
use crate::sale::VOID_LIMIT;
use crate::stock::COUNT_LIMIT;
use crate::submission::DUE_DAYS;
use jiff::ToSpan;
use jiff::civil::Date;

codes! {
    /// The sector that a cooperative works in.
    Sector {
        /// Farming and the keeping of livestock.
        Agriculture = "AGRICULTURE",
        /// The making of food.
        FoodProcessing = "FOOD_PROCESSING",
        /// Argan oil and products made from it.
        Argan = "ARGAN",
        /// Handicrafts of any material.
        Handicrafts = "HANDICRAFTS",
        /// Textiles of any kind.
        Textiles = "TEXTILES",
        /// Cosmetics of any kind.
        Cosmetics = "COSMETICS",
        /// Services of any kind.
        Services = "SERVICES",
        /// Any other sector.
        Other = "OTHER",
    }
}

codes! {
    /// The legal form of a group of producers.
    LegalForm {
        /// A cooperative under law 112-12.
        Cooperative = "COOPERATIVE",
        /// A union of cooperatives.
        Union = "UNION",
        /// An economic interest group.
        Gie = "GIE",
        /// A group that is registered as an association.
        Association = "ASSOCIATION",
    }
}

codes! {
    /// The outcome of a dispute about an identity in the register that two cooperatives claim.
    RegisterDisputeOutcome {
        /// The national level has not decided yet.
        Open = "OPEN",
        /// The identity is that of the cooperative that claimed it last.
        Upheld = "UPHELD",
        /// The identity is that of the cooperative that held it before.
        Rejected = "REJECTED",
        /// The cooperative that claimed it last has claimed another one since.
        Withdrawn = "WITHDRAWN",
    }
}

impl RegisterDisputeOutcome {
    /// Decide a dispute.
    ///
    /// # Errors
    /// STATUS_INVALID when it is not open any more, or what is decided is no decision.
    pub fn decide(self, next: Self) -> Result<Self, Fault> {
        match (self, next) {
            (Self::Open, Self::Upheld | Self::Rejected) => Ok(next),
            (Self::Open | Self::Upheld | Self::Rejected | Self::Withdrawn, _) => Err(Fault::status(self, next)),
        }
    }
}

codes! {
    /// The status of a cooperative with the association.
    CooperativeStatus {
        /// The cooperative has applied and was not verified yet.
        Applied = "APPLIED",
        /// The cooperative's identity was verified.
        Verified = "VERIFIED",
        /// The cooperative is active; the public sees it.
        Active = "ACTIVE",
        /// The cooperative is suspended; its products are off sale.
        Suspended = "SUSPENDED",
        /// The cooperative was struck off, for good.
        StruckOff = "STRUCK_OFF",
    }
}

codes! {
    /// What is amiss with a cooperative without standing in its way.
    Warning {
        /// It is older than the register of law 112-12 and has no number there.
        RegisterIdentityMissing = "REGISTER_IDENTITY_MISSING",
    }
}

/// The least capital in centimes: 1,000 MAD.
pub const CAPITAL_MIN: i64 = 100_000;
/// The least nominal value of a share in centimes: 100 MAD.
pub const SHARE_MIN: i64 = 10_000;
/// The least number of members, unless another one is set: sources disagree between 5 and 7.
pub const MEMBERS_MIN: u32 = 5;

/// Whom the register of law 112-12 knows a cooperative as: unique among verified cooperatives.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegisterIdentity {
    court: String,
    number: String,
}

codes! {
    /// A kind of document that a cooperative shows.
    DocumentKind {
        /// The statutes of the cooperative.
        Statutes = "STATUTES",
        /// An extract of the register.
        RegisterExtract = "REGISTER_EXTRACT",
        /// A sanitary authorisation of what the cooperative makes.
        SanitaryAuthorisation = "SANITARY_AUTHORISATION",
        /// A certificate of any other kind.
        Certificate = "CERTIFICATE",
    }
}

/// A document that ends within so many days shows up, unless another number is set.
pub const WARNING_DAYS: u16 = 30;

/// An expense above so many dirhams waits for a second person, unless another limit is set.
pub const EXPENSE_LIMIT: i64 = 10_000;

/// What the association sets for itself about cooperatives, money and figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The least number of members of an active cooperative.
    pub members_min: u32,
    /// So many days before a document ends it shows up.
    pub warning_days: u16,
    /// An expense above it waits for a second person.
    pub expense_limit: Money,
    /// To void a sale of more takes a second person.
    pub void_limit: Money,
    /// A stock count whose differences are worth more takes a second person.
    pub count_limit: Money,
    /// A submission is late so many days after its period.
    pub due_days: u16,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            members_min: MEMBERS_MIN,
            warning_days: WARNING_DAYS,
            expense_limit: Money::new(EXPENSE_LIMIT * 100),
            void_limit: Money::new(VOID_LIMIT * 100),
            count_limit: Money::new(COUNT_LIMIT * 100),
            due_days: DUE_DAYS,
        }
    }
}

impl Rules {
    /// The last day on which a document ends soon.
    pub fn last_warned(&self, today: Date) -> Date {
        today.saturating_add(i32::from(self.warning_days).days())
    }

    /// Whether a document that ends on a day ends soon, and has not ended yet.
    pub fn is_expiring(&self, valid_until: Option<Date>, today: Date) -> bool {
        valid_until.is_some_and(|last| (today..=self.last_warned(today)).contains(&last))
    }
}

impl RegisterIdentity {
    /// The longest name of a court, or number, in characters.
    pub const MAX: usize = 100;

    /// A number in the local register of a court of first instance. Spaces around and runs of spaces within do not
    /// count, so that one identity is not claimed twice in two spellings.
    ///
    /// # Errors
    /// REGISTER_IDENTITY_REQUIRED, TEXT_TOO_LONG or TEXT_UNSAFE for `court` and `number`, all at once.
    pub fn new(court: &str, number: &str) -> Result<Self, Faults> {
        let clean = |text: &str, field: &str| {
            let clean = text.split_whitespace().collect::<Vec<_>>().join(" ");
            match clean {
                _ if clean.is_empty() => Err(Fault::new(Code::RegisterIdentityRequired).at(field)),
                _ if clean.chars().count() > Self::MAX => Err(Fault::new(Code::TextTooLong).at(field)),
                _ if clean.contains(char::is_control) => Err(Fault::new(Code::TextUnsafe).at(field)),
                _ => Ok(clean),
            }
        };
        match (clean(court, "court"), clean(number, "number")) {
            (Ok(court), Ok(number)) => Ok(Self { court, number }),
            (court, number) => Err([court.err(), number.err()].into_iter().flatten().collect()),
        }
    }

    /// The court of first instance.
    pub fn court(&self) -> &str {
        &self.court
    }

    /// The number in its local register.
    pub fn number(&self) -> &str {
        &self.number
    }
}

/// Check the capital and the nominal value of a share, where they are known.
///
/// # Errors
/// AMOUNT_INVALID for `capital` below [`CAPITAL_MIN`] and for `share` below [`SHARE_MIN`], both at once.
pub fn check_capital(capital: Option<Money>, share: Option<Money>) -> Result<(), Faults> {
    let below = |amount: Option<Money>, least: i64, field: &str| {
        amount.filter(|amount| amount.centimes < least).map(|_| Fault::new(Code::AmountInvalid).at(field))
    };
    let faults: Faults =
        [below(capital, CAPITAL_MIN, "capital"), below(share, SHARE_MIN, "share")].into_iter().flatten().collect();
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// What is amiss with a cooperative without standing in its way: a legacy cooperative may lack its register identity.
pub fn warning(identity: Option<&RegisterIdentity>, legacy_exemption: bool) -> Option<Warning> {
    (identity.is_none() && legacy_exemption).then_some(Warning::RegisterIdentityMissing)
}

/// What must be known of a cooperative before it moves on.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// Its identity in the register (court and number) is known, or it is exempt as a legacy cooperative.
    pub identified: bool,
    /// Its members today.
    pub members: u32,
    /// The least number of members.
    pub members_min: u32,
}

impl CooperativeStatus {
    /// Whether the public sees a cooperative that stands here.
    pub fn is_published(self) -> bool {
        match self {
            Self::Active => true,
            Self::Applied | Self::Verified | Self::Suspended | Self::StruckOff => false,
        }
    }

    /// Whether a cooperative may go from here to there at all.
    fn leads_to(self, next: Self) -> bool {
        match self {
            Self::Applied => matches!(next, Self::Verified | Self::StruckOff),
            Self::Verified | Self::Suspended => matches!(next, Self::Active | Self::StruckOff),
            Self::Active => matches!(next, Self::Suspended | Self::StruckOff),
            Self::StruckOff => false,
        }
    }

    /// Go from here to there.
    ///
    /// # Errors
    /// STATUS_INVALID, REGISTER_IDENTITY_REQUIRED to be verified, MEMBERS_TOO_FEW to be active.
    pub fn transition(self, next: Self, standing: Standing) -> Result<Self, Fault> {
        if !self.leads_to(next) {
            return Err(Fault::status(self, next));
        }
        match next {
            Self::Verified if !standing.identified => Err(Fault::new(Code::RegisterIdentityRequired)),
            Self::Active if standing.members < standing.members_min => {
                let detail = format!("{} < {}", standing.members, standing.members_min);
                Err(Fault::new(Code::MembersTooFew).with_detail(detail))
            }
            _ => Ok(next),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::Coded;

    const SOUND: Standing = Standing { identified: true, members: 7, members_min: MEMBERS_MIN };

    #[test]
    fn a_cooperative_goes_the_way_of_the_statutes_and_no_other() {
        let ways: Vec<String> = CooperativeStatus::ALL
            .iter()
            .flat_map(|from| CooperativeStatus::ALL.iter().map(move |to| (*from, *to)))
            .filter(|(from, to)| from.transition(*to, SOUND).is_ok())
            .map(|(from, to)| format!("{from} > {to}"))
            .collect();
        assert_eq!(
            ways,
            [
                "APPLIED > VERIFIED",
                "APPLIED > STRUCK_OFF",
                "VERIFIED > ACTIVE",
                "VERIFIED > STRUCK_OFF",
                "ACTIVE > SUSPENDED",
                "ACTIVE > STRUCK_OFF",
                "SUSPENDED > ACTIVE",
                "SUSPENDED > STRUCK_OFF",
            ]
        );
    }

    #[test]
    fn each_step_asks_for_what_it_needs() {
        let nameless = Standing { identified: false, ..SOUND };
        let few = Standing { members: 4, ..SOUND };
        let code = |outcome: Result<CooperativeStatus, Fault>| outcome.unwrap_err().code;
        assert_eq!(
            code(CooperativeStatus::Applied.transition(CooperativeStatus::Verified, nameless)),
            Code::RegisterIdentityRequired
        );
        assert_eq!(code(CooperativeStatus::Verified.transition(CooperativeStatus::Active, few)), Code::MembersTooFew);
    }

    #[test]
    fn only_an_active_cooperative_is_public() {
        let public: Vec<_> = CooperativeStatus::ALL.iter().filter(|status| status.is_published()).collect();
        assert_eq!(public, [&CooperativeStatus::Active]);
    }

    #[test]
    fn one_register_identity_has_one_spelling() {
        let identity = RegisterIdentity::new("  Tribunal de  Khouribga ", "12/2019").unwrap();
        assert_eq!(identity, RegisterIdentity::new("Tribunal de Khouribga", " 12/2019 ").unwrap());
        assert_eq!((identity.court(), identity.number()), ("Tribunal de Khouribga", "12/2019"));

        let faults = RegisterIdentity::new(" ", "1\u{0}2").unwrap_err();
        assert_eq!(
            faults,
            [Fault::new(Code::RegisterIdentityRequired).at("court"), Fault::new(Code::TextUnsafe).at("number")]
        );
        assert!(RegisterIdentity::new("x", &"9".repeat(101)).is_err());
    }

    #[test]
    fn capital_and_shares_have_a_least_value() {
        let mad = |dirhams: i64| Some(Money::new(dirhams * 100));
        assert_eq!(check_capital(mad(1_000), mad(100)), Ok(()));
        assert_eq!(check_capital(None, None), Ok(()));
        let fields: Vec<Vec<String>> =
            check_capital(mad(999), mad(99)).unwrap_err().into_iter().map(|fault| fault.field).collect();
        assert_eq!(fields, [["capital"], ["share"]]);
    }

    #[test]
    fn a_legacy_cooperative_without_a_number_is_warned_and_not_refused() {
        let identity = RegisterIdentity::new("Khouribga", "1").unwrap();
        assert_eq!(warning(None, true), Some(Warning::RegisterIdentityMissing));
        assert_eq!((warning(Some(&identity), true), warning(None, false)), (None, None));
    }
}
