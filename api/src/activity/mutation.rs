//! Root fields that change activities.

use super::object::Activity;
use super::store::{self, Edit, NewActivity};
use crate::payload;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::{given, mutate};
use crate::platform::graphql::scalars::Date;
use crate::platform::graphql::text::{LocalizedTextInput, required};
use crate::platform::query::stored::EnumValue;
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use domain::activity::{ActivityKind, Group, PEOPLE_MAX};
use domain::fault::{Code, Fault, Faults};
use domain::indicator::{MilieuCategory, SexCategory};
use domain::text::NAME_MAX;

/// An activity to be planned.
#[derive(InputObject, Clone, Debug)]
pub struct ActivityAddInput {
    /// The global id of the programme.
    pub programme_id: ID,
    /// The global id of the branch that holds the activity: the one that leads the programme, or one that takes part in it.
    pub branch_id: ID,
    /// The kind of activity.
    pub kind: EnumValue<ActivityKind>,
    /// The activity's title.
    pub title: LocalizedTextInput,
    /// The activity's first day, within the programme.
    pub starts_on: Date,
    /// The activity's last day; the first one when it is not given.
    pub ends_on: Option<Date>,
    /// The code of the province that the activity is held in.
    pub province_code: Option<String>,
    /// The place where the activity is held.
    pub place: Option<String>,
    /// The number of people that there is room for.
    pub capacity: Option<i32>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// An activity to be edited: what is not named stays as it is, null removes it.
#[derive(InputObject, Clone, Debug)]
pub struct ActivityEditInput {
    /// The global id of the activity.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The kind of activity.
    pub kind: Option<EnumValue<ActivityKind>>,
    /// The activity's title.
    pub title: Option<LocalizedTextInput>,
    /// The activity's first day, within the programme.
    pub starts_on: Option<Date>,
    /// The activity's last day.
    pub ends_on: Option<Date>,
    /// The code of the province that the activity is held in.
    pub province_code: MaybeUndefined<String>,
    /// The place where the activity is held.
    pub place: MaybeUndefined<String>,
    /// The number of people that there is room for.
    pub capacity: MaybeUndefined<i32>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// An activity to be cancelled.
#[derive(InputObject, Clone, Debug)]
pub struct ActivityCancelInput {
    /// The global id of the activity.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The reason for which it is cancelled.
    pub reason: String,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// The number of people of one group who took part in an activity.
#[derive(InputObject, Clone, Debug)]
pub struct ParticipationInput {
    /// The number of people.
    pub people: i32,
    /// Their sex.
    pub sex: Option<EnumValue<SexCategory>>,
    /// Their age band: "0-14", "15-24", "25-59", "60+" or NOT_STATED.
    pub age_band: Option<String>,
    /// Where they live.
    pub milieu: Option<EnumValue<MilieuCategory>>,
}

/// Who took part in an activity.
#[derive(InputObject, Clone, Debug)]
pub struct ParticipationRecordInput {
    /// The global id of the activity.
    pub activity_id: ID,
    /// The activity's version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The people who took part, group by group, at most 200 groups, all broken down in the same way. What was counted before is
    /// replaced.
    pub groups: Vec<ParticipationInput>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

payload! {
    /// The outcome of changing an activity.
    ActivityPayload {
        /// The activity as it is now; null when it was refused, unless the refusal is a CONFLICT.
        activity: Activity
    }
}

/// The most groups of one form.
const GROUPS_MAX: usize = 200;

/// The place of an activity as it is stored; nothing when the text is empty.
fn place(text: &str) -> Result<Option<String>, Faults> {
    let text = domain::text::clean(text, NAME_MAX).map_err(|code| vec![Fault::new(code).at("place")])?;
    Ok((!text.is_empty()).then(|| text.into()))
}

fn room(capacity: i32) -> Result<i32, Faults> {
    let is_room = (1..=PEOPLE_MAX).contains(&capacity);
    if is_room { Ok(capacity) } else { Err(vec![Fault::new(Code::AmountInvalid).at("capacity")]) }
}

/// Root fields that change activities.
#[derive(Default)]
pub struct ActivityMutation;

#[Object]
impl ActivityMutation {
    /// Plans an activity of a programme. Codes in `userErrors`: BRANCH_CLOSED, STATUS_INVALID (the programme is over),
    /// NOT_PARTICIPATING, TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE, DATE_INVALID, AMOUNT_INVALID (at `capacity`), NOT_FOUND (at
    /// `provinceCode`).
    async fn activity_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The activity, and its programme.")] input: ActivityAddInput,
    ) -> Result<ActivityPayload> {
        let programme = GlobalId::parse_as(Kind::Programme, &input.programme_id, "input.programmeId")?;
        let branch = GlobalId::parse_as(Kind::Branch, &input.branch_id, "input.branchId")?;
        let form = || {
            let title = input.title.clone().merged_at(None, NAME_MAX, "title");
            let place = input.place.as_deref().map(place).transpose();
            let capacity = input.capacity.map(room).transpose();
            match (title, place, capacity) {
                (Ok(title), Ok(place), Ok(capacity)) => Ok(NewActivity {
                    kind: input.kind.0,
                    title,
                    days: (input.starts_on.0, input.ends_on.unwrap_or(input.starts_on).0),
                    province: input.province_code.clone(),
                    place: place.flatten(),
                    capacity,
                }),
                (title, place, capacity) => {
                    let wrong = [title.err(), place.err(), capacity.err()];
                    Err(wrong.into_iter().flatten().flatten().collect::<Faults>().into())
                }
            }
        };
        mutate(ctx, &input, async |tx| store::add(tx, (programme, branch), form).await).await
    }

    /// Edits an activity. Codes in `userErrors`: CONFLICT, STATUS_INVALID (it was cancelled), TEXT_REQUIRED, TEXT_TOO_LONG,
    /// TEXT_UNSAFE, DATE_INVALID, AMOUNT_INVALID (at `capacity`), NOT_FOUND (at `provinceCode`).
    async fn activity_edit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The activity, and what changes of it.")] input: ActivityEditInput,
    ) -> Result<ActivityPayload> {
        let key = GlobalId::parse_as(Kind::Activity, &input.id, "input.id")?;
        let form = || {
            let changed = given(&input.place, |text| place(text)).map(Option::transpose).transpose();
            let capacity = given(&input.capacity, |capacity| room(*capacity)).map(Option::transpose).transpose();
            match (changed, capacity) {
                (Ok(place), Ok(capacity)) => Ok(Edit {
                    kind: input.kind.map(|kind| kind.0),
                    title: input.title.clone(),
                    starts_on: input.starts_on.map(|day| day.0),
                    ends_on: input.ends_on.map(|day| day.0),
                    province: given(&input.province_code, Clone::clone),
                    place: place.map(Option::flatten),
                    capacity,
                }),
                (place, capacity) => {
                    let wrong = [place.err(), capacity.err()];
                    Err(wrong.into_iter().flatten().flatten().collect::<Faults>().into())
                }
            }
        };
        mutate(ctx, &input, async |tx| store::edit(tx, key, input.expected_version, form).await).await
    }

    /// Cancels an activity that was not held. Codes in `userErrors`: CONFLICT, STATUS_INVALID, TEXT_REQUIRED, TEXT_TOO_LONG,
    /// TEXT_UNSAFE.
    async fn activity_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The activity, and why it is cancelled.")] input: ActivityCancelInput,
    ) -> Result<ActivityPayload> {
        let key = GlobalId::parse_as(Kind::Activity, &input.id, "input.id")?;
        let reason = || Ok(required(&input.reason, NAME_MAX, "reason")?);
        mutate(ctx, &input, async |tx| store::cancel(tx, key, input.expected_version, reason).await).await
    }

    /// Counts who took part in an activity, which was held then. Codes in `userErrors`: CONFLICT, STATUS_INVALID (it was
    /// cancelled), DATE_INVALID (its first day has not come), LIMIT_EXCEEDED; at places in `groups` AMOUNT_INVALID,
    /// DISAGGREGATION_INVALID, DUPLICATE_ENTRY.
    async fn participation_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The activity, and who took part.")] input: ParticipationRecordInput,
    ) -> Result<ActivityPayload> {
        let key = GlobalId::parse_as(Kind::Activity, &input.activity_id, "input.activityId")?;
        let group = |group: &ParticipationInput| Group {
            sex: group.sex.map(|sex| sex.0),
            age_band: group.age_band.clone(),
            milieu: group.milieu.map(|milieu| milieu.0),
            people: group.people,
        };
        let groups: Vec<Group> = input.groups.iter().take(GROUPS_MAX + 1).map(group).collect();
        let work = async |tx: &crate::platform::query::transaction::Tx<'_>| {
            if groups.len() > GROUPS_MAX {
                return Err(Fault::new(Code::LimitExceeded).at("groups").with_detail(GROUPS_MAX.to_string()).into());
            }
            store::count(tx, key, input.expected_version, &groups).await
        };
        mutate(ctx, &input, work).await
    }
}
