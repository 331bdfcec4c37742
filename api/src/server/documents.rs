//! Documents that were read before: a client sends the same few again and again, so they are parsed and checked once.
//!
//! What is kept is bounded by the length of the texts, and rare ones make room for frequent ones.

use async_graphql::Variables;
use async_graphql::parser::types::{BaseType, ExecutableDocument, OperationDefinition};
use async_graphql::{Name, Value};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::sync::Arc;

/// So much text is remembered, in bytes; a parsed document takes some ten times its text.
const REMEMBERED: u64 = 512 * 1024;
/// About how many documents that is.
const EXPECTED: usize = 512;

#[derive(Clone)]
struct Length;

impl Weighter<String, Arc<ExecutableDocument>> for Length {
    fn weight(&self, text: &String, _: &Arc<ExecutableDocument>) -> u64 {
        text.len() as u64
    }
}

/// The documents that passed the check of the schema, by their text.
pub(super) struct Documents(Cache<String, Arc<ExecutableDocument>, Length>);

impl Documents {
    pub(super) fn new() -> Self {
        Self(Cache::with_weighter(EXPECTED, REMEMBERED, Length))
    }

    /// The document of a text, if it was seen before.
    pub(super) fn get(&self, text: &str) -> Option<Arc<ExecutableDocument>> {
        self.0.get(text)
    }

    /// Remember a document that passed the check.
    pub(super) fn insert(&self, text: String, document: Arc<ExecutableDocument>) {
        self.0.insert(text, document);
    }
}

/// Whether the variables of a document that is known need no more looking at: each is of one of GraphQL's own types and
/// holds what the type says. Whoever sends others has them checked with the whole document, and is told as ever.
pub(super) fn are_plain(operation: &OperationDefinition, variables: &Variables) -> bool {
    operation.variable_definitions.iter().all(|definition| {
        let definition = &definition.node;
        let BaseType::Named(name) = &definition.var_type.node.base else { return false };
        match variables.get(&definition.name.node) {
            None => definition.var_type.node.nullable,
            Some(given) => holds(name, given),
        }
    })
}

fn holds(name: &Name, given: &Value) -> bool {
    match (name.as_str(), given) {
        ("String" | "ID", Value::String(_)) | ("Boolean", Value::Boolean(_)) => true,
        ("Int", Value::Number(number)) => number.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        _ => false,
    }
}
