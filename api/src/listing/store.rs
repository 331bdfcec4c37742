//! Reading listings: of a market with their products, of a product with their markets, by one statement.

use super::entity::{Column, Entity};
use super::object::{Listing, ListingFilter, ListingOrder, Row};
use crate::geography::province;
use crate::platform::batch::{Batch, Keys, Related};
use crate::platform::db::See;
use crate::platform::error::Result;
use crate::platform::global_id::{GlobalId, Kind};
use crate::platform::page::{Asked, Connection, KeyKind, Order, PageArgs, Seal};
use crate::platform::reader::Reader;
use crate::platform::table::{Cells, Table};
use crate::product::object::Beside;
use crate::product::{entity as product, variant};
use crate::{category, cooperative, market};
use sea_orm::{ColumnTrait, DbErr};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

fn order(by: ListingOrder) -> Order {
    let number = (Column::Number.into_expr(), KeyKind::Long);
    let price = (Column::Price.into_expr(), KeyKind::Long);
    match by {
        ListingOrder::Oldest => Order::ascending(vec![number]),
        ListingOrder::Newest => Order::descending(vec![number]),
        ListingOrder::PriceAscending => Order::ascending(vec![price, number]),
        ListingOrder::PriceDescending => Order::descending(vec![price, number]),
    }
}

/// Join everything that a page of listings shows. All edges are compulsory: a listing whose product, cooperative or
/// market is not to be seen is not to be seen either.
fn with_beside<'t, 'a>(see: See<'t, 'a, Entity>) -> See<'t, 'a, Entity> {
    see.with::<market::entity::Entity>(Column::MarketId)
        .with::<variant::Entity>(Column::VariantId)
        .with::<product::Entity>(Column::ProductId)
        .with::<category::entity::Entity>(product::Column::CategoryId)
        .with::<cooperative::entity::Entity>(product::Column::CooperativeId)
        .with::<province::Entity>(cooperative::entity::Column::ProvinceId)
}

fn read(cells: &mut Cells<'_>) -> Result<Row, DbErr> {
    Ok(Row {
        listing: cells.row::<Entity>()?,
        market: cells.row::<market::entity::Entity>()?,
        variant: cells.row::<variant::Entity>()?,
        product: cells.row::<product::Entity>()?,
        beside: Beside {
            category: Some(Arc::new(cells.row::<category::entity::Entity>()?)),
            cooperative: Some(Arc::new(cells.row::<cooperative::entity::Entity>()?)),
            province: Some(Arc::new(cells.row::<province::Entity>()?)),
        },
    })
}

/// The level of rows that were read together.
fn level<'r>(rows: impl Iterator<Item = &'r Row>) -> Batch {
    let mut keys = Keys::default();
    for row in rows {
        Entity::keys(&row.listing, &mut keys);
        market::entity::Entity::keys(&row.market, &mut keys);
        variant::Entity::keys(&row.variant, &mut keys);
        product::Entity::keys(&row.product, &mut keys);
        row.beside.category.iter().for_each(|row| category::entity::Entity::keys(row, &mut keys));
        row.beside.cooperative.iter().for_each(|row| cooperative::entity::Entity::keys(row, &mut keys));
        row.beside.province.iter().for_each(|row| province::Entity::keys(row, &mut keys));
    }
    keys.batch()
}

/// One listing.
///
/// # Errors
/// The database's refusal.
pub async fn find(reader: &Reader, key: Uuid) -> Result<Option<Listing>> {
    let tx = reader.begin();
    let row = with_beside(tx.see::<Entity>().filter(Column::Id.eq(key))).one(read).await?;
    Ok(row.map(|row| {
        let batch = level([&row].into_iter());
        Listing::new(row, batch)
    }))
}

/// The listings of markets, of products or of variants, a page of each.
#[derive(Debug)]
pub struct ListingsOf {
    /// Of what: a market, a product or a variant.
    pub of: Owner,
    /// Which page.
    pub args: PageArgs,
    /// Which ones.
    pub filter: ListingFilter,
    /// In which order.
    pub by: ListingOrder,
    /// Whether to count.
    pub total: bool,
}

/// Whose listings are read.
#[derive(Clone, Copy, Debug)]
pub enum Owner {
    /// Those of a market.
    Market,
    /// Those of a product.
    Product,
}

impl ListingsOf {
    async fn read(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Option<Connection<Listing>>>> {
        let order = order(self.by);
        let asked = Asked { args: &self.args, order: &order, total: self.total };
        let list = format!("{:?}.listings {:?} {:?}", self.of, self.filter, self.by);
        let seal = |key: Uuid| Seal::new(reader.cursor_key(), format!("{list} {key}"));
        let tx = reader.begin();
        let mut see = with_beside(tx.see::<Entity>());
        if let Some(slug) = &self.filter.category {
            see = see.filter(category::entity::Column::Slug.eq(slug));
        }
        if let Some(cooperative) = &self.filter.cooperative {
            let key = GlobalId::parse_as(Kind::Cooperative, cooperative, "filter.cooperative")?;
            see = see.filter(product::Column::CooperativeId.eq(key));
        }
        let parent = match self.of {
            Owner::Market => Column::MarketId,
            Owner::Product => Column::ProductId,
        };
        let lists = see.lists(parent, keys, &asked, seal, read).await?;
        let batch = level(lists.values().flat_map(|list| list.rows()));
        let make = |row: Row| Listing::new(row, batch.clone());
        Ok(lists.into_iter().map(|(key, list)| (key, Some(list.connection(make)))).collect())
    }
}

/// The listings of markets.
#[derive(Debug)]
pub struct OfMarkets(pub ListingsOf);

impl Related for OfMarkets {
    const OF: Kind = Kind::Market;
    type Value = Option<Connection<Listing>>;

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        self.0.read(reader, keys).await
    }
}

/// The listings of products.
#[derive(Debug)]
pub struct OfProducts(pub ListingsOf);

impl Related for OfProducts {
    const OF: Kind = Kind::Product;
    type Value = Option<Connection<Listing>>;

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        self.0.read(reader, keys).await
    }
}
