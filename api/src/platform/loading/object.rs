//! Objects of the schema that show a row: found by their keys, listed, and listed below others, all in one way.

use crate::platform::error::{Error, Result};
use crate::platform::graphql::executor::resolve_container;
use crate::platform::graphql::global_id::Kind;
use crate::platform::loading::batch::{Batch, Related};
use crate::platform::loading::reader::{Reader, Reads};
use crate::platform::paging::cursor::CursorCodec;
use crate::platform::paging::page::{Connection, Order, PageArgs};
use crate::platform::query::select::Select;
use crate::platform::query::table::{Columns, Guarded, Keys, RowReader, Table};
use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{
    ContainerType, Context, ContextSelectionSet, ObjectType, OutputType, Positioned, ServerResult, Value,
};
use futures_util::future::BoxFuture;
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{ColumnTrait, DbErr};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// The row that an object shows.
pub type Row<T> = <<T as RowObject>::Columns as Columns>::Row;

/// The table of an object's rows.
type Entity<T> = <<T as RowObject>::Columns as Columns>::Entity;

/// An object of the schema that shows one row.
pub trait RowObject: Clone + Send + Sync + Sized + 'static {
    /// What is read of its rows: of all columns, the table.
    type Columns: Columns;

    /// What the audit calls a read of it; none when it tells about no person.
    const PERSONAL: Option<&'static str> = None;

    /// The object of a row, with the level that the row was read in.
    fn new(row: &Row<Self>, batch: Batch, reader: &Reader) -> Self;

    /// Join what most who ask for one ask for besides; [`RowObject::read`] reads it in the same order.
    fn join<'t, 'a>(select: Select<'t, 'a, Entity<Self>>) -> Select<'t, 'a, Entity<Self>> {
        select
    }

    /// Read a row and what was joined to it.
    ///
    /// # Errors
    /// When a column does not hold what the model says.
    fn read(level: &mut Keys, cells: &mut RowReader<'_>) -> Result<Arc<Row<Self>>, DbErr> {
        level.take::<Self::Columns>(cells)
    }

    /// The one object whose row meets a condition, asked for by itself.
    ///
    /// # Errors
    /// The database's refusal.
    fn find_by(reader: &Reader, condition: SimpleExpr) -> impl Future<Output = Result<Option<Self>>> + Send {
        async move {
            let tx = reader.begin();
            let mut level = Keys::default();
            let select = Self::join(tx.select::<Entity<Self>>().reading::<Self::Columns>().filter(condition));
            let read = |cells: &mut RowReader<'_>| {
                let row = Self::read(&mut level, cells)?;
                Self::Columns::take_of_page(&mut level, cells)?;
                Ok(row)
            };
            let row = select.also(of_page::<Self::Columns>()).one(read).await?;
            Ok(row.map(|row| shown::<Self>(&row, level.batch(), reader)))
        }
    }
}

/// An object of the schema that has a global id.
pub trait NodeObject: Clone + Send + Sync + Sized + 'static {
    /// The table of its rows.
    type Entity: Table;

    /// The object with this key, one of those that a level names; none when the caller may not see it.
    fn find(reader: &Reader, level: &Batch, key: Uuid) -> impl Future<Output = Result<Option<Self>>> + Send;

    /// The object with this key, asked for by itself.
    fn open(reader: &Reader, key: Uuid) -> impl Future<Output = Result<Option<Self>>> + Send {
        async move { Self::find(reader, &Batch::naming(Self::Entity::KIND, key), key).await }
    }
}

impl<T: RowObject> NodeObject for T {
    type Entity = Entity<T>;

    async fn find(reader: &Reader, level: &Batch, key: Uuid) -> Result<Option<Self>> {
        let found = level.one::<T::Columns>(reader, Some(key)).await?;
        Ok(found.map(|(row, batch)| shown::<T>(&row, batch, reader)))
    }

    async fn open(reader: &Reader, key: Uuid) -> Result<Option<Self>> {
        T::find_by(reader, Entity::<T>::KEY.eq(key)).await
    }
}

/// The object of a row; that personal data is read is remembered for the audit, unless it is the caller's own.
fn shown<T: RowObject>(row: &Row<T>, batch: Batch, reader: &Reader) -> T {
    if let Some(personal) = T::PERSONAL
        && reader.actor().key() != Some(T::Columns::key_of(row))
    {
        reader.reads_personal(personal);
    }
    T::new(row, batch, reader)
}

/// The columns that are read besides where one row is asked for by itself.
pub fn of_page<C: Columns>() -> impl Iterator<Item = SimpleExpr> {
    C::of_page().map(Expr::cust).into_iter()
}

/// The objects of rows that were read together.
pub fn all<T: RowObject>(rows: Vec<Row<T>>, reader: &Reader) -> Vec<T> {
    let batch = Batch::of::<T::Columns>(&rows);
    rows.iter().map(|row| shown(row, batch.clone(), reader)).collect()
}

/// The objects whose column points to some keys, all of them, in the order of another column.
///
/// # Errors
/// The database's refusal.
pub async fn all_of<T: RowObject>(
    reader: &Reader,
    (column, keys): (impl ColumnTrait, &[Uuid]),
    order: impl ColumnTrait,
) -> Result<Vec<T>> {
    let tx = reader.begin();
    let mut level = Keys::default();
    let select = tx.select::<Entity<T>>().reading::<T::Columns>().among(column, keys).statement(|statement| {
        statement.order_by_expr(order.into_expr(), sea_orm::Order::Asc);
    });
    let rows = select.all(|cells| level.take::<T::Columns>(cells)).await?;
    let batch = level.batch();
    Ok(rows.iter().map(|row| shown::<T>(row, batch.clone(), reader)).collect())
}

/// A page of a list at the root. `name` is the list with its filter and its order: a cursor is good for no other.
///
/// # Errors
/// BAD_USER_INPUT naming the argument, or the database's refusal.
pub async fn list<T: RowObject>(
    reader: &Reader,
    name: String,
    select: Select<'_, '_, Entity<T>>,
    page: &PageArgs,
    order: &Order,
) -> Result<Connection<T>> {
    let mut level = Keys::default();
    let codec = CursorCodec::new(reader.cursor_key(), name);
    let rows =
        T::join(select.reading::<T::Columns>()).list((page, order), codec, |cells| T::read(&mut level, cells)).await?;
    let batch = level.batch();
    Ok(rows.connection(|row: Arc<Row<T>>| shown::<T>(&row, batch.clone(), reader)))
}

/// Fields of an object that are columns of its row and are read when they are asked for, for the whole level at once: most who
/// show the object do not ask for them, and a column that is not read costs nothing in the database either.
/// [`details!`](crate::details) declares them.
pub trait Details: Columns<Row = Self> + ObjectType + Sized {
    /// Whether a field of the schema is one of them.
    fn has(field: &str) -> bool;
}

/// The [`Details`] of one object.
#[derive(Clone, Debug)]
pub struct Later<D> {
    key: Uuid,
    batch: Batch,
    details: std::marker::PhantomData<fn() -> D>,
}

impl<D: Details> Later<D> {
    /// Those of the row with this key, one of those that a level names.
    pub fn new(key: Uuid, batch: &Batch) -> Self {
        Self { key, batch: batch.clone(), details: std::marker::PhantomData }
    }

    /// Read them.
    ///
    /// # Errors
    /// NOT_FOUND when the row is gone since; the database's refusal.
    pub async fn read(&self, reader: &Reader) -> Result<Arc<D>> {
        self.batch.columns::<D>(reader, self.key).await
    }

    // Boxed: whoever asks an object for another field does not carry what reading them takes.
    fn show<'a>(&'a self, ctx: &'a Context<'_>) -> BoxFuture<'a, ServerResult<Option<Value>>> {
        Box::pin(async move {
            let details = self.read(ctx.reader()).await.map_err(|error| {
                ctx.set_error_path(async_graphql::Error::from(error).into_server_error(ctx.item.pos))
            })?;
            details.resolve_field(ctx).await
        })
    }
}

impl<D: Details> ContainerType for Later<D> {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        if D::has(&ctx.item.node.name.node) { self.show(ctx).await } else { Ok(None) }
    }
}

impl<D: Details> OutputType for Later<D> {
    fn type_name() -> Cow<'static, str> {
        D::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        D::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}

impl<D: Details> ObjectType for Later<D> {}

/// Declare the fields of an object that are read when they are asked for, with their columns.
#[macro_export]
macro_rules! details {
    (
        $(#[$doc:meta])*
        $name:ident of $table:ident { $($(#[$field_doc:meta])* $column:ident => $field:ident: $type:ty),+ $(,)? }
    ) => {
        $(#[$doc])*
        #[derive(async_graphql::SimpleObject, Clone, Debug)]
        #[graphql(crate = "crate::platform::graphql::executor")]
        pub struct $name {
            #[graphql(skip)]
            key: uuid::Uuid,
            $($(#[$field_doc])* pub $field: $type),+
        }

        impl $crate::platform::query::table::Columns for $name {
            type Entity = $table::Entity;
            type Row = Self;

            fn sql() -> &'static str {
                static SQL: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
                    let key = <$table::Entity as $crate::platform::query::table::Guarded>::KEY;
                    $crate::platform::query::table::sql_of(&[key, $($table::Column::$column),+])
                });
                &SQL
            }
            const COUNT: usize = [stringify!(key), $(stringify!($column)),+].len();
            fn take(cells: &mut $crate::platform::query::table::RowReader<'_>) -> Result<Self, sea_orm::DbErr> {
                Ok(Self { key: cells.take()?, $($field: cells.take()?),+ })
            }
            fn key_of(row: &Self) -> uuid::Uuid {
                row.key
            }
            fn name_keys(_: &Self, _: &mut $crate::platform::query::table::Keys) {}
        }

        impl $crate::platform::loading::object::Details for $name {
            fn has(field: &str) -> bool {
                [$(stringify!($field)),+].iter().any(|own| $crate::platform::loading::object::is_in_camel_case(own, field))
            }
        }
    };
}

/// Whether a name of the schema is a name of ours.
#[doc(hidden)]
pub fn is_in_camel_case(ours: &str, field: &str) -> bool {
    let mut field = field.bytes();
    let mut begins = false;
    for byte in ours.bytes() {
        if byte == b'_' {
            begins = true;
        } else if field.next() != Some(if std::mem::take(&mut begins) { byte.to_ascii_uppercase() } else { byte }) {
            return false;
        }
    }
    field.next().is_none()
}

/// A condition or a join that a list below others has besides.
type Narrow<E> = dyn for<'t, 'a> Fn(Select<'t, 'a, E>) -> Select<'t, 'a, E> + Send + Sync;

/// The lists of objects below others, a page of each: the rows whose column points to them.
pub struct Children<T: RowObject, C> {
    of: Kind,
    name: Cow<'static, str>,
    column: C,
    page: PageArgs,
    order: Order,
    narrow: Option<Box<Narrow<Entity<T>>>>,
}

impl<T: RowObject, C: ColumnTrait> Children<T, C> {
    /// The list that is called so, `Branch.markets`, below things of a kind: the rows whose column points to them. What it is
    /// filtered by stands in the name: a cursor is good for no other.
    pub fn new(of: Kind, name: impl Into<Cow<'static, str>>, column: C, page: PageArgs, order: Order) -> Self {
        Self { of, name: name.into(), column, page, order, narrow: None }
    }

    /// The same with a condition, or joined through a table that the column is one of.
    #[must_use]
    pub fn narrowed(
        self,
        narrow: impl for<'t, 'a> Fn(Select<'t, 'a, Entity<T>>) -> Select<'t, 'a, Entity<T>> + Send + Sync + 'static,
    ) -> Self {
        Self { narrow: Some(Box::new(narrow)), ..self }
    }
}

impl<T: RowObject, C> std::fmt::Debug for Children<T, C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The name holds column, condition and order.
        write!(f, "{} {:?}", self.name, self.page)
    }
}

impl<T: RowObject, C: ColumnTrait + Send + Sync + 'static> Related for Children<T, C> {
    type Value = Option<Connection<T>>;

    fn of(&self) -> Kind {
        self.of
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let tx = reader.begin();
        let mut level = Keys::default();
        let codec = |key: Uuid| CursorCodec::new(reader.cursor_key(), format!("{} {key}", self.name));
        let mut select = tx.select::<Entity<T>>().reading::<T::Columns>();
        if let Some(narrow) = &self.narrow {
            select = narrow(select);
        }
        let page = (&self.page, &self.order);
        let lists = T::join(select).lists(self.column, keys, page, codec, |cells| T::read(&mut level, cells)).await?;
        let batch = level.batch();
        let make = |row: Arc<Row<T>>| shown::<T>(&row, batch.clone(), reader);
        Ok(lists.into_iter().map(|(key, list)| (key, Some(list.connection(make)))).collect())
    }
}

impl Batch {
    /// The object that a key points to; none when there is no key, and when the caller may not see the object.
    ///
    /// # Errors
    /// What the reading answered.
    pub async fn object<T: NodeObject>(&self, reader: &Reader, key: impl Into<Option<Uuid>>) -> Result<Option<T>> {
        match key.into() {
            Some(key) => T::find(reader, self, key).await,
            None => Ok(None),
        }
    }

    /// What one of the level's things certainly has: its page of a list, or what a compulsory join has read.
    ///
    /// # Errors
    /// What the reading answered.
    pub async fn page<R, T>(&self, reader: &Reader, related: R, key: Uuid) -> Result<Connection<T>>
    where
        R: Related<Value = Option<Connection<T>>>,
    {
        required(self.load(reader, related, key).await?)
    }
}

/// What must be there, because a join that read it was compulsory or a level has it for each of its keys.
///
/// # Errors
/// INTERNAL when it is not.
pub fn required<T>(found: Option<T>) -> Result<T> {
    found.ok_or_else(|| Error::internal("a level without the key that asked"))
}
