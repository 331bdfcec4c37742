//! Reading countersignatures, and giving them.

use super::entity::{Column, Entity, Model};
use super::object::DeliveryCountersignature;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::Kind;
use crate::platform::loading::batch::Related;
use crate::platform::loading::object::{Children, all_of};
use crate::platform::loading::reader::Reader;
use crate::platform::paging::page::{Order, PageArgs};
use crate::platform::query::stored::EnumValue;
use crate::platform::query::table::Table;
use crate::platform::query::transaction::Tx;
use crate::stock::{entity as level, movement};
use domain::fault::{Code, Fault};
use domain::stock::{CountersignatureStatus, StockMovementKind};
use sea_orm::{ActiveValue, ColumnTrait, IntoActiveModel};
use std::collections::HashMap;
use uuid::Uuid;

/// What cooperatives say of their deliveries to markets, a page of each, the newest first.
pub fn of_markets(page: PageArgs) -> Children<DeliveryCountersignature, Column> {
    let order = Order::newest(Column::Number);
    Children::new(Kind::Market, "Market.deliveryCountersignatures", Column::MarketId, page, order)
}

/// What is said of movements.
#[derive(Debug)]
pub struct SignedOf;

impl Related for SignedOf {
    type Value = Option<DeliveryCountersignature>;

    fn of(&self) -> Kind {
        Kind::StockMovement
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let signed =
            all_of::<DeliveryCountersignature>(reader, (Column::StockMovementId, keys), Column::Number).await?;
        Ok(signed.into_iter().map(|signed| (signed.movement_key, Some(signed))).collect())
    }
}

/// Say of a delivery that it is as recorded, or why it is not: whoever represents the cooperative that delivered. What was disputed
/// may be confirmed later; what was confirmed stays so.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, the refusals of the reason, STATUS_INVALID when it is no delivery, or was confirmed.
pub async fn sign(tx: &Tx<'_>, delivery: Uuid, form: impl FnOnce() -> Result<Option<String>>) -> Result<Uuid> {
    let found = tx.select_in_scope::<movement::Entity>().filter(movement::Column::Id.eq(delivery));
    let delivery = found.one(movement::Entity::read).await?.ok_or_else(|| Error::refused(Code::NotFound))?;
    // The branch sees it too, and signs for nobody.
    if !tx.represents(delivery.cooperative_id) {
        return Err(Error::refused(Code::Forbidden));
    }
    let reason = form()?;
    if delivery.kind.0 != StockMovementKind::Delivery {
        return Err(Fault::new(Code::StatusInvalid).with_detail(delivery.kind.0.to_string()).into());
    }
    let status = if reason.is_none() { CountersignatureStatus::Confirmed } else { CountersignatureStatus::Disputed };
    let find = async || {
        let given = tx.select_columns::<Entity>().filter(Column::StockMovementId.eq(delivery.id));
        given.only([Column::Id.into_expr()]).one(|cells| cells.take::<Uuid>()).await
    };
    let Some(key) = find().await? else {
        let of = tx.select::<level::Entity>().filter(level::Column::Id.eq(delivery.stock_level_id));
        let of = of.one(level::Entity::read).await?;
        let market_id = of.ok_or_else(|| Error::internal("a movement without its stock level"))?.market_id;
        let (id, now) = (Uuid::now_v7(), tx.now().as_microsecond());
        let mut row = Model {
            id,
            number: 0,
            branch_id: delivery.branch_id,
            market_id,
            stock_movement_id: delivery.id,
            cooperative_id: delivery.cooperative_id,
            status: EnumValue(status),
            reason,
            signed_by: tx.actor().key(),
            version: 1,
            created_at: now,
            changed_at: now,
        }
        .into_active_model();
        row.number = ActiveValue::NotSet;
        return match tx.try_unique(async || tx.insert_all::<Entity>(vec![row.clone()]).await).await? {
            Some(()) => Ok(id),
            // Somebody else of the cooperative said something at the same moment.
            None => Err(find().await?.map_or_else(|| Error::internal("taken and not there"), Error::conflict)),
        };
    };
    let given = tx.lock_for_update::<Entity>(key).await?;
    match (given.row().status.0, status) {
        (CountersignatureStatus::Confirmed, CountersignatureStatus::Confirmed) => return Ok(key),
        (CountersignatureStatus::Confirmed, next) => {
            return Err(Fault::status(CountersignatureStatus::Confirmed, next).into());
        }
        (CountersignatureStatus::Disputed, _) => {}
    }
    let by = tx.actor().key();
    tx.update(given, |row| {
        row.status = ActiveValue::Set(EnumValue(status));
        row.reason = ActiveValue::Set(reason);
        row.signed_by = ActiveValue::Set(by);
    })
    .await?;
    Ok(key)
}
