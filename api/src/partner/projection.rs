//! What is derived of partner organisations: the keys of their names.

use crate::platform::graphql::text::compute_name_keys;
use crate::platform::projection::{ComputedColumns, Derived, Source};

/// What lists by name sort by.
pub static NAME_KEYS: ComputedColumns = ComputedColumns {
    of: Derived {
        table: "partner",
        kind: None,
        key: "id",
        branch: "null",
        sources: &[Source { table: "partner", columns: &["name"], by: "id", to: "id" }],
    },
    columns: &["name_key_ar", "name_key_fr"],
    inputs: &["name"],
    compute: compute_name_keys,
};
