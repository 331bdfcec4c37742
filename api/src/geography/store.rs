//! Reading regions and provinces.

use super::object::{Province, ProvinceRow, Region, RegionRow};
use super::province;
use super::region;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::Kind;
use crate::platform::loading::batch::{Related, grouped};
use crate::platform::loading::object;
use crate::platform::loading::reader::Reader;
use crate::platform::query::table::{Columns, Table};
use crate::platform::query::transaction::Tx;
use sea_orm::ColumnTrait;
use std::collections::HashMap;
use uuid::Uuid;

/// All regions, by code.
///
/// # Errors
/// The database's refusal.
pub async fn regions(reader: &Reader) -> Result<Vec<Region>> {
    let tx = reader.begin();
    let rows = tx
        .select::<region::Entity>()
        .reading::<RegionRow>()
        .statement(|statement| {
            statement.order_by_expr(region::Column::Code.into_expr(), sea_orm::Order::Asc);
        })
        .all(RegionRow::take)
        .await?;
    Ok(object::all(rows, reader))
}

/// The key of the province with this code.
///
/// # Errors
/// The database's refusal.
pub async fn province_by_code(tx: &Tx<'_>, code: &str) -> Result<Option<Uuid>> {
    let found =
        tx.select::<province::Entity>().filter(province::Column::Code.eq(code)).one(province::Entity::read).await?;
    Ok(found.map(|province| province.id))
}

/// The provinces of regions.
#[derive(Debug)]
pub struct ProvincesOf;

impl Related for ProvincesOf {
    type Value = Vec<Province>;

    fn of(&self) -> Kind {
        Kind::Region
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let tx = reader.begin();
        let rows = tx
            .select::<province::Entity>()
            .reading::<ProvinceRow>()
            .among(province::Column::RegionId, keys)
            .statement(|statement| {
                statement.order_by_expr(province::Column::Code.into_expr(), sea_orm::Order::Asc);
            })
            .all(ProvinceRow::take)
            .await?;
        Ok(grouped(object::all::<Province>(rows, reader), |province| province.region_key))
    }
}
