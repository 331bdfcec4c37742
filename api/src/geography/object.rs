//! The GraphQL face of regions and provinces.

use super::province;
use super::region;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::DateTime;
use crate::platform::graphql::text::Text;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::{Later, RowObject};
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
    /// The code of the Haut-Commissariat au Plan, such as "05".
    pub code: String,
    /// The region's name.
    pub name: Text,
    #[graphql(flatten)]
    pub(crate) details: Later<RegionDetails>,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

crate::columns! {
    /// What is read of one wherever it is shown.
    RegionRow: Region of region {
        /// The key.
        Id => id: Uuid,
        /// Its code.
        Code => code: String,
        /// Its name.
        Name => name: Text,
    } names {}
}

crate::details! {
    /// What is read of one when it is asked for.
    RegionDetails of region {
        /// The region's version: 1 when it was created, and one more with each edit. What only follows from other data
        /// leaves it as it is.
        Version => version: i32,
        /// When the region was last edited.
        ChangedAt => changed_at: DateTime,
        /// The ISO 3166-2 code, such as "MA-05".
        Iso31662 => iso31662: String,
        /// Whether a reader of Tamazight confirmed the Tamazight name.
        NameZghReviewed => is_tamazight_reviewed: bool,
        /// The city that is the region's seat.
        Seat => seat: Text,
    }
}

impl RowObject for Region {
    type Columns = RegionRow;

    fn new(row: &RegionRow, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::Region, row.id),
            code: row.code.clone(),
            name: row.name.clone(),
            key: row.id,
            details: Later::new(row.id, &batch),
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
    /// The code of the Haut-Commissariat au Plan, such as "05.311".
    pub code: String,
    /// The province's name.
    pub name: Text,
    #[graphql(flatten)]
    pub(crate) details: Later<ProvinceDetails>,
    #[graphql(skip)]
    pub(crate) region_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

crate::columns! {
    /// What is read of one wherever it is shown.
    ProvinceRow: Province of province {
        /// The key.
        Id => id: Uuid,
        /// The region that it lies in.
        RegionId => region_id: Uuid,
        /// Its code.
        Code => code: String,
        /// Its name.
        Name => name: Text,
    } names { Region: region_id }
}

crate::details! {
    /// What is read of one when it is asked for.
    ProvinceDetails of province {
        /// The province's version: 1 when it was created, and one more with each edit. What only follows from other data
        /// leaves it as it is.
        Version => version: i32,
        /// When the province was last edited.
        ChangedAt => changed_at: DateTime,
        /// The ISO 3166-2 code, such as "MA-KHO".
        Iso31662 => iso31662: String,
        /// Whether it is a province or a prefecture.
        Kind => kind: EnumValue<ProvinceKind>,
        /// Degrees north (WGS 84) of a point to place a pin; not a border.
        Latitude => latitude: f64,
        /// Degrees east (WGS 84) of a point to place a pin; not a border.
        Longitude => longitude: f64,
    }
}

impl RowObject for Province {
    type Columns = ProvinceRow;

    fn new(row: &ProvinceRow, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::Province, row.id),
            code: row.code.clone(),
            name: row.name.clone(),
            region_key: row.region_id,
            details: Later::new(row.id, &batch),
            batch,
        }
    }
}
