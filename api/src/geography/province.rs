//! The provinces and prefectures: reference data.

use crate::platform::query::stored::{EnumValue, Json};
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::geography::ProvinceKind;
use domain::text::LocalizedText;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "province")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The region that it lies in.
    pub region_id: Uuid,
    /// The code of the Haut-Commissariat au Plan.
    pub code: String,
    /// The ISO 3166-2 code.
    pub iso_3166_2: String,
    /// Province or prefecture.
    pub kind: EnumValue<ProvinceKind>,
    /// The name.
    pub name: Json<LocalizedText>,
    /// Degrees north of a point to place a pin.
    pub latitude: f64,
    /// Degrees east of a point to place a pin.
    pub longitude: f64,
    /// How often it was changed; 1 when it was made.
    pub version: i32,
    /// When it was made; microseconds since 1970 in UTC.
    pub created_at: i64,
    /// When it was changed last; microseconds since 1970 in UTC.
    pub changed_at: i64,
}

/// Joins are spelled out where they are made.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    const SEE: Permission = Permission::SeeGeography;
    const MANAGE: Permission = Permission::ManageGeography;
    const OPEN: Open<Column> = Open::All;
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = None;
    const COOPERATIVE: Option<Column> = None;
}

crate::table!(Province { Id => id, RegionId => region_id, Code => code, Iso31662 => iso_3166_2, Kind => kind, Name => name, Latitude => latitude, Longitude => longitude, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Region: region_id });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
}
