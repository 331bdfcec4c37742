//! What is derived of markets: the keys that lists by name sort by.

use crate::platform::graphql::global_id::Kind;
use crate::platform::graphql::text::compute_name_keys;
use crate::platform::projection::{ComputedColumns, Derived, Source};

/// What lists by name sort by.
pub static NAME_KEYS: ComputedColumns = ComputedColumns {
    of: Derived {
        table: "market",
        kind: Some(Kind::Market),
        key: "id",
        branch: "branch_id",
        sources: &[Source { table: "market", columns: &["name"], by: "id", to: "id" }],
    },
    columns: &["name_key_ar", "name_key_fr"],
    inputs: &["name"],
    compute: compute_name_keys,
};
