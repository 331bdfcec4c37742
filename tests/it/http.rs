//! The endpoint over real sockets, and the pages beside it.

use reqwest::Method;
use serde_json::{Value, json};
use tests::World;

const ABOUT: &str = "{ about { version } }";

#[tokio::test]
async fn the_status_of_a_refusal_depends_on_the_media_type() {
    let world = World::sqlite().await;
    let ask = async |accept: &'static str, query: &str| {
        let request = world.http().post(world.url("/graphql")).header("accept", accept).json(&json!({"query": query}));
        world.send(request).await
    };
    let (new, old) = ("application/graphql-response+json", "application/json");
    for (query, code, status) in [
        (ABOUT, None, 200),
        ("{ about {", Some("GRAPHQL_PARSE_FAILED"), 400),
        ("{ nothing }", Some("GRAPHQL_VALIDATION_FAILED"), 400),
        ("{ markets(first: -1) { totalCount } }", Some("BAD_USER_INPUT"), 200),
    ] {
        let answer = ask(new, query).await;
        assert_eq!(answer.status, status, "{query}");
        assert!(answer.headers["content-type"].starts_with(new));
        assert_eq!(answer.body["errors"][0]["extensions"]["code"].as_str(), code, "{}", answer.text);
        assert_eq!(answer.body.get("data").is_some(), status == 200, "{}", answer.text);
        assert_eq!(ask(old, query).await.status, 200, "{query}");
    }
    assert_eq!(ask("text/html", ABOUT).await.status, 406);
}

#[tokio::test]
async fn queries_may_be_in_the_address_and_nothing_else() {
    let world = World::sqlite().await;
    let get = async |pairs: &[(&str, &str)]| world.send(world.http().get(world.url("/graphql")).query(pairs)).await;
    let named = "query A { about { version } } query B($s: String) { market(slug: $s) { slug } }";
    let answer = get(&[("query", named), ("operationName", "B"), ("variables", r#"{"s":"khouribga"}"#)]).await;
    assert_eq!(answer.data()["market"]["slug"], "khouribga");
    assert_eq!(get(&[("query", named)]).await.code(), "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(get(&[("query", ABOUT), ("variables", "{")]).await.status, 400);
    assert_eq!(get(&[]).await.status, 400);
    let mutation = get(&[("query", "mutation { nothing }")]).await;
    assert_eq!((mutation.status, mutation.headers["allow"].as_str()), (405, "GET, POST"));
    let put = world.send(world.http().request(Method::PUT, world.url("/graphql")).body("{}")).await;
    assert_eq!(put.status, 405);
}

#[tokio::test]
async fn bodies_that_are_no_request_are_refused() {
    let world = World::sqlite().await;
    let post = async |kind: &'static str, body: String| {
        world.send(world.http().post(world.url("/graphql")).header("content-type", kind).body(body)).await
    };
    let good = json!({"query": ABOUT}).to_string();
    assert_eq!(post("application/json; charset=utf-8", good.clone()).await.status, 200);
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1"] {
        let answer = post(kind, good.clone()).await;
        assert_eq!((answer.status, answer.code()), (415, "UNSUPPORTED_MEDIA_TYPE"), "{kind}");
    }
    for body in [
        "",
        "{",
        "[]",
        "null",
        "{\"query\": 1}",
        "[{\"query\":\"{ about { version } }\"}]",
        "{\"query\":\"{a}\",\"variables\":[]}",
    ] {
        assert_eq!(post("application/json", body.to_owned()).await.status, 400, "{body}");
    }
    let large = json!({"query": ABOUT, "variables": {"x": "a".repeat(1_100_000)}}).to_string();
    assert_eq!(post("application/json", large).await.status, 413);
}

#[tokio::test]
async fn a_token_that_nobody_gave_out_is_never_taken_for_nobody() {
    let world = World::sqlite().await;
    for token in ["Bearer x", "Basic eDp5", ""] {
        let request =
            world.http().post(world.url("/graphql")).header("authorization", token).json(&json!({"query": ABOUT}));
        let answer = world.send(request).await;
        assert_eq!((answer.status, answer.code()), (401, "UNAUTHENTICATED"), "{token}");
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
        assert!(answer.body.get("data").is_none());
    }
}

#[tokio::test]
async fn refusals_speak_the_language_of_the_request() {
    let world = World::sqlite().await;
    let said = async |languages: &str| {
        let answer = world.ask_in(languages, "{ node(id: \"x\") { id } }", json!({})).await;
        (answer.body["errors"][0]["message"].as_str().unwrap().to_owned(), answer.headers["content-language"].clone())
    };
    assert_eq!(said("fr").await, ("Une valeur donnée n'est pas utilisable. (id)".into(), "fr".into()));
    assert_eq!(said("ar").await, ("قيمة مُدخلة غير صالحة. (id)".into(), "ar".into()));
    assert_eq!(said("en").await.0, "A value that was given cannot be used. (id)");
}

#[tokio::test]
async fn the_pages_beside_the_endpoint_answer() {
    let world = World::sqlite().await;
    let get = async |path: &str| world.send(world.http().get(world.url(path))).await;

    assert_eq!((get("/livez").await.text.as_str(), get("/readyz").await.text.as_str()), ("alive", "ready"));
    assert_eq!(get("/schema.graphql").await.text, unfm::schema::sdl());
    let page = get("/graphiql").await;
    assert_eq!(page.status, 200);
    assert!(!page.text.contains("http"), "nothing comes from elsewhere");
    for file in page.text.split('"').filter(|part| part.starts_with("/graphiql/")) {
        assert_eq!(get(file).await.status, 200, "{file}");
    }
    let lost = get("/nowhere").await;
    assert_eq!((lost.status, lost.headers["content-type"].as_str()), (404, "application/problem+json"));
    assert_eq!(lost.body["status"], 404);
    let posted = world.send(world.http().post(world.url("/livez"))).await;
    assert_eq!((posted.status, posted.headers["content-type"].as_str()), (405, "application/problem+json"));
}

#[tokio::test]
async fn every_answer_has_an_id_and_a_strangers_id_is_not_taken() {
    let world = World::sqlite().await;
    let request = world.http().get(world.url("/livez")).header("x-request-id", "mine");
    let answer = world.send(request).await;
    assert_eq!(answer.headers["x-request-id"].len(), 32);
    assert_ne!(
        answer.headers["x-request-id"],
        world.send(world.http().get(world.url("/livez"))).await.headers["x-request-id"]
    );
}

#[tokio::test]
async fn no_origin_may_call_unless_it_was_named() {
    let world = World::sqlite().await;
    let request = world
        .http()
        .post(world.url("/graphql"))
        .header("origin", "https://evil.example")
        .json(&json!({"query": ABOUT}));
    let answer = world.send(request).await;
    assert!(!answer.headers.contains_key("access-control-allow-origin"));
    assert!(!answer.headers.contains_key("access-control-allow-credentials"));
}

#[tokio::test]
async fn large_answers_are_compressed_for_clients_that_ask() {
    let world = World::sqlite().await;
    let body = json!({"query": "{ regions { name { text } provinces { name { text translations { text } } } } }"});
    let asked = world.http().post(world.url("/graphql")).header("accept-encoding", "br").json(&body);
    assert_eq!(world.send(asked).await.headers["content-encoding"], "br");
    let plain = world.http().post(world.url("/graphql")).json(&body);
    assert!(!world.send(plain).await.headers.contains_key("content-encoding"));
}

#[tokio::test]
async fn answers_keep_the_order_of_the_question_and_null_stays_where_it_arose() {
    let world = World::sqlite().await;
    let question = "{ z: about { version } bad: node(id: \"x\") { id } a: market(slug: \"khouribga\") { slug isOpen name { text } } }";
    let answer = world.ask(question, json!({})).await;
    let text = &answer.text;
    let places: Vec<usize> = ["\"z\"", "\"bad\"", "\"a\"", "\"slug\"", "\"isOpen\"", "\"name\""]
        .iter()
        .map(|key| text.find(key).unwrap())
        .collect();
    assert!(places.is_sorted(), "{text}");
    assert_eq!(answer.body["data"]["bad"], Value::Null);
    assert_eq!(answer.body["data"]["a"]["slug"], "khouribga");
    assert_eq!(answer.body["errors"][0]["path"], json!(["bad"]));
}
