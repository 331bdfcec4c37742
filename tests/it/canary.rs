//! What a woman writes to the bot is nowhere: sentences that are told by their words are sent by every way in, also where something
//! fails, and then looked for wherever anything is kept, sent, logged or remembered.

use serde_json::{Value, json};
use std::io::Read;
use std::path::Path;
use std::sync::{Arc, Mutex};
use tests::World;
use tests::collector::{Collector, holds};
use tests::postgres::Scratch;
use tests::program::{Server, command, run};
use unfm::platform::clock::Clock;

/// A word that stands in every sentence and nowhere else. It is the same when it is folded.
const WORD: &str = "bzdfgkmltrnzkdbf";
const SECRET: &str = "a secret of the app";

const TURN: &str = "mutation Turn($conversation: String, $text: String, $choice: ID, $language: BotLanguage!) {
    botTurn(input: { conversation: $conversation, text: $text, choice: $choice, language: $language }) {
        conversation userErrors { code } screens { id text services { name { text } phones } } } }";

/// So much memory is read at once.
const PART: usize = 1 << 20;

/// The program, with everything that it says.
struct Running {
    server: Server,
    log: Arc<Mutex<Vec<u8>>>,
    reading: Option<std::thread::JoinHandle<()>>,
    address: String,
    metrics: String,
}

impl Running {
    /// Start it with the most talkative log.
    fn start(home: &Path, collector: &Collector, changes: impl FnOnce(&mut std::process::Command)) -> Self {
        let mut call = command(home, &[]);
        call.env("RUST_LOG", "trace").env("UNFM_LOG_FORMAT", "json").env("UNFM_MODE", "demo");
        call.env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.address).env("OTEL_TRACES_SAMPLER", "always_on");
        call.env("UNFM_MESSENGER_APP_SECRET", SECRET).env("UNFM_MESSENGER_VERIFY_TOKEN", "a word");
        call.env("UNFM_MESSENGER_PAGE_TOKEN", "a token").env("UNFM_HELP_URL", "https://unfm.example/help");
        // Nobody listens there: every answer on Messenger fails.
        call.env("UNFM_MESSENGER_API", "http://127.0.0.1:1");
        changes(&mut call);
        let mut server = Server::of(call);
        let (address, metrics) = server.addresses();
        let log = Arc::new(Mutex::new(Vec::new()));
        let (kept, mut rest) = (log.clone(), server.take_log());
        let reading = std::thread::spawn(move || {
            let mut bytes = [0; 65536];
            while let Ok(length @ 1..) = rest.read(&mut bytes) {
                kept.lock().unwrap().extend_from_slice(&bytes[..length]);
            }
        });
        Self { server, log, reading: Some(reading), address, metrics }
    }

    /// Send something by a connection of its own, which ends with the answer.
    async fn send(&self, path: &str, head: &[(&str, &str)], body: String) -> String {
        let client = reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap();
        let request = client.post(format!("http://{}{path}", self.address)).header("connection", "close");
        let request = head.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        request.body(body).send().await.unwrap().text().await.unwrap()
    }

    async fn turn(&self, query: &str, variables: Value) -> String {
        let body = json!({"query": query, "operationName": null, "variables": variables}).to_string();
        self.send("/graphql", &[("content-type", "application/json")], body).await
    }

    /// Which of these words the process holds in its memory; none where the system does not say.
    fn remembers(&self, words: [&str; 2]) -> Option<[bool; 2]> {
        use std::os::unix::fs::FileExt;
        let process = self.server.0.id();
        let maps = std::fs::read_to_string(format!("/proc/{process}/maps")).ok()?;
        let memory = std::fs::File::open(format!("/proc/{process}/mem")).ok()?;
        let mut held = [false; 2];
        // Parts overlap by more than a word.
        let (mut part, step) = (vec![0; PART], u64::try_from(PART - 64).unwrap());
        for line in maps.lines() {
            let (range, rest) = line.split_once(' ')?;
            // What can be written to, and is no device.
            if !rest.starts_with("rw") || rest.contains("[v") {
                continue;
            }
            let (first, behind) = range.split_once('-')?;
            let (mut at, behind) = (u64::from_str_radix(first, 16).ok()?, u64::from_str_radix(behind, 16).ok()?);
            while at < behind {
                let length = usize::try_from(behind - at).unwrap().min(PART);
                // A page that was never touched is none.
                if memory.read_exact_at(&mut part[..length], at).is_ok() {
                    for (is_held, word) in held.iter_mut().zip(words) {
                        *is_held |= holds(&part[..length], word.as_bytes());
                    }
                }
                at += step;
            }
        }
        Some(held)
    }

    /// End it, and what it has said.
    fn end(mut self) -> Vec<u8> {
        self.server.finish();
        self.reading.take().unwrap().join().unwrap();
        let log = self.log.lock().unwrap().clone();
        assert!(holds(&log, b"every request was answered"), "the log is whole");
        log
    }
}

fn signature(body: &str) -> String {
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, SECRET.as_bytes());
    let digits: String = aws_lc_rs::hmac::sign(&key, body.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={digits}")
}

/// Say it by every way in; everything that was answered.
async fn say_it_everywhere(running: &Running) -> String {
    let sentence = |what: &str| format!("{what} mon mari me frappe {WORD} au secours");
    let mut answers = String::new();
    for (language, text) in [("FRENCH", sentence("fr")), ("DARIJA", format!("راجلي {WORD} كيضربني")), ("DARIJA_LATIN", sentence("dl"))] {
        answers += &running.turn(TURN, json!({"language": language, "text": text})).await;
    }
    // What is refused: too long, of another type, in places where it does not belong.
    let long = format!("{} {WORD}", "é ".repeat(1_500));
    answers += &running.turn(TURN, json!({"language": "FRENCH", "text": long})).await;
    for variables in [
        json!({"language": sentence("language")}),
        json!({"language": "FRENCH", "conversation": sentence("name")}),
        json!({"language": "FRENCH", "choice": sentence("choice")}),
        json!({"language": "FRENCH", "text": {"text": sentence("object")}}),
        json!({"language": "FRENCH", "text": [sentence("list")]}),
        json!({"language": "FRENCH", "text": sentence("more"), "more": sentence("more")}),
    ] {
        answers += &running.turn(TURN, variables).await;
    }
    let literal = format!("mutation {{ botTurn(input: {{language: FRENCH, text: \"{}\"}}) {{ conversation }} }}", sentence("literal"));
    answers += &running.turn(&literal, json!({})).await;
    answers += &running.turn(&format!("mutation {{ botTurn(input: {{language: FRENCH, text: \"{}", sentence("broken")), json!({})).await;
    let json = [("content-type", "application/json")];
    answers += &running.send("/graphql", &json, format!("{{\"query\": \"{{ about {{ version }} }}\", {}", sentence("no json"))).await;
    answers += &running.send("/graphql", &[("content-type", "text/plain")], sentence("no type")).await;
    // On Messenger: signed, not signed, and as a button.
    let now = Clock::System.now().as_millisecond();
    for (mid, said) in [("m1", json!({"text": sentence("text")})), ("m2", json!({"quick_reply": {"payload": sentence("payload")}}))] {
        let mut message = said;
        message["mid"] = json!(mid);
        let messaging = json!({"sender": {"id": "1"}, "timestamp": now, "message": message});
        let body = json!({"object": "page", "entry": [{"id": "page", "messaging": [messaging]}]}).to_string();
        answers += &running.send("/messenger", &[("x-hub-signature-256", &signature(&body))], body.clone()).await;
        answers += &running.send("/messenger", &[("x-hub-signature-256", "sha256=00")], body).await;
    }
    let broken = format!("{{\"object\": {}", sentence("no json"));
    answers += &running.send("/messenger", &[("x-hub-signature-256", &signature(&broken))], broken.clone()).await;
    answers
}

/// Whether the memory of the process comes to hold nothing of it: answers on Messenger are given up after some seconds.
async fn memory_forgets(running: &Running) -> bool {
    let alive = format!("http://{}/livez", running.address);
    let begun = tokio::time::Instant::now();
    while begun.elapsed() < std::time::Duration::from_secs(60) {
        match running.remembers([WORD, "https://unfm.example/help"]) {
            Some([true, _]) => {}
            // The search looks where things are: a setting is there.
            Some([false, is_setting]) => return is_setting,
            None => {
                tests::skip("skipped: the memory of the program (only Linux shows it)");
                return true;
            }
        }
        reqwest::get(&alive).await.unwrap();
    }
    false
}

/// The files below a folder that hold the word.
fn files_with_it(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_with_it(&path));
        } else if std::fs::read(&path).is_ok_and(|content| holds(&content, WORD.as_bytes())) {
            found.push(path.display().to_string());
        }
    }
    found
}

#[tokio::test]
async fn it_is_in_no_file_log_trace_metric_answer_or_memory() {
    let home = tempfile::tempdir().unwrap();
    let collector = Collector::start();
    let running = Running::start(home.path(), &collector, |_| {});
    let mut answers = say_it_everywhere(&running).await;
    // Also while the database answers nobody.
    let url = format!("sqlite://{}", home.path().join("data/unfm.db").display());
    let lock = tests::lock_file(&url).await;
    answers += &running.turn(TURN, json!({"language": "FRENCH", "text": format!("{WORD} avocat à Khouribga")})).await;
    lock.close().await.unwrap();
    assert!(answers.contains("8350"), "the bot has answered: {answers}");
    assert!(!answers.contains(WORD), "{answers}");
    let metrics = reqwest::get(format!("http://{}/metrics", running.metrics)).await.unwrap().text().await.unwrap();
    assert!(metrics.contains("graphql") && !metrics.contains(WORD));
    assert!(memory_forgets(&running).await, "the memory of the program holds it");
    assert!(run(home.path(), &["backup", "backup.db"]).status.success());
    let log = running.end();
    assert!(!holds(&log, WORD.as_bytes()), "the log holds it");
    let sent = collector.everything();
    assert!(holds(&sent, b"mutation") && !holds(&sent, WORD.as_bytes()), "a trace holds it");
    assert_eq!(files_with_it(home.path()), Vec::<String>::new());
    // What was kept is there: the search looks where things are.
    assert!(std::fs::read(home.path().join("backup.db")).is_ok_and(|backup| holds(&backup, b"Khouribga")));
}

#[tokio::test]
async fn it_is_in_no_table_or_file_of_postgresql_and_not_in_redis() {
    let (Some(scratch), Some(redis)) = (Scratch::with_demo().await, World::redis().await) else {
        return tests::skip("skipped: what PostgreSQL and Redis keep of conversations");
    };
    let home = tempfile::tempdir().unwrap();
    let collector = Collector::start();
    let running = Running::start(home.path(), &collector, |call| {
        call.env("DATABASE_URL", scratch.server_url()).env("REDIS_URL", &redis);
    });
    let answers = say_it_everywhere(&running).await;
    assert!(answers.contains("8350") && !answers.contains(WORD), "{answers}");
    assert!(memory_forgets(&running).await, "the memory of the program holds it");
    let tables = "select coalesce(string_agg(relname, ' '), '') from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace";
    let tables: String = tests::raw(&scratch.owner_url(), tables).await.unwrap();
    for table in tables.split(' ') {
        let told = format!("select count(*) from {table} t where cast(t as text) like '%{WORD}%'");
        assert_eq!(tests::raw::<i64>(&scratch.owner_url(), &told).await, Ok(0), "{table}");
    }
    // Its files, its log of writes and its own log, where this process may read them.
    let folder = "select current_setting('data_directory') || '/base/' || (select oid from pg_database where datname = current_database())";
    let folder: String = tests::raw(&scratch.owner_url(), folder).await.unwrap();
    let data = Path::new(&folder).parent().and_then(Path::parent).unwrap();
    for place in [Path::new(&folder), &data.join("pg_wal"), &data.join("log"), Path::new("/var/log/postgresql")] {
        assert_eq!(files_with_it(place), Vec::<String>::new(), "{}", place.display());
    }
    let mut connection = redis::Client::open(redis.as_str()).unwrap().get_connection().unwrap();
    let keys: Vec<String> = redis::cmd("KEYS").arg("unfm:*").query(&mut connection).unwrap();
    assert!(keys.iter().any(|key| key.starts_with("unfm:bot:state:")), "{keys:?}");
    for key in keys {
        let kept: Vec<u8> = redis::cmd("DUMP").arg(&key).query(&mut connection).unwrap_or_default();
        assert!(!key.contains(WORD) && !holds(&kept, WORD.as_bytes()), "{key}");
    }
    let log = running.end();
    assert!(!holds(&log, WORD.as_bytes()), "the log holds it");
    assert!(!holds(&collector.everything(), WORD.as_bytes()), "a trace holds it");
}

#[tokio::test]
async fn one_careless_line_is_found() {
    let home = tempfile::tempdir().unwrap();
    let collector = Collector::start();
    let running = Running::start(home.path(), &collector, |call| {
        call.env("PLANTED_DEBUG", "1");
    });
    running.turn(TURN, json!({"language": "FRENCH", "text": WORD})).await;
    let log = running.end();
    assert!(holds(&log, WORD.as_bytes()), "the search is blind");
}
