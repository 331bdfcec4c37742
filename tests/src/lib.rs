//! The harness of the stories: worlds with a server on a real socket, on SQLite and on PostgreSQL.
//!
//! PostgreSQL is found by `TEST_DATABASE_URL`, else on the local port; without one its half of the stories is left out,
//! which is said in one line, and is a failure where `CI=true`.

#![expect(clippy::unwrap_used, reason = "a harness fails loudly")]

pub mod collector;
pub mod fuzz;
pub mod mail;
pub mod person;
pub mod postgres;
pub mod program;
pub mod speed;

use domain::access::Purpose;
use domain::actor::Actor;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::{Mutex, OnceLock};
use unfm::config::{Cli, Settings};
use unfm::platform::audit::refusal::Refusals;
use unfm::platform::clock::Clock;
use unfm::platform::database::db::{Db, IfMissing};
use unfm::platform::files::Files;
use unfm::platform::keys::Keys;
use unfm::platform::loading::reader::Readers;
use unfm::projections::PROJECTIONS;
use unfm::referral::case_key::CaseKeys;
use unfm::referral::retention;
use unfm::{seed, server, telemetry};

/// The instant at which worlds begin: a Monday noon after Morocco's change of time.
pub const NOON: &str = "2026-11-23T12:00:00Z";

/// A server with the demo world, on a database of its own.
pub struct World {
    /// Which database it is on, for messages.
    pub on: &'static str,
    /// Its clock.
    pub clock: Clock,
    /// Where its photos are kept.
    pub files: Files,
    /// The database as the server opens it.
    pub db: Db,
    /// The database as its owner opens it: for what builders change.
    pub owner: Db,
    server_url: String,
    owner_url: String,
    address: String,
    state: server::State,
    refusals: Refusals,
    client: reqwest::Client,
    _home: Home,
}

/// What is removed when the world ends.
enum Home {
    Folder(#[expect(dead_code, reason = "dropped at the end")] tempfile::TempDir),
    Database(#[expect(dead_code, reason = "dropped at the end")] postgres::Scratch),
}

/// A value, in a transaction that is taken back.
#[expect(clippy::disallowed_methods, reason = "what is asked here is asked past the program on purpose")]
pub async fn raw<T: sea_orm::TryGetable>(url: &str, sql: &str) -> Result<T, String> {
    use sea_orm::{ConnectionTrait, Database, Statement, TransactionTrait};
    let connection = Database::connect(url).await.map_err(|error| error.to_string())?;
    let transaction = connection.begin().await.map_err(|error| error.to_string())?;
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let row = transaction.query_one_raw(statement).await.map_err(|error| error.to_string())?;
    row.ok_or("no row".to_owned())?.try_get_by_index(0).map_err(|error| error.to_string())
}

/// Say in one line, once, that something is left out, which CI does not allow.
pub fn skip(what: &'static str) {
    static TOLD: Mutex<BTreeSet<&str>> = Mutex::new(BTreeSet::new());
    assert!(std::env::var("CI").as_deref() != Ok("true"), "CI skips nothing: {what}");
    if TOLD.lock().unwrap().insert(what) {
        // Past the macros, whose lines the test harness keeps to itself.
        std::io::stderr().write_all(format!("skipped: {what}\n").as_bytes()).unwrap();
    }
}

const NO_POSTGRES: &str = "stories on PostgreSQL (none at TEST_DATABASE_URL or 127.0.0.1:5432)";

/// What a server answered.
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers, by lower-case name.
    pub headers: BTreeMap<String, String>,
    /// The body, null when it is not JSON.
    pub body: Value,
    /// The body as text.
    pub text: String,
}

impl Answer {
    /// The data, when there was no error.
    pub fn data(&self) -> &Value {
        assert!(self.body["errors"].is_null(), "{}", self.text);
        &self.body["data"]
    }

    /// The code of the only error.
    pub fn code(&self) -> &str {
        assert_eq!(self.body["errors"].as_array().map(Vec::len), Some(1), "{}", self.text);
        self.body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
    }

    /// The outcome of a mutation: `done`, the codes of its user errors with their fields, or the code of its only error.
    pub fn outcome(&self) -> String {
        if !self.body["errors"].is_null() {
            return self.code().to_owned();
        }
        let payload = self.data().as_object().and_then(|data| data.values().next()).unwrap();
        let fault = |fault: &Value| {
            let code = fault["code"].as_str().unwrap();
            match fault["field"].as_array() {
                Some(field) => {
                    let field: Vec<&str> = field.iter().filter_map(Value::as_str).collect();
                    format!("{code} {}", field.join("."))
                }
                None => code.to_owned(),
            }
        };
        let faults: Vec<String> = payload["userErrors"].as_array().unwrap().iter().map(fault).collect();
        if faults.is_empty() { "done".to_owned() } else { faults.join(", ") }
    }

    /// The argument that the only error names.
    pub fn argument(&self) -> &str {
        self.body["errors"][0]["extensions"]["argument"].as_str().unwrap_or_default()
    }
}

fn readers(db: &Db, clock: &Clock, files: &Files) -> Readers {
    // One installation, whichever of its instances: all have the same keys.
    static KEYS: OnceLock<Keys> = OnceLock::new();
    let keys = KEYS.get_or_init(|| Keys::ephemeral("2026-01-01T00:00:00Z".parse().unwrap()).unwrap()).clone();
    // Photos and keys of cases have folders of their own there.
    Readers::new(db.clone(), clock.clone(), keys, (files.clone(), files.clone()))
}

/// Tell stories once on each database, so that the name of a test that fails names it: `story::on_sqlite` and
/// `story::on_postgresql`. A story that is not listed is never used, which does not compile.
#[macro_export]
macro_rules! on_each_database {
    ($($story:ident),+ $(,)?) => {
        $(mod $story {
            #[tokio::test]
            async fn on_sqlite() {
                super::$story($crate::World::sqlite().await).await;
            }

            #[tokio::test]
            async fn on_postgresql() {
                if let Some(world) = $crate::World::postgres().await {
                    super::$story(world).await;
                }
            }
        })+
    };
}

/// The file of a database with the demo world, which each world on SQLite copies.
async fn sqlite_template() -> std::path::PathBuf {
    static TEMPLATE: tokio::sync::OnceCell<tempfile::TempDir> = tokio::sync::OnceCell::const_new();
    let make = || async {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("unfm.db").display());
        let db = Db::connect(&url, IfMissing::Create, PROJECTIONS).await.unwrap();
        db.migrate().await.unwrap();
        seed::demo(&db, NOON.parse().unwrap()).await.unwrap();
        // The last connection brings the write-ahead log into the file.
        db.close().await;
        folder
    };
    TEMPLATE.get_or_init(make).await.path().join("unfm.db")
}

/// The settings of a server with flags of its own. It limits no rates, unless the flags say something of them: its clock stands
/// still, and nothing that was used comes back.
fn settings(flags: &[&str]) -> Settings {
    let mut settings = Cli::of(&[&["--listen-addr", "127.0.0.1:0"], flags].concat()).unwrap().settings;
    if !flags.iter().any(|flag| flag.starts_with("--rate")) {
        (settings.rate_address, settings.rate_login, settings.rate_client) = (0, 0, 0);
        (settings.rate_sign_in, settings.rate_sign_in_address) = (0, 0);
    }
    // Stories change the database past their server too, and count statements: answers are kept where a story is about that.
    if !flags.contains(&"--answer-cache") {
        settings.answer_cache = 0;
    }
    settings
}

impl World {
    /// The demo world on SQLite.
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("unfm.db");
        std::fs::copy(sqlite_template().await, &file).unwrap();
        let url = format!("sqlite://{}", file.display());
        let db = Db::connect(&url, IfMissing::Refuse, PROJECTIONS).await.unwrap();
        Self::begin("SQLite", (db.clone(), db), (url.clone(), url), Home::Folder(folder)).await
    }

    /// Add a synthetic world of so many units, with fresh statistics for the planner.
    pub async fn scale(&self, units: u64) {
        seed::scale(&self.owner, units, self.clock.now(), |_, _| {}).await.unwrap();
        self.owner.analyze().await.unwrap();
    }

    /// The administrator of PostgreSQL; none where there is no PostgreSQL.
    pub async fn postgres_admin() -> Option<postgres::Admin> {
        let admin = postgres::Admin::find().await;
        if admin.is_none() {
            skip(NO_POSTGRES);
        }
        admin
    }

    /// The demo world on PostgreSQL, in the server's role; none where there is no PostgreSQL.
    pub async fn postgres() -> Option<Self> {
        let Some(scratch) = postgres::Scratch::with_demo().await else {
            skip(NO_POSTGRES);
            return None;
        };
        let owner = Db::connect(&scratch.owner_url(), IfMissing::Refuse, PROJECTIONS).await.unwrap();
        let limit = Some(std::time::Duration::from_secs(10));
        let db = Db::connect_limited(&scratch.server_url(), IfMissing::Refuse, PROJECTIONS, limit).await.unwrap();
        db.refuse_powerful_role().await.unwrap();
        let urls = (scratch.server_url(), scratch.owner_url());
        Some(Self::begin("PostgreSQL", (db, owner), urls, Home::Database(scratch)).await)
    }

    async fn begin(on: &'static str, (db, owner): (Db, Db), urls: (String, String), home: Home) -> Self {
        let (server_url, owner_url) = urls;
        let clock = Clock::fixed(NOON.parse().unwrap());
        let files = Files::in_memory();
        let readers = readers(&db, &clock, &files);
        let refusals = readers.refusals.clone();
        seed::demo_logins(&db, &readers.keys, clock.now()).await.unwrap();
        let settings = settings(&[]);
        let metrics = telemetry::build(&settings).unwrap().metrics;
        let state = server::State::new(readers, metrics, &settings).unwrap();
        let router = server::router(state.clone(), &settings);
        let listener = server::listen("127.0.0.1:0".parse().unwrap(), "LISTEN_ADDR").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move { server::serve(listener, router, &settings, std::future::pending()).await });
        let client = reqwest::Client::new();
        Self { on, clock, files, db, owner, server_url, owner_url, address, state, refusals, client, _home: home }
    }

    /// Write down who was refused as she wanted to come in, as the program does every second.
    pub async fn write_refusals(&self) -> usize {
        self.refusals.write(&self.db, &self.keys()).await.unwrap()
    }

    /// Destroy what is kept of cases that are over, as the program does every ten minutes; how many there were.
    pub async fn destroy_cases(&self) -> usize {
        let case_keys = CaseKeys { keys: self.keys(), files: self.files.clone() };
        retention::destroy(&self.db, &case_keys, self.clock.now()).await.unwrap()
    }

    /// Write down in how many conversations the bot helped, as the program does every minute.
    pub async fn count_conversations(&self) {
        self.state.bot().tally.write(&self.db, self.clock.now()).await.unwrap();
    }

    /// How many passwords its server has checked.
    pub fn password_checks(&self) -> u64 {
        self.state.password_checks()
    }

    /// The most passwords that its server has hashed at once.
    pub fn most_passwords_at_once(&self) -> u64 {
        self.state.most_passwords_at_once()
    }

    /// A reader in an actor's name, on the server's connection.
    pub fn reader(&self, actor: Actor) -> unfm::platform::loading::reader::Reader {
        readers(&self.db, &self.clock, &self.files).reader(actor, Vec::new())
    }

    /// Change something as the platform itself, on the owner's connection: what builders use.
    pub async fn change<T>(
        &self,
        work: impl AsyncFnOnce(&unfm::platform::query::transaction::Tx<'_>) -> unfm::platform::error::Result<T> + Clone,
    ) -> T {
        self.owner.write(&Actor::System(Purpose::Seed), self.clock.now(), work).await.unwrap()
    }

    /// The address of the database for the server's login.
    pub fn server_url(&self) -> &str {
        &self.server_url
    }

    /// The address of the database for its owner.
    pub fn owner_url(&self) -> &str {
        &self.owner_url
    }

    /// A number asked past the program, as the server's login.
    pub async fn raw(&self, sql: &str) -> Result<i64, String> {
        raw(&self.server_url, sql).await
    }

    /// A number asked past the program, as the owner.
    pub async fn raw_as_owner(&self, sql: &str) -> Result<i64, String> {
        raw(&self.owner_url, sql).await
    }

    /// A text asked past the program, as the owner.
    pub async fn text_as_owner(&self, sql: &str) -> Result<String, String> {
        raw(&self.owner_url, sql).await
    }

    /// How many rows of a table hold a text, in whichever column.
    pub async fn rows_with(&self, table: &str, text: &str) -> i64 {
        let holds = if self.on == "SQLite" {
            // Column by column: a key is bytes, and a comparison ends at a zero.
            let columns = format!(
                "select group_concat('cast(\"' || name || '\" as text) like ''%{text}%''', ' or ') from pragma_table_info('{table}')"
            );
            self.text_as_owner(&columns).await.unwrap()
        } else {
            format!("cast({table} as text) like '%{text}%'")
        };
        self.raw_as_owner(&format!("select count(*) from {table} where {holds}")).await.unwrap()
    }

    /// Put the clock to another instant.
    pub fn at(&self, instant: &str) {
        self.clock.set(instant.parse::<Timestamp>().unwrap());
    }

    /// The address of another server on the same database, with flags of its own.
    pub async fn also_served(&self, flags: &[&str]) -> String {
        let settings = settings(flags);
        let readers = readers(&self.db, &self.clock, &self.files);
        let metrics = telemetry::build(&settings).unwrap().metrics;
        let state = server::State::new(readers, metrics, &settings).unwrap();
        tokio::spawn(state.rights().clone().keep_in_step());
        let router = server::router(state, &settings);
        let listener = server::listen("127.0.0.1:0".parse().unwrap(), "LISTEN_ADDR").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { server::serve(listener, router, &settings, std::future::pending()).await });
        format!("http://{address}")
    }

    /// The address of a Redis; none where there is none.
    pub async fn redis() -> Option<String> {
        let url = std::env::var("TEST_REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1:6379".to_owned());
        let answers = match unfm::platform::redis::Redis::open(&url) {
            Ok(redis) => redis.answers().await,
            Err(_) => false,
        };
        if !answers {
            skip("stories of two instances with Redis (none at TEST_REDIS_URL or 127.0.0.1:6379)");
        }
        answers.then_some(url)
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A client of HTTP.
    pub fn http(&self) -> &reqwest::Client {
        &self.client
    }

    /// Send a request and take its answer.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let mut headers: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in response.headers() {
            let value = value.to_str().unwrap_or_default();
            // What stands twice is one list (RFC 9110 §5.3).
            headers
                .entry(name.to_string())
                .and_modify(|all| *all = format!("{all}, {value}"))
                .or_insert_with(|| value.to_owned());
        }
        let text = response.text().await.unwrap();
        Answer { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::Null), text }
    }

    /// Ask as anybody, in Arabic.
    pub async fn ask(&self, query: &str, variables: Value) -> Answer {
        self.ask_in("ar", query, variables).await
    }

    /// Ask as anybody, in languages.
    pub async fn ask_in(&self, languages: &str, query: &str, variables: Value) -> Answer {
        let body = json!({"query": query, "variables": variables});
        let request = self.client.post(self.url("/graphql")).header("accept-language", languages).json(&body);
        self.send(request).await
    }

    /// Come in as a person of the demo world; her access token and her refresh token.
    pub async fn sign_in(&self, email: &str) -> (String, String) {
        self.sign_in_at(&self.url(""), email).await
    }

    /// Come in at another server.
    pub async fn sign_in_at(&self, address: &str, email: &str) -> (String, String) {
        let query = "mutation($email: String!) { sessionCreate(input: { email: $email, password: \"marhaba-demo\" }) {
            session { accessToken refreshToken } userErrors { code } } }";
        let body = json!({"query": query, "variables": {"email": email}});
        let answer = self.send(self.client.post(format!("{address}/graphql")).json(&body)).await;
        let session = &answer.data()["sessionCreate"]["session"];
        let text = |name: &str| session[name].as_str().unwrap_or_else(|| panic!("{}", answer.text)).to_owned();
        (text("accessToken"), text("refreshToken"))
    }

    /// Ask for a token as a partner's program does, by HTTP Basic, with the rest of the form.
    pub async fn oauth(&self, client: &str, secret: &str, rest: &str) -> Answer {
        let request = self.client.post(self.url("/oauth/token")).basic_auth(client, Some(secret));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(format!("grant_type=client_credentials{rest}"))).await
    }

    /// The access token of a demo partner's program, with all scopes.
    pub async fn program(&self, client: &str) -> String {
        let answer = self.oauth(client, &format!("{client}-secret"), "").await;
        answer.body["access_token"].as_str().unwrap_or_else(|| panic!("{}", answer.text)).to_owned()
    }

    /// Ask with a token, in French.
    pub async fn ask_as(&self, token: &str, query: &str, variables: Value) -> Answer {
        self.ask_at(&self.url(""), token, query, variables).await
    }

    /// The same at another server.
    pub async fn ask_at(&self, address: &str, token: &str, query: &str, variables: Value) -> Answer {
        let body = json!({"query": query, "variables": variables});
        let request = self.client.post(format!("{address}/graphql")).header("accept-language", "fr").bearer_auth(token);
        self.send(request.json(&body)).await
    }

    /// Ask one operation of a contract document with a token.
    pub async fn contract_as(&self, token: &str, document: &str, operation: &str, variables: Value) -> Answer {
        let body = json!({"query": document, "operationName": operation, "variables": variables});
        self.send(self.client.post(self.url("/graphql")).bearer_auth(token).json(&body)).await
    }

    /// The keys of the installation.
    pub fn keys(&self) -> Keys {
        readers(&self.db, &self.clock, &self.files).keys
    }

    /// Ask one operation of a contract document.
    pub async fn contract(&self, document: &str, operation: &str, variables: Value) -> Answer {
        let body = json!({"query": document, "operationName": operation, "variables": variables});
        self.send(self.client.post(self.url("/graphql")).json(&body)).await
    }

    /// What the platform derives, and what stands there, where they differ.
    pub async fn differences(&self) -> Vec<String> {
        self.owner.differences(self.clock.now()).await.unwrap()
    }

    /// How many statements an operation sends.
    pub async fn statements(&self, document: &str, operation: &str, variables: Value) -> u64 {
        let before = self.db.statements();
        self.contract(document, operation, variables).await.data();
        self.db.statements() - before
    }
}

/// Copy an embedded database as a power cut in the middle of a write leaves it: with the journal that undoes it.
#[expect(clippy::disallowed_methods, reason = "the write is made past the program, to be interrupted")]
pub async fn interrupted_copy(from: &std::path::Path, to: &std::path::Path) {
    use sea_orm::{ConnectOptions, ConnectionTrait, Database};
    let mut options = ConnectOptions::new(format!("sqlite://{}", from.display()));
    options.max_connections(1).sqlx_logging(false);
    let connection = Database::connect(options).await.unwrap();
    let journal = |file: &std::path::Path| std::path::PathBuf::from(format!("{}-journal", file.display()));
    // A cache of one page spills at once what is not committed.
    for sql in
        ["pragma journal_mode = delete", "pragma cache_size = 1", "begin", "update product set slug = 'x' || slug"]
    {
        connection.execute_unprepared(sql).await.unwrap();
    }
    std::fs::copy(from, to).unwrap();
    std::fs::copy(journal(from), journal(to)).unwrap();
    connection.execute_unprepared("rollback").await.unwrap();
    connection.close().await.unwrap();
}

/// Lock an embedded database as another program does in the middle of a write; it is locked until the connection is
/// closed.
#[expect(clippy::disallowed_methods, reason = "another program locks it")]
pub async fn lock_file(url: &str) -> sea_orm::DatabaseConnection {
    use sea_orm::{ConnectOptions, ConnectionTrait, Database};
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let connection = Database::connect(options).await.unwrap();
    connection.execute_unprepared("begin exclusive").await.unwrap();
    connection
}

/// Another program's transaction on PostgreSQL, after its first statement: what that locks is held until the connection is closed.
#[expect(clippy::disallowed_methods, reason = "another program is in the way")]
pub async fn transaction_of_another(url: &str, first: &str) -> sea_orm::DatabaseConnection {
    use sea_orm::{ConnectOptions, ConnectionTrait, Database};
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let connection = Database::connect(options).await.unwrap();
    connection.execute_unprepared(&format!("begin; {first}")).await.unwrap();
    connection
}

/// Change a database as its owner does, past the program.
#[expect(clippy::disallowed_methods, reason = "the owner changes it")]
pub async fn run_as_owner(url: &str, sql: &str) {
    use sea_orm::{ConnectOptions, ConnectionTrait, Database};
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let connection = Database::connect(options).await.unwrap();
    connection.execute_unprepared(sql).await.unwrap();
    connection.close().await.unwrap();
}

/// Make a database that holds another program's table.
#[expect(clippy::disallowed_methods, reason = "another program made it")]
pub async fn foreign_database(url: &str) {
    use sea_orm::{ConnectionTrait, Database};
    let connection = Database::connect(format!("{url}?mode=rwc")).await.unwrap();
    connection.execute_unprepared("create table letters (text text)").await.unwrap();
    connection.close().await.unwrap();
}
