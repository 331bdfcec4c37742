//! Every setting: typed, read once from flags and the environment, checked before anything opens.

mod files;
mod messenger;
mod network;

pub use files::{make_private_file, prepare_database_file};
pub use messenger::MessengerSettings;
pub use network::{Network, block, is_loopback};

use messenger::MessengerFlags;
use network::app_url;

use crate::platform::audit::verify::Anchor;
use crate::platform::database::fault::StartFault;
use crate::platform::files::Files;
use crate::platform::rate_limit::PerMinute;
use clap::builder::Resettable;
use clap::error::ErrorKind;
use clap::{ArgAction, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use domain::codes::Coded;
use domain::cooperative::{EXPENSE_LIMIT, MEMBERS_MIN, Rules, WARNING_DAYS};
use domain::disclosure::{K, K_VIOLENCE, Thresholds};
use domain::money::Money;
use domain::partner_client::ClientScope;
use domain::sale::VOID_LIMIT;
use domain::stock::COUNT_LIMIT;
use domain::submission::DUE_DAYS;
use redis::{ConnectionAddr, IntoConnectionInfo};
use secrecy::{ExposeSecret, SecretString};
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The version; a build for the tests of access control says what it is.
const VERSION: &str = if cfg!(feature = "unguarded") {
    concat!(env!("CARGO_PKG_VERSION"), " (unguarded: for tests alone)")
} else {
    env!("CARGO_PKG_VERSION")
};

/// The GraphQL platform of the National Union of Women of Morocco.
#[derive(Parser, Debug)]
#[command(name = "unfm", version = VERSION, about, long_about = None, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do; to serve, if nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The settings.
    #[command(flatten)]
    pub settings: Settings,
}

/// What the program does.
#[derive(Subcommand, Debug, Clone)]
pub enum Command {
    /// Serve GraphQL (the default).
    Serve,
    /// Bring the database up to date, and let the server's login work in it.
    Migrate,
    /// Fill the database with reference and founding data.
    Seed {
        /// And with the demo world.
        #[arg(long)]
        demo: bool,
        /// And with a large synthetic world, for measuring; 1 is 2,000 branches, 20,000 cooperatives and 500,000 products.
        #[arg(long, value_parser = clap::value_parser!(u64).range(1..=100))]
        scale: Option<u64>,
        /// Take the demo logins and credentials away instead.
        #[arg(long, conflicts_with_all = ["demo", "scale"])]
        remove_demo: bool,
    },
    /// Keys that access tokens are signed with.
    Keys {
        /// What to do with them.
        #[command(subcommand)]
        action: KeysAction,
    },
    /// The audit.
    Audit {
        /// What to do with it.
        #[command(subcommand)]
        action: AuditAction,
    },
    /// Print the schema in the schema definition language.
    Schema,
    /// Look whether everything is as it should be, and print a table.
    Check {
        /// Ask everything that the schema offers in everybody's name, on a scratch database that is made for it and thrown
        /// away, and print what leaks. On PostgreSQL the owner must be able to make databases.
        #[arg(long)]
        access: bool,
        /// Compute everything anew that is derived from other data (publication, prices, search text, counts), and print a
        /// line for each row that holds something else.
        #[arg(long, conflicts_with = "access")]
        data: bool,
    },
    /// Write a copy of the embedded database to a file, while it is in use. PostgreSQL has `pg_dump`.
    Backup {
        /// The file, which is not there yet.
        file: PathBuf,
    },
    /// Staff logins.
    User {
        /// What to do with them.
        #[command(subcommand)]
        action: UserAction,
    },
    /// Machine credentials of partners.
    Client {
        /// What to do with them.
        #[command(subcommand)]
        action: ClientAction,
    },
}

/// What is done with staff logins.
#[derive(Subcommand, Debug, Clone)]
pub enum UserAction {
    /// Invite a national administrator: the first one of an installation. The link is printed, and mailed to nobody.
    Invite {
        /// Her e-mail address.
        email: String,
        /// What she is called.
        #[arg(long)]
        name: String,
    },
}

/// What is done with machine credentials.
#[derive(Subcommand, Debug, Clone)]
pub enum ClientAction {
    /// Make one; its secret is printed, once.
    Create {
        /// The slug of the partner.
        partner: String,
        /// What people call it.
        #[arg(long)]
        name: String,
        /// What it may ask for, separated by commas.
        #[arg(
            long,
            value_delimiter = ',',
            default_value = "programmes:read,agreements:read,indicators:read",
            value_parser = ClientScope::ALL.iter().map(|scope| scope.as_str()).collect::<Vec<_>>()
        )]
        scopes: Vec<String>,
        /// For how many days it holds, at most 365.
        #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u16).range(1..=365))]
        days: u16,
    },
}

/// What is done with keys.
#[derive(Subcommand, Debug, Clone, Copy)]
pub enum KeysAction {
    /// Make a new one; it signs a quarter of an hour later, when every instance was restarted. Makes the folder at first, and
    /// removes keys that have had their time.
    Rotate {
        /// Since a key is known to others: it signs at once, and every earlier one is refused and removed. Whoever is signed in
        /// gets another access token with the refresh token.
        #[arg(long)]
        now: bool,
    },
}

/// What is done with the audit.
#[derive(Subcommand, Debug, Clone)]
pub enum AuditAction {
    /// Prove its chains, or name the first link that is broken or missing; then anchor their ends once more.
    Verify {
        /// An anchor that was told in a log, as SEQUENCE:HASH: it must be there.
        #[arg(long, value_parser = anchor)]
        anchor: Vec<Anchor>,
    },
    /// Erase the personal values of entries about a thing, or by a person (law 09-08). The proof stays whole.
    Erase {
        /// The global id of a login, a credential of a partner's, a membership, or any other thing.
        id: String,
    },
}

/// An anchor as a log tells it.
fn anchor(text: &str) -> Result<Anchor, String> {
    let parts = text.split_once(':').and_then(|(sequence, hash)| Some((sequence.parse().ok()?, hash.to_owned())));
    let (sequence, hash) = parts.ok_or("an anchor is a number and a hash, as 12:Jx3…")?;
    Ok(Anchor { sequence, hash })
}

/// The cost of a password's hash.
#[derive(Clone, Debug)]
pub struct HashCost(pub argon2::Params);

impl std::str::FromStr for HashCost {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fault = || "it is not of the form m=19456,t=2,p=1".to_owned();
        let part = |part: Option<&str>, name: &str| {
            part.and_then(|part| part.strip_prefix(name)).and_then(|number| number.parse().ok()).ok_or_else(fault)
        };
        let mut parts = text.split(',');
        let (memory, passes, lanes) = (part(parts.next(), "m=")?, part(parts.next(), "t=")?, part(parts.next(), "p=")?);
        if parts.next().is_some() {
            return Err(fault());
        }
        argon2::Params::new(memory, passes, lanes, None).map(Self).map_err(|error| error.to_string())
    }
}

/// Whose documents must be among those that the operator trusts.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Nobody's.
    Off,
    /// Everybody's but those of partners' programs.
    Public,
    /// Everybody's.
    Only,
}

/// How long something may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeout(pub Duration);

impl std::str::FromStr for Timeout {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let duration = text.parse::<jiff::SignedDuration>().ok().and_then(|given| Duration::try_from(given).ok());
        let duration = duration.filter(|duration| (MILLISECOND..=HOUR).contains(duration));
        duration.map(Self).ok_or_else(|| "it is no time such as 10s, 500ms or 1m, up to an hour".to_owned())
    }
}

const MILLISECOND: Duration = Duration::from_millis(1);
const HOUR: Duration = Duration::from_secs(3600);

/// How the platform is run.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// To be tried: with the demo world and generated keys, on this machine alone.
    Demo,
    /// For everybody.
    Production,
}

/// How logs are written.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines, a JSON object a line.
    Json,
}

/// The address of a database; it is not shown, and no error about it repeats it.
#[derive(Clone)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The address as the driver reads it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before `://`.
    fn scheme(&self) -> &str {
        self.0.split(':').next().unwrap_or_default()
    }

    fn is_postgres(&self) -> bool {
        matches!(self.scheme(), "postgres" | "postgresql")
    }

    /// Whether the driver can read it.
    fn is_readable(&self) -> bool {
        !self.is_postgres() || self.0.parse::<sqlx::postgres::PgConnectOptions>().is_ok()
    }
}

impl std::str::FromStr for DatabaseUrl {
    type Err = std::convert::Infallible;

    /// Take an address as people write it: a password may hold signs that mean something elsewhere in an address.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let split = text.split_once("://").filter(|(scheme, _)| scheme.starts_with("postgres"));
        let Some((scheme, (login, rest))) = split.and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?)))
        else {
            return Ok(Self(text.to_owned()));
        };
        let login = match login.split_once(':') {
            Some((name, password)) => format!("{}:{}", encoded(name), encoded(password)),
            None => encoded(login),
        };
        Ok(Self(format!("{scheme}://{login}@{rest}")))
    }
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("•••")
    }
}

/// Percent-encode what would end a login in an address; what is encoded already stays (RFC 3986 §2.1, §3.2.1).
fn encoded(text: &str) -> String {
    use std::fmt::Write;
    let bytes = text.as_bytes();
    let mut encoded = String::new();
    for (place, byte) in bytes.iter().enumerate() {
        let is_escape = *byte == b'%'
            && bytes.get(place + 1..place + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        if is_escape || byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=".contains(byte) {
            encoded.push(char::from(*byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("writing to a string does not fail");
        }
    }
    encoded
}

/// All settings.
#[derive(clap::Args, Debug, Clone)]
pub struct Settings {
    /// Address to listen on.
    #[arg(long, env = "LISTEN_ADDR", default_value = "127.0.0.1:8000", global = true)]
    pub listen_addr: SocketAddr,
    /// Database address: sqlite://path or postgres://login:password@host/database. A password may hold any sign; `%` before
    /// two hexadecimal digits is written %25.
    #[arg(long, env = "DATABASE_URL", default_value = "sqlite://data/unfm.db", hide_env_values = true, global = true)]
    pub database_url: DatabaseUrl,
    /// Address for `migrate` and `seed` on PostgreSQL, as the owner of the tables; DATABASE_URL if not given.
    #[arg(long, env = "MIGRATE_DATABASE_URL", hide_env_values = true, global = true)]
    pub migrate_database_url: Option<DatabaseUrl>,
    /// Redis address, by which instances tell each other at once that rights changed; without one they find out within a
    /// second.
    #[arg(long, env = "REDIS_URL", hide_env_values = true, global = true)]
    pub redis_url: Option<SecretString>,
    /// Demo or production; demo by default on a loopback address with an embedded database, production otherwise.
    #[arg(long, env = "UNFM_MODE", global = true)]
    pub mode: Option<Mode>,
    /// Allow SQLite in production.
    #[arg(long, env = "UNFM_ALLOW_SQLITE", global = true)]
    pub allow_sqlite: bool,
    /// Folder of the keys, the same on every instance: `unfm keys rotate` makes it; beside the database in demo mode.
    #[arg(long, env = "UNFM_KEYS_DIR", global = true)]
    pub keys_dir: Option<PathBuf>,
    /// File that the ends of the audit's chains are kept in besides, daily: on a disk that the database's owner does not write to.
    #[arg(long, env = "UNFM_AUDIT_ANCHORS", global = true)]
    pub audit_anchors: Option<PathBuf>,
    /// Folder of the photos, the same for every instance; or `s3://bucket/prefix`, by the variables AWS_ACCESS_KEY_ID,
    /// AWS_SECRET_ACCESS_KEY, AWS_REGION and, for another provider, AWS_ENDPOINT.
    #[arg(long, env = "UNFM_PHOTOS", default_value = "data/photos", global = true)]
    pub photos: String,
    /// Folder of the keys of cases, which referrals are encrypted with, the same for every instance and in no backup; or
    /// `s3://bucket/prefix` without versions, by the same variables.
    #[arg(long, env = "UNFM_CASE_KEYS", default_value = "data/case-keys", global = true)]
    pub case_keys: String,
    /// Cost of a password's hash by Argon2id: memory in KiB, passes, lanes. Older hashes are renewed at the next sign-in.
    #[arg(long, env = "UNFM_ARGON2", default_value = "m=19456,t=2,p=1", global = true)]
    pub argon2: HashCost,
    /// Mail server: smtps://user:password@host, or smtp://…?tls=required; without one, e-mails wait, and are logged in
    /// demo mode.
    #[arg(long, env = "UNFM_SMTP_URL", hide_env_values = true, global = true)]
    pub smtp_url: Option<SecretString>,
    /// Sender of e-mails, such as `UNFM <ne-pas-repondre@unfm.example>`.
    #[arg(long, env = "UNFM_MAIL_FROM", global = true)]
    pub mail_from: Option<String>,
    /// Address of the front end that links in e-mails lead to, without a path behind it.
    #[arg(long, env = "UNFM_APP_URL", value_parser = app_url, global = true)]
    pub app_url: Option<String>,
    /// Address of the Prometheus listener.
    #[arg(long, env = "UNFM_METRICS_ADDR", default_value = "127.0.0.1:9464", global = true)]
    pub metrics_addr: SocketAddr,
    /// Origins that browsers may call from, exact, separated by commas.
    #[arg(long, env = "UNFM_CORS_ORIGINS", value_delimiter = ',', value_parser = origin, global = true)]
    pub cors_origins: Vec<String>,
    /// Addresses or networks of proxies that are believed for whom they ask (X-Forwarded-For), and whose request ids and trace
    /// contexts are believed, separated by commas.
    #[arg(long, env = "UNFM_TRUSTED_PROXIES", value_delimiter = ',', global = true)]
    pub trusted_proxies: Vec<Network>,
    /// How long the head of a request may take to arrive, such as `10s`.
    #[arg(long, env = "UNFM_HEADER_TIMEOUT", default_value = "10s", global = true)]
    pub header_timeout: Timeout,
    /// How long the body of a request may take to arrive.
    #[arg(long, env = "UNFM_BODY_TIMEOUT", default_value = "30s", global = true)]
    pub body_timeout: Timeout,
    /// How long a request may be worked on, in the database as well.
    #[arg(long, env = "UNFM_EXECUTION_TIMEOUT", default_value = "10s", global = true)]
    pub execution_timeout: Timeout,
    /// So many MiB of answers are kept in memory for strangers who ask the same. 0: none.
    #[arg(long, env = "UNFM_ANSWER_CACHE", default_value_t = 8, value_parser = clap::value_parser!(u32).range(0..=4096), global = true)]
    pub answer_cache: u32,
    /// Cost units that strangers at one address may ask for in a minute; an IPv6 network of 64 bits counts as one. 0: no
    /// limit, here and below.
    #[arg(long, env = "UNFM_RATE_ADDRESS", default_value_t = 30_000, global = true)]
    pub rate_address: u32,
    /// Cost units that one login may ask for in a minute.
    #[arg(long, env = "UNFM_RATE_LOGIN", default_value_t = 15_000, global = true)]
    pub rate_login: u32,
    /// Cost units that one credential of a partner's may ask for in a minute.
    #[arg(long, env = "UNFM_RATE_CLIENT", default_value_t = 60_000, global = true)]
    pub rate_client: u32,
    /// Attempts a minute to come in as somebody, or as a program, from one address.
    #[arg(long, env = "UNFM_RATE_SIGN_IN", default_value_t = 10, global = true)]
    pub rate_sign_in: u32,
    /// Attempts a minute to come in from one address as whomever; a password that is to be reset counts as ten.
    #[arg(long, env = "UNFM_RATE_SIGN_IN_ADDRESS", default_value_t = 100, global = true)]
    pub rate_sign_in_address: u32,
    /// Numbers of people below this are not told (k); at least 5.
    #[arg(long, env = "UNFM_DISCLOSURE_THRESHOLD", default_value_t = K, value_parser = clap::value_parser!(u64).range(K..=1000), global = true)]
    pub disclosure_threshold: u64,
    /// The same for data on violence; at least 10.
    #[arg(long, env = "UNFM_DISCLOSURE_THRESHOLD_VIOLENCE", default_value_t = K_VIOLENCE, value_parser = clap::value_parser!(u64).range(K_VIOLENCE..=1000), global = true)]
    pub disclosure_threshold_violence: u64,
    /// The least number of members of an active cooperative.
    #[arg(long, env = "UNFM_MEMBERS_MIN", default_value_t = MEMBERS_MIN, value_parser = clap::value_parser!(u32).range(1..=1000), global = true)]
    pub members_min: u32,
    /// So many days before a document of a cooperative ends it shows up.
    #[arg(long, env = "UNFM_DOCUMENT_WARNING_DAYS", default_value_t = WARNING_DAYS, value_parser = clap::value_parser!(u16).range(1..=366), global = true)]
    pub document_warning_days: u16,
    /// An expense of an agreement's money above so many dirhams waits for a second person.
    #[arg(long, env = "UNFM_EXPENSE_LIMIT", default_value_t = EXPENSE_LIMIT, value_parser = clap::value_parser!(i64).range(0..=1_000_000_000), global = true)]
    pub expense_limit: i64,
    /// To void a sale of more than so many dirhams takes a second person.
    #[arg(long, env = "UNFM_VOID_LIMIT", default_value_t = VOID_LIMIT, value_parser = clap::value_parser!(i64).range(0..=1_000_000_000), global = true)]
    pub void_limit: i64,
    /// A stock count whose differences are worth more than so many dirhams takes a second person.
    #[arg(long, env = "UNFM_COUNT_LIMIT", default_value_t = COUNT_LIMIT, value_parser = clap::value_parser!(i64).range(0..=1_000_000_000), global = true)]
    pub count_limit: i64,
    /// The figures of a period are late so many days after its end.
    #[arg(long, env = "UNFM_SUBMISSION_DUE_DAYS", default_value_t = DUE_DAYS, value_parser = clap::value_parser!(u16).range(0..=366), global = true)]
    pub submission_due_days: u16,
    /// Whose documents must be trusted: nobody's (`off`), everybody's but partners' programs' (`public`), or all (`only`).
    #[arg(long, env = "UNFM_TRUSTED_DOCUMENTS", default_value = "off", global = true)]
    pub trusted_documents: Trust,
    /// Folder of the trusted documents: `.graphql` files, manifests of Apollo's and maps of Relay's (`.json`).
    #[arg(long, env = "UNFM_DOCUMENTS_DIR", global = true)]
    pub documents_dir: Option<PathBuf>,
    /// Whether the schema is shown: by introspection, as `/schema.graphql`, in `/graphiql`.
    #[arg(long, env = "UNFM_INTROSPECTION", default_value = "true", action = ArgAction::Set, global = true)]
    pub introspection: bool,
    /// How logs are written; text on a terminal, JSON otherwise.
    #[arg(long, env = "UNFM_LOG_FORMAT", global = true)]
    pub log_format: Option<LogFormat>,
    /// What is logged, such as `info` or `unfm=debug`.
    #[arg(long, env = "RUST_LOG", default_value = DEFAULT_LOG, value_parser = log_filter, global = true)]
    pub log: String,
    /// Collector that traces and metrics are sent to by OTLP over HTTP; the other OTEL_* variables hold too.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_parser = collector, global = true)]
    pub otlp_endpoint: Option<String>,
    /// The bot on Messenger.
    #[command(flatten)]
    pub messenger: MessengerFlags,
}

/// The migrations' own lines say nothing that ours do not.
const DEFAULT_LOG: &str = "info,sea_orm_migration=warn,opentelemetry=warn";

/// The variables that begin with `UNFM_` and mean something.
const KNOWN: [&str; 39] = [
    "UNFM_ANSWER_CACHE",
    "UNFM_CASE_KEYS",
    "UNFM_MESSENGER_APP_SECRET",
    "UNFM_MESSENGER_VERIFY_TOKEN",
    "UNFM_MESSENGER_PAGE_TOKEN",
    "UNFM_MESSENGER_API",
    "UNFM_HELP_URL",
    "UNFM_PHOTOS",
    "UNFM_DISCLOSURE_THRESHOLD",
    "UNFM_DISCLOSURE_THRESHOLD_VIOLENCE",
    "UNFM_MEMBERS_MIN",
    "UNFM_EXPENSE_LIMIT",
    "UNFM_VOID_LIMIT",
    "UNFM_COUNT_LIMIT",
    "UNFM_SUBMISSION_DUE_DAYS",
    "UNFM_DOCUMENT_WARNING_DAYS",
    "UNFM_AUDIT_ANCHORS",
    "UNFM_RATE_ADDRESS",
    "UNFM_RATE_LOGIN",
    "UNFM_RATE_CLIENT",
    "UNFM_RATE_SIGN_IN",
    "UNFM_RATE_SIGN_IN_ADDRESS",
    "UNFM_TRUSTED_DOCUMENTS",
    "UNFM_DOCUMENTS_DIR",
    "UNFM_HEADER_TIMEOUT",
    "UNFM_BODY_TIMEOUT",
    "UNFM_EXECUTION_TIMEOUT",
    "UNFM_SMTP_URL",
    "UNFM_MAIL_FROM",
    "UNFM_APP_URL",
    "UNFM_MODE",
    "UNFM_INTROSPECTION",
    "UNFM_ALLOW_SQLITE",
    "UNFM_KEYS_DIR",
    "UNFM_ARGON2",
    "UNFM_METRICS_ADDR",
    "UNFM_CORS_ORIGINS",
    "UNFM_TRUSTED_PROXIES",
    "UNFM_LOG_FORMAT",
];

impl Cli {
    /// Read flags and the environment. An empty variable counts as absent, as compose files leave them.
    ///
    /// # Errors
    /// What is wrong with them, or the help that was asked for.
    pub fn read(args: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let command = Self::command().mut_args(|arg| match arg.get_env().and_then(std::env::var_os) {
            Some(value) if value.is_empty() => arg.env(Resettable::Reset),
            _ => arg,
        });
        Self::from_arg_matches(&command.try_get_matches_from(args)?)
    }

    /// Read flags alone, as a test gives them.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn of(args: &[&str]) -> Result<Self, String> {
        let flags = Self::command().mut_args(|arg| arg.env(Resettable::Reset));
        let matches = flags.try_get_matches_from([&["unfm"], args].concat());
        matches.and_then(|matches| Self::from_arg_matches(&matches)).map_err(|error| sentence(&error))
    }

    /// Check the settings against each other, for commands that work with them.
    ///
    /// # Errors
    /// One sentence about the first contradiction.
    pub fn check(&self) -> Result<(), StartFault> {
        match self.command {
            // The one needs none; the other tells it in its table.
            Some(Command::Schema | Command::Check { .. }) => Ok(()),
            _ => self.settings.check(),
        }
    }
}

/// One line of what clap tells in several: what is wrong or missing, and the choices.
pub fn sentence(error: &clap::Error) -> String {
    let text = error.to_string();
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        // Each begins its line after two blanks; what is said of it is wrapped further in.
        let commands = text.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
        let names = commands.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
        let names = names.filter(|name| !name.is_empty()).collect::<Vec<_>>().join(", ");
        return format!("a command is missing: {names}; `unfm --help` lists the settings.");
    }
    let told =
        text.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more"));
    let told = told.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    let told = told.strip_prefix("error: ").unwrap_or(&told).trim_end_matches('.');
    format!("{told}; `unfm --help` lists the settings.")
}

impl Settings {
    /// The mode that the settings amount to.
    pub fn mode(&self) -> Mode {
        let unsaid = if self.is_local() && self.is_embedded() { Mode::Demo } else { Mode::Production };
        self.mode.unwrap_or(unsaid)
    }

    /// Whether this machine alone can reach the server.
    fn is_local(&self) -> bool {
        self.listen_addr.ip().to_canonical().is_loopback()
    }

    /// Whether the database is embedded.
    pub fn is_embedded(&self) -> bool {
        self.database_url.scheme() == "sqlite"
    }

    /// The address for `migrate` and `seed`.
    pub fn owner_url(&self) -> &str {
        self.migrate_database_url.as_ref().unwrap_or(&self.database_url).as_str()
    }

    /// The login name that the server uses, where an owner's is given besides.
    pub fn server_login(&self) -> Option<String> {
        self.migrate_database_url.as_ref()?;
        let options: sqlx::postgres::PgConnectOptions = self.database_url.as_str().parse().ok()?;
        Some(options.get_username().to_owned())
    }

    /// Where photos are kept.
    ///
    /// # Errors
    /// One sentence, when the place cannot be read.
    pub fn files(&self) -> Result<Files, StartFault> {
        Files::open(&self.photos, std::env::vars())
    }

    /// Where the keys of cases are kept.
    ///
    /// # Errors
    /// One sentence, when the place cannot be read.
    pub fn case_keys(&self) -> Result<Files, StartFault> {
        Files::open(&self.case_keys, std::env::vars())
    }

    /// The thresholds of disclosure control.
    pub fn thresholds(&self) -> Thresholds {
        Thresholds { people: self.disclosure_threshold, violence: self.disclosure_threshold_violence }
    }

    /// What the association sets for itself about cooperatives, money and figures.
    pub fn rules(&self) -> Rules {
        let dirhams = |limit: i64| Money::new(limit * 100);
        Rules {
            members_min: self.members_min,
            warning_days: self.document_warning_days,
            expense_limit: dirhams(self.expense_limit),
            void_limit: dirhams(self.void_limit),
            count_limit: dirhams(self.count_limit),
            due_days: self.submission_due_days,
        }
    }

    /// How much everybody may ask for in a minute.
    pub fn per_minute(&self) -> PerMinute {
        PerMinute {
            address: self.rate_address,
            login: self.rate_login,
            client: self.rate_client,
            sign_in: self.rate_sign_in,
            sign_in_address: self.rate_sign_in_address,
        }
    }

    /// Where links in e-mails lead: to the front end, or else to this server.
    pub fn links_lead_to(&self) -> String {
        self.app_url.clone().unwrap_or_else(|| format!("http://{}", self.listen_addr))
    }

    /// The embedded database's file.
    pub fn database_file(&self) -> Option<&Path> {
        let path = self.database_url.as_str().strip_prefix("sqlite:")?;
        Some(Path::new(path.strip_prefix("//").unwrap_or(path)))
    }

    /// Check the settings against each other.
    ///
    /// # Errors
    /// One sentence about the first contradiction.
    pub fn check(&self) -> Result<(), StartFault> {
        let fault = |sentence: &str| Err(StartFault(sentence.to_owned()));
        if let Some(unknown) = std::env::vars_os()
            .filter_map(|(name, _)| name.into_string().ok())
            .find(|name| name.starts_with("UNFM_") && !KNOWN.contains(&name.as_str()))
        {
            return fault(&format!("The variable {unknown} is not one that this program knows; see --help."));
        }
        if !self.is_embedded() && !self.database_url.is_postgres() {
            return fault("DATABASE_URL begins with neither sqlite:// nor postgres://.");
        }
        for (name, url) in
            [("DATABASE_URL", Some(&self.database_url)), ("MIGRATE_DATABASE_URL", self.migrate_database_url.as_ref())]
        {
            if url.is_some_and(|url| !url.is_readable()) {
                return fault(&format!("{name} is no address such as postgres://login:password@host/database."));
            }
        }
        // The driver would read them as an encoding and as parameters, and open another file than the one named.
        if self.is_embedded()
            && (self.database_url.as_str().contains(['%', '?', '#']) || self.database_url.as_str().contains(":memory:"))
        {
            return fault("DATABASE_URL must name a file, without parameters and without `%`, `?` and `#`.");
        }
        if self.trusted_documents != Trust::Off && self.documents_dir.is_none() {
            return fault("UNFM_TRUSTED_DOCUMENTS needs the folder of the documents, UNFM_DOCUMENTS_DIR.");
        }
        if self.listen_addr.port() != 0 && self.listen_addr == self.metrics_addr {
            return fault("UNFM_METRICS_ADDR and LISTEN_ADDR are the same address.");
        }
        if self.otlp_endpoint.is_some()
            && let Some(other) = other_protocol()
        {
            return fault(&format!("OTEL_EXPORTER_OTLP_PROTOCOL is {other}; only http/protobuf is spoken here."));
        }
        if self.mode() == Mode::Demo && !self.is_local() {
            return fault(
                "Demo mode listens on a loopback address only: set UNFM_MODE=production or another LISTEN_ADDR.",
            );
        }
        if self.mode() == Mode::Production && self.is_embedded() && !self.allow_sqlite {
            return fault("Production on SQLite needs UNFM_ALLOW_SQLITE=true; PostgreSQL is set by DATABASE_URL.");
        }
        if self.mode() == Mode::Production && self.keys_dir.is_none() {
            return fault("Production needs UNFM_KEYS_DIR, the folder of the keys: `unfm keys rotate` makes it.");
        }
        let owner_is_embedded = self.migrate_database_url.as_ref().is_some_and(|url| !url.is_postgres());
        if owner_is_embedded || (self.is_embedded() && self.migrate_database_url.is_some()) {
            return fault("MIGRATE_DATABASE_URL is for PostgreSQL: an embedded database has one owner.");
        }
        self.check_mail()?;
        self.messenger.settings()?;
        match &self.redis_url {
            Some(url) => check_redis(url.expose_secret()),
            None => Ok(()),
        }
    }
}

impl Settings {
    /// E-mails hold secrets: they leave over TLS, and lead to an address that is known.
    fn check_mail(&self) -> Result<(), StartFault> {
        let fault = |sentence: &str| Err(StartFault(sentence.to_owned()));
        let Some(url) = &self.smtp_url else { return Ok(()) };
        if self.app_url.is_none() {
            return fault("UNFM_SMTP_URL needs UNFM_APP_URL, the address of the front end that links lead to.");
        }
        if self.mail_from.is_none() {
            return fault("UNFM_SMTP_URL needs UNFM_MAIL_FROM, the sender of e-mails.");
        }
        let Some(uri) = url.expose_secret().parse::<http::Uri>().ok().filter(|uri| uri.host().is_some()) else {
            return fault("UNFM_SMTP_URL is no address of a mail server such as smtps://user:password@host.");
        };
        let is_private = match uri.scheme_str() {
            Some("smtps") => true,
            Some("smtp") => uri.query() == Some("tls=required") || uri.host().is_some_and(is_loopback),
            _ => false,
        };
        if is_private {
            return Ok(());
        }
        fault("A mail server that is not on this machine needs TLS: smtps://…, or smtp://…?tls=required.")
    }
}

/// A Redis that others can listen to needs a password and TLS. The driver reads the address, so that both mean the same.
fn check_redis(url: &str) -> Result<(), StartFault> {
    let Ok(info) = url.into_connection_info() else {
        return Err(StartFault("REDIS_URL is no address of a Redis such as redis://127.0.0.1:6379.".into()));
    };
    let (is_local, is_private) = match info.addr() {
        ConnectionAddr::Tcp(host, _) => (is_loopback(host), false),
        ConnectionAddr::TcpTls { host, insecure, .. } => (is_loopback(host), !insecure),
        // A socket is a file of this machine.
        _ => (true, false),
    };
    let has_password = info.redis_settings().password().is_some_and(|password| !password.is_empty());
    if is_local || (is_private && has_password) {
        return Ok(());
    }
    Err(StartFault("A Redis that is not on this machine needs a password and TLS: rediss://:password@host.".into()))
}

/// An origin exactly as a browser sends it; a wildcard or a path would match nothing, or too much.
/// An exact origin: scheme, host and port.
///
/// # Errors
/// A sentence, when it is none.
pub fn origin(text: &str) -> Result<String, String> {
    let exact = text.parse::<http::Uri>().ok().and_then(|uri| {
        let scheme = uri.scheme_str().filter(|scheme| ["http", "https"].contains(scheme))?;
        Some(format!("{scheme}://{}", uri.authority()?))
    });
    let is_exact = exact.as_deref() == Some(text) && !text.contains(['*', '@']) && text == text.to_ascii_lowercase();
    is_exact.then(|| text.to_owned()).ok_or_else(|| "it is no origin such as https://unfm.example".to_owned())
}

fn log_filter(text: &str) -> Result<String, String> {
    let filter = tracing_subscriber::EnvFilter::builder().parse(text);
    filter.map(|_| text.to_owned()).map_err(|_| "it is no filter such as info or unfm=debug".to_owned())
}

fn collector(text: &str) -> Result<String, String> {
    let uri = text.parse::<http::Uri>().ok().filter(|uri| uri.host().is_some());
    // A collector stands beside the server and speaks TLS to the world itself.
    let is_http = uri.is_some_and(|uri| uri.scheme_str() == Some("http"));
    is_http.then(|| text.to_owned()).ok_or_else(|| "it is no address such as http://127.0.0.1:4318".to_owned())
}

/// A protocol of the collector's that is not spoken here.
fn other_protocol() -> Option<String> {
    std::env::var("OTEL_EXPORTER_OTLP_PROTOCOL")
        .ok()
        .filter(|protocol| !["", "http/protobuf"].contains(&protocol.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(args: &[&str]) -> Settings {
        Cli::of(args).unwrap().settings
    }

    fn refusal(args: &[&str]) -> String {
        settings(args).check().unwrap_err().0
    }

    #[test]
    fn with_no_settings_it_runs_alone() {
        let settings = settings(&[]);
        assert_eq!(settings.check(), Ok(()));
        assert_eq!(settings.mode(), Mode::Demo);
        assert_eq!(settings.database_file(), Some(Path::new("data/unfm.db")));
    }

    #[test]
    fn contradictions_stop_the_start_with_one_sentence() {
        assert!(refusal(&["--listen-addr", "0.0.0.0:80"]).contains("UNFM_ALLOW_SQLITE"));
        assert!(refusal(&["--listen-addr", "0.0.0.0:80", "--mode", "demo"]).contains("loopback"));
        assert!(refusal(&["--listen-addr", "0.0.0.0:80", "--allow-sqlite"]).contains("UNFM_KEYS_DIR"));
        assert!(refusal(&["--database-url", "mysql://x"]).contains("DATABASE_URL"));
        assert!(refusal(&["--database-url", "sqlite::memory:"]).contains("must name a file"));
        assert!(refusal(&["--database-url", "sqlite://a.db?mode=ro"]).contains("must name a file"));
        assert!(refusal(&["--metrics-addr", "127.0.0.1:8000"]).contains("same address"));
        assert!(refusal(&["--migrate-database-url", "postgres://x/y"]).contains("MIGRATE_DATABASE_URL"));
        assert!(refusal(&["--redis-url", "x"]).contains("no address"));
        assert!(refusal(&["--redis-url", "redis://cache.example:6379"]).contains("TLS"));
        assert!(refusal(&["--redis-url", "rediss://:secret@cache.example:6379/#insecure"]).contains("TLS"));
        assert!(refusal(&["--redis-url", "rediss://cache.example:6379"]).contains("password"));
        assert_eq!(settings(&["--redis-url", "rediss://:secret@cache.example:6379"]).check(), Ok(()));
    }

    #[test]
    fn a_value_that_cannot_be_read_is_told_in_one_sentence() {
        for (flag, wrong) in [
            ("--mode", "test"),
            ("--listen-addr", "8000"),
            ("--cors-origins", "*"),
            ("--cors-origins", "https://unfm.example/"),
            ("--cors-origins", "https://*.unfm.example"),
            ("--trusted-proxies", "10.0.0.0/40"),
            ("--introspection", "maybe"),
            ("--log", "a=b=c"),
            ("--otlp-endpoint", "collector"),
            ("--mood", "good"),
        ] {
            let sentence = Cli::of(&[flag, wrong]).unwrap_err();
            assert!(sentence.contains(flag) && sentence.ends_with('.') && !sentence.contains('\n'), "{sentence}");
        }
        let settings =
            settings(&["--cors-origins", "https://a.example,http://localhost:3000", "--introspection", "false"]);
        assert_eq!((settings.cors_origins.len(), settings.introspection), (2, false));
    }

    #[test]
    fn what_is_missing_is_named_and_so_are_the_choices() {
        assert!(Cli::of(&["client", "create"]).unwrap_err().contains("<PARTNER>"));
        assert!(Cli::of(&["user", "invite", "a@unfm.example"]).unwrap_err().contains("--name <NAME>"));
        assert!(Cli::of(&["--mode", "test"]).unwrap_err().contains("demo, production"));
        let scopes = Cli::of(&["client", "create", "indh", "--name", "x", "--scopes", "everything"]).unwrap_err();
        assert!(scopes.contains("programmes:read, agreements:read"), "{scopes}");
        assert!(Cli::of(&["seed", "--scale", "101"]).unwrap_err().contains("1..=100"));
        assert_eq!(Cli::of(&["keys"]).unwrap_err(), "a command is missing: rotate; `unfm --help` lists the settings.");
        assert!(Cli::of(&["--listen-adr", "x"]).unwrap_err().contains("--listen-addr"));
    }

    #[test]
    fn with_postgresql_it_is_production_unless_told_otherwise() {
        let postgres = ["--database-url", "postgres://unfm@127.0.0.1/unfm"];
        assert_eq!(settings(&postgres).mode(), Mode::Production);
        assert_eq!(settings(&[&postgres[..], &["--mode", "demo"]].concat()).mode(), Mode::Demo);
    }

    #[test]
    fn a_password_may_hold_any_sign() {
        use sqlx::postgres::PgConnectOptions;
        let read = |password: &str| {
            let url = format!("postgres://unfm_app:{password}@db.example:5433/unfm");
            let settings = settings(&["--database-url", &url, "--migrate-database-url", &url]);
            settings.database_url.as_str().parse::<PgConnectOptions>().map(|options| {
                let place =
                    (options.get_host().to_owned(), options.get_port(), options.get_database().map(str::to_owned));
                (place, settings.server_login(), settings.check().map_err(|fault| fault.0))
            })
        };
        let place = ("db.example".to_owned(), 5433, Some("unfm".to_owned()));
        for password in ["a/b", "a#b@c", "12#x@y/z?q=1", "%zz", "a:b", "é 'ü", "p%40ss", "[x]"] {
            let (seen, login, checked) = read(password).unwrap();
            assert_eq!((seen, login.as_deref()), (place.clone(), Some("unfm_app")), "{password}");
            assert!(!checked.unwrap_err().contains(password), "keys are what it lacks");
        }
        assert_eq!(encoded("a/b#c@d%e%41"), "a%2Fb%23c%40d%25e%41");
    }

    #[test]
    fn an_address_that_cannot_be_read_is_not_repeated() {
        for url in ["postgres://unfm:hunter2@db:port/unfm", "postgres://:hunter2@[::1/unfm"] {
            let sentence = refusal(&["--database-url", url]);
            assert!(sentence.contains("DATABASE_URL") && !sentence.contains("hunter2"), "{sentence}");
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let settings = settings(&["--database-url", "postgres://unfm:hunter2@db/unfm"]);
        assert!(!format!("{settings:?}").contains("hunter2"));
    }

    #[test]
    fn the_servers_login_is_read_from_its_address() {
        let both =
            ["--database-url", "postgres://unfm_app:x@db/unfm", "--migrate-database-url", "postgres://owner@db/unfm"];
        assert_eq!(settings(&both).server_login().as_deref(), Some("unfm_app"));
        assert_eq!(settings(&both[..2]).server_login(), None);
    }
}
