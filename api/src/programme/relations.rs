//! What programmes lead to.

use crate::activity;
use crate::activity::object::Activity;
use crate::agreement;
use crate::agreement::object::Agreement;
use crate::branch::object::Branch;
use crate::indicator::object::IndicatorValue;
use crate::indicator::store::{LatestStatisticsOf, of_programme_indicators};
use crate::platform::error::{Error, Result};
use crate::platform::graphql::download::Download;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::list::List;
use crate::platform::loading::reader::Reads;
use crate::platform::paging::page::{Connection, PageArgs};
use crate::platform::query::stored::EnumValue;
use crate::platform::sheet::Format;
use crate::programme::object::{Programme, ProgrammeIndicator, ProgrammeMove, ProgrammeWarning};
use crate::programme::store::{IndicatorsOf, IsFunded, MovesOf, ParticipantsOf};
use crate::session::token::Bearer;
use crate::submission::sheet::Asked;
use async_graphql::{ComplexObject, Context, ID};
use domain::access::Permission;
use domain::actor::Actor;
use domain::indicator::Period;
use domain::programme::{ProgrammeStatus, ProgrammeWarningCode};
use domain::text::Locale;
use std::sync::Arc;

#[ComplexObject]
impl Programme {
    /// The branch that leads the programme.
    async fn branch(&self, ctx: &Context<'_>) -> Option<Result<Branch>> {
        self.batch.object(ctx.reader(), self.branch_key).await.transpose()
    }

    /// The other branches that take part in the programme.
    async fn participating_branches(&self, ctx: &Context<'_>) -> Result<List<Branch>> {
        let participants = self.batch.load(ctx.reader(), ParticipantsOf, self.key).await?;
        let mut branches = Vec::new();
        for (key, batch) in participants {
            let Some(batch) = batch else { continue };
            branches.extend(batch.object::<Branch>(ctx.reader(), key).await?);
        }
        Ok(List(branches))
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
        let page = PageArgs::new(ctx, first, after, last, before);
        self.batch.page(ctx.reader(), agreement::store::of_programmes(page), self.key).await
    }

    /// The activities of the programme within the caller's reach, those entered last first.
    async fn activities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
    ) -> Result<Connection<Activity>> {
        let page = PageArgs::new(ctx, first, after, last, before);
        self.batch.page(ctx.reader(), activity::store::of_programmes(page), self.key).await
    }

    /// The moves of the programme from one status to another, in their order; empty for callers who may not see them.
    async fn moves(&self, ctx: &Context<'_>) -> Result<List<ProgrammeMove>> {
        self.batch.load(ctx.reader(), MovesOf, self.key).await.map(List)
    }

    /// What somebody should look at, for callers who reach the programme; empty for others.
    async fn warnings(&self, ctx: &Context<'_>) -> Result<Vec<ProgrammeWarning>> {
        let is_running = matches!(self.status.0, ProgrammeStatus::Active | ProgrammeStatus::Suspended);
        if !is_running || self.is_self_funded {
            return Ok(Vec::new());
        }
        let is_funded = self.batch.load(ctx.reader(), IsFunded, self.key).await?;
        let code = EnumValue(ProgrammeWarningCode::NoAgreementInForce);
        Ok(if is_funded == Some(false) { vec![ProgrammeWarning { code }] } else { Vec::new() })
    }

    /// The sheet of a period, to be filled in and imported by `sheetImport`: a row for each branch within reach, indicator and
    /// group of people, with what was entered so far. Null for callers who may read no figures that were entered.
    async fn sheet(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The period: `2026`, `2026-S1`, `2026-Q1` or `2026-03`.")] period: String,
        #[graphql(desc = "The global id of one branch; without it the sheet has all that lie within reach.")] branch_id: Option<ID>,
        #[graphql(desc = "The file format.", default_with = "Format::Xlsx")] format: Format,
        #[graphql(desc = "The language of names and titles; that of the request when it is not given.")] locale: Option<
            EnumValue<Locale>,
        >,
    ) -> Result<Option<Download>> {
        let reader = ctx.reader();
        let branch = branch_id.map(|id| GlobalId::parse_as(Kind::Branch, &id, "branchId")).transpose()?;
        Period::parse(&period).map_err(|_| Error::expected("period", "2026, 2026-S1, 2026-Q1 or 2026-03"))?;
        let reads = matches!(reader.actor(), Actor::Staff(staff) if staff.may(Permission::SeeIndicators));
        let Some(bearer) = ctx.data_opt::<Bearer>().filter(|_| reads) else { return Ok(None) };
        let language =
            locale.map(|locale| locale.0).or_else(|| reader.locales().first().copied()).unwrap_or(Locale::Ar);
        let asked = Asked { programme: self.key, branch, period, format, language };
        Ok(Some(Download::new(reader.keys(), reader.now(), &(bearer, asked))))
    }

    /// The indicators that the programme follows, in their order.
    async fn indicators(&self, ctx: &Context<'_>) -> Result<List<Arc<ProgrammeIndicator>>> {
        self.batch.load(ctx.reader(), IndicatorsOf, self.key).await.map(List)
    }
}

#[ComplexObject]
impl ProgrammeIndicator {
    /// The programme that follows the indicator.
    async fn programme(&self, ctx: &Context<'_>) -> Option<Result<Programme>> {
        self.batch.object(ctx.reader(), self.programme_key).await.transpose()
    }

    /// The latest result of the programme that is not of one group alone; null: none was published.
    async fn latest_actual(&self, ctx: &Context<'_>) -> Option<Result<IndicatorValue>> {
        self.batch.object(ctx.reader(), self.latest_actual_key).await.transpose()
    }

    /// The latest context figure of each source and milieu: no result of the programme.
    async fn latest_statistics(&self, ctx: &Context<'_>) -> Result<Vec<IndicatorValue>> {
        self.batch.load(ctx.reader(), LatestStatisticsOf, self.indicator_key).await
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
        let page = PageArgs::new(ctx, first, after, last, before);
        self.batch.page(ctx.reader(), of_programme_indicators(page), self.key).await
    }
}

#[ComplexObject]
impl ProgrammeMove {
    /// The branch for which it was decided.
    async fn branch(&self, ctx: &Context<'_>) -> Option<Result<Branch>> {
        self.batch.object(ctx.reader(), self.branch_key).await.transpose()
    }
}
