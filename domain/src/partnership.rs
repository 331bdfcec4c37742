//! Agreements between partners, and who paid how much for what.

use crate::codes;
use crate::decimal::Decimal;
use crate::fault::{Code, Fault};
use crate::money::Money;
use crate::text::LocalizedText;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

codes! {
    /// As what a partner is party to an agreement.
    PartyRole {
        /// The party pays for it.
        Funding = "FUNDING",
        /// The party carries it out.
        Implementing = "IMPLEMENTING",
        /// The party is accountable for the whole.
        Accountable = "ACCOUNTABLE",
        /// The party passes the funds on.
        Extending = "EXTENDING",
    }
}

codes! {
    /// The kind of a document of an agreement.
    AgreementDocumentKind {
        /// The agreement itself, as it was signed.
        Agreement = "AGREEMENT",
        /// An amendment, as it was signed.
        Amendment = "AMENDMENT",
        /// The minutes of a meeting.
        Minutes = "MINUTES",
        /// A report to the parties.
        Report = "REPORT",
        /// The proof of a payment.
        ProofOfPayment = "PROOF_OF_PAYMENT",
        /// A document of another kind.
        Other = "OTHER",
    }
}

codes! {
    /// Where an agreement stands by what was decided about it; this is stored.
    AgreementState {
        /// It is being written.
        Draft = "DRAFT",
        /// It is being negotiated.
        Negotiation = "NEGOTIATION",
        /// It was signed.
        Signed = "SIGNED",
        /// It was ended before its time.
        Terminated = "TERMINATED",
        /// Another one took its place.
        Renewed = "RENEWED",
    }
}

codes! {
    /// The status of an agreement, by what was decided and the day in Casablanca.
    AgreementStatus {
        /// The agreement is being drafted.
        Draft = "DRAFT",
        /// The agreement is being negotiated.
        Negotiation = "NEGOTIATION",
        /// The agreement was signed and has not started.
        Signed = "SIGNED",
        /// The agreement is in force.
        InForce = "IN_FORCE",
        /// The last day of the agreement has passed.
        Expired = "EXPIRED",
        /// The agreement was terminated before its last day.
        Terminated = "TERMINATED",
        /// Another agreement has replaced it.
        Renewed = "RENEWED",
    }
}

codes! {
    /// The way in which the day of a signature is known.
    SignedOnBasis {
        /// A source states it.
        Stated = "STATED",
        /// The day was inferred from what sources state.
        Inferred = "INFERRED",
    }
}

codes! {
    /// In what a contribution was made.
    ContributionKind {
        /// A contribution in money.
        Cash = "CASH",
        /// A contribution in goods, work or premises, at its value.
        InKind = "IN_KIND",
    }
}

codes! {
    /// Whether a contribution is known for certain.
    ContributionStatus {
        /// A source states payer and amount.
        Confirmed = "CONFIRMED",
        /// The payer is not published, or the contribution has not been confirmed.
        Unconfirmed = "UNCONFIRMED",
    }
}

codes! {
    /// The kind of gap in the funding of a market or an agreement.
    FundingGapCode {
        /// An amount whose payer is not published.
        PayerUnpublished = "PAYER_UNPUBLISHED",
        /// An amount that no contribution accounts for.
        Unaccounted = "UNACCOUNTED",
        /// Contributions are recorded for more than the whole.
        Exceeded = "EXCEEDED",
    }
}

impl FundingGapCode {
    /// What is missing, in words; Arabic for readers of Tamazight.
    pub fn message(self, locale: crate::text::Locale) -> &'static str {
        use crate::text::Locale;
        let (ar, fr, en) = match self {
            Self::PayerUnpublished => (
                "لم يُنشر اسم من دفع هذا المبلغ.",
                "Le payeur de ce montant n'est pas publié.",
                "Who paid this amount is not published.",
            ),
            Self::Unaccounted => (
                "لا توجد مساهمة مسجلة تغطي هذا المبلغ.",
                "Aucune contribution enregistrée ne couvre ce montant.",
                "No recorded contribution accounts for this amount.",
            ),
            Self::Exceeded => (
                "المساهمات المسجلة تتجاوز الإجمالي بهذا المبلغ.",
                "Les contributions enregistrées dépassent le total de ce montant.",
                "The recorded contributions exceed the whole by this amount.",
            ),
        };
        match locale {
            Locale::Ar | Locale::Zgh => ar,
            Locale::Fr => fr,
            Locale::En => en,
        }
    }
}

impl AgreementState {
    /// Whether the public sees an agreement that stands here.
    pub fn is_published(self) -> bool {
        match self {
            Self::Draft | Self::Negotiation => false,
            Self::Signed | Self::Terminated | Self::Renewed => true,
        }
    }

    /// Go from here to there. What an agreement needs to be signed, [`Signing`] says.
    ///
    /// # Errors
    /// STATUS_INVALID.
    pub fn transition(self, next: Self) -> Result<Self, Fault> {
        let may = match self {
            Self::Draft => matches!(next, Self::Negotiation),
            Self::Negotiation => matches!(next, Self::Draft | Self::Signed),
            Self::Signed => matches!(next, Self::Terminated | Self::Renewed),
            Self::Terminated | Self::Renewed => false,
        };
        if may { Ok(next) } else { Err(Fault::status(self, next)) }
    }

    /// Check that what the agreement lays down may still be edited: from its signature on it is changed by amendments.
    ///
    /// # Errors
    /// STATUS_INVALID.
    pub fn expect_unsigned(self) -> Result<(), Fault> {
        match self {
            Self::Draft | Self::Negotiation => Ok(()),
            Self::Signed | Self::Terminated | Self::Renewed => {
                Err(Fault::new(Code::StatusInvalid).with_detail(self.to_string()))
            }
        }
    }

    /// Where an agreement stands on a day. Without a recorded first day the day of the signature counts.
    pub fn status_on(
        self,
        signed_on: Option<Date>,
        starts_on: Option<Date>,
        ends_on: Option<Date>,
        today: Date,
    ) -> AgreementStatus {
        match self {
            Self::Draft => AgreementStatus::Draft,
            Self::Negotiation => AgreementStatus::Negotiation,
            Self::Terminated => AgreementStatus::Terminated,
            // What was renewed stays in force to its last day.
            Self::Renewed if ends_on.is_none_or(|last| today > last) => AgreementStatus::Renewed,
            Self::Signed if ends_on.is_some_and(|last| today > last) => AgreementStatus::Expired,
            Self::Signed | Self::Renewed if starts_on.or(signed_on).is_none_or(|first| today < first) => {
                AgreementStatus::Signed
            }
            Self::Signed | Self::Renewed => AgreementStatus::InForce,
        }
    }
}

impl AgreementStatus {
    /// Whether the public sees an agreement that is shown here.
    pub fn is_published(self) -> bool {
        match self {
            Self::Draft | Self::Negotiation => false,
            Self::Signed | Self::InForce | Self::Expired | Self::Terminated | Self::Renewed => true,
        }
    }
}

/// The last day in force of an agreement that runs for so many months: the first day, months later, less one day.
///
/// # Errors
/// DATE_INVALID for a duration below one month, or an end that no calendar holds.
pub fn end_of(first_day: Date, months: i32) -> Result<Date, Fault> {
    let fault = || Fault::new(Code::DateInvalid);
    if months < 1 {
        return Err(fault());
    }
    let after = first_day.checked_add(months.months()).map_err(|_| fault())?;
    after.yesterday().map_err(|_| fault())
}

/// The largest amount that is entered: a million millions of dirhams. Sums of tens of thousands of them fit their type.
pub const AMOUNT_MAX: Money = Money::new(100_000_000_000_000);

/// The longest duration of an agreement in months: fifty years.
pub const DURATION_MAX: i32 = 600;

/// Check an amount that is entered: above zero, and not beyond any that is given.
///
/// # Errors
/// AMOUNT_INVALID.
pub fn entered(amount: Money) -> Result<Money, Fault> {
    let is_usable = amount.centimes > 0 && amount <= AMOUNT_MAX;
    if is_usable { Ok(amount) } else { Err(Fault::new(Code::AmountInvalid)) }
}

/// What an agreement lays down of money and time; what is not known is not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// The whole that the contributions make.
    pub budget: Option<Money>,
    /// The first day in force.
    pub starts_on: Option<Date>,
    /// How long it runs, in months.
    pub duration_months: Option<i32>,
}

impl Terms {
    /// The last day in force, from the first day, or where there is none the day of the signature.
    ///
    /// # Errors
    /// DATE_INVALID at `durationMonths`.
    pub fn ends_on(&self, signed_on: Option<Date>) -> Result<Option<Date>, Fault> {
        let (Some(first), Some(months)) = (self.starts_on.or(signed_on), self.duration_months) else { return Ok(None) };
        if months > DURATION_MAX {
            return Err(Fault::new(Code::DateInvalid).at("durationMonths"));
        }
        end_of(first, months).map(Some).map_err(|fault| fault.at("durationMonths"))
    }

    /// What is wrong with them, as they are entered on a day: all of it.
    pub fn faults(&self, today: Date) -> Vec<Fault> {
        let amount = self.budget.and_then(|budget| entered(budget).err()).map(|fault| fault.at("budget"));
        let is_far = |day: Date| (i32::from(day.year()) - i32::from(today.year())).abs() > 100;
        let start = self.starts_on.filter(|day| is_far(*day)).map(|_| Fault::new(Code::DateInvalid).at("startsOn"));
        // A duration is checked also where no first day is known.
        let months = self.ends_on(Some(today)).err();
        [amount, start, months].into_iter().flatten().collect()
    }
}

codes! {
    /// Why somebody should look at an agreement.
    AgreementAlertCode {
        /// The agreement ends within 90 days.
        EndsWithin90Days = "ENDS_WITHIN_90_DAYS",
        /// The agreement ends within 30 days.
        EndsWithin30Days = "ENDS_WITHIN_30_DAYS",
    }
}

/// So many days before its end an agreement shows up for the first time.
pub const ALERT_DAYS: i64 = 90;

/// So many days before its end an agreement shows up for the second time.
pub const LAST_ALERT_DAYS: i32 = 30;

/// Why somebody should look at an agreement that ends on a day, and how many days are left.
pub fn alert(ends_on: Date, today: Date) -> Option<(AgreementAlertCode, i32)> {
    let left = (ends_on - today).get_days();
    match left {
        0..=LAST_ALERT_DAYS => Some((AgreementAlertCode::EndsWithin30Days, left)),
        _ if (0..=ALERT_DAYS).contains(&i64::from(left)) => Some((AgreementAlertCode::EndsWithin90Days, left)),
        _ => None,
    }
}

codes! {
    /// The status of an amendment.
    AmendmentStatus {
        /// The amendment waits for its signature.
        Proposed = "PROPOSED",
        /// The amendment was signed.
        Signed = "SIGNED",
        /// The amendment was withdrawn.
        Withdrawn = "WITHDRAWN",
    }
}

/// What an agreement lays down and an amendment changes; what is not known is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmendedTerms {
    /// What it is about.
    pub object: Option<LocalizedText>,
    /// The whole that the contributions make.
    pub budget: Option<Money>,
    /// The first day in force.
    pub starts_on: Option<Date>,
    /// The last day in force.
    pub ends_on: Option<Date>,
    /// How long it runs, in months.
    pub duration_months: Option<i32>,
}

/// What is contributed with an amendment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmendmentContribution {
    /// Who pays.
    pub partner: Uuid,
    /// In money or in kind.
    pub kind: ContributionKind,
    /// How much.
    pub amount: Money,
}

/// An agreement that is to be signed.
#[derive(Clone, Debug)]
pub struct Signing<'a> {
    /// What it lays down.
    pub terms: Terms,
    /// How many parties it has besides the association.
    pub other_parties: usize,
    /// Its contributions.
    pub paid: &'a [Paid],
    /// The day of the signature.
    pub signed_on: Date,
    /// Today in Casablanca.
    pub today: Date,
}

impl Signing<'_> {
    /// What is missing before it can be signed: each thing of it.
    pub fn faults(&self) -> Vec<Fault> {
        let missing = |what: &str| Fault::new(Code::AgreementIncomplete).with_detail(what);
        let mut faults = Vec::new();
        if self.other_parties == 0 {
            faults.push(missing("parties"));
        }
        if self.terms.duration_months.is_none() {
            faults.push(missing("durationMonths"));
        }
        if let Some(budget) = self.terms.budget {
            let confirmed = Money::sum(self.paid.iter().filter(|paid| paid.confirmed).map(|paid| paid.amount));
            match confirmed {
                Ok(confirmed) if confirmed == budget => {}
                Ok(confirmed) => {
                    faults.push(Fault::new(Code::SumMismatch).with_detail(format!("{confirmed} ≠ {budget}")));
                }
                Err(fault) => faults.push(fault),
            }
        }
        let last = self.terms.ends_on(Some(self.signed_on)).ok().flatten();
        if self.signed_on > self.today || last.is_some_and(|last| last < self.signed_on) {
            faults.push(Fault::new(Code::DateInvalid).at("signedOn"));
        }
        faults
    }
}

/// What a call for funding lets its partner pay at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ceiling {
    /// Of a budget, in hundredths of a per cent; none: any share.
    pub share: Option<i32>,
    /// In all; none: any amount.
    pub amount: Option<Money>,
}

impl Ceiling {
    /// What is wrong with so much that the partner pays of a budget: CEILING_EXCEEDED for each ceiling.
    pub fn faults(&self, paid: Money, budget: Option<Money>) -> Vec<Fault> {
        let exceeded = |detail: String| Fault::new(Code::CeilingExceeded).with_detail(detail);
        let mut faults = Vec::new();
        if let Some(most) = self.amount.filter(|most| paid > *most) {
            faults.push(exceeded(format!("{paid} > {most}")));
        }
        if let (Some(share), Some(budget)) = (self.share, budget) {
            // Wide numbers: a large amount times a share does not fit the type of one.
            let is_more = i128::from(paid.centimes) * 10_000 > i128::from(budget.centimes) * i128::from(share);
            if is_more {
                faults.push(exceeded(format!("{paid} / {budget} > {}%", Decimal::new(share.into(), 2))));
            }
        }
        faults
    }
}

/// A contribution, as far as sums go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paid {
    /// How much.
    pub amount: Money,
    /// Whether it is published who paid.
    pub payer_known: bool,
    /// Whether it is confirmed.
    pub confirmed: bool,
}

/// The kind of gap in the funding of a market or an agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FundingGap {
    /// What is missing.
    pub code: FundingGapCode,
    /// How much.
    pub amount: Money,
}

/// What is missing in the funding of a whole: amounts without a published payer, and what contributions do not account
/// for. Of a whole that is not published only the first is known.
pub fn funding_gaps(whole: Option<Money>, paid: &[Paid]) -> Vec<FundingGap> {
    // Wide sums: many large amounts may not fit the type of one.
    let sum = |amounts: &mut dyn Iterator<Item = &Paid>| amounts.map(|paid| i128::from(paid.amount.centimes)).sum();
    let nameless: i128 = sum(&mut paid.iter().filter(|paid| !paid.payer_known));
    let all: i128 = sum(&mut paid.iter());
    let rest = whole.map_or(0, |whole| i128::from(whole.centimes) - all);
    let gap = |code, centimes: i128| {
        let amount = Money::new(i64::try_from(centimes).unwrap_or(i64::MAX));
        (centimes > 0).then_some(FundingGap { code, amount })
    };
    [
        gap(FundingGapCode::PayerUnpublished, nameless),
        gap(FundingGapCode::Unaccounted, rest),
        gap(FundingGapCode::Exceeded, -rest),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::Coded;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn paid(centimes: i64, payer_known: bool) -> Paid {
        Paid { amount: Money::new(centimes), payer_known, confirmed: payer_known }
    }

    #[test]
    fn an_agreement_shows_up_before_its_end() {
        let today = date(2026, 10, 1);
        let told = |ends_on| alert(ends_on, today).map(|(code, left)| format!("{code} {left}"));
        assert_eq!(told(date(2026, 12, 31)), None);
        assert_eq!(told(date(2026, 12, 30)).as_deref(), Some("ENDS_WITHIN_90_DAYS 90"));
        assert_eq!(told(date(2026, 11, 1)).as_deref(), Some("ENDS_WITHIN_90_DAYS 31"));
        assert_eq!(told(date(2026, 10, 31)).as_deref(), Some("ENDS_WITHIN_30_DAYS 30"));
        assert_eq!(told(today).as_deref(), Some("ENDS_WITHIN_30_DAYS 0"));
        assert_eq!(told(date(2026, 9, 30)), None, "it has ended");
    }

    #[test]
    fn the_founding_market_says_what_is_not_known_of_its_funding() {
        let gaps = funding_gaps(Some(Money::new(49_000_000)), &[paid(27_200_000, true), paid(21_800_000, false)]);
        assert_eq!(gaps, [FundingGap { code: FundingGapCode::PayerUnpublished, amount: Money::new(21_800_000) }]);
    }

    #[test]
    fn three_years_from_womens_day_end_on_the_seventh_of_march() {
        assert_eq!(end_of(date(2021, 3, 8), 36), Ok(date(2024, 3, 7)));
        assert_eq!(end_of(date(2024, 1, 31), 1), Ok(date(2024, 2, 28)));
        assert!(end_of(date(2021, 3, 8), 0).is_err());
    }

    #[test]
    fn an_agreement_expires_the_day_after_its_last() {
        let on = |day| AgreementState::Signed.status_on(Some(date(2021, 3, 8)), None, Some(date(2024, 3, 7)), day);
        assert_eq!(on(date(2021, 3, 7)), AgreementStatus::Signed);
        assert_eq!(on(date(2024, 3, 7)), AgreementStatus::InForce);
        assert_eq!(on(date(2024, 3, 8)), AgreementStatus::Expired);
    }

    /// What an agreement of a year and two parties, signed today, lacks.
    fn lacking(budget: Option<i64>, paid: &[Paid]) -> Vec<Code> {
        let today = date(2026, 9, 20);
        let terms = Terms { budget: budget.map(Money::new), starts_on: None, duration_months: Some(12) };
        let signing = Signing { terms, other_parties: 1, paid, signed_on: today, today };
        signing.faults().into_iter().map(|fault| fault.code).collect()
    }

    #[test]
    fn to_be_signed_the_confirmed_contributions_meet_the_budget() {
        assert_eq!(lacking(Some(100), &[paid(60, true), paid(40, true)]), []);
        assert_eq!(lacking(Some(100), &[paid(60, true), paid(40, false)]), [Code::SumMismatch]);
        assert_eq!(lacking(Some(100), &[paid(60, true), paid(41, true)]), [Code::SumMismatch]);
        assert_eq!(lacking(None, &[]), []);
    }

    #[test]
    fn everything_that_an_agreement_lacks_is_told_at_once() {
        let today = date(2026, 9, 20);
        let terms = Terms { budget: Some(Money::new(100)), ..Terms::default() };
        let signing = Signing { terms, other_parties: 0, paid: &[], signed_on: date(2026, 9, 21), today };
        let told: Vec<_> = signing.faults().into_iter().map(|fault| (fault.code, fault.detail)).collect();
        assert_eq!(
            told,
            [
                (Code::AgreementIncomplete, Some("parties".to_owned())),
                (Code::AgreementIncomplete, Some("durationMonths".to_owned())),
                (Code::SumMismatch, Some("0.00 ≠ 1.00".to_owned())),
                (Code::DateInvalid, None),
            ]
        );
        let over = Terms { starts_on: Some(date(2020, 1, 1)), duration_months: Some(12), budget: None };
        let signing = Signing { terms: over, other_parties: 1, paid: &[], signed_on: today, today };
        assert_eq!(signing.faults()[0].field, ["signedOn"]);
    }

    #[test]
    fn a_call_has_ceilings_in_all_and_of_the_budget() {
        let call = Ceiling { share: Some(6_000), amount: Some(Money::new(30_000_000)) };
        let told = |paid: i64, budget: Option<i64>| call.faults(Money::new(paid), budget.map(Money::new)).len();
        assert_eq!((told(60, Some(100)), told(61, Some(100))), (0, 1));
        assert_eq!((told(30_000_000, None), told(30_000_001, Some(i64::MAX)), told(30_000_001, Some(1))), (0, 1, 2));
        assert!(Ceiling::default().faults(Money::new(i64::MAX), Some(Money::new(1))).is_empty());
    }

    #[test]
    fn amounts_and_times_beyond_all_measure_are_refused() {
        let faults = |budget, starts_on, months| {
            let terms =
                Terms { budget: Some(Money::new(budget)), starts_on: Some(starts_on), duration_months: Some(months) };
            terms.faults(date(2026, 9, 20)).iter().map(|fault| fault.field.join(".")).collect::<Vec<_>>()
        };
        assert!(faults(1, date(2026, 1, 1), 24).is_empty());
        assert_eq!(faults(0, date(1700, 1, 1), 0), ["budget", "startsOn", "durationMonths"]);
        assert_eq!(faults(-1, date(2026, 1, 1), 601), ["budget", "durationMonths"]);
        assert_eq!(
            faults(AMOUNT_MAX.centimes + 1, date(9999, 12, 31), i32::MAX),
            ["budget", "startsOn", "durationMonths"]
        );
    }

    #[test]
    fn sums_too_large_for_one_amount_are_told_as_the_largest() {
        let gaps = funding_gaps(Some(Money::new(i64::MIN)), &[paid(i64::MAX, false), paid(i64::MAX, false)]);
        assert!(gaps.iter().all(|gap| gap.amount == Money::new(i64::MAX)));
        assert_eq!(gaps.len(), 2);
    }

    #[test]
    fn of_a_whole_that_is_not_published_only_unknown_payers_are_told() {
        let gaps = funding_gaps(None, &[paid(100, true), paid(30, false)]);
        assert_eq!(gaps, [FundingGap { code: FundingGapCode::PayerUnpublished, amount: Money::new(30) }]);
        assert!(funding_gaps(None, &[]).is_empty());
    }

    #[test]
    fn the_life_of_an_agreement() {
        let ways: Vec<String> = AgreementState::ALL
            .iter()
            .flat_map(|from| AgreementState::ALL.iter().map(move |to| (*from, *to)))
            .filter(|(from, to)| from.transition(*to).is_ok())
            .map(|(from, to)| format!("{from} > {to}"))
            .collect();
        assert_eq!(
            ways,
            [
                "DRAFT > NEGOTIATION",
                "NEGOTIATION > DRAFT",
                "NEGOTIATION > SIGNED",
                "SIGNED > TERMINATED",
                "SIGNED > RENEWED"
            ]
        );
    }

    proptest! {
        #[test]
        fn what_was_decided_is_public_exactly_when_what_is_shown_is(state in 0_usize..AgreementState::ALL.len(), from in -400_i64..400, to in -400_i64..400) {
            let (state, today) = (AgreementState::ALL[state], date(2026, 9, 20));
            let day = |days: i64| Some(today.saturating_add(days.days()));
            prop_assert_eq!(state.status_on(None, day(from), day(to), today).is_published(), state.is_published());
        }

        #[test]
        fn time_only_moves_an_agreement_on(months in 1_i32..120, before in -900_i64..5000, later in 0_i64..5000) {
            let first = date(2021, 3, 8);
            let last = end_of(first, months).unwrap();
            let on = |day: Date| AgreementState::Signed.status_on(None, Some(first), Some(last), day);
            let day = first.saturating_add(before.days());
            prop_assert!(on(day) <= on(day.saturating_add(later.days())));
            prop_assert_eq!(on(first), AgreementStatus::InForce);
            prop_assert_eq!(on(last), AgreementStatus::InForce);
            prop_assert_eq!(on(last.tomorrow().unwrap()), AgreementStatus::Expired);
        }

        #[test]
        fn terms_that_follow_each_other_leave_no_day_out(day in 1_i8..=28, months in 1_i32..60, more in 1_i32..60) {
            let first = date(2021, 3, day);
            let next = end_of(first, months).unwrap().tomorrow().unwrap();
            prop_assert_eq!(end_of(next, more), end_of(first, months + more));
        }

        #[test]
        fn gaps_and_named_payments_make_the_whole(whole in 0_i64..1_000_000, parts in proptest::collection::vec((1_i64..100_000, any::<bool>()), 0..8)) {
            let paid: Vec<Paid> = parts.iter().map(|(amount, known)| paid(*amount, *known)).collect();
            let named: i64 = parts.iter().filter(|(_, known)| *known).map(|(amount, _)| amount).sum();
            let missing: i64 = funding_gaps(Some(Money::new(whole)), &paid).iter().map(|gap| match gap.code {
                FundingGapCode::Exceeded => -gap.amount.centimes,
                FundingGapCode::PayerUnpublished | FundingGapCode::Unaccounted => gap.amount.centimes,
            }).sum();
            prop_assert_eq!(named + missing, whole);
        }
    }
}
