//! Reading agreements.

use super::entity::{Column, Entity, Model};
use super::object::{Agreement, AgreementFilter, AgreementObjective, AgreementOrder, AgreementParty};
use super::{objective, party};
use crate::partner::entity as partner;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::lookup::Lookup;
use crate::platform::graphql::text::Text;
use crate::platform::loading::batch::{Batch, Related};
use crate::platform::loading::reader::Reader;
use crate::platform::paging::cursor::{CursorCodec, KeyKind};
use crate::platform::paging::page::{Connection, ListArgs, Order, PageArgs, PageQuery, PageRows};
use crate::platform::query::expression::among;
use crate::platform::query::select::Select;
use crate::platform::query::stored::{Day, EnumValue, Json};
use crate::platform::query::table::{Guarded, Keys, Table};
use domain::partnership::{AgreementState, AgreementStatus, PartyRole};
use domain::text::LocalizedText;
use jiff::civil::Date;
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Condition, ExprTrait, Func, IntoCondition};
use std::collections::HashMap;
use uuid::Uuid;

fn order(by: AgreementOrder) -> Order {
    let number = vec![(Column::Number.into_expr(), KeyKind::Long)];
    match by {
        AgreementOrder::Newest => Order::descending(number),
        AgreementOrder::Oldest => Order::ascending(number),
    }
}

/// One agreement.
///
/// # Errors
/// The database's refusal.
pub async fn find(reader: &Reader, lookup: Lookup) -> Result<Option<Agreement>> {
    let tx = reader.begin();
    let row = tx.select::<Entity>().filter(lookup.among(Column::Id, Column::Slug)).one(Entity::read).await?;
    Ok(row.map(|row| {
        let batch = Batch::of::<Entity>([&row]);
        Agreement::new((row, batch), reader.today())
    }))
}

/// The condition of a status on a day: the same rule as [`AgreementState::status_on`], for the database.
fn in_status(status: AgreementStatus, today: Date) -> Condition {
    let state = |state| Column::Status.eq(EnumValue(state));
    let has_ended = || Column::EndsOn.lt(Day(today));
    let has_begun = || Func::coalesce([Column::StartsOn.into_expr(), Column::SignedOn.into_expr()]).lte(Day(today));
    let runs = || Condition::any().add(Column::EndsOn.is_null()).add(Column::EndsOn.gte(Day(today)));
    let signed = || Condition::all().add(state(AgreementState::Signed));
    match status {
        AgreementStatus::Draft => state(AgreementState::Draft).into_condition(),
        AgreementStatus::Negotiation => state(AgreementState::Negotiation).into_condition(),
        AgreementStatus::Terminated => state(AgreementState::Terminated).into_condition(),
        AgreementStatus::Renewed => state(AgreementState::Renewed).into_condition(),
        AgreementStatus::Expired => signed().add(has_ended()),
        AgreementStatus::InForce => signed().add(runs()).add(has_begun()),
        AgreementStatus::Signed => signed().add(runs()).add(has_begun().not()),
    }
}

/// A page of agreements.
///
/// # Errors
/// BAD_USER_INPUT naming the argument, or the database's refusal.
pub async fn list(
    reader: &Reader,
    roots: ListArgs,
    filter: Option<AgreementFilter>,
    by: AgreementOrder,
) -> Result<Connection<Agreement>> {
    let published = roots.published;
    let codec = CursorCodec::new(reader.cursor_key(), format!("agreements {filter:?} {by:?} {published}"));
    let filter = filter.unwrap_or_default();
    let tx = reader.begin();
    let mut see = tx.select_for_list::<Entity>(published);
    if let Some(status) = filter.status {
        see = see.filter(in_status(status.0, reader.today()));
    }
    if let Some(partner) = &filter.partner {
        let partner = GlobalId::parse_as(Kind::Partner, partner, "filter.partner")?;
        see = with_party(see).filter(party::Column::PartnerId.eq(partner));
    }
    if let Some(branch) = &filter.branch {
        see = see.filter(Column::BranchId.eq(GlobalId::parse_as(Kind::Branch, branch, "filter.branch")?));
    }
    let order = order(by);
    let listed = see.list(&roots.asked(&order), codec, Entity::read).await?;
    let batch = Batch::of::<Entity>(listed.rows());
    Ok(listed.connection(|row: Model| Agreement::new((row, batch.clone()), reader.today())))
}

fn with_party<'t, 'a>(see: Select<'t, 'a, Entity>) -> Select<'t, 'a, Entity> {
    see.through::<party::Entity>(party::Column::AgreementId, Column::Id)
}

/// The agreements of things of another kind, a page of each: joined through a table that links them.
///
/// # Errors
/// BAD_USER_INPUT naming the argument, or the database's refusal.
pub async fn lists_through<L: Guarded>(
    reader: &Reader,
    (ours, theirs): (L::Column, L::Column),
    name: &str,
    (args, total): (&PageArgs, bool),
    keys: &[Uuid],
) -> Result<HashMap<Uuid, Option<Connection<Agreement>>>> {
    let order = order(AgreementOrder::Newest);
    let asked = PageQuery { args, order: &order, total };
    let codec = |key: Uuid| CursorCodec::new(reader.cursor_key(), format!("{name} {key}"));
    let tx = reader.begin();
    let see = tx.select::<Entity>().through::<L>(ours, Column::Id);
    let lists: HashMap<Uuid, PageRows<Model>> = see.lists(theirs, keys, &asked, codec, Entity::read).await?;
    let batch = Batch::of::<Entity>(lists.values().flat_map(|list| list.rows()));
    let make = |row: Model| Agreement::new((row, batch.clone()), reader.today());
    Ok(lists.into_iter().map(|(key, list)| (key, Some(list.connection(make)))).collect())
}

/// The agreements of partners.
#[derive(Debug)]
pub struct OfPartners {
    /// Which page.
    pub args: PageArgs,
    /// Whether to count.
    pub total: bool,
}

impl Related for OfPartners {
    const OF: Kind = Kind::Partner;
    type Value = Option<Connection<Agreement>>;

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let columns = (party::Column::AgreementId, party::Column::PartnerId);
        let page = (&self.args, self.total);
        lists_through::<party::Entity>(reader, columns, "Partner.agreements", page, keys).await
    }
}

/// The parties to agreements, in their order.
#[derive(Debug)]
pub struct PartiesOf;

impl Related for PartiesOf {
    const OF: Kind = Kind::Agreement;
    type Value = Vec<AgreementParty>;

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let tx = reader.begin();
        let columns = [party::Column::AgreementId, party::Column::PartnerId, party::Column::Role];
        let mut level = Keys::default();
        let rows = tx
            .select_columns::<party::Entity>()
            .filter(among(tx.backend(), party::Column::AgreementId, keys))
            .statement(|statement| {
                statement.order_by_expr(party::Column::Position.into_expr(), sea_orm::Order::Asc);
            })
            .only(columns.map(|column| column.into_expr()))
            .with_optional::<partner::Entity>(party::Column::PartnerId)
            .all(|cells| {
                let row = (cells.take::<Uuid>()?, cells.take::<Uuid>()?, cells.take::<Option<EnumValue<PartyRole>>>()?);
                level.take_optional::<partner::Entity>(cells)?;
                level.add(Kind::Partner, row.1);
                Ok(row)
            })
            .await?;
        let batch = level.batch();
        let mut parties: HashMap<Uuid, Vec<AgreementParty>> = HashMap::new();
        for (agreement, partner_key, role) in rows {
            parties.entry(agreement).or_default().push(AgreementParty { role, partner_key, batch: batch.clone() });
        }
        Ok(parties)
    }
}

/// The objectives of agreements, in their order.
#[derive(Debug)]
pub struct ObjectivesOf;

impl Related for ObjectivesOf {
    const OF: Kind = Kind::Agreement;
    type Value = Vec<AgreementObjective>;

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let tx = reader.begin();
        let columns = [objective::Column::AgreementId, objective::Column::Code, objective::Column::Text];
        let rows = tx
            .select_columns::<objective::Entity>()
            .filter(among(tx.backend(), objective::Column::AgreementId, keys))
            .statement(|statement| {
                statement.order_by_expr(objective::Column::Position.into_expr(), sea_orm::Order::Asc);
            })
            .only(columns.map(|column| column.into_expr()))
            .all(|cells| {
                let agreement = cells.take::<Uuid>()?;
                Ok((agreement, cells.take::<String>()?, cells.take::<Json<LocalizedText>>()?))
            })
            .await?;
        let mut objectives: HashMap<Uuid, Vec<AgreementObjective>> = HashMap::new();
        for (agreement, code, text) in rows {
            objectives.entry(agreement).or_default().push(AgreementObjective { code, text: Text(text.0) });
        }
        Ok(objectives)
    }
}
