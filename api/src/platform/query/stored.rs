//! How domain values stand in columns: codes and days as text, documents as JSON.

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, OutputType, Positioned, ServerResult, Value as GraphqlValue};
use domain::codes::Coded;
use jiff::civil::Date;
use sea_orm::sea_query::{ArrayType, ColumnType, Nullable, StringLen, ValueType, ValueTypeErr};
use sea_orm::sqlx::{self, Row};
use sea_orm::{ColIdx, DbErr, QueryResult, RuntimeErr, TryGetError, TryGetable, TryGetableFromJson, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::borrow::Cow;

/// A code of the domain (a status, a kind): the text in its column, and the value of an enum in the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(transparent)]
pub struct EnumValue<T>(pub T);

/// A calendar day in a text column, `YYYY-MM-DD`, which sorts as days do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub Date);

/// A value of the domain as a JSON document in one column.
#[derive(Clone, Debug, PartialEq)]
pub struct Json<T>(pub T);

/// What a column holds does not mean what its type says: somebody wrote past the program.
fn unreadable(column: impl std::fmt::Debug) -> TryGetError {
    TryGetError::DbErr(DbErr::Type(format!("column {column:?} holds something the domain does not know")))
}

impl<T: Coded> From<T> for EnumValue<T> {
    fn from(code: T) -> Self {
        Self(code)
    }
}

impl<T: Coded> From<EnumValue<T>> for Value {
    fn from(stored: EnumValue<T>) -> Self {
        Value::String(Some(stored.0.as_str().to_owned()))
    }
}

/// Read a value out of a text column where the text lies, without a copy of it.
fn parsed<I: ColIdx, T>(row: &QueryResult, column: I, parse: impl Fn(&str) -> Option<T>) -> Result<T, TryGetError> {
    let text: Option<&str> = match (row.try_as_pg_row(), row.try_as_sqlite_row()) {
        (Some(row), _) => row.try_get(column.as_sqlx_postgres_index()).map_err(unread)?,
        (None, Some(row)) => row.try_get(column.as_sqlx_sqlite_index()).map_err(unread)?,
        (None, None) => return Err(unreadable(column)),
    };
    let text = text.ok_or_else(|| TryGetError::Null(format!("{column:?}")))?;
    parse(text).ok_or_else(|| unreadable(column))
}

fn unread(error: sqlx::Error) -> TryGetError {
    TryGetError::DbErr(DbErr::Query(RuntimeErr::SqlxError(error.into())))
}

impl<T: Coded> TryGetable for EnumValue<T> {
    fn try_get_by<I: ColIdx>(row: &QueryResult, column: I) -> Result<Self, TryGetError> {
        parsed(row, column, |text| T::parse(text).map(Self))
    }
}

impl<T: Coded> ValueType for EnumValue<T> {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        match value {
            Value::String(Some(text)) => T::parse(&text).map(Self).ok_or(ValueTypeErr),
            _ => Err(ValueTypeErr),
        }
    }
    fn type_name() -> String {
        "EnumValue".to_owned()
    }
    fn array_type() -> ArrayType {
        ArrayType::String
    }
    fn column_type() -> ColumnType {
        ColumnType::String(StringLen::None)
    }
}

impl<T: Coded> Nullable for EnumValue<T> {
    fn null() -> Value {
        Value::String(None)
    }
}

impl From<Day> for Value {
    fn from(day: Day) -> Self {
        Value::String(Some(day.0.to_string()))
    }
}

impl TryGetable for Day {
    fn try_get_by<I: ColIdx>(row: &QueryResult, column: I) -> Result<Self, TryGetError> {
        parsed(row, column, |text| text.parse().map(Self).ok())
    }
}

impl ValueType for Day {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        match value {
            Value::String(Some(text)) => text.parse().map(Self).map_err(|_| ValueTypeErr),
            _ => Err(ValueTypeErr),
        }
    }
    fn type_name() -> String {
        "Day".to_owned()
    }
    fn array_type() -> ArrayType {
        ArrayType::String
    }
    fn column_type() -> ColumnType {
        ColumnType::String(StringLen::None)
    }
}

impl Nullable for Day {
    fn null() -> Value {
        Value::String(None)
    }
}

/// serde's bounds, so that sea-orm decodes a document without a detour over a tree of JSON values.
#[derive(serde::Deserialize)]
#[serde(transparent)]
struct Decoded<T>(T);

impl<T: DeserializeOwned> TryGetableFromJson for Decoded<T> {}

impl<T: Serialize> From<Json<T>> for Value {
    fn from(document: Json<T>) -> Self {
        let json = serde_json::to_value(document.0).expect("a domain value has string keys and finite numbers");
        Value::Json(Some(Box::new(json)))
    }
}

impl<T: DeserializeOwned> TryGetable for Json<T> {
    fn try_get_by<I: ColIdx>(row: &QueryResult, column: I) -> Result<Self, TryGetError> {
        Decoded::<T>::try_get_from_json(row, column).map(|decoded| Self(decoded.0))
    }
}

/// A document of the schema's own types is shown as it is.
impl<T: OutputType> OutputType for Json<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn qualified_type_name() -> String {
        T::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<GraphqlValue> {
        self.0.resolve(ctx, field).await
    }
}

impl<T: DeserializeOwned> ValueType for Json<T> {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        match value {
            Value::Json(Some(json)) => serde_json::from_value(*json).map(Self).map_err(|_| ValueTypeErr),
            _ => Err(ValueTypeErr),
        }
    }
    fn type_name() -> String {
        "Document".to_owned()
    }
    fn array_type() -> ArrayType {
        ArrayType::Json
    }
    fn column_type() -> ColumnType {
        ColumnType::JsonBinary
    }
}

impl<T> Nullable for Json<T> {
    fn null() -> Value {
        Value::Json(None)
    }
}
