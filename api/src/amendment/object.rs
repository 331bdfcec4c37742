//! The GraphQL face of amendments.

use super::entity::{Entity, Model};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{Date, DateTime, Money};
use crate::platform::graphql::text::Text;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::EnumValue;
use async_graphql::SimpleObject;
use domain::partnership::{AmendedTerms, AmendmentStatus, ContributionKind};
use uuid::Uuid;

/// An amendment of a signed agreement (avenant): a numbered version. What the agreement laid down before stays readable.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct AgreementAmendment {
    /// The amendment's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The amendment's version: 1 when it was created, and one more with each edit. What only follows from other data leaves it
    /// as it is.
    pub version: i32,
    /// When the amendment was last edited.
    pub changed_at: DateTime,
    /// The place of the amendment among those of its agreement, from 1.
    pub number: i32,
    /// The status of the amendment.
    pub status: EnumValue<AmendmentStatus>,
    /// The reason for which the agreement is amended.
    pub reason: String,
    /// The day on which it was signed; null while it is not.
    pub signed_on: Option<Date>,
    /// What the agreement lays down with the amendment.
    pub terms: AgreementTerms,
    #[graphql(skip)]
    pub(crate) agreement_key: Uuid,
    #[graphql(skip)]
    pub(crate) contributions: Vec<domain::partnership::AmendmentContribution>,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

/// What an agreement lays down: its object, its money and its time.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct AgreementTerms {
    /// The number of the last amendment that it rests on; 0: the agreement as it was signed first.
    pub amendment: i32,
    /// What the agreement is about; null when it is not published.
    pub object: Option<Text>,
    /// The budget of the agreement; null when it is not published.
    pub budget: Option<Money>,
    /// The first day in force; null when it is not published.
    pub starts_on: Option<Date>,
    /// The last day in force; null when it is not published.
    pub ends_on: Option<Date>,
    /// The duration in months; null when it is not published.
    pub duration_months: Option<i32>,
}

impl AgreementTerms {
    /// The face of terms, with the number of the amendment that laid them down.
    pub fn new(amendment: i32, terms: &AmendedTerms) -> Self {
        Self {
            amendment,
            object: terms.object.clone().map(Text::from),
            budget: terms.budget.map(|budget| Money::centimes(budget.centimes)),
            starts_on: terms.starts_on.map(Date),
            ends_on: terms.ends_on.map(Date),
            duration_months: terms.duration_months,
        }
    }
}

/// A contribution that comes with an amendment; it is confirmed with the signature.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct AgreementAmendmentContribution {
    /// Whether the contribution is in money or in kind.
    pub kind: EnumValue<ContributionKind>,
    /// The amount.
    pub amount: Money,
    #[graphql(skip)]
    pub(crate) partner_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for AgreementAmendment {
    type Columns = Entity;

    fn new(row: &Model, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::AgreementAmendment, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            number: row.ordinal,
            status: row.status,
            reason: row.reason.clone(),
            signed_on: row.signed_on.map(Date::from),
            terms: AgreementTerms::new(row.ordinal, &row.terms.0),
            agreement_key: row.agreement_id,
            contributions: row.contributions.0.clone(),
            batch,
        }
    }
}
