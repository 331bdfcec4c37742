//! Stock at markets: the contracts under which cooperatives deliver, and what moves.
//!
//! `stock_movement` is the ledger: rows are only added. What a market has of a variant (`stock_level`) and of each lot of it
//! (`stock_lot`) is derived from the ledger, and the database keeps it from falling below zero. All of it belongs to the branch
//! that supervises the market; a cooperative reads what is hers (`own`).

use crate::ddl::{Open, SERVER_ROLE, drop_tables, migration, on_postgres, own, protect_for, run};
use sea_orm_migration::prelude::*;

migration!("Consignment contracts and stock.", up: |manager| up(manager), down: |manager| down(manager));

const TABLES: [&str; 6] =
    ["consignment_contract", "stock_level", "stock_lot", "stock_movement", "stock_count", "delivery_countersignature"];

async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    run(
        manager,
        "create table consignment_contract (
           {number},
           branch_id {uuid} not null references branch (id),
           market_id {uuid} not null references market (id) on delete cascade,
           cooperative_id {uuid} not null references cooperative (id) on delete cascade,
           valid_from {text} not null,
           valid_to {text},
           commission_basis_points {int} not null check (commission_basis_points between 0 and 10000),
           loss_borne_by {text} not null check (loss_borne_by in ('COOPERATIVE', 'MARKET')),
           payout_days {json} not null,
           {node},
           check (valid_to is null or valid_to >= valid_from)
         );
         create index consignment_contract_market on consignment_contract (market_id, number);
         create index consignment_contract_cooperative on consignment_contract (cooperative_id, number);
         create index consignment_contract_branch on consignment_contract (branch_id);
         create table stock_level (
           {number},
           branch_id {uuid} not null references branch (id),
           market_id {uuid} not null references market (id) on delete cascade,
           variant_id {uuid} not null references product_variant (id) on delete cascade,
           product_id {uuid} not null,
           cooperative_id {uuid} not null,
           on_hand {long} not null check (on_hand >= 0),
           good_until {text},
           next_expiry {text},
           asked_price {long} check (asked_price > 0),
           price_differs boolean not null default false,
           {node},
           unique (market_id, variant_id),
           foreign key (product_id, cooperative_id) references product (id, cooperative_id)
             on delete cascade on update cascade
         );
         create index stock_level_market on stock_level (market_id, number);
         create index stock_level_sold_out on stock_level (market_id, number) where on_hand = 0;
         create index stock_level_price on stock_level (market_id, number) where price_differs;
         create index stock_level_variant on stock_level (variant_id);
         create index stock_level_cooperative on stock_level (cooperative_id, number);
         create index stock_level_branch on stock_level (branch_id);
         create table stock_lot (
           id {uuid} primary key,
           branch_id {uuid} not null references branch (id),
           stock_level_id {uuid} not null references stock_level (id) on delete cascade,
           cooperative_id {uuid} not null references cooperative (id) on delete cascade,
           code {text} not null,
           produced_on {text},
           expires_on {text},
           on_hand {long} not null check (on_hand >= 0),
           unique (stock_level_id, code),
           check (expires_on is null or produced_on is null or expires_on >= produced_on)
         );
         create index stock_lot_branch on stock_lot (branch_id);
         create table stock_movement (
           {number},
           branch_id {uuid} not null references branch (id),
           stock_level_id {uuid} not null references stock_level (id) on delete cascade,
           stock_lot_id {uuid} not null references stock_lot (id) on delete cascade,
           cooperative_id {uuid} not null references cooperative (id) on delete cascade,
           entry_id {uuid} not null,
           kind {text} not null check (kind in ('DELIVERY', 'SALE', 'SALE_VOID', 'RETURN', 'LOSS', 'EXPIRY', 'TRANSFER_IN',
             'TRANSFER_OUT', 'COUNT_ADJUSTMENT')),
           quantity {long} not null check (quantity <> 0),
           reason {text},
           moved_at {long} not null,
           entered_by {uuid},
           {node},
           check (kind = 'COUNT_ADJUSTMENT' or (quantity > 0) = (kind in ('DELIVERY', 'SALE_VOID', 'TRANSFER_IN'))),
           check (kind not in ('LOSS', 'COUNT_ADJUSTMENT') or reason is not null)
         );
         create table stock_count (
           {number},
           branch_id {uuid} not null references branch (id),
           market_id {uuid} not null references market (id) on delete cascade,
           status {text} not null check (status in ('APPLIED', 'PENDING', 'DECLINED')),
           reason {text} not null,
           worth {long},
           lots {json} not null,
           entered_by {uuid},
           decided_by {uuid},
           {node}
         );
         create table delivery_countersignature (
           {number},
           branch_id {uuid} not null references branch (id),
           market_id {uuid} not null references market (id) on delete cascade,
           stock_movement_id {uuid} not null unique references stock_movement (id) on delete cascade,
           cooperative_id {uuid} not null references cooperative (id) on delete cascade,
           status {text} not null check (status in ('CONFIRMED', 'DISPUTED')),
           reason {text},
           signed_by {uuid},
           {node},
           check ((status = 'DISPUTED') = (reason is not null))
         );
         create index delivery_countersignature_market on delivery_countersignature (market_id, number);
         create index delivery_countersignature_branch on delivery_countersignature (branch_id);
         create index delivery_countersignature_cooperative on delivery_countersignature (cooperative_id);
         create index stock_count_market on stock_count (market_id, number);
         create index stock_count_branch on stock_count (branch_id);
         create index stock_movement_level on stock_movement (stock_level_id, number);
         create index stock_movement_lot on stock_movement (stock_lot_id, quantity);
         create index stock_movement_entry on stock_movement (entry_id, number);
         create index stock_movement_branch on stock_movement (branch_id);
         create index stock_movement_cooperative on stock_movement (cooperative_id)",
    )
    .await?;
    for table in TABLES {
        // Nobody rewrites the ledger.
        let actions: &[&str] = match table {
            "stock_movement" => &["insert"],
            "stock_count" => &["insert", "update"],
            "delivery_countersignature" => &[],
            _ => &["insert", "update", "delete"],
        };
        protect_for(manager, table, Open::None, actions).await?;
        // A count may be of several cooperatives' goods; what it changes of hers a cooperative sees in the ledger.
        if table != "stock_count" {
            own(manager, table).await?;
        }
    }
    // Nobody signs for a cooperative.
    let own = "cooperative_id = any ((select own_cooperatives('app.write'))::uuid[])";
    let sql = format!(
        "create policy own_insert on delivery_countersignature for insert with check ({own});
         create policy own_update on delivery_countersignature for update using ({own}) with check ({own});
         grant insert, update on delivery_countersignature to {SERVER_ROLE}"
    );
    on_postgres(manager, &sql).await?;
    // Which prices are not those that were asked for is told by the platform.
    on_postgres(manager, "create policy told on stock_level for select using ((select is_for('AUTHENTICATE')))").await
}

async fn down(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    drop_tables(manager, &TABLES).await
}
