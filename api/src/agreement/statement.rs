//! What became of the money of agreements, as of any day: computed from the entries, which are only added.

use super::entity::{Column, Entity};
use crate::budget_line::entity as line;
use crate::budget_line::transfer;
use crate::expense::entity as expense;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::Kind;
use crate::platform::graphql::scalars::{Date, Money};
use crate::platform::loading::batch::Related;
use crate::platform::loading::reader::Reader;
use crate::platform::query::select::Select;
use crate::platform::query::stored::{Day, EnumValue};
use crate::platform::query::table::Guarded;
use crate::tranche::entry;
use async_graphql::SimpleObject;
use domain::actor::Actor;
use domain::budget::TrancheEntryKind;
use jiff::civil;
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Alias, ExprTrait};
use std::collections::HashMap;
use uuid::Uuid;

/// What became of the money of an agreement by the end of a day.
#[derive(SimpleObject, Clone, Debug)]
pub struct AgreementStatement {
    /// The last day whose entries count.
    pub on: Date,
    /// The budget of the agreement; null when it is not recorded.
    pub budget: Option<Money>,
    /// The amount that was received.
    pub received: Money,
    /// The amount that was spent of all budget lines, less what was taken back.
    pub spent: Money,
    /// The amount that was justified.
    pub justified: Money,
    /// The amount of the budget that is left: the budget less what was spent; null when the budget is not recorded.
    pub remaining: Option<Money>,
    /// The amount in hand: what was received less what was spent. Below zero where it was advanced.
    pub cash: Money,
    /// The budget lines, in their order.
    pub lines: Vec<StatementLine>,
}

/// What became of the money of a budget line by the end of a day.
#[derive(SimpleObject, Clone, Debug)]
pub struct StatementLine {
    /// The budget line's code.
    pub code: String,
    /// The amount of the budget line, after the transfers until then.
    pub amount: Money,
    /// The amount that was spent, less what was taken back.
    pub spent: Money,
    /// The amount that is left.
    pub remaining: Money,
}

/// The statements of agreements on a day; nothing where the caller may not see them.
#[derive(Debug)]
pub struct StatementsOf(pub civil::Date);

/// The sums of entries, by whom they are of.
type Sums = HashMap<Uuid, i64>;

impl Related for StatementsOf {
    type Value = Option<AgreementStatement>;

    fn of(&self) -> Kind {
        Kind::Agreement
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        if matches!(reader.actor(), Actor::Anonymous) {
            return Ok(HashMap::new());
        }
        let (tx, day) = (reader.begin(), Day(self.0));
        // Agreements of her own: what is published of others says nothing of their money.
        let reached = tx
            .select_for_list::<Entity>(false)
            .among(Column::Id, keys)
            .only([Column::Id, Column::Budget].map(|column| column.into_expr()))
            .all(|cells| Ok((cells.take::<Uuid>()?, cells.take::<Option<i64>>()?)))
            .await?;
        let agreements: Vec<Uuid> = reached.iter().map(|(agreement, _)| *agreement).collect();
        let columns = [line::Column::AgreementId, line::Column::Id, line::Column::Code, line::Column::Planned];
        let lines = tx
            .select_columns::<line::Entity>()
            .among(line::Column::AgreementId, &agreements)
            .statement(|statement| {
                statement.order_by_expr(line::Column::Position.into_expr(), sea_orm::Order::Asc);
            })
            .only(columns.map(|column| column.into_expr()))
            .all(|cells| {
                Ok((cells.take::<Uuid>()?, cells.take::<Uuid>()?, cells.take::<String>()?, cells.take::<i64>()?))
            });
        let moved = || {
            let moved = tx.select_columns::<transfer::Entity>().among(transfer::Column::AgreementId, &agreements);
            moved.filter(transfer::Column::MadeOn.lte(day))
        };
        let spent = tx.select_columns::<expense::Entity>().among(expense::Column::AgreementId, &agreements);
        let spent = spent.filter(expense::Column::SpentOn.lte(day));
        let booked = |kind: TrancheEntryKind| {
            let booked = tx.select_columns::<entry::Entity>().among(entry::Column::AgreementId, &agreements);
            booked.filter(entry::Column::EnteredOn.lte(day)).filter(entry::Column::Kind.eq(EnumValue(kind)))
        };
        let (lines, given, taken, spent, received, justified) = tokio::try_join!(
            lines,
            sums(moved(), transfer::Column::FromLineId, transfer::Column::Amount),
            sums(moved(), transfer::Column::ToLineId, transfer::Column::Amount),
            sums(spent, expense::Column::BudgetLineId, expense::Column::Amount),
            sums(booked(TrancheEntryKind::Receipt), entry::Column::AgreementId, entry::Column::Amount),
            sums(booked(TrancheEntryKind::Justification), entry::Column::AgreementId, entry::Column::Amount),
        )?;
        let of = |sums: &Sums, key: &Uuid| sums.get(key).copied().unwrap_or(0);
        let statement = |(agreement, budget): &(Uuid, Option<i64>)| {
            let mut all = 0;
            let own = lines.iter().filter(|(of, ..)| of == agreement).map(|(_, key, code, planned)| {
                let amount = planned + of(&taken, key) - of(&given, key);
                let spent = of(&spent, key);
                all += spent;
                let (remaining, code) = (Money::centimes(amount - spent), code.clone());
                StatementLine { code, amount: Money::centimes(amount), spent: Money::centimes(spent), remaining }
            });
            let lines: Vec<StatementLine> = own.collect();
            let received = of(&received, agreement);
            AgreementStatement {
                on: Date(self.0),
                budget: budget.map(Money::centimes),
                received: Money::centimes(received),
                spent: Money::centimes(all),
                justified: Money::centimes(of(&justified, agreement)),
                remaining: budget.map(|budget| Money::centimes(budget - all)),
                cash: Money::centimes(received - all),
                lines,
            }
        };
        Ok(reached.iter().map(|row| (row.0, Some(statement(row)))).collect())
    }
}

/// The sums of a column, by another one.
async fn sums<E: Guarded>(select: Select<'_, '_, E>, by: E::Column, amount: E::Column) -> Result<Sums> {
    let select = select.statement(|statement| {
        statement.add_group_by([by.into_expr()]);
    });
    // On PostgreSQL the sum of these numbers is of another type.
    let sum = amount.into_expr().sum().cast_as(Alias::new("bigint"));
    let rows = select.only([by.into_expr(), sum]).all(|cells| Ok((cells.take::<Uuid>()?, cells.take::<i64>()?)));
    Ok(rows.await?.into_iter().collect())
}
