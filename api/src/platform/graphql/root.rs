//! The root types of the schema, put together from the features' own root objects.
//!
//! async-graphql's derived `MergedObject` nests every part in the next one, so that the future of a root field holds the
//! futures of all parts: the compiler's layout of it grows deeper with every feature, and so does what is moved for each
//! field. Here a field is looked up by its name once, and the future of the part that has it is boxed.

use async_graphql::extensions::Extensions;
use async_graphql::registry::{MetaType, MetaTypeId, Registry};
use async_graphql::{
    CacheControl, ContainerType, Context, ContextSelectionSet, EmptySubscription, ObjectType, OutputType, Positioned,
    Request, Schema, SchemaEnv, ServerResult, Value, parser::types::Field, resolver_utils::resolve_container,
};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::borrow::Cow;
use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};

/// A root type: its name, its description and its parts.
pub trait Parts: Send + Sync + 'static {
    /// The name of the type in the schema.
    const NAME: &'static str;
    /// What the schema says of it.
    const DESCRIPTION: &'static str;

    /// The features' root objects; no two have a field of the same name.
    fn parts() -> Vec<Part>;
}

type Resolve = for<'c, 'a> fn(&'c Context<'a>) -> BoxFuture<'c, ServerResult<Option<Value>>>;

/// A root object of one feature.
pub struct Part {
    describe: fn(&mut Registry) -> MetaType,
    resolve: Resolve,
}

impl Part {
    /// The part that is this object.
    pub fn of<T: ObjectType + Default + 'static>() -> Self {
        Self {
            describe: Registry::create_fake_output_type::<T>,
            resolve: |ctx| Box::pin(async move { T::default().resolve_field(ctx).await }),
        }
    }

    /// The fields of the part, with their arguments and types.
    fn fields(
        &self,
        registry: &mut Registry,
    ) -> impl Iterator<Item = (String, async_graphql::registry::MetaField)> + use<> {
        let fields = match (self.describe)(registry) {
            MetaType::Object { fields, .. } => Some(fields),
            _ => None,
        };
        fields.into_iter().flatten()
    }
}

/// What the library makes for a schema, and hands to resolvers alone.
pub(super) struct Environment {
    pub schema: SchemaEnv,
    pub extensions: Extensions,
}

/// Where a root leaves it to whoever asks.
type Asked = Arc<Mutex<Option<Environment>>>;

impl Environment {
    /// That of a schema, by a field that its root does not have.
    pub fn of<Q: Parts, M: Parts>(schema: &Schema<Root<Q>, Root<M>, EmptySubscription>) -> Self {
        let asked = Asked::default();
        // Nothing is awaited there, and the answer is that there is no such field.
        let _ = schema.execute(Request::new("{ environment }").data(Arc::clone(&asked))).now_or_never();
        let mut left = asked.lock().unwrap_or_else(PoisonError::into_inner);
        // Taken out: it leads to the request, and the request to where it was left.
        left.take().expect("the root was asked")
    }
}

/// A root type of the schema.
pub struct Root<P> {
    /// Which part resolves a field.
    resolvers: HashMap<String, Resolve>,
    parts: PhantomData<P>,
}

impl<P: Parts> Default for Root<P> {
    fn default() -> Self {
        let mut registry = Registry::default();
        let mut resolvers = HashMap::new();
        for part in P::parts() {
            resolvers.extend(part.fields(&mut registry).map(|(name, _)| (name, part.resolve)));
        }
        Self { resolvers, parts: PhantomData }
    }
}

impl<P: Parts> ContainerType for Root<P> {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        match self.resolvers.get(ctx.item.node.name.node.as_str()) {
            Some(resolve) => resolve(ctx).await,
            None => {
                if let Some(asked) = ctx.data_opt::<Asked>() {
                    let (schema, extensions) = (ctx.schema_env.clone(), ctx.query_env.extensions.clone());
                    *asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(Environment { schema, extensions });
                }
                Ok(None)
            }
        }
    }
}

impl<P: Parts> OutputType for Root<P> {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed(P::NAME)
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Object, |registry| MetaType::Object {
            name: P::NAME.to_owned(),
            description: Some(P::DESCRIPTION.to_owned()),
            fields: P::parts().iter().flat_map(|part| part.fields(registry)).collect(),
            cache_control: CacheControl::default(),
            extends: false,
            shareable: false,
            resolvable: true,
            keys: None,
            visible: None,
            inaccessible: false,
            interface_object: false,
            tags: Vec::new(),
            is_subscription: false,
            rust_typename: Some(std::any::type_name::<Self>()),
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        })
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _field: &Positioned<Field>) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}

impl<P: Parts> ObjectType for Root<P> {}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema};

    /// A part whose field keeps much while it waits.
    #[derive(Default)]
    struct Large;

    #[Object]
    impl Large {
        /// How much it keeps.
        async fn kept(&self) -> usize {
            let kept = std::hint::black_box([0_u8; 4096]);
            std::future::ready(()).await;
            kept.len()
        }
    }

    #[derive(Default)]
    struct Small;

    #[Object]
    impl Small {
        /// A number.
        async fn number(&self) -> i32 {
            7
        }
    }

    struct Queries;

    impl Parts for Queries {
        const NAME: &'static str = "Query";
        const DESCRIPTION: &'static str = "Two parts.";

        fn parts() -> Vec<Part> {
            vec![Part::of::<Large>(), Part::of::<Small>()]
        }
    }

    #[tokio::test]
    async fn each_field_is_resolved_by_its_part_in_the_order_asked_for() {
        let schema = Schema::new(Root::<Queries>::default(), EmptyMutation, EmptySubscription);
        let answer = schema.execute("{ number again: kept __typename }").await;
        assert_eq!(answer.data.to_string(), r#"{number: 7, again: 4096, __typename: "Query"}"#);
        assert!(!schema.execute("{ nothing }").await.is_ok());
    }

    #[test]
    fn the_future_of_a_root_field_does_not_grow_with_its_parts() {
        fn size<F>(_: impl Fn(&'static Root<Queries>, &'static Context<'static>) -> F) -> usize {
            size_of::<F>()
        }
        assert!(size(|root, ctx| root.resolve_field(ctx)) < 128);
    }
}
