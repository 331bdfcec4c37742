//! What one request may ask: a document that is too large is refused before it is parsed, with the limit that it exceeds.

use serde_json::json;
use tests::{Answer, World};

fn limit(answer: &Answer) -> (String, u64, u64) {
    assert_eq!(answer.code(), "LIMIT_EXCEEDED", "{}", answer.text);
    let extensions = &answer.body["errors"][0]["extensions"];
    let number = |name: &str| extensions[name].as_u64().unwrap();
    (extensions["limit"].as_str().unwrap().to_owned(), number("maximum"), number("requested"))
}

#[tokio::test]
async fn a_document_that_is_too_large_is_refused_with_the_limit_and_what_it_asked_for() {
    let world = World::sqlite().await;
    let many_tokens = format!("{{ {} }}", "a".repeat(10) + &" a".repeat(5_000));
    let answer = world.ask_in("fr", &many_tokens, json!({})).await;
    assert_eq!(limit(&answer), ("tokens".to_owned(), 5_000, 5_003));
    assert_eq!(answer.body["errors"][0]["message"], "La requête dépasse la limite permise. (tokens)");

    let long = format!("{{ about {{ version }} }} #{}", "x".repeat(64 * 1024));
    assert_eq!(limit(&world.ask(&long, json!({})).await), ("bytes".to_owned(), 65_536, 65_536 + 23));

    // The parser calls itself for each of these.
    for bracket in ["{a", "[", "(a:"] {
        let deep = format!("{{ about {}", bracket.repeat(15_000));
        let (name, maximum, _) = limit(&world.ask(&deep, json!({})).await);
        assert_eq!((name.as_str(), maximum), ("nesting", 100), "{bracket}");
    }
    // By GET as well.
    let request = world.http().get(world.url("/graphql")).query(&[("query", many_tokens.as_str())]);
    assert_eq!(limit(&world.send(request).await).0, "tokens");

    // What is large and within every limit is answered.
    let fits = format!("{{ about {{ {} }} }}", "version\n".repeat(4_900));
    assert_eq!(world.ask(&fits, json!({})).await.data()["about"]["version"], env!("CARGO_PKG_VERSION"));
}

#[tokio::test]
async fn what_an_operation_costs_is_told_and_held_to_a_limit_before_anything_runs() {
    let world = World::sqlite().await;
    let query = "query Q($size: Int!) { markets(first: $size) { nodes { slug listings(first: 60) { nodes { id } } } } }";
    let answer = world.ask(query, json!({"size": 2})).await;
    assert_eq!(answer.body["extensions"]["cost"], json!({"requested": 1 + 2 * (1 + 61), "limit": 5_000}));
    // The same document again, which is known by now, and with other variables.
    assert_eq!(world.ask(query, json!({"size": 3})).await.body["extensions"]["cost"]["requested"], 1 + 3 * (1 + 61));
    let dear = world.ask(query, json!({"size": 100})).await;
    assert_eq!(limit(&dear), ("cost".to_owned(), 5_000, 6_201));
    assert_eq!(dear.body["extensions"]["cost"], json!({"requested": 6_201, "limit": 5_000}));
    assert!(dear.body.get("data").is_none());
}

#[tokio::test]
async fn fragments_that_multiply_are_refused_without_being_expanded() {
    let world = World::sqlite().await;
    // 1.5 KB of text that would be two to the power of 26 fields.
    let fragments: String = (0..26)
        .map(|place| format!("fragment F{place} on About {{ ...F{} ...F{} }} ", place + 1, place + 1))
        .chain(["fragment F26 on About { version }".to_owned()])
        .collect();
    let answer = world.ask(&format!("{{ about {{ ...F0 }} }} {fragments}"), json!({})).await;
    let (name, maximum, requested) = limit(&answer);
    assert_eq!((name.as_str(), maximum), ("selections", 5_000));
    assert!(requested > 1 << 26, "{requested}");
    // An operation that is not asked for is not executed, and costs no more for that.
    let fragments: String = (0..26)
        .map(|place| format!("fragment F{place} on Category {{ parent {{ ...F{0} }} children {{ ...F{0} }} }} ", place + 1))
        .chain(["fragment F26 on Category { slug }".to_owned()])
        .collect();
    let aside = format!("query A {{ about {{ version }} }} query B {{ categories {{ ...F0 }} }} {fragments}");
    let asked = json!({"query": aside, "operationName": "A"});
    let answer = world.send(world.http().post(world.url("/graphql")).json(&asked)).await;
    let (name, maximum, _) = limit(&answer);
    assert_eq!((name.as_str(), maximum), ("selections", 20_000));
}

#[tokio::test]
async fn the_known_attacks_on_the_shape_of_a_query_are_refused_by_name() {
    let world = World::sqlite().await;
    let levels = "listings(first: 100) { nodes { market { ".repeat(4) + "slug" + &" } } }".repeat(4);
    let aliases: String = (0..101).map(|place| format!("a{place}: about {{ version }} ")).collect();
    let conflicts: String = (0..1_500).map(|place| format!("x: f{place} ")).collect();
    let circle = "{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }";
    for (query, name) in [
        (format!("{{ market(slug: \"khouribga\") {{ {levels} }} }}"), "cost"),
        (format!("{{ {aliases} }}"), "aliases"),
        (format!("{{ about {{ {conflicts} }} }}"), "aliases"),
        (format!("{{ about {{ version {} }} }}", "@skip(if: false) ".repeat(500)), "directives"),
        (format!("{{ {} }}", "__typename ".repeat(1_000)), "rootFields"),
        (format!("mutation {{ {} }}", "sessionEnd { userErrors { code } } ".repeat(6)), "mutations"),
        (circle.to_owned(), "introspection"),
    ] {
        assert_eq!(limit(&world.ask(&query, json!({})).await).0, name, "{query}");
    }
    let mut nested = json!("x");
    for _ in 0..65 {
        nested = json!([nested]);
    }
    let answer = world.ask("query Q($slug: String) { market(slug: $slug) { slug } }", json!({"slug": nested})).await;
    assert_eq!(limit(&answer), ("variableDepth".to_owned(), 64, 65));
}

#[tokio::test]
async fn a_mutation_that_stands_twice_under_one_name_runs_once() {
    let world = World::sqlite().await;
    let invalid = "sessionCreate(input: {email: \"nobody@unfm.example\", password: \"not her password\"})";
    let fields = format!("{invalid} {{ userErrors {{ code }} }} ... on Mutation {{ {invalid} {{ session {{ accessToken }} }} }}");
    let before = world.password_checks();
    let answer = world.ask(&format!("mutation {{ {fields} }}"), json!({})).await;
    assert_eq!(world.password_checks(), before + 1);
    assert_eq!(answer.data()["sessionCreate"], json!({"userErrors": [{"code": "INVALID_CREDENTIALS"}], "session": null}));
}

#[tokio::test]
async fn fragments_that_lead_on_for_long_are_refused_or_answered_and_no_more() {
    let world = World::sqlite().await;
    // As many, one after another, as the tokens allow.
    let chain = |length: usize, on: &str, next: &dyn Fn(String) -> String, last: &str| -> String {
        let steps = (0..length).map(|place| format!("fragment F{place} on {on} {{ {} }} ", next(format!("...F{}", place + 1))));
        steps.chain([format!("fragment F{length} on {on} {{ {last} }}")]).collect()
    };
    let nested = chain(440, "Category", &|next| format!("parent {{ {next} }}"), "slug");
    let answer = world.ask(&format!("{{ categories {{ ...F0 }} }} {nested}"), json!({})).await;
    assert_eq!(limit(&answer), ("depth".to_owned(), 15, 442));
    let aside = format!("query A {{ about {{ version }} }} query B {{ categories {{ ...F0 }} }} {nested}");
    let asked = json!({"query": aside, "operationName": "A"});
    let answer = world.send(world.http().post(world.url("/graphql")).json(&asked)).await;
    assert_eq!(answer.data()["about"]["version"], env!("CARGO_PKG_VERSION"));

    let flat = chain(610, "About", &|next| next, "version");
    let answer = world.ask(&format!("{{ about {{ ...F0 }} }} {flat}"), json!({})).await;
    assert_eq!(answer.data()["about"]["version"], env!("CARGO_PKG_VERSION"));
    // The last one leads back to the first.
    let circle = flat.replace("{ version }", "{ ...F0 }");
    assert_eq!(world.ask(&format!("{{ about {{ ...F0 }} }} {circle}"), json!({})).await.code(), "GRAPHQL_VALIDATION_FAILED");
}

#[tokio::test]
async fn an_answer_does_not_grow_beyond_its_limit() {
    let world = World::sqlite().await;
    let named = format!("update product set name = '{{\"ar\": \"{}\"}}'", "ز".repeat(5_000));
    world.change(async |tx| tx.rewrite(&named).await).await;
    let aliases = |count: usize| (0..count).map(|place| format!("a{place}: name {{ text translations {{ text }} }} ")).collect::<String>();
    let query = |count: usize| format!("{{ products(first: 25) {{ nodes {{ {} }} }} }}", aliases(count));
    world.ask(&query(15), json!({})).await.data();
    assert_eq!(limit(&world.ask(&query(30), json!({})).await), ("answerBytes".to_owned(), 8_388_608, 8_388_609));
    // What is no text is counted when it is written.
    let names = format!("{{ products(first: 100) {{ nodes {{ {} }} }} }}", "slug ".repeat(400));
    world.ask(&names, json!({})).await.data();
}

#[tokio::test]
async fn variables_that_are_too_many_or_too_deep_are_refused_unread() {
    let world = World::sqlite().await;
    let query = "query Q($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    let answer = world.ask(query, json!({"ids": vec!["x"; 150_000]})).await;
    assert_eq!(limit(&answer), ("variableValues".to_owned(), 20_000, 150_001));
    let deep = format!(r#"{{"query": "{{ about {{ version }} }}", "variables": {{"a": {}{}}}}}"#, "[".repeat(300_000), "]".repeat(300_000));
    let request = world.http().post(world.url("/graphql")).header("content-type", "application/json").body(deep);
    assert_eq!(limit(&world.send(request).await).0, "variableDepth");
    // The same in what is looked at by nobody, and a request that is a list.
    for (body, status) in [
        (format!(r#"{{"query": "{{ about {{ version }} }}", "extensions": {{"a": {}1{}}}}}"#, "[".repeat(300_000), "]".repeat(300_000)), 200),
        (r#"["{ about { version } }", null, null, null, null]"#.to_owned(), 400),
        (r#"{"query": "{ about { version } }", "variables": []}"#.to_owned(), 400),
    ] {
        let request = world.http().post(world.url("/graphql")).header("content-type", "application/json").body(body);
        assert_eq!(world.send(request).await.status, status);
    }
}
