//! Referrals, which counsellors alone read, and how many there were, which administrators see.

use crate::ddl::{SERVER_ROLE, drop_tables, migration, on_postgres, run};
use sea_orm_migration::prelude::*;

migration!("Referrals.", up: |manager| up(manager), down: |manager| down(manager));

async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    run(
        manager,
        "create table referral (
           {number},
           branch_id {uuid} not null references branch (id),
           case_id {uuid},
           case_code {text},
           support_service_id {uuid} not null references support_service (id),
           purpose {text} not null check (purpose in ('PROTECTION', 'MEDICAL_CARE', 'LEGAL_AID', 'PSYCHOLOGICAL_SUPPORT', 'SHELTER',
             'ECONOMIC_SUPPORT')),
           is_minor boolean not null,
           status {text} not null check (status in ('PROPOSED', 'SENT', 'ACCEPTED', 'DONE', 'DECLINED', 'REVOKED')),
           fields {json} not null,
           given_by {text} not null check (given_by in ('SURVIVOR', 'BEST_INTEREST', 'IMMINENT_DANGER')),
           sealed {text},
           proposed_by {uuid},
           sent_by {uuid},
           sent_at {long},
           answered_at {long},
           ended_at {long},
           {node},
           check ((case_id is null) = (case_code is null)),
           check (sent_by is null or (not is_minor and given_by = 'SURVIVOR') or sent_by <> proposed_by),
           check (status <> 'REVOKED' or sealed is null),
           check ((ended_at is null) = (status in ('PROPOSED', 'SENT', 'ACCEPTED')))
         );
         create index referral_branch on referral (branch_id, number);
         create index referral_case on referral (case_id);
         create index referral_case_code on referral (case_code);
         create index referral_service on referral (support_service_id);
         create index referral_kept on referral (changed_at) where case_id is not null;
         create table referral_count (
           month {text} not null,
           branch_id {uuid} not null references branch (id),
           purpose {text} not null,
           referrals {long} not null check (referrals > 0),
           primary key (month, branch_id, purpose)
         )",
    )
    .await?;
    let within = "branch_id = any ((select reach('app.referrals'))::uuid[])";
    let kept = "(select is_for('HOUSEKEEP'))";
    on_postgres(
        manager,
        &format!(
            "alter table referral enable row level security;
             create policy read on referral for select using ({within} or {kept});
             create policy insert on referral for insert with check ({within});
             create policy update on referral for update using ({within} or {kept}) with check ({within} or {kept});
             grant select, insert, update on referral to {SERVER_ROLE}"
        ),
    )
    .await?;
    // Whoever sends one counts it, as the platform.
    let counts = "(select is_for('AUTHENTICATE'))";
    on_postgres(
        manager,
        &format!(
            "alter table referral_count enable row level security;
             create policy read on referral_count for select using (branch_id = any ((select reach('app.read'))::uuid[]) or {counts});
             create policy insert on referral_count for insert with check ({counts});
             create policy update on referral_count for update using ({counts}) with check ({counts});
             grant select, insert, update on referral_count to {SERVER_ROLE}"
        ),
    )
    .await
}

async fn down(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    drop_tables(manager, &["referral", "referral_count"]).await
}
