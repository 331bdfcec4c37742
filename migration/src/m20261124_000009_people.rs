//! People and their roles, how they come in, and the machine credentials of partners; with the policies for whoever has no
//! branch: a cooperative's representative, and a partner's program.
//!
//! Beside the reach the policies know who asks (`app.actor`), for which purpose of the platform itself (`app.purpose`), for
//! which partner (`app.partner`), and which cooperatives are her own (`app.read_cooperatives`,
//! `app.write_cooperatives`).

use crate::ddl::{READS_BRANCH, SERVER_ROLE, WRITES_BRANCH, drop_tables, migration, on_postgres, run};
use sea_orm_migration::prelude::*;

migration!("People.", up: |manager| up(manager), down: |manager| down(manager));

const TABLES: [&str; 13] = [
    "staff_user",
    "user_secret",
    "role_assignment",
    "session",
    "refresh_token",
    "one_time_token",
    "sign_in_attempt",
    "mail",
    "agreement_alert",
    "product_expiry",
    "partner_client",
    "partner_client_secret",
    "idempotency",
];

/// Tables that the platform alone reads and writes, as it lets people in.
const OF_THE_PLATFORM: [&str; 9] = [
    "user_secret",
    "session",
    "refresh_token",
    "one_time_token",
    "sign_in_attempt",
    "mail",
    "agreement_alert",
    "product_expiry",
    "partner_client_secret",
];

/// Further policies, each an alternative to those of `ddl::protect`: what a cooperative's representative reads and writes
/// of her own, and what a partner's programs read because their partner is party to it.
const FURTHER: [(&str, &str, &str); 33] = [
    ("cooperative", "select", "id = any ((select own_cooperatives('app.read'))::uuid[])"),
    ("cooperative", "update", "id = any ((select own_cooperatives('app.write'))::uuid[])"),
    ("cooperative_private", "select", READS_OWN),
    // Whose an identity is that somebody else claims.
    ("cooperative_private", "select", "register_verified and (select is_for('AUTHENTICATE'))"),
    ("membership", "select", READS_OWN),
    ("membership", "insert", WRITES_OWN),
    ("membership", "update", WRITES_OWN),
    ("document", "select", READS_OWN),
    ("document", "insert", WRITES_OWN),
    ("document", "update", WRITES_OWN),
    ("product", "select", READS_OWN),
    // What time withdraws is written down by the platform.
    ("product", "select", "(select is_for('AUTHENTICATE'))"),
    ("product_variant", "select", "(select is_for('AUTHENTICATE'))"),
    ("listing", "select", "(select is_for('AUTHENTICATE'))"),
    ("product", "insert", WRITES_OWN),
    ("product", "update", WRITES_OWN),
    ("product_move", "select", READS_OWN),
    ("product_move", "insert", WRITES_OWN),
    ("product_change", "select", READS_OWN),
    ("product_change", "insert", WRITES_OWN),
    ("product_change", "update", WRITES_OWN),
    ("product_variant", "select", READS_OWN),
    ("product_variant", "insert", WRITES_OWN),
    ("product_variant", "update", WRITES_OWN),
    ("product_variant", "delete", WRITES_OWN),
    ("quality_sign", "select", READS_OWN),
    ("quality_sign", "insert", WRITES_OWN),
    ("quality_sign", "delete", WRITES_OWN),
    ("listing", "select", READS_OWN),
    ("programme", "select", "status = 'APPROVED' and id = any ((select party_programmes())::uuid[])"),
    ("programme_branch", "select", PARTY_APPROVED),
    ("programme_indicator", "select", PARTY_APPROVED),
    ("indicator_value", "select", "accepted and programme_id = any ((select party_approved_programmes())::uuid[])"),
];

const READS_OWN: &str = "cooperative_id = any ((select own_cooperatives('app.read'))::uuid[])";
const WRITES_OWN: &str = "cooperative_id = any ((select own_cooperatives('app.write'))::uuid[])";
const PARTY_APPROVED: &str = "programme_id = any ((select party_approved_programmes())::uuid[])";

async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    run(
        manager,
        "create table staff_user (
           {number},
           email {text} not null,
           display_name {text} not null,
           status {text} not null check (status in ('INVITED', 'ACTIVE', 'LOCKED', 'DISABLED')),
           is_demo boolean not null,
           credential_epoch {int} not null default 0,
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
             'FINANCE_OFFICER', 'DATA_ENTRY', 'AUDITOR', 'COUNSELLOR', 'SHELTER_CONTACT', 'COOPERATIVE_REP')),
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
           epoch {int} not null,
           has_second_factor boolean not null,
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
           purpose {text} not null check (purpose in ('INVITATION', 'RESET', 'ENROLMENT', 'EMAIL')),
           email {text},
           epoch {int} not null,
           expires_at {long} not null,
           used_at {long}
         );
         create index one_time_token_user on one_time_token (user_id);
         create table sign_in_attempt (
           subject {text} primary key,
           failures {int} not null check (failures >= 0),
           last_at {long} not null,
           signed_in_at {long}
         );
         create index sign_in_attempt_last on sign_in_attempt (last_at);
         create table mail (
           {number},
           kind {text} not null check (kind in ('INVITATION', 'RESET', 'EMAIL', 'AGREEMENT_ALERT', 'PRODUCT_WITHDRAWN', 'PRICE_DIFFERS')),
           recipient {text} not null,
           user_id {uuid} references staff_user (id) on delete cascade,
           agreement_id {uuid} references agreement (id) on delete cascade,
           product_id {uuid} references product (id) on delete cascade,
           queued_at {long} not null,
           next_at {long} not null,
           attempts {int} not null,
           sent_at {long}
         );
         create index mail_waiting on mail (next_at) where sent_at is null;
         create index mail_recipient on mail (recipient, queued_at);
         create index mail_agreement on mail (agreement_id);
         create index mail_product on mail (product_id);
         create table agreement_alert (
           agreement_id {uuid} not null references agreement (id) on delete cascade,
           code {text} not null,
           ends_on {text} not null,
           primary key (agreement_id, code, ends_on)
         );
         create table product_expiry (
           product_id {uuid} not null references product (id) on delete cascade,
           valid_until {text} not null,
           primary key (product_id, valid_until)
         );
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
           id {uuid} not null unique,
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
           {number},
           branch_id {uuid} not null references branch (id),
           cooperative_id {uuid} not null references cooperative (id) on delete cascade,
           holder_id {uuid} not null references cooperative (id) on delete cascade,
           court {text} not null,
           register_number {text} not null,
           claimed_at {long} not null,
           outcome {text} not null check (outcome in ('OPEN', 'UPHELD', 'REJECTED', 'WITHDRAWN')),
           reason {text},
           {node},
           unique (cooperative_id, court, register_number)
         );
         create index register_dispute_order on register_dispute (branch_id, number);
         create index register_dispute_open on register_dispute (branch_id, outcome, number);
         create index register_dispute_holder on register_dispute (holder_id);
         alter table indicator_value add column accepted boolean not null default false;
         update indicator_value set accepted = published where programme_id is not null;
         -- Totals are added up from it alone, without the rows.
         create index indicator_value_results on indicator_value (indicator_id, kind, period_end, source_code, branch_id,
             programme_id, accepted, published, value, hundredths, numerator, denominator)
           where programme_id is not null and sex is null and age_band is null and milieu is null",
    )
    .await?;
    on_postgres(
        manager,
        "create function party_programmes() returns uuid[] language sql stable as $$
           select coalesce(array_agg(l.programme_id), '{}')
           from agreement_party p join agreement_programme l on l.agreement_id = p.agreement_id
           where p.partner_id = setting('app.partner')::uuid and p.published $$;
         create function party_approved_programmes() returns uuid[] language sql stable as $$
           select coalesce(array_agg(id), '{}') from programme
           where status = 'APPROVED' and id = any ((select party_programmes())::uuid[]) $$",
    )
    .await?;
    let (actor, lets_in) = ("(select setting('app.actor'))::uuid", "(select is_for('AUTHENTICATE'))");
    // A person is where she holds a role. There may be as many of them as an array is too slow for; the planner looks a
    // few up one by one, and hashes the answer of the whole reach for a list.
    let works_in = |reach: &str| {
        format!(
            "(select reaches_all('{reach}')) or exists (select 1 from role_assignment held
               where held.user_id = staff_user.id and held.revoked_at is null
                 and held.branch_id = any ((select reach('{reach}'))::uuid[]))"
        )
    };
    let (reads_user, changes_user) = (works_in("app.read"), format!("{lets_in} or {}", works_in("app.write")));
    on_postgres(
        manager,
        &format!(
            "alter table role_assignment enable row level security;
             create policy read on role_assignment for select using ({lets_in} or user_id = {actor} or {READS_BRANCH});
             create policy insert on role_assignment for insert with check ({WRITES_BRANCH});
             create policy update on role_assignment for update using ({lets_in} or {WRITES_BRANCH})
               with check ({lets_in} or {WRITES_BRANCH});
             grant select, insert, update on role_assignment to {SERVER_ROLE};
             alter table staff_user enable row level security;
             create policy read on staff_user for select
               using ({lets_in} or id = {actor} or {reads_user});
             create policy insert on staff_user for insert with check ({lets_in} or (select is_for('SEED')));
             create policy update on staff_user for update using ({changes_user}) with check ({changes_user});
             create policy delete on staff_user for delete using (status = 'INVITED' and {lets_in});
             grant select, insert, update, delete on staff_user to {SERVER_ROLE};
             alter table partner_client enable row level security;
             create policy read on partner_client for select
               using ({lets_in} or id = {actor} or (select reaches_all('app.read')));
             create policy insert on partner_client for insert with check ((select reaches_all('app.write')));
             create policy update on partner_client for update
               using ({lets_in} or (select reaches_all('app.write')));
             grant select, insert, update on partner_client to {SERVER_ROLE};
             alter table idempotency enable row level security;
             create policy own on idempotency using (actor = {actor});
             create policy housekeeping_delete on idempotency for delete using ((select is_for('HOUSEKEEP')));
             create policy housekeeping_read on idempotency for select using ((select is_for('HOUSEKEEP')));
             grant select, insert, update, delete on idempotency to {SERVER_ROLE};
             alter table register_dispute enable row level security;
             create policy read on register_dispute for select using ({lets_in} or {READS_BRANCH});
             create policy insert on register_dispute for insert with check ({lets_in});
             create policy update on register_dispute for update using ({lets_in} or {WRITES_BRANCH});
             grant select, insert, update on register_dispute to {SERVER_ROLE}"
        ),
    )
    .await?;
    for table in OF_THE_PLATFORM {
        on_postgres(
            manager,
            &format!(
                "alter table {table} enable row level security;
                 create policy platform on {table} using ((select is_for('AUTHENTICATE')) or (select is_for('HOUSEKEEP')));
                 grant select, insert, update, delete on {table} to {SERVER_ROLE}"
            ),
        )
        .await?;
    }
    for (number, (table, what, condition)) in FURTHER.iter().enumerate() {
        let condition = match *what {
            "insert" => format!("with check ({condition})"),
            _ => format!("using ({condition})"),
        };
        on_postgres(manager, &format!("create policy further_{number} on {table} for {what} {condition}")).await?;
    }
    Ok(())
}

async fn down(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    for (number, (table, ..)) in FURTHER.iter().enumerate() {
        on_postgres(manager, &format!("drop policy further_{number} on {table}")).await?;
    }
    drop_tables(manager, &["register_dispute"]).await?;
    on_postgres(
        manager,
        "drop policy read on staff_user; drop policy update on staff_user; drop policy insert on staff_user",
    )
    .await?;
    drop_tables(manager, &TABLES).await?;
    run(manager, "drop index indicator_value_results; alter table indicator_value drop column accepted").await?;
    on_postgres(manager, "drop function party_approved_programmes(); drop function party_programmes()").await
}
