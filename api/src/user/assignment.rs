//! The table of roles that people hold at branches.

use crate::platform::error::Result;
use crate::platform::query::stored::{Day, EnumValue};
use crate::platform::query::table::{Guarded, Node, Open, RowReader};
use crate::platform::query::transaction::Tx;
use domain::access::{Permission, Role};
use domain::branch::{BranchStatus, Path};
use domain::user::Assignment;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "role_assignment")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// At which branch.
    pub branch_id: Uuid,
    /// Who.
    pub user_id: Uuid,
    /// Which role.
    pub role: EnumValue<Role>,
    /// Whether it holds for all branches below too.
    pub includes_descendants: bool,
    /// Whose representative she is.
    pub cooperative_id: Option<Uuid>,
    /// The first day on which it is in force.
    pub valid_from: Day,
    /// The last day; none: no end.
    pub valid_to: Option<Day>,
    /// Who granted it; none: the platform itself.
    pub granted_by: Option<Uuid>,
    /// When it was taken away; microseconds since 1970 in UTC.
    pub revoked_at: Option<i64>,
    /// How often it was changed; 1 when it was made.
    pub version: i32,
    /// When it was made; microseconds since 1970 in UTC.
    pub created_at: i64,
    /// When it was changed last; microseconds since 1970 in UTC.
    pub changed_at: i64,
}

/// Joins are spelled out where they are made.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    const SEE: Permission = Permission::SeeUsers;
    const MANAGE: Permission = Permission::ManageUsers;
    const OPEN: Open<Column> = Open::Never;
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = None;
    const OWN: Option<Column> = Some(Column::UserId);
}

crate::table!(RoleAssignment { Id => id, BranchId => branch_id, UserId => user_id, Role => role, IncludesDescendants => includes_descendants, CooperativeId => cooperative_id, ValidFrom => valid_from, ValidTo => valid_to, GrantedBy => granted_by, RevokedAt => revoked_at, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Branch: branch_id, User: user_id, Cooperative: cooperative_id });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
}

/// What [`read`] takes, in its order, where `a` is an assignment and `b` its branch.
pub(crate) const COLUMNS: &str = "b.status, b.path, a.id, a.role, a.branch_id, a.includes_descendants, a.valid_from,
    a.valid_to, a.cooperative_id";

/// An assignment with the place of its branch. Nothing, when there is none, or the branch does not work: a role there
/// lets nobody do anything.
///
/// # Errors
/// When a column does not hold what it should.
pub(crate) fn read(cells: &mut RowReader<'_>) -> Result<Option<Assignment>> {
    let works = |(status, assignment)| (status == BranchStatus::Active).then_some(assignment);
    Ok(read_any(cells)?.and_then(works))
}

fn read_any(cells: &mut RowReader<'_>) -> Result<Option<(BranchStatus, Assignment)>> {
    let Some(EnumValue(status)) = cells.take::<Option<EnumValue<BranchStatus>>>()? else { return Ok(None) };
    let assignment = Assignment {
        path: Path::parse(&cells.take::<String>()?)?,
        key: cells.take()?,
        role: cells.take::<EnumValue<Role>>()?.0,
        branch: cells.take()?,
        includes_descendants: cells.take()?,
        valid_from: cells.take::<Day>()?.0,
        valid_to: cells.take::<Option<Day>>()?.map(|day| day.0),
        cooperative: cells.take()?,
    };
    Ok(Some((status, assignment)))
}

/// The assignments of somebody that were not taken away and whose branches work, whether or not they are in force today. It is
/// asked as the platform itself: an actor learns of those within her reach alone.
///
/// # Errors
/// The database's refusal.
pub(crate) async fn held(tx: &Tx<'_>, user: Uuid) -> Result<Vec<Assignment>> {
    let working = held_anywhere(tx, user).await?.into_iter().filter(|(status, _)| *status == BranchStatus::Active);
    Ok(working.map(|(_, assignment)| assignment).collect())
}

/// The same with those at closed branches, where they let nobody do anything until the branch is opened again.
///
/// # Errors
/// The database's refusal.
pub(crate) async fn held_anywhere(tx: &Tx<'_>, user: Uuid) -> Result<Vec<(BranchStatus, Assignment)>> {
    let sql = format!(
        "select {COLUMNS} from role_assignment a join branch b on b.id = a.branch_id
         where a.user_id = $1 and a.revoked_at is null order by a.id"
    );
    let rows = tx.rows(sql, [user.into()]).await?;
    rows.iter().filter_map(|row| read_any(&mut RowReader::new(row)).transpose()).collect()
}
