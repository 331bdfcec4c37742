//! How the objects of the schema are executed: field after field, and written as JSON at once.
//!
//! async-graphql's own `resolve_container` keeps a boxed future for each field and makes maps of values that are walked again
//! when the answer is written. Fields gain nothing from being executed at the same time,
//! since a request has one connection to the database and what leads to other objects is read for a whole level at once
//! ([`Batch`](crate::platform::loading::batch::Batch)).
//!
//! The derives of async-graphql write paths below the module that `crate` names: an object of the schema says
//! `#[graphql(crate = "crate::platform::graphql::executor")]`, and this module is the library with another
//! [`resolve_container`].

pub use async_graphql::*;

/// The library's module of this name, with this module's [`resolve_container`].
pub mod resolver_utils {
    pub use super::resolve_container;
    pub use async_graphql::resolver_utils::*;
}

use crate::platform::loading::reader::LARGEST_ANSWER;
use async_graphql::parser::types::{Field, Selection, SelectionSet, TypeCondition};
use domain::fault::Code;
use futures_util::future::BoxFuture;

/// Execute the fields of an object in the order in which they are selected (GraphQL specification, October 2021, section
/// 6.3). The answer is JSON, as [`Value::Binary`], which [`write()`] puts into what surrounds it.
///
/// Of several selections under one name the first is executed: documents are collected before
/// (`server::document::collect`).
pub fn resolve_container<'a, T: ContainerType + ?Sized>(
    ctx: &'a ContextSelectionSet<'a>,
    object: &'a T,
) -> BoxFuture<'a, ServerResult<Value>> {
    Box::pin(async move {
        let items = &ctx.item.node.items;
        let mut merged = Vec::new();
        if items.iter().any(|item| !matches!(item.node, Selection::Field(_))) {
            merge(ctx, &object.introspection_type_name(), &ctx.item.node, &mut merged);
        }
        let plain = items.iter().filter_map(|item| match &item.node {
            Selection::Field(field) if merged.is_empty() => Some(field),
            _ => None,
        });
        let mut json = Vec::with_capacity(256);
        json.push(b'{');
        for field in plain.chain(merged.iter().copied()) {
            if json.len() > 1 {
                json.push(b',');
            }
            json.push(b'"');
            // A name has nothing that JSON would escape.
            json.extend_from_slice(field.node.response_key().node.as_bytes());
            json.extend_from_slice(b"\":");
            if field.node.name.node == "__typename" {
                write_text(&object.introspection_type_name(), &mut json);
                continue;
            }
            let ctx = ctx.with_field(field);
            let resolved = object.resolve_field(&ctx).await;
            match resolved.or_else(|error| null_instead(&ctx, &object.introspection_type_name(), error))? {
                Some(value) => write(&value, &mut json),
                None => json.extend_from_slice(b"null"),
            }
            hold_to_limit(&ctx, &json)?;
        }
        json.push(b'}');
        Ok(Value::Binary(json.into()))
    })
}

/// A field of an object of the type `on` that failed: one that may be null is null alone (GraphQL specification, October 2021,
/// section 6.4.4). The library leaves that to how the resolver is declared.
///
/// # Errors
/// That of a field that may not be null.
pub(super) fn null_instead(ctx: &Context<'_>, on: &str, error: ServerError) -> ServerResult<Option<Value>> {
    if !may_be_null(ctx, on) {
        return Err(error);
    }
    ctx.add_error(error);
    Ok(None)
}

/// Whether the schema says that the field of a type may be null.
fn may_be_null(ctx: &Context<'_>, on: &str) -> bool {
    let declared = ctx.schema_env.registry.types.get(on).and_then(|on| on.field_by_name(&ctx.item.node.name.node));
    declared.is_some_and(|field| !field.ty.ends_with('!'))
}

/// An answer that grows too large is not written to its end.
///
/// # Errors
/// LIMIT_EXCEEDED.
pub(super) fn hold_to_limit<T>(ctx: &ContextBase<'_, T>, json: &[u8]) -> ServerResult<()> {
    if json.len() <= LARGEST_ANSWER {
        return Ok(());
    }
    let error = async_graphql::Error::from(crate::platform::error::Error::refused(Code::LimitExceeded));
    Err(ctx.set_error_path(error.into_server_error(Pos::default())))
}

/// The fields that are selected on a type, those of fragments as well, each name once.
fn merge<'a>(ctx: &ContextSelectionSet<'a>, on: &str, set: &'a SelectionSet, fields: &mut Vec<&'a Positioned<Field>>) {
    let applies = |condition: &Positioned<TypeCondition>| {
        let wanted = condition.node.on.node.as_str();
        let implements = &ctx.schema_env.registry.implements;
        wanted == on || implements.get(on).is_some_and(|interfaces| interfaces.contains(wanted))
    };
    for item in &set.items {
        match &item.node {
            Selection::Field(field) => {
                let key = &field.node.response_key().node;
                if !fields.iter().any(|known| known.node.response_key().node == *key) {
                    fields.push(field);
                }
            }
            Selection::InlineFragment(fragment) => {
                if fragment.node.type_condition.as_ref().is_none_or(applies) {
                    merge(ctx, on, &fragment.node.selection_set.node, fields);
                }
            }
            Selection::FragmentSpread(spread) => {
                let fragment = ctx.query_env.fragments.get(&spread.node.fragment_name.node);
                if let Some(fragment) = fragment.filter(|fragment| applies(&fragment.node.type_condition)) {
                    merge(ctx, on, &fragment.node.selection_set.node, fields);
                }
            }
        }
    }
}

/// Write a value of an answer as JSON.
pub fn write(value: &Value, json: &mut Vec<u8>) {
    match value {
        Value::Null => json.extend_from_slice(b"null"),
        Value::Boolean(true) => json.extend_from_slice(b"true"),
        Value::Boolean(false) => json.extend_from_slice(b"false"),
        Value::Number(number) => json.extend_from_slice(number.to_string().as_bytes()),
        Value::String(text) => write_text(text, json),
        Value::Enum(name) => write_text(name, json),
        // What an object below was answered with.
        Value::Binary(written) => json.extend_from_slice(written),
        Value::List(items) => {
            json.push(b'[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    json.push(b',');
                }
                write(item, json);
            }
            json.push(b']');
        }
        Value::Object(fields) => {
            json.push(b'{');
            for (place, (name, field)) in fields.iter().enumerate() {
                if place > 0 {
                    json.push(b',');
                }
                write_text(name, json);
                json.push(b':');
                write(field, json);
            }
            json.push(b'}');
        }
    }
}

fn write_text(text: &str, json: &mut Vec<u8>) {
    serde_json::to_writer(json, text).expect("a text can be written, and memory takes it");
}

/// Write an answer as it goes out (GraphQL specification, October 2021, section 7.2).
///
/// # Errors
/// An error or an extension that cannot be written as JSON.
pub fn write_answer(answer: &Response) -> serde_json::Result<Vec<u8>> {
    let mut json = Vec::with_capacity(1024);
    json.extend_from_slice(b"{\"data\":");
    write(&answer.data, &mut json);
    if !answer.extensions.is_empty() {
        json.extend_from_slice(b",\"extensions\":");
        serde_json::to_writer(&mut json, &answer.extensions)?;
    }
    if !answer.errors.is_empty() {
        json.extend_from_slice(b",\"errors\":");
        serde_json::to_writer(&mut json, &answer.errors)?;
    }
    json.push(b'}');
    Ok(json)
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema, SimpleObject};

    #[derive(SimpleObject)]
    #[graphql(crate = "crate::platform::graphql::executor")]
    struct Place {
        name: String,
        number: Option<f64>,
        inner: Vec<Inner>,
    }

    #[derive(SimpleObject)]
    #[graphql(complex, crate = "crate::platform::graphql::executor")]
    struct Inner {
        word: &'static str,
    }

    #[async_graphql::ComplexObject]
    impl Inner {
        async fn failing(&self) -> Result<i32> {
            Err("never".into())
        }

        async fn optional(&self) -> Option<Result<i32>> {
            Some(Err("never".into()))
        }

        async fn missing(&self) -> Result<Option<i32>> {
            Err("never".into())
        }
    }

    struct Query;

    #[Object]
    impl Query {
        async fn place(&self) -> Option<Place> {
            let inner = vec![Inner { word: "\u{1F600} \"\\\n" }, Inner { word: "b" }];
            Some(Place { name: "أ\u{1}".to_owned(), number: Some(0.5), inner })
        }
    }

    async fn asked(document: &str) -> String {
        let answer = Schema::new(Query, EmptyMutation, EmptySubscription).execute(document).await;
        String::from_utf8(write_answer(&answer).unwrap()).unwrap()
    }

    #[tokio::test]
    async fn fields_come_in_the_order_in_which_they_are_selected_and_texts_are_escaped() {
        assert_eq!(
            asked("{ place { inner { word } b: number __typename name } }").await,
            r#"{"data":{"place":{"inner":[{"word":"😀 \"\\\n"},{"word":"b"}],"b":0.5,"__typename":"Place","name":"أ\u0001"}}}"#
        );
    }

    #[tokio::test]
    async fn a_fragment_on_the_type_is_executed_in_its_place_and_no_name_twice() {
        let document = "{ place { ...named ... { number } ... on Place { name number } } }
            fragment named on Place { name }";
        assert_eq!(asked(document).await, r#"{"data":{"place":{"name":"أ\u0001","number":0.5}}}"#);
    }

    #[tokio::test]
    async fn a_field_that_fails_is_null_or_takes_what_may_not_be_null_with_it() {
        let answer: serde_json::Value =
            serde_json::from_str(&asked("{ place { name inner { optional missing word } } }").await).unwrap();
        let last = serde_json::json!({"optional": null, "missing": null, "word": "b"});
        assert_eq!(answer["data"]["place"]["inner"][1], last);
        assert_eq!(answer["errors"][3]["path"], serde_json::json!(["place", "inner", 1, "missing"]));

        let answer: serde_json::Value =
            serde_json::from_str(&asked("{ place { name inner { failing } } }").await).unwrap();
        assert_eq!(answer["data"], serde_json::json!({"place": null}));
        assert_eq!(answer["errors"].as_array().unwrap().len(), 1);
    }
}
