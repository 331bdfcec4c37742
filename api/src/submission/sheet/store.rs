//! Writing the sheet of a programme and period, and entering what stands in one.

use super::{Asked, Column, Filled, Row, at, bounded};
use crate::branch::entity as branch;
use crate::indicator::entity as definition;
use crate::platform::error::{Error, Result};
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::{EnumValue, Json};
use crate::platform::query::table::Table;
use crate::platform::query::transaction::Tx;
use crate::platform::sheet::{Cell as Shown, ROWS_MAX, Sheet};
use crate::programme::entity as programme;
use crate::programme::indicator as follows;
use crate::programme::participation;
use crate::submission::entity::{Column as S, Entity};
use crate::submission::store::{Form, figures, followed, record, running};
use domain::codes::Coded;
use domain::fault::{Code, Fault, Faults};
use domain::figure::{Cell, Figure, Followed, OWN_RECORDS};
use domain::indicator::{IndicatorUnit, IndicatorValueKind, Period};
use domain::text::{Locale, LocalizedText};
use sea_orm::ColumnTrait;
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// So many branches are looked up by one statement.
const SLUGS_AT_ONCE: usize = 500;

/// A branch whose figures stand in a sheet.
struct Place {
    key: Uuid,
    slug: String,
    name: LocalizedText,
}

/// The branches that lead a programme or take part in it, as far as they lie within reach, by their slugs.
async fn places(tx: &Tx<'_>, run: &programme::Model) -> Result<Vec<Place>> {
    let taking_part = tx
        .select_columns::<participation::Entity>()
        .filter(participation::Column::ProgrammeId.eq(run.id))
        .only([participation::Column::BranchId.into_expr()])
        .all(|cells| cells.take::<Uuid>());
    let mut keys = taking_part.await?;
    keys.push(run.branch_id);
    let columns = [branch::Column::Id, branch::Column::Slug, branch::Column::Name];
    let found = tx
        .select_in_scope::<branch::Entity>()
        .among(branch::Column::Id, &keys)
        .only(columns.map(|column| column.into_expr()))
        .all(|cells| {
            let (key, slug, name) = (cells.take()?, cells.take()?, cells.take::<Json<LocalizedText>>()?.0);
            Ok(Place { key, slug, name })
        });
    let mut places = found.await?;
    places.sort_by(|one, other| one.slug.cmp(&other.slug));
    Ok(places)
}

/// An indicator of a sheet.
struct Asking {
    key: Uuid,
    code: String,
    name: LocalizedText,
    of: Followed,
}

/// The indicators that a programme follows, in their order.
async fn indicators(tx: &Tx<'_>, programme: Uuid) -> Result<Vec<Asking>> {
    let expressions = [
        follows::Column::Position.into_expr(),
        follows::Column::Id.into_expr(),
        follows::Column::Disaggregations.into_expr(),
        follows::Column::AgeBands.into_expr(),
        definition::Column::Code.into_expr(),
        definition::Column::Name.into_expr(),
        definition::Column::Unit.into_expr(),
    ];
    let found = tx
        .select::<follows::Entity>()
        .through::<definition::Entity>(definition::Column::Id, follows::Column::IndicatorId)
        .filter(follows::Column::ProgrammeId.eq(programme))
        .only(expressions)
        .all(|cells| {
            let (position, key) = (cells.take::<i32>()?, cells.take::<Uuid>()?);
            let (disaggregations, age_bands) = (cells.take::<Json<_>>()?.0, cells.take::<Json<_>>()?.0);
            let (code, name) = (cells.take::<String>()?, cells.take::<Json<LocalizedText>>()?.0);
            let unit = cells.take::<EnumValue<IndicatorUnit>>()?.0;
            Ok((position, Asking { key, code, name, of: Followed { unit, disaggregations, age_bands } }))
        });
    let mut found = found.await?;
    found.sort_by_key(|(position, asking)| (*position, asking.key));
    Ok(found.into_iter().map(|(_, asking)| asking).collect())
}

/// The sheet of a programme and period, with the name of its file and what was entered so far; nothing when no branch of
/// it lies within reach.
///
/// # Errors
/// LIMIT_EXCEEDED when it would have too many rows; the database's refusal.
pub async fn write(reader: &Reader, asked: &Asked) -> Result<Option<(String, Sheet)>> {
    let tx = reader.begin();
    let found = tx.select::<programme::Entity>().filter(programme::Column::Id.eq(asked.programme));
    let Some(run) = found.one(programme::Entity::read).await? else { return Ok(None) };
    let mut places = places(&tx, &run).await?;
    places.retain(|place| asked.branch.is_none_or(|branch| branch == place.key));
    if places.is_empty() {
        return Ok(None);
    }
    let keys: Vec<Uuid> = places.iter().map(|place| place.key).collect();
    let held = tx
        .select_in_scope::<Entity>()
        .filter(S::ProgrammeId.eq(run.id))
        .filter(S::Period.eq(asked.period.as_str()))
        .among(S::BranchId, &keys)
        .only([S::Id, S::BranchId, S::Version].map(|column| column.into_expr()))
        .all(|cells| Ok((cells.take::<Uuid>()?, cells.take::<Uuid>()?, cells.take::<i32>()?)))
        .await?;
    let indicators = indicators(&tx, run.id).await?;
    let submissions: Vec<Uuid> = held.iter().map(|(key, ..)| *key).collect();
    let mut entered: HashMap<Uuid, BTreeMap<Cell, Figure>> = HashMap::new();
    for figure in figures(&tx, &submissions).await? {
        entered.entry(figure.branch_id).or_default().insert(figure.cell(), figure.figure());
    }
    let language = asked.language;
    let mut rows = Vec::new();
    for place in &places {
        let version = held.iter().find(|(_, branch, _)| *branch == place.key).map(|(.., version)| version.to_string());
        let mut stands = entered.remove(&place.key).unwrap_or_default();
        for asking in &indicators {
            for (cell, figure) in cells(asking, &mut stands) {
                rows.push(row(&run.slug, &asked.period, (place, version.as_ref()), asking, language, (&cell, figure)));
            }
        }
        if rows.len() > ROWS_MAX {
            return Err(Error::refused(Code::LimitExceeded));
        }
    }
    let header = Column::ALL.map(|column| (column.title(language).to_owned(), column.about().2)).to_vec();
    let is_right_to_left = matches!(language, Locale::Ar);
    let name = format!("{}-{}.{}", run.slug, asked.period, asked.format.extension());
    Ok(Some((name, Sheet { header, rows, is_right_to_left })))
}

/// The cells of an indicator: those that every form asks for, and what was entered beside them.
fn cells(asking: &Asking, stands: &mut BTreeMap<Cell, Figure>) -> Vec<(Cell, Option<Figure>)> {
    let asked = asking.of.groups().into_iter().map(|group| Cell {
        indicator: asking.key,
        kind: IndicatorValueKind::Actual,
        source: OWN_RECORDS.to_owned(),
        sex: group.sex,
        age_band: group.age_band,
        milieu: group.milieu,
    });
    let mut cells: Vec<_> = asked.map(|cell| (cell.clone(), stands.remove(&cell))).collect();
    let others: Vec<Cell> = stands.keys().filter(|cell| cell.indicator == asking.key).cloned().collect();
    cells.extend(others.into_iter().map(|cell| (cell.clone(), stands.remove(&cell))));
    cells
}

fn row(
    programme: &str,
    period: &str,
    (place, version): (&Place, Option<&String>),
    asking: &Asking,
    language: Locale,
    (cell, figure): (&Cell, Option<Figure>),
) -> Vec<Shown> {
    let text = |text: &str| Shown::from(text);
    let number = |number: Option<i64>| Shown::Number(number.map(|number| number.to_string()));
    let (over, under) = figure.as_ref().map_or((None, None), |figure| (figure.numerator, figure.denominator));
    // A rate is computed from its parts.
    let value = figure.filter(|_| over.is_none()).map(|figure| figure.value);
    Column::ALL
        .into_iter()
        .map(|column| match column {
            Column::Programme => text(programme),
            Column::Period => text(period),
            Column::Branch => text(&place.slug),
            Column::BranchName => text(place.name.resolve(&[language]).1),
            Column::Indicator => text(&asking.code),
            Column::IndicatorName => text(asking.name.resolve(&[language]).1),
            Column::Unit => text(asking.of.unit.as_str()),
            Column::Kind => text(cell.kind.as_str()),
            Column::Sex => text(cell.sex.map_or("", Coded::as_str)),
            Column::AgeBand => text(cell.age_band.as_deref().unwrap_or_default()),
            Column::Milieu => text(cell.milieu.map_or("", Coded::as_str)),
            Column::Numerator => number(over),
            Column::Denominator => number(under),
            Column::Value => Shown::Number(value.clone()),
            Column::Source => text(&cell.source),
            Column::Version => Shown::Number(version.cloned()),
        })
        .collect()
}

/// The branches of these slugs that lie within reach.
async fn reached(tx: &Tx<'_>, slugs: &[&str]) -> Result<HashMap<String, Uuid>> {
    let mut reached = HashMap::new();
    for some in slugs.chunks(SLUGS_AT_ONCE) {
        let select = tx.select_in_scope::<branch::Entity>().filter(branch::Column::Slug.is_in(some.iter().copied()));
        let columns = [branch::Column::Slug, branch::Column::Id].map(|column| column.into_expr());
        reached.extend(select.only(columns).all(|cells| Ok((cells.take::<String>()?, cells.take::<Uuid>()?))).await?);
    }
    Ok(reached)
}

/// Enter the figures of a sheet: all of them, of all its branches, or none.
///
/// # Errors
/// Those of reading it; NOT_FOUND at the branches that lie beyond reach; NOT_FOUND and FORBIDDEN; what the sheet breaks, each at its row and column: the refusals of a form, NOT_FOUND (no such
/// programme, branch or indicator), CONFLICT at `version`.
pub async fn enter(tx: &Tx<'_>, key: Uuid, text: &str, read: &Result<(Period, Filled), Faults>) -> Result<Uuid> {
    let (period, filled) = read.as_ref().map_err(Clone::clone)?;
    // Whoever reaches none of the branches learns nothing of the programme.
    let mut slugs: Vec<&str> = filled.rows.iter().map(|row| &*row.branch).collect();
    slugs.sort_unstable();
    slugs.dedup();
    let reached = reached(tx, &slugs).await?;
    let mut faults = Faults::new();
    let mut unknown: HashSet<&str> = HashSet::new();
    for row in &filled.rows {
        if !reached.contains_key(&*row.branch) && unknown.insert(&row.branch) {
            faults.push(at(Fault::new(Code::NotFound), row.number, Column::Branch));
        }
    }
    if !faults.is_empty() {
        return Err(bounded(faults).into());
    }
    let run = running(tx, key).await?;
    let first = filled.rows.first().map_or(1, |row| row.number);
    if *filled.programme != *run.slug {
        return Err(vec![at(Fault::new(Code::NotFound), first, Column::Programme)].into());
    }
    let codes: HashMap<String, Uuid> =
        followed(tx, &[key]).await?.into_iter().map(|(key, followed)| (followed.code, key)).collect();
    // Branches in one order, so that two sheets do not wait for each other.
    let mut forms: BTreeMap<Uuid, Vec<&Row>> = BTreeMap::new();
    for row in &filled.rows {
        if let Some(branch) = reached.get(&*row.branch) {
            forms.entry(*branch).or_default().push(row);
        }
        if !codes.contains_key(&*row.indicator) {
            faults.push(at(Fault::new(Code::NotFound), row.number, Column::Indicator));
        }
    }
    if !faults.is_empty() {
        return Err(bounded(faults).into());
    }
    let mut is_empty = true;
    for (branch, rows) in forms {
        let version = rows.first().and_then(|row| row.version);
        let others = rows.iter().filter(|row| row.version != version);
        let others: Faults = others.map(|row| at(Fault::new(Code::Conflict), row.number, Column::Version)).collect();
        if !others.is_empty() {
            faults.extend(others);
            continue;
        }
        // A branch that has nothing to enter yet makes no submission.
        if version.is_none() && rows.iter().all(|row| row.is_empty()) {
            continue;
        }
        is_empty = false;
        let entries = rows.iter().filter_map(|row| Some(row.entry(*codes.get(&*row.indicator)?))).collect();
        let form = Form { text: text.to_owned(), period: *period, entries };
        if let Err(error) = record(tx, (key, branch), version, || Ok(form)).await {
            let (refused, _) = error.into_faults()?;
            faults.extend(refused.into_iter().map(|fault| placed(fault, &rows)));
        }
    }
    if faults.is_empty() && is_empty {
        faults.push(Fault::new(Code::FiguresMissing).at("file"));
    }
    if faults.is_empty() { Ok(key) } else { Err(bounded(faults).into()) }
}

/// A refusal of a form, at the row and column of the sheet that it is about.
fn placed(mut fault: Fault, rows: &[&Row]) -> Fault {
    let field = std::mem::take(&mut fault.field);
    let first = rows.first().map_or(1, |row| row.number);
    match field.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["values", place, rest @ ..] => {
            let row = place.parse::<usize>().ok().and_then(|place| rows.get(place)).map_or(first, |row| row.number);
            let column = match rest.first() {
                Some(&"programmeIndicatorId") => Some(Column::Indicator.name()),
                Some(name) => Some(*name),
                None => None,
            };
            column.map_or(fault.clone(), |column| fault.at(column)).at(&row.to_string()).at("file")
        }
        ["branchId"] => at(fault, first, Column::Branch),
        ["period"] => at(fault, first, Column::Period),
        ["expectedVersion"] => at(fault, first, Column::Version),
        ["programmeId"] => at(fault, first, Column::Programme),
        _ => fault.at(&first.to_string()).at("file"),
    }
}
