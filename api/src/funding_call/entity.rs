//! The table of calls for funding.

use crate::platform::query::stored::{Day, Json};
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::money::Money;
use domain::partnership::Ceiling;
use domain::text::LocalizedText;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "funding_call")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its name in addresses.
    pub slug: String,
    /// The name.
    pub name: Json<LocalizedText>,
    /// Who pays.
    pub partner_id: Uuid,
    /// The first day on which something is asked for under it.
    pub opens_on: Day,
    /// The last day; none: it is open.
    pub closes_on: Option<Day>,
    /// How much of a budget is paid at most, in hundredths of a per cent.
    pub share_max: Option<i32>,
    /// How much is paid at most, in centimes.
    pub amount_max: Option<i64>,
    /// Where it was read.
    pub source: String,
    /// How often it was changed; 1 when it was made.
    pub version: i32,
    /// When it was made; microseconds since 1970 in UTC.
    pub created_at: i64,
    /// When it was changed last; microseconds since 1970 in UTC.
    pub changed_at: i64,
}

impl Model {
    /// What is paid at most.
    pub fn ceiling(&self) -> Ceiling {
        Ceiling { share: self.share_max, amount: self.amount_max.map(Money::new) }
    }
}

/// Joins are spelled out where they are made.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    const SEE: Permission = Permission::SeePartners;
    const MANAGE: Permission = Permission::ManagePartners;
    const OPEN: Open<Column> = Open::All;
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = None;
    const COOPERATIVE: Option<Column> = None;
}

crate::table!(FundingCall { Id => id, Slug => slug, Name => name, PartnerId => partner_id, OpensOn => opens_on, ClosesOn => closes_on, ShareMax => share_max, AmountMax => amount_max, Source => source, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Partner: partner_id });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
}
