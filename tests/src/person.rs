//! People of the demo world, who are signed in and do things.

use crate::{Answer, World};
use serde_json::{Value, json};

/// Somebody who is signed in.
#[derive(Clone)]
pub struct Person<'w> {
    /// Where she is signed in.
    pub world: &'w World,
    /// Her access token.
    pub token: String,
    /// The address of the server that she asks.
    server: String,
}

impl World {
    /// Somebody of the demo world, by the first part of her address, who has signed in.
    pub async fn person(&self, login: &str) -> Person<'_> {
        let (token, _) = self.sign_in(&format!("{login}@unfm.example")).await;
        Person::with(self, token)
    }
}

impl<'w> Person<'w> {
    /// Whoever holds this access token.
    pub fn with(world: &'w World, token: String) -> Self {
        Self { world, token, server: world.url("") }
    }

    /// The same person, who asks another server.
    pub fn at(&self, address: &str) -> Self {
        Self { server: address.to_owned(), ..self.clone() }
    }

    /// She asks, in French.
    pub async fn asks(&self, query: &str, variables: Value) -> Answer {
        self.world.ask_at(&self.server, &self.token, query, variables).await
    }

    /// She sends a mutation whose only variable is its input.
    pub async fn does(&self, mutation: &str, input: Value) -> Answer {
        self.asks(mutation, json!({"input": input})).await
    }

    /// She sends a mutation whose input has a field `file`, and the file with it.
    pub async fn brings(&self, mutation: &str, input: Value, file: &[u8]) -> Answer {
        let request = self.world.http().post(format!("{}/graphql", self.server)).bearer_auth(&self.token);
        self.world.send(with_file(request.header("accept-language", "fr"), mutation, input, file)).await
    }

    /// She sends one operation of a contract document.
    pub async fn sends(&self, document: &str, operation: &str, variables: Value) -> Answer {
        self.world.contract_as(&self.token, document, operation, variables).await
    }
}

/// A request that brings a file, by the GraphQL multipart request specification.
pub fn with_file(
    request: reqwest::RequestBuilder,
    mutation: &str,
    mut input: Value,
    file: &[u8],
) -> reqwest::RequestBuilder {
    input["file"] = Value::Null;
    let operations = json!({"query": mutation, "variables": {"input": input}}).to_string();
    let mut body = Vec::new();
    for (name, content) in
        [("operations", operations.as_bytes()), ("map", br#"{"0": ["variables.input.file"]}"#), ("0", file)]
    {
        let head = format!("--part\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{name}\"\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--part--\r\n");
    request.header("content-type", "multipart/form-data; boundary=part").body(body)
}
