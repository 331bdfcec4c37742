//! Reading contributions.

use super::entity::{Column, Entity, Model};
use crate::partner::entity as partner;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::Kind;
use crate::platform::loading::batch::{Batch, Related, grouped};
use crate::platform::loading::reader::Reader;
use crate::platform::query::table::Keys;
use sea_orm::ColumnTrait;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// The contributions to markets, in their order.
#[derive(Debug)]
pub struct OfMarkets;

/// The contributions to agreements, in their order.
#[derive(Debug)]
pub struct OfAgreements;

impl Related for OfMarkets {
    const OF: Kind = Kind::Market;
    type Value = Vec<(Arc<Model>, Batch)>;

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        read(reader, Column::MarketId, keys, |row| row.market_id).await
    }
}

impl Related for OfAgreements {
    const OF: Kind = Kind::Agreement;
    type Value = Vec<(Arc<Model>, Batch)>;

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        read(reader, Column::AgreementId, keys, |row| row.agreement_id).await
    }
}

async fn read(
    reader: &Reader,
    parent: Column,
    keys: &[Uuid],
    owner: fn(&Model) -> Option<Uuid>,
) -> Result<HashMap<Uuid, Vec<(Arc<Model>, Batch)>>> {
    let tx = reader.begin();
    let mut level = Keys::default();
    let rows = tx
        .select::<Entity>()
        .with_optional::<partner::Entity>(Column::PartnerId)
        .among(parent, keys)
        .statement(|statement| {
            statement.order_by_expr(Column::Position.into_expr(), sea_orm::Order::Asc);
        })
        .all(|cells| {
            let row = level.take::<Entity>(cells)?;
            level.take_optional::<partner::Entity>(cells)?;
            Ok(row)
        })
        .await?;
    let batch = level.batch();
    Ok(grouped(rows.into_iter().map(|row| (row, batch.clone())), |(row, _)| owner(row).unwrap_or_default()))
}
