//! The GraphQL face of agreements.

use super::entity;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{Date, DateTime, Money};
use crate::platform::graphql::source::Source;
use crate::platform::graphql::text::Text;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::{Later, RowObject};
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::{EnumValue, Json};
use async_graphql::{Enum, ID, InputObject, SimpleObject};
use domain::partnership::{AgreementAlertCode, AgreementState, AgreementStatus, PartyRole, SignedOnBasis};
use domain::text::Locale;
use uuid::Uuid;

/// A partnership agreement (convention de partenariat).
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct Agreement {
    /// The agreement's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The agreement's version: 1 when it was created, and one more with each edit. What only follows from other data
    /// leaves it as it is.
    pub version: i32,
    /// The agreement's URL slug.
    pub slug: String,
    /// The agreement's status today, by the calendar of Casablanca.
    pub status: EnumValue<AgreementStatus>,
    /// The day on which it was signed; null when it was not signed.
    pub signed_on: Option<Date>,
    /// The first day in force; null when it is not published.
    pub starts_on: Option<Date>,
    /// The agreement's last day in force, computed from the first day (or the signature) and the duration; null: not published.
    pub ends_on: Option<Date>,
    /// The budget of the agreement; null when it is not published.
    pub budget: Option<Money>,
    #[graphql(flatten)]
    pub(crate) details: Later<AgreementDetails>,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) branch_key: Uuid,
    #[graphql(skip)]
    pub(crate) mandate_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) predecessor_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) funding_call_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) budget_centimes: Option<i64>,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

crate::columns! {
    /// What is read of one wherever it is shown.
    AgreementRow: Agreement of entity {
        /// The key.
        Id => id: Uuid,
        /// How often it was changed; 1 when it was made.
        Version => version: i32,
        /// The branch that owns it.
        BranchId => branch_id: Uuid,
        /// Its name in addresses.
        Slug => slug: String,
        /// Its status.
        Status => status: EnumValue<AgreementState>,
        /// The day of its signature.
        SignedOn => signed_on: Option<Date>,
        /// Its first day.
        StartsOn => starts_on: Option<Date>,
        /// Its last day.
        EndsOn => ends_on: Option<Date>,
        /// The budget in centimes.
        Budget => budget: Option<i64>,
        /// The branch on whose mandate it was signed.
        MandateBranchId => mandate_branch_id: Option<Uuid>,
        /// The agreement that it follows.
        PredecessorId => predecessor_id: Option<Uuid>,
        /// The call for projects that it came from.
        FundingCallId => funding_call_id: Option<Uuid>,
    } names { Branch: branch_id, Branch: mandate_branch_id, Agreement: predecessor_id, FundingCall: funding_call_id } page { AgreementDetails }
}

crate::details! {
    /// What is read of one when it is asked for.
    AgreementDetails of entity {
        /// When the agreement was last edited.
        ChangedAt => changed_at: DateTime,
        /// What the agreement is about; null when it is not published.
        Object => object: Option<Text>,
        /// The legal texts that the agreement rests on.
        LegalBases => legal_bases: Json<Vec<Text>>,
        /// How the agreement's day of signature is known; null when it was not signed.
        SignedOnBasis => signed_on_basis: Option<EnumValue<SignedOnBasis>>,
        /// The place where it was signed; null when it is not published.
        SignedIn => signed_in: Option<Text>,
        /// The day on which the agreement was terminated before its last day; null when it was not.
        TerminatedOn => terminated_on: Option<Date>,
        /// The duration in months; null when it is not published.
        DurationMonths => duration_months: Option<i32>,
        /// The sources of the facts about the agreement.
        Sources => sources: Json<Vec<Source>>,
        /// Whether the agreement was invented for demonstration.
        IsDemo => is_demo: bool,
    }
}

impl RowObject for Agreement {
    type Columns = AgreementRow;

    fn new(row: &AgreementRow, batch: Batch, reader: &Reader) -> Self {
        let day = |day: Option<Date>| day.map(|day| day.0);
        let (signed_on, starts_on, ends_on) = (day(row.signed_on), day(row.starts_on), day(row.ends_on));
        Self {
            id: GlobalId::new(Kind::Agreement, row.id),
            version: row.version,
            slug: row.slug.clone(),
            status: row.status.0.status_on(signed_on, starts_on, ends_on, reader.today()).into(),
            signed_on: signed_on.map(Date),
            starts_on: starts_on.map(Date),
            ends_on: ends_on.map(Date),
            budget: row.budget.map(Money::centimes),
            key: row.id,
            branch_key: row.branch_id,
            mandate_key: row.mandate_branch_id,
            predecessor_key: row.predecessor_id,
            funding_call_key: row.funding_call_id,
            budget_centimes: row.budget,
            details: Later::new(row.id, &batch),
            batch,
        }
    }
}

/// A partner as party to an agreement.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct AgreementParty {
    /// The party's role; null when it is not published.
    pub role: Option<EnumValue<PartyRole>>,
    #[graphql(skip)]
    pub(crate) partner_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

/// An objective of an agreement.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct AgreementObjective {
    /// The objective's code, unique within the agreement.
    pub code: String,
    /// The text of the objective.
    pub text: Text,
}

/// An agreement that somebody should look at. The branch that keeps it sees the alert.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct AgreementAlert {
    /// Why somebody should look at the agreement.
    pub code: EnumValue<AgreementAlertCode>,
    /// The number of days that are left; 0 on the last one.
    pub days_left: i32,
    #[graphql(skip)]
    pub(crate) agreement_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

/// Conditions on agreements: those that are given must all be met.
#[derive(InputObject, Clone, Debug, Default)]
pub struct AgreementFilter {
    /// Leaves only agreements that have this status today.
    pub status: Option<EnumValue<AgreementStatus>>,
    /// Leaves only agreements that the partner with this global id is party to.
    pub partner: Option<ID>,
    /// Leaves only agreements kept by the branch with this global id.
    pub branch: Option<ID>,
    /// Leaves only agreements of which a text is missing in this language. For signed-in callers.
    pub missing_translation: Option<EnumValue<Locale>>,
}

/// The order of agreements.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum AgreementOrder {
    /// The agreement recorded last comes first.
    #[default]
    Newest,
    /// The agreement recorded first comes first.
    Oldest,
}
