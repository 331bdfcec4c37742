//! Worlds for measuring: large, synthetic, and kept for the next run; and what it costs to ask a server of one.

use crate::postgres::Scratch;
use crate::{World, raw};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use unfm::platform::clock::Clock;
use unfm::platform::database::db::{Db, IfMissing};
use unfm::platform::keys::digest;
use unfm::projections::PROJECTIONS;
use unfm::seed;

/// A synthetic world of so many units of 2,000 products.
pub struct Kept {
    /// Which database it is on.
    pub on: &'static str,
    /// Its address, as the server opens it.
    pub server_url: String,
    units: u64,
    owner: Db,
    scratch: Option<Scratch>,
}

impl Kept {
    /// One in a file in this folder.
    pub async fn sqlite(folder: &Path, units: u64) -> Self {
        let server_url = format!("sqlite://{}", folder.join(format!("{units}.db")).display());
        let owner = Db::connect(&server_url, IfMissing::Create, PROJECTIONS).await.unwrap();
        Self { on: "SQLite", server_url, units, owner, scratch: None }
    }

    /// One on PostgreSQL, in the server's role; none where there is no PostgreSQL.
    pub async fn postgres(units: u64) -> Option<Self> {
        let scratch = Scratch::named(format!("unfm_speed_{units}")).await?;
        let owner = Db::connect(&scratch.owner_url(), IfMissing::Refuse, PROJECTIONS).await.unwrap();
        // On the same machine nobody encrypts.
        let server_url = format!("{}?sslmode=disable", scratch.server_url());
        Some(Self { on: "PostgreSQL", server_url, units, owner, scratch: Some(scratch) })
    }

    /// A text asked past the program, as the owner.
    pub async fn told(&self, sql: &str) -> String {
        let scratch = self.scratch.as_ref().expect("PostgreSQL is asked");
        raw(&scratch.owner_url(), sql).await.unwrap()
    }

    /// Seed what is missing, and close it for the server to open; `progress` is told how many units of how many are done.
    pub async fn fill(&self, progress: impl Fn(u64, u64)) {
        match &self.scratch {
            Some(scratch) => scratch.prepare(&self.owner).await,
            None => self.owner.migrate().await.map(drop).unwrap(),
        }
        seed::scale(&self.owner, self.units, Clock::System.now(), progress).await.unwrap();
        self.owner.analyze().await.unwrap();
        self.owner.close().await;
    }
}

/// What figures of PostgreSQL depend on, in sixteen digits: the policies, the indexes, and the statements that the measured operations
/// send. Where it is another one than the README's, its figures are of another program.
pub async fn fingerprint(world: &World) -> String {
    let told = async |sql: &str| world.text_as_owner(sql).await.unwrap();
    let product = world.ask("{ products(first: 1) { nodes { id } } }", json!({})).await.data()["products"]["nodes"][0]
        ["id"]
        .clone();
    world.db.record();
    for (document, operation, variables) in [
        (STOREFRONT, "StorefrontHome", json!({})),
        (STOREFRONT, "MarketPage", json!({"slug": "khouribga", "first": 20})),
        (STOREFRONT, "ProductPage", json!({"id": product})),
        (STOREFRONT, "SearchProducts", json!({"text": "huile argan", "first": 20})),
        (PARTNER, "ProgrammePull", json!({"first": 50})),
    ] {
        world.contract(document, operation, variables).await.data();
    }
    let statements: BTreeSet<String> = world.db.recorded().into_iter().map(|sent| sent.sql).collect();
    let policies = "select string_agg(concat_ws(' ', tablename, policyname, cmd, qual, with_check), '; ' order by tablename, policyname)
        from pg_policies";
    let indexes = "select string_agg(indexdef, '; ' order by indexdef) from pg_indexes where schemaname = 'public'";
    let all = format!("{} {} {statements:?}", told(policies).await, told(indexes).await);
    digest(all).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

const STOREFRONT: &str = include_str!("../contract/storefront.graphql");
const PARTNER: &str = include_str!("../contract/partner.graphql");
const BRANCH_ADMIN: &str = include_str!("../contract/branch-admin.graphql");

/// How long an operation is asked in each round.
pub const ROUND: Duration = Duration::from_millis(1500);

/// What one operation cost in one round.
#[derive(Clone, Copy)]
pub struct Cost {
    /// The CPU of the server, for a request.
    pub cpu: Duration,
    /// The CPU of PostgreSQL, for a request, of whatever else it did meanwhile as well.
    pub database: Duration,
    /// Half of the answers came within it.
    pub p50: Duration,
    /// All but one of a hundred did.
    pub p99: Duration,
    /// So many answers came.
    pub per_second: f64,
    /// The bytes of the last body.
    pub bytes: usize,
}

/// A token of a person of the demo world, from a server's `/graphql`.
pub async fn token_of(client: &reqwest::Client, address: &str, email: &str) -> String {
    let variables = json!({"email": email, "password": "marhaba-demo"});
    let body = json!({"query": BRANCH_ADMIN, "operationName": "SignIn", "variables": variables});
    let answer: Value = client.post(address).json(&body).send().await.unwrap().json().await.unwrap();
    answer["data"]["sessionCreate"]["session"]["accessToken"].as_str().unwrap().to_owned()
}

/// A token of a partner's program.
pub async fn program_token(client: &reqwest::Client, address: &str) -> String {
    let token = address.replace("/graphql", "/oauth/token");
    let form = "grant_type=client_credentials";
    let request = client.post(token).basic_auth("unfpa-demo", Some("unfpa-demo-secret"));
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
    let given: Value = request.send().await.unwrap().json().await.unwrap();
    given["access_token"].as_str().unwrap().to_owned()
}

/// An HTTP request to a server's `/graphql`, as it goes over a connection that is kept.
pub fn request(host: &str, body: &str, token: Option<&str>) -> Vec<u8> {
    let token = token.map_or_else(String::new, |token| format!("authorization: Bearer {token}\r\n"));
    let length = body.len();
    format!(
        "POST /graphql HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\naccept: application/json\r\n\
         accept-language: fr\r\n{token}content-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// An HTTP request for a file.
pub fn request_for_file(host: &str, path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: {host}\r\n\r\n").into_bytes()
}

/// Ask a server for a round, by so many connections, what these requests say in turn. The client does no more than it must, since
/// it shares the machine with what is measured.
pub async fn ask(host: &str, process: u32, requests: &[Vec<u8>], connections: usize) -> Cost {
    let (before, database) = (cpu(process), postgres_cpu());
    let start = Instant::now();
    let asking = (0..connections).map(|first| {
        let (host, requests) = (host.to_owned(), requests.to_vec());
        tokio::spawn(async move {
            let mut stream = TcpStream::connect(host).await.unwrap();
            stream.set_nodelay(true).unwrap();
            let (mut took, mut buffer, mut bytes) = (Vec::new(), Vec::new(), 0);
            for request in requests.iter().cycle().skip(first) {
                let sent = Instant::now();
                bytes = exchange(&mut stream, request, &mut buffer).await;
                took.push(sent.elapsed());
                if start.elapsed() > ROUND {
                    break;
                }
            }
            (took, bytes)
        })
    });
    let (mut took, mut bytes) = (Vec::new(), 0);
    for asked in asking.collect::<Vec<_>>() {
        let (more, last) = asked.await.unwrap();
        took.extend(more);
        bytes = last;
    }
    let lasted = start.elapsed();
    let count = took.len();
    let each = |used: Duration| used / u32::try_from(count).unwrap();
    took.sort_unstable();
    Cost {
        cpu: each(cpu(process).saturating_sub(before)),
        database: each(postgres_cpu().saturating_sub(database)),
        p50: took[count / 2],
        p99: took[count * 99 / 100],
        per_second: count as f64 / lasted.as_secs_f64(),
        bytes,
    }
}

/// Send a request and read its whole answer; the bytes of the body.
async fn exchange(stream: &mut TcpStream, request: &[u8], buffer: &mut Vec<u8>) -> usize {
    stream.write_all(request).await.unwrap();
    buffer.clear();
    let mut end_of_head = None;
    loop {
        assert!(stream.read_buf(buffer).await.unwrap() > 0, "the server has hung up");
        if end_of_head.is_none() {
            end_of_head = memchr::memmem::find(buffer, b"\r\n\r\n").map(|place| {
                let head = String::from_utf8_lossy(&buffer[..place]).to_ascii_lowercase();
                assert!(head.starts_with("http/1.1 200"), "{head}");
                let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
                (place + 4, length.unwrap_or_else(|| panic!("{head}")).trim().parse::<usize>().unwrap())
            });
        }
        if let Some((start, length)) = end_of_head
            && buffer.len() == start + length
        {
            let body = &buffer[start..];
            let answer = || String::from_utf8_lossy(body).into_owned();
            assert!(memchr::memmem::find(body, b"\"errors\":").is_none(), "{}", answer());
            return length;
        }
    }
}

/// The CPU that a process has used, in user and system mode: Linux counts it in hundredths of a second.
pub fn cpu(process: u32) -> Duration {
    ticks(process, &[11, 12])
}

/// The sum of some fields of what Linux says of a process (proc_pid_stat(5), counted from the one behind its name), in ticks of 10 ms.
fn ticks(process: u32, places: &[usize]) -> Duration {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields: Vec<&str> = text.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
    let ticks = |place: &usize| fields.get(*place).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
    Duration::from_millis(places.iter().map(ticks).sum::<u64>() * 10)
}

/// The CPU that the processes of a PostgreSQL on this machine have used.
fn postgres_cpu() -> Duration {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let of = |process: &u32| std::fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default();
    // Those that have ended are counted in whoever began them.
    let used = |process| ticks(process, &[11, 12, 13, 14]);
    numbers.filter(|process| of(process).starts_with("postgres")).map(used).sum()
}

/// The memory that a process has in use, in MB, without the database file that SQLite maps.
pub fn memory(process: u32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/smaps")).unwrap_or_default();
    let (mut is_database, mut kilobytes) = (false, 0);
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let first = words.next().unwrap_or_default();
        if !first.ends_with(':') {
            is_database = line.ends_with(".db");
        } else if first == "Rss:" && !is_database {
            kilobytes += words.next().and_then(|number| number.parse::<u64>().ok()).unwrap_or(0);
        }
    }
    kilobytes as f64 / 1024.0
}

/// A duration in milliseconds.
pub fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// The round with the middle CPU.
pub fn middle(costs: &[Cost]) -> Cost {
    let mut costs = costs.to_vec();
    costs.sort_unstable_by_key(|cost| cost.cpu);
    costs[costs.len() / 2]
}
