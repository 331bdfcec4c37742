//! What support services lead to.

use super::object::{Shelter, SupportService, SupportVerification};
use super::store::{ShelterOf, VerificationsOf};
use crate::branch::object::Branch;
use crate::calendar;
use crate::geography::object::Province;
use crate::platform::error::Result;
use crate::platform::graphql::scalars::DateTime;
use crate::platform::loading::reader::Reads;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl SupportService {
    /// Whether the service is open; null when its hours are not known.
    async fn is_open(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At this instant; at the present, if none is given.")] at: Option<DateTime>,
    ) -> Option<Result<bool>> {
        if self.is_always_open {
            return Some(Ok(true));
        }
        let open = async {
            let calendar = calendar::store::calendar(ctx.reader()).await?;
            Ok(self.hours.is_open(at.map_or(ctx.reader().now(), |at| at.0), &calendar))
        };
        open.await.transpose()
    }

    /// The next change from closed to open strictly after an instant; null when there is none within 60 days, when the service
    /// is always open, and when its hours are not known.
    async fn next_opening(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "After this instant; after the present, if none is given.")] at: Option<DateTime>,
    ) -> Option<Result<DateTime>> {
        if self.is_always_open {
            return None;
        }
        let next = async {
            let calendar = calendar::store::calendar(ctx.reader()).await?;
            Ok(self.hours.next_opening(at.map_or(ctx.reader().now(), |at| at.0), &calendar).map(DateTime))
        };
        next.await.transpose()
    }

    /// The province that the service is in; null: it is nowhere in particular.
    async fn province(&self, ctx: &Context<'_>) -> Option<Result<Province>> {
        self.batch.object(ctx.reader(), self.province_key).await.transpose()
    }

    /// The branch that keeps the service in the directory.
    async fn branch(&self, ctx: &Context<'_>) -> Option<Result<Branch>> {
        self.batch.object(ctx.reader(), self.branch_key).await.transpose()
    }

    /// Who has made sure of the service, the last one first. For staff.
    async fn verifications(&self, ctx: &Context<'_>) -> Result<Vec<SupportVerification>> {
        self.batch.load(ctx.reader(), VerificationsOf, self.key).await
    }

    /// Where the shelter is; null of other services, and to whoever may not know. For counsellors; each read is audited.
    async fn shelter(&self, ctx: &Context<'_>) -> Option<Result<Shelter>> {
        self.batch.load(ctx.reader(), ShelterOf, self.key).await.transpose()
    }
}
