//! Files that a caller asked for by a field and fetches by the address that she got.

use super::address::ClientAddress;
use super::lanes::RETRY_AFTER;
use super::meter::Meter;
use super::pages::problem;
use super::{State, bearer};
use crate::platform::audit::record::Origin;
use crate::platform::graphql::download;
use crate::session::token::Bearer;
use crate::submission::sheet::{Asked, store};
use axum::extract::{Extension, Path, State as Shared};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::fault::Code;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// Files are made one at a time.
static WRITING: Semaphore = Semaphore::const_new(1);

/// The file of an address, read in the name of whoever asked for it, with the rights that she has now.
pub(super) async fn fetch(
    Shared(state): Shared<State>,
    address: Option<Extension<ClientAddress>>,
    Path(file): Path<String>,
) -> Response {
    let readers = &state.0.readers;
    let Some((bearer, asked)) = download::open::<(Bearer, Asked)>(&readers.keys, readers.clock.now(), &file) else {
        return problem(StatusCode::NOT_FOUND, Some("The URL is not one that was given out, or has ended."));
    };
    let address = address.map(|Extension(address)| address);
    let mut meter = Meter::of(&state, Some(&bearer), address);
    let mut response = match meter.enter().await {
        Ok(()) => match read(&state, &bearer, address, asked).await {
            Ok(response) => response,
            Err(code) => refuse(code),
        },
        Err(after) => wait(after),
    };
    meter.write(response.headers_mut());
    response
}

pub(super) fn wait(after: Duration) -> Response {
    let mut response = problem(StatusCode::TOO_MANY_REQUESTS, None);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(after.as_secs().max(1)));
    response
}

pub(super) fn refuse(code: Code) -> Response {
    match code {
        Code::NotFound => problem(StatusCode::NOT_FOUND, None),
        Code::Unauthenticated => problem(StatusCode::UNAUTHORIZED, Some("The session has ended.")),
        Code::LimitExceeded => {
            problem(StatusCode::UNPROCESSABLE_ENTITY, Some("The sheet would have too many rows: ask for one branch."))
        }
        Code::Unavailable | Code::Timeout => {
            let mut response = problem(StatusCode::SERVICE_UNAVAILABLE, None);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER));
            response
        }
        _ => problem(StatusCode::INTERNAL_SERVER_ERROR, None),
    }
}

async fn read(state: &State, bearer: &Bearer, address: Option<ClientAddress>, asked: Asked) -> Result<Response, Code> {
    // A large one takes some hundred megabytes from when it is read until it is written.
    let turn = tokio::time::timeout(state.0.execution_timeout, WRITING.acquire()).await;
    let turn = turn.map_err(|_| Code::Unavailable)?.map_err(|_| Code::Unavailable)?;
    let place = state.0.lanes.signed_in.work().await.ok_or(Code::Unavailable)?;
    let deadline = Instant::now() + state.0.execution_timeout;
    let actor = bearer::actor(state, bearer, address).await?;
    let origin = Origin { address: address.map(|address| address.0) };
    let reader = state.0.readers.reader(actor, Vec::new()).from(origin).until(deadline);
    let written = store::write(&reader, &asked).await.map_err(|error| {
        if error.code() == Code::Internal {
            tracing::error!(cause = error.cause(), "a file could not be written");
        }
        error.code()
    })?;
    let (name, sheet) = written.ok_or(Code::NotFound)?;
    drop((reader, place));
    let content = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        sheet.write(asked.format)
    })
    .await;
    let content = match content {
        Ok(Ok(content)) => content,
        Ok(Err(error)) => {
            tracing::error!(cause = error.cause(), "a file could not be written");
            return Err(Code::Internal);
        }
        Err(_) => return Err(Code::Internal),
    };
    let headers = [
        (header::CONTENT_TYPE, asked.format.media_type().to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, content).into_response())
}
