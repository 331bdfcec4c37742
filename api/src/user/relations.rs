//! What logins lead to.

use crate::branch::object::Branch;
use crate::cooperative::object::Cooperative;
use crate::platform::error::Result;
use crate::platform::graphql::list::List;
use crate::platform::loading::reader::Reads;
use crate::user::object::{RoleAssignment, User};
use crate::user::store::AssignmentsOf;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl User {
    /// The roles that the login holds, as far as the caller reaches; revoked ones are left out.
    async fn assignments(&self, ctx: &Context<'_>) -> Result<List<RoleAssignment>> {
        self.batch.load(ctx.reader(), AssignmentsOf, self.key).await.map(List)
    }
}

#[ComplexObject]
impl RoleAssignment {
    /// The branch at which the role is held; null when it is out of the caller's reach.
    async fn branch(&self, ctx: &Context<'_>) -> Option<Result<Branch>> {
        self.batch.object(ctx.reader(), self.branch_key).await.transpose()
    }

    /// The login that holds the role.
    async fn user(&self, ctx: &Context<'_>) -> Option<Result<User>> {
        self.batch.object(ctx.reader(), self.user_key).await.transpose()
    }

    /// The cooperative that she represents; null for every role but COOPERATIVE_REP.
    async fn cooperative(&self, ctx: &Context<'_>) -> Option<Result<Cooperative>> {
        self.batch.object(ctx.reader(), self.cooperative_key).await.transpose()
    }
}
