//! Photos as files: of products that the public sees, to everybody and for ever; of others, to whoever may see the product.

use super::address::ClientAddress;
use super::downloads::{refuse, wait};
use super::meter::Meter;
use super::pages::problem;
use super::{State, bearer};
use crate::photo::store::is_seen;
use crate::platform::audit::record::Origin;
use crate::platform::graphql::download;
use crate::session::token::Bearer;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Extension, Path, Query, State as Shared};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::actor::Actor;
use domain::fault::Code;
use serde::Deserialize;
use std::time::Instant;

/// What an address says besides.
#[derive(Deserialize)]
pub(super) struct Asked {
    ticket: Option<String>,
}

/// A photo's file takes so much of what its sender may ask for: a page shows dozens.
const COST: u64 = 1;

/// The file of a photo.
pub(super) async fn fetch(
    Shared(state): Shared<State>,
    address: Option<Extension<ClientAddress>>,
    Path((content, file)): Path<(String, String)>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let address = address.map(|Extension(address)| address);
    // By the ticket of an address that was given to her, or by her token.
    let shown = match asked.ok().and_then(|Query(asked)| asked.ticket) {
        Some(ticket) => {
            let (keys, now) = (&state.0.readers.keys, state.0.readers.clock.now());
            let opened = download::open::<(Bearer, String)>(keys, now, &ticket);
            match opened.filter(|(_, of)| *of == content) {
                Some((bearer, _)) => Ok(Some(bearer)),
                None => {
                    return problem(
                        StatusCode::NOT_FOUND,
                        Some("The URL is not one that was given out, or has ended."),
                    );
                }
            }
        }
        None => bearer::shown(&state, &headers),
    };
    let bearer = match shown {
        Ok(bearer) => bearer,
        Err(code) => return refuse(code),
    };
    let mut meter = Meter::of(&state, bearer.as_ref(), address);
    let mut response = match meter.take(COST).await {
        Ok(()) => match read(&state, bearer.as_ref(), address, (&content, &file)).await {
            Ok(response) => response,
            Err(code) => refuse(code),
        },
        Err(after) => wait(after),
    };
    meter.write(response.headers_mut());
    response
}

async fn read(
    state: &State,
    bearer: Option<&Bearer>,
    address: Option<ClientAddress>,
    (content, file): (&str, &str),
) -> Result<Response, Code> {
    let is_public = is_seen_by(state, Actor::Anonymous, address, content).await?;
    if !is_public {
        let Some(bearer) = bearer else { return Err(Code::NotFound) };
        let actor = bearer::actor(state, bearer, address).await?;
        if !is_seen_by(state, actor, address, content).await? {
            return Err(Code::NotFound);
        }
    }
    let kind = match file.rsplit_once('.') {
        Some((_, "webp")) => "image/webp",
        Some((_, "jpg")) => "image/jpeg",
        _ => return Err(Code::NotFound),
    };
    let found = state.0.readers.files.get(content, file).await.map_err(|error| error.code())?;
    let found = found.ok_or(Code::NotFound)?;
    let kept = if is_public { "public, max-age=31536000, immutable" } else { "private, no-store" };
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(found.meta.size));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    *response.body_mut() = Body::from_stream(found.into_stream());
    Ok(response.into_response())
}

/// Whether somebody may see a photo with this content.
async fn is_seen_by(state: &State, actor: Actor, address: Option<ClientAddress>, content: &str) -> Result<bool, Code> {
    let lanes = &state.0.lanes;
    let lane = if matches!(actor, Actor::Anonymous) { &lanes.anonymous } else { &lanes.signed_in };
    let _place = lane.work().await.ok_or(Code::Unavailable)?;
    let origin = Origin { address: address.map(|address| address.0) };
    let deadline = Instant::now() + state.0.execution_timeout;
    let reader = state.0.readers.reader(actor, Vec::new()).from(origin).until(deadline);
    is_seen(&reader, content).await.map_err(|error| error.code())
}
