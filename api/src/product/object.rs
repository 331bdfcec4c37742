//! The GraphQL face of products.

use super::entity::NO_PRICE;
use super::{change, description, entity, sign, variant};
use crate::category::object::{Category, CategoryRow};
use crate::cooperative::object::CooperativeRow;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::list::List;
use crate::platform::graphql::near::NearInput;
use crate::platform::graphql::scalars::{Date, DateTime, Decimal, Money};
use crate::platform::graphql::text::Text;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::{Later, RowObject, of_page};
use crate::platform::loading::reader::Reader;
use crate::platform::query::select::Select;
use crate::platform::query::stored::{EnumValue, Json};
use crate::platform::query::table::{Columns, Keys, RowReader};
use async_graphql::{Enum, ID, InputObject, SimpleObject};
use domain::product::form::{FieldChange, ProductChangeStatus, ProductForm};
use domain::product::{ProductStatus, QualitySignKind, SoldBy, Unit};
use domain::text::{Locale, LocalizedText};
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{ColumnTrait, DbErr};
use std::sync::Arc;
use uuid::Uuid;

/// A quality sign that a product bears.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct QualitySign {
    /// The kind of quality sign.
    pub kind: EnumValue<QualitySignKind>,
    /// The number of the sign; null when it is not known.
    pub reference: Option<String>,
    /// The last day on which the sign is valid; null: no end. A product whose sign has expired is not on sale.
    pub valid_until: Option<Date>,
}

impl From<sign::Model> for QualitySign {
    fn from(row: sign::Model) -> Self {
        Self { kind: row.kind, reference: row.reference, valid_until: row.valid_until.map(Date::from) }
    }
}

/// A product of a cooperative.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct Product {
    /// The product's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The product's version: 1 when it was created, and one more with each edit. What only follows from other data
    /// leaves it as it is.
    pub version: i32,
    /// The product's URL slug.
    pub slug: String,
    /// The product's name.
    pub name: Text,
    /// The product's status in the catalogue.
    pub status: EnumValue<ProductStatus>,
    /// The lowest price at which it is on sale; null when no market sells it.
    pub lowest_price: Option<Money>,
    #[graphql(flatten)]
    pub(crate) details: Later<ProductDetails>,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) category_key: Uuid,
    #[graphql(skip)]
    pub(crate) cooperative_key: Uuid,
    #[graphql(skip)]
    pub(crate) described: Option<Option<Text>>,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

crate::columns! {
    /// What is read of one wherever it is shown.
    ProductRow: Product of entity {
        /// The key.
        Id => id: Uuid,
        /// How often it was changed; 1 when it was made.
        Version => version: i32,
        /// Its name in addresses.
        Slug => slug: String,
        /// Its name.
        Name => name: Text,
        /// Its status.
        Status => status: EnumValue<ProductStatus>,
        /// The order in which rows were made; newer ones have larger numbers.
        Number => number: i64,
        /// The lowest price in centimes; derived.
        PriceKey => price_key: i64,
        /// Its category.
        CategoryId => category_id: Uuid,
        /// The cooperative that makes it.
        CooperativeId => cooperative_id: Uuid,
    } names { Category: category_id, Cooperative: cooperative_id } page { ProductDetails }
}

crate::details! {
    /// What is read of one when it is asked for.
    ProductDetails of entity {
        /// When the product was last edited.
        ChangedAt => changed_at: DateTime,
        /// The origin of the product, as a text; null when it is not known.
        Origin => origin: Option<Text>,
        /// The number of its sanitary authorisation.
        SanitaryNumber => sanitary_number: Option<String>,
        /// The last day on which the product may be shown: the first of its signs and its sanitary authorisation ends then; null: no end.
        ValidUntil => valid_until: Option<Date>,
        /// Whether the product was invented for demonstration.
        IsDemo => is_demo: bool,
    }
}

impl RowObject for Product {
    type Columns = ProductRow;

    fn new(row: &ProductRow, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::Product, row.id),
            version: row.version,
            slug: row.slug.clone(),
            name: row.name.clone(),
            status: row.status,
            lowest_price: (row.price_key != NO_PRICE).then(|| Money::centimes(row.price_key)),
            key: row.id,
            category_key: row.category_id,
            cooperative_key: row.cooperative_id,
            described: None,
            details: Later::new(row.id, &batch),
            batch,
        }
    }

    fn join<'t, 'a>(select: Select<'t, 'a, entity::Entity>) -> Select<'t, 'a, entity::Entity> {
        select.with::<CategoryRow>(entity::Column::CategoryId).with::<CooperativeRow>(entity::Column::CooperativeId)
    }

    fn read(level: &mut Keys, cells: &mut RowReader<'_>) -> Result<Arc<ProductRow>, DbErr> {
        let product = level.take::<ProductRow>(cells)?;
        level.take::<CategoryRow>(cells)?;
        level.take::<CooperativeRow>(cells)?;
        Ok(product)
    }

    // A product's page shows its description, which lists do not read.
    async fn find_by(reader: &Reader, condition: SimpleExpr) -> Result<Option<Self>> {
        let tx = reader.begin();
        let mut level = Keys::default();
        let row = Self::join(tx.select::<entity::Entity>().reading::<ProductRow>().filter(condition))
            .also(of_page::<ProductRow>())
            .also([description::Column::Description.into_expr()])
            .one(|cells| {
                let row = Self::read(&mut level, cells)?;
                ProductRow::take_of_page(&mut level, cells)?;
                Ok((row, cells.take::<Option<Json<LocalizedText>>>()?))
            });
        Ok(row.await?.map(|(row, description)| Self {
            described: Some(description.map(|text| text.0.into())),
            ..Self::new(&row, level.batch(), reader)
        }))
    }
}

/// A quantity in which a product is sold.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct ProductVariant {
    /// The variant's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The unit in which the quantity is measured.
    pub unit: EnumValue<Unit>,
    /// The quantity, in the unit.
    pub quantity: Decimal,
    #[graphql(flatten)]
    pub(crate) details: Later<ProductVariantDetails>,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) product_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

crate::columns! {
    /// What is read of one wherever it is shown.
    ProductVariantRow: ProductVariant of variant {
        /// The key.
        Id => id: Uuid,
        /// The product.
        ProductId => product_id: Uuid,
        /// What the quantity is measured in.
        Unit => unit: EnumValue<Unit>,
        /// The quantity in thousandths of the unit.
        Quantity => quantity: i64,
    } names { Product: product_id }
}

crate::details! {
    /// What is read of one when it is asked for.
    ProductVariantDetails of variant {
        /// The variant's version: 1 when it was created, and one more with each edit. What only follows from other data
        /// leaves it as it is.
        Version => version: i32,
        /// When the variant was last edited.
        ChangedAt => changed_at: DateTime,
        /// How the variant is sold.
        SoldBy => sold_by: EnumValue<SoldBy>,
        /// The cooperative's own number.
        Sku => sku: String,
        /// The global trade item number.
        Gtin => gtin: Option<String>,
        /// Whether the variant was invented for demonstration.
        IsDemo => is_demo: bool,
    }
}

impl RowObject for ProductVariant {
    type Columns = ProductVariantRow;

    fn new(row: &ProductVariantRow, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::ProductVariant, row.id),
            unit: row.unit,
            quantity: Decimal::thousandths(row.quantity),
            key: row.id,
            product_key: row.product_id,
            details: Later::new(row.id, &batch),
            batch,
        }
    }
}

/// A move of a product through the catalogue.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct ProductMove {
    /// The status that the product had; null: it was created.
    pub from: Option<EnumValue<ProductStatus>>,
    /// The status that it has had since.
    pub to: EnumValue<ProductStatus>,
    /// When it was moved.
    pub at: DateTime,
    /// The name of whoever moved it, as it was then; null: the platform itself.
    pub actor_name: Option<String>,
    /// The reason, where one is needed.
    pub reason: Option<String>,
}

/// A request to change a published product: it becomes as it asks once another person accepts it.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct ProductChange {
    /// The request's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The request's version: 1 when it was created, and one more with each edit. What only follows from other data
    /// leaves it as it is.
    pub version: i32,
    /// When the request was last edited.
    pub changed_at: DateTime,
    /// The status of the request.
    pub status: EnumValue<ProductChangeStatus>,
    /// When it was made.
    pub requested_at: DateTime,
    /// The name of whoever made it, as it was then.
    pub requested_by_name: Option<String>,
    /// When it was decided; null while it waits, and when it was withdrawn.
    pub decided_at: Option<DateTime>,
    /// The reason for which it was declined.
    pub reason: Option<String>,
    #[graphql(skip)]
    pub(crate) was: ProductForm,
    #[graphql(skip)]
    pub(crate) asked: ProductForm,
    #[graphql(skip)]
    pub(crate) product_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

/// A field of a product that a request changes.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct ProductFieldChange {
    /// The path of the field, such as `name.fr` or `variants.ARG-250.quantity`.
    pub field: String,
    /// What it was when the request was made; null: there was nothing.
    pub before: Option<String>,
    /// What it becomes; null: nothing.
    pub after: Option<String>,
}

impl From<FieldChange> for ProductFieldChange {
    fn from(change: FieldChange) -> Self {
        Self { field: change.field, before: change.before, after: change.after }
    }
}

impl RowObject for ProductChange {
    type Columns = change::Entity;

    fn new(row: &change::Model, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::ProductChange, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            status: row.status,
            requested_at: DateTime::micros(row.created_at),
            requested_by_name: row.requested_by_name.clone(),
            decided_at: row.decided_at.map(DateTime::micros),
            reason: row.reason.clone(),
            was: row.was.0.clone(),
            asked: row.asked.0.clone(),
            product_key: row.product_id,
            batch,
        }
    }
}

/// Conditions on products: those that are given must all be met.
#[derive(InputObject, Clone, Debug, Default, PartialEq)]
pub struct ProductFilter {
    /// Leaves only products in the category with this slug, or in one below it.
    pub category: Option<String>,
    /// Leaves only products on sale at the market with this global id.
    pub market: Option<ID>,
    /// Leaves only products of the cooperative with this global id.
    pub cooperative: Option<ID>,
    /// Leaves only products of cooperatives with their seat in the province with this code.
    pub province: Option<String>,
    /// Leaves only products whose lowest price is at least this amount, in dirhams.
    pub min_price: Option<Decimal>,
    /// Leaves only products whose lowest price is at most this amount, in dirhams.
    pub max_price: Option<Decimal>,
    /// Bearing this quality sign, and it has not expired.
    pub quality_sign: Option<EnumValue<QualitySignKind>>,
    /// With true, leaves only products on sale at a market that is open at this moment, by its published hours.
    pub open_now: Option<bool>,
    /// Leaves only products on sale at a market whose point is published and, where a distance is given, that lies within it.
    pub near: Option<NearInput>,
    /// Leaves only products of the branch with this global id.
    pub branch: Option<ID>,
    /// With true, leaves only products that wait to be published or declined. For signed-in callers.
    pub awaits_decision: Option<bool>,
    /// Leaves only products of which a text is missing in this language. For signed-in callers.
    pub missing_translation: Option<EnumValue<Locale>>,
}

/// The order of products.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProductOrder {
    /// The best match first: name, word of the name, beginning of a word, other text; then the newest. Only with `search`.
    Relevance,
    /// The newest product first.
    Newest,
    /// The lowest price first; products without a price last.
    PriceAscending,
    /// The highest price first; products without a price are left out.
    PriceDescending,
    /// By name, in the language of the request.
    Name,
    /// What sold most within the last 90 days first, as it was counted within the last hour; products that did not sell are left
    /// out.
    Popularity,
}

/// What products are found under further conditions, with how many: each count is of the products that meet all of the other
/// conditions; of a search, of its best 300 hits.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct ProductFacets {
    /// The products in each category, or in one below it; categories without any are left out.
    pub categories: List<CategoryFacet>,
    /// The products that bear each quality sign; signs that none bears are left out.
    pub quality_signs: List<QualitySignFacet>,
    /// The products whose lowest price lies in each range; all ranges, the lowest first.
    pub price_ranges: List<PriceRangeFacet>,
    /// The lowest price among the products; null when none is on sale.
    pub lowest_price: Option<Money>,
    /// The highest of the products' lowest prices; null when none is on sale.
    pub highest_price: Option<Money>,
}

/// How many products there are in a category.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct CategoryFacet {
    /// The category.
    pub category: Category,
    /// The number of products, counted up to 100.
    pub count: i32,
    /// Whether there are more than were counted.
    pub is_capped: bool,
}

/// How many products bear a quality sign.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct QualitySignFacet {
    /// The kind of quality sign.
    pub kind: EnumValue<QualitySignKind>,
    /// The number of products, counted up to 100.
    pub count: i32,
    /// Whether there are more than were counted.
    pub is_capped: bool,
}

/// How many products have their lowest price in a range.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct PriceRangeFacet {
    /// The lowest price of the range: for `filter.minPrice`.
    pub min_price: Money,
    /// The highest price of the range: for `filter.maxPrice`; null: no end.
    pub max_price: Option<Money>,
    /// The number of products, counted up to 100.
    pub count: i32,
    /// Whether there are more than were counted.
    pub is_capped: bool,
}
