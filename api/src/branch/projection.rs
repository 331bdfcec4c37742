//! What is derived of branches: the keys of their names, their paths in the tree, and where they stood on which days.

use crate::platform::error::Result;
use crate::platform::graphql::global_id::Kind;
use crate::platform::graphql::text::compute_name_keys;
use crate::platform::projection::{ComputedColumns, Derivation, Derived, Projection, Rows, Source, difference};
use crate::platform::query::change::Change;
use crate::platform::query::stored::Day;
use domain::branch::Path;
use futures_util::future::BoxFuture;
use sea_orm::Value;
use uuid::Uuid;

/// What lists by name sort by.
pub static NAME_KEYS: ComputedColumns = ComputedColumns {
    of: Derived {
        table: "branch",
        kind: Some(Kind::Branch),
        key: "id",
        branch: "id",
        sources: &[Source { table: "branch", columns: &["name"], by: "id", to: "id" }],
    },
    columns: &["name_key_ar", "name_key_fr"],
    inputs: &["name"],
    compute: compute_name_keys,
};

/// The path of a branch is that of the one above it, and its own key.
pub static PATHS: ComputedColumns = ComputedColumns {
    of: Derived {
        table: "branch",
        kind: Some(Kind::Branch),
        key: "id",
        branch: "id",
        sources: &[
            Source { table: "branch", columns: &["parent_id"], by: "id", to: "id" },
            Source { table: "branch", columns: &["path"], by: "id", to: "parent_id" },
        ],
    },
    columns: &["path"],
    inputs: &["id", "(select parent.path from branch parent where parent.id = branch.parent_id)"],
    compute: |cells| {
        let (stored, key, above) = (cells.take::<String>()?, cells.take::<Uuid>()?, cells.take::<Option<String>>()?);
        let path = match above {
            Some(above) => Path::parse(&above)?.child(key),
            None => Path::root(key),
        };
        Ok((stored != path.as_str()).then(|| vec![path.as_str().into()]))
    },
};

/// Where branches stood on which days. The place where a branch stands today has no end.
#[derive(Debug)]
pub struct Places;

impl Projection for Places {
    fn table(&self) -> &'static str {
        "branch_place"
    }

    fn columns(&self) -> Vec<&'static str> {
        Vec::new()
    }

    fn sources(&self) -> &'static [Source] {
        &[Source { table: "branch", columns: &["parent_id"], by: "id", to: "id" }]
    }

    fn derive<'a>(&'a self, derivation: &'a Derivation<'a>, rows: &'a Rows) -> BoxFuture<'a, Result<Vec<Change>>> {
        Box::pin(async {
            for (branch, parent, _) in misplaced(derivation, rows).await? {
                place(derivation, branch, parent).await?;
            }
            Ok(Vec::new())
        })
    }

    fn differences<'a>(&'a self, derivation: &'a Derivation<'a>) -> BoxFuture<'a, Result<Vec<String>>> {
        Box::pin(async {
            let line = |(branch, parent, recorded): Misplaced| {
                let [is, should] = [recorded, parent].map(|key| key.map(|key| key.to_string()));
                difference("branch_place", branch, "parent_id", is.as_deref(), should.as_deref())
            };
            Ok(misplaced(derivation, &Rows::ALL).await?.into_iter().map(line).collect())
        })
    }
}

/// A branch that stands somewhere else than was written down: its key, the branch above it, the one written down.
type Misplaced = (Uuid, Option<Uuid>, Option<Uuid>);

/// The branches among these that stand somewhere else than was written down.
async fn misplaced(derivation: &Derivation<'_>, rows: &Rows) -> Result<Vec<Misplaced>> {
    let (condition, values) = rows.condition(derivation.backend(), "branch");
    let sql = format!(
        "select branch.id, branch.parent_id, place.parent_id from branch
         left join branch_place place on place.branch_id = branch.id and place.valid_until is null
         where {condition} and (place.id is null or place.parent_id is distinct from branch.parent_id)
         order by branch.id"
    );
    derivation.query(sql, values).await
}

/// Write down where a branch stands from today on.
async fn place(derivation: &Derivation<'_>, branch: Uuid, parent: Option<Uuid>) -> Result<()> {
    let today = Day(domain::calendar::today(derivation.now()));
    let run = async |sql: &str, values: Vec<Value>| derivation.execute(sql, values).await;
    // Moved twice on one day, it stood at the first place for no day.
    let again = "update branch_place set parent_id = $2 where branch_id = $1 and valid_from = $3";
    if run(again, vec![branch.into(), parent.into(), today.into()]).await? > 0 {
        return Ok(());
    }
    let ended = "update branch_place set valid_until = $2 where branch_id = $1 and valid_until is null";
    run(ended, vec![branch.into(), today.into()]).await?;
    let begun = "insert into branch_place (id, branch_id, parent_id, valid_from) values ($1, $2, $3, $4)";
    run(begun, vec![Uuid::now_v7().into(), branch.into(), parent.into(), today.into()]).await.map(drop)
}
