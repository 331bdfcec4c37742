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
    let mutation = get(&[("query", "mutation { __typename }")]).await;
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
    assert_eq!(said("fr").await, ("Une valeur donnée n'est pas utilisable. (id: an id from an answer)".into(), "fr".into()));
    assert_eq!(said("ar").await, ("قيمة مُدخلة غير صالحة. (id: an id from an answer)".into(), "ar".into()));
    assert_eq!(said("en").await.0, "A value that was given cannot be used. (id: an id from an answer)");
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

#[tokio::test]
async fn a_variable_that_is_missing_is_named_before_anything_runs() {
    let world = World::sqlite().await;
    let ask = async |variables: Value| {
        let body = json!({"query": "query M($slug: String!) { market(slug: $slug) { slug } }", "variables": variables});
        let request = world.http().post(world.url("/graphql")).header("accept", "application/graphql-response+json");
        world.send(request.json(&body)).await
    };
    for variables in [json!({}), json!({"slug": null}), Value::Null, json!({"slug": 7})] {
        let answer = ask(variables.clone()).await;
        let said = (answer.status, answer.code(), answer.argument(), answer.body.get("data"));
        assert_eq!(said, (400, "BAD_USER_INPUT", "slug", None), "{variables} {}", answer.text);
    }
    assert_eq!(ask(json!({"slug": "khouribga"})).await.data()["market"]["slug"], "khouribga");
}

#[tokio::test]
async fn a_document_full_of_faults_is_answered_with_a_few_of_them_in_short() {
    let world = World::sqlite().await;
    let long = "n".repeat(2_000);
    // As many as the limits on a document let through.
    for query in [
        format!("{{ about {{ {} }} }}", "nothing ".repeat(4_900)),
        format!("{{ about {{ {} }} }}", format!("{long} ").repeat(30)),
        format!("{{ about {{ version @{long} @{long} }} }}"),
        format!("query Q(${long}: {long} = {long}) {{ market(slug: ${long}x) {{ slug }} ...{long} }}"),
        format!("{{ products(first: 1, orderBy: {long}, filter: {{{long}: {long}}}) {{ nodes {{ slug }} }} }}"),
        format!("{{ {long}: about {{ version }} {long}: __typename }} fragment {long} on {long} {{ {long} }}"),
        format!("{{ about {long} {{ {long}: }} }}"),
    ] {
        let answer = world.ask(&query, json!({})).await;
        let errors = answer.body["errors"].as_array().unwrap();
        assert!((1..=20).contains(&errors.len()), "{}", answer.text);
        for error in errors {
            let code = error["extensions"]["code"].as_str().unwrap();
            assert!(["GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED", "BAD_USER_INPUT"].contains(&code), "{error}");
            assert!(error.to_string().len() < 800, "{error}");
            assert!(!error["message"].as_str().unwrap().contains(&"n".repeat(200)), "{error}");
        }
    }
    let variables = json!({ "slug": { long.clone(): long.clone() } });
    let answer = world.ask("query Q($slug: String!) { market(slug: $slug) { slug } }", variables).await;
    assert_eq!((answer.code(), answer.argument()), ("BAD_USER_INPUT", "slug"), "{}", answer.text);
}

#[tokio::test]
async fn demo_mode_answers_this_machine_alone() {
    let world = World::sqlite().await;
    let ask = async |path: &str, name: &'static str, value: &'static str| {
        world.send(world.http().get(world.url(path)).query(&[("query", ABOUT)]).header(name, value)).await
    };
    for (name, value) in [
        ("host", "unfm.example"),
        ("host", "localhost.evil.example:8000"),
        ("x-forwarded-for", "203.0.113.9"),
        ("forwarded", "for=203.0.113.9"),
    ] {
        let answer = ask("/graphql", name, value).await;
        assert_eq!((answer.status, answer.code()), (403, "FORBIDDEN"), "{name}: {value}");
        assert!(answer.headers.contains_key("x-request-id"));
        let page = ask("/graphiql", name, value).await;
        assert_eq!((page.status, page.headers["content-type"].as_str()), (403, "application/problem+json"));
    }
    for host in ["localhost:8000", "127.0.0.1", "[::1]:8000"] {
        assert_eq!(ask("/graphql", "host", host).await.status, 200, "{host}");
    }

    let production = ["--mode", "production", "--allow-sqlite", "--keys-dir", "unused"];
    let elsewhere = world.also_served(&production).await;
    let request = world.http().get(format!("{elsewhere}/graphql")).query(&[("query", ABOUT)]);
    let forwarded = request.header("host", "unfm.example").header("x-forwarded-for", "203.0.113.9");
    assert_eq!(world.send(forwarded).await.status, 200);
}

#[tokio::test]
async fn a_schema_that_is_not_shown_is_shown_nowhere() {
    let world = World::sqlite().await;
    let hidden = world.also_served(&["--introspection", "false"]).await;
    for path in ["/graphiql", "/graphiql/start.js", "/schema.graphql"] {
        assert_eq!(world.send(world.http().get(format!("{hidden}{path}"))).await.status, 404, "{path}");
    }
    for question in ["{ __schema { types { name } } }", "{ __type(name: \"Market\") { name } }"] {
        let asked = world.http().post(format!("{hidden}/graphql")).json(&json!({"query": question}));
        let answer = world.send(asked).await;
        assert_eq!(answer.code(), "GRAPHQL_VALIDATION_FAILED", "{}", answer.text);
    }
    let asked = world.http().post(format!("{hidden}/graphql")).json(&json!({"query": "{ __typename }"}));
    assert_eq!(world.send(asked).await.data()["__typename"], "Query");
}

#[tokio::test]
async fn a_named_origin_may_call_and_read_the_headers_it_needs() {
    let world = World::sqlite().await;
    let open = world.also_served(&["--cors-origins", "https://app.unfm.example"]).await;
    let from = async |origin: &'static str| {
        let preflight = world.http().request(Method::OPTIONS, format!("{open}/graphql")).header("origin", origin);
        let preflight = preflight.header("access-control-request-method", "POST");
        let preflight = world.send(preflight.header("access-control-request-headers", "content-type")).await;
        let asked =
            world.http().post(format!("{open}/graphql")).header("origin", origin).json(&json!({"query": ABOUT}));
        (preflight, world.send(asked).await)
    };

    let (preflight, answer) = from("https://app.unfm.example").await;
    for given in [&preflight, &answer] {
        assert_eq!(given.headers["access-control-allow-origin"], "https://app.unfm.example");
        assert!(!given.headers.contains_key("access-control-allow-credentials"));
    }
    assert!(preflight.headers["access-control-allow-headers"].contains("content-type"));
    assert!(answer.headers["access-control-expose-headers"].contains("x-request-id"));
    assert!(answer.headers["vary"].to_lowercase().contains("origin"));

    let (preflight, answer) = from("https://evil.example").await;
    assert!(!preflight.headers.contains_key("access-control-allow-origin"));
    assert!(!answer.headers.contains_key("access-control-allow-origin"));
}
