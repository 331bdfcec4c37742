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

/// The folder in which the program is found as `unfm`.
fn program_folder(home: &Path) -> std::path::PathBuf {
    assert!(run(home, &["schema"]).status.success(), "it is built");
    let program = command(home, &[]).get_program().to_owned();
    Path::new(&program).parent().unwrap().to_owned()
}
