//! The GraphQL face of agreements.

use super::entity::{Entity, Model};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{Date, DateTime, Money};
use crate::platform::graphql::source::{Source, sources};
use crate::platform::graphql::text::Text;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::EnumValue;
use async_graphql::{Enum, ID, InputObject, SimpleObject};
use domain::partnership::{AgreementAlertCode, AgreementStatus, PartyRole, SignedOnBasis};
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
    /// When the agreement was last edited.
    pub changed_at: DateTime,
    /// The agreement's URL slug.
    pub slug: String,
    /// What the agreement is about; null when it is not published.
    pub object: Option<Text>,
    /// The legal texts that the agreement rests on.
    pub legal_bases: Vec<Text>,
    /// The agreement's status today, by the calendar of Casablanca.
    pub status: EnumValue<AgreementStatus>,
    /// The day on which it was signed; null when it was not signed.
    pub signed_on: Option<Date>,
    /// How the agreement's day of signature is known; null when it was not signed.
    pub signed_on_basis: Option<EnumValue<SignedOnBasis>>,
    /// The place where it was signed; null when it is not published.
    pub signed_in: Option<Text>,
    /// The first day in force; null when it is not published.
    pub starts_on: Option<Date>,
    /// The agreement's last day in force, computed from the first day (or the signature) and the duration; null: not published.
    pub ends_on: Option<Date>,
    /// The day on which the agreement was terminated before its last day; null when it was not.
    pub terminated_on: Option<Date>,
    /// The duration in months; null when it is not published.
    pub duration_months: Option<i32>,
    /// The budget of the agreement; null when it is not published.
    pub budget: Option<Money>,
    /// The sources of the facts about the agreement.
    pub sources: Vec<Source>,
    /// Whether the agreement was invented for demonstration.
    pub is_demo: bool,
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

impl RowObject for Agreement {
    type Entity = Entity;

    fn new(row: &Model, batch: Batch, reader: &Reader) -> Self {
        let day = |day: Option<crate::platform::query::stored::Day>| day.map(|day| day.0);
        let (signed_on, starts_on, ends_on) = (day(row.signed_on), day(row.starts_on), day(row.ends_on));
        Self {
            id: GlobalId::new(Kind::Agreement, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            slug: row.slug.clone(),
            object: row.object.as_ref().map(Text::from),
            legal_bases: row.legal_bases.0.clone().into_iter().map(Text).collect(),
            status: row.status.0.status_on(signed_on, starts_on, ends_on, reader.today()).into(),
            signed_on: signed_on.map(Date),
            signed_on_basis: row.signed_on_basis,
            signed_in: row.signed_in.as_ref().map(Text::from),
            starts_on: starts_on.map(Date),
            ends_on: ends_on.map(Date),
            terminated_on: row.terminated_on.map(Date::from),
            duration_months: row.duration_months,
            budget: row.budget.map(Money::centimes),
            sources: sources(row.sources.clone()),
            is_demo: row.is_demo,
            key: row.id,
            branch_key: row.branch_id,
            mandate_key: row.mandate_branch_id,
            predecessor_key: row.predecessor_id,
            funding_call_key: row.funding_call_id,
            budget_centimes: row.budget,
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
