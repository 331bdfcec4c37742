//! Who asks.

use crate::access::{Permission, Purpose};
use crate::partner_client::PartnerClient;
use crate::user::Staff;
use uuid::Uuid;

/// In whose name the database is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Anybody: what is published, and nothing else.
    Anonymous,
    /// Somebody who has signed in.
    Staff(Staff),
    /// A partner's program.
    Partner(PartnerClient),
    /// The platform itself.
    System(Purpose),
}

impl Actor {
    /// Who it is, where it is somebody: the user, or the partner's client.
    pub fn key(&self) -> Option<Uuid> {
        match self {
            Self::Anonymous | Self::System(_) => None,
            Self::Staff(staff) => Some(staff.user),
            Self::Partner(client) => Some(client.client),
        }
    }

    /// Whether the actor has the permission anywhere at all.
    pub fn may(&self, permission: Permission) -> bool {
        match self {
            Self::Anonymous => false,
            Self::Staff(staff) => staff.may(permission),
            Self::Partner(client) => client.may(permission),
            Self::System(purpose) => purpose.grants(permission),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Role;
    use crate::codes::Coded;

    #[test]
    fn nobody_in_particular_may_nothing_in_particular() {
        assert!(Permission::ALL.iter().all(|permission| !Actor::Anonymous.may(*permission)));
        assert!(Permission::ALL.iter().all(|p| p.is_seeing() || !Actor::System(Purpose::Check).may(*p)));
        assert!(Role::ALL.iter().all(|role| !role.grants(Permission::SeeCredentials)), "no person reads a secret");
        for purpose in Purpose::ALL {
            let system = Actor::System(*purpose);
            assert!(!system.may(Permission::SeeReferrals) && !system.may(Permission::ManageAudit), "{purpose}");
        }
    }
}
