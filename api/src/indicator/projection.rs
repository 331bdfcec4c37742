//! What is derived of figures: whether they may be shown.

use crate::platform::graphql::global_id::Kind;
use crate::platform::projection::{Derived, Source, SqlColumns};

/// A figure of a programme may be shown once it is accepted, with the programme; a statistic always.
pub static PUBLICATION: SqlColumns = SqlColumns {
    of: Derived {
        table: "indicator_value",
        kind: Some(Kind::IndicatorValue),
        key: "id",
        branch: "branch_id",
        sources: &[
            Source { table: "programme", columns: &["published"], by: "id", to: "programme_id" },
            Source { table: "indicator_value", columns: &["accepted", "programme_id"], by: "id", to: "id" },
        ],
    },
    columns: &[(
        "published",
        "programme_id is null or (accepted
           and (select programme.published from programme where programme.id = indicator_value.programme_id))",
    )],
};
