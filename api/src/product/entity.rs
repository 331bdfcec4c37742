//! The table of products. The description is read apart: it is long, and lists do not show it.

use crate::platform::query::stored::{Day, EnumValue, Json};
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::codes::Coded;
use domain::product::ProductStatus;
use domain::text::LocalizedText;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "product")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order in which rows were made; newer ones have larger numbers.
    pub number: i64,
    /// The branch that owns it.
    pub branch_id: Uuid,
    /// Who makes it.
    pub cooperative_id: Uuid,
    /// Its category.
    pub category_id: Uuid,
    /// Its name in addresses.
    pub slug: String,
    /// The name.
    pub name: Json<LocalizedText>,
    /// What lists by name sort by in Arabic.
    pub name_key_ar: String,
    /// What lists by name sort by in the other languages.
    pub name_key_fr: String,
    /// Where it comes from.
    pub origin: Option<Json<LocalizedText>>,
    /// The number of its sanitary authorisation.
    pub sanitary_number: Option<String>,
    /// The last day of that authorisation.
    pub sanitary_valid_until: Option<Day>,
    /// Where it stands.
    pub status: EnumValue<ProductStatus>,
    /// Whether it may be shown; derived.
    pub published: bool,
    /// The last day on which it may be shown; none: no end.
    pub valid_until: Option<Day>,
    /// Its lowest price on sale in centimes; the largest number when it is not on sale.
    pub price_key: i64,
    /// Whether it was invented for the demo world.
    pub is_demo: bool,
    /// How often it was changed; 1 when it was made.
    pub version: i32,
    /// When it was made; microseconds since 1970 in UTC.
    pub created_at: i64,
    /// When it was changed last; microseconds since 1970 in UTC.
    pub changed_at: i64,
}

/// The price key of a product that no market sells: behind all prices.
pub const NO_PRICE: i64 = i64::MAX;

/// The columns of texts that may be missing in a language.
pub const TEXTS: [&str; 3] = ["name", "origin", "description"];

/// Joins are spelled out where they are made.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    const SEE: Permission = Permission::SeeProducts;
    const MANAGE: Permission = Permission::ManageProducts;
    const OPEN: Open<Column> = Open::PublishedUntil(Column::Published, Column::ValidUntil);
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = Some(Column::CooperativeId);
}

crate::table!(Product { Id => id, Number => number, BranchId => branch_id, CooperativeId => cooperative_id, CategoryId => category_id, Slug => slug, Name => name, NameKeyAr => name_key_ar, NameKeyFr => name_key_fr, Origin => origin, SanitaryNumber => sanitary_number, SanitaryValidUntil => sanitary_valid_until, Status => status, Published => published, ValidUntil => valid_until, PriceKey => price_key, IsDemo => is_demo, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Branch: branch_id, Cooperative: cooperative_id, Category: category_id });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
    const DECIDED: Option<(Column, Permission)> = Some((Column::Status, Permission::DecideProducts));

    /// Whoever makes a product submits it, and says that it is made no more.
    fn is_entered(status: &str) -> bool {
        [ProductStatus::Submitted, ProductStatus::Archived].iter().any(|entered| status == entered.as_str())
    }
}
