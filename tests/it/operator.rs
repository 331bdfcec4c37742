//! The operator's first hour with PostgreSQL: README's recipe, word for word, by an owner who may make no roles, with
//! passwords full of signs.

use serde_json::json;
use std::path::Path;
use std::process::Command;
use tests::World;
use tests::program::{Server, command, run};

const README: &str = include_str!("../../README.md");

/// The first block of code in this language behind a heading.
fn block(heading: &str, language: &str) -> String {
    let behind = README.split_once(heading).unwrap().1;
    let behind = behind.split_once(&format!("```{language}\n")).unwrap().1;
    behind.split_once("```").unwrap().0.to_owned()
}

#[tokio::test]
async fn readmes_recipe_leads_to_production_with_the_first_administrator_invited() {
    let Some(admin) = World::postgres_admin().await else { return };
    let home = tempfile::tempdir().unwrap();
    let mark = uuid::Uuid::now_v7().simple().to_string();
    let named = |text: &str| {
        text.replace("unfm_app", &format!("unfm_app_{mark}"))
            .replace("unfm_owner", &format!("unfm_owner_{mark}"))
            .replace("database unfm ", &format!("database unfm_{mark} "))
            .replace("/unfm'", &format!("/unfm_{mark}'"))
            .replace("APP-PASSWORD", "a/b#c@d?e%f:g")
            .replace("OWNER-PASSWORD", "12#x@y/z&[;]")
            .replace("HOST", &admin.host())
            .replace("/etc/unfm/keys", &home.path().join("keys").display().to_string())
    };
    let heading = "### With PostgreSQL and Redis";
    // The role of the server belongs to the cluster, where other tests made it already.
    for statement in named(&block(heading, "sql")).split(";\n").map(str::trim).filter(|sql| !sql.is_empty()) {
        if let Err(error) = admin.run(statement).await {
            assert!(statement.starts_with("create role unfm_server") && error.contains("already exists"), "{error}");
        }
    }
    let recipe = named(&block(heading, "sh"));
    let (settings, commands): (Vec<&str>, Vec<&str>) = recipe.lines().partition(|line| line.starts_with("export"));
    let (serve, commands) = commands.split_last().unwrap();
    assert_eq!(*serve, "unfm");
    let program = program_folder(home.path());
    let shell = |script: &str| {
        let script = format!("set -e\n{}\n{script}", settings.join("\n"));
        let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
        let mut shell = Command::new("bash");
        shell.args(["-c", &script]).env("PATH", path).env("LISTEN_ADDR", "127.0.0.1:0").current_dir(home.path());
        shell.env("UNFM_METRICS_ADDR", "127.0.0.1:0").env("RUST_LOG", "info");
        shell
    };
    let output = shell(&commands.join("\n")).output().unwrap();
    let (said, told) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{said}{told}");
    assert!(said.contains("right     settings   Production mode") && !said.contains("WRONG"), "{said}");
    let token = said.lines().find_map(|line| line.split_once("/invitation#")).unwrap().1.to_owned();

    let mut server = Server::of(shell(&format!("exec {serve}")));
    let (address, log) = server.address_and_log();
    assert!(log.contains("production mode") && !log.contains("@unfm.example"), "{log}");
    for secret in ["a/b#c", "12#x", "%23c", "%23x"] {
        assert!(!log.contains(secret) && !said.contains(secret) && !told.contains(secret), "{secret}");
    }
    let client = reqwest::Client::new();
    let ask = async |query: String| {
        let asked =
            client.post(format!("http://{address}/graphql")).json(&json!({"query": query})).send().await.unwrap();
        asked.json::<serde_json::Value>().await.unwrap()
    };
    let password = "une phrase bien longue";
    let accepted = ask(format!(
        "mutation {{ userInvitationAccept(input: {{ token: \"{token}\", password: \"{password}\" }}) {{ userErrors {{ code }} }} }}"
    ));
    assert_eq!(accepted.await["data"]["userInvitationAccept"]["userErrors"], json!([]));
    let signed_in = ask(format!(
        "mutation {{ sessionCreate(input: {{ email: \"you@example.org\", password: \"{password}\" }}) {{
           session {{ expiresIn }} userErrors {{ code }} }} }}"
    ));
    // In production an administrator comes in with a second factor only.
    let answer = signed_in.await;
    assert_eq!(answer["data"]["sessionCreate"]["userErrors"][0]["code"], "TOTP_ENROLMENT_REQUIRED", "{answer}");
    server.end();
    for sql in ["drop database unfm_MARK with (force)", "drop role unfm_app_MARK", "drop role unfm_owner_MARK"] {
        admin.run(&sql.replace("MARK", &mark)).await.unwrap();
    }
}

/// Change an embedded database past the program, as whoever owns the machine may.
#[expect(clippy::disallowed_methods, reason = "somebody changes the database past the program")]
async fn tamper(home: &Path, sql: &str) {
    let url = format!("sqlite://{}", home.join("data/unfm.db").display());
    let connection = sea_orm::Database::connect(url).await.unwrap();
    sea_orm::ConnectionTrait::execute_unprepared(&connection, sql).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn the_audit_is_proved_with_what_is_kept_outside_the_database() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let anchors = home.join("elsewhere.jsonl");
    let kept = || std::fs::read_to_string(&anchors).unwrap_or_default().lines().count();
    let verify = |more: &[&str]| {
        let output = run(home, &[&["audit", "verify"], more].concat());
        let said = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.success(), said(output.stdout) + said(output.stderr).lines().last().unwrap_or_default())
    };
    assert!(run(home, &["seed", "--demo"]).status.success());
    let file = ["--audit-anchors", anchors.to_str().unwrap()];
    let (whole, said) = verify(&file);
    assert!(whole && said.contains("0 chains, 0 links") && kept() == 1, "nobody was served yet: {said}");

    let mut server = Server::of(command(home, &file));
    let address = server.address();
    let sign_in = "mutation { sessionCreate(input: { email: \"khouribga@unfm.example\", password: \"marhaba-demo\" }) {
        session { expiresIn } } }";
    let asked = reqwest::Client::new().post(format!("http://{address}/graphql")).json(&json!({"query": sign_in}));
    assert!(asked.send().await.unwrap().status().is_success());
    server.end();
    let (whole, said) = verify(&file);
    assert!(whole && said.contains("with one anchor from outside") && kept() == 2, "{said}");
    let anchor = said.split_once("Anchor: ").unwrap().1.trim().to_owned();

    // What is kept of a person is erased, and the proof stays whole.
    let id = unfm::platform::graphql::global_id::GlobalId::new(
        unfm::platform::graphql::global_id::Kind::User,
        domain::id::founding("user", "khouribga@unfm.example"),
    );
    let erased = run(home, &["audit", "erase", &id.to_string()]);
    assert!(String::from_utf8(erased.stdout).unwrap().starts_with("2 values of the audit were erased"));
    assert!(verify(&file).0);
    assert!(!run(home, &["audit", "erase", "khouribga"]).status.success());

    let copy = home.join("copy.db");
    std::fs::copy(home.join("data/unfm.db"), &copy).unwrap();
    // The national chain is cut with the anchors in it: within the database nobody would see it.
    let cut = "delete from audit_value; delete from audit_tally; delete from audit_entry
        where branch_id = (select branch_id from audit_entry where outcome = 'ANCHORED' limit 1)";
    tamper(home, cut).await;
    let (whole, said) = verify(&file);
    assert!(!whole && said.contains("was anchored outside the database and is missing"), "{said}");
    let (whole, said) = verify(&["--anchor", &anchor]);
    assert!(!whole && said.contains("was anchored outside the database and is missing"), "{said}");

    tamper(home, "delete from audit_entry").await;
    let (whole, said) = verify(&[]);
    assert!(!whole && said.contains("it is empty, although a server was started with it"), "{said}");
    std::fs::remove_file(&anchors).unwrap();
    std::fs::copy(&copy, home.join("data/unfm.db")).unwrap();
    let (whole, said) = verify(&file);
    assert!(!whole && said.contains("holds no anchor, although the audit has one"), "{said}");
}

/// The folder in which the program is found as `unfm`.
fn program_folder(home: &Path) -> std::path::PathBuf {
    assert!(run(home, &["schema"]).status.success(), "it is built");
    let program = command(home, &[]).get_program().to_owned();
    Path::new(&program).parent().unwrap().to_owned()
}
