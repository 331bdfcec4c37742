//! HTTP: routes, limits, health, and the way in and out.

mod address;
mod answer;
mod answers;
mod bearer;
mod body;
mod connections;
mod demo;
mod document;
mod downloads;
mod graphql;
mod help;
mod lanes;
mod messenger;
mod meter;
mod oauth;
pub mod pages;
mod persisted;
mod photos;
mod request_id;
mod uploads;

use crate::bot::conversation::Bot;
use crate::config::{Mode, Network, Settings};
use crate::platform::data_version::DataVersion;
use crate::platform::database::db::Db;
use crate::platform::database::fault::StartFault;
use crate::platform::graphql::operation::Executor;
use crate::platform::loading::reader::{OnCommit, Readers};
use crate::platform::password::Passwords;
use crate::platform::query::change::{Verb, Written};
use crate::platform::rate_limit::RateLimits;
use crate::platform::redis::Redis;
use crate::schema::{Mutations, Queries};
use crate::session::mail::Mailer;
use crate::session::mutation::AuthServices;
use crate::session::rights::Rights;
use crate::telemetry::{Metrics, Telemetry};
use answers::Answers;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::routing::{get, post};
pub use connections::serve;
use document::{Documents, Questions, Types};
use lanes::Lanes;
use messenger::Messenger;
use persisted::Persisted;
use secrecy::ExposeSecret;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// The body of a request has at most so many bytes.
pub const LARGEST_BODY: usize = 1024 * 1024;
/// What is in flight at the end is finished within this time.
const GRACE: Duration = Duration::from_secs(25);

/// What all requests share.
#[derive(Clone)]
pub struct State(Arc<Shared>);

struct Shared {
    executor: Executor<Queries, Mutations>,
    types: Types,
    documents: Documents,
    questions: Questions,
    persisted: Persisted,
    readers: Readers,
    metrics: Metrics,
    sdl: String,
    redis: Option<Redis>,
    trusted_proxies: Vec<Network>,
    cors_origins: Vec<String>,
    is_demo: bool,
    lanes: Lanes,
    /// How long a body may take to arrive.
    body_timeout: Duration,
    /// How long a request may be worked on.
    execution_timeout: Duration,
    auth: AuthServices,
    bot: Bot,
    answers: Answers,
    messenger: Option<Messenger>,
}

/// Whether the rights of somebody who has come in may be others than before. A session that begins is nobody's yet, and
/// when a credential was used last is no right.
fn rights_come_from(written: &Written) -> bool {
    let is_source = |table: &str| ["branch", "partner_client", "role_assignment", "staff_user"].contains(&table);
    let by_statement = |(verb, table): &(Verb, String)| match table.as_str() {
        "session" => *verb != Verb::Insert,
        "partner_client" => *verb == Verb::Delete,
        table => is_source(table),
    };
    written.rows.iter().any(|table| is_source(table)) || written.statements.iter().any(by_statement)
}

impl State {
    /// The state of a server.
    ///
    /// # Errors
    /// One sentence, when the Redis address or the cost of hashes cannot be used.
    pub fn new(mut readers: Readers, metrics: Metrics, settings: &Settings) -> Result<Self, StartFault> {
        let redis = settings.redis_url.as_ref().map(|url| Redis::open(url.expose_secret())).transpose()?;
        let is_demo = settings.mode() == Mode::Demo;
        let passwords = Passwords::new(settings.argon2.0.clone())
            .map_err(|error| StartFault(format!("Passwords cannot be hashed: {}.", error.cause())))?;
        let (rights, mailer) = (Rights::new(redis.clone()), Mailer::new(settings)?);
        let rate_limits = RateLimits::new(settings.per_minute(), redis.clone(), readers.clock.clone());
        let sdl = crate::schema::sdl();
        let connections = readers.db.most_connections();
        let types = Types::new(&sdl, settings.introspection);
        let persisted = Persisted::new(settings, redis.clone(), &types)?;
        let bot = Bot::new(redis.clone(), readers.clock.clone());
        readers.rules = settings.rules();
        let data_version = DataVersion::default();
        let (cached, outbox, published) = (rights.clone(), mailer.clone(), data_version.clone());
        readers.on_commit = OnCommit::new(move |written| {
            if rights_come_from(written) {
                cached.forget();
            }
            if written.statements.contains(&(Verb::Insert, "mail".to_owned())) {
                outbox.tell();
            }
            if written.may_be_published {
                published.advance();
            }
        });
        Ok(Self(Arc::new(Shared {
            messenger: settings
                .messenger
                .settings()?
                .map(|settings| Messenger::new(settings, &bot, &readers, redis.clone())),
            auth: AuthServices { passwords, rights, rate_limits, mailer, is_demo_mode: is_demo },
            bot,
            answers: Answers::new(u64::from(settings.answer_cache) * 1024 * 1024, data_version),
            executor: Executor::new(crate::schema::build()),
            types,
            documents: Documents::new(),
            questions: Questions::new(),
            persisted,
            readers,
            metrics,
            sdl,
            redis,
            trusted_proxies: settings.trusted_proxies.clone(),
            cors_origins: settings.cors_origins.clone(),
            is_demo,
            lanes: Lanes::new(connections),
            body_timeout: settings.body_timeout.0,
            execution_timeout: settings.execution_timeout.0,
        })))
    }

    /// How many passwords were checked since the start.
    pub fn password_checks(&self) -> u64 {
        self.0.auth.passwords.checks()
    }

    /// The most passwords that were hashed at once since the start.
    pub fn most_passwords_at_once(&self) -> u64 {
        self.0.auth.passwords.most_at_once()
    }

    /// What is known of who is in.
    pub fn rights(&self) -> &Rights {
        &self.0.auth.rights
    }

    /// What sends e-mails.
    pub fn mailer(&self) -> &Mailer {
        &self.0.auth.mailer
    }

    /// What the bot's conversations share.
    pub fn bot(&self) -> &Bot {
        &self.0.bot
    }

    /// Answer what was said to the bot before the end.
    pub async fn finish(&self) {
        if let Some(messenger) = &self.0.messenger {
            // What hangs is not waited for.
            let _ = tokio::time::timeout(GRACE, messenger.finish()).await;
        }
    }

    fn db(&self) -> &Db {
        &self.0.readers.db
    }
}

/// All routes.
pub fn router(state: State, settings: &Settings) -> Router {
    let mut router = Router::new().route(
        "/graphql",
        get(graphql::get).post(graphql::post).options(graphql::options).fallback(graphql::refuse_method),
    );
    if settings.introspection {
        router = router
            .route("/graphiql", get(pages::graphiql))
            .route("/graphiql/{file}", get(pages::graphiql_file))
            .route("/schema.graphql", get(pages::sdl));
    }
    router
        .route("/oauth/token", post(oauth::token).fallback(oauth::refuse_method))
        .route("/.well-known/jwks.json", get(pages::jwks))
        .route("/downloads/{file}", get(downloads::fetch))
        .route("/photos/{content}/{file}", get(photos::fetch))
        .route("/messenger", get(messenger::verify).post(messenger::receive))
        .route("/messenger/deletion", post(messenger::delete))
        .route("/help", get(help::page))
        .route("/help/{file}", get(help::file))
        .route("/livez", get(pages::livez))
        .route("/readyz", get(pages::readyz))
        .fallback(pages::not_found)
        .method_not_allowed_fallback(pages::method_not_allowed)
        // The endpoint reads bodies itself, so that a refusal is an answer that a GraphQL client understands.
        .layer(DefaultBodyLimit::disable())
        .layer(CompressionLayer::new().compress_when(SizeAbove::new(1024).and(NotForContentType::IMAGES)))
        .layer(cors(settings))
        .layer(axum::middleware::from_fn_with_state(state.clone(), demo::for_this_machine_alone))
        .layer(axum::middleware::from_fn_with_state(state.clone(), request_id::with_request_id))
        .with_state(state)
}

/// Exact origins, none by default, never credentials.
fn cors(settings: &Settings) -> CorsLayer {
    let origins = settings.cors_origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::CONTENT_TYPE, header::ACCEPT, header::ACCEPT_LANGUAGE, header::AUTHORIZATION])
        .expose_headers(
            ["x-request-id", "retry-after", "ratelimit", "ratelimit-policy", "etag", "content-language"]
                .map(HeaderName::from_static),
        )
        .max_age(Duration::from_secs(600))
}

/// Take an address; a port that is in use is one clear sentence.
///
/// # Errors
/// That sentence.
pub async fn listen(address: SocketAddr, setting: &str) -> Result<TcpListener, StartFault> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => StartFault(format!(
            "The port {} is in use by another program: set {setting} to another one.",
            address.port()
        )),
        _ => StartFault(format!("The address {address} cannot be listened on: {error}.")),
    })
}

/// Serve Prometheus text on a listener of its own.
pub async fn serve_metrics(listener: TcpListener, telemetry: &Telemetry) {
    let registry = telemetry.registry.clone();
    let text = move || {
        let registry = registry.clone();
        async move {
            let text = prometheus::TextEncoder::new().encode_to_string(&registry.gather());
            ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text.unwrap_or_default())
        }
    };
    let router = Router::new().route("/metrics", get(text));
    if let Err(error) = axum::serve(listener, router).await {
        tracing::warn!(%error, "the metrics listener ended");
    }
}
