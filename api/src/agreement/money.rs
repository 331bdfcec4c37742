//! The money of agreements added up for a chart: what was contributed, received and spent, by year, branch, theme and partner.

use super::entity::{Column, Entity};
use crate::branch::entity as branch;
use crate::contribution::entity as contribution;
use crate::expense::entity as expense;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::list::List;
use crate::platform::graphql::scalars::{Date, Money};
use crate::platform::loading::batch::Batch;
use crate::platform::loading::reader::Reader;
use crate::platform::query::select::Select;
use crate::platform::query::stored::{Day, EnumValue};
use crate::platform::query::table::{Guarded, Keys};
use crate::platform::query::transaction::Tx;
use crate::programme::agreement_link as link;
use crate::programme::entity as programme;
use crate::tranche::entry;
use async_graphql::{Enum, ID, InputObject, SimpleObject};
use domain::actor::Actor;
use domain::branch::national;
use domain::budget::TrancheEntryKind;
use domain::fault::{Code, Fault};
use domain::money::Money as Centimes;
use domain::partnership::ContributionStatus;
use domain::programme::Theme;
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, SimpleExpr};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// By what sums of money are told apart.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoneyTotalDimension {
    /// By the year in which money was received or spent.
    Year,
    /// By the branches directly below the one that is asked for, as they stand now.
    Branch,
    /// By the theme of the programmes that rest on an agreement; an agreement without programmes, or with programmes of several
    /// themes, has none.
    Theme,
    /// By the partners whose contributions are confirmed: what was received and spent is shared out by what each contributes.
    Partner,
}

/// What is summed.
#[derive(InputObject, Clone, Debug, Default)]
pub struct MoneyTotalFilter {
    /// Only agreements that the branch with this global id keeps, or one below it; of the whole association when it is not given.
    pub branch: Option<ID>,
    /// Only the part of the partner with this global id.
    pub partner: Option<ID>,
    /// Only what was received or spent on this day or later.
    pub from: Option<Date>,
    /// Only what was received or spent on this day or earlier.
    pub until: Option<Date>,
}

/// Sums of the money of agreements within the caller's reach.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct MoneyTotal {
    /// The amount of confirmed contributions as they stand now; null where sums are told apart by year, since contributions are of
    /// none.
    pub contributed: Option<Money>,
    /// The amount that was received.
    pub received: Money,
    /// The amount that was spent, less what was taken back.
    pub spent: Money,
    /// The year, where sums are told apart by it.
    pub year: Option<i32>,
    /// The theme, where sums are told apart by it; null also for agreements of none.
    pub theme: Option<EnumValue<Theme>>,
    #[graphql(skip)]
    pub(crate) branch_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) partner_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

/// The most agreements whose money is added up.
const AGREEMENTS_MAX: u64 = 5_000;

/// What tells sums apart: the year, the branch, the theme and the partner.
type Group = (Option<i32>, Option<Uuid>, Option<Theme>, Option<Uuid>);

/// What was contributed, received and spent.
#[derive(Clone, Copy, Default)]
struct Sums {
    contributed: i64,
    received: i64,
    spent: i64,
}

/// The sums of money of the agreements within reach.
///
/// # Errors
/// BAD_USER_INPUT naming the argument, LIMIT_EXCEEDED, or the database's refusal.
pub async fn totals(
    reader: &Reader,
    filter: Option<MoneyTotalFilter>,
    by: &[MoneyTotalDimension],
) -> Result<List<MoneyTotal>> {
    let filter = filter.unwrap_or_default();
    let id = |kind: Kind, given: &Option<ID>, argument: &str| {
        given.as_ref().map(|id| GlobalId::parse_as(kind, id, argument)).transpose()
    };
    let root = id(Kind::Branch, &filter.branch, "filter.branch")?.unwrap_or_else(national);
    let only = id(Kind::Partner, &filter.partner, "filter.partner")?;
    if matches!(reader.actor(), Actor::Anonymous) {
        return Ok(List(Vec::new()));
    }
    let is_by = |dimension: MoneyTotalDimension| by.contains(&dimension);
    let tx = reader.begin();
    // Agreements of her own: what is published of others says nothing of their money.
    let kept = tx
        .select_for_list::<Entity>(false)
        .only([Column::Id, Column::BranchId].map(|column| column.into_expr()))
        .limit(AGREEMENTS_MAX + 1)
        .all(|cells| Ok((cells.take::<Uuid>()?, cells.take::<Uuid>()?)))
        .await?;
    if kept.len() as u64 > AGREEMENTS_MAX {
        return Err(Fault::new(Code::LimitExceeded).with_detail(format!("> {AGREEMENTS_MAX}")).into());
    }
    let places = places(&tx, root).await?;
    let kept: Vec<(Uuid, Uuid)> =
        kept.into_iter().filter_map(|(key, branch)| Some((key, *places.get(&branch)?))).collect();
    let keys: Vec<Uuid> = kept.iter().map(|(key, _)| *key).collect();
    let spent = tx.select_columns::<expense::Entity>().among(expense::Column::AgreementId, &keys);
    let received = tx
        .select_columns::<entry::Entity>()
        .among(entry::Column::AgreementId, &keys)
        .filter(entry::Column::Kind.eq(EnumValue(TrancheEntryKind::Receipt)));
    let days = (filter.from, filter.until);
    let (spent, received) = tokio::try_join!(
        by_year(spent, expense::Column::AgreementId, expense::Column::SpentOn, expense::Column::Amount, days),
        by_year(received, entry::Column::AgreementId, entry::Column::EnteredOn, entry::Column::Amount, days),
    )?;
    let (paid, themes) = (paid(&tx, &keys).await?, themes(&tx, &keys, is_by(MoneyTotalDimension::Theme)).await?);
    let mut groups: BTreeMap<Group, Sums> = BTreeMap::new();
    for (key, below) in kept {
        let branch = is_by(MoneyTotalDimension::Branch).then_some(below);
        let theme = themes.get(&key).copied().flatten();
        let payers = paid.get(&key).map(Vec::as_slice).unwrap_or_default();
        let mut add = |year: Option<i32>, sums: Sums| {
            for (partner, part) in shared(sums, payers) {
                if only.is_some() && partner != only {
                    continue;
                }
                let partner = partner.filter(|_| is_by(MoneyTotalDimension::Partner));
                let group = groups.entry((year, branch, theme, partner)).or_default();
                group.contributed = group.contributed.saturating_add(part.contributed);
                group.received = group.received.saturating_add(part.received);
                group.spent = group.spent.saturating_add(part.spent);
            }
        };
        let none = BTreeMap::new();
        let (spent, received) = (spent.get(&key).unwrap_or(&none), received.get(&key).unwrap_or(&none));
        if is_by(MoneyTotalDimension::Year) {
            let years: BTreeSet<i32> = spent.keys().chain(received.keys()).copied().collect();
            for year in years {
                let of = |sums: &BTreeMap<i32, i64>| sums.get(&year).copied().unwrap_or(0);
                add(Some(year), Sums { contributed: 0, received: of(received), spent: of(spent) });
            }
        } else {
            let contributed = payers.iter().map(|(_, amount)| *amount).fold(0, i64::saturating_add);
            add(None, Sums { contributed, received: received.values().sum(), spent: spent.values().sum() });
        }
    }
    let mut level = Keys::default();
    for (_, branch, _, partner) in groups.keys() {
        level.add_optional(Kind::Branch, *branch);
        level.add_optional(Kind::Partner, *partner);
    }
    let batch = level.batch();
    let total = |((year, branch_key, theme, partner_key), sums): (Group, Sums)| MoneyTotal {
        contributed: year.is_none().then(|| Money::centimes(sums.contributed)),
        received: Money::centimes(sums.received),
        spent: Money::centimes(sums.spent),
        year,
        theme: theme.map(EnumValue),
        branch_key,
        partner_key,
        batch: batch.clone(),
    };
    Ok(List(groups.into_iter().map(total).collect()))
}

/// Sums shared out among those who contribute, each by its contributions; all of them for nobody where nobody does.
fn shared(sums: Sums, payers: &[(Option<Uuid>, i64)]) -> Vec<(Option<Uuid>, Sums)> {
    let weights: Vec<u64> = payers.iter().map(|(_, amount)| u64::try_from(*amount).unwrap_or(0)).collect();
    let split = |whole: i64| Centimes::new(whole).split(&weights);
    match (split(sums.received), split(sums.spent)) {
        (Ok(received), Ok(spent)) => {
            let parts = payers.iter().zip(received.into_iter().zip(spent));
            let has_contributions = sums.contributed != 0;
            parts
                .map(|((partner, amount), (received, spent))| {
                    let contributed = if has_contributions { *amount } else { 0 };
                    (*partner, Sums { contributed, received: received.centimes, spent: spent.centimes })
                })
                .collect()
        }
        _ => vec![(None, sums)],
    }
}

/// The branches at or below one, each with the branch directly below it that it belongs to, or the one itself.
async fn places(tx: &Tx<'_>, root: Uuid) -> Result<HashMap<Uuid, Uuid>> {
    let columns = [branch::Column::Id, branch::Column::Path].map(|column| column.into_expr());
    let branches = tx.select_columns::<branch::Entity>().only(columns);
    let branches = branches.all(|cells| Ok((cells.take::<Uuid>()?, cells.take::<String>()?))).await?;
    let above = branches.iter().find(|(key, _)| *key == root).map(|(_, path)| path.clone()).unwrap_or_default();
    let below = |(key, path): &(Uuid, String)| {
        let rest = path.strip_prefix(&above).filter(|_| !above.is_empty())?;
        let next = rest.split('/').find(|part| !part.is_empty());
        Some((*key, next.map_or(Some(root), |part| part.parse().ok())?))
    };
    Ok(branches.iter().filter_map(below).collect())
}

/// The sums of amounts by agreement and year.
async fn by_year<E: Guarded>(
    select: Select<'_, '_, E>,
    agreement: E::Column,
    day: E::Column,
    amount: E::Column,
    (from, until): (Option<Date>, Option<Date>),
) -> Result<HashMap<Uuid, BTreeMap<i32, i64>>> {
    let mut select = select;
    if let Some(from) = from {
        select = select.filter(day.gte(Day(from.0)));
    }
    if let Some(until) = until {
        select = select.filter(day.lte(Day(until.0)));
    }
    // Days are kept as `YYYY-MM-DD`.
    let year = || -> SimpleExpr {
        Func::cust(Alias::new("substr")).args([day.into_expr(), Expr::val(1), Expr::val(4)]).into()
    };
    let sum = amount.into_expr().sum().cast_as(Alias::new("bigint"));
    let select = select.only([agreement.into_expr(), year(), sum]).statement(|statement| {
        statement.add_group_by([agreement.into_expr(), Expr::cust("2")]);
    });
    let rows = select.all(|cells| Ok((cells.take::<Uuid>()?, cells.take::<String>()?, cells.take::<i64>()?))).await?;
    let mut sums: HashMap<Uuid, BTreeMap<i32, i64>> = HashMap::new();
    for (agreement, year, sum) in rows {
        let Ok(year) = year.parse() else { continue };
        *sums.entry(agreement).or_default().entry(year).or_default() += sum;
    }
    Ok(sums)
}

/// Who contributes to agreements, and how much of it is confirmed.
async fn paid(tx: &Tx<'_>, keys: &[Uuid]) -> Result<HashMap<Uuid, Vec<(Option<Uuid>, i64)>>> {
    use contribution::Column as C;
    let sum = C::Amount.into_expr().sum().cast_as(Alias::new("bigint"));
    let rows = tx
        .select_columns::<contribution::Entity>()
        .among(C::AgreementId, keys)
        .filter(C::Status.eq(EnumValue(ContributionStatus::Confirmed)))
        .only([C::AgreementId.into_expr(), C::PartnerId.into_expr(), sum])
        .statement(|statement| {
            statement.add_group_by([C::AgreementId.into_expr(), C::PartnerId.into_expr()]);
        })
        .all(|cells| Ok((cells.take::<Uuid>()?, cells.take::<Option<Uuid>>()?, cells.take::<i64>()?)))
        .await?;
    let mut paid: HashMap<Uuid, Vec<(Option<Uuid>, i64)>> = HashMap::new();
    for (agreement, partner, sum) in rows {
        paid.entry(agreement).or_default().push((partner, sum));
    }
    // In one order, so that the centimes that are left always go to the same.
    paid.values_mut().for_each(|payers| payers.sort_unstable());
    Ok(paid)
}

/// The theme of the programmes of each agreement, where all have the same.
async fn themes(tx: &Tx<'_>, keys: &[Uuid], is_asked: bool) -> Result<HashMap<Uuid, Option<Theme>>> {
    if !is_asked {
        return Ok(HashMap::new());
    }
    let rows = tx
        .select_columns::<link::Entity>()
        .through::<programme::Entity>(programme::Column::Id, link::Column::ProgrammeId)
        .among(link::Column::AgreementId, keys)
        .only([link::Column::AgreementId.into_expr(), programme::Column::Theme.into_expr()])
        .all(|cells| Ok((cells.take::<Uuid>()?, cells.take::<EnumValue<Theme>>()?.0)))
        .await?;
    let mut themes: HashMap<Uuid, Option<Theme>> = HashMap::new();
    for (agreement, theme) in rows {
        let known = themes.entry(agreement).or_insert(Some(theme));
        *known = known.filter(|known| *known == theme);
    }
    Ok(themes)
}
