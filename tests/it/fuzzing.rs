//! A few thousand requests that nobody sends who means well, against the real program: none of them is answered with a failure of
//! ours, none hangs, and nothing of them remains.
//!
//! `FUZZ_SECONDS=600` goes on for ten minutes, with other requests each time (`FUZZ_SEED` begins where another run did);
//! `TEST_PROGRAM` names another build. A request that fails is printed as it was sent.

use serde_json::{Value, json};
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tests::fuzz::{Fuzzer, Known, Schema};
use tests::program::{command, without_rates};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// So many requests make the story where nobody says for how long.
const REQUESTS: u64 = 3_000;
/// So many are sent before the memory is looked at for the first time.
const WARM: u64 = 1_000;
/// A head, a body, the work and the closing may take so long together, with the settings below.
const LONGEST: Duration = Duration::from_secs(15);
/// So many bytes more the program may take in the end.
const GROWTH: u64 = 100 * 1024 * 1024;

/// The program, ended with the test; its log goes to a file, so that it never waits for a reader.
struct Program {
    child: Child,
    log: std::path::PathBuf,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Program {
    fn start(home: &Path) -> Self {
        let log = home.join("log");
        let plain = command(home, &["--header-timeout", "2s", "--body-timeout", "2s", "--execution-timeout", "5s"]);
        // A hostile request takes no more than this with it.
        let mut limited = Command::new("sh");
        limited.args(["-c", "ulimit -v 8000000; exec \"$0\" \"$@\""]).arg(plain.get_program()).args(plain.get_args());
        limited.current_dir(home);
        for (name, value) in plain.get_envs() {
            match value {
                Some(value) => limited.env(name, value),
                None => limited.env_remove(name),
            };
        }
        without_rates(&mut limited);
        let child = limited.stderr(File::create(&log).unwrap()).spawn().unwrap();
        Self { child, log }
    }

    fn log(&self) -> String {
        let mut log = Vec::new();
        File::open(&self.log).unwrap().read_to_end(&mut log).unwrap();
        String::from_utf8_lossy(&log).into_owned()
    }

    fn log_end(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().rev().take(5).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    async fn address(&mut self) -> String {
        loop {
            if let Some((_, rest)) = self.log().split_once("Open http://") {
                return rest.split('/').next().unwrap().to_owned();
            }
            assert!(self.child.try_wait().unwrap().is_none(), "{}", self.log());
            tokio::task::yield_now().await;
        }
    }

    /// The memory that it holds, in bytes; nothing where the system does not say.
    fn memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
    }
}

/// Bytes that are the same for the same number (splitmix64).
fn bytes(seed: u64) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    };
    (0..1024).flat_map(|_| next().to_le_bytes()).collect()
}

/// What is answered to a request; nothing when that takes too long.
async fn exchange(address: &str, request: &[u8]) -> Option<Vec<u8>> {
    let exchanged = async {
        let mut answer = Vec::new();
        // A program that has ended is noticed by whoever started it.
        let Ok(mut stream) = TcpStream::connect(address).await else { return answer };
        // A server that has heard enough may close before everything was sent.
        let _ = stream.write_all(request).await;
        let has_body = !request.starts_with(b"HEAD ");
        while !is_complete(&answer, has_body) && stream.read_buf(&mut answer).await.is_ok_and(|length| length > 0) {}
        answer
    };
    tokio::time::timeout(LONGEST, exchanged).await.ok()
}

/// Whether nothing more belongs to an answer. A request that was damaged may leave the connection open for another one;
/// the length that an answer to HEAD states is not sent.
fn is_complete(answer: &[u8], has_body: bool) -> bool {
    let Some(head) = answer.windows(4).position(|end| end == b"\r\n\r\n") else { return false };
    let text = String::from_utf8_lossy(&answer[..head]).to_lowercase();
    let length = text.split("\r\n").find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
    length.is_some_and(|length| !has_body || answer.len() >= head + 4 + length)
}

async fn ask(address: &str, token: Option<&str>, body: Value) -> Value {
    let request = reqwest::Client::new().post(format!("http://{address}/graphql")).json(&body);
    let request = token.into_iter().fold(request, |request, token| request.bearer_auth(token));
    request.send().await.unwrap().json().await.unwrap()
}

/// Tokens and ids that are real at the time.
async fn known(address: &str) -> Known {
    let mut known = Known::default();
    let sign_in = "mutation($email: String!) { sessionCreate(input: {email: $email, password: \"marhaba-demo\"}) {
        session { accessToken } } }";
    for email in ["national", "khouribga", "market.khouribga", "cooperative", "finance.khouribga"] {
        let email = format!("{email}@unfm.example");
        let answer = ask(address, None, json!({"query": sign_in, "variables": {"email": email}})).await;
        known.tokens.extend(answer["data"]["sessionCreate"]["session"]["accessToken"].as_str().map(ToOwned::to_owned));
    }
    let form = "grant_type=client_credentials&client_id=unfpa-demo&client_secret=unfpa-demo-secret";
    let request = reqwest::Client::new().post(format!("http://{address}/oauth/token")).body(form);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let token: Value = request.send().await.unwrap().json().await.unwrap();
    known.tokens.extend(token["access_token"].as_str().map(ToOwned::to_owned));
    let ids = "{ markets(first: 5) { nodes { id branch { id } } } products(first: 20) { nodes { id variants { id } } }
        cooperatives(first: 10) { nodes { id } } programmes(first: 5) { nodes { id } } users(first: 10) { nodes { id } } }";
    let answer = ask(address, known.tokens.first().map(String::as_str), json!({"query": ids})).await;
    collect_ids(&answer, &mut known.ids);
    known
}

fn collect_ids(value: &Value, ids: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            ids.extend(fields.get("id").and_then(Value::as_str).map(ToOwned::to_owned));
            fields.values().for_each(|value| collect_ids(value, ids));
        }
        Value::Array(values) => values.iter().for_each(|value| collect_ids(value, ids)),
        _ => {}
    }
}

/// Whether a code is a fault's: things have codes as well.
fn is_fault(code: &str) -> bool {
    code.len() > 4 && code.bytes().all(|sign| sign.is_ascii_uppercase() || sign == b'_')
}

/// What is wrong with an answer, if anything is.
fn fault(answer: &[u8]) -> Option<&'static str> {
    let text = String::from_utf8_lossy(answer);
    let status = text.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)).unwrap_or_default();
    if status.starts_with('5') && status != "503" {
        return Some("a failure of ours");
    }
    // A field may fail within an answer that is none.
    if text.contains(r#""code":"INTERNAL""#) {
        return Some("a field failed");
    }
    (!answer.is_empty() && status.is_empty()).then_some("no HTTP")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_is_sent_makes_the_program_fail_hang_or_grow() {
    let seconds = std::env::var("FUZZ_SECONDS").ok().map(|seconds| seconds.parse::<u64>().unwrap());
    let seed = match std::env::var("FUZZ_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) if seconds.is_some() => uuid::Uuid::now_v7().as_u64_pair().1 >> 20,
        Err(_) => 0,
    };
    let home = tempfile::tempdir().unwrap();
    let mut program = Program::start(home.path());
    let address = program.address().await;
    let (schema, begun) = (Schema::read(), Instant::now());
    let is_over = |sent: u64| match seconds {
        Some(seconds) => begun.elapsed() > Duration::from_secs(seconds),
        None => sent >= REQUESTS,
    };
    let (mut sent, mut before, mut statuses) = (0, None, BTreeMap::<String, u64>::new());
    while !is_over(sent) {
        // What they change may end their sessions.
        let known = known(&address).await;
        let fuzzer = Fuzzer::new(&schema, &known);
        let next = AtomicU64::new(seed + sent);
        let in_flight = Mutex::new(BTreeMap::new());
        let send = async || {
            let mut seen = Vec::new();
            for _ in 0..125 {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let request = fuzzer.request(&mut arbitrary::Unstructured::new(&bytes(number))).unwrap();
                let shown = request.escape_ascii().to_string();
                in_flight.lock().unwrap().insert(number, shown);
                let answer = exchange(&address, &request).await;
                let fault = match answer.as_deref() {
                    None => Some("it hangs"),
                    // By this request, or one of those that were sent at the same time.
                    Some([]) if TcpStream::connect(&address).await.is_err() => Some("it ended"),
                    Some(answer) => fault(answer),
                };
                if let Some(fault) = fault {
                    let (requests, answer) = (in_flight.lock().unwrap(), answer.unwrap_or_default());
                    panic!("FUZZ_SEED={number}: {fault}\n{requests:#?}\n{}\n{}", answer.escape_ascii(), program.log_end());
                }
                in_flight.lock().unwrap().remove(&number);
                let answer = answer.unwrap_or_default();
                let text = String::from_utf8_lossy(&answer);
                seen.push(text.get(9..12).unwrap_or("none").to_owned());
                seen.extend(text.contains(r#""cost":{"#).then(|| "executed".to_owned()));
                seen.extend(text.split(r#""code":""#).skip(1).filter_map(|rest| rest.split('"').next()).filter(|code| is_fault(code)).map(ToOwned::to_owned));
            }
            seen
        };
        let (a, b, c, d) = tokio::join!(send(), send(), send(), send());
        for status in [a, b, c, d].into_iter().flatten() {
            *statuses.entry(status).or_default() += 1;
        }
        sent += 500;
        if sent == WARM {
            before = program.memory();
        }
    }
    assert!(statuses["200"] > sent / 10 && statuses["400"] > 0 && statuses["401"] > 0, "{statuses:?}");
    let log = program.log();
    let failed: Vec<&str> = log.lines().filter(|line| line.contains("panicked") || line.contains("ERROR")).take(5).collect();
    assert!(failed.is_empty(), "FUZZ_SEED={seed}: {failed:#?}");
    if let (Some(before), Some(after)) = (before, program.memory()) {
        let grown = after.saturating_sub(before);
        let told = format!("{sent} requests from FUZZ_SEED={seed}: {statuses:?}, {} MB more memory", grown / 1024 / 1024);
        writeln!(std::io::stdout(), "{told}").unwrap();
        assert!(grown < GROWTH, "FUZZ_SEED={seed}: it grew by {grown} bytes over {sent} requests");
    }
}
