//! Looking whether everything is as it should be.

use super::common::{OTHER_KEYS, fault, refuse_behind, say};
use super::keys::WITHDRAWN;
use crate::access_check::{self, Layers, Scratch};
use crate::config::{Mode, Settings};
use crate::platform::clock::Clock;
use crate::platform::database::db::Db;
use crate::platform::database::fault::StartFault;
use crate::platform::key_fingerprint;
use crate::platform::keys::Keys;
use crate::platform::redis::Redis;
use crate::projections::PROJECTIONS;
use crate::seed;
use crate::session::mail::Mailer;
use secrecy::ExposeSecret;
use std::time::Duration;

/// Run the leak check on a scratch database of the configured kind, never on the configured one.
pub(super) async fn check_access(settings: &Settings) -> Result<(), StartFault> {
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
pub(super) async fn check(settings: &Settings) -> Result<(), StartFault> {
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
pub(super) async fn check_data(settings: &Settings) -> Result<(), StartFault> {
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

pub(super) async fn check_database(db: &Db) -> Result<String, StartFault> {
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
