// What an honest client notices while everything that is meant to hurt is sent at once: prints her latency in quiet and under
// attack. Linux alone: its loopback has as many addresses as attackers and visitors need.
//
//   node tests/clients/honest.mjs target/release/unfm
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { attacks, query, start } from "./attacks.mjs";

/** Send a request from an address of this machine's; what was answered. */
const send = (agent, url, { body, headers }) =>
  new Promise((resolve) => {
    const sent = request(`${url}/graphql`, { method: "POST", agent, headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body), ...headers } }, (answer) => {
      let text = "";
      answer.on("data", (chunk) => (text += chunk));
      answer.on("end", () => resolve({ status: answer.statusCode, text }));
      answer.on("error", () => resolve({}));
    });
    sent.on("error", () => resolve({}));
    sent.end(body);
  });
const from = (localAddress) => new Agent({ keepAlive: true, maxSockets: 1, localAddress });
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const signIn = (email, password) =>
  query(`mutation { sessionCreate(input: {email: "${email}", password: "${password}"}) { session { accessToken } userErrors { code } } }`);

/** Everything at once, for as long as the process lives. */
function attack(url) {
  const { hostname, port } = new URL(url);
  const counts = {};
  const count = (name) => (counts[name] = (counts[name] ?? 0) + 1);
  const forever = async (work) => { for (;;) await work(); };
  let place = 0;
  const stranger = () => `127.66.${(place >> 8) & 255}.${place++ & 255}`;
  for (const [name, sent] of Object.entries(attacks)) {
    const agent = from(stranger());
    forever(async () => { count(`${name}: ${(await send(agent, url, sent)).status ?? "closed"}`); await pause(5); });
  }
  // Guesses from many addresses, and hashes that are hung up on.
  for (let guesser = 0; guesser < 20; guesser++) {
    const agent = from(stranger());
    forever(async () => { count(`guess: ${(await send(agent, url, signIn("khouribga@unfm.example", "a wrong guess"))).status}`); await pause(50); });
    forever(() => new Promise((resolve) => {
      const { body } = signIn(`nobody${guesser}@unfm.example`, "hung up on");
      const socket = connect({ port, host: hostname, localAddress: stranger() }, () => {
        socket.write(`POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
        setTimeout(() => socket.destroy(), 20);
      });
      socket.on("error", () => {});
      socket.on("close", () => { count("hung up"); setTimeout(resolve, 100); });
    }));
  }
  // Heads and bodies that never end, and answers that are not read.
  const head = "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
  const large = query("{ __schema { types { name description fields { name description args { name description } } } } }").body;
  for (const [name, text] of [["stalled head", head.slice(0, 40)], ["stalled body", `${head}content-length: 1000\r\n\r\n{"query":`], ["unread answer", `${head}content-length: ${large.length}\r\n\r\n${large}`]]) {
    for (let many = 0; many < 100; many++) {
      forever(() => new Promise((resolve) => {
        const socket = connect({ port, host: hostname, localAddress: stranger() }, () => { socket.pause(); socket.write(text); });
        socket.on("error", () => {});
        socket.on("close", () => { count(name); setTimeout(resolve, 100); });
      }));
    }
  }
  process.on("SIGTERM", () => { console.log(JSON.stringify(counts)); process.exit(0); });
}

if (process.argv[2] === "attack") attack(process.argv[3]);
else {
  const { url, pid } = await start(process.argv[2], {});
  const page = readFileSync(new URL("../contract/storefront.graphql", import.meta.url), "utf8");
  const visit = { body: JSON.stringify({ query: page, operationName: "MarketPage", variables: { slug: "khouribga", first: 20 } }) };
  // Nobody asks for more than she may in a minute: there are four of them.
  const staff = from("127.88.0.1");
  const work = [];
  for (const login of ["khouribga", "mdiq", "region05", "market.khouribga"]) {
    const signedIn = await send(staff, url, signIn(`${login}@unfm.example`, "marhaba-demo"));
    const token = JSON.parse(signedIn.text).data.sessionCreate.session.accessToken;
    work.push({ ...query("{ viewer { user { email } } cooperatives(first: 5) { nodes { id name { text } status } } }"), headers: { authorization: `Bearer ${token}` } });
  }
  let visitor = 0;
  /** How long each of them waits, in milliseconds: a visitor at an address of her own each time, and somebody who has signed in. */
  const measure = async (count) => {
    const waited = { visitor: [], "signed in": [] };
    let failed = 0;
    for (let place = 0; place < count; place++) {
      const agent = from(`127.77.${(visitor >> 8) & 255}.${visitor++ & 255}`);
      for (const [who, by, asked] of [["visitor", agent, visit], ["signed in", staff, work[place % work.length]]]) {
        const begun = process.hrtime.bigint();
        const { status, text } = await send(by, url, asked);
        waited[who].push(Number(process.hrtime.bigint() - begun) / 1e6);
        if (status !== 200 || text.includes('"errors"')) failed++;
      }
      agent.destroy();
      await pause(60);
    }
    const at = (times, share) => times.toSorted((a, b) => a - b)[Math.floor(times.length * share)];
    return { p50: (who) => at(waited[who], 0.5), p99: (who) => at(waited[who], 0.99), failed };
  };
  await measure(100);
  const quiet = await measure(500);
  // The attackers have what the program leaves: on a network they would be on other machines.
  const attackers = spawn("nice", ["-n", "19", process.execPath, fileURLToPath(import.meta.url), "attack", url], { stdio: ["ignore", "pipe", "inherit"] });
  let told = "";
  attackers.stdout.on("data", (chunk) => (told += chunk));
  await pause(5000);
  const hurt = await measure(500);
  attackers.kill();
  await new Promise((resolve) => attackers.on("close", resolve));
  for (const [name, count] of Object.entries(JSON.parse(told))) console.log(`${String(count).padStart(8)}  ${name}`);
  for (const who of ["visitor", "signed in"]) {
    const show = (time) => `${time.toFixed(1)} ms`;
    console.log(`${who}: p50 ${show(quiet.p50(who))} in quiet, ${show(hurt.p50(who))} under attack; p99 ${show(quiet.p99(who))} in quiet, ${show(hurt.p99(who))} under attack: ${(hurt.p99(who) / quiet.p99(who)).toFixed(1)} times`);
  }
  const memory = readFileSync(`/proc/${pid}/status`, "utf8").match(/VmHWM:\s+(\d+)/)[1] / 1024;
  console.log(`of 1,000 requests: ${quiet.failed} refused in quiet, ${hurt.failed} under attack; ${memory.toFixed(0)} MB at most`);
  process.exit(0);
}
