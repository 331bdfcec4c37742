//! What is derived of agreements: whether their parties, branches and objectives may be shown.

use crate::platform::projection::{Derived, Source, SqlColumns};

/// A party may be shown with its agreement.
pub static PARTIES: SqlColumns = SqlColumns {
    of: Derived {
        table: "agreement_party",
        kind: None,
        key: "agreement_id",
        branch: "branch_id",
        sources: &[
            Source { table: "agreement", columns: &["published"], by: "id", to: "agreement_id" },
            Source { table: "agreement_party", columns: &[], by: "agreement_id", to: "agreement_id" },
        ],
    },
    columns: &[(
        "published",
        "select agreement.published from agreement where agreement.id = agreement_party.agreement_id",
    )],
};

/// A branch that implements an agreement may be shown with it.
pub static BRANCHES: SqlColumns = SqlColumns {
    of: Derived {
        table: "agreement_implementation",
        kind: None,
        key: "agreement_id",
        branch: "branch_id",
        sources: &[
            Source { table: "agreement", columns: &["published"], by: "id", to: "agreement_id" },
            Source { table: "agreement_implementation", columns: &[], by: "agreement_id", to: "agreement_id" },
        ],
    },
    columns: &[(
        "published",
        "select agreement.published from agreement where agreement.id = agreement_implementation.agreement_id",
    )],
};

/// An objective may be shown with its agreement.
pub static OBJECTIVES: SqlColumns = SqlColumns {
    of: Derived {
        table: "agreement_objective",
        kind: None,
        key: "agreement_id",
        branch: "branch_id",
        sources: &[
            Source { table: "agreement", columns: &["published"], by: "id", to: "agreement_id" },
            Source { table: "agreement_objective", columns: &[], by: "agreement_id", to: "agreement_id" },
        ],
    },
    columns: &[(
        "published",
        "select agreement.published from agreement where agreement.id = agreement_objective.agreement_id",
    )],
};
