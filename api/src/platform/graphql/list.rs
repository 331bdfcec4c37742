//! Lists of objects.

use crate::platform::graphql::executor::{hold_to_limit, write};
use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, OutputType, Positioned, ServerError, ServerResult, Value};
use std::borrow::Cow;

/// A list of objects that lead to others.
///
/// The library's own list says of a field that fails anywhere below an item, and takes the item with it, that the item
/// failed: the path of the error ends there. Here it keeps the path of the field, as the specification asks (GraphQL
/// specification, October 2021, section 7.1.2).
#[derive(Clone, Debug)]
pub struct List<T>(pub Vec<T>);

impl<T: OutputType> OutputType for List<T> {
    fn type_name() -> Cow<'static, str> {
        Vec::<T>::type_name()
    }

    fn qualified_type_name() -> String {
        <Vec<T> as OutputType>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <Vec<T> as OutputType>::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        let mut json = Vec::with_capacity(1024);
        json.push(b'[');
        for (place, item) in self.0.iter().enumerate() {
            if place > 0 {
                json.push(b',');
            }
            let ctx = ctx.with_index(place);
            let resolved = item.resolve(&ctx, field).await;
            let set_path = |error: ServerError| if error.path.is_empty() { ctx.set_error_path(error) } else { error };
            write(&resolved.map_err(set_path)?, &mut json);
            hold_to_limit(&ctx, &json)?;
        }
        json.push(b']');
        Ok(Value::Binary(json.into()))
    }
}
