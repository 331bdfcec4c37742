//! The GraphQL face of agreements.

use super::entity::Model;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{Date, DateTime, Money};
use crate::platform::graphql::source::{Source, sources};
use crate::platform::graphql::text::Text;
use crate::platform::loading::batch::Batch;
use async_graphql::{Enum, ID, InputObject, SimpleObject};
use std::borrow::Borrow;
use uuid::Uuid;

/// Where an agreement stands, by what was decided and what day it is in Casablanca.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::partnership::AgreementStatus")]
pub enum AgreementStatus {
    /// It is being written.
    Draft,
    /// It is being negotiated.
    Negotiation,
    /// It was signed and has not begun.
    Signed,
    /// It is in force.
    InForce,
    /// Its time is over.
    Expired,
    /// It was ended before its time.
    Terminated,
    /// Another one took its place.
    Renewed,
}

/// How the day of a signature is known.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::partnership::SignedOnBasis")]
pub enum SignedOnBasis {
    /// A source states it.
    Stated,
    /// It was inferred from what sources state.
    Inferred,
}

/// As what a partner is party to an agreement.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::partnership::PartyRole")]
pub enum PartyRole {
    /// It pays.
    Funding,
    /// It carries out.
    Implementing,
    /// It answers for the whole.
    Accountable,
    /// It passes the funds on.
    Extending,
}

/// A partnership agreement (convention de partenariat).
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex)]
pub struct Agreement {
    /// The global id.
    pub id: GlobalId,
    /// How often it was changed.
    pub version: i32,
    /// When it was changed last.
    pub changed_at: DateTime,
    /// Its name in addresses.
    pub slug: String,
    /// What it is about.
    pub object: Option<Text>,
    /// The texts it rests on.
    pub legal_bases: Vec<Text>,
    /// Where it stands today.
    pub status: AgreementStatus,
    /// When it was signed.
    pub signed_on: Option<Date>,
    /// How that day is known.
    pub signed_on_basis: Option<SignedOnBasis>,
    /// Where it was signed.
    pub signed_in: Option<Text>,
    /// Its first day; null: not published.
    pub starts_on: Option<Date>,
    /// Its last day in force, computed from the first day (or the signature) and the duration; null: not published.
    pub ends_on: Option<Date>,
    /// How many months it runs; null: not published.
    pub duration_months: Option<i32>,
    /// The budget; null: not published.
    pub budget: Option<Money>,
    /// Where the facts come from.
    pub sources: Vec<Source>,
    /// Whether it was invented for the demo world.
    pub is_demo: bool,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) branch_key: Uuid,
    #[graphql(skip)]
    pub(crate) budget_centimes: Option<i64>,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl Agreement {
    /// The face of a row on a day, with the level that it was read in.
    pub fn new<R: Borrow<Model>>((row, batch): (R, Batch), today: jiff::civil::Date) -> Self {
        let row = row.borrow();
        let day = |day: Option<crate::platform::query::stored::Day>| day.map(|day| day.0);
        let (signed_on, starts_on, ends_on) = (day(row.signed_on), day(row.starts_on), day(row.ends_on));
        Self {
            id: GlobalId::new(Kind::Agreement, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            slug: row.slug.clone(),
            object: row.object.as_ref().map(Text::from),
            legal_bases: row.legal_bases.0.clone().into_iter().map(Text).collect(),
            status: row.status.0.status_on(signed_on, starts_on, ends_on, today).into(),
            signed_on: signed_on.map(Date),
            signed_on_basis: row.signed_on_basis.map(|basis| basis.0.into()),
            signed_in: row.signed_in.as_ref().map(Text::from),
            starts_on: starts_on.map(Date),
            ends_on: ends_on.map(Date),
            duration_months: row.duration_months,
            budget: row.budget.map(Money::centimes),
            sources: sources(row.sources.clone()),
            is_demo: row.is_demo,
            key: row.id,
            branch_key: row.branch_id,
            budget_centimes: row.budget,
            batch,
        }
    }
}

/// A partner as party to an agreement.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex)]
pub struct AgreementParty {
    /// As what; null: not published.
    pub role: Option<PartyRole>,
    #[graphql(skip)]
    pub(crate) partner_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

/// An objective of an agreement.
#[derive(SimpleObject, Clone, Debug)]
pub struct AgreementObjective {
    /// A code, unique within the agreement.
    pub code: String,
    /// What it says.
    pub text: Text,
}

/// Which agreements are wanted; conditions that are given hold together.
#[derive(InputObject, Clone, Debug, Default)]
pub struct AgreementFilter {
    /// In this status today.
    pub status: Option<AgreementStatus>,
    /// To which this partner is party.
    pub partner: Option<ID>,
    /// Of this branch.
    pub branch: Option<ID>,
}

/// The order of agreements.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum AgreementOrder {
    /// Those recorded last come first.
    #[default]
    Newest,
    /// Those recorded first come first.
    Oldest,
}
