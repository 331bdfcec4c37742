//! What the indicators of programmes lead to.

use super::{connection, page};
use crate::indicator::object::IndicatorValue;
use crate::indicator::store::LatestStatisticsOf;
use crate::indicator::value;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::Kind;
use crate::platform::loading::batch::{Batch, Related};
use crate::platform::loading::reader::{Reader, Reads};
use crate::platform::paging::cursor::{CursorCodec, KeyKind};
use crate::platform::paging::page::{Connection, Order, PageArgs, PageQuery};
use crate::platform::query::table::Table;
use crate::programme::entity as programme;
use crate::programme::indicator as followed;
use crate::programme::object::{Programme, ProgrammeIndicator};
use async_graphql::{ComplexObject, Context};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::ExprTrait;
use std::collections::HashMap;
use uuid::Uuid;

#[ComplexObject]
impl ProgrammeIndicator {
    /// The programme that follows the indicator.
    async fn programme(&self, ctx: &Context<'_>) -> Option<Result<Programme>> {
        let found = self.batch.one::<programme::Entity>(ctx.reader(), Some(self.programme_key)).await;
        found.map(|found| found.map(Programme::new)).transpose()
    }

    /// The latest result of the programme that is not of one group alone; null: none was published.
    async fn latest_actual(&self, ctx: &Context<'_>) -> Option<Result<IndicatorValue>> {
        let found = self.batch.one::<value::Entity>(ctx.reader(), self.latest_actual_key).await;
        found.map(|found| found.map(IndicatorValue::new)).transpose()
    }

    /// The latest context figure of each source and milieu: no result of the programme.
    async fn latest_statistics(&self, ctx: &Context<'_>) -> Result<Vec<IndicatorValue>> {
        let rows = self.batch.load(ctx.reader(), LatestStatisticsOf, self.indicator_key).await?;
        Ok(rows.into_iter().map(IndicatorValue::new).collect())
    }

    /// The programme's figures, those recorded last first.
    async fn values(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
    ) -> Result<Connection<IndicatorValue>> {
        let (args, total) = page!(ctx, first, after, last, before);
        connection(self.batch.load(ctx.reader(), ValuesOf { args, total }, self.key).await?)
    }
}

/// The figures of programmes for indicators, by the key of the pair.
#[derive(Debug)]
struct ValuesOf {
    args: PageArgs,
    total: bool,
}

impl Related for ValuesOf {
    const OF: Kind = Kind::ProgrammeIndicator;
    type Value = Option<Connection<IndicatorValue>>;

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let order = Order::descending(vec![(value::Column::Number.into_expr(), KeyKind::Long)]);
        let asked = PageQuery { args: &self.args, order: &order, total: self.total };
        let codec = |key: Uuid| CursorCodec::new(reader.cursor_key(), format!("ProgrammeIndicator.values {key}"));
        let tx = reader.begin();
        let see = tx
            .select::<value::Entity>()
            .through::<followed::Entity>(followed::Column::ProgrammeId, value::Column::ProgrammeId)
            .filter(followed::Column::IndicatorId.into_expr().eq(value::Column::IndicatorId.into_expr()));
        let lists = see.lists(followed::Column::Id, keys, &asked, codec, value::Entity::read).await?;
        let batch = Batch::of::<value::Entity>(lists.values().flat_map(|list| list.rows()));
        let make = |row: value::Model| IndicatorValue::new((row, batch.clone()));
        Ok(lists.into_iter().map(|(key, list)| (key, Some(list.connection(make)))).collect())
    }
}
