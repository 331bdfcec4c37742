//! Programmes for women and girls, from draft to close.

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::Coded;
    use proptest::prelude::*;

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
