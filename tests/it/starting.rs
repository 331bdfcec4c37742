//! Starting the real program: what goes wrong is one clear sentence, and nothing is overwritten.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::SystemTime;
use tests::World;
use tests::postgres::Scratch;
use tests::program::{Server, command, run, without_rates};

/// The sentence that a refused start ends with.
fn refusal(home: &Path, args: &[&str]) -> String {
    let output = run(home, args);
    assert!(!output.status.success(), "{args:?}");
    let text = String::from_utf8(output.stderr).unwrap();
    let last = text.lines().last().unwrap_or_default().to_owned();
    assert!(!text.contains("panicked"), "{text}");
    last
}

#[tokio::test]
async fn with_no_settings_it_serves_the_founding_market() {
    let home = tempfile::tempdir().unwrap();
    let mut server = Server::start(home.path());
    let address = server.address();

    let question = serde_json::json!({"query": "{ market(slug: \"khouribga\") { cost { amount } } }"});
    let answer = reqwest::Client::new().post(format!("http://{address}/graphql")).json(&question).send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), r#"{"data":{"market":{"cost":{"amount":"490000.00"}}},"extensions":{"cost":{"requested":2,"limit":5000}}}"#);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &str| std::fs::metadata(home.path().join(path)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("data"), mode("data/unfm.db"), mode("data/keys/secret.key")), (0o700, 0o600, 0o600));
    }
}

/// Kill a process as soon as it has written so many bytes; it may have ended by itself before.
async fn kill_after(process: &mut Child, bytes: u64, written: impl AsyncFn() -> u64) {
    while process.try_wait().unwrap().is_none() && written().await < bytes {
        tokio::task::yield_now().await;
    }
    let _ = process.kill();
    process.wait().unwrap();
}

/// Moments of a first start, by the bytes that are written until then: the first, while tables are made, while the founding
/// data, the demo world and its search are written, and after the end.
const MOMENTS: [u64; 6] = [1, 200_000, 500_000, 800_000, 1_100_000, 1_500_000];

/// What `check --data` says of a database.
fn derived(home: &Path, url: &str) -> String {
    let output = run(home, &["check", "--data", "--mode", "demo", "--database-url", url]);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    text(output.stdout) + &text(output.stderr)
}

/// POSIX counts the blocks of `ulimit -f` in 512 bytes.
#[cfg(unix)]
const SH_BLOCKS: u64 = 2;

const AGREED: &str = "Everything that is derived agrees with what it is derived from.\n";

#[tokio::test]
async fn killed_at_any_moment_of_its_first_start_it_starts_again_with_a_correct_database() {
    for moment in MOMENTS {
        let home = tempfile::tempdir().unwrap();
        let written = async || {
            let size = |name: &str| std::fs::metadata(home.path().join(name)).map_or(0, |file| file.len());
            size("data/unfm.db") + size("data/unfm.db-wal")
        };
        let mut killed = Server::start(home.path());
        kill_after(&mut killed.0, moment, written).await;

        let mut server = Server::start(home.path());
        let address = server.address();
        let question = "{ regions { code provinces { code } } products(first: 1) { totalCount } }";
        let request = reqwest::Client::new().post(format!("http://{address}/graphql"));
        let answer = request.json(&serde_json::json!({"query": question})).send().await.unwrap();
        let body: serde_json::Value = answer.json().await.unwrap();
        let regions = body["data"]["regions"].as_array().unwrap();
        let provinces: usize = regions.iter().map(|region| region["provinces"].as_array().unwrap().len()).sum();
        assert_eq!((provinces, &body["data"]["products"]["totalCount"]), (75, &serde_json::json!(30)), "{moment}");
        assert_eq!(derived(home.path(), "sqlite://data/unfm.db"), AGREED, "{moment}");
    }
}

#[tokio::test]
async fn a_write_that_was_interrupted_is_rolled_back_by_the_next_start_and_not_by_a_check() {
    let (sound, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    assert!(run(sound.path(), &["seed", "--demo"]).status.success());
    std::fs::create_dir(home.path().join("data")).unwrap();
    let file = |home: &Path| home.join("data/unfm.db");
    tests::interrupted_copy(&file(sound.path()), &file(home.path())).await;

    let before = files(home.path());
    let check = run(home.path(), &["check"]);
    let table = String::from_utf8(check.stdout).unwrap();
    assert!(!check.status.success() && table.contains("was interrupted; the next start rolls it back"), "{table}");
    assert!(files(home.path()) == before, "a check changes nothing");

    let mut server = Server::start(home.path());
    server.address();
    assert_eq!(derived(home.path(), "sqlite://data/unfm.db"), AGREED);
    server.end();
    assert_eq!(
        String::from_utf8(run(home.path(), &["seed", "--demo"]).stdout).unwrap(),
        "The data was there already; nothing was changed.\n"
    );
}

#[tokio::test]
async fn killed_at_any_moment_of_migrating_and_seeding_postgresql_is_correct_in_the_end() {
    let Some(admin) = World::postgres_admin().await else { return };
    let home = tempfile::tempdir().unwrap();
    for moment in MOMENTS {
        let scratch = Scratch::new().await.unwrap();
        let url = scratch.owner_url();
        for step in [&["migrate"][..], &["seed", "--demo"]] {
            let step = [step, &["--mode", "demo", "--database-url", &url]].concat();
            let before = admin.size(scratch.name()).await;
            let written = async || u64::try_from(admin.size(scratch.name()).await - before).unwrap_or(0);
            kill_after(&mut command(home.path(), &step).spawn().unwrap(), moment, written).await;

            let done = run(home.path(), &step);
            assert!(done.status.success(), "{moment} {step:?}: {}", String::from_utf8_lossy(&done.stderr));
        }
        assert_eq!(derived(home.path(), &url), AGREED, "{moment}");
    }
}

#[tokio::test]
async fn postgresql_is_refused_while_it_is_behind_and_to_a_login_that_may_too_much() {
    if World::postgres_admin().await.is_none() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let scratch = Scratch::new().await.unwrap();
    let owner = ["--mode", "demo", "--database-url", &scratch.owner_url()];

    let behind = refusal(home.path(), &[&["seed"], &owner[..]].concat());
    assert!(behind.contains("changes behind: run `unfm migrate` first"), "{behind}");

    assert!(run(home.path(), &[&["migrate"], &owner[..]].concat()).status.success());
    let powerful = refusal(home.path(), &owner);
    assert!(powerful.contains("is a superuser: give the server a login of its own"), "{powerful}");
}

#[cfg(unix)]
#[test]
fn keys_are_made_once_rotated_beside_the_old_ones_and_read_by_nobody_else() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("keys");
    let keys = folder.to_str().unwrap();
    let rotate = || assert!(run(home.path(), &["keys", "rotate", "--keys-dir", keys]).status.success());
    let pairs = || -> Vec<i64> {
        let names = files(&folder).into_keys().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned());
        let mut made: Vec<i64> = names.filter_map(|name| name.split(&['-', '.']).find_map(|part| part.parse().ok())).collect();
        made.sort_unstable();
        made
    };
    // A pair is named by the second in which it was made: make it older.
    let age = |seconds: i64| {
        for (path, _) in files(&folder) {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if let Some(made) = name.split(&['-', '.']).find_map(|part| part.parse::<i64>().ok()) {
                let older = name.replace(&made.to_string(), &(made - seconds).to_string());
                std::fs::rename(&path, folder.join(older)).unwrap();
            }
        }
    };

    rotate();
    let secret = std::fs::read(folder.join("secret.key")).unwrap();
    assert_eq!(pairs().len(), 1);
    age(60);
    rotate();
    assert_eq!(pairs().len(), 2, "the old pair verifies what it has signed");
    assert_eq!(std::fs::read(folder.join("secret.key")).unwrap(), secret, "it seals cursors and the audit for good");
    age(3 * 3600);
    let oldest = pairs()[0];
    rotate();
    assert!(pairs().len() == 2 && !pairs().contains(&oldest), "what nothing is verified with any more is removed");

    std::fs::set_permissions(folder.join("secret.key"), std::fs::Permissions::from_mode(0o644)).unwrap();
    let sentence = refusal(home.path(), &["--keys-dir", keys]);
    assert!(sentence.contains("secret.key can be read by others: chmod 600 it"), "{sentence}");
    assert!(!sentence.contains(&String::from_utf8_lossy(&secret).into_owned()));
}

#[tokio::test]
async fn a_key_that_others_know_is_refused_within_a_second_by_whoever_runs_already() {
    let home = tempfile::tempdir().unwrap();
    let mut program = command(home.path(), &[]);
    // It is asked without a pause until the key is refused.
    without_rates(&mut program);
    let mut server = Server::of(program);
    let address = server.address();
    let client = reqwest::Client::new();
    let asks = async |token: Option<&str>, query: &str| {
        let request = client.post(format!("http://{address}/graphql")).json(&serde_json::json!({"query": query}));
        let request = token.into_iter().fold(request, |request, token| request.bearer_auth(token));
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json::<serde_json::Value>().await.unwrap())
    };
    let sign_in = "mutation { sessionCreate(input: { email: \"khouribga@unfm.example\", password: \"marhaba-demo\" }) {
        session { accessToken refreshToken } } }";
    let session = asks(None, sign_in).await.1["data"]["sessionCreate"]["session"].clone();
    let (old, refresh) = (session["accessToken"].as_str().unwrap(), session["refreshToken"].as_str().unwrap());
    let kids = async || {
        let keys = client.get(format!("http://{address}/.well-known/jwks.json")).send().await.unwrap();
        let keys = keys.json::<serde_json::Value>().await.unwrap();
        keys["keys"].as_array().unwrap().iter().map(|key| key["kid"].to_string()).collect::<Vec<_>>()
    };
    let before = kids().await;
    assert_eq!(asks(Some(old), "{ viewer { permissions } }").await.0, 200);

    let rotated = run(home.path(), &["keys", "rotate", "--now"]);
    let said = String::from_utf8(rotated.stdout).unwrap();
    assert!(rotated.status.success() && said.contains("Every earlier key is refused, and 1 were removed"), "{said}");
    let told = std::time::Instant::now();
    while asks(Some(old), "{ viewer { permissions } }").await.0 != 401 {
        assert!(told.elapsed().as_secs() < 5, "the key is still taken");
    }
    // Who is signed in goes on with the token that only she has.
    let again = format!("mutation {{ sessionRefresh(input: {{ refreshToken: \"{refresh}\" }}) {{ session {{ accessToken }} }} }}");
    let again = asks(None, &again).await.1["data"]["sessionRefresh"]["session"]["accessToken"].clone();
    assert_eq!(asks(again.as_str(), "{ viewer { permissions } }").await.0, 200, "{again}");
    let after = kids().await;
    assert!(after.len() == 1 && !before.contains(&after[0]), "{before:?} {after:?}");
    let pairs = files(&home.path().join("data/keys")).len();
    assert_eq!(pairs, 2, "the secret and one pair");
    server.end();
    assert!(run(home.path(), &["audit", "verify"]).status.success(), "the secret is the same");
}

#[test]
fn what_cannot_be_used_stops_the_start_with_one_sentence() {
    let home = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &[u8]| {
        std::fs::write(home.path().join(name), text).unwrap();
        format!("sqlite://{}", home.path().join(name).display())
    };

    let broken = file("broken.db", b"this is a letter and no database, and it is long enough to be looked at closely");
    assert!(refusal(home.path(), &["--database-url", &broken]).contains("is damaged or is not a database"));
    assert!(std::fs::read(home.path().join("broken.db")).unwrap().starts_with(b"this is a letter"));

    let folder = tempfile::tempdir_in(home.path()).unwrap();
    let folder = format!("sqlite://{}", folder.path().display());
    assert!(refusal(home.path(), &["--database-url", &folder]).contains("is no file"));
    let fixed = file("fixed.db", b"");
    let mut rights = std::fs::metadata(home.path().join("fixed.db")).unwrap().permissions();
    rights.set_readonly(true);
    std::fs::set_permissions(home.path().join("fixed.db"), rights).unwrap();
    assert!(refusal(home.path(), &["--database-url", &fixed]).contains("can be read and not written"));

    assert!(refusal(home.path(), &["check", "--database-url", "sqlite://nowhere.db"]).contains("are wrong"));
    assert!(!home.path().join("nowhere.db").exists());

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = listener.local_addr().unwrap().to_string();
    assert!(refusal(home.path(), &["--listen-addr", &taken]).contains("is in use"));
    assert!(!home.path().join("data").exists(), "a start that fails makes nothing");

    let unreachable = ["--mode", "demo", "--database-url", "postgres://nobody:hunter2@127.0.0.1:1/nothing"];
    let sentence = refusal(home.path(), &unreachable);
    assert!(sentence.contains("cannot be opened") && !sentence.contains("hunter2"), "{sentence}");
}

#[test]
fn a_setting_that_means_nothing_stops_the_start() {
    let home = tempfile::tempdir().unwrap();
    let output = command(home.path(), &[]).env("UNFM_MOOD", "good").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("UNFM_MOOD"));
    let empty = command(home.path(), &["check"]).env("UNFM_TRUSTED_PROXIES", "").env("UNFM_MODE", "").output().unwrap();
    assert!(String::from_utf8_lossy(&empty.stdout).contains("right     settings"), "an empty variable is absent");
    let wrong = command(home.path(), &[]).env("UNFM_MODE", "try").output().unwrap();
    let text = String::from_utf8(wrong.stderr).unwrap();
    assert!(wrong.status.code() == Some(2) && text.lines().count() == 1 && text.contains("--mode"), "{text}");
    assert_eq!(run(home.path(), &["--mood", "good"]).status.code(), Some(2));
}

/// Every file below a folder with what stands in it and when it was written.
fn files(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            // An index that SQLite keeps of a journal, in memory that processes share: it holds nothing of its own.
            if path.extension().is_some_and(|extension| extension == "db-shm") {
                continue;
            }
            let written = std::fs::metadata(&path).unwrap().modified().unwrap();
            found.insert(path.clone(), (std::fs::read(&path).unwrap(), written));
        }
    }
    found
}

#[test]
fn a_check_changes_nothing_and_knows_a_wrong_key_and_a_mail_server_that_is_away() {
    let home = tempfile::tempdir().unwrap();
    let checked = |args: &[&str]| {
        let output = run(home.path(), &[&["check"], args].concat());
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    assert!(!checked(&[]).0, "there is no database yet");
    assert_eq!(files(home.path()), BTreeMap::new());
    Server::start(home.path()).address();
    // Once with the journal of a server that was killed, and once without.
    for _ in 0..2 {
        let before = files(home.path());
        let (is_right, table) = checked(&[]);
        assert!(is_right, "{table}");
        assert!(files(home.path()) == before, "{table}");
        let mut server = Server::start(home.path());
        server.address();
        server.end();
    }

    let away = ["--redis-url", "redis://127.0.0.1:1"];
    let (is_right, table) = checked(&away);
    assert!(is_right && table.contains("degraded  redis"), "{table}");
    let mail =
        ["--smtp-url", "smtp://127.0.0.1:1", "--mail-from", "a@unfm.example", "--app-url", "https://unfm.example"];
    let (is_right, table) = checked(&mail);
    assert!(!is_right && table.contains("WRONG     mail"), "{table}");

    std::fs::write(home.path().join("data/keys/secret.key"), [7; 32]).unwrap();
    let (is_right, table) = checked(&[]);
    assert!(!is_right && table.contains("another key"), "{table}");
    assert!(refusal(home.path(), &["audit", "verify"]).contains("another key"));
    assert!(refusal(home.path(), &[]).contains("another key"));
}

#[tokio::test]
async fn with_the_demo_world_taken_away_the_founding_data_is_left_and_production_starts() {
    let home = tempfile::tempdir().unwrap();
    let mut server = Server::start(home.path());
    server.address();
    server.end();
    let production = ["--mode", "production", "--allow-sqlite", "--keys-dir", "data/keys"];
    assert!(refusal(home.path(), &production).contains("seed --remove-demo"));
    let removed = run(home.path(), &["seed", "--remove-demo"]);
    assert!(removed.status.success(), "{}", String::from_utf8_lossy(&removed.stderr));
    assert!(run(home.path(), &["audit", "verify"]).status.success());

    let mut server = Server::of(command(home.path(), &production));
    let (address, log) = server.address_and_log();
    assert!(log.contains("production mode") && !log.contains("@unfm.example"), "{log}");
    let question = serde_json::json!({"query": "{
        market(slug: \"khouribga\") { openingHours { intervals { opens } } listings(first: 1) { nodes { id } } }
        markets(first: 9) { nodes { slug isDemo } } products(first: 1) { totalCount } programmes(first: 9) { nodes { isDemo } }
        cooperatives(first: 1) { totalCount } }"});
    let answer = reqwest::Client::new().post(format!("http://{address}/graphql")).json(&question).send().await.unwrap();
    let answer: serde_json::Value = answer.json().await.unwrap();
    let data = &answer["data"];
    assert!(
        data["market"]["openingHours"].as_array().unwrap().iter().all(|day| day["intervals"].is_null()),
        "{answer}"
    );
    assert_eq!(data["markets"]["nodes"], serde_json::json!([{"slug": "khouribga", "isDemo": false}]));
    assert_eq!(data["products"]["totalCount"], 0);
    assert_eq!(data["cooperatives"]["totalCount"], 0);
    assert_eq!(
        data["programmes"]["nodes"],
        serde_json::json!([{"isDemo": false}, {"isDemo": false}, {"isDemo": false}])
    );
    server.end();
    // And it can be brought back.
    assert!(run(home.path(), &["seed", "--demo"]).status.success());
    let mut server = Server::start(home.path());
    assert!(server.address_and_log().1.contains("demo mode"));
}

#[test]
fn somebody_elses_database_is_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("other.db");
    // The smallest way to another program's table that needs no client: our own, with its book of migrations lost.
    let url = format!("sqlite://{}", path.display());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(tests::foreign_database(&url));
    let before = std::fs::read(&path).unwrap();

    assert!(refusal(home.path(), &["migrate", "--database-url", &url]).contains("another program"));
    assert!(std::fs::read(&path).unwrap() == before);
}

#[tokio::test]
async fn a_database_that_another_program_has_locked_stops_the_start_with_one_sentence() {
    let home = tempfile::tempdir().unwrap();
    assert!(run(home.path(), &["seed"]).status.success());
    let url = format!("sqlite://{}", home.path().join("data/unfm.db").display());

    let lock = tests::lock_file(&url).await;
    assert!(refusal(home.path(), &[]).contains("The database is locked by another program."));
    assert!(refusal(home.path(), &["seed", "--demo"]).contains("The database is locked by another program."));
    lock.close().await.unwrap();

    let mut server = Server::start(home.path());
    server.address();
}

#[cfg(unix)]
#[test]
fn a_disk_that_takes_no_more_stops_a_seed_with_one_sentence_and_nothing_half_is_left() {
    // So many KB may be written to a file: not even the tables, the tables, the founding data, almost everything.
    for kilobytes in [100, 700, 1000, 1400] {
        let home = tempfile::tempdir().unwrap();
        let program = tests::program::program().display();
        let limited = format!("ulimit -f {}; trap '' XFSZ; exec {program} seed --demo", kilobytes * SH_BLOCKS);
        let output = Command::new("sh").args(["-c", &limited]).current_dir(home.path()).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && text.lines().count() == 1, "{kilobytes}: {text}");
        assert!(text.contains("The disk cannot be read or written"), "{kilobytes}: {text}");

        assert!(run(home.path(), &["seed", "--demo"]).status.success(), "{kilobytes}");
        assert_eq!(derived(home.path(), "sqlite://data/unfm.db"), AGREED, "{kilobytes}");
    }
}

#[tokio::test]
async fn a_large_world_whose_seeding_is_killed_is_correct_as_far_as_it_got() {
    let home = tempfile::tempdir().unwrap();
    let written = async || std::fs::metadata(home.path().join("data/unfm.db")).map_or(0, |file| file.len());
    let mut seeding = command(home.path(), &["seed", "--scale", "1"]).spawn().unwrap();
    // The first of its 250 units alone takes more.
    kill_after(&mut seeding, 4_000_000, written).await;

    assert_eq!(derived(home.path(), "sqlite://data/unfm.db"), AGREED);
    let mut server = Server::start(home.path());
    let request = reqwest::Client::new().post(format!("http://{}/graphql", server.address()));
    let question = serde_json::json!({"query": "{ products(first: 1) { totalCount } }"});
    let answer: serde_json::Value = request.json(&question).send().await.unwrap().json().await.unwrap();
    let products = answer["data"]["products"]["totalCount"].as_u64().unwrap();
    // Units of 2,000 products, and the 30 of the demo world, which the start adds.
    assert!(products > 2000 && products % 2000 == 30, "{products}");
}

#[test]
fn commands_say_what_they_did() {
    let home = tempfile::tempdir().unwrap();
    let said = |args: &[&str]| {
        let output = run(home.path(), args);
        assert!(output.status.success(), "{args:?} {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(said(&["migrate"]).contains("up to date"));
    assert!(said(&["seed", "--demo"]).contains("The data is there."));
    assert!(said(&["seed", "--demo"]).contains("nothing was changed"));
    assert_eq!(said(&["schema"]).trim_end(), unfm::schema::sdl().trim_end());
    let table = said(&["check"]);
    assert_eq!(table.lines().filter(|line| line.starts_with("right")).count(), 6, "{table}");
    assert!(said(&["--help"]).contains("UNFM_KEYS_DIR"));
}

#[cfg(unix)]
#[test]
fn what_is_in_flight_is_finished_before_the_end() {
    use std::io::{Read, Write};
    let home = tempfile::tempdir().unwrap();
    let mut server = Server::start(home.path());
    let address = server.address();
    let mut socket = std::net::TcpStream::connect(&address).unwrap();
    let body = r#"{"query":"{ about { version } }"}"#;
    // The head alone: the server says "go on" once it waits for the body, so the request is in flight.
    write!(
        socket,
        "POST /graphql HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\nconnection: close\r\n\
         expect: 100-continue\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .unwrap();
    let mut go_on = [0; "HTTP/1.1 100 Continue\r\n\r\n".len()];
    socket.read_exact(&mut go_on).unwrap();
    assert!(go_on.starts_with(b"HTTP/1.1 100"));
    let told = Command::new("kill").args(["-TERM", &server.0.id().to_string()]).status().unwrap();
    assert!(told.success());

    socket.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    assert!(answer.contains(r#"{"data":{"about""#), "{answer}");
    assert!(server.0.wait().unwrap().success());
}

#[tokio::test]
async fn what_the_commands_give_out_lets_people_and_programs_in() {
    let home = tempfile::tempdir().unwrap();
    let mut server = Server::start(home.path());
    let address = server.address();
    let said = |args: &[&str]| {
        let output = run(home.path(), args);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let client = reqwest::Client::new();

    let invited = said(&["user", "invite", "premiere@unfm.example", "--name", "Première"]);
    let token = invited.trim().rsplit('#').next().unwrap();
    let graphql =
        |query: String| client.post(format!("http://{address}/graphql")).json(&serde_json::json!({"query": query}));
    let password = "une phrase bien longue";
    let accept = format!(
        "mutation {{ userInvitationAccept(input: {{ token: \"{token}\", password: \"{password}\" }}) {{ userErrors {{ code }} }} }}"
    );
    let answer = graphql(accept).send().await.unwrap().text().await.unwrap();
    assert_eq!(answer, r#"{"data":{"userInvitationAccept":{"userErrors":[]}},"extensions":{"cost":{"requested":6,"limit":5000}}}"#);
    let sign_in = format!(
        "mutation {{ sessionCreate(input: {{ email: \"premiere@unfm.example\", password: \"{password}\" }}) {{ session {{ expiresIn }} }} }}"
    );
    let answer = graphql(sign_in).send().await.unwrap().text().await.unwrap();
    assert_eq!(answer, r#"{"data":{"sessionCreate":{"session":{"expiresIn":900}}},"extensions":{"cost":{"requested":2,"limit":5000}}}"#);

    let made = said(&["client", "create", "indh", "--name", "Tableau"]);
    let value = |name: &str| made.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
    let request = client
        .post(format!("http://{address}/oauth/token"))
        .basic_auth(value("client_id "), Some(value("client_secret ")));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(request.body("grant_type=client_credentials").send().await.unwrap().status(), 200);
    assert!(
        refusal(home.path(), &["client", "create", "nobody", "--name", "x"]).contains("no partner `nobody`; there are")
    );

    assert!(said(&["backup", "copy.db"]).contains("copied"));
    assert!(refusal(home.path(), &["backup", "copy.db"]).contains("nothing was overwritten"));
    let copy = home.path().join("copy.db");
    let elsewhere =
        ["audit", "verify", "--keys-dir", "data/keys", "--database-url", &format!("sqlite://{}", copy.display())]
            .map(str::to_owned);
    let elsewhere: Vec<&str> = elsewhere.iter().map(String::as_str).collect();
    assert!(said(&elsewhere).contains("The audit is whole"));
}
