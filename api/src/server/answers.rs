//! Answers that were given to strangers, kept for whoever asks the same in the same language.
//!
//! What tells two answers apart is the operation as it was read, the values of its variables, the languages and the media
//! type of the answer, the version of the published data, and the minute: what depends on the clock (opening hours, last
//! days) changes at the beginning of one. An answer that holds an error is not kept, and whoever is signed in is never
//! answered from here. When many ask the same at once, one of them asks the database, and the others wait for her answer.

use super::answer::{Media, respond};
use super::document::Document;
use crate::platform::data_version::DataVersion;
use crate::platform::keys::digest;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use domain::text::Locale;
use jiff::Timestamp;
use quick_cache::sync::{Cache, DefaultLifecycle, PlaceholderGuard};
use quick_cache::{DefaultHashBuilder, Weighter};
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// About how large an answer is, in bytes.
const EXPECTED: u64 = 4 * 1024;
/// What is kept beside an answer and its variables.
const BESIDE: u64 = 256;
/// Larger answers are not kept, nor those of longer variables.
const LARGEST: usize = 256 * 1024;
const LONGEST_VARIABLES: usize = 2 * 1024;

/// What tells an answer apart.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Asked {
    document: u64,
    variables: Box<str>,
    locales: Vec<Locale>,
    media: Media,
    moment: Moment,
}

/// For how long answers are good: until the published data changes, or the minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Moment {
    version: u64,
    minute: i64,
}

/// An answer as it goes out to strangers.
#[derive(Debug)]
pub(super) struct Answer {
    body: Bytes,
    /// What changes when the answer does. It is weak: the same answer may be sent compressed.
    tag: HeaderValue,
}

impl Answer {
    /// An answer in a language and media type.
    pub fn new(body: Vec<u8>, media: Media, locale: Locale) -> Arc<Self> {
        let mut tag = String::with_capacity(40);
        tag.push_str("W/\"");
        let of = [&digest(&body)[..], media.content_type().as_bytes(), locale.tag().as_bytes()].concat();
        for byte in &digest(of)[..16] {
            write!(tag, "{byte:02x}").expect("writing to a string does not fail");
        }
        tag.push('"');
        let tag = HeaderValue::from_str(&tag).expect("digits are a header's value");
        Arc::new(Self { body: body.into(), tag })
    }

    /// The answer as everybody is given it who asks the same: a browser may keep it, and asks whether it is still the same. A
    /// client whose headers say that it has it is not sent it again.
    pub fn respond(&self, media: Media, locale: Locale, has: Option<&HeaderMap>) -> Response {
        let mut response = if has.is_some_and(|headers| self.is_known_to(headers)) {
            let mut response = respond(media, StatusCode::NOT_MODIFIED, locale, Body::empty());
            response.headers_mut().remove(header::CONTENT_TYPE);
            response
        } else {
            respond(media, StatusCode::OK, locale, self.body.clone())
        };
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=0, must-revalidate"));
        headers.insert(header::ETAG, self.tag.clone());
        response
    }

    /// Whether a client has it already (RFC 9110 §13.1.2).
    fn is_known_to(&self, headers: &HeaderMap) -> bool {
        let weak = |tag: &str| tag.strip_prefix("W/").unwrap_or(tag).to_owned();
        let ours = weak(self.tag.to_str().unwrap_or_default());
        let lists = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        lists.flat_map(|list| list.split(',')).map(str::trim).any(|tag| tag == "*" || weak(tag) == ours)
    }
}

/// What is known of an answer.
#[derive(Clone, Debug)]
enum Kept {
    Answer(Arc<Answer>),
    /// It is not kept, for it holds an error or is too large: everybody asks for herself.
    Nothing,
}

#[derive(Clone)]
struct Bytewise;

impl Weighter<Asked, Kept> for Bytewise {
    fn weight(&self, asked: &Asked, kept: &Kept) -> u64 {
        let body = match kept {
            Kept::Answer(answer) => answer.body.len() as u64,
            Kept::Nothing => 0,
        };
        BESIDE + asked.variables.len() as u64 + body
    }
}

type Guard<'a> = PlaceholderGuard<'a, Asked, Kept, Bytewise, DefaultHashBuilder, DefaultLifecycle<Asked, Kept>>;

/// The place of an answer that whoever holds it is to give: others wait for her meanwhile.
pub(super) struct Place<'a>(Guard<'a>);

impl Place<'_> {
    /// Keep an answer.
    pub fn keep(self, answer: &Arc<Answer>) {
        let kept = if answer.body.len() <= LARGEST { Kept::Answer(Arc::clone(answer)) } else { Kept::Nothing };
        // What was dropped meanwhile is kept no more.
        let _ = self.0.insert(kept);
    }

    /// Keep nothing: those who wait ask for themselves.
    pub fn keep_nothing(self) {
        let _ = self.0.insert(Kept::Nothing);
    }
}

/// What there is for whoever asks.
pub(super) enum Found<'a> {
    /// An answer.
    Answer(Arc<Answer>),
    /// None yet: it is hers to give.
    Missing(Place<'a>),
    /// None, and none is kept.
    Unkept,
}

/// The answers that are kept.
pub(super) struct Answers {
    /// None where none are kept.
    kept: Option<Cache<Asked, Kept, Bytewise>>,
    latest: Mutex<Moment>,
    version: DataVersion,
}

impl Answers {
    /// None yet, and never more than so many bytes.
    pub fn new(most: u64, version: DataVersion) -> Self {
        let expected = usize::try_from(most / EXPECTED).unwrap_or(usize::MAX);
        let kept = (most > 0).then(|| Cache::with_weighter(expected, most, Bytewise));
        Self { kept, latest: Mutex::new(Moment { version: 0, minute: i64::MIN }), version }
    }

    /// The answer to an operation with variables, written in one way (`variables`), for a stranger. Whoever is told that it is
    /// missing gives it, and whoever asks the same meanwhile waits for that, until a deadline.
    pub async fn find(
        &self,
        (document, variables): (&Document, &str),
        (locales, media): (&[Locale], Media),
        version: impl Future<Output = Option<u64>>,
        (now, deadline): (Timestamp, Instant),
    ) -> Option<Found<'_>> {
        let Some(kept) = self.kept.as_ref().filter(|_| variables.len() <= LONGEST_VARIABLES) else {
            return Some(Found::Unkept);
        };
        let Some(version) = version.await else { return Some(Found::Unkept) };
        let moment = Moment { version, minute: now.as_second().div_euclid(60) };
        self.drop_older(kept, moment);
        let asked =
            Asked { document: document.number, variables: variables.into(), locales: locales.to_vec(), media, moment };
        let found = tokio::time::timeout_at(deadline.into(), kept.get_value_or_guard_async(&asked)).await;
        Some(match found.ok()? {
            Ok(Kept::Answer(answer)) => Found::Answer(answer),
            Ok(Kept::Nothing) => Found::Unkept,
            Err(guard) => Found::Missing(Place(guard)),
        })
    }

    /// Drop what is good no more, once something later is asked for.
    fn drop_older(&self, kept: &Cache<Asked, Kept, Bytewise>, moment: Moment) {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if moment.version > latest.version || moment.minute > latest.minute {
            *latest = moment;
            drop(latest);
            kept.clear();
        }
    }

    /// The version of the published data.
    pub fn version(&self) -> &DataVersion {
        &self.version
    }
}
