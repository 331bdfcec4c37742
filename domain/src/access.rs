//! Who may do what: one table of roles and permissions, and one of who may grant which role.
//!
//! A role carries permissions, an assignment carries the scope. Code asks for permissions, never for roles. What is
//! published needs no permission to be read.

use crate::codes;

codes! {
    /// A role that a person holds at a branch.
    Role {
        /// A national administrator: everything, everywhere.
        NationalAdmin = "NATIONAL_ADMIN",
        /// A branch administrator: everything but survivor support, in her branch and below.
        BranchAdmin = "BRANCH_ADMIN",
        /// A market manager: markets, listings and stock, and what is published there.
        MarketManager = "MARKET_MANAGER",
        /// A programme officer: programmes and their figures.
        ProgrammeOfficer = "PROGRAMME_OFFICER",
        /// A finance officer: agreements, contributions and settlements.
        FinanceOfficer = "FINANCE_OFFICER",
        /// A data entry clerk: enters data and decides nothing.
        DataEntry = "DATA_ENTRY",
        /// An auditor: reads everything in scope, writes nothing.
        Auditor = "AUDITOR",
        /// A counsellor: survivor support alone.
        Counsellor = "COUNSELLOR",
        /// Somebody who is named to know where the shelters of a branch are: that alone.
        ShelterContact = "SHELTER_CONTACT",
        /// A representative of a cooperative: her own cooperative alone.
        CooperativeRep = "COOPERATIVE_REP",
    }
}

/// The permissions of each kind of thing: to see what is not public of it, to enter and change it, and, where somebody must
/// decide about it (verify, publish, approve, sign, settle, strike off), to do so.
macro_rules! permissions {
    ($($things:literal: $see:ident = $see_code:literal, $manage:ident = $manage_code:literal
        $(, $decide:ident = $decide_code:literal)?;)+) => {
        codes! {
            /// A permission that roles grant: to see objects of a kind that are not public, to change them, or to decide about
            /// them.
            Permission {
                $(
                    #[doc = concat!("The right to see ", $things)]
                    $see = $see_code,
                    #[doc = concat!("The right to change ", $things)]
                    $manage = $manage_code
                    $(,
                    #[doc = concat!("The right to decide about ", $things)]
                    $decide = $decide_code)?
                ),+
            }
        }

        impl Permission {
            /// Whether it allows to read only.
            pub const fn is_seeing(self) -> bool {
                match self { $(Self::$see => true, Self::$manage => false $(, Self::$decide => false)?),+ }
            }

            /// Whether it allows to decide.
            pub const fn is_deciding(self) -> bool {
                match self { $(Self::$see | Self::$manage => false $(, Self::$decide => true)?),+ }
            }

            /// What there is for each kind of thing: to see, to change, and to decide.
            pub const KINDS: &[(Self, Self, Option<Self>)] =
                &[$((Self::$see, Self::$manage, permissions!(@ $($decide)?))),+];
        }
    };
    (@) => { None };
    (@ $decide:ident) => { Some(Permission::$decide) };
}

permissions! {
    "regions and provinces.":
        SeeGeography = "SEE_GEOGRAPHY", ManageGeography = "MANAGE_GEOGRAPHY";
    "product categories and the national calendar.":
        SeeCategories = "SEE_CATEGORIES", ManageCategories = "MANAGE_CATEGORIES";
    "branches.":
        SeeBranches = "SEE_BRANCHES", ManageBranches = "MANAGE_BRANCHES";
    "staff logins and their roles.":
        SeeUsers = "SEE_USERS", ManageUsers = "MANAGE_USERS";
    "cooperatives.":
        SeeCooperatives = "SEE_COOPERATIVES", ManageCooperatives = "MANAGE_COOPERATIVES",
        DecideCooperatives = "DECIDE_COOPERATIVES";
    "disputes about identities in the register. The platform alone enters them.":
        SeeRegisterDisputes = "SEE_REGISTER_DISPUTES", ManageRegisterDisputes = "MANAGE_REGISTER_DISPUTES",
        DecideRegisterDisputes = "DECIDE_REGISTER_DISPUTES";
    "members and documents of cooperatives.":
        SeeMembers = "SEE_MEMBERS", ManageMembers = "MANAGE_MEMBERS";
    "products, variants and quality signs.":
        SeeProducts = "SEE_PRODUCTS", ManageProducts = "MANAGE_PRODUCTS", DecideProducts = "DECIDE_PRODUCTS";
    "markets.":
        SeeMarkets = "SEE_MARKETS", ManageMarkets = "MANAGE_MARKETS", DecideMarkets = "DECIDE_MARKETS";
    "listings.":
        SeeListings = "SEE_LISTINGS", ManageListings = "MANAGE_LISTINGS";
    "stock movements.":
        SeeStock = "SEE_STOCK", ManageStock = "MANAGE_STOCK", DecideStock = "DECIDE_STOCK";
    "what cooperatives say of their deliveries. Nobody says it for them.":
        SeeCountersignatures = "SEE_COUNTERSIGNATURES", ManageCountersignatures = "MANAGE_COUNTERSIGNATURES";
    "sales and day closings.":
        SeeSales = "SEE_SALES", ManageSales = "MANAGE_SALES";
    "settlements.":
        SeeSettlements = "SEE_SETTLEMENTS", ManageSettlements = "MANAGE_SETTLEMENTS",
        DecideSettlements = "DECIDE_SETTLEMENTS";
    "partner organisations.":
        SeePartners = "SEE_PARTNERS", ManagePartners = "MANAGE_PARTNERS";
    "agreements and contributions.":
        SeeAgreements = "SEE_AGREEMENTS", ManageAgreements = "MANAGE_AGREEMENTS",
        DecideAgreements = "DECIDE_AGREEMENTS";
    "programmes.":
        SeeProgrammes = "SEE_PROGRAMMES", ManageProgrammes = "MANAGE_PROGRAMMES",
        DecideProgrammes = "DECIDE_PROGRAMMES";
    "indicators and figures.":
        SeeIndicators = "SEE_INDICATORS", ManageIndicators = "MANAGE_INDICATORS",
        DecideIndicators = "DECIDE_INDICATORS";
    "the directory of support services.":
        SeeSupportServices = "SEE_SUPPORT_SERVICES", ManageSupportServices = "MANAGE_SUPPORT_SERVICES",
        DecideSupportServices = "DECIDE_SUPPORT_SERVICES";
    "where shelters are.":
        SeeShelters = "SEE_SHELTERS", ManageShelters = "MANAGE_SHELTERS";
    "the menu of the bot.":
        SeeBotMenu = "SEE_BOT_MENU", ManageBotMenu = "MANAGE_BOT_MENU", DecideBotMenu = "DECIDE_BOT_MENU";
    "how many the bot and counsellors helped. The platform alone counts.":
        SeeSupportCounts = "SEE_SUPPORT_COUNTS", ManageSupportCounts = "MANAGE_SUPPORT_COUNTS";
    "referrals of survivors.":
        SeeReferrals = "SEE_REFERRALS", ManageReferrals = "MANAGE_REFERRALS";
    "machine credentials of partners.":
        SeePartnerClients = "SEE_PARTNER_CLIENTS", ManagePartnerClients = "MANAGE_PARTNER_CLIENTS";
    "the credentials of people and programs: hashes of secrets, sessions, links in e-mails. Of the platform alone.":
        SeeCredentials = "SEE_CREDENTIALS", ManageCredentials = "MANAGE_CREDENTIALS";
    "the audit. Nobody writes it but the platform itself.":
        SeeAudit = "SEE_AUDIT", ManageAudit = "MANAGE_AUDIT";
}

impl Role {
    /// Whether the role allows it, within the scope of its assignment.
    pub fn grants(self, permission: Permission) -> bool {
        use Permission as P;
        match permission {
            P::ManageAudit
            | P::SeeCredentials
            | P::ManageCredentials
            | P::ManageRegisterDisputes
            | P::ManageSupportCounts => false,
            P::SeeRegisterDisputes => matches!(self, Self::NationalAdmin | Self::Auditor),
            P::DecideRegisterDisputes => self == Self::NationalAdmin,
            P::SeeReferrals | P::ManageReferrals | P::ManageShelters => self == Self::Counsellor,
            P::SeeShelters => matches!(self, Self::Counsellor | Self::ShelterContact),
            P::SeeGeography | P::SeeCategories | P::SeeBranches | P::SeePartners => true,
            P::ManageGeography | P::ManageCategories | P::ManagePartners | P::ManageBotMenu | P::DecideBotMenu => {
                self == Self::NationalAdmin
            }
            // Whoever enters data, and a cooperative itself, decides nothing.
            P::DecideCooperatives | P::DecideMarkets | P::DecideAgreements | P::DecideProgrammes => self.administers(),
            P::DecideProducts | P::DecideStock => self.administers() || self == Self::MarketManager,
            P::DecideSettlements => self.administers() || self == Self::FinanceOfficer,
            P::DecideIndicators => self.administers() || self == Self::ProgrammeOfficer,
            P::ManageBranches | P::SeeUsers | P::ManageUsers => {
                self.administers() || (self == Self::Auditor && permission.is_seeing())
            }
            P::SeePartnerClients | P::SeeAudit | P::SeeSupportCounts => self.administers() || self == Self::Auditor,
            P::ManagePartnerClients => self == Self::NationalAdmin,
            P::SeeBotMenu => matches!(self, Self::NationalAdmin | Self::Auditor | Self::Counsellor),
            P::SeeSupportServices | P::ManageSupportServices => {
                self.administers()
                    || matches!(self, Self::ProgrammeOfficer | Self::DataEntry | Self::Counsellor)
                    || (matches!(self, Self::Auditor | Self::ShelterContact) && permission.is_seeing())
            }
            P::DecideSupportServices => self.administers(),
            P::SeeCooperatives | P::SeeProducts | P::SeeListings | P::SeeMarkets => {
                !matches!(self, Self::Counsellor | Self::ShelterContact)
            }
            P::SeeMembers => {
                self.administers() || matches!(self, Self::Auditor | Self::DataEntry | Self::CooperativeRep)
            }
            P::ManageCountersignatures => self == Self::CooperativeRep,
            P::SeeStock | P::SeeCountersignatures | P::SeeSales | P::SeeSettlements => {
                self.administers()
                    || matches!(self, Self::Auditor | Self::MarketManager | Self::FinanceOfficer | Self::CooperativeRep)
            }
            P::SeeAgreements | P::SeeProgrammes | P::SeeIndicators => {
                self.administers()
                    || matches!(self, Self::Auditor | Self::ProgrammeOfficer | Self::FinanceOfficer | Self::DataEntry)
            }
            P::ManageCooperatives => self.administers() || self == Self::DataEntry,
            P::ManageMembers => self.administers() || matches!(self, Self::DataEntry | Self::CooperativeRep),
            P::ManageProducts => {
                self.administers() || matches!(self, Self::MarketManager | Self::DataEntry | Self::CooperativeRep)
            }
            P::ManageMarkets | P::ManageListings | P::ManageStock | P::ManageSales => {
                self.administers() || self == Self::MarketManager
            }
            P::ManageSettlements | P::ManageAgreements => self.administers() || self == Self::FinanceOfficer,
            P::ManageProgrammes => self.administers() || self == Self::ProgrammeOfficer,
            P::ManageIndicators => self.administers() || matches!(self, Self::ProgrammeOfficer | Self::DataEntry),
        }
    }

    /// Whether whoever holds the role comes in with a second factor only.
    pub fn demands_second_factor(self) -> bool {
        match self {
            Self::NationalAdmin
            | Self::BranchAdmin
            | Self::FinanceOfficer
            | Self::MarketManager
            | Self::Counsellor
            | Self::ShelterContact => true,
            Self::ProgrammeOfficer | Self::DataEntry | Self::Auditor | Self::CooperativeRep => false,
        }
    }

    fn administers(self) -> bool {
        matches!(self, Self::NationalAdmin | Self::BranchAdmin)
    }

    /// Whether a holder of the role may grant that one to somebody else; where, the assignment decides.
    pub fn may_grant(self, other: Self) -> bool {
        match self {
            Self::NationalAdmin => true,
            Self::BranchAdmin => match other {
                Self::BranchAdmin
                | Self::MarketManager
                | Self::ProgrammeOfficer
                | Self::FinanceOfficer
                | Self::DataEntry
                | Self::CooperativeRep => true,
                Self::NationalAdmin | Self::Auditor | Self::Counsellor | Self::ShelterContact => false,
            },
            Self::MarketManager
            | Self::ProgrammeOfficer
            | Self::FinanceOfficer
            | Self::DataEntry
            | Self::Auditor
            | Self::Counsellor
            | Self::ShelterContact
            | Self::CooperativeRep => false,
        }
    }
}

codes! {
    /// What the platform does when no human is present.
    Purpose {
        /// It fills a database with reference, founding, demo or synthetic data.
        Seed = "SEED",
        /// It looks whether everything is as it should be.
        Check = "CHECK",
        /// It lets people and programs in, and sees them out.
        Authenticate = "AUTHENTICATE",
        /// It sends e-mails, anchors the audit, and deletes expired data.
        Housekeep = "HOUSEKEEP",
    }
}

impl Purpose {
    /// Whether the platform may do it for this purpose. Every permission is named, so that a new one is given on purpose.
    pub fn grants(self, permission: Permission) -> bool {
        use Permission as P;
        match permission {
            // Of counsellors alone, and of the platform as it records what others do.
            P::SeeReferrals | P::ManageReferrals | P::ManageAudit => false,
            P::SeeAudit => matches!(self, Self::Check | Self::Housekeep),
            P::SeeUsers => matches!(self, Self::Check | Self::Seed | Self::Authenticate),
            P::SeePartnerClients => matches!(self, Self::Check | Self::Seed | Self::Authenticate),
            P::ManageUsers | P::ManagePartnerClients => matches!(self, Self::Seed | Self::Authenticate),
            P::SeeCredentials | P::ManageCredentials => self != Self::Check,
            P::ManageRegisterDisputes => matches!(self, Self::Seed | Self::Authenticate),
            P::SeeBranches | P::SeePartners => true,
            P::SeeGeography
            | P::SeeCategories
            | P::SeeCooperatives
            | P::SeeMembers
            | P::SeeProducts
            | P::SeeMarkets
            | P::SeeListings
            | P::SeeStock
            | P::SeeCountersignatures
            | P::SeeSales
            | P::SeeSettlements
            | P::SeeAgreements
            | P::SeeProgrammes
            | P::SeeIndicators
            | P::SeeRegisterDisputes
            | P::SeeSupportServices
            | P::SeeShelters
            | P::SeeBotMenu
            | P::SeeSupportCounts => matches!(self, Self::Check | Self::Seed),
            P::ManageGeography
            | P::ManageCategories
            | P::ManageBranches
            | P::ManageCooperatives
            | P::ManageMembers
            | P::ManageProducts
            | P::ManageMarkets
            | P::ManageListings
            | P::ManageStock
            | P::ManageCountersignatures
            | P::ManageSales
            | P::ManageSettlements
            | P::ManagePartners
            | P::ManageAgreements
            | P::ManageProgrammes
            | P::ManageIndicators
            | P::ManageSupportServices
            | P::ManageShelters
            | P::ManageBotMenu
            | P::ManageSupportCounts
            | P::DecideCooperatives
            | P::DecideProducts
            | P::DecideMarkets
            | P::DecideStock
            | P::DecideSettlements
            | P::DecideAgreements
            | P::DecideProgrammes
            | P::DecideIndicators
            | P::DecideRegisterDisputes
            | P::DecideSupportServices
            | P::DecideBotMenu => self == Self::Seed,
        }
    }
}

/// The whole table of roles, purposes and permissions, for people: `r` to see, `w` to enter and change, `d` to decide.
pub fn table() -> String {
    use crate::codes::Coded;
    let mut text = format!("{:<18}", "");
    let purposes = Purpose::ALL.iter().map(|purpose| format!("(system) {purpose}"));
    for holder in Role::ALL.iter().map(ToString::to_string).chain(purposes) {
        text.push_str(&format!(" {holder:>17}"));
    }
    for (see, manage, decide) in Permission::KINDS {
        text.push_str(&format!("\n{:<18}", see.as_str().trim_start_matches("SEE_")));
        let cell = |grants: &dyn Fn(Permission) -> bool| {
            let mark = |permission: Permission, mark: char| if grants(permission) { mark } else { '-' };
            // Where nobody has to decide, nothing stands.
            let decide = decide.map_or(' ', |decide| mark(decide, 'd'));
            format!(" {:>17}", format!("{}{}{decide}", mark(*see, 'r'), mark(*manage, 'w')))
        };
        Role::ALL.iter().for_each(|role| text.push_str(&cell(&|permission| role.grants(permission))));
        Purpose::ALL.iter().for_each(|purpose| text.push_str(&cell(&|permission| purpose.grants(permission))));
        text.truncate(text.trim_end().len());
    }
    text.push_str("\n\nmay grant:\n");
    for role in Role::ALL {
        let others: Vec<&str> =
            Role::ALL.iter().filter(|other| role.may_grant(**other)).map(|other| other.as_str()).collect();
        text.push_str(&format!("{:<18} {}\n", role.as_str(), others.join(" ")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::Coded;

    #[test]
    fn the_table_of_rights_is_the_one_that_was_reviewed() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/access.table.txt");
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            std::fs::write(path, table()).unwrap();
        }
        assert_eq!(table(), std::fs::read_to_string(path).unwrap(), "UPDATE_SNAPSHOTS=1 accepts the change");
    }

    #[test]
    fn whoever_changes_a_thing_sees_it() {
        for role in Role::ALL {
            for (see, manage, decide) in Permission::KINDS {
                for more in [Some(*manage), *decide].into_iter().flatten() {
                    assert!(!role.grants(more) || role.grants(*see), "{role} {more}");
                }
            }
        }
    }

    #[test]
    fn whoever_enters_data_decides_nothing() {
        let deciding = || Permission::ALL.iter().filter(|permission| permission.is_deciding());
        assert!(deciding().count() > 5);
        for role in [Role::DataEntry, Role::CooperativeRep, Role::Auditor, Role::Counsellor] {
            assert!(deciding().all(|permission| !role.grants(*permission)), "{role}");
        }
    }

    #[test]
    fn an_auditor_and_a_counsellor_hold_only_what_they_need() {
        assert!(Permission::ALL.iter().all(|permission| permission.is_seeing() || !Role::Auditor.grants(*permission)));
        let referrals = Role::ALL.iter().filter(|role| role.grants(Permission::SeeReferrals)).collect::<Vec<_>>();
        assert_eq!(referrals, [&Role::Counsellor]);
        let shelters = Role::ALL.iter().filter(|role| role.grants(Permission::SeeShelters)).collect::<Vec<_>>();
        assert_eq!(shelters, [&Role::Counsellor, &Role::ShelterContact]);
        assert!(!Role::BranchAdmin.may_grant(Role::Auditor) && !Role::BranchAdmin.may_grant(Role::NationalAdmin));
    }
}
