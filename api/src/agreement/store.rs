//! Reading agreements.

use super::entity::{Column, Entity, TEXTS};
use super::object::{Agreement, AgreementFilter, AgreementObjective, AgreementOrder, AgreementParty};
use super::objective;
use super::party;
use crate::partner::entity as partner;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::lookup::Lookup;
use crate::platform::graphql::text::{Text, only_untranslated};
use crate::platform::loading::batch::Related;
use crate::platform::loading::object::{self, Children, RowObject};
use crate::platform::loading::reader::Reader;
use crate::platform::paging::page::{Connection, ListArgs, Order, PageArgs};
use crate::platform::query::expression::among;
use crate::platform::query::select::Select;
use crate::platform::query::stored::{Day, EnumValue, Json};
use crate::platform::query::table::Keys;
use crate::programme::agreement_link as link;
use domain::partnership::{AgreementState, AgreementStatus, PartyRole};
use domain::text::LocalizedText;
use jiff::civil::Date;
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Condition, ExprTrait, Func, IntoCondition};
use std::collections::HashMap;
use uuid::Uuid;

fn order(by: AgreementOrder) -> Order {
    match by {
        AgreementOrder::Newest => Order::newest(Column::Number),
        AgreementOrder::Oldest => Order::oldest(Column::Number),
    }
}

/// One agreement.
///
/// # Errors
/// The database's refusal.
pub async fn find(reader: &Reader, lookup: Lookup) -> Result<Option<Agreement>> {
    Agreement::find_by(reader, lookup.among(Column::Id, Column::Slug)).await
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
    let name = format!("agreements {filter:?} {by:?} {published}");
    let filter = filter.unwrap_or_default();
    let tx = reader.begin();
    let mut select = tx.select_for_list::<Entity>(published);
    if let Some(status) = filter.status {
        select = select.filter(in_status(status.0, reader.today()));
    }
    if let Some(partner) = &filter.partner {
        let partner = GlobalId::parse_as(Kind::Partner, partner, "filter.partner")?;
        select = with_party(select).filter(party::Column::PartnerId.eq(partner));
    }
    if let Some(branch) = &filter.branch {
        select = select.filter(Column::BranchId.eq(GlobalId::parse_as(Kind::Branch, branch, "filter.branch")?));
    }
    let select = only_untranslated(reader, select, &TEXTS, filter.missing_translation)?;
    object::list(reader, name, select, &roots.page, &order(by)).await
}

fn with_party<'t, 'a>(select: Select<'t, 'a, Entity>) -> Select<'t, 'a, Entity> {
    select.through::<party::Entity>(party::Column::AgreementId, Column::Id)
}

/// The agreements that partners are party to, a page of each, the newest first.
pub fn of_partners(page: PageArgs) -> Children<Agreement, party::Column> {
    Children::new(Kind::Partner, "Partner.agreements", party::Column::PartnerId, page, Order::newest(Column::Number))
        .narrowed(with_party)
}

/// The agreements that programmes rest on, a page of each, the newest first.
pub fn of_programmes(page: PageArgs) -> Children<Agreement, link::Column> {
    Children::new(
        Kind::Programme,
        "Programme.agreements",
        link::Column::ProgrammeId,
        page,
        Order::newest(Column::Number),
    )
    .narrowed(|select| select.through::<link::Entity>(link::Column::AgreementId, Column::Id))
}

/// The parties to agreements, in their order.
#[derive(Debug)]
pub struct PartiesOf;

impl Related for PartiesOf {
    type Value = Vec<AgreementParty>;

    fn of(&self) -> Kind {
        Kind::Agreement
    }

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
    type Value = Vec<AgreementObjective>;

    fn of(&self) -> Kind {
        Kind::Agreement
    }

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
