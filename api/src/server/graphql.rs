//! The endpoint: from an HTTP request to a GraphQL answer.

use super::address::ClientAddress;
use super::answer::{Media, Refusal, TOO_LARGE, finish, respond, respond_invalid, write};
use super::answers::{Answer, Found};
use super::bearer;
use super::body::{is_encoded, read_body};
use super::document::{Asked, COST, Document, Exceeded, Question, Rejection, keyword, variables};
use super::meter::Meter;
use super::persisted::{self, Extensions, Named};
use super::request_id::{IsTrusted, RequestId};
use super::{LARGEST_BODY, State, uploads};
use crate::platform::audit::record::Origin;
use crate::platform::graphql::upload::Uploads;
use crate::platform::loading::reader::Reader;
use crate::session::token::Bearer;
use crate::telemetry;
use async_graphql::parser::types::OperationType;
use async_graphql::{Data, Value, value};
use axum::body::{Body, Bytes};
use axum::extract::{Request, State as Shared};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::Response;
use domain::actor::Actor;
use domain::fault::Code;
use domain::text::{Locale, negotiate};
use futures_util::FutureExt;
use opentelemetry_http::HeaderExtractor;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tracing::Instrument;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// What a client sends.
#[derive(Default, Deserialize)]
struct Sent {
    query: Option<String>,
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
    variables: Option<Box<RawValue>>,
    #[serde(rename = "documentId")]
    document_id: Option<String>,
    extensions: Option<Extensions>,
    /// The files that come along.
    #[serde(skip)]
    uploads: Uploads,
    /// The body that said it, where others may be asked by the same.
    #[serde(skip)]
    body: Option<Bytes>,
    /// What a body that was read before asks.
    #[serde(skip)]
    question: Option<Arc<Question>>,
}

/// What is known of a request before its document is read.
struct Asking {
    media: Media,
    locales: Vec<Locale>,
    request_id: String,
    trusted: bool,
    headers: HeaderMap,
    address: Option<ClientAddress>,
    bearer: Option<Bearer>,
}

impl Asking {
    fn locale(&self) -> Locale {
        self.locales.first().copied().unwrap_or(Locale::Ar)
    }

    fn refuse(&self, status: StatusCode, code: Code) -> Response {
        self.refuse_with(&Refusal::new(status, code))
    }

    fn refuse_with(&self, refusal: &Refusal<'_>) -> Response {
        refusal.respond(self.media, self.locale())
    }

    /// The status of a refusal of a well-formed request: the older media type hides it in a 200.
    fn unexecuted(&self) -> StatusCode {
        match self.media {
            Media::GraphqlResponse => StatusCode::BAD_REQUEST,
            Media::Json => StatusCode::OK,
        }
    }

    /// Refuse whose turn did not come.
    fn turn_away(&self) -> Response {
        self.refuse(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable)
    }

    /// Refuse what was asked for too often.
    fn refuse_until(&self, state: &State, retry_after: Duration) -> Response {
        state.0.metrics.refused(&[Code::RateLimited]);
        let refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, Code::RateLimited);
        self.refuse_with(&Refusal { retry_after: Some(retry_after), ..refusal })
    }

    /// Look at the headers, and take what every request takes.
    async fn new(state: &State, request: Parts) -> (Meter, Result<Self, Response>) {
        let headers = &request.headers;
        let languages = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let id = request.extensions.get::<RequestId>();
        let media = Media::negotiate(headers);
        let mut asking = Self {
            media: media.unwrap_or(Media::Json),
            locales: languages.map(negotiate).unwrap_or_default(),
            request_id: id.and_then(|id| id.0.to_str().ok()).unwrap_or_default().to_owned(),
            trusted: request.extensions.get::<IsTrusted>().is_some_and(|trusted| trusted.0),
            address: request.extensions.get::<ClientAddress>().copied(),
            bearer: None,
            headers: request.headers,
        };
        let shown = bearer::shown(state, &asking.headers);
        let bearer = shown.as_ref().ok().and_then(Option::as_ref);
        let mut meter = Meter::of(state, bearer, asking.address);
        if let Err(after) = meter.enter().await {
            let refused = asking.refuse_until(state, after);
            return (meter, Err(refused));
        }
        if media.is_none() {
            return (meter, Err(asking.refuse(StatusCode::NOT_ACCEPTABLE, Code::BadRequest)));
        }
        // A token that does not verify is never taken for nobody's.
        match shown {
            Ok(bearer) => asking.bearer = bearer,
            Err(code) => return (meter, Err(asking.refuse(StatusCode::UNAUTHORIZED, code))),
        }
        (meter, Ok(asking))
    }

    /// What asks the database in the name of whoever sent the request.
    async fn reader(&self, state: &State) -> Result<Reader, Response> {
        let (actor, renew) = match &self.bearer {
            None => (Actor::Anonymous, None),
            Some(bearer) => {
                let actor = bearer::actor(state, bearer, self.address).await.map_err(|code| match code {
                    Code::Unauthenticated => self.refuse(StatusCode::UNAUTHORIZED, code),
                    code => self.refuse(StatusCode::SERVICE_UNAVAILABLE, code),
                })?;
                (actor, Some(bearer::renew(state, bearer, self.address)))
            }
        };
        let origin = Origin { address: self.address.map(|address| address.0) };
        Ok(state.0.readers.reader(actor, self.locales.clone()).from(origin).renewed_by(renew))
    }
}

/// A method that the endpoint does not know.
pub(super) async fn refuse_method(Shared(state): Shared<State>, request: Request) -> Response {
    metered(&state, request.into_parts().0, async |asking, _| {
        asking.refuse(StatusCode::METHOD_NOT_ALLOWED, Code::BadRequest)
    })
    .await
}

/// Answer a request by whose headers it may be answered, and tell how its sender stands.
async fn metered(state: &State, request: Parts, answer: impl AsyncFnOnce(Asking, &mut Meter) -> Response) -> Response {
    let (mut meter, asking) = Asking::new(state, request).await;
    let mut response = match asking {
        Ok(asking) => answer(asking, &mut meter).await,
        Err(refusal) => refusal,
    };
    meter.write(response.headers_mut());
    response
}

/// `OPTIONS` outside CORS says which methods there are.
pub(super) async fn options() -> Response {
    let mut response = Response::new(axum::body::Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static("GET, POST"));
    response
}

/// A query in the address.
pub(super) async fn get(Shared(state): Shared<State>, request: Request) -> Response {
    let (request, _) = request.into_parts();
    let (uri, may_write) = (request.uri.clone(), request.method == Method::POST);
    metered(&state, request, async |asking, meter| match sent_in_address(uri.query().unwrap_or_default()) {
        Some(sent) => execute(&state, asking, meter, sent, may_write).await,
        None => asking.refuse(StatusCode::BAD_REQUEST, Code::BadRequest),
    })
    .await
}

fn sent_in_address(address: &str) -> Option<Sent> {
    let mut sent = Sent::default();
    for (name, value) in form_pairs(address)? {
        match name.as_str() {
            "query" => sent.query = Some(value),
            "operationName" => sent.operation_name = Some(value).filter(|name| !name.is_empty()),
            "variables" => sent.variables = serde_json::from_str(&value).ok()?,
            "documentId" => sent.document_id = Some(value),
            "extensions" => sent.extensions = serde_json::from_str(&value).ok()?,
            _ => {}
        }
    }
    Some(sent)
}

/// The pairs of a query string.
fn form_pairs(text: &str) -> Option<Vec<(String, String)>> {
    let axum::extract::Query(pairs) =
        axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&format!("/?{text}").parse().ok()?).ok()?;
    Some(pairs)
}

/// A query or a mutation in the body.
pub(super) async fn post(Shared(state): Shared<State>, request: Request) -> Response {
    let (request, body) = request.into_parts();
    metered(&state, request, async |asking, meter| receive(&state, asking, meter, body).await).await
}

async fn receive(state: &State, asking: Asking, meter: &mut Meter, body: Body) -> Response {
    let headers = &asking.headers;
    if !is_encoded(headers)
        && let Some(boundary) = uploads::boundary(headers)
    {
        return receive_files(state, asking, meter, (boundary, body)).await;
    }
    if !is_json(headers) || is_encoded(headers) {
        return asking.refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, Code::UnsupportedMediaType);
    }
    let lane = if asking.bearer.is_some() { &state.0.lanes.signed_in } else { &state.0.lanes.anonymous };
    let body = match read_body(state, lane, headers, body, LARGEST_BODY).await {
        Ok(body) => body,
        Err((status, code)) => {
            state.0.metrics.refused(&[code]);
            return asking.refuse(status, code);
        }
    };
    let may_be_known = asking.bearer.is_none();
    if may_be_known && let Some(question) = state.0.questions.get(&body) {
        return execute(state, asking, meter, Sent { question: Some(question), ..Sent::default() }, true).await;
    }
    // A list would be read as well, by the order of its values.
    let is_object = body.trim_ascii_start().starts_with(b"{");
    let known_by = may_be_known.then(|| body.clone());
    let sent = lane.parse(body.len(), move || serde_json::from_slice::<Sent>(&body)).await;
    let Some(sent) = sent else { return asking.turn_away() };
    match sent {
        Ok(sent) if is_object => execute(state, asking, meter, Sent { body: known_by, ..sent }, true).await,
        _ => asking.refuse(StatusCode::BAD_REQUEST, Code::BadRequest),
    }
}

/// Receive a request that brings files. Whoever has no token brings none: a plain form of another page cannot send one.
async fn receive_files(state: &State, asking: Asking, meter: &mut Meter, (boundary, body): (String, Body)) -> Response {
    if asking.bearer.is_none() {
        return asking.refuse(StatusCode::UNAUTHORIZED, Code::Unauthenticated);
    }
    let lanes = &state.0.lanes;
    let Some(_place) = lanes.receive_files() else { return asking.turn_away() };
    let read = match read_body(state, &lanes.signed_in, &asking.headers, body, uploads::LARGEST).await {
        Ok(body) => uploads::read(boundary, body).await,
        Err(refusal) => Err(refusal),
    };
    match read {
        Ok((operations, uploads)) => match serde_json::from_slice::<Sent>(&operations) {
            Ok(sent) => {
                let Some(_turn) = lanes.work_on_files().await else { return asking.turn_away() };
                execute(state, asking, meter, Sent { uploads, ..sent }, true).await
            }
            Err(_) => asking.refuse(StatusCode::BAD_REQUEST, Code::BadRequest),
        },
        Err((status, code)) => {
            state.0.metrics.refused(&[code]);
            asking.refuse(status, code)
        }
    }
}

/// JSON in UTF-8: a body that a plain form cannot send, so that no page of another origin sends one unasked.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(Ok(kind)) = headers.get(header::CONTENT_TYPE).map(|value| value.to_str()) else { return false };
    let mut parts = kind.split(';').map(|part| part.trim().to_ascii_lowercase());
    let is_type = parts.next().as_deref() == Some("application/json");
    is_type && parts.all(|part| part.strip_prefix("charset=").is_none_or(|set| set.trim_matches('"') == "utf-8"))
}

async fn execute(state: &State, asking: Asking, meter: &mut Meter, mut sent: Sent, may_write: bool) -> Response {
    let begun = Instant::now();
    let lanes = &state.0.lanes;
    // Not before the request is complete: what its sender may do is what she may do now.
    let mut turn = None;
    if asking.bearer.is_some() {
        turn = lanes.signed_in.work().await;
        if turn.is_none() {
            return asking.turn_away();
        }
    }
    let deadline = Instant::now() + state.0.execution_timeout;
    let reader = match asking.reader(state).await {
        Ok(reader) => reader.until(deadline),
        Err(refusal) => return refusal,
    };
    let question = match sent.question {
        Some(question) => question,
        None => {
            let body = sent.body.take();
            let uploads = std::mem::take(&mut sent.uploads);
            let is_partner = matches!(reader.actor(), Actor::Partner(_));
            let question = match understand(state, &asking, sent, (is_partner, may_write)).await {
                Ok(question) => Arc::new(question),
                Err(refusal) => return refusal,
            };
            if let Some(body) = body.filter(|_| question.document.may_be_kept) {
                state.0.questions.insert(body, Arc::clone(&question));
            }
            sent = Sent { uploads, ..Sent::default() };
            question
        }
    };
    let Question { document, asked, canonical } = &*question;
    if let Err(after) = meter.take(asked.cost).await {
        return asking.refuse_until(state, after);
    }
    // What everybody is given who asks the same, in the same language.
    let is_for_all = asking.bearer.is_none() && document.may_be_kept;
    let to_all = |answer: &Answer| {
        let has = (!may_write).then_some(&asking.headers);
        answer.respond(asking.media, asking.locale(), has)
    };
    let mut place = None;
    if is_for_all {
        let answers = &state.0.answers;
        let asked = (&**document, &**canonical);
        let version = answers.version().current(state.db(), reader.now());
        let form = (&*asking.locales, asking.media);
        match answers.find(asked, form, version, (reader.now(), deadline)).await {
            None => return asking.turn_away(),
            Some(Found::Answer(answer)) => {
                state.0.metrics.begin(keyword(document.kind), begun).answered(document.name.as_deref(), &[]);
                return to_all(&answer);
            }
            Some(Found::Missing(missing)) => place = Some(missing),
            Some(Found::Unkept) => {}
        }
    }
    if turn.is_none() {
        // Whoever is nobody yet and changes something wants to come in, or talks to the bot.
        let lane = if document.kind == OperationType::Mutation && !document.is_conversation {
            &lanes.logins
        } else {
            &lanes.anonymous
        };
        turn = lane.work().await;
        if turn.is_none() {
            return asking.turn_away();
        }
    }
    let performed = perform(state, &asking, document, asked, (reader, sent.uploads), (begun, deadline)).await;
    match performed {
        Ok(body) if is_for_all => {
            let answer = Answer::new(body, asking.media, asking.locale());
            if let Some(place) = place {
                place.keep(&answer);
            }
            to_all(&answer)
        }
        Ok(body) => respond(asking.media, StatusCode::OK, asking.locale(), body),
        Err(response) => {
            if let Some(place) = place {
                place.keep_nothing();
            }
            response
        }
    }
}

/// What a request asks, held to every limit and check.
///
/// # Errors
/// The answer that says why it is not executed.
async fn understand(
    state: &State,
    asking: &Asking,
    sent: Sent,
    (is_partner, may_write): (bool, bool),
) -> Result<Question, Response> {
    let refuse = |refusal: Refusal<'_>| {
        state.0.metrics.refused(&[refusal.code]);
        asking.refuse_with(&refusal)
    };
    let reject = |rejection: Rejection| {
        let problems = match rejection {
            Rejection::Exceeded(exceeded) => {
                let too_large = Refusal::new(asking.unexecuted(), Code::LimitExceeded);
                return refuse(Refusal { exceeded: Some(exceeded), ..too_large });
            }
            Rejection::Unreadable(problem) => vec![problem],
            Rejection::Invalid(problems) => problems,
        };
        state.0.metrics.refused(&problems.iter().map(|problem| problem.code).collect::<Vec<_>>());
        respond_invalid(&problems, asking.media, asking.unexecuted(), asking.locale())
    };
    let lanes = &state.0.lanes;
    let lane = if asking.bearer.is_some() { &lanes.signed_in } else { &lanes.anonymous };
    let length = sent.variables.as_deref().map_or(0, |variables| variables.get().len());
    let variables = sent.variables;
    let variables = lane.parse(length, move || variables::read(variables.as_deref())).await;
    let Some(variables) = variables else { return Err(asking.turn_away()) };
    let variables = match variables {
        Ok(Some(variables)) => variables,
        Ok(None) => return Err(refuse(Refusal::new(StatusCode::BAD_REQUEST, Code::BadRequest))),
        Err(rejection) => return Err(reject(rejection)),
    };
    let persisted = &state.0.persisted;
    let found = match Named::read(sent.document_id, sent.extensions) {
        Ok(named) => persisted.find(named, sent.query).await,
        Err(code) => Err(code),
    };
    let persisted::Found { text, is_trusted, register_as } = match found {
        Ok(found) => found,
        Err(Code::BadRequest) => return Err(refuse(Refusal::new(StatusCode::BAD_REQUEST, Code::BadRequest))),
        Err(code) => return Err(refuse(Refusal::new(asking.unexecuted(), code))),
    };
    if !is_trusted && persisted.is_bound(is_partner) {
        return Err(refuse(Refusal::new(asking.unexecuted(), Code::DocumentNotTrusted)));
    }
    let types = &state.0.types;
    let known = state.0.documents.get(&text, sent.operation_name.as_deref());
    let is_known = known.is_some();
    let document = match known {
        Some(known) => Ok(known),
        None => {
            let (length, state, text) = (text.len(), state.clone(), Arc::clone(&text));
            let name = sent.operation_name.clone();
            let read = move || Document::read(&state.0.types, &text, name.as_deref()).map(Arc::new);
            let Some(read) = lane.parse(length, read).await else { return Err(asking.turn_away()) };
            read
        }
    };
    let document = match document {
        Ok(document) => document,
        Err(rejection) => return Err(reject(rejection)),
    };
    if document.kind == OperationType::Mutation && !may_write {
        return Err(refuse(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, Code::BadRequest)));
    }
    let asked = match document.asked(types, &variables) {
        Ok(asked) => asked,
        Err(rejection) => return Err(reject(rejection)),
    };
    if !is_known {
        state.0.documents.insert(Arc::clone(&text), sent.operation_name, Arc::clone(&document));
    }
    if let Some(hash) = register_as.filter(|_| !document.is_conversation) {
        persisted.register(hash, text);
    }
    let canonical = variables::canonical(&asked.variables).into();
    Ok(Question { document, asked, canonical })
}

/// Execute an operation, whose turn has come. Answers the body of an answer without errors, or the whole response.
async fn perform(
    state: &State,
    asking: &Asking,
    document: &Document,
    asked: &Asked,
    (reader, uploads): (Reader, Uploads),
    (begun, deadline): (Instant, Instant),
) -> Result<Vec<u8>, Response> {
    let (kind, name) = (keyword(document.kind), document.name.as_deref().filter(|_| !document.is_conversation));
    let span = span(asking, kind, name);
    let trace_id = telemetry::trace_id(&span).unwrap_or_else(|| asking.request_id.clone());
    let personal = reader.personal_reads();
    let (actor, origin) = (reader.actor().clone(), reader.origin().clone());
    let mut data = Data::default();
    data.insert(reader);
    data.insert(state.0.auth.clone());
    data.insert(state.0.bot.clone());
    data.insert(uploads);
    if let Some(bearer) = &asking.bearer {
        data.insert(bearer.clone());
    }
    let selected = document.selected(&state.0.types, &asked.variables);
    let at_work = state.0.metrics.begin(kind, begun);
    // A panic is ours; it ends this request and no other.
    let executed = state.0.executor.execute(document.without_fields(), &selected, asked.variables.clone(), data);
    let executed = AssertUnwindSafe(executed).catch_unwind().instrument(span.clone());
    let Ok(answered) = tokio::time::timeout_at(deadline.into(), executed).await else {
        at_work.answered(name, &[Code::Timeout]);
        return Err(asking.refuse(StatusCode::SERVICE_UNAVAILABLE, Code::Timeout));
    };
    for what in personal.take() {
        // Before the answer leaves, in a transaction of its own.
        let noting = state.0.readers.reader(actor.clone(), Vec::new()).from(origin.clone());
        if let Err(error) = noting.note_read(what).instrument(span.clone()).await {
            span.in_scope(|| tracing::error!(cause = error.cause(), "what was read could not be written down"));
            at_work.answered(name, &[Code::Unavailable]);
            return Err(asking.refuse(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable));
        }
    }
    let _entered = span.entered();
    let Ok(mut answer) = answered else {
        tracing::error!("a request panicked");
        at_work.answered(name, &[Code::Internal]);
        let failed = Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal);
        return Err(asking.refuse_with(&Refusal { trace_id: Some(&trace_id), ..failed }));
    };
    let codes = finish(&mut answer.errors, document, asking.locale(), &trace_id);
    if codes.contains(&Code::Timeout) {
        at_work.answered(name, &codes);
        return Err(asking.refuse(StatusCode::SERVICE_UNAVAILABLE, Code::Timeout));
    }
    let refuse_too_large = |exceeded: Exceeded| {
        let too_large = Refusal::new(asking.unexecuted(), Code::LimitExceeded);
        asking.refuse_with(&Refusal { exceeded: Some(exceeded), ..too_large })
    };
    if codes.contains(&Code::LimitExceeded) {
        at_work.answered(name, &codes);
        return Err(refuse_too_large(TOO_LARGE));
    }
    // Nothing was executed when there is no data and no error has a place in an answer.
    let executed = answer.is_ok() || answer.errors.iter().any(|error| !error.path.is_empty());
    let wait = wait(&answer, &codes);
    let status = match wait {
        Some(_) => StatusCode::TOO_MANY_REQUESTS,
        None if executed => StatusCode::OK,
        None => asking.unexecuted(),
    };
    at_work.answered(name, &codes);
    tracing::debug!(errors = codes.len(), "answered");
    answer.extensions.insert("cost".to_owned(), value!({"requested": asked.cost, "limit": COST}));
    match write(&answer) {
        Ok(body) if codes.is_empty() && status == StatusCode::OK => Ok(body),
        Ok(body) => {
            let mut response = respond(asking.media, status, asking.locale(), body);
            if let Some(seconds) = wait {
                response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            }
            Err(response)
        }
        Err(Some(exceeded)) => Err(refuse_too_large(exceeded)),
        Err(None) => Err(asking.refuse(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal)),
    }
}

/// After how many seconds an operation may be tried again of which nothing was done but to say that it was too soon.
fn wait(answer: &async_graphql::Response, codes: &[Code]) -> Option<u64> {
    let is_nothing = match &answer.data {
        Value::Object(fields) => fields.values().all(|value| *value == Value::Null),
        data => *data == Value::Null,
    };
    if !is_nothing || codes.is_empty() || codes.iter().any(|code| *code != Code::RateLimited) {
        return None;
    }
    let seconds = |error: &async_graphql::ServerError| match error.extensions.as_ref()?.get("retryAfter")? {
        Value::Number(seconds) => seconds.as_u64(),
        _ => None,
    };
    answer.errors.iter().filter_map(seconds).max()
}

/// One span per operation, named after it, below the span of a trusted peer.
fn span(asking: &Asking, kind: &'static str, name: Option<&str>) -> tracing::Span {
    let title = name.map_or_else(|| kind.to_owned(), |name| format!("{kind} {name}"));
    let span = tracing::info_span!(
        "operation",
        otel.name = title,
        otel.kind = "server",
        graphql.operation.type = kind,
        graphql.operation.name = name,
        request_id = asking.request_id
    );
    if asking.trusted && asking.headers.contains_key("traceparent") {
        let parent = opentelemetry::global::get_text_map_propagator(|propagator| {
            propagator.extract(&HeaderExtractor(&asking.headers))
        });
        // A context that cannot be taken leaves the span a root.
        let _ = span.set_parent(parent);
    }
    span
}
