//! Objects of the schema that show a row: found by their keys, listed, and listed below others, all in one way.

use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::Kind;
use crate::platform::loading::batch::{Batch, Related};
use crate::platform::loading::reader::Reader;
use crate::platform::paging::cursor::CursorCodec;
use crate::platform::paging::page::{Connection, Order, PageArgs};
use crate::platform::query::select::Select;
use crate::platform::query::table::{Guarded, Keys, RowReader, Table};
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// The row that an object shows.
pub type Row<T> = <<T as RowObject>::Entity as EntityTrait>::Model;

/// An object of the schema that shows one row.
pub trait RowObject: Clone + Send + Sync + Sized + 'static {
    /// The table of its rows.
    type Entity: Table<Model: Send + Sync + 'static>;

    /// What the audit calls a read of it; none when it tells about no person.
    const PERSONAL: Option<&'static str> = None;

    /// The object of a row, with the level that the row was read in.
    fn new(row: &Row<Self>, batch: Batch, reader: &Reader) -> Self;

    /// Join what most who ask for one ask for besides; [`RowObject::read`] reads it in the same order.
    fn join<'t, 'a>(select: Select<'t, 'a, Self::Entity>) -> Select<'t, 'a, Self::Entity> {
        select
    }

    /// Read a row and what was joined to it.
    ///
    /// # Errors
    /// When a column does not hold what the model says.
    fn read(level: &mut Keys, cells: &mut RowReader<'_>) -> Result<Arc<Row<Self>>, DbErr> {
        level.take::<Self::Entity>(cells)
    }

    /// The one object whose row meets a condition, asked for by itself.
    ///
    /// # Errors
    /// The database's refusal.
    fn find_by(reader: &Reader, condition: SimpleExpr) -> impl Future<Output = Result<Option<Self>>> + Send {
        async move {
            let tx = reader.begin();
            let mut level = Keys::default();
            let select = Self::join(tx.select::<Self::Entity>().filter(condition));
            let row = select.one(|cells| Self::read(&mut level, cells)).await?;
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
    type Entity = T::Entity;

    async fn find(reader: &Reader, level: &Batch, key: Uuid) -> Result<Option<Self>> {
        let found = level.one::<T::Entity>(reader, Some(key)).await?;
        Ok(found.map(|(row, batch)| shown::<T>(&row, batch, reader)))
    }

    async fn open(reader: &Reader, key: Uuid) -> Result<Option<Self>> {
        T::find_by(reader, T::Entity::KEY.eq(key)).await
    }
}

/// The object of a row; that personal data is read is remembered for the audit, unless it is the caller's own.
fn shown<T: RowObject>(row: &Row<T>, batch: Batch, reader: &Reader) -> T {
    if let Some(personal) = T::PERSONAL
        && reader.actor().key() != Some(T::Entity::key(row))
    {
        reader.reads_personal(personal);
    }
    T::new(row, batch, reader)
}

/// The objects of rows that were read together.
pub fn all<T: RowObject>(rows: Vec<Row<T>>, reader: &Reader) -> Vec<T> {
    let batch = Batch::of::<T::Entity>(&rows);
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
    let select = tx.select::<T::Entity>().among(column, keys).statement(|statement| {
        statement.order_by_expr(order.into_expr(), sea_orm::Order::Asc);
    });
    let rows = select.all(|cells| level.take::<T::Entity>(cells)).await?;
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
    select: Select<'_, '_, T::Entity>,
    page: &PageArgs,
    order: &Order,
) -> Result<Connection<T>> {
    let mut level = Keys::default();
    let codec = CursorCodec::new(reader.cursor_key(), name);
    let rows = T::join(select).list((page, order), codec, |cells| T::read(&mut level, cells)).await?;
    let batch = level.batch();
    Ok(rows.connection(|row: Arc<Row<T>>| shown::<T>(&row, batch.clone(), reader)))
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
    narrow: Option<Box<Narrow<T::Entity>>>,
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
        narrow: impl for<'t, 'a> Fn(Select<'t, 'a, T::Entity>) -> Select<'t, 'a, T::Entity> + Send + Sync + 'static,
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
        let mut select = tx.select::<T::Entity>();
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
