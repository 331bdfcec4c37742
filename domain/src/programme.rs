//! Programmes for women and girls, from draft to close.

use crate::branch::BranchKind;
use crate::codes;
use crate::fault::{Code, Fault};

codes! {
    /// The theme of a programme or an indicator.
    Theme {
        /// Maternal and newborn health.
        MaternalHealth = "MATERNAL_HEALTH",
        /// Response to violence against women and girls.
        ViolenceResponse = "VIOLENCE_RESPONSE",
        /// Income and economic inclusion.
        EconomicInclusion = "ECONOMIC_INCLUSION",
        /// Training for work and skills.
        Training = "TRAINING",
        /// Teaching to read and write.
        Literacy = "LITERACY",
        /// Early childhood and schooling.
        Childhood = "CHILDHOOD",
        /// Any other theme.
        Other = "OTHER",
    }
}

codes! {
    /// The status of a programme.
    ProgrammeStatus {
        /// The programme is being written.
        Draft = "DRAFT",
        /// The programme waits for the decision of the level above.
        Submitted = "SUBMITTED",
        /// The programme was approved and has not started yet.
        Approved = "APPROVED",
        /// The programme is running.
        Active = "ACTIVE",
        /// The programme is suspended for a time.
        Suspended = "SUSPENDED",
        /// The programme has ended as planned.
        Completed = "COMPLETED",
        /// The programme's accounts are closed.
        Closed = "CLOSED",
        /// The programme was given up.
        Cancelled = "CANCELLED",
    }
}

codes! {
    /// The way in which a status is known.
    StatusBasis {
        /// The status was stated by a source, or decided.
        Stated = "STATED",
        /// The status was inferred from what sources state.
        Inferred = "INFERRED",
    }
}

codes! {
    /// A kind of warning about a programme.
    ProgrammeWarningCode {
        /// The programme runs, does not fund itself, and no agreement that it rests on is in force.
        NoAgreementInForce = "NO_AGREEMENT_IN_FORCE",
    }
}

impl ProgrammeWarningCode {
    /// The warning in words; Arabic for readers of Tamazight.
    pub fn message(self, locale: crate::text::Locale) -> &'static str {
        use crate::text::Locale;
        let (ar, fr, en) = match self {
            Self::NoAgreementInForce => (
                "لا توجد اتفاقية سارية يستند إليها البرنامج.",
                "Aucune convention en vigueur ne porte le programme.",
                "The programme rests on no agreement that is in force.",
            ),
        };
        match locale {
            Locale::Ar | Locale::Zgh => ar,
            Locale::Fr => fr,
            Locale::En => en,
        }
    }
}

impl ProgrammeStatus {
    /// Whether the public sees a programme that stands here.
    pub fn is_published(self) -> bool {
        match self {
            Self::Active | Self::Suspended | Self::Completed | Self::Closed => true,
            Self::Draft | Self::Submitted | Self::Approved | Self::Cancelled => false,
        }
    }

    /// The IATI activity status (codelist ActivityStatus, IATI standard 2.03).
    pub fn iati_code(self) -> &'static str {
        match self {
            Self::Draft | Self::Submitted | Self::Approved => "1",
            Self::Active => "2",
            Self::Completed => "3",
            Self::Closed => "4",
            Self::Cancelled => "5",
            Self::Suspended => "6",
        }
    }

    /// Go from here to there; to become active, a programme needs an agreement in force or funds itself.
    ///
    /// # Errors
    /// STATUS_INVALID, AGREEMENT_REQUIRED.
    pub fn transition(self, next: Self, is_funded: bool) -> Result<Self, Fault> {
        let may = match self {
            Self::Draft => matches!(next, Self::Submitted | Self::Cancelled),
            Self::Submitted => matches!(next, Self::Approved | Self::Draft | Self::Cancelled),
            Self::Approved => matches!(next, Self::Active | Self::Cancelled),
            Self::Active => matches!(next, Self::Suspended | Self::Completed | Self::Cancelled),
            Self::Suspended => matches!(next, Self::Active | Self::Completed | Self::Cancelled),
            Self::Completed => matches!(next, Self::Closed),
            Self::Closed | Self::Cancelled => false,
        };
        match (may, next) {
            (false, _) => Err(Fault::status(self, next)),
            (true, Self::Active) if !is_funded => Err(Fault::new(Code::AgreementRequired)),
            (true, _) => Ok(next),
        }
    }
}

/// The level whose word a move of a programme takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Whoever decides at the branch that leads the programme.
    Lead,
    /// The level that approves the lead's programmes ([`approving_kind`]).
    Approving,
    /// The national level.
    National,
}

impl ProgrammeStatus {
    /// Which level decides about going from here to there.
    pub fn decided_by(self, next: Self) -> Level {
        match (self, next) {
            (_, Self::Approved) | (Self::Submitted, Self::Draft) => Level::Approving,
            (_, Self::Closed) => Level::National,
            _ => Level::Lead,
        }
    }

    /// Whether going from here to there needs a reason.
    pub fn needs_reason(self, next: Self) -> bool {
        matches!((self, next), (Self::Submitted, Self::Draft) | (_, Self::Suspended | Self::Cancelled))
    }
}

/// The rank of the branch that approves programmes of a lead of this rank. At the national level a second person does.
pub fn approving_kind(lead: BranchKind) -> BranchKind {
    match lead {
        BranchKind::Local | BranchKind::Provincial => BranchKind::Regional,
        BranchKind::Regional | BranchKind::National => BranchKind::National,
    }
}

/// The most targets that a programme serves.
pub const TARGETS_MAX: usize = 30;

/// Check a target of the Sustainable Development Goals, such as "8.3" or "5.a": one of 17 goals, and a number or a letter below
/// it (UN General Assembly resolution 71/313).
///
/// # Errors
/// SDG_TARGET_INVALID.
pub fn sdg_target(text: &str) -> Result<&str, Fault> {
    let is_number = |text: &str, most: u8| text.parse::<u8>().is_ok_and(|number| (1..=most).contains(&number));
    let is_plain = |text: &str| !text.starts_with(['0', '+']);
    let is_below = |text: &str| matches!(text, "a" | "b" | "c" | "d") || (is_plain(text) && is_number(text, 19));
    match text.split_once('.') {
        Some((goal, below)) if is_plain(goal) && is_number(goal, 17) && is_below(below) => Ok(text),
        _ => Err(Fault::new(Code::SdgTargetInvalid).with_detail(text.chars().take(20).collect::<String>())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::Coded;
    use proptest::prelude::*;

    #[test]
    fn targets_are_those_of_the_seventeen_goals() {
        for target in ["1.1", "5.a", "8.3", "17.19", "3.d"] {
            assert_eq!(sdg_target(target), Ok(target));
        }
        for wrong in ["", "5", "0.1", "18.1", "5.e", "5.20", "05.1", "5.01", "+5.1", "5.a ", "5.a.b", "5,1", "٥.١"] {
            assert_eq!(sdg_target(wrong).unwrap_err().code, Code::SdgTargetInvalid, "{wrong}");
        }
    }

    #[test]
    fn a_province_submits_its_region_approves_and_the_nation_closes() {
        use ProgrammeStatus as S;
        assert_eq!(S::Draft.decided_by(S::Submitted), Level::Lead);
        assert_eq!(S::Submitted.decided_by(S::Approved), Level::Approving);
        assert_eq!(S::Submitted.decided_by(S::Draft), Level::Approving);
        assert_eq!(S::Submitted.decided_by(S::Cancelled), Level::Lead);
        assert_eq!(S::Approved.decided_by(S::Active), Level::Lead);
        assert_eq!(S::Completed.decided_by(S::Closed), Level::National);
        assert_eq!(approving_kind(BranchKind::Local), BranchKind::Regional);
        assert_eq!(approving_kind(BranchKind::National), BranchKind::National);
        assert!(S::Submitted.needs_reason(S::Draft) && S::Active.needs_reason(S::Suspended));
        assert!(!S::Submitted.needs_reason(S::Approved) && S::Approved.needs_reason(S::Cancelled));
    }

    #[test]
    fn the_life_of_a_programme() {
        let table: Vec<String> = ProgrammeStatus::ALL
            .iter()
            .map(|from| {
                let to: Vec<&str> = ProgrammeStatus::ALL
                    .iter()
                    .filter(|to| from.transition(**to, true).is_ok())
                    .map(|to| to.as_str())
                    .collect();
                let seen = if from.is_published() { "public" } else { "-" };
                format!("{from} {} {seen}: {}", from.iati_code(), to.join(" "))
            })
            .collect();
        assert_eq!(
            table,
            [
                "DRAFT 1 -: SUBMITTED CANCELLED",
                "SUBMITTED 1 -: DRAFT APPROVED CANCELLED",
                "APPROVED 1 -: ACTIVE CANCELLED",
                "ACTIVE 2 public: SUSPENDED COMPLETED CANCELLED",
                "SUSPENDED 6 public: ACTIVE COMPLETED CANCELLED",
                "COMPLETED 3 public: CLOSED",
                "CLOSED 4 public: ",
                "CANCELLED 5 -: ",
            ]
        );
    }

    #[test]
    fn a_programme_without_funds_does_not_begin() {
        let refused = ProgrammeStatus::Approved.transition(ProgrammeStatus::Active, false);
        assert_eq!(refused.unwrap_err().code, Code::AgreementRequired);
        let refused = ProgrammeStatus::Suspended.transition(ProgrammeStatus::Active, false);
        assert_eq!(refused.unwrap_err().code, Code::AgreementRequired);
    }

    #[test]
    fn a_programme_that_runs_loses_nothing_when_its_agreement_expires() {
        for next in [ProgrammeStatus::Suspended, ProgrammeStatus::Completed, ProgrammeStatus::Cancelled] {
            assert_eq!(ProgrammeStatus::Active.transition(next, false), Ok(next));
        }
    }

    proptest! {
        #[test]
        fn what_was_public_stays_so_unless_it_is_given_up(moves in proptest::collection::vec((0_usize..ProgrammeStatus::ALL.len(), any::<bool>()), 0..40)) {
            let mut status = ProgrammeStatus::Draft;
            for (next, is_funded) in moves {
                let Ok(next) = status.transition(ProgrammeStatus::ALL[next], is_funded) else { continue };
                prop_assert!(!status.is_published() || next.is_published() || next == ProgrammeStatus::Cancelled);
                prop_assert!(next != ProgrammeStatus::Active || is_funded);
                status = next;
            }
        }
    }
}
