//! What amendments lead to.

use crate::agreement::object::Agreement;
use crate::amendment::object::{AgreementAmendment, AgreementAmendmentContribution};
use crate::partner::object::Partner;
use crate::platform::error::Result;
use crate::platform::graphql::list::List;
use crate::platform::graphql::scalars::Money;
use crate::platform::loading::reader::Reads;
use crate::platform::query::stored::EnumValue;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl AgreementAmendment {
    /// The agreement that is amended.
    async fn agreement(&self, ctx: &Context<'_>) -> Option<Result<Agreement>> {
        self.batch.object(ctx.reader(), self.agreement_key).await.transpose()
    }

    /// What is contributed with the amendment.
    async fn contributions(&self) -> List<AgreementAmendmentContribution> {
        let contribution = |given: &domain::partnership::AmendmentContribution| AgreementAmendmentContribution {
            kind: EnumValue(given.kind),
            amount: Money::centimes(given.amount.centimes),
            partner_key: given.partner,
            batch: self.batch.clone(),
        };
        List(self.contributions.iter().map(contribution).collect())
    }
}

#[ComplexObject]
impl AgreementAmendmentContribution {
    /// The partner that pays.
    async fn partner(&self, ctx: &Context<'_>) -> Option<Result<Partner>> {
        self.batch.object(ctx.reader(), self.partner_key).await.transpose()
    }
}
