//! Agreements with their parties and objectives.

use crate::ddl::{Open, drop_tables, kept_by_the_nation, migration, on_postgres, protect, run, share};
use sea_orm_migration::prelude::*;

migration!("Agreements.", up: |manager| up(manager), down: |manager| down(manager));

const TABLES: [&str; 6] = [
    "funding_call",
    "agreement",
    "agreement_private",
    "agreement_party",
    "agreement_implementation",
    "agreement_objective",
];

async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    run(
        manager,
        "create table funding_call (
           id {uuid} primary key,
           slug {text} not null unique,
           name {json} not null,
           partner_id {uuid} not null references partner (id),
           opens_on {text} not null,
           closes_on {text},
           share_max {int} check (share_max between 1 and 10000),
           amount_max {long} check (amount_max > 0),
           source {text} not null,
           {node},
           check (closes_on is null or closes_on >= opens_on)
         );
         create index funding_call_partner on funding_call (partner_id);
         create table agreement (
           {number},
           branch_id {uuid} not null references branch (id),
           slug {text} not null unique,
           object {json},
           legal_bases {json} not null,
           status {text} not null check (status in ('DRAFT', 'NEGOTIATION', 'SIGNED', 'TERMINATED', 'RENEWED')),
           signed_on {text},
           signed_on_basis {text} check (signed_on_basis in ('STATED', 'INFERRED')),
           signed_in {json},
           starts_on {text},
           duration_months {int} check (duration_months > 0),
           ends_on {text},
           budget {long} check (budget >= 0),
           budget_entered_by {uuid},
           mandate_branch_id {uuid} references branch (id),
           predecessor_id {uuid} unique references agreement (id),
           terminated_on {text},
           funding_call_id {uuid} references funding_call (id),
           published boolean generated always as (status in ('SIGNED', 'TERMINATED', 'RENEWED')) stored not null,
           sources {json} not null,
           is_demo boolean not null,
           {node},
           check (not published or signed_on is not null),
           check ((signed_on is null) = (signed_on_basis is null)),
           check ((status = 'TERMINATED') = (terminated_on is not null))
         );
         create index agreement_branch on agreement (branch_id, number);
         create table agreement_private (
           agreement_id {uuid} primary key references agreement (id) on delete cascade,
           branch_id {uuid} not null references branch (id),
           notes {text}
         );
         create index agreement_private_branch on agreement_private (branch_id);
         create table agreement_party (
           agreement_id {uuid} not null references agreement (id) on delete cascade,
           partner_id {uuid} not null references partner (id),
           branch_id {uuid} not null references branch (id),
           position {int} not null,
           role {text} check (role in ('FUNDING', 'IMPLEMENTING', 'ACCOUNTABLE', 'EXTENDING')),
           published boolean not null,
           primary key (agreement_id, position),
           unique (agreement_id, partner_id)
         );
         create index agreement_party_partner on agreement_party (partner_id);
         create index agreement_party_branch on agreement_party (branch_id);
         create table agreement_implementation (
           agreement_id {uuid} not null references agreement (id) on delete cascade,
           branch_id {uuid} not null references branch (id),
           published boolean not null,
           primary key (agreement_id, branch_id)
         );
         create index agreement_implementation_branch on agreement_implementation (branch_id);
         create table agreement_objective (
           agreement_id {uuid} not null references agreement (id) on delete cascade,
           branch_id {uuid} not null references branch (id),
           position {int} not null,
           code {text} not null,
           text {json} not null,
           published boolean not null,
           primary key (agreement_id, position),
           unique (agreement_id, code)
         );
         create index agreement_objective_branch on agreement_objective (branch_id)",
    )
    .await?;
    kept_by_the_nation(manager, "funding_call").await?;
    protect(manager, "agreement", Open::When("published")).await?;
    protect(manager, "agreement_private", Open::None).await?;
    protect(manager, "agreement_party", Open::When("published")).await?;
    protect(manager, "agreement_implementation", Open::When("published")).await?;
    protect(manager, "agreement_objective", Open::When("published")).await?;
    on_postgres(
        manager,
        "create function implemented_agreements() returns uuid[] language plpgsql stable as $$
           begin return (select coalesce(array_agg(agreement_id), '{}') from agreement_implementation
             where branch_id = any ((select reach('app.read'))::uuid[])); end $$",
    )
    .await?;
    share(manager, "agreement", "id", "implemented_agreements").await?;
    share(manager, "agreement_party", "agreement_id", "implemented_agreements").await?;
    share(manager, "agreement_objective", "agreement_id", "implemented_agreements").await
}

async fn down(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    drop_tables(manager, &TABLES).await?;
    on_postgres(manager, "drop function implemented_agreements()").await
}
