//! Totals of the results of programmes: summed up the tree of branches, from numerators and denominators.

use super::measurement;
use super::value;
use crate::branch::place;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::list::List;
use crate::platform::graphql::scalars::{Date, Decimal};
use crate::platform::loading::batch::Batch;
use crate::platform::loading::reader::Reader;
use crate::platform::query::select::Select;
use crate::platform::query::stored::{Day, EnumValue};
use crate::platform::query::table::{Keys, RowReader};
use crate::platform::query::transaction::Tx;
use crate::programme::entity as programme;
use crate::{agreement, programme as programmes};
use async_graphql::{Enum, ID, InputObject, SimpleObject};
use domain::actor::Actor;
use domain::branch::national;
use domain::fault::{Code, Fault};
use domain::figure::{Part, Sum};
use domain::indicator::{IndicatorUnit, IndicatorValueKind, IndicatorValueStatus};
use domain::partnership::PartyRole;
use domain::programme::Theme;
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, SimpleExpr};
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// By what totals are told apart.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndicatorTotalDimension {
    /// By the year in which the period ends.
    Year,
    /// By the branches directly below the one that is asked for.
    Branch,
    /// By the themes of the programmes.
    Theme,
    /// By the partners that fund the agreements of the programmes. A result of a programme that several fund counts for each.
    Partner,
}

/// What is summed.
#[derive(InputObject, Clone, Debug, Default)]
pub struct IndicatorTotalFilter {
    /// Only results of branches at or below the one with this global id; of the whole association when it is not given.
    pub branch: Option<ID>,
    /// Only results of the programme with this global id.
    pub programme: Option<ID>,
    /// Only results of programmes with this theme.
    pub theme: Option<EnumValue<Theme>>,
    /// Only results of periods that end on this day or later.
    pub from: Option<Date>,
    /// Only results of periods that end on this day or earlier.
    pub until: Option<Date>,
    /// Counts each result where its branch stood on this day; when it is not given, where it stood on the last day of the
    /// period.
    pub as_of: Option<Date>,
}

/// A total of results of programmes, of one source. Rates are computed from the numerators and denominators of the parts, and
/// never as a mean of rates.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct IndicatorTotal {
    /// The total; null when it is withheld, since a part of it is.
    pub value: Option<Decimal>,
    /// Whether there is a total: SUPPRESSED when a part of it is withheld, MISSING when a rate has no numerators.
    pub status: EnumValue<IndicatorValueStatus>,
    /// The numerator of a rate.
    pub numerator: Option<Decimal>,
    /// The denominator of a rate.
    pub denominator: Option<Decimal>,
    /// The number of results that it sums.
    pub results: i32,
    /// The code of the source: two sources are never added up.
    pub source: String,
    /// The year, where totals are told apart by it.
    pub year: Option<i32>,
    /// The theme, where totals are told apart by it.
    pub theme: Option<EnumValue<Theme>>,
    #[graphql(skip)]
    pub(crate) branch_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) partner_key: Option<Uuid>,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

/// The most sums that totals are made of, and the most withheld results that are looked up one by one.
const ROWS_MAX: usize = 20_000;

/// Results of one place and time that were added up.
struct Row {
    branch: Uuid,
    programme: Uuid,
    theme: Option<Theme>,
    ends_on: jiff::civil::Date,
    source: String,
    sum: Sum,
}

/// What the results are told apart by before they are added up: what no total asks for is not.
#[derive(Clone, Copy)]
struct Apart {
    by_branch: bool,
    by_period: bool,
    by_theme: bool,
    by_programme: bool,
}

/// What tells a total apart from the others.
type Group = (String, Option<i32>, Option<Uuid>, Option<Theme>, Option<Uuid>);

/// The totals of an indicator.
///
/// # Errors
/// BAD_USER_INPUT naming the argument, LIMIT_EXCEEDED, or the database's refusal.
pub async fn totals(
    reader: &Reader,
    (indicator, unit): (Uuid, IndicatorUnit),
    filter: Option<IndicatorTotalFilter>,
    by: &[IndicatorTotalDimension],
) -> Result<List<IndicatorTotal>> {
    let filter = filter.unwrap_or_default();
    let id = |kind: Kind, given: &Option<ID>, argument: &str| {
        given.as_ref().map(|id| GlobalId::parse_as(kind, id, argument)).transpose()
    };
    let root = id(Kind::Branch, &filter.branch, "filter.branch")?.unwrap_or_else(national);
    let programme = id(Kind::Programme, &filter.programme, "filter.programme")?;
    let tx = reader.begin();
    let is_by = |dimension: IndicatorTotalDimension| by.contains(&dimension);
    let by_branch = is_by(IndicatorTotalDimension::Branch) || root != national();
    let apart = Apart {
        by_branch,
        by_period: is_by(IndicatorTotalDimension::Year) || (by_branch && filter.as_of.is_none()),
        by_theme: is_by(IndicatorTotalDimension::Theme),
        by_programme: is_by(IndicatorTotalDimension::Partner),
    };
    let of = Of { indicator, programme, filter: &filter };
    let mut rows = results(&tx, &of, apart).await?;
    if rows.iter().any(|row| row.sum.withheld > 0) && matches!(tx.actor(), Actor::Staff(_)) {
        disclose(&mut rows, measured(&tx, &of).await?, apart);
    }
    let places = if by_branch { places(&tx).await? } else { HashMap::new() };
    let funders = match is_by(IndicatorTotalDimension::Partner) {
        true => funders(&tx, &rows).await?,
        false => HashMap::new(),
    };
    let mut groups: BTreeMap<Group, Sum> = BTreeMap::new();
    for row in rows {
        let day = filter.as_of.map_or(row.ends_on, |day| day.0);
        let below = match places.is_empty() {
            true => Some(row.branch),
            false => below(&places, root, row.branch, day),
        };
        let Some(below) = below else { continue };
        let year = is_by(IndicatorTotalDimension::Year).then(|| i32::from(row.ends_on.year()));
        let branch = is_by(IndicatorTotalDimension::Branch).then_some(below);
        let paid: Vec<Option<Uuid>> = match funders.get(&row.programme) {
            Some(partners) => partners.iter().copied().map(Some).collect(),
            None => vec![None],
        };
        for partner in paid {
            groups.entry((row.source.clone(), year, branch, row.theme, partner)).or_default().merge(&row.sum);
        }
    }
    let mut level = Keys::default();
    for (_, _, branch, _, partner) in groups.keys() {
        branch.iter().for_each(|branch| level.add(Kind::Branch, *branch));
        partner.iter().for_each(|partner| level.add(Kind::Partner, *partner));
    }
    let batch = level.batch();
    let made = groups.into_iter().map(|((source, year, branch_key, theme, partner_key), parts)| {
        let sum = parts.total(unit);
        let status = match sum {
            Some(_) => IndicatorValueStatus::Available,
            None if parts.withheld > 0 => IndicatorValueStatus::Suppressed,
            None => IndicatorValueStatus::Missing,
        };
        let whole = |number: i128| Decimal(domain::decimal::Decimal::new(number, 0));
        IndicatorTotal {
            value: sum.map(|sum| Decimal(sum.value)),
            status: status.into(),
            numerator: sum.and_then(|sum| sum.share).map(|(over, _)| whole(over)),
            denominator: sum.and_then(|sum| sum.share).map(|(_, under)| whole(under)),
            results: i32::try_from(parts.results).unwrap_or(i32::MAX),
            source,
            year,
            theme: theme.map(EnumValue),
            branch_key,
            partner_key,
            batch: batch.clone(),
        }
    });
    Ok(List(made.collect()))
}

/// The results that are added up.
struct Of<'f> {
    indicator: Uuid,
    programme: Option<Uuid>,
    filter: &'f IndicatorTotalFilter,
}

impl Of<'_> {
    /// The accepted results of an indicator that are not of one group alone, and that whoever asks may see.
    fn select<'t, 'a>(&self, tx: &'t Tx<'a>, apart: Apart) -> Select<'t, 'a, value::Entity> {
        use value::Column as V;
        let mut select = tx
            .select_columns::<value::Entity>()
            .filter(V::IndicatorId.eq(self.indicator))
            .filter(V::Kind.eq(EnumValue(IndicatorValueKind::Actual)))
            .filter(V::ProgrammeId.is_not_null())
            .filter(V::Accepted.eq(true))
            .filter(V::Sex.is_null())
            .filter(V::AgeBand.is_null())
            .filter(V::Milieu.is_null());
        if apart.by_theme || self.filter.theme.is_some() {
            select = select.through::<programme::Entity>(programme::Column::Id, V::ProgrammeId);
        }
        if let Some(programme) = self.programme {
            select = select.filter(V::ProgrammeId.eq(programme));
        }
        if let Some(theme) = self.filter.theme {
            select = select.filter(programme::Column::Theme.eq(theme));
        }
        if let Some(from) = self.filter.from {
            select = select.filter(V::PeriodEnd.gte(Day(from.0)));
        }
        if let Some(until) = self.filter.until {
            select = select.filter(V::PeriodEnd.lte(Day(until.0)));
        }
        select
    }
}

/// The results, added up by the database as far as no total tells them apart: one statement.
async fn results(tx: &Tx<'_>, of: &Of<'_>, apart: Apart) -> Result<Vec<Row>> {
    use value::Column as V;
    let whole = |expression: SimpleExpr| expression.cast_as(Alias::new("bigint"));
    // A rate is added up by its parts alone.
    let number =
        || Expr::case(V::Numerator.into_expr().is_null(), V::Hundredths.into_expr()).finally(Option::<i64>::None);
    let mut columns = vec![
        V::SourceCode.into_expr(),
        whole(V::SourceCode.count()),
        whole(V::Value.count()),
        whole(Expr::expr(number()).count()),
        whole(Expr::expr(number()).sum()),
        whole(V::Numerator.count()),
        whole(V::Numerator.sum()),
        whole(V::Denominator.sum()),
    ];
    let theme = || programme::Column::Theme.into_expr();
    let keys = [
        (apart.by_branch, V::BranchId.into_expr()),
        (apart.by_period, V::PeriodEnd.into_expr()),
        (apart.by_programme, V::ProgrammeId.into_expr()),
        (apart.by_theme, theme()),
    ];
    let keys: Vec<SimpleExpr> = keys.into_iter().filter(|(is_asked, _)| *is_asked).map(|(_, key)| key).collect();
    columns.extend(keys.iter().cloned());
    let select = of.select(tx, apart).only(columns).statement(|statement| {
        statement.add_group_by(std::iter::once(V::SourceCode.into_expr()).chain(keys)).limit(ROWS_MAX as u64 + 1);
    });
    let rows = select.all(|cells| {
        let source = cells.take()?;
        let count = |count: i64| u64::try_from(count).unwrap_or(0);
        let (results, told) = (count(cells.take()?), count(cells.take()?));
        let numbers = (count(cells.take()?), cells.take::<Option<i64>>()?.unwrap_or(0).into());
        let rates = (count(cells.take()?), cells.take::<Option<i64>>()?, cells.take::<Option<i64>>()?);
        let rates = (rates.0, rates.1.unwrap_or(0).into(), rates.2.unwrap_or(0).into());
        let branch = if apart.by_branch { cells.take()? } else { Uuid::nil() };
        let ends_on = if apart.by_period { cells.take::<Day>()?.0 } else { jiff::civil::Date::MIN };
        let programme = if apart.by_programme { cells.take()? } else { Uuid::nil() };
        let theme = if apart.by_theme { Some(cells.take::<EnumValue<Theme>>()?.0) } else { None };
        let sum = Sum { results, withheld: results.saturating_sub(told), numbers, rates };
        Ok(Row { branch, programme, theme, ends_on, source, sum })
    });
    expect_few(rows.await?)
}

/// The results that are withheld, with what was measured, where whoever asks reaches it.
async fn measured(tx: &Tx<'_>, of: &Of<'_>) -> Result<Vec<(Row, Part)>> {
    use measurement::Column as M;
    use value::Column as V;
    let everything = Apart { by_branch: true, by_period: true, by_theme: true, by_programme: true };
    let columns = [V::SourceCode, V::BranchId, V::PeriodEnd, V::ProgrammeId].map(|column| column.into_expr());
    let figure = [M::Value, M::Numerator, M::Denominator].map(|column| column.into_expr());
    let select = of
        .select(tx, everything)
        .through::<measurement::Entity>(M::ValueId, V::Id)
        .filter(V::Value.is_null())
        .only(columns.into_iter().chain([programme::Column::Theme.into_expr()]).chain(figure))
        .statement(|statement| {
            statement.limit(ROWS_MAX as u64 + 1);
        });
    let rows = select.all(|cells| {
        let (source, branch, ends_on) = (cells.take()?, cells.take()?, cells.take::<Day>()?.0);
        let (programme, theme) = (cells.take()?, cells.take::<EnumValue<Theme>>()?.0);
        let value = cells.take::<String>()?;
        let share = cells.take::<Option<i64>>()?.zip(cells.take::<Option<i64>>()?);
        let row = Row { branch, programme, theme: Some(theme), ends_on, source, sum: Sum::default() };
        Ok((row, Part::read(&value, share)))
    });
    expect_few(rows.await?)
}

/// Put what was measured in place of what is withheld.
fn disclose(rows: &mut [Row], measured: Vec<(Row, Part)>, apart: Apart) {
    let key = |row: &Row| {
        (
            row.source.clone(),
            apart.by_branch.then_some(row.branch),
            apart.by_period.then_some(row.ends_on),
            apart.by_programme.then_some(row.programme),
            row.theme.filter(|_| apart.by_theme),
        )
    };
    let places: HashMap<_, usize> = rows.iter().enumerate().map(|(place, row)| (key(row), place)).collect();
    for (of, part) in measured {
        if let Some(row) = places.get(&key(&of)).and_then(|place| rows.get_mut(*place)) {
            row.sum.disclose(part);
        }
    }
}

fn expect_few<T>(rows: Vec<T>) -> Result<Vec<T>> {
    if rows.len() > ROWS_MAX {
        return Err(Fault::new(Code::LimitExceeded).with_detail(format!("> {ROWS_MAX}")).into());
    }
    Ok(rows)
}

/// Where branches stood: the one above, from a day on and until before another, in the order of days.
type Places = HashMap<Uuid, Vec<(Option<Uuid>, jiff::civil::Date)>>;

/// Where every branch has stood since when.
async fn places(tx: &Tx<'_>) -> Result<Places> {
    use place::Column as P;
    let columns = [P::BranchId, P::ParentId, P::ValidFrom].map(|column| column.into_expr());
    let select = tx.select_columns::<place::Entity>().statement(|statement| {
        statement.order_by_expr(P::ValidFrom.into_expr(), sea_orm::Order::Asc);
    });
    let place = |cells: &mut RowReader<'_>| Ok((cells.take::<Uuid>()?, (cells.take()?, cells.take::<Day>()?.0)));
    let rows = select.only(columns).all(place).await?;
    let mut places = Places::new();
    for (branch, place) in rows {
        places.entry(branch).or_default().push(place);
    }
    Ok(places)
}

/// The branch directly below `root` in which a branch stood on a day, or `root` itself; none where it stood elsewhere.
fn below(places: &Places, root: Uuid, branch: Uuid, day: jiff::civil::Date) -> Option<Uuid> {
    let (mut at, mut seen) = (branch, HashSet::new());
    if at == root {
        return Some(root);
    }
    // A line of branches never comes back to where it was.
    while seen.insert(at) {
        let stood = places.get(&at)?;
        // Before anything was written down, where it stood first.
        let (above, _) = stood.iter().rev().find(|(_, since)| *since <= day).or(stood.first())?;
        match above {
            Some(above) if *above == root => return Some(at),
            Some(above) => at = *above,
            None => return None,
        }
    }
    None
}

/// The partners that fund the agreements of programmes, as far as whoever asks may see them.
async fn funders(tx: &Tx<'_>, rows: &[Row]) -> Result<HashMap<Uuid, Vec<Uuid>>> {
    use agreement::party::Column as Party;
    use programmes::agreement_link::Column as Link;
    let mut keys: Vec<Uuid> = rows.iter().map(|row| row.programme).collect();
    keys.sort_unstable();
    keys.dedup();
    let found = tx
        .select_columns::<agreement::party::Entity>()
        .through::<programmes::agreement_link::Entity>(Link::AgreementId, Party::AgreementId)
        .among(Link::ProgrammeId, &keys)
        .filter(Party::Role.eq(EnumValue(PartyRole::Funding)))
        .only([Link::ProgrammeId.into_expr(), Party::PartnerId.into_expr()])
        .all(|cells| Ok((cells.take::<Uuid>()?, cells.take::<Uuid>()?)))
        .await?;
    let mut funders: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for (programme, partner) in found {
        let partners = funders.entry(programme).or_default();
        // Of two agreements with one partner it counts once.
        if !partners.contains(&partner) {
            partners.push(partner);
        }
    }
    Ok(funders)
}
