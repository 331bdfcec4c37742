//! Markets: permanent places of sale, supervised by a branch.

use crate::codes;
use crate::fault::Fault;
use crate::text::LocalizedText;
use serde::{Deserialize, Serialize};

codes! {
    /// The status of a market.
    MarketStatus {
        /// The market is an idea; it is not public.
        Planned = "PLANNED",
        /// The market is being prepared; it is not public.
        InPreparation = "IN_PREPARATION",
        /// The market is open for business; its hours say when.
        Open = "OPEN",
        /// The market is closed for a time.
        Suspended = "SUSPENDED",
        /// The market is closed for good.
        Closed = "CLOSED",
    }
}

codes! {
    /// The origin of opening hours.
    OpeningHoursBasis {
        /// The hours are not published.
        NotPublished = "NOT_PUBLISHED",
        /// The branch published them.
        Published = "PUBLISHED",
        /// The hours were invented for demonstration.
        Demo = "DEMO",
    }
}

/// What a market is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aim {
    /// A code, unique within the market.
    pub code: String,
    /// What it says.
    pub text: LocalizedText,
}

impl MarketStatus {
    /// Whether the public sees a market that stands here.
    pub fn is_published(self) -> bool {
        match self {
            Self::Planned => false,
            Self::InPreparation | Self::Open | Self::Suspended | Self::Closed => true,
        }
    }

    /// Go from here to there.
    ///
    /// # Errors
    /// STATUS_INVALID.
    pub fn transition(self, next: Self) -> Result<Self, Fault> {
        let may = match self {
            Self::Planned => matches!(next, Self::InPreparation | Self::Closed),
            Self::InPreparation | Self::Suspended => matches!(next, Self::Open | Self::Closed),
            Self::Open => matches!(next, Self::Suspended | Self::Closed),
            Self::Closed => false,
        };
        if may { Ok(next) } else { Err(Fault::status(self, next)) }
    }
}

/// Whether what is listed at a market may be sold there today: its listing may be shown today, and the market works.
/// Listings of a market that does not work stay listed.
pub fn available(listing_shown: bool, market: MarketStatus) -> bool {
    match market {
        MarketStatus::Open => listing_shown,
        MarketStatus::Planned | MarketStatus::InPreparation | MarketStatus::Suspended | MarketStatus::Closed => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::Coded;
    use proptest::prelude::*;

    #[test]
    fn things_are_sold_at_an_open_market_alone() {
        for status in MarketStatus::ALL {
            assert_eq!(available(true, *status), *status == MarketStatus::Open, "{status}");
            assert!(!available(false, *status), "{status}");
        }
    }

    #[test]
    fn an_aim_is_stored_as_it_reads() {
        let stored = r#"{"code":"SALES","text":{"ar":"بيع","fr":"vente"}}"#;
        let aim: Aim = serde_json::from_str(stored).unwrap();
        assert_eq!(serde_json::to_string(&aim).unwrap(), stored);
    }

    proptest! {
        #[test]
        fn a_market_once_public_stays_so(moves in proptest::collection::vec(0_usize..MarketStatus::ALL.len(), 0..40)) {
            let mut status = MarketStatus::Planned;
            for next in moves {
                let Ok(next) = status.transition(MarketStatus::ALL[next]) else { continue };
                prop_assert!(next > status || status == MarketStatus::Suspended);
                prop_assert!(!status.is_published() || next.is_published());
                status = next;
            }
        }
    }

    #[test]
    fn a_market_opens_once_it_is_prepared_and_never_again_once_closed() {
        assert!(MarketStatus::Planned.transition(MarketStatus::Open).is_err());
        assert!(MarketStatus::InPreparation.transition(MarketStatus::Open).is_ok());
        assert!(MarketStatus::Suspended.transition(MarketStatus::Open).is_ok());
        assert!(MarketStatus::Closed.transition(MarketStatus::Open).is_err());
        assert!(!MarketStatus::Planned.is_published() && MarketStatus::Closed.is_published());
    }
}
