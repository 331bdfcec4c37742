//! The GraphQL server of the National Union of Women of Morocco.
//!
//! One folder per thing; arrows point down: `main → command → server → schema → relations → { query, mutation } →
//! { object, store } → entity → platform → domain`. See the section on architecture in README.md.

// A dependency that nothing uses fails the build.
#![cfg_attr(not(test), warn(unused_crate_dependencies))]

// The allocator of `main.rs`.
use mimalloc as _;
use zeroizing_alloc as _;

/// Everything that has a global id: its number, its type in the schema, and the object that shows it. The identifiers, the
/// interface `Node`, the look-up by id, `Viewer.explain` and the leak check are made of this table. A number is part of
/// every id that was given out: it is never changed and never used again.
macro_rules! kinds {
    ($make:ident) => {
        $make! {
            1 Region: geography::object::Region,
            2 Province: geography::object::Province,
            3 Category: category::object::Category,
            4 Branch: branch::object::Branch,
            5 Cooperative: cooperative::object::Cooperative,
            6 Product: product::object::Product,
            7 ProductVariant: product::object::ProductVariant,
            8 Market: market::object::Market,
            9 Listing: listing::object::Listing,
            10 Partner: partner::object::Partner,
            11 Agreement: agreement::object::Agreement,
            12 Contribution: contribution::object::Contribution,
            13 Programme: programme::object::Programme,
            14 Indicator: indicator::object::Indicator,
            15 ProgrammeIndicator: programme::object::ProgrammeIndicator,
            16 IndicatorValue: indicator::object::IndicatorValue,
            17 User: user::object::User,
            18 RoleAssignment: user::object::RoleAssignment,
            19 PartnerClient: partner_client::object::PartnerClient,
            20 AuditEntry: audit::object::AuditEntry,
            21 Membership: membership::object::Membership,
            22 Document: document::object::Document,
            23 RegisterDispute: register_dispute::object::RegisterDispute,
            24 BudgetLine: budget_line::object::BudgetLine,
            25 Expense: expense::object::Expense,
            26 Tranche: tranche::object::Tranche,
            27 Submission: submission::object::Submission,
            28 CalendarEntry: calendar::object::CalendarEntry,
            29 Activity: activity::object::Activity,
            30 AgreementAmendment: amendment::object::AgreementAmendment,
            31 SteeringCommittee: committee::object::SteeringCommittee,
            32 SteeringMeeting: committee::object::SteeringMeeting,
            33 AgreementDocument: agreement_document::object::AgreementDocument,
            34 FundingCall: funding_call::object::FundingCall,
            35 ProductChange: product::object::ProductChange,
            36 ConsignmentContract: consignment_contract::object::ConsignmentContract,
            37 StockLevel: stock::object::StockLevel,
            38 StockMovement: stock::object::StockMovement,
            39 Sale: sale::object::Sale,
            40 SaleLine: sale::object::SaleLine,
            41 DayClosing: day_closing::object::DayClosing,
            42 StockCount: stock_count::object::StockCount,
            43 DeliveryCountersignature: countersignature::object::DeliveryCountersignature,
            44 Photo: photo::object::Photo,
            45 SupportService: support_service::object::SupportService,
            46 BotMenu: bot_menu::object::BotMenu,
            47 Referral: referral::object::Referral,
        }
    };
}

pub mod access_check;
pub mod activity;
pub mod agreement;
pub mod agreement_document;
pub mod amendment;
pub mod audit;
pub mod bot;
pub mod bot_menu;
pub mod branch;
pub mod budget_line;
pub mod calendar;
pub mod category;
pub mod command;
pub mod committee;
pub mod config;
pub mod consignment_contract;
pub mod contribution;
pub mod cooperative;
pub mod countersignature;
pub mod day_closing;
pub mod document;
pub mod expense;
pub mod funding_call;
pub mod geography;
pub mod indicator;
pub mod listing;
pub mod market;
pub mod membership;
pub mod node;
pub mod partner;
pub mod partner_client;
pub mod photo;
pub mod platform;
pub mod product;
pub mod programme;
pub mod projections;
pub mod referral;
pub mod register_dispute;
pub mod sale;
pub mod schema;
pub mod seed;
pub mod server;
pub mod session;
pub mod stock;
pub mod stock_count;
pub mod submission;
pub mod support_service;
pub mod telemetry;
pub mod tranche;
pub mod user;
pub mod viewer;
