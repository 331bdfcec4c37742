//! What programmes lead to.

use super::{connection, page};
use crate::agreement::object::Agreement;
use crate::agreement::store::lists_through;
use crate::branch::entity as branch;
use crate::branch::object::Branch;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::Kind;
use crate::platform::loading::batch::Related;
use crate::platform::loading::reader::{Reader, Reads};
use crate::platform::paging::page::{Connection, PageArgs};
use crate::programme::agreement_link as link;
use crate::programme::object::{Programme, ProgrammeIndicator};
use crate::programme::store::{IndicatorsOf, ParticipantsOf};
use async_graphql::{ComplexObject, Context};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// The agreements that programmes rest on.
#[derive(Debug)]
struct AgreementsOf {
    args: PageArgs,
    total: bool,
}

impl Related for AgreementsOf {
    const OF: Kind = Kind::Programme;
    type Value = Option<Connection<Agreement>>;

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let columns = (link::Column::AgreementId, link::Column::ProgrammeId);
        let page = (&self.args, self.total);
        lists_through::<link::Entity>(reader, columns, "Programme.agreements", page, keys).await
    }
}

#[ComplexObject]
impl Programme {
    /// The branch that leads the programme.
    async fn branch(&self, ctx: &Context<'_>) -> Option<Result<Branch>> {
        let found = self.batch.one::<branch::Entity>(ctx.reader(), Some(self.branch_key)).await;
        found.map(|found| found.map(Branch::new)).transpose()
    }

    /// The other branches that take part in the programme.
    async fn participating_branches(&self, ctx: &Context<'_>) -> Result<Vec<Branch>> {
        let participants = self.batch.load(ctx.reader(), ParticipantsOf, self.key).await?;
        let mut branches = Vec::new();
        for (key, batch) in participants {
            let Some(batch) = batch else { continue };
            branches.extend(batch.one::<branch::Entity>(ctx.reader(), Some(key)).await?.map(Branch::new));
        }
        Ok(branches)
    }

    /// The agreements that the programme rests on.
    async fn agreements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
    ) -> Result<Connection<Agreement>> {
        let (args, total) = page!(ctx, first, after, last, before);
        connection(self.batch.load(ctx.reader(), AgreementsOf { args, total }, self.key).await?)
    }

    /// The indicators that the programme follows, in their order.
    async fn indicators(&self, ctx: &Context<'_>) -> Result<Vec<Arc<ProgrammeIndicator>>> {
        self.batch.load(ctx.reader(), IndicatorsOf, self.key).await
    }
}
