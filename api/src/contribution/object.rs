//! The GraphQL face of contributions, and of what is missing among them.

use super::entity::{Entity, Model};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{Date, DateTime, Money};
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::{Reader, Reads};
use crate::platform::query::stored::EnumValue;
use async_graphql::{ComplexObject, Context, SimpleObject};
use domain::partnership as rules;
use domain::partnership::{ContributionKind, ContributionStatus, FundingGapCode};
use uuid::Uuid;

/// An amount that is missing in the funding of a market or an agreement.
#[derive(SimpleObject, Clone, Copy, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct FundingGap {
    /// The kind of gap in the funding.
    pub code: EnumValue<FundingGapCode>,
    /// The amount that is missing.
    pub amount: Money,
}

#[ComplexObject]
impl FundingGap {
    /// The gap as a sentence for people, in the language of the request.
    async fn message(&self, ctx: &Context<'_>) -> &'static str {
        let locale = ctx.reader().locales().first().copied().unwrap_or(domain::text::Locale::Ar);
        self.code.0.message(locale)
    }
}

/// Money or its worth that was given for a market or an agreement.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct Contribution {
    /// The contribution's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The contribution's version: 1 when it was created, and one more with each edit. What only follows from other
    /// data leaves it as it is.
    pub version: i32,
    /// When the contribution was last edited.
    pub changed_at: DateTime,
    /// Whether the contribution is in money or in kind; null when it is not published.
    pub kind: Option<EnumValue<ContributionKind>>,
    /// The amount of the contribution; below zero where it takes another one back.
    pub amount: Money,
    /// Whether the contribution is confirmed.
    pub status: EnumValue<ContributionStatus>,
    /// The day on which a contribution from abroad was declared to the General Secretariat of the Government; null: it was not, or
    /// need not be.
    pub declared_on: Option<Date>,
    /// Whether the contribution was invented for demonstration.
    pub is_demo: bool,
    #[graphql(skip)]
    pub(crate) centimes: i64,
    #[graphql(skip)]
    pub(crate) partner_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) reversed_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) market_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) agreement_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for Contribution {
    type Columns = Entity;

    fn new(row: &Model, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::Contribution, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            kind: row.kind,
            amount: Money::centimes(row.amount),
            status: row.status,
            declared_on: row.declared_on.map(Date::from),
            is_demo: row.is_demo,
            centimes: row.amount,
            partner_key: row.partner_id,
            reversed_key: row.reverses_id,
            market_key: row.market_id,
            agreement_key: row.agreement_id,
            batch,
        }
    }
}

/// What is missing in the funding of a whole, from the contributions that are recorded.
pub fn funding_gaps(whole: Option<i64>, contributions: &[Contribution]) -> Vec<FundingGap> {
    let paid: Vec<rules::Paid> = contributions
        .iter()
        .map(|contribution| rules::Paid {
            amount: domain::money::Money::new(contribution.centimes),
            payer_known: contribution.partner_key.is_some(),
            confirmed: contribution.status.0 == rules::ContributionStatus::Confirmed,
        })
        .collect();
    rules::funding_gaps(whole.map(domain::money::Money::new), &paid)
        .into_iter()
        .map(|gap| FundingGap { code: gap.code.into(), amount: Money::centimes(gap.amount.centimes) })
        .collect()
}
