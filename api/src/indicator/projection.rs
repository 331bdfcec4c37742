//! What is derived of indicators and their figures: the keys of names, and whether figures may be shown.

use crate::platform::graphql::global_id::Kind;
use crate::platform::graphql::text::compute_name_keys;
use crate::platform::projection::{ComputedColumns, Derived, Source, SqlColumns};

/// What lists by name sort by.
pub static NAME_KEYS: ComputedColumns = ComputedColumns {
    of: Derived {
        table: "indicator",
        kind: None,
        key: "id",
        branch: "null",
        sources: &[Source { table: "indicator", columns: &["name"], by: "id", to: "id" }],
    },
    columns: &["name_key_ar", "name_key_fr"],
    inputs: &["name"],
    compute: compute_name_keys,
};

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
