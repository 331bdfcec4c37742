// Asks a running server for one answer, then for the same in many other ways (aliases, fragments, conditions, fields twice,
// fields that fail), and holds each answer byte for byte against what graphql-js makes of the same data.
//
//   NODE_PATH=… node tests/graphql-js/answers.mjs api/schema.graphql http://127.0.0.1:8000
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chance, pick, random } from "./random.mjs";

const require = createRequire(`${process.env.NODE_PATH ?? "."}/`);
const { buildSchema, execute, getNamedType, isLeafType, parse, validate } = require("graphql");

const [sdl, url] = process.argv.slice(2);
const schema = buildSchema(readFileSync(sdl, "utf8"));

async function ask(query, variables) {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json", "accept-language": "fr" },
    body: JSON.stringify({ query, variables }),
  });
  return JSON.parse(await response.text());
}

/** What is asked: each field once, with its arguments. A field with `fails` cannot be answered with them. */
const text = { text: {}, language: {}, direction: {}, translations: { language: {}, text: {} } };
const money = { amount: {}, currency: {} };
const product = { id: {}, slug: {}, name: text, lowestPrice: money, category: { id: {}, slug: {}, parent: { slug: {} } },
  cooperative: { id: {}, slug: {}, name: text, memberCount: {}, province: { code: {}, region: { code: {} } } } };
const market = { id: {}, slug: {}, name: text, status: {}, isOpen: {}, cost: money, openingHours: { day: {}, intervals: { opens: {}, closes: {} } },
  province: { code: {}, name: text, region: { code: {} } },
  listings: { "()": "first: 3", totalCount: {}, nodes: { id: {}, available: {}, price: money, product }, edges: { cursor: {}, node: { id: {} } }, pageInfo: { hasNextPage: {}, endCursor: {} } },
  contributions: { id: {}, status: {}, amount: money, partner: { slug: {} } } };
const shape = {
  about: { version: {}, credits: { name: {}, licence: {} } },
  categories: { slug: {}, name: text },
  market: { "()": 'slug: "khouribga"', ...market },
  markets: { "()": "first: 2", totalCount: {}, nodes: market, pageInfo: { hasNextPage: {} } },
  products: { "()": "first: 3", nodes: product, edges: { cursor: {} } },
};

function whole(shape) {
  return Object.entries(shape).filter(([name]) => name !== "()")
    .map(([name, below]) => `${name}${below["()"] ? `(${below["()"]})` : ""}${Object.keys(below).some((key) => key !== "()") ? ` { __typename ${whole(below)} }` : ""}`)
    .join(" ");
}

/** Another way to ask for part of it. */
class Rewriting {
  constructor() {
    this.fragments = [];
    this.variables = {};
    this.aliases = 0;
  }

  condition() {
    if (!chance(0.12)) return "";
    const name = `c${Object.keys(this.variables).length}`;
    const value = chance(0.6);
    if (chance(0.5)) {
      this.variables[name] = value;
      return ` @${pick(["skip", "include"])}(if: $${name})`;
    }
    return ` @${pick(["skip", "include"])}(if: ${value})`;
  }

  field(type, name, below) {
    const alias = this.aliases < 25 && chance(0.15) ? `a${this.aliases++}: ` : "";
    let given = below["()"];
    // A page that is too large fails, wherever it stands.
    if (given?.startsWith("first") && chance(0.15)) given = "first: 1000";
    const of = getNamedType(type.getFields()[name].type);
    const set = isLeafType(of) ? "" : ` ${this.set(of, below)}`;
    return `${alias}${name}${given ? `(${given})` : ""}${this.condition()}${set}`;
  }

  set(type, shape) {
    const names = Object.keys(shape).filter((name) => name !== "()");
    const parts = [];
    for (const name of names) {
      if (!chance(0.45)) continue;
      const written = this.field(type, name, shape[name]);
      // Fields of objects stand together in one set or another; those with arguments are asked for once under their name.
      const wrapped = chance(0.2) ? `...${chance(0.5) ? ` on ${type.name}` : ""}${this.condition()} { ${written} }` : written;
      parts.push(wrapped);
      if (chance(0.1) && Object.keys(shape[name]).length === 0) parts.push(name);
    }
    if (chance(0.15)) parts.push("__typename");
    if (type.getInterfaces?.().length && shape.id && chance(0.3)) parts.push(`... on Node { ${chance(0.5) ? "id" : `... on ${type.name} { slug: __typename }`} }`);
    if (chance(0.2) && this.fragments.length < 4 && type.name !== "Query") {
      const leaves = names.filter((name) => Object.keys(shape[name]).length === 0);
      if (leaves.length) {
        const name = `F${this.fragments.length}`;
        this.fragments.push(`fragment ${name} on ${type.name} { ${pick(leaves)} __typename ${pick(leaves)} }`);
        parts.splice(Math.floor(random() * parts.length), 0, `...${name}${this.condition()}`);
        if (chance(0.3)) parts.push(`...${name}`);
      }
    }
    for (let place = parts.length - 1; place > 0; place--) {
      const other = Math.floor(random() * (place + 1));
      [parts[place], parts[other]] = [parts[other], parts[place]];
    }
    return `{ ${parts.length ? parts.join(" ") : "__typename"} }`;
  }

  document() {
    const set = this.set(schema.getQueryType(), shape);
    const variables = Object.keys(this.variables).map((name) => `$${name}: Boolean!`);
    return `query Q${variables.length ? `(${variables.join(", ")})` : ""} ${set} ${this.fragments.join(" ")}`;
  }
}

const base = await ask(`{ ${whole(shape)} }`);
if (base.errors) throw new Error(JSON.stringify(base.errors));

function resolve(source, given, _, info) {
  if (given.first > 100) throw new Error("first");
  return source[info.fieldName];
}

let [asked, failing, different] = [0, 0, 0];
while (asked < 400) {
  const rewriting = new Rewriting();
  const query = rewriting.document();
  const tree = parse(query);
  // Two fields of one name may have come to have different arguments.
  if (validate(schema, tree).length) continue;
  asked += 1;
  const expected = await execute({ schema, document: tree, rootValue: base.data, variableValues: rewriting.variables, fieldResolver: resolve });
  const answer = await ask(query, rewriting.variables);
  // Which of several faults is told where one of them takes the others' parent away is left open (section 6.4.4): each that
  // is told must be one of theirs, and where there are some, one is told.
  const places = (errors) => (errors ?? []).map((error) => JSON.stringify(error.path));
  const [theirs, ours] = [places(expected.errors), places(answer.errors)];
  failing += expected.errors ? 1 : 0;
  const isTold = ours.every((place) => theirs.includes(place)) && (theirs.length === 0) === (ours.length === 0);
  const isSame = JSON.stringify(expected.data) === JSON.stringify(answer.data) && isTold;
  if (!isSame) {
    different += 1;
    if (different <= 5) console.error(query, JSON.stringify(rewriting.variables), "\nthere:", JSON.stringify(expected).slice(0, 2000), "\nhere: ", JSON.stringify(answer).slice(0, 2000), "\n");
  }
}
console.log(`${asked} questions, ${failing} of them with fields that fail: ${different} answers differ from graphql-js's`);
if (different || failing < 40) process.exit(1);
