//! Cooperatives, and beside them what is not public of them: register identity, contacts, members, documents.

use crate::ddl::{Open, SERVER_ROLE, drop_tables, migration, on_postgres, protect, run};
use sea_orm_migration::prelude::*;

migration!("Cooperatives and memberships.", up: |manager| up(manager), down: |manager| down(manager));

const TABLES: [&str; 5] = ["disclosure_threshold", "cooperative", "cooperative_private", "membership", "document"];

async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    run(
        manager,
        "create table disclosure_threshold (
           about {text} primary key check (about in ('PEOPLE', 'VIOLENCE')),
           least {int} not null check (least >= 5)
         );
         insert into disclosure_threshold (about, least) values ('PEOPLE', 5), ('VIOLENCE', 10);
         create table cooperative (
           {number},
           branch_id {uuid} not null references branch (id),
           province_id {uuid} not null references province (id),
           slug {text} not null unique,
           name {json} not null,
           name_key_ar {text} not null,
           name_key_fr {text} not null,
           sector {text} not null check (sector in ('AGRICULTURE', 'FOOD_PROCESSING', 'ARGAN', 'HANDICRAFTS', 'TEXTILES',
             'COSMETICS', 'SERVICES', 'OTHER')),
           legal_form {text} not null check (legal_form in ('COOPERATIVE', 'UNION', 'GIE', 'ASSOCIATION')),
           commune {text},
           status {text} not null check (status in ('APPLIED', 'VERIFIED', 'ACTIVE', 'SUSPENDED', 'STRUCK_OFF')),
           member_count {int} check (member_count >= 5),
           women_count {int} check (women_count <= member_count and member_count - women_count not between 1 and 4),
           is_women_only boolean,
           published boolean generated always as (status = 'ACTIVE') stored not null,
           is_demo boolean not null,
           {node},
           check (women_count is null or member_count is not null)
         );
         create index cooperative_name_ar on cooperative (name_key_ar, number);
         create index cooperative_name_fr on cooperative (name_key_fr, number);
         create index cooperative_branch on cooperative (branch_id, number);
         create index cooperative_status on cooperative (branch_id, status, number);
         create index cooperative_status_all on cooperative (status, number);
         create index cooperative_published on cooperative (number) where published;
         create index cooperative_province on cooperative (province_id, number);
         create table cooperative_private (
           cooperative_id {uuid} primary key references cooperative (id) on delete cascade,
           branch_id {uuid} not null references branch (id),
           court {text},
           register_number {text},
           register_verified boolean not null,
           register_disputed boolean not null default false,
           register_decided_at {long},
           register_reason {text},
           legacy_exemption boolean not null,
           registered_on {text},
           central_register_reference {text},
           capital {long} check (capital >= 100000),
           share {long} check (share >= 10000),
           contacts {json},
           notes {text},
           check (not register_verified or (court is not null and register_number is not null))
         );
         create unique index cooperative_register on cooperative_private (court, register_number)
           where register_verified and not register_disputed;
         create index cooperative_private_branch on cooperative_private (branch_id);
         create table membership (
           id {uuid} primary key,
           branch_id {uuid} not null references branch (id),
           cooperative_id {uuid} not null references cooperative (id),
           kind {text} not null check (kind in ('NATURAL_PERSON', 'LEGAL_PERSON')),
           name {text} not null,
           sex {text} check (sex in ('FEMALE', 'MALE')),
           birth_year {int} check (birth_year between 1900 and 2100),
           milieu {text} check (milieu in ('URBAN', 'RURAL')),
           shares {int} not null check (shares >= 0),
           joined_on {text} not null,
           left_on {text},
           {node},
           check (left_on is null or left_on >= joined_on),
           check ((kind = 'NATURAL_PERSON') = (sex is not null))
         );
         create index membership_cooperative on membership (cooperative_id);
         create index membership_branch on membership (branch_id);
         create table document (
           id {uuid} primary key,
           branch_id {uuid} not null references branch (id),
           cooperative_id {uuid} not null references cooperative (id),
           kind {text} not null check (kind in ('STATUTES', 'REGISTER_EXTRACT', 'SANITARY_AUTHORISATION', 'CERTIFICATE')),
           reference {text},
           valid_from {text},
           valid_until {text},
           {node},
           check (valid_until is null or valid_from is null or valid_until >= valid_from)
         );
         create index document_cooperative on document (cooperative_id);
         create index document_expiry on document (branch_id, valid_until, id);
         create index document_expiry_all on document (valid_until, id)",
    )
    .await?;
    on_postgres(
        manager,
        &format!(
            "alter table disclosure_threshold enable row level security;
             create policy read on disclosure_threshold for select using (true);
             create policy update on disclosure_threshold for update using ((select is_for('AUTHENTICATE')));
             grant select, update (least) on disclosure_threshold to {SERVER_ROLE}"
        ),
    )
    .await?;
    protect(manager, "cooperative", Open::When("published")).await?;
    for table in ["cooperative_private", "membership", "document"] {
        protect(manager, table, Open::None).await?;
    }
    Ok(())
}

async fn down(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    drop_tables(manager, &TABLES).await
}
