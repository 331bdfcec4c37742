//! What was sold, added up for a chart.

use super::line::{Column, Entity};
use crate::branch::entity as branch;
use crate::cooperative::entity as cooperative;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::Kind;
use crate::platform::graphql::scalars::{Date, Decimal, Money};
use crate::platform::loading::batch::{Batch, Related};
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::Day;
use crate::platform::query::table::Keys;
use crate::platform::query::transaction::Tx;
use async_graphql::{Enum, SimpleObject};
use domain::fault::{Code, Fault};
use jiff::ToSpan;
use jiff::civil::Date as CivilDate;
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Alias, ExprTrait};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// By what totals of sales are told apart.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum SalesDimension {
    /// By the day.
    Day,
    /// By the week, from Monday on.
    Week,
    /// By the product: the best sellers first.
    Product,
    /// By the category of the product as it was sold.
    Category,
    /// By the cooperative.
    Cooperative,
    /// By the market.
    Market,
    /// By whether all members of the cooperative are women, as far as that is disclosed.
    WomenOnly,
}

/// Totals of what was sold.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct SalesTotal {
    /// The quantity, in packs.
    pub quantity: Decimal,
    /// The amount that was charged.
    pub amount: Money,
    /// The day, or the Monday of the week, where totals are told apart by it.
    pub starts_on: Option<Date>,
    /// Whether all members of the cooperatives are women, where totals are told apart by it; null where that is not disclosed.
    pub is_women_only: Option<bool>,
    #[graphql(skip)]
    pub(crate) product_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) category_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) cooperative_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) market_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

/// Days, the first and the last of them included.
#[derive(Clone, Copy, Debug)]
pub struct Period {
    first: CivilDate,
    last: CivilDate,
}

/// The longest period, in days, and the most totals.
const DAYS_MAX: i32 = 366;
const TOTALS_MAX: usize = 366;
/// The most sums that the database is asked for.
const SUMS_MAX: u64 = 100_000;

impl Period {
    /// A period of at most 366 days.
    ///
    /// # Errors
    /// BAD_USER_INPUT naming `until`.
    pub fn new(from: Date, until: Date) -> Result<Self> {
        let longest = from.0.saturating_add((DAYS_MAX - 1).days());
        if (from.0..=longest).contains(&until.0) {
            Ok(Self { first: from.0, last: until.0 })
        } else {
            Err(Error::expected("until", "a day that is not before `from`, nor more than 365 days after it"))
        }
    }
}

/// The totals of markets.
#[derive(Debug)]
pub struct OfMarkets {
    /// Of which days.
    pub period: Period,
    /// By what they are told apart.
    pub by: SalesDimension,
}

impl Related for OfMarkets {
    type Value = Vec<SalesTotal>;

    fn of(&self) -> Kind {
        Kind::Market
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let owners = keys.iter().map(|key| (*key, vec![*key])).collect();
        totals(&reader.begin(), (Column::MarketId, &owners), self.period, self.by).await
    }
}

/// The totals of the markets of branches and of those below them.
#[derive(Debug)]
pub struct OfBranches {
    /// Of which days.
    pub period: Period,
    /// By what they are told apart.
    pub by: SalesDimension,
}

impl Related for OfBranches {
    type Value = Vec<SalesTotal>;

    fn of(&self) -> Kind {
        Kind::Branch
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let tx = reader.begin();
        // The path of a branch begins with those of all above it.
        let columns = [branch::Column::Id, branch::Column::Path].map(|column| column.into_expr());
        let branches = tx.select_columns::<branch::Entity>().only(columns);
        let branches = branches.all(|cells| Ok((cells.take::<Uuid>()?, cells.take::<String>()?))).await?;
        let above: Vec<&(Uuid, String)> = branches.iter().filter(|(key, _)| keys.contains(key)).collect();
        let mut owners: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
        for (key, path) in &branches {
            let of = above.iter().filter(|(_, root)| path.starts_with(root.as_str())).map(|(root, _)| *root);
            owners.insert(*key, of.collect());
        }
        owners.retain(|_, of| !of.is_empty());
        totals(&tx, (Column::BranchId, &owners), self.period, self.by).await
    }
}

/// What tells totals apart: the day, the thing, and whether it is of women only.
type Group = (Option<CivilDate>, Option<Uuid>, Option<bool>);

/// A quantity in thousandths of packs, and an amount in centimes.
type Sums = (i64, i64);

/// The totals of owners: each row of the column's keys counts for those that the map names.
async fn totals(
    tx: &Tx<'_>,
    (owner, owners): (Column, &HashMap<Uuid, Vec<Uuid>>),
    period: Period,
    by: SalesDimension,
) -> Result<HashMap<Uuid, Vec<SalesTotal>>> {
    let keys: Vec<Uuid> = owners.keys().copied().collect();
    let thing = match by {
        SalesDimension::Day | SalesDimension::Week => None,
        SalesDimension::Product => Some(Column::ProductId),
        SalesDimension::Category => Some(Column::CategoryId),
        SalesDimension::Cooperative | SalesDimension::WomenOnly => Some(Column::CooperativeId),
        SalesDimension::Market => Some(Column::MarketId),
    };
    let group = thing.unwrap_or(Column::SoldOn);
    let sum = |column: Column| column.into_expr().sum().cast_as(Alias::new("bigint"));
    let rows = tx
        .select_columns::<Entity>()
        .among(owner, &keys)
        .filter(Column::SoldOn.gte(Day(period.first)))
        .filter(Column::SoldOn.lte(Day(period.last)))
        .filter(Column::Voided.eq(false))
        .only([owner.into_expr(), group.into_expr(), sum(Column::Quantity), sum(Column::Total)])
        .statement(|statement| {
            statement.add_group_by([owner.into_expr(), group.into_expr()]);
        })
        .limit(SUMS_MAX + 1)
        .all(|cells| {
            let owner: Uuid = cells.take()?;
            let group: Group = match thing {
                Some(_) => (None, cells.take()?, None),
                None => (Some(cells.take::<Day>()?.0), None, None),
            };
            Ok((owner, group, cells.take::<i64>()?, cells.take::<i64>()?))
        })
        .await?;
    if rows.len() as u64 > SUMS_MAX {
        return Err(Fault::new(Code::LimitExceeded).with_detail(format!("> {SUMS_MAX}")).into());
    }
    let women = match by {
        SalesDimension::WomenOnly => women_only(tx, rows.iter().filter_map(|(_, group, ..)| group.1).collect()).await?,
        _ => HashMap::new(),
    };
    let mut sums: HashMap<Uuid, BTreeMap<Group, Sums>> = HashMap::new();
    for (owner, (day, thing, _), quantity, amount) in rows {
        let group = match by {
            SalesDimension::Week => (day.map(monday), None, None),
            SalesDimension::WomenOnly => (None, None, thing.and_then(|key| women.get(&key).copied().flatten())),
            _ => (day, thing, None),
        };
        for of in owners.get(&owner).into_iter().flatten() {
            let total = sums.entry(*of).or_default().entry(group).or_default();
            *total = (total.0.saturating_add(quantity), total.1.saturating_add(amount));
        }
    }
    let mut level = Keys::default();
    let kind = match by {
        SalesDimension::Product => Some(Kind::Product),
        SalesDimension::Category => Some(Kind::Category),
        SalesDimension::Cooperative => Some(Kind::Cooperative),
        SalesDimension::Market => Some(Kind::Market),
        SalesDimension::Day | SalesDimension::Week | SalesDimension::WomenOnly => None,
    };
    let mut ordered = Vec::new();
    for (of, groups) in sums {
        let mut groups: Vec<(Group, Sums)> = groups.into_iter().collect();
        if !matches!(by, SalesDimension::Day | SalesDimension::Week) {
            groups.sort_by_key(|(_, (_, amount))| std::cmp::Reverse(*amount));
        }
        groups.truncate(TOTALS_MAX);
        if let Some(kind) = kind {
            groups.iter().for_each(|((_, thing, _), _)| level.add_optional(kind, *thing));
        }
        ordered.push((of, groups));
    }
    let batch = level.batch();
    let total = |((day, thing, is_women_only), (quantity, amount)): (Group, Sums)| {
        let only = |dimension: SalesDimension| thing.filter(|_| by == dimension);
        SalesTotal {
            quantity: Decimal::thousandths(quantity),
            amount: Money::centimes(amount),
            starts_on: day.map(Date),
            is_women_only,
            product_key: only(SalesDimension::Product),
            category_key: only(SalesDimension::Category),
            cooperative_key: only(SalesDimension::Cooperative),
            market_key: only(SalesDimension::Market),
            batch: batch.clone(),
        }
    };
    Ok(ordered.into_iter().map(|(of, groups)| (of, groups.into_iter().map(total).collect())).collect())
}

/// The Monday of a day's week.
fn monday(day: CivilDate) -> CivilDate {
    day.saturating_sub(i32::from(day.weekday().to_monday_zero_offset()).days())
}

/// Which cooperatives are of women only, as far as that is disclosed.
async fn women_only(tx: &Tx<'_>, keys: Vec<Uuid>) -> Result<HashMap<Uuid, Option<bool>>> {
    use cooperative::Column as C;
    let rows = tx
        .select_columns::<cooperative::Entity>()
        .among(C::Id, &keys)
        .only([C::Id, C::IsWomenOnly].map(|column| column.into_expr()))
        .all(|cells| Ok((cells.take::<Uuid>()?, cells.take::<Option<bool>>()?)));
    Ok(rows.await?.into_iter().collect())
}
