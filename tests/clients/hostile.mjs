// What refusing costs: sends documents, bodies and tokens that are meant to hurt, and prints for each what it was answered, the
// time on the processor and the memory of the program that answered. Linux alone.
//
//   node tests/clients/hostile.mjs target/release/unfm
import { readFileSync } from "node:fs";
import { attacks, query, start } from "./attacks.mjs";

// Without its rates it would not look at what is sent after the first few hundred.
const server = await start(process.argv[2], { UNFM_RATE_ADDRESS: "0" });
const { url } = server;

/** Seconds on the processor so far; the system counts in hundredths. */
const cpu = () => {
  const fields = readFileSync(`/proc/${server.pid}/stat`, "utf8").replace(/.*\) /, "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
};
const memory = (name) => Number(readFileSync(`/proc/${server.pid}/status`, "utf8").match(new RegExp(`${name}:\\s+(\\d+)`))[1]) / 1024;

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
console.log(`panics in the log: ${(server.log.match(/panicked/g) ?? []).length}`);
process.exit(0);
