//! How an operation is executed that was read, checked and collected before (`server::document`).
//!
//! The library's own `execute` would check it again, copy it, and ask every type of the schema, at each root field, whether it
//! is an entity of a federation. What is asked of the schema itself, it alone can answer.

use super::executor::null_instead;
use super::root::{Environment, Parts, Root};
use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql::{
    ContainerType, Data, EmptySubscription, Positioned, QueryEnv, QueryEnvInner, QueryPathNode, QueryPathSegment,
    Request, Response, Schema, ServerResult, Value, Variables,
};
use futures_util::FutureExt;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

/// Executes operations on the root types of a schema.
pub struct Executor<Q, M> {
    schema: Schema<Root<Q>, Root<M>, EmptySubscription>,
    query: Root<Q>,
    mutation: Root<M>,
    environment: Environment,
    session_data: Arc<Data>,
}

impl<Q: Parts, M: Parts> Executor<Q, M> {
    /// What executes the operations of a schema.
    pub fn new(schema: Schema<Root<Q>, Root<M>, EmptySubscription>) -> Self {
        Self {
            query: Root::default(),
            mutation: Root::default(),
            environment: Environment::of(&schema),
            session_data: Arc::default(),
            schema,
        }
    }

    /// Execute the fields that are selected on a root, one after another: each name once, and no fragment.
    ///
    /// `operation` is the operation without its fields; `variables` are the values of all that it defines.
    pub async fn execute(
        &self,
        mut operation: Positioned<OperationDefinition>,
        selected: &SelectionSet,
        variables: Variables,
        data: Data,
    ) -> Response {
        if selected.items.iter().any(|item| asks_for_schema(&item.node)) {
            operation.node.selection_set.node = selected.clone();
            let operations = DocumentOperations::Single(operation);
            let mut request = Request::new("").variables(variables);
            request.set_parsed_query(ExecutableDocument { operations, fragments: HashMap::new() });
            request.data = data;
            return self.schema.execute(request).boxed().await;
        }
        let kind = operation.node.ty;
        let env = QueryEnv::new(QueryEnvInner {
            extensions: self.environment.extensions.clone(),
            variables,
            operation_name: None,
            operation,
            fragments: HashMap::new(),
            uploads: Vec::new(),
            session_data: Arc::clone(&self.session_data),
            query_data: Arc::new(data),
            http_headers: Default::default(),
            introspection_mode: Default::default(),
            errors: Default::default(),
        });
        let executed = match kind {
            OperationType::Mutation => self.root(&self.mutation, &env, selected).await,
            OperationType::Query | OperationType::Subscription => self.root(&self.query, &env, selected).await,
        };
        let mut response = executed.map_or_else(|error| Response::from_errors(vec![error]), Response::new);
        response.errors.append(&mut env.errors.lock().unwrap_or_else(PoisonError::into_inner));
        response
    }

    async fn root<P: Parts>(&self, root: &Root<P>, env: &QueryEnv, selected: &SelectionSet) -> ServerResult<Value> {
        let mut answered = IndexMap::with_capacity(selected.items.len());
        for item in &selected.items {
            let Selection::Field(field) = &item.node else { continue };
            let name = &field.node.response_key().node;
            let path = QueryPathNode { parent: None, segment: QueryPathSegment::Name(name) };
            let ctx = env.create_context(&self.environment.schema, Some(path), field, None);
            let value = match field.node.name.node.as_str() {
                "__typename" => Value::from(P::NAME),
                _ => {
                    let resolved = root.resolve_field(&ctx).await;
                    resolved.or_else(|error| null_instead(&ctx, P::NAME, error))?.unwrap_or_default()
                }
            };
            answered.insert(name.clone(), value);
        }
        Ok(Value::Object(answered))
    }
}

/// Whether what is selected on a root is the schema, or one of its types.
fn asks_for_schema(selection: &Selection) -> bool {
    matches!(selection, Selection::Field(field) if ["__schema", "__type"].contains(&field.node.name.node.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::graphql::executor::write_answer;
    use crate::platform::graphql::root::Part;
    use async_graphql::parser::parse_query;
    use async_graphql::{Name, Object, Result, ValidationMode};

    #[derive(Default)]
    struct Numbers;

    #[Object]
    impl Numbers {
        async fn twice(&self, number: i32) -> i32 {
            2 * number
        }

        async fn failing(&self) -> Option<Result<i32>> {
            Some(Err("never".into()))
        }

        async fn needed(&self) -> Result<i32> {
            Err("never".into())
        }
    }

    struct Queries;

    impl Parts for Queries {
        const NAME: &'static str = "Query";
        const DESCRIPTION: &'static str = "Numbers.";

        fn parts() -> Vec<Part> {
            vec![Part::of::<Numbers>()]
        }
    }

    /// The answer to an operation, by this executor and by the library's.
    async fn asked(document: &str, variables: Variables) -> (String, String) {
        let schema = Schema::build(Root::<Queries>::default(), Root::<Queries>::default(), EmptySubscription)
            .validation_mode(ValidationMode::Fast)
            .finish();
        let DocumentOperations::Single(operation) = parse_query(document).unwrap().operations else { unreachable!() };
        let selected = operation.node.selection_set.node.clone();
        let theirs = schema.execute(Request::new(document).variables(variables.clone())).await;
        let ours = Executor::new(schema).execute(operation, &selected, variables, Data::default()).await;
        let text = |answer| String::from_utf8(write_answer(&answer).unwrap()).unwrap();
        (text(ours), text(theirs))
    }

    #[tokio::test]
    async fn an_operation_is_answered_as_the_library_answers_it() {
        let mut variables = Variables::default();
        variables.insert(Name::new("n"), Value::from(3));
        for document in [
            "query ($n: Int!) { a: twice(number: $n) __typename twice(number: 2) }",
            "{ failing twice(number: 1) }",
            "mutation { twice(number: 1) needed }",
            "{ twice(number: 1) __type(name: \"Query\") { name fields { name } } }",
        ] {
            let (ours, theirs) = asked(document, variables.clone()).await;
            assert_eq!(ours, theirs, "{document}");
        }
    }
}
