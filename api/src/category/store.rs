//! Reading categories.

use super::entity::{Column, Entity};
use super::object::{Category, CategoryRow};
use crate::platform::error::Result;
use crate::platform::graphql::global_id::Kind;
use crate::platform::loading::batch::{Related, grouped};
use crate::platform::loading::object;
use crate::platform::loading::reader::Reader;
use crate::platform::query::select::Select;
use crate::platform::query::table::Columns;
use sea_orm::ColumnTrait;
use std::collections::HashMap;
use uuid::Uuid;

/// All categories, in their order.
///
/// # Errors
/// The database's refusal.
pub async fn all(reader: &Reader) -> Result<Vec<Category>> {
    let tx = reader.begin();
    Ok(object::all(in_order(tx.select::<Entity>().reading::<CategoryRow>()).all(CategoryRow::take).await?, reader))
}

fn in_order<'t, 'a>(select: Select<'t, 'a, Entity>) -> Select<'t, 'a, Entity> {
    select.statement(|statement| {
        statement.order_by_expr(Column::Position.into_expr(), sea_orm::Order::Asc);
        statement.order_by_expr(Column::Slug.into_expr(), sea_orm::Order::Asc);
    })
}

/// The categories below categories.
#[derive(Debug)]
pub struct ChildrenOf;

impl Related for ChildrenOf {
    type Value = Vec<Category>;

    fn of(&self) -> Kind {
        Kind::Category
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let tx = reader.begin();
        let select = tx.select::<Entity>().reading::<CategoryRow>().among(Column::ParentId, keys);
        let rows = in_order(select).all(CategoryRow::take).await?;
        Ok(grouped(object::all::<Category>(rows, reader), |category| category.parent_key.unwrap_or_default()))
    }
}
