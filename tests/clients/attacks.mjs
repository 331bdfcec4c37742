// What is meant to hurt, and the program that it is sent to.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";

/** Start a program with the demo world in a folder of its own, until this process ends. */
export async function start(path, variables) {
  const home = mkdtempSync(join(tmpdir(), "unfm-"));
  const program = isAbsolute(path) ? path : join(process.cwd(), path);
  // Whatever is let through must not take the machine along.
  const server = spawn("bash", ["-c", `ulimit -v 8000000; exec "${program}"`], {
    cwd: home,
    env: { HOME: home, LISTEN_ADDR: "127.0.0.1:0", UNFM_METRICS_ADDR: "127.0.0.1:0", PATH: process.env.PATH, UNFM_LOG_FORMAT: "text", ...variables },
  });
  process.on("exit", () => { server.kill(); rmSync(home, { recursive: true, force: true }); });
  const started = { pid: server.pid, log: "" };
  started.url = await new Promise((resolve, reject) => {
    const read = (chunk) => {
      started.log += chunk;
      const found = started.log.match(/GraphQL on (http:\/\/[^/]*)\/graphql/);
      if (found) resolve(found[1]);
    };
    server.stdout.on("data", read);
    server.stderr.on("data", read);
    server.on("exit", () => reject(new Error(started.log)));
  });
  return started;
}

const times = (count, text) => Array.from({ length: count }, (_, place) => text.replaceAll("#", place).replaceAll("%", place + 1)).join(" ");
export const query = (text, variables) => ({ body: JSON.stringify({ query: text, variables }) });
const deep = (open, close, count) => open.repeat(count) + close.repeat(count);
/** Requests by what is wrong with them. */
export const attacks = {
  "fragments that double (26)": query(`{ about { ...F0 } } ${times(26, "fragment F# on About { ...F% ...F% }")} fragment F26 on About { version }`),
  "fragments that double, asked for aside": { body: JSON.stringify({ operationName: "A", query: `query A { __typename } query B { categories { ...F0 } } ${times(26, "fragment F# on Category { parent { ...F% } children { ...F% } }")} fragment F26 on Category { slug }` }) },
  "four levels of a hundred": query(`{ market(slug: "khouribga") { ${"listings(first: 100) { nodes { market { ".repeat(4)} slug ${"} } }".repeat(4)} } }`),
  "101 aliases": query(`{ ${times(101, "a#: about { version }")} }`),
  "the circle of the schema": query(`{ __schema { types { ${"fields { type { ".repeat(5)} name ${"} }".repeat(5)} } } }`),
  "1,500 conflicting fields": query(`{ about { ${times(1500, "x: f#")} } }`),
  "4,900 unknown fields": query(`{ about { ${"nothing ".repeat(4900)} } }`),
  "100,000 tokens": query(`{ ${"a ".repeat(30000)} }`),
  "64 KiB of brackets": query(deep("{a", "}", 20000)),
  "a name of 60 KB": query(`{ ${"n".repeat(60000)} }`),
  "4,900 directives": query(`{ about { version ${"@skip(if: false) ".repeat(800)} } }`),
  "a fragment that spreads itself": query("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }"),
  "620 fragments in a row": query(`{ about { ...F0 } } ${times(610, "fragment F# on About { ...F% }")} fragment F610 on About { version }`),
  "400 operations of one fragment": { body: JSON.stringify({ operationName: "Q0", query: `${times(400, "query Q# { ...F }")} fragment F on Query { ${"__typename ".repeat(1500)} }` }) },
  "variables of 100,000 levels": { body: `{"query":"{ __typename }","variables":{"a":${deep("[", "]", 100000)}}}` },
  "a list of 200,000 ids": query("query Q($ids: [ID!]!) { nodes(ids: $ids) { id } }", { ids: Array(200000).fill("x") }),
  "a body of 1 MB that is no JSON": { body: "[".repeat(1024 * 1024) },
  "a body of 10 MB": { body: " ".repeat(10 * 1024 * 1024) },
  "compressed": { body: "x", headers: { "content-encoding": "gzip" } },
  "a token of 7 KB": { ...query("{ __typename }"), headers: { authorization: `Bearer ${"e".repeat(7000)}` } },
  "a token of nobody's": { ...query("{ __typename }"), headers: { authorization: "Bearer eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCIsImtpZCI6IngifQ.e30.AAAA" } },
  "a hash that nobody knows": { body: JSON.stringify({ extensions: { persistedQuery: { version: 1, sha256Hash: "0".repeat(64) } } }) },
};
