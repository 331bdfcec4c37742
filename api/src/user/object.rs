//! The GraphQL face of staff logins and of the roles that people hold.

use super::assignment;
use super::entity::Model;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{Date, DateTime};
use crate::platform::loading::batch::Batch;
use async_graphql::{Enum, ID, InputObject, SimpleObject};
use domain::codes::Coded;
use std::borrow::Borrow;
use uuid::Uuid;

/// A role that a person holds at a branch.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::access::Role")]
pub enum Role {
    /// A national administrator: everything, everywhere.
    NationalAdmin,
    /// A branch administrator: everything but survivor support, in her branch and below.
    BranchAdmin,
    /// A market manager: markets, listings and stock, and what is published there.
    MarketManager,
    /// A programme officer: programmes and their figures.
    ProgrammeOfficer,
    /// A finance officer: agreements, contributions and settlements.
    FinanceOfficer,
    /// A data entry clerk: enters data and decides nothing.
    DataEntry,
    /// An auditor: reads everything in scope, writes nothing.
    Auditor,
    /// A counsellor: survivor support alone.
    Counsellor,
    /// A representative of a cooperative: her own cooperative alone.
    CooperativeRep,
}

/// What a role allows: to see what is not public of a kind of thing, or to change it.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::access::Permission")]
pub enum Permission {
    /// The right to see regions and provinces.
    SeeGeography,
    /// The right to change regions and provinces.
    ManageGeography,
    /// The right to see product categories and the national calendar.
    SeeCategories,
    /// The right to change product categories and the national calendar.
    ManageCategories,
    /// The right to see branches.
    SeeBranches,
    /// The right to change branches.
    ManageBranches,
    /// The right to see staff logins and their roles.
    SeeUsers,
    /// The right to change staff logins and their roles.
    ManageUsers,
    /// The right to see cooperatives.
    SeeCooperatives,
    /// The right to change cooperatives.
    ManageCooperatives,
    /// The right to see members and documents of cooperatives.
    SeeMembers,
    /// The right to change members and documents of cooperatives.
    ManageMembers,
    /// The right to see products, variants and quality signs.
    SeeProducts,
    /// The right to change products, variants and quality signs.
    ManageProducts,
    /// The right to see markets.
    SeeMarkets,
    /// The right to change markets.
    ManageMarkets,
    /// The right to see listings.
    SeeListings,
    /// The right to change listings.
    ManageListings,
    /// The right to see stock movements.
    SeeStock,
    /// The right to change stock movements.
    ManageStock,
    /// The right to see sales and day closings.
    SeeSales,
    /// The right to change sales and day closings.
    ManageSales,
    /// The right to see settlements.
    SeeSettlements,
    /// The right to change settlements.
    ManageSettlements,
    /// The right to see partner organisations.
    SeePartners,
    /// The right to change partner organisations.
    ManagePartners,
    /// The right to see agreements and contributions.
    SeeAgreements,
    /// The right to change agreements and contributions.
    ManageAgreements,
    /// The right to see programmes.
    SeeProgrammes,
    /// The right to change programmes.
    ManageProgrammes,
    /// The right to see indicators and figures.
    SeeIndicators,
    /// The right to change indicators and figures.
    ManageIndicators,
    /// The right to see decisions about what others submitted.
    SeeApprovals,
    /// The right to change decisions about what others submitted.
    ManageApprovals,
    /// The right to see support services and the bot.
    SeeSurvivorSupport,
    /// The right to change support services and the bot.
    ManageSurvivorSupport,
    /// The right to see referrals of survivors.
    SeeReferrals,
    /// The right to change referrals of survivors.
    ManageReferrals,
    /// The right to see machine credentials of partners.
    SeePartnerClients,
    /// The right to change machine credentials of partners.
    ManagePartnerClients,
    /// The right to see what people and programs come in with: hashes of secrets, sessions, letters with links. Of the platform alone.
    SeeCredentials,
    /// The right to change what people and programs come in with: hashes of secrets, sessions, letters with links. Of the platform alone.
    ManageCredentials,
    /// The right to see the audit. Nobody writes it but the platform itself.
    SeeAudit,
    /// The right to change the audit. Nobody writes it but the platform itself.
    ManageAudit,
}

/// Where a login stands. Only an active one may come in.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::user::UserStatus")]
pub enum UserStatus {
    /// The invitation was not accepted yet.
    Invited,
    /// The login can be used.
    Active,
    /// An administrator has locked the login for a time.
    Locked,
    /// The login was disabled.
    Disabled,
}

/// A login of somebody who works for the association.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex)]
pub struct User {
    /// The login's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The login's version: 1 when it was created, and one more with each edit. What only follows from other data
    /// leaves it as it is.
    pub version: i32,
    /// When the login was last edited.
    pub changed_at: DateTime,
    /// The e-mail address that the person signs in with.
    pub email: String,
    /// The person's name.
    pub display_name: String,
    /// The login's status.
    pub status: UserStatus,
    /// Whether the login was invented for demonstration.
    pub is_demo: bool,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl User {
    /// The face of a row, with the level that it was read in.
    pub fn new<R: Borrow<Model>>((row, batch): (R, Batch)) -> Self {
        let row = row.borrow();
        Self {
            id: GlobalId::new(Kind::User, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            email: row.email.clone(),
            display_name: row.display_name.clone(),
            status: row.status.0.into(),
            is_demo: row.is_demo,
            key: row.id,
            batch,
        }
    }
}

/// A role that somebody holds at a branch, for a time.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex)]
pub struct RoleAssignment {
    /// The role assignment's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The role assignment's version: 1 when it was created, and one more with each edit. What only follows from
    /// other data leaves it as it is.
    pub version: i32,
    /// When the role assignment was last edited.
    pub changed_at: DateTime,
    /// The role that is held.
    pub role: Role,
    /// Whether the role is also held at all branches below.
    pub includes_descendants: bool,
    /// The first day on which it is in force.
    pub valid_from: Date,
    /// The last day on which the role is in force; null: no end.
    pub valid_to: Option<Date>,
    /// When the role was revoked; null when it was not.
    pub revoked_at: Option<DateTime>,
    /// The permissions that the role grants, by name.
    pub permissions: Vec<Permission>,
    #[graphql(skip)]
    pub(crate) branch_key: Uuid,
    #[graphql(skip)]
    pub(crate) user_key: Uuid,
    #[graphql(skip)]
    pub(crate) cooperative_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RoleAssignment {
    /// The face of a row, with the level that it was read in.
    pub fn new<R: Borrow<assignment::Model>>((row, batch): (R, Batch)) -> Self {
        let row = row.borrow();
        let role = row.role.0;
        Self {
            id: GlobalId::new(Kind::RoleAssignment, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            role: role.into(),
            includes_descendants: row.includes_descendants,
            valid_from: Date(row.valid_from.0),
            valid_to: row.valid_to.map(|day| Date(day.0)),
            revoked_at: row.revoked_at.map(DateTime::micros),
            permissions: sorted(
                domain::access::Permission::ALL.iter().copied().filter(|permission| role.grants(*permission)),
            ),
            branch_key: row.branch_id,
            user_key: row.user_id,
            cooperative_key: row.cooperative_id,
            batch,
        }
    }
}

/// Permissions in the order of their names.
pub fn sorted(permissions: impl Iterator<Item = domain::access::Permission>) -> Vec<Permission> {
    let mut permissions: Vec<_> = permissions.collect();
    permissions.sort_by_key(|permission| permission.as_str());
    permissions.into_iter().map(Permission::from).collect()
}

/// Conditions on logins: those that are given must all be met.
#[derive(InputObject, Clone, Debug, Default)]
pub struct UserFilter {
    /// Leaves only logins in this status.
    pub status: Option<UserStatus>,
    /// Leaves only logins that hold this role, as far as the caller sees.
    pub role: Option<Role>,
    /// Leaves only logins that hold a role at the branch with this global id.
    pub branch: Option<ID>,
}
