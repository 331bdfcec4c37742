// mercurius with its JIT on the tables of DATABASE_URL, by a login that sees what is published: the operations of the contract
// as somebody would write them there, with a loader for each relation.
import Fastify from "fastify";
import mercurius from "mercurius";
import pg from "pg";

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 16 });
const rows = async (name, text, values) => (await pool.query({ name, text, values })).rows;
const one = async (name, text, values) => (await rows(name, text, values))[0] ?? null;
/** A loader of the things that keys point to. */
const pointed = (table, key) => async (queries) => {
  const keys = queries.map(({ obj }) => obj[key]);
  const found = await rows(`${table} by ${key}`, `select * from ${table} where id = any($1)`, [keys]);
  const byId = new Map(found.map((row) => [row.id, row]));
  return keys.map((id) => byId.get(id) ?? null);
};
/** A loader of lists: those rows of a statement that hold the key of each. */
const listed = (name, text, owner) => async (queries) => {
  const found = await rows(name, text, [queries.map(({ obj }) => obj.id)]);
  return queries.map(({ obj }) => found.filter((row) => row[owner] === obj.id));
};
const text = (name) => (obj) => obj[name] && { text: obj[name].fr ?? obj[name].ar, language: obj[name].fr ? "FR" : "AR",
  direction: obj[name].fr ? "LTR" : "RTL",
  translations: Object.entries(obj[name]).map(([language, text]) => ({ language: language.toUpperCase(), text })) };
const money = (name) => (obj) => obj[name] && { amount: (Number(obj[name]) / 100).toFixed(2), currency: "MAD" };
const DAYS = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];
const cursor = (row) => Buffer.from(String(row.number)).toString("base64url");

const schema = `
  enum Locale { AR FR ZGH EN }
  type Text { text(locale: Locale): String! language: String! direction: String! translations: [Translation!]! }
  type Translation { language: String! text: String! }
  type Money { amount: String! currency: String! }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type Branch { id: ID! kind: String! name: Text! }
  type Partner { slug: String! name: Text! }
  type Contribution { partner: Partner amount: Money! status: String! }
  type Interval { opens: String! closes: String! }
  type Day { day: String! intervals: [Interval!] }
  type Province { code: String! }
  type Category { slug: String! }
  type Cooperative { id: ID! name: Text! province: Province! memberCount: Int womenCount: Int isWomenOnly: Boolean }
  type Sign { kind: String! validUntil: String }
  type Variant { id: ID! unit: String! quantity: String! }
  type Market { id: ID! slug: String! name: Text! isOpen: Boolean branch: Branch openingHours: [Day!]! cost: Money
    contributions: [Contribution!]! listings(first: Int!, after: String): Listings! }
  type Listing { id: ID! price: Money! available: Boolean! variant: Variant! product: Product! market: Market! }
  type ListingEdge { cursor: String! node: Listing! }
  type Listings { edges: [ListingEdge!]! nodes: [Listing!]! pageInfo: PageInfo! }
  type Agreement { slug: String! status: String! }
  type Agreements { nodes: [Agreement!]! }
  type Source { name: String! year: Int! }
  type Value { value: String period: String! source: Source! }
  type Indicator { code: String! unit: String! name: Text! latestActual: Value }
  type Programme { id: ID! theme: String! status: String! iatiStatus: String! title: Text! startsOn: String endsOn: String branch: Branch
    agreements(first: Int!): Agreements! indicators: [Indicator!]! }
  type ProgrammeEdge { cursor: String! node: Programme! }
  type Programmes { totalCount: Int! edges: [ProgrammeEdge!]! pageInfo: PageInfo! }
  interface Node { id: ID! }
  type Product implements Node { id: ID! name: Text! description: Text category: Category cooperative: Cooperative qualitySigns: [Sign!]!
    variants: [Variant!]! listings(first: Int!): Listings! }
  type Query { market(slug: String!): Market node(id: ID!): Node programmes(first: Int!, after: String): Programmes! }
`;
const page = (found, first) => ({ found: found.slice(0, first), more: found.length > first });
const resolvers = {
  Query: {
    market: (_, { slug }) => one("market", "select * from market where slug = $1", [slug]),
    node: (_, { id }) => one("product", "select * from product where id = $1", [id]),
    programmes: async (_, { first }) => ({
      ...page(await rows("programmes", "select * from programme order by number desc limit $1", [first + 1]), first),
      totalCount: Number((await one("count", "select count(*) from programme", [])).count),
    }),
  },
  Node: { resolveType: () => "Product" },
  Text: {},
  Branch: { name: text("name") },
  Partner: { name: text("name") },
  Cooperative: { name: text("name"), memberCount: (obj) => obj.member_count, womenCount: (obj) => obj.women_count,
    isWomenOnly: (obj) => obj.is_women_only },
  Contribution: { amount: money("amount") },
  Sign: { validUntil: (obj) => obj.valid_until },
  Market: { name: text("name"), cost: money("cost"), isOpen: (obj) => obj.status === "OPEN",
    openingHours: (obj) => obj.opening_hours.week.map((intervals, day) => ({ day: DAYS[day], intervals })),
    listings: async (obj, { first }) =>
      page(await rows("listings", "select * from listing where market_id = $1 order by number limit $2", [obj.id, first + 1]), first) },
  Listing: { price: money("price"), available: (obj) => obj.published && !obj.sold_out },
  Listings: { edges: (obj) => obj.found.map((node) => ({ node, cursor: cursor(node) })), nodes: (obj) => obj.found,
    pageInfo: (obj) => ({ hasNextPage: obj.more, endCursor: obj.found.length ? cursor(obj.found.at(-1)) : null }) },
  Product: { name: text("name"), description: text("description"),
    listings: async (obj, { first }) =>
      page(await rows("sold", "select * from listing where product_id = $1 order by number limit $2", [obj.id, first + 1]), first) },
  Programmes: { edges: (obj) => obj.found.map((node) => ({ node, cursor: cursor(node) })),
    pageInfo: (obj) => ({ hasNextPage: obj.more, endCursor: obj.found.length ? cursor(obj.found.at(-1)) : null }) },
  Programme: { title: text("title"), iatiStatus: (obj) => obj.status, startsOn: (obj) => obj.starts_on, endsOn: (obj) => obj.ends_on },
  Agreements: { nodes: (obj) => obj },
  Indicator: { name: text("name") },
  Value: { source: (obj) => ({ name: obj.source_name, year: obj.source_year }) },
};
const loaders = {
  Market: {
    branch: pointed("branch", "branch_id"),
    contributions: listed("contributions", "select * from contribution where market_id = any($1) order by position", "market_id"),
  },
  Contribution: { partner: pointed("partner", "partner_id") },
  Listing: {
    variant: pointed("product_variant", "variant_id"),
    product: pointed("product", "product_id"),
    market: pointed("market", "market_id"),
  },
  Product: {
    category: pointed("category", "category_id"),
    cooperative: pointed("cooperative", "cooperative_id"),
    qualitySigns: listed("signs", "select * from quality_sign where product_id = any($1)", "product_id"),
    variants: listed("variants", "select * from product_variant where product_id = any($1)", "product_id"),
  },
  Cooperative: { province: pointed("province", "province_id") },
  Programme: {
    branch: pointed("branch", "branch_id"),
    agreements: listed("agreements", `select a.slug, a.status, l.programme_id from agreement_programme l join agreement a on a.id = l.agreement_id
      where l.programme_id = any($1)`, "programme_id"),
    indicators: listed("indicators", `select i.code, i.unit, i.name, p.programme_id, p.latest_actual_id from programme_indicator p
      join indicator i on i.id = p.indicator_id where p.programme_id = any($1) order by p.position`, "programme_id"),
  },
  Indicator: { latestActual: pointed("indicator_value", "latest_actual_id") },
};
const app = Fastify();
app.register(mercurius, { schema, resolvers, loaders, jit: 1, path: "/graphql", graphiql: false });
await app.listen({ port: 0, host: "127.0.0.1" });
console.log(`listening on ${app.server.address().port}`);
