//! The types of the schema, as documents are checked against them.
//!
//! They are read from the schema's own text, once, when the server starts.

use crate::platform::graphql::scalars::{SCALARS, ScalarForm};
use async_graphql::Value as ConstValue;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, InputValueDefinition, OperationType, Type, TypeDefinition, TypeKind,
    TypeSystemDefinition,
};
use async_graphql::{Name, Positioned};
use std::collections::{BTreeMap, HashMap};

/// What every schema has beside its own types (GraphQL specification, October 2021, section 4.2).
const INTROSPECTION: &str = r"
type __Schema {
  description: String types: [__Type!]! queryType: __Type! mutationType: __Type subscriptionType: __Type
  directives: [__Directive!]!
}
type __Type {
  kind: __TypeKind! name: String description: String specifiedByURL: String
  fields(includeDeprecated: Boolean = false): [__Field!] interfaces: [__Type!] possibleTypes: [__Type!]
  enumValues(includeDeprecated: Boolean = false): [__EnumValue!]
  inputFields(includeDeprecated: Boolean = false): [__InputValue!] ofType: __Type isOneOf: Boolean
}
type __Field {
  name: String! description: String args(includeDeprecated: Boolean = false): [__InputValue!]! type: __Type!
  isDeprecated: Boolean! deprecationReason: String
}
type __InputValue {
  name: String! description: String type: __Type! defaultValue: String isDeprecated: Boolean! deprecationReason: String
}
type __EnumValue { name: String! description: String isDeprecated: Boolean! deprecationReason: String }
type __Directive {
  name: String! description: String isRepeatable: Boolean! locations: [__DirectiveLocation!]!
  args(includeDeprecated: Boolean = false): [__InputValue!]!
}
enum __TypeKind { SCALAR OBJECT INTERFACE UNION ENUM INPUT_OBJECT LIST NON_NULL }
enum __DirectiveLocation {
  QUERY MUTATION SUBSCRIPTION FIELD FRAGMENT_DEFINITION FRAGMENT_SPREAD INLINE_FRAGMENT VARIABLE_DEFINITION SCHEMA SCALAR
  OBJECT FIELD_DEFINITION ARGUMENT_DEFINITION INTERFACE UNION ENUM ENUM_VALUE INPUT_OBJECT INPUT_FIELD_DEFINITION
}
";

/// What `Product.jsonLd` costs: a page of 20 listings, with the market of each.
const JSON_LD: u64 = 41;
/// What `productFacets` costs beside what is selected below it: as a page of 100 products, which takes as long.
const FACETS: u64 = 101;

/// A type, by its place in [`Types`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct TypeId(usize);

/// The types of the schema.
pub(in crate::server) struct Types {
    types: Vec<NamedType>,
    by_name: HashMap<String, TypeId>,
    query: TypeId,
    mutation: TypeId,
    /// The fields that the specification gives a type beside its own.
    meta: Vec<(&'static str, Field)>,
    /// The arguments of `@skip` and `@include`, the only directives of a document.
    condition: BTreeMap<String, Input>,
}

/// A type with a name.
pub(super) struct NamedType {
    pub name: String,
    pub kind: Kind,
    /// The fields of an object or an interface.
    pub fields: HashMap<String, Field>,
    /// The objects that a value of this type may be; none when it is no composite type.
    pub objects: Vec<TypeId>,
}

/// What a type is, with what is particular to it.
pub(super) enum Kind {
    /// A scalar with its form.
    Scalar(ScalarForm),
    /// The names of an enumeration.
    Enum(Vec<String>),
    /// The fields of an input object.
    Input(BTreeMap<String, Input>),
    /// An object.
    Object,
    /// An interface.
    Interface,
}

/// A field of an object or an interface.
#[derive(Clone)]
pub(super) struct Field {
    pub ty: Type,
    /// The type without lists.
    pub of: TypeId,
    pub arguments: BTreeMap<String, Input>,
    pub price: Price,
}

/// What selecting a field costs, beside what is selected below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Price {
    /// A scalar or an enumeration.
    Leaf {
        /// Nothing, but where it is made of many rows.
        cost: u64,
    },
    /// One object.
    Object {
        /// One, but where it is worked out of many rows.
        cost: u64,
    },
    /// A list without pages.
    List,
    /// A page of a list: as many items as are asked for.
    Connection,
    /// The items of a page: what is below counts for each.
    Items {
        /// Whether each is an object of its own; an edge is none.
        cost: u64,
    },
    /// Part of a page that is worked out for it.
    Counted,
    /// The objects of a list of ids.
    ByIds,
    /// The schema itself, or a type of it.
    Introspection {
        /// About how many values all that can be asked of it has.
        values: u64,
    },
}

/// An argument, or a field of an input object.
#[derive(Clone)]
pub(super) struct Input {
    pub ty: Type,
    /// The type without lists.
    pub of: TypeId,
    pub default: Option<ConstValue>,
}

impl Input {
    /// Whether it must be given.
    pub fn is_required(&self) -> bool {
        !self.ty.nullable && self.default.is_none()
    }
}

impl Types {
    /// Read the schema's text; `are_shown` says whether the schema may be asked for itself.
    ///
    /// # Panics
    /// When the text is not that of a schema, which a test of the schema would have found.
    pub fn new(sdl: &str, are_shown: bool) -> Self {
        let mut types = Self::read(sdl).expect("the schema was written by the library that reads it");
        types.meta.retain(|(name, _)| are_shown || *name == "__typename");
        types
    }

    fn read(sdl: &str) -> Option<Self> {
        let definitions = [sdl, INTROSPECTION].map(parse_schema);
        let definitions: Vec<TypeDefinition> = definitions
            .into_iter()
            .flat_map(|document| document.map(|document| document.definitions).unwrap_or_default())
            .filter_map(|definition| match definition {
                TypeSystemDefinition::Type(definition) => Some(definition.node),
                TypeSystemDefinition::Schema(_) | TypeSystemDefinition::Directive(_) => None,
            })
            .collect();
        let built_in = ["Int", "Float", "String", "Boolean", "ID"].map(str::to_owned);
        let declared = definitions.iter().map(|definition| definition.name.node.to_string());
        let names: Vec<String> = built_in.into_iter().chain(declared).collect();
        let by_name: HashMap<String, TypeId> =
            names.iter().enumerate().map(|(place, name)| (name.clone(), TypeId(place))).collect();
        let kinds: HashMap<&str, &TypeKind> =
            definitions.iter().map(|definition| (definition.name.node.as_str(), &definition.kind)).collect();
        let reading = Reading { by_name: &by_name, kinds };
        let mut types = Vec::with_capacity(names.len());
        for name in &names {
            types.push(reading.named_type(name)?);
        }
        let (query, mutation) = (*by_name.get("Query")?, *by_name.get("Mutation")?);
        let meta = |ty: &str, price, arguments: BTreeMap<String, Input>| {
            let ty = Type::new(ty)?;
            Some(Field { of: reading.base(&ty)?, ty, arguments, price })
        };
        let name = Input { ty: Type::new("String!")?, of: *by_name.get("String")?, default: None };
        let meta = vec![
            ("__typename", meta("String!", Price::Leaf { cost: 0 }, BTreeMap::new())?),
            ("__schema", meta("__Schema!", Price::Introspection { values: 45_000 }, BTreeMap::new())?),
            (
                "__type",
                meta("__Type", Price::Introspection { values: 1_000 }, BTreeMap::from([("name".to_owned(), name)]))?,
            ),
        ];
        let condition = Input { ty: Type::new("Boolean!")?, of: *by_name.get("Boolean")?, default: None };
        let condition = BTreeMap::from([("if".to_owned(), condition)]);
        Some(Self { types, by_name, query, mutation, meta, condition })
    }

    /// The type of a name.
    pub(super) fn by_name(&self, name: &str) -> Option<TypeId> {
        self.by_name.get(name).copied()
    }

    /// The root type of an operation.
    pub(super) fn root(&self, operation: OperationType) -> Option<TypeId> {
        match operation {
            OperationType::Query => Some(self.query),
            OperationType::Mutation => Some(self.mutation),
            OperationType::Subscription => None,
        }
    }

    /// A type.
    pub(super) fn get(&self, id: TypeId) -> &NamedType {
        &self.types[id.0]
    }

    /// A field of a type, those that every type or the root has included.
    pub(super) fn field(&self, of: TypeId, name: &str) -> Option<&Field> {
        if name.starts_with("__") {
            let is_there = (name == "__typename" && self.get(of).is_composite()) || of == self.query;
            return self.meta.iter().find(|(meta, _)| *meta == name && is_there).map(|(_, field)| field);
        }
        self.get(of).fields.get(name)
    }

    /// The arguments of a directive that can stand in a document.
    pub(super) fn directive(&self, name: &str) -> Option<&BTreeMap<String, Input>> {
        matches!(name, "skip" | "include").then_some(&self.condition)
    }

    /// Whether an object of one type can be of the other as well.
    pub(super) fn overlap(&self, one: TypeId, other: TypeId) -> bool {
        one == other || self.get(one).objects.iter().any(|object| self.get(other).objects.contains(object))
    }

    /// Whether every object of a type is of the other as well.
    pub(super) fn is_within(&self, one: TypeId, other: TypeId) -> bool {
        one == other || self.get(one).objects.iter().all(|object| self.get(other).objects.contains(object))
    }
}

impl NamedType {
    /// Whether it has fields to select.
    pub fn is_composite(&self) -> bool {
        matches!(self.kind, Kind::Object | Kind::Interface)
    }

    /// Whether a variable can be of it.
    pub fn is_input(&self) -> bool {
        !self.is_composite()
    }
}

/// A type's name, as it is kept and given to the library.
pub(super) fn base_name(ty: &Type) -> &Name {
    let mut ty = ty;
    loop {
        match &ty.base {
            BaseType::Named(name) => return name,
            BaseType::List(inner) => ty = inner,
        }
    }
}

/// What the reading of the schema's text needs to know of all types at once.
struct Reading<'d> {
    by_name: &'d HashMap<String, TypeId>,
    kinds: HashMap<&'d str, &'d TypeKind>,
}

impl Reading<'_> {
    fn base(&self, ty: &Type) -> Option<TypeId> {
        self.by_name.get(base_name(ty).as_str()).copied()
    }

    fn named_type(&self, name: &str) -> Option<NamedType> {
        let id = *self.by_name.get(name)?;
        let (mut fields, mut objects) = (HashMap::new(), Vec::new());
        let kind = match self.kinds.get(name) {
            None | Some(TypeKind::Scalar) => Kind::Scalar(*SCALARS.iter().find(|scalar| scalar.name == name)?),
            Some(TypeKind::Enum(definition)) => {
                Kind::Enum(definition.values.iter().map(|value| value.node.value.node.to_string()).collect())
            }
            Some(TypeKind::InputObject(definition)) => Kind::Input(self.inputs(&definition.fields)?),
            Some(TypeKind::Object(definition)) => {
                fields = self.fields(name, &definition.fields)?;
                objects.push(id);
                Kind::Object
            }
            Some(TypeKind::Interface(definition)) => {
                fields = self.fields(name, &definition.fields)?;
                let implements = |kind: &TypeKind| match kind {
                    TypeKind::Object(object) => object.implements.iter().any(|interface| interface.node == name),
                    _ => false,
                };
                let implementing = self.kinds.iter().filter(|(_, kind)| implements(kind));
                objects.extend(implementing.filter_map(|(name, _)| self.by_name.get(*name)));
                Kind::Interface
            }
            // The schema has none; whoever adds the first adds its objects here.
            Some(TypeKind::Union(_)) => return None,
        };
        Some(NamedType { name: name.to_owned(), kind, fields, objects })
    }

    fn inputs(&self, definitions: &[Positioned<InputValueDefinition>]) -> Option<BTreeMap<String, Input>> {
        let input = |definition: &InputValueDefinition| {
            let ty = definition.ty.node.clone();
            let default = definition.default_value.as_ref().map(|value| value.node.clone());
            Some((definition.name.node.to_string(), Input { of: self.base(&ty)?, ty, default }))
        };
        definitions.iter().map(|definition| input(&definition.node)).collect()
    }

    fn fields(&self, owner: &str, definitions: &[Positioned<FieldDefinition>]) -> Option<HashMap<String, Field>> {
        let field = |definition: &FieldDefinition| {
            let (name, ty) = (definition.name.node.to_string(), definition.ty.node.clone());
            let arguments = self.inputs(&definition.arguments)?;
            let price = self.price(owner, &name, &ty, &arguments);
            Some((name, Field { of: self.base(&ty)?, ty, arguments, price }))
        };
        definitions.iter().map(|definition| field(&definition.node)).collect()
    }

    fn price(&self, owner: &str, name: &str, ty: &Type, arguments: &BTreeMap<String, Input>) -> Price {
        let is_list = matches!(ty.base, BaseType::List(_));
        let of = self.kinds.get(base_name(ty).as_str());
        let is_composite = matches!(of, Some(TypeKind::Object(_) | TypeKind::Interface(_)));
        match (owner.ends_with("Connection"), name) {
            (true, "nodes") => Price::Items { cost: 1 },
            (true, "edges") => Price::Items { cost: 0 },
            (true, "pageInfo" | "totalCount" | "totalCountIsCapped") => Price::Counted,
            _ if owner == "Product" && name == "jsonLd" => Price::Leaf { cost: JSON_LD },
            _ if owner == "Query" && name == "productFacets" => Price::Object { cost: FACETS },
            _ if !is_composite => Price::Leaf { cost: 0 },
            _ if is_list && arguments.contains_key("ids") => Price::ByIds,
            _ if is_list => Price::List,
            _ if base_name(ty).ends_with("Connection") => Price::Connection,
            _ => Price::Object { cost: 1 },
        }
    }
}
