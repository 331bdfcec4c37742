// Relay: its compiler writes the documents of an application into a map that a server trusts, and its runtime names them by
// the ids of that map.
//
//   node relay.mjs compile <schema> <folder>   writes <folder>/documents/relay.json
//   node relay.mjs ask <url> <folder>          asks a server that trusts nothing else
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const packages = process.env.NODE_PATH;
const require = createRequire(`${packages}/`);
const [command, argument, folder] = process.argv.slice(2);
const source = join(folder, "source");

if (command === "compile") {
  mkdirSync(source, { recursive: true });
  mkdirSync(join(folder, "documents"), { recursive: true });
  writeFileSync(
    join(source, "Market.js"),
    "const { graphql } = require('relay-runtime');\n" +
      "graphql`fragment Market_names on Market { slug name { text(locale: FR) } }`;\n" +
      "graphql`query MarketQuery($slug: String!) { market(slug: $slug) { ...Market_names isOpen } }`;\n",
  );
  // The compiler adds to a map that is there.
  writeFileSync(join(folder, "documents", "relay.json"), "{}");
  const persistConfig = { file: join(folder, "documents", "relay.json"), algorithm: "SHA256" };
  const config = { src: source, schema: argument, language: "javascript", persistConfig };
  const file = join(folder, "relay.config.json");
  writeFileSync(file, JSON.stringify(config));
  execFileSync(require(`${packages}/relay-compiler`), [file], { stdio: ["ignore", "ignore", "inherit"], cwd: folder });
} else {
  const { Environment, Network, RecordSource, Store, fetchQuery } = require("relay-runtime");
  const request = require(join(source, "__generated__", "MarketQuery.graphql.js"));
  const ask = async ({ id }, variables) => {
    const body = JSON.stringify({ documentId: id, variables });
    const response = await fetch(`${argument}/graphql`, { method: "POST", headers: { "content-type": "application/json" }, body });
    return response.json();
  };
  const environment = new Environment({ network: Network.create(ask), store: new Store(new RecordSource()) });
  const data = await fetchQuery(environment, request, { slug: "khouribga" }).toPromise();
  if (typeof data.market.isOpen !== "boolean") throw new Error(JSON.stringify(data));
  const body = JSON.stringify({ query: "{ __typename }" });
  const other = await fetch(`${argument}/graphql`, { method: "POST", headers: { "content-type": "application/json" }, body });
  const { errors } = await other.json();
  if (errors?.[0].extensions.code !== "DOCUMENT_NOT_TRUSTED") throw new Error(JSON.stringify(errors));
  console.log("Relay: the compiler's documents are answered, others are not");
}
