//! What agreements lead to.

use crate::agreement::money::MoneyTotal;
use crate::agreement::object::{Agreement, AgreementAlert, AgreementObjective, AgreementParty};
use crate::agreement::statement::{AgreementStatement, StatementParty, StatementsOf};
use crate::agreement::store::{BranchesOf, ObjectivesOf, PartiesOf};
use crate::agreement_document::object::AgreementDocument;
use crate::agreement_document::store::DocumentsOf;
use crate::amendment::object::{AgreementAmendment, AgreementTerms};
use crate::amendment::store::{AmendmentsOf, TermsOn};
use crate::branch::object::Branch;
use crate::budget_line::object::BudgetLine;
use crate::budget_line::store::LinesOf;
use crate::committee::object::SteeringCommittee;
use crate::committee::store::CommitteeOf;
use crate::contribution::object::{Contribution, FundingGap, funding_gaps};
use crate::contribution::store::{OfAgreements as ContributionsOf, UndeclaredOf};
use crate::funding_call::object::FundingCall;
use crate::market;
use crate::market::object::Market;
use crate::partner::object::Partner;
use crate::platform::error::Result;
use crate::platform::graphql::list::List;
use crate::platform::graphql::scalars::Date;
use crate::platform::loading::reader::Reads;
use crate::platform::paging::page::{Connection, PageArgs};
use crate::programme;
use crate::programme::object::Programme;
use crate::tranche::object::Tranche;
use crate::tranche::store::TranchesOf;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl Agreement {
    /// The branch that keeps the agreement.
    async fn branch(&self, ctx: &Context<'_>) -> Option<Result<Branch>> {
        self.batch.object(ctx.reader(), self.branch_key).await.transpose()
    }

    /// The legal person under whose mandate the branch signed the agreement; null where the branch is a legal person itself,
    /// and where it is not known.
    async fn signed_under_mandate_of(&self, ctx: &Context<'_>) -> Option<Result<Branch>> {
        self.batch.object(ctx.reader(), self.mandate_key).await.transpose()
    }

    /// The branches that implement the agreement beside the one that keeps it.
    async fn implementing_branches(&self, ctx: &Context<'_>) -> Result<List<Branch>> {
        let named = self.batch.load(ctx.reader(), BranchesOf, self.key).await?;
        let mut branches = Vec::new();
        for (key, batch) in named {
            let Some(batch) = batch else { continue };
            branches.extend(batch.object::<Branch>(ctx.reader(), key).await?);
        }
        Ok(List(branches))
    }

    /// The parties to the agreement, in their order.
    async fn parties(&self, ctx: &Context<'_>) -> Result<List<AgreementParty>> {
        self.batch.load(ctx.reader(), PartiesOf, self.key).await.map(List)
    }

    /// The objectives of the agreement, in their order.
    async fn objectives(&self, ctx: &Context<'_>) -> Result<Vec<AgreementObjective>> {
        self.batch.load(ctx.reader(), ObjectivesOf, self.key).await
    }

    /// The contributions to the agreement, in their order.
    async fn contributions(&self, ctx: &Context<'_>) -> Result<List<Contribution>> {
        self.batch.load(ctx.reader(), ContributionsOf, self.key).await.map(List)
    }

    /// The lines of the agreement's budget, in their order; empty for callers who may not see them.
    async fn budget_lines(&self, ctx: &Context<'_>) -> Result<List<BudgetLine>> {
        self.batch.load(ctx.reader(), LinesOf, self.key).await.map(List)
    }

    /// The tranches in which the money of the agreement is received, in their order; empty for callers who may not see them.
    async fn tranches(&self, ctx: &Context<'_>) -> Result<List<Tranche>> {
        self.batch.load(ctx.reader(), TranchesOf, self.key).await.map(List)
    }

    /// What became of the money of the agreement by the end of a day; null for callers who may not see it.
    async fn statement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today in Casablanca where none is named.")] on: Option<Date>,
    ) -> Result<Option<AgreementStatement>> {
        let day = on.map_or_else(|| ctx.reader().today(), |on| on.0);
        self.batch.load(ctx.reader(), StatementsOf(day), self.key).await
    }

    /// The amendments of the agreement, in their order: those that were signed, and for its branch line also others.
    async fn amendments(&self, ctx: &Context<'_>) -> Result<List<AgreementAmendment>> {
        self.batch.load(ctx.reader(), AmendmentsOf, self.key).await.map(List)
    }

    /// The steering committee of the agreement; null when there is none, and for callers who may not see it.
    async fn steering_committee(&self, ctx: &Context<'_>) -> Result<Option<SteeringCommittee>> {
        self.batch.load(ctx.reader(), CommitteeOf, self.key).await
    }

    /// The documents of the agreement, in the order in which they were added; empty for callers who may not see them.
    async fn documents(&self, ctx: &Context<'_>) -> Result<List<AgreementDocument>> {
        self.batch.load(ctx.reader(), DocumentsOf, self.key).await.map(List)
    }

    /// What the agreement laid down on a day; null when it was not signed by then.
    async fn as_of(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day.")] date: Date,
    ) -> Result<Option<AgreementTerms>> {
        self.batch.load(ctx.reader(), TermsOn(date.0), self.key).await
    }

    /// The agreement that this one renews; null when it renews none.
    async fn predecessor(&self, ctx: &Context<'_>) -> Option<Result<Agreement>> {
        self.batch.object(ctx.reader(), self.predecessor_key).await.transpose()
    }

    /// The call that the agreement is funded under; null when there is none.
    async fn funding_call(&self, ctx: &Context<'_>) -> Option<Result<FundingCall>> {
        self.batch.object(ctx.reader(), self.funding_call_key).await.transpose()
    }

    /// The confirmed contributions from abroad that were not declared to the General Secretariat of the Government, for callers
    /// who reach the agreement; empty for others. It is a reminder, and no legal advice.
    async fn undeclared_contributions(&self, ctx: &Context<'_>) -> Result<List<Contribution>> {
        self.batch.load(ctx.reader(), UndeclaredOf, self.key).await.map(List)
    }

    /// The gaps in the funding of the agreement.
    async fn funding_gaps(&self, ctx: &Context<'_>) -> Result<Vec<FundingGap>> {
        let rows = self.batch.load(ctx.reader(), ContributionsOf, self.key).await?;
        Ok(funding_gaps(self.budget_centimes, &rows))
    }

    /// The programmes that rest on the agreement.
    async fn programmes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
    ) -> Result<Connection<Programme>> {
        let page = PageArgs::new(ctx, first, after, last, before);
        self.batch.page(ctx.reader(), programme::store::of_agreements(page), self.key).await
    }

    /// The markets that the agreement funded.
    async fn markets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
    ) -> Result<Connection<Market>> {
        let page = PageArgs::new(ctx, first, after, last, before);
        self.batch.page(ctx.reader(), market::store::of_agreements(page), self.key).await
    }
}

#[ComplexObject]
impl AgreementParty {
    /// The partner that is party to the agreement.
    async fn partner(&self, ctx: &Context<'_>) -> Option<Result<Partner>> {
        self.batch.object(ctx.reader(), self.partner_key).await.transpose()
    }
}

#[ComplexObject]
impl AgreementAlert {
    /// The agreement.
    async fn agreement(&self, ctx: &Context<'_>) -> Option<Result<Agreement>> {
        self.batch.object(ctx.reader(), self.agreement_key).await.transpose()
    }
}

#[ComplexObject]
impl StatementParty {
    /// The partner that contributes; null: the payer is not published.
    async fn partner(&self, ctx: &Context<'_>) -> Option<Result<Partner>> {
        self.batch.object(ctx.reader(), self.partner_key).await.transpose()
    }
}

#[ComplexObject]
impl MoneyTotal {
    /// The branch, where sums are told apart by it.
    async fn branch(&self, ctx: &Context<'_>) -> Option<Result<Branch>> {
        self.batch.object(ctx.reader(), self.branch_key).await.transpose()
    }

    /// The partner, where sums are told apart by it; null also for what nobody's contribution is confirmed of.
    async fn partner(&self, ctx: &Context<'_>) -> Option<Result<Partner>> {
        self.batch.object(ctx.reader(), self.partner_key).await.transpose()
    }
}
