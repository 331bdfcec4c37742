//! Reading contributions.

use super::entity::{Column, Entity};
use crate::contribution::object::Contribution;
use crate::partner::entity as partner;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::Kind;
use crate::platform::loading::batch::{Related, grouped};
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use crate::platform::query::table::Keys;
use sea_orm::ColumnTrait;
use std::collections::HashMap;
use uuid::Uuid;

/// The contributions to markets, in their order.
#[derive(Debug)]
pub struct OfMarkets;

/// The contributions to agreements, in their order.
#[derive(Debug)]
pub struct OfAgreements;

impl Related for OfMarkets {
    type Value = Vec<Contribution>;

    fn of(&self) -> Kind {
        Kind::Market
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        read(reader, Column::MarketId, keys, |contribution| contribution.market_key).await
    }
}

impl Related for OfAgreements {
    type Value = Vec<Contribution>;

    fn of(&self) -> Kind {
        Kind::Agreement
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        read(reader, Column::AgreementId, keys, |contribution| contribution.agreement_key).await
    }
}

async fn read(
    reader: &Reader,
    parent: Column,
    keys: &[Uuid],
    owner: fn(&Contribution) -> Option<Uuid>,
) -> Result<HashMap<Uuid, Vec<Contribution>>> {
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
    let contributions = rows.iter().map(|row| Contribution::new(row, batch.clone(), reader));
    Ok(grouped(contributions, |contribution| owner(contribution).unwrap_or_default()))
}
