//! The first hour of the program that is shipped: CI runs this story, and those of `starting.rs`, against the release build.

use serde_json::{Value, json};
use tests::program::{self, Server};

const STOREFRONT: &str = include_str!("../contract/storefront.graphql");
const BRANCH_ADMIN: &str = include_str!("../contract/branch-admin.graphql");

/// A visitor, or somebody who signed in.
struct Client {
    http: reqwest::Client,
    address: String,
    language: &'static str,
    token: Option<String>,
}

impl Client {
    fn new(address: &str, language: &'static str) -> Self {
        let (http, address) = (reqwest::Client::new(), format!("http://{address}/graphql"));
        Self { http, address, language, token: None }
    }

    async fn ask(&self, document: &str, operation: &str, variables: Value) -> Value {
        let body = json!({"query": document, "operationName": operation, "variables": variables});
        let mut request = self.http.post(&self.address).header("accept-language", self.language).json(&body);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-language"], self.language);
        let answer: Value = answer.json().await.unwrap();
        assert!(answer["errors"].is_null(), "{operation}: {answer}");
        answer["data"].clone()
    }
}

#[test]
fn the_program_that_ships_has_nothing_that_takes_its_protection_away() {
    let home = tempfile::tempdir().unwrap();
    let answer = program::run(home.path(), &["--version"]);
    let version = String::from_utf8(answer.stdout).unwrap();
    // The one that the tests build for themselves has, and says so.
    let ships = std::env::var_os("TEST_PROGRAM").is_some() || !cfg!(debug_assertions);
    assert_eq!(version.contains("unguarded"), !ships, "{version}");
}

#[tokio::test]
async fn the_deepest_documents_are_answered_however_the_program_was_built() {
    let home = tempfile::tempdir().unwrap();
    let mut server = Server::start(home.path());
    let visitor = Client::new(&server.address(), "ar");
    // Fifteen fields within each other, by what leads back to where it began.
    for (first, circle, times) in [
        ("markets(first: 1) { nodes {", "branch { markets(first: 1) { nodes {", 4),
        ("market(slug: \"khouribga\") {", "listings(first: 1) { nodes { market {", 4),
        ("products(first: 1) { edges { node {", "listings(first: 1) { edges { node { variant { product {", 2),
        ("branches(first: 1) { nodes { markets(first: 1) { nodes {", "contributions { market {", 4),
        ("categories {", "parent {", 13),
    ] {
        let open = format!("{{ {first} {}", circle.repeat(times));
        let document = format!("query Deep {open} __typename {}", "}".repeat(open.matches('{').count()));
        visitor.ask(&document, "Deep", json!({})).await;
    }
}

#[tokio::test]
async fn a_visitor_shops_in_two_languages_and_staff_sign_in_and_a_restart_loses_nothing() {
    let home = tempfile::tempdir().unwrap();
    let mut server = Server::start(home.path());
    let address = server.address();
    let mut seen = Vec::new();
    for (language, word) in [("ar", "أركان"), ("fr", "huile")] {
        let visitor = Client::new(&address, language);
        let front = visitor.ask(STOREFRONT, "StorefrontHome", json!({})).await;
        assert_eq!(front["markets"]["nodes"][0]["slug"], "khouribga");
        let market = visitor.ask(STOREFRONT, "MarketPage", json!({"slug": "khouribga", "first": 20})).await;
        let listings = market["market"]["listings"]["edges"].as_array().unwrap();
        assert_eq!(listings.len(), 20);
        let product = &listings[0]["node"]["product"];
        let page = visitor.ask(STOREFRONT, "ProductPage", json!({"id": product["id"]})).await;
        assert_eq!(page["node"]["name"]["text"], product["name"]["text"]);
        assert_eq!(page["node"]["name"]["language"], language.to_uppercase());
        let found = visitor.ask(STOREFRONT, "SearchProducts", json!({"text": word, "first": 5})).await;
        assert!(found["products"]["totalCount"].as_i64().unwrap() > 0);
        seen.push((page["node"]["name"]["text"].clone(), found));
    }
    assert_ne!(seen[0].0, seen[1].0);

    let mut staff = Client::new(&address, "fr");
    let login = json!({"email": "khouribga@unfm.example", "password": "marhaba-demo"});
    let session = staff.ask(BRANCH_ADMIN, "SignIn", login).await;
    staff.token = session["sessionCreate"]["session"]["accessToken"].as_str().map(str::to_owned);
    let before = staff.ask(BRANCH_ADMIN, "BranchCooperatives", json!({"first": 20})).await;
    assert!(before["cooperatives"]["totalCount"].as_i64().unwrap() > 0);

    server.end();
    let mut server = Server::start(home.path());
    staff.address = format!("http://{}/graphql", server.address());
    assert_eq!(staff.ask(BRANCH_ADMIN, "BranchCooperatives", json!({"first": 20})).await, before);
    server.end();
}
