//! What an actor reaches: the conditions that leave the rows of a table that she may see.

use crate::platform::query::expression::{among, among_selected, nothing, reached};
use crate::platform::query::stored::Day;
use crate::platform::query::table::{Guarded, Open};
use domain::access::Permission;
use domain::actor::Actor;
use domain::partner_client::ClientScope;
use domain::user::Reach;
use jiff::Timestamp;
use jiff::civil::Date;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, IntoCondition};
use sea_orm::{ColumnTrait, DbBackend};

/// In whose name a database is asked, and when: all that visibility depends on.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// In whose name.
    pub actor: &'a Actor,
    /// Which database is asked.
    pub backend: DbBackend,
    /// The instant of the request.
    pub now: Timestamp,
    /// Whether the row filters of statements were taken away, in a test.
    pub is_without_row_filters: bool,
}

impl Scope<'_> {
    /// The condition that leaves the rows of a table that the actor may see.
    pub(in crate::platform) fn visible<E: Guarded>(&self) -> Condition {
        if self.is_without_row_filters {
            return Condition::all();
        }
        match self.actor {
            Actor::System(_) => self.within::<E>(E::SEE),
            Actor::Anonymous => self.open::<E>(),
            Actor::Staff(staff) if staff.reach(E::SEE).is_everything() => Condition::all(),
            Actor::Staff(staff) => {
                // What is cheap stands first: whoever looks at herself is not looked for among all within her reach.
                let own = E::OWN.map(|person| person.eq(staff.user));
                let any = own.into_iter().fold(Condition::any().add(self.open::<E>()), Condition::add);
                self.shared::<E>().into_iter().fold(any.add(self.within::<E>(E::SEE)), Condition::add)
            }
            Actor::Partner(client) => {
                let partys = E::partys(self.backend, client.partner).filter(|_| client.may(E::SEE));
                let own = E::OWN.map(|own| own.eq(client.client));
                let any = partys.into_iter().fold(Condition::any().add(self.open::<E>()), Condition::add);
                own.into_iter().fold(any, Condition::add)
            }
        }
    }

    /// Whether the actor's token was not given for things of a table: a program that asks for them all the same is told
    /// so, and not that there are none.
    pub(in crate::platform) fn is_outside_token<E: Guarded>(&self) -> bool {
        match self.actor {
            _ if self.is_without_row_filters => false,
            Actor::Partner(client) => ClientScope::is_needed_for(E::SEE) && !client.may(E::SEE),
            Actor::Anonymous | Actor::Staff(_) | Actor::System(_) => false,
        }
    }

    /// The condition that leaves the rows of a table that are open to everybody.
    pub(in crate::platform) fn open<E: Guarded>(&self) -> Condition {
        match E::OPEN {
            Open::All => Condition::all(),
            Open::Published(flag) => flag.into_expr().into_condition(),
            Open::PublishedUntil(flag, until) => {
                Condition::all().add(flag.into_expr()).add(valid(until, domain::calendar::today(self.now)))
            }
            Open::Until(until) => valid(until, domain::calendar::today(self.now)),
            Open::Never => nothing(),
        }
    }

    /// The condition that leaves the rows of a table that are shared with branches within the actor's reach; none where no
    /// row is shared, or with nobody whom she reaches.
    pub(in crate::platform) fn shared<E: Guarded>(&self) -> Option<Condition> {
        let Actor::Staff(staff) = self.actor else { return None };
        let reach = staff.reach(E::SEE);
        if reach.subtrees.is_empty() && reach.branches.is_empty() {
            return None;
        }
        E::shared(self.backend, reached(in_reach(&reach)))
    }

    /// The condition that leaves the rows of a table on which the actor holds a permission. What belongs to no branch
    /// is within the reach of whoever holds it for the whole association.
    pub(in crate::platform) fn within<E: Guarded>(&self, permission: Permission) -> Condition {
        match self.actor {
            _ if self.is_without_row_filters => Condition::all(),
            Actor::System(purpose) if purpose.grants(permission) => Condition::all(),
            Actor::System(_) | Actor::Anonymous | Actor::Partner(_) => nothing(),
            Actor::Staff(staff) => within::<E>(self.backend, &staff.reach(permission)),
        }
    }
}

/// The condition that a last day, if there is one, has not passed.
fn valid(until: impl ColumnTrait, today: Date) -> Condition {
    Condition::any().add(until.is_null()).add(until.gte(Day(today)))
}

/// The condition that a row is within reach: by its branch or its cooperative, or by what lends it its
/// place. What belongs to no branch is within the reach of whoever reaches the whole association.
pub(in crate::platform) fn within<E: Guarded>(backend: DbBackend, reach: &Reach) -> Condition {
    if reach.is_everything() {
        return Condition::all();
    }
    let mut any = Condition::any();
    let branches = reached(in_reach(reach));
    let is_nowhere = reach.subtrees.is_empty() && reach.branches.is_empty();
    match E::BRANCH {
        Some(_) | None if is_nowhere => {}
        Some(branch) => any = any.add(among_selected(backend, branch, branches)),
        None => any = E::lent(branches).into_iter().fold(any, Condition::add),
    }
    if let (Some(cooperative), false) = (E::COOPERATIVE, reach.cooperatives.is_empty()) {
        any = any.add(among(backend, cooperative, &reach.cooperatives));
    }
    if any.is_empty() { nothing() } else { any }
}

/// The condition on the table of branches that one is within reach: a range of its index for each subtree.
pub(in crate::platform) fn in_reach(reach: &Reach) -> Condition {
    let path = || Expr::cust("path");
    let mut any = Condition::any();
    for subtree in &reach.subtrees {
        let (first, behind) = subtree.range();
        any = any.add(Condition::all().add(path().gte(first)).add(path().lt(behind)));
    }
    if !reach.branches.is_empty() {
        any = any.add(Expr::cust("id").is_in(reach.branches.iter().copied()));
    }
    if any.is_empty() { nothing() } else { any }
}
