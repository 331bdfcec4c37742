//! Submissions: the figures of a programme, period and branch, on their way up the tree with a signature at each level.

use crate::branch::BranchKind;
use crate::codes;
use crate::fault::{Code, Fault};
use jiff::ToSpan;
use jiff::civil::Date;

codes! {
    /// The status of a submission.
    SubmissionStatus {
        /// The branch enters figures.
        Open = "OPEN",
        /// The branch has submitted its figures, which are locked.
        Submitted = "SUBMITTED",
        /// The provincial level has approved the figures of a local branch.
        ApprovedProvince = "APPROVED_PROVINCE",
        /// The regional level has approved the figures.
        ApprovedRegion = "APPROVED_REGION",
        /// The national level has accepted the figures.
        Accepted = "ACCEPTED",
        /// A level has returned the figures to the branch, which may change them again.
        Returned = "RETURNED",
    }
}

/// A submission is late so many days after the last day of its period, unless another number is set.
pub const DUE_DAYS: u16 = 30;

/// The last day on which a submission of a period that ends then is in time.
pub fn due_on(period_end: Date, days: u16) -> Date {
    period_end.saturating_add(i64::from(days).days())
}

impl SubmissionStatus {
    /// Whether figures may be entered.
    pub fn is_open(self) -> bool {
        match self {
            Self::Open | Self::Returned => true,
            Self::Submitted | Self::ApprovedProvince | Self::ApprovedRegion | Self::Accepted => false,
        }
    }

    /// Whether a level above has the figures before it.
    pub fn is_pending(self) -> bool {
        match self {
            Self::Submitted | Self::ApprovedProvince | Self::ApprovedRegion => true,
            Self::Open | Self::Returned | Self::Accepted => false,
        }
    }

    /// Submit.
    ///
    /// # Errors
    /// STATUS_INVALID.
    pub fn submit(self) -> Result<Self, Fault> {
        if self.is_open() { Ok(Self::Submitted) } else { Err(Fault::status(self, Self::Submitted)) }
    }

    /// Approve at the level of a branch of this rank.
    ///
    /// # Errors
    /// STATUS_INVALID.
    pub fn approve(self, level: BranchKind) -> Result<Self, Fault> {
        let next = match level {
            BranchKind::Local | BranchKind::Provincial => Self::ApprovedProvince,
            BranchKind::Regional => Self::ApprovedRegion,
            BranchKind::National => Self::Accepted,
        };
        if self.is_pending() { Ok(next) } else { Err(Fault::status(self, next)) }
    }

    /// Return to the branch.
    ///
    /// # Errors
    /// STATUS_INVALID; what was accepted is unlocked instead.
    pub fn send_back(self) -> Result<Self, Fault> {
        if self.is_pending() { Ok(Self::Returned) } else { Err(Fault::status(self, Self::Returned)) }
    }

    /// Unlock what was accepted.
    ///
    /// # Errors
    /// STATUS_INVALID.
    pub fn unlock(self) -> Result<Self, Fault> {
        if self == Self::Accepted { Ok(Self::Returned) } else { Err(Fault::status(self, Self::Returned)) }
    }

    /// Whether a branch of this rank, of those above the submitting one, is one whose word comes next: the nearest such is.
    pub fn awaits(self, level: BranchKind) -> bool {
        match self {
            Self::Submitted => true,
            Self::ApprovedProvince => level <= BranchKind::Regional,
            Self::ApprovedRegion => level == BranchKind::National,
            Self::Open | Self::Returned | Self::Accepted => false,
        }
    }
}

/// The place, in a line of branches from the nearest above the submitting one up to the nation, of the one whose word comes
/// next; none: that of the submitting branch itself, or nobody's once it is accepted.
pub fn desk(status: SubmissionStatus, above: &[BranchKind]) -> Option<usize> {
    above.iter().position(|level| status.awaits(*level))
}

codes! {
    /// A kind of warning about the figures of a submission.
    SubmissionWarningCode {
        /// The figure is far from the one of the period before.
        Jump = "JUMP",
        /// The groups are given and their total is not.
        TotalMissing = "TOTAL_MISSING",
        /// No figure was entered for an indicator that the programme follows.
        FigureMissing = "FIGURE_MISSING",
    }
}

impl SubmissionWarningCode {
    /// The warning in words; Arabic for readers of Tamazight.
    pub fn message(self, locale: crate::text::Locale) -> &'static str {
        use crate::text::Locale;
        let (ar, fr, en) = match self {
            Self::Jump => (
                "الرقم بعيد جدا عن رقم الفترة السابقة.",
                "Le chiffre s'écarte beaucoup de celui de la période précédente.",
                "The figure is far from the one of the period before.",
            ),
            Self::TotalMissing => (
                "الفئات مذكورة ومجموعها غير مذكور.",
                "Les groupes sont donnés, mais pas leur total.",
                "The groups are given and their total is not.",
            ),
            Self::FigureMissing => (
                "لم يُدخل أي رقم لهذا المؤشر.",
                "Aucun chiffre n'a été saisi pour cet indicateur.",
                "No figure was entered for this indicator.",
            ),
        };
        match locale {
            Locale::Ar | Locale::Zgh => ar,
            Locale::Fr => fr,
            Locale::En => en,
        }
    }
}

/// Whether a count is more than twice or less than half of the one of the period before, by at least ten.
pub fn is_jump(before: f64, now: f64) -> bool {
    (now > 2.0 * before || now < before / 2.0) && (now - before).abs() >= 10.0
}

/// The refusal of figures that are locked.
pub fn locked(status: SubmissionStatus) -> Fault {
    Fault::new(Code::StatusInvalid).with_detail(status.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::Coded;
    use proptest::prelude::*;
    use proptest::sample::select;

    const KINDS: [BranchKind; 4] =
        [BranchKind::National, BranchKind::Regional, BranchKind::Provincial, BranchKind::Local];

    /// The statuses that a submission of a branch with this line above it goes through.
    fn way(above: &[BranchKind]) -> Vec<SubmissionStatus> {
        let mut way = vec![SubmissionStatus::Open.submit().unwrap()];
        while let Some(last) = way.last().filter(|last| last.is_pending()) {
            let level = desk(*last, above).map_or(BranchKind::National, |place| above[place]);
            way.push(last.approve(level).unwrap());
        }
        way
    }

    #[test]
    fn a_submission_goes_through_the_levels_that_there_are() {
        use BranchKind as B;
        use SubmissionStatus as S;
        let local = [B::Provincial, B::Regional, B::National];
        assert_eq!(way(&local), [S::Submitted, S::ApprovedProvince, S::ApprovedRegion, S::Accepted]);
        assert_eq!(way(&local[1..]), [S::Submitted, S::ApprovedRegion, S::Accepted]);
        assert_eq!(way(&local[2..]), [S::Submitted, S::Accepted]);
        assert_eq!(way(&[B::Provincial, B::National]), [S::Submitted, S::ApprovedProvince, S::Accepted]);
        assert_eq!(way(&[]), [S::Submitted, S::Accepted], "a second person at the national level");
    }

    #[test]
    fn what_a_level_has_before_it_is_locked_until_it_is_returned() {
        for status in SubmissionStatus::ALL {
            assert!(!(status.is_open() && status.is_pending()), "{status}");
            assert_eq!(status.submit().is_ok(), status.is_open(), "{status}");
            assert_eq!(status.send_back().is_ok(), status.is_pending(), "{status}");
            assert_eq!(status.unlock().is_ok(), *status == SubmissionStatus::Accepted, "{status}");
        }
    }

    #[test]
    fn a_submission_is_late_after_its_last_day() {
        use jiff::civil::date;
        assert_eq!(due_on(date(2026, 9, 30), 30), date(2026, 10, 30));
        assert_eq!(due_on(Date::MAX, 30), Date::MAX);
    }

    #[test]
    fn a_jump_is_more_than_twice_and_more_than_a_few() {
        for (before, now, is) in
            [(100.0, 201.0, true), (100.0, 200.0, false), (100.0, 49.0, true), (2.0, 6.0, false), (0.0, 10.0, true)]
        {
            assert_eq!(is_jump(before, now), is, "{before} {now}");
        }
    }

    proptest! {
        #[test]
        fn every_submission_ends_accepted_with_one_word_of_each_level(
            above in proptest::sample::subsequence(&KINDS[1..3], 0..=2),
            own in select(&KINDS[..]),
        ) {
            let mut above: Vec<BranchKind> = above.into_iter().filter(|level| *level < own).collect();
            above.reverse();
            if own != BranchKind::National {
                above.push(BranchKind::National);
            }
            let way = way(&above);
            prop_assert_eq!(way.len(), above.len().max(1) + 1);
            prop_assert_eq!(way.last(), Some(&SubmissionStatus::Accepted));
        }
    }
}
