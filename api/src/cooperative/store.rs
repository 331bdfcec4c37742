//! Reading cooperatives.

use super::entity::{Column, Entity, Model};
use super::object::{Cooperative, CooperativeFilter, CooperativeOrder};
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
use crate::platform::tx::Tx;
use domain::cooperative::{CooperativeStatus, MEMBERS_MIN, Standing};
use sea_orm::{ActiveValue, ColumnTrait};
use std::collections::HashMap;
use uuid::Uuid;

fn order(reader: &Reader, by: CooperativeOrder) -> Order {
    let number = (Column::Number.into_expr(), KeyKind::Long);
    match by {
        CooperativeOrder::Newest => Order::descending(vec![number]),
        CooperativeOrder::Name => {
            let name = if reader.sorts_in_arabic() { Column::NameKeyAr } else { Column::NameKeyFr };
            Order::ascending(vec![(name.into_expr(), KeyKind::Text), number])
        }
    }
}

/// One cooperative.
///
/// # Errors
/// The database's refusal.
pub async fn find(reader: &Reader, lookup: Lookup) -> Result<Option<Cooperative>> {
    let tx = reader.begin();
    let row = tx.see::<Entity>().filter(lookup.among(Column::Id, Column::Slug)).one(Entity::read).await?;
    Ok(row.map(|row| {
        let batch = Batch::of::<Entity>([&row]);
        Cooperative::new((row, batch))
    }))
}

fn narrowed<'t, 'a>(see: See<'t, 'a, Entity>, filter: CooperativeFilter) -> Result<See<'t, 'a, Entity>> {
    let mut see = see;
    if let Some(sector) = filter.sector {
        see = see.filter(Column::Sector.eq(Stored(domain::cooperative::Sector::from(sector))));
    }
    if let Some(code) = filter.province {
        see = see
            .through::<province::Entity>(province::Column::Id, Column::ProvinceId)
            .filter(province::Column::Code.eq(code));
    }
    if let Some(branch) = &filter.branch {
        see = see.filter(Column::BranchId.eq(GlobalId::parse_as(Kind::Branch, branch, "filter.branch")?));
    }
    Ok(see)
}

/// A page of cooperatives.
///
/// # Errors
/// BAD_USER_INPUT naming the argument, or the database's refusal.
pub async fn list(
    reader: &Reader,
    roots: Roots,
    filter: Option<CooperativeFilter>,
    by: CooperativeOrder,
) -> Result<Connection<Cooperative>> {
    let published = roots.published;
    let order = order(reader, by);
    let seal = Seal::new(
        reader.cursor_key(),
        format!("cooperatives {filter:?} {by:?} {} {published}", reader.sorts_in_arabic()),
    );
    let tx = reader.begin();
    let see = narrowed(tx.root::<Entity>(published), filter.unwrap_or_default())?;
    let listed = see.list(&roots.asked(&order), seal, Entity::read).await?;
    let batch = Batch::of::<Entity>(listed.rows());
    Ok(listed.connection(|row: Model| Cooperative::new((row, batch.clone()))))
}

/// Go to another status. Its products come on sale or go off with it, so it is called by `edges::publication`, which
/// sees to them in the same transaction. Verification needs the register identity, which is not read here.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, STATUS_INVALID, MEMBERS_TOO_FEW, REGISTER_IDENTITY_REQUIRED.
pub(crate) async fn go(tx: &Tx<'_>, key: Uuid, status: CooperativeStatus) -> Result<Model> {
    let held = tx.edit::<Entity>(key).await?;
    // Fewer members than are disclosed are fewer than are needed.
    let members = held.row().member_count.and_then(|count| u32::try_from(count).ok()).unwrap_or(0);
    let standing = Standing { identified: false, members, members_min: MEMBERS_MIN };
    let next = held.row().status.0.go(status, standing)?;
    tx.update(held, |row| {
        row.status = ActiveValue::Set(Stored(next));
        row.published = ActiveValue::Set(next.is_published());
    })
    .await
}

/// The cooperatives of branches, a page of each, the newest first.
#[derive(Debug)]
pub struct CooperativesOf {
    /// Which page.
    pub args: PageArgs,
    /// Whether to count.
    pub total: bool,
}

impl Related for CooperativesOf {
    const OF: Kind = Kind::Branch;
    type Value = Option<Connection<Cooperative>>;

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let order = order(reader, CooperativeOrder::Newest);
        let asked = Asked { args: &self.args, order: &order, total: self.total };
        let seal = |key: Uuid| Seal::new(reader.cursor_key(), format!("Branch.cooperatives {key}"));
        let tx = reader.begin();
        let lists = tx.see::<Entity>().lists(Column::BranchId, keys, &asked, seal, Entity::read).await?;
        let batch = Batch::of::<Entity>(lists.values().flat_map(|list| list.rows()));
        let make = |row: Model| Cooperative::new((row, batch.clone()));
        Ok(lists.into_iter().map(|(key, list)| (key, Some(list.connection(make)))).collect())
    }
}
