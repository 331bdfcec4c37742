//! The GraphQL face of cooperatives.

use super::entity::Model;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::DateTime;
use crate::platform::graphql::text::Text;
use crate::platform::loading::batch::Batch;
use async_graphql::{Enum, ID, InputObject, SimpleObject};
use std::borrow::Borrow;
use uuid::Uuid;

/// What a cooperative lives from.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::cooperative::Sector")]
pub enum Sector {
    /// Farming and livestock.
    Agriculture,
    /// Making food.
    FoodProcessing,
    /// Argan oil and what is made of it.
    Argan,
    /// Handicrafts.
    Handicrafts,
    /// Textiles.
    Textiles,
    /// Cosmetics.
    Cosmetics,
    /// Services.
    Services,
    /// Anything else.
    Other,
}

/// The legal form of a group of producers.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::cooperative::LegalForm")]
pub enum LegalForm {
    /// A cooperative under law 112-12.
    Cooperative,
    /// A union of cooperatives.
    Union,
    /// An economic interest group.
    Gie,
    /// An association.
    Association,
}

/// Where a cooperative stands with the association.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::cooperative::CooperativeStatus")]
pub enum CooperativeStatus {
    /// It has applied.
    Applied,
    /// Its identity was verified.
    Verified,
    /// It works; the public sees it.
    Active,
    /// It is suspended; its products are off sale.
    Suspended,
    /// It was struck off, for good.
    StruckOff,
}

/// A women's cooperative, or another group of producers.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex)]
pub struct Cooperative {
    /// The global id.
    pub id: GlobalId,
    /// How often it was changed.
    pub version: i32,
    /// When it was changed last.
    pub changed_at: DateTime,
    /// Its name in addresses.
    pub slug: String,
    /// The name.
    pub name: Text,
    /// What it lives from.
    pub sector: Sector,
    /// Its legal form.
    pub legal_form: LegalForm,
    /// The commune of its seat.
    pub commune: Option<String>,
    /// Where it stands.
    pub status: CooperativeStatus,
    /// How many members it has; null when there are too few to say without telling about one of them.
    pub member_count: Option<i32>,
    /// How many women are among them; null when it would tell about a few people.
    pub women_count: Option<i32>,
    /// Whether all members are women; null when it would tell about a few people.
    pub is_women_only: Option<bool>,
    /// Whether it was invented for the demo world.
    pub is_demo: bool,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) branch_key: Uuid,
    #[graphql(skip)]
    pub(crate) province_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl Cooperative {
    /// The face of a row, with the level that it was read in.
    pub fn new<R: Borrow<Model>>((row, batch): (R, Batch)) -> Self {
        let row = row.borrow();
        Self {
            id: GlobalId::new(Kind::Cooperative, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            slug: row.slug.clone(),
            name: (&row.name).into(),
            sector: row.sector.0.into(),
            legal_form: row.legal_form.0.into(),
            commune: row.commune.clone(),
            status: row.status.0.into(),
            member_count: row.member_count,
            women_count: row.women_count,
            is_women_only: row.is_women_only,
            is_demo: row.is_demo,
            key: row.id,
            branch_key: row.branch_id,
            province_key: row.province_id,
            batch,
        }
    }
}

/// Which cooperatives are wanted; conditions that are given hold together.
#[derive(InputObject, Clone, Debug, Default)]
pub struct CooperativeFilter {
    /// Of this sector.
    pub sector: Option<Sector>,
    /// With their seat in the province with this code.
    pub province: Option<String>,
    /// Of this branch.
    pub branch: Option<ID>,
}

/// The order of cooperatives.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum CooperativeOrder {
    /// Those registered last come first.
    #[default]
    Newest,
    /// By name, in the language of the request.
    Name,
}

/// The identity of a cooperative in the register of law 112-12.
#[derive(SimpleObject, Clone, Debug)]
pub struct RegisterIdentity {
    /// The court of first instance that keeps the register.
    pub court: String,
    /// The number in its local register.
    pub number: String,
    /// Whether it is known to be this cooperative's alone. One that was claimed twice is looked at by the national level.
    pub is_verified: bool,
}
