//! Reading products, and the few ways to change one.

use super::entity::{Column, Entity, Model, NO_PRICE, TEXTS};
use super::object::{
    CategoryFacet, PriceRangeFacet, Product, ProductChange, ProductFacets, ProductFilter, ProductMove, ProductOrder,
    ProductRow, ProductVariant, ProductVariantRow, QualitySignFacet,
};
use super::search::Among;
use super::{change, description, movement, popularity, search, sign, variant};
use crate::category;
use crate::category::object::Category;
use crate::cooperative;
use crate::listing;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::list::List;
use crate::platform::graphql::lookup::Lookup;
use crate::platform::graphql::scalars::{DateTime, Decimal, Money};
use crate::platform::graphql::text::{name_keys, only_untranslated};
use crate::platform::loading::batch::{Related, grouped};
use crate::platform::loading::object::{self, Children, RowObject};
use crate::platform::loading::reader::Reader;
use crate::platform::paging::cursor::{CursorCodec, KeyKind};
use crate::platform::paging::page::{Connection, ListArgs, Order, PageArgs, PageRows};
use crate::platform::query::expression::{among, among_numbers, among_selected};
use crate::platform::query::select::Select;
use crate::platform::query::stored::{Day, EnumValue, Json};
use crate::platform::query::table::{Columns, Keys, Table};
use crate::platform::query::transaction::Tx;
use domain::actor::Actor;
use domain::codes::Coded;
use domain::product::QualitySignKind;
use domain::text::LocalizedText;
use jiff::civil::Date;
use sea_orm::sea_query::{self, Alias, Condition, Expr, ExprTrait, IntoCondition, JoinType};
use sea_orm::{ActiveValue, ColumnTrait, DbBackend, Iterable};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// The connection of a page of rows, with the level that they were read in.
fn connection(reader: &Reader, (rows, level): (PageRows<Arc<ProductRow>>, Keys)) -> Connection<Product> {
    let batch = level.batch();
    rows.connection(|row| Product::new(&row, batch.clone(), reader))
}

/// One product.
///
/// # Errors
/// The database's refusal.
pub async fn find(reader: &Reader, lookup: Lookup) -> Result<Option<Product>> {
    Product::find_by(reader, lookup.among(Column::Id, Column::Slug)).await
}

fn order(reader: &Reader, by: ProductOrder) -> Order {
    let prices = || vec![(Column::PriceKey.into_expr(), KeyKind::Long), (Column::Number.into_expr(), KeyKind::Long)];
    match by {
        ProductOrder::Newest | ProductOrder::Relevance => Order::newest(Column::Number),
        ProductOrder::Popularity => Order::descending(vec![
            (Expr::cust("product_popularity.sold"), KeyKind::Long),
            (Column::Number.into_expr(), KeyKind::Long),
        ]),
        ProductOrder::PriceAscending => Order::ascending(prices()),
        ProductOrder::PriceDescending => Order::descending(prices()),
        ProductOrder::Name if reader.sorts_in_arabic() => Order::name(Column::NameKeyAr, Column::Number),
        ProductOrder::Name => Order::name(Column::NameKeyFr, Column::Number),
    }
}

/// An amount of a filter in centimes; more than two decimals name no price.
fn centimes(amount: Option<Decimal>, argument: &str) -> Result<Option<i64>> {
    let read = |amount: Decimal| {
        let money =
            domain::money::Money::of(amount.0).map_err(|_| Error::expected(argument, "dirhams, such as \"120.50\""))?;
        Ok(money.centimes)
    };
    amount.map(read).transpose()
}

fn narrowed<'t, 'a>(
    mut select: Select<'t, 'a, Entity>,
    tx: &Tx<'_>,
    (words, filter): (Option<&str>, &ProductFilter),
    markets: &[Vec<Uuid>],
) -> Result<Select<'t, 'a, Entity>> {
    if let Some(slug) = &filter.category {
        use category::entity::Column as C;
        // A category and those directly below it: the tree has two levels.
        let below = C::ParentId.eq(domain::id::founding("category", slug));
        let meant = Condition::any().add(C::Slug.eq(slug)).add(below);
        let keys = tx.select_columns::<category::entity::Entity>().filter(meant).keys();
        select = match words {
            // A rare category is read along its index, and not past everything else.
            None => select.each(Column::CategoryId.into_expr(), keys),
            // A search is read along the words.
            Some(_) => select.filter(among_selected(tx.backend(), Column::CategoryId, keys)),
        };
    }
    let sold = |market: Condition| {
        let here = listing::entity::Column::ProductId.into_expr().eq(Column::Id.into_expr());
        (Condition::all().add(here), market)
    };
    if let Some(market) = &filter.market {
        let market = GlobalId::parse_as(Kind::Market, market, "filter.market")?;
        let (here, at) = sold(Condition::all().add(listing::entity::Column::MarketId.eq(market)));
        select = select.having::<listing::entity::Entity>(here, at);
    }
    for markets in markets {
        let (here, at) = sold(among(tx.backend(), listing::entity::Column::MarketId, markets));
        select = select.having::<listing::entity::Entity>(here, at);
    }
    if let Some(cooperative) = &filter.cooperative {
        let cooperative = GlobalId::parse_as(Kind::Cooperative, cooperative, "filter.cooperative")?;
        select = select.filter(Column::CooperativeId.eq(cooperative));
    }
    if let Some(code) = &filter.province {
        let key = domain::id::founding("province", code);
        select = select.having::<cooperative::entity::Entity>(
            cooperative::entity::Column::Id.into_expr().eq(Column::CooperativeId.into_expr()).into_condition(),
            Condition::all().add(cooperative::entity::Column::ProvinceId.eq(key)),
        );
    }
    if let Some(branch) = &filter.branch {
        select = select.filter(Column::BranchId.eq(GlobalId::parse_as(Kind::Branch, branch, "filter.branch")?));
    }
    if let Some(least) = centimes(filter.min_price, "filter.minPrice")? {
        select = select.filter(Column::PriceKey.gte(least)).filter(Column::PriceKey.lt(NO_PRICE));
    }
    if let Some(most) = centimes(filter.max_price, "filter.maxPrice")? {
        select = select.filter(Column::PriceKey.lte(most)).filter(Column::PriceKey.lt(NO_PRICE));
    }
    match filter.awaits_decision {
        None => {}
        // Spelled out: there is an index of these alone.
        Some(true) => select = select.filter(Expr::cust("product.status = 'SUBMITTED'")),
        Some(false) => return Err(Error::expected("filter.awaitsDecision", "true")),
    }
    if let Some(kind) = filter.quality_sign {
        select = select.having::<sign::Entity>(
            sign::Column::ProductId.into_expr().eq(Column::Id.into_expr()).into_condition(),
            Condition::all().add(sign::Column::Kind.eq(kind)),
        );
    }
    Ok(select)
}

/// Among which products a search looks for hits: `select` has them all.
fn searched<'t, 'a>(
    tx: &'t Tx<'a>,
    select: Select<'t, 'a, Entity>,
    published: bool,
    (filter, markets): (&ProductFilter, &[Vec<Uuid>]),
) -> Among<'t, 'a> {
    let is_public = published || matches!(tx.actor(), Actor::Anonymous);
    let is_of_all = *filter == ProductFilter::default() && markets.is_empty();
    match tx.backend() {
        DbBackend::Postgres if is_public && is_of_all => Among::All(tx.select_open()),
        _ => Among::These(select),
    }
}

/// A page of products; each of `markets` are some of which one must sell it: those that are open now, those that are near.
///
/// # Errors
/// BAD_USER_INPUT naming the argument, or the database's refusal.
pub async fn list(
    reader: &Reader,
    roots: ListArgs,
    words: Option<&str>,
    filter: ProductFilter,
    by: Option<ProductOrder>,
    markets: &[Vec<Uuid>],
) -> Result<Connection<Product>> {
    let published = roots.published;
    let by = by.unwrap_or(if words.is_some() { ProductOrder::Relevance } else { ProductOrder::Newest });
    let arabic = reader.sorts_in_arabic() && by == ProductOrder::Name;
    let name = format!("products {words:?} {filter:?} {by:?} {arabic} {published}");
    let tx = reader.begin();
    let select = narrowed(tx.select_for_list::<Entity>(published), &tx, (words, &filter), markets)?;
    let mut select = only_untranslated(reader, select, &TEXTS, filter.missing_translation)?;
    if by == ProductOrder::PriceDescending {
        select = select.filter(Column::PriceKey.lt(NO_PRICE));
    }
    if by == ProductOrder::Popularity {
        let sold = Alias::new(popularity::TABLE);
        let same = Expr::col((sold.clone(), Alias::new("number"))).eq(Column::Number.into_expr());
        select = select.statement(|statement| {
            statement.join(JoinType::InnerJoin, sold, same);
        });
    }
    match (words, by) {
        (None, ProductOrder::Relevance) => Err(Error::expected("orderBy", "RELEVANCE beside search alone")),
        (Some(words), ProductOrder::Relevance) => {
            let words = search::Words::new(words)?;
            let mut level = Keys::default();
            let codec = CursorCodec::new(reader.cursor_key(), name);
            let among = searched(&tx, select, published, (&filter, markets));
            let rows = search::list(&tx, &among, &words, &roots.page, codec, &mut level).await?;
            Ok(connection(reader, (rows, level)))
        }
        (words, by) => {
            if let Some(words) = words {
                let words = search::Words::new(words)?;
                // Whether there are hits is not known before the list is read.
                let words = words.corrected(&tx).await?.unwrap_or(words);
                select = search::matching(&tx, select, &words);
            }
            object::list(reader, name, select, &roots.page, &order(reader, by)).await
        }
    }
}

/// A facet counts no further: beyond, each would read another page of the table for every product.
const COUNTED: u64 = 100;
/// So many of the best hits of a search are looked through for facets.
const HITS: u64 = 300;

/// Where ranges of prices begin, in centimes.
const PRICE_RANGES: [i64; 5] = [0, 5_000, 10_000, 20_000, 50_000];

/// Along the index of prices: where most cost about the same, the others would be looked for among all.
fn in_order_of_price<'t, 'a>(select: Select<'t, 'a, Entity>) -> Select<'t, 'a, Entity> {
    select.statement(|statement| {
        statement.order_by_expr(Column::PriceKey.into_expr(), sea_query::Order::Asc);
    })
}

/// What the products of a list are found under further conditions.
///
/// # Errors
/// BAD_USER_INPUT naming the argument, or the database's refusal.
pub async fn facets(
    reader: &Reader,
    published: bool,
    words: Option<&str>,
    filter: &ProductFilter,
    markets: &[Vec<Uuid>],
    all_categories: Vec<Category>,
) -> Result<ProductFacets> {
    let tx = reader.begin();
    let met = |filter: &ProductFilter| -> Result<Select<'_, '_, Entity>> {
        let select = narrowed(tx.select_for_list::<Entity>(published), &tx, (words, filter), markets)?;
        only_untranslated(reader, select, &TEXTS, filter.missing_translation)
    };
    // Of a search the best hits are looked through, found once: a common word has tens of thousands.
    let hits = match words {
        None => None,
        Some(text) => {
            let words = search::Words::new(text)?;
            let free = ProductFilter {
                category: None,
                quality_sign: None,
                min_price: None,
                max_price: None,
                ..filter.clone()
            };
            let among = searched(&tx, met(&free)?, published, (&free, markets));
            Some(search::best(&tx, &among, &words, HITS + 1).await?)
        }
    };
    let are_cut = hits.as_ref().is_some_and(|hits| hits.len() as u64 > HITS);
    let found = |filter: &ProductFilter| -> Result<Select<'_, '_, Entity>> {
        let select = met(filter)?;
        Ok(match &hits {
            Some(hits) => select.filter(among_numbers(tx.backend(), Column::Number, hits)),
            None => select,
        })
    };
    let capped = |count: u64| (i32::try_from(Ord::min(count, COUNTED)).unwrap_or(i32::MAX), are_cut || count > COUNTED);
    let counted = async |select: Select<'_, '_, Entity>| Ok::<_, Error>(capped(select.count(Some(COUNTED + 1)).await?));
    let count = async |filter: ProductFilter| counted(found(&filter)?).await;
    let any_category = found(&ProductFilter { category: None, ..filter.clone() })?;
    let keys: Vec<Uuid> = all_categories.iter().map(|category| category.key).collect();
    let each = any_category.count_each(Column::CategoryId, &keys, COUNTED + 1).await?;
    let of = |key: &Uuid| each.get(key).copied().unwrap_or_default();
    let below = |key: Uuid| all_categories.iter().filter(move |child| child.parent_key == Some(key));
    let with_those_below = |key: Uuid| of(&key) + below(key).map(|child| of(&child.key)).sum::<u64>();
    let counts: Vec<u64> = keys.iter().map(|key| with_those_below(*key)).collect();
    let categories = all_categories.into_iter().zip(counts).filter(|(_, count)| *count > 0);
    let categories = categories.map(|(category, count)| {
        let (count, is_capped) = capped(count);
        CategoryFacet { category, count, is_capped }
    });
    let categories = categories.collect();
    let mut quality_signs = Vec::new();
    for kind in QualitySignKind::ALL.iter().copied().map(EnumValue) {
        let (count, is_capped) = count(ProductFilter { quality_sign: Some(kind), ..filter.clone() }).await?;
        if count > 0 {
            quality_signs.push(QualitySignFacet { kind, count, is_capped });
        }
    }
    let any_price = ProductFilter { min_price: None, max_price: None, ..filter.clone() };
    let priced =
        |least: i64, most: i64| Ok::<_, Error>(found(&any_price)?.filter(Column::PriceKey.between(least, most)));
    let mut price_ranges = Vec::new();
    for (place, least) in PRICE_RANGES.iter().enumerate() {
        let most = PRICE_RANGES.get(place + 1).map(|next| next - 1);
        let (count, is_capped) = counted(in_order_of_price(priced(*least, most.unwrap_or(NO_PRICE - 1))?)).await?;
        let (min_price, max_price) = (Money::centimes(*least), most.map(Money::centimes));
        price_ranges.push(PriceRangeFacet { min_price, max_price, count, is_capped });
    }
    let end = async |direction: sea_query::Order| {
        let price = [Column::PriceKey.into_expr()];
        let first = priced(0, NO_PRICE - 1)?.first(&price, &direction, 1, |cells| {
            // What it is ordered by stands behind the columns.
            Entity::read(cells)?;
            cells.take::<i64>()
        });
        Ok::<_, Error>(first.await?.first().copied().map(Money::centimes))
    };
    let (lowest_price, highest_price) = (end(sea_query::Order::Asc).await?, end(sea_query::Order::Desc).await?);
    Ok(ProductFacets {
        categories: List(categories),
        quality_signs: List(quality_signs),
        price_ranges: List(price_ranges),
        lowest_price,
        highest_price,
    })
}

/// The products of cooperatives, a page of each, the newest first.
pub fn of_cooperatives(page: PageArgs) -> Children<Product, Column> {
    Children::new(Kind::Cooperative, "Cooperative.products", Column::CooperativeId, page, Order::newest(Column::Number))
}

/// The descriptions of products.
#[derive(Debug)]
pub struct DescriptionOf;

impl Related for DescriptionOf {
    type Value = Option<LocalizedText>;

    fn of(&self) -> Kind {
        Kind::Product
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let tx = reader.begin();
        let rows = tx
            .select::<Entity>()
            .among(Column::Id, keys)
            .only([Column::Id.into_expr(), description::Column::Description.into_expr()])
            .all(|cells| Ok((cells.take::<Uuid>()?, cells.take::<Option<Json<LocalizedText>>>()?)))
            .await?;
        Ok(rows.into_iter().map(|(key, text)| (key, text.map(|text| text.0))).collect())
    }
}

/// The moves of products, in their order.
#[derive(Debug)]
pub struct MovesOf;

impl Related for MovesOf {
    type Value = Vec<ProductMove>;

    fn of(&self) -> Kind {
        Kind::Product
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        use movement::Column as Move;
        let columns = [Move::ProductId, Move::FromStatus, Move::ToStatus, Move::MovedAt, Move::ActorName, Move::Reason];
        let rows = reader
            .begin()
            .select_columns::<movement::Entity>()
            .among(Move::ProductId, keys)
            .statement(|statement| {
                // Keys grow with time.
                statement.order_by_expr(Move::Id.into_expr(), sea_orm::Order::Asc);
            })
            .only(columns.map(|column| column.into_expr()))
            .all(|cells| {
                let product = cells.take::<Uuid>()?;
                let (from, to, at) = (cells.take()?, cells.take()?, DateTime::micros(cells.take()?));
                Ok((product, ProductMove { from, to, at, actor_name: cells.take()?, reason: cells.take()? }))
            })
            .await?;
        let mut moves: HashMap<Uuid, Vec<ProductMove>> = HashMap::new();
        for (product, one) in rows {
            moves.entry(product).or_default().push(one);
        }
        Ok(moves)
    }
}

/// The requests that wait for a decision about products.
#[derive(Debug)]
pub struct OpenChangeOf;

impl Related for OpenChangeOf {
    type Value = Option<ProductChange>;

    fn of(&self) -> Kind {
        Kind::Product
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let tx = reader.begin();
        // Spelled out: there is an index of these alone.
        let open = tx.select::<change::Entity>().among(change::Column::ProductId, keys);
        let rows = open.filter(Expr::cust("product_change.status = 'OPEN'")).all(change::Entity::read).await?;
        let found = object::all::<ProductChange>(rows, reader);
        Ok(found.into_iter().map(|change| (change.product_key, Some(change))).collect())
    }
}

/// The requests to change products, a page of each, the newest first.
pub fn changes_of(page: PageArgs) -> Children<ProductChange, change::Column> {
    let order = Order::newest(change::Column::Number);
    Children::new(Kind::Product, "Product.changeRequests", change::Column::ProductId, page, order)
}

/// A page of the requests within reach that wait for a decision, the newest first.
///
/// # Errors
/// UNAUTHENTICATED, BAD_USER_INPUT naming the argument, or the database's refusal.
pub async fn open_changes(reader: &Reader, roots: ListArgs) -> Result<Connection<ProductChange>> {
    reader.signed_in()?;
    let tx = reader.begin();
    // Spelled out: there is an index of these alone.
    let select = tx.select_for_list::<change::Entity>(false).filter(Expr::cust("product_change.status = 'OPEN'"));
    let order = Order::newest(change::Column::Number);
    object::list(reader, "productChangeRequests".to_owned(), select, &roots.page, &order).await
}

/// The variants of products, in the order in which they were made.
#[derive(Debug)]
pub struct VariantsOf;

impl Related for VariantsOf {
    type Value = Vec<ProductVariant>;

    fn of(&self) -> Kind {
        Kind::Product
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let tx = reader.begin();
        let rows = tx
            .select::<variant::Entity>()
            .reading::<ProductVariantRow>()
            .among(variant::Column::ProductId, keys)
            .statement(|statement| {
                statement.order_by_expr(variant::Column::Sku.into_expr(), sea_orm::Order::Asc);
            })
            .all(ProductVariantRow::take)
            .await?;
        Ok(grouped(object::all::<ProductVariant>(rows, reader), |variant| variant.product_key))
    }
}

/// The quality signs of products.
#[derive(Debug)]
pub struct SignsOf;

impl Related for SignsOf {
    type Value = Vec<sign::Model>;

    fn of(&self) -> Kind {
        Kind::Product
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let tx = reader.begin();
        let rows = tx
            .select_columns::<sign::Entity>()
            .among(sign::Column::ProductId, keys)
            .statement(|statement| {
                statement.order_by_expr(sign::Column::Kind.into_expr(), sea_orm::Order::Asc);
            })
            .only(sign::Column::iter().map(|column| column.into_expr()))
            .all(|cells| {
                Ok(sign::Model {
                    id: cells.take()?,
                    branch_id: cells.take()?,
                    product_id: cells.take()?,
                    cooperative_id: cells.take()?,
                    kind: cells.take()?,
                    reference: cells.take()?,
                    valid_until: cells.take()?,
                    published: cells.take()?,
                    is_demo: cells.take()?,
                })
            })
            .await?;
        Ok(grouped(rows, |row| row.product_id))
    }
}

/// Give a product a new name.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, or the database's refusal.
pub async fn rename(tx: &Tx<'_>, key: Uuid, name: LocalizedText) -> Result<Model> {
    let locked = tx.lock_for_update::<Entity>(key).await?;
    let (arabic, other) = name_keys(&name)?;
    let row = tx
        .update(locked, |row| {
            row.name = ActiveValue::Set(Json(name));
            row.name_key_ar = ActiveValue::Set(arabic);
            row.name_key_fr = ActiveValue::Set(other);
        })
        .await?;
    Ok(row)
}

/// Give the quality sign of a product another last day.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, or the database's refusal.
pub async fn change_sign(
    tx: &Tx<'_>,
    product: Uuid,
    kind: QualitySignKind,
    valid_until: Option<Date>,
) -> Result<Model> {
    let locked = tx.lock_for_update::<Entity>(product).await?;
    let kind = sign::Column::Kind.eq(EnumValue(kind)).into_condition();
    let day = vec![(sign::Column::ValidUntil, valid_until.map(Day).into())];
    tx.update_parts::<Entity, sign::Entity>(&locked, sign::Column::ProductId, kind, day).await?;
    // The product is what clients see change.
    let row = tx.update(locked, |_| {}).await?;
    Ok(row)
}
