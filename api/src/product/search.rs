//! Finding products by words: over a table of published text, joined back to the protected table.
//!
//! Four classes are asked one after another, each newest first, until there are enough hits: the whole name; words of the
//! name; beginnings of words of the name; words of other text. No product is in two of them. Each is cut by its index, so
//! that a common word costs no more than a rare one: on SQLite FTS5 hands out numbers in descending order, on PostgreSQL
//! the postings of a word are stored in it. Then the products of the page are read by their numbers.
//!
//! On PostgreSQL what the public sees of all products is found among the postings alone, since they hold what is published
//! and until when; hits among fewer products are looked up among these.

use super::entity::{Column, Entity};
use super::object::Product;
use super::object::ProductRow;
use super::posting;
use super::signature::Signature;
use super::spelling;
use crate::platform::error::{Error, Result};
use crate::platform::loading::object::RowObject;
use crate::platform::paging::cursor::{CursorCodec, Key, KeyKind};
use crate::platform::paging::page::{Page, PageArgs, PageBounds, PageRows, Total};
use crate::platform::query::expression::{among_numbers, nothing};
use crate::platform::query::select::Select;
use crate::platform::query::table::Keys;
use crate::platform::query::transaction::Tx;
use domain::fold::Typed;
use domain::product::SearchRank;
use sea_orm::sea_query::{
    Alias, Condition, Expr, ExprTrait, IntoCondition, JoinType, Order, SelectStatement, SimpleExpr,
};
use sea_orm::{ColumnTrait, DbBackend, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// A search has at most so many characters and words.
const LONGEST: usize = 200;
const MOST_WORDS: usize = 8;
/// Beginnings shorter than this are words.
const SHORTEST_PREFIX: usize = 2;
/// A search counts no further.
const COUNTED: u64 = 1000;

/// The words that are searched for, folded.
#[derive(Debug)]
pub struct Words {
    words: Vec<String>,
    /// Whether the last word may be the beginning of a longer one, however short it is.
    is_open: bool,
    /// The whole text as one word, such as whole names are kept by.
    exact: String,
}

impl Words {
    /// Fold what a client typed. A text without a letter or digit finds nothing.
    ///
    /// # Errors
    /// BAD_USER_INPUT naming `search`, when it is too long.
    pub fn new(text: &str) -> Result<Self> {
        if text.chars().count() > LONGEST {
            return Err(Error::expected("search", format!("at most {LONGEST} characters")));
        }
        let Typed { words, is_open } = domain::fold::typed(text);
        if words.len() > MOST_WORDS {
            return Err(Error::expected("search", format!("at most {MOST_WORDS} words")));
        }
        Ok(Self::of(words, is_open))
    }

    fn of(mut words: Vec<String>, is_open: bool) -> Self {
        let exact = domain::fold::whole(&words.join(" "));
        words.dedup();
        Self { words, is_open, exact }
    }

    /// What was meant, where a word is misspelled: to be asked when nothing is found, since nothing is by a word that no
    /// product has.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn corrected(&self, tx: &Tx<'_>) -> Result<Option<Self>> {
        let mut words = self.words.clone();
        spelling::correct(tx, &mut words, self.is_open).await?;
        Ok((words != self.words).then(|| Self::of(words, self.is_open)))
    }

    fn words(&self) -> &[String] {
        &self.words
    }

    /// The whole text as one word.
    fn exact(&self) -> &str {
        &self.exact
    }

    /// The word that drives a search for all of them: the longest, which is mostly the rarest.
    fn driver(&self) -> &str {
        self.words.iter().max_by_key(|word| word.chars().count()).map_or("", String::as_str)
    }

    /// Whether a word may be the beginning of a longer one: each may that is not too short, and the last of several while it is
    /// typed.
    fn is_beginning(&self, place: usize) -> bool {
        let Some(word) = self.words.get(place) else { return false };
        let is_last = place > 0 && place + 1 == self.words.len();
        word.chars().count() >= SHORTEST_PREFIX || (self.is_open && is_last)
    }

    /// The signature that a name with all of them, or all of their beginnings, has at least.
    fn signature(&self) -> Signature {
        Signature::of_words(self.words.iter().map(String::as_str))
    }
}

/// Where a class is read from: strictly between two numbers, upwards or downwards, and no further than so many hits.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    below: Option<i64>,
    above: Option<i64>,
    upwards: bool,
    limit: u64,
}

impl Stretch {
    /// A class from its newest hit on.
    fn whole(limit: u64) -> Self {
        Self { below: None, above: None, upwards: false, limit }
    }

    /// What of a class lies between the cursors; nothing when it lies outside of them altogether.
    fn between(class: SearchRank, wanted: &PageBounds, limit: u64) -> Option<Self> {
        let rank = class as i64;
        let mut stretch = Self { upwards: wanted.backwards, ..Self::whole(limit) };
        if let Some([Key::Long(other), Key::Long(number)]) = wanted.after.as_deref() {
            if rank < *other {
                return None;
            }
            stretch.below = (rank == *other).then_some(*number);
        }
        if let Some([Key::Long(other), Key::Long(number)]) = wanted.before.as_deref() {
            if rank > *other {
                return None;
            }
            stretch.above = (rank == *other).then_some(*number);
        }
        Some(stretch)
    }

    fn order(self) -> Order {
        if self.upwards { Order::Asc } else { Order::Desc }
    }

    /// The condition on a column that holds numbers.
    fn condition(self, number: &'static str) -> Condition {
        let number = || Expr::cust(number);
        Condition::all()
            .add_option(self.below.map(|below| number().lt(below)))
            .add_option(self.above.map(|above| number().gt(above)))
    }
}

/// Among which products hits are looked for.
pub(crate) enum Among<'t, 'a> {
    /// Visible ones that meet a filter.
    These(Select<'t, 'a, Entity>),
    /// All that the public sees, by their postings: there are some on PostgreSQL.
    All(Select<'t, 'a, posting::Entity>),
}

/// Products that meet a search, as a condition: for orders other than relevance.
pub(crate) fn matching<'t, 'a>(tx: &Tx<'_>, select: Select<'t, 'a, Entity>, words: &Words) -> Select<'t, 'a, Entity> {
    if words.words().is_empty() {
        return select.filter(nothing());
    }
    let mut any = Condition::any();
    for class in CLASSES {
        let mut hits = SelectStatement::new();
        match tx.backend() {
            DbBackend::Postgres => {
                hits.expr(Expr::cust("product_posting.number"));
                hits.from_subquery(postings(words, class, Stretch::whole(0)), Alias::new("product_posting"));
                hits.cond_where(meets(words, class));
            }
            _ => {
                hits.expr(Expr::cust("product_search.rowid")).from(Alias::new("product_search"));
                hits.cond_where(matches(words, class));
            }
        }
        any = any.add(Column::Number.into_expr().in_subquery(hits));
    }
    select.filter(any)
}

/// A page of products by rank.
///
/// # Errors
/// BAD_USER_INPUT naming the argument, or the database's refusal.
pub(crate) async fn list(
    tx: &Tx<'_>,
    among: &Among<'_, '_>,
    words: &Words,
    args: &PageArgs,
    codec: CursorCodec,
    level: &mut Keys,
) -> Result<PageRows<Arc<ProductRow>>> {
    let wanted = PageBounds::new(args, &codec, &[KeyKind::Long, KeyKind::Long])?;
    if words.words().is_empty() {
        let total = args.total.then_some(Total { count: 0, capped: false });
        return Ok(PageRows::new(Page::cut(Vec::new(), &wanted), codec, total));
    }
    let (mut hits, mut total_count) = self::hits(among, words, args.total, &wanted).await?;
    if hits.is_empty()
        && let Some(meant) = words.corrected(tx).await?
    {
        (hits, total_count) = self::hits(among, &meant, args.total, &wanted).await?;
    }
    hits.truncate(usize::try_from(wanted.size + 1).unwrap_or(usize::MAX));
    let numbers: Vec<i64> = hits.iter().map(|(_, number)| *number).collect();
    let mut rows: HashMap<i64, Arc<ProductRow>> = HashMap::new();
    if !numbers.is_empty() {
        let select = Product::join(tx.select::<Entity>().reading::<ProductRow>()).filter(among_numbers(
            tx.backend(),
            Column::Number,
            &numbers,
        ));
        let read = select.all(|cells| Product::read(level, cells)).await?;
        rows.extend(read.into_iter().map(|row| (row.number, row)));
    }
    // What was taken out between the two statements is left out.
    let rows = hits.into_iter().filter_map(|(class, number)| {
        let row = rows.remove(&number)?;
        Some((row, vec![Key::Long(class as i64), Key::Long(number)]))
    });
    Ok(PageRows::new(Page::cut(rows.collect(), &wanted), codec, total_count))
}

/// The hits of a page and one more, and how many there are in all, if that is asked.
async fn hits(
    among: &Among<'_, '_>,
    words: &Words,
    is_counted: bool,
    wanted: &PageBounds,
) -> Result<(Vec<(SearchRank, i64)>, Option<Total>)> {
    let is_first = !wanted.backwards && wanted.after.is_none() && wanted.before.is_none();
    let between = |class, limit| Some((class, Stretch::between(class, wanted, limit)?));
    if !is_counted {
        return Ok((found(among, words, wanted.size + 1, between).await?, None));
    }
    let all = found(among, words, COUNTED + 1, |class, limit| Some((class, Stretch::whole(limit)))).await?;
    let count = all.len() as u64;
    let total = Total { count: Ord::min(count, COUNTED), capped: count > COUNTED };
    let hits = if is_first { all } else { found(among, words, wanted.size + 1, between).await? };
    Ok((hits, Some(total)))
}

/// The numbers of the best hits among some products, so many at most.
///
/// # Errors
/// The database's refusal.
pub(crate) async fn best(tx: &Tx<'_>, among: &Among<'_, '_>, words: &Words, most: u64) -> Result<Vec<i64>> {
    if words.words().is_empty() {
        return Ok(Vec::new());
    }
    let whole = |class, limit| Some((class, Stretch::whole(limit)));
    let mut hits = found(among, words, most, whole).await?;
    if hits.is_empty()
        && let Some(meant) = words.corrected(tx).await?
    {
        hits = found(among, &meant, most, whole).await?;
    }
    Ok(hits.into_iter().map(|(_, number)| number).collect())
}

const CLASSES: [SearchRank; 4] =
    [SearchRank::NameExact, SearchRank::NameWord, SearchRank::NamePrefix, SearchRank::OtherText];

/// The first hits: classes are asked in their order, or against it, until there are enough.
async fn found(
    among: &Among<'_, '_>,
    words: &Words,
    most: u64,
    stretch: impl Fn(SearchRank, u64) -> Option<(SearchRank, Stretch)>,
) -> Result<Vec<(SearchRank, i64)>> {
    let mut all = Vec::new();
    let mut stretches: Vec<_> = CLASSES.into_iter().filter_map(|class| stretch(class, most)).collect();
    if stretches.iter().any(|(_, stretch)| stretch.upwards) {
        stretches.reverse();
    }
    for (class, stretch) in stretches {
        let limit = most - all.len() as u64;
        if limit == 0 {
            break;
        }
        let stretch = Stretch { limit, ..stretch };
        let hits = match among {
            Among::These(select) => numbers(select.again(), words, class, stretch).await?,
            Among::All(postings) => all_numbers(postings.again(), words, class, stretch).await?,
        };
        all.extend(hits.into_iter().map(|number| (class, number)));
    }
    Ok(all)
}

/// The numbers of the products of one class.
async fn numbers(
    select: Select<'_, '_, Entity>,
    words: &Words,
    class: SearchRank,
    stretch: Stretch,
) -> Result<Vec<i64>> {
    let backend = select.backend();
    let select = select.limit(stretch.limit).only([Column::Number.into_expr()]);
    let select = match backend {
        DbBackend::Postgres => {
            let (order, number) = (stretch.order(), Expr::cust("product_posting.number"));
            let on = number.clone().eq(Column::Number.into_expr()).into_condition();
            let select = match each_word(words, class) {
                // Of a few branches or cooperatives the products are looked through, and not everybody's of a word.
                _ if select.is_of_few_keys() => {
                    let hit = SelectStatement::new()
                        .expr(Expr::val(1))
                        .from(Alias::new("product_posting"))
                        .cond_where(on)
                        .cond_where(is_hit(words, class))
                        .cond_where(meets(words, class))
                        // Asked of each product on the way; as a join, planners read the whole search table for it.
                        .offset(0)
                        .to_owned();
                    let number = Column::Number.into_expr();
                    let select = select.filter(Expr::exists(hit)).filter(stretch.condition("product.number"));
                    return select.first(&[number], &order, stretch.limit, |cells| cells.take::<i64>()).await;
                }
                Some(each) => select.each(Expr::cust("product_posting.word"), each).statement(|statement| {
                    statement.join(JoinType::InnerJoin, Alias::new("product_posting"), on);
                    statement.and_where(Expr::cust(format!("product_posting.rank = {}", of_rank(class))));
                    statement.cond_where(stretch.condition("product_posting.number"));
                }),
                None => select.statement(|statement| {
                    let postings = postings(words, class, stretch);
                    statement.join_subquery(JoinType::InnerJoin, postings, Alias::new("product_posting"), on);
                }),
            };
            let select = select.filter(meets(words, class));
            return select.first(&[number], &order, stretch.limit, |cells| cells.take::<i64>()).await;
        }
        _ => select.statement(|statement| {
            let on = Expr::cust("product_search.rowid").eq(Column::Number.into_expr());
            statement.join(JoinType::InnerJoin, Alias::new("product_search"), on.into_condition());
            statement.cond_where(matches(words, class)).cond_where(stretch.condition("product_search.rowid"));
            statement.order_by_expr(Expr::cust("product_search.rowid"), stretch.order());
        }),
    };
    let mut numbers = select.numbers().await?;
    numbers.sort_unstable();
    if !stretch.upwards {
        numbers.reverse();
    }
    Ok(numbers)
}

/// The numbers of one class of all products that the public sees.
async fn all_numbers(
    postings: Select<'_, '_, posting::Entity>,
    words: &Words,
    class: SearchRank,
    stretch: Stretch,
) -> Result<Vec<i64>> {
    let hits = match each_word(words, class) {
        Some(each) => {
            let rank = Expr::cust(format!("product_posting.rank = {}", of_rank(class)));
            postings.each(Expr::cust("product_posting.word"), each).filter(rank)
        }
        None => postings.filter(is_hit(words, class)),
    };
    let hits = hits.filter(stretch.condition("product_posting.number")).filter(meets(words, class));
    let number = Expr::cust("product_posting.number");
    hits.first(&[number], &stretch.order(), stretch.limit, |cells| cells.take()).await
}

/// The rank of the postings that a class is read from.
fn of_rank(class: SearchRank) -> i16 {
    match class {
        SearchRank::NamePrefix => SearchRank::NameWord as i16,
        other => other as i16,
    }
}

/// So many words with a beginning are looked at.
const BEGINNINGS: u64 = 1000;

/// The words whose postings a class is read from, where they are several: those of one lie in order, those of several are
/// read word by word.
fn each_word(words: &Words, class: SearchRank) -> Option<SelectStatement> {
    let key = match class {
        SearchRank::NameExact | SearchRank::NameWord => return None,
        SearchRank::NamePrefix => {
            // Each word once, from one to the next along the index.
            let least = least_beginning(words);
            let sql = format!(
                "unnest(array(with recursive beginning (word) as (
                   (select word from product_posting where {least} and word < $2 order by word limit 1)
                   union all
                   select (select p.word from product_posting p
                            where p.word > beginning.word and p.word < $2 order by p.word limit 1)
                     from beginning where beginning.word is not null
                 ) select word from beginning where word is not null limit {BEGINNINGS}))"
            );
            Expr::cust_with_values(sql, [Value::from(words.driver()), behind(words)])
        }
        SearchRank::OtherText => Expr::cust_with_values("unnest($1::text[])", [Value::from(words.words().to_vec())]),
    };
    Some(SelectStatement::new().expr(key).to_owned())
}

/// The condition of a class for FTS5. Words are letters and digits alone, so quoting them is safe.
fn matches(words: &Words, class: SearchRank) -> SimpleExpr {
    let all = |suffix: bool| {
        let quoted = words.words().iter().enumerate().map(|(place, word)| {
            let star = if suffix && words.is_beginning(place) { " *" } else { "" };
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

/// What is read of postings for [`meets`].
const COLUMNS: &str = "product_posting.number, product_posting.words, product_posting.beginnings, product_posting.name";

/// The numbers that may be in a class, in order, by the postings of one word; [`meets`] says which are.
///
/// The postings of a whole word lie in order in the index. Those of all words with a beginning, or of several words, do
/// not: they are sorted, numbers alone, before anything is joined to them.
fn postings(words: &Words, class: SearchRank, stretch: Stretch) -> SelectStatement {
    let mut statement = SelectStatement::new();
    statement.from(Alias::new("product_posting"));
    statement.cond_where(stretch.condition("product_posting.number")).cond_where(is_hit(words, class));
    let is_sorted = match class {
        SearchRank::NameExact | SearchRank::NameWord => true,
        SearchRank::NamePrefix => false,
        SearchRank::OtherText => words.words().len() == 1,
    };
    if is_sorted {
        statement.expr(Expr::cust(COLUMNS));
    } else {
        statement
            .expr(Expr::cust(format!("distinct {COLUMNS}")))
            .order_by_expr(Expr::cust("product_posting.number"), stretch.order());
    }
    statement
}

/// The postings that a class is read from.
fn is_hit(words: &Words, class: SearchRank) -> SimpleExpr {
    let condition = |sql: String, values: Vec<Value>| Expr::cust_with_values(sql, values);
    let driver = || Value::from(words.driver().to_owned());
    let rank = of_rank(class);
    match class {
        SearchRank::NameExact => {
            let exact = Value::from(words.exact());
            condition(format!("product_posting.word = $1 and product_posting.rank = {rank}"), vec![exact])
        }
        SearchRank::NameWord => {
            condition(format!("product_posting.word = $1 and product_posting.rank = {rank}"), vec![driver()])
        }
        SearchRank::NamePrefix => {
            let least = least_beginning(words);
            let sql =
                format!("product_posting.{least} and product_posting.word < $2 and product_posting.rank = {rank}");
            condition(sql, vec![driver(), behind(words)])
        }
        // Some word is in other text alone, or all were in the name.
        SearchRank::OtherText => {
            let all: Vec<String> = words.words().to_vec();
            condition(format!("product_posting.word = any($1) and product_posting.rank = {rank}"), vec![all.into()])
        }
    }
}

/// Where the words with a beginning start: of one word it is no beginning of itself, of several one may be whole, as long as
/// another is not. A beginning that is too short has none.
fn least_beginning(words: &Words) -> &'static str {
    match words.words() {
        [one] if one.chars().count() < SHORTEST_PREFIX => "word > $1 and false",
        [_] => "word > $1",
        _ => "word >= $1",
    }
}

/// What stands behind all words with a beginning.
fn behind(words: &Words) -> Value {
    Value::from(format!("{}\u{10FFFF}", words.driver()))
}

/// What a posting's product must meet besides, for its class: the words are looked up in its text.
fn meets(words: &Words, class: SearchRank) -> Condition {
    let has = |sql: &str, word: &str, whole: bool| {
        let tail = if whole { " " } else { "" };
        Expr::cust_with_values(format!("strpos({sql}, $1) > 0"), [Value::from(format!(" {word}{tail}"))])
    };
    let every = |sql: &str, whole: bool| {
        let all = words.words().iter().enumerate();
        all.fold(Condition::all(), |all, (place, word)| all.add(has(sql, word, whole || !words.is_beginning(place))))
    };
    // What the bits of the name say already is not looked up.
    let Signature { words: bits, beginnings } = words.signature();
    let has_words =
        |sql: &str| Expr::cust_with_values(format!("product_posting.words & $1 {sql} $1"), [Value::from(bits)]);
    let has_beginnings = |sql: &str| {
        Expr::cust_with_values(format!("product_posting.beginnings & $1 {sql} $1"), [Value::from(beginnings)])
    };
    let text = |condition: Condition| {
        let text = SelectStatement::new()
            .expr(Expr::val(1))
            .from(Alias::new("product_search"))
            .cond_where(Expr::cust("product_search.number = product_posting.number"))
            .cond_where(condition)
            .to_owned();
        Expr::exists(text).into_condition()
    };
    let exact = || {
        let exact = Value::from(words.exact());
        // All of them are read once, and mostly there is none.
        let sql = "product_posting.number <> all (array(select e.number from product_posting e where e.word = $1 and e.rank = 0))";
        Expr::cust_with_values(sql, [exact])
    };
    let (name, all) = ("product_search.name", "(product_search.name || product_search.other)");
    // A word of the name stands beside all of it, unless the name is a long one.
    let beside = "coalesce(product_posting.name,
        (select p.name from product_search p where p.number = product_posting.number))";
    let is_one = words.words().len() == 1;
    match class {
        SearchRank::NameExact => Condition::all(),
        // The posting itself says that one word is there.
        SearchRank::NameWord if is_one => exact().into_condition(),
        SearchRank::NameWord => has_words("=").into_condition().add(every(beside, true)).add(exact()),
        // A longer word is there, by its posting: what is left is that the word itself is not.
        SearchRank::NamePrefix if is_one => Condition::any().add(has_words("<>")).add(every(beside, true).not()),
        SearchRank::NamePrefix => {
            let may_hold = has_beginnings("=").into_condition();
            may_hold.add(every(beside, false)).add(every(beside, true).not())
        }
        // The word is there, by its posting: what is left is that no word of the name begins with it.
        SearchRank::OtherText if is_one && beginnings != 0 => {
            Condition::any().add(has_beginnings("<>")).add(text(every(name, false).not()))
        }
        SearchRank::OtherText => text(every(all, true).add(every(name, false).not())),
    }
}
