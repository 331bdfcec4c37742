//! Keeping what is derived of products true: flags of publication, last days, lowest prices, search text.
//!
//! It runs in the transaction that changes a product, a cooperative, a market, a listing or a sign, for the products
//! that the change touches, and computes everything anew: nothing has to be remembered about what was before.

use super::object::NO_PRICE;
use crate::platform::error::Result;
use crate::platform::tx::Tx;
use domain::fold::{fold, words};
use domain::product::SearchRank;
use domain::text::LocalizedText;
use sea_orm::{DbBackend, QueryResult, Statement, Value};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The products that a change touches.
#[derive(Clone, Copy, Debug)]
pub enum Touched {
    /// One product.
    Product(Uuid),
    /// All products of a cooperative.
    Cooperative(Uuid),
    /// All products that a market lists.
    Market(Uuid),
    /// Products made after the one with this number.
    Since(i64),
    /// All products.
    All,
}

impl Touched {
    /// The condition on a column that holds a product's key, and its value.
    fn condition(self, column: &str) -> (String, Vec<Value>) {
        match self {
            Self::Product(key) => (format!("{column} = $1"), vec![key.into()]),
            Self::Cooperative(key) => {
                (format!("{column} in (select id from product where cooperative_id = $1)"), vec![key.into()])
            }
            Self::Market(key) => {
                (format!("{column} in (select product_id from listing where market_id = $1)"), vec![key.into()])
            }
            Self::Since(number) => (format!("{}number > $1", column.trim_end_matches("id")), vec![number.into()]),
            Self::All => ("true".to_owned(), vec![]),
        }
    }
}

/// Compute flags, last days, prices and search text anew.
///
/// # Errors
/// The database's refusal.
pub async fn refresh(tx: &Tx<'_>, touched: Touched) -> Result<()> {
    let signs = "(select min(valid_until) from quality_sign where product_id = product.id)";
    let run = async |sql: String, column: &str| {
        let (condition, values) = touched.condition(column);
        tx.execute(Statement::from_sql_and_values(tx.backend(), format!("{sql} where {condition}"), values)).await
    };
    run(
        format!(
            "update product set
               published = (status = 'PUBLISHED' and exists
                 (select 1 from cooperative where cooperative.id = product.cooperative_id and cooperative.published)),
               valid_until = case when {signs} is null or sanitary_valid_until < {signs} then sanitary_valid_until
                 else {signs} end"
        ),
        "product.id",
    )
    .await?;
    for table in ["product_variant", "quality_sign"] {
        let until = if table == "quality_sign" {
            ""
        } else {
            ", valid_until = (select p.valid_until from product p where p.id = product_id)"
        };
        run(
            format!(
                "update {table} set published = (select p.published from product p where p.id = product_id){until}"
            ),
            &format!("{table}.product_id"),
        )
        .await?;
    }
    run(
        "update listing set
           published = (visible and (select p.published from product p where p.id = product_id)
             and (select m.published from market m where m.id = market_id)),
           category_id = (select p.category_id from product p where p.id = product_id),
           valid_until = (select p.valid_until from product p where p.id = product_id)"
            .to_owned(),
        "listing.product_id",
    )
    .await?;
    run(
        format!(
            "update product set price_key =
               coalesce((select min(price) from listing where product_id = product.id and listing.published), {NO_PRICE})"
        ),
        "product.id",
    )
    .await?;
    forget(tx, touched).await?;
    index(tx, touched).await
}

/// Take the touched products out of the search.
async fn forget(tx: &Tx<'_>, touched: Touched) -> Result<()> {
    let (condition, values) = touched.condition("id");
    let key = if tx.backend() == DbBackend::Postgres { "number" } else { "rowid" };
    let sql = format!("delete from product_search where {key} in (select number from product where {condition})");
    tx.execute(Statement::from_sql_and_values(tx.backend(), sql, values)).await.map(drop)
}

/// How many products are folded and written at a time.
const CHUNK: usize = 1000;

/// Put the touched products that are published into the search.
///
/// # Errors
/// The database's refusal.
pub(crate) async fn index(tx: &Tx<'_>, touched: Touched) -> Result<()> {
    let (condition, values) = touched.condition("product.id");
    let next = values.len() + 1;
    let sql = format!(
        "select product.number, product.name, product.description, category.name
         from product join category on category.id = product.category_id
         where product.published and product.number > ${next} and {condition} order by product.number limit {CHUNK}"
    );
    let mut after = i64::MIN;
    loop {
        let values = values.iter().cloned().chain([after.into()]);
        let rows = tx.query(Statement::from_sql_and_values(tx.backend(), sql.clone(), values)).await?;
        let texts = rows.iter().map(Text::read).collect::<Result<Vec<_>>>()?;
        write(tx, &texts).await?;
        match texts.last() {
            Some(last) if texts.len() == CHUNK => after = last.number,
            _ => return Ok(()),
        }
    }
}

/// What is searched of one product, folded: its names, each as words and as a whole, and its other text.
struct Text {
    number: i64,
    exact: Vec<String>,
    name: String,
    other: String,
}

impl Text {
    fn read(row: &QueryResult) -> Result<Self> {
        use crate::platform::stored::Document;
        let text = |place: usize| row.try_get_by_index::<Option<Document<LocalizedText>>>(place);
        let all = |text: Option<Document<LocalizedText>>| -> Vec<String> {
            text.iter().flat_map(|text| text.0.translations().map(|(_, text)| fold(text)).collect::<Vec<_>>()).collect()
        };
        let number = row.try_get_by_index::<i64>(0)?;
        let names = all(text(1)?);
        let other = [all(text(2)?), all(text(3)?)].concat();
        Ok(Self {
            number,
            exact: names.iter().map(|name| name.replace(' ', "_")).collect(),
            name: names.join(" "),
            other: other.join(" "),
        })
    }

    /// Each word once, with the best rank that it has.
    fn postings(&self) -> BTreeMap<String, SearchRank> {
        let other = words(&self.other).map(|word| (word.to_owned(), SearchRank::OtherText));
        let name = words(&self.name).map(|word| (word.to_owned(), SearchRank::NameWord));
        // Whole names stand apart from words.
        let exact = self.exact.iter().map(|name| (format!("={name}"), SearchRank::NameExact));
        // Later ones are better and take the place of earlier ones.
        other.chain(name).chain(exact).collect()
    }
}

async fn write(tx: &Tx<'_>, texts: &[Text]) -> Result<()> {
    let backend = tx.backend();
    if backend == DbBackend::Postgres {
        // A blank on either side of each word, so that whole words and beginnings are found by plain text.
        let padded = |text: &str| Value::from(format!(" {text} "));
        let rows = texts.iter().map(|text| vec![text.number.into(), padded(&text.name), padded(&text.other)]);
        tx.insert_values("product_search", &["number", "name", "other"], rows.collect()).await?;
    } else {
        let row = |text: &Text| {
            vec![text.number.into(), text.exact.join(" ").into(), text.name.as_str().into(), text.other.as_str().into()]
        };
        tx.insert_values("product_search", &["rowid", "exact", "name", "other"], texts.iter().map(row).collect())
            .await?;
    }
    if backend == DbBackend::Postgres {
        let postings = |text: &Text| {
            let number = text.number;
            text.postings().into_iter().map(move |(word, rank)| (word, rank as i16, number)).collect::<Vec<_>>()
        };
        let mut all: Vec<_> = texts.iter().flat_map(postings).collect();
        // In the order of the index, neighbours are written together.
        all.sort_unstable();
        let mut all_words = Vec::with_capacity(all.len());
        let (mut ranks, mut numbers) = (Vec::with_capacity(all.len()), Vec::with_capacity(all.len()));
        for (word, rank, number) in all {
            all_words.push(word);
            ranks.push(rank);
            numbers.push(number);
        }
        let sql = "insert into product_posting (word, rank, number) select * from unnest($1::text[], $2::smallint[], $3::bigint[])";
        let values: [Value; 3] = [all_words.into(), ranks.into(), numbers.into()];
        tx.execute(Statement::from_sql_and_values(backend, sql, values)).await?;
    }
    Ok(())
}
