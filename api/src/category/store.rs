//! Reading categories.

use super::entity::{Column, Entity, Model};
use crate::platform::error::Result;
use crate::platform::graphql::global_id::Kind;
use crate::platform::loading::batch::Related;
use crate::platform::loading::reader::Reader;
use crate::platform::query::select::Select;
use crate::platform::query::table::Table;
use crate::platform::query::transaction::Tx;
use sea_orm::ColumnTrait;
use std::collections::HashMap;
use uuid::Uuid;

/// All categories, in their order.
///
/// # Errors
/// The database's refusal.
pub async fn all(tx: &Tx<'_>) -> Result<Vec<Model>> {
    in_order(tx.select::<Entity>()).all(Entity::read).await
}

fn in_order<'t, 'a>(see: Select<'t, 'a, Entity>) -> Select<'t, 'a, Entity> {
    see.statement(|statement| {
        statement.order_by_expr(Column::Position.into_expr(), sea_orm::Order::Asc);
        statement.order_by_expr(Column::Slug.into_expr(), sea_orm::Order::Asc);
    })
}

/// The categories below categories.
#[derive(Debug)]
pub struct ChildrenOf;

impl Related for ChildrenOf {
    const OF: Kind = Kind::Category;
    type Value = Vec<Model>;

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let tx = reader.begin();
        let rows = in_order(tx.select::<Entity>().among(Column::ParentId, keys)).all(Entity::read).await?;
        Ok(crate::platform::loading::batch::grouped(rows, |row| row.parent_id.unwrap_or_default()))
    }
}
