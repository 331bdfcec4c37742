//! The till: sales, their lines, and the closing of a market's days.
//!
//! Sales are made once for their key, which is unique at a market for ever. They and their lines are never deleted but with
//! the demo world; voiding one is written beside what it was. A cooperative reads the lines that are hers (`own`), and not the
//! sale, in which others' goods may be.

use crate::ddl::{Open, SERVER_ROLE, drop_tables, migration, on_postgres, own, protect_for, run};
use sea_orm_migration::prelude::*;

migration!("Sales and day closings.", up: |manager| up(manager), down: |manager| down(manager));

const TABLES: [&str; 3] = ["day_closing", "sale", "sale_line"];

async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    run(
        manager,
        "create table day_closing (
           {number},
           branch_id {uuid} not null references branch (id),
           market_id {uuid} not null references market (id) on delete cascade,
           closed_on {text} not null,
           opening_float {long} not null check (opening_float >= 0),
           expected_cash {long} not null,
           counted_cash {long} not null check (counted_cash >= 0),
           card_total {long} not null,
           transfer_total {long} not null,
           sale_count {long} not null,
           entered_by {uuid},
           is_demo boolean not null default false,
           {node},
           unique (market_id, closed_on)
         );
         create index day_closing_branch on day_closing (branch_id);
         create table sale (
           {number},
           branch_id {uuid} not null references branch (id),
           market_id {uuid} not null references market (id) on delete cascade,
           sale_key {text} not null,
           status {text} not null check (status in ('COMPLETED', 'VOID_REQUESTED', 'VOIDED')),
           payment {text} not null check (payment in ('CASH', 'CARD', 'TRANSFER')),
           total {long} not null check (total > 0),
           sold_at {long} not null,
           utc_offset {int},
           sold_on {text} not null,
           corrects_id {uuid} references day_closing (id) on delete set null,
           discrepancy {text} check (discrepancy in ('OPEN', 'RESOLVED')),
           discrepancy_note {text},
           entered_by {uuid},
           void_reason {text},
           void_requested_by {uuid},
           voided_by {uuid},
           voided_at {long},
           voided_on {text},
           void_corrects_id {uuid} references day_closing (id) on delete set null,
           is_demo boolean not null default false,
           {node},
           unique (market_id, sale_key),
           check ((status = 'COMPLETED') = (void_reason is null)),
           check ((status = 'VOIDED') = (voided_on is not null))
         );
         create index sale_market on sale (market_id, number);
         create index sale_day on sale (market_id, sold_on);
         create index sale_void_day on sale (market_id, voided_on) where voided_on is not null;
         create index sale_discrepancy on sale (market_id, number) where discrepancy = 'OPEN';
         create index sale_corrects on sale (corrects_id) where corrects_id is not null;
         create index sale_void_corrects on sale (void_corrects_id) where void_corrects_id is not null;
         create index sale_branch on sale (branch_id);
         create table sale_line (
           {number},
           branch_id {uuid} not null references branch (id),
           market_id {uuid} not null references market (id) on delete cascade,
           sale_id {uuid} not null references sale (id) on delete cascade,
           position {int} not null,
           variant_id {uuid} not null references product_variant (id),
           product_id {uuid} not null,
           cooperative_id {uuid} not null,
           category_id {uuid} references category (id),
           quantity {long} not null check (quantity > 0),
           price {long} not null check (price > 0),
           total {long} not null check (total > 0),
           missing {long} not null default 0 check (missing between 0 and quantity),
           sold_at {long} not null,
           sold_on {text} not null,
           voided boolean not null default false,
           unique (sale_id, position),
           foreign key (product_id, cooperative_id) references product (id, cooperative_id) on update cascade
         );
         create index sale_line_cooperative on sale_line (cooperative_id, number);
         create index sale_line_variant on sale_line (variant_id);
         create index sale_line_product on sale_line (product_id);
         create index sale_line_market on sale_line (market_id, sold_on);
         create index sale_line_branch on sale_line (branch_id, sold_on)",
    )
    .await?;
    for table in TABLES {
        let actions: &[&str] = if table == "day_closing" { &["insert"] } else { &["insert", "update"] };
        protect_for(manager, table, Open::None, actions).await?;
    }
    own(manager, "sale_line").await?;
    // The demo world is taken out by whoever reaches everything.
    for table in ["day_closing", "sale"] {
        let sql = format!(
            "create policy delete on {table} for delete using (is_demo and (select reaches_all('app.write')));
             grant delete on {table} to {SERVER_ROLE}"
        );
        on_postgres(manager, &sql).await?;
    }
    Ok(())
}

async fn down(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    drop_tables(manager, &TABLES).await
}
