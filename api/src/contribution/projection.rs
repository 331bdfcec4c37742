//! What is derived of contributions: whether they may be shown.

use crate::platform::graphql::global_id::Kind;
use crate::platform::projection::{Derived, Source, SqlColumns};

/// A contribution may be shown with the agreement or the market that it is for.
pub static PUBLICATION: SqlColumns = SqlColumns {
    of: Derived {
        table: "contribution",
        kind: Some(Kind::Contribution),
        key: "id",
        branch: "branch_id",
        sources: &[
            Source { table: "agreement", columns: &["published"], by: "id", to: "agreement_id" },
            Source { table: "market", columns: &["published"], by: "id", to: "market_id" },
            Source { table: "contribution", columns: &["agreement_id", "market_id"], by: "id", to: "id" },
        ],
    },
    columns: &[(
        "published",
        "coalesce((select agreement.published from agreement where agreement.id = contribution.agreement_id),
           (select market.published from market where market.id = contribution.market_id))",
    )],
};
