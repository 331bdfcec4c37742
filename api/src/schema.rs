//! The schema: its roots, merged from the features.

use crate::activity::mutation::ActivityMutation;
use crate::agreement::mutation::AgreementMutation;
use crate::agreement::query::AgreementQuery;
use crate::agreement_document::mutation::AgreementDocumentMutation;
use crate::amendment::mutation::AmendmentMutation;
use crate::audit::query::AuditQuery;
use crate::bot::mutation::BotMutation;
use crate::bot::query::BotQuery;
use crate::bot_menu::mutation::BotMenuMutation;
use crate::bot_menu::query::BotMenuQuery;
use crate::branch::mutation::BranchMutation;
use crate::branch::query::BranchQuery;
use crate::budget_line::mutation::BudgetLineMutation;
use crate::calendar::mutation::CalendarMutation;
use crate::calendar::query::CalendarQuery;
use crate::category::query::CategoryQuery;
use crate::committee::mutation::CommitteeMutation;
use crate::consignment_contract::mutation::ConsignmentContractMutation;
use crate::contribution::mutation::ContributionMutation;
use crate::cooperative::mutation::CooperativeMutation;
use crate::cooperative::query::CooperativeQuery;
use crate::countersignature::mutation::CountersignatureMutation;
use crate::day_closing::mutation::DayClosingMutation;
use crate::document::mutation::DocumentMutation;
use crate::document::query::DocumentQuery;
use crate::expense::mutation::ExpenseMutation;
use crate::funding_call::mutation::FundingCallMutation;
use crate::funding_call::query::FundingCallQuery;
use crate::geography::query::GeographyQuery;
use crate::indicator::mutation::IndicatorMutation;
use crate::indicator::query::IndicatorQuery;
use crate::listing::mutation::ListingMutation;
use crate::market::mutation::MarketMutation;
use crate::market::query::MarketQuery;
use crate::membership::mutation::MembershipMutation;
use crate::node::{Node, NodeQuery};
use crate::partner::mutation::PartnerMutation;
use crate::partner::query::PartnerQuery;
use crate::partner_client::mutation::PartnerClientMutation;
use crate::partner_client::query::PartnerClientQuery;
use crate::photo::mutation::PhotoMutation;
use crate::platform::graphql::root::{Part, Parts, Root};
use crate::product::mutation::ProductMutation;
use crate::product::query::ProductQuery;
use crate::programme::mutation::ProgrammeMutation;
use crate::programme::query::ProgrammeQuery;
use crate::referral::mutation::ReferralMutation;
use crate::referral::query::ReferralQuery;
use crate::register_dispute::mutation::RegisterDisputeMutation;
use crate::register_dispute::query::RegisterDisputeQuery;
use crate::sale::mutation::SaleMutation;
use crate::session::mutation::SessionMutation;
use crate::stock::mutation::StockMutation;
use crate::stock_count::mutation::StockCountMutation;
use crate::submission::mutation::SubmissionMutation;
use crate::submission::query::SubmissionQuery;
use crate::support_service::mutation::SupportServiceMutation;
use crate::support_service::query::SupportServiceQuery;
use crate::tranche::mutation::TrancheMutation;
use crate::user::mutation::UserMutation;
use crate::user::query::UserQuery;
use crate::viewer::query::ViewerQuery;
use async_graphql::{EmptySubscription, Object, SDLExportOptions, SimpleObject, ValidationMode};

/// Everything that can be asked.
pub type Query = Root<Queries>;

/// The parts of [`Query`].
pub struct Queries;

impl Parts for Queries {
    const NAME: &'static str = "Query";
    const DESCRIPTION: &'static str = "Everything that can be asked.";

    fn parts() -> Vec<Part> {
        vec![
            Part::of::<AboutQuery>(),
            Part::of::<NodeQuery>(),
            Part::of::<GeographyQuery>(),
            Part::of::<CategoryQuery>(),
            Part::of::<CalendarQuery>(),
            Part::of::<BranchQuery>(),
            Part::of::<MarketQuery>(),
            Part::of::<CooperativeQuery>(),
            Part::of::<ProductQuery>(),
            Part::of::<PartnerQuery>(),
            Part::of::<FundingCallQuery>(),
            Part::of::<AgreementQuery>(),
            Part::of::<ProgrammeQuery>(),
            Part::of::<IndicatorQuery>(),
            Part::of::<SubmissionQuery>(),
            Part::of::<ViewerQuery>(),
            Part::of::<UserQuery>(),
            Part::of::<PartnerClientQuery>(),
            Part::of::<AuditQuery>(),
            Part::of::<RegisterDisputeQuery>(),
            Part::of::<DocumentQuery>(),
            Part::of::<SupportServiceQuery>(),
            Part::of::<BotMenuQuery>(),
            Part::of::<BotQuery>(),
            Part::of::<ReferralQuery>(),
        ]
    }
}

/// Everything that can be done; each root field is its own transaction, one after another.
pub type Mutation = Root<Mutations>;

/// The parts of [`Mutation`].
pub struct Mutations;

impl Parts for Mutations {
    const NAME: &'static str = "Mutation";
    const DESCRIPTION: &'static str =
        "Everything that can be done; each root field is its own transaction, one after another.";

    fn parts() -> Vec<Part> {
        vec![
            Part::of::<SessionMutation>(),
            Part::of::<UserMutation>(),
            Part::of::<BranchMutation>(),
            Part::of::<CooperativeMutation>(),
            Part::of::<ProductMutation>(),
            Part::of::<PhotoMutation>(),
            Part::of::<MembershipMutation>(),
            Part::of::<DocumentMutation>(),
            Part::of::<MarketMutation>(),
            Part::of::<SupportServiceMutation>(),
            Part::of::<BotMenuMutation>(),
            Part::of::<BotMutation>(),
            Part::of::<ReferralMutation>(),
            Part::of::<ListingMutation>(),
            Part::of::<ConsignmentContractMutation>(),
            Part::of::<StockMutation>(),
            Part::of::<StockCountMutation>(),
            Part::of::<CountersignatureMutation>(),
            Part::of::<SaleMutation>(),
            Part::of::<DayClosingMutation>(),
            Part::of::<AgreementMutation>(),
            Part::of::<AmendmentMutation>(),
            Part::of::<CommitteeMutation>(),
            Part::of::<AgreementDocumentMutation>(),
            Part::of::<ContributionMutation>(),
            Part::of::<BudgetLineMutation>(),
            Part::of::<ExpenseMutation>(),
            Part::of::<TrancheMutation>(),
            Part::of::<ProgrammeMutation>(),
            Part::of::<ActivityMutation>(),
            Part::of::<IndicatorMutation>(),
            Part::of::<SubmissionMutation>(),
            Part::of::<PartnerMutation>(),
            Part::of::<FundingCallMutation>(),
            Part::of::<PartnerClientMutation>(),
            Part::of::<CalendarMutation>(),
            Part::of::<RegisterDisputeMutation>(),
        ]
    }
}

/// The schema as it is served.
pub type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// Build the schema. Documents are checked before they reach it: the library's own check is reduced to what it cannot
/// leave out.
pub fn build() -> Schema {
    async_graphql::Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .register_output_type::<Node>()
        .disable_suggestions()
        .validation_mode(ValidationMode::Fast)
        // The library counts fragments as levels too; the levels of fields are held to fewer.
        .limit_recursive_depth(64)
        .finish()
}

/// The schema in the schema definition language, as it is committed.
pub fn sdl() -> String {
    let options = SDLExportOptions::new().sorted_fields().sorted_arguments().sorted_enum_items().include_specified_by();
    let mut text = build().sdl_with_options(options);
    while text.ends_with("\n\n") {
        text.pop();
    }
    text
}

/// What this service is.
#[derive(Default)]
pub struct AboutQuery;

/// The service, and the sources that its data must be credited to.
#[derive(SimpleObject)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct About {
    /// The version of the server.
    version: &'static str,
    /// The organisations whose data is shown, to be named where it is shown.
    credits: Vec<Credit>,
}

/// An organisation whose data is shown.
#[derive(SimpleObject)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct Credit {
    /// The name of whoever published the data.
    name: &'static str,
    /// The licence of the data, and what was changed.
    licence: &'static str,
}

#[Object]
impl AboutQuery {
    /// The service, and the sources that its data must be credited to.
    async fn about(&self) -> About {
        About {
            version: env!("CARGO_PKG_VERSION"),
            credits: vec![
                Credit {
                    name: "Haut-Commissariat au Plan (RGPH 2024)",
                    licence: "CC BY 4.0; names and columns changed",
                },
                Credit { name: "GeoNames", licence: "CC BY 4.0" },
                Credit { name: "© OpenStreetMap contributors", licence: "ODbL 1.0" },
                Credit { name: "Wikidata", licence: "CC0 1.0" },
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{ContainerType, Context};

    /// How much each object takes while one of its fields is executed.
    fn size<T: ContainerType + 'static>() -> usize {
        fn of<T: ContainerType + 'static, F>(_: impl Fn(&'static T, &'static Context<'static>) -> F) -> usize {
            size_of::<F>()
        }
        of(|object: &'static T, ctx| object.resolve_field(ctx))
    }

    #[test]
    fn what_is_shown_most_is_executed_in_little_memory() {
        let sizes = [
            ("Market", size::<crate::market::object::Market>()),
            ("Listing", size::<crate::listing::object::Listing>()),
            ("ProductVariant", size::<crate::product::object::ProductVariant>()),
            ("Product", size::<crate::product::object::Product>()),
            ("Category", size::<crate::category::object::Category>()),
            ("Cooperative", size::<crate::cooperative::object::Cooperative>()),
            ("Province", size::<crate::geography::object::Province>()),
            ("Branch", size::<crate::branch::object::Branch>()),
            ("Programme", size::<crate::programme::object::Programme>()),
            ("ProgrammeIndicator", size::<crate::programme::object::ProgrammeIndicator>()),
            ("IndicatorValue", size::<crate::indicator::object::IndicatorValue>()),
            ("LocalizedText", size::<crate::platform::graphql::text::Text>()),
        ];
        let large: Vec<_> = sizes.iter().filter(|(_, size)| *size > 2048).collect();
        assert!(large.is_empty(), "{large:?}");
    }
}
