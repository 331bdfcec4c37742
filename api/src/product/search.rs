//! Finding products by words: over a table of published text, joined back to the protected table.
//!
//! Four classes are read one after another, each newest first: the whole name; words of the name; beginnings of words of
//! the name; words of other text. Each is cut by its index, so a common word costs no more than a rare one: on SQLite
//! FTS5 hands out numbers in descending order, on PostgreSQL the postings of a word are stored in it.

use super::entity::{Column, Entity};
use super::store::{Row, nothing, read_with_beside, with_beside};
use crate::platform::db::{See, Tx};
use crate::platform::error::{Error, Result};
use crate::platform::page::{Key, KeyKind, Listed, Page, PageArgs, Seal, Total, Wanted};
use domain::product::SearchRank;
use sea_orm::sea_query::{
    Alias, Condition, Expr, ExprTrait, IntoCondition, JoinType, Order, SelectStatement, SimpleExpr, UnionType,
};
use sea_orm::{ColumnTrait, DbBackend, Value};

/// A search has at most so many characters and words.
const LONGEST: usize = 200;
const MOST_WORDS: usize = 8;
/// Beginnings shorter than this are words.
const SHORTEST_PREFIX: usize = 2;
/// A search counts no further.
const COUNTED: u64 = 1000;

/// The words that are searched for, folded.
#[derive(Debug)]
pub struct Words(Vec<String>);

impl Words {
    /// Fold what a client typed. A text without a letter or digit finds nothing.
    ///
    /// # Errors
    /// BAD_USER_INPUT naming `search`, when it is too long.
    pub fn new(text: &str) -> Result<Self> {
        if text.chars().count() > LONGEST {
            return Err(Error::argument("search"));
        }
        let mut words: Vec<String> = domain::fold::words(&domain::fold::fold(text)).map(str::to_owned).collect();
        if words.len() > MOST_WORDS {
            return Err(Error::argument("search"));
        }
        let exact = words.join("_");
        words.dedup();
        words.push(exact);
        Ok(Self(words))
    }

    fn words(&self) -> &[String] {
        self.0.split_last().map_or(&[], |(_, words)| words)
    }

    /// The whole text as one word.
    fn exact(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }

    /// The word that drives a search for all of them: the longest, which is mostly the rarest.
    fn driver(&self) -> &str {
        self.words().iter().max_by_key(|word| word.chars().count()).map_or("", String::as_str)
    }
}

/// Products that meet a search, as a condition: for orders other than relevance.
pub(crate) fn matching<'t, 'a>(tx: &Tx<'_>, see: See<'t, 'a, Entity>, words: &Words) -> See<'t, 'a, Entity> {
    if words.words().is_empty() {
        return see.filter(nothing());
    }
    let mut any = Condition::any();
    for class in classes() {
        let mut hits = SelectStatement::new();
        match tx.backend() {
            DbBackend::Postgres => {
                hits.expr(Expr::cust("product_posting.number"));
                postings(&mut hits, words, class);
            }
            _ => {
                hits.expr(Expr::cust("product_search.rowid")).from(Alias::new("product_search"));
                hits.cond_where(matches(words, class));
            }
        }
        any = any.add(Column::Number.into_expr().in_subquery(hits));
    }
    see.filter(any)
}

/// A page of products by rank; `see` holds the visible products that meet the filter.
///
/// # Errors
/// BAD_USER_INPUT naming the argument, or the database's refusal.
pub(crate) async fn list(
    tx: &Tx<'_>,
    see: See<'_, '_, Entity>,
    words: &Words,
    args: &PageArgs,
    seal: Seal,
    total: bool,
) -> Result<Listed<Row>> {
    let wanted = Wanted::new(args, &seal, &[KeyKind::Long, KeyKind::Long])?;
    if words.words().is_empty() {
        let total = total.then_some(Total { count: 0, capped: false });
        return Ok(Listed::new(Page::cut(Vec::new(), &wanted), seal, total));
    }
    let total = if total { Some(count(tx, &see, words).await?) } else { None };
    let limit = wanted.size + 1;
    let classes: Vec<SelectStatement> = classes()
        .into_iter()
        .filter_map(|class| Some(hits(tx, &see, words, class, between(class, &wanted)?, wanted.backwards, limit)))
        .collect();
    let Some(hits) = union(classes) else {
        return Ok(Listed::new(Page::cut(Vec::new(), &wanted), seal, total));
    };
    let found = Alias::new("found");
    let rank = Expr::col((found.clone(), Alias::new("rank")));
    let (up, down) = (Order::Asc, Order::Desc);
    let (by_rank, by_number) = if wanted.backwards { (down, up) } else { (up, down) };
    let rows = with_beside(tx.see::<Entity>())
        .statement(|statement| {
            let on = Column::Number.into_expr().eq(Expr::col((found.clone(), Alias::new("number"))));
            statement.join_subquery(JoinType::InnerJoin, hits, found.clone(), on.into_condition());
            statement.order_by_expr(rank.clone(), by_rank).order_by_expr(Column::Number.into_expr(), by_number);
            statement.limit(limit);
        })
        .also([rank.cast_as(Alias::new("bigint"))])
        .all(|cells| {
            let row = read_with_beside(cells)?;
            let rank = cells.take::<i64>()?;
            let keys = vec![Key::Long(rank), Key::Long(row.product.number)];
            Ok((row, keys))
        })
        .await?;
    Ok(Listed::new(Page::cut(rows, &wanted), seal, total))
}

async fn count(tx: &Tx<'_>, see: &See<'_, '_, Entity>, words: &Words) -> Result<Total> {
    let all = classes().into_iter().map(|class| hits(tx, see, words, class, Condition::all(), false, COUNTED + 1));
    let all = union(all.collect()).expect("there are four classes");
    let mut counted = SelectStatement::new();
    counted.expr(Expr::cust("count(distinct number)")).from_subquery(all, Alias::new("found"));
    let rows = tx.query(tx.backend().build(&counted)).await?;
    let count = rows.first().map_or(Ok(0), |row| row.try_get_by_index::<i64>(0))?.unsigned_abs();
    Ok(Total { count: Ord::min(count, COUNTED), capped: count > COUNTED })
}

fn classes() -> [SearchRank; 4] {
    [SearchRank::NameExact, SearchRank::NameWord, SearchRank::NamePrefix, SearchRank::OtherText]
}

/// The numbers of a class that lie between the cursors; nothing when the whole class does not.
fn between(class: SearchRank, wanted: &Wanted) -> Option<Condition> {
    let rank = class as i64;
    let mut condition = Condition::all();
    for (keys, is_after) in [(&wanted.after, true), (&wanted.before, false)] {
        let Some([Key::Long(other), Key::Long(number)]) = keys.as_deref() else { continue };
        let is_beyond = if is_after { rank > *other } else { rank < *other };
        if rank == *other {
            let column = Column::Number;
            condition = condition.add(if is_after { column.lt(*number) } else { column.gt(*number) });
        } else if !is_beyond {
            return None;
        }
    }
    Some(condition)
}

fn union(classes: Vec<SelectStatement>) -> Option<SelectStatement> {
    let mut wrapped = classes.into_iter().enumerate().map(|(place, class)| {
        let mut outer = SelectStatement::new();
        outer.expr(Expr::cust("*")).from_subquery(class, Alias::new(format!("class_{place}")));
        outer
    });
    let mut first = wrapped.next()?;
    for class in wrapped {
        first.union(UnionType::All, class);
    }
    Some(first)
}

/// The rank and numbers of a class, newest first, cut after `limit`.
fn hits(
    tx: &Tx<'_>,
    see: &See<'_, '_, Entity>,
    words: &Words,
    class: SearchRank,
    between: Condition,
    backwards: bool,
    limit: u64,
) -> SelectStatement {
    let mut statement = see.again().filter(between).into_statement();
    statement.expr_as(Expr::val(class as i32).cast_as(Alias::new("integer")), Alias::new("rank"));
    statement.expr_as(Column::Number.into_expr(), Alias::new("number"));
    let order = if backwards { Order::Asc } else { Order::Desc };
    let number = match tx.backend() {
        DbBackend::Postgres => {
            postings_joined(&mut statement, words, class);
            Expr::cust("product_posting.number")
        }
        _ => {
            let on = Expr::cust("product_search.rowid").eq(Column::Number.into_expr());
            statement.join(JoinType::InnerJoin, Alias::new("product_search"), on.into_condition());
            statement.cond_where(matches(words, class));
            Expr::cust("product_search.rowid")
        }
    };
    statement.order_by_expr(number, order).limit(limit);
    statement
}

/// The condition of a class for FTS5. Words are letters and digits alone, so quoting them is safe.
fn matches(words: &Words, class: SearchRank) -> SimpleExpr {
    let all = |suffix: bool| {
        let quoted = words.words().iter().map(|word| {
            let star = if suffix && word.chars().count() >= SHORTEST_PREFIX { " *" } else { "" };
            format!("\"{word}\"{star}")
        });
        quoted.collect::<Vec<_>>().join(" AND ")
    };
    let exact = format!("exact : \"{}\"", words.exact());
    let query = match class {
        SearchRank::NameExact => exact,
        SearchRank::NameWord => format!("({{name}} : ({})) NOT ({exact})", all(false)),
        SearchRank::NamePrefix => format!("({{name}} : ({})) NOT ({{name}} : ({}))", all(true), all(false)),
        SearchRank::OtherText => format!("({{name other}} : ({})) NOT ({{name}} : ({}))", all(false), all(true)),
    };
    Expr::cust_with_values("product_search MATCH ?", [Value::from(query)])
}

fn postings_joined(statement: &mut SelectStatement, words: &Words, class: SearchRank) {
    let on = Expr::cust("product_posting.number").eq(Column::Number.into_expr());
    statement.join(JoinType::InnerJoin, Alias::new("product_posting"), on.into_condition());
    conditions(statement, words, class);
}

fn postings(statement: &mut SelectStatement, words: &Words, class: SearchRank) {
    statement.from(Alias::new("product_posting"));
    conditions(statement, words, class);
}

/// The condition of a class over the postings of the driving word; the other words are looked up in the text beside.
fn conditions(statement: &mut SelectStatement, words: &Words, class: SearchRank) {
    let posting = |sql: &'static str, values: Vec<Value>| Expr::cust_with_values(sql, values);
    let driver = || Value::from(words.driver().to_owned());
    // Whole names stand apart from words, or every name would be a longer form of its first word.
    let exact = || Value::from(format!("={}", words.exact()));
    let text = |sql: &str, word: &str, whole: bool| {
        let (head, tail) = (" ", if whole { " " } else { "" });
        Expr::cust_with_values(format!("strpos({sql}, $1) > 0"), [Value::from(format!("{head}{word}{tail}"))])
    };
    let every = |sql: &'static str, whole: bool| {
        let is_whole = move |word: &String| whole || word.chars().count() < SHORTEST_PREFIX;
        words.words().iter().fold(Condition::all(), |all, word| all.add(text(sql, word, is_whole(word))))
    };
    statement.join(
        JoinType::InnerJoin,
        Alias::new("product_search"),
        Expr::cust("product_search.number = product_posting.number").into_condition(),
    );
    let name = "product_search.name";
    let is_exact = || {
        Expr::cust_with_values(
            "exists (select 1 from product_posting e where e.word = $1 and e.rank = 0 and e.number = product_posting.number)",
            [exact()],
        )
    };
    match class {
        SearchRank::NameExact => {
            statement.cond_where(posting("product_posting.word = $1 and product_posting.rank = 0", vec![exact()]));
        }
        SearchRank::NameWord => {
            statement.cond_where(posting("product_posting.word = $1 and product_posting.rank = 1", vec![driver()]));
            statement.cond_where(every(name, true)).cond_where(is_exact().not());
        }
        SearchRank::NamePrefix => {
            let end = Value::from(format!("{}\u{10FFFF}", words.driver()));
            let range = "product_posting.word > $1 and product_posting.word < $2 and product_posting.rank = 1";
            statement.cond_where(posting(range, vec![driver(), end]));
            statement.cond_where(every(name, false)).cond_where(every(name, true).not());
            // A product may have several words that begin alike; its first one stands for it.
            statement.cond_where(posting(
                "not exists (select 1 from product_posting e where e.number = product_posting.number and e.rank = 1
                 and e.word > $1 and e.word < product_posting.word)",
                vec![driver()],
            ));
        }
        SearchRank::OtherText => {
            statement.cond_where(posting("product_posting.word = $1", vec![driver()]));
            statement.cond_where(every("(product_search.name || product_search.other)", true));
            statement.cond_where(every(name, false).not());
        }
    }
}
