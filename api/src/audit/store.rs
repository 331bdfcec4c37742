//! Reading the audit.

use super::entity::{Column, Entity};
use super::object::{AuditEntry, AuditEntryFilter};
use super::tally;
use super::value;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::loading::batch::Related;
use crate::platform::loading::object;
use crate::platform::loading::reader::Reader;
use crate::platform::paging::page::{Connection, CreationOrder, ListArgs, Order};
use sea_orm::ColumnTrait;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// A page of entries within reach, in the order that is asked for.
///
/// # Errors
/// UNAUTHENTICATED, BAD_USER_INPUT naming the argument, or the database's refusal.
pub async fn list(
    reader: &Reader,
    roots: ListArgs,
    filter: Option<AuditEntryFilter>,
    by: CreationOrder,
) -> Result<Connection<AuditEntry>> {
    reader.signed_in()?;
    let name = format!("auditEntries {filter:?} {by:?}");
    let filter = filter.unwrap_or_default();
    let tx = reader.begin();
    let mut select = tx.select_for_list::<Entity>(false);
    if let Some(branch) = &filter.branch {
        select = select.filter(Column::BranchId.eq(GlobalId::parse_as(Kind::Branch, branch, "filter.branch")?));
    }
    if let Some(actor) = &filter.actor {
        let actor = GlobalId::parse(actor, "filter.actor")?;
        if !matches!(actor.kind, Kind::User | Kind::PartnerClient) {
            return Err(Error::expected("filter.actor", "the id of a User or a PartnerClient"));
        }
        select = select.filter(Column::ActorId.eq(actor.key));
    }
    if let Some(from) = filter.from {
        select = select.filter(Column::At.gte(from.0.as_microsecond()));
    }
    if let Some(until) = filter.until {
        select = select.filter(Column::At.lt(until.0.as_microsecond()));
    }
    if let Some(subject) = &filter.subject {
        select = select.filter(Column::SubjectId.eq(GlobalId::parse(subject, "filter.subject")?.key));
    }
    if let Some(action) = filter.action {
        select = select.filter(Column::Action.eq(action));
    }
    if let Some(outcome) = filter.outcome {
        select = select.filter(Column::Outcome.eq(outcome));
    }
    object::list(reader, name, select, &roots.page, &Order::created(by, Column::Number)).await
}

/// The personal values of entries that were not erased, by their names.
#[derive(Debug)]
pub struct ValuesOf;

impl Related for ValuesOf {
    type Value = BTreeMap<String, String>;

    fn of(&self) -> Kind {
        Kind::AuditEntry
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let columns = [value::Column::EntryId, value::Column::Name, value::Column::Value];
        let tx = reader.begin();
        let rows = tx
            .select_columns::<value::Entity>()
            .among(value::Column::EntryId, keys)
            .only(columns.map(|column| column.into_expr()))
            .all(|cells| Ok((cells.take::<Uuid>()?, (cells.take::<String>()?, cells.take::<String>()?))))
            .await?;
        if !rows.is_empty() {
            reader.reads_personal("auditEntries");
        }
        let mut values: HashMap<Uuid, Self::Value> = HashMap::new();
        for (entry, value) in rows {
            values.entry(entry).or_default().extend([value]);
        }
        Ok(values)
    }
}

/// How often what entries tell of was tried within its minute.
#[derive(Debug)]
pub struct TimesOf;

impl Related for TimesOf {
    type Value = i32;

    fn of(&self) -> Kind {
        Kind::AuditEntry
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let columns = [tally::Column::EntryId, tally::Column::Times];
        let tx = reader.begin();
        let rows = tx
            .select_columns::<tally::Entity>()
            .among(tally::Column::EntryId, keys)
            .only(columns.map(|column| column.into_expr()))
            .all(|cells| Ok((cells.take::<Uuid>()?, cells.take::<i32>()?)))
            .await?;
        Ok(rows.into_iter().collect())
    }
}
