//! What is done to a database as a whole: bringing it up to date, copying it, looking at the role that the server works in.

use crate::platform::database::fault::{StartFault, broken_sentence};
use crate::platform::database::pool::Pool;
use crate::platform::error::Result;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

impl Pool {
    /// Bring an own database up to date; returns how many changes were applied.
    ///
    /// # Errors
    /// One sentence; nothing was changed then.
    pub async fn migrate(&self) -> Result<usize, StartFault> {
        self.refuse_foreign().await?;
        migration::up(&self.connection).await.map_err(|error| StartFault(broken_sentence(&error)))
    }

    /// How many changes of the schema this database lacks.
    ///
    /// # Errors
    /// One sentence, when it cannot be read, is not ours, or is newer than the program.
    pub async fn behind(&self) -> Result<usize, StartFault> {
        self.refuse_foreign().await?;
        migration::behind(&self.connection).await.map_err(|error| StartFault(broken_sentence(&error)))
    }

    /// Take back all changes of the schema: for tests of the way down.
    ///
    /// # Errors
    /// One sentence; nothing was changed then.
    pub async fn unmigrate(&self) -> Result<(), StartFault> {
        migration::down(&self.connection, None).await.map_err(|error| StartFault(broken_sentence(&error)))
    }

    /// Let the database look at its own data, so that it plans well: after much was written at once.
    ///
    /// # Errors
    /// One sentence.
    pub async fn analyze(&self) -> Result<(), StartFault> {
        let sql = if self.backend() == DbBackend::Postgres { "vacuum analyze" } else { "analyze" };
        self.connection.execute_unprepared(sql).await.map(drop).map_err(|error| StartFault(broken_sentence(&error)))
    }

    /// Write a copy of an embedded database, as it is at one instant, into a file that is empty.
    ///
    /// # Errors
    /// One sentence, when it cannot be written.
    pub async fn copy_into(&self, file: &str) -> Result<(), StartFault> {
        let copy = Statement::from_sql_and_values(self.backend(), "vacuum into $1", [file.into()]);
        let copied = self.connection.execute_raw(copy).await;
        copied.map(drop).map_err(|error| StartFault(format!("The copy could not be written: {error}.")))
    }

    /// Run a statement of the cluster as its owner: to make or to drop a scratch database.
    pub(crate) async fn administer(&self, sql: &str) -> Result<(), StartFault> {
        let done = self.connection.execute_unprepared(sql).await;
        done.map(drop).map_err(|error| StartFault(broken_sentence(&error)))
    }

    /// A database that holds somebody else's tables is left alone.
    pub(in crate::platform) async fn refuse_foreign(&self) -> Result<(), StartFault> {
        let sql = match self.backend() {
            DbBackend::Postgres => {
                "select to_regclass('seaql_migrations') is null and exists (select 1 from pg_catalog.pg_tables
                 where schemaname = current_schema()) as foreign_tables"
            }
            _ => {
                "select not exists (select 1 from sqlite_schema where name = 'seaql_migrations')
                 and exists (select 1 from sqlite_schema where type = 'table') as foreign_tables"
            }
        };
        let row = self.connection.query_one_raw(Statement::from_string(self.backend(), sql)).await;
        match row.and_then(|row| row.map_or(Ok(false), |row| row.try_get("", "foreign_tables"))) {
            Ok(false) => Ok(()),
            Ok(true) => Err(StartFault("The database holds tables of another program; it was left as it is.".into())),
            Err(error) => Err(StartFault(broken_sentence(&error))),
        }
    }

    /// On PostgreSQL the server must work in a role that owns nothing and bypasses nothing, or the policies would
    /// be painted on.
    ///
    /// # Errors
    /// One sentence that says what is too much, and what to do.
    pub async fn refuse_powerful_role(&self) -> Result<(), StartFault> {
        if self.backend() != DbBackend::Postgres {
            return Ok(());
        }
        let sql = format!(
            "select r.rolsuper, r.rolbypassrls,
               exists (select 1 from pg_catalog.pg_class c where c.relowner = r.oid and c.relkind in ('r', 'v', 'm', 'S')) as owns,
               coalesce((select pg_has_role(r.oid, s.oid, 'USAGE') from pg_roles s where s.rolname = '{0}'), false) as member
             from pg_roles r where r.rolname = session_user",
            migration::SERVER_ROLE
        );
        let row = self.connection.query_one_raw(Statement::from_string(self.backend(), sql)).await;
        let flags = row.and_then(|row| {
            let row = row.ok_or_else(|| DbErr::RecordNotFound("own role".into()))?;
            ["rolsuper", "rolbypassrls", "owns", "member"]
                .iter()
                .map(|flag| row.try_get::<bool>("", flag))
                .collect::<Result<Vec<_>, _>>()
        });
        let flags = flags.map_err(|error| StartFault(broken_sentence(&error)))?;
        let fault = match flags[..] {
            [true, ..] => "is a superuser",
            [_, true, ..] => "may bypass row security",
            [_, _, true, _] => "owns tables",
            [_, _, _, false] => "is not a member of the role `unfm_server`",
            _ => return Ok(()),
        };
        Err(StartFault(format!(
            "The database login in DATABASE_URL {fault}: give the server a login of its own \
             (`create role … login in role {}`) and keep the owner for MIGRATE_DATABASE_URL.",
            migration::SERVER_ROLE
        )))
    }

    /// Let another login work as the server: what `unfm migrate` does when it is told both.
    ///
    /// # Errors
    /// One sentence, when the login does not exist or the right to grant is missing.
    pub async fn admit_server(&self, login: &str) -> Result<(), StartFault> {
        let is_member = "select 1 from pg_roles where rolname = $1 and pg_has_role(oid, $2, 'USAGE')";
        let is_member =
            Statement::from_sql_and_values(self.backend(), is_member, [login.into(), migration::SERVER_ROLE.into()]);
        let found = self.connection.query_one_raw(is_member).await;
        if found.map_err(|error| StartFault(broken_sentence(&error)))?.is_some() {
            return Ok(());
        }
        let sql = format!("grant {} to \"{}\"", migration::SERVER_ROLE, login.replace('"', "\"\""));
        self.connection.execute_unprepared(&sql).await.map(drop).map_err(|error| StartFault(broken_sentence(&error)))
    }
}
