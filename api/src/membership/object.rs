//! The GraphQL face of cooperatives' members.

use super::entity::{Entity, Model};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{Date, DateTime};
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::EnumValue;
use async_graphql::SimpleObject;
use domain::membership::{MemberKind, Milieu, Sex};
use uuid::Uuid;

/// A member of a cooperative. The cooperative and its branch line alone see her.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct Membership {
    /// The membership's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The membership's version: 1 when it was created, and one more with each edit. What only follows from other
    /// data leaves it as it is.
    pub version: i32,
    /// When the membership was last edited.
    pub changed_at: DateTime,
    /// A person or an organisation.
    pub kind: EnumValue<MemberKind>,
    /// The member's name.
    pub name: String,
    /// Her sex; null for an organisation.
    pub sex: Option<EnumValue<Sex>>,
    /// The year of her birth; null when it is not known.
    pub birth_year: Option<i32>,
    /// The milieu that the member lives in; null when it is not known.
    pub milieu: Option<EnumValue<Milieu>>,
    /// The number of shares that the member holds.
    pub shares: i32,
    /// The first day of the membership.
    pub joined_on: Date,
    /// Her last day; null: she is a member still.
    pub left_on: Option<Date>,
    #[graphql(skip)]
    pub(crate) cooperative_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for Membership {
    type Columns = Entity;
    const PERSONAL: Option<&'static str> = Some("memberships");

    fn new(row: &Model, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::Membership, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            kind: row.kind,
            name: row.name.clone(),
            sex: row.sex,
            birth_year: row.birth_year,
            milieu: row.milieu,
            shares: row.shares,
            joined_on: Date(row.joined_on.0),
            left_on: row.left_on.map(|day| Date(day.0)),
            cooperative_key: row.cooperative_id,
            batch,
        }
    }
}

/// Numbers of members today, as the cooperative and its branch line see them.
#[derive(SimpleObject, Clone, Copy, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct MemberCounts {
    /// The number of all members.
    pub members: i32,
    /// The number of women among the members.
    pub women: i32,
    /// People who have not yet turned 35 by the end of the year.
    pub under35: i32,
    /// People who live in the country.
    pub rural: i32,
}
