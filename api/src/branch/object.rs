//! The GraphQL face of branches.

use super::entity::Model;
use crate::platform::graphql::contacts::Contacts;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::DateTime;
use crate::platform::graphql::text::Text;
use crate::platform::loading::batch::Batch;
use async_graphql::{Enum, ID, InputObject, SimpleObject};
use std::borrow::Borrow;
use uuid::Uuid;

/// The rank of a branch; each stands above the next.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::branch::BranchKind")]
pub enum BranchKind {
    /// The national body.
    National,
    /// A branch for a region.
    Regional,
    /// A branch for a province or prefecture.
    Provincial,
    /// A branch for a town or a group of communes.
    Local,
}

/// Whether a branch works. A branch is closed, never deleted.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::branch::BranchStatus")]
pub enum BranchStatus {
    /// It works.
    Active,
    /// It was closed.
    Closed,
}

/// A branch of the association.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex)]
pub struct Branch {
    /// The global id.
    pub id: GlobalId,
    /// How often it was changed.
    pub version: i32,
    /// When it was changed last.
    pub changed_at: DateTime,
    /// Its name in addresses.
    pub slug: String,
    /// Its rank.
    pub kind: BranchKind,
    /// The name.
    pub name: Text,
    /// How the public reaches it; null: not published.
    pub contacts: Option<Contacts>,
    /// Whether it is a legal person of its own.
    pub is_legal_person: bool,
    /// Whether it works.
    pub status: BranchStatus,
    /// Whether it was invented for the demo world.
    pub is_demo: bool,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) parent_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) region_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) province_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl Branch {
    /// The face of a row, with the level that it was read in.
    pub fn new<R: Borrow<Model>>((row, batch): (R, Batch)) -> Self {
        let row = row.borrow();
        Self {
            id: GlobalId::new(Kind::Branch, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            slug: row.slug.clone(),
            kind: row.kind.0.into(),
            name: (&row.name).into(),
            contacts: row.contacts.clone().map(Contacts::from),
            is_legal_person: row.is_legal_person,
            status: row.status.0.into(),
            is_demo: row.is_demo,
            key: row.id,
            parent_key: row.parent_id,
            region_key: row.region_id,
            province_key: row.province_id,
            batch,
        }
    }
}

/// Which branches are wanted; conditions that are given hold together.
#[derive(InputObject, Clone, Debug, Default)]
pub struct BranchFilter {
    /// Of this rank.
    pub kind: Option<BranchKind>,
    /// Directly below this branch.
    pub parent: Option<ID>,
    /// In the province with this code.
    pub province: Option<String>,
}
