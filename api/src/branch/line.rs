//! The branches from one up to the nation, which decide about it one after another.

use super::entity::{Column, Entity};
use crate::platform::error::{Error, Result};
use crate::platform::query::stored::EnumValue;
use crate::platform::query::transaction::Tx;
use domain::branch::{BranchKind, Path};
use domain::fault::Code;
use sea_orm::ColumnTrait;
use uuid::Uuid;

/// A branch of a line.
#[derive(Clone, Debug)]
pub struct Above {
    /// Its key.
    pub key: Uuid,
    /// Its rank.
    pub kind: BranchKind,
    /// Its place in the tree.
    pub path: Path,
}

/// A branch and those above it, from itself up to the nation.
///
/// # Errors
/// NOT_FOUND, or the database's refusal.
pub async fn line(tx: &Tx<'_>, branch: Uuid) -> Result<Vec<Above>> {
    let path = tx.select_columns::<Entity>().filter(Column::Id.eq(branch)).only([Column::Path.into_expr()]);
    let path = path.one(|cells| cells.take::<String>()).await?.ok_or_else(|| Error::refused(Code::NotFound))?;
    let mut line = tx
        .select_columns::<Entity>()
        .filter(Column::Id.is_in(Path::parse(&path)?.keys()))
        .only([Column::Id, Column::Kind, Column::Path].map(|column| column.into_expr()))
        .all(|cells| Ok((cells.take::<Uuid>()?, cells.take::<EnumValue<BranchKind>>()?.0, cells.take::<String>()?)))
        .await?;
    line.sort_by_key(|(.., path)| std::cmp::Reverse(path.len()));
    let above = |(key, kind, path): (Uuid, BranchKind, String)| Ok(Above { key, kind, path: Path::parse(&path)? });
    line.into_iter().map(above).collect()
}
