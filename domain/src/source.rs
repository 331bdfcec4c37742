//! Where a fact was read: what is published as a fact names its source.

use serde::{Deserialize, Serialize};

/// A publication that states a fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Who published it.
    pub publisher: String,
    /// Where it can be read; absent for print.
    pub url: Option<String>,
    /// When it was published, as exactly as is known: `2021-03-08`, `2020-05`, `2021`.
    pub dated_on: Option<String>,
}
