//! Reading listings: of a market with their products, of a product with their markets, by one statement; and putting
//! variants on the shelf.

use super::entity::{Column, Entity, Model};
use super::object::{Listing, ListingFilter, ListingOrder, ListingRow, Row};
use crate::category::object::CategoryRow;
use crate::cooperative;
use crate::cooperative::object::CooperativeRow;
use crate::geography::object::ProvinceRow;
use crate::market;
use crate::market::object::MarketRow;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::loading::batch::{Batch, Related};
use crate::platform::loading::object::NodeObject;
use crate::platform::loading::reader::Reader;
use crate::platform::paging::cursor::{CursorCodec, KeyKind};
use crate::platform::paging::page::{Connection, Order, PageArgs};
use crate::platform::query::select::Select;
use crate::platform::query::stored::EnumValue;
use crate::platform::query::table::{Keys, RowReader, Table};
use crate::platform::query::transaction::Tx;
use crate::product::entity as product;
use crate::product::object::{ProductRow, ProductVariantRow};
use crate::product::variant;
use crate::stock::asked_price;
use domain::access::Permission;
use domain::fault::{Code, Fault};
use domain::market::MarketStatus;
use domain::money::Money;
use domain::product::ProductStatus;
use sea_orm::{ActiveValue, ColumnTrait, DbErr, IntoActiveModel};
use std::collections::HashMap;
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

/// Join what a market's list shows: of the market itself only where it stands. All edges are compulsory: a listing whose
/// product, cooperative or market is not to be seen is not to be seen either.
fn with_product<'t, 'a>(select: Select<'t, 'a, Entity>) -> Select<'t, 'a, Entity> {
    select
        .reading::<ListingRow>()
        .through::<market::entity::Entity>(market::entity::Column::Id, Column::MarketId)
        .also([market::entity::Column::Status.into_expr()])
        .with::<ProductVariantRow>(Column::VariantId)
        .with::<ProductRow>(Column::ProductId)
        .with::<CategoryRow>(product::Column::CategoryId)
        .with::<CooperativeRow>(product::Column::CooperativeId)
        .with::<ProvinceRow>(cooperative::entity::Column::ProvinceId)
}

fn read_with_product(level: &mut Keys, cells: &mut RowReader<'_>) -> Result<Row, DbErr> {
    let row = (level.take::<ListingRow>(cells)?, cells.take::<EnumValue<MarketStatus>>()?.0);
    level.take::<ProductVariantRow>(cells)?;
    level.take::<ProductRow>(cells)?;
    level.take::<CategoryRow>(cells)?;
    level.take::<CooperativeRow>(cells)?;
    level.take::<ProvinceRow>(cells)?;
    Ok(row)
}

/// Join what a product's list shows: the markets. The edges to product and cooperative are compulsory here too.
fn with_market<'t, 'a>(select: Select<'t, 'a, Entity>) -> Select<'t, 'a, Entity> {
    select
        .reading::<ListingRow>()
        .with::<MarketRow>(Column::MarketId)
        .through::<product::Entity>(product::Column::Id, Column::ProductId)
        .through::<cooperative::entity::Entity>(cooperative::entity::Column::Id, product::Column::CooperativeId)
}

fn read_with_market(level: &mut Keys, cells: &mut RowReader<'_>) -> Result<Row, DbErr> {
    let row = level.take::<ListingRow>(cells)?;
    Ok((row, level.take::<MarketRow>(cells)?.status.0))
}

/// Listings by their own keys.
#[derive(Debug)]
pub struct Found;

impl Related for Found {
    type Value = Option<Listing>;

    fn of(&self) -> Kind {
        Kind::Listing
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let tx = reader.begin();
        let mut level = Keys::default();
        let select = with_product(tx.select::<Entity>().among(Column::Id, keys));
        let rows = select.all(|cells| read_with_product(&mut level, cells)).await?;
        let batch = level.batch();
        Ok(rows.into_iter().map(|row| (row.0.id, Some(Listing::new(row, batch.clone(), reader.today())))).collect())
    }
}

impl NodeObject for Listing {
    type Entity = Entity;

    async fn find(reader: &Reader, level: &Batch, key: Uuid) -> Result<Option<Self>> {
        level.load(reader, Found, key).await
    }
}

/// The listings of markets, of products or of variants, a page of each.
#[derive(Debug)]
pub struct ListingsOf {
    /// Of what: a market, a product or a variant.
    pub of: Owner,
    /// Which page.
    pub page: PageArgs,
    /// Which ones.
    pub filter: ListingFilter,
    /// In which order.
    pub by: ListingOrder,
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
        let page = (&self.page, &order);
        let list = format!("{:?}.listings {:?} {:?}", self.of, self.filter, self.by);
        let codec = |key: Uuid| CursorCodec::new(reader.cursor_key(), format!("{list} {key}"));
        let tx = reader.begin();
        let mut level = Keys::default();
        let lists = match self.of {
            Owner::Market => {
                let select = self.narrowed(with_product(tx.select::<Entity>()))?;
                select.lists(Column::MarketId, keys, page, codec, |cells| read_with_product(&mut level, cells)).await?
            }
            Owner::Product => {
                let select = with_market(tx.select::<Entity>());
                select.lists(Column::ProductId, keys, page, codec, |cells| read_with_market(&mut level, cells)).await?
            }
        };
        let batch = level.batch();
        let make = |row: Row| Listing::new(row, batch.clone(), reader.today());
        Ok(lists.into_iter().map(|(key, list)| (key, Some(list.connection(make)))).collect())
    }
}

impl ListingsOf {
    /// What the filter of a market's list leaves.
    fn narrowed<'t, 'a>(&self, select: Select<'t, 'a, Entity>) -> Result<Select<'t, 'a, Entity>> {
        let mut select = select;
        if let Some(slug) = &self.filter.category {
            select = select.filter(Column::CategoryId.eq(domain::id::founding("category", slug)));
        }
        if let Some(cooperative) = &self.filter.cooperative {
            let key = GlobalId::parse_as(Kind::Cooperative, cooperative, "filter.cooperative")?;
            select = select.filter(Column::CooperativeId.eq(key));
        }
        Ok(select)
    }
}

/// The listings of markets.
#[derive(Debug)]
pub struct OfMarkets(pub ListingsOf);

impl Related for OfMarkets {
    type Value = Option<Connection<Listing>>;

    fn of(&self) -> Kind {
        Kind::Market
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        self.0.read(reader, keys).await
    }
}

/// The listings of products.
#[derive(Debug)]
pub struct OfProducts(pub ListingsOf);

impl Related for OfProducts {
    type Value = Option<Connection<Listing>>;

    fn of(&self) -> Kind {
        Kind::Product
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        self.0.read(reader, keys).await
    }
}

/// Put a variant on the shelf of a market, or change its price or whether it is shown there. `version` is the one of the listing
/// that the caller has read, if there was one.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, the refusals of the form, CONFLICT; NOT_FOUND and STATUS_INVALID at `variantId`, STATUS_INVALID when the
/// market is closed.
pub async fn set(
    tx: &Tx<'_>,
    (market, variant): (Uuid, Uuid),
    version: Option<i32>,
    form: impl FnOnce() -> Result<(Money, bool)>,
) -> Result<Uuid> {
    let place = tx.select_in_scope::<market::entity::Entity>().filter(market::entity::Column::Id.eq(market));
    let place = place.one(market::entity::Entity::read).await?.ok_or_else(|| Error::refused(Code::NotFound))?;
    if !tx.permits::<market::entity::Entity>(market, Permission::ManageListings).await? {
        return Err(Error::refused(Code::Forbidden));
    }
    let (price, visible) = form()?;
    if place.status.0 == MarketStatus::Closed {
        return Err(Fault::new(Code::StatusInvalid).with_detail(MarketStatus::Closed.to_string()).into());
    }
    let find = async || {
        let found = tx.select_columns::<Entity>().filter(Column::MarketId.eq(market));
        let found = found.filter(Column::VariantId.eq(variant)).only([Column::Id.into_expr()]);
        found.one(|cells| cells.take::<Uuid>()).await
    };
    if let Some(key) = find().await? {
        let Some(version) = version else { return Err(Error::conflict(key)) };
        let locked = tx.lock_version::<Entity>(key, version).await?;
        if (locked.row().price, locked.row().visible) != (price.centimes, visible) {
            tx.update(locked, |row| {
                row.price = ActiveValue::Set(price.centimes);
                row.visible = ActiveValue::Set(visible);
            })
            .await?;
            asked_price::tell(tx, (market, variant)).await?;
        }
        return Ok(key);
    }
    let mut level = Keys::default();
    let what = tx.select::<variant::Entity>().filter(variant::Column::Id.eq(variant));
    let what = what.with::<product::Entity>(variant::Column::ProductId).one(|cells| {
        variant::Entity::read(cells)?;
        level.take::<product::Entity>(cells)
    });
    // A listing that somebody has read is there.
    let what = what.await?.filter(|_| version.is_none());
    let product = what.ok_or_else(|| Fault::new(Code::NotFound).at("variantId"))?;
    if product.status.0 != ProductStatus::Published {
        return Err(Fault::new(Code::StatusInvalid).with_detail(product.status.0.to_string()).at("variantId").into());
    }
    let (id, now) = (Uuid::now_v7(), tx.now().as_microsecond());
    let mut row = Model {
        id,
        number: 0,
        branch_id: place.branch_id,
        market_id: market,
        product_id: product.id,
        cooperative_id: product.cooperative_id,
        category_id: product.category_id,
        variant_id: variant,
        price: price.centimes,
        visible,
        sold_out: false,
        stock_good_until: None,
        published: false,
        valid_until: None,
        is_demo: false,
        version: 1,
        created_at: now,
        changed_at: now,
    }
    .into_active_model();
    row.number = ActiveValue::NotSet;
    match tx.try_unique(async || tx.insert_all::<Entity>(vec![row.clone()]).await).await? {
        Some(()) => {
            asked_price::tell(tx, (market, variant)).await?;
            Ok(id)
        }
        // Somebody else put it there at the same moment.
        None => Err(find().await?.map_or_else(|| Error::internal("a listing is taken and not there"), Error::conflict)),
    }
}
