//! How much one may ask for in a minute: whoever asks for more waits, and nobody else notices.

use reqwest::Client;
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr};
use tests::{Answer, World};

/// One that costs 100.
const INTROSPECTION: &str = "{ __schema { queryType { name } } }";
const SIGN_IN: &str = "mutation($email: String!, $password: String!) {
    sessionCreate(input: { email: $email, password: $password }) { session { accessToken } userErrors { code } } }";
const RESET: &str =
    "mutation($email: String!) { passwordResetRequest(input: { email: $email }) { userErrors { code } } }";

/// A client at one of this machine's addresses, at which nobody else is.
fn client() -> Client {
    let [a, b, c, ..] = uuid::Uuid::now_v7().into_bytes()[10..] else { unreachable!() };
    Client::builder().local_address(IpAddr::V4(Ipv4Addr::new(127, a | 2, b, c))).build().unwrap()
}

async fn post(world: &World, client: &Client, server: &str, query: &str, variables: Value) -> Answer {
    let body = json!({"query": query, "variables": variables});
    world.send(client.post(format!("{server}/graphql")).header("accept-language", "en").json(&body)).await
}

/// What is left, as a header tells it.
fn left(answer: &Answer) -> u32 {
    let told = answer.headers["ratelimit"].split(';').find_map(|part| part.strip_prefix("r=")).unwrap();
    told.parse().unwrap()
}

#[tokio::test]
async fn whoever_asks_for_too_much_waits_and_nobody_else_does() {
    let world = World::sqlite().await;
    let server = world.also_served(&["--rate-address", "6000"]).await;
    let here = client();
    let ask = async |query: &str| post(&world, &here, &server, query, json!({})).await;
    let first = ask(INTROSPECTION).await;
    assert_eq!(first.headers["ratelimit-policy"], "\"address\";q=6000;w=60");
    assert_eq!(first.headers["ratelimit"], "\"address\";r=5900;t=1");
    assert_eq!(left(&ask("{ about { version } }").await), 5_880, "the cheapest takes 20");
    assert_eq!(left(&ask("{ nonsense").await), 5_860, "and so does what is refused");
    assert_eq!(left(&ask("{ market { name } }").await), 5_840);
    let garbage = here.post(format!("{server}/graphql")).bearer_auth("garbage").json(&json!({"query": INTROSPECTION}));
    let refused = world.send(garbage).await;
    assert_eq!((refused.status, left(&refused)), (401, 5_820), "whoever shows garbage is a stranger");
    for _ in 0..58 {
        ask(INTROSPECTION).await.data();
    }
    let refused = ask(INTROSPECTION).await;
    assert_eq!((refused.status, refused.code()), (429, "RATE_LIMITED"));
    assert_eq!(refused.headers["retry-after"], "1");
    assert_eq!(refused.body["errors"][0]["extensions"]["retryAfter"], 1);
    assert!(refused.body["errors"][0]["message"].as_str().unwrap().ends_with("(1 s)"), "{}", refused.text);

    // Whoever is elsewhere, or somebody, has a share of her own.
    let elsewhere = client();
    post(&world, &elsewhere, &server, INTROSPECTION, json!({})).await.data();
    let (token, _) = world.sign_in("khouribga@unfm.example").await;
    let program = world.program("unfpa-demo").await;
    for (token, policy) in [(token, "\"login\";q=15000;w=60"), (program, "\"client\";q=60000;w=60")] {
        let request = here.post(format!("{server}/graphql")).bearer_auth(token);
        let answer = world.send(request.json(&json!({"query": INTROSPECTION}))).await;
        answer.data();
        assert_eq!(answer.headers["ratelimit-policy"], policy);
    }

    world.at("2026-11-23T12:00:01Z");
    ask(INTROSPECTION).await.data();
    assert_eq!(ask(INTROSPECTION).await.status, 429, "a hundred came back in a second");
}

#[tokio::test]
async fn whoever_has_used_everything_is_refused_before_her_body_is_read() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let world = World::sqlite().await;
    let server = world.also_served(&["--rate-address", "1"]).await;
    let mut refused = false;
    // The largest document is always there at once: 5,000 units, 20 a request.
    for _ in 0..=250 {
        let mut stream = tokio::net::TcpStream::connect(server.trim_start_matches("http://")).await.unwrap();
        let head = "POST /graphql HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\n";
        if !refused {
            let body = r#"{"query":"{ about { version } }"}"#;
            stream.write_all(format!("{head}content-length: {}\r\n\r\n{body}", body.len()).as_bytes()).await.unwrap();
            let mut told = String::new();
            stream.read_to_string(&mut told).await.unwrap();
            refused = told.starts_with("HTTP/1.1 429");
        }
    }
    assert!(refused);
    let mut stream = tokio::net::TcpStream::connect(server.trim_start_matches("http://")).await.unwrap();
    let head = "POST /graphql HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 500000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut told = [0; 12];
    let read = stream.read_exact(&mut told);
    tokio::time::timeout(std::time::Duration::from_secs(10), read).await.expect("nothing of the body was sent").unwrap();
    assert_eq!(&told, b"HTTP/1.1 429");
}

#[tokio::test]
async fn nobody_tries_to_come_in_more_often_than_people_do() {
    let world = World::sqlite().await;
    let server = world.also_served(&["--rate-sign-in", "10"]).await;
    let here = client();
    let sign_in = async |client: &Client, email: &str| {
        post(&world, client, &server, SIGN_IN, json!({"email": email, "password": "marhaba-demo"})).await
    };
    for _ in 0..10 {
        assert_eq!(sign_in(&here, "mdiq@unfm.example").await.outcome(), "done");
    }
    let checks = world.password_checks();
    let refused = sign_in(&here, " MDIQ@unfm.example").await;
    assert_eq!((refused.status, refused.code(), &*refused.headers["retry-after"]), (429, "RATE_LIMITED", "6"));
    assert_eq!(world.password_checks(), checks, "no password is looked at");
    assert_eq!(sign_in(&client(), "mdiq@unfm.example").await.outcome(), "done", "from elsewhere");
    assert_eq!(sign_in(&here, "khouribga@unfm.example").await.outcome(), "done", "as somebody else");
    // Of one document that tries several times, each counts; what was done remains.
    let several = post(
        &world,
        &here,
        &server,
        "mutation($e: String!, $p: String!) { a: sessionCreate(input: {email: $e, password: $p}) { userErrors { code } }
            b: sessionEndAll { ended } }",
        json!({"e": "mdiq@unfm.example", "p": "marhaba-demo"}),
    )
    .await;
    assert!(several.text.contains("RATE_LIMITED"), "{}", several.text);

    // And from one address as whomever.
    let strangers = client();
    for stranger in 0..100 {
        let email = format!("stranger{stranger}@unfm.example");
        let answer = post(&world, &strangers, &server, SIGN_IN, json!({"email": email, "password": "x"})).await;
        assert_eq!(answer.outcome(), "INVALID_CREDENTIALS", "{stranger}");
    }
    assert_eq!(sign_in(&strangers, "khouribga@unfm.example").await.status, 429);
}

#[tokio::test]
async fn a_program_and_whoever_forgot_her_password_are_counted_as_well() {
    let world = World::sqlite().await;
    let server = world.also_served(&["--rate-sign-in", "10"]).await;
    let here = client();
    let token = async |client: &Client, id: &str| {
        let request = client.post(format!("{server}/oauth/token")).basic_auth(id, Some(format!("{id}-secret")));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        world.send(request.body("grant_type=client_credentials")).await
    };
    for _ in 0..10 {
        assert_eq!(token(&here, "unfpa-demo").await.status, 200);
    }
    let refused = token(&here, "unfpa-demo").await;
    assert_eq!((refused.status, &*refused.headers["retry-after"]), (429, "6"));
    assert_eq!(refused.headers["ratelimit-policy"], "\"sign-in\";q=10;w=60");
    assert_eq!(token(&here, "indh-demo").await.status, 200);

    let forgetful = client();
    let reset = async |number: usize| {
        let email = json!({"email": format!("somebody{number}@unfm.example")});
        post(&world, &forgetful, &server, RESET, email).await
    };
    for number in 0..10 {
        assert_eq!(reset(number).await.outcome(), "done");
    }
    assert_eq!(reset(10).await.code(), "RATE_LIMITED", "a stranger does not have letters sent to everybody");
}

#[tokio::test]
async fn instances_share_what_is_left_and_each_goes_on_alone() {
    let Some(redis) = World::redis().await else { return };
    let world = World::sqlite().await;
    // Nothing to speak of comes back while this is told: there are 5,000 units in all.
    let flags = ["--rate-address", "1", "--redis-url", redis.as_str()];
    let servers = [world.also_served(&flags).await, world.also_served(&flags).await];
    let here = client();
    let mut given = 0;
    for number in 0..60 {
        let answer = post(&world, &here, &servers[number % 2], INTROSPECTION, json!({})).await;
        match answer.status {
            200 => given += 1,
            _ => assert_eq!((answer.status, answer.code()), (429, "RATE_LIMITED")),
        }
    }
    // What one has taken and cannot give away any more is at most a batch; whoever is refused has taken 20.
    assert!((42..=50).contains(&given), "{given} of 50");
    let ready = world.send(here.get(format!("{}/readyz", servers[0]))).await;
    assert_eq!((ready.status, &*ready.text), (200, "ready"));

    let away = world.also_served(&["--rate-address", "6000", "--redis-url", "redis://127.0.0.1:1"]).await;
    for _ in 0..60 {
        post(&world, &here, &away, INTROSPECTION, json!({})).await.data();
    }
    assert_eq!(post(&world, &here, &away, INTROSPECTION, json!({})).await.status, 429, "it counts for itself");
    let ready = world.send(here.get(format!("{away}/readyz"))).await;
    assert_eq!((ready.status, &*ready.text), (200, "degraded"));
}
