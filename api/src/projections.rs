//! All projections: each stands behind those whose tables it follows from.

use crate::platform::projection::Projections;
use crate::{
    agreement, branch, budget_line, contribution, cooperative, indicator, market, partner, product, programme, stock,
    submission, tranche,
};

/// What follows from changes of the database.
pub static PROJECTIONS: Projections = &[
    &branch::projection::NAME_KEYS,
    &partner::projection::NAME_KEYS,
    &indicator::projection::NAME_KEYS,
    &branch::projection::PATHS,
    &branch::projection::Places,
    &cooperative::projection::NAME_KEYS,
    &cooperative::projection::MEMBER_COUNTS,
    &market::projection::NAME_KEYS,
    &product::projection::NAME_KEYS,
    &product::projection::PUBLICATION,
    &product::projection::VARIANTS,
    &product::projection::SIGNS,
    &product::projection::PHOTOS,
    &product::projection::LISTINGS,
    &product::projection::PRICES,
    &product::projection::Search,
    &stock::projection::LOTS,
    &stock::projection::LEVELS,
    &stock::projection::LISTINGS,
    &agreement::projection::PARTIES,
    &agreement::projection::BRANCHES,
    &agreement::projection::OBJECTIVES,
    &contribution::projection::PUBLICATION,
    &budget_line::projection::BALANCES,
    &tranche::projection::SUMS,
    &programme::projection::TITLE_KEYS,
    &programme::projection::PARTICIPATIONS,
    &programme::projection::INDICATORS,
    &submission::projection::DESKS,
    &submission::projection::Acceptance,
    &indicator::disclosure::Disclosure,
    &indicator::projection::PUBLICATION,
    &programme::projection::LATEST,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_projection_stands_behind_those_that_it_follows_from() {
        for (place, projection) in PROJECTIONS.iter().enumerate() {
            for later in &PROJECTIONS[place + 1..] {
                let sources = projection.sources().iter().filter(|source| source.table == later.table());
                for column in sources.flat_map(|source| source.columns) {
                    assert!(
                        !later.columns().contains(column),
                        "{} follows from {}.{column}, which is derived behind it",
                        projection.table(),
                        later.table(),
                    );
                }
            }
        }
    }
}
