//! A document on its way to the executor: read, held to the limits, checked against the schema, and made ready.
//!
//! Everything here is done before anything runs, in time that grows with the document and not with what it expands to, and
//! once for each document: a client sends the same few again and again.
//!
//! - `text` looks at the text, before the parser does
//! - `types` are the types of the schema
//! - `measure` holds the operation to the limits
//! - `rules`, `merge` and `value` check it against the schema, and `problem` says what is wrong
//! - `variables` reads what is sent beside it
//! - `collect` makes the selection sets that are executed
//! - `cache` keeps documents, and bodies of requests, that were read before

mod cache;
mod collect;
mod measure;
mod merge;
mod problem;
mod rules;
mod text;
mod types;
mod value;
pub(super) mod variables;
#[cfg(test)]
mod verdicts;

pub(super) use cache::{Documents, Questions};
pub(super) use measure::COST;
pub(super) use problem::{MOST_ERRORS, Problem};
pub(super) use rules::keyword;
pub(super) use types::Types;

use async_graphql::parser::Error as ParseError;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, FragmentDefinition, OperationDefinition, OperationType, Selection,
    SelectionSet, VariableDefinition,
};
use async_graphql::{Name, Pos, Positioned, Variables};
use async_graphql_value::Value;
use collect::Collecting;
use domain::fault::Code;
use problem::{Problems, quote};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A limit that a request exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exceeded {
    /// The name of the limit, as clients read it.
    pub limit: &'static str,
    /// How much it allows.
    pub maximum: usize,
    /// How much the request has.
    pub requested: usize,
}

impl Exceeded {
    /// Hold a request to a limit.
    ///
    /// # Errors
    /// The limit, when it is exceeded.
    fn check(limit: &'static str, maximum: usize, requested: usize) -> Result<(), Self> {
        if requested > maximum { Err(Self { limit, maximum, requested }) } else { Ok(()) }
    }
}

/// Why a document is not executed.
#[derive(Debug)]
pub(super) enum Rejection {
    /// It asks for too much.
    Exceeded(Exceeded),
    /// It cannot be read.
    Unreadable(Problem),
    /// It does not fit the schema.
    Invalid(Vec<Problem>),
}

impl From<Exceeded> for Rejection {
    fn from(exceeded: Exceeded) -> Self {
        Self::Exceeded(exceeded)
    }
}

/// One operation of a document, where it stands.
struct Operation<'d> {
    definition: &'d OperationDefinition,
    fragments: &'d HashMap<Name, Positioned<FragmentDefinition>>,
}

/// An operation that passed every check: it and the fragments that it uses, and nothing else of the document that it came in.
pub(super) struct Document {
    /// What tells it from all others that this process has read.
    pub number: u64,
    pub kind: OperationType,
    pub name: Option<String>,
    /// Whether somebody talks to the bot by it: nothing of the request is written down then.
    pub is_conversation: bool,
    /// Whether its answer may be kept for others who ask the same. Where somebody looks for help is kept nowhere.
    pub may_be_kept: bool,
    definition: OperationDefinition,
    fragments: HashMap<Name, Positioned<FragmentDefinition>>,
    /// What is executed, where that does not depend on the variables.
    collected: Option<SelectionSet>,
    /// What it costs, where that does not depend on the variables.
    cost: Option<u64>,
}

/// The values of the variables of an operation, and what it costs with them.
pub(super) struct Asked {
    pub variables: Variables,
    pub cost: u64,
}

/// What a request asks: an operation that passed every check, with the values of its variables.
pub(super) struct Question {
    pub document: Arc<Document>,
    pub asked: Asked,
    /// The values of its variables, written in one way.
    pub canonical: Box<str>,
}

/// How many documents this process has read.
static READ: AtomicU64 = AtomicU64::new(0);

impl Document {
    /// Read a document and check it.
    ///
    /// # Errors
    /// Why the operation that is asked for is not executed.
    pub fn read(types: &Types, text: &str, operation: Option<&str>) -> Result<Self, Rejection> {
        let seen = text::look_at(text)?;
        if let Some(what) = seen.not_grammar {
            return Err(Rejection::Unreadable(Problem::unreadable(what, Vec::new())));
        }
        let twice = seen.twice;
        let text = text::with_plain_escapes(text, &seen);
        let document = async_graphql::parser::parse_query(&text).map_err(|error| unreadable(&error))?;
        let (definition, name) = asked_for(&document, operation).ok_or_else(|| {
            let text = "The operation to execute is not named, or not in the document.".to_owned();
            Rejection::Invalid(vec![Problem::invalid(text, Vec::new())])
        })?;
        measure::check_shape(types, &Operation { definition, fragments: &document.fragments })?;
        let mut problems = Problems::default();
        if let Some(field) = twice {
            problems.invalid(|| format!("The field \"{}\" stands twice in one input object.", quote(field)), None);
        }
        rules::check(types, &document, &mut problems);
        // Fields are compared through fragments, which must come to an end and be there.
        if problems.is_empty() {
            merge::check(types, &document, &mut problems)?;
        }
        problems.into_result().map_err(Rejection::Invalid)?;
        let name = name.map(ToOwned::to_owned);
        let (definition, fragments) = taken_out(document, name.as_ref());
        let mut read = Self {
            number: READ.fetch_add(1, Ordering::Relaxed),
            kind: definition.ty,
            name: name.map(|name| name.to_string()),
            is_conversation: false,
            may_be_kept: false,
            collected: None,
            cost: None,
            definition,
            fragments,
        };
        let is_conversation = read.fields().any(|field| field.name.node == CONVERSATION);
        read.is_conversation = is_conversation;
        if read.is_conversation && read.holds_words() {
            let text =
                "What is said to the bot is given by variables without defaults, never in the document.".to_owned();
            return Err(Rejection::Invalid(vec![Problem::invalid(text, Vec::new())]));
        }
        let asks_for_help = read.fields().any(|field| HELP.contains(&field.name.node.as_str()));
        read.may_be_kept = read.kind == OperationType::Query && !asks_for_help;
        let depends = read.depends_on_variables();
        if !depends.on_conditions {
            read.collected = read.collect(types, None);
        }
        if !depends.on_sizes {
            read.cost = Some(measure::cost(types, &read.operation(), &Variables::default())?);
        }
        Ok(read)
    }

    fn operation(&self) -> Operation<'_> {
        Operation { definition: &self.definition, fragments: &self.fragments }
    }

    /// What is asked by the variables of a request.
    ///
    /// # Errors
    /// Why it is not executed with these variables.
    pub fn asked(&self, types: &Types, given: &serde_json::Map<String, serde_json::Value>) -> Result<Asked, Rejection> {
        let variables = value::coerce(types, &self.definition.variable_definitions, given)?;
        let cost = match self.cost {
            Some(cost) => cost,
            None => measure::cost(types, &self.operation(), &variables)?,
        };
        Ok(Asked { variables, cost })
    }

    /// What is selected on the root, ready to be executed with the values of its variables. It is made once for all requests
    /// that give a value to each: to the library a variable that is not given is one that is null.
    pub fn selected(&self, types: &Types, variables: &Variables) -> Cow<'_, SelectionSet> {
        let is_given = |definition: &Positioned<VariableDefinition>| variables.contains_key(&definition.node.name.node);
        match &self.collected {
            Some(collected) if self.definition.variable_definitions.iter().all(is_given) => Cow::Borrowed(collected),
            _ => Cow::Owned(self.collect(types, Some(variables)).unwrap_or_default()),
        }
    }

    /// The operation without what it selects.
    pub fn without_fields(&self) -> Positioned<OperationDefinition> {
        let place = self.definition.selection_set.pos;
        let definition = OperationDefinition {
            ty: self.kind,
            variable_definitions: self.definition.variable_definitions.clone(),
            directives: Vec::new(),
            selection_set: Positioned::new(SelectionSet::default(), place),
        };
        Positioned::new(definition, place)
    }

    /// The selection set that is executed.
    fn collect(&self, types: &Types, variables: Option<&Variables>) -> Option<SelectionSet> {
        let root = types.root(self.kind)?;
        let set = self.collected.as_ref().unwrap_or(&self.definition.selection_set.node);
        Some(Collecting { types, fragments: &self.fragments, variables }.collect(root, &[set]))
    }

    /// The argument whose value stands in a place, which is where one that cannot be read is reported.
    pub fn argument_at(&self, place: Pos) -> Option<&str> {
        self.fields().find_map(|field| {
            let (name, _) = field.arguments.iter().find(|(_, value)| value.pos == place)?;
            Some(name.node.as_str())
        })
    }

    /// All fields, wherever they stand.
    fn fields(&self) -> impl Iterator<Item = &async_graphql::parser::types::Field> {
        let of_fragments = self.fragments.values().map(|fragment| &fragment.node.selection_set.node);
        let mut sets: Vec<&SelectionSet> = of_fragments.chain([&self.definition.selection_set.node]).collect();
        let mut items = [].iter();
        std::iter::from_fn(move || {
            loop {
                let Some(Positioned { node: selection, .. }) = items.next() else {
                    items = sets.pop()?.items.iter();
                    continue;
                };
                match selection {
                    Selection::Field(field) => {
                        sets.push(&field.node.selection_set.node);
                        return Some(&field.node);
                    }
                    Selection::InlineFragment(fragment) => sets.push(&fragment.node.selection_set.node),
                    Selection::FragmentSpread(_) => {}
                }
            }
        })
    }

    /// Whether what is said to the bot stands in the document: in the text of a turn, or in the default of a variable.
    fn holds_words(&self) -> bool {
        let is_said = |(_, value): &(Positioned<Name>, Positioned<Value>)| match &value.node {
            Value::Object(fields) => {
                fields.iter().any(|(name, value)| name == "text" && !matches!(value, Value::Variable(_) | Value::Null))
            }
            _ => false,
        };
        let mut turns = self.fields().filter(|field| field.name.node == CONVERSATION);
        let defaults = self.definition.variable_definitions.iter().filter_map(|of| of.node.default_value.as_ref());
        turns.any(|field| field.arguments.iter().any(is_said)) || defaults.into_iter().any(|value| is_text(&value.node))
    }

    fn depends_on_variables(&self) -> Depends {
        let of_fragments = self.fragments.values().map(|fragment| &fragment.node.selection_set.node);
        let mut sets: Vec<&SelectionSet> = of_fragments.chain([&self.definition.selection_set.node]).collect();
        let mut depends = Depends::default();
        while let Some(set) = sets.pop() {
            for Positioned { node: selection, .. } in &set.items {
                let mut conditions = selection.directives().iter().flat_map(|directive| &directive.node.arguments);
                depends.on_conditions |= conditions.any(|(_, value)| matches!(value.node, Value::Variable(_)));
                match selection {
                    Selection::Field(field) => {
                        let sizes =
                            ["first", "last", "ids"].into_iter().filter_map(|name| field.node.get_argument(name));
                        depends.on_sizes |= sizes.into_iter().any(|value| matches!(value.node, Value::Variable(_)));
                        sets.push(&field.node.selection_set.node);
                    }
                    Selection::InlineFragment(fragment) => sets.push(&fragment.node.selection_set.node),
                    Selection::FragmentSpread(_) => {}
                }
            }
        }
        depends
    }
}

/// The root field by which somebody talks to the bot.
const CONVERSATION: &str = "botTurn";

/// The fields by which somebody looks for help.
const HELP: [&str; 3] = ["supportServices", "emergencyService", "supportCoverage"];

/// Whether a value holds a text.
fn is_text(value: &async_graphql::Value) -> bool {
    match value {
        async_graphql::Value::String(_) => true,
        async_graphql::Value::List(values) => values.iter().any(is_text),
        async_graphql::Value::Object(fields) => fields.values().any(is_text),
        _ => false,
    }
}

/// What of an operation depends on its variables, beside the arguments themselves.
#[derive(Default)]
struct Depends {
    on_conditions: bool,
    on_sizes: bool,
}

/// The operation of a document that is asked for, with its name.
fn asked_for<'d>(
    document: &'d ExecutableDocument,
    name: Option<&str>,
) -> Option<(&'d OperationDefinition, Option<&'d Name>)> {
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Some((&operation.node, None)),
        (DocumentOperations::Single(_), Some(_)) => None,
        (DocumentOperations::Multiple(operations), None) => match operations.iter().next() {
            Some((only, operation)) if operations.len() == 1 => Some((&operation.node, Some(only))),
            _ => None,
        },
        (DocumentOperations::Multiple(operations), Some(name)) => {
            let (name, operation) = operations.get_key_value(name)?;
            Some((&operation.node, Some(name)))
        }
    }
}

/// The operation of a name and the fragments that it uses, out of a document that has it.
fn taken_out(
    document: ExecutableDocument,
    name: Option<&Name>,
) -> (OperationDefinition, HashMap<Name, Positioned<FragmentDefinition>>) {
    let operation = match (document.operations, name) {
        (DocumentOperations::Multiple(mut operations), Some(name)) => operations.remove(name),
        (DocumentOperations::Multiple(operations), None) => operations.into_values().next(),
        (DocumentOperations::Single(operation), _) => Some(operation),
    };
    let operation = operation.expect("it was found in this document").node;
    let mut fragments = document.fragments;
    let mut used = HashSet::new();
    let mut sets = vec![&operation.selection_set.node];
    while let Some(set) = sets.pop() {
        for Positioned { node: selection, .. } in &set.items {
            match selection {
                Selection::Field(field) => sets.push(&field.node.selection_set.node),
                Selection::InlineFragment(fragment) => sets.push(&fragment.node.selection_set.node),
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if let Some(fragment) = fragments.get(name).filter(|_| used.insert(name.clone())) {
                        sets.push(&fragment.node.selection_set.node);
                    }
                }
            }
        }
    }
    fragments.retain(|name, _| used.contains(name));
    (operation, fragments)
}

/// What the parser does not read. Its own message quotes the line, however long that is.
fn unreadable(error: &ParseError) -> Rejection {
    let message = error.to_string();
    let places: Vec<Pos> = error.positions().take(MOST_ERRORS).collect();
    let text = match error {
        ParseError::Syntax { .. } => {
            let expected = message.lines().rev().find_map(|line| line.trim_start().strip_prefix("= "));
            return Rejection::Unreadable(Problem::unreadable(expected.unwrap_or("it is no GraphQL"), places));
        }
        ParseError::FragmentDuplicated { fragment, .. } => {
            format!("The fragment \"{}\" is defined twice.", quote(fragment))
        }
        ParseError::OperationDuplicated { operation, .. } => {
            format!("The operation \"{}\" is defined twice.", quote(operation))
        }
        _ => message,
    };
    Rejection::Unreadable(Problem { code: Code::GraphqlParseFailed, text, argument: None, places })
}
