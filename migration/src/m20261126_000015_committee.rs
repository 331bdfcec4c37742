//! Steering committees of agreements, their meetings, and what documents there are of an agreement.

use crate::ddl::{Open, drop_tables, migration, protect, run};
use sea_orm_migration::prelude::*;

migration!("Steering committees and documents of agreements.", up: |manager| up(manager), down: |manager| down(manager));

const TABLES: [&str; 3] = ["steering_committee", "steering_meeting", "agreement_document"];

async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    run(
        manager,
        "create table steering_committee (
           id {uuid} primary key,
           branch_id {uuid} not null references branch (id),
           agreement_id {uuid} not null unique references agreement (id) on delete cascade,
           quorum {int} not null check (quorum > 0),
           members {json} not null,
           {node}
         );
         create index steering_committee_branch on steering_committee (branch_id);
         create table steering_meeting (
           id {uuid} primary key,
           branch_id {uuid} not null references branch (id),
           committee_id {uuid} not null references steering_committee (id) on delete cascade,
           ordinal {int} not null check (ordinal > 0),
           held_on {text} not null,
           quorum {int} not null check (quorum > 0),
           present {json} not null,
           minutes {text},
           decisions {json} not null,
           {node},
           unique (committee_id, ordinal)
         );
         create index steering_meeting_branch on steering_meeting (branch_id);
         create table agreement_document (
           id {uuid} primary key,
           branch_id {uuid} not null references branch (id),
           agreement_id {uuid} not null references agreement (id) on delete cascade,
           ordinal {int} not null check (ordinal > 0),
           kind {text} not null check (kind in ('AGREEMENT', 'AMENDMENT', 'MINUTES', 'REPORT', 'PROOF_OF_PAYMENT', 'OTHER')),
           title {text} not null,
           reference {text},
           dated_on {text},
           sha256 {text} check (length(sha256) = 64),
           is_withdrawn boolean not null,
           {node},
           unique (agreement_id, ordinal)
         );
         create index agreement_document_branch on agreement_document (branch_id)",
    )
    .await?;
    for table in TABLES {
        protect(manager, table, Open::None).await?;
    }
    Ok(())
}

async fn down(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    drop_tables(manager, &TABLES).await
}
