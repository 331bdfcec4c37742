//! The tenant tree, and the functions that tell the policies of row security who asks and how far her reach is.

use crate::ddl::{Open, READS_BRANCH, SERVER_ROLE, drop_tables, migration, on_postgres, protect, run};
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
           name_key_ar {text} not null default '',
           name_key_fr {text} not null default '',
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
         create index branch_name_ar on branch (name_key_ar, slug);
         create index branch_name_fr on branch (name_key_fr, slug);
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
    // Functions of policies answer one value, an array where it is a set: a policy asks for it by a subselect of its own,
    // which is computed once a statement. PL/pgSQL keeps the plan of a function for the connection's next statements, SQL
    // (before PostgreSQL 18) for this one. A subtree is a range of the index of paths: what follows `/` is `0`. They
    // are looked up one by one: joined with a list of unknown length the planner reads all branches.
    on_postgres(
        manager,
        "create function setting(name text) returns text language sql stable as $$
           select nullif(current_setting(name, true), '') $$;
         create function reach(setting text) returns uuid[] language plpgsql stable as $$
           declare
             root text;
             reached uuid[];
           begin
             reached := (select coalesce(array_agg(id), '{}') from branch
               where id = any (coalesce(setting(setting || '_branches'), '{}')::uuid[]));
             foreach root in array coalesce(setting(setting || '_subtrees'), '{}')::text[] loop
               reached := reached || (select coalesce(array_agg(id), '{}') from branch
                 where path >= root and path < rtrim(root, '/') || '0');
             end loop;
             return reached;
           end $$;
         create function reaches_all(setting text) returns boolean language plpgsql stable as $$
           begin return exists (select 1 from branch where kind = 'NATIONAL'
             and path ^@ any (coalesce(setting(setting || '_subtrees'), '{}')::text[])); end $$;
         create function own_cooperatives(setting text) returns uuid[] language sql stable as $$
           select coalesce(setting(setting || '_cooperatives'), '{}')::uuid[] $$;
         create function is_for(purpose text) returns boolean language sql stable as $$
           select coalesce(setting('app.purpose') = purpose, false) $$",
    )
    .await?;
    // The log of changes: a transaction adds to it at its end, and nobody else.
    on_postgres(
        manager,
        &format!(
            "alter table change enable row level security;
             create policy read on change for select using ({READS_BRANCH});
             create policy publication on change for select using (object_type = 'Publication');
             create policy insert on change for insert with check ((select is_for('RECORD')))"
        ),
    )
    .await?;
    // What a branch shows is public; a policy on it that asked for the reach would ask itself.
    on_postgres(
        manager,
        &format!(
            "alter table branch enable row level security;
             create policy read on branch for select using (true);
             create policy insert on branch for insert
               with check (parent_id = any ((select reach('app.write'))::uuid[]));
             create policy update on branch for update using (id = any ((select reach('app.write'))::uuid[]))
               with check (id = any ((select reach('app.write'))::uuid[]));
             grant select, insert, update on branch to {SERVER_ROLE}"
        ),
    )
    .await?;
    // Totals of figures, which anybody may ask for, count each where its branch stood.
    protect(manager, "branch_place", Open::All).await
}

async fn down(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    drop_tables(manager, &["branch_place"]).await?;
    on_postgres(
        manager,
        "drop policy read on branch; drop policy insert on branch; drop policy update on branch;
         drop policy read on change; drop policy publication on change; drop policy insert on change; alter table change disable row level security;
         drop function is_for(text); drop function own_cooperatives(text);
         drop function reaches_all(text); drop function reach(text); drop function setting(text)",
    )
    .await?;
    drop_tables(manager, &["branch"]).await
}
