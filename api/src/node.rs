//! `node` and `nodes`: anything by its global id.

use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::NodeObject;
use crate::platform::loading::reader::{Reader, Reads};
use crate::platform::query::table::{Guarded, Keys, Open};
use async_graphql::indexmap::{IndexMap, IndexSet};
use async_graphql::parser::types::Field;
use async_graphql::registry::{Deprecation, MetaField, MetaType, MetaTypeId, Registry};
use async_graphql::{
    CacheControl, Context, ContextSelectionSet, ID, Object, OutputType, Positioned, ServerResult, Value,
};
use std::borrow::Cow;

/// Declare [`Node`] and the look-up by id from the table of kinds.
macro_rules! declare {
    ($($number:literal $kind:ident: $($object:ident)::+),+ $(,)?) => {
        /// Anything that has a global id.
        #[derive(Clone, Debug)]
        #[expect(missing_docs, reason = "each is the type of the same name")]
        pub enum Node { $($kind(crate::$($object)::+)),+ }

        impl OutputType for Node {
            fn type_name() -> Cow<'static, str> {
                "Node".into()
            }

            fn introspection_type_name(&self) -> Cow<'static, str> {
                match self { $(Self::$kind(_) => <crate::$($object)::+ as OutputType>::type_name()),+ }
            }

            fn create_type_info(registry: &mut Registry) -> String {
                registry.create_output_type::<Self, _>(MetaTypeId::Interface, |registry| {
                    let mut possible_types = IndexSet::new();
                    $(
                        <crate::$($object)::+ as OutputType>::create_type_info(registry);
                        let name = <crate::$($object)::+ as OutputType>::type_name();
                        registry.add_implements(&name, "Node");
                        possible_types.insert(name.into_owned());
                    )+
                    interface(id_field(registry), possible_types)
                })
            }

            // An object is executed as what it is.
            async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
                match self { $(Self::$kind(object) => object.resolve(ctx, field).await),+ }
            }
        }

        /// One of the things that a level names; none when the caller may not see it.
        ///
        /// # Errors
        /// The database's refusal.
        pub async fn find(reader: &Reader, level: &Batch, id: GlobalId) -> Result<Option<Node>> {
            Ok(match id.kind {
                $(Kind::$kind => {
                    <crate::$($object)::+ as NodeObject>::find(reader, level, id.key).await?.map(Node::$kind)
                })+
            })
        }

        /// One thing, with what its page shows besides.
        async fn open(reader: &Reader, id: GlobalId) -> Result<Option<Node>> {
            Ok(match id.kind {
                $(Kind::$kind => <crate::$($object)::+ as NodeObject>::open(reader, id.key).await?.map(Node::$kind)),+
            })
        }

        /// Whether everybody may see all things of a kind.
        pub const fn is_open(kind: Kind) -> bool {
            match kind {
                $(Kind::$kind => {
                    matches!(<<crate::$($object)::+ as NodeObject>::Entity as Guarded>::OPEN, Open::All)
                })+
            }
        }
    };
}

kinds!(declare);

/// The interface, as the schema describes it.
fn interface(id: MetaField, possible_types: IndexSet<String>) -> MetaType {
    MetaType::Interface {
        name: "Node".to_owned(),
        description: Some("Anything that has a global id.".to_owned()),
        fields: [(id.name.clone(), id)].into_iter().collect(),
        possible_types,
        extends: false,
        keys: None,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: Some(std::any::type_name::<Node>()),
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

/// The field that everything with a global id has.
fn id_field(registry: &mut Registry) -> MetaField {
    MetaField {
        name: "id".to_owned(),
        description: Some("The global id of what is looked for.".to_owned()),
        args: IndexMap::new(),
        ty: GlobalId::create_type_info(registry),
        deprecation: Deprecation::NoDeprecated,
        cache_control: CacheControl::default(),
        external: false,
        requires: None,
        provides: None,
        visible: None,
        shareable: false,
        inaccessible: false,
        tags: Vec::new(),
        override_from: None,
        compute_complexity: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

/// `node` and `nodes`.
#[derive(Default)]
pub struct NodeQuery;

/// `nodes` takes at most so many ids.
const MOST_NODES: usize = 100;

#[Object]
impl NodeQuery {
    /// Anything by its global id; null when there is none that the caller may see.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id of what is looked for.")] id: ID,
    ) -> Option<Result<Node>> {
        let found = async { open(ctx.reader(), GlobalId::parse(&id, "id")?).await };
        found.await.transpose()
    }

    /// Things by their global ids, in the order asked for; null for each that the caller may not see.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global ids, at most 100.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        if ids.len() > MOST_NODES {
            return Err(Error::expected("ids", format!("at most {MOST_NODES}")));
        }
        let ids: Vec<GlobalId> = ids.iter().map(|id| GlobalId::parse(id, "ids")).collect::<Result<_>>()?;
        // All of a kind are read by one statement.
        let mut level = Keys::default();
        ids.iter().for_each(|id| level.add(id.kind, id.key));
        let level = level.batch();
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            found.push(find(ctx.reader(), &level, id).await?);
        }
        Ok(found)
    }
}
