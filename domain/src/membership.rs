//! Members of cooperatives, counted at a date, and what outsiders may learn of their numbers.

use crate::codes;
use crate::fault::{Code, Fault, Faults};
use crate::text::{NAME_MAX, required};
use jiff::civil::Date;

codes! {
    /// The sex of people.
    Sex {
        /// A woman or a girl.
        Female = "FEMALE",
        /// A man or a boy.
        Male = "MALE",
    }
}

codes! {
    /// Whether people live in a town or in the country.
    Milieu {
        /// Urban: in a town.
        Urban = "URBAN",
        /// Rural: in the country.
        Rural = "RURAL",
    }
}

codes! {
    /// The kind of a member: a person or an organisation.
    MemberKind {
        /// A natural person, whoever she is.
        NaturalPerson = "NATURAL_PERSON",
        /// An organisation, which counts as one member.
        LegalPerson = "LEGAL_PERSON",
    }
}

/// The most shares that one member may hold.
const SHARES_MAX: i32 = 1_000_000;

/// A member that joins.
#[derive(Clone, Debug)]
pub struct Joining {
    /// A person or an organisation.
    pub kind: MemberKind,
    /// The name.
    pub name: String,
    /// Her sex; compulsory for a person, and for nobody else.
    pub sex: Option<Sex>,
    /// The year of her birth, of a person.
    pub birth_year: Option<i32>,
    /// Where she lives, of a person.
    pub milieu: Option<Milieu>,
    /// How many shares she holds.
    pub shares: i32,
    /// Her first day.
    pub joined_on: Date,
}

impl Joining {
    /// Check somebody who joins; her name as it is stored.
    ///
    /// # Errors
    /// All faults at once: the refusals of a text at `name`, MEMBER_INVALID at `sex`, `birthYear` or `milieu`,
    /// AMOUNT_INVALID at `shares`, DATE_INVALID at `joinedOn`, which is not in the future.
    pub fn check(&self, today: Date) -> Result<Box<str>, Faults> {
        let mut faults = Faults::new();
        let mut at = |code: Code, field: &str| faults.push(Fault::new(code).at(field));
        let name = required(&self.name, NAME_MAX).map_err(|code| at(code, "name"));
        let is_person = self.kind == MemberKind::NaturalPerson;
        if is_person != self.sex.is_some() {
            at(Code::MemberInvalid, "sex");
        }
        if self.birth_year.is_some_and(|year| !is_person || !(1900..=i32::from(today.year())).contains(&year)) {
            at(Code::MemberInvalid, "birthYear");
        }
        if self.milieu.is_some() && !is_person {
            at(Code::MemberInvalid, "milieu");
        }
        if !(0..=SHARES_MAX).contains(&self.shares) {
            at(Code::AmountInvalid, "shares");
        }
        if self.joined_on > today {
            at(Code::DateInvalid, "joinedOn");
        }
        match name {
            Ok(name) if faults.is_empty() => Ok(name),
            _ => Err(faults),
        }
    }
}

/// Check the last day of a member: not before her first one, and not in the future.
///
/// # Errors
/// DATE_INVALID at `leftOn`.
pub fn check_end(joined_on: Date, left_on: Date, today: Date) -> Result<(), Fault> {
    if (joined_on..=today).contains(&left_on) { Ok(()) } else { Err(Fault::new(Code::DateInvalid).at("leftOn")) }
}

/// A member as far as counting goes.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Her sex; none for a legal person.
    pub sex: Option<Sex>,
    /// The year of her birth.
    pub birth_year: Option<i16>,
    /// Where she lives.
    pub milieu: Option<Milieu>,
    /// Her first day.
    pub joined_on: Date,
    /// Her last day; none: she is a member still.
    pub left_on: Option<Date>,
}

/// Numbers of members at a date, as the cooperative and its branch line see them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All members.
    pub members: u32,
    /// Women.
    pub women: u32,
    /// People who have not yet turned 35 by the end of the year.
    pub under_35: u32,
    /// People who live in the country.
    pub rural: u32,
}

impl Counts {
    /// Count the members of a day: both the first and the last day count.
    pub fn at(members: &[Member], day: Date) -> Self {
        let present = |member: &&Member| member.joined_on <= day && member.left_on.is_none_or(|left| day <= left);
        members.iter().filter(present).fold(Self::default(), |counts, member| Self {
            members: counts.members + 1,
            women: counts.women + u32::from(member.sex == Some(Sex::Female)),
            under_35: counts.under_35
                + u32::from(member.birth_year.is_some_and(|year| i32::from(day.year()) - i32::from(year) < 35)),
            rural: counts.rural + u32::from(member.milieu == Some(Milieu::Rural)),
        })
    }
}

/// What outsiders may learn of the numbers of members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disclosed {
    /// All members; none below k.
    pub member_count: Option<u32>,
    /// Women; none when it, or the number of the others, would tell about a few people.
    pub women_count: Option<u32>,
    /// Whether all members are women; none when the number of women is not told.
    pub is_women_only: Option<bool>,
}

/// Disclosure control over the numbers of members: a total below k is not told, nor is a part that is itself, or whose
/// complement is, between 1 and k − 1.
pub fn disclosed(members: u32, women: u32, k: u64) -> Disclosed {
    let is_few = |count: u32| (1..k).contains(&u64::from(count));
    let member_count = (u64::from(members) >= k).then_some(members);
    let told = member_count.is_some() && women <= members && !is_few(women) && !is_few(members - women);
    Disclosed { member_count, women_count: told.then_some(women), is_women_only: told.then_some(women == members) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disclosure::K;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn seven_members_of_whom_six_are_women_are_seven_members() {
        assert_eq!(disclosed(7, 6, K), Disclosed { member_count: Some(7), women_count: None, is_women_only: None });
        assert_eq!(disclosed(7, 7, K).is_women_only, Some(true));
        assert_eq!(disclosed(4, 4, K), Disclosed { member_count: None, women_count: None, is_women_only: None });
        assert_eq!(disclosed(20, 12, K).women_count, Some(12));
        assert_eq!(disclosed(20, 3, K).women_count, None);
    }

    #[test]
    fn every_fault_of_somebody_who_joins_is_told_at_once() {
        let today = date(2026, 11, 23);
        let sound = Joining {
            kind: MemberKind::NaturalPerson,
            name: " Membre démo ".into(),
            sex: Some(Sex::Female),
            birth_year: Some(1990),
            milieu: Some(Milieu::Rural),
            shares: 1,
            joined_on: today,
        };
        assert_eq!(sound.check(today).as_deref(), Ok("Membre démo"));
        let wrong = Joining {
            kind: MemberKind::LegalPerson,
            name: " ".into(),
            birth_year: Some(1890),
            shares: -1,
            joined_on: date(2026, 11, 24),
            ..sound
        };
        let fields: Vec<String> =
            wrong.check(today).unwrap_err().into_iter().map(|fault| fault.field.concat()).collect();
        assert_eq!(fields, ["name", "sex", "birthYear", "milieu", "shares", "joinedOn"]);
        assert!(check_end(today, today, today).is_ok() && check_end(today, date(2026, 11, 22), today).is_err());
        assert!(check_end(today, date(2026, 11, 24), today).is_err());
    }

    #[test]
    fn members_count_from_their_first_day_to_their_last() {
        let member = |left| Member {
            sex: Some(Sex::Female),
            birth_year: Some(1995),
            milieu: Some(Milieu::Rural),
            joined_on: date(2020, 1, 1),
            left_on: left,
        };
        let members = [member(None), member(Some(date(2021, 6, 30)))];
        assert_eq!(Counts::at(&members, date(2021, 6, 30)), Counts { members: 2, women: 2, under_35: 2, rural: 2 });
        assert_eq!(Counts::at(&members, date(2030, 1, 1)), Counts { members: 1, women: 1, under_35: 0, rural: 1 });
        assert_eq!(Counts::at(&members, date(2019, 12, 31)), Counts::default());
    }

    proptest! {
        #[test]
        fn a_hidden_number_of_women_leaves_several_possible(k in K..12, more in 0_u32..60, women in 0_u32..60) {
            let members = u32::try_from(k).unwrap() + more;
            let women = women.min(members);
            let seen = disclosed(members, women, k);
            let alike = (0..=members).filter(|other| disclosed(members, *other, k) == seen).count();
            let expected = if seen.women_count.is_some() { 1..=1 } else { 4..=60 };
            prop_assert!(expected.contains(&alike), "{} of {}: {}", women, members, alike);
            prop_assert_eq!(seen.women_count.is_some(), seen.is_women_only.is_some());
        }

        #[test]
        fn below_k_all_groups_look_alike(k in K..12, members in 0_u32..12, women in 0_u32..12) {
            let members = members.min(u32::try_from(k).unwrap() - 1);
            prop_assert_eq!(disclosed(members, women.min(members), k), disclosed(0, 0, k));
        }

        #[test]
        fn every_part_is_at_most_the_whole(births in proptest::collection::vec(proptest::option::of(any::<i16>()), 0..20), year in 1990_i16..2100) {
            let members: Vec<Member> = births.into_iter().map(|birth_year| Member {
                sex: birth_year.map(|year| if year % 2 == 0 { Sex::Female } else { Sex::Male }),
                birth_year,
                milieu: Some(Milieu::Urban),
                joined_on: date(2000, 1, 1),
                left_on: None,
            }).collect();
            let counts = Counts::at(&members, date(year, 6, 1));
            prop_assert!(counts.women <= counts.members && counts.under_35 <= counts.members && counts.rural == 0);
        }

        #[test]
        fn nobody_learns_a_number_below_k(k in K..12, members in 0_u32..60, women in 0_u32..60) {
            let women = women.min(members);
            let seen = disclosed(members, women, k);
            if let Some(count) = seen.women_count {
                let others = seen.member_count.unwrap() - count;
                prop_assert!(count == 0 || u64::from(count) >= k);
                prop_assert!(others == 0 || u64::from(others) >= k);
            }
        }
    }
}
