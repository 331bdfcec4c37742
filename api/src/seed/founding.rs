//! Reference data and the founding facts: what is published and nothing else. What no source states stays null.

use super::facts::{self, Founding};
use super::{fresh, text};
use crate::geography::{province, region};
use crate::platform::error::{Error, Result};
use crate::platform::graphql::text::name_keys;
use crate::platform::query::stored::{Day, EnumValue, Json};
use crate::platform::query::transaction::Tx;
use crate::support_service::emergency::{EmergencyNumberCode, NUMBERS};
use crate::{
    agreement, branch, calendar, category, contribution, indicator, market, partner, programme, support_service,
};
use domain::calendar::{CalendarKind, DayStatus};
use domain::codes::Coded;
use domain::id::founding as key;
use domain::indicator::{IndicatorValueKind, IndicatorValueStatus, Period};
use domain::opening_hours::{OpeningHours, Parts};
use domain::partnership::{AgreementState, ContributionStatus, SignedOnBasis, end_of};
use domain::text::{Locale, LocalizedText};
use sea_orm::IntoActiveModel;
use uuid::Uuid;

/// A code of the data files as a code of the domain.
fn code<T: Coded>(text: &str) -> Result<EnumValue<T>> {
    T::parse(text).map(EnumValue).ok_or_else(|| Error::internal(format!("the data files hold an unknown code {text}")))
}

fn day(text: &str) -> Result<Day> {
    text.parse().map(Day).map_err(|_| Error::internal(format!("the data files hold an unknown day {text}")))
}

/// A code of the data files as a name in addresses.
pub(super) fn slug(code: &str) -> String {
    code.to_ascii_lowercase().replace('_', "-")
}

pub(super) fn branch_key(slug: &str) -> Uuid {
    key("branch", slug)
}

pub(super) async fn seed(tx: &Tx<'_>) -> Result<()> {
    let facts = facts::founding();
    geography(tx).await?;
    holidays(tx).await?;
    categories(tx, &facts).await?;
    partners(tx, &facts).await?;
    indicators(tx).await?;
    branches(tx, &facts).await?;
    the_agreement(tx, &facts).await?;
    the_market(tx, &facts).await?;
    programmes(tx, &facts).await?;
    support_lines(tx).await
}

/// The lines for the whole country: the national one, and that for minors, which is shown once somebody has made sure of it.
async fn support_lines(tx: &Tx<'_>) -> Result<()> {
    use domain::support_service::{SupportCoverage, SupportServiceKind, SupportServiceStatus};
    let now = tx.now().as_microsecond();
    let lines = NUMBERS
        .iter()
        .filter(|line| matches!(line.code.0, EmergencyNumberCode::NationalWomenLine | EmergencyNumberCode::ChildLine));
    let lines = lines.map(|line| {
        let host = line.source.split('/').nth(2).unwrap_or_default();
        let source = domain::source::Source {
            publisher: host.trim_start_matches("www.").to_owned(),
            url: Some(line.source.clone()),
            dated_on: line.dated_on.clone(),
        };
        fresh!(support_service::entity,
            id: key("support_service", line.code.0.as_str()),
            branch_id: domain::branch::national(),
            kind: EnumValue(SupportServiceKind::Hotline),
            coverage: EnumValue(SupportCoverage::Nation),
            province_id: None,
            region_id: None,
            name: Json(domain::text::LocalizedText::clone(&line.name.0)),
            phones: Json(line.phones.clone()),
            languages: Json(Vec::new()),
            access: None,
            cost: None,
            address: None,
            latitude: None,
            longitude: None,
            is_always_open: true,
            opening_hours: Json(OpeningHours::unknown()),
            status: EnumValue(SupportServiceStatus::Active),
            verified_on: None,
            valid_until: None,
            is_national_line: line.code.0 == EmergencyNumberCode::NationalWomenLine,
            published: false,
            sources: Json(vec![source]),
            is_demo: false,
            version: 1,
            created_at: now,
            changed_at: now,
        )
    });
    tx.insert_all::<support_service::entity::Entity>(lines.collect()).await
}

async fn geography(tx: &Tx<'_>) -> Result<()> {
    let now = tx.now().as_microsecond();
    let regions = facts::regions().into_iter().map(|row| {
        let names = [(Locale::Ar, row.name_ar), (Locale::Fr, row.name_fr), (Locale::Zgh, row.name_zgh)];
        let name = LocalizedText::new(names, 200).map_err(|faults| Error::internal(format!("{faults:?}")))?;
        Ok(region::Model {
            id: key("region", &row.code),
            code: row.code,
            iso_3166_2: row.iso_3166_2,
            name: Json(name),
            name_zgh_reviewed: row.name_zgh_reviewed,
            seat: Json(text(&row.seat_ar, &row.seat_fr, None)),
            version: 1,
            created_at: now,
            changed_at: now,
        }
        .into_active_model())
    });
    tx.insert_all::<region::Entity>(regions.collect::<Result<_>>()?).await?;
    let provinces = facts::provinces().into_iter().map(|row| {
        Ok(province::Model {
            id: key("province", &row.code),
            region_id: key("region", &row.region_code),
            code: row.code,
            iso_3166_2: row.iso_3166_2,
            kind: code(&row.kind.to_ascii_uppercase())?,
            name: Json(text(&row.name_ar, &row.name_fr, None)),
            latitude: row.latitude,
            longitude: row.longitude,
            version: 1,
            created_at: now,
            changed_at: now,
        }
        .into_active_model())
    });
    tx.insert_all::<province::Entity>(provinces.collect::<Result<_>>()?).await
}

async fn holidays(tx: &Tx<'_>) -> Result<()> {
    let now = tx.now().as_microsecond();
    let blank = calendar::entity::Model {
        id: Uuid::nil(),
        kind: EnumValue(CalendarKind::FixedHoliday),
        month_day: None,
        first_year: None,
        starts_on: None,
        ends_on: None,
        name: Json(text("-", "-", None)),
        status: EnumValue(DayStatus::Confirmed),
        source: String::new(),
        version: 1,
        created_at: now,
        changed_at: now,
    };
    let holidays = facts::holidays();
    let fixed = holidays.fixed.into_iter().map(|row| {
        Ok(calendar::entity::Model {
            id: key("holiday", &row.month_day),
            month_day: Some(row.month_day),
            first_year: row.first_year,
            name: Json(row.name),
            source: row.source,
            ..blank.clone()
        })
    });
    let religious = holidays.religious.into_iter().map(|row| {
        let on = day(&row.date)?;
        Ok(calendar::entity::Model {
            id: key("holiday", &row.date),
            kind: EnumValue(CalendarKind::ReligiousHoliday),
            starts_on: Some(on),
            ends_on: Some(on),
            name: Json(row.name),
            status: EnumValue(DayStatus::Provisional),
            source: row.source,
            ..blank.clone()
        })
    });
    let rows = fixed.chain(religious).map(|row| row.map(IntoActiveModel::into_active_model));
    tx.insert_plain::<calendar::entity::Entity>(rows.collect::<Result<_>>()?).await
}

async fn categories(tx: &Tx<'_>, facts: &Founding) -> Result<()> {
    let now = tx.now().as_microsecond();
    let rows = facts.market.product_categories.iter().zip(1..).map(|(row, position)| {
        let slug = slug(&row.code);
        category::entity::Model {
            id: key("category", &slug),
            parent_id: None,
            slug,
            position,
            name: Json(row.name.clone()),
            version: 1,
            created_at: now,
            changed_at: now,
        }
        .into_active_model()
    });
    tx.insert_all::<category::entity::Entity>(rows.collect()).await
}

async fn partners(tx: &Tx<'_>, facts: &Founding) -> Result<()> {
    let now = tx.now().as_microsecond();
    let rows = facts.organisations.iter().map(|row| {
        let slug = slug(&row.code);
        partner::entity::Model {
            id: key("partner", &slug),
            slug,
            name: Json(row.name.clone()),
            // Which of them the law takes for foreign is for the national level to say.
            is_foreign: false,
            is_demo: false,
            version: 1,
            created_at: now,
            changed_at: now,
        }
        .into_active_model()
    });
    tx.insert_all::<partner::entity::Entity>(rows.collect()).await
}

/// A code for a source that the data files name in words: what stands before its explanation, in capitals.
fn source_code(name: &str) -> String {
    let head = name.split(['(', ',']).next().unwrap_or(name).trim();
    head.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}

async fn indicators(tx: &Tx<'_>) -> Result<()> {
    let now = tx.now().as_microsecond();
    let mut definitions = Vec::new();
    let mut figures = Vec::new();
    for row in facts::indicators() {
        let id = key("indicator", &row.code);
        for (figure, place) in row.values.iter().zip(1..) {
            let period = Period::parse(&figure.period)?;
            let source = &figure.source;
            figures.push(fresh!(indicator::value,
                id: key("indicator_value", &format!("{} {place}", row.code)),
                branch_id: None,
                submission_id: None,
                indicator_id: id,
                programme_id: None,
                kind: EnumValue(IndicatorValueKind::Statistic),
                period: figure.period.clone(),
                period_start: Day(period.start()),
                period_end: Day(period.end()),
                area_kind: code(&figure.area.kind)?,
                area_code: figure.area.code.clone(),
                milieu: if figure.milieu == "TOTAL" { None } else { Some(code(&figure.milieu)?) },
                sex: None,
                age_band: None,
                value: Some(domain::decimal::Decimal::parse(&figure.value)?.to_string()),
                hundredths: None,
                numerator: None,
                denominator: None,
                status: EnumValue(IndicatorValueStatus::Available),
                source_code: source_code(&source.name),
                source_name: source.name.clone(),
                source_method: code(&source.method)?,
                source_year: source.year,
                source_url: Some(source.url.clone()),
                accepted: true,
                published: true,
                is_demo: false,
                version: 1,
                created_at: now,
                changed_at: now,
            ));
        }
        definitions.push(
            indicator::entity::Model {
                id,
                code: row.code,
                name: Json(row.name),
                unit: code(&row.unit)?,
                direction: code(&row.better)?,
                theme: code(&row.theme)?,
                numerator: None,
                denominator: row.denominator,
                is_demo: false,
                version: 1,
                created_at: now,
                changed_at: now,
            }
            .into_active_model(),
        );
    }
    tx.insert_all::<indicator::entity::Entity>(definitions).await?;
    tx.insert_all::<indicator::value::Entity>(figures).await
}

async fn branches(tx: &Tx<'_>, facts: &Founding) -> Result<()> {
    use domain::branch::{BranchKind, BranchStatus, Path};
    let now = tx.now().as_microsecond();
    let association = facts.organisations.iter().find(|row| row.code == "UNFM");
    let association = association.map(|row| row.name.clone()).ok_or_else(|| Error::internal("no association"))?;
    let (regions, provinces) = (facts::regions(), facts::provinces());
    let placed =
        |ar: &str, fr: &str| text(&format!("الاتحاد الوطني لنساء المغرب – {ar}"), &format!("UNFM – {fr}"), None);
    let root = Path::root(branch_key("national"));
    let mut rows = vec![(BranchKind::National, "national", None, None, root.clone(), association)];
    for (slug, region, provincial) in
        [("region-01", "01", ("mdiq-fnideq", "01.573")), ("region-05", "05", ("khouribga", "05.311"))]
    {
        let path = root.child(branch_key(slug));
        let of_region = regions.iter().find(|row| row.code == region);
        let of_province = provinces.iter().find(|row| row.code == provincial.1);
        let (Some(named), Some(province)) = (of_region, of_province) else {
            return Err(Error::internal("a founding branch without its place"));
        };
        rows.push((
            BranchKind::Regional,
            slug,
            Some(region),
            None,
            path.clone(),
            placed(&named.name_ar, &named.name_fr),
        ));
        let name = match provincial.0 {
            "khouribga" => facts.market.supervised_by.name.clone(),
            _ => placed(&province.name_ar, &province.name_fr),
        };
        let path = path.child(branch_key(provincial.0));
        rows.push((BranchKind::Provincial, provincial.0, Some(region), Some(provincial.1), path, name));
    }
    let parent = |path: &Path| {
        let parts: Vec<&str> = path.as_str().trim_matches('/').split('/').collect();
        parts.len().checked_sub(2).and_then(|place| Uuid::parse_str(parts[place]).ok())
    };
    let models = rows.into_iter().map(|(kind, slug, region, province, path, name)| {
        branch::entity::Model {
            id: branch_key(slug),
            parent_id: parent(&path),
            path: path.as_str().to_owned(),
            slug: slug.to_owned(),
            kind: EnumValue(kind),
            name: Json(name),
            contacts: None,
            region_id: region.map(|code| key("region", code)),
            province_id: province.map(|code| key("province", code)),
            is_legal_person: kind == BranchKind::National,
            status: EnumValue(BranchStatus::Active),
            is_demo: false,
            version: 1,
            created_at: now,
            changed_at: now,
        }
        .into_active_model()
    });
    tx.insert_all::<branch::entity::Entity>(models.collect()).await
}

async fn the_agreement(tx: &Tx<'_>, facts: &Founding) -> Result<()> {
    let now = tx.now().as_microsecond();
    let row = &facts.agreement;
    let (slug, branch_id) = (slug(&row.code), branch_key("national"));
    // The file names it UNFM_UNFPA_2021.
    let id = key("agreement", &slug);
    let (signed_on, months) = (day(&row.signed_on)?, row.duration_years * 12);
    let agreement = fresh!(agreement::entity,
        id,
        branch_id,
        slug,
        object: None,
        legal_bases: Json(Vec::new()),
        status: EnumValue(AgreementState::Signed),
        signed_on: Some(signed_on),
        signed_on_basis: Some(EnumValue(SignedOnBasis::Inferred)),
        signed_in: Some(Json(row.signed_in.clone())),
        // No source states its first day; the signature counts for its end.
        starts_on: None,
        duration_months: Some(months),
        ends_on: Some(Day(end_of(signed_on.0, months)?)),
        budget: None,
        budget_entered_by: None,
        mandate_branch_id: None,
        predecessor_id: None,
        terminated_on: None,
        funding_call_id: None,
        published: true,
        sources: Json(facts.agreement_sources()),
        is_demo: false,
        version: 1,
        created_at: now,
        changed_at: now,
    );
    tx.insert_all::<agreement::entity::Entity>(vec![agreement]).await?;
    let parties = row.parties.iter().zip(1..).map(|(code, position)| {
        agreement::party::Model {
            agreement_id: id,
            position,
            partner_id: key("partner", &self::slug(code)),
            branch_id,
            role: None,
            published: true,
        }
        .into_active_model()
    });
    tx.insert_plain::<agreement::party::Entity>(parties.collect()).await?;
    let objectives = row.objectives.iter().zip(1..).map(|(item, position)| {
        agreement::objective::Model {
            agreement_id: id,
            position,
            branch_id,
            code: item.code.clone(),
            text: Json(item.text.clone()),
            published: true,
        }
        .into_active_model()
    });
    tx.insert_plain::<agreement::objective::Entity>(objectives.collect()).await
}

/// What is published of the market's hours: its days.
pub(super) fn published_hours(facts: &Founding) -> Result<OpeningHours> {
    let days = facts.market.opening_days.iter();
    let days = days.map(|day| Ok(code(&day.to_ascii_uppercase())?.0)).collect::<Result<_>>()?;
    Ok(OpeningHours::try_from(Parts { days, ..Parts::default() })?)
}

async fn the_market(tx: &Tx<'_>, facts: &Founding) -> Result<()> {
    use domain::market::{Aim, MarketStatus, OpeningHoursBasis};
    let now = tx.now().as_microsecond();
    let row = &facts.market;
    let (id, branch_id) = (key("market", "khouribga"), branch_key("khouribga"));
    let hours = published_hours(facts)?;
    let name = text("", &row.name, Some(&row.name));
    let (name_key_ar, name_key_fr) = name_keys(&name)?;
    let aims = row.aims.iter().map(|item| Aim { code: item.code.clone(), text: item.text.clone() });
    let market = fresh!(market::entity,
        id,
        branch_id,
        province_id: key("province", &row.province_code),
        agreement_id: None,
        slug: "khouribga".to_owned(),
        name: Json(name),
        name_key_ar,
        name_key_fr,
        city: Some(Json(row.city.clone())),
        address: None,
        latitude: None,
        longitude: None,
        contacts: None,
        status: EnumValue(MarketStatus::Open),
        announced_on: Some(day(&row.announced_on)?),
        opened_on: None,
        opening_hours: Json(hours),
        opening_hours_basis: EnumValue(OpeningHoursBasis::NotPublished),
        cost: Some(row.cost.total * 100),
        aims: Json(aims.collect()),
        published: true,
        sources: Json(facts.market_sources()),
        is_demo: false,
        version: 1,
        created_at: now,
        changed_at: now,
    );
    tx.insert_all::<market::entity::Entity>(vec![market]).await?;
    let shares = row.cost.contributions.iter().zip(1..).map(|(share, position)| {
        let status = match share.organisation {
            Some(_) => ContributionStatus::Confirmed,
            None => ContributionStatus::Unconfirmed,
        };
        contribution::entity::Model {
            id: key("contribution", &format!("khouribga {position}")),
            branch_id,
            market_id: Some(id),
            agreement_id: None,
            partner_id: share.organisation.as_ref().map(|code| key("partner", &slug(code))),
            position,
            kind: None,
            amount: share.amount * 100,
            reverses_id: None,
            entered_by: None,
            declared_on: None,
            status: EnumValue(status),
            published: true,
            is_demo: false,
            version: 1,
            created_at: now,
            changed_at: now,
        }
        .into_active_model()
    });
    tx.insert_all::<contribution::entity::Entity>(shares.collect()).await
}

async fn programmes(tx: &Tx<'_>, facts: &Founding) -> Result<()> {
    use domain::programme::{ProgrammeStatus, StatusBasis};
    let now = tx.now().as_microsecond();
    let (mut programmes, mut links, mut followed) = (Vec::new(), Vec::new(), Vec::new());
    for row in facts::programmes() {
        let (slug, branch_id) = (slug(&row.code), branch_key(&row.lead_branch));
        let id = key("programme", &slug);
        let (title_key_ar, title_key_fr) = name_keys(&row.title)?;
        let status: EnumValue<ProgrammeStatus> = code(&row.status)?;
        links.extend(row.agreements.iter().map(|code| {
            let agreement_id = key("agreement", &self::slug(code));
            programme::agreement_link::Model { agreement_id, programme_id: id, branch_id }.into_active_model()
        }));
        followed.extend(row.indicators.iter().zip(1..).map(|(code, position)| {
            programme::indicator::Model {
                id: key("programme_indicator", &format!("{slug} {code}")),
                branch_id,
                programme_id: id,
                indicator_id: key("indicator", code),
                position,
                disaggregations: Json(Vec::new()),
                age_bands: Json(Vec::new()),
                latest_actual_id: None,
                published: status.0.is_published(),
                version: 1,
                created_at: now,
                changed_at: now,
            }
            .into_active_model()
        }));
        programmes.push(fresh!(programme::entity,
            id,
            branch_id,
            slug: slug.clone(),
            title: Json(row.title),
            title_key_ar,
            title_key_fr,
            description: (slug == "najatbot").then(|| Json(facts.najatbot.purpose.clone())),
            theme: code(&row.theme)?,
            sdg_targets: Json(Vec::new()),
            starts_on: row.starts_on.as_deref().map(day).transpose()?,
            ends_on: row.ends_on.as_deref().map(day).transpose()?,
            self_funded: false,
            status,
            status_basis: EnumValue(StatusBasis::Inferred),
            published: status.0.is_published(),
            sources: Json(facts.sources(&row.source)),
            is_demo: false,
            version: 1,
            created_at: now,
            changed_at: now,
        ));
    }
    tx.insert_all::<programme::entity::Entity>(programmes).await?;
    tx.insert_plain::<programme::agreement_link::Entity>(links).await?;
    tx.insert_all::<programme::indicator::Entity>(followed).await
}
