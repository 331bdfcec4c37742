//! Conditions that both databases answer with one statement text, however many keys there are.

use sea_orm::sea_query::{Alias, Condition, Expr, ExprTrait, Func, IntoCondition, Query, SelectStatement, SimpleExpr};
use sea_orm::{ColumnTrait, DbBackend};
use uuid::Uuid;

/// The keys of the branches that meet a condition on the table of branches.
pub(in crate::platform) fn reached(condition: Condition) -> SelectStatement {
    let mut branches = Query::select();
    branches.expr(Expr::cust("id")).from_as(Alias::new("branch"), Alias::new("reached")).cond_where(condition);
    branches
}

/// The same for a column that holds numbers.
pub(crate) fn among_numbers(backend: DbBackend, column: impl ColumnTrait, numbers: &[i64]) -> Condition {
    let expression = match backend {
        DbBackend::Postgres => column.eq_any(numbers.iter().copied()),
        _ => {
            let list = serde_json::Value::from(numbers.to_vec()).to_string();
            column.into_expr().in_subquery(listed(list, "value"))
        }
    };
    expression.into_condition()
}

/// The elements of a JSON list, for SQLite.
fn listed(list: String, element: &'static str) -> SelectStatement {
    Query::select()
        .expr_as(Expr::cust(element), Alias::new("key"))
        .from_function(Func::cust(Alias::new("json_each")).arg(list), Alias::new("listed"))
        .to_owned()
}

/// The condition that a column holds one of the keys that a statement answers: on PostgreSQL an array that is made when
/// the first row asks for it. Its planner expects few keys then and looks them up, where it would read the whole table to
/// join it with a statement that may answer many.
pub(crate) fn among_selected(backend: DbBackend, column: impl ColumnTrait, keys: SelectStatement) -> Condition {
    is_selected(backend, column.into_expr(), keys).into_condition()
}

/// As [`among_selected`], of an expression.
pub(in crate::platform) fn is_selected(backend: DbBackend, column: SimpleExpr, keys: SelectStatement) -> SimpleExpr {
    match backend {
        DbBackend::Postgres => {
            let keys = SimpleExpr::SubQuery(None, Box::new(keys.into()));
            let array = Func::cust(Alias::new("ARRAY")).arg(keys);
            column.eq(Func::cust(Alias::new("ANY")).arg(array))
        }
        _ => column.in_subquery(keys),
    }
}

/// These keys as a statement that answers them as `key`, one text however many there are.
pub(in crate::platform) fn each_of(backend: DbBackend, keys: &[Uuid]) -> SelectStatement {
    match backend {
        DbBackend::Postgres => {
            let keys = sea_orm::Value::from(keys.to_vec());
            let each = Expr::cust_with_values("unnest($1::uuid[])", [keys]);
            Query::select().expr_as(each, Alias::new("key")).to_owned()
        }
        _ => listed_keys(keys),
    }
}

/// Keys as a JSON list, for SQLite.
fn listed_keys(keys: &[Uuid]) -> SelectStatement {
    let list: Vec<String> = keys.iter().map(|key| key.simple().to_string()).collect();
    listed(serde_json::Value::from(list).to_string(), "unhex(value)")
}

/// The condition that a column holds one of these keys, as one statement text however many there are.
pub(crate) fn among(backend: DbBackend, column: impl ColumnTrait, keys: &[Uuid]) -> Condition {
    let expression = match backend {
        DbBackend::Postgres => column.eq_any(keys.iter().copied()),
        _ => column.into_expr().in_subquery(listed_keys(keys)),
    };
    expression.into_condition()
}

/// What rows are ordered by as they lie around a point: the square of the distance in metres, on a plane that touches the earth
/// there. Within Morocco it orders as the distance does, and both databases compute it. Null where a row has no point.
pub(crate) fn square_of_distance(
    latitude: impl ColumnTrait,
    longitude: impl ColumnTrait,
    point: domain::geography::Point,
) -> SimpleExpr {
    const METRES_OF_A_DEGREE: f64 = 111_195.0;
    let side = |coordinate: SimpleExpr, from: f64, scale: f64| {
        let side = coordinate.sub(from).mul(METRES_OF_A_DEGREE * scale);
        side.clone().mul(side)
    };
    let north = side(latitude.into_expr(), point.latitude, 1.0);
    let east = side(longitude.into_expr(), point.longitude, point.latitude.to_radians().cos());
    north.add(east).cast_as(Alias::new("bigint"))
}

/// The condition that no row meets.
pub(crate) fn nothing() -> Condition {
    Condition::all().add(Expr::cust("false"))
}
