//! Writing very much at once on PostgreSQL: rows go in by COPY, indexes and foreign keys are made after them.

use super::connection::{Connection, ConnectionState, RawConnection, driver_error};
use crate::platform::error::{Error, Result};
use sea_orm::{DbBackend, Statement, sea_query};

impl Connection {
    /// Add rows by COPY, in a transaction that is loaded.
    pub(in crate::platform) async fn copy(
        &self,
        table: &str,
        columns: &[&str],
        rows: &[Vec<sea_query::Value>],
    ) -> Result<()> {
        let ConnectionState::Loading(held) = &self.state else {
            return Err(Error::internal("copied outside of loading"));
        };
        let mut held = held.lock().await;
        let RawConnection::PostgresWithin(transaction) = &mut *held else {
            return Err(Error::internal("only PostgreSQL copies"));
        };
        self.count();
        let mut text = String::new();
        for row in rows {
            for (place, value) in row.iter().enumerate() {
                if place > 0 {
                    text.push('\t');
                }
                copied(value, &mut text)?;
            }
            text.push('\n');
        }
        let sql = format!("copy {table} ({}) from stdin", columns.join(", "));
        let mut copying = transaction.copy_in_raw(&sql).await.map_err(driver_error)?;
        copying.send(text.as_bytes()).await.map_err(driver_error)?;
        copying.finish().await.map(drop).map_err(driver_error)
    }
}

/// Drop the indexes that hold no constraint, and the foreign keys; answers the statements that make them again, each with
/// its table.
pub(in crate::platform) async fn drop_for_loading(connection: &Connection) -> Result<Vec<(String, String)>> {
    let dropped = "
        select format('alter table %s drop constraint %I', conrelid::regclass, conname) as dropped,
               format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as made,
               conrelid::regclass::text as owner
          from pg_constraint where contype = 'f' and connamespace = current_schema()::regnamespace
        union all
        select format('drop index %s', indexrelid::regclass), pg_get_indexdef(indexrelid), indrelid::regclass::text
          from pg_index join pg_class on pg_class.oid = indrelid
         where relnamespace = current_schema()::regnamespace
           and not exists (select from pg_constraint where conindid = indexrelid)";
    let rows = connection.query(Statement::from_string(DbBackend::Postgres, dropped)).await?;
    let mut make_again = Vec::new();
    for row in rows {
        connection.run(&row.try_get::<String>("", "dropped")?).await?;
        make_again.push((row.try_get("", "owner")?, row.try_get::<String>("", "made")?));
    }
    // Indexes first: foreign keys are checked along them.
    make_again.sort_by_key(|(_, sql)| sql.starts_with("alter table"));
    Ok(make_again)
}

/// Write a value as COPY reads it.
fn copied(value: &sea_query::Value, text: &mut String) -> Result<()> {
    use sea_query::Value;
    use std::fmt::Write;
    let mut escaped = |plain: &str| {
        for character in plain.chars() {
            match character {
                '\\' => text.push_str("\\\\"),
                '\t' => text.push_str("\\t"),
                '\n' => text.push_str("\\n"),
                '\r' => text.push_str("\\r"),
                other => text.push(other),
            }
        }
    };
    let written = match value {
        Value::String(Some(plain)) => {
            escaped(plain);
            Ok(())
        }
        Value::Json(Some(json)) => {
            escaped(&json.to_string());
            Ok(())
        }
        Value::Bool(Some(flag)) => write!(text, "{flag}"),
        Value::SmallInt(Some(number)) => write!(text, "{number}"),
        Value::Int(Some(number)) => write!(text, "{number}"),
        Value::BigInt(Some(number)) => write!(text, "{number}"),
        Value::Double(Some(number)) => write!(text, "{number}"),
        Value::Uuid(Some(key)) => write!(text, "{key}"),
        Value::Bool(None)
        | Value::SmallInt(None)
        | Value::Int(None)
        | Value::BigInt(None)
        | Value::Double(None)
        | Value::String(None)
        | Value::Json(None)
        | Value::Uuid(None) => write!(text, "\\N"),
        other => return Err(Error::internal(format!("{other:?} cannot be copied"))),
    };
    written.map_err(Error::internal)
}
