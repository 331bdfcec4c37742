//! What sold of each product lately: counted by the platform from sales, read by whoever lists products by it. Who may see the product
//! is said by its own policy.

use crate::ddl::{SERVER_ROLE, drop_tables, migration, on_postgres, run};
use sea_orm_migration::prelude::*;

migration!("Popularity.", up: |manager| up(manager), down: |manager| down(manager));

async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    run(
        manager,
        "create table product_popularity (
           number {long} primary key references product (number) on delete cascade,
           sold {long} not null check (sold > 0),
           counted_at {long} not null
         );
         create index product_popularity_order on product_popularity (sold, number);
         create index product_popularity_counted on product_popularity (counted_at)",
    )
    .await?;
    on_postgres(
        manager,
        &format!(
            "alter table product_popularity enable row level security;
             create policy read on product_popularity for select using (true);
             create policy insert on product_popularity for insert with check ((select is_for('AUTHENTICATE')));
             create policy delete on product_popularity for delete using ((select is_for('AUTHENTICATE')));
             grant select, insert, delete on product_popularity to {SERVER_ROLE};
             create policy counted on sale_line for select using ((select is_for('AUTHENTICATE')))"
        ),
    )
    .await
}

async fn down(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    on_postgres(manager, "drop policy counted on sale_line").await?;
    drop_tables(manager, &["product_popularity"]).await
}
