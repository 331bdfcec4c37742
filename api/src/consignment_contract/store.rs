//! Reading and making consignment contracts.

use super::entity::{Column, Entity, Model};
use super::object::ConsignmentContract;
use crate::cooperative::entity as cooperative;
use crate::market::entity as market;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::Kind;
use crate::platform::loading::object::Children;
use crate::platform::paging::page::{Order, PageArgs};
use crate::platform::query::stored::{Day, EnumValue, Json};
use crate::platform::query::table::Table;
use crate::platform::query::transaction::Tx;
use domain::access::Permission;
use domain::cooperative::CooperativeStatus;
use domain::fault::{Code, Fault};
use domain::market::MarketStatus;
use domain::stock::ContractTerms;
use jiff::civil::Date;
use sea_orm::{ActiveValue, ColumnTrait, ExprTrait, IntoActiveModel};
use uuid::Uuid;

/// The contracts of markets, a page of each, the newest first.
pub fn of_markets(page: PageArgs) -> Children<ConsignmentContract, Column> {
    let order = Order::newest(Column::Number);
    Children::new(Kind::Market, "Market.consignmentContracts", Column::MarketId, page, order)
}

/// The contracts of cooperatives, a page of each, the newest first.
pub fn of_cooperatives(page: PageArgs) -> Children<ConsignmentContract, Column> {
    let order = Order::newest(Column::Number);
    Children::new(Kind::Cooperative, "Cooperative.consignmentContracts", Column::CooperativeId, page, order)
}

/// Make a contract between a cooperative and a market.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, the refusals of the form, STATUS_INVALID when the market is closed; NOT_FOUND and STATUS_INVALID at
/// `cooperativeId`, CONTRACT_OVERLAPS at `validFrom`.
pub async fn create(
    tx: &Tx<'_>,
    (market, cooperative): (Uuid, Uuid),
    terms: impl FnOnce() -> Result<ContractTerms>,
) -> Result<Uuid> {
    // Whoever makes another one at once waits.
    let market = tx.lock_for_update::<market::Entity>(market).await?;
    if !tx.permits::<market::Entity>(market.row().id, Permission::ManageStock).await? {
        return Err(Error::refused(Code::Forbidden));
    }
    let terms = terms()?;
    if market.row().status.0 == MarketStatus::Closed {
        return Err(Fault::new(Code::StatusInvalid).with_detail(MarketStatus::Closed.to_string()).into());
    }
    let party = tx.select::<cooperative::Entity>().filter(cooperative::Column::Id.eq(cooperative));
    match party.one(cooperative::Entity::read).await?.map(|party| party.status.0) {
        None => return Err(Fault::new(Code::NotFound).at("cooperativeId").into()),
        Some(CooperativeStatus::Active) => {}
        Some(status) => {
            return Err(Fault::new(Code::StatusInvalid).with_detail(status.to_string()).at("cooperativeId").into());
        }
    }
    let (first, last) = (Day(terms.valid_from), terms.valid_to.map(Day));
    let mut others = tx
        .select_columns::<Entity>()
        .filter(Column::MarketId.eq(market.row().id))
        .filter(Column::CooperativeId.eq(cooperative))
        .filter(Column::ValidTo.is_null().or(Column::ValidTo.gte(first)));
    if let Some(last) = last {
        others = others.filter(Column::ValidFrom.lte(last));
    }
    if others.count(Some(1)).await? > 0 {
        return Err(Fault::new(Code::ContractOverlaps).at("validFrom").into());
    }
    let (id, now) = (Uuid::now_v7(), tx.now().as_microsecond());
    let mut row = Model {
        id,
        number: 0,
        branch_id: market.row().branch_id,
        market_id: market.row().id,
        cooperative_id: cooperative,
        valid_from: first,
        valid_to: last,
        commission_basis_points: terms.commission_basis_points,
        loss_borne_by: EnumValue(terms.loss_borne_by),
        payout_days: Json(terms.payout_days),
        version: 1,
        created_at: now,
        changed_at: now,
    }
    .into_active_model();
    row.number = ActiveValue::NotSet;
    tx.insert_all::<Entity>(vec![row]).await?;
    Ok(id)
}

/// Let a contract end on a day: today or later, within it, and no later than it would.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, DATE_INVALID at `validTo`.
pub async fn end(tx: &Tx<'_>, key: Uuid, version: i32, last: Date) -> Result<Uuid> {
    let locked = tx.lock_version::<Entity>(key, version).await?;
    let row = locked.row();
    let today = domain::calendar::today(tx.now());
    if last < today || last < row.valid_from.0 || row.valid_to.is_some_and(|end| last > end.0) {
        return Err(Fault::new(Code::DateInvalid).at("validTo").into());
    }
    tx.update(locked, |row| row.valid_to = ActiveValue::Set(Some(Day(last)))).await?;
    Ok(key)
}
