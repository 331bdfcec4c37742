//! Reading branches.

use super::entity::{Column, Entity, Model};
use super::object::{Branch, BranchFilter};
use crate::geography::province;
use crate::platform::batch::{Batch, Related};
use crate::platform::error::Result;
use crate::platform::global_id::{GlobalId, Kind};
use crate::platform::lookup::Lookup;
use crate::platform::page::{Asked, Connection, KeyKind, Order, PageArgs, Roots, Seal};
use crate::platform::reader::Reader;
use crate::platform::see::See;
use crate::platform::stored::Stored;
use crate::platform::table::Table;
use sea_orm::ColumnTrait;
use std::collections::HashMap;
use uuid::Uuid;

fn by_path() -> Order {
    Order::ascending(vec![(Column::Slug.into_expr(), KeyKind::Text)])
}

/// One branch.
///
/// # Errors
/// The database's refusal.
pub async fn find(reader: &Reader, lookup: Lookup) -> Result<Option<Branch>> {
    let tx = reader.begin();
    let row = tx.see::<Entity>().filter(lookup.among(Column::Id, Column::Slug)).one(Entity::read).await?;
    Ok(row.map(|row| {
        let batch = Batch::of::<Entity>([&row]);
        Branch::new((row, batch))
    }))
}

/// A page of branches by their name in addresses.
///
/// # Errors
/// BAD_USER_INPUT naming the argument, or the database's refusal.
pub async fn list(reader: &Reader, roots: Roots, filter: Option<BranchFilter>) -> Result<Connection<Branch>> {
    let published = roots.published;
    let seal = Seal::new(reader.cursor_key(), format!("branches {filter:?} {published}"));
    let filter = filter.unwrap_or_default();
    let tx = reader.begin();
    let mut see: See<'_, '_, Entity> = tx.root::<Entity>(published);
    if let Some(kind) = filter.kind {
        see = see.filter(Column::Kind.eq(Stored(domain::branch::BranchKind::from(kind))));
    }
    if let Some(parent) = &filter.parent {
        see = see.filter(Column::ParentId.eq(GlobalId::parse_as(Kind::Branch, parent, "filter.parent")?));
    }
    if let Some(code) = filter.province {
        see = see
            .through::<province::Entity>(province::Column::Id, Column::ProvinceId)
            .filter(province::Column::Code.eq(code));
    }
    let listed = see.list(&roots.asked(&by_path()), seal, Entity::read).await?;
    let batch = Batch::of::<Entity>(listed.rows());
    Ok(listed.connection(|row: Model| Branch::new((row, batch.clone()))))
}

/// The branches directly below branches, a page of each.
#[derive(Debug)]
pub struct ChildrenOf {
    /// Which page.
    pub args: PageArgs,
    /// Whether to count.
    pub total: bool,
}

impl Related for ChildrenOf {
    const OF: Kind = Kind::Branch;
    type Value = Option<Connection<Branch>>;

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let asked = Asked { args: &self.args, order: &by_path(), total: self.total };
        let seal = |key: Uuid| Seal::new(reader.cursor_key(), format!("Branch.children {key}"));
        let tx = reader.begin();
        let lists = tx.see::<Entity>().lists(Column::ParentId, keys, &asked, seal, Entity::read).await?;
        let batch = Batch::of::<Entity>(lists.values().flat_map(|list| list.rows()));
        let make = |row: Model| Branch::new((row, batch.clone()));
        Ok(lists.into_iter().map(|(key, list)| (key, Some(list.connection(make)))).collect())
    }
}
