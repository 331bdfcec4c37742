//! Reading products, and the few ways to change one.

use super::entity::{Column, Entity, Model};
use super::joined::{read_with_beside, with_beside};
use super::object::{NO_PRICE, Product, ProductFilter, ProductOrder};
use super::{description, search, sign, variant};
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::lookup::Lookup;
use crate::platform::graphql::scalars::Decimal;
use crate::platform::graphql::text::{Text, name_keys};
use crate::platform::loading::batch::{Batch, Related, grouped};
use crate::platform::loading::reader::Reader;
use crate::platform::paging::cursor::{CursorCodec, KeyKind};
use crate::platform::paging::page::{Connection, ListArgs, Order, PageArgs, PageQuery, PageRows};
use crate::platform::query::expression::among;
use crate::platform::query::select::Select;
use crate::platform::query::stored::{Day, EnumValue, Json};
use crate::platform::query::table::{Keys, Table};
use crate::platform::query::transaction::Tx;
use crate::{category, cooperative, listing};
use domain::product::QualitySignKind;
use domain::text::LocalizedText;
use jiff::civil::Date;
use sea_orm::sea_query::{Condition, ExprTrait, IntoCondition};
use sea_orm::{ActiveValue, ColumnTrait, Iterable};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// The connection of a page of rows, with the level that they were read in.
fn connection((listed, level): (PageRows<Arc<Model>>, Keys)) -> Connection<Product> {
    let batch = level.batch();
    listed.connection(|row| Product::new((row, batch.clone())))
}

/// One product.
///
/// # Errors
/// The database's refusal.
pub async fn find(reader: &Reader, lookup: Lookup) -> Result<Option<Product>> {
    let tx = reader.begin();
    let mut level = Keys::default();
    let row = with_beside(tx.select::<Entity>().filter(lookup.among(Column::Id, Column::Slug)))
        .also([description::Column::Description.into_expr()])
        .one(|cells| {
            let row = read_with_beside(&mut level, cells)?;
            Ok((row, cells.take::<Option<Json<LocalizedText>>>()?))
        })
        .await?;
    Ok(row.map(|(row, description)| {
        let product = Product::new((row, level.batch()));
        product.described(description.map(|text| Text(text.0)))
    }))
}

fn order(reader: &Reader, by: ProductOrder) -> Order {
    let number = (Column::Number.into_expr(), KeyKind::Long);
    let price = (Column::PriceKey.into_expr(), KeyKind::Long);
    match by {
        ProductOrder::Newest | ProductOrder::Relevance => Order::descending(vec![number]),
        ProductOrder::PriceAscending => Order::ascending(vec![price, number]),
        ProductOrder::PriceDescending => Order::descending(vec![price, number]),
        ProductOrder::Name => {
            let name = if reader.sorts_in_arabic() { Column::NameKeyAr } else { Column::NameKeyFr };
            Order::ascending(vec![(name.into_expr(), KeyKind::Text), number])
        }
    }
}

/// An amount of a filter in centimes; more than two decimals name no price.
fn centimes(amount: Option<Decimal>, argument: &str) -> Result<Option<i64>> {
    let read = |amount: Decimal| {
        let money = domain::money::Money::parse(&amount.0.to_string()).map_err(|_| Error::argument(argument))?;
        Ok(money.centimes)
    };
    amount.map(read).transpose()
}

fn narrowed<'t, 'a>(
    see: Select<'t, 'a, Entity>,
    tx: &Tx<'_>,
    filter: &ProductFilter,
    open_markets: Option<&[Uuid]>,
) -> Result<Select<'t, 'a, Entity>> {
    let mut see = see;
    if let Some(slug) = &filter.category {
        // A category and those directly below it: the tree has two levels.
        see = see.having::<category::entity::Entity>(
            category::entity::Column::Id.into_expr().eq(Column::CategoryId.into_expr()).into_condition(),
            Condition::any()
                .add(category::entity::Column::Slug.eq(slug))
                .add(category::entity::Column::ParentId.eq(domain::id::founding("category", slug))),
        );
    }
    let sold = |market: Condition| {
        let here = listing::entity::Column::ProductId.into_expr().eq(Column::Id.into_expr());
        (Condition::all().add(here), market)
    };
    if let Some(market) = &filter.market {
        let market = GlobalId::parse_as(Kind::Market, market, "filter.market")?;
        let (here, at) = sold(Condition::all().add(listing::entity::Column::MarketId.eq(market)));
        see = see.having::<listing::entity::Entity>(here, at);
    }
    if let Some(markets) = open_markets {
        let (here, at) = sold(among(tx.backend(), listing::entity::Column::MarketId, markets));
        see = see.having::<listing::entity::Entity>(here, at);
    }
    if let Some(cooperative) = &filter.cooperative {
        let cooperative = GlobalId::parse_as(Kind::Cooperative, cooperative, "filter.cooperative")?;
        see = see.filter(Column::CooperativeId.eq(cooperative));
    }
    if let Some(code) = &filter.province {
        let key = domain::id::founding("province", code);
        see = see.having::<cooperative::entity::Entity>(
            cooperative::entity::Column::Id.into_expr().eq(Column::CooperativeId.into_expr()).into_condition(),
            Condition::all().add(cooperative::entity::Column::ProvinceId.eq(key)),
        );
    }
    if let Some(least) = centimes(filter.min_price, "filter.minPrice")? {
        see = see.filter(Column::PriceKey.gte(least)).filter(Column::PriceKey.lt(NO_PRICE));
    }
    if let Some(most) = centimes(filter.max_price, "filter.maxPrice")? {
        see = see.filter(Column::PriceKey.lte(most)).filter(Column::PriceKey.lt(NO_PRICE));
    }
    if let Some(kind) = filter.quality_sign {
        let kind = kind;
        see = see.having::<sign::Entity>(
            sign::Column::ProductId.into_expr().eq(Column::Id.into_expr()).into_condition(),
            Condition::all().add(sign::Column::Kind.eq(kind)),
        );
    }
    Ok(see)
}

/// A page of products; `open_markets` are those that are open now, when that is asked.
///
/// # Errors
/// BAD_USER_INPUT naming the argument, or the database's refusal.
pub async fn list(
    reader: &Reader,
    roots: ListArgs,
    words: Option<&str>,
    filter: ProductFilter,
    by: Option<ProductOrder>,
    open_markets: Option<&[Uuid]>,
) -> Result<Connection<Product>> {
    let published = roots.published;
    let by = by.unwrap_or(if words.is_some() { ProductOrder::Relevance } else { ProductOrder::Newest });
    let arabic = reader.sorts_in_arabic() && by == ProductOrder::Name;
    let codec =
        CursorCodec::new(reader.cursor_key(), format!("products {words:?} {filter:?} {by:?} {arabic} {published}"));
    let tx = reader.begin();
    let mut see = narrowed(tx.select_for_list::<Entity>(published), &tx, &filter, open_markets)?;
    if by == ProductOrder::PriceDescending {
        see = see.filter(Column::PriceKey.lt(NO_PRICE));
    }
    match (words, by) {
        (None, ProductOrder::Relevance) => Err(Error::argument("orderBy")),
        (Some(words), ProductOrder::Relevance) => {
            let words = search::Words::new(words)?;
            let mut level = Keys::default();
            let listed = search::list(&tx, see, &words, (&roots.args, roots.total), codec, &mut level).await?;
            Ok(connection((listed, level)))
        }
        (words, by) => {
            if let Some(words) = words {
                see = search::matching(&tx, see, &search::Words::new(words)?);
            }
            let order = order(reader, by);
            let asked = roots.asked(&order);
            let mut level = Keys::default();
            let listed = with_beside(see).list(&asked, codec, |cells| read_with_beside(&mut level, cells)).await?;
            Ok(connection((listed, level)))
        }
    }
}

/// The products of cooperatives, a page of each, the newest first.
#[derive(Debug)]
pub struct ProductsOf {
    /// Which page.
    pub args: PageArgs,
    /// Whether to count.
    pub total: bool,
}

impl Related for ProductsOf {
    const OF: Kind = Kind::Cooperative;
    type Value = Option<Connection<Product>>;

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let order = order(reader, ProductOrder::Newest);
        let asked = PageQuery { args: &self.args, order: &order, total: self.total };
        let codec = |key: Uuid| CursorCodec::new(reader.cursor_key(), format!("Cooperative.products {key}"));
        let tx = reader.begin();
        let lists = tx.select::<Entity>().lists(Column::CooperativeId, keys, &asked, codec, Entity::read).await?;
        let batch = Batch::of::<Entity>(lists.values().flat_map(|list| list.rows()));
        let make = |row: Model| Product::new((row, batch.clone()));
        Ok(lists.into_iter().map(|(key, list)| (key, Some(list.connection(make)))).collect())
    }
}

/// The descriptions of products.
#[derive(Debug)]
pub struct DescriptionOf;

impl Related for DescriptionOf {
    const OF: Kind = Kind::Product;
    type Value = Option<LocalizedText>;

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

/// The variants of products, in the order in which they were made.
#[derive(Debug)]
pub struct VariantsOf;

impl Related for VariantsOf {
    const OF: Kind = Kind::Product;
    type Value = Vec<(variant::Model, Batch)>;

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let tx = reader.begin();
        let rows = tx
            .select::<variant::Entity>()
            .among(variant::Column::ProductId, keys)
            .statement(|statement| {
                statement.order_by_expr(variant::Column::Sku.into_expr(), sea_orm::Order::Asc);
            })
            .all(variant::Entity::read)
            .await?;
        let batch = Batch::of::<variant::Entity>(&rows);
        Ok(grouped(rows.into_iter().map(|row| (row, batch.clone())), |(row, _)| row.product_id))
    }
}

/// The quality signs of products.
#[derive(Debug)]
pub struct SignsOf;

impl Related for SignsOf {
    const OF: Kind = Kind::Product;
    type Value = Vec<sign::Model>;

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
    let held = tx.lock_for_update::<Entity>(key).await?;
    let (arabic, other) = name_keys(&name)?;
    let row = tx
        .update(held, |row| {
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
    let held = tx.lock_for_update::<Entity>(product).await?;
    let kind = sign::Column::Kind.eq(EnumValue(kind)).into_condition();
    let day = vec![(sign::Column::ValidUntil, valid_until.map(Day).into())];
    tx.update_parts::<Entity, sign::Entity>(&held, sign::Column::ProductId, kind, day).await?;
    // The product is what clients see change.
    let row = tx.update(held, |_| {}).await?;
    Ok(row)
}
