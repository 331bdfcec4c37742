//! Selecting and changing in an actor's name.
//!
//! What must not be possible does not compile. A table that has not said who may see it cannot be selected:
//!
//! ```compile_fail
//! # use unfm::platform::query::transaction::Tx;
//! fn rows<E: sea_orm::EntityTrait>(tx: &Tx<'_>) {
//!     tx.select_columns::<E>();
//! }
//! ```
//!
//! One that has said so can:
//!
//! ```no_run
//! # use unfm::platform::query::{table::Guarded, transaction::Tx};
//! fn rows<E: Guarded>(tx: &Tx<'_>) {
//!     tx.select_columns::<E>();
//! }
//! ```
//!
//! A row that was read cannot be updated:
//!
//! ```compile_fail
//! # use unfm::{partner::entity::{Entity, Model}, platform::query::transaction::{Locked, Tx}};
//! async fn touch(tx: &Tx<'_>, row: Model) {
//!     let _ = tx.update::<Entity>(row, |_| {}).await;
//! }
//! ```
//!
//! One that was locked, and with it permitted, can:
//!
//! ```no_run
//! # use unfm::{partner::entity::{Entity, Model}, platform::query::transaction::{Locked, Tx}};
//! async fn touch(tx: &Tx<'_>, row: Locked<Entity>) {
//!     let _ = tx.update::<Entity>(row, |_| {}).await;
//! }
//! ```
//!
//! Nobody beyond the platform gets hold of a connection, or sends SQL text of her own:
//!
//! ```compile_fail
//! # use unfm::platform::{database::db::Db, query::transaction::Tx};
//! fn connection(db: &Db) {
//!     let _ = &db.connection;
//! }
//! ```
//!
//! ```compile_fail
//! # use unfm::platform::{database::db::Db, query::transaction::Tx};
//! async fn send(tx: &Tx<'_>, statement: sea_orm::Statement) {
//!     let _ = tx.execute(statement).await;
//! }
//! ```
//!
//! ```no_run
//! # use unfm::platform::{database::db::Db, query::transaction::Tx};
//! fn backend(db: &Db, tx: &Tx<'_>) {
//!     let _ = (db.backend(), tx.backend());
//! }
//! ```

pub mod change;
pub mod expression;
pub mod row_query;
pub mod select;
pub mod sql;
pub mod stored;
pub mod table;
pub mod transaction;
