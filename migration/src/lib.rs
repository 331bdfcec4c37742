//! The database schema on SQLite and PostgreSQL: one file per change, dated, up and down.
//!
//! A migration is SQL text in which a few words stand for what the two databases spell differently (`ddl.rs`). All of
//! them run in one transaction under a lock ([`up`]), so two instances that start at once do not collide and an
//! interrupted migration leaves nothing behind.

// A dependency that nothing uses fails the build.
#![cfg_attr(not(test), warn(unused_crate_dependencies))]

mod ddl;
mod m20261123_000001_reference;
mod m20261123_000002_branch;
mod m20261123_000003_cooperative;
mod m20261123_000004_catalogue;
mod m20261123_000005_partnership;
mod m20261123_000006_market;
mod m20261123_000007_programme;
mod m20261123_000008_search;
mod m20261124_000009_people;
mod m20261124_000010_audit;
mod m20261126_000011_money;
mod m20261126_000012_reference_kept;
mod m20261126_000013_activity;
mod m20261126_000014_amendment;
mod m20261126_000015_committee;
mod m20261127_000016_stock;
mod m20261127_000017_sales;
mod m20261127_000018_photos;
mod m20261127_000019_popularity;
mod m20261127_000020_support;
mod m20261127_000021_bot;
mod m20261127_000022_referral;

pub use ddl::SERVER_ROLE;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

/// The list of migrations, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_reference::Migration),
            Box::new(m20261123_000002_branch::Migration),
            Box::new(m20261123_000003_cooperative::Migration),
            Box::new(m20261123_000004_catalogue::Migration),
            Box::new(m20261123_000005_partnership::Migration),
            Box::new(m20261123_000006_market::Migration),
            Box::new(m20261123_000007_programme::Migration),
            Box::new(m20261123_000008_search::Migration),
            Box::new(m20261124_000009_people::Migration),
            Box::new(m20261124_000010_audit::Migration),
            Box::new(m20261126_000011_money::Migration),
            Box::new(m20261126_000012_reference_kept::Migration),
            Box::new(m20261126_000013_activity::Migration),
            Box::new(m20261126_000014_amendment::Migration),
            Box::new(m20261126_000015_committee::Migration),
            Box::new(m20261127_000016_stock::Migration),
            Box::new(m20261127_000017_sales::Migration),
            Box::new(m20261127_000018_photos::Migration),
            Box::new(m20261127_000019_popularity::Migration),
            Box::new(m20261127_000020_support::Migration),
            Box::new(m20261127_000021_bot::Migration),
            Box::new(m20261127_000022_referral::Migration),
        ]
    }
}

/// Bring the database up to date; returns how many migrations were applied.
///
/// # Errors
/// The driver's error when a statement fails; nothing is changed then.
pub async fn up(db: &DatabaseConnection) -> Result<usize, DbErr> {
    let tx = locked(db).await?;
    let pending = Migrator::get_pending_migrations(&tx).await?.len();
    Migrator::up(&tx, None).await?;
    tx.commit().await?;
    Ok(pending)
}

/// Take back the last `steps` migrations, or all of them.
///
/// # Errors
/// The driver's error when a statement fails; nothing is changed then.
pub async fn down(db: &DatabaseConnection, steps: Option<u32>) -> Result<(), DbErr> {
    let tx = locked(db).await?;
    Migrator::down(&tx, steps).await?;
    tx.commit().await
}

/// How many migrations the database lacks, without changing anything: a database that has never been migrated lacks
/// all of them.
///
/// # Errors
/// The driver's error when the database cannot be read, and a plain sentence when it holds migrations that this
/// program does not know (it is newer).
pub async fn behind(db: &DatabaseConnection) -> Result<usize, DbErr> {
    let known: Vec<String> = Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect();
    let table = match db.get_database_backend() {
        DbBackend::Postgres => "select 1 from pg_catalog.pg_class where oid = to_regclass('seaql_migrations')",
        _ => "select 1 from sqlite_schema where name = 'seaql_migrations'",
    };
    if db.query_one_raw(raw(db, table)).await?.is_none() {
        return Ok(known.len());
    }
    let rows = db.query_all_raw(raw(db, "select version from seaql_migrations")).await?;
    let applied = rows.iter().map(|row| row.try_get::<String>("", "version")).collect::<Result<Vec<_>, _>>()?;
    match applied.iter().find(|version| !known.contains(version)) {
        Some(newer) => {
            Err(DbErr::Custom(format!("the database holds the change {newer}, which this program does not know")))
        }
        None => Ok(known.len() - applied.len()),
    }
}

fn raw(db: &DatabaseConnection, sql: &str) -> sea_orm_migration::sea_orm::Statement {
    sea_orm_migration::sea_orm::Statement::from_string(db.get_database_backend(), sql)
}

/// A transaction that no second migration can enter meanwhile.
async fn locked(db: &DatabaseConnection) -> Result<sea_orm_migration::sea_orm::DatabaseTransaction, DbErr> {
    if db.get_database_backend() == DbBackend::Postgres {
        let tx = db.begin().await?;
        // Any number will do as long as it stays the same: "unfm" in ASCII.
        tx.execute_unprepared("select pg_advisory_xact_lock(1970169453)").await?;
        return Ok(tx);
    }
    db.begin_with_options(TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    })
    .await
}
