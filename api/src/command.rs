//! What the program does when it is called: serve, migrate, seed, schema, check.

use crate::access_check::{self, Layers, Scratch};
use crate::config::{
    AuditAction, Cli, ClientAction, Command, KeysAction, Mode, Settings, UserAction, make_private_file,
    prepare_database_file,
};
use crate::platform::audit::verify;
use crate::platform::audit::verify::Broken;
use crate::platform::clock::Clock;
use crate::platform::database::db::{Db, IfMissing};
use crate::platform::database::fault::StartFault;
use crate::platform::error::Error;
use crate::platform::key_fingerprint;
use crate::platform::keys::Keys;
use crate::platform::loading::reader::{Facts, OnCommit, Readers};
use crate::platform::redis::Redis;
use crate::projections::PROJECTIONS;
use crate::seed::DemoLogins;
use crate::session::housekeeping::sweep;
use crate::session::invitation;
use crate::session::mail::Mailer;
use crate::{partner, partner_client, schema, seed, server, telemetry};
use secrecy::ExposeSecret;
use std::io::Write;
use std::time::Duration;

/// Run a command.
///
/// # Errors
/// One sentence about why it could not be run.
pub async fn run(cli: Cli) -> Result<(), StartFault> {
    let Cli { command, settings } = cli;
    match command.unwrap_or(Command::Serve) {
        Command::Schema => say(&schema::sdl()),
        Command::Serve => serve(&settings).await,
        Command::Migrate => migrate(&settings).await,
        Command::Seed { remove_demo: true, .. } => remove_demo(&settings).await,
        Command::Seed { demo, scale, .. } => seed(&settings, demo, scale).await,
        Command::Check { access: true, .. } => check_access(&settings).await,
        Command::Check { data: true, .. } => check_data(&settings).await,
        Command::Check { .. } => check(&settings).await,
        Command::Backup { file } => backup(&settings, &file).await,
        Command::User { action: UserAction::Invite { email, name } } => invite(&settings, &email, &name).await,
        Command::Client { action: ClientAction::Create { partner, name, scopes, days } } => {
            create_client(&settings, &partner, name, scopes, days).await
        }
        Command::Audit { action: AuditAction::Verify } => verify_audit(&settings).await,
        Command::Keys { action: KeysAction::Rotate { now: true } } => withdraw_keys(&settings).await,
        Command::Keys { action: KeysAction::Rotate { now: false } } => {
            settings.rotate_keys(Clock::System.now())?;
            say("A new key is there; it signs in a quarter of an hour: restart the instances before.")
        }
    }
}

/// Write to standard output; nobody reading is no failure.
fn say(text: &str) -> Result<(), StartFault> {
    match writeln!(std::io::stdout(), "{}", text.trim_end()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(StartFault(format!("Nothing can be printed: {error}.")))
        }
        _ => Ok(()),
    }
}

fn fault(error: &Error) -> StartFault {
    let other = || format!("The database refused: {}.", error.cause().trim_end_matches('.'));
    StartFault(error.file_sentence().map_or_else(other, str::to_owned))
}

/// Open the database for its owner.
async fn owner(settings: &Settings) -> Result<Db, StartFault> {
    if let Some(file) = settings.database_file() {
        prepare_database_file(file)?;
    }
    Db::connect(settings.owner_url(), IfMissing::Refuse, PROJECTIONS).await
}

async fn migrate(settings: &Settings) -> Result<(), StartFault> {
    let db = owner(settings).await?;
    let applied = db.migrate().await?;
    if let Some(login) = settings.server_login() {
        db.admit_server(&login).await?;
    }
    db.close().await;
    say(&format!("{applied} changes applied; the database is up to date."))
}

async fn seed(settings: &Settings, demo: bool, scale: Option<u64>) -> Result<(), StartFault> {
    let db = owner(settings).await?;
    if settings.is_embedded() {
        db.migrate().await?;
    } else {
        refuse_behind(&db).await?;
    }
    let now = Clock::System.now();
    if let Some(scale) = scale {
        let bar = indicatif::ProgressBar::new(0);
        let progress = |done, all| {
            bar.set_length(all);
            bar.set_position(done);
        };
        seed::scale(&db, scale.saturating_mul(seed::UNITS), now, progress).await.map_err(|error| fault(&error))?;
        db.analyze().await?;
        db.close().await;
        return say("The synthetic world is there.");
    }
    let seeded = if demo { seed::demo(&db, now).await } else { seed::founding(&db, now).await };
    let seeded = seeded.map_err(|error| fault(&error))?;
    db.close().await;
    say(if seeded { "The data is there." } else { "The data was there already; nothing was changed." })
}

/// Run the leak check on a scratch database of the configured kind, never on the configured one.
async fn check_access(settings: &Settings) -> Result<(), StartFault> {
    let now = Clock::System.now();
    let keys = Keys::ephemeral(now).map_err(|_| StartFault("The machine has no randomness.".into()))?;
    let scratch = Scratch::new(settings).await?;
    let checked = async {
        let (owner, server) = scratch.open().await?;
        seed::demo(&owner, now).await.map_err(|error| fault(&error))?;
        let checked = access_check::run(&owner, &server, keys, now, Layers::Both).await.map_err(|error| fault(&error));
        server.close().await;
        owner.close().await;
        checked
    };
    let checked = checked.await;
    scratch.throw_away().await?;
    let report = checked?;
    say(&report.table())?;
    if report.is_clean() { say("Nothing leaks.") } else { Err(StartFault("Something leaks, or was not seen.".into())) }
}

/// Copy the embedded database, as it is at one instant.
async fn backup(settings: &Settings, file: &std::path::Path) -> Result<(), StartFault> {
    if !settings.is_embedded() {
        return Err(StartFault("PostgreSQL is backed up by its own `pg_dump`.".into()));
    }
    let name = file.to_str().ok_or_else(|| StartFault("The name of the file cannot be used.".into()))?;
    let db = Db::connect(settings.database_url.as_str(), IfMissing::Refuse, PROJECTIONS).await?;
    // It holds what the database holds: nobody else reads it. A file that is there already is not overwritten.
    make_private_file(file)?;
    db.copy_into(name).await?;
    db.close().await;
    say(&format!("The database was copied to {}; keep the keys' folder beside it.", file.display()))
}

/// Invite the first national administrator.
async fn invite(settings: &Settings, email: &str, name: &str) -> Result<(), StartFault> {
    let db = owner(settings).await?;
    refuse_behind(&db).await?;
    let invited = invitation::invite_national(&db, Clock::System.now(), email, name).await;
    db.close().await;
    let token = invited.map_err(|error| refused(&error))?;
    let link = format!("{}/invitation#{token}", settings.links_lead_to());
    say(&format!("She is invited for seven days; the link is for her alone: {link}"))
}

/// Make a machine credential for a partner.
async fn create_client(
    settings: &Settings,
    partner: &str,
    name: String,
    scopes: Vec<String>,
    days: u16,
) -> Result<(), StartFault> {
    let db = owner(settings).await?;
    refuse_behind(&db).await?;
    let now = Clock::System.now();
    let expires_at = now + jiff::SignedDuration::from_hours(i64::from(days) * 24);
    let made = partner_client::store::create_for(&db, now, partner, name, scopes, expires_at).await;
    let made = match made {
        Err(error) if error.code() == domain::fault::Code::NotFound => {
            let partners = partner::store::slugs(&db, now).await.map_err(|error| fault(&error))?;
            Err(StartFault(format!("There is no partner `{partner}`; there are {}.", partners.join(", "))))
        }
        made => made.map_err(|error| refused(&error)),
    };
    db.close().await;
    let (client_id, secret) = made?;
    say(&format!("client_id {client_id}\nclient_secret {secret}\nThe secret is told once; only its hash is kept."))
}

/// What a command's input breaks, in one sentence.
fn refused(error: &Error) -> StartFault {
    match error.clone().into_faults() {
        Ok((faults, _)) => {
            let told: Vec<String> = faults
                .iter()
                .map(|fault| match (fault.code.message(domain::text::Locale::En), fault.field.join(".")) {
                    (message, field) if field.is_empty() => message.to_owned(),
                    (message, field) => format!("{message} ({field})"),
                })
                .collect();
            StartFault(told.join(" "))
        }
        Err(error) => fault(&error),
    }
}

/// Prove the chains of the audit.
async fn verify_audit(settings: &Settings) -> Result<(), StartFault> {
    let now = Clock::System.now();
    let keys = settings.keys(now)?;
    let db = owner(settings).await?;
    refuse_behind(&db).await?;
    if !key_fingerprint::matches(&db, &keys, now).await.map_err(|error| fault(&error))? {
        return Err(StartFault(OTHER_KEYS.to_owned()));
    }
    let proved = verify::prove(&db, &keys, now).await.map_err(|error| fault(&error))?;
    db.close().await;
    match proved {
        Ok((chains, links)) => say(&format!("The audit is whole: {chains} chains, {links} links.")),
        Err(Broken { branch, sequence, what }) => {
            Err(StartFault(format!("The audit is broken: link {sequence} of branch {branch} {what}.")))
        }
    }
}

/// What is said when `secret.key` was changed for another one.
const OTHER_KEYS: &str = "The secret.key in the folder of keys is another key than the one that this database was used \
                          with: put that one back; nothing was changed.";

/// Sign with another key at once, and refuse every earlier one.
async fn withdraw_keys(settings: &Settings) -> Result<(), StartFault> {
    let now = Clock::System.now();
    // Before anything is made: without the database no instance would hear of it.
    let db = owner(settings).await?;
    refuse_behind(&db).await?;
    let made_at = settings.rotate_keys(now)?;
    let keys = settings.keys(now)?;
    if !key_fingerprint::record(&db, &keys, now).await.map_err(|error| fault(&error))? {
        return Err(StartFault(OTHER_KEYS.to_owned()));
    }
    key_fingerprint::withdraw_before(&db, made_at, now).await.map_err(|error| fault(&error))?;
    db.close().await;
    let removed = settings.remove_keys_before(made_at)?;
    say(&format!(
        "Every earlier key is refused, and {removed} were removed here. The new one signs on each instance whose folder it is \
         in: where the folder is not shared, copy it there and remove the others."
    ))
}

/// Take everything that demo data brought out of a database.
async fn remove_demo(settings: &Settings) -> Result<(), StartFault> {
    let db = owner(settings).await?;
    refuse_behind(&db).await?;
    let removed = seed::remove_demo(&db, Clock::System.now()).await.map_err(|error| fault(&error))?;
    db.close().await;
    say(&format!("{removed} things of the demo world were removed, and the invented hours of the market."))
}

async fn refuse_behind(db: &Db) -> Result<(), StartFault> {
    match db.behind().await? {
        0 => Ok(()),
        behind => Err(StartFault(format!("The database is {behind} changes behind: run `unfm migrate` first."))),
    }
}

/// Open the database for the server: an embedded one is brought up to date, and filled at its first start.
async fn database(settings: &Settings) -> Result<Db, StartFault> {
    if settings.is_embedded() {
        let db = owner(settings).await?;
        db.migrate().await?;
        let now = Clock::System.now();
        match settings.mode() {
            Mode::Demo => seed::demo(&db, now).await,
            Mode::Production => seed::founding(&db, now).await,
        }
        .map_err(|error| fault(&error))?;
        refuse_demo_people(&db, settings).await?;
        return Ok(db);
    }
    let (url, limit) = (settings.database_url.as_str(), settings.execution_timeout.0);
    let db = Db::connect_limited(url, IfMissing::Refuse, PROJECTIONS, Some(limit)).await?;
    refuse_behind(&db).await?;
    db.refuse_powerful_role().await?;
    refuse_demo_people(&db, settings).await?;
    Ok(db)
}

/// What the password of a demo login is stands in the documentation: outside demo mode nobody is served beside them.
async fn refuse_demo_people(db: &Db, settings: &Settings) -> Result<(), StartFault> {
    let is_there = seed::has_demo_people(db, Clock::System.now()).await.map_err(|error| fault(&error))?;
    if settings.mode() == Mode::Production && is_there {
        let sentence = "The database holds demo logins, which are for demo mode alone: `unfm seed --remove-demo` \
                        takes them and all demo data away.";
        return Err(StartFault(sentence.to_owned()));
    }
    Ok(())
}

/// What is done besides answering requests, as long as the program runs.
async fn keep_house(db: Db, keys: Keys) {
    loop {
        match verify::anchor_daily(&db, &keys, Clock::System.now()).await {
            Ok(true) => tracing::info!("the ends of the audit's chains were written down"),
            Ok(false) => {}
            Err(error) => tracing::error!(cause = error.cause(), "the audit was not anchored"),
        }
        match sweep(&db, Clock::System.now()).await {
            Ok(0) => {}
            Ok(gone) => tracing::debug!(gone, "expired data was deleted"),
            Err(error) => tracing::error!(cause = error.cause(), "expired data could not be deleted"),
        }
        tokio::time::sleep(HOUSEKEEPING).await;
    }
}

/// How often it is looked whether keys were withdrawn: known within a second.
const KEYS_LOOKED_AT: Duration = Duration::from_millis(500);

/// Refuse keys that were withdrawn, as long as the program runs, and take up the one that signs in their place.
async fn watch_keys(db: Db, keys: Keys, settings: Settings) {
    let mut told = None;
    loop {
        let fault = match key_fingerprint::look(&db, &keys, Clock::System.now()).await {
            Ok(true) => None,
            Ok(false) => take_up_keys(&keys, &settings).err().map(|fault| fault.0),
            Err(error) => Some(format!("It is not known whether keys were withdrawn: {}.", error.cause())),
        };
        // Twice a second is too often to be told of the same.
        if fault != told {
            match &fault {
                Some(fault) => tracing::error!("{fault}"),
                None => tracing::info!("access tokens can be signed again"),
            }
            told = fault;
        }
        tokio::time::sleep(KEYS_LOOKED_AT).await;
    }
}

/// Read the folder again after all keys that were known were withdrawn.
fn take_up_keys(keys: &Keys, settings: &Settings) -> Result<(), StartFault> {
    keys.replace_pairs(settings.signing_pairs()?);
    if keys.signing(Clock::System.now()).is_none() {
        return Err(StartFault(WITHDRAWN.to_owned()));
    }
    tracing::warn!("every earlier key was withdrawn; another one signs");
    Ok(())
}

/// What is said when the folder holds withdrawn keys alone.
const WITHDRAWN: &str = "Every signing key in the folder of keys was withdrawn, and nobody can come in until the new one is \
                         there: copy it from where `unfm keys rotate --now` made it, or run that here.";

/// Let the allocator give back what the start needed for a moment, and never end. It gives back what was freed a second ago,
/// and looks for that only when something large is freed again, which an idle server never does.
async fn give_memory_back() {
    tokio::time::sleep(Duration::from_secs(3)).await;
    drop(std::hint::black_box(Vec::<u8>::with_capacity(64 << 20)));
    std::future::pending().await
}

/// Send the e-mails that wait, as long as the program runs.
async fn deliver_mail(db: Db, mailer: Mailer) {
    loop {
        if let Err(error) = mailer.deliver(&db, Clock::System.now()).await {
            tracing::error!(cause = error.cause(), "e-mails could not be sent");
        }
        mailer.wait(POSTING).await;
    }
}

/// How often the outbox is looked at when nobody tells of an e-mail.
const POSTING: Duration = Duration::from_secs(15);

/// The mode, and what it means for whoever starts the program.
fn mode_line(mode: Mode) -> &'static str {
    match mode {
        Mode::Demo => "demo mode: demo logins come in, without a second factor, and links of e-mails stand in this log",
        Mode::Production => "production mode: demo logins do not come in, and administrators need a second factor",
    }
}

/// How to come in to the demo world.
fn tell_logins(logins: &DemoLogins) {
    for (email, role, branch) in &logins.people {
        tracing::info!("demo login {email} ({role}, {branch})");
    }
    let (email, secret) = &logins.second_factor;
    tracing::info!("password of all: {}; second factor of {email}: {secret}", logins.password);
}

/// How often the house is looked after.
const HOUSEKEEPING: Duration = Duration::from_secs(10 * 60);

async fn serve(settings: &Settings) -> Result<(), StartFault> {
    let telemetry = telemetry::start(settings)?;
    tracing::info!("{}", mode_line(settings.mode()));
    // The ports first: when one is in use, nothing was touched.
    let listener = server::listen(settings.listen_addr, "LISTEN_ADDR").await?;
    let address = listener.local_addr().map_err(|error| StartFault(format!("The address is lost: {error}.")))?;
    // With the port that the machine chose, where none was said.
    let settings = &Settings { listen_addr: address, ..settings.clone() };
    let metrics = server::listen(settings.metrics_addr, "UNFM_METRICS_ADDR").await?;
    let db = database(settings).await?;
    let keys = settings.keys(Clock::System.now())?;
    if !key_fingerprint::record(&db, &keys, Clock::System.now()).await.map_err(|error| fault(&error))? {
        return Err(StartFault(OTHER_KEYS.to_owned()));
    }
    let housekeeping = tokio::spawn(keep_house(db.clone(), keys.clone()));
    let watching = tokio::spawn(watch_keys(db.clone(), keys.clone(), settings.clone()));
    let now = Clock::System.now();
    let logins = match settings.mode() {
        // A database of another world may hold none.
        Mode::Demo if seed::has_demo_people(&db, now).await.map_err(|error| fault(&error))? => {
            Some(seed::demo_logins(&db, &keys, now).await.map_err(|error| fault(&error))?)
        }
        Mode::Demo | Mode::Production => None,
    };
    let readers =
        Readers { db: db.clone(), clock: Clock::System, keys, facts: Facts::default(), on_commit: OnCommit::default() };
    let state = server::State::new(readers, telemetry.metrics.clone(), settings)?;
    let listening = tokio::spawn(state.rights().clone().keep_in_step());
    let delivering = tokio::spawn(deliver_mail(db.clone(), state.mailer().clone()));
    let router = server::router(state, settings);
    if let Ok(address) = metrics.local_addr() {
        tracing::info!("metrics on http://{address}/metrics");
    }
    tracing::info!("GraphQL on http://{address}/graphql, the schema on http://{address}/schema.graphql");
    let end = until_told();
    tracing::info!("Open http://{address}/graphiql in a browser");
    if let Some(logins) = logins {
        tell_logins(&logins);
    }
    tokio::select! {
        served = server::serve(listener, router, settings, end) => served?,
        () = server::serve_metrics(metrics, &telemetry) => {}
        () = give_memory_back() => {}
    }
    housekeeping.abort();
    watching.abort();
    delivering.abort();
    listening.abort();
    tracing::info!("every request was answered; the end");
    db.close().await;
    // The exporters block while they send their last.
    tokio::task::spawn_blocking(move || telemetry.finish()).await.map_err(|error| StartFault(error.to_string()))
}

/// Until somebody asks the program to end: from the call on, also before it is waited for.
fn until_told() -> impl Future<Output = ()> {
    let interrupted = async {
        // Without a handler the signal ends the program at once, as it would have anyway.
        let _ = tokio::signal::ctrl_c().await;
    };
    #[cfg(unix)]
    let terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
    async {
        #[cfg(unix)]
        if let Ok(mut terminated) = terminated {
            tokio::select! {
                () = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
        interrupted.await;
    }
}

/// What was found of one thing.
enum Found {
    /// It is as it should be.
    Right(String),
    /// The program works without it, less well.
    Degraded(String),
    /// The program does not work so.
    Wrong(String),
}

impl From<Result<String, StartFault>> for Found {
    fn from(found: Result<String, StartFault>) -> Self {
        match found {
            Ok(text) => Self::Right(text),
            Err(fault) => Self::Wrong(fault.0),
        }
    }
}

/// Look at everything, change nothing, and say what is right and wrong.
async fn check(settings: &Settings) -> Result<(), StartFault> {
    let checked = settings.check();
    let is_sound = checked.is_ok();
    let mut lines: Vec<(&str, Found)> =
        vec![("settings", checked.map(|()| format!("{:?} mode", settings.mode())).into())];
    if is_sound {
        let db = Db::look(settings.database_url.as_str(), PROJECTIONS).await;
        let (database, keys) = match &db {
            Ok(db) => (check_database(db).await, check_keys(settings, Some(db)).await),
            Err(fault) => (Err(fault.clone()), check_keys(settings, None).await),
        };
        lines.extend([("database", database.into()), ("keys", keys.into())]);
        lines.push(("redis", check_redis(settings).await));
        lines.push(("mail", check_mail(settings).await.into()));
        if let Ok(db) = db {
            db.close().await;
        }
    }
    lines.push(("time zone", check_time_zone().into()));
    let wrong = lines.iter().filter(|(_, found)| matches!(found, Found::Wrong(_))).count();
    for (name, found) in &lines {
        let (verdict, text) = match found {
            Found::Right(text) => ("right", text),
            Found::Degraded(text) => ("degraded", text),
            Found::Wrong(text) => ("WRONG", text),
        };
        say(&format!("{verdict:<9} {name:<10} {text}"))?;
    }
    if wrong == 0 { Ok(()) } else { Err(StartFault(format!("{wrong} of {} are wrong.", lines.len()))) }
}

/// Compare everything that is derived with what it is derived from.
async fn check_data(settings: &Settings) -> Result<(), StartFault> {
    settings.check()?;
    let db = Db::look(settings.database_url.as_str(), PROJECTIONS).await?;
    refuse_behind(&db).await?;
    let differences = db.differences(Clock::System.now()).await.map_err(|error| fault(&error));
    db.close().await;
    let differences = differences?;
    for line in &differences {
        say(line)?;
    }
    match differences.len() {
        0 => say("Everything that is derived agrees with what it is derived from."),
        1 => Err(StartFault("One value is not what it should be.".to_owned())),
        number => Err(StartFault(format!("{number} values are not what they should be."))),
    }
}

async fn check_database(db: &Db) -> Result<String, StartFault> {
    refuse_behind(db).await?;
    db.refuse_powerful_role().await?;
    Ok("answers, up to date".to_owned())
}

/// Whether the keys can be read, and are those that the database was used with.
async fn check_keys(settings: &Settings, db: Option<&Db>) -> Result<String, StartFault> {
    let Some(keys) = settings.look_at_keys()? else { return Ok("none yet; the start makes them".to_owned()) };
    let fits = match db {
        Some(db) if db.behind().await == Ok(0) => {
            if !key_fingerprint::look(db, &keys, Clock::System.now()).await.map_err(|error| fault(&error))? {
                return Err(StartFault(WITHDRAWN.to_owned()));
            }
            key_fingerprint::matches(db, &keys, Clock::System.now()).await.map_err(|error| fault(&error))?
        }
        _ => true,
    };
    if fits { Ok("tokens can be signed, cursors sealed".to_owned()) } else { Err(StartFault(OTHER_KEYS.to_owned())) }
}

async fn check_redis(settings: &Settings) -> Found {
    let Some(url) = &settings.redis_url else { return Found::Right("none; caches are in the process".to_owned()) };
    match Redis::open(url.expose_secret()) {
        Ok(redis) if redis.answers().await => Found::Right("answers".to_owned()),
        Ok(_) => Found::Degraded(
            "does not answer; each instance limits rates alone, and learns of changed rights within a second"
                .to_owned(),
        ),
        Err(fault) => Found::Wrong(fault.0),
    }
}

/// How long `check` waits for a server.
const PATIENCE: Duration = Duration::from_secs(5);

/// What becomes of e-mails.
async fn check_mail(settings: &Settings) -> Result<String, StartFault> {
    let mailer = Mailer::new(settings)?;
    match (tokio::time::timeout(PATIENCE, mailer.try_server()).await, settings.mode()) {
        (Err(_), _) => Err(StartFault("the mail server does not answer".to_owned())),
        (Ok(Some(tried)), _) => tried.map(|()| "the mail server takes e-mails".to_owned()).map_err(StartFault),
        (Ok(None), Mode::Demo) => Ok("none; links are logged".to_owned()),
        (Ok(None), Mode::Production) => Ok("none; e-mails wait until there is one, a week at most".to_owned()),
    }
}

/// Whether the program knows of Morocco's move to permanent UTC+00 on 2026-09-20.
fn check_time_zone() -> Result<String, StartFault> {
    let noon = jiff::civil::date(2026, 9, 21).at(12, 0, 0, 0);
    match domain::calendar::instant(noon).to_string().as_str() {
        "2026-09-21T12:00:00Z" => Ok("the bundled data knows Casablanca after 2026-09-20".to_owned()),
        other => Err(StartFault(format!("the bundled data says that noon of 2026-09-21 is {other}"))),
    }
}
