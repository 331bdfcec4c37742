//! Reading and changing steering committees.

use super::entity::{Column, Entity, Model};
use super::meeting;
use super::object::{SteeringCommittee, SteeringMeeting};
use crate::agreement::entity as agreement;
use crate::agreement::party;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::Kind;
use crate::platform::loading::batch::{Related, grouped};
use crate::platform::loading::object;
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::{Day, Json};
use crate::platform::query::table::Table;
use crate::platform::query::transaction::Tx;
use domain::calendar;
use domain::committee::{CommitteeMember, check, is_quorate};
use domain::fault::{Code, Fault, Faults};
use jiff::civil::Date;
use sea_orm::{ActiveValue, ColumnTrait, IntoActiveModel};
use std::collections::HashMap;
use uuid::Uuid;

/// The committees of agreements.
#[derive(Debug)]
pub struct CommitteeOf;

impl Related for CommitteeOf {
    type Value = Option<SteeringCommittee>;

    fn of(&self) -> Kind {
        Kind::Agreement
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let found =
            object::all_of::<SteeringCommittee>(reader, (Column::AgreementId, keys), Column::AgreementId).await?;
        Ok(found.into_iter().map(|committee| (committee.agreement_key, Some(committee))).collect())
    }
}

/// The meetings of committees, in their order.
#[derive(Debug)]
pub struct MeetingsOf;

impl Related for MeetingsOf {
    type Value = Vec<SteeringMeeting>;

    fn of(&self) -> Kind {
        Kind::SteeringCommittee
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        use meeting::Column as M;
        let found = object::all_of::<SteeringMeeting>(reader, (M::CommitteeId, keys), M::Ordinal).await?;
        Ok(grouped(found, |meeting| meeting.committee_key))
    }
}

/// Set who sits on the committee of an agreement, and its quorum. The first time makes the committee; later ones name its
/// version.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, and those of [`check`]; NOT_FOUND at the `partnerId` of a member whose partner is no party.
pub async fn set(
    tx: &Tx<'_>,
    key: Uuid,
    version: Option<i32>,
    (members, quorum): (Vec<CommitteeMember>, i32),
) -> Result<Uuid> {
    // Two who set the first one at once: the second finds what the first has made.
    let of = tx.lock_for_update::<agreement::Entity>(key).await?;
    let held = tx.select_in_scope::<Entity>().filter(Column::AgreementId.eq(key)).one(Entity::read).await?;
    let members = check(members, quorum)?;
    let parties = tx
        .select_columns::<party::Entity>()
        .filter(party::Column::AgreementId.eq(key))
        .only([party::Column::PartnerId.into_expr()])
        .all(|cells| cells.take::<Uuid>())
        .await?;
    let foreign = members.iter().enumerate().filter(|(_, member)| !parties.contains(&member.partner));
    let at = |position: usize| Fault::new(Code::NotFound).at("partnerId").at(&position.to_string()).at("members");
    let faults: Faults = foreign.map(|(position, _)| at(position)).collect();
    if !faults.is_empty() {
        return Err(faults.into());
    }
    match held {
        Some(row) => {
            let committee = tx.lock_for_update::<Entity>(row.id).await?;
            committee.expect_version(version.unwrap_or(0))?;
            let id = committee.row().id;
            tx.update(committee, |row| {
                row.quorum = ActiveValue::Set(quorum);
                row.members = ActiveValue::Set(Json(members));
            })
            .await?;
            Ok(id)
        }
        None if version.is_some() => Err(Fault::new(Code::Conflict).at("expectedVersion").into()),
        None => {
            let (id, now) = (Uuid::now_v7(), tx.now().as_microsecond());
            let row = Model {
                id,
                branch_id: of.row().branch_id,
                agreement_id: key,
                quorum,
                members: Json(members),
                version: 1,
                created_at: now,
                changed_at: now,
            };
            tx.insert_all::<Entity>(vec![row.into_active_model()]).await?;
            Ok(id)
        }
    }
}

/// What was written down of a meeting.
pub struct Minutes {
    /// The minutes.
    pub text: Option<String>,
    /// What was decided.
    pub decisions: Vec<String>,
}

/// A committee that is not quorate decides nothing.
fn expect_quorate(present: &[CommitteeMember], quorum: i32, decisions: &[String]) -> Result<(), Fault> {
    if decisions.is_empty() || is_quorate(present, quorum) {
        return Ok(());
    }
    let votes = present.iter().filter(|member| member.role.votes()).count();
    Err(Fault::new(Code::QuorumMissing).at("decisions").with_detail(format!("{votes} < {quorum}")))
}

/// Record a meeting of a committee: who was present, by their places from 1 in the list of the version that the caller has
/// read.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, the refusals of the form; DATE_INVALID at `heldOn` for a day to come, DUPLICATE_ENTRY and
/// NOT_FOUND at a place of `present`, QUORUM_MISSING at `decisions`.
pub async fn record(
    tx: &Tx<'_>,
    key: Uuid,
    version: i32,
    (held_on, present): (Date, &[i32]),
    minutes: impl FnOnce() -> Result<Minutes>,
) -> Result<Uuid> {
    let committee = tx.lock_for_update::<Entity>(key).await?;
    let minutes = minutes()?;
    committee.expect_version(version)?;
    let row = committee.row();
    let mut faults = Faults::new();
    if held_on > calendar::today(tx.now()) {
        faults.push(Fault::new(Code::DateInvalid).at("heldOn"));
    }
    let mut seats = Vec::new();
    for (place, number) in present.iter().enumerate() {
        let at = |code| Fault::new(code).at(&place.to_string()).at("present");
        let member = number.checked_sub(1).and_then(|seat| row.members.0.get(usize::try_from(seat).ok()?));
        match member {
            Some(_) if present[..place].contains(number) => faults.push(at(Code::DuplicateEntry)),
            Some(member) => seats.push(member.clone()),
            None => faults.push(at(Code::NotFound)),
        }
    }
    if faults.is_empty() {
        faults.extend(expect_quorate(&seats, row.quorum, &minutes.decisions).err());
    }
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let meetings = tx.select_in_scope::<meeting::Entity>().filter(meeting::Column::CommitteeId.eq(key));
    let ordinals = meetings.only([meeting::Column::Ordinal.into_expr()]).all(|cells| cells.take::<i32>()).await?;
    let (id, now) = (Uuid::now_v7(), tx.now().as_microsecond());
    let new = meeting::Model {
        id,
        branch_id: row.branch_id,
        committee_id: key,
        ordinal: ordinals.into_iter().max().unwrap_or(0).checked_add(1).ok_or_else(|| Error::internal("too many"))?,
        held_on: Day(held_on),
        quorum: row.quorum,
        present: Json(seats),
        minutes: minutes.text,
        decisions: Json(minutes.decisions),
        version: 1,
        created_at: now,
        changed_at: now,
    };
    tx.insert_all::<meeting::Entity>(vec![new.into_active_model()]).await?;
    Ok(id)
}

/// Put right what was written down of a meeting; what is not there stays as it is.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, the refusals of the form, QUORUM_MISSING at `decisions`.
pub async fn edit(
    tx: &Tx<'_>,
    key: Uuid,
    version: i32,
    form: impl FnOnce() -> Result<(Option<Option<String>>, Option<Vec<String>>)>,
) -> Result<Uuid> {
    let held = tx.lock_for_update::<meeting::Entity>(key).await?;
    let (minutes, decisions) = form()?;
    held.expect_version(version)?;
    let row = held.row();
    if let Some(decisions) = &decisions {
        expect_quorate(&row.present.0, row.quorum, decisions)?;
    }
    tx.update(held, |row| {
        if let Some(minutes) = minutes {
            row.minutes = ActiveValue::Set(minutes);
        }
        if let Some(decisions) = decisions {
            row.decisions = ActiveValue::Set(Json(decisions));
        }
    })
    .await?;
    Ok(key)
}
