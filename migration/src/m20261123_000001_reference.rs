//! Reference data that belongs to nobody: regions, provinces, categories, partners, indicator definitions, holidays;
//! and the platform's own books: what was changed, what was seeded.

use crate::ddl::{SERVER_ROLE, drop_tables, migration, on_postgres, read_only, run};
use sea_orm_migration::prelude::*;

migration!("Reference data and the book of changes.", up: |manager| up(manager), down: |manager| down(manager));

const TABLES: [&str; 8] =
    ["change", "seed", "region", "province", "category", "partner", "indicator", "calendar_entry"];

async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    // Roles belong to the whole cluster, so several databases share this one and may make it at the same moment.
    on_postgres(
        manager,
        &format!(
            "do $$ begin
               -- Whoever may make no roles finds it made.
               if not exists (select from pg_roles where rolname = '{SERVER_ROLE}') then
                 create role {SERVER_ROLE} nologin nosuperuser nobypassrls nocreatedb nocreaterole;
               end if;
             exception when duplicate_object or unique_violation then null;
             end $$;
             grant usage on schema public to {SERVER_ROLE};
             grant select on seaql_migrations to {SERVER_ROLE}"
        ),
    )
    .await?;
    run(
        manager,
        "create table seed (
           name {text} primary key,
           finished_at {long} not null
         );
         create table region (
           id {uuid} primary key,
           code {text} not null unique,
           iso_3166_2 {text} not null unique,
           name {json} not null,
           name_zgh_reviewed boolean not null,
           seat {json} not null,
           {node}
         );
         create table province (
           id {uuid} primary key,
           region_id {uuid} not null references region (id),
           code {text} not null unique,
           iso_3166_2 {text} not null unique,
           kind {text} not null check (kind in ('PROVINCE', 'PREFECTURE')),
           name {json} not null,
           latitude {float} not null check (latitude between -90 and 90),
           longitude {float} not null check (longitude between -180 and 180),
           {node}
         );
         create index province_region on province (region_id);
         create table category (
           id {uuid} primary key,
           parent_id {uuid} references category (id),
           slug {text} not null unique,
           position {int} not null,
           name {json} not null,
           {node}
         );
         create index category_parent on category (parent_id);
         create table partner (
           id {uuid} primary key,
           slug {text} not null unique,
           name {json} not null,
           name_key_ar {text} not null default '',
           name_key_fr {text} not null default '',
           is_foreign boolean not null,
           is_demo boolean not null,
           {node}
         );
         create table indicator (
           id {uuid} primary key,
           code {text} not null unique,
           name {json} not null,
           name_key_ar {text} not null default '',
           name_key_fr {text} not null default '',
           unit {text} not null check (unit in ('NUMBER', 'PERCENT', 'RATE_PER_100K', 'RATE_PER_1000', 'MAD')),
           direction {text} not null check (direction in ('UP', 'DOWN', 'NONE')),
           theme {text} not null,
           numerator {text},
           denominator {text},
           is_demo boolean not null,
           {node}
         );
         create table calendar_entry (
           id {uuid} primary key,
           kind {text} not null check (kind in ('FIXED_HOLIDAY', 'RELIGIOUS_HOLIDAY', 'RAMADAN')),
           month_day {text},
           first_year {int},
           starts_on {text},
           ends_on {text},
           name {json} not null,
           status {text} not null check (status in ('PROVISIONAL', 'CONFIRMED')),
           source {text} not null,
           {node},
           check ((kind = 'FIXED_HOLIDAY') = (month_day is not null)),
           check ((kind = 'FIXED_HOLIDAY') = (starts_on is null)),
           check ((starts_on is null) = (ends_on is null)),
           check (ends_on is null or ends_on >= starts_on)
         )",
    )
    .await?;
    for table in ["region", "province", "category", "partner", "indicator", "calendar_entry", "seed"] {
        read_only(manager, table).await?;
    }
    // Which transaction made a change: PostgreSQL knows; on SQLite there is one writer, so the order says it all.
    match manager.get_database_backend() {
        sea_orm::DbBackend::Postgres => {
            on_postgres(
                manager,
                &format!(
                    r#"create table change (
                         number bigint generated always as identity primary key,
                         object_type text collate "C" not null,
                         object_id uuid not null,
                         version integer not null,
                         branch_id uuid,
                         transaction bigint not null default (pg_current_xact_id()::text::bigint),
                         changed_at bigint not null
                       );
                       create index change_object on change (object_id, version);
                       create index change_transaction on change (transaction, number);
                       create index change_publication on change (transaction) where object_type = 'Publication';
                       grant select, insert on change to {SERVER_ROLE}"#
                ),
            )
            .await
        }
        _ => {
            run(
                manager,
                "create table change (
                   number integer primary key autoincrement,
                   object_type {text} not null,
                   object_id {uuid} not null,
                   version {int} not null,
                   branch_id {uuid},
                   \"transaction\" {long} not null default 0,
                   changed_at {long} not null
                 );
                 create index change_object on change (object_id, version);
                 create index change_publication on change (number) where object_type = 'Publication'",
            )
            .await
        }
    }
}

async fn down(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    drop_tables(manager, &TABLES).await?;
    on_postgres(
        manager,
        &format!(
            "revoke select on seaql_migrations from {SERVER_ROLE}; revoke usage on schema public from {SERVER_ROLE}"
        ),
    )
    .await
}
