//! The GraphQL face of cooperatives.

use super::entity::{Entity, Model};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::DateTime;
use crate::platform::graphql::text::Text;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::EnumValue;
use async_graphql::{Enum, ID, InputObject, SimpleObject};
use domain::cooperative::{CooperativeStatus, LegalForm, Sector};
use domain::text::Locale;
use uuid::Uuid;

/// A women's cooperative, or another group of producers.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct Cooperative {
    /// The cooperative's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The cooperative's version: 1 when it was created, and one more with each edit. What only follows from other
    /// data leaves it as it is.
    pub version: i32,
    /// When the cooperative was last edited.
    pub changed_at: DateTime,
    /// The cooperative's URL slug.
    pub slug: String,
    /// The cooperative's name.
    pub name: Text,
    /// The sector that the cooperative works in.
    pub sector: EnumValue<Sector>,
    /// The cooperative's legal form.
    pub legal_form: EnumValue<LegalForm>,
    /// The commune of the cooperative's seat; null when it is not known.
    pub commune: Option<String>,
    /// The cooperative's status with the association.
    pub status: EnumValue<CooperativeStatus>,
    /// The number of members; null when there are too few to tell without telling about one of them.
    pub member_count: Option<i32>,
    /// The number of women among the members; null when it would tell about a few people.
    pub women_count: Option<i32>,
    /// Whether all members are women; null when it would tell about a few people.
    pub is_women_only: Option<bool>,
    /// Whether the cooperative was invented for demonstration.
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

impl RowObject for Cooperative {
    type Entity = Entity;

    fn new(row: &Model, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::Cooperative, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            slug: row.slug.clone(),
            name: (&row.name).into(),
            sector: row.sector,
            legal_form: row.legal_form,
            commune: row.commune.clone(),
            status: row.status,
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

/// Conditions on cooperatives: those that are given must all be met.
#[derive(InputObject, Clone, Debug, Default)]
pub struct CooperativeFilter {
    /// Leaves only cooperatives in this status. The public sees those that are ACTIVE alone.
    pub status: Option<EnumValue<CooperativeStatus>>,
    /// Leaves only cooperatives of this sector.
    pub sector: Option<EnumValue<Sector>>,
    /// Leaves only cooperatives with their seat in the province with this code.
    pub province: Option<String>,
    /// Leaves only cooperatives of the branch with this global id.
    pub branch: Option<ID>,
    /// Leaves only cooperatives of which a text is missing in this language. For signed-in callers.
    pub missing_translation: Option<EnumValue<Locale>>,
}

/// The order of cooperatives.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum CooperativeOrder {
    /// The cooperative registered last comes first.
    #[default]
    Newest,
    /// By name, in the language of the request.
    Name,
}

/// The identity of a cooperative in the register of law 112-12.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct RegisterIdentity {
    /// The court of first instance that keeps the register.
    pub court: String,
    /// The cooperative's number in that register.
    pub number: String,
    /// Whether the identity is known to be this cooperative's alone. One that was claimed twice is examined by the
    /// national level.
    pub is_verified: bool,
    /// When the national level decided about this identity; null when it did not.
    pub decided_at: Option<DateTime>,
    /// Why the national level decided so; null when it did not decide.
    pub decision_reason: Option<String>,
}
