//! What is read beside a product: its category and its cooperative.

use super::entity::{Column, Entity, Model};
use crate::platform::error::Result;
use crate::platform::query::select::Select;
use crate::platform::query::table::{Keys, RowReader};
use crate::{category, cooperative};
use sea_orm::DbErr;
use std::sync::Arc;

/// Join what is read beside a product.
pub(crate) fn with_beside<'t, 'a>(see: Select<'t, 'a, Entity>) -> Select<'t, 'a, Entity> {
    see.with::<category::entity::Entity>(Column::CategoryId).with::<cooperative::entity::Entity>(Column::CooperativeId)
}

pub(crate) fn read_with_beside(level: &mut Keys, cells: &mut RowReader<'_>) -> Result<Arc<Model>, DbErr> {
    let product = level.take::<Entity>(cells)?;
    level.take::<category::entity::Entity>(cells)?;
    level.take::<cooperative::entity::Entity>(cells)?;
    Ok(product)
}
