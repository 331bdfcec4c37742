//! What an operation asks for, before anything of it runs.
//!
//! A fragment is measured once, however often it is spread: the work grows with the document and not with what it expands
//! to.

use super::types::{Price, TypeId, Types};
use super::{Exceeded, Operation};
use crate::platform::paging::page::LARGEST_PAGE;
use crate::platform::rate_limit::LARGEST_COST;
use async_graphql::parser::types::{Field, OperationType, Selection, SelectionSet};
use async_graphql::{Name, Value as ConstValue, Variables};
use async_graphql_value::Value;
use std::collections::HashMap;

/// The most that an operation may cost.
pub(in crate::server) const COST: u64 = LARGEST_COST as u64;
/// A list without pages is taken to have so many items.
const LIST: u64 = 5;
/// What the schema costs, whatever is asked of it.
const INTROSPECTION: u64 = 100;
/// The most fields below each other, the first of the root and the last leaf among them.
const DEPTH: u64 = 15;
/// The most fields with an alias.
const ALIASES: u64 = 30;
/// The most directives.
const DIRECTIVES: u64 = 20;
/// The most fields of the root of a query.
const ROOT_FIELDS: u64 = 20;
/// The most fields of the root of a mutation.
const MUTATIONS: u64 = 5;
/// The most lists of types, fields and arguments of the schema within each other.
const INTROSPECTION_LISTS: u64 = 3;
/// The most fields and fragments, each counted wherever its fragment is spread.
const SELECTIONS: u64 = 5_000;
/// The most values in an answer, each field of each item counted.
const VALUES: u64 = 100_000;

/// A measure of a selection set. Where it is that of a page, a part counts for each item of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct PerPage {
    once: u64,
    each: u64,
}

impl PerPage {
    fn add(&mut self, other: Self) {
        self.once = self.once.saturating_add(other.once);
        self.each = self.each.saturating_add(other.each);
    }

    fn times(self, size: u64) -> u64 {
        self.once.saturating_add(self.each.saturating_mul(size))
    }
}

/// What is known of a selection set without what surrounds it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Weight {
    cost: PerPage,
    values: PerPage,
    fields: u64,
    selections: u64,
    depth: u64,
    aliases: u64,
    directives: u64,
    lists: u64,
}

impl Weight {
    /// Together with what stands beside it.
    fn add(&mut self, other: &Self) {
        self.cost.add(other.cost);
        self.values.add(other.values);
        self.fields = self.fields.saturating_add(other.fields);
        self.selections = self.selections.saturating_add(other.selections);
        self.depth = self.depth.max(other.depth);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
        self.lists = self.lists.max(other.lists);
    }

    /// A selection that stands in this set itself.
    fn count(&mut self, directives: usize) {
        self.selections = self.selections.saturating_add(1);
        self.directives = self.directives.saturating_add(directives as u64);
    }
}

/// Measure the shape of an operation: all that does not depend on its variables.
///
/// # Errors
/// The first limit that it exceeds.
pub(super) fn check_shape(types: &Types, operation: &Operation<'_>) -> Result<(), Exceeded> {
    let mut weight = Weighing::new(types, operation, None).operation();
    let definition = operation.definition;
    let of_variables = definition.variable_definitions.iter().map(|variable| variable.node.directives.len());
    weight.count(definition.directives.len() + of_variables.sum::<usize>());
    let check = |limit, maximum: u64, requested: u64| {
        let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        Exceeded::check(limit, count(maximum), count(requested))
    };
    check("depth", DEPTH, weight.depth)?;
    check("aliases", ALIASES, weight.aliases)?;
    check("directives", DIRECTIVES, weight.directives)?;
    match definition.ty {
        OperationType::Mutation => check("mutations", MUTATIONS, weight.fields)?,
        OperationType::Query | OperationType::Subscription => check("rootFields", ROOT_FIELDS, weight.fields)?,
    }
    check("introspection", INTROSPECTION_LISTS, weight.lists)?;
    check("selections", SELECTIONS, weight.selections)
}

/// What an operation costs with its variables.
///
/// # Errors
/// It costs too much, or its answer would have too many values.
pub(super) fn cost(types: &Types, operation: &Operation<'_>, variables: &Variables) -> Result<u64, Exceeded> {
    let weight = Weighing::new(types, operation, Some(variables)).operation();
    let (cost, values) = (weight.cost.once, weight.values.once);
    let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    Exceeded::check("cost", count(COST), count(cost))?;
    Exceeded::check("values", count(VALUES), count(values))?;
    Ok(cost)
}

/// The measuring of one operation.
struct Weighing<'a, 'd> {
    types: &'a Types,
    operation: &'a Operation<'d>,
    variables: Option<&'a Variables>,
    /// The fragments that were measured; one that spreads itself weighs nothing here, and is refused elsewhere.
    fragments: HashMap<&'d Name, Weight>,
}

impl<'a, 'd> Weighing<'a, 'd> {
    fn new(types: &'a Types, operation: &'a Operation<'d>, variables: Option<&'a Variables>) -> Self {
        Self { types, operation, variables, fragments: HashMap::new() }
    }

    fn operation(&mut self) -> Weight {
        let definition = self.operation.definition;
        self.set(&definition.selection_set.node, self.types.root(definition.ty))
    }

    fn set(&mut self, set: &'d SelectionSet, parent: Option<TypeId>) -> Weight {
        let mut weight = Weight::default();
        for selection in &set.items {
            weight.count(selection.node.directives().len());
            let within = match &selection.node {
                Selection::Field(field) => self.field(&field.node, parent),
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref().map(|condition| &condition.node.on.node);
                    let on = condition.map_or(parent, |condition| self.types.by_name(condition));
                    self.set(&fragment.node.selection_set.node, on)
                }
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node),
            };
            weight.add(&within);
        }
        weight
    }

    fn fragment(&mut self, name: &'d Name) -> Weight {
        if let Some(weight) = self.fragments.get(name) {
            return *weight;
        }
        let Some(fragment) = self.operation.fragments.get(name) else { return Weight::default() };
        self.fragments.insert(name, Weight::default());
        let on = self.types.by_name(&fragment.node.type_condition.node.on.node);
        let mut weight = self.set(&fragment.node.selection_set.node, on);
        weight.directives = weight.directives.saturating_add(fragment.node.directives.len() as u64);
        self.fragments.insert(name, weight);
        weight
    }

    fn field(&mut self, field: &'d Field, parent: Option<TypeId>) -> Weight {
        let known = parent.and_then(|parent| self.types.field(parent, &field.name.node));
        let mut weight = self.set(&field.selection_set.node, known.map(|known| known.of));
        let (cost, values) = (weight.cost, weight.values);
        let once = |once: u64| PerPage { once, each: 0 };
        let many = |size: u64, cost: PerPage, values: PerPage| {
            let cost = cost.times(1).saturating_add(1).saturating_mul(size);
            (once(cost), once(values.times(1).saturating_add(1).saturating_mul(size)))
        };
        let one_value = once(values.times(1).saturating_add(1));
        (weight.cost, weight.values) = match known.map_or(Price::Leaf { cost: 0 }, |known| known.price) {
            Price::Leaf { cost } => (once(cost), one_value),
            Price::Object { cost: own } => (once(cost.times(1).saturating_add(own)), one_value),
            Price::Counted => (once(1), one_value),
            Price::List => many(LIST, cost, values),
            Price::ByIds => many(self.ids(field), cost, values),
            Price::Connection => {
                let size = self.page_size(field);
                (once(cost.times(size).saturating_add(1)), once(values.times(size).saturating_add(1)))
            }
            Price::Items { cost: own } => {
                let each = |each: u64| PerPage { once: 0, each };
                (each(cost.times(1).saturating_add(own)), each(values.times(1).saturating_add(1)))
            }
            Price::Introspection { values } => (once(INTROSPECTION), once(values)),
        };
        let is_schema_list = known.is_some_and(|known| {
            let lists = ["types", "fields", "interfaces", "possibleTypes", "inputFields"];
            self.types.get(known.of).name.starts_with("__") && lists.contains(&field.name.node.as_str())
        });
        weight.lists += u64::from(is_schema_list);
        weight.fields = 1;
        weight.depth += 1;
        weight.aliases = weight.aliases.saturating_add(u64::from(field.alias.is_some()));
        weight
    }

    /// How many items a page has at most. What is no page is refused when it is read.
    fn page_size(&self, field: &Field) -> u64 {
        let given = ["first", "last"].into_iter().filter_map(|name| field.get_argument(name));
        let sizes = given.filter_map(|value| match &value.node {
            Value::Number(number) => number.as_u64(),
            Value::Variable(name) => match self.variables.map(|variables| variables.get(name)) {
                Some(Some(ConstValue::Number(number))) => number.as_u64(),
                _ => None,
            },
            _ => None,
        });
        let largest = u64::from(LARGEST_PAGE.unsigned_abs());
        sizes.max().unwrap_or_default().min(largest)
    }

    /// How many objects are asked for by their ids.
    fn ids(&self, field: &Field) -> u64 {
        let Some(given) = field.get_argument("ids") else { return 0 };
        let length = match &given.node {
            Value::List(ids) => ids.len(),
            Value::Variable(name) => match self.variables.map(|variables| variables.get(name)) {
                Some(Some(ConstValue::List(ids))) => ids.len(),
                _ => 1,
            },
            _ => 1,
        };
        length as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::document::Document;
    use async_graphql::parser::parse_query;
    use std::fmt::Write as _;
    use std::io::Write as _;

    /// The operations that real clients send.
    const CONTRACT: [&str; 3] = [
        include_str!("../../../../tests/contract/storefront.graphql"),
        include_str!("../../../../tests/contract/partner.graphql"),
        include_str!("../../../../tests/contract/branch-admin.graphql"),
    ];

    fn types() -> Types {
        Types::new(&crate::schema::sdl(), true)
    }

    /// What a query without variables costs, or the limit that it exceeds.
    fn cost_of(query: &str) -> Result<u64, (&'static str, usize)> {
        match Document::read(&types(), query, None) {
            Ok(document) => Ok(document.cost.unwrap()),
            Err(crate::server::document::Rejection::Exceeded(exceeded)) => Err((exceeded.limit, exceeded.requested)),
            Err(other) => panic!("{query}: {other:?}"),
        }
    }

    #[test]
    fn every_operation_of_the_contract_fits_with_the_largest_pages() {
        let (types, mut table) = (types(), String::new());
        for text in CONTRACT {
            let parsed = parse_query(text).unwrap();
            let mut operations: Vec<_> = parsed.operations.iter().collect();
            operations.sort_by_key(|(name, _)| name.map(|name| name.as_str()));
            for (name, operation) in operations {
                let name = name.unwrap();
                let mut variables = Variables::default();
                for definition in &operation.node.variable_definitions {
                    let value = match definition.node.var_type.node.to_string().as_str() {
                        "Int" | "Int!" => ConstValue::from(LARGEST_PAGE),
                        "[ID!]!" => ConstValue::List(vec![ConstValue::from("an id"); 100]),
                        _ => continue,
                    };
                    variables.insert(definition.node.name.node.clone(), value);
                }
                let document = Document::read(&types, text, Some(name.as_str()));
                let document = document.unwrap_or_else(|rejection| panic!("{name}: {rejection:?}"));
                let cost = cost(&types, &document.operation(), &variables);
                let cost = cost.unwrap_or_else(|exceeded| panic!("{name}: {exceeded:?}"));
                writeln!(table, "{cost:6}  {name}").unwrap();
            }
        }
        assert!(table.contains("StorefrontHome"));
        writeln!(std::io::stdout(), "what each operation of the contract costs with pages of 100:\n{table}").unwrap();
    }

    #[test]
    fn objects_cost_and_leaves_do_not() {
        assert_eq!(cost_of("{ __typename about { version } }"), Ok(1));
        // A list without pages is five items.
        assert_eq!(cost_of("{ about { credits { name licence } } }"), Ok(6));
        assert_eq!(cost_of("{ markets(first: 7) { nodes { slug } } }"), Ok(8));
        assert_eq!(cost_of("{ markets(last: 7) { edges { cursor node { slug name { text } } } } }"), Ok(15));
        assert_eq!(
            cost_of("{ markets(first: 7) { totalCount pageInfo { hasNextPage } nodes { slug } edges { cursor } } }"),
            Ok(10)
        );
        assert_eq!(
            cost_of("{ markets(first: 7) { nodes { listings(first: 3) { nodes { id } } } } }"),
            Ok(1 + 7 * (1 + 1 + 3))
        );
        assert_eq!(cost_of(r#"{ nodes(ids: ["a", "b", "c"]) { id ... on Market { name { text } } } }"#), Ok(6));
        assert_eq!(cost_of("{ __schema { types { name } } }"), Ok(100));
        // A page that is not within its bounds is refused where it is read.
        assert_eq!(cost_of("{ markets(first: 1000000) { nodes { slug } } }"), Ok(101));
    }

    #[test]
    fn what_is_worked_out_of_many_rows_costs_as_much_as_a_page_of_them() {
        assert_eq!(cost_of("{ products(first: 100) { nodes { slug jsonLd } } }"), Ok(1 + 100 * (1 + 41)));
        assert_eq!(cost_of("{ productFacets { lowestPrice { amount } categories { count } } }"), Ok(101 + 1 + 5));
    }

    #[test]
    fn a_fragment_costs_where_it_is_spread() {
        let fragments = "fragment P on MarketConnection { pageInfo { hasNextPage } ...I } \
                         fragment I on MarketConnection { nodes { ...M } } fragment M on Market { name { text } slug }";
        assert_eq!(cost_of(&format!("{{ markets(first: 7) {{ ...P }} }} {fragments}")), Ok(1 + 1 + 14));
        let twice = format!("{{ markets(first: 7) {{ ...P }} other: markets(first: 10) {{ ...P ...I }} }} {fragments}");
        assert_eq!(cost_of(&twice), Ok(16 + 1 + 1 + 40));
    }

    #[test]
    fn what_fragments_multiply_is_counted_without_multiplying() {
        // Each spreads the next one twice: expanded, it has more fields than can be counted.
        let mut bomb = "{ ...F0 }".to_owned();
        for place in 0..100 {
            write!(bomb, " fragment F{place} on Query {{ ...F{0} ...F{0} }}", place + 1).unwrap();
        }
        bomb.push_str(" fragment F100 on Query { __typename }");
        assert_eq!(cost_of(&bomb), Err(("rootFields", usize::MAX)));
        let below = bomb.replace("{ ...F0 }", "{ about { ...F0 } }").replace("on Query", "on About");
        assert_eq!(cost_of(&below), Err(("selections", usize::MAX)));
    }

    #[test]
    fn each_limit_has_its_name() {
        let nested =
            |times: usize| format!("{{ categories {} }}", "{ parent ".repeat(times) + "{ slug }" + &"}".repeat(times));
        assert_eq!(cost_of(&nested(12)), Ok(5 * 13));
        assert_eq!(cost_of(&nested(14)), Err(("depth", 16)));
        let aliases = |count: usize| {
            let fields: String = (0..count).map(|place| format!("a{place}: version ")).collect();
            format!("{{ about {{ {fields} }} }}")
        };
        assert_eq!(cost_of(&aliases(30)), Ok(1));
        assert_eq!(cost_of(&aliases(31)), Err(("aliases", 31)));
        let directives = |count: usize| format!("{{ about {{ {} }} }}", "version @skip(if: false) ".repeat(count));
        assert_eq!(cost_of(&directives(20)), Ok(1));
        assert_eq!(cost_of(&directives(21)), Err(("directives", 21)));
        assert_eq!(cost_of(&format!("{{ {} }}", "__typename ".repeat(21))), Err(("rootFields", 21)));
        assert_eq!(cost_of(&format!("mutation {{ {} }}", "__typename ".repeat(6))), Err(("mutations", 6)));
        assert_eq!(
            cost_of("{ markets(first: 100) { nodes { listings(first: 100) { nodes { id } } } } }"),
            Err(("cost", 10_201))
        );
        let leaves = format!("{{ markets(first: 100) {{ nodes {{ {} }} }} }}", "slug ".repeat(1_000));
        assert_eq!(cost_of(&leaves), Err(("values", 100_101)));
        // The circle that makes a schema's description grow without an end.
        let circle = |times: usize| {
            format!(
                "{{ __schema {{ types {{ {} name {} }} }} }}",
                "fields { type { ".repeat(times),
                "} }".repeat(times)
            )
        };
        assert_eq!(cost_of(&circle(2)), Ok(100));
        assert_eq!(cost_of(&circle(3)), Err(("introspection", 4)));
    }
}
