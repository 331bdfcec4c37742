//! The GraphQL face of regions and provinces.

use super::province;
use super::region;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::DateTime;
use crate::platform::graphql::text::Text;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::EnumValue;
use async_graphql::SimpleObject;
use domain::geography::ProvinceKind;
use uuid::Uuid;

/// A region of the Kingdom (division of 2015). Credits: Haut-Commissariat au Plan (RGPH 2024).
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct Region {
    /// The region's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The region's version: 1 when it was created, and one more with each edit. What only follows from other data
    /// leaves it as it is.
    pub version: i32,
    /// When the region was last edited.
    pub changed_at: DateTime,
    /// The code of the Haut-Commissariat au Plan, such as "05".
    pub code: String,
    /// The ISO 3166-2 code, such as "MA-05".
    #[graphql(name = "iso31662")]
    pub iso_3166_2: String,
    /// The region's name.
    pub name: Text,
    /// Whether a reader of Tamazight confirmed the Tamazight name.
    pub is_tamazight_reviewed: bool,
    /// The city that is the region's seat.
    pub seat: Text,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for Region {
    type Entity = region::Entity;

    fn new(row: &region::Model, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::Region, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            code: row.code.clone(),
            iso_3166_2: row.iso_3166_2.clone(),
            name: (&row.name).into(),
            is_tamazight_reviewed: row.name_zgh_reviewed,
            seat: (&row.seat).into(),
            key: row.id,
            batch,
        }
    }
}

/// A province or prefecture. Credits: Haut-Commissariat au Plan (RGPH 2024), GeoNames, © OpenStreetMap contributors.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct Province {
    /// The province's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The province's version: 1 when it was created, and one more with each edit. What only follows from other data
    /// leaves it as it is.
    pub version: i32,
    /// When the province was last edited.
    pub changed_at: DateTime,
    /// The code of the Haut-Commissariat au Plan, such as "05.311".
    pub code: String,
    /// The ISO 3166-2 code, such as "MA-KHO".
    #[graphql(name = "iso31662")]
    pub iso_3166_2: String,
    /// Whether it is a province or a prefecture.
    pub kind: EnumValue<ProvinceKind>,
    /// The province's name.
    pub name: Text,
    /// Degrees north (WGS 84) of a point to place a pin; not a border.
    pub latitude: f64,
    /// Degrees east (WGS 84) of a point to place a pin; not a border.
    pub longitude: f64,
    #[graphql(skip)]
    pub(crate) region_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for Province {
    type Entity = province::Entity;

    fn new(row: &province::Model, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::Province, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            code: row.code.clone(),
            iso_3166_2: row.iso_3166_2.clone(),
            kind: row.kind,
            name: (&row.name).into(),
            latitude: row.latitude,
            longitude: row.longitude,
            region_key: row.region_id,
            batch,
        }
    }
}
