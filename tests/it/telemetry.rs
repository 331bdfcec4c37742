//! What the server says of itself: traces, metrics and logs, and what it never says.

use tests::collector::{Collector, holds};
use tests::program::{Server, command};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

async fn ask(address: &str, query: &str) -> reqwest::Response {
    let body = serde_json::json!({"query": query, "variables": {"word": "a-word-of-mine"}});
    let request = reqwest::Client::new().post(format!("http://{address}/graphql")).json(&body);
    let parent = format!("00-{TRACE}-00f067aa0ba902b7-01");
    request.header("traceparent", parent).header("x-request-id", "given-by-the-proxy").send().await.unwrap()
}

const QUESTION: &str = "query Finding($word: String) {
  products(first: 3, search: $word) { nodes { id } }
  market(slug: \"a-slug-of-mine\") { slug }
}";

fn trace_bytes() -> Vec<u8> {
    (0..16).map(|index| u8::from_str_radix(&TRACE[index * 2..index * 2 + 2], 16).unwrap()).collect()
}

#[tokio::test]
async fn an_operation_is_a_span_below_its_proxys_and_tells_nothing_of_what_was_asked() {
    let home = tempfile::tempdir().unwrap();
    let collector = Collector::start();
    let mut call = command(home.path(), &[]);
    call.env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.address).env("UNFM_TRUSTED_PROXIES", "127.0.0.0/8");
    call.env("RUST_LOG", "debug").env("UNFM_LOG_FORMAT", "json");
    let mut server = Server::of(call);
    let address = server.address();
    let answer = ask(&address, QUESTION).await;
    assert_eq!(answer.headers()["x-request-id"], "given-by-the-proxy");
    let text = answer.text().await.unwrap();
    assert!(text.contains(r#""market":null"#), "{text}");
    let log = server.end();

    let spans = collector.all("/v1/traces");
    for part in ["query Finding", "db.query", "unfm", "given-by-the-proxy"] {
        assert!(holds(&spans, part.as_bytes()), "{part}");
    }
    assert!(holds(&spans, &trace_bytes()), "the proxy's trace goes on here");
    assert!(holds(&collector.all("/v1/metrics"), b"graphql_operation_duration_seconds"));
    for said in [&spans[..], log.as_bytes()] {
        assert!(!holds(said, b"a-word-of-mine") && !holds(said, b"a-slug-of-mine"), "{log}");
    }
}

#[tokio::test]
async fn a_strangers_trace_is_not_gone_on_with() {
    let home = tempfile::tempdir().unwrap();
    let collector = Collector::start();
    let mut call = command(home.path(), &[]);
    call.env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.address);
    let mut server = Server::of(call);
    let address = server.address();
    assert_ne!(ask(&address, QUESTION).await.headers()["x-request-id"], "given-by-the-proxy");
    server.end();

    let spans = collector.all("/v1/traces");
    assert!(holds(&spans, b"query Finding") && !holds(&spans, &trace_bytes()));
}

#[tokio::test]
async fn metrics_are_served_on_a_listener_of_their_own() {
    let home = tempfile::tempdir().unwrap();
    let mut server = Server::start(home.path());
    let (address, metrics) = server.addresses();
    ask(&address, QUESTION).await;
    ask(&address, "{ nothing }").await;
    ask(&address, "{ about {").await;

    let get = async |url: String| reqwest::get(url).await.unwrap();
    let text = get(format!("http://{metrics}/metrics")).await.text().await.unwrap();
    assert!(text.contains(r#"operation="Finding""#) && text.contains(r#"type="query""#), "{text}");
    assert!(
        text.contains(r#"code="GRAPHQL_VALIDATION_FAILED""#) && text.contains(r#"code="GRAPHQL_PARSE_FAILED""#),
        "{text}"
    );
    let in_flight = text.lines().find(|line| line.starts_with("graphql_in_flight{")).unwrap();
    assert!(in_flight.ends_with(" 0"), "{in_flight}");
    assert_eq!(get(format!("http://{address}/metrics")).await.status(), 404);
}
