//! The GraphQL face of cooperatives.

use super::entity;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::DateTime;
use crate::platform::graphql::text::Text;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::{Later, RowObject};
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
    /// The cooperative's URL slug.
    pub slug: String,
    /// The cooperative's name.
    pub name: Text,
    /// The cooperative's status with the association.
    pub status: EnumValue<CooperativeStatus>,
    /// The number of members; null when there are too few to tell without telling about one of them.
    pub member_count: Option<i32>,
    /// The number of women among the members; null when it would tell about a few people.
    pub women_count: Option<i32>,
    /// Whether all members are women; null when it would tell about a few people.
    pub is_women_only: Option<bool>,
    #[graphql(flatten)]
    pub(crate) details: Later<CooperativeDetails>,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) branch_key: Uuid,
    #[graphql(skip)]
    pub(crate) province_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

crate::columns! {
    /// What is read of one wherever it is shown.
    CooperativeRow: Cooperative of entity {
        /// The key.
        Id => id: Uuid,
        /// How often it was changed; 1 when it was made.
        Version => version: i32,
        /// Its name in addresses.
        Slug => slug: String,
        /// Its name.
        Name => name: Text,
        /// Its status.
        Status => status: EnumValue<CooperativeStatus>,
        /// The branch that owns it.
        BranchId => branch_id: Uuid,
        /// The province of its seat.
        ProvinceId => province_id: Uuid,
        /// How many members are told; derived.
        MemberCount => member_count: Option<i32>,
        /// How many women among them are told; derived.
        WomenCount => women_count: Option<i32>,
        /// Whether it is told that all are women; derived.
        IsWomenOnly => is_women_only: Option<bool>,
    } names { Branch: branch_id, Province: province_id } page { CooperativeDetails }
}

crate::details! {
    /// What is read of one when it is asked for.
    CooperativeDetails of entity {
        /// When the cooperative was last edited.
        ChangedAt => changed_at: DateTime,
        /// The sector that the cooperative works in.
        Sector => sector: EnumValue<Sector>,
        /// The cooperative's legal form.
        LegalForm => legal_form: EnumValue<LegalForm>,
        /// The commune of the cooperative's seat; null when it is not known.
        Commune => commune: Option<String>,
        /// Whether the cooperative was invented for demonstration.
        IsDemo => is_demo: bool,
    }
}

impl RowObject for Cooperative {
    type Columns = CooperativeRow;

    fn new(row: &CooperativeRow, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::Cooperative, row.id),
            version: row.version,
            slug: row.slug.clone(),
            name: row.name.clone(),
            status: row.status,
            member_count: row.member_count,
            women_count: row.women_count,
            is_women_only: row.is_women_only,
            key: row.id,
            branch_key: row.branch_id,
            province_key: row.province_id,
            details: Later::new(row.id, &batch),
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
