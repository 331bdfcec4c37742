//! What the program does when it is called: serve, migrate, seed, schema, check.

mod audit;
mod check;
mod common;
mod keys;
mod serve;

use self::check::{check, check_access, check_data};
use self::common::{fault, keys_of, owner, refuse_behind, refused, say};
use self::keys::withdraw_keys;
use self::serve::serve;
use crate::config::{AuditAction, Cli, ClientAction, Command, KeysAction, Settings, UserAction, make_private_file};
use crate::platform::clock::Clock;
use crate::platform::database::db::{Db, IfMissing};
use crate::platform::database::fault::StartFault;
use crate::projections::PROJECTIONS;
use crate::session::invitation;
use crate::{partner, partner_client, schema, seed};

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
        Command::Audit { action: AuditAction::Verify { anchor } } => audit::verify(&settings, anchor).await,
        Command::Audit { action: AuditAction::Erase { id } } => audit::erase(&settings, &id).await,
        Command::Keys { action: KeysAction::Rotate { now: true } } => withdraw_keys(&settings).await,
        Command::Keys { action: KeysAction::Rotate { now: false } } => {
            settings.rotate_keys(Clock::System.now())?;
            say("A new key is there; it signs in a quarter of an hour: restart the instances before.")
        }
    }
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
    let seeded = match demo {
        true => seed::demo_with_photos(&db, &settings.files()?, now).await,
        false => seed::founding(&db, now).await,
    };
    let seeded = seeded.map_err(|error| fault(&error))?;
    db.close().await;
    say(if seeded { "The data is there." } else { "The data was there already; nothing was changed." })
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
    let now = Clock::System.now();
    let keys = keys_of(settings, &db, now).await?;
    let invited = invitation::invite_national(&db, &keys, now, email, name).await;
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
    let keys = keys_of(settings, &db, now).await?;
    let made = partner_client::store::create_for(&db, &keys, now, (partner, name, scopes, expires_at)).await;
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

/// Take everything that demo data brought out of a database.
async fn remove_demo(settings: &Settings) -> Result<(), StartFault> {
    let db = owner(settings).await?;
    refuse_behind(&db).await?;
    let removed = seed::remove_demo(&db, Clock::System.now()).await.map_err(|error| fault(&error))?;
    db.close().await;
    say(&format!("{removed} things of the demo world were removed, and the invented hours of the market."))
}
