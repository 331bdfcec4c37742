//! The program beside its peers: PostGraphile and mercurius on the same database, by a login that sees what is published; itself on
//! SQLite, with a world of the same size; and a file that the program serves as it is. `tests/peers/run` brings the peers and calls this; `--units` is the size of the world.
//!
//! All of them are asked in turn, and each as often first as last; a machine's figures differ from hour to hour, so what counts is a
//! line beside another one. The CPU is that of the process, for a request, and PostgreSQL's beside it.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints, and fails loudly")]

use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tests::World;
use tests::program::{Server, command, without_rates};
use tests::speed::{self, Cost, Kept, memory, middle, ms, request, request_for_file};

const CONNECTIONS: usize = 16;
/// How many rounds there are; the one in the middle is told.
const ROUNDS: usize = 4;

const STOREFRONT: &str = include_str!("../contract/storefront.graphql");
const PARTNER: &str = include_str!("../contract/partner.graphql");
const POSTGRAPHILE: &str = include_str!("../peers/postgraphile.graphql");

/// Files of the program, from the smallest to the largest.
const FILES: [(&str, usize); 4] = [
    ("/help/help.css", 1698),
    ("/help/help.js", 5119),
    ("/graphiql/react.js", 10_751),
    ("/graphiql/graphiql.css", 49_090),
];

/// Somebody who answers.
struct Peer {
    name: &'static str,
    host: String,
    server: Server,
    /// The requests of each operation.
    asked: Vec<Vec<Vec<u8>>>,
    costs: Vec<Vec<Cost>>,
}

impl Peer {
    fn new(name: &'static str, (host, server): (String, Server), asked: Vec<Vec<Vec<u8>>>) -> Self {
        let costs = asked.iter().map(|_| Vec::new()).collect();
        Self { name, host, server, asked, costs }
    }
}

/// What is asked, and by whom.
const OPERATIONS: [(&str, Option<Actor>); 5] = [
    ("MarketPage", None),
    ("ProductPage", None),
    ("ProgrammePull", None),
    ("MarketPage", Some(Actor::Administrator)),
    ("ProgrammePull", Some(Actor::Partner)),
];

/// Whoever is somebody.
#[derive(Clone, Copy)]
enum Actor {
    /// A province's administrator.
    Administrator,
    /// A partner's program.
    Partner,
}

impl Actor {
    /// In the table.
    fn label(self) -> &'static str {
        match self {
            Self::Administrator => ", signed in",
            Self::Partner => ", a partner",
        }
    }

    /// What the database is told of them in each transaction, as a statement that answers it: what the program tells it.
    fn settings(self) -> &'static str {
        match self {
            Self::Administrator => {
                "select json_build_object('app.purpose', '', 'app.actor', person.id, 'app.read_branches', '{}',
                     'app.read_subtrees', '{' || path || '}', 'app.read_cooperatives', '{}', 'app.write_branches', '{}',
                     'app.write_subtrees', '{' || path || '}', 'app.write_cooperatives', '{}')::text
                   from staff_user person join role_assignment on user_id = person.id join branch on branch.id = role_assignment.branch_id
                  where email = 'khouribga@unfm.example'"
            }
            Self::Partner => {
                "select json_build_object('app.purpose', '', 'app.actor', id, 'app.partner', partner_id)::text
                   from partner_client where client_id = 'unfpa-demo'"
            }
        }
    }
}

fn main() {
    // A world is seeded in here too, whose futures are large where nothing is optimised.
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(16 * 1024 * 1024).build();
    runtime.unwrap().block_on(async { tokio::spawn(measure()).await.unwrap() });
}

async fn measure() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let option = |name: &str| args.iter().position(|arg| arg == name).and_then(|place| args.get(place + 1)).cloned();
    let units: u64 = option("--units").map_or(25, |units| units.parse().unwrap());
    let home = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/speed");
    std::fs::create_dir_all(&home).unwrap();
    let Some(kept) = Kept::postgres(units).await else { return println!("There is no PostgreSQL.") };
    let file = Kept::sqlite(&home, units).await;
    for world in [&kept, &file] {
        world.fill(|done, all| println!("{}: {done} of {all} units", world.on)).await;
    }

    let ours = ours(&home, &kept, "0");
    let things = Things::found(&ours.0).await;
    let (executor, keeping) = (things.of_ours(&ours.0, &Tokens::given(&ours.0).await), self::ours(&home, &kept, "64"));
    let kept_answers = things.of_ours(&keeping.0, &Tokens { administrator: None, partner: None });
    let mut peers = vec![Peer::new("unfm", ours, executor), Peer::new("unfm, answers kept", keeping, kept_answers)];
    let on_sqlite = self::ours(&home, &file, "0");
    let asked = Things::found(&on_sqlite.0).await.of_ours(&on_sqlite.0, &Tokens::given(&on_sqlite.0).await);
    peers.push(Peer::new("unfm on SQLite", on_sqlite, asked));
    if let (Some(node), Some(folder)) = (std::env::var_os("NODE"), std::env::var_os("PEERS")) {
        for (name, file, documents) in [
            ("PostGraphile", "postgraphile.mjs", [POSTGRAPHILE; 3]),
            ("mercurius", "mercurius.mjs", [STOREFRONT, STOREFRONT, PARTNER]),
        ] {
            let settings = json!({
                "administrator": kept.told(Actor::Administrator.settings()).await,
                "partner": kept.told(Actor::Partner.settings()).await,
            });
            let (host, server) = theirs(Path::new(&node), Path::new(&folder), (file, &settings), &kept.server_url);
            // PostGraphile is told who asks, and believes it.
            let believed = |name: &str| (file == "postgraphile.mjs").then(|| name.to_owned());
            let tokens = Tokens { administrator: believed("administrator"), partner: believed("partner") };
            let asked = things.of(&host, |thing| thing.key.clone(), documents, &tokens);
            peers.push(Peer::new(name, (host, server), asked));
        }
    }
    // Files of the sizes that the program's answers have.
    let (host, server) = self::ours(&home, &kept, "0");
    let mut files = Vec::new();
    for (requests, (_, actor)) in peers[0].asked.iter().zip(OPERATIONS) {
        if actor.is_some() {
            files.push(Vec::new());
            continue;
        }
        let bytes = speed::ask(&peers[0].host, peers[0].server.0.id(), requests, 1).await.bytes;
        let (path, _) = FILES.iter().min_by_key(|(_, size)| size.abs_diff(bytes)).unwrap();
        files.push(vec![request_for_file(&host, path)]);
    }
    peers.push(Peer::new("a file", (host, server), files));

    let mut order: Vec<usize> = (0..peers.len()).collect();
    for _ in 0..ROUNDS {
        for place in 0..OPERATIONS.len() {
            for which in &order {
                let peer = &mut peers[*which];
                if peer.asked[place].is_empty() {
                    continue;
                }
                let cost = speed::ask(&peer.host, peer.server.0.id(), &peer.asked[place], CONNECTIONS).await;
                peer.costs[place].push(cost);
            }
        }
        order.reverse();
    }
    report(&peers, units);
    println!("fingerprint `{}`\n", speed::fingerprint(&World::postgres().await.unwrap()).await);
    // Once more, over as many connections as phones may hold: what is kept is full by now.
    for peer in &peers {
        speed::ask(&peer.host, peer.server.0.id(), &peer.asked[0], 64).await;
        println!("{}: {:.0} MB resident after 64 connections", peer.name, memory(peer.server.0.id()));
    }
}

/// By what whoever is somebody is known to a server; nothing where it is not asked in their name.
struct Tokens {
    administrator: Option<String>,
    partner: Option<String>,
}

impl Tokens {
    /// Those that the program gives.
    async fn given(host: &str) -> Self {
        let (client, address) = (reqwest::Client::new(), format!("http://{host}/graphql"));
        Self {
            administrator: Some(speed::token_of(&client, &address, "khouribga@unfm.example").await),
            partner: Some(speed::program_token(&client, &address).await),
        }
    }
}

/// A thing as each of those who answer knows it.
struct Thing {
    id: Value,
    key: Value,
}

/// What is asked about, in turn, so that no single row stays in everybody's cache.
struct Things {
    markets: Vec<Value>,
    products: Vec<Thing>,
}

impl Things {
    async fn found(host: &str) -> Self {
        let asked = "{ markets(first: 100, orderBy: NEWEST) { nodes { slug listings(first: 20) { nodes { id } } } }
            products(first: 100) { nodes { id } } }";
        let client = reqwest::Client::new();
        let request = client.post(format!("http://{host}/graphql")).json(&json!({"query": asked}));
        let found: Value = request.send().await.unwrap().json().await.unwrap();
        let nodes = |field: &str| found["data"][field]["nodes"].as_array().unwrap().clone();
        let is_full = |market: &Value| market["listings"]["nodes"].as_array().unwrap().len() == 20;
        let markets = nodes("markets").into_iter().filter(is_full).map(|market| market["slug"].clone()).collect();
        let thing = |product: Value| {
            let id = product["id"].as_str().unwrap();
            let parsed = unfm::platform::graphql::global_id::GlobalId::parse(&id.into(), "id").unwrap();
            Thing { id: json!(id), key: json!(parsed.key.to_string()) }
        };
        Self { markets, products: nodes("products").into_iter().map(thing).collect() }
    }

    /// The requests of the operations at a server of ours.
    fn of_ours(&self, host: &str, tokens: &Tokens) -> Vec<Vec<Vec<u8>>> {
        self.of(host, |thing| thing.id.clone(), [STOREFRONT, STOREFRONT, PARTNER], tokens)
    }

    /// The requests of the operations at a server, which names things by what `named` takes.
    fn of(
        &self,
        host: &str,
        named: impl Fn(&Thing) -> Value,
        documents: [&str; 3],
        tokens: &Tokens,
    ) -> Vec<Vec<Vec<u8>>> {
        let of_operation = |name: &str| match name {
            "MarketPage" => {
                (documents[0], self.markets.iter().map(|slug| json!({"slug": slug, "first": 20})).collect::<Vec<_>>())
            }
            "ProductPage" => {
                (documents[1], self.products.iter().map(|product| json!({"id": named(product)})).collect())
            }
            _ => (documents[2], vec![json!({"first": 50})]),
        };
        // Some check all of a document, and know no more of the contract than what they are asked.
        let only = |document: &str, name: &str| {
            let start = document.find(&format!("query {name}")).unwrap();
            let end = document[start..].find("\n}").map_or(document.len(), |end| start + end + 2);
            document[start..end].to_owned()
        };
        let of_one = |(name, actor): (&str, Option<Actor>)| {
            let token = match actor {
                None => None,
                Some(Actor::Administrator) => tokens.administrator.as_deref(),
                Some(Actor::Partner) => tokens.partner.as_deref(),
            };
            if actor.is_some() && token.is_none() {
                return Vec::new();
            }
            let (document, variables) = of_operation(name);
            // A program's own list is what its partner is party to; the policies alone let it see all that is published as well.
            let of_all = "programmes(first: $first, after: $after, published: true)";
            let document = only(document, name);
            let document = match actor {
                Some(Actor::Partner) => document.replace("programmes(first: $first, after: $after)", of_all),
                _ => document,
            };
            let body = |variables| json!({"query": document, "operationName": name, "variables": variables});
            variables.into_iter().map(|variables| request(host, &body(variables).to_string(), token)).collect()
        };
        OPERATIONS.into_iter().map(of_one).collect()
    }
}

/// Start the program, with so many MiB of answers kept, on the database.
fn ours(home: &Path, kept: &Kept, answers: &str) -> (String, Server) {
    let mut program = command(home, &["--mode", "demo"]);
    program.env("DATABASE_URL", &kept.server_url).env("UNFM_ANSWER_CACHE", answers);
    without_rates(&mut program);
    let mut server = Server::of(program);
    (server.address(), server)
}

/// Start a peer on the database.
fn theirs(node: &Path, folder: &Path, (file, settings): (&str, &Value), url: &str) -> (String, Server) {
    let mut program = Command::new(node);
    program.env("SETTINGS", settings.to_string());
    program.arg(file).current_dir(folder).env("DATABASE_URL", url).env("NODE_ENV", "production");
    program.env("GRAPHILE_ENV", "production").stdout(Stdio::piped());
    let mut server = Server::of(program);
    let mut lines = BufReader::new(server.0.stdout.take().unwrap()).lines();
    let port = lines.find_map(|line| line.unwrap().strip_prefix("listening on ").map(str::to_owned));
    (format!("127.0.0.1:{}", port.expect("it listens")), server)
}

fn report(peers: &[Peer], units: u64) {
    println!("\n{} products, {CONNECTIONS} connections, on PostgreSQL where nothing else is said\n", units * 2000);
    println!(
        "| operation | | requests a second | × PostGraphile | CPU, ms | PostgreSQL's CPU, ms | p50, ms | p99, ms | bytes |"
    );
    println!("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for (place, (operation, actor)) in OPERATIONS.iter().enumerate() {
        let operation = format!("{operation}{}", actor.map_or("", Actor::label));
        let of = |name: &str| peers.iter().find(|peer| peer.name == name).map(|peer| middle(&peer.costs[place]));
        let base = of("PostGraphile").map(|cost| cost.per_second);
        for peer in peers.iter().filter(|peer| !peer.costs[place].is_empty()) {
            let cost = middle(&peer.costs[place]);
            println!(
                "| {operation} | {} | {:.0} | {} | {:.3} | {:.3} | {:.2} | {:.2} | {} |",
                peer.name,
                cost.per_second,
                base.map_or_else(|| "–".to_owned(), |base| format!("{:.2}", cost.per_second / base)),
                ms(cost.cpu),
                ms(cost.database),
                ms(cost.p50),
                ms(cost.p99),
                cost.bytes
            );
        }
    }
    println!();
}
