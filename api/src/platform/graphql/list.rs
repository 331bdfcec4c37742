//! Lists of objects.

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, OutputType, Positioned, ServerResult, Value};
use futures_util::future::try_join_all;
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
        let items = self.0.iter().enumerate().map(|(place, item)| {
            let ctx = ctx.with_index(place);
            async move {
                let resolved = item.resolve(&ctx, field).await;
                resolved.map_err(|error| if error.path.is_empty() { ctx.set_error_path(error) } else { error })
            }
        });
        Ok(Value::List(try_join_all(items).await?))
    }
}
