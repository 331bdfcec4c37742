//! What a transaction changes: row by row, with what the audit says of it.

use crate::platform::graphql::global_id::Kind;
use crate::platform::query::table::{Guarded, Node};
use jiff::Timestamp;
use sea_orm::sea_query::sea_value_to_json_value;
use sea_orm::{ActiveModelTrait, EntityTrait, IdenStatic, Iterable, ModelTrait, Value};
use serde_json::{Map, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What a line of the table `change` is about that says that published data may have changed.
pub const PUBLICATION: &str = "Publication";

/// Tables that no stranger reads, and that are written to often. To change others may change what is published.
pub const UNPUBLISHED: [&str; 26] = [
    "audit_entry",
    "audit_tally",
    "audit_value",
    "bot_count",
    "day_closing",
    "delivery_countersignature",
    "idempotency",
    "mail",
    "measurement",
    "one_time_token",
    "partner_client",
    "partner_client_secret",
    "referral",
    "referral_count",
    "refresh_token",
    "sale",
    "sale_line",
    "session",
    "sign_in_attempt",
    "staff_user",
    "stock_level",
    "stock_lot",
    "stock_movement",
    "submission",
    "submission_move",
    "user_secret",
];

/// What the audit says of one change: column by column, before and after.
#[derive(Clone, Debug, Default)]
pub struct Audited {
    /// What is not about a person.
    pub changes: Map<String, serde_json::Value>,
    /// What is.
    pub personal: BTreeMap<String, String>,
}

/// What the audit says of a change: nothing stood before when the node is new. What the database generates follows from
/// the rest.
pub(in crate::platform) fn difference<E: Node>(
    before: Option<&E::Model>,
    after: impl Fn(<E as EntityTrait>::Column) -> Option<Value>,
) -> Audited {
    let mut audited = Audited::default();
    let is_among =
        |columns: &[E::Column], column: &E::Column| columns.iter().any(|other| other.as_str() == column.as_str());
    for column in <E as EntityTrait>::Column::iter() {
        let Some(value) = after(column) else { continue };
        let was = before.map_or(serde_json::Value::Null, |before| sea_value_to_json_value(&before.get(column)));
        let is = sea_value_to_json_value(&value);
        if was == is || is_among(&[E::VERSION, E::CHANGED_AT], &column) || is_among(E::GENERATED, &column) {
            continue;
        }
        if is_among(E::PERSONAL, &column) {
            for (side, value) in [("before", was), ("after", is)] {
                if !value.is_null() {
                    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    audited.personal.insert(format!("{}.{side}", column.as_str()), text);
                }
            }
        } else {
            audited.changes.insert(column.as_str().to_owned(), json!([was, is]));
        }
    }
    audited
}

/// A row that a transaction has inserted, updated or deleted.
#[derive(Clone, Debug)]
pub struct Change {
    pub(in crate::platform) table: &'static str,
    /// The kind of node that the row is; none for a row that is a part of one.
    pub(in crate::platform) kind: Option<Kind>,
    pub(in crate::platform) key: Uuid,
    pub(in crate::platform) branch: Option<Uuid>,
    /// The version of the node after the change; none where there is no version.
    pub(in crate::platform) version: Option<i32>,
    /// The columns that hold another value than before; none: the row is new or gone.
    pub(in crate::platform) columns: Option<Vec<&'static str>>,
    /// The keys that the row holds, before and after, by column.
    pub(in crate::platform) keys: Vec<(&'static str, Uuid)>,
    /// What the audit says of it; none for what is derived, and for what the platform does on its own.
    pub(in crate::platform) audited: Option<Audited>,
}

impl Change {
    /// A row that was inserted.
    pub(in crate::platform) fn inserted<E: Guarded>(
        row: &E::ActiveModel,
        kind: Option<Kind>,
        audited: Option<Audited>,
    ) -> Self {
        let key_in = |column: E::Column| match row.get(column).into_value() {
            Some(Value::Uuid(key)) => key,
            _ => None,
        };
        let keys = E::Column::iter().filter_map(|column| Some((column.as_str(), key_in(column)?)));
        Self {
            table: E::default().table_name(),
            kind,
            key: key_in(E::KEY).unwrap_or_default(),
            branch: E::BRANCH.and_then(key_in),
            version: kind.map(|_| 1),
            columns: None,
            keys: keys.collect(),
            audited,
        }
    }

    /// A node that was updated.
    pub(in crate::platform) fn updated<E: Node>(before: &E::Model, after: &E::Model, audited: Option<Audited>) -> Self {
        let key_in = |row: &E::Model, column: E::Column| match row.get(column) {
            Value::Uuid(key) => key,
            _ => None,
        };
        let (mut columns, mut keys) = (Vec::new(), Vec::new());
        for column in E::Column::iter() {
            if before.get(column) != after.get(column) {
                columns.push(column.as_str());
                keys.extend(key_in(before, column).map(|key| (column.as_str(), key)));
            }
            keys.extend(key_in(after, column).map(|key| (column.as_str(), key)));
        }
        let version = match after.get(E::VERSION) {
            Value::Int(version) => version,
            _ => None,
        };
        Self {
            table: E::default().table_name(),
            kind: Some(E::KIND),
            key: key_in(after, E::KEY).unwrap_or_default(),
            branch: E::BRANCH.and_then(|column| key_in(after, column)),
            version,
            columns: Some(columns),
            keys,
            audited,
        }
    }

    /// Parts of a node that were updated: those that point to it by a column.
    pub(in crate::platform) fn part<P: Guarded>(
        by: P::Column,
        owner: Uuid,
        columns: Option<Vec<&'static str>>,
    ) -> Self {
        Self {
            table: P::default().table_name(),
            kind: None,
            key: owner,
            branch: None,
            version: None,
            columns,
            keys: vec![(by.as_str(), owner)],
            audited: None,
        }
    }

    /// A node that shows something else than before, though nobody has written to it: time did it.
    pub fn lapsed(kind: Kind, key: Uuid, branch: Uuid, version: i32) -> Self {
        Self {
            table: "",
            kind: Some(kind),
            key,
            branch: Some(branch),
            version: Some(version),
            columns: Some(Vec::new()),
            keys: Vec::new(),
            audited: None,
        }
    }

    /// Something about a node that the audit must tell and no column of it holds.
    pub fn noted(kind: Kind, key: Uuid, branch: Option<Uuid>, audited: Audited) -> Self {
        Self {
            table: "",
            kind: Some(kind),
            key,
            branch,
            version: None,
            columns: Some(Vec::new()),
            keys: Vec::new(),
            audited: Some(audited),
        }
    }
}

/// The changes of a transaction, in their order.
#[derive(Debug, Default)]
pub(in crate::platform) struct Changes {
    pub(in crate::platform) rows: Vec<Change>,
    /// Tables that were filled in bulk: of them every row may be another.
    pub(in crate::platform) tables: BTreeSet<&'static str>,
    /// Statements that changed rows which are not known.
    pub(in crate::platform) statements: BTreeSet<(Verb, String)>,
    /// How many of the rows the projections have seen.
    pub(in crate::platform) projected: usize,
}

/// Where the changes of a transaction stood at a savepoint.
pub(in crate::platform) struct Position {
    rows: usize,
    projected: usize,
    tables: BTreeSet<&'static str>,
    statements: BTreeSet<(Verb, String)>,
}

/// What a statement does to a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// It inserts rows.
    Insert,
    /// It updates rows.
    Update,
    /// It deletes rows.
    Delete,
}

/// The tables that a committed transaction has changed.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// Those of rows that were inserted and updated one by one.
    pub rows: BTreeSet<&'static str>,
    /// Those of statements of their own.
    pub statements: BTreeSet<(Verb, String)>,
    /// Whether something may have changed that is published.
    pub may_be_published: bool,
}

impl Changes {
    /// Add those of a part of the transaction.
    pub(in crate::platform) fn extend(&mut self, part: Self) {
        self.rows.extend(part.rows);
        self.tables.extend(part.tables);
        self.statements.extend(part.statements);
    }

    /// Where the changes stand, to roll back to.
    pub(in crate::platform) fn position(&mut self) -> Position {
        let (tables, statements) = (self.tables.clone(), self.statements.clone());
        Position { rows: self.rows.len(), projected: self.projected, tables, statements }
    }

    /// Forget what was changed since.
    pub(in crate::platform) fn roll_back(&mut self, position: Position) {
        self.rows.truncate(position.rows);
        (self.projected, self.tables, self.statements) = (position.projected, position.tables, position.statements);
    }

    /// The rows, and the tables filled in bulk, that no projection has seen yet.
    pub(in crate::platform) fn unprojected(&mut self) -> (Vec<Change>, BTreeSet<&'static str>) {
        (self.rows.get(self.projected..).unwrap_or_default().to_vec(), self.tables.clone())
    }

    /// The projections have seen everything so far.
    pub(in crate::platform) fn set_projected(&mut self) {
        self.projected = self.rows.len();
        self.tables.clear();
    }

    /// One line of the log for every node whose row changed, and one more where that may concern what is published. Its version
    /// counts edits alone, and stays when only derived columns changed.
    pub(in crate::platform) fn lines(&self, now: Timestamp) -> Vec<Vec<Value>> {
        let mut lines: BTreeMap<(&'static str, Uuid), Vec<Value>> = BTreeMap::new();
        for change in &self.rows {
            if let (Some(kind), Some(version)) = (change.kind, change.version) {
                lines.insert((kind.name(), change.key), change_line(kind, change.key, version, change.branch, now));
            }
        }
        let publication = self.concern_what_is_published().then(|| publication_line(now));
        lines.into_values().chain(publication).collect()
    }

    /// Whether something may have changed that is published: all that is not known to be read by nobody from outside.
    pub(in crate::platform) fn concern_what_is_published(&self) -> bool {
        let by_rows = self.rows.iter().map(|change| change.table);
        let by_statements = self.statements.iter().map(|(_, table)| table.as_str());
        by_rows.chain(by_statements).any(|table| !UNPUBLISHED.contains(&table))
    }

    /// Whether no row was changed that anything is written down of.
    pub(in crate::platform) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The tables that were changed.
    pub(in crate::platform) fn written(self) -> Written {
        let may_be_published = self.concern_what_is_published();
        Written {
            may_be_published,
            rows: self.rows.iter().map(|change| change.table).collect(),
            statements: self.statements,
        }
    }
}

/// The columns of the table of changes.
pub(in crate::platform) const CHANGE_COLUMNS: [&str; 5] =
    ["object_type", "object_id", "version", "branch_id", "changed_at"];

/// A line of the table of changes.
pub(in crate::platform) fn change_line(
    kind: Kind,
    key: Uuid,
    version: i32,
    branch: Option<Uuid>,
    now: Timestamp,
) -> Vec<Value> {
    vec![kind.name().into(), key.into(), version.into(), branch.into(), now.as_microsecond().into()]
}

/// The line of the table of changes that says that published data may have changed.
pub(in crate::platform) fn publication_line(now: Timestamp) -> Vec<Value> {
    let nobody = None::<Uuid>;
    vec![PUBLICATION.into(), Uuid::nil().into(), 0.into(), nobody.into(), now.as_microsecond().into()]
}
