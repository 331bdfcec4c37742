//! What is derived of budget lines: what they hold after transfers, and what was spent of them.

use crate::platform::graphql::global_id::Kind;
use crate::platform::projection::{Derived, Source, SqlColumns};

/// What a line holds, and what was spent of it.
pub static BALANCES: SqlColumns = SqlColumns {
    of: Derived {
        table: "budget_line",
        kind: Some(Kind::BudgetLine),
        key: "id",
        branch: "branch_id",
        sources: &[
            Source { table: "budget_line", columns: &["planned"], by: "id", to: "id" },
            Source { table: "budget_transfer", columns: &[], by: "from_line_id", to: "id" },
            Source { table: "budget_transfer", columns: &[], by: "to_line_id", to: "id" },
            Source { table: "expense", columns: &["amount"], by: "budget_line_id", to: "id" },
        ],
    },
    columns: &[
        (
            "amount",
            "planned
               + cast(coalesce((select sum(t.amount) from budget_transfer t where t.to_line_id = budget_line.id), 0) as bigint)
               - cast(coalesce((select sum(t.amount) from budget_transfer t where t.from_line_id = budget_line.id), 0) as bigint)",
        ),
        (
            "spent",
            "cast(coalesce((select sum(e.amount) from expense e where e.budget_line_id = budget_line.id), 0) as bigint)",
        ),
    ],
};
