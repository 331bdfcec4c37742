//! Documents that were read before, and bodies of strangers' requests.
//!
//! What is kept is bounded by the length of the texts, and rare ones make room for frequent ones.

use super::{Document, Question};
use axum::body::Bytes;
use quick_cache::sync::Cache;
use quick_cache::{Equivalent, Weighter};
use std::sync::Arc;

/// So much text is remembered, in bytes; a document that was read takes some ten times its text.
const REMEMBERED: u64 = 512 * 1024;
/// About how many documents that is.
const EXPECTED: usize = 512;

/// A text and the operation of it that is asked for.
#[derive(PartialEq, Eq, Hash)]
struct Asked {
    text: Arc<str>,
    operation: Option<String>,
}

/// The same, borrowed.
#[derive(Hash)]
struct Asking<'a> {
    text: &'a str,
    operation: Option<&'a str>,
}

impl Equivalent<Asked> for Asking<'_> {
    fn equivalent(&self, asked: &Asked) -> bool {
        *self.text == *asked.text && self.operation == asked.operation.as_deref()
    }
}

#[derive(Clone)]
struct Length;

impl Weighter<Asked, Arc<Document>> for Length {
    fn weight(&self, asked: &Asked, _: &Arc<Document>) -> u64 {
        asked.text.len() as u64
    }
}

/// The documents that passed every check.
pub(in crate::server) struct Documents(Cache<Asked, Arc<Document>, Length>);

impl Documents {
    /// None yet.
    pub fn new() -> Self {
        Self(Cache::with_weighter(EXPECTED, REMEMBERED, Length))
    }

    /// The operation of a text, if it was read before.
    pub fn get(&self, text: &str, operation: Option<&str>) -> Option<Arc<Document>> {
        self.0.get(&Asking { text, operation })
    }

    /// Remember an operation that passed every check.
    pub fn insert(&self, text: Arc<str>, operation: Option<String>, document: Arc<Document>) {
        self.0.insert(Asked { text, operation }, document);
    }
}

/// So many bytes of bodies are remembered, with what is kept beside each.
const BODIES: u64 = 512 * 1024;
const BESIDE_BODY: u64 = 512;
/// A longer body is read each time.
const LONGEST_BODY: usize = 16 * 1024;

#[derive(Clone)]
struct LengthOfBody;

impl Weighter<Bytes, Arc<Question>> for LengthOfBody {
    fn weight(&self, body: &Bytes, question: &Arc<Question>) -> u64 {
        BESIDE_BODY + (body.len() + question.canonical.len()) as u64
    }
}

/// What the bodies of strangers' requests ask: a page of a storefront is asked for in the same bytes by everybody.
pub(in crate::server) struct Questions(Cache<Bytes, Arc<Question>, LengthOfBody>);

impl Questions {
    /// None yet.
    pub fn new() -> Self {
        Self(Cache::with_weighter(EXPECTED, BODIES, LengthOfBody))
    }

    /// What a body asks, if it was read before.
    pub fn get(&self, body: &[u8]) -> Option<Arc<Question>> {
        self.0.get(body)
    }

    /// Remember what a body asks.
    pub fn insert(&self, body: Bytes, question: Arc<Question>) {
        if body.len() <= LONGEST_BODY {
            // What it was cut out of is not kept.
            self.0.insert(Bytes::copy_from_slice(&body), question);
        }
    }
}
