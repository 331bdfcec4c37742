//! What is told of a figure that was measured: the figure, or that it is withheld.
//!
//! A figure stands in two tables. `measurement` holds what was measured, and nobody outside reads it. `indicator_value` holds what
//! may leave: once a figure is accepted, disclosure control decides, over all figures of its programme, indicator, kind, period
//! and source. What was accepted and is unlocked again is not shown, and keeps what was told of it until then.

use crate::platform::disclosure_threshold::{PEOPLE, THRESHOLDS, VIOLENCE};
use crate::platform::error::Result;
use crate::platform::graphql::global_id::Kind;
use crate::platform::projection::{Derivation, Derived, Projection, Rows, Source, difference};
use crate::platform::query::change::Change;
use crate::platform::query::stored::EnumValue;
use crate::platform::query::table::RowReader;
use domain::codes::Coded;
use domain::disclosure::Thresholds;
use domain::indicator::{
    AreaKind, IndicatorUnit, IndicatorValueKind, IndicatorValueStatus, Measured, Tells, disclosed,
};
use futures_util::future::BoxFuture;
use sea_orm::DbBackend;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What is told of figures.
#[derive(Debug)]
pub struct Disclosure;

/// The table of what is told.
const TOLD: Derived = Derived {
    table: "indicator_value",
    kind: Some(Kind::IndicatorValue),
    key: "id",
    branch: "branch_id",
    sources: &[Source { table: "indicator_value", columns: &["accepted"], by: "id", to: "id" }, THRESHOLDS],
};

const COLUMNS: [&str; 4] = ["value", "numerator", "denominator", "status"];

impl Projection for Disclosure {
    fn table(&self) -> &'static str {
        TOLD.table
    }

    fn columns(&self) -> Vec<&'static str> {
        COLUMNS.to_vec()
    }

    fn sources(&self) -> &'static [Source] {
        TOLD.sources
    }

    fn derive<'a>(&'a self, derivation: &'a Derivation<'a>, rows: &'a Rows) -> BoxFuture<'a, Result<Vec<Change>>> {
        Box::pin(async {
            hold(derivation, rows).await?;
            let mut changes = Vec::new();
            for figure in different(derivation, rows).await? {
                let Told { value, share, status } = figure.should;
                let (numerator, denominator) = share.unzip();
                let values = vec![value.into(), numerator.into(), denominator.into(), status.as_str().into()];
                changes.extend(TOLD.set(derivation, figure.key, &COLUMNS, values).await?);
            }
            Ok(changes)
        })
    }

    fn differences<'a>(&'a self, derivation: &'a Derivation<'a>) -> BoxFuture<'a, Result<Vec<String>>> {
        Box::pin(async {
            let line = |figure: Figure| {
                let (is, should) = (figure.is.value.as_deref(), figure.should.value.as_deref());
                difference(TOLD.table, figure.key, "value", is, should)
            };
            Ok(different(derivation, &Rows::ALL).await?.into_iter().map(line).collect())
        })
    }
}

/// What is told: the figure, if any, with what a rate is of, and whether there is one.
#[derive(PartialEq)]
struct Told {
    value: Option<String>,
    share: Option<(i64, i64)>,
    status: IndicatorValueStatus,
}

/// A figure with what is told of it and what should be.
struct Figure {
    key: Uuid,
    is: Told,
    should: Told,
}

/// Figures that are told of together: of one programme, indicator, kind, period and source, and accepted or not, since what is
/// not accepted does not leave.
type Group = (Uuid, Uuid, String, String, String, bool);

/// A figure of a group: its key, what is told of it, what could be, what was measured, and whether it is about violence.
type Member = (Uuid, Told, Told, Measured, bool);

/// The figures whose fellows these rows are, as a condition on `v`: all of the same programmes.
fn fellows(derivation: &Derivation<'_>, rows: &Rows) -> (String, Vec<sea_orm::Value>) {
    let (condition, values) = rows.condition(derivation.backend(), "g");
    (format!("v.programme_id in (select g.programme_id from indicator_value g where {condition})"), values)
}

/// Hold the programmes until the end of the transaction: two that change figures of one at once would each decide without the
/// other's.
async fn hold(derivation: &Derivation<'_>, rows: &Rows) -> Result<()> {
    if derivation.backend() == DbBackend::Postgres {
        let (condition, values) = rows.condition(derivation.backend(), "g");
        let sql = format!(
            "select count(*) from (select 1 from programme where id in
               (select g.programme_id from indicator_value g where {condition}) order by id for no key update) held"
        );
        derivation.rows(sql, values).await?;
    }
    Ok(())
}

/// The figures among these and their fellows that do not tell what they should.
async fn different(derivation: &Derivation<'_>, rows: &Rows) -> Result<Vec<Figure>> {
    let (condition, values) = fellows(derivation, rows);
    let sql = format!(
        "select v.programme_id, v.indicator_id, v.kind, v.period, v.source_code, v.accepted,
           v.id, v.value, v.numerator, v.denominator, v.status, m.value, m.numerator, m.denominator, i.unit,
           p.theme = 'VIOLENCE_RESPONSE' or i.theme = 'VIOLENCE_RESPONSE', v.area_kind, v.area_code, b.path, v.sex, v.age_band,
           v.milieu
         from indicator_value v join measurement m on m.value_id = v.id
         join indicator i on i.id = v.indicator_id join programme p on p.id = v.programme_id
         left join branch b on v.area_kind = 'BRANCH' and b.slug = v.area_code
         where {condition} and (v.accepted or v.submission_id is null) order by v.id"
    );
    let kept: Vec<(i32, i32)> = derivation.query(format!("select {PEOPLE}, {VIOLENCE}"), []).await?;
    let threshold = |least: i32| u64::try_from(least).unwrap_or(u64::MAX);
    let thresholds = kept.first().map_or_else(Thresholds::default, |(people, violence)| Thresholds {
        people: threshold(*people),
        violence: threshold(*violence),
    });
    let mut groups: BTreeMap<Group, Vec<Member>> = BTreeMap::new();
    for row in derivation.rows(sql, values).await? {
        let cells = &mut RowReader::new(&row);
        let group: Group = (cells.take()?, cells.take()?, cells.take()?, cells.take()?, cells.take()?, cells.take()?);
        let kind = IndicatorValueKind::parse(&group.2);
        let key = cells.take()?;
        let (value, numerator, denominator) =
            (cells.take()?, cells.take::<Option<i64>>()?, cells.take::<Option<i64>>()?);
        let status = cells.take::<EnumValue<IndicatorValueStatus>>()?.0;
        let is = Told { value, share: numerator.zip(denominator), status };
        let (value, numerator, denominator) =
            (cells.take::<String>()?, cells.take::<Option<i64>>()?, cells.take::<Option<i64>>()?);
        let (unit, is_violence) = (cells.take::<EnumValue<IndicatorUnit>>()?.0, cells.take::<bool>()?);
        let area = (cells.take::<EnumValue<AreaKind>>()?.0, cells.take::<String>()?, cells.take::<Option<String>>()?);
        let is_about_people = matches!(kind, Some(IndicatorValueKind::Actual | IndicatorValueKind::Baseline));
        let measured = Measured {
            place: place(area),
            sex: cells.take::<Option<EnumValue<_>>>()?.map(|sex| sex.0),
            age_band: cells.take()?,
            milieu: cells.take::<Option<EnumValue<_>>>()?.map(|milieu| milieu.0),
            tells: if is_about_people { tells(unit, &value, numerator.zip(denominator)) } else { Tells::Nothing },
        };
        let could =
            Told { value: Some(value), share: numerator.zip(denominator), status: IndicatorValueStatus::Available };
        groups.entry(group).or_default().push((key, is, could, measured, is_violence));
    }
    let mut different = Vec::new();
    for ((.., is_accepted), figures) in groups {
        let k = thresholds.of(figures.iter().any(|(.., is_violence)| *is_violence));
        let measured: Vec<Measured> = figures.iter().map(|(_, _, _, measured, _)| measured.clone()).collect();
        let shown = if is_accepted { disclosed(&measured, k) } else { vec![true; measured.len()] };
        for ((key, is, could, ..), is_shown) in figures.into_iter().zip(shown) {
            let hidden = Told { value: None, share: None, status: IndicatorValueStatus::Suppressed };
            let should = if is_shown { could } else { hidden };
            if is != should {
                different.push(Figure { key, is, should });
            }
        }
    }
    Ok(different)
}

/// What a figure tells about people. A number of the unit NUMBER is taken for one of people, whatever it counts.
fn tells(unit: IndicatorUnit, value: &str, share: Option<(i64, i64)>) -> Tells {
    let number = |number: i64| number.unsigned_abs();
    match (unit, share) {
        (IndicatorUnit::Number, _) => value.parse().map_or(Tells::Nothing, Tells::Count),
        (IndicatorUnit::Percent | IndicatorUnit::RatePer100k | IndicatorUnit::RatePer1000, Some((of, among))) => {
            Tells::Share(number(of), number(among))
        }
        (IndicatorUnit::Percent | IndicatorUnit::RatePer100k | IndicatorUnit::RatePer1000, None)
        | (IndicatorUnit::Mad, _) => Tells::Nothing,
    }
}

/// An area as a path: a province lies in its region, by the first part of its code, and a branch in those above it.
fn place((kind, code, path): (AreaKind, String, Option<String>)) -> String {
    match kind {
        AreaKind::Country => "area/".to_owned(),
        AreaKind::Region | AreaKind::Province => format!("area/{}/", code.replace('.', "/")),
        AreaKind::Branch => format!("branch{}", path.unwrap_or_else(|| format!("/{code}/"))),
    }
}
