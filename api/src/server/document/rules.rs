//! The rules that a document must keep (GraphQL specification, October 2021, section 5), each definition looked at once.
//!
//! The library's own check is not used: it lets documents pass that the specification refuses, refuses one that it allows,
//! and takes time that grows with the square of the document or worse.

use super::problem::{Problems, quote};
use super::types::{Input, TypeId, Types, base_name};
use super::value::{Literals, Path, Usage};
use async_graphql::parser::types::{
    BaseType, Directive, ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet, Type,
    VariableDefinition,
};
use async_graphql::{Name, Pos, Positioned, Value as ConstValue};
use async_graphql_value::Value;
use std::collections::{BTreeMap, HashMap, HashSet};

/// What one operation or fragment uses.
#[derive(Default)]
struct Uses<'d> {
    variables: Vec<Usage<'d>>,
    spreads: Vec<(&'d Name, Pos)>,
}

/// Find what is wrong with a document, but for fields that cannot be merged.
pub(super) fn check(types: &Types, document: &ExecutableDocument, problems: &mut Problems) {
    let mut used_by_fragment = HashMap::new();
    for (name, fragment) in &document.fragments {
        let condition = &fragment.node.type_condition.node.on;
        let mut checking = Checking::new(types, document, problems);
        checking.directives(&fragment.node.directives, false);
        let on = checking.condition(condition, fragment.pos);
        checking.set(&fragment.node.selection_set.node, on);
        used_by_fragment.insert(name, checking.uses);
    }
    check_cycles(document, &used_by_fragment, problems);
    let mut reached_by_any = HashSet::new();
    for (_, operation) in document.operations.iter() {
        let definition = &operation.node;
        let mut checking = Checking::new(types, document, problems);
        checking.directives(&definition.directives, false);
        checking.variables(definition);
        let root = types.root(definition.ty);
        if root.is_none() {
            checking.problems.invalid(|| "The schema has no subscriptions.".to_owned(), [operation.pos]);
        }
        checking.set(&definition.selection_set.node, root);
        let uses = checking.uses;
        let mut reached = HashSet::new();
        let mut next: Vec<&Name> = uses.spreads.iter().map(|(name, _)| *name).collect();
        while let Some(name) = next.pop() {
            if let Some(used) = used_by_fragment.get(name).filter(|_| reached.insert(name)) {
                next.extend(used.spreads.iter().map(|(name, _)| *name));
            }
        }
        let all = reached.iter().filter_map(|name| used_by_fragment.get(*name)).chain([&uses]);
        check_variables(types, definition, all.flat_map(|uses| &uses.variables), problems);
        reached_by_any.extend(reached);
    }
    for (name, fragment) in &document.fragments {
        if !reached_by_any.contains(name) {
            problems.invalid(|| format!("The fragment \"{}\" is never used.", quote(name)), [fragment.pos]);
        }
    }
}

/// No fragment may spread itself, by whatever way.
fn check_cycles(document: &ExecutableDocument, uses: &HashMap<&Name, Uses<'_>>, problems: &mut Problems) {
    let mut done = HashSet::new();
    for first in document.fragments.keys() {
        // The fragments on the way, each with how many of its spreads were followed.
        let mut way: Vec<(&Name, usize)> = Vec::new();
        let mut on_way = HashSet::new();
        let mut next = Some(first).filter(|first| !done.contains(*first));
        loop {
            if let Some(name) = next.take() {
                on_way.insert(name);
                way.push((name, 0));
            }
            let Some((name, followed)) = way.last_mut() else { break };
            let (name, spread) = (*name, uses.get(*name).and_then(|uses| uses.spreads.get(*followed)));
            *followed += 1;
            match spread {
                Some((spread, place)) if on_way.contains(*spread) => {
                    problems.invalid(|| format!("The fragment \"{}\" spreads itself.", quote(spread)), [*place]);
                }
                Some((spread, _)) => next = Some(*spread).filter(|spread| !done.contains(*spread)),
                None => {
                    on_way.remove(name);
                    done.insert(name);
                    way.pop();
                }
            }
        }
    }
}

/// Every variable is declared, used, and of a type that its places take.
fn check_variables<'d>(
    types: &Types,
    operation: &OperationDefinition,
    usages: impl Iterator<Item = &'d Usage<'d>>,
    problems: &mut Problems,
) {
    let declared: HashMap<&Name, &VariableDefinition> =
        operation.variable_definitions.iter().map(|variable| (&variable.node.name.node, &variable.node)).collect();
    let mut used = HashSet::new();
    for usage in usages {
        let Some(variable) = declared.get(usage.name) else {
            problems.invalid(|| format!("The variable \"${}\" is not declared.", quote(usage.name)), [usage.place]);
            continue;
        };
        used.insert(usage.name);
        let Some((expected, has_default)) = &usage.expected else { continue };
        let ty = &variable.var_type.node;
        let is_input = types.by_name(base_name(ty)).is_some_and(|id| types.get(id).is_input());
        let default = variable.default_value.as_ref().map(|default| &default.node);
        if is_input && !is_allowed(ty, default, expected, *has_default) {
            let text = || {
                let (name, ty, expected) = (quote(usage.name), quote(&ty.to_string()), expected);
                format!("The variable \"${name}\" of type \"{ty}\" stands where \"{expected}\" is expected.")
            };
            problems.invalid(text, [variable.name.pos, usage.place]);
        }
    }
    for variable in &operation.variable_definitions {
        if !used.contains(&variable.node.name.node) {
            let text = || format!("The variable \"${}\" is never used.", quote(&variable.node.name.node));
            problems.invalid(text, [variable.pos]);
        }
    }
}

/// Whether a variable may stand in a place (section 5.8.5).
fn is_allowed(ty: &Type, default: Option<&ConstValue>, expected: &Type, has_default: bool) -> bool {
    if !expected.nullable && ty.nullable {
        let is_given = default.is_some_and(|default| *default != ConstValue::Null);
        return (is_given || has_default) && is_within_base(ty, expected);
    }
    is_within(ty, expected)
}

fn is_within(ty: &Type, expected: &Type) -> bool {
    (expected.nullable || !ty.nullable) && is_within_base(ty, expected)
}

fn is_within_base(ty: &Type, expected: &Type) -> bool {
    match (&ty.base, &expected.base) {
        (BaseType::List(ty), BaseType::List(expected)) => is_within(ty, expected),
        (BaseType::Named(ty), BaseType::Named(expected)) => ty == expected,
        _ => false,
    }
}

/// The check of one operation or fragment.
struct Checking<'a, 'd> {
    types: &'a Types,
    document: &'d ExecutableDocument,
    problems: &'a mut Problems,
    uses: Uses<'d>,
}

impl<'a, 'd> Checking<'a, 'd> {
    fn new(types: &'a Types, document: &'d ExecutableDocument, problems: &'a mut Problems) -> Self {
        Self { types, document, problems, uses: Uses::default() }
    }

    fn variables(&mut self, operation: &'d OperationDefinition) {
        let mut names = HashSet::new();
        for variable in &operation.variable_definitions {
            let (name, ty) = (&variable.node.name, &variable.node.var_type);
            if !names.insert(&name.node) {
                let text = || format!("The variable \"${}\" is declared twice.", quote(&name.node));
                self.problems.invalid(text, [name.pos]);
            }
            self.directives(&variable.node.directives, false);
            let known = self.types.by_name(base_name(&ty.node));
            match known.filter(|known| self.types.get(*known).is_input()) {
                Some(of) => {
                    if let Some(default) = &variable.node.default_value {
                        self.default_value(&name.node, &ty.node, of, default);
                    }
                }
                None => {
                    let (name, ty_name) = (&name.node, base_name(&ty.node));
                    let text = || match known {
                        Some(_) => {
                            format!("The variable \"${}\" cannot be of the output type \"{ty_name}\".", quote(name))
                        }
                        None => format!("Unknown type \"{}\".", quote(ty_name)),
                    };
                    self.problems.invalid(text, [ty.pos]);
                }
            }
        }
    }

    fn default_value(&mut self, name: &Name, ty: &Type, of: TypeId, default: &Positioned<ConstValue>) {
        let input = Input { ty: ty.clone(), of, default: None };
        let value = default.node.clone().into_value();
        // A default holds no variables.
        let mut none = Vec::new();
        let mut literals = Literals { types: self.types, problems: self.problems, usages: &mut none };
        literals.check(&value, &input, &Path::new(name), default.pos);
    }

    /// The type of a type condition, where it can be one.
    fn condition(&mut self, condition: &Positioned<Name>, place: Pos) -> Option<TypeId> {
        let known = self.types.by_name(&condition.node);
        let composite = known.filter(|known| self.types.get(*known).is_composite());
        if composite.is_none() {
            let name = || quote(&condition.node);
            let text = || match known {
                Some(_) => format!("A fragment cannot be on \"{}\", which has no fields.", name()),
                None => format!("Unknown type \"{}\".", name()),
            };
            self.problems.invalid(text, [if known.is_some() { place } else { condition.pos }]);
        }
        composite
    }

    /// A selection set on a type, or on one that is not known; what was wrong above is told there.
    fn set(&mut self, set: &'d SelectionSet, parent: Option<TypeId>) {
        for selection in &set.items {
            if self.problems.is_full() {
                return;
            }
            match &selection.node {
                Selection::Field(field) => self.field(field, parent),
                Selection::InlineFragment(fragment) => {
                    self.directives(&fragment.node.directives, true);
                    let on = match &fragment.node.type_condition {
                        Some(condition) => {
                            let on = self.condition(&condition.node.on, fragment.pos);
                            self.spread(parent, on, fragment.pos);
                            on
                        }
                        None => parent,
                    };
                    self.set(&fragment.node.selection_set.node, on);
                }
                Selection::FragmentSpread(spread) => {
                    self.directives(&spread.node.directives, true);
                    let name = &spread.node.fragment_name;
                    self.uses.spreads.push((&name.node, spread.pos));
                    match self.document.fragments.get(&name.node) {
                        Some(fragment) => {
                            let on = self.types.by_name(&fragment.node.type_condition.node.on.node);
                            let on = on.filter(|on| self.types.get(*on).is_composite());
                            self.spread(parent, on, spread.pos);
                        }
                        None => {
                            let text = || format!("Unknown fragment \"{}\".", quote(&name.node));
                            self.problems.invalid(text, [name.pos]);
                        }
                    }
                }
            }
        }
    }

    /// A fragment must be able to apply where it stands.
    fn spread(&mut self, parent: Option<TypeId>, on: Option<TypeId>, place: Pos) {
        let (Some(parent), Some(on)) = (parent, on) else { return };
        if !self.types.overlap(parent, on) {
            let (parent, on) = (&self.types.get(parent).name, &self.types.get(on).name);
            let text = || format!("A fragment on \"{on}\" never applies to a value of \"{parent}\".");
            self.problems.invalid(text, [place]);
        }
    }

    fn field(&mut self, field: &'d Positioned<Field>, parent: Option<TypeId>) {
        let (node, place) = (&field.node, field.pos);
        let types = self.types;
        let known = parent.and_then(|parent| types.field(parent, &node.name.node));
        if let (None, Some(parent)) = (known, parent) {
            let of = &types.get(parent).name;
            self.problems
                .invalid(|| format!("Unknown field \"{}\" on type \"{of}\".", quote(&node.name.node)), [place]);
        }
        self.directives(&node.directives, true);
        self.arguments(&node.arguments, known.map(|known| &known.arguments), &node.name.node, place);
        let items = &node.selection_set.node.items;
        if let Some(known) = known {
            let of = types.get(known.of);
            let name = &node.name.node;
            match (of.is_composite(), items.is_empty()) {
                (true, true) => {
                    let text = || format!("Select fields of \"{}\", which is of type \"{}\".", quote(name), known.ty);
                    self.problems.invalid(text, [place]);
                }
                (false, false) => {
                    let text = || format!("\"{}\" of type \"{}\" has no fields to select.", quote(name), known.ty);
                    self.problems.invalid(text, [place]);
                }
                _ => {}
            }
        }
        let of = known.map(|known| known.of).filter(|of| types.get(*of).is_composite());
        self.set(&node.selection_set.node, of);
    }

    /// The arguments of a field or directive; `known` is nothing where the schema does not know it.
    fn arguments(
        &mut self,
        given: &'d [(Positioned<Name>, Positioned<Value>)],
        known: Option<&BTreeMap<String, Input>>,
        owner: &Name,
        place: Pos,
    ) {
        let mut names = HashSet::new();
        for (name, value) in given {
            if !names.insert(&name.node) {
                let text = || format!("The argument \"{}\" stands twice.", quote(&name.node));
                self.problems.invalid(text, [name.pos]);
            }
            let mut literals =
                Literals { types: self.types, problems: self.problems, usages: &mut self.uses.variables };
            match known.map(|known| known.get(name.node.as_str())) {
                Some(Some(input)) => literals.check(&value.node, input, &Path::new(&name.node), value.pos),
                Some(None) => {
                    literals.unknown(&value.node, value.pos);
                    let text = || format!("Unknown argument \"{}\" of \"{}\".", quote(&name.node), quote(owner));
                    self.problems.invalid(text, [name.pos]);
                }
                None => literals.unknown(&value.node, value.pos),
            }
        }
        for (name, input) in known.into_iter().flatten() {
            if input.is_required() && !given.iter().any(|(given, _)| given.node == name.as_str()) {
                let text = || format!("\"{}\" needs the argument \"{name}\" of type \"{}\".", quote(owner), input.ty);
                self.problems.invalid(text, [place]);
            }
        }
    }

    /// The directives of a place, and whether any may stand there.
    fn directives(&mut self, directives: &'d [Positioned<Directive>], are_allowed: bool) {
        let mut names = HashSet::new();
        for directive in directives {
            let (name, place) = (&directive.node.name.node, directive.pos);
            let quoted = || quote(name);
            let known = self.types.directive(name);
            match known {
                None => self.problems.invalid(|| format!("Unknown directive \"@{}\".", quoted()), [place]),
                Some(_) if !are_allowed => {
                    self.problems.invalid(|| format!("The directive \"@{}\" cannot stand here.", quoted()), [place]);
                }
                Some(_) if !names.insert(name) => {
                    self.problems.invalid(|| format!("The directive \"@{}\" stands twice.", quoted()), [place]);
                }
                Some(_) => {}
            }
            self.arguments(&directive.node.arguments, known, name, place);
        }
    }
}

/// The kind of an operation, as it is written.
pub(in crate::server) const fn keyword(operation: OperationType) -> &'static str {
    match operation {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    }
}
