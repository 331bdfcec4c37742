//! What referrals lead to.

use super::case_key::CaseKeys;
use super::object::{Referral, ReferralContent, ReferralCount, ReferralDetail};
use crate::branch::object::Branch;
use crate::platform::error::Result;
use crate::platform::loading::reader::Reads;
use crate::platform::query::stored::EnumValue;
use crate::support_service::object::SupportService;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl Referral {
    /// What the recipient is told of her; null: it is destroyed, or she took her consent back.
    async fn content(&self, ctx: &Context<'_>) -> Option<Result<ReferralContent>> {
        let (case, sealed) = self.sealed.as_ref()?;
        let content = CaseKeys::of(ctx.reader()).open(*case, self.key, sealed).await.transpose()?;
        Some(content.map(|content| {
            ReferralContent {
                details: content
                    .details
                    .into_iter()
                    .map(|(field, value)| ReferralDetail { field: EnumValue(field), value })
                    .collect(),
                reason: content.reason,
            }
        }))
    }

    /// The recipient.
    async fn service(&self, ctx: &Context<'_>) -> Option<Result<SupportService>> {
        self.batch.object(ctx.reader(), self.service_key).await.transpose()
    }

    /// The branch that the referral belongs to.
    async fn branch(&self, ctx: &Context<'_>) -> Option<Result<Branch>> {
        self.batch.object(ctx.reader(), self.branch_key).await.transpose()
    }
}

#[ComplexObject]
impl ReferralCount {
    /// The branch.
    async fn branch(&self, ctx: &Context<'_>) -> Option<Result<Branch>> {
        self.batch.object(ctx.reader(), self.branch_key).await.transpose()
    }
}
