//! What became of the money of agreements, as of any day: computed from the entries, which are only added.

use super::entity::{Column, Entity};
use crate::amendment::entity as amendment;
use crate::budget_line::entity as line;
use crate::budget_line::transfer;
use crate::contribution::entity as contribution;
use crate::expense::entity as expense;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::Kind;
use crate::platform::graphql::list::List;
use crate::platform::graphql::scalars::{Date, Money};
use crate::platform::loading::batch::{Batch, Related};
use crate::platform::loading::reader::Reader;
use crate::platform::query::select::Select;
use crate::platform::query::stored::{Day, EnumValue, Json};
use crate::platform::query::table::{Guarded, Keys};
use crate::tranche::entry;
use async_graphql::SimpleObject;
use domain::actor::Actor;
use domain::budget::TrancheEntryKind;
use domain::money::Money as Centimes;
use domain::partnership::{AmendedTerms, ContributionStatus};
use jiff::civil;
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Alias, ExprTrait};
use std::collections::HashMap;
use uuid::Uuid;

/// What became of the money of an agreement by the end of a day.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
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
    /// What was spent, by those whose contributions are confirmed: shared out by what each contributes, so that the parts make the
    /// whole.
    pub parties: List<StatementParty>,
}

/// What became of the money of one who contributes, by the end of a day.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct StatementParty {
    /// The amount of its confirmed contributions, as they stand now.
    pub contributed: Money,
    /// Its part of what was spent.
    pub spent: Money,
    /// The amount of its contributions that is left.
    pub remaining: Money,
    #[graphql(skip)]
    pub(crate) partner_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

/// What became of the money of a budget line by the end of a day.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(crate = "crate::platform::graphql::executor")]
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
        let paid = tx
            .select_columns::<contribution::Entity>()
            .among(contribution::Column::AgreementId, &agreements)
            .filter(contribution::Column::Status.eq(EnumValue(ContributionStatus::Confirmed)))
            .statement(|statement| {
                statement.order_by_expr(contribution::Column::Position.into_expr(), sea_orm::Order::Asc);
            })
            .only(PAID.map(|column| column.into_expr()))
            .all(|cells| {
                Ok(Paid { agreement: cells.take()?, partner: cells.take()?, amount: Centimes::new(cells.take()?) })
            });
        let amended = tx
            .select_columns::<amendment::Entity>()
            .among(amendment::Column::AgreementId, &agreements)
            .filter(amendment::Column::SignedOn.gt(day))
            .statement(|statement| {
                statement.order_by_expr(amendment::Column::Ordinal.into_expr(), sea_orm::Order::Desc);
            })
            .only([amendment::Column::AgreementId, amendment::Column::Earlier].map(|column| column.into_expr()))
            .all(|cells| Ok((cells.take::<Uuid>()?, cells.take::<Option<Json<AmendedTerms>>>()?)));
        let (lines, given, taken, spent, received, justified, paid, amended) = tokio::try_join!(
            lines,
            sums(moved(), transfer::Column::FromLineId, transfer::Column::Amount),
            sums(moved(), transfer::Column::ToLineId, transfer::Column::Amount),
            sums(spent, expense::Column::BudgetLineId, expense::Column::Amount),
            sums(booked(TrancheEntryKind::Receipt), entry::Column::AgreementId, entry::Column::Amount),
            sums(booked(TrancheEntryKind::Justification), entry::Column::AgreementId, entry::Column::Amount),
            paid,
            amended,
        )?;
        // The first amendment after the day, which comes last here, tells what held until then.
        let earlier: HashMap<Uuid, Option<i64>> = amended
            .into_iter()
            .filter_map(|(key, terms)| Some((key, terms?.0.budget.map(|budget| budget.centimes))))
            .collect();
        let mut level = Keys::default();
        paid.iter().for_each(|paid| level.add_optional(Kind::Partner, paid.partner));
        let batch = level.batch();
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
            let budget = earlier.get(agreement).unwrap_or(budget);
            let of_agreement = paid.iter().filter(|paid| paid.agreement == *agreement);
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
                parties: List(parties(of_agreement, Centimes::new(all), &batch)),
            }
        };
        Ok(reached.iter().map(|row| (row.0, Some(statement(row)))).collect())
    }
}

/// A confirmed contribution.
struct Paid {
    agreement: Uuid,
    partner: Option<Uuid>,
    amount: Centimes,
}

const PAID: [contribution::Column; 3] = {
    use contribution::Column as C;
    [C::AgreementId, C::PartnerId, C::Amount]
};

/// What was spent, shared out among those who contribute.
fn parties<'p>(paid: impl Iterator<Item = &'p Paid>, spent: Centimes, batch: &Batch) -> Vec<StatementParty> {
    let mut whole: Vec<(Option<Uuid>, i64)> = Vec::new();
    for one in paid {
        match whole.iter_mut().find(|(partner, _)| *partner == one.partner) {
            Some((_, sum)) => *sum = sum.saturating_add(one.amount.centimes),
            None => whole.push((one.partner, one.amount.centimes)),
        }
    }
    let weights: Vec<u64> = whole.iter().map(|(_, sum)| u64::try_from(*sum).unwrap_or(0)).collect();
    // Nobody pays anything as long as nothing is confirmed.
    let parts = spent.split(&weights).unwrap_or_default();
    let party = |((partner, sum), part): ((Option<Uuid>, i64), Centimes)| StatementParty {
        contributed: Money::centimes(sum),
        spent: Money::centimes(part.centimes),
        remaining: Money::centimes(sum.saturating_sub(part.centimes)),
        partner_key: partner,
        batch: batch.clone(),
    };
    whole.into_iter().zip(parts).map(party).collect()
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
