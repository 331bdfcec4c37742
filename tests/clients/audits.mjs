// The audits of GraphQL over HTTP that the `graphql-http` package carries (https://github.com/graphql/graphql-http): every one
// holds, those that the specification only recommends among them.
import { createRequire } from "node:module";

const require = createRequire(`${process.env.NODE_PATH}/`);
const { auditServer } = require("graphql-http");

const results = await auditServer({ url: `${process.argv[2]}/graphql` });
const failed = results.filter(({ status }) => status !== "ok");
for (const { id, name, reason } of failed) console.error(`${id} ${name}: ${reason}`);
console.log(`GraphQL over HTTP: ${results.length - failed.length} of ${results.length} audits`);
if (failed.length > 0 || results.length < 61) process.exit(1);
