//! What is derived of tranches: what was received and justified.

use crate::platform::graphql::global_id::Kind;
use crate::platform::projection::{Derived, Source, SqlColumns};

/// What was received of a tranche and justified of it.
pub static SUMS: SqlColumns = SqlColumns {
    of: Derived {
        table: "tranche",
        kind: Some(Kind::Tranche),
        key: "id",
        branch: "branch_id",
        sources: &[
            Source { table: "tranche", columns: &["ordinal"], by: "id", to: "id" },
            Source { table: "tranche_entry", columns: &[], by: "tranche_id", to: "id" },
        ],
    },
    columns: &[
        (
            "received",
            "cast(coalesce((select sum(e.amount) from tranche_entry e
               where e.tranche_id = tranche.id and e.kind = 'RECEIPT'), 0) as bigint)",
        ),
        (
            "justified",
            "cast(coalesce((select sum(e.amount) from tranche_entry e
               where e.tranche_id = tranche.id and e.kind = 'JUSTIFICATION'), 0) as bigint)",
        ),
    ],
};
