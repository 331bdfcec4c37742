//! Guessing passwords, codes, secrets and tokens: it goes slowly, and is nobody else's trouble.

use futures_util::future::join_all;
use serde_json::{Value, json};
use std::time::Duration;
use tests::World;

const SIGN_IN: &str = "mutation($email: String!, $password: String!, $totp: String) {
    sessionCreate(input: { email: $email, password: $password, totp: $totp }) {
        session { accessToken } userErrors { code } } }";

fn attempt(email: &str, password: &str, totp: Option<&str>) -> Value {
    json!({"query": SIGN_IN, "variables": {"email": email, "password": password, "totp": totp}})
}

/// So many may fail before the next one waits.
const FREE: usize = 3;

async fn many_guesses_at_once_are_as_few_as_one_after_another(world: World) {
    let post = async |body: Value| world.send(world.http().post(world.url("/graphql")).json(&body)).await;
    let before = world.password_checks();
    let answers = join_all((0..200).map(|_| post(attempt("khouribga@unfm.example", "a wrong password", None)))).await;
    let checks = usize::try_from(world.password_checks() - before).unwrap();
    assert!((1..=FREE + 1).contains(&checks), "{}: {checks} passwords were tried", world.on);
    let refused = answers.iter().filter(|answer| answer.outcome().contains("INVALID_CREDENTIALS")).count();
    assert_eq!(refused, checks, "{}", world.on);

    // Of whoever knows the password, and has no authenticator.
    let code = |place: usize| format!("{place:06}");
    let codes: Vec<String> = (0..50).map(code).collect();
    let guesses = codes.iter().map(|code| post(attempt("totp@unfm.example", "marhaba-demo", Some(code))));
    let tried = join_all(guesses).await.iter().filter(|answer| answer.outcome().contains("TOTP_INVALID")).count();
    assert!((1..=FREE + 1).contains(&tried), "{}: {tried} codes were tried", world.on);

    // A program's secret.
    let answers = join_all((0..50).map(|_| world.oauth("unfpa-demo", "a wrong secret", ""))).await;
    let tried = answers.iter().filter(|answer| answer.body["error"] == "invalid_client").count();
    assert!((1..=FREE + 1).contains(&tried), "{}: {tried} secrets were tried", world.on);
    assert!(answers.iter().any(|answer| answer.status == 429 && answer.headers.contains_key("retry-after")));
}

async fn strangers_do_not_keep_her_waiting_where_she_has_signed_in_before(world: World) {
    // All of these addresses are this machine's.
    let from = async |address: &str, password: &str| {
        let client = reqwest::Client::builder().local_address(address.parse::<std::net::IpAddr>().unwrap()).build().unwrap();
        let body = attempt("khouribga@unfm.example", password, None);
        world.send(client.post(world.url("/graphql")).json(&body)).await.outcome()
    };
    assert_eq!(from("127.0.0.1", "marhaba-demo").await, "done", "{}", world.on);
    for stranger in ["127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5"] {
        from(stranger, "a wrong password").await;
    }
    assert_eq!(from("127.0.0.6", "marhaba-demo").await, "RATE_LIMITED", "{}: from anywhere", world.on);
    assert_eq!(from("127.0.0.1", "marhaba-demo").await, "done", "{}: from where she is known", world.on);
}

async fn whoever_shows_garbage_drops_nobodys_rights(world: World) {
    let (token, _) = world.sign_in("khouribga@unfm.example").await;
    let statements = async || {
        let before = world.db.statements();
        let viewer = world.ask_as(&token, "{ viewer { user { email } } }", json!({})).await;
        assert_eq!(viewer.data()["viewer"]["user"]["email"], "khouribga@unfm.example");
        world.db.statements() - before
    };
    let first = statements().await;
    let known = statements().await;
    assert!(known < first, "{}: her rights are known by now", world.on);
    for garbage in [
        "mutation { sessionRefresh(input: {refreshToken: \"garbage\"}) { userErrors { code } } }",
        "mutation { passwordReset(input: {token: \"garbage\", newPassword: \"another long password\"}) { userErrors { code } } }",
        "mutation { userInvitationAccept(input: {token: \"garbage\", password: \"another long password\"}) { userErrors { code } } }",
        "mutation { sessionCreate(input: {email: \"nobody@unfm.example\", password: \"garbage\"}) { userErrors { code } } }",
    ] {
        assert_ne!(world.ask(garbage, json!({})).await.outcome(), "done", "{}: {garbage}", world.on);
        assert_eq!(statements().await, known, "{}: {garbage}", world.on);
    }
}

#[tokio::test]
async fn whoever_hangs_up_leaves_no_more_hashes_behind_than_there_are_cores() {
    let world = World::sqlite().await;
    let cores = u64::try_from(std::thread::available_parallelism().unwrap().get()).unwrap();
    let hasty = (0..60).map(|place| {
        let body = attempt(&format!("nobody{place}@unfm.example"), "whatever it is", None);
        let sent = world.http().post(world.url("/graphql")).json(&body).send();
        // At different moments: many have come to the hash by then.
        tokio::time::timeout(Duration::from_millis(100 + 50 * place), sent)
    });
    join_all(hasty).await;
    assert!(world.password_checks() > cores, "{}", world.password_checks());
    assert!(world.most_passwords_at_once() <= cores, "{} at once", world.most_passwords_at_once());
    // And whoever waits for an answer gets one.
    world.sign_in("khouribga@unfm.example").await;
}

tests::on_each_database!(
    many_guesses_at_once_are_as_few_as_one_after_another,
    strangers_do_not_keep_her_waiting_where_she_has_signed_in_before,
    whoever_shows_garbage_drops_nobodys_rights,
);
