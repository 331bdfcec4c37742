//! The bot: the versions of its menu, and in how many conversations it helped.

use crate::ddl::{SERVER_ROLE, drop_tables, migration, on_postgres, run};
use sea_orm_migration::prelude::*;

migration!("The bot.", up: |manager| up(manager), down: |manager| down(manager));

async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    run(
        manager,
        "create table bot_menu (
           {number},
           content {json} not null,
           status {text} not null check (status in ('DRAFT', 'REVIEWED', 'PUBLISHED', 'REPLACED')),
           edited_by {uuid},
           reviewed_by {uuid},
           published_at {long},
           published boolean generated always as (status in ('PUBLISHED', 'REPLACED')) stored not null,
           is_demo boolean not null,
           {node},
           check (edited_by <> reviewed_by),
           check ((published_at is null) = (status in ('DRAFT', 'REVIEWED')))
         );
         create unique index bot_menu_published on bot_menu (status) where status = 'PUBLISHED';
         create table bot_count (
           month {text} not null,
           node {text} not null,
           language {text} not null,
           region_code {text} not null,
           branch_id {uuid} not null references branch (id),
           conversations {long} not null check (conversations > 0),
           primary key (month, node, language, region_code)
         );
         create index bot_count_branch on bot_count (branch_id)",
    )
    .await?;
    on_postgres(
        manager,
        &format!(
            "alter table bot_menu enable row level security;
             create policy read on bot_menu for select using (published or (select reaches_all('app.read')));
             create policy insert on bot_menu for insert with check ((select reaches_all('app.write')));
             create policy update on bot_menu for update using ((select reaches_all('app.write')))
               with check ((select reaches_all('app.write')));
             grant select, insert, update on bot_menu to {SERVER_ROLE};
             alter table bot_count enable row level security;
             create policy read on bot_count for select using
               (branch_id = any ((select reach('app.read'))::uuid[]) or (select is_for('HOUSEKEEP')));
             create policy insert on bot_count for insert with check ((select is_for('HOUSEKEEP')));
             create policy update on bot_count for update using ((select is_for('HOUSEKEEP')))
               with check ((select is_for('HOUSEKEEP')));
             grant select, insert, update on bot_count to {SERVER_ROLE}"
        ),
    )
    .await
}

async fn down(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    drop_tables(manager, &["bot_menu", "bot_count"]).await
}
