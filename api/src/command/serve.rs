//! Serving, and what is done besides as long as the program runs.

use super::audit::publish;
use super::common::{fault, keys_of, owner, refuse_behind};
use super::keys::watch_keys;
use crate::agreement::alert;
use crate::bot::conversation::Bot;
use crate::config::{Mode, Settings};
use crate::platform::audit::refusal::Refusals;
use crate::platform::audit::verify;
use crate::platform::clock::Clock;
use crate::platform::database::db::{Db, IfMissing};
use crate::platform::database::fault::StartFault;
use crate::platform::disclosure_threshold;
use crate::platform::files::Files;
use crate::platform::key_fingerprint;
use crate::platform::keys::Keys;
use crate::platform::loading::reader::Readers;
use crate::projections::PROJECTIONS;
use crate::referral::case_key::CaseKeys;
use crate::referral::retention;
use crate::seed::DemoLogins;
use crate::session::housekeeping::sweep;
use crate::session::mail::Mailer;
use crate::{photo, product, seed, server, telemetry};
use std::time::Duration;
use tokio::task::JoinSet;

/// Open the database for the server: an embedded one is brought up to date, and filled at its first start.
async fn database(settings: &Settings, files: &Files) -> Result<Db, StartFault> {
    if settings.is_embedded() {
        let db = owner(settings).await?;
        db.migrate().await?;
        let now = Clock::System.now();
        match settings.mode() {
            Mode::Demo => seed::demo_with_photos(&db, files, now).await,
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

/// Set the thresholds of disclosure control, before anybody is told anything.
async fn set_thresholds(db: &Db, settings: &Settings) -> Result<(), StartFault> {
    let thresholds = settings.thresholds();
    if disclosure_threshold::set(db, thresholds, Clock::System.now()).await.map_err(|error| fault(&error))? {
        tracing::info!(
            "numbers of people below {}, and below {} of violence, are not told from now on",
            thresholds.of(false),
            thresholds.of(true)
        );
    }
    Ok(())
}

/// What is done besides answering requests, as long as the program runs.
async fn keep_house(db: Db, keys: Keys, (files, case_keys): (Files, Files), settings: Settings) {
    let case_keys = CaseKeys { keys: keys.clone(), files: case_keys };
    let file = settings.audit_anchors.as_deref();
    let mut anchored = None;
    loop {
        if let Err(error) = verify::anchor_daily(&db, &keys, Clock::System.now()).await {
            tracing::error!(cause = error.cause(), "the audit was not anchored");
        }
        // Another instance may have anchored it: each tells it, and keeps it in a file of its own.
        match verify::last_anchor(&db, Clock::System.now()).await {
            Ok(last) if last == anchored => {}
            Ok(_) => match publish(&db, file).await {
                Ok(told) => anchored = told,
                Err(StartFault(why)) => tracing::error!("{why}"),
            },
            Err(error) => tracing::error!(cause = error.cause(), "the audit's anchor cannot be read"),
        }
        match sweep(&db, Clock::System.now()).await {
            Ok(0) => {}
            Ok(gone) => tracing::debug!(gone, "expired data was deleted"),
            Err(error) => tracing::error!(cause = error.cause(), "expired data could not be deleted"),
        }
        if let Err(error) = product::popularity::count(&db, Clock::System.now()).await {
            tracing::error!(cause = error.cause(), "what sells most could not be counted");
        }
        match photo::sweep::sweep(&db, &files, Clock::System.now()).await {
            Ok(0) => {}
            Ok(gone) => tracing::debug!(gone, "photos that nothing shows were deleted"),
            Err(error) => tracing::error!(cause = error.cause(), "photos that nothing shows could not be deleted"),
        }
        match retention::destroy(&db, &case_keys, Clock::System.now()).await {
            Ok(0) => {}
            Ok(cases) => tracing::info!(cases, "what was kept of cases was destroyed"),
            Err(error) => tracing::error!(cause = error.cause(), "what was kept of cases could not be destroyed"),
        }
        tokio::time::sleep(HOUSEKEEPING).await;
    }
}

/// Write down in how many conversations the bot helped, and forget those of yesterday, as long as the program runs.
async fn count_conversations(db: Db, bot: Bot) {
    loop {
        tokio::time::sleep(CONVERSATIONS).await;
        bot.states.forget_yesterday();
        if let Err(error) = bot.tally.write(&db, Clock::System.now()).await {
            tracing::error!(cause = error.cause(), "conversations could not be counted; the counts are held");
        }
    }
}

/// How often conversations are counted: one of them is never alone in what is written.
const CONVERSATIONS: Duration = Duration::from_secs(60);

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

/// Tell of agreements that end soon, as long as the program runs.
async fn tell_of_ends(db: Db, mailer: Mailer) {
    loop {
        match alert::queue(&db, Clock::System.now()).await {
            Ok(0) => {}
            Ok(_) => mailer.tell(),
            Err(error) => tracing::error!(cause = error.cause(), "ends of agreements could not be told of"),
        }
        tokio::time::sleep(HOUSEKEEPING).await;
    }
}

/// Write down which products time has withdrawn, as long as the program runs.
async fn withdraw_expired(db: Db, mailer: Mailer) {
    loop {
        match product::expiry::withdraw(&db, Clock::System.now()).await {
            Ok(0) => {}
            Ok(withdrawn) => {
                tracing::info!(withdrawn, "products are off sale, since a sign or an authorisation has expired");
                mailer.tell();
            }
            Err(error) => tracing::error!(cause = error.cause(), "expired products could not be written down"),
        }
        tokio::time::sleep(EXPIRIES).await;
    }
}

/// Write down once a second who was refused, as long as the program runs.
async fn write_refusals(db: Db, keys: Keys, refusals: Refusals) {
    loop {
        tokio::time::sleep(REFUSALS).await;
        if let Err(error) = refusals.write(&db, &keys).await {
            tracing::error!(cause = error.cause(), "refused sign-ins could not be written down; they are held");
        }
    }
}

/// How often expired products are looked for: within a minute they are written down.
const EXPIRIES: Duration = Duration::from_secs(30);

/// How often refusals are written down.
const REFUSALS: Duration = Duration::from_secs(1);

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

pub(super) async fn serve(settings: &Settings) -> Result<(), StartFault> {
    let telemetry = telemetry::start(settings)?;
    tracing::info!("{}", mode_line(settings.mode()));
    // The ports first: when one is in use, nothing was touched.
    let listener = server::listen(settings.listen_addr, "LISTEN_ADDR").await?;
    let address = listener.local_addr().map_err(|error| StartFault(format!("The address is lost: {error}.")))?;
    // With the port that the machine chose, where none was said.
    let settings = &Settings { listen_addr: address, ..settings.clone() };
    let metrics = server::listen(settings.metrics_addr, "UNFM_METRICS_ADDR").await?;
    let files = settings.files()?;
    let case_keys = settings.case_keys()?;
    let db = database(settings, &files).await?;
    let keys = keys_of(settings, &db, Clock::System.now()).await?;
    // Before anybody is answered; from then on it is looked at twice a second.
    key_fingerprint::look(&db, &keys, Clock::System.now()).await.map_err(|error| fault(&error))?;
    set_thresholds(&db, settings).await?;
    let mut background = JoinSet::new();
    background.spawn(keep_house(db.clone(), keys.clone(), (files.clone(), case_keys.clone()), settings.clone()));
    background.spawn(watch_keys(db.clone(), keys.clone(), settings.clone()));
    let now = Clock::System.now();
    let logins = match settings.mode() {
        // A database of another world may hold none.
        Mode::Demo if seed::has_demo_people(&db, now).await.map_err(|error| fault(&error))? => {
            Some(seed::demo_logins(&db, &keys, now).await.map_err(|error| fault(&error))?)
        }
        Mode::Demo | Mode::Production => None,
    };
    let readers = Readers::new(db.clone(), Clock::System, keys.clone(), (files, case_keys));
    let refusals = readers.refusals.clone();
    background.spawn(write_refusals(db.clone(), keys.clone(), refusals.clone()));
    let state = server::State::new(readers, telemetry.metrics.clone(), settings)?;
    background.spawn(state.rights().clone().keep_in_step());
    background.spawn(count_conversations(db.clone(), state.bot().clone()));
    background.spawn(deliver_mail(db.clone(), state.mailer().clone()));
    background.spawn(tell_of_ends(db.clone(), state.mailer().clone()));
    background.spawn(withdraw_expired(db.clone(), state.mailer().clone()));
    let served = state.clone();
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
    background.shutdown().await;
    if let Err(error) = refusals.write(&db, &keys).await {
        tracing::error!(cause = error.cause(), "the last refused sign-ins could not be written down");
    }
    served.finish().await;
    if let Err(error) = served.bot().tally.write(&db, Clock::System.now()).await {
        tracing::error!(cause = error.cause(), "the last conversations could not be counted");
    }
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
