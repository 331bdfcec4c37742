//! The GraphQL face of products.

use super::{entity, sign, variant};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{Date, DateTime, Decimal, Money};
use crate::platform::graphql::text::Text;
use crate::platform::loading::batch::Batch;
use crate::platform::query::stored::EnumValue;
use async_graphql::{Enum, ID, InputObject, SimpleObject};
use domain::product::{ProductStatus, QualitySignKind, Unit};
use std::borrow::Borrow;
use uuid::Uuid;

/// A quality sign that a product bears.
#[derive(SimpleObject, Clone, Debug)]
pub struct QualitySign {
    /// The kind of quality sign.
    pub kind: EnumValue<QualitySignKind>,
    /// The number of the sign; null when it is not known.
    pub reference: Option<String>,
    /// Its last day; null: no end. A product whose sign has expired is not on sale.
    pub valid_until: Option<Date>,
}

impl From<sign::Model> for QualitySign {
    fn from(row: sign::Model) -> Self {
        Self { kind: row.kind, reference: row.reference, valid_until: row.valid_until.map(Date::from) }
    }
}

/// A product of a cooperative.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex)]
pub struct Product {
    /// The product's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The product's version: 1 when it was created, and one more with each edit. What only follows from other data
    /// leaves it as it is.
    pub version: i32,
    /// When the product was last edited.
    pub changed_at: DateTime,
    /// The product's URL slug.
    pub slug: String,
    /// The product's name.
    pub name: Text,
    /// Where it comes from.
    pub origin: Option<Text>,
    /// The number of its sanitary authorisation.
    pub sanitary_number: Option<String>,
    /// The product's status in the catalogue.
    pub status: EnumValue<ProductStatus>,
    /// The lowest price at which it is on sale; null when no market sells it.
    pub lowest_price: Option<Money>,
    /// Whether the product was invented for demonstration.
    pub is_demo: bool,
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

/// The price key of a product that no market sells: behind all prices.
pub const NO_PRICE: i64 = i64::MAX;

impl Product {
    /// The face of a row, with what was read beside it and the level that it was read in.
    pub fn new<R: Borrow<entity::Model>>((row, batch): (R, Batch)) -> Self {
        let row = row.borrow();
        Self {
            id: GlobalId::new(Kind::Product, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            slug: row.slug.clone(),
            name: (&row.name).into(),
            origin: row.origin.as_ref().map(Text::from),
            sanitary_number: row.sanitary_number.clone(),
            status: row.status,
            lowest_price: (row.price_key != NO_PRICE).then(|| Money::centimes(row.price_key)),
            is_demo: row.is_demo,
            key: row.id,
            category_key: row.category_id,
            cooperative_key: row.cooperative_id,
            described: None,
            batch,
        }
    }

    /// The same, with the description that was read with it.
    #[must_use]
    pub fn described(self, description: Option<Text>) -> Self {
        Self { described: Some(description), ..self }
    }
}

/// A quantity in which a product is sold.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex)]
pub struct ProductVariant {
    /// The variant's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The variant's version: 1 when it was created, and one more with each edit. What only follows from other data
    /// leaves it as it is.
    pub version: i32,
    /// When the variant was last edited.
    pub changed_at: DateTime,
    /// The unit in which the quantity is measured.
    pub unit: EnumValue<Unit>,
    /// How much of the unit.
    pub quantity: Decimal,
    /// The cooperative's own number.
    pub sku: String,
    /// The global trade item number.
    pub gtin: Option<String>,
    /// Whether the variant was invented for demonstration.
    pub is_demo: bool,
    #[graphql(skip)]
    pub(crate) product_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl ProductVariant {
    /// The face of a row, with the level that it was read in.
    pub fn new<R: Borrow<variant::Model>>((row, batch): (R, Batch)) -> Self {
        let row = row.borrow();
        Self {
            id: GlobalId::new(Kind::ProductVariant, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            unit: row.unit,
            quantity: Decimal(domain::decimal::Decimal::from_thousandths(row.quantity)),
            sku: row.sku.clone(),
            gtin: row.gtin.clone(),
            is_demo: row.is_demo,
            product_key: row.product_id,
            batch,
        }
    }
}

/// Conditions on products: those that are given must all be met.
#[derive(InputObject, Clone, Debug, Default)]
pub struct ProductFilter {
    /// In the category with this slug, or in one below it.
    pub category: Option<String>,
    /// On sale at this market.
    pub market: Option<ID>,
    /// Made by this cooperative.
    pub cooperative: Option<ID>,
    /// Made by a cooperative with its seat in the province with this code.
    pub province: Option<String>,
    /// With a lowest price of at least so much, in dirhams.
    pub min_price: Option<Decimal>,
    /// With a lowest price of at most so much, in dirhams.
    pub max_price: Option<Decimal>,
    /// Bearing this quality sign, and it has not expired.
    pub quality_sign: Option<EnumValue<QualitySignKind>>,
    /// On sale at a market that is open at this moment, by its published hours.
    pub open_now: Option<bool>,
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
}
