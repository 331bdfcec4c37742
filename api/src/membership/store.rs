//! Reading and changing members of cooperatives. Whoever reads them is noted in the audit.

use super::entity::{Column, Entity, Model};
use super::object::{MemberCounts, Membership};
use crate::cooperative::entity as cooperative;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::Kind;
use crate::platform::loading::batch::Related;
use crate::platform::loading::object::Children;
use crate::platform::loading::reader::Reader;
use crate::platform::paging::cursor::KeyKind;
use crate::platform::paging::page::{Order, PageArgs};
use crate::platform::query::stored::{Day, EnumValue};
use crate::platform::query::table::Table;
use crate::platform::query::transaction::Tx;
use domain::access::Permission;
use domain::fault::{Code, Faults};
use domain::membership::{Joining, Milieu, Sex, check_end};
use jiff::civil::Date;
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, Func, SimpleExpr};
use sea_orm::{ActiveValue, ColumnTrait, IntoActiveModel};
use std::collections::HashMap;
use uuid::Uuid;

/// The members of cooperatives, a page of each, those who joined last first.
pub fn of_cooperatives(page: PageArgs) -> Children<Membership, Column> {
    let order = Order::descending(vec![(Column::Id.into_expr(), KeyKind::Uuid)]);
    Children::new(Kind::Cooperative, "Cooperative.memberships", Column::CooperativeId, page, order)
}

/// How many members cooperatives have today; nothing where the caller sees none.
#[derive(Debug)]
pub struct CountsOf;

impl Related for CountsOf {
    type Value = Option<MemberCounts>;

    fn of(&self) -> Kind {
        Kind::Cooperative
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let today = reader.today();
        let tx = reader.begin();
        let select = tx
            .select_columns::<Entity>()
            .among(Column::CooperativeId, keys)
            .filter(Column::JoinedOn.lte(Day(today)))
            .filter(Column::LeftOn.is_null().or(Column::LeftOn.gte(Day(today))))
            .statement(|statement| {
                statement.add_group_by([Column::CooperativeId.into_expr()]);
            });
        let young = i32::from(today.year()) - 35;
        let counted = select
            .only([
                Column::CooperativeId.into_expr(),
                Func::count(Expr::val(1)).into(),
                how_many(Column::Sex.eq(EnumValue(Sex::Female))),
                how_many(Column::BirthYear.gt(young)),
                how_many(Column::Milieu.eq(EnumValue(Milieu::Rural))),
            ])
            .all(|cells| {
                let key = cells.take::<Uuid>()?;
                let mut count = || cells.take::<i64>().map(|count| i32::try_from(count).unwrap_or(i32::MAX));
                let counts = MemberCounts { members: count()?, women: count()?, under35: count()?, rural: count()? };
                Ok((key, Some(counts)))
            });
        Ok(counted.await?.into_iter().collect())
    }
}

/// How many rows of a group meet a condition.
fn how_many(condition: SimpleExpr) -> SimpleExpr {
    // Nothing is not counted.
    Func::count(CaseStatement::new().case(condition, Expr::val(1))).into()
}

/// Somebody joins a cooperative.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, and the refusals of [`Joining::check`].
pub async fn add(tx: &Tx<'_>, cooperative: Uuid, joining: Joining) -> Result<Uuid> {
    let whose = tx.select_in_scope::<cooperative::Entity>().filter(cooperative::Column::Id.eq(cooperative));
    let whose = whose.one(cooperative::Entity::read).await?.ok_or_else(|| Error::refused(Code::NotFound))?;
    if !tx.permits::<cooperative::Entity>(cooperative, Permission::ManageMembers).await? {
        return Err(Error::refused(Code::Forbidden));
    }
    let name = joining.check(domain::calendar::today(tx.now()))?;
    let (id, now) = (Uuid::now_v7(), tx.now().as_microsecond());
    let row = Model {
        id,
        branch_id: whose.branch_id,
        cooperative_id: cooperative,
        kind: EnumValue(joining.kind),
        name: name.into(),
        sex: joining.sex.map(EnumValue),
        birth_year: joining.birth_year,
        milieu: joining.milieu.map(EnumValue),
        shares: joining.shares,
        joined_on: Day(joining.joined_on),
        left_on: None,
        version: 1,
        created_at: now,
        changed_at: now,
    };
    tx.insert_all::<Entity>(vec![row.into_active_model()]).await?;
    Ok(id)
}

/// What is corrected of a member; nothing: it stays.
#[derive(Clone, Default)]
pub struct Correction {
    /// The name.
    pub name: Option<String>,
    /// Her sex.
    pub sex: Option<Option<Sex>>,
    /// The year of her birth.
    pub birth_year: Option<Option<i32>>,
    /// Where she lives.
    pub milieu: Option<Option<Milieu>>,
    /// How many shares she holds.
    pub shares: Option<i32>,
    /// Her first day.
    pub joined_on: Option<Date>,
    /// Her last day; nothing within: she has not left.
    pub left_on: Option<Option<Date>>,
}

/// Correct what was entered of a member.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, the refusals of [`Joining::check`], DATE_INVALID at `leftOn`.
pub async fn edit(tx: &Tx<'_>, key: Uuid, version: i32, correction: Correction) -> Result<Uuid> {
    let locked = tx.lock_version::<Entity>(key, version).await?;
    let (row, today) = (locked.row(), domain::calendar::today(tx.now()));
    let joining = Joining {
        kind: row.kind.0,
        name: correction.name.unwrap_or_else(|| row.name.clone()),
        sex: correction.sex.unwrap_or(row.sex.map(|sex| sex.0)),
        birth_year: correction.birth_year.unwrap_or(row.birth_year),
        milieu: correction.milieu.unwrap_or(row.milieu.map(|milieu| milieu.0)),
        shares: correction.shares.unwrap_or(row.shares),
        joined_on: correction.joined_on.unwrap_or(row.joined_on.0),
    };
    let left_on = correction.left_on.unwrap_or(row.left_on.map(|day| day.0));
    let mut faults = Faults::new();
    let name = joining.check(today).map_err(|wrong| faults.extend(wrong));
    faults.extend(left_on.and_then(|left_on| check_end(joining.joined_on, left_on, today).err()));
    let (Ok(name), true) = (name, faults.is_empty()) else { return Err(faults.into()) };
    tx.update(locked, |row| {
        row.name = ActiveValue::Set(name.into());
        row.sex = ActiveValue::Set(joining.sex.map(EnumValue));
        row.birth_year = ActiveValue::Set(joining.birth_year);
        row.milieu = ActiveValue::Set(joining.milieu.map(EnumValue));
        row.shares = ActiveValue::Set(joining.shares);
        row.joined_on = ActiveValue::Set(Day(joining.joined_on));
        row.left_on = ActiveValue::Set(left_on.map(Day));
    })
    .await?;
    Ok(key)
}

/// Somebody leaves a cooperative.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID when she left before, DATE_INVALID at `leftOn`.
pub async fn end(tx: &Tx<'_>, key: Uuid, version: i32, left_on: Date) -> Result<Uuid> {
    let locked = tx.lock_version::<Entity>(key, version).await?;
    if locked.row().left_on.is_some() {
        return Err(domain::fault::Fault::new(Code::StatusInvalid).into());
    }
    check_end(locked.row().joined_on.0, left_on, domain::calendar::today(tx.now()))?;
    tx.update(locked, |row| row.left_on = ActiveValue::Set(Some(Day(left_on)))).await?;
    Ok(key)
}
