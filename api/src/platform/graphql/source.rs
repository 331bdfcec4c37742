//! The GraphQL face of sources.

use crate::platform::query::stored::Json;
use async_graphql::SimpleObject;

/// A publication that states the facts it is given for.
#[derive(SimpleObject, Clone, Debug, serde::Deserialize)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct Source {
    /// The name of the publisher.
    pub publisher: String,
    /// The address where the source can be read; null for print.
    pub url: Option<String>,
    /// The date of publication, as exactly as is known: "2021-03-08", "2020-05", "2021".
    pub dated_on: Option<String>,
}

/// The sources of a row.
pub fn sources(document: Json<Vec<domain::source::Source>>) -> Vec<Source> {
    let face = |source: domain::source::Source| Source {
        publisher: source.publisher,
        url: source.url,
        dated_on: source.dated_on,
    };
    document.0.into_iter().map(face).collect()
}
