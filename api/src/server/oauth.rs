//! Tokens for partners' programs: client credentials (RFC 6749 §4.4), by HTTP Basic or in the body.

use super::State;
use super::address::ClientAddress;
use super::bearer::is_from;
use super::body::{is_encoded, read_body};
use super::lanes::RETRY_AFTER;
use crate::partner_client::store::show;
use crate::platform::audit::record::Origin;
use crate::platform::audit::refusal::Wanted;
use crate::platform::clock::whole_seconds;
use crate::platform::rate_limit::Standing;
use crate::session::admission::{admit_as, admit_from};
use crate::session::token::{Audience, issue};
use axum::extract::{Request, State as Shared};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::actor::Actor;
use domain::codes::Coded;
use domain::fault::Code;
use domain::partner_client::ClientScope;
use serde_json::json;
use std::collections::HashMap;
use std::time::Duration;

/// A form of so many bytes holds everything that is asked for here.
const LARGEST_FORM: usize = 16 * 1024;

/// A refusal in the words of RFC 6749 §5.2.
enum Refusal {
    InvalidRequest(&'static str),
    InvalidClient,
    UnsupportedGrantType,
    InvalidScope,
    Unavailable,
    /// Too many attempts; when the next one may be made.
    TooMany(Duration),
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, error, description) = match self {
            Self::InvalidRequest(why) => (StatusCode::BAD_REQUEST, "invalid_request", why),
            Self::InvalidClient => (StatusCode::UNAUTHORIZED, "invalid_client", "the credential does not hold"),
            Self::UnsupportedGrantType => {
                (StatusCode::BAD_REQUEST, "unsupported_grant_type", "only client_credentials is given")
            }
            Self::InvalidScope => (StatusCode::BAD_REQUEST, "invalid_scope", "the credential is not for all of that"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", "try again"),
            Self::TooMany(_) => {
                (StatusCode::TOO_MANY_REQUESTS, "temporarily_unavailable", "too many attempts; try again later")
            }
        };
        let mut response = answer(status, &json!({"error": error, "error_description": description}));
        match self {
            Self::Unavailable => {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER));
            }
            Self::TooMany(after) => {
                response.headers_mut().insert(header::RETRY_AFTER, whole_seconds(after).into());
            }
            _ => {}
        }
        if matches!(self, Self::InvalidClient) {
            let challenge = HeaderValue::from_static("Basic realm=\"unfm\", charset=\"UTF-8\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// An answer that nobody on the way keeps.
fn answer(status: StatusCode, body: &serde_json::Value) -> Response {
    let headers =
        [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")];
    (status, headers, body.to_string()).into_response()
}

/// Too many want to come in from there, and how they stand.
impl From<Standing> for Refused {
    fn from(standing: Standing) -> Self {
        let refusal = Refusal::TooMany(standing.retry_after().unwrap_or_default());
        Self { refusal, standing: Some(standing) }
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, standing: None }
    }
}

/// A refusal, with what headers tell of the rate.
struct Refused {
    refusal: Refusal,
    standing: Option<Standing>,
}

/// Give a token to a program that shows its credential.
pub(super) async fn token(Shared(state): Shared<State>, request: Request) -> Response {
    match give(&state, request).await {
        Ok(response) => response,
        Err(Refused { refusal, standing }) => {
            let mut response = refusal.into_response();
            if let Some(standing) = standing {
                state.0.metrics.refused(&[Code::RateLimited]);
                standing.write(response.headers_mut());
            }
            response
        }
    }
}

async fn give(state: &State, request: Request) -> Result<Response, Refused> {
    let (request, body) = request.into_parts();
    let address = request.extensions.get::<ClientAddress>().map(|address| address.0);
    admit_from(&state.0.auth.rate_limits, address, 1).await?;
    let kind = request.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(Refusal::InvalidRequest("the body is a form: application/x-www-form-urlencoded").into());
    }
    if is_encoded(&request.headers) {
        return Err(Refusal::InvalidRequest("the body is not encoded").into());
    }
    let lane = &state.0.lanes.logins;
    let body = read_body(state, lane, &request.headers, body, LARGEST_FORM).await.map_err(|(_, code)| match code {
        Code::PayloadTooLarge => Refusal::InvalidRequest("the body is too large"),
        _ => Refusal::Unavailable,
    })?;
    let _turn = lane.work().await.ok_or(Refusal::Unavailable)?;
    let mut form = HashMap::new();
    for (name, value) in form_urlencoded::parse(&body) {
        // A parameter without a value is one that was left out (RFC 6749 §3.2).
        if !value.is_empty() && form.insert(name.into_owned(), value.into_owned()).is_some() {
            return Err(Refusal::InvalidRequest("a parameter stands twice").into());
        }
    }
    let (client_id, secret) = credential(&request.headers, &form)?;
    match form.get("grant_type").map(String::as_str) {
        Some("client_credentials") => {}
        Some(_) => return Err(Refusal::UnsupportedGrantType.into()),
        None => return Err(Refusal::InvalidRequest("grant_type is missing").into()),
    }
    admit_as(&state.0.auth.rate_limits, address, &client_id).await?;
    let is_from = |network: &str| is_from(address, network);
    let (readers, is_demo_mode) = (&state.0.readers, state.0.auth.is_demo_mode);
    let origin = Origin { address };
    let reader = readers.reader(Actor::Anonymous, Vec::new()).from(origin);
    let unavailable = |cause: &str| {
        tracing::error!(cause, "a token could not be given");
        Refusal::Unavailable
    };
    let shown = show(&reader, &client_id, &secret, is_demo_mode, is_from).await;
    let shown = shown.map_err(|error| match error.retry_after() {
        Some(after) => Refusal::TooMany(after),
        None => unavailable(error.cause()),
    })?;
    let Some(shown) = shown else {
        reader.note_refusal("oauthToken", Code::InvalidCredentials, Wanted::Client(client_id));
        return Err(Refusal::InvalidClient.into());
    };
    let scopes = match form.get("scope") {
        None => shown.scopes,
        Some(asked) => {
            let asked: Option<Vec<ClientScope>> = asked.split(' ').map(ClientScope::parse).collect();
            asked.filter(|asked| asked.iter().all(|one| shown.scopes.contains(one))).ok_or(Refusal::InvalidScope)?
        }
    };
    // In one order and each once, however they were asked for.
    let scopes: Vec<&str> =
        ClientScope::ALL.iter().filter(|scope| scopes.contains(scope)).map(|scope| scope.as_str()).collect();
    let scope = scopes.join(" ");
    let token = issue(&readers.keys, reader.now(), Audience::Partner, shown.key, shown.secret, Some(scope.clone()))
        .map_err(|error| unavailable(error.cause()))?;
    let lasts = Audience::Partner.lifetime().as_secs();
    let given = json!({"access_token": token, "token_type": "Bearer", "expires_in": lasts, "scope": scope});
    Ok(answer(StatusCode::OK, &given))
}

/// What a program shows: in one place and not in two (RFC 6749 §2.3).
fn credential(headers: &HeaderMap, form: &HashMap<String, String>) -> Result<(String, String), Refusal> {
    let in_body = (form.get("client_id").cloned(), form.get("client_secret").cloned());
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return match in_body {
            (Some(id), Some(secret)) => Ok((id, secret)),
            _ => Err(Refusal::InvalidClient),
        };
    };
    let (id, secret) = value.to_str().ok().and_then(basic).ok_or(Refusal::InvalidClient)?;
    match in_body {
        (_, Some(_)) => Err(Refusal::InvalidRequest("the credential stands in two places")),
        (Some(other), None) if other != id => Err(Refusal::InvalidRequest("client_id stands twice")),
        _ => Ok((id, secret)),
    }
}

/// The two halves of `Basic …`, which are encoded like those of a form first (RFC 6749 §2.3.1).
fn basic(value: &str) -> Option<(String, String)> {
    let (scheme, coded) = value.split_once(' ')?;
    let pair = STANDARD.decode(coded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let pair = String::from_utf8(pair).ok()?;
    let (id, secret) = pair.split_once(':')?;
    let decoded = |text: &str| {
        let mut pairs = form_urlencoded::parse(text.as_bytes());
        pairs.next().map(|(name, _)| name.into_owned()).filter(|_| pairs.next().is_none() && !text.contains('='))
    };
    Some((decoded(id)?, decoded(secret)?))
}

/// Any other method than POST.
pub(super) async fn refuse_method() -> Response {
    let mut response = Refusal::InvalidRequest("a token is asked for by POST").into_response();
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_halves_of_a_basic_credential_are_encoded_like_those_of_a_form() {
        let given = |text: &str| basic(&format!("Basic {}", STANDARD.encode(text)));
        assert_eq!(given("unfpa-demo:secret"), Some(("unfpa-demo".into(), "secret".into())));
        assert_eq!(given("a%3Ab:c+d%2B"), Some(("a:b".into(), "c d+".into())));
        assert_eq!(given("a:b:c"), Some(("a".into(), "b:c".into())));
        assert_eq!(given("nothing"), None);
        assert_eq!(basic("Bearer YTpi"), None);
        assert_eq!(basic("Basic %"), None);
    }
}
