//! Cooperatives: what they are, and where they stand with the association.

use crate::codes;
use crate::fault::{Code, Fault};

codes! {
    /// What a cooperative lives from.
    Sector {
        /// Farming and livestock.
        Agriculture = "AGRICULTURE",
        /// Making food.
        FoodProcessing = "FOOD_PROCESSING",
        /// Argan oil and what is made of it.
        Argan = "ARGAN",
        /// Handicrafts.
        Handicrafts = "HANDICRAFTS",
        /// Textiles.
        Textiles = "TEXTILES",
        /// Cosmetics.
        Cosmetics = "COSMETICS",
        /// Services.
        Services = "SERVICES",
        /// Anything else.
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
        /// An association.
        Association = "ASSOCIATION",
    }
}

codes! {
    /// Where a cooperative stands with the association.
    CooperativeStatus {
        /// It has applied.
        Applied = "APPLIED",
        /// Its identity was verified.
        Verified = "VERIFIED",
        /// It works; the public sees it.
        Active = "ACTIVE",
        /// It is suspended; its products are off sale.
        Suspended = "SUSPENDED",
        /// It was struck off, for good.
        StruckOff = "STRUCK_OFF",
    }
}

/// The least capital in centimes: 1,000 MAD.
pub const CAPITAL_MIN: i64 = 100_000;
/// The least nominal value of a share in centimes: 100 MAD.
pub const SHARE_MIN: i64 = 10_000;
/// The least number of members; sources disagree between 5 and 7, so it is a setting with this default.
pub const MEMBERS_MIN: u32 = 5;

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
    pub fn go(self, next: Self, standing: Standing) -> Result<Self, Fault> {
        if !self.leads_to(next) {
            return Err(Fault::new(Code::StatusInvalid));
        }
        match next {
            Self::Verified if !standing.identified => Err(Fault::new(Code::RegisterIdentityRequired)),
            Self::Active if standing.members < standing.members_min => Err(Fault::new(Code::MembersTooFew)),
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
            .filter(|(from, to)| from.go(*to, SOUND).is_ok())
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
            code(CooperativeStatus::Applied.go(CooperativeStatus::Verified, nameless)),
            Code::RegisterIdentityRequired
        );
        assert_eq!(code(CooperativeStatus::Verified.go(CooperativeStatus::Active, few)), Code::MembersTooFew);
    }
}
