'use strict';
const question = `# The founding market, in Arabic; ask in French with the header {"Accept-Language": "fr"}
query FoundingMarket {
  market(slug: "khouribga") {
    name { text }
    city { text direction }
    openingDays
    openingHoursBasis
    cost { amount currency }
    contributions { partner { name { text } } amount { amount } status }
    fundingGaps { code message amount { amount } }
    sources { publisher url datedOn }
  }
}
`;
const fetcher = GraphiQL.createFetcher({ url: '/graphql' });
ReactDOM.createRoot(document.getElementById('graphiql'))
  .render(React.createElement(GraphiQL, { fetcher, defaultQuery: question }));
