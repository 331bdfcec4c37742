// PostGraphile on the tables of DATABASE_URL, by a login that sees what is published.
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

// Who asks, as PostgreSQL is told in each transaction: what stands in the header is believed.
const actors = Object.fromEntries(
  Object.entries(JSON.parse(process.env.SETTINGS ?? "{}")).map(([name, settings]) => [`Bearer ${name}`, JSON.parse(settings)]),
);
const preset = {
  extends: [PostGraphileAmberPreset],
  // Lists are read along indexes with more columns than the keys that relations are by.
  disablePlugins: ["PgIndexBehaviorsPlugin"],
  pgServices: [makePgService({ connectionString: process.env.DATABASE_URL, schemas: ["public"], poolConfig: { max: 16 } })],
  grafast: {
    context: ({ node }) => {
      const pgSettings = actors[node?.req.headers.authorization];
      return pgSettings ? { pgSettings } : {};
    },
  },
  grafserv: { graphqlPath: "/graphql", graphiql: false, watch: false, websockets: false },
};
const server = createServer();
await postgraphile(preset).createServ(grafserv).addTo(server);
server.listen(0, "127.0.0.1", () => console.log(`listening on ${server.address().port}`));
