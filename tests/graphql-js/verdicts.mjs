// Writes documents, valid and invalid ones, with the verdict of graphql-js on each: whether it is executed, and if not, at
// which step it is refused. The server must agree with every one (api/src/server/document/verdicts.rs).
//
//   npm install --prefix target/graphql-js --no-save graphql@16
//   NODE_PATH=target/graphql-js/node_modules node tests/graphql-js/verdicts.mjs api/schema.graphql > tests/graphql-js/verdicts.jsonl
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chance, pick, random } from "./random.mjs";

const require = createRequire(`${process.env.NODE_PATH ?? "."}/`);
const graphql = require("graphql");
const {
  buildSchema, getNamedType, getNullableType, isCompositeType, isEnumType, isInputObjectType, isLeafType, isListType,
  isNonNullType, isObjectType, isRequiredArgument, isRequiredInputField, isInterfaceType, parse, print, validate, visit,
} = graphql;
const { getVariableValues } = require("graphql/execution/values");

const schema = buildSchema(readFileSync(process.argv[2], "utf8"));
// The forms of the schema's own scalars.
const forms = {
  Date: [/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, "2026-09-21"],
  DateTime: [/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, "2026-09-21T12:00:00Z"],
  Decimal: [/^-?\d+(\.\d+)?$/, "490000.00"],
  LocalTime: [/^([01]\d|2[0-3]):[0-5]\d$/, "09:00"],
  LocalDateTime: [/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/, "2026-09-21T09:00:00"],
};
for (const [name, [form]] of Object.entries(forms)) {
  const type = schema.getType(name);
  if (!type) continue;
  type.parseValue = (value) => {
    if (typeof value !== "string" || !form.test(value)) throw new TypeError(`not a ${name}`);
    return value;
  };
  type.parseLiteral = (node) => type.parseValue(node.kind === "StringValue" ? node.value : null);
}

/** Writes one valid document. */
class Writer {
  constructor() {
    this.variables = [];
    this.fragments = [];
    this.aliases = 0;
    this.fieldsLeft = 14;
  }

  literal(type, depth = 0) {
    if (isNonNullType(type)) return this.literal(type.ofType, depth);
    if (isListType(type)) {
      if (chance(0.3)) return this.literal(type.ofType, depth);
      return `[${Array.from({ length: Math.floor(random() * 3) }, () => this.literal(type.ofType, depth)).join(", ")}]`;
    }
    if (isEnumType(type)) return pick(type.getValues()).name;
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter(
        (field) => isRequiredInputField(field) || chance(depth > 1 ? 0 : 0.3),
      );
      return `{${fields.map((field) => `${field.name}: ${this.value(field.type, depth + 1, field.defaultValue)}`).join(", ")}}`;
    }
    switch (type.name) {
      case "Int": return String(1 + Math.floor(random() * 3));
      case "Float": return pick(["1", "2.5"]);
      case "Boolean": return pick(["true", "false"]);
      case "String": return pick(['"text"', '"""block "text" """', '"\\u00e9\\n"', '""']);
      case "ID": return pick(['"id"', "7"]);
      default: return JSON.stringify(forms[type.name][1]);
    }
  }

  /** A literal, or a variable of a type that may stand there. */
  value(type, depth = 0, placeDefault = undefined) {
    if (this.isConstant || !chance(0.3)) return isNonNullType(type) || !chance(0.1) ? this.literal(type, depth) : "null";
    const name = `v${this.variables.length}`;
    const nullable = getNullableType(type);
    if (isNonNullType(type) && chance(0.3)) {
      // Nullable with a default in a place that is not.
      this.variables.push(`$${name}: ${nullable} = ${Object.assign(new Writer(), { isConstant: true }).literal(nullable, 2)}`);
    } else if (isNonNullType(type) && placeDefault !== undefined && chance(0.5)) {
      this.variables.push(`$${name}: ${nullable}`);
    } else {
      this.variables.push(`$${name}: ${nullable}${isNonNullType(type) || chance(0.3) ? "!" : ""}`);
    }
    return `$${name}`;
  }

  directives() {
    if (!chance(0.08)) return "";
    return ` @${pick(["skip", "include"])}(if: ${this.value(new graphql.GraphQLNonNull(graphql.GraphQLBoolean))})`;
  }

  field(field, depth) {
    this.fieldsLeft -= 1;
    const alias = this.aliases < 20 && chance(0.12) ? `a${this.aliases++}: ` : "";
    const given = field.args.filter((argument) => isRequiredArgument(argument) || argument.name === "first" || chance(0.2));
    const values = given
      .filter((argument) => !["last", "before", "after"].includes(argument.name))
      .map((argument) => `${argument.name}: ${this.value(argument.type, 0, argument.defaultValue)}`);
    const below = isLeafType(getNamedType(field.type)) ? "" : ` ${this.set(getNamedType(field.type), depth + 1)}`;
    return `${alias}${field.name}${values.length ? `(${values.join(", ")})` : ""}${this.directives()}${below}`;
  }

  set(type, depth) {
    const parts = [];
    const fields = Object.values(type.getFields());
    const affordable = depth > 3 || this.fieldsLeft <= 0
      ? fields.filter((field) => isLeafType(getNamedType(field.type)) && !field.args.some(isRequiredArgument))
      : fields;
    const wanted = this.fieldsLeft <= 0 ? 1 : 1 + Math.floor(random() * 3);
    // What is selected twice under one name must be the same.
    const names = new Set();
    for (let count = 0; count < wanted && affordable.length > 0; count++) {
      const field = pick(affordable);
      if (names.has(field.name)) continue;
      names.add(field.name);
      parts.push(this.field(field, depth));
    }
    if (chance(0.15)) parts.push("__typename");
    if (depth > 0 && chance(0.15)) {
      const on = chance(0.5) ? "" : ` on ${type.name}`;
      parts.push(`...${on}${this.directives()} { ${this.leaf(type)} }`);
    }
    if (isInterfaceType(type) && chance(0.7)) {
      const object = pick(schema.getPossibleTypes(type));
      parts.push(`... on ${object.name} { ${this.leaf(object)} }`);
    }
    if (isObjectType(type) && type.getInterfaces().length > 0 && chance(0.3)) {
      parts.push(`... on ${type.getInterfaces()[0].name} { id }`);
    }
    if (depth > 0 && this.fragments.length < 3 && chance(0.15)) {
      const name = `F${this.fragments.length}`;
      this.fragments.push("");
      this.fragments[Number(name.slice(1))] = `fragment ${name} on ${type.name} { ${this.leaf(type)} }`;
      parts.push(`...${name}`);
      if (chance(0.3)) parts.push(`...${name}`);
    }
    if (parts.length === 0) parts.push("__typename");
    return `{ ${parts.join(" ")} }`;
  }

  leaf(type) {
    const leaves = Object.values(type.getFields()).filter(
      (field) => isLeafType(getNamedType(field.type)) && field.args.length === 0,
    );
    return leaves.length === 0 ? "__typename" : pick(leaves).name;
  }

  document() {
    const isMutation = chance(0.15);
    const root = isMutation ? schema.getMutationType() : schema.getQueryType();
    if (isMutation) this.fieldsLeft = 6;
    const set = this.set(root, 0);
    const variables = this.variables.length ? `(${this.variables.join(", ")})` : "";
    return `${isMutation ? "mutation" : "query"} Q${variables} ${set} ${this.fragments.join(" ")}`.trim();
  }
}

/** All nodes of a kind in a document, each as the same object that the tree holds. */
function nodes(tree, kind) {
  const found = [];
  visit(tree, { enter(node) { if (node.kind === kind) found.push(node); } });
  return found;
}
const name = (value) => ({ kind: "Name", value });
const variable = (value) => ({ kind: "Variable", name: name(value) });
const parsed = (text) => parse(text, { noLocation: true }).definitions[0];
const selection = (text) => parsed(`{ ${text} }`).selectionSet.selections[0];
const argument = (text) => selection(`f(${text})`).arguments[0];
const directive = (text) => selection(`f ${text}`).directives[0];
const withSet = (tree) => [...nodes(tree, "OperationDefinition"), ...nodes(tree, "Field"), ...nodes(tree, "InlineFragment"),
  ...nodes(tree, "FragmentDefinition")].filter((node) => node.selectionSet);

/** Changes that break a rule, most of the time: graphql-js says whether. */
const changes = {
  unknownField: (tree) => pick(withSet(tree)).selectionSet.selections.push(selection("nothing")),
  unknownFieldOfAnother: (tree) => pick(withSet(tree)).selectionSet.selections.push(selection("slug")),
  noSelection: (tree) => { const field = pick(nodes(tree, "Field").filter((field) => field.selectionSet)); if (field) field.selectionSet = undefined; },
  selectionOnLeaf: (tree) => { const field = pick(nodes(tree, "Field").filter((field) => !field.selectionSet)); if (field) field.selectionSet = parsed("{ id }").selectionSet; },
  unknownArgument: (tree) => pick(nodes(tree, "Field")).arguments.push(argument("nothing: 1")),
  unknownArgumentWithVariable: (tree) => pick(nodes(tree, "Field")).arguments.push(argument("nothing: $nothing")),
  argumentTwice: (tree) => { const field = pick(nodes(tree, "Field").filter((field) => field.arguments.length)); if (field) field.arguments.push(field.arguments[0]); },
  argumentDropped: (tree) => { const field = pick(nodes(tree, "Field").filter((field) => field.arguments.length)); if (field) field.arguments.shift(); },
  otherLiteral: (tree) => { const given = pick(nodes(tree, "Argument")); if (given) given.value = argument(`x: ${pick(["1", "2147483648", "-3", "1.0", "1e3", '"text"', "null", "true", "ACTIVE", "FR", "[1]", "[]", "{}", "{x: 1}", '"ACTIVE"', '"2026-02-30"', '"12:00"', "[null]", "[[1]]"])}`).value; },
  otherField: (tree) => { const given = pick(nodes(tree, "ObjectField")); if (given) given.value = argument(`x: ${pick(["1", '"text"', "null", "true", "ACTIVE", "[1]", "{}", "$v0"])}`).value; },
  enumAsString: (tree) => { const given = pick([...nodes(tree, "Argument"), ...nodes(tree, "ObjectField")].filter((given) => given.value.kind === "EnumValue")); if (given) given.value = { kind: "StringValue", value: given.value.value }; },
  stringAsEnum: (tree) => { const given = pick([...nodes(tree, "Argument"), ...nodes(tree, "ObjectField")].filter((given) => given.value.kind === "StringValue")); if (given) given.value = { kind: "EnumValue", value: "text" }; },
  fieldTwice: (tree) => { const object = pick(nodes(tree, "ObjectValue").filter((object) => object.fields.length)); if (object) object.fields.push(object.fields[0]); },
  unknownInputField: (tree) => { const object = pick(nodes(tree, "ObjectValue")); if (object) object.fields.push(argument("x: {nothing: 1}").value.fields[0]); },
  inputFieldDropped: (tree) => { const object = pick(nodes(tree, "ObjectValue").filter((object) => object.fields.length)); if (object) object.fields.shift(); },
  variableOfAnotherType: (tree) => { const declared = pick(nodes(tree, "VariableDefinition")); if (declared) declared.type = parsed(`query ($x: ${pick(["Int", "String!", "ID", "[ID!]!", "Boolean", "Locale", "CooperativeFilter", "Market", "Nothing", "[Int]", "Date"])}) { a }`).variableDefinitions[0].type; },
  nullableVariable: (tree) => { const declared = pick(nodes(tree, "VariableDefinition").filter((declared) => declared.type.kind === "NonNullType")); if (declared) declared.type = declared.type.type; },
  listVariable: (tree) => { const declared = pick(nodes(tree, "VariableDefinition")); if (declared) declared.type = { kind: "ListType", type: declared.type }; },
  wrongDefault: (tree) => { const declared = pick(nodes(tree, "VariableDefinition")); if (declared) declared.defaultValue = argument(`x: ${pick(["1", '"text"', "null", "[1]", "{}", "ACTIVE"])}`).value; },
  undeclaredVariable: (tree) => { const operation = pick(nodes(tree, "OperationDefinition")); operation.variableDefinitions.shift(); },
  unusedVariable: (tree) => pick(nodes(tree, "OperationDefinition")).variableDefinitions.push(parsed("query ($unused: Int) { a }").variableDefinitions[0]),
  variableTwice: (tree) => { const operation = pick(nodes(tree, "OperationDefinition")); if (operation.variableDefinitions.length) operation.variableDefinitions.push(operation.variableDefinitions[0]); },
  variableInTypename: (tree) => { pick(nodes(tree, "OperationDefinition")).variableDefinitions.push(parsed("query ($told: Boolean!) { a }").variableDefinitions[0]); pick(withSet(tree)).selectionSet.selections.push(selection("__typename @include(if: $told)")); },
  unknownFragment: (tree) => pick(withSet(tree)).selectionSet.selections.push(selection("...Nothing")),
  unusedFragment: (tree) => tree.definitions.push(parsed("fragment Unused on Market { slug }")),
  fragmentTwice: (tree) => { const fragment = pick(nodes(tree, "FragmentDefinition")); if (fragment) tree.definitions.push(fragment); },
  fragmentCircle: (tree) => { const fragment = pick(nodes(tree, "FragmentDefinition")); if (fragment) pick(nodes(tree, "FragmentDefinition")).selectionSet.selections.push(selection(`...${fragment.name.value}`)); },
  fragmentOnLeaf: (tree) => pick(withSet(tree)).selectionSet.selections.push(selection(`... on ${pick(["String", "Locale", "CooperativeFilter", "Nothing"])} { a }`)),
  fragmentOnAnother: (tree) => pick(withSet(tree)).selectionSet.selections.push(selection(`... on ${pick(["Market", "Cooperative", "Node", "Query"])} { __typename }`)),
  unknownDirective: (tree) => pick(nodes(tree, "Field")).directives.push(directive("@nothing")),
  unknownDirectiveOnTypename: (tree) => pick(withSet(tree)).selectionSet.selections.push(selection("__typename @nothing(x: 1)")),
  directiveElsewhere: (tree) => pick([...nodes(tree, "OperationDefinition"), ...nodes(tree, "FragmentDefinition"), ...nodes(tree, "VariableDefinition")]).directives.push(directive("@skip(if: true)")),
  directiveTwice: (tree) => pick(nodes(tree, "Field")).directives.push(directive("@skip(if: false)"), directive("@skip(if: false)")),
  directiveWithout: (tree) => pick(nodes(tree, "Field")).directives.push(directive(pick(["@skip", "@include(if: 1)", "@skip(if: null)", "@include(if: true, if: true)", "@skip(unless: true, if: true)", "@specifiedBy(url: \"x\")", "@deprecated"]))),
  conflict: (tree) => { const fields = nodes(tree, "Field").filter((field) => !field.selectionSet); pick(withSet(tree)).selectionSet.selections.push({ ...selection(`${pick(["slug", "id", "code", "a0", "x"])}: __typename`) }, ...(fields.length ? [{ ...pick(fields), alias: name("x") }] : [])); },
  conflictInFragment: (tree) => { const holder = pick(withSet(tree).filter((node) => node.kind === "Field")); if (holder) { const field = holder.selectionSet.selections.find((selected) => selected.kind === "Field"); if (field) holder.selectionSet.selections.push({ kind: "InlineFragment", directives: [], selectionSet: parsed(`{ ${(field.alias ?? field.name).value}: __typename }`).selectionSet }); } },
  conflictOfArguments: (tree) => { const field = pick(nodes(tree, "Field").filter((field) => field.arguments.length && field.selectionSet)); const holder = withSet(tree).find((node) => node.selectionSet.selections.includes(field)); if (holder) holder.selectionSet.selections.push({ ...field, arguments: field.arguments.slice(1) }); },
  sameAgain: (tree) => { const holder = pick(withSet(tree)); const again = holder.selectionSet.selections.find((selected) => selected.kind === "Field"); if (again) holder.selectionSet.selections.push(again); },
  anonymousBeside: (tree) => tree.definitions.push(parsed("{ __typename }")),
  sameName: (tree) => tree.definitions.push(parsed("query Q { __typename }")),
  another: (tree) => tree.definitions.push(parsed("query Another { __typename }")),
  subscription: (tree) => { if (chance(0.2)) tree.definitions.push(parsed("type Nothing { a: Int }")); else pick(nodes(tree, "OperationDefinition")).selectionSet.selections.push(selection("__schema { queryType { name } }")); },
  typeAndField: (tree) => pick(nodes(tree, "OperationDefinition")).selectionSet.selections.push(selection(pick(['__type(name: "Market") { kind fields(includeDeprecated: true) { name type { ofType { name } } } }', "__type { name }", '__type(name: "Market")', "__schema { nothing }"]))),
};

/** Documents that no generator comes upon. */
const written = [
  "{ about { version } } # a comment", "\ufeff{ about { version } }", "{ about { version, } , }", "{ about { } }", "{ }", "", "  ", "query", "query Q", "{ about { version }",
  "query ($a: Int = 1) { markets(first: $a) { totalCount } }", "query ($a: Int) { markets(first: $a) { totalCount } }",
  'query ($a: String!) { market(slug: $a) { slug } }', 'query ($a: String) { market(slug: $a) { slug } }', 'query ($a: String = "x") { market(slug: $a) { slug } }',
  'query ($a: String = null) { market(slug: $a) { slug } }',
  "query ($a: [ID!]!) { nodes(ids: $a) { id } }", "query ($a: ID!) { nodes(ids: [$a]) { id } }", "query ($a: ID) { nodes(ids: [$a]) { id } }", "query ($a: ID!) { nodes(ids: $a) { id } }",
  "query ($a: [ID]!) { nodes(ids: $a) { id } }", "{ nodes(ids: 7) { id } }", '{ nodes(ids: ["a", null]) { id } }', '{ nodes(ids: [["a"]]) { id } }', "{ nodes(ids: null) { id } }", "{ nodes(ids: []) { id } }",
  '{ node(id: "x") { id ... on Market { slug } ... on Cooperative { slug } } }', '{ node(id: "x") { ... on Market { x: slug } ... on Cooperative { x: id } } }',
  '{ node(id: "x") { ... on Market { x: slug } ... on Cooperative { x: memberCount } } }', '{ node(id: "x") { ... on Market { x: slug } x: id } }',
  '{ node(id: "x") { ... on Market { x: name { text } } ... on Cooperative { x: name { text: language } } } }',
  '{ node(id: "x") { ... on Market { x: name { text } } ... on Cooperative { x: slug } } }', '{ node(id: "x") { ... on Market { x: name { text(locale: FR) } } ... on Cooperative { x: name { text(locale: AR) } } } }',
  '{ node(id: "x") { ... on Market { x: slug y: slug } ... on Market { x: slug y: id } } }',
  '{ a: market(slug: "x") { slug } a: market(slug: "y") { slug } }', '{ market(slug: "x") { slug } market(slug: "x") { id } }', '{ market(slug: "x") { ...A ...B } } fragment A on Market { x: slug } fragment B on Market { x: id }',
  "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }", "{ ...A } fragment A on Query { ...A }", "{ ...A } fragment A on Query { about { version } ...B } fragment B on Query { __typename }",
  "fragment on on Query { __typename } { ...on }", "{ ... { about { version } } }", "{ ... on Query { about { version } } }", "{ ... @include(if: true) { about { version } } }",
  'query ($a: Boolean!) { about @skip(if: $a) { version } }', 'query ($a: Boolean = true) { about @skip(if: $a) { version } }', 'query ($a: Boolean) { about @skip(if: $a) { version } }', 'query ($a: Int!) { about @skip(if: $a) { version } }',
  'query ($a: Boolean!) { about { __typename @skip(if: $a) } }', 'query ($a: Boolean!) { __typename @skip(if: $b) about { version } }', "{ __typename @nothing }", "{ __typename(x: 1) }", "{ __typename { a } }",
  'query ($a: Int @skip(if: true)) { markets(first: $a) { totalCount } }', "query Q @skip(if: true) { __typename }", "{ about { version @skip(if: true) @include(if: true) } }",
  "subscription { nothing }", "mutation { nothing }", "mutation { __typename }", "mutation { __schema { queryType { name } } }", "{ about { __schema { queryType { name } } } }",
  'query ($f: CooperativeFilter) { cooperatives(first: 1, filter: $f) { totalCount } }', '{ cooperatives(first: 1, filter: {}) { totalCount } }', '{ cooperatives(first: 1, filter: {province: 1}) { totalCount } }',
  '{ cooperatives(first: 1, filter: {sector: "ARGAN"}) { totalCount } }', "{ cooperatives(first: 1, orderBy: NOTHING) { totalCount } }", "{ cooperatives(first: 1, orderBy: {field: NAME}) { totalCount } }",
  '{ market(slug: """block""") { slug } }', '{ market(slug: "\\u{1F600}") { slug } }', '{ market(slug: "\\uD83D\\uDE00") { slug } }', '{ market(slug: "\\uD83D") { slug } }', '{ market(slug: "\\u{110000}") { slug } }', '{ market(slug: "\\u{}") { slug } }', '{ market(slug: "\\x") { slug } }', '{ market(slug: "a\nb") { slug } }', '{ market(slug: "no end) { slug } }', "{ market(slug: 'x') { slug } }",
  "{ markets(first: 01) { totalCount } }", "{ markets(first: -0) { totalCount } }", "{ markets(first: 1.) { totalCount } }", "{ markets(first: .5) { totalCount } }", "{ markets(first: 1x) { totalCount } }", "{ markets(first: 99999999999) { totalCount } }", "{ markets(first: +1) { totalCount } }", "{ markets(first: 1e2) { totalCount } }", "{ markets(first: --1) { totalCount } }",
  "{ markets(first: $a) { totalCount } }", "query ($a: Int, $a: Int) { markets(first: $a) { totalCount } }", "query ($a: Int = $b) { markets(first: $a) { totalCount } }", "query () { __typename }", "{ about() { version } }", "{ about: { version } }", "{ a: b: about { version } }", "{ about { version } } { about { version } }", "query A { __typename } query B { __typename }",
  "{ ...on }", "{ ... on { a } }", "{ ... }", "{ about { ...Nothing } }", "fragment A on Query { __typename }", "{ about { version } } fragment A on Nothing { __typename }", "{ ...A } fragment A on String { __typename }", "{ ...A } fragment A on Market { slug }",
  "{ about { ... on Node { id } } }", '{ market(slug: "x") { ... on Node { id } } }', '{ market(slug: "x") { ... on Node { ... on Cooperative { id } } } }', '{ market(slug: "x") { ... on Cooperative { id } } }',
  "query ($unused: Int) { __typename }", "query ($a: Market) { __typename }", "query ($a: Nothing) { __typename }", "query ($a: Nothing) { markets(first: $a) { totalCount } }", "{ true: about { version } null: about { version } on: about { version } fragment: __typename }", '{ cooperatives(first: 1, filter: {text: "a", text: "b"}) { totalCount } }',
  'query A($a: Int!) { markets(first: $a) { totalCount } } query B { ...F } fragment F on Query { markets(first: $a) { totalCount } }',
  "type Nothing { a: Int }", "{ about { version } } type Nothing { a: Int }", "extend type Query { a: Int }", "{ about { version } } \u0000", "{ about { v\u00e9rsion } }", "\u00a0{ about { version } }", '{ about { version } } "text"', "{ about { version } }}", "query Q($a: Int!) { markets(first: $a) { totalCount } } fragment Q on Market { slug }",
];

/** Values for variables that are right, and such that are not. */
const variables = [
  ["query ($a: Int) { markets(first: $a) { totalCount } }", [{}, { a: 1 }, { a: null }, { a: "1" }, { a: 1.0 }, { a: 1.5 }, { a: 2147483648 }, { a: -2147483648 }, { a: true }, { a: [1] }, { a: {} }, { b: 1 }, { a: 1e3 }]],
  ["query ($a: Int!) { markets(first: $a) { totalCount } }", [{}, { a: 1 }, { a: null }]],
  ["query ($a: Int! = 3) { markets(first: $a) { totalCount } }", [{}, { a: 1 }, { a: null }]],
  ["query ($a: String!) { market(slug: $a) { slug } }", [{ a: "x" }, { a: 1 }, { a: ["x"] }, { a: "" }, { a: false }]],
  ["query ($a: ID!) { node(id: $a) { id } }", [{ a: "x" }, { a: 7 }, { a: 7.5 }, { a: true }, { a: null }]],
  ["query ($a: [ID!]!) { nodes(ids: $a) { id } }", [{ a: ["x"] }, { a: "x" }, { a: [] }, { a: [null] }, { a: null }, { a: [["x"]] }, { a: [1, "x"] }, { a: {} }]],
  ["query ($a: Boolean!) { about @skip(if: $a) { version } }", [{ a: true }, { a: "true" }, { a: 1 }, {}]],
  ["query ($a: Boolean = true) { about @skip(if: $a) { version } }", [{}, { a: false }, { a: "x" }]],
  ["query ($a: Locale) { categories { name { text(locale: $a) } } }", [{ a: "FR" }, { a: "fr" }, { a: 1 }, { a: null }, { a: "NOTHING" }, { a: ["FR"] }]],
  ["query ($f: CooperativeFilter) { cooperatives(first: 1, filter: $f) { totalCount } }", [{}, { f: {} }, { f: null }, { f: { nothing: 1 } }, { f: [] }, { f: "x" }]],
];
function verdict(text, given) {
  let tree;
  try {
    tree = parse(text);
  } catch {
    return "unreadable";
  }
  const errors = validate(schema, tree);
  if (errors.length) return "invalid";
  const operations = tree.definitions.filter((definition) => definition.kind === "OperationDefinition");
  if (operations.length > 1 && !operations.some((operation) => operation.name.value === "Q")) return "invalid";
  if (operations[0]?.operation === "subscription" || operations.length === 0) return "invalid";
  if (given) {
    const { errors } = getVariableValues(schema, operations[0].variableDefinitions ?? [], given);
    if (errors) return "variables";
  }
  return "valid";
}

const lines = [];
const told = new Set();
function tell(text, given) {
  const key = text + JSON.stringify(given);
  if (told.has(key)) return;
  told.add(key);
  lines.push(JSON.stringify({ verdict: verdict(text, given), document: text, ...(given ? { variables: given } : {}) }));
}
for (const text of written) tell(text);
for (const [text, values] of variables) for (const given of values) tell(text, given);
for (let count = 0; count < 120; count++) tell(new Writer().document());
const wanted = 7;
for (const change of Object.values(changes)) {
  for (let count = 0; count < wanted; count++) {
    const before = new Writer().document();
    // A copy that may be changed.
    const tree = JSON.parse(JSON.stringify(parse(before, { noLocation: true })));
    for (const node of [...nodes(tree, "Field"), ...nodes(tree, "OperationDefinition"), ...nodes(tree, "FragmentDefinition"), ...nodes(tree, "VariableDefinition")]) {
      node.directives ??= [];
      if (node.kind === "Field") node.arguments ??= [];
      if (node.kind === "OperationDefinition") node.variableDefinitions ??= [];
    }
    change(tree);
    const text = print(tree);
    if (text !== print(parse(before))) tell(text.replace(/\s+/g, " "));
  }
}
process.stdout.write(`${lines.join("\n")}\n`);
