//! What roles that somebody holds lead to.

use crate::branch::entity as branch;
use crate::branch::object::Branch;
use crate::cooperative::entity as cooperative;
use crate::cooperative::object::Cooperative;
use crate::platform::error::Result;
use crate::platform::loading::reader::Reads;
use crate::user;
use crate::user::object::{RoleAssignment, User};
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl RoleAssignment {
    /// The branch at which the role is held; null when it is out of the caller's reach.
    async fn branch(&self, ctx: &Context<'_>) -> Option<Result<Branch>> {
        let found = self.batch.one::<branch::Entity>(ctx.reader(), Some(self.branch_key)).await;
        found.map(|found| found.map(Branch::new)).transpose()
    }

    /// The login that holds the role.
    async fn user(&self, ctx: &Context<'_>) -> Option<Result<User>> {
        let found = self.batch.one::<user::entity::Entity>(ctx.reader(), Some(self.user_key)).await;
        found.map(|found| found.map(User::new)).transpose()
    }

    /// The cooperative that she represents; null for every role but COOPERATIVE_REP.
    async fn cooperative(&self, ctx: &Context<'_>) -> Option<Result<Cooperative>> {
        let found = self.batch.one::<cooperative::Entity>(ctx.reader(), self.cooperative_key).await;
        found.map(|found| found.map(Cooperative::new)).transpose()
    }
}
