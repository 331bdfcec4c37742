//! `node` and `nodes`: anything by its global id.

use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::NodeObject;
use crate::platform::loading::reader::{Reader, Reads};
use crate::platform::query::table::{Guarded, Keys, Open};
use async_graphql::{Context, ID, Interface, Object};

/// Declare [`Node`] and the look-up by id from the table of kinds.
macro_rules! declare {
    ($($number:literal $kind:ident: $($object:ident)::+),+ $(,)?) => {
        /// Anything that has a global id.
        #[derive(Interface, Clone, Debug)]
        #[graphql(field(name = "id", ty = "&GlobalId", desc = "The global id of what is looked for."))]
        #[expect(missing_docs, reason = "each is the type of the same name")]
        pub enum Node { $($kind(crate::$($object)::+)),+ }

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
