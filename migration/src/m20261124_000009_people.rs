//! People and their roles, how they come in, and the machine credentials of partners; with the arms of the second wall
//! for whoever has no branch: a cooperative's representative, and a partner's program.
//!
//! Beside the reach the wall knows who asks (`app.actor`), for which purpose of the platform itself (`app.purpose`), for
//! which partner (`app.partner`), and which cooperatives are her own (`app.read_cooperatives`,
//! `app.write_cooperatives`).

use crate::ddl::{SERVER_ROLE, drop_tables, migration, on_postgres, run};
use sea_orm_migration::prelude::*;

migration!("People.", up: |manager| up(manager), down: |manager| down(manager));

const TABLES: [&str; 11] = [
    "staff_user",
    "user_secret",
    "role_assignment",
    "session",
    "refresh_token",
    "one_time_token",
    "sign_in_failure",
    "mail",
    "partner_client",
    "partner_client_secret",
    "idempotency",
];

/// Tables that the platform alone reads and writes, as it lets people in.
const OF_THE_PLATFORM: [&str; 7] =
    ["user_secret", "session", "refresh_token", "one_time_token", "sign_in_failure", "mail", "partner_client_secret"];

/// Further arms of the wall: policies are alternatives, so each opens a little more.
const ARMS: [(&str, &str, &str); 20] = [
    ("cooperative", "select", "id in (select own_cooperatives('app.read'))"),
    ("cooperative", "update", "id in (select own_cooperatives('app.write'))"),
    ("cooperative_private", "select", "cooperative_id in (select own_cooperatives('app.read'))"),
    ("membership", "select", "cooperative_id in (select own_cooperatives('app.read'))"),
    ("membership", "insert", "cooperative_id in (select own_cooperatives('app.write'))"),
    ("membership", "update", "cooperative_id in (select own_cooperatives('app.write'))"),
    ("document", "select", "cooperative_id in (select own_cooperatives('app.read'))"),
    ("document", "insert", "cooperative_id in (select own_cooperatives('app.write'))"),
    ("document", "update", "cooperative_id in (select own_cooperatives('app.write'))"),
    ("product", "select", "cooperative_id in (select own_cooperatives('app.read'))"),
    ("product", "insert", "cooperative_id in (select own_cooperatives('app.write'))"),
    ("product", "update", "cooperative_id in (select own_cooperatives('app.write'))"),
    ("product_variant", "select", OWN_PRODUCT),
    ("quality_sign", "select", OWN_PRODUCT),
    ("listing", "select", OWN_PRODUCT),
    ("product_review", "select", OWN_PRODUCT),
    ("programme", "select", "status = 'APPROVED' and id in (select partys_programmes())"),
    ("programme_branch", "select", "programme_id in (select partys_approved_programmes())"),
    ("programme_indicator", "select", "programme_id in (select partys_approved_programmes())"),
    ("indicator_value", "select", "programme_id in (select partys_approved_programmes()) and accepted"),
];

const OWN_PRODUCT: &str =
    "product_id in (select id from product where cooperative_id in (select own_cooperatives('app.read')))";

async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    run(
        manager,
        "create table staff_user (
           {number},
           email {text} not null,
           display_name {text} not null,
           status {text} not null check (status in ('INVITED', 'ACTIVE', 'LOCKED', 'DISABLED')),
           is_demo boolean not null,
           {node}
         );
         create unique index staff_user_email on staff_user (email) where status <> 'INVITED';
         create table user_secret (
           user_id {uuid} primary key references staff_user (id) on delete cascade,
           password_hash {text},
           totp_secret {text},
           totp_pending {text},
           totp_step {long} not null default 0,
           recovery_hashes {text} not null default '[]'
         );
         create table role_assignment (
           id {uuid} primary key,
           branch_id {uuid} not null references branch (id),
           user_id {uuid} not null references staff_user (id) on delete cascade,
           role {text} not null check (role in ('NATIONAL_ADMIN', 'BRANCH_ADMIN', 'MARKET_MANAGER', 'PROGRAMME_OFFICER',
             'FINANCE_OFFICER', 'DATA_ENTRY', 'AUDITOR', 'COUNSELLOR', 'COOPERATIVE_REP')),
           includes_descendants boolean not null,
           cooperative_id {uuid} references cooperative (id),
           valid_from {text} not null,
           valid_to {text},
           granted_by {uuid} references staff_user (id),
           revoked_at {long},
           {node},
           check ((role = 'COOPERATIVE_REP') = (cooperative_id is not null)),
           check (cooperative_id is null or not includes_descendants),
           check (valid_to is null or valid_to >= valid_from)
         );
         create index role_assignment_user on role_assignment (user_id);
         create index role_assignment_branch on role_assignment (branch_id);
         create index role_assignment_cooperative on role_assignment (cooperative_id);
         create table session (
           id {uuid} primary key,
           user_id {uuid} not null references staff_user (id) on delete cascade,
           started_at {long} not null,
           ends_at {long} not null,
           ended_at {long}
         );
         create index session_of on session (user_id);
         create table refresh_token (
           hash {text} primary key,
           session_id {uuid} not null references session (id) on delete cascade,
           expires_at {long} not null,
           used_at {long}
         );
         create index refresh_token_session on refresh_token (session_id);
         create table one_time_token (
           hash {text} primary key,
           user_id {uuid} not null references staff_user (id) on delete cascade,
           purpose {text} not null check (purpose in ('INVITATION', 'RESET', 'ENROLMENT')),
           given_by {uuid} references staff_user (id),
           expires_at {long} not null,
           used_at {long}
         );
         create index one_time_token_user on one_time_token (user_id);
         create table sign_in_failure (
           subject {text} primary key,
           failures {int} not null check (failures > 0),
           last_at {long} not null
         );
         create index sign_in_failure_last on sign_in_failure (last_at);
         create table mail (
           {number},
           kind {text} not null check (kind in ('INVITATION', 'RESET')),
           recipient {text} not null,
           user_id {uuid} references staff_user (id) on delete cascade,
           given_by {uuid} references staff_user (id),
           queued_at {long} not null,
           next_at {long} not null,
           attempts {int} not null,
           sent_at {long}
         );
         create index mail_waiting on mail (next_at) where sent_at is null;
         create index mail_recipient on mail (recipient, queued_at);
         create table partner_client (
           {number},
           partner_id {uuid} not null references partner (id),
           client_id {text} not null unique,
           name {text} not null,
           scopes {json} not null,
           addresses {json} not null,
           expires_at {long} not null,
           revoked_at {long},
           last_used_at {long},
           is_demo boolean not null,
           {node}
         );
         create index partner_client_partner on partner_client (partner_id, number);
         create table partner_client_secret (
           hash {text} primary key,
           partner_client_id {uuid} not null references partner_client (id) on delete cascade,
           expires_at {long} not null
         );
         create index partner_client_secret_client on partner_client_secret (partner_client_id);
         create table idempotency (
           actor {uuid} not null,
           mutation {text} not null,
           key {text} not null,
           input {text} not null,
           outcome {json},
           made_at {long} not null,
           primary key (actor, mutation, key)
         );
         create index idempotency_made on idempotency (made_at);
         create table register_dispute (
           cooperative_id {uuid} primary key references cooperative (id) on delete cascade,
           court {text} not null,
           register_number {text} not null,
           claimed_at {long} not null
         );
         alter table indicator_value add column accepted boolean not null default false;
         update indicator_value set accepted = published where programme_id is not null",
    )
    .await?;
    on_postgres(
        manager,
        "create function setting(name text) returns text language sql stable as $$
           select nullif(current_setting(name, true), '') $$;
         create function own_cooperatives(reach text) returns setof uuid language sql stable as $$
           select unnest(coalesce(setting(reach || '_cooperatives'), '{}')::uuid[]) $$;
         create function is_for(purpose text) returns boolean language sql stable as $$
           select coalesce(setting('app.purpose') = purpose, false) $$;
         create function partys_programmes() returns setof uuid language sql stable as $$
           select l.programme_id from agreement_party p join agreement_programme l on l.agreement_id = p.agreement_id
           where p.partner_id = setting('app.partner')::uuid and p.published $$;
         create function partys_approved_programmes() returns setof uuid language sql stable as $$
           select id from programme where status = 'APPROVED' and id in (select partys_programmes()) $$;
         create function reaches_all(reaching text) returns boolean language sql stable as $$
           select exists (select 1 from branch where kind = 'NATIONAL'
             and path ^@ any (coalesce(setting(reaching || '_subtrees'), '{}')::text[])) $$;
         create function writes_nowhere() returns boolean language sql stable as $$
           select coalesce(setting('app.write_branches'), '{}') = '{}' and coalesce(setting('app.write_subtrees'), '{}') = '{}' $$",
    )
    .await?;
    on_postgres(
        manager,
        &format!(
            "alter table role_assignment enable row level security;
             create policy read on role_assignment for select
               using (branch_id in (select reach('app.read')) or user_id = setting('app.actor')::uuid or is_for('AUTHENTICATE'));
             create policy plant on role_assignment for insert with check (branch_id in (select reach('app.write')));
             create policy change on role_assignment for update
               using (branch_id in (select reach('app.write')) or is_for('AUTHENTICATE'))
               with check (branch_id in (select reach('app.write')) or is_for('AUTHENTICATE'));
             grant select, insert, update on role_assignment to {SERVER_ROLE};
             create function people(reaching text) returns setof uuid language sql stable as $$
               select user_id from role_assignment where revoked_at is null and branch_id in (select reach(reaching)) $$;
             alter table staff_user enable row level security;
             create policy read on staff_user for select
               using (id = setting('app.actor')::uuid or is_for('AUTHENTICATE') 
                 or id in (select people('app.read')));
             create policy plant on staff_user for insert with check (is_for('AUTHENTICATE') or is_for('SEED'));
             create policy change on staff_user for update
               using (is_for('AUTHENTICATE') or reaches_all('app.write') or id in (select people('app.write')))
               with check (is_for('AUTHENTICATE') or reaches_all('app.write') or id in (select people('app.write')));
             create policy remove on staff_user for delete using (status = 'INVITED' and is_for('AUTHENTICATE'));
             grant select, insert, update, delete on staff_user to {SERVER_ROLE};
             alter table partner_client enable row level security;
             create policy read on partner_client for select
               using (is_for('AUTHENTICATE') or id = setting('app.actor')::uuid
                 or reaches_all('app.read'));
             create policy plant on partner_client for insert
               with check (reaches_all('app.write'));
             create policy change on partner_client for update
               using (is_for('AUTHENTICATE')
                 or reaches_all('app.write'));
             grant select, insert, update on partner_client to {SERVER_ROLE};
             alter table idempotency enable row level security;
             create policy own on idempotency using (actor = setting('app.actor')::uuid);
             create policy keep on idempotency for delete using (is_for('HOUSEKEEP'));
             create policy look on idempotency for select using (is_for('HOUSEKEEP'));
             grant select, insert, update, delete on idempotency to {SERVER_ROLE};
             alter table register_dispute enable row level security;
             create policy read on register_dispute for select
               using (reaches_all('app.read'));
             create policy plant on register_dispute for insert with check (not writes_nowhere());
             grant select, insert on register_dispute to {SERVER_ROLE}"
        ),
    )
    .await?;
    for table in OF_THE_PLATFORM {
        on_postgres(
            manager,
            &format!(
                "alter table {table} enable row level security;
                 create policy platform on {table} using (is_for('AUTHENTICATE') or is_for('HOUSEKEEP'));
                 grant select, insert, update, delete on {table} to {SERVER_ROLE}"
            ),
        )
        .await?;
    }
    for (number, (table, what, condition)) in ARMS.iter().enumerate() {
        let condition = match *what {
            "insert" => format!("with check ({condition})"),
            _ => format!("using ({condition})"),
        };
        on_postgres(manager, &format!("create policy z_arm_{number} on {table} for {what} {condition}")).await?;
    }
    Ok(())
}

async fn down(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    for (number, (table, ..)) in ARMS.iter().enumerate() {
        on_postgres(manager, &format!("drop policy z_arm_{number} on {table}")).await?;
    }
    drop_tables(manager, &["register_dispute"]).await?;
    on_postgres(
        manager,
        "drop policy read on staff_user; drop policy change on staff_user; drop policy plant on staff_user;
         drop function people(text)",
    )
    .await?;
    drop_tables(manager, &TABLES).await?;
    run(manager, "alter table indicator_value drop column accepted").await?;
    on_postgres(
        manager,
        "drop function partys_approved_programmes(); drop function partys_programmes(); drop function writes_nowhere(); drop function reaches_all(text);
         drop function is_for(text); drop function own_cooperatives(text); drop function setting(text)",
    )
    .await
}
