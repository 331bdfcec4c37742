//! Scratch databases on PostgreSQL, dropped at the end of their world.

use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use unfm::platform::database::db::{Db, IfMissing};
use unfm::projections::PROJECTIONS;

/// The login that the server works in; roles belong to the whole cluster, so all scratch databases share it.
const LOGIN: &str = "unfm_test_server";

/// A database of its own, empty at first.
pub struct Scratch {
    admin: String,
    name: String,
    is_kept: bool,
}

fn admin_urls() -> Vec<String> {
    match std::env::var("TEST_DATABASE_URL") {
        Ok(url) => vec![url],
        Err(_) => vec![
            "postgres://postgres@127.0.0.1:5432/postgres".into(),
            "postgres://postgres:postgres@127.0.0.1:5432/postgres".into(),
        ],
    }
}

#[expect(clippy::disallowed_methods, reason = "scratch databases are made by an administrator, outside the program")]
async fn connect(url: &str) -> Option<DatabaseConnection> {
    let mut options = sea_orm::ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false).connect_timeout(std::time::Duration::from_secs(3));
    Database::connect(options).await.ok()
}

/// The administrator of the cluster.
pub struct Admin {
    connection: DatabaseConnection,
    url: String,
}

impl Admin {
    pub(crate) async fn find() -> Option<Self> {
        for url in admin_urls() {
            if let Some(connection) = connect(&url).await {
                return Some(Self { connection, url });
            }
        }
        None
    }

    /// Where the server is, with its port.
    pub fn host(&self) -> String {
        let authority = self.url.split_once("://").unwrap().1.split('/').next().unwrap();
        authority.rsplit('@').next().unwrap().to_owned()
    }

    /// The size of a database in bytes, with what no transaction has committed yet; 0: there is none of this name.
    pub async fn size(&self, database: &str) -> i64 {
        let sql =
            format!("select coalesce((select pg_database_size(oid) from pg_database where datname = '{database}'), 0)");
        let statement = sea_orm::Statement::from_string(self.connection.get_database_backend(), sql);
        let row = self.connection.query_one_raw(statement).await.unwrap().unwrap();
        row.try_get_by_index(0).unwrap()
    }

    /// Run a statement.
    ///
    /// # Errors
    /// What the server says.
    pub async fn run(&self, sql: &str) -> Result<(), String> {
        self.connection.execute_unprepared(sql).await.map(drop).map_err(|error| error.to_string())
    }
}

/// Held while the template is looked for and made.
const TEMPLATE_LOCK: i64 = 1_970_169_456;

/// The name of the template of this build: another build may bring other tables and other data.
fn template_of_build() -> String {
    let program = std::env::current_exe().unwrap();
    let built = std::fs::metadata(&program).unwrap().modified().unwrap();
    let seconds = built.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    format!("unfm_template_{seconds}_{:08x}", domain::id::founding("test", &program.to_string_lossy()).as_fields().0)
}

/// Drop the templates of builds that are older than a day.
async fn drop_templates(connection: &DatabaseConnection) {
    let sql = "select datname from pg_database where datname like 'unfm\\_template\\_%' and
        split_part(datname, '_', 3)::bigint < extract(epoch from now()) - 86400";
    let statement = sea_orm::Statement::from_string(connection.get_database_backend(), sql);
    for row in connection.query_all_raw(statement).await.unwrap() {
        let name: String = row.try_get_by_index(0).unwrap();
        for sql in [format!("alter database {name} is_template false"), format!("drop database {name}")] {
            // One that is being copied just now stays until the next time.
            let _ = connection.execute_unprepared(&sql).await;
        }
    }
}

impl Scratch {
    /// Make one; none where there is no PostgreSQL.
    pub async fn new() -> Option<Self> {
        let mut scratch = Self::named(format!("unfm_test_{}", uuid::Uuid::now_v7().simple())).await?;
        scratch.is_kept = false;
        Some(scratch)
    }

    /// One with the demo world in it, copied from a database that is made once for this build of the tests; none where
    /// there is no PostgreSQL.
    pub async fn with_demo() -> Option<Self> {
        for admin in admin_urls() {
            let Some(connection) = connect(&admin).await else { continue };
            let template = template_of_build();
            connection.execute_unprepared(&format!("select pg_advisory_lock({TEMPLATE_LOCK})")).await.unwrap();
            let sql = format!("select count(*) from pg_database where datname = '{template}' and datistemplate");
            let statement = sea_orm::Statement::from_string(connection.get_database_backend(), sql);
            let row = connection.query_one_raw(statement).await.unwrap().unwrap();
            if row.try_get_by_index::<i64>(0).unwrap() == 0 {
                drop_templates(&connection).await;
                let made = Self::named(template.clone()).await.unwrap();
                let owner = Db::connect(&made.owner_url(), IfMissing::Refuse, PROJECTIONS).await.unwrap();
                made.prepare(&owner).await;
                unfm::seed::demo(&owner, crate::NOON.parse().unwrap()).await.unwrap();
                owner.close().await;
                made.stop_clock().await;
                let done = format!("alter database {template} is_template true");
                connection.execute_unprepared(&done).await.unwrap();
            }
            connection.execute_unprepared(&format!("select pg_advisory_unlock({TEMPLATE_LOCK})")).await.unwrap();
            let name = format!("unfm_test_{}", uuid::Uuid::now_v7().simple());
            connection.execute_unprepared(&format!("create database {name} template {template}")).await.unwrap();
            return Some(Self { admin, name, is_kept: false });
        }
        None
    }

    /// One that stays, and may be there already.
    pub(crate) async fn named(name: String) -> Option<Self> {
        for admin in admin_urls() {
            let Some(connection) = connect(&admin).await else { continue };
            // Arabic must be found also where the database's locale knows no letters.
            let sql = format!("create database {name} template template0 lc_ctype 'C' lc_collate 'C'");
            match connection.execute_unprepared(&sql).await {
                Err(error) if !error.to_string().contains("already exists") => panic!("{error}"),
                _ => return Some(Self { admin, name, is_kept: true }),
            }
        }
        None
    }

    fn url(&self, login: Option<&str>) -> String {
        let (scheme, rest) = self.admin.split_once("://").unwrap();
        let (authority, _) = rest.split_once('/').unwrap_or((rest, ""));
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        match login {
            Some(login) => format!("{scheme}://{login}@{host}/{}", self.name),
            None => format!("{scheme}://{authority}/{}", self.name),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its address for its owner.
    pub fn owner_url(&self) -> String {
        self.url(None)
    }

    /// The address of the database for the server's login.
    pub fn server_url(&self) -> String {
        self.url(Some(&format!("{LOGIN}:{LOGIN}")))
    }

    /// Let its policies take it for the day on which worlds begin. Their own clock is the database's, by which what is valid in a story
    /// would be hidden some day.
    async fn stop_clock(&self) {
        let sql = format!(
            "do $$ declare policy record; begin
               for policy in select * from pg_policies where qual like '%now()%' loop
                 execute format('alter policy %I on %I using (%s)', policy.policyname, policy.tablename,
                   replace(policy.qual, 'now()', 'timestamptz ''{}'''));
               end loop;
             end $$",
            crate::NOON
        );
        connect(&self.owner_url()).await.unwrap().execute_unprepared(&sql).await.unwrap();
    }

    /// Bring it up to date and let the server in; roles are the cluster's, so one world at a time does it.
    pub(crate) async fn prepare(&self, owner: &Db) {
        let admin = connect(&self.admin).await.unwrap();
        admin.execute_unprepared("select pg_advisory_lock(1970169455)").await.unwrap();
        owner.migrate().await.unwrap();
        let role = format!(
            "do $$ begin create role {LOGIN} login password '{LOGIN}' nosuperuser nobypassrls;
             exception when duplicate_object then null; end $$"
        );
        admin.execute_unprepared(&role).await.unwrap();
        owner.admit_server(LOGIN).await.unwrap();
        admin.execute_unprepared("select pg_advisory_unlock(1970169455)").await.unwrap();
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if self.is_kept {
            return;
        }
        let (admin, name) = (self.admin.clone(), self.name.clone());
        // The runtime of the test is ending; a thread with its own waits until the database is gone.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                if let Some(connection) = connect(&admin).await {
                    let _ =
                        connection.execute_unprepared(&format!("drop database if exists {name} with (force)")).await;
                }
            });
        });
        let _ = dropped.join();
    }
}
