//! Pages: arguments that are checked, keyset cursors that are sealed, and the connections that clients see.

use crate::platform::error::{Error, Result};
use crate::platform::graphql::list::List;
use crate::platform::paging::cursor::{CursorCodec, Key, KeyKind, kind_of};
use crate::platform::query::row_query::{RowQuery, each_row};
use crate::platform::query::select::Select;
use crate::platform::query::table::{Guarded, RowReader};
use async_graphql::{Context, Enum, Object, OutputType, SimpleObject, TypeName};
use sea_orm::sea_query::{self, Alias, ColumnRef, Expr, ExprTrait, IntoColumnRef, SimpleExpr, WindowStatement};
use sea_orm::{ColumnTrait, DbErr, QueryResult, Value};
use std::borrow::Cow;
use std::collections::HashMap;
use uuid::Uuid;

/// The largest page.
pub const LARGEST_PAGE: i32 = 100;
/// What a size may be, for whoever gave another.
const SIZES: &str = "0 to 100";

/// The arguments `first`, `after`, `last` and `before` as they came, and whether the whole list is to be counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PageArgs {
    /// How many from the beginning.
    pub first: Option<i32>,
    /// Those after this cursor.
    pub after: Option<String>,
    /// How many from the end.
    pub last: Option<i32>,
    /// Those before this cursor.
    pub before: Option<String>,
    /// Whether to count the whole list: what is not selected is not counted.
    pub total: bool,
}

impl PageArgs {
    /// The arguments of a field that answers a connection.
    pub fn new(
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Self {
        let selected = ctx.look_ahead();
        let total = selected.field("totalCount").exists() || selected.field("totalCountIsCapped").exists();
        Self { first, after, last, before, total }
    }

    /// How many are wanted and from which end.
    fn size(&self) -> Result<(u64, bool)> {
        let (size, backwards, name) = match (self.first, self.last) {
            (Some(first), None) => (first, false, "first"),
            (None, Some(last)) => (last, true, "last"),
            (None, None) => return Err(Error::expected("first", format!("{SIZES}, or last"))),
            (Some(_), Some(_)) => return Err(Error::expected("last", "not beside first")),
        };
        if !(0..=LARGEST_PAGE).contains(&size) {
            return Err(Error::expected(name, SIZES));
        }
        Ok((size.unsigned_abs().into(), backwards))
    }
}

/// The arguments of a list at the root: which page, and whether it is the public list that is asked for, whoever asks.
#[derive(Clone, Debug)]
pub struct ListArgs {
    /// Which page.
    pub page: PageArgs,
    /// Whether the public list is asked for.
    pub published: bool,
}

/// The order of things by when they were created.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum CreationOrder {
    /// What was created last comes first.
    #[default]
    Newest,
    /// What was created first comes first.
    Oldest,
}

/// The order of things by what tells them apart in URLs, or by their names.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum NameOrder {
    /// By slug; of indicators by code.
    #[default]
    Slug,
    /// By name, in the language of the request.
    Name,
}

/// A total order: its columns, all in one direction, the last one unique.
#[derive(Clone, Debug)]
pub struct Order {
    columns: Vec<(SimpleExpr, KeyKind)>,
    descending: bool,
}

impl Order {
    /// From the smallest to the largest.
    pub fn ascending(columns: Vec<(SimpleExpr, KeyKind)>) -> Self {
        Self { columns, descending: false }
    }

    /// From the largest to the smallest.
    pub fn descending(columns: Vec<(SimpleExpr, KeyKind)>) -> Self {
        Self { columns, descending: true }
    }

    /// The row that was made last comes first, by the column of numbers.
    pub fn newest(number: impl ColumnTrait) -> Self {
        Self::descending(vec![(number.into_expr(), KeyKind::Long)])
    }

    /// The row that was made first comes first, by the column of numbers.
    pub fn oldest(number: impl ColumnTrait) -> Self {
        Self::ascending(vec![(number.into_expr(), KeyKind::Long)])
    }

    /// By when rows were made, by the column of numbers.
    pub fn created(by: CreationOrder, number: impl ColumnTrait) -> Self {
        match by {
            CreationOrder::Newest => Self::newest(number),
            CreationOrder::Oldest => Self::oldest(number),
        }
    }

    /// By a column of unique texts, such as a code.
    pub fn text(column: impl ColumnTrait) -> Self {
        Self::ascending(vec![(column.into_expr(), KeyKind::Text)])
    }

    /// By the column of a name's key; rows of equal names by the column of numbers.
    pub fn name(column: impl ColumnTrait, number: impl ColumnTrait) -> Self {
        Self::ascending(vec![(column.into_expr(), KeyKind::Text), (number.into_expr(), KeyKind::Long)])
    }

    /// By a column of unique texts, or by the keys of a name that its table keeps for that, in Arabic or another language.
    pub fn named(by: NameOrder, in_arabic: bool, table: &'static str, unique: impl ColumnTrait) -> Self {
        let key = if in_arabic { "name_key_ar" } else { "name_key_fr" };
        let tie = (unique.into_expr(), KeyKind::Text);
        match by {
            NameOrder::Slug => Self::ascending(vec![tie]),
            NameOrder::Name => {
                Self::ascending(vec![(Expr::col((Alias::new(table), Alias::new(key))), KeyKind::Text), tie])
            }
        }
    }

    fn kinds(&self) -> Vec<KeyKind> {
        self.columns.iter().map(|(_, kind)| *kind).collect()
    }

    fn read(&self, cells: &mut RowReader<'_>) -> Result<Vec<Key>, DbErr> {
        self.columns.iter().map(|(_, kind)| kind.read(cells)).collect()
    }

    fn direction(&self, backwards: bool) -> sea_query::Order {
        if self.descending == backwards { sea_query::Order::Asc } else { sea_query::Order::Desc }
    }
}

/// How many things there are in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// As many as were counted.
    pub count: u64,
    /// Whether there are more, and counting ended there.
    pub capped: bool,
}

/// One thing of a page with the keys of its cursor.
#[derive(Clone)]
pub struct Edge<T> {
    node: T,
    keys: Vec<Key>,
    codec: CursorCodec,
}

/// One page of a list.
#[derive(Clone)]
pub struct Connection<T> {
    edges: Vec<Edge<T>>,
    has_next: bool,
    has_previous: bool,
    total: Option<Total>,
}

impl<T> Connection<T> {
    /// The things of the page.
    pub(crate) fn into_nodes(self) -> impl Iterator<Item = T> {
        self.edges.into_iter().map(|edge| edge.node)
    }
}

/// What was read of a page before it is known what its things will be in GraphQL.
pub struct Page<R> {
    /// The rows with their keys, in the order of the list.
    pub rows: Vec<(R, Vec<Key>)>,
    /// Whether there are more behind.
    pub has_next: bool,
    /// Whether there are more before.
    pub has_previous: bool,
}

impl<R> Page<R> {
    /// A page cut out of rows that were read in the direction asked for, one more than wanted.
    pub(crate) fn cut(mut rows: Vec<(R, Vec<Key>)>, wanted: &PageBounds) -> Self {
        let more = rows.len() as u64 > wanted.size;
        rows.truncate(usize::try_from(wanted.size).unwrap_or(usize::MAX));
        if wanted.backwards {
            rows.reverse();
            return Self { rows, has_next: wanted.before.is_some(), has_previous: more };
        }
        Self { rows, has_next: more, has_previous: wanted.after.is_some() }
    }
}

/// Page arguments after the check: how many, from which end, between which keys.
#[derive(Clone, Debug)]
pub struct PageBounds {
    /// How many.
    pub size: u64,
    /// From the end.
    pub backwards: bool,
    /// Those after these keys.
    pub after: Option<Vec<Key>>,
    /// Those before these keys.
    pub before: Option<Vec<Key>>,
}

impl PageBounds {
    /// Check the arguments of a page against the list they are for.
    ///
    /// # Errors
    /// BAD_USER_INPUT naming `first`, `last`, `after` or `before`.
    pub fn new(args: &PageArgs, codec: &CursorCodec, kinds: &[KeyKind]) -> Result<Self> {
        let (size, backwards) = args.size()?;
        let open = |cursor: &Option<String>, name: &str| match cursor {
            None => Ok(None),
            Some(cursor) => codec
                .open(cursor)
                .filter(|keys| keys.iter().map(kind_of).eq(kinds.iter().copied()))
                .map(Some)
                .ok_or_else(|| Error::expected(name, "a cursor of this list, with this filter and order")),
        };
        Ok(Self { size, backwards, after: open(&args.after, "after")?, before: open(&args.before, "before")? })
    }
}

/// A page that was read, with what its connection needs beside.
pub struct PageRows<R> {
    page: Page<R>,
    codec: CursorCodec,
    total: Option<Total>,
}

impl<R> PageRows<R> {
    /// A page with the codec of its list and the number of its things.
    pub fn new(page: Page<R>, codec: CursorCodec, total: Option<Total>) -> Self {
        Self { page, codec, total }
    }

    /// The rows of the page.
    pub fn rows(&self) -> impl Iterator<Item = &R> {
        self.page.rows.iter().map(|(row, _)| row)
    }

    /// The connection of the things that `make` turns the rows into.
    pub fn connection<T>(self, make: impl Fn(R) -> T) -> Connection<T> {
        let Self { page, codec, total } = self;
        let edges =
            page.rows.into_iter().map(|(row, keys)| Edge { node: make(row), keys, codec: codec.clone() }).collect();
        Connection { edges, has_next: page.has_next, has_previous: page.has_previous, total }
    }
}

/// The rows of a page as they were read, before it is known what they hold.
struct RawPage {
    bounds: PageBounds,
    rows: Vec<QueryResult>,
    total: Option<Total>,
}

/// The rows of the same page of several lists, and how many each list has.
struct RawPages {
    bounds: PageBounds,
    rows: Vec<QueryResult>,
    totals: HashMap<Uuid, u64>,
}

// Both are the same for every table, and compiled once.
impl RowQuery<'_, '_> {
    async fn page(self, args: &PageArgs, order: &Order, codec: &CursorCodec) -> Result<RawPage> {
        let bounds = PageBounds::new(args, codec, &order.kinds())?;
        let total = match args.total {
            true => Some(Total { count: self.again().count(None).await?, capped: false }),
            false => None,
        };
        let columns = &order.columns;
        let mut query = self;
        if let Some(keys) = &bounds.after {
            query = query.filter(beyond(columns, keys, order.descending));
        }
        if let Some(keys) = &bounds.before {
            query = query.filter(beyond(columns, keys, !order.descending));
        }
        let direction = order.direction(bounds.backwards);
        let by: Vec<SimpleExpr> = columns.iter().map(|(column, _)| column.clone()).collect();
        let rows = query.first(&by, &direction, bounds.size + 1).await?;
        Ok(RawPage { bounds, rows, total })
    }

    /// The lists are those of the things that a column points to.
    async fn pages(
        self,
        (column, parent): (ColumnRef, SimpleExpr),
        args: &PageArgs,
        order: &Order,
        codec: &CursorCodec,
    ) -> Result<RawPages> {
        let bounds = PageBounds::new(args, codec, &order.kinds())?;
        let totals = match args.total {
            true => self.again().counts(&parent).await?,
            false => HashMap::new(),
        };
        let direction = order.direction(bounds.backwards);
        let mut place = WindowStatement::partition_by(column);
        for (column, _) in &order.columns {
            place.order_by_expr(column.clone(), direction.clone());
        }
        let query = self.also(order.columns.iter().map(|(column, _)| column.clone())).also([parent]);
        let rows = query.first_of_each(place, bounds.size + 1).await?;
        Ok(RawPages { bounds, rows, totals })
    }
}

impl<E: Guarded> Select<'_, '_, E> {
    /// Read one page in an order: a keyset query of one row more than wanted; and count, if asked.
    ///
    /// # Errors
    /// BAD_USER_INPUT naming the argument, or the database's refusal.
    pub async fn list<R>(
        self,
        (args, order): (&PageArgs, &Order),
        codec: CursorCodec,
        mut read: impl FnMut(&mut RowReader<'_>) -> Result<R, DbErr>,
    ) -> Result<PageRows<R>> {
        let RawPage { bounds, rows, total } = self.into_query().page(args, order, &codec).await?;
        let rows = each_row(&rows, |cells| {
            let row = read(cells)?;
            Ok((row, order.read(cells)?))
        })?;
        Ok(PageRows::new(Page::cut(rows, &bounds), codec, total))
    }

    /// Read the same page of the lists of several things at once, by the column that points to them: one statement,
    /// and one more if the lists are to be counted. Each list has a codec of its own.
    ///
    /// # Errors
    /// BAD_USER_INPUT naming the argument (a cursor belongs to one list alone), or the database's refusal.
    pub async fn lists<R>(
        self,
        parent: impl ColumnTrait,
        keys: &[Uuid],
        (args, order): (&PageArgs, &Order),
        codec: impl Fn(Uuid) -> CursorCodec,
        mut read: impl FnMut(&mut RowReader<'_>) -> Result<R, DbErr>,
    ) -> Result<HashMap<Uuid, PageRows<R>>> {
        if let [key] = keys {
            let list = self.filter(parent.eq(*key)).list((args, order), codec(*key), read).await?;
            return Ok(HashMap::from([(*key, list)]));
        }
        let query = self.among(parent, keys).into_query();
        let column = (parent.as_column_ref().into_column_ref(), parent.into_expr());
        let read_pages = query.pages(column, args, order, &codec(Uuid::nil())).await?;
        let RawPages { bounds, rows, mut totals } = read_pages;
        let rows = each_row(&rows, |cells| {
            let row = read(cells)?;
            let keys = order.read(cells)?;
            Ok((cells.take::<Uuid>()?, (row, keys)))
        })?;
        let mut lists: HashMap<Uuid, Vec<(R, Vec<Key>)>> = keys.iter().map(|key| (*key, Vec::new())).collect();
        for (key, row) in rows {
            lists.entry(key).or_default().push(row);
        }
        let total = |count| Total { count, capped: false };
        Ok(lists
            .into_iter()
            .map(|(key, rows)| {
                let total = args.total.then(|| total(totals.remove(&key).unwrap_or(0)));
                (key, PageRows::new(Page::cut(rows, &bounds), codec(key), total))
            })
            .collect())
    }
}

/// The condition that a row stands behind these keys: one comparison of rows, which an index on the columns answers.
fn beyond(columns: &[(SimpleExpr, KeyKind)], keys: &[Key], descending: bool) -> SimpleExpr {
    let values = keys.iter().map(|key| Expr::val(Value::from(key.clone())));
    let (left, right) = match columns {
        [(column, _)] => (column.clone(), values.into_iter().next().expect("as many keys as columns")),
        _ => (
            SimpleExpr::from(Expr::tuple(columns.iter().map(|(column, _)| column.clone()))),
            SimpleExpr::from(Expr::tuple(values)),
        ),
    };
    if descending { left.lt(right) } else { left.gt(right) }
}

/// The position of a page in its list.
#[derive(SimpleObject)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct PageInfo {
    /// Whether there are more things after this page.
    has_next_page: bool,
    /// Whether there are more things before this page.
    has_previous_page: bool,
    /// The cursor of the first thing of this page.
    start_cursor: Option<String>,
    /// The cursor of the last thing of this page.
    end_cursor: Option<String>,
}

impl<T: OutputType> TypeName for Edge<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", T::type_name()).into()
    }
}

/// An item of a page, with its cursor.
#[Object(name_type, crate = "crate::platform::graphql::executor")]
impl<T: OutputType> Edge<T> {
    /// The item at this place of the list.
    async fn node(&self) -> &T {
        &self.node
    }

    /// The place of the edge in the list with this filter and order, for `after` and `before`; opaque.
    async fn cursor(&self) -> String {
        self.codec.close(&self.keys)
    }
}

impl<T: OutputType> TypeName for Connection<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", T::type_name()).into()
    }
}

/// A page of a list. Exactly one of the arguments `first` and `last` is required where it is asked for.
#[Object(name_type, crate = "crate::platform::graphql::executor")]
impl<T: OutputType> Connection<T> {
    /// The items of this page, each with its cursor.
    async fn edges(&self) -> List<&Edge<T>> {
        List(self.edges.iter().collect())
    }

    /// The items of this page.
    async fn nodes(&self) -> List<&T> {
        List(self.edges.iter().map(|edge| &edge.node).collect())
    }

    /// Whether there are items before and after this page, and the cursors of its ends.
    async fn page_info(&self) -> PageInfo {
        let cursor = |edge: &Edge<T>| edge.codec.close(&edge.keys);
        PageInfo {
            has_next_page: self.has_next,
            has_previous_page: self.has_previous,
            start_cursor: self.edges.first().map(cursor),
            end_cursor: self.edges.last().map(cursor),
        }
    }

    /// The number of items in the whole list; a search counts no further than 1,000. It is counted only when it is selected.
    async fn total_count(&self) -> i32 {
        self.total.map_or(0, |total| i32::try_from(total.count).unwrap_or(i32::MAX))
    }

    /// Whether `totalCount` stopped counting before the end of the list.
    async fn total_count_is_capped(&self) -> bool {
        self.total.is_some_and(|total| total.capped)
    }
}
