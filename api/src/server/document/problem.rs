//! What is wrong with a document.

use async_graphql::Pos;
use domain::fault::Code;

/// At most so many problems of a document are told.
pub(in crate::server) const MOST_ERRORS: usize = 20;
/// At most so many characters of a name or a value are quoted.
const MOST_QUOTED: usize = 60;

/// One thing that is wrong with a document or its variables.
#[derive(Debug)]
pub(in crate::server) struct Problem {
    pub code: Code,
    /// For developers, in English, where it is about the document; what was expected, where it is about a value.
    pub text: String,
    /// The argument or variable whose value cannot be used.
    pub argument: Option<String>,
    /// Where in the document.
    pub places: Vec<Pos>,
}

impl Problem {
    /// What cannot be read.
    pub fn unreadable(why: &str, places: Vec<Pos>) -> Self {
        let text = format!("The document cannot be read: {why}.");
        Self { code: Code::GraphqlParseFailed, text, argument: None, places }
    }

    /// A rule that is broken.
    pub fn invalid(text: String, places: Vec<Pos>) -> Self {
        Self { code: Code::GraphqlValidationFailed, text, argument: None, places }
    }
}

/// A value that is not what its place takes.
#[derive(Debug)]
pub(super) struct Unfit {
    /// The argument or the variable, with the fields on the way to the value.
    pub path: String,
    /// What the place takes.
    pub expected: String,
}

impl Unfit {
    /// The problem that it makes in a document.
    pub fn into_problem(self, place: Pos) -> Problem {
        let argument = Some(quote(&self.path));
        Problem { code: Code::BadUserInput, text: self.expected, argument, places: vec![place] }
    }
}

/// What is wrong with a document, as far as it is told.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<Problem>);

impl Problems {
    /// Whether nothing more is told.
    pub fn is_full(&self) -> bool {
        self.0.len() >= MOST_ERRORS
    }

    /// Whether there is nothing wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The document breaks a rule.
    pub fn invalid(&mut self, text: impl FnOnce() -> String, places: impl IntoIterator<Item = Pos>) {
        if !self.is_full() {
            self.0.push(Problem::invalid(text(), places.into_iter().collect()));
        }
    }

    /// A value cannot be used.
    pub fn value(&mut self, unfit: impl FnOnce() -> Unfit, place: Pos) {
        if !self.is_full() {
            self.0.push(unfit().into_problem(place));
        }
    }

    /// The problems, when there are any.
    ///
    /// # Errors
    /// The problems.
    pub fn into_result(self) -> Result<(), Vec<Problem>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}

/// A text of the document, cut where it is long.
pub(super) fn quote(text: &str) -> String {
    match text.char_indices().nth(MOST_QUOTED) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
