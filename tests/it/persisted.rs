//! Documents that are named and not sent: registered by their hash, or trusted by the operator.

use serde_json::{Value, json};
use tests::{Answer, World};

const ABOUT: &str = "query About { about { version } }";

/// The SHA-256 of a document, in hexadecimal digits.
fn hash(text: &str) -> String {
    use std::fmt::Write;
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    digest.as_ref().iter().fold(String::new(), |mut written, byte| {
        write!(written, "{byte:02x}").unwrap();
        written
    })
}

fn persisted(hash: &str) -> Value {
    json!({"persistedQuery": {"version": 1, "sha256Hash": hash}})
}

async fn post(world: &World, server: &str, body: Value) -> Answer {
    world.send(world.http().post(format!("{server}/graphql")).json(&body)).await
}

#[tokio::test]
async fn a_client_registers_a_document_once_and_names_it_ever_after() {
    let world = World::sqlite().await;
    let server = world.url("");
    let named = json!({"operationName": "About", "variables": {}, "extensions": persisted(&hash(ABOUT))});
    let unknown = post(&world, &server, named.clone()).await;
    assert_eq!(unknown.code(), "PERSISTED_QUERY_NOT_FOUND");
    assert_eq!(unknown.body["errors"][0]["message"], "PersistedQueryNotFound", "clients look for these words");

    let mut sent = named.clone();
    sent["query"] = ABOUT.into();
    assert_eq!(post(&world, &server, sent).await.data()["about"]["version"], env!("CARGO_PKG_VERSION"));

    assert_eq!(post(&world, &server, named).await.data()["about"]["version"], env!("CARGO_PKG_VERSION"));
    let by_id = json!({"documentId": format!("sha256:{}", hash(ABOUT))});
    assert_eq!(post(&world, &server, by_id).await.data()["about"]["version"], env!("CARGO_PKG_VERSION"));
    let extensions = persisted(&hash(ABOUT)).to_string();
    let id = format!("sha256:{}", hash(ABOUT));
    for pair in [("extensions", extensions.as_str()), ("documentId", id.as_str())] {
        let request = world.http().get(world.url("/graphql")).query(&[pair]);
        assert_eq!(world.send(request).await.data()["about"]["version"], env!("CARGO_PKG_VERSION"), "{pair:?}");
    }
}

#[tokio::test]
async fn what_is_not_what_its_hash_says_or_passes_no_check_is_not_registered() {
    let world = World::sqlite().await;
    let server = world.url("");
    let other = json!({"query": "{ __typename }", "extensions": persisted(&hash(ABOUT))});
    let answer = post(&world, &server, other).await;
    assert_eq!((answer.status, answer.code()), (400, "BAD_REQUEST"));
    let invalid = ["{ nothing }", "{ about {", &format!("{{ {} }}", "__typename ".repeat(30))].map(str::to_owned);
    for text in invalid {
        let sent = json!({"query": text, "extensions": persisted(&hash(&text))});
        assert!(post(&world, &server, sent).await.body.get("data").is_none(), "{text}");
        let named = json!({"extensions": persisted(&hash(&text))});
        assert_eq!(post(&world, &server, named).await.code(), "PERSISTED_QUERY_NOT_FOUND", "{text}");
    }
    for (extensions, code) in [
        (json!({"persistedQuery": {"version": 2, "sha256Hash": hash(ABOUT)}}), "PERSISTED_QUERY_NOT_SUPPORTED"),
        (json!({"persistedQuery": "x"}), "BAD_REQUEST"),
        (json!({"persistedQuery": {"version": 1, "sha256Hash": "../../etc/passwd"}}), "PERSISTED_QUERY_NOT_FOUND"),
    ] {
        assert_eq!(post(&world, &server, json!({"extensions": extensions})).await.code(), code, "{extensions}");
    }
    // Other extensions are the client's own affair.
    let known = json!({"query": ABOUT, "extensions": {"clientLibrary": {"name": "@apollo/client"}}});
    assert_eq!(post(&world, &server, known).await.data()["about"]["version"], env!("CARGO_PKG_VERSION"));
}

#[tokio::test]
async fn what_was_registered_at_one_instance_is_known_at_the_others() {
    let Some(redis) = World::redis().await else { return };
    let world = World::sqlite().await;
    let (here, there) = (world.also_served(&["--redis-url", &redis]).await, world.also_served(&["--redis-url", &redis]).await);
    // Nobody has registered this one before.
    let text = format!("query Q{} {{ about {{ version }} }}", uuid::Uuid::now_v7().simple());
    let named = json!({"extensions": persisted(&hash(&text))});
    assert_eq!(post(&world, &there, named.clone()).await.code(), "PERSISTED_QUERY_NOT_FOUND");
    post(&world, &here, json!({"query": text, "extensions": persisted(&hash(&text))})).await.data();
    let known = async {
        while post(&world, &there, named.clone()).await.body.get("data").is_none() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(5), known).await.expect("it is known there as well");

    // Without its Redis an instance keeps its own.
    let alone = world.also_served(&["--redis-url", "redis://127.0.0.1:1"]).await;
    assert_eq!(post(&world, &alone, named.clone()).await.code(), "PERSISTED_QUERY_NOT_FOUND");
    post(&world, &alone, json!({"query": text, "extensions": persisted(&hash(&text))})).await.data();
    post(&world, &alone, named).await.data();
}

#[tokio::test]
async fn where_the_operator_names_the_documents_no_other_is_executed() {
    let world = World::sqlite().await;
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("About.graphql", ABOUT);
    let manifest = json!({"format": "apollo-persisted-query-manifest", "version": 1, "operations": [
        {"id": "apollo-id", "name": "Apollo", "type": "query", "body": "query Apollo { __typename }"}]});
    write("apollo.json", &manifest.to_string());
    write("relay.json", &json!({"5d41402abc4b2a76b9719d911017c592": "query Relay { __typename }"}).to_string());
    let path = folder.path().to_str().unwrap();
    let served = async |mode: &str| world.also_served(&["--trusted-documents", mode, "--documents-dir", path]).await;
    let (off, public, only) = (served("off").await, served("public").await, served("only").await);

    for server in [&off, &public, &only] {
        for named in [
            json!({"documentId": "About"}),
            json!({"documentId": format!("sha256:{}", hash(ABOUT))}),
            json!({"documentId": "5d41402abc4b2a76b9719d911017c592"}),
            json!({"operationName": "Apollo", "extensions": persisted("apollo-id")}),
            json!({"query": ABOUT}),
        ] {
            assert!(post(&world, server, named.clone()).await.data().is_object(), "{named}");
        }
    }
    let other = json!({"query": "{ categories { slug } }"});
    assert!(post(&world, &off, other.clone()).await.data().is_object());
    for server in [&public, &only] {
        assert_eq!(post(&world, server, other.clone()).await.code(), "DOCUMENT_NOT_TRUSTED");
        // It is not registered either.
        let text = "{ categories { slug } }";
        let sent = json!({"query": text, "extensions": persisted(&hash(text))});
        assert_eq!(post(&world, server, sent).await.code(), "DOCUMENT_NOT_TRUSTED");
    }
    let token = world.program("unfpa-demo").await;
    let as_partner = async |server: &str| {
        let request = world.http().post(format!("{server}/graphql")).bearer_auth(&token).json(&other);
        world.send(request).await
    };
    assert!(as_partner(&public).await.data().is_object(), "programs of partners ask what they like");
    assert_eq!(as_partner(&only).await.code(), "DOCUMENT_NOT_TRUSTED");
}
