//! Fields that stand under one name in an answer must be the same (GraphQL specification, October 2021, section 5.3.2).
//!
//! Compared are sets of fields and not pairs of them, as Simon Adameit describes in "GraphQL: Overlapping fields can be
//! merged fast" (XING Engineering, 2019): the fields of a name are looked at together, and what is below them is the next
//! set. The work grows with the fields that a document expands to, which are bounded.

use super::Exceeded;
use super::problem::{Problems, quote};
use super::types::{Kind, TypeId, Types};
use async_graphql::parser::types::{BaseType, ExecutableDocument, Field, Selection, SelectionSet, Type};
use async_graphql::{Name, Pos, Positioned};
use async_graphql_value::Value;
use std::collections::{HashMap, HashSet};

/// So many fields are compared, whatever the document.
const MOST_COMPARED: usize = 20_000;

/// A field in a set, with the type that it is selected on.
#[derive(Clone, Copy)]
struct Selected<'d> {
    field: &'d Positioned<Field>,
    parent: Option<TypeId>,
    ty: Option<&'d Type>,
    of: Option<TypeId>,
}

/// Find the fields that stand under one name and are not the same, in each operation of a document. No fragment spreads
/// itself.
///
/// # Errors
/// The document asks for more comparing than is done for one.
pub(super) fn check(types: &Types, document: &ExecutableDocument, problems: &mut Problems) -> Result<(), Exceeded> {
    let mut merging = Merging { types, document, problems, compared: 0 };
    for (_, operation) in document.operations.iter() {
        let root = (types.root(operation.node.ty), &operation.node.selection_set.node);
        merging.same_shape(&[root])?;
        merging.same_field(&[root])?;
    }
    Ok(())
}

struct Merging<'d, 'p> {
    types: &'d Types,
    document: &'d ExecutableDocument,
    problems: &'p mut Problems,
    compared: usize,
}

/// The selection sets that become one, each with its type.
type Sets<'d> = [(Option<TypeId>, &'d SelectionSet)];

impl<'d> Merging<'d, '_> {
    /// The fields of the sets by the name in the answer, in the order of the document.
    fn by_name(&mut self, sets: &Sets<'d>) -> Result<Vec<Vec<Selected<'d>>>, Exceeded> {
        let (mut groups, mut places, mut spread) = (Vec::<Vec<_>>::new(), HashMap::new(), HashSet::new());
        let mut open: Vec<_> = sets.iter().rev().map(|(parent, set)| (*parent, set.items.iter())).collect();
        while let Some((parent, items)) = open.last_mut() {
            let Some(selection) = items.next() else {
                open.pop();
                continue;
            };
            let parent = *parent;
            self.compared += 1;
            Exceeded::check("selections", MOST_COMPARED, self.compared)?;
            let (condition, set) = match &selection.node {
                Selection::Field(field) => {
                    let known = parent.and_then(|parent| self.types.field(parent, &field.node.name.node));
                    let (ty, of) = (known.map(|known| &known.ty), known.map(|known| known.of));
                    let name = &field.node.response_key().node;
                    let place = *places.entry(name).or_insert(groups.len());
                    if place == groups.len() {
                        groups.push(Vec::new());
                    }
                    if let Some(group) = groups.get_mut(place) {
                        group.push(Selected { field, parent, ty, of });
                    }
                    continue;
                }
                Selection::InlineFragment(fragment) => {
                    (fragment.node.type_condition.as_ref(), &fragment.node.selection_set.node)
                }
                Selection::FragmentSpread(fragment) => {
                    let name = &fragment.node.fragment_name.node;
                    let found = self.document.fragments.get(name).filter(|_| spread.insert(name));
                    let Some(found) = found else { continue };
                    (Some(&found.node.type_condition), &found.node.selection_set.node)
                }
            };
            let on = condition.map_or(parent, |condition| self.types.by_name(&condition.node.on.node));
            open.push((on, set.items.iter()));
        }
        Ok(groups)
    }

    /// All fields of a name have the same shape, even on objects that exclude each other.
    fn same_shape(&mut self, sets: &Sets<'d>) -> Result<(), Exceeded> {
        for group in self.by_name(sets)? {
            let mut known = group.iter().filter(|selected| selected.ty.is_some());
            if let Some(first) = known.next() {
                let other = known.find(|other| !self.is_same_shape(first, other));
                if let Some(other) = other {
                    self.conflict(first, other, "are of different types");
                    continue;
                }
            }
            self.same_shape(&below(&group))?;
        }
        Ok(())
    }

    fn is_same_shape(&self, one: &Selected<'_>, other: &Selected<'_>) -> bool {
        let (Some(mut one), Some(mut other)) = (one.ty, other.ty) else { return true };
        loop {
            if one.nullable != other.nullable {
                return false;
            }
            match (&one.base, &other.base) {
                (BaseType::List(of_one), BaseType::List(of_other)) => (one, other) = (of_one, of_other),
                (BaseType::Named(one), BaseType::Named(other)) => {
                    let is_leaf = |name: &Name| {
                        let id = self.types.by_name(name);
                        id.is_some_and(|id| !self.types.get(id).is_composite())
                    };
                    return one == other || !(is_leaf(one) || is_leaf(other));
                }
                _ => return false,
            }
        }
    }

    /// Fields of a name that can stand in one object are the same field with the same arguments.
    fn same_field(&mut self, sets: &Sets<'d>) -> Result<(), Exceeded> {
        for group in self.by_name(sets)? {
            for together in self.on_one_object(group) {
                if let Some((first, others)) = together.split_first()
                    && let Some(other) =
                        others.iter().find(|other| !is_same_field(&first.field.node, &other.field.node))
                {
                    let why = match first.field.node.name.node == other.field.node.name.node {
                        true => "have different arguments",
                        false => "are different fields",
                    };
                    self.conflict(first, other, why);
                    continue;
                }
                self.same_field(&below(&together))?;
            }
        }
        Ok(())
    }

    /// The fields that can stand in one object: those of each object type, each time with those of interfaces.
    fn on_one_object(&self, group: Vec<Selected<'d>>) -> Vec<Vec<Selected<'d>>> {
        let is_object = |selected: &Selected<'_>| {
            selected.parent.filter(|parent| matches!(self.types.get(*parent).kind, Kind::Object))
        };
        let mut objects: Vec<TypeId> = group.iter().filter_map(is_object).collect();
        objects.dedup();
        objects.sort_unstable();
        objects.dedup();
        if objects.len() < 2 {
            return vec![group];
        }
        let stands_in = |object: TypeId| {
            let with = move |selected: &&Selected<'d>| is_object(selected).is_none_or(|parent| parent == object);
            group.iter().filter(with).copied().collect()
        };
        objects.into_iter().map(stands_in).collect()
    }

    fn conflict(&mut self, one: &Selected<'_>, other: &Selected<'_>, why: &str) {
        let places: [Pos; 2] = [one.field.pos, other.field.pos];
        let text = || {
            let (name, one, other) = (
                quote(&one.field.node.response_key().node),
                quote(&one.field.node.name.node),
                quote(&other.field.node.name.node),
            );
            format!("\"{one}\" and \"{other}\" stand under the name \"{name}\" and {why}: give one an alias.")
        };
        self.problems.invalid(text, places);
    }
}

/// What is selected below the fields of a group.
fn below<'d>(group: &[Selected<'d>]) -> Vec<(Option<TypeId>, &'d SelectionSet)> {
    let with_fields = group.iter().filter(|selected| !selected.field.node.selection_set.node.items.is_empty());
    with_fields.map(|selected| (selected.of, &selected.field.node.selection_set.node)).collect()
}

fn is_same_field(one: &Field, other: &Field) -> bool {
    let argument = |name: &Name| other.get_argument(name).map(|value| &value.node);
    let has = |(name, value): &(Positioned<Name>, Positioned<Value>)| argument(&name.node) == Some(&value.node);
    one.name.node == other.name.node && one.arguments.len() == other.arguments.len() && one.arguments.iter().all(has)
}
