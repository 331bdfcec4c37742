//! What a table says of itself: who may see its rows, which columns are read, and how a row is read by position.

use crate::platform::error::Result;
use crate::platform::graphql::global_id::Kind;
use domain::access::Permission;
use sea_orm::sea_query::{Condition, Query, SelectStatement};
use sea_orm::{ColumnTrait, DbBackend, DbErr, EntityTrait, QueryResult, TryGetable, TryGetableMany};
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// Which rows of a table are open to everybody.
#[derive(Clone, Copy)]
pub enum Open<C> {
    /// Every row: reference data.
    All,
    /// Rows whose flag is set; the flag is kept by the writes that change it.
    Published(C),
    /// Rows whose flag is set and whose last day of validity, if they have one, has not passed.
    PublishedUntil(C, C),
    /// Rows whose last day of validity, if they have one, has not passed, of a table that holds what is published alone.
    Until(C),
    /// No row.
    Never,
}

/// Who may see the rows of a table. A table that has not said so cannot be queried: the program does not compile.
pub trait Guarded: EntityTrait {
    /// The right to see rows that are not open, within one's reach.
    const SEE: Permission;
    /// The right to change rows within one's reach.
    const MANAGE: Permission;
    /// Rows that need no right to be seen.
    const OPEN: Open<Self::Column>;
    /// The key that other tables point to.
    const KEY: Self::Column;
    /// The branch that owns a row; none for what belongs to the whole association.
    const BRANCH: Option<Self::Column>;
    /// The branch whose staff may add a row: its owner, where nothing else is said.
    const HOME: Option<Self::Column> = Self::BRANCH;
    /// The cooperative whose own a row is, where its representative reaches it.
    const COOPERATIVE: Option<Self::Column>;
    /// Columns that the database generates from others of the row: they are never written.
    const GENERATED: &'static [Self::Column] = &[];
    /// The person whom a row is about: she sees it without a permission.
    const OWN: Option<Self::Column> = None;

    /// Rows that have no branch of their own and are reached through others: the condition, given the branches within
    /// reach as a statement that answers their keys.
    fn lent(_branches: SelectStatement) -> Option<Condition> {
        None
    }

    /// Rows that branches besides the owner read, because they take part in what the rows are of: the condition, given the
    /// branches within reach as a statement that answers their keys.
    fn shared(_backend: DbBackend, _branches: SelectStatement) -> Option<Condition> {
        None
    }

    /// Rows that a partner's programs reach, because their partner is party to them. None: they read what is published.
    fn partys(_backend: DbBackend, _partner: Uuid) -> Option<Condition> {
        None
    }
}

/// A table whose rows are read by position: names are looked up once, by the compiler.
pub trait Table: Guarded {
    /// The kind of thing that a row is.
    const KIND: Kind;

    /// The key of a row.
    fn key(row: &Self::Model) -> Uuid;

    /// The columns that are read, in the order in which [`Table::read`] takes them, as both databases understand them.
    fn sql() -> &'static str;

    /// How many they are.
    const COUNT: usize;

    /// Read one row, column by column.
    ///
    /// # Errors
    /// When a column does not hold what the model says.
    fn read(cells: &mut RowReader<'_>) -> Result<Self::Model, DbErr>;

    /// The columns that hold keys of things, with the kind of these.
    const POINTERS: &'static [(&'static str, Kind)];

    /// Name the row itself and the things that it points to, so that their relatives can be read for a whole level.
    fn keys(row: &Self::Model, keys: &mut Keys);
}

/// Columns of a table that are read together where its rows are shown: all of them, or those that most who show a row ask for.
/// [`columns!`](crate::columns) declares the latter.
pub trait Columns: 'static {
    /// The table.
    type Entity: Table;
    /// What is read of a row.
    type Row: Send + Sync + 'static;

    /// The columns, in the order in which [`Columns::take`] takes them, as both databases understand them; the key first.
    fn sql() -> &'static str;

    /// How many they are.
    const COUNT: usize;

    /// Read one row, column by column.
    ///
    /// # Errors
    /// When a column does not hold what the row says.
    fn take(cells: &mut RowReader<'_>) -> Result<Self::Row, DbErr>;

    /// The key of a row.
    fn key_of(row: &Self::Row) -> Uuid;

    /// Name the row itself and the things that it points to, so that their relatives can be read for a whole level.
    fn name_keys(row: &Self::Row, keys: &mut Keys);

    /// Columns that are read besides where one row is asked for by itself, since its page shows them.
    fn of_page() -> Option<&'static str> {
        None
    }

    /// Read these, and hold them for whoever asks.
    ///
    /// # Errors
    /// When a column does not hold what the row says.
    fn take_of_page(_: &mut Keys, _: &mut RowReader<'_>) -> Result<(), DbErr> {
        Ok(())
    }
}

impl<E: Table<Model: Send + Sync + 'static>> Columns for E {
    type Entity = E;
    type Row = E::Model;

    fn sql() -> &'static str {
        E::sql()
    }
    const COUNT: usize = E::COUNT;
    fn take(cells: &mut RowReader<'_>) -> Result<E::Model, DbErr> {
        E::read(cells)
    }
    fn key_of(row: &E::Model) -> Uuid {
        E::key(row)
    }
    fn name_keys(row: &E::Model, keys: &mut Keys) {
        E::keys(row, keys);
    }
}

/// A table whose rows are nodes: they count their edits, and every change of what they show has a line in the table `change`.
pub trait Node: Table {
    /// How often it was edited.
    const VERSION: Self::Column;
    /// When it was changed last.
    const CHANGED_AT: Self::Column;
    /// What is decided about it, and by whom: a column that no row is given another value in but by whoever holds the permission,
    /// to enter data is not enough.
    const DECIDED: Option<(Self::Column, Permission)> = None;
    /// Whether whoever may change a row gives its decided column this value too: to submit is not to decide.
    fn is_entered(_value: &str) -> bool {
        false
    }
    /// Columns that tell about a person: the audit keeps them where they can be erased.
    const PERSONAL: &'static [Self::Column] = &[];
}

/// One row of an answer, read from left to right.
pub struct RowReader<'r> {
    row: &'r QueryResult,
    next: usize,
}

impl<'r> RowReader<'r> {
    /// Start at the first column.
    pub fn new(row: &'r QueryResult) -> Self {
        Self { row, next: 0 }
    }

    /// Read the next column.
    ///
    /// # Errors
    /// When it does not hold a `T`.
    pub fn take<T: TryGetable>(&mut self) -> Result<T, DbErr> {
        let column = self.next;
        self.next += 1;
        T::try_get_by(self.row, column).map_err(DbErr::from)
    }

    /// Look at the next column and stay before it.
    ///
    /// # Errors
    /// When it does not hold a `T`.
    pub fn peek<T: TryGetable>(&self) -> Result<T, DbErr> {
        T::try_get_by(self.row, self.next).map_err(DbErr::from)
    }

    /// Pass by so many columns.
    pub fn skip(&mut self, columns: usize) {
        self.next += columns;
    }
}

/// Read rows, each as a tuple of its columns in their order.
pub(in crate::platform) fn read_all<T: TryGetableMany>(rows: &[QueryResult]) -> Result<Vec<T>, DbErr> {
    rows.iter().map(|row| T::try_get_many_by_index(row).map_err(DbErr::from)).collect()
}

/// Say of a table what it is, which columns are read (the key first), and which other things a row names:
/// `table!(Market { Id => id, … } names { Branch: branch_id, … })` beside its model; `lists { Partner: members.partner }` besides
/// for what a column of JSON names.
#[macro_export]
macro_rules! table {
    (
        $kind:ident { $($column:ident => $field:ident),+ $(,)? } names { $($other:ident: $pointer:ident),* $(,)? }
        $(lists { $($listed:ident: $list:ident.$named:ident),+ $(,)? })?
    ) => {
        impl $crate::platform::query::table::Table for Entity {
            const KIND: $crate::platform::graphql::global_id::Kind = $crate::platform::graphql::global_id::Kind::$kind;
            fn key(row: &Model) -> uuid::Uuid {
                row.id
            }
            fn sql() -> &'static str {
                static SQL: std::sync::LazyLock<String> =
                    std::sync::LazyLock::new(|| $crate::platform::query::table::sql_of(&[$(Column::$column),+]));
                &SQL
            }
            const COUNT: usize = [$(stringify!($column)),+].len();
            fn read(cells: &mut $crate::platform::query::table::RowReader<'_>) -> Result<Model, sea_orm::DbErr> {
                Ok(Model { $($field: cells.take()?),+ })
            }
            const POINTERS: &'static [(&'static str, $crate::platform::graphql::global_id::Kind)] =
                &[$((stringify!($pointer), $crate::platform::graphql::global_id::Kind::$other)),*];
            fn keys(row: &Model, keys: &mut $crate::platform::query::table::Keys) {
                keys.add($crate::platform::graphql::global_id::Kind::$kind, row.id);
                $(keys.add_optional($crate::platform::graphql::global_id::Kind::$other, row.$pointer.into());)*
                $($(for one in &row.$list.0 {
                    keys.add($crate::platform::graphql::global_id::Kind::$listed, one.$named);
                })+)?
            }
        }
    };
}

/// Declare a struct of some columns of a table, the key first, which things it names, and which
/// [`details!`](crate::details) are read along where one row is asked for by itself.
#[macro_export]
macro_rules! columns {
    (
        $(#[$doc:meta])*
        $name:ident: $kind:ident of $table:ident { $(#[$key_doc:meta])* $key_column:ident => $key:ident: $key_type:ty,
            $($(#[$field_doc:meta])* $column:ident => $field:ident: $type:ty),* $(,)? }
        names { $($other:ident: $pointer:ident),* $(,)? }
        $(page { $details:ident })?
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name {
            $(#[$key_doc])* pub $key: $key_type,
            $($(#[$field_doc])* pub $field: $type),*
        }

        impl $crate::platform::query::table::Columns for $name {
            type Entity = $table::Entity;
            type Row = Self;

            fn sql() -> &'static str {
                static SQL: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
                    $crate::platform::query::table::sql_of(
                        &[$table::Column::$key_column, $($table::Column::$column),*],
                    )
                });
                &SQL
            }
            const COUNT: usize = [stringify!($key_column), $(stringify!($column)),*].len();
            fn take(cells: &mut $crate::platform::query::table::RowReader<'_>) -> Result<Self, sea_orm::DbErr> {
                Ok(Self { $key: cells.take()?, $($field: cells.take()?),* })
            }
            fn key_of(row: &Self) -> uuid::Uuid {
                row.$key
            }
            fn name_keys(row: &Self, keys: &mut $crate::platform::query::table::Keys) {
                keys.add($crate::platform::graphql::global_id::Kind::$kind, row.$key);
                $(keys.add_optional($crate::platform::graphql::global_id::Kind::$other, row.$pointer.into());)*
            }
            $(
                fn of_page() -> Option<&'static str> {
                    Some(<$details as $crate::platform::query::table::Columns>::sql())
                }
                fn take_of_page(
                    level: &mut $crate::platform::query::table::Keys,
                    cells: &mut $crate::platform::query::table::RowReader<'_>,
                ) -> Result<(), sea_orm::DbErr> {
                    level.take::<$details>(cells).map(drop)
                }
            )?
        }
    };
}

/// Columns as they stand in a statement: both databases quote alike. It is written once, and not with each statement.
pub fn sql_of<C: ColumnTrait>(columns: &[C]) -> String {
    let mut select = Query::select();
    select.exprs(columns.iter().map(|column| column.into_expr()));
    DbBackend::Postgres.build(&select).sql.split_off("SELECT ".len())
}

pub(crate) type Row = Arc<dyn Any + Send + Sync>;

/// What one statement answered: the keys of all things that it named, and the rows of those that it joined.
#[derive(Debug, Default)]
pub struct Keys {
    pub(crate) keys: Vec<(Kind, Uuid)>,
    pub(crate) held: HashMap<(TypeId, Uuid), Row>,
}

impl Keys {
    /// A thing that the level names.
    pub fn add(&mut self, kind: Kind, key: Uuid) {
        self.keys.push((kind, key));
    }

    /// A thing that the level names, if there is one.
    pub fn add_optional(&mut self, kind: Kind, key: Option<Uuid>) {
        self.keys.extend(key.map(|key| (kind, key)));
    }

    /// Read a row, the one that is shown or one of a joined table, and hold it for whoever asks the level for it. One that stands beside many
    /// others, as a cooperative beside its products, is decoded once and shared.
    ///
    /// # Errors
    /// When a column does not hold what the model says.
    pub fn take<C: Columns>(&mut self, cells: &mut RowReader<'_>) -> Result<Arc<C::Row>, DbErr> {
        let key = (TypeId::of::<C::Row>(), cells.peek::<Uuid>()?);
        if let Some(row) = self.held.get(&key).and_then(|row| Arc::clone(row).downcast::<C::Row>().ok()) {
            cells.skip(C::COUNT);
            return Ok(row);
        }
        let row = Arc::new(C::take(cells)?);
        C::name_keys(&row, self);
        self.held.insert(key, Arc::clone(&row) as Row);
        Ok(row)
    }

    /// The same for a table that was joined by an optional edge: absent when its first column is null.
    ///
    /// # Errors
    /// When a column does not hold what the model says.
    pub fn take_optional<C: Columns>(&mut self, cells: &mut RowReader<'_>) -> Result<Option<Arc<C::Row>>, DbErr> {
        if cells.peek::<Option<Uuid>>()?.is_none() {
            cells.skip(C::COUNT);
            return Ok(None);
        }
        self.take::<C>(cells).map(Some)
    }
}
