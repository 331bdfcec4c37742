// Pull every programme that a partner's program may read, page by page, and print one line of JSON for each.
// Node 18 or later, no packages:  UNFM_URL=… UNFM_CLIENT_ID=… UNFM_CLIENT_SECRET=… node partner.mjs
import { readFile } from "node:fs/promises";

const { UNFM_URL: url, UNFM_CLIENT_ID: id, UNFM_CLIENT_SECRET: secret } = process.env;
const document = await readFile(new URL("../contract/partner.graphql", import.meta.url), "utf8");

// A token holds for an hour; there is no refresh token, another one is asked for in the same way.
async function accessToken() {
  const response = await fetch(`${url}/oauth/token`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`)}` },
    body: new URLSearchParams({ grant_type: "client_credentials" }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error_description ?? answer.error);
  return answer.access_token;
}

async function ask(token, operationName, variables) {
  for (;;) {
    const response = await fetch(`${url}/graphql`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        accept: "application/graphql-response+json",
      },
      body: JSON.stringify({ query: document, operationName, variables }),
    });
    if (response.status === 429 || response.status === 503) {
      const seconds = Number(response.headers.get("retry-after") ?? 1);
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
      continue;
    }
    const answer = await response.json();
    if (answer.errors) throw new Error(answer.errors.map((error) => error.extensions?.code ?? error.message).join(", "));
    return answer.data;
  }
}

const token = await accessToken();
for (let after = null, more = true; more; ) {
  const { programmes } = await ask(token, "ProgrammePull", { first: 50, after });
  for (const { node } of programmes.edges) console.log(JSON.stringify(node));
  ({ hasNextPage: more, endCursor: after } = programmes.pageInfo);
}
