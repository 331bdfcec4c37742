//! Reference data that the national level keeps: definitions of indicators with their earlier versions, partners and the calendar.

use crate::ddl::{SERVER_ROLE, drop_tables, migration, on_postgres, run};
use sea_orm_migration::prelude::*;

migration!("Reference data that is kept here.", up: |manager| up(manager), down: |manager| down(manager));

const TABLES: [&str; 1] = ["indicator_version"];

/// Tables without a branch that the national level changes.
const KEPT: [&str; 3] = ["indicator", "partner", "calendar_entry"];

async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    run(
        manager,
        "create table indicator_version (
           id {uuid} primary key,
           indicator_id {uuid} not null references indicator (id) on delete cascade,
           version {int} not null,
           name {json} not null,
           unit {text} not null,
           direction {text} not null,
           theme {text} not null,
           numerator {text},
           denominator {text},
           ended_at {long} not null,
           unique (indicator_id, version)
         )",
    )
    .await?;
    for table in KEPT {
        on_postgres(
            manager,
            &format!(
                "create policy insert on {table} for insert with check ((select reaches_all('app.write')));
                 create policy update on {table} for update using ((select reaches_all('app.write')))
                   with check ((select reaches_all('app.write')));
                 grant insert, update on {table} to {SERVER_ROLE}"
            ),
        )
        .await?;
    }
    on_postgres(
        manager,
        &format!(
            "alter table indicator_version enable row level security;
             create policy read on indicator_version for select using (true);
             create policy insert on indicator_version for insert with check ((select reaches_all('app.write')));
             grant select, insert on indicator_version to {SERVER_ROLE}"
        ),
    )
    .await
}

async fn down(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    for table in KEPT {
        let policies = format!("drop policy insert on {table}; drop policy update on {table}");
        on_postgres(manager, &policies).await?;
        on_postgres(manager, &format!("revoke insert, update on {table} from {SERVER_ROLE}")).await?;
    }
    drop_tables(manager, &TABLES).await
}
