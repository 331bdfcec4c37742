//! Reading staff logins and the roles that people hold.

use super::object::{RoleAssignment, User, UserFilter};
use super::{assignment, entity};
use crate::platform::batch::{Batch, Related, grouped};
use crate::platform::error::Result;
use crate::platform::global_id::{GlobalId, Kind};
use crate::platform::page::{Connection, KeyKind, Order, Roots, Seal};
use crate::platform::reader::Reader;
use crate::platform::stored::Stored;
use crate::platform::table::Table;
use entity::{Column, Entity, Model};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Condition, ExprTrait, IntoCondition};
use std::collections::HashMap;
use uuid::Uuid;

/// One login.
///
/// # Errors
/// The database's refusal.
pub async fn find(reader: &Reader, key: Uuid) -> Result<Option<User>> {
    let row = reader.begin().see::<Entity>().filter(Column::Id.eq(key)).one(Entity::read).await?;
    Ok(row.map(|row| {
        let batch = Batch::of::<Entity>([&row]);
        User::new((row, batch))
    }))
}

/// A page of logins within reach, the newest first.
///
/// # Errors
/// UNAUTHENTICATED, BAD_USER_INPUT naming the argument, or the database's refusal.
pub async fn list(reader: &Reader, roots: Roots, filter: Option<UserFilter>) -> Result<Connection<User>> {
    reader.signed_in()?;
    let order = Order::descending(vec![(Column::Number.into_expr(), KeyKind::Long)]);
    let seal = Seal::new(reader.cursor_key(), format!("users {filter:?}"));
    let filter = filter.unwrap_or_default();
    let tx = reader.begin();
    let mut see = tx.root::<Entity>(false);
    if let Some(status) = filter.status {
        see = see.filter(Column::Status.eq(Stored(domain::user::UserStatus::from(status))));
    }
    let mut held = Condition::all();
    if let Some(role) = filter.role {
        held = held.add(assignment::Column::Role.eq(Stored(domain::access::Role::from(role))));
    }
    if let Some(branch) = &filter.branch {
        held = held.add(assignment::Column::BranchId.eq(GlobalId::parse_as(Kind::Branch, branch, "filter.branch")?));
    }
    if !held.is_empty() {
        let tie = assignment::Column::UserId.into_expr().eq(Column::Id.into_expr()).into_condition();
        see = see.having::<assignment::Entity>(tie, held.add(assignment::Column::RevokedAt.is_null()));
    }
    let listed = see.list(&roots.asked(&order), seal, Entity::read).await?;
    let batch = Batch::of::<Entity>(listed.rows());
    Ok(listed.connection(|row: Model| User::new((row, batch.clone()))))
}

/// The roles that people hold, as far as the caller sees, the oldest first.
#[derive(Debug)]
pub struct AssignmentsOf;

impl Related for AssignmentsOf {
    const OF: Kind = Kind::User;
    type Value = Vec<RoleAssignment>;

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let rows = reader
            .begin()
            .see::<assignment::Entity>()
            .among(assignment::Column::UserId, keys)
            .filter(assignment::Column::RevokedAt.is_null())
            .statement(|statement| {
                statement.order_by_expr(assignment::Column::Id.into_expr(), sea_orm::Order::Asc);
            })
            .all(assignment::Entity::read)
            .await?;
        let batch = Batch::of::<assignment::Entity>(&rows);
        let roles = grouped(rows, |row| row.user_id);
        let make = |row| RoleAssignment::new((row, batch.clone()));
        Ok(roles.into_iter().map(|(user, rows)| (user, rows.into_iter().map(make).collect())).collect())
    }
}
