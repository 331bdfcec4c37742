//! Programmes, the agreements they stand on, and their figures.
//!
//! `measurement` holds what branches entered, which nobody outside reads, on its way up the tree in a `submission`;
//! `indicator_value` holds figures as they may leave the association, accepted and after disclosure control.

use crate::ddl::{Open, drop_tables, migration, on_postgres, protect, run, share};
use sea_orm_migration::prelude::*;

migration!("Programmes and figures.", up: |manager| up(manager), down: |manager| down(manager));

const TABLES: [&str; 9] = [
    "programme",
    "programme_branch",
    "programme_move",
    "agreement_programme",
    "submission",
    "submission_move",
    "indicator_value",
    "programme_indicator",
    "measurement",
];

async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    run(
        manager,
        "create table programme (
           {number},
           branch_id {uuid} not null references branch (id),
           slug {text} not null unique,
           title {json} not null,
           title_key_ar {text} not null,
           title_key_fr {text} not null,
           description {json},
           theme {text} not null check (theme in ('MATERNAL_HEALTH', 'VIOLENCE_RESPONSE', 'ECONOMIC_INCLUSION', 'TRAINING',
             'LITERACY', 'CHILDHOOD', 'OTHER')),
           sdg_targets {json} not null,
           starts_on {text},
           ends_on {text},
           self_funded boolean not null,
           status {text} not null check (status in ('DRAFT', 'SUBMITTED', 'APPROVED', 'ACTIVE', 'SUSPENDED', 'COMPLETED',
             'CLOSED', 'CANCELLED')),
           status_basis {text} not null check (status_basis in ('STATED', 'INFERRED')),
           published boolean generated always as (status in ('ACTIVE', 'SUSPENDED', 'COMPLETED', 'CLOSED')) stored not null,
           sources {json} not null,
           is_demo boolean not null,
           {node},
           check (ends_on is null or starts_on is null or ends_on >= starts_on)
         );
         create index programme_title_ar on programme (title_key_ar, number);
         create index programme_title_fr on programme (title_key_fr, number);
         create index programme_branch_id on programme (branch_id, number);
         create table programme_branch (
           programme_id {uuid} not null references programme (id) on delete cascade,
           branch_id {uuid} not null references branch (id),
           published boolean not null,
           primary key (programme_id, branch_id)
         );
         create index programme_branch_branch on programme_branch (branch_id);
         create table programme_move (
           id {uuid} primary key,
           branch_id {uuid} not null references branch (id),
           programme_id {uuid} not null references programme (id) on delete cascade,
           from_status {text},
           to_status {text} not null,
           by_branch_id {uuid} not null references branch (id),
           actor_id {uuid},
           actor_name {text},
           reason {text},
           moved_at {long} not null
         );
         create index programme_move_programme on programme_move (programme_id, moved_at);
         create index programme_move_branch on programme_move (branch_id);
         create table agreement_programme (
           agreement_id {uuid} not null references agreement (id) on delete cascade,
           programme_id {uuid} not null references programme (id) on delete cascade,
           branch_id {uuid} not null references branch (id),
           primary key (agreement_id, programme_id)
         );
         create index agreement_programme_programme on agreement_programme (programme_id);
         create index agreement_programme_branch on agreement_programme (branch_id);
         create table submission (
           {number},
           branch_id {uuid} not null references branch (id),
           programme_id {uuid} not null references programme (id) on delete cascade,
           period {text} not null,
           period_start {text} not null,
           period_end {text} not null,
           status {text} not null check (status in ('OPEN', 'SUBMITTED', 'APPROVED_PROVINCE', 'APPROVED_REGION', 'ACCEPTED',
             'RETURNED')),
           stands_with_id {uuid} references branch (id),
           submitted_by {uuid},
           submitted_on {text},
           waived_by_id {uuid} references branch (id),
           waived_by_name {text},
           waiver_reason {text},
           {node},
           unique (programme_id, branch_id, period),
           check (period_end >= period_start),
           check ((status = 'ACCEPTED') = (stands_with_id is null)),
           check ((waived_by_id is null) = (waiver_reason is null))
         );
         create index submission_branch on submission (branch_id, number);
         create index submission_stands_with on submission (stands_with_id, number);
         create index submission_waived_by on submission (waived_by_id);
         create table submission_move (
           id {uuid} primary key,
           branch_id {uuid} not null references branch (id),
           submission_id {uuid} not null references submission (id) on delete cascade,
           from_status {text},
           to_status {text} not null,
           by_branch_id {uuid} not null references branch (id),
           actor_id {uuid},
           actor_name {text},
           comment {text},
           moved_at {long} not null
         );
         create index submission_move_submission on submission_move (submission_id);
         create index submission_move_branch on submission_move (branch_id);
         create table indicator_value (
           {number},
           branch_id {uuid} references branch (id),
           submission_id {uuid} references submission (id) on delete cascade,
           indicator_id {uuid} not null references indicator (id),
           programme_id {uuid} references programme (id) on delete cascade,
           kind {text} not null check (kind in ('BASELINE', 'TARGET', 'ACTUAL', 'STATISTIC')),
           period {text} not null,
           period_start {text} not null,
           period_end {text} not null,
           area_kind {text} not null check (area_kind in ('COUNTRY', 'REGION', 'PROVINCE', 'BRANCH')),
           area_code {text} not null,
           milieu {text} check (milieu in ('URBAN', 'RURAL', 'NOT_STATED')),
           sex {text} check (sex in ('FEMALE', 'MALE', 'NOT_STATED')),
           age_band {text},
           value {text},
           hundredths {long} generated always as (case when value not like '%.___%'
             then cast(round(cast(value as numeric) * 100) as bigint) end) stored,
           numerator {long},
           denominator {long},
           status {text} not null check (status in ('AVAILABLE', 'SUPPRESSED', 'MISSING')),
           source_code {text} not null,
           source_name {text} not null,
           source_method {text} not null,
           source_year {int} not null,
           source_url {text},
           published boolean not null,
           is_demo boolean not null,
           {node},
           check ((kind = 'STATISTIC') = (programme_id is null)),
           check ((status = 'AVAILABLE') = (value is not null)),
           check ((numerator is null) = (denominator is null) and (numerator is null or value is not null)),
           check (period_end >= period_start),
           check ((programme_id is null) = (branch_id is null))
         );
         create index indicator_value_programme on indicator_value (programme_id, indicator_id, number);
         create index indicator_value_statistic on indicator_value (indicator_id, number) where programme_id is null;
         create index indicator_value_branch on indicator_value (branch_id);
         create index indicator_value_submission on indicator_value (submission_id);
         create table programme_indicator (
           id {uuid} primary key,
           branch_id {uuid} not null references branch (id),
           programme_id {uuid} not null references programme (id) on delete cascade,
           indicator_id {uuid} not null references indicator (id),
           position {int} not null,
           disaggregations {json} not null,
           age_bands {json} not null,
           latest_actual_id {uuid} references indicator_value (id) on delete set null,
           published boolean not null,
           {node},
           unique (programme_id, indicator_id),
           unique (programme_id, position)
         );
         create index programme_indicator_indicator on programme_indicator (indicator_id);
         create index programme_indicator_branch on programme_indicator (branch_id);
         create index programme_indicator_actual on programme_indicator (latest_actual_id);
         create table measurement (
           value_id {uuid} primary key,
           branch_id {uuid} not null references branch (id),
           submission_id {uuid} references submission (id) on delete cascade,
           programme_indicator_id {uuid} not null references programme_indicator (id) on delete cascade,
           kind {text} not null check (kind in ('BASELINE', 'TARGET', 'ACTUAL')),
           sex {text} check (sex in ('FEMALE', 'MALE', 'NOT_STATED')),
           age_band {text},
           milieu {text} check (milieu in ('URBAN', 'RURAL', 'NOT_STATED')),
           source {text} not null,
           value {text} not null,
           numerator {long},
           denominator {long},
           position {int} not null,
           entered_by {uuid}
         );
         create unique index measurement_cell on measurement (submission_id, programme_indicator_id, kind, source,
           (coalesce(sex, '')), (coalesce(age_band, '')), (coalesce(milieu, '')));
         create index measurement_indicator on measurement (programme_indicator_id);
         create index measurement_branch on measurement (branch_id)",
    )
    .await?;
    protect(manager, "programme", Open::When("published")).await?;
    protect(manager, "programme_branch", Open::When("published")).await?;
    protect(manager, "programme_move", Open::None).await?;
    // A link shows nothing by itself: both its ends have policies of their own.
    protect(manager, "agreement_programme", Open::All).await?;
    protect(manager, "submission", Open::None).await?;
    protect(manager, "submission_move", Open::None).await?;
    // A level waits also for branches beyond the reach of whoever decides there.
    on_postgres(manager, "create policy whole on submission for select using ((select is_for('AUTHENTICATE')))")
        .await?;
    protect(manager, "indicator_value", Open::When("published")).await?;
    protect(manager, "measurement", Open::None).await?;
    protect(manager, "programme_indicator", Open::When("published")).await?;
    on_postgres(
        manager,
        "create function joined_programmes() returns uuid[] language plpgsql stable as $$
           begin return (select coalesce(array_agg(programme_id), '{}') from programme_branch
             where branch_id = any ((select reach('app.read'))::uuid[])); end $$",
    )
    .await?;
    share(manager, "programme", "id", "joined_programmes").await?;
    share(manager, "programme_indicator", "programme_id", "joined_programmes").await
}

async fn down(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    drop_tables(manager, &TABLES).await?;
    on_postgres(manager, "drop function joined_programmes()").await
}
