// What refusing costs: sends documents, bodies and tokens that are meant to hurt, and prints for each what it was answered, the
// time on the processor and the memory of the program that answered. Linux alone.
//
//   node tests/clients/hostile.mjs target/release/unfm
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const home = mkdtempSync(join(tmpdir(), "unfm-"));
const program = process.argv[2].startsWith("/") ? process.argv[2] : join(process.cwd(), process.argv[2]);
// Whatever is let through must not take the machine along.
const server = spawn("bash", ["-c", `ulimit -v 8000000; exec "${program}"`], {
  cwd: home,
  env: { HOME: home, LISTEN_ADDR: "127.0.0.1:0", UNFM_METRICS_ADDR: "127.0.0.1:0", PATH: process.env.PATH, UNFM_LOG_FORMAT: "text" },
});
process.on("exit", () => { server.kill(); rmSync(home, { recursive: true, force: true }); });
let log = "";
const url = await new Promise((resolve, reject) => {
  const read = (chunk) => {
    log += chunk;
    const found = log.match(/GraphQL on (http:\/\/[^/]*)\/graphql/);
    if (found) resolve(found[1]);
  };
  server.stdout.on("data", read);
  server.stderr.on("data", read);
  server.on("exit", () => reject(new Error(log)));
});

/** Seconds on the processor so far; the system counts in hundredths. */
const cpu = () => {
  const fields = readFileSync(`/proc/${server.pid}/stat`, "utf8").replace(/.*\) /, "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
};
const memory = (name) => Number(readFileSync(`/proc/${server.pid}/status`, "utf8").match(new RegExp(`${name}:\\s+(\\d+)`))[1]) / 1024;

const times = (count, text) => Array.from({ length: count }, (_, place) => text.replaceAll("#", place).replaceAll("%", place + 1)).join(" ");
const query = (text, variables) => ({ body: JSON.stringify({ query: text, variables }) });
const deep = (open, close, count) => open.repeat(count) + close.repeat(count);
const attacks = {
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

const ask = async ({ body, headers }) => {
  let response;
  try {
    response = await fetch(`${url}/graphql`, { method: "POST", headers: { "content-type": "application/json", ...headers }, body });
  } catch {
    // Refused and closed before it was sent.
    return "closed";
  }
  const text = await response.text();
  const extensions = JSON.parse(text).errors?.[0]?.extensions ?? {};
  return `${response.status} ${[extensions.code, extensions.limit].filter(Boolean).join(" ") || "answered"}`;
};

await ask(query("{ about { version } }"));
const idle = memory("VmRSS");
const count = 100;
let worst = 0;
for (const [name, attack] of Object.entries(attacks)) {
  const before = cpu();
  let told;
  for (let place = 0; place < count; place++) told = await ask(attack);
  const each = ((cpu() - before) / count) * 1000;
  worst = Math.max(worst, each);
  console.log(`${name.padEnd(42)} ${told.padEnd(34)} ${each.toFixed(2).padStart(6)} ms`);
}
await new Promise((resolve) => setTimeout(resolve, 2000));
console.log(`memory: ${idle.toFixed(0)} MB before, ${memory("VmRSS").toFixed(0)} MB after, ${memory("VmHWM").toFixed(0)} MB at most; the dearest refusal ${worst.toFixed(2)} ms`);
console.log(`panics in the log: ${(log.match(/panicked/g) ?? []).length}`);
server.kill();
process.exit(0);
