//! The GraphQL face of calls for funding.

use super::entity::{Entity, Model};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{Date, DateTime, Decimal, Money};
use crate::platform::graphql::text::Text;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use async_graphql::SimpleObject;
use uuid::Uuid;

/// A call for funding (appel à projets) of a partner: what it pays at most of what is asked for under the call. The national level
/// keeps it.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct FundingCall {
    /// The call's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The call's version: 1 when it was created, and one more with each edit. What only follows from other data leaves it as it
    /// is.
    pub version: i32,
    /// When the call was last edited.
    pub changed_at: DateTime,
    /// The call's URL slug.
    pub slug: String,
    /// The call's name.
    pub name: Text,
    /// The first day of the call.
    pub opens_on: Date,
    /// The last day of the call; null while it is open.
    pub closes_on: Option<Date>,
    /// The share of a budget that is paid at most, in per cent; null: any share.
    pub share_percent_max: Option<Decimal>,
    /// The amount that is paid at most; null: any amount.
    pub amount_max: Option<Money>,
    /// The source of the terms of the call.
    pub source: String,
    #[graphql(skip)]
    pub(crate) partner_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for FundingCall {
    type Columns = Entity;

    fn new(row: &Model, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::FundingCall, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            slug: row.slug.clone(),
            name: (&row.name).into(),
            opens_on: Date(row.opens_on.0),
            closes_on: row.closes_on.map(Date::from),
            share_percent_max: row.share_max.map(|share| Decimal(domain::decimal::Decimal::new(share.into(), 2))),
            amount_max: row.amount_max.map(Money::centimes),
            source: row.source.clone(),
            partner_key: row.partner_id,
            batch,
        }
    }
}
