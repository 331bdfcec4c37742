//! The tenant tree, and the function that turns an actor's reach into branches for the second wall.

use crate::ddl::{Open, SERVER_ROLE, drop_tables, migration, on_postgres, protect, run};
use sea_orm_migration::prelude::*;

migration!("The tenant tree.", up: |manager| up(manager), down: |manager| down(manager));

async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    run(
        manager,
        "create table branch (
           id {uuid} primary key,
           parent_id {uuid} references branch (id),
           path {text} not null unique check (path like '/%/'),
           slug {text} not null unique,
           kind {text} not null check (kind in ('NATIONAL', 'REGIONAL', 'PROVINCIAL', 'LOCAL')),
           name {json} not null,
           contacts {json},
           region_id {uuid} references region (id),
           province_id {uuid} references province (id),
           is_legal_person boolean not null,
           status {text} not null check (status in ('ACTIVE', 'CLOSED')),
           is_demo boolean not null,
           {node},
           check ((kind = 'NATIONAL') = (parent_id is null))
         );
         create unique index branch_national on branch (kind) where kind = 'NATIONAL';
         create index branch_parent on branch (parent_id);
         create table branch_place (
           id {uuid} primary key,
           branch_id {uuid} not null references branch (id),
           parent_id {uuid} references branch (id),
           valid_from {text} not null,
           valid_until {text},
           check (valid_until is null or valid_until >= valid_from),
           unique (branch_id, valid_from)
         );
         create index branch_place_parent on branch_place (parent_id)",
    )
    .await?;
    // A path is compared with its closing separator, so `/1/5/` never covers `/1/50/`; a setting that was set once in a
    // connection is '' afterwards and not absent.
    on_postgres(
        manager,
        "create function reach(setting text) returns setof uuid language sql stable as $$
           select id from branch
           where id = any (coalesce(nullif(current_setting(setting || '_branches', true), ''), '{}')::uuid[])
              or path ^@ any (coalesce(nullif(current_setting(setting || '_subtrees', true), ''), '{}')::text[]) $$",
    )
    .await?;
    // What a branch shows is public; a policy on it that asked for the reach would ask itself.
    on_postgres(
        manager,
        &format!(
            "alter table branch enable row level security;
             create policy read on branch for select using (true);
             create policy plant on branch for insert with check (parent_id in (select reach('app.write')));
             create policy change on branch for update using (id in (select reach('app.write')))
               with check (id in (select reach('app.write')));
             grant select, insert, update on branch to {SERVER_ROLE}"
        ),
    )
    .await?;
    protect(manager, "branch_place", Open::None).await
}

async fn down(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    drop_tables(manager, &["branch_place"]).await?;
    on_postgres(
        manager,
        "drop policy read on branch; drop policy plant on branch; drop policy change on branch; drop function reach(text)",
    )
    .await?;
    drop_tables(manager, &["branch"]).await
}
