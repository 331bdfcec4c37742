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
    /// Everything, everywhere.
    NationalAdmin,
    /// Everything but survivor support, in her branch and below.
    BranchAdmin,
    /// Markets, listings, stock, and what is published there.
    MarketManager,
    /// Programmes and their figures.
    ProgrammeOfficer,
    /// Agreements, contributions, settlements.
    FinanceOfficer,
    /// Enters data; decides nothing.
    DataEntry,
    /// Reads everything in scope, writes nothing.
    Auditor,
    /// Survivor support alone.
    Counsellor,
    /// Her own cooperative alone.
    CooperativeRep,
}

/// What a role allows: to see what is not public of a kind of thing, or to change it.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::access::Permission")]
pub enum Permission {
    /// To see: regions and provinces.
    SeeGeography,
    /// To change: regions and provinces.
    ManageGeography,
    /// To see: product categories and the national calendar.
    SeeCategories,
    /// To change: product categories and the national calendar.
    ManageCategories,
    /// To see: branches.
    SeeBranches,
    /// To change: branches.
    ManageBranches,
    /// To see: staff logins and their roles.
    SeeUsers,
    /// To change: staff logins and their roles.
    ManageUsers,
    /// To see: cooperatives.
    SeeCooperatives,
    /// To change: cooperatives.
    ManageCooperatives,
    /// To see: members and documents of cooperatives.
    SeeMembers,
    /// To change: members and documents of cooperatives.
    ManageMembers,
    /// To see: products, variants and quality signs.
    SeeProducts,
    /// To change: products, variants and quality signs.
    ManageProducts,
    /// To see: markets.
    SeeMarkets,
    /// To change: markets.
    ManageMarkets,
    /// To see: listings.
    SeeListings,
    /// To change: listings.
    ManageListings,
    /// To see: stock movements.
    SeeStock,
    /// To change: stock movements.
    ManageStock,
    /// To see: sales and day closings.
    SeeSales,
    /// To change: sales and day closings.
    ManageSales,
    /// To see: settlements.
    SeeSettlements,
    /// To change: settlements.
    ManageSettlements,
    /// To see: partner organisations.
    SeePartners,
    /// To change: partner organisations.
    ManagePartners,
    /// To see: agreements and contributions.
    SeeAgreements,
    /// To change: agreements and contributions.
    ManageAgreements,
    /// To see: programmes.
    SeeProgrammes,
    /// To change: programmes.
    ManageProgrammes,
    /// To see: indicators and figures.
    SeeIndicators,
    /// To change: indicators and figures.
    ManageIndicators,
    /// To see: decisions about what others submitted.
    SeeApprovals,
    /// To change: decisions about what others submitted.
    ManageApprovals,
    /// To see: support services and the bot.
    SeeSurvivorSupport,
    /// To change: support services and the bot.
    ManageSurvivorSupport,
    /// To see: referrals of survivors.
    SeeReferrals,
    /// To change: referrals of survivors.
    ManageReferrals,
    /// To see: machine credentials of partners.
    SeePartnerClients,
    /// To change: machine credentials of partners.
    ManagePartnerClients,
    /// To see: what people and programs come in with: hashes of secrets, sessions, letters with links. Of the platform alone.
    SeeCredentials,
    /// To change: what people and programs come in with: hashes of secrets, sessions, letters with links. Of the platform alone.
    ManageCredentials,
    /// To see: the audit. Nobody writes it but the platform itself.
    SeeAudit,
    /// To change: the audit. Nobody writes it but the platform itself.
    ManageAudit,
}

/// Where a login stands. Only an active one may come in.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::user::UserStatus")]
pub enum UserStatus {
    /// Its owner has not yet taken up the invitation.
    Invited,
    /// It may come in.
    Active,
    /// An administrator has locked it for a time.
    Locked,
    /// It was taken out of use.
    Disabled,
}

/// A login of somebody who works for the association.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex)]
pub struct User {
    /// The global id.
    pub id: GlobalId,
    /// How often it was changed.
    pub version: i32,
    /// When it was changed last.
    pub changed_at: DateTime,
    /// Her e-mail address.
    pub email: String,
    /// What she is called.
    pub display_name: String,
    /// Where the login stands.
    pub status: UserStatus,
    /// Whether she was invented for the demo world.
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
    /// The global id.
    pub id: GlobalId,
    /// How often it was changed.
    pub version: i32,
    /// When it was changed last.
    pub changed_at: DateTime,
    /// What she may do.
    pub role: Role,
    /// Whether it holds for all branches below too.
    pub includes_descendants: bool,
    /// The first day on which it is in force.
    pub valid_from: Date,
    /// The last day; null: no end.
    pub valid_to: Option<Date>,
    /// When it was taken away; null: it was not.
    pub revoked_at: Option<DateTime>,
    /// All that the role allows, in the order of their names.
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

/// Which logins are wanted; conditions that are given hold together.
#[derive(InputObject, Clone, Debug, Default)]
pub struct UserFilter {
    /// Standing here.
    pub status: Option<UserStatus>,
    /// Holding this role, as far as the caller sees.
    pub role: Option<Role>,
    /// Holding a role at this branch.
    pub branch: Option<ID>,
}
