//! What the operations of clients cost: CPU, latency and memory of the real program, in one run.
//!
//! `cargo bench --package tests --bench speed -- --units 250` measures the world of scale 1 (a unit is 2,000 products) beside one of
//! two units, on SQLite and, where one is at hand, on PostgreSQL in the server's role. The worlds stay for the next
//! run: in `target/speed`, and in databases named `unfm_speed_…`. `--only postgres` or `--only sqlite` leaves one out.
//! `--operations Search` asks only those whose names begin so.
//! `--against <program>` asks another build of the program too, such as one of an earlier commit, in turn with this one
//! and on the same databases; its migrations must be the same.
//! Machines differ: compare lines of one run with each other, above all with `{ about }`, which reads no database.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints, and fails loudly")]

use domain::branch::Path as BranchPath;
use domain::user::Reach;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tests::program::{Server, command_of, program, without_rates};
use tests::speed::{self, Cost, Kept, memory, middle, ms, program_token, request, token_of};
use uuid::Uuid;

/// The units of the world that the large one is compared with.
const SMALL: u64 = 2;
/// Connections that ask at once.
const CONNECTIONS: usize = 16;
/// How many rounds there are; one in the middle is told.
const ROUNDS: usize = 4;

const STOREFRONT: &str = include_str!("../contract/storefront.graphql");
const PARTNER: &str = include_str!("../contract/partner.graphql");
const BRANCH_ADMIN: &str = include_str!("../contract/branch-admin.graphql");

/// Who works where: nothing of the contract lists it.
const USERS: &str = "query Users($first: Int!) {
    users(first: $first) { totalCount nodes { id displayName assignments { role branch { id name { text } } } } } }";

/// An operation with the variables that it is asked with, one after another.
struct Operation {
    name: &'static str,
    bodies: Vec<String>,
    /// Whose token is shown.
    token: Option<String>,
}

struct Target {
    on: &'static str,
    units: u64,
    is_other_build: bool,
    server: Server,
    address: String,
    first_answer: Duration,
    operations: Vec<Operation>,
    costs: Vec<Vec<Cost>>,
}

#[tokio::main]
async fn main() {
    // `cargo bench` gives its own flag too.
    let args: Vec<String> = std::env::args().skip(1).collect();
    let option = |name: &str| args.iter().position(|arg| arg == name).and_then(|place| args.get(place + 1)).cloned();
    let large: u64 = option("--units").map_or(25, |units| units.parse().unwrap());
    let only = option("--only");
    let against = option("--against");
    let named = option("--operations").unwrap_or_default();
    let home = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/speed");
    std::fs::create_dir_all(&home).unwrap();
    let mut targets = Vec::new();
    for units in [SMALL, large] {
        for kept in [Some(Kept::sqlite(&home, units).await), Kept::postgres(units).await].into_iter().flatten() {
            if only.as_deref().is_none_or(|only| kept.on.eq_ignore_ascii_case(only)) {
                kept.fill(|done, all| println!("{}: {done} of {all} units", kept.on)).await;
                targets.push(Target::start(&home, &kept, units, (None, &named)).await);
                if let Some(program) = against.as_deref().filter(|_| units == large) {
                    targets.push(Target::start(&home, &kept, units, (Some(program), &named)).await);
                }
            }
        }
    }
    // In turn, and each as often first as last: a program compared with itself cost more where it was always the first.
    let mut order: Vec<usize> = (0..targets.len()).collect();
    for _ in 0..ROUNDS {
        for place in 0..targets.first().map_or(0, |target| target.operations.len()) {
            for which in &order {
                let target = &mut targets[*which];
                let cost = target.ask(place, CONNECTIONS).await;
                target.costs[place].push(cost);
            }
        }
        order.reverse();
    }
    scope();
    for on in ["PostgreSQL", "SQLite"] {
        let of = |units, is_other_build| {
            targets
                .iter()
                .find(|target| target.on == on && target.units == units && target.is_other_build == is_other_build)
        };
        if let (Some(small), Some(large)) = (of(SMALL, false), of(large, false)) {
            report(small, large).await;
        }
        if let (Some(this), Some(other)) = (of(large, false), of(large, true)) {
            compare(this, other);
        }
    }
}

/// A clock that may be read here: nothing in the program depends on it.
fn since(start: Instant) -> Duration {
    start.elapsed()
}

impl Target {
    /// Start this build of the program, or another one.
    async fn start(home: &Path, kept: &Kept, units: u64, (other, named): (Option<&str>, &str)) -> Self {
        // Nothing of the first start (keys, files) counts, so it is started twice.
        drop(Self::launch(home, kept, other).await);
        let (server, address, first_answer) = Self::launch(home, kept, other).await;
        // What reads no database is what the others are compared with.
        let mut operations = operations(&address).await;
        operations.retain(|operation| operation.name.starts_with(named) || operation.name == "about");
        let costs = operations.iter().map(|_| Vec::new()).collect();
        let is_other_build = other.is_some();
        Self { on: kept.on, units, is_other_build, server, address, first_answer, operations, costs }
    }

    async fn launch(home: &Path, kept: &Kept, other: Option<&str>) -> (Server, String, Duration) {
        let program = match other {
            Some(program) => Path::new(program),
            None => program(),
        };
        let mut program = command_of(program, home, &["--mode", "demo"]);
        // What is measured is how the database is asked; what is kept is asked by the benchmark of peers.
        program.env("DATABASE_URL", &kept.server_url).env("UNFM_ANSWER_CACHE", "0");
        // An earlier build may not know what is said of rates.
        let help = std::process::Command::new(program.get_program()).arg("--help").output().unwrap();
        if String::from_utf8_lossy(&help.stdout).contains("--rate-address") {
            without_rates(&mut program);
        }
        let start = Instant::now();
        let mut server = Server::of(program);
        let address = format!("http://{}/graphql", server.address());
        send(&reqwest::Client::new(), &address, body("{ categories { slug } }", None, json!({})), None).await;
        let first_answer = since(start);
        (server, address, first_answer)
    }

    /// Ask one operation for a round, by so many connections.
    async fn ask(&self, place: usize, connections: usize) -> Cost {
        let operation = &self.operations[place];
        let host = self.address.trim_start_matches("http://").trim_end_matches("/graphql");
        let token = operation.token.as_deref();
        let requests: Vec<Vec<u8>> = operation.bodies.iter().map(|body| request(host, body, token)).collect();
        speed::ask(host, self.server.0.id(), &requests, connections).await
    }

    /// What an operation cost.
    fn cost(&self, place: usize) -> Cost {
        middle(&self.costs[place])
    }
}

fn body(query: &str, operation: Option<&str>, variables: Value) -> String {
    json!({"query": query, "operationName": operation, "variables": variables}).to_string()
}

async fn send(client: &reqwest::Client, address: &str, body: String, token: Option<&str>) -> Value {
    let mut request = client.post(address).header("content-type", "application/json").header("accept-language", "fr");
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let answer = request.body(body).send().await.unwrap().bytes().await.unwrap();
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    assert!(answer["errors"].is_null(), "{answer}");
    answer
}

/// The operations, asked about many things in turn, so that no single row stays in everybody's cache.
async fn operations(address: &str) -> Vec<Operation> {
    let client = reqwest::Client::new();
    let found = "query { markets(first: 100, orderBy: NEWEST) { nodes { slug listings(first: 20) { nodes { id } } } }
           products(first: 100) { nodes { id } } }";
    let found = send(&client, address, body(found, None, json!({})), None).await;
    let token = token_of(&client, address, "khouribga@unfm.example").await;
    let national = token_of(&client, address, "national@unfm.example").await;
    let listed = |value: &Value, field: &str| -> Vec<Value> {
        value["nodes"].as_array().unwrap().iter().map(|node| node[field].clone()).collect()
    };
    // Markets with a full page.
    let markets = found["data"]["markets"]["nodes"].as_array().unwrap();
    let is_full = |market: &&Value| market["listings"]["nodes"].as_array().unwrap().len() == 20;
    let places: Vec<Value> =
        markets.iter().filter(is_full).map(|market| json!({"slug": market["slug"], "first": 20})).collect();
    let operation = |name: &'static str, document: &str, variables: Vec<Value>| {
        let short = name.split([' ', ',']).next();
        let bodies = variables.into_iter().map(|variables| body(document, short, variables)).collect();
        Operation { name, bodies, token: None }
    };
    let signed_in = |operation: Operation| Operation { token: Some(token.clone()), ..operation };
    let nationally = |operation: Operation| Operation { token: Some(national.clone()), ..operation };
    let program = program_token(&client, address).await;
    let partners = |operation: Operation| Operation { token: Some(program.clone()), ..operation };
    let search = |text: &str| vec![json!({"text": text, "first": 20})];
    vec![
        operation("about", "query about { about { version } }", vec![json!({})]),
        operation("StorefrontHome", STOREFRONT, vec![json!({})]),
        operation("MarketPage", STOREFRONT, places.clone()),
        operation(
            "ProductPage",
            STOREFRONT,
            listed(&found["data"]["products"], "id").into_iter().map(|id| json!({"id": id})).collect(),
        ),
        operation("SearchProducts huile", STOREFRONT, search("huile")),
        operation("SearchProducts أركان", STOREFRONT, search("أركان")),
        operation("SearchProducts tap", STOREFRONT, search("tap")),
        operation("SearchProducts huile argan atlas", STOREFRONT, search("huile argan atlas")),
        operation("ProgrammePull", PARTNER, vec![json!({"first": 50})]),
        signed_in(operation("about, signed in", "query about { about { version } }", vec![json!({})])),
        signed_in(operation("MarketPage, signed in", STOREFRONT, places)),
        signed_in(operation("BranchCooperatives, signed in", BRANCH_ADMIN, vec![json!({"first": 20})])),
        signed_in(operation("Viewer, signed in", BRANCH_ADMIN, vec![json!({})])),
        signed_in(operation("RecentChanges, signed in", BRANCH_ADMIN, vec![json!({"first": 20})])),
        nationally(operation("Viewer, national", BRANCH_ADMIN, vec![json!({})])),
        nationally(operation("BranchCooperatives, national", BRANCH_ADMIN, vec![json!({"first": 20})])),
        nationally(operation("RecentChanges, national", BRANCH_ADMIN, vec![json!({"first": 20})])),
        signed_in(operation("Users, signed in", USERS, vec![json!({"first": 20})])),
        nationally(operation("Users, national", USERS, vec![json!({"first": 20})])),
        partners(operation("about, a partner", "query about { about { version } }", vec![json!({})])),
        partners(operation("ProgrammePull, a partner", PARTNER, vec![json!({"first": 50})])),
    ]
}

/// What this build costs beside the other one.
fn compare(this: &Target, other: &Target) {
    println!("\n{}, {} products: this build beside the other one\n", this.on, this.units * 2000);
    println!("| operation | CPU, ms | the other, ms | × the other | p50 × the other |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    for (place, operation) in this.operations.iter().enumerate() {
        let (here, there) = (this.cost(place), other.cost(place));
        println!(
            "| {} | {:.3} | {:.3} | {:.2} | {:.2} |",
            operation.name,
            ms(here.cpu),
            ms(there.cpu),
            ms(here.cpu) / ms(there.cpu),
            ms(here.p50) / ms(there.p50)
        );
    }
}

async fn report(small: &Target, large: &Target) {
    println!("\n{}: {} and {} products, {CONNECTIONS} connections\n", small.on, small.units * 2000, large.units * 2000);
    println!(
        "| operation | CPU, ms | × `about` | × small world | PostgreSQL's CPU, ms | × small world | p50, ms | × small world | p99, ms | requests a second |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    let about = large.cost(0).cpu;
    for (place, operation) in large.operations.iter().enumerate() {
        let cost = large.cost(place);
        println!(
            "| {} | {:.3} | {:.1} | {:.2} | {:.3} | {:.2} | {:.2} | {:.2} | {:.2} | {:.0} |",
            operation.name,
            ms(cost.cpu),
            ms(cost.cpu) / ms(about),
            ms(cost.cpu) / ms(small.cost(place).cpu),
            ms(cost.database),
            ms(cost.database) / ms(small.cost(place).database),
            ms(cost.p50),
            ms(cost.p50) / ms(small.cost(place).p50),
            ms(cost.p99),
            cost.per_second
        );
    }
    if let Some(market_page) = large.operations.iter().position(|operation| operation.name == "MarketPage") {
        large.ask(market_page, 64).await;
    }
    let searches = large.operations.iter().enumerate().filter(|(_, operation)| operation.name.starts_with("Search"));
    for (place, operation) in searches {
        println!("\n{}, one connection: p50 {:.1} ms", operation.name, ms(large.ask(place, 1).await.p50));
    }
    println!(
        "\nfirst answer {:.0} ms after the start; {:.0} MB resident after MarketPage over 64 connections",
        ms(large.first_answer),
        memory(large.server.0.id())
    );
}

/// What it costs to ask whether a branch lies within somebody's reach, in a tree of 2,000 branches.
fn scope() {
    let key = |number: u128| Uuid::from_u128(number);
    let root = BranchPath::root(key(1));
    let branches: Vec<(Uuid, BranchPath)> =
        (2..2002_u128).map(|number| (key(number), root.child(key(number % 12 + 9000)).child(key(number)))).collect();
    println!("\n2,000 branches\n");
    println!("| branches in her reach | one question, ns |");
    println!("| ---: | ---: |");
    for count in [1, 20, 200, 2000] {
        let reach = Reach {
            subtrees: {
                let mut held: Vec<_> = branches.iter().take(count).map(|(_, path)| path.clone()).collect();
                held.sort_unstable();
                held
            },
            ..Reach::default()
        };
        let start = Instant::now();
        let mut covered = 0_usize;
        for _ in 0..500 {
            covered +=
                branches.iter().filter(|(branch, path)| std::hint::black_box(&reach).covers(*branch, path)).count();
        }
        assert_eq!(covered, 500 * count);
        println!("| {count} | {} |", since(start).as_nanos() / (500 * branches.len() as u128));
    }
}
