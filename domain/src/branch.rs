//! The tenant tree: national > regional > provincial > local.

use crate::codes;
use crate::fault::{Code, Fault};
use uuid::Uuid;

/// The key of the national branch, which is the same on every installation.
pub fn national() -> Uuid {
    crate::id::founding("branch", "national")
}

codes! {
    /// The rank of a branch; each stands above the next.
    BranchKind {
        /// The national body, of which there is one.
        National = "NATIONAL",
        /// A branch for a region.
        Regional = "REGIONAL",
        /// A branch for a province or prefecture.
        Provincial = "PROVINCIAL",
        /// A branch for a town or a group of communes.
        Local = "LOCAL",
    }
}

codes! {
    /// Whether a branch works. A branch is closed, never deleted.
    BranchStatus {
        /// The branch is active.
        Active = "ACTIVE",
        /// The branch was closed.
        Closed = "CLOSED",
    }
}

impl BranchKind {
    /// Whether a branch of this rank may stand directly above one of that rank. A rank may be left out.
    pub fn may_be_above(self, child: Self) -> bool {
        self < child
    }
}

impl BranchStatus {
    /// Whether the public sees a branch that stands here: a closed one too, for what it owned keeps naming it.
    pub fn is_published(self) -> bool {
        match self {
            Self::Active | Self::Closed => true,
        }
    }

    /// Go from here to there; a closed branch can be reopened.
    ///
    /// # Errors
    /// STATUS_INVALID.
    pub fn transition(self, next: Self) -> Result<Self, Fault> {
        match (self, next) {
            (Self::Active, Self::Closed) | (Self::Closed, Self::Active) => Ok(next),
            (Self::Active, Self::Active) | (Self::Closed, Self::Closed) => Err(Fault::status(self, next)),
        }
    }
}

/// The place of a branch in the tree: the keys from the national branch down to it, each closed by `/`, so that the
/// path of one branch never begins like that of another that is not above it (`/1/5/` does not cover `/1/50/`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(String);

impl Path {
    /// The path of the national branch.
    pub fn root(key: Uuid) -> Self {
        Self(format!("/{}/", key.simple()))
    }

    /// Read a stored path.
    ///
    /// # Errors
    /// BRANCH_PLACE_INVALID when it does not begin and end with `/`, or a key holds anything but letters a to z and
    /// digits: a path is compared as text, so a key may hold no sign that a pattern of the database would obey.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let is_key =
            |key: &str| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        let keys = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
        let sound = keys.is_some_and(|keys| keys.split('/').all(is_key));
        if sound { Ok(Self(text.to_owned())) } else { Err(Fault::new(Code::BranchPlaceInvalid)) }
    }

    /// The path of a branch directly below.
    #[must_use]
    pub fn child(&self, key: Uuid) -> Self {
        Self(format!("{}{}/", self.0, key.simple()))
    }

    /// The keys from the national branch down to it.
    pub fn keys(&self) -> impl Iterator<Item = Uuid> + '_ {
        self.as_str().split('/').filter_map(|key| Uuid::parse_str(key).ok())
    }

    /// Whether it is the path of the national branch.
    pub fn is_root(&self) -> bool {
        self.0.bytes().filter(|byte| *byte == b'/').count() == 2
    }

    /// The range of paths, in the order of their bytes, that this one covers: from here, to before there.
    pub fn range(&self) -> (&str, String) {
        // What follows `/` is `0`, so the next text that does not begin like this one ends with it.
        (&self.0, format!("{}0", self.0.trim_end_matches('/')))
    }

    /// Whether a branch is this one or stands below it.
    pub fn covers(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }

    /// The path of a branch of the subtree `from` after it was moved below `parent`.
    ///
    /// # Errors
    /// BRANCH_PLACE_INVALID when this is not in the subtree, or when `parent` is: that would be a cycle.
    pub fn moved(&self, from: &Self, parent: &Self) -> Result<Self, Fault> {
        let fault = || Fault::new(Code::BranchPlaceInvalid);
        if from.covers(parent) {
            return Err(fault());
        }
        let below = self.0.strip_prefix(from.0.as_str()).ok_or_else(fault)?;
        let own = from.0.trim_end_matches('/').rsplit('/').next().ok_or_else(fault)?;
        Ok(Self(format!("{}{own}/{below}", parent.0)))
    }

    /// The path as it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_path_never_covers_a_neighbour_that_begins_alike() {
        let (five, fifty) = (Path::parse("/1/5/").unwrap(), Path::parse("/1/50/").unwrap());
        assert!(!five.covers(&fifty) && !fifty.covers(&five));
        for wrong in ["", "/", "//", "1/", "/1/5", "/1//5/", "/%/", "/_/", "/1 /", "/A/", "/é/"] {
            assert!(Path::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_branch_is_closed_and_opened_again_and_never_vanishes() {
        assert_eq!(BranchStatus::Active.transition(BranchStatus::Closed), Ok(BranchStatus::Closed));
        assert_eq!(BranchStatus::Closed.transition(BranchStatus::Active), Ok(BranchStatus::Active));
        assert!(BranchStatus::Closed.transition(BranchStatus::Closed).is_err());
        assert!(BranchStatus::Active.is_published() && BranchStatus::Closed.is_published());
    }

    #[test]
    fn a_branch_cannot_be_moved_below_itself() {
        let root = Path::root(Uuid::from_u128(1));
        let region = root.child(Uuid::from_u128(2));
        let province = region.child(Uuid::from_u128(3));
        let other = root.child(Uuid::from_u128(4));

        assert!(region.moved(&region, &province).is_err());
        assert_eq!(province.moved(&region, &other).unwrap(), other.child(Uuid::from_u128(2)).child(Uuid::from_u128(3)));
        assert!(other.moved(&region, &root).is_err());
    }

    #[test]
    fn ranks_stand_above_lower_ones_only() {
        assert!(BranchKind::National.may_be_above(BranchKind::Provincial));
        assert!(!BranchKind::Local.may_be_above(BranchKind::Local));
        assert!(!BranchKind::Provincial.may_be_above(BranchKind::Regional));
    }

    proptest! {
        #[test]
        fn moving_a_subtree_keeps_its_shape(keys in proptest::collection::hash_set(any::<u128>(), 5)) {
            let keys: Vec<Uuid> = keys.into_iter().map(Uuid::from_u128).collect();
            let root = Path::root(keys[0]);
            let (from, parent) = (root.child(keys[1]), root.child(keys[2]));
            let (below, leaf) = (from.child(keys[3]), from.child(keys[3]).child(keys[4]));
            let moved = |path: &Path| path.moved(&from, &parent).unwrap();
            prop_assert_eq!(moved(&from), parent.child(keys[1]));
            prop_assert!(moved(&from).covers(&moved(&below)) && moved(&below).covers(&moved(&leaf)));
            prop_assert!(parent.covers(&moved(&leaf)) && !from.covers(&moved(&leaf)));
            prop_assert_eq!(moved(&leaf).moved(&moved(&from), &root).unwrap(), leaf.clone());
            prop_assert_eq!(Path::parse(leaf.as_str()).unwrap(), leaf);
        }

        #[test]
        fn covering_is_an_order(keys in proptest::collection::vec(any::<u128>(), 1..6), cut in 0_usize..6) {
            let paths: Vec<Path> = keys.iter().skip(1).fold(vec![Path::root(Uuid::from_u128(keys[0]))], |mut paths, key| {
                let last = paths.last().unwrap().child(Uuid::from_u128(*key));
                paths.push(last);
                paths
            });
            let cut = cut.min(paths.len() - 1);
            for (place, path) in paths.iter().enumerate() {
                prop_assert_eq!(paths[cut].covers(path), place >= cut);
            }
        }
    }
}
