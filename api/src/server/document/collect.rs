//! The selection sets that are executed: fragments where they apply, each name of the answer once (GraphQL specification,
//! October 2021, section 6.3.2), variables replaced by their values.
//!
//! The library would run a field that stands twice two times, a mutation as well, and expand every fragment wherever it is
//! spread; and to it a variable that is not given is one that is null.

use super::types::{TypeId, Types};
use async_graphql::parser::types::{
    Directive, Field, FragmentDefinition, InlineFragment, Selection, SelectionSet, TypeCondition,
};
use async_graphql::{Name, Positioned, Value as ConstValue, Variables};
use async_graphql_value::Value;
use std::collections::HashMap;

/// The collecting for one request.
pub(super) struct Collecting<'a, 'd> {
    pub types: &'a Types,
    pub fragments: &'d HashMap<Name, Positioned<FragmentDefinition>>,
    /// The values of the variables; nothing while they are left in place.
    pub variables: Option<&'a Variables>,
}

/// What stands in a set that is executed.
enum Entry<'d> {
    /// A field, and the sets below all that stand under its name.
    Field(&'d Positioned<Field>, Vec<&'d SelectionSet>),
    /// A type of some of the objects that may be there.
    Fragment(&'d Positioned<TypeCondition>, TypeId),
}

impl<'d> Collecting<'_, 'd> {
    /// One selection set from all that are selected on an object or interface. On an interface it begins with all that is
    /// selected on each type that is named in it.
    pub fn collect(&self, parent: TypeId, sets: &[&'d SelectionSet]) -> SelectionSet {
        let (mut entries, mut places) = (Vec::new(), HashMap::new());
        for set in sets {
            self.add(parent, set, &mut entries, &mut places);
        }
        // An interface has each type named once, before its own fields.
        entries.sort_by_key(|entry| matches!(entry, Entry::Field(..)));
        let mut named = Vec::new();
        entries.retain(|entry| match entry {
            Entry::Fragment(_, on) if named.contains(on) => false,
            Entry::Fragment(_, on) => {
                named.push(*on);
                true
            }
            Entry::Field(..) => true,
        });
        let items = entries.into_iter().map(|entry| match entry {
            Entry::Field(field, below) => {
                let known = self.types.field(parent, &field.node.name.node);
                let selection_set = match known {
                    Some(known) if !below.is_empty() => self.collect(known.of, &below),
                    _ => SelectionSet::default(),
                };
                let node = Field {
                    alias: field.node.alias.clone(),
                    name: field.node.name.clone(),
                    arguments: self.arguments(&field.node),
                    directives: Vec::new(),
                    selection_set: Positioned::new(selection_set, field.node.selection_set.pos),
                };
                Positioned::new(Selection::Field(Positioned::new(node, field.pos)), field.pos)
            }
            Entry::Fragment(condition, on) => {
                let node = InlineFragment {
                    type_condition: Some(condition.clone()),
                    directives: Vec::new(),
                    selection_set: Positioned::new(self.collect(on, sets), condition.pos),
                };
                Positioned::new(Selection::InlineFragment(Positioned::new(node, condition.pos)), condition.pos)
            }
        });
        SelectionSet { items: items.collect() }
    }

    fn add(
        &self,
        parent: TypeId,
        set: &'d SelectionSet,
        entries: &mut Vec<Entry<'d>>,
        places: &mut HashMap<&'d Name, usize>,
    ) {
        for selection in &set.items {
            if self.is_skipped(selection.node.directives()) {
                continue;
            }
            let (condition, set) = match &selection.node {
                Selection::Field(field) => {
                    let below = Some(&field.node.selection_set.node).filter(|set| !set.items.is_empty());
                    let place = *places.entry(&field.node.response_key().node).or_insert(entries.len());
                    match entries.get_mut(place) {
                        Some(Entry::Field(_, sets)) => sets.extend(below),
                        _ => entries.push(Entry::Field(field, below.into_iter().collect())),
                    }
                    continue;
                }
                Selection::InlineFragment(fragment) => {
                    (fragment.node.type_condition.as_ref(), &fragment.node.selection_set.node)
                }
                Selection::FragmentSpread(spread) => {
                    let Some(fragment) = self.fragments.get(&spread.node.fragment_name.node) else { continue };
                    (Some(&fragment.node.type_condition), &fragment.node.selection_set.node)
                }
            };
            match condition.map(|condition| (condition, self.types.by_name(&condition.node.on.node))) {
                None => self.add(parent, set, entries, places),
                Some((_, Some(on))) if self.types.is_within(parent, on) => self.add(parent, set, entries, places),
                Some((condition, Some(on))) if self.types.overlap(parent, on) => {
                    entries.push(Entry::Fragment(condition, on));
                }
                Some(_) => {}
            }
        }
    }

    fn is_skipped(&self, directives: &[Positioned<Directive>]) -> bool {
        directives.iter().any(|directive| {
            let condition = directive.node.get_argument("if").and_then(|value| self.value(&value.node));
            let is_true = condition == Some(Value::Boolean(true));
            is_true == (directive.node.name.node == "skip")
        })
    }

    /// The arguments that are given: one whose variable is not given is not given either.
    fn arguments(&self, field: &Field) -> Vec<(Positioned<Name>, Positioned<Value>)> {
        let argument = |(name, value): &(Positioned<Name>, Positioned<Value>)| {
            let given = self.value(&value.node)?;
            Some((name.clone(), Positioned::new(given, value.pos)))
        };
        field.arguments.iter().filter_map(argument).collect()
    }

    fn value(&self, value: &Value) -> Option<Value> {
        let Some(variables) = self.variables else { return Some(value.clone()) };
        match value {
            Value::Variable(name) => variables.get(name).cloned().map(ConstValue::into_value),
            Value::List(values) => {
                let item = |value| self.value(value).unwrap_or(Value::Null);
                Some(Value::List(values.iter().map(item).collect()))
            }
            Value::Object(fields) => {
                let field = |(name, value): (&Name, &Value)| Some((name.clone(), self.value(value)?));
                Some(Value::Object(fields.iter().filter_map(field).collect()))
            }
            value => Some(value.clone()),
        }
    }
}
