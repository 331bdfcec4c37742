//! What is derived of submissions: on whose desk they lie, and the figures that leave with them once they are accepted.

use crate::platform::error::Result;
use crate::platform::graphql::global_id::Kind;
use crate::platform::projection::{Derivation, Derived, Projection, Rows, Source, SqlColumns, difference};
use crate::platform::query::change::Change;
use futures_util::future::BoxFuture;
use sea_orm::Value;
use uuid::Uuid;

/// The branch whose word comes next: the submitting one while figures are entered, then the nearest above it that has not
/// approved, and nobody once they are accepted. The store sets it with each move; a branch that moves takes its submissions
/// to the desks of its new place.
pub static DESKS: SqlColumns = SqlColumns {
    of: Derived {
        table: "submission",
        kind: Some(Kind::Submission),
        key: "id",
        branch: "branch_id",
        sources: &[Source { table: "branch", columns: &["path"], by: "id", to: "branch_id" }],
    },
    columns: &[(
        "stands_with_id",
        "case status when 'OPEN' then branch_id when 'RETURNED' then branch_id when 'ACCEPTED' then null
           else coalesce((select above.id from branch own join branch above
             on above.id <> own.id and own.path like above.path || '%'
             where own.id = submission.branch_id
               and (submission.status = 'SUBMITTED' or above.kind = 'NATIONAL'
                 or (submission.status = 'APPROVED_PROVINCE' and above.kind = 'REGIONAL'))
             order by length(above.path) desc limit 1), branch_id) end",
    )],
};

/// The figures of accepted submissions, as they leave: a row for each, which is not shown while its submission is unlocked.
#[derive(Debug)]
pub struct Acceptance;

const FIGURES: Derived = Derived {
    table: "indicator_value",
    kind: Some(Kind::IndicatorValue),
    key: "id",
    branch: "branch_id",
    sources: &[Source { table: "submission", columns: &["status"], by: "id", to: "submission_id" }],
};

/// Whether a figure was accepted with its submission.
const IS_ACCEPTED: &str = "exists (select 1 from measurement m join submission s on s.id = m.submission_id
    where m.value_id = v.id and s.status = 'ACCEPTED')";

/// Figures of accepted submissions that have no row yet, as a condition on `m` and `s`.
const IS_NEW: &str = "s.status = 'ACCEPTED' and not exists (select 1 from indicator_value v where v.id = m.value_id)";

impl Projection for Acceptance {
    fn table(&self) -> &'static str {
        FIGURES.table
    }

    fn columns(&self) -> Vec<&'static str> {
        vec!["accepted"]
    }

    fn sources(&self) -> &'static [Source] {
        FIGURES.sources
    }

    fn derive<'a>(&'a self, derivation: &'a Derivation<'a>, rows: &'a Rows) -> BoxFuture<'a, Result<Vec<Change>>> {
        Box::pin(async {
            let (condition, mut values) = rows.condition(derivation.backend(), "v");
            let set = format!(
                "update indicator_value as v set accepted = {IS_ACCEPTED}
                 where {condition} and v.submission_id is not null and v.accepted <> {IS_ACCEPTED}"
            );
            let mut changes = FIGURES.write(derivation, &set, values.clone(), Some(&["accepted"])).await?;
            let (condition, _) = rows.condition(derivation.backend(), "m");
            values.push(Value::from(derivation.now().as_microsecond()));
            let now = values.len();
            // What is told of each, and whether it is shown, is decided by the projections behind this one.
            let add = format!(
                "insert into indicator_value (id, branch_id, submission_id, indicator_id, programme_id, kind, period,
                   period_start, period_end, area_kind, area_code, milieu, sex, age_band, value, numerator, denominator, status, source_code,
                   source_name, source_method, source_year, accepted, published, is_demo, version, created_at, changed_at)
                 select m.value_id, m.branch_id, s.id, f.indicator_id, s.programme_id, m.kind, s.period, s.period_start,
                   s.period_end, 'BRANCH', b.slug, m.milieu, m.sex, m.age_band, m.value, m.numerator, m.denominator, 'AVAILABLE', m.source, m.source,
                   'ADMINISTRATIVE', cast(substr(s.period, 1, 4) as integer), true, false, p.is_demo, 1, ${now}, ${now}
                 from measurement m join submission s on s.id = m.submission_id
                 join programme_indicator f on f.id = m.programme_indicator_id
                 join programme p on p.id = s.programme_id join branch b on b.id = m.branch_id
                 where {condition} and {IS_NEW}"
            );
            changes.extend(FIGURES.write(derivation, &add, values, None).await?);
            Ok(changes)
        })
    }

    fn differences<'a>(&'a self, derivation: &'a Derivation<'a>) -> BoxFuture<'a, Result<Vec<String>>> {
        Box::pin(async {
            let sql = format!(
                "select v.id, case when v.accepted then 'true' else 'false' end from indicator_value v
                 where v.submission_id is not null and v.accepted <> {IS_ACCEPTED}
                 union all
                 select m.value_id, 'absent' from measurement m join submission s on s.id = m.submission_id where {IS_NEW}"
            );
            let different: Vec<(Uuid, String)> = derivation.query(sql, []).await?;
            let line = |(key, is): (Uuid, String)| {
                let should = if is == "true" { "false" } else { "true" };
                difference(FIGURES.table, key, "accepted", Some(&is), Some(should))
            };
            Ok(different.into_iter().map(line).collect())
        })
    }
}
