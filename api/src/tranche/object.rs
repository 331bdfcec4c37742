//! The GraphQL face of tranches.

use super::entity::{Entity, Model};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{Date, DateTime, Decimal, Money};
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::EnumValue;
use async_graphql::SimpleObject;
use domain::budget::{TrancheEntryKind, TrancheStatus};
use uuid::Uuid;

/// A part in which the money of an agreement is received. The branch line that keeps it and the parties to the agreement see it.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct Tranche {
    /// The tranche's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The tranche's version: 1 when it was created, and one more with each edit. What only follows from other data
    /// leaves it as it is.
    pub version: i32,
    /// When the tranche was last edited.
    pub changed_at: DateTime,
    /// The number of the tranche within its agreement: 1 is received first.
    pub number: i32,
    /// Whether the tranche was received, and justified as far as the next one demands.
    pub status: EnumValue<TrancheStatus>,
    /// The amount that is to be received.
    pub planned: Money,
    /// The day on which it is to be received.
    pub planned_on: Date,
    /// The amount that was received.
    pub received: Money,
    /// The amount of it that was justified.
    pub justified: Money,
    /// The share of what was received, in per cent, that is justified before the next tranche is received.
    pub justified_percent_to_release: Decimal,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) agreement_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for Tranche {
    type Columns = Entity;

    fn new(row: &Model, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::Tranche, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            number: row.ordinal,
            status: row.instalment().status().into(),
            planned: Money::centimes(row.planned),
            planned_on: Date(row.planned_on.0),
            received: Money::centimes(row.received),
            justified: Money::centimes(row.justified),
            justified_percent_to_release: Decimal(domain::decimal::Decimal::new(row.release_share.into(), 2)),
            key: row.id,
            agreement_key: row.agreement_id,
            batch,
        }
    }
}

/// What was received of a tranche, or justified of it. Entries are only added: one that takes another back is a new one.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct TrancheEntry {
    /// The place of the entry among those of its tranche, from 1.
    pub number: i32,
    /// The kind of entry.
    pub kind: EnumValue<TrancheEntryKind>,
    /// The amount; below zero when the entry takes another one back.
    pub amount: Money,
    /// The day of the entry.
    pub entered_on: Date,
    /// The number of the document that proves the entry; of one that takes another back, the reason.
    pub reference: String,
    /// The number of the entry that this one takes back; null when it takes none back.
    pub reverses: Option<i32>,
}
