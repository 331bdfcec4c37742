//! Activities of programmes, and who took part.

use crate::ddl::{Open, drop_tables, migration, protect, run};
use sea_orm_migration::prelude::*;

migration!("Activities of programmes.", up: |manager| up(manager), down: |manager| down(manager));

const TABLES: [&str; 2] = ["activity", "activity_participation"];

async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    run(
        manager,
        "create table activity (
           {number},
           branch_id {uuid} not null references branch (id),
           programme_id {uuid} not null references programme (id) on delete cascade,
           kind {text} not null check (kind in ('TRAINING_SESSION', 'CARAVAN', 'CAMPAIGN', 'OTHER')),
           title {json} not null,
           starts_on {text} not null,
           ends_on {text} not null,
           province_id {uuid} references province (id),
           place {text},
           capacity {int} check (capacity > 0),
           status {text} not null check (status in ('PLANNED', 'HELD', 'CANCELLED')),
           cancellation_reason {text},
           {node},
           check (ends_on >= starts_on),
           check ((status = 'CANCELLED') = (cancellation_reason is not null))
         );
         create index activity_programme on activity (programme_id, number);
         create index activity_branch on activity (branch_id);
         create index activity_province on activity (province_id);
         create table activity_participation (
           id {uuid} primary key,
           branch_id {uuid} not null references branch (id),
           activity_id {uuid} not null references activity (id) on delete cascade,
           position {int} not null,
           sex {text} check (sex in ('FEMALE', 'MALE', 'NOT_STATED')),
           age_band {text},
           milieu {text} check (milieu in ('URBAN', 'RURAL', 'NOT_STATED')),
           people {int} not null check (people >= 0),
           unique (activity_id, position)
         );
         create index activity_participation_branch on activity_participation (branch_id)",
    )
    .await?;
    for table in TABLES {
        protect(manager, table, Open::None).await?;
    }
    Ok(())
}

async fn down(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    drop_tables(manager, &TABLES).await
}
