//! What logins lead to.

use crate::platform::error::Result;
use crate::platform::loading::reader::Reads;
use crate::user::object::{RoleAssignment, User};
use crate::user::store::AssignmentsOf;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl User {
    /// The roles that the login holds, as far as the caller reaches; revoked ones are left out.
    async fn assignments(&self, ctx: &Context<'_>) -> Result<Vec<RoleAssignment>> {
        self.batch.load(ctx.reader(), AssignmentsOf, self.key).await
    }
}
