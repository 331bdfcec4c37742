//! Values against the types of their places: literals of a document, and the variables that are given with it.

use super::Rejection;
use super::problem::{Problems, Unfit};
use super::types::{Input, Kind, NamedType, TypeId, Types};
use async_graphql::parser::types::{BaseType, Type, VariableDefinition};
use async_graphql::{Name, Pos, Positioned, Value as ConstValue, Variables};
use async_graphql_value::Value;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// A variable where it is used.
pub(super) struct Usage<'d> {
    pub name: &'d Name,
    pub place: Pos,
    /// The type of the place, and whether the place has a default; not known within what the schema does not know.
    pub expected: Option<(Type, bool)>,
}

/// Where a value stands, for the message.
pub(super) struct Path<'p> {
    before: Option<&'p Path<'p>>,
    name: &'p str,
}

impl<'p> Path<'p> {
    /// An argument or a variable.
    pub fn new(name: &'p str) -> Self {
        Self { before: None, name }
    }

    fn below<'q>(&'q self, name: &'q str) -> Path<'q> {
        Path { before: Some(self), name }
    }

    fn text(&self) -> String {
        let (mut names, mut at) = (vec![self.name], self.before);
        while let Some(path) = at {
            names.push(path.name);
            at = path.before;
        }
        names.reverse();
        names.join(".")
    }
}

/// What a value of a type looks like, for whoever sent another.
fn expected(types: &Types, ty: &Type) -> String {
    if let BaseType::List(_) = ty.base {
        return ty.to_string();
    }
    let id = types.by_name(super::types::base_name(ty));
    match id.map(|id| &types.get(id).kind) {
        Some(Kind::Scalar(scalar)) => scalar.expected.to_owned(),
        Some(Kind::Enum(values)) => {
            let shown = values.iter().take(12).map(String::as_str).collect::<Vec<_>>().join(", ");
            if values.len() > 12 { format!("{shown}, …") } else { shown }
        }
        _ => ty.to_string(),
    }
}

fn not_a_field(of: &NamedType, path: &Path<'_>) -> Unfit {
    Unfit { path: path.text(), expected: format!("not a field of {}", of.name) }
}

/// The check of the literals of one operation or fragment.
pub(super) struct Literals<'a, 'd> {
    pub types: &'a Types,
    pub problems: &'a mut Problems,
    /// The variables that stand in the literals.
    pub usages: &'a mut Vec<Usage<'d>>,
}

impl<'d> Literals<'_, 'd> {
    /// A value of an argument that the schema does not know: its variables are used all the same.
    pub fn unknown(&mut self, value: &'d Value, place: Pos) {
        match value {
            Value::Variable(name) => self.usages.push(Usage { name, place, expected: None }),
            Value::List(values) => values.iter().for_each(|value| self.unknown(value, place)),
            Value::Object(fields) => fields.values().for_each(|value| self.unknown(value, place)),
            _ => {}
        }
    }

    /// A value where an argument or a field of an input object stands.
    pub fn check(&mut self, value: &'d Value, input: &Input, path: &Path<'_>, place: Pos) {
        self.check_type(value, &input.ty, input.of, input.default.is_some(), path, place);
    }

    fn check_type(&mut self, value: &'d Value, ty: &Type, of: TypeId, has_default: bool, path: &Path<'_>, place: Pos) {
        match (value, &ty.base) {
            (Value::Variable(name), _) => {
                self.usages.push(Usage { name, place, expected: Some((ty.clone(), has_default)) });
            }
            (Value::Null, _) => {
                if !ty.nullable {
                    self.wrong(ty, path, place);
                }
            }
            (Value::List(values), BaseType::List(inner)) => {
                for value in values {
                    self.check_type(value, inner.as_ref(), of, false, path, place);
                }
            }
            // One value stands for a list of one.
            (value, BaseType::List(inner)) => self.check_type(value, inner.as_ref(), of, false, path, place),
            (value, BaseType::Named(_)) => self.check_named(value, ty, of, path, place),
        }
    }

    fn check_named(&mut self, value: &'d Value, ty: &Type, of: TypeId, path: &Path<'_>, place: Pos) {
        let types = self.types;
        let is_valid = match (&types.get(of).kind, value) {
            (Kind::Input(inputs), Value::Object(fields)) => {
                for (name, value) in fields {
                    match inputs.get(name.as_str()) {
                        Some(input) => self.check(value, input, &path.below(name), place),
                        None => {
                            self.unknown(value, place);
                            self.problems.value(|| not_a_field(types.get(of), &path.below(name)), place);
                        }
                    }
                }
                for (name, input) in inputs {
                    if input.is_required() && !fields.contains_key(name.as_str()) {
                        self.wrong(&input.ty, &path.below(name.as_str()), place);
                    }
                }
                true
            }
            (Kind::Enum(values), Value::Enum(name)) => values.iter().any(|value| value == name.as_str()),
            (Kind::Scalar(_), Value::Enum(_)) => false,
            (Kind::Scalar(scalar), value) => {
                // A list or an object is no scalar here, so that nothing is copied but one value.
                let one = (!matches!(value, Value::List(_) | Value::Object(_))).then(|| value.clone().into_const());
                one.flatten().is_some_and(|value| (scalar.is_valid)(&value))
            }
            _ => false,
        };
        if !is_valid {
            self.unknown(value, place);
            self.wrong(ty, path, place);
        }
    }

    fn wrong(&mut self, ty: &Type, path: &Path<'_>, place: Pos) {
        self.problems.value(|| Unfit { path: path.text(), expected: expected(self.types, ty) }, place);
    }
}

/// The values of an operation's variables, each as its type says (GraphQL specification, October 2021, section 6.1.2).
///
/// # Errors
/// The first that cannot be used.
pub(super) fn coerce(
    types: &Types,
    definitions: &[Positioned<VariableDefinition>],
    given: &serde_json::Map<String, Json>,
) -> Result<Variables, Rejection> {
    let mut variables = Variables::default();
    for Positioned { node: definition, pos } in definitions {
        let name = &definition.name.node;
        let ty = &definition.var_type.node;
        let path = Path::new(name);
        let value = match (given.get(name.as_str()), &definition.default_value) {
            (Some(given), _) => coerce_one(types, given, ty, &path),
            (None, Some(default)) => Ok(default.node.clone()),
            (None, None) if ty.nullable => continue,
            (None, None) => Err(Unfit { path: path.text(), expected: expected(types, ty) }),
        };
        let value = value.map_err(|unfit| Rejection::Invalid(vec![unfit.into_problem(*pos)]))?;
        variables.insert(name.clone(), value);
    }
    Ok(variables)
}

fn coerce_one(types: &Types, given: &Json, ty: &Type, path: &Path<'_>) -> Result<ConstValue, Unfit> {
    let unfit = || Err(Unfit { path: path.text(), expected: expected(types, ty) });
    match (given, &ty.base) {
        (Json::Null, _) => {
            if ty.nullable {
                Ok(ConstValue::Null)
            } else {
                unfit()
            }
        }
        (Json::Array(values), BaseType::List(inner)) => {
            let item = |(place, value): (usize, &Json)| {
                let place = place.to_string();
                coerce_one(types, value, inner, &path.below(&place))
            };
            values.iter().enumerate().map(item).collect::<Result<_, _>>().map(ConstValue::List)
        }
        (one, BaseType::List(inner)) => Ok(ConstValue::List(vec![coerce_one(types, one, inner, path)?])),
        (given, BaseType::Named(name)) => {
            let Some(of) = types.by_name(name) else { return unfit() };
            match (&types.get(of).kind, given) {
                (Kind::Scalar(scalar), given) => {
                    let value = scalar_value(given);
                    value.filter(|value| (scalar.is_valid)(value)).map_or_else(unfit, Ok)
                }
                (Kind::Enum(values), Json::String(name)) if values.contains(name) => {
                    Ok(ConstValue::Enum(Name::new(name)))
                }
                (Kind::Input(inputs), Json::Object(fields)) => {
                    coerce_fields(types, types.get(of), inputs, fields, path)
                }
                _ => unfit(),
            }
        }
    }
}

/// A scalar as the library knows it. A whole number is one however it is written.
fn scalar_value(given: &Json) -> Option<ConstValue> {
    /// Whole numbers up to this one are exact in a floating-point number.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match given {
        Json::Bool(value) => Some(ConstValue::Boolean(*value)),
        Json::String(text) => Some(ConstValue::String(text.clone())),
        Json::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            // The number is whole and within the range, so it keeps its value.
            Some(whole) if whole.fract() == 0.0 && whole.abs() <= EXACT => Some(ConstValue::from(whole as i64)),
            _ => Some(ConstValue::Number(number.clone())),
        },
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

fn coerce_fields(
    types: &Types,
    of: &NamedType,
    inputs: &BTreeMap<String, Input>,
    given: &serde_json::Map<String, Json>,
    path: &Path<'_>,
) -> Result<ConstValue, Unfit> {
    let mut fields = async_graphql::indexmap::IndexMap::with_capacity(given.len());
    for (name, value) in given {
        let path = path.below(name);
        let input = inputs.get(name).ok_or_else(|| not_a_field(of, &path))?;
        fields.insert(Name::new(name), coerce_one(types, value, &input.ty, &path)?);
    }
    match inputs.iter().find(|(name, input)| input.is_required() && !given.contains_key(*name)) {
        Some((name, input)) => Err(Unfit { path: path.below(name).text(), expected: expected(types, &input.ty) }),
        None => Ok(ConstValue::Object(fields)),
    }
}
