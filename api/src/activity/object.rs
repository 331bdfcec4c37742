//! The GraphQL face of activities.

use super::entity::{Entity, Model};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::{Date, DateTime};
use crate::platform::graphql::text::Text;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::EnumValue;
use async_graphql::SimpleObject;
use domain::activity::{ActivityKind, ActivityStatus};
use domain::indicator::{MilieuCategory, SexCategory};
use uuid::Uuid;

/// A dated event of a programme: a training session, a caravan, a campaign. The branch line that holds it sees it.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct Activity {
    /// The activity's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The activity's version: 1 when it was created, and one more with each edit. What only follows from other data leaves it
    /// as it is.
    pub version: i32,
    /// When the activity was last edited.
    pub changed_at: DateTime,
    /// The kind of activity.
    pub kind: EnumValue<ActivityKind>,
    /// The activity's title.
    pub title: Text,
    /// The activity's first day.
    pub starts_on: Date,
    /// The activity's last day.
    pub ends_on: Date,
    /// The place where the activity is held; null when it is not known.
    pub place: Option<String>,
    /// The number of people that there is room for; null when it is not limited.
    pub capacity: Option<i32>,
    /// The status of the activity.
    pub status: EnumValue<ActivityStatus>,
    /// The reason for which the activity was cancelled; null when it was not.
    pub cancellation_reason: Option<String>,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) branch_key: Uuid,
    #[graphql(skip)]
    pub(crate) programme_key: Uuid,
    #[graphql(skip)]
    pub(crate) province_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for Activity {
    type Columns = Entity;

    fn new(row: &Model, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::Activity, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            kind: row.kind,
            title: (&row.title).into(),
            starts_on: Date(row.starts_on.0),
            ends_on: Date(row.ends_on.0),
            place: row.place.clone(),
            capacity: row.capacity,
            status: row.status,
            cancellation_reason: row.cancellation_reason.clone(),
            key: row.id,
            branch_key: row.branch_id,
            programme_key: row.programme_id,
            province_key: row.province_id,
            batch,
        }
    }
}

/// The number of people of one group who took part in an activity.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct ActivityParticipation {
    /// The number of people.
    pub people: i32,
    /// Their sex; null when participation is not broken down by sex.
    pub sex: Option<EnumValue<SexCategory>>,
    /// Their age band; null when participation is not broken down by age.
    pub age_band: Option<String>,
    /// Where they live; null when participation is not broken down by milieu.
    pub milieu: Option<EnumValue<MilieuCategory>>,
}
