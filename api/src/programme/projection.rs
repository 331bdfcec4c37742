//! What is derived of programmes: the keys of their titles, and whether what belongs to them may be shown.

use crate::platform::graphql::global_id::Kind;
use crate::platform::graphql::text::compute_name_keys;
use crate::platform::projection::{ComputedColumns, Derived, Source, SqlColumns};

/// What lists by title sort by.
pub static TITLE_KEYS: ComputedColumns = ComputedColumns {
    of: Derived {
        table: "programme",
        kind: Some(Kind::Programme),
        key: "id",
        branch: "branch_id",
        sources: &[Source { table: "programme", columns: &["title"], by: "id", to: "id" }],
    },
    columns: &["title_key_ar", "title_key_fr"],
    inputs: &["title"],
    compute: compute_name_keys,
};

const OF_PROGRAMME: Source = Source { table: "programme", columns: &["published"], by: "id", to: "programme_id" };

/// A branch's part in a programme may be shown with the programme.
pub static PARTICIPATIONS: SqlColumns = SqlColumns {
    of: Derived {
        table: "programme_branch",
        kind: None,
        key: "programme_id",
        branch: "branch_id",
        sources: &[
            OF_PROGRAMME,
            Source { table: "programme_branch", columns: &[], by: "programme_id", to: "programme_id" },
        ],
    },
    columns: &[(
        "published",
        "select programme.published from programme where programme.id = programme_branch.programme_id",
    )],
};

/// An indicator that a programme follows may be shown with the programme.
pub static INDICATORS: SqlColumns = SqlColumns {
    of: Derived {
        table: "programme_indicator",
        kind: Some(Kind::ProgrammeIndicator),
        key: "id",
        branch: "branch_id",
        sources: &[
            OF_PROGRAMME,
            Source { table: "programme_indicator", columns: &["programme_id"], by: "id", to: "id" },
        ],
    },
    columns: &[(
        "published",
        "select programme.published from programme where programme.id = programme_indicator.programme_id",
    )],
};

/// The latest result of a programme that is not of one group alone.
pub static LATEST: SqlColumns = SqlColumns {
    of: Derived {
        table: "programme_indicator",
        kind: Some(Kind::ProgrammeIndicator),
        key: "id",
        branch: "branch_id",
        sources: &[Source { table: "indicator_value", columns: &["accepted"], by: "programme_id", to: "programme_id" }],
    },
    columns: &[(
        "latest_actual_id",
        "select v.id from indicator_value v
         where v.programme_id = programme_indicator.programme_id and v.indicator_id = programme_indicator.indicator_id
           and v.kind = 'ACTUAL' and v.accepted and v.sex is null and v.age_band is null and v.milieu is null
         order by v.period_end desc, v.source_year desc, v.source_code desc, v.number desc limit 1",
    )],
};
