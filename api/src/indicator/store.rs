//! Reading indicators and figures.

use super::entity::{Column, Entity, Model};
use super::object::{Indicator, IndicatorFilter, IndicatorValue, IndicatorValueRow, IndicatorVersion};
use super::value;
use super::version;
use crate::branch::entity as branch;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::Kind;
use crate::platform::graphql::lookup::Lookup;
use crate::platform::graphql::scalars::DateTime;
use crate::platform::graphql::text::LocalizedTextInput;
use crate::platform::loading::batch::{Related, grouped};
use crate::platform::loading::object::{self, Children, RowObject};
use crate::platform::loading::reader::Reader;
use crate::platform::paging::page::{Connection, ListArgs, NameOrder, Order, PageArgs};
use crate::platform::query::stored::{Day, EnumValue, Json};
use crate::platform::query::table::{Columns, Table};
use crate::platform::query::transaction::Tx;
use crate::programme::entity as programme;
use crate::programme::indicator as followed;
use crate::programme::participation;
use domain::access::Permission;
use domain::decimal::Decimal;
use domain::fault::{Code, Fault};
use domain::figure::Followed;
use domain::indicator::{
    AreaKind, IndicatorDirection, IndicatorUnit, IndicatorValueKind, IndicatorValueStatus, MilieuCategory, Period,
    SourceMethod,
};
use domain::programme::{ProgrammeStatus, Theme};
use domain::text::NAME_MAX;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ActiveValue, ColumnTrait, IntoActiveModel};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// One definition, by its key or its code in the form of a slug.
///
/// # Errors
/// The database's refusal.
pub async fn find(reader: &Reader, lookup: Lookup) -> Result<Option<Indicator>> {
    let lookup = match lookup {
        Lookup::Slug(slug) => Lookup::Slug(slug.to_ascii_uppercase().replace('-', "_")),
        key => key,
    };
    Indicator::find_by(reader, lookup.among(Column::Id, Column::Code)).await
}

/// A page of definitions, by code.
///
/// # Errors
/// BAD_USER_INPUT naming the argument, or the database's refusal.
pub async fn list(
    reader: &Reader,
    roots: ListArgs,
    filter: Option<IndicatorFilter>,
    by: NameOrder,
) -> Result<Connection<Indicator>> {
    let published = roots.published;
    let in_arabic = by == NameOrder::Name && reader.sorts_in_arabic();
    let name = format!("indicators {filter:?} {by:?} {in_arabic} {published}");
    let tx = reader.begin();
    let mut select = tx.select_for_list::<Entity>(published);
    if let Some(theme) = filter.unwrap_or_default().theme {
        select = select.filter(Column::Theme.eq(theme));
    }
    object::list(reader, name, select, &roots.page, &Order::named(by, in_arabic, "indicator", Column::Code)).await
}

/// The latest context figure of each source and milieu for indicators: figures of the whole country's people, not of
/// one sex or age alone.
#[derive(Debug)]
pub struct LatestStatisticsOf;

impl Related for LatestStatisticsOf {
    type Value = Vec<IndicatorValue>;

    fn of(&self) -> Kind {
        Kind::Indicator
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let tx = reader.begin();
        let mut rows = tx
            .select::<value::Entity>()
            .reading::<IndicatorValueRow>()
            .also(
                [value::Column::PeriodEnd, value::Column::Milieu, value::Column::Number, value::Column::AreaCode]
                    .map(|column| column.into_expr()),
            )
            .among(value::Column::IndicatorId, keys)
            .filter(value::Column::ProgrammeId.is_null())
            .filter(value::Column::Sex.is_null())
            .filter(value::Column::AgeBand.is_null())
            .all(|cells| {
                let row = IndicatorValueRow::take(cells)?;
                let (period_end, milieu) = (cells.take::<Day>()?, cells.take::<Option<EnumValue<MilieuCategory>>>()?);
                Ok((row, period_end, (milieu, cells.take::<i64>()?, cells.take::<String>()?)))
            })
            .await?;
        rows.sort_by(|(one, one_end, (_, one_number, _)), (other, other_end, (_, other_number, _))| {
            (other_end, other.source_year)
                .cmp(&(one_end, one.source_year))
                .then_with(|| one.source_code.cmp(&other.source_code))
                .then(one_number.cmp(other_number))
        });
        let mut seen = HashSet::new();
        rows.retain(|(row, _, (milieu, _, area))| {
            let milieu = milieu.map(|milieu| milieu.0);
            seen.insert((row.indicator_id, area.clone(), row.source_code.clone(), milieu))
        });
        let rows = rows.into_iter().map(|(row, ..)| row).collect();
        Ok(grouped(object::all::<IndicatorValue>(rows, reader), |figure| figure.indicator_key))
    }
}

/// The statistics of indicators, a page of each, those that were recorded last first.
pub fn statistics(page: PageArgs) -> Children<IndicatorValue, value::Column> {
    let order = Order::newest(value::Column::Number);
    Children::new(Kind::Indicator, "Indicator.statistics", value::Column::IndicatorId, page, order)
        .narrowed(|select| select.filter(value::Column::ProgrammeId.is_null()))
}

/// The figures of programmes for indicators, a page of each, those that were recorded last first.
pub fn of_programme_indicators(page: PageArgs) -> Children<IndicatorValue, followed::Column> {
    let order = Order::newest(value::Column::Number);
    Children::new(Kind::ProgrammeIndicator, "ProgrammeIndicator.values", followed::Column::Id, page, order).narrowed(
        |select| {
            select
                .through::<followed::Entity>(followed::Column::ProgrammeId, value::Column::ProgrammeId)
                .filter(followed::Column::IndicatorId.into_expr().eq(value::Column::IndicatorId.into_expr()))
        },
    )
}

/// The earlier versions of definitions, the latest first.
#[derive(Debug)]
pub struct VersionsOf;

impl Related for VersionsOf {
    type Value = Vec<IndicatorVersion>;

    fn of(&self) -> Kind {
        Kind::Indicator
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        use version::Column as V;
        let columns = [
            V::IndicatorId,
            V::Version,
            V::Name,
            V::Unit,
            V::Direction,
            V::Theme,
            V::Numerator,
            V::Denominator,
            V::EndedAt,
        ];
        let tx = reader.begin();
        let rows = tx
            .select_columns::<version::Entity>()
            .among(V::IndicatorId, keys)
            .statement(|statement| {
                statement.order_by_expr(V::Version.into_expr(), sea_orm::Order::Desc);
            })
            .only(columns.map(|column| column.into_expr()))
            .all(|cells| {
                let of = cells.take::<Uuid>()?;
                let version = IndicatorVersion {
                    version: cells.take()?,
                    name: cells.take()?,
                    unit: cells.take()?,
                    direction: cells.take()?,
                    theme: cells.take()?,
                    numerator: cells.take()?,
                    denominator: cells.take()?,
                    ended_at: DateTime::micros(cells.take()?),
                };
                Ok((of, version))
            })
            .await?;
        let mut versions: HashMap<Uuid, Self::Value> = HashMap::new();
        for (of, version) in rows {
            versions.entry(of).or_default().push(version);
        }
        Ok(versions)
    }
}

/// A definition, as its form was read.
pub struct NewDefinition {
    /// Its code.
    pub code: String,
    /// The name, or what changes of it.
    pub name: LocalizedTextInput,
    /// What it is measured in.
    pub unit: IndicatorUnit,
    /// The direction in which it improves.
    pub direction: IndicatorDirection,
    /// What it is about.
    pub theme: Theme,
    /// What is counted.
    pub numerator: Option<String>,
    /// What it is counted among.
    pub denominator: Option<String>,
}

/// Define an indicator, or a new version of one: the earlier one is kept.
///
/// # Errors
/// FORBIDDEN, the refusals of the form, CONFLICT; FIGURE_INVALID at `unit` when it changes and a programme follows the
/// indicator.
pub async fn define(tx: &Tx<'_>, version: Option<i32>, form: impl FnOnce() -> Result<NewDefinition>) -> Result<Uuid> {
    tx.everywhere::<Entity>()?;
    let form = form()?;
    let now = tx.now().as_microsecond();
    let found = tx.select_columns::<Entity>().filter(Column::Code.eq(form.code.as_str()));
    let found = found.only([Column::Id.into_expr()]).one(|cells| cells.take::<Uuid>()).await?;
    let Some(key) = found else {
        if version.is_some() {
            return Err(Fault::new(Code::Conflict).at("expectedVersion").into());
        }
        let name = form.name.merged_at(None, NAME_MAX, "name")?;
        let id = Uuid::now_v7();
        let row = Model {
            id,
            code: form.code,
            name: Json(name),
            unit: EnumValue(form.unit),
            direction: EnumValue(form.direction),
            theme: EnumValue(form.theme),
            numerator: form.numerator,
            denominator: form.denominator,
            is_demo: false,
            version: 1,
            created_at: now,
            changed_at: now,
        };
        let made = tx.try_unique(async || tx.insert_all::<Entity>(vec![row.into_active_model()]).await).await?;
        return made.map(|()| id).ok_or_else(|| Fault::new(Code::Conflict).at("expectedVersion").into());
    };
    let locked = tx.lock_for_update::<Entity>(key).await?;
    locked.expect_version(version.unwrap_or(0))?;
    let row = locked.row();
    let name = form.name.merged_at(Some(row.name.0.clone()), NAME_MAX, "name")?;
    let is_followed = tx.select_columns::<followed::Entity>().filter(followed::Column::IndicatorId.eq(key));
    if row.unit.0 != form.unit && is_followed.count(None).await? > 0 {
        return Err(Fault::new(Code::FigureInvalid).at("unit").into());
    }
    let earlier = version::Model {
        id: Uuid::now_v7(),
        indicator_id: key,
        version: row.version,
        name: row.name.clone(),
        unit: row.unit,
        direction: row.direction,
        theme: row.theme,
        numerator: row.numerator.clone(),
        denominator: row.denominator.clone(),
        ended_at: now,
    };
    tx.insert_plain::<version::Entity>(vec![earlier.into_active_model()]).await?;
    tx.update(locked, |row| {
        row.name = ActiveValue::Set(Json(name));
        row.unit = ActiveValue::Set(EnumValue(form.unit));
        row.direction = ActiveValue::Set(EnumValue(form.direction));
        row.theme = ActiveValue::Set(EnumValue(form.theme));
        row.numerator = ActiveValue::Set(form.numerator);
        row.denominator = ActiveValue::Set(form.denominator);
    })
    .await?;
    Ok(key)
}

/// A target, as its form was read.
pub struct NewTarget {
    /// The period as it is written.
    pub text: String,
    /// The period.
    pub period: Period,
    /// The target.
    pub value: Decimal,
}

/// Set the target of a programme for a branch and a period. While the programme is planned whoever changes it does; once it is
/// submitted, whoever decides about it.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, the refusals of the form, STATUS_INVALID, CONFLICT; NOT_PARTICIPATING at `branchId`, PERIOD_OVERLAPS at
/// `period`, FIGURE_INVALID at `value`.
pub async fn set_target(
    tx: &Tx<'_>,
    (follows, branch): (Uuid, Uuid),
    version: Option<i32>,
    form: impl FnOnce() -> Result<NewTarget>,
) -> Result<Uuid> {
    use value::Column as V;
    // Who sets another one meanwhile waits.
    let followed = tx.lock_for_update::<followed::Entity>(follows).await?;
    tx.home::<value::Entity>(branch, &["branchId"]).await?;
    let row = followed.row();
    let run = tx.select::<programme::Entity>().filter(programme::Column::Id.eq(row.programme_id));
    let run = run.one(programme::Entity::read).await?.ok_or_else(|| Error::refused(Code::NotFound))?;
    if run.status.0 != ProgrammeStatus::Draft
        && !tx.permits::<programme::Entity>(run.id, Permission::DecideProgrammes).await?
    {
        return Err(Error::refused(Code::Forbidden));
    }
    let form = form()?;
    if matches!(run.status.0, ProgrammeStatus::Closed | ProgrammeStatus::Cancelled) {
        return Err(Fault::new(Code::StatusInvalid).with_detail(run.status.0.to_string()).into());
    }
    let definition = tx.select::<Entity>().filter(Column::Id.eq(row.indicator_id)).one(Entity::read);
    let definition = definition.await?.ok_or_else(|| Error::refused(Code::NotFound))?;
    let rules = Followed { unit: definition.unit.0, disaggregations: Vec::new(), age_bands: Vec::new() };
    let figure = rules.figure(IndicatorValueKind::Target, Some(form.value), (None, None))?;
    let value = figure.ok_or_else(|| Fault::new(Code::FigureInvalid).at("value"))?.value;
    participation::expect(tx, (run.id, run.branch_id), branch).await?;
    let others = tx
        .select_in_scope::<value::Entity>()
        .filter(V::ProgrammeId.eq(run.id))
        .filter(V::IndicatorId.eq(row.indicator_id))
        .filter(V::BranchId.eq(branch))
        .filter(V::Kind.eq(EnumValue(IndicatorValueKind::Target)))
        .filter(V::SubmissionId.is_null())
        .filter(V::PeriodStart.lte(Day(form.period.end())))
        .filter(V::PeriodEnd.gte(Day(form.period.start())))
        .only([V::Id, V::Period].map(|column| column.into_expr()))
        .all(|cells| Ok((cells.take::<Uuid>()?, cells.take::<String>()?)))
        .await?;
    if let Some((key, _)) = others.iter().find(|(_, text)| *text == form.text) {
        let held = tx.lock_for_update::<value::Entity>(*key).await?;
        held.expect_version(version.unwrap_or(0))?;
        tx.update(held, |row| {
            row.value = ActiveValue::Set(Some(value));
            row.status = ActiveValue::Set(EnumValue(IndicatorValueStatus::Available));
        })
        .await?;
        return Ok(*key);
    }
    if version.is_some() {
        return Err(Fault::new(Code::Conflict).at("expectedVersion").into());
    }
    if let Some((_, other)) = others.first() {
        let fault = Fault::new(Code::PeriodOverlaps).at("period");
        return Err(fault.with_detail(format!("{}, {other}", form.text)).into());
    }
    let slug = tx.select_columns::<branch::Entity>().filter(branch::Column::Id.eq(branch));
    let slug = slug.only([branch::Column::Slug.into_expr()]).one(|cells| cells.take::<String>()).await?;
    let (id, now) = (Uuid::now_v7(), tx.now().as_microsecond());
    let new = value::Model {
        id,
        number: 0,
        branch_id: Some(branch),
        submission_id: None,
        indicator_id: row.indicator_id,
        programme_id: Some(run.id),
        kind: EnumValue(IndicatorValueKind::Target),
        period: form.text,
        period_start: Day(form.period.start()),
        period_end: Day(form.period.end()),
        area_kind: EnumValue(AreaKind::Branch),
        area_code: slug.ok_or_else(|| Error::refused(Code::NotFound))?,
        milieu: None,
        sex: None,
        age_band: None,
        value: Some(value),
        hundredths: None,
        numerator: None,
        denominator: None,
        status: EnumValue(IndicatorValueStatus::Available),
        source_code: OWN_PLAN.to_owned(),
        source_name: OWN_PLAN.to_owned(),
        source_method: EnumValue(SourceMethod::Administrative),
        source_year: i32::from(form.period.end().year()),
        source_url: None,
        // What a programme aims at is decided with the programme.
        accepted: true,
        published: false,
        is_demo: run.is_demo,
        version: 1,
        created_at: now,
        changed_at: now,
    };
    let mut new = new.into_active_model();
    new.number = ActiveValue::NotSet;
    tx.insert_all::<value::Entity>(vec![new]).await?;
    Ok(id)
}

/// The source of targets: the association's own plan.
const OWN_PLAN: &str = "UNFM";
