// Apollo Client with its link for automatic persisted queries, as its documentation sets it up: the first question sends the
// document once the server has said that it does not know it, every other one names it by its hash.
import { createHash } from "node:crypto";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.NODE_PATH}/`);
const { ApolloClient, HttpLink, InMemoryCache, gql } = require("@apollo/client/core");
const { PersistedQueryLink } = require("@apollo/client/link/persisted-queries");

const sent = [];
const uri = `${process.argv[2]}/graphql`;
const client = (useGETForHashedQueries) =>
  new ApolloClient({
    cache: new InMemoryCache(),
    link: new PersistedQueryLink({
      sha256: (text) => createHash("sha256").update(text).digest("hex"),
      useGETForHashedQueries,
    }).concat(
      new HttpLink({
        uri,
        fetch: (address, options) => {
          const body = options.method === "GET" ? new URL(address).search : options.body;
          sent.push({ method: options.method ?? "GET", whole: /[{?&"]query["=]/.test(body) });
          return fetch(address, options);
        },
      }),
    ),
  });

const unique = `Markets${process.pid}`;
const query = gql`query ${unique} { markets(first: 1) { nodes { slug } } }`;
for (const useGet of [false, true]) {
  for (let count = 0; count < 2; count++) {
    const { data } = await client(useGet).query({ query, fetchPolicy: "network-only" });
    if (data.markets.nodes[0].slug !== "khouribga") throw new Error(JSON.stringify(data));
  }
}
const told = sent.map(({ method, whole }) => `${method} ${whole ? "document" : "hash"}`).join(", ");
if (told !== "POST hash, POST document, POST hash, GET hash, GET hash") throw new Error(told);
console.log(`Apollo Client: ${told}`);
