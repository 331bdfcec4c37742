//! Amendments of signed agreements.

use crate::ddl::{Open, drop_tables, migration, protect, run};
use sea_orm_migration::prelude::*;

migration!("Amendments of agreements.", up: |manager| up(manager), down: |manager| down(manager));

const TABLES: [&str; 1] = ["agreement_amendment"];

async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    run(
        manager,
        "create table agreement_amendment (
           id {uuid} primary key,
           branch_id {uuid} not null references branch (id),
           agreement_id {uuid} not null references agreement (id) on delete cascade,
           ordinal {int} not null check (ordinal > 0),
           status {text} not null check (status in ('PROPOSED', 'SIGNED', 'WITHDRAWN')),
           reason {text} not null,
           terms {json} not null,
           earlier {json},
           contributions {json} not null,
           signed_on {text},
           entered_by {uuid},
           published boolean generated always as (status = 'SIGNED') stored not null,
           {node},
           unique (agreement_id, ordinal),
           check ((status = 'SIGNED') = (signed_on is not null)),
           check ((signed_on is null) = (earlier is null))
         );
         create index agreement_amendment_branch on agreement_amendment (branch_id)",
    )
    .await?;
    protect(manager, "agreement_amendment", Open::When("published")).await
}

async fn down(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    drop_tables(manager, &TABLES).await
}
