//! The money of agreements: budget lines, what was moved between them, what was spent of them, and the
//! tranches in which it is received.

use crate::ddl::{Open, drop_tables, migration, on_postgres, protect, run};
use sea_orm_migration::prelude::*;

migration!("The money of agreements.", up: |manager| up(manager), down: |manager| down(manager));

const TABLES: [&str; 5] = ["budget_line", "budget_transfer", "expense", "tranche", "tranche_entry"];

async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    run(
        manager,
        "create table budget_line (
           id {uuid} primary key,
           branch_id {uuid} not null references branch (id),
           agreement_id {uuid} not null references agreement (id) on delete cascade,
           position {int} not null,
           code {text} not null,
           name {json} not null,
           planned {long} not null check (planned > 0),
           amount {long} not null,
           spent {long} not null,
           {node},
           unique (agreement_id, code),
           unique (agreement_id, position),
           check (spent >= 0 and spent <= amount)
         );
         create index budget_line_branch on budget_line (branch_id);
         create table budget_transfer (
           id {uuid} primary key,
           branch_id {uuid} not null references branch (id),
           agreement_id {uuid} not null references agreement (id) on delete cascade,
           from_line_id {uuid} not null references budget_line (id) on delete cascade,
           to_line_id {uuid} not null references budget_line (id) on delete cascade,
           amount {long} not null check (amount > 0),
           made_on {text} not null,
           reason {text} not null,
           entered_by {uuid},
           check (from_line_id <> to_line_id)
         );
         create index budget_transfer_from on budget_transfer (from_line_id);
         create index budget_transfer_to on budget_transfer (to_line_id);
         create index budget_transfer_agreement on budget_transfer (agreement_id);
         create index budget_transfer_branch on budget_transfer (branch_id);
         create table expense (
           {number},
           branch_id {uuid} not null references branch (id),
           agreement_id {uuid} not null references agreement (id) on delete cascade,
           budget_line_id {uuid} not null references budget_line (id) on delete cascade,
           amount {long} not null check (amount > 0 or (amount < 0 and reverses_id is not null)),
           spent_on {text} not null,
           reference {text} not null,
           description {text},
           reverses_id {uuid} unique references expense (id) on delete cascade,
           status {text} not null check (status in ('PENDING', 'CONFIRMED')),
           entered_by {uuid},
           {node}
         );
         create index expense_line on expense (budget_line_id, number);
         create index expense_agreement on expense (agreement_id);
         create index expense_branch on expense (branch_id);
         create table tranche (
           id {uuid} primary key,
           branch_id {uuid} not null references branch (id),
           agreement_id {uuid} not null references agreement (id) on delete cascade,
           ordinal {int} not null check (ordinal > 0),
           planned {long} not null check (planned > 0),
           planned_on {text} not null,
           release_share {int} not null check (release_share between 0 and 10000),
           received {long} not null,
           justified {long} not null,
           {node},
           unique (agreement_id, ordinal),
           check (justified >= 0 and justified <= received and received <= planned)
         );
         create index tranche_branch on tranche (branch_id);
         create table tranche_entry (
           id {uuid} primary key,
           branch_id {uuid} not null references branch (id),
           agreement_id {uuid} not null references agreement (id) on delete cascade,
           tranche_id {uuid} not null references tranche (id) on delete cascade,
           ordinal {int} not null check (ordinal > 0),
           kind {text} not null check (kind in ('RECEIPT', 'JUSTIFICATION')),
           amount {long} not null check (amount <> 0),
           reverses {int},
           entered_on {text} not null,
           reference {text} not null,
           entered_by {uuid},
           unique (tranche_id, ordinal),
           unique (tranche_id, reverses),
           check ((reverses is null) = (amount > 0))
         );
         create index tranche_entry_agreement on tranche_entry (agreement_id);
         create index tranche_entry_branch on tranche_entry (branch_id)",
    )
    .await?;
    for table in TABLES {
        protect(manager, table, Open::None).await?;
    }
    // A party reads what became of the money.
    on_postgres(
        manager,
        "create function party_agreements() returns uuid[] language sql stable as $$
           select coalesce(array_agg(p.agreement_id), '{}') from agreement_party p
           where p.partner_id = setting('app.partner')::uuid and p.published $$",
    )
    .await?;
    for table in TABLES {
        let policy = format!(
            "create policy party on {table} for select using (agreement_id = any ((select party_agreements())::uuid[]))"
        );
        on_postgres(manager, &policy).await?;
    }
    // Sums are of all lines, also of those that branches beyond the actor's reach keep.
    for table in ["budget_line", "expense"] {
        let policy = format!("create policy whole on {table} for select using ((select is_for('AUTHENTICATE')))");
        on_postgres(manager, &policy).await?;
    }
    Ok(())
}

async fn down(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    drop_tables(manager, &TABLES).await?;
    on_postgres(manager, "drop function party_agreements()").await
}
