//! Who helps women and girls facing violence: the directory of support services, who confirmed them when, and where shelters
//! are, which counsellors alone read.

use crate::ddl::{Open, PUBLISHED_AND_VALID, drop_tables, migration, on_postgres, protect, protect_for, run};
use sea_orm_migration::prelude::*;

migration!("Support services.", up: |manager| up(manager), down: |manager| down(manager));

async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    run(
        manager,
        "create table support_service (
           {number},
           branch_id {uuid} not null references branch (id),
           kind {text} not null check (kind in ('POLICE', 'GENDARMERIE', 'HOSPITAL_CELL', 'COURT_CELL', 'LISTENING_CENTRE',
             'SHELTER', 'LEGAL_AID', 'PSYCHOLOGICAL', 'ECONOMIC', 'HOTLINE')),
           coverage {text} not null check (coverage in ('PROVINCE', 'REGION', 'NATION')),
           province_id {uuid} references province (id),
           region_id {uuid} references region (id),
           name {json} not null,
           phones {json} not null,
           languages {json} not null,
           access {json},
           cost {text} check (cost in ('FREE', 'CALL_ONLY', 'CHARGED')),
           address {json},
           latitude {float} check (latitude between -90 and 90),
           longitude {float} check (longitude between -180 and 180),
           is_always_open boolean not null,
           opening_hours {json} not null,
           status {text} not null check (status in ('ACTIVE', 'RETIRED')),
           verified_on {text},
           valid_until {text},
           is_national_line boolean not null,
           published boolean generated always as
             (status = 'ACTIVE' and kind <> 'SHELTER' and (verified_on is not null or is_national_line)) stored not null,
           sources {json} not null,
           is_demo boolean not null,
           {node},
           check ((latitude is null) = (longitude is null)),
           check (kind <> 'SHELTER' or (address is null and latitude is null)),
           check (coverage = 'NATION' or province_id is not null),
           check ((province_id is null) = (region_id is null)),
           check (is_national_line or (verified_on is null) = (valid_until is null)),
           check (not is_national_line or (coverage = 'NATION' and valid_until is null))
         );
         create unique index support_service_national_line on support_service (is_national_line) where is_national_line;
         create index support_service_branch on support_service (branch_id, number);
         create index support_service_province on support_service (province_id, number);
         create index support_service_region on support_service (region_id, number);
         create table support_verification (
           id {uuid} primary key,
           branch_id {uuid} not null references branch (id),
           support_service_id {uuid} not null references support_service (id) on delete cascade,
           actor_id {uuid},
           actor_name {text},
           note {text},
           verified_at {long} not null
         );
         create index support_verification_service on support_verification (support_service_id, verified_at);
         create index support_verification_branch on support_verification (branch_id);
         create table shelter (
           support_service_id {uuid} primary key references support_service (id) on delete cascade,
           branch_id {uuid} not null references branch (id),
           address {json} not null,
           latitude {float} check (latitude between -90 and 90),
           longitude {float} check (longitude between -180 and 180),
           phones {json} not null,
           check ((latitude is null) = (longitude is null))
         );
         create index shelter_branch on shelter (branch_id)",
    )
    .await?;
    protect(manager, "support_service", PUBLISHED_AND_VALID).await?;
    protect_for(manager, "support_verification", Open::None, &["insert", "delete"]).await?;
    confide(manager, "shelter").await
}

/// Protect a table on PostgreSQL that a branch's own staff do not read either: whoever is told so by her role alone.
async fn confide(manager: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    let within = "branch_id = any ((select reach('app.confidential'))::uuid[])";
    on_postgres(
        manager,
        &format!(
            "alter table {table} enable row level security;
             create policy read on {table} for select using ({within});
             create policy insert on {table} for insert with check ({within});
             create policy update on {table} for update using ({within}) with check ({within});
             create policy delete on {table} for delete using ({within});
             grant select, insert, update, delete on {table} to {}",
            crate::ddl::SERVER_ROLE
        ),
    )
    .await
}

async fn down(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    drop_tables(manager, &["support_service", "support_verification", "shelter"]).await
}
