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
    let fits = format!("{{ {} }}", "about { version }\n".repeat(1_200));
    assert_eq!(world.ask(&fits, json!({})).await.data()["about"]["version"], env!("CARGO_PKG_VERSION"));
}
