//! Every setting: typed, read once from flags and the environment, checked before anything opens.

use crate::platform::db::StartFault;
use crate::platform::page::CursorKey;
use clap::{Parser, Subcommand, ValueEnum};
use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

/// The GraphQL platform of the National Union of Women of Morocco.
#[derive(Parser, Debug)]
#[command(name = "unfm", version, about, long_about = None, disable_help_subcommand = true)]
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
    },
    /// Print the schema in the schema definition language.
    Schema,
    /// Look whether everything is as it should be, and print a table.
    Check,
}

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

/// A setting that is not shown.
#[derive(Clone)]
pub struct Secret(pub String);

impl std::str::FromStr for Secret {
    type Err = std::convert::Infallible;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("•••")
    }
}

/// All settings.
#[derive(clap::Args, Debug, Clone)]
pub struct Settings {
    /// Address to listen on.
    #[arg(long, env = "LISTEN_ADDR", default_value = "127.0.0.1:8000", global = true)]
    pub listen_addr: SocketAddr,
    /// Database address: sqlite://path or postgres://….
    #[arg(long, env = "DATABASE_URL", default_value = "sqlite://data/unfm.db", hide_env_values = true, global = true)]
    pub database_url: Secret,
    /// Address for `migrate` and `seed` on PostgreSQL, as the owner of the tables; DATABASE_URL if not given.
    #[arg(long, env = "MIGRATE_DATABASE_URL", hide_env_values = true, global = true)]
    pub migrate_database_url: Option<Secret>,
    /// Redis address; without one, caches are in the process. Only its reach is checked so far.
    #[arg(long, env = "REDIS_URL", hide_env_values = true, global = true)]
    pub redis_url: Option<Secret>,
    /// Demo or production; demo by default on a loopback address, production otherwise.
    #[arg(long, env = "UNFM_MODE", global = true)]
    pub mode: Option<Mode>,
    /// Allow SQLite in production.
    #[arg(long, env = "UNFM_ALLOW_SQLITE", global = true)]
    pub allow_sqlite: bool,
    /// File with the key that cursors are sealed with, at least 32 bytes; made beside the database in demo mode.
    #[arg(long, env = "UNFM_CURSOR_KEY_FILE", global = true)]
    pub cursor_key_file: Option<PathBuf>,
    /// Address of the Prometheus listener.
    #[arg(long, env = "UNFM_METRICS_ADDR", default_value = "127.0.0.1:9464", global = true)]
    pub metrics_addr: SocketAddr,
    /// Origins that browsers may call from, exact, separated by commas.
    #[arg(long, env = "UNFM_CORS_ORIGINS", value_delimiter = ',', global = true)]
    pub cors_origins: Vec<String>,
    /// Addresses of proxies whose request ids and trace contexts are believed, separated by commas.
    #[arg(long, env = "UNFM_TRUSTED_PROXIES", value_delimiter = ',', global = true)]
    pub trusted_proxies: Vec<IpAddr>,
    /// How logs are written; text on a terminal, JSON otherwise.
    #[arg(long, env = "UNFM_LOG_FORMAT", global = true)]
    pub log_format: Option<LogFormat>,
}

/// The variables that begin with `UNFM_` and mean something.
const KNOWN: [&str; 7] = [
    "UNFM_MODE",
    "UNFM_ALLOW_SQLITE",
    "UNFM_CURSOR_KEY_FILE",
    "UNFM_METRICS_ADDR",
    "UNFM_CORS_ORIGINS",
    "UNFM_TRUSTED_PROXIES",
    "UNFM_LOG_FORMAT",
];

impl Cli {
    /// Read flags alone, as a test gives them.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn of(args: &[&str]) -> Result<Self, String> {
        Self::try_parse_from([&["unfm"], args].concat()).map_err(|error| error.to_string())
    }
}

impl Settings {
    /// The mode that the settings amount to.
    pub fn mode(&self) -> Mode {
        let by_address = if self.listen_addr.ip().is_loopback() { Mode::Demo } else { Mode::Production };
        self.mode.unwrap_or(by_address)
    }

    /// Whether the database is embedded.
    pub fn is_embedded(&self) -> bool {
        self.database_url.0.starts_with("sqlite:")
    }

    /// The address for `migrate` and `seed`.
    pub fn owner_url(&self) -> &str {
        self.migrate_database_url.as_ref().map_or(&self.database_url.0, |url| &url.0)
    }

    /// The login name that the server uses, where an owner's is given besides.
    pub fn server_login(&self) -> Option<String> {
        self.migrate_database_url.as_ref()?;
        let rest = self.database_url.0.split_once("://")?.1;
        let login = rest.split_once('@')?.0.split(':').next()?;
        (!login.is_empty()).then(|| login.to_owned())
    }

    /// The embedded database's file.
    pub fn database_file(&self) -> Option<&Path> {
        let path =
            self.database_url.0.strip_prefix("sqlite://").or_else(|| self.database_url.0.strip_prefix("sqlite:"))?;
        Some(Path::new(path.split('?').next().unwrap_or(path)))
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
        let scheme = self.database_url.0.split(':').next().unwrap_or_default();
        if !matches!(scheme, "sqlite" | "postgres" | "postgresql") {
            return fault("DATABASE_URL begins with neither sqlite:// nor postgres://.");
        }
        if self.mode() == Mode::Demo && !self.listen_addr.ip().is_loopback() {
            return fault(
                "Demo mode listens on a loopback address only: set UNFM_MODE=production or another LISTEN_ADDR.",
            );
        }
        if self.mode() == Mode::Production && self.is_embedded() && !self.allow_sqlite {
            return fault("Production on SQLite needs UNFM_ALLOW_SQLITE=true; PostgreSQL is set by DATABASE_URL.");
        }
        if self.mode() == Mode::Production && self.cursor_key_file.is_none() {
            return fault(
                "Production needs UNFM_CURSOR_KEY_FILE: a file with at least 32 random bytes, readable by the server alone.",
            );
        }
        if self.is_embedded() && self.migrate_database_url.is_some() {
            return fault("MIGRATE_DATABASE_URL is for PostgreSQL: an embedded database has one owner.");
        }
        match &self.redis_url {
            Some(url) => check_redis(&url.0),
            None => Ok(()),
        }
    }

    /// The key that cursors are sealed with: read from its file, or made beside the embedded database in demo mode.
    ///
    /// # Errors
    /// One sentence, when it cannot be read, is short, or is readable by others.
    pub fn cursor_key(&self) -> Result<CursorKey, StartFault> {
        let beside = self.database_file().map(|file| file.with_file_name("cursor.key"));
        let made = beside.filter(|_| self.mode() == Mode::Demo);
        let Some(path) = self.cursor_key_file.clone().or(made) else {
            // Demo mode on PostgreSQL: cursors hold as long as the process.
            let mut secret = [0_u8; 32];
            aws_lc_rs::rand::fill(&mut secret)
                .map_err(|_| StartFault("There is no randomness to make a key of.".into()))?;
            return Ok(CursorKey::new(&secret));
        };
        if self.cursor_key_file.is_none() && !path.exists() {
            make_key(&path)?;
        }
        let shown = path.display();
        let secret = std::fs::read(&path)
            .map_err(|error| StartFault(format!("The key file {shown} cannot be read: {error}.")))?;
        if is_readable_by_others(&path) {
            return Err(StartFault(format!("The key file {shown} can be read by others: chmod 600 it.")));
        }
        if secret.len() < 32 {
            return Err(StartFault(format!("The key file {shown} holds fewer than 32 bytes.")));
        }
        Ok(CursorKey::new(&secret))
    }
}

/// A Redis that others can listen to needs a password and TLS.
fn check_redis(url: &str) -> Result<(), StartFault> {
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    if !matches!(scheme, "redis" | "rediss") {
        return Err(StartFault("REDIS_URL begins with neither redis:// nor rediss://.".into()));
    }
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let (login, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name).trim_matches(['[', ']']);
    let is_loopback = name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    let has_password = login.split_once(':').is_some_and(|(_, password)| !password.is_empty());
    if is_loopback || (scheme == "rediss" && has_password) {
        return Ok(());
    }
    Err(StartFault("A Redis that is not on this machine needs a password and TLS: rediss://:password@host.".into()))
}

#[cfg(unix)]
fn is_readable_by_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_readable_by_others(_: &Path) -> bool {
    false
}

fn make_key(path: &Path) -> Result<(), StartFault> {
    let fault = |error: std::io::Error| StartFault(format!("The key file {} cannot be made: {error}.", path.display()));
    let mut secret = [0_u8; 32];
    aws_lc_rs::rand::fill(&mut secret).map_err(|_| StartFault("There is no randomness to make a key of.".into()))?;
    let mut file = private_file(path).map_err(fault)?;
    file.write_all(&secret).and_then(|()| file.sync_all()).map_err(fault)
}

/// Make a file that its owner alone reads; one that is there is left as it is.
fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

/// Make the folder of an embedded database (0700) and its file (0600), where they are missing.
///
/// # Errors
/// One sentence.
pub fn prepare_database_file(path: &Path) -> Result<(), StartFault> {
    let fault =
        |error: std::io::Error| StartFault(format!("The database file {} cannot be made: {error}.", path.display()));
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists()) {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::DirBuilderExt;
            builder.mode(0o700);
        }
        builder.create(folder).map_err(fault)?;
    }
    match private_file(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(fault(error)),
    }
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
        assert!(refusal(&["--listen-addr", "0.0.0.0:80", "--allow-sqlite"]).contains("UNFM_CURSOR_KEY_FILE"));
        assert!(refusal(&["--database-url", "mysql://x"]).contains("DATABASE_URL"));
        assert!(refusal(&["--redis-url", "redis://cache.example:6379"]).contains("TLS"));
        assert!(refusal(&["--redis-url", "rediss://cache.example:6379"]).contains("password"));
        assert_eq!(settings(&["--redis-url", "rediss://:secret@cache.example:6379"]).check(), Ok(()));
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
