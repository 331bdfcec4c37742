//! What is derived of products: whether they and what belongs to them may be shown and until when, their lowest prices,
//! the keys of their names, and what is searched of them.

use super::entity::NO_PRICE;
use super::signature::Signature;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::Kind;
use crate::platform::graphql::text::compute_name_keys;
use crate::platform::projection::{ComputedColumns, Derivation, Derived, Projection, Rows, Source, SqlColumns};
use crate::platform::query::change::Change;
use crate::platform::query::stored::Json;
use domain::fold::{fold, whole, words};
use domain::product::SearchRank;
use domain::text::LocalizedText;
use futures_util::future::BoxFuture;
use sea_orm::{DbBackend, Value};
use std::collections::{BTreeMap, BTreeSet};

const PRODUCT: Derived =
    Derived { table: "product", kind: Some(Kind::Product), key: "id", branch: "branch_id", sources: &[] };

/// What lists by name sort by.
pub static NAME_KEYS: ComputedColumns = ComputedColumns {
    of: Derived { sources: &[Source { table: "product", columns: &["name"], by: "id", to: "id" }], ..PRODUCT },
    columns: &["name_key_ar", "name_key_fr"],
    inputs: &["name"],
    compute: compute_name_keys,
};

/// A product may be shown while it is published and its cooperative is, until the first of its signs or its sanitary
/// authorisation expires.
pub static PUBLICATION: SqlColumns = SqlColumns {
    of: Derived {
        sources: &[
            Source {
                table: "product",
                columns: &["status", "cooperative_id", "sanitary_valid_until"],
                by: "id",
                to: "id",
            },
            Source { table: "cooperative", columns: &["published"], by: "id", to: "cooperative_id" },
            Source { table: "quality_sign", columns: &["product_id", "valid_until"], by: "product_id", to: "id" },
        ],
        ..PRODUCT
    },
    columns: &[
        (
            "published",
            "status = 'PUBLISHED' and exists
               (select 1 from cooperative where cooperative.id = product.cooperative_id and cooperative.published)",
        ),
        (
            "valid_until",
            "select min(days.until) from (
               select product.sanitary_valid_until as until
               union all select valid_until from quality_sign where product_id = product.id) days",
        ),
    ],
};

const OF_PRODUCT: Source =
    Source { table: "product", columns: &["published", "valid_until"], by: "id", to: "product_id" };

/// A variant may be shown as long as its product.
pub static VARIANTS: SqlColumns = SqlColumns {
    of: Derived {
        table: "product_variant",
        kind: Some(Kind::ProductVariant),
        key: "id",
        branch: "branch_id",
        sources: &[OF_PRODUCT, Source { table: "product_variant", columns: &["product_id"], by: "id", to: "id" }],
    },
    columns: &[
        ("published", "select product.published from product where product.id = product_variant.product_id"),
        ("valid_until", "select product.valid_until from product where product.id = product_variant.product_id"),
    ],
};

/// A quality sign may be shown with its product.
pub static SIGNS: SqlColumns = SqlColumns {
    of: Derived {
        table: "quality_sign",
        kind: None,
        key: "id",
        branch: "branch_id",
        sources: &[OF_PRODUCT, Source { table: "quality_sign", columns: &["product_id"], by: "id", to: "id" }],
    },
    columns: &[("published", "select product.published from product where product.id = quality_sign.product_id")],
};

/// A photo may be shown with its product, once it was accepted.
pub static PHOTOS: SqlColumns = SqlColumns {
    of: Derived {
        table: "photo",
        kind: Some(Kind::Photo),
        key: "id",
        branch: "branch_id",
        sources: &[OF_PRODUCT, Source { table: "photo", columns: &["product_id", "position"], by: "id", to: "id" }],
    },
    columns: &[
        (
            "published",
            "position is not null and (select product.published from product where product.id = photo.product_id)",
        ),
        ("valid_until", "select product.valid_until from product where product.id = photo.product_id"),
    ],
};

/// A listing may be shown while it is visible, and its product and its market may be.
pub static LISTINGS: SqlColumns = SqlColumns {
    of: Derived {
        table: "listing",
        kind: Some(Kind::Listing),
        key: "id",
        branch: "branch_id",
        sources: &[
            Source { columns: &["published", "valid_until", "category_id"], ..OF_PRODUCT },
            Source { table: "market", columns: &["published"], by: "id", to: "market_id" },
            Source { table: "listing", columns: &["visible", "product_id", "market_id"], by: "id", to: "id" },
        ],
    },
    columns: &[
        (
            "published",
            "visible and (select product.published from product where product.id = listing.product_id)
               and (select market.published from market where market.id = listing.market_id)",
        ),
        ("category_id", "select product.category_id from product where product.id = listing.product_id"),
        ("valid_until", "select product.valid_until from product where product.id = listing.product_id"),
    ],
};

/// The lowest price at which a product is on sale.
pub static PRICES: SqlColumns = SqlColumns {
    of: Derived {
        sources: &[
            Source { table: "listing", columns: &["published", "price", "product_id"], by: "product_id", to: "id" },
            Source { table: "product", columns: &[], by: "id", to: "id" },
        ],
        ..PRODUCT
    },
    columns: &[(
        "price_key",
        // `NO_PRICE`
        "coalesce((select min(price) from listing where listing.product_id = product.id and listing.published),
           9223372036854775807)",
    )],
};

const _: () = assert!(NO_PRICE == 9_223_372_036_854_775_807);

/// What is searched of the products that may be shown.
#[derive(Debug)]
pub struct Search;

impl Projection for Search {
    fn table(&self) -> &'static str {
        "product_search"
    }

    fn columns(&self) -> Vec<&'static str> {
        Vec::new()
    }

    fn sources(&self) -> &'static [Source] {
        &[
            Source {
                table: "product",
                columns: &["published", "valid_until", "name", "description", "category_id"],
                by: "id",
                to: "id",
            },
            Source { table: "category", columns: &["name"], by: "id", to: "category_id" },
        ]
    }

    fn fills(&self) -> &'static [&'static str] {
        &["product_search", "product_posting"]
    }

    fn derive<'a>(&'a self, derivation: &'a Derivation<'a>, rows: &'a Rows) -> BoxFuture<'a, Result<Vec<Change>>> {
        Box::pin(async {
            forget(derivation, rows).await?;
            index(derivation, rows).await?;
            // What is searched is no part of what a product shows.
            Ok(Vec::new())
        })
    }

    fn differences<'a>(&'a self, derivation: &'a Derivation<'a>) -> BoxFuture<'a, Result<Vec<String>>> {
        Box::pin(compare(derivation))
    }
}

/// Take products out of the search.
async fn forget(derivation: &Derivation<'_>, rows: &Rows) -> Result<()> {
    let (condition, values) = rows.condition(derivation.backend(), "product");
    // A bulk load has no foreign keys by which words would go with their text.
    let tables: &[(&str, &str)] = match derivation.backend() {
        DbBackend::Postgres => &[("product_posting", "number"), ("product_search", "number")],
        _ => &[("product_search", "rowid")],
    };
    for (table, key) in tables {
        let sql = match values.is_empty() {
            // A product that is gone has a number no more.
            true => format!("delete from {table}"),
            false => format!("delete from {table} where {key} in (select number from product where {condition})"),
        };
        derivation.execute(sql, values.clone()).await?;
    }
    Ok(())
}

/// How many products are folded and written at a time.
const CHUNK: usize = 1000;

/// What is searched of the products among these that may be shown, so many at a time.
async fn texts(derivation: &Derivation<'_>, rows: &Rows, after: i64) -> Result<Vec<Text>> {
    let (condition, values) = rows.condition(derivation.backend(), "product");
    let next = values.len() + 1;
    let sql = format!(
        "select product.number, product.valid_until, product.name, product.description, category.name
         from product join category on category.id = product.category_id
         where product.published and product.number > ${next} and {condition} order by product.number limit {CHUNK}"
    );
    let values = values.into_iter().chain([after.into()]);
    Ok(derivation.query(sql, values).await?.into_iter().map(Text::new).collect())
}

/// Put the products among these that may be shown into the search.
async fn index(derivation: &Derivation<'_>, rows: &Rows) -> Result<()> {
    let mut after = i64::MIN;
    loop {
        let texts = texts(derivation, rows, after).await?;
        write(derivation, &texts).await?;
        match texts.last() {
            Some(last) if texts.len() == CHUNK => after = last.number,
            _ => return Ok(()),
        }
    }
}

/// One line for each product whose searched text is missing, is another, or should not be there.
async fn compare(derivation: &Derivation<'_>) -> Result<Vec<String>> {
    let is_postgres = derivation.backend() == DbBackend::Postgres;
    let mut lines = Vec::new();
    let mut after = i64::MIN;
    loop {
        let texts = texts(derivation, &Rows::ALL, after).await?;
        let Some(last) = texts.last().map(|text| text.number) else { break };
        let stored = stored(derivation, after, last).await?;
        for text in &texts {
            if stored.get(&text.number) != Some(&text.stored(is_postgres)) {
                lines.push(format!("product number {}: what is searched of it is not what it says", text.number));
            }
        }
        after = last;
    }
    let key = if is_postgres { "number" } else { "rowid" };
    // By an anti-join: `not in` compares every row with every other.
    let sql = format!(
        "select {key} from product_search where not exists
           (select 1 from product where product.number = product_search.{key} and product.published) order by {key}"
    );
    for number in derivation.query::<i64>(sql, []).await? {
        lines.push(format!("product number {number}: it is searched and may not be shown"));
    }
    Ok(lines)
}

/// What is stored of one product: its texts, and on PostgreSQL its postings.
type Held = (Vec<String>, BTreeSet<Posting>);

/// One word of a product: its rank, the signature of the product's name, its last day, and the name, unless it is a long one, where
/// the word is part of it.
type Posting = (String, i16, Signature, Option<String>, Option<String>);

/// What is stored of the products with numbers after one and up to another.
async fn stored(derivation: &Derivation<'_>, after: i64, last: i64) -> Result<BTreeMap<i64, Held>> {
    let mut stored: BTreeMap<i64, Held> = BTreeMap::new();
    let between: [Value; 2] = [after.into(), last.into()];
    if derivation.backend() == DbBackend::Postgres {
        let sql = "select number, name, other from product_search where number > $1 and number <= $2";
        for (number, name, other) in derivation.query(sql, between.clone()).await? {
            stored.entry(number).or_default().0 = vec![name, other];
        }
        let sql = "select number, word, rank, words, beginnings, valid_until, name from product_posting
            where number > $1 and number <= $2";
        for (number, word, rank, words, beginnings, until, name) in derivation.query(sql, between).await? {
            stored.entry(number).or_default().1.insert((word, rank, Signature { words, beginnings }, until, name));
        }
    } else {
        let sql = "select rowid, exact, name, other from product_search where rowid > $1 and rowid <= $2";
        for (number, exact, name, other) in derivation.query(sql, between).await? {
            stored.entry(number).or_default().0 = vec![exact, name, other];
        }
    }
    Ok(stored)
}

/// The number, last day, name and description of a product, and the name of its category.
type Row = (i64, Option<String>, Json<LocalizedText>, Option<Json<LocalizedText>>, Json<LocalizedText>);

/// What is searched of one product, folded: its names, each as words and as a whole, and its other text.
struct Text {
    number: i64,
    valid_until: Option<String>,
    exact: Vec<String>,
    name: String,
    other: String,
}

impl Text {
    /// Of a product's number, last day, name and description, and the name of its category.
    fn new((number, valid_until, name, description, category): Row) -> Self {
        let all = |text: Option<Json<LocalizedText>>| -> Vec<String> {
            text.iter().flat_map(|text| text.0.translations().map(|(_, text)| fold(text)).collect::<Vec<_>>()).collect()
        };
        let names = all(Some(name));
        let other = [all(description), all(Some(category))].concat();
        Self {
            number,
            valid_until,
            exact: names.iter().map(|name| whole(name)).collect(),
            name: names.join(" "),
            other: other.join(" "),
        }
    }

    /// What stands in the columns of the table.
    fn columns(&self, is_postgres: bool) -> Vec<String> {
        if is_postgres {
            [&self.name, &self.other].map(|text| spaced(text)).into()
        } else {
            vec![self.exact.join(" "), self.name.clone(), self.other.clone()]
        }
    }

    /// All that is stored of it.
    fn stored(&self, is_postgres: bool) -> Held {
        let postings = if is_postgres { self.postings() } else { Vec::new() };
        (self.columns(is_postgres), postings.into_iter().collect())
    }

    /// Each word once, with the best rank that it has.
    fn postings(&self) -> Vec<Posting> {
        let other = words(&self.other).map(|word| (word.to_owned(), SearchRank::OtherText));
        let name = words(&self.name).map(|word| (word.to_owned(), SearchRank::NameWord));
        let exact = self.exact.iter().map(|name| (name.clone(), SearchRank::NameExact));
        // Later ones are better and take the place of earlier ones.
        let ranks: BTreeMap<String, SearchRank> = other.chain(name).chain(exact).collect();
        let signature = Signature::of(&self.name);
        let posting = |(word, rank)| {
            let is_beside = rank == SearchRank::NameWord && self.name.len() <= LONGEST_BESIDE;
            let name = is_beside.then(|| spaced(&self.name));
            (word, rank as i16, signature, self.valid_until.clone(), name)
        };
        ranks.into_iter().map(posting).collect()
    }
}

/// Names with more bytes do not stand beside their words: an entry of an index has 2,704 at the most, and a name may have four times 200
/// letters.
const LONGEST_BESIDE: usize = 1000;

/// A blank on either side of each word, so that whole words and beginnings are found by plain text.
fn spaced(text: &str) -> String {
    format!(" {text} ")
}

async fn write(derivation: &Derivation<'_>, texts: &[Text]) -> Result<()> {
    let backend = derivation.backend();
    let is_postgres = backend == DbBackend::Postgres;
    let columns: &[&str] =
        if is_postgres { &["number", "name", "other"] } else { &["rowid", "exact", "name", "other"] };
    let row = |text: &Text| {
        let texts = text.columns(is_postgres).into_iter().map(Value::from);
        std::iter::once(text.number.into()).chain(texts).collect()
    };
    derivation.insert_values("product_search", columns, texts.iter().map(row).collect()).await?;
    if is_postgres {
        let postings =
            |text: &Text| text.postings().into_iter().map(|posting| (posting, text.number)).collect::<Vec<_>>();
        let mut all: Vec<_> = texts.iter().flat_map(postings).collect();
        // In the order of the index, neighbours are written together.
        all.sort_unstable_by(|((word, rank, ..), number), ((other, others, ..), others_number)| {
            (word, rank, number).cmp(&(other, others, others_number))
        });
        let (mut all_words, mut names, mut untils) = (Vec::new(), Vec::new(), Vec::new());
        let (mut ranks, mut numbers) = (Vec::new(), Vec::new());
        let (mut words, mut beginnings) = (Vec::new(), Vec::new());
        for ((word, rank, signature, until, name), number) in all {
            all_words.push(word);
            ranks.push(rank);
            numbers.push(number);
            words.push(signature.words);
            beginnings.push(signature.beginnings);
            untils.push(until.unwrap_or_default());
            names.push(name.unwrap_or_default());
        }
        let sql = "insert into product_posting (word, rank, number, words, beginnings, valid_until, name)
            select word, rank, number, words, beginnings, nullif(valid_until, ''), nullif(name, '')
              from unnest($1::text[], $2::smallint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[])
                as given (word, rank, number, words, beginnings, valid_until, name)";
        let numbers: [Value; 4] = [ranks.into(), numbers.into(), words.into(), beginnings.into()];
        let values = std::iter::once(all_words.into()).chain(numbers).chain([untils.into(), names.into()]);
        derivation.execute(sql, values).await?;
    }
    Ok(())
}
