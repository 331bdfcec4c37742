//! The audit: one keyed hash chain per branch. Entries are added and never changed; what is personal in them lies beside
//! the chain, which holds its keyed hash, so that a value can be erased and the proof stays whole. And the fingerprint of the keys
//! that the chains are made with.

use crate::ddl::{READS_BRANCH, SERVER_ROLE, drop_tables, migration, on_postgres, run};
use sea_orm_migration::prelude::*;

migration!("The audit.", up: |manager| up(manager), down: |manager| down(manager));

const TABLES: [&str; 4] = ["audit_entry", "audit_value", "audit_tally", "key_fingerprint"];

/// What is done to write entries: at the end of a transaction, as somebody comes in or is refused, and to anchor the chains.
const RECORDS: &str = "(select is_for('RECORD')) or (select is_for('AUTHENTICATE')) or (select is_for('HOUSEKEEP'))";

async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    run(
        manager,
        "create table audit_entry (
           {number},
           branch_id {uuid} not null references branch (id),
           sequence {long} not null check (sequence > 0),
           at {long} not null,
           action {text} not null,
           outcome {text} not null check (outcome in ('DONE', 'REFUSED', 'READ', 'ANCHORED')),
           actor_kind {text} not null check (actor_kind in ('STAFF', 'PARTNER_CLIENT', 'SYSTEM', 'ANONYMOUS')),
           actor_id {uuid},
           subject_kind {text},
           subject_id {uuid},
           changes {text} not null,
           personal {text} not null,
           previous {text} not null,
           hash {text} not null,
           unique (branch_id, sequence),
           check ((subject_kind is null) = (subject_id is null))
         );
         create index audit_entry_subject on audit_entry (subject_id);
         create index audit_entry_actor on audit_entry (actor_id, number);
         create index audit_entry_at on audit_entry (at);
         create table audit_value (
           entry_id {uuid} not null references audit_entry (id),
           branch_id {uuid} not null references branch (id),
           name {text} not null,
           value {text} not null,
           primary key (entry_id, name)
         );
         create table audit_tally (
           actor {text} not null,
           action {text} not null,
           minute {long} not null,
           subject {text} not null,
           branch_id {uuid} not null references branch (id),
           entry_id {uuid} not null unique references audit_entry (id),
           times {int} not null check (times > 0),
           primary key (actor, action, minute, subject)
         );
         create table key_fingerprint (
           place {int} primary key check (place = 1),
           fingerprint {text} not null,
           made_at {long} not null,
           signing_from {long} not null default 0
         )",
    )
    .await?;
    // Where a chain ends is told to whoever appends to it, and held for her transaction; its entries are not.
    on_postgres(
        manager,
        &format!(
            "create function audit_head(chain uuid) returns table (last bigint, closed text)
               language plpgsql security definer set search_path from current as $$
             begin
               perform pg_advisory_xact_lock(hashtextextended(chain::text, 1970169457));
               return query select e.sequence, e.hash::text from audit_entry e where e.branch_id = chain
                 order by e.sequence desc limit 1;
             end $$;
             revoke all on function audit_head(uuid) from public;
             grant execute on function audit_head(uuid) to {SERVER_ROLE};
             alter table audit_entry enable row level security;
             create policy read on audit_entry for select
               using ({READS_BRANCH} or (select is_for('HOUSEKEEP')));
             create policy insert on audit_entry for insert with check ({RECORDS});
             grant select, insert on audit_entry to {SERVER_ROLE};
             alter table audit_value enable row level security;
             create policy read on audit_value for select
               using ({READS_BRANCH} or (select is_for('HOUSEKEEP')));
             create policy insert on audit_value for insert with check ({RECORDS});
             grant select, insert on audit_value to {SERVER_ROLE};
             alter table audit_tally enable row level security;
             create policy read on audit_tally for select
               using ({READS_BRANCH} or actor = (select setting('app.actor')) or (select is_for('AUTHENTICATE')));
             create policy insert on audit_tally for insert
               with check ({RECORDS});
             create policy update on audit_tally for update
               using ({RECORDS});
             grant select, insert, update (times) on audit_tally to {SERVER_ROLE};
             alter table key_fingerprint enable row level security;
             create policy platform on key_fingerprint using ((select is_for('AUTHENTICATE')));
             grant select, insert on key_fingerprint to {SERVER_ROLE}"
        ),
    )
    .await
}

async fn down(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    on_postgres(manager, "drop function audit_head(uuid)").await?;
    drop_tables(manager, &TABLES).await
}
