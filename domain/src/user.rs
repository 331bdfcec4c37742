//! People of the association: their logins, the roles that they hold at branches, and how far those reach.
//!
//! The role carries the permissions, the assignment carries the scope. Whoever holds no assignment that is in force
//! reaches nothing.

use crate::access::{Permission, Role};
use crate::branch::Path;
use crate::codes;
use crate::codes::Coded;
use crate::fault::{Code, Fault, Faults};
use jiff::SignedDuration;
use jiff::civil::Date;
use uuid::Uuid;

codes! {
    /// The status of a login. Only an active one can sign in.
    UserStatus {
        /// The invitation was not accepted yet.
        Invited = "INVITED",
        /// The login can be used.
        Active = "ACTIVE",
        /// An administrator has locked the login for a time.
        Locked = "LOCKED",
        /// The login was disabled.
        Disabled = "DISABLED",
    }
}

impl UserStatus {
    /// Go from here to there.
    ///
    /// # Errors
    /// STATUS_INVALID.
    pub fn transition(self, next: Self) -> Result<Self, Fault> {
        let may = match (self, next) {
            (Self::Invited, Self::Active | Self::Disabled)
            | (Self::Active, Self::Locked | Self::Disabled)
            | (Self::Locked, Self::Active | Self::Disabled)
            | (Self::Disabled, Self::Active) => true,
            (Self::Invited, Self::Invited | Self::Locked)
            | (Self::Active, Self::Active | Self::Invited)
            | (Self::Locked, Self::Locked | Self::Invited)
            | (Self::Disabled, Self::Disabled | Self::Invited | Self::Locked) => false,
        };
        if may { Ok(next) } else { Err(Fault::status(self, next)) }
    }
}

/// The longest address that mail can be sent to (RFC 5321 §4.5.3.1.3).
const EMAIL_MAX: usize = 254;

/// Check the address of a login, and bring it into the one form in which it is compared and kept: without spaces around
/// it, and in small letters, since nobody tells two people apart by them.
///
/// # Errors
/// EMAIL_INVALID.
pub fn email(given: &str) -> Result<String, Fault> {
    let email = given.trim().to_lowercase();
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>()[],;:\\\"".contains(c);
    let is_name = |name: &str| {
        let labels: Vec<&str> = name.split('.').collect();
        labels.len() > 1 && labels.iter().all(|label| !label.is_empty() && label.len() <= 63)
    };
    let parts = email.split_once('@').filter(|(local, domain)| {
        let is_local = !local.is_empty() && local.len() <= 64 && !local.starts_with('.') && !local.ends_with('.');
        is_local && !local.contains("..") && !domain.contains('@') && is_name(domain)
    });
    if parts.is_some() && email.len() <= EMAIL_MAX && email.chars().all(is_plain) {
        Ok(email)
    } else {
        Err(Fault::new(Code::EmailInvalid))
    }
}

/// Check a password that somebody chooses: 12 to 256 characters, whichever.
///
/// # Errors
/// PASSWORD_INVALID.
pub fn check_password(password: &str) -> Result<(), Fault> {
    match password.chars().count() {
        12..=256 => Ok(()),
        _ => Err(Fault::new(Code::PasswordInvalid)),
    }
}

/// How long to wait after so many failures in a row before the next try: nothing after two, then a second, and twice as
/// long after each further one, up to `most`.
pub fn delay(failures: u32, most: SignedDuration) -> SignedDuration {
    let doublings = failures.checked_sub(3).map(|more| 1_i64 << more.min(20));
    SignedDuration::from_secs(doublings.unwrap_or(0)).min(most)
}

/// The longest delay for an address that keeps failing from one place.
pub const DELAY_FROM_ONE_PLACE: SignedDuration = SignedDuration::from_mins(15);
/// The longest delay for an address that keeps failing from many places: short, or anybody could lock anybody out.
pub const DELAY_FROM_ALL_PLACES: SignedDuration = SignedDuration::from_secs(30);

/// How far an assignment reaches.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The branch with this key alone.
    Branch(Uuid),
    /// The branch at this place of the tree, and all below it.
    Subtree(Path),
    /// The cooperative with this key alone.
    Cooperative(Uuid),
}

/// A role that somebody holds at a branch, for a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The key.
    pub key: Uuid,
    /// What she may do.
    pub role: Role,
    /// At which branch.
    pub branch: Uuid,
    /// Where that branch stands.
    pub path: Path,
    /// Whether it holds for all branches below too.
    pub includes_descendants: bool,
    /// The first day on which it is in force, in Casablanca.
    pub valid_from: Date,
    /// The last day; none: no end.
    pub valid_to: Option<Date>,
    /// Whose representative she is; compulsory for COOPERATIVE_REP and for nobody else.
    pub cooperative: Option<Uuid>,
}

impl Assignment {
    /// Check an assignment that is to be made.
    ///
    /// # Errors
    /// All faults at once: ASSIGNMENT_INVALID at `cooperative`, `includesDescendants` or `branch`, DATE_INVALID at
    /// `validTo`.
    pub fn check(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        let is_representative = self.role == Role::CooperativeRep;
        if is_representative != self.cooperative.is_some() {
            faults.push(Fault::new(Code::AssignmentInvalid).at("cooperativeId"));
        }
        // Her cooperative is the whole of it: there is nothing below.
        if is_representative && self.includes_descendants {
            faults.push(Fault::new(Code::AssignmentInvalid).at("includesDescendants"));
        }
        if self.role == Role::NationalAdmin && !(self.path.is_root() && self.includes_descendants) {
            faults.push(Fault::new(Code::AssignmentInvalid).at("branchId"));
        }
        if self.valid_to.is_some_and(|last| last < self.valid_from) {
            faults.push(Fault::new(Code::DateInvalid).at("validTo"));
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// Whether another one gives nothing that this one does not, on some of its days.
    pub fn repeats(&self, other: &Self) -> bool {
        let is_same = (self.role, self.branch, self.cooperative) == (other.role, other.branch, other.cooperative)
            && (self.includes_descendants || !other.includes_descendants);
        let begins_before = |one: &Self, end: Option<Date>| end.is_none_or(|end| one.valid_from <= end);
        is_same && begins_before(self, other.valid_to) && begins_before(other, self.valid_to)
    }

    /// Whether it is in force on a day.
    pub fn is_in_force(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|last| day <= last)
    }

    /// How far it reaches.
    pub fn scope(&self) -> Scope {
        match self.cooperative {
            Some(cooperative) => Scope::Cooperative(cooperative),
            None if self.includes_descendants => Scope::Subtree(self.path.clone()),
            None => Scope::Branch(self.branch),
        }
    }

    /// Whether it reaches a branch.
    fn covers(&self, branch: Uuid, path: &Path) -> bool {
        match self.scope() {
            Scope::Branch(own) => own == branch,
            Scope::Subtree(own) => own.covers(path),
            Scope::Cooperative(_) => false,
        }
    }
}

/// What somebody reaches with one permission: nothing twice, and no subtree within another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Branches with all below them.
    pub subtrees: Vec<Path>,
    /// Branches alone.
    pub branches: Vec<Uuid>,
    /// Cooperatives alone.
    pub cooperatives: Vec<Uuid>,
}

impl Reach {
    /// The reach of assignments together.
    pub fn of<'a>(assignments: impl IntoIterator<Item = &'a Assignment>) -> Self {
        let assignments: Vec<&Assignment> = assignments.into_iter().collect();
        let mut reach = Self::default();
        for assignment in &assignments {
            match assignment.scope() {
                Scope::Subtree(path) => reach.subtrees.push(path),
                Scope::Branch(_) => {}
                Scope::Cooperative(key) => reach.cooperatives.push(key),
            }
        }
        // Shorter ones first: they may cover longer ones.
        reach.subtrees.sort_unstable();
        reach.subtrees.dedup_by(|later, earlier| earlier.covers(later));
        for assignment in assignments {
            if matches!(assignment.scope(), Scope::Branch(_)) && !reach.holds(&assignment.path) {
                reach.branches.push(assignment.branch);
            }
        }
        for keys in [&mut reach.branches, &mut reach.cooperatives] {
            keys.sort_unstable();
            keys.dedup();
        }
        reach
    }

    /// Whether it reaches nothing at all.
    pub fn is_empty(&self) -> bool {
        self.subtrees.is_empty() && self.branches.is_empty() && self.cooperatives.is_empty()
    }

    /// Whether it reaches a branch.
    pub fn covers(&self, branch: Uuid, path: &Path) -> bool {
        self.holds(path) || self.branches.binary_search(&branch).is_ok()
    }

    /// Whether it reaches the whole association.
    pub fn is_everything(&self) -> bool {
        self.subtrees.iter().any(Path::is_root)
    }

    /// Whether a branch stands in one of its subtrees.
    fn holds(&self, path: &Path) -> bool {
        // The last one that is not behind it in their order is the only one that can begin like it.
        let place = self.subtrees.partition_point(|own| own <= path);
        let covering = place.checked_sub(1).and_then(|place| self.subtrees.get(place));
        covering.is_some_and(|own| own.covers(path))
    }
}

/// Somebody who has signed in, with the assignments that are in force today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staff {
    /// Who she is.
    pub user: Uuid,
    /// By which sign-in.
    pub session: Uuid,
    assignments: Vec<Assignment>,
    lacks_second_factor: bool,
}

impl Staff {
    /// Somebody with those of her assignments that are in force on a day.
    pub fn on(day: Date, user: Uuid, session: Uuid, assignments: Vec<Assignment>) -> Self {
        let assignments = assignments.into_iter().filter(|assignment| assignment.is_in_force(day)).collect();
        Self { user, session, assignments, lacks_second_factor: false }
    }

    /// The same person in a session that was begun without a second factor: a role that demands one gives her nothing there.
    #[must_use]
    pub fn without_second_factor(mut self) -> Self {
        let held = self.assignments.len();
        self.assignments.retain(|assignment| !assignment.role.demands_second_factor());
        self.lacks_second_factor = self.assignments.len() < held;
        self
    }

    /// Whether roles that she holds give her nothing in this session, for want of a second factor.
    pub fn lacks_second_factor(&self) -> bool {
        self.lacks_second_factor
    }

    /// The assignments that are in force.
    pub fn assignments(&self) -> &[Assignment] {
        &self.assignments
    }

    fn with(&self, permission: Permission) -> impl Iterator<Item = &Assignment> {
        self.assignments.iter().filter(move |assignment| assignment.role.grants(permission))
    }

    /// Whether she may do it anywhere at all.
    pub fn may(&self, permission: Permission) -> bool {
        self.with(permission).next().is_some()
    }

    /// Where she may do it.
    pub fn reach(&self, permission: Permission) -> Reach {
        Reach::of(self.with(permission))
    }

    /// All that she may do somewhere, in their order.
    pub fn permissions(&self) -> Vec<Permission> {
        Permission::ALL.iter().copied().filter(|permission| self.may(*permission)).collect()
    }

    /// Why she may do it at a branch: the first assignment that lets her.
    pub fn because(&self, permission: Permission, branch: Uuid, path: &Path) -> Option<&Assignment> {
        self.with(permission).find(|assignment| assignment.covers(branch, path))
    }

    /// Whether she may give an assignment to somebody, or take it away.
    ///
    /// Never to herself; only roles that hers may grant, where hers holds, and no further down than hers goes; a branch
    /// administrator makes others strictly below her own branch only.
    ///
    /// # Errors
    /// ROLE_NOT_GRANTABLE.
    pub fn may_assign(&self, to: Uuid, given: &Assignment) -> Result<(), Fault> {
        let may = |own: &Assignment| {
            let is_equal = own.role == given.role && own.role == Role::BranchAdmin;
            let reaches = own.covers(given.branch, &given.path);
            let reaches_down = !given.includes_descendants || own.includes_descendants;
            own.role.may_grant(given.role) && reaches && reaches_down && !(is_equal && own.branch == given.branch)
        };
        if to != self.user && self.assignments.iter().any(may) {
            Ok(())
        } else {
            Err(Fault::new(Code::RoleNotGrantable))
        }
    }
}

/// Nobody decides about what she submitted herself.
///
/// # Errors
/// FOUR_EYES_REQUIRED.
pub fn four_eyes(submitted_by: Uuid, decided_by: Uuid) -> Result<(), Fault> {
    if submitted_by == decided_by { Err(Fault::new(Code::FourEyesRequired)) } else { Ok(()) }
}

/// The association is never without a national administrator who can come in: `left` is how many there would be.
///
/// # Errors
/// LAST_NATIONAL_ADMIN.
pub fn keep_a_national_admin(left: u64) -> Result<(), Fault> {
    if left == 0 { Err(Fault::new(Code::LastNationalAdmin)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn key(number: u8) -> Uuid {
        Uuid::from_bytes([number; 16])
    }

    /// A small tree: 1 above 11 and 12, 11 above 111 and 112, and so on; a branch is named by its digits.
    fn path(digits: &[u8]) -> Path {
        let mut path = Path::root(key(0));
        for place in 1..=digits.len() {
            path = path.child(branch(&digits[..place]));
        }
        path
    }

    fn branch(digits: &[u8]) -> Uuid {
        let mut bytes = [0; 16];
        bytes[..digits.len()].copy_from_slice(digits);
        if digits.is_empty() { key(0) } else { Uuid::from_bytes(bytes) }
    }

    fn assignment(role: Role, at: &[u8], includes_descendants: bool) -> Assignment {
        Assignment {
            key: key(9),
            role,
            branch: branch(at),
            path: path(at),
            includes_descendants,
            valid_from: date(2026, 1, 1),
            valid_to: None,
            cooperative: (role == Role::CooperativeRep).then(|| key(77)),
        }
    }

    fn staff(assignments: Vec<Assignment>) -> Staff {
        Staff::on(date(2026, 11, 23), key(1), key(2), assignments)
    }

    #[test]
    fn an_address_is_kept_in_one_form() {
        assert_eq!(email(" Khouribga@UNFM.Example "), Ok("khouribga@unfm.example".to_owned()));
        for wrong in ["", "a", "a@b", "@b.c", "a@b.", "a b@c.d", "a@b@c.d", "a\n@b.c", "<a@b.c>", ".a@b.c", "a..b@c.d"]
        {
            assert!(email(wrong).is_err(), "{wrong}");
        }
        assert!(email(&format!("{}@b.c", "a".repeat(65))).is_err());
    }

    #[test]
    fn a_password_is_neither_short_nor_endless() {
        assert!(check_password("كلمة سر طويلة").is_ok(), "characters are counted, not bytes");
        assert!(check_password("eleven char").is_err() && check_password("twelve chars").is_ok());
        assert!(check_password(&"x".repeat(257)).is_err());
    }

    #[test]
    fn who_keeps_failing_waits_longer_and_never_for_good() {
        let seconds = |failures| delay(failures, DELAY_FROM_ONE_PLACE).as_secs();
        assert_eq!([0, 2, 3, 4, 5, 12, 100, u32::MAX].map(seconds), [0, 0, 1, 2, 4, 512, 900, 900]);
        assert_eq!(delay(u32::MAX, DELAY_FROM_ALL_PLACES).as_secs(), 30);
    }

    #[test]
    fn an_assignment_begins_and_ends_with_its_days() {
        let mut held = assignment(Role::DataEntry, &[1], false);
        held.valid_to = Some(date(2026, 3, 31));
        for (day, is_in_force) in [
            (date(2025, 12, 31), false),
            (date(2026, 1, 1), true),
            (date(2026, 3, 31), true),
            (date(2026, 4, 1), false),
        ] {
            assert_eq!(held.is_in_force(day), is_in_force, "{day}");
            let staff = Staff::on(day, key(1), key(2), vec![held.clone()]);
            assert_eq!(staff.may(Permission::SeeCooperatives), is_in_force, "{day}");
        }
        assert!(staff(vec![]).permissions().is_empty(), "no assignment, no rows");
    }

    #[test]
    fn without_a_second_factor_only_roles_that_demand_none_give_rights() {
        let both = vec![assignment(Role::DataEntry, &[1], false), assignment(Role::BranchAdmin, &[1], true)];
        let bare = staff(both.clone()).without_second_factor();
        assert!(bare.may(Permission::ManageCooperatives) && !bare.may(Permission::DecideCooperatives));
        assert!(bare.lacks_second_factor() && !staff(both.clone()).lacks_second_factor());
        assert!(!staff(both[..1].to_vec()).without_second_factor().lacks_second_factor());
    }

    #[test]
    fn the_same_role_is_held_once_on_a_day() {
        let held = Assignment { valid_to: Some(date(2026, 6, 30)), ..assignment(Role::DataEntry, &[1], false) };
        let days = |from, to| Assignment { valid_from: from, valid_to: to, ..held.clone() };
        assert!(held.repeats(&held) && held.repeats(&days(date(2026, 6, 30), None)));
        assert!(!held.repeats(&days(date(2026, 7, 1), None)), "it begins when the other has ended");
        assert!(!held.repeats(&days(date(2025, 1, 1), Some(date(2025, 12, 31)))));
        assert!(!held.repeats(&Assignment { includes_descendants: true, ..held.clone() }), "it reaches further");
        assert!(!held.repeats(&assignment(Role::DataEntry, &[2], false)));
        assert!(!held.repeats(&assignment(Role::ProgrammeOfficer, &[1], false)));
    }

    #[test]
    fn an_assignment_fits_its_role() {
        let mut representative = assignment(Role::CooperativeRep, &[1], false);
        assert_eq!(representative.check(), Ok(()));
        representative.includes_descendants = true;
        representative.valid_to = Some(date(2025, 1, 1));
        representative.cooperative = None;
        let faults = representative.check().unwrap_err();
        let fields: Vec<String> = faults.iter().map(|fault| fault.field.join(".")).collect();
        assert_eq!(fields, ["cooperativeId", "includesDescendants", "validTo"]);
        let mut clerk = assignment(Role::DataEntry, &[1], false);
        clerk.cooperative = Some(key(5));
        assert!(clerk.check().is_err());
        assert!(assignment(Role::NationalAdmin, &[1], true).check().is_err());
        assert_eq!(assignment(Role::NationalAdmin, &[], true).check(), Ok(()));
    }

    #[test]
    fn a_branch_alone_is_not_its_subtree() {
        let alone = staff(vec![assignment(Role::BranchAdmin, &[1], false)]).reach(Permission::SeeCooperatives);
        assert!(alone.covers(branch(&[1]), &path(&[1])));
        assert!(!alone.covers(branch(&[1, 1]), &path(&[1, 1])));
        let whole = staff(vec![assignment(Role::BranchAdmin, &[1], true)]).reach(Permission::SeeCooperatives);
        assert!(whole.covers(branch(&[1, 1]), &path(&[1, 1])));
        assert!(!whole.covers(branch(&[2]), &path(&[2])) && !whole.covers(branch(&[]), &path(&[])));
    }

    #[test]
    fn a_representative_reaches_her_cooperative_and_no_branch() {
        let reach = staff(vec![assignment(Role::CooperativeRep, &[1], false)]).reach(Permission::SeeProducts);
        assert_eq!(reach.cooperatives, [key(77)]);
        assert!(!reach.covers(branch(&[1]), &path(&[1])) && !reach.is_empty());
    }

    #[test]
    fn a_permission_reaches_as_far_as_the_roles_that_grant_it() {
        let both = vec![assignment(Role::Auditor, &[1], true), assignment(Role::DataEntry, &[2], false)];
        let staff = staff(both);
        let seen = staff.reach(Permission::SeeCooperatives);
        assert!(seen.covers(branch(&[1, 2]), &path(&[1, 2])) && seen.covers(branch(&[2]), &path(&[2])));
        let changed = staff.reach(Permission::ManageCooperatives);
        assert!(!changed.covers(branch(&[1]), &path(&[1])), "to see is not to change");
        let because = staff.because(Permission::ManageCooperatives, branch(&[2]), &path(&[2]));
        assert_eq!(because.map(|assignment| assignment.role), Some(Role::DataEntry));
        assert_eq!(staff.because(Permission::ManageCooperatives, branch(&[1]), &path(&[1])), None);
    }

    #[test]
    fn nobody_grants_more_than_she_may() {
        let national = staff(vec![assignment(Role::NationalAdmin, &[], true)]);
        let provincial = staff(vec![assignment(Role::BranchAdmin, &[1], true)]);
        let lone = staff(vec![assignment(Role::BranchAdmin, &[1], false)]);
        let other = key(50);
        let may = |staff: &Staff, given: &Assignment| staff.may_assign(other, given).is_ok();
        assert!(may(&national, &assignment(Role::Auditor, &[1], true)));
        assert!(may(&national, &assignment(Role::NationalAdmin, &[], true)));
        assert!(may(&provincial, &assignment(Role::DataEntry, &[1], true)));
        assert!(may(&provincial, &assignment(Role::BranchAdmin, &[1, 1], true)));
        assert!(!may(&provincial, &assignment(Role::BranchAdmin, &[1], true)), "strictly below her own");
        assert!(!may(&provincial, &assignment(Role::Auditor, &[1], false)));
        assert!(!may(&provincial, &assignment(Role::DataEntry, &[2], false)), "never outside her subtree");
        assert!(may(&lone, &assignment(Role::DataEntry, &[1], false)));
        assert!(!may(&lone, &assignment(Role::DataEntry, &[1], true)), "no further down than hers goes");
        assert!(
            national.may_assign(national.user, &assignment(Role::DataEntry, &[1], false)).is_err(),
            "never herself"
        );
        let clerk = staff(vec![assignment(Role::MarketManager, &[1], true)]);
        assert!(Role::ALL.iter().all(|role| !may(&clerk, &assignment(*role, &[1, 1], false))));
    }

    #[test]
    fn what_somebody_submitted_another_one_decides_and_one_national_administrator_stays() {
        assert_eq!(four_eyes(key(1), key(1)).unwrap_err().code, Code::FourEyesRequired);
        assert_eq!(four_eyes(key(1), key(2)), Ok(()));
        assert_eq!(keep_a_national_admin(0).unwrap_err().code, Code::LastNationalAdmin);
        assert_eq!(keep_a_national_admin(1), Ok(()));
    }

    #[test]
    fn a_login_that_was_disabled_is_not_invited_again() {
        use UserStatus as S;
        assert_eq!(S::Invited.transition(S::Active), Ok(S::Active));
        assert_eq!(S::Disabled.transition(S::Active), Ok(S::Active));
        for (from, to) in [(S::Disabled, S::Invited), (S::Invited, S::Locked), (S::Active, S::Active)] {
            assert_eq!(from.transition(to).unwrap_err().code, Code::StatusInvalid, "{from} {to}");
        }
    }

    proptest! {
        /// The reach of many assignments covers what one of them covers, and nothing else.
        #[test]
        fn a_reach_is_the_union_of_its_assignments(
            held in proptest::collection::vec((proptest::collection::vec(1_u8..4, 0..4), any::<bool>()), 0..8),
            asked in proptest::collection::vec(1_u8..4, 0..5),
        ) {
            let held: Vec<_> = held.iter().map(|(at, down)| assignment(Role::BranchAdmin, at, *down)).collect();
            let reach = Reach::of(&held);
            let (branch, path) = (branch(&asked), path(&asked));
            let expected = held.iter().any(|own| own.covers(branch, &path));
            prop_assert_eq!(reach.covers(branch, &path), expected);
            for (place, subtree) in reach.subtrees.iter().enumerate() {
                prop_assert!(reach.subtrees.iter().skip(place + 1).all(|other| !subtree.covers(other)));
            }
        }
    }
}
