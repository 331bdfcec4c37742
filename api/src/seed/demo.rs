//! The demo world: invented cooperatives, products, listings, agreements and programmes in Khouribga and M'diq-Fnideq, all
//! of them marked as demo, so that a newcomer has something to look at.

use super::founding::{branch_key, slug};
use super::{fresh, text};
use crate::platform::error::{Error, Result};
use crate::platform::graphql::text::name_keys;
use crate::platform::query::stored::{Day, EnumValue, Json};
use crate::platform::query::transaction::Tx;
use crate::product::entity::NO_PRICE;
use crate::{agreement, cooperative, indicator, listing, market, membership, product, programme};
use domain::cooperative::{CooperativeStatus, LegalForm, Sector};
use domain::disclosure::K;
use domain::figure::AGE_BANDS;
use domain::id::founding as key;
use domain::indicator::Disaggregation;
use domain::indicator::{AreaKind, IndicatorValueKind, IndicatorValueStatus, Period, SourceMethod};
use domain::market::{MarketStatus, OpeningHoursBasis};
use domain::membership::{MemberKind, Milieu, Sex, disclosed};
use domain::opening_hours::{HolidayRule, Interval, OpeningHours, Parts};
use domain::partnership::{AgreementState, PartyRole, SignedOnBasis, end_of};
use domain::product::{ProductStatus, QualitySignKind, SoldBy, Unit};
use domain::programme::{ProgrammeStatus, StatusBasis, Theme};
use jiff::civil::{Time, date};
use sea_orm::{ActiveValue, IntoActiveModel};
use uuid::Uuid;

/// A cooperative of the demo world: slug, Arabic and French name, sector, members, women, branch, province.
pub(super) struct Cooperative {
    /// Its name in addresses.
    pub(super) slug: &'static str,
    ar: &'static str,
    fr: &'static str,
    sector: Sector,
    members: (u32, u32),
    /// The branch that owns it.
    pub(super) branch: &'static str,
    province: &'static str,
}

pub(super) const COOPERATIVES: [Cooperative; 6] = [
    Cooperative {
        slug: "demo-argan",
        ar: "تعاونية الأركان (تجريبية)",
        fr: "Coopérative Argan (démo)",
        sector: Sector::Argan,
        members: (24, 24),
        branch: "khouribga",
        province: "05.311",
    },
    Cooperative {
        slug: "demo-zitoun",
        ar: "تعاونية الزيتون (تجريبية)",
        fr: "Coopérative Zitoun (démo)",
        sector: Sector::FoodProcessing,
        members: (31, 19),
        branch: "khouribga",
        province: "05.311",
    },
    Cooperative {
        slug: "demo-zarbia",
        ar: "تعاونية الزربية (تجريبية)",
        fr: "Coopérative Zarbia (démo)",
        sector: Sector::Handicrafts,
        members: (18, 18),
        branch: "khouribga",
        province: "05.311",
    },
    Cooperative {
        slug: "demo-haouz",
        ar: "تعاونية خيرات الأرض (تجريبية)",
        fr: "Coopérative Khayrat (démo)",
        sector: Sector::Agriculture,
        members: (7, 6),
        branch: "khouribga",
        province: "05.311",
    },
    Cooperative {
        slug: "demo-mdiq-textile",
        ar: "تعاونية المنسوجات (تجريبية)",
        fr: "Coopérative Mansoujat (démo)",
        sector: Sector::Textiles,
        members: (12, 12),
        branch: "mdiq-fnideq",
        province: "01.573",
    },
    Cooperative {
        slug: "demo-mdiq-miel",
        ar: "تعاونية العسل (تجريبية)",
        fr: "Coopérative Assal (démo)",
        sector: Sector::FoodProcessing,
        members: (9, 4),
        branch: "mdiq-fnideq",
        province: "01.573",
    },
];

/// A product of the demo world: slug, names, category, cooperative, unit, thousandths of it, price in centimes, sign.
pub(super) type Product =
    (&'static str, &'static str, &'static str, &'static str, usize, Unit, i64, i64, Option<QualitySignKind>);

pub(super) const PRODUCTS: [Product; 30] = [
    (
        "huile-argan-250",
        "زيت الأركان 250 مل",
        "Huile d'argan 250 ml",
        "argan-oil",
        0,
        Unit::Ml,
        250_000,
        9_500,
        Some(QualitySignKind::Igp),
    ),
    (
        "huile-argan-500",
        "زيت الأركان 500 مل",
        "Huile d'argan 500 ml",
        "argan-oil",
        0,
        Unit::Ml,
        500_000,
        18_000,
        Some(QualitySignKind::Igp),
    ),
    (
        "huile-argan-toasted",
        "زيت أركان محمص",
        "Huile d'argan torréfiée",
        "argan-oil",
        0,
        Unit::Ml,
        250_000,
        11_000,
        None,
    ),
    ("amlou-amande", "أملو باللوز", "Amlou aux amandes", "amlou", 0, Unit::G, 250_000, 6_500, None),
    ("amlou-miel", "أملو بالعسل", "Amlou au miel", "amlou", 0, Unit::G, 250_000, 7_000, None),
    ("amlou-cacahuete", "أملو بالفول السوداني", "Amlou aux cacahuètes", "amlou", 0, Unit::G, 500_000, 5_500, None),
    (
        "huile-olive-1l",
        "زيت الزيتون البكر",
        "Huile d'olive vierge",
        "olive-oil",
        1,
        Unit::L,
        1_000,
        8_000,
        Some(QualitySignKind::LabelAgricole),
    ),
    ("huile-olive-5l", "زيت الزيتون 5 لتر", "Huile d'olive 5 litres", "olive-oil", 1, Unit::L, 5_000, 38_000, None),
    (
        "huile-olive-bio",
        "زيت زيتون بيولوجي",
        "Huile d'olive biologique",
        "olive-oil",
        1,
        Unit::Ml,
        500_000,
        6_000,
        Some(QualitySignKind::Organic),
    ),
    ("olives-vertes", "زيتون أخضر", "Olives vertes", "food-products", 1, Unit::Kg, 1_000, 2_500, None),
    ("confiture-figue", "مربى التين", "Confiture de figues", "food-products", 1, Unit::G, 400_000, 3_000, None),
    ("couscous-ble", "كسكس القمح", "Couscous de blé", "food-products", 3, Unit::Kg, 1_000, 2_200, None),
    ("couscous-orge", "كسكس الشعير", "Couscous d'orge", "food-products", 3, Unit::Kg, 1_000, 2_400, None),
    ("tapis-rouge", "زربية حمراء", "Tapis rouge", "carpets", 2, Unit::M2, 2_000, 120_000, None),
    ("tapis-laine", "زربية صوفية", "Tapis de laine", "carpets", 2, Unit::M2, 3_000, 210_000, None),
    ("tapis-petit", "زربية صغيرة", "Petit tapis", "carpets", 2, Unit::Piece, 1_000, 45_000, None),
    ("coussin-brode", "وسادة مطرزة", "Coussin brodé", "handmade-textiles", 2, Unit::Piece, 1_000, 9_000, None),
    ("echarpe-laine", "وشاح صوفي", "Écharpe de laine", "handmade-textiles", 2, Unit::Piece, 1_000, 12_000, None),
    ("couverture", "غطاء منسوج", "Couverture tissée", "handmade-textiles", 2, Unit::Piece, 1_000, 35_000, None),
    ("lentilles", "عدس", "Lentilles", "farm-produce", 3, Unit::Kg, 1_000, 1_800, None),
    ("pois-chiches", "حمص", "Pois chiches", "farm-produce", 3, Unit::Kg, 1_000, 2_000, None),
    ("amandes", "لوز", "Amandes", "farm-produce", 3, Unit::G, 500_000, 6_000, None),
    ("figues-sechees", "تين مجفف", "Figues séchées", "farm-produce", 3, Unit::G, 500_000, 3_500, None),
    ("huile-nigelle", "زيت الحبة السوداء", "Huile de nigelle", "food-products", 0, Unit::Ml, 100_000, 6_000, None),
    ("tajine-poterie", "طاجين من الفخار", "Tajine en poterie", "pottery", 2, Unit::Piece, 1_000, 7_500, None),
    ("jus-grenade", "عصير الرمان", "Jus de grenade", "pomegranate-juice", 3, Unit::L, 1_000, 3_000, None),
    ("safran", "زعفران", "Safran", "farm-produce", 3, Unit::G, 1_000, 4_000, Some(QualitySignKind::Aop)),
    ("mendil-mdiq", "منديل تقليدي", "Mendil traditionnel", "handmade-textiles", 4, Unit::Piece, 1_000, 15_000, None),
    ("miel-thym", "عسل الزعتر", "Miel de thym", "food-products", 5, Unit::G, 500_000, 18_000, None),
    ("miel-arbousier", "عسل الساسنو", "Miel d'arbousier", "food-products", 5, Unit::G, 500_000, 22_000, None),
];

pub(super) async fn seed(tx: &Tx<'_>) -> Result<()> {
    cooperatives(tx).await?;
    markets(tx).await?;
    products(tx).await?;
    partnerships(tx).await
}

async fn cooperatives(tx: &Tx<'_>) -> Result<()> {
    let now = tx.now().as_microsecond();
    let rows = COOPERATIVES.iter().map(|row| {
        let name = text(row.ar, row.fr, None);
        let (name_key_ar, name_key_fr) = name_keys(&name)?;
        let seen = disclosed(row.members.0, row.members.1, K);
        let number = |count: Option<u32>| count.and_then(|count| i32::try_from(count).ok());
        Ok(fresh!(cooperative::entity,
            id: key("cooperative", row.slug),
            branch_id: branch_key(row.branch),
            province_id: key("province", row.province),
            slug: row.slug.to_owned(),
            name: Json(name),
            name_key_ar,
            name_key_fr,
            sector: EnumValue(row.sector),
            legal_form: EnumValue(LegalForm::Cooperative),
            commune: None,
            status: EnumValue(CooperativeStatus::Active),
            member_count: number(seen.member_count),
            women_count: number(seen.women_count),
            is_women_only: seen.is_women_only,
            published: true,
            is_demo: true,
            version: 1,
            created_at: now,
            changed_at: now,
        ))
    });
    tx.insert_all::<cooperative::entity::Entity>(rows.collect::<Result<_>>()?).await?;
    let private = COOPERATIVES.iter().map(|row| {
        cooperative::private::Model {
            cooperative_id: key("cooperative", row.slug),
            branch_id: branch_key(row.branch),
            court: Some("Tribunal de première instance (démo)".to_owned()),
            register_number: Some(format!("DEMO {}", row.slug)),
            register_verified: true,
            register_disputed: false,
            register_decided_at: None,
            register_reason: None,
            legacy_exemption: false,
        }
        .into_active_model()
    });
    tx.insert_plain::<cooperative::private::Entity>(private.collect()).await?;
    let members = COOPERATIVES.iter().flat_map(|row| {
        (1..=row.members.0).map(move |place| {
            membership::entity::Model {
                id: key("membership", &format!("{} {place}", row.slug)),
                branch_id: branch_key(row.branch),
                cooperative_id: key("cooperative", row.slug),
                kind: EnumValue(MemberKind::NaturalPerson),
                name: format!("Membre {place} (démo)"),
                sex: Some(EnumValue(if place <= row.members.1 { Sex::Female } else { Sex::Male })),
                birth_year: Some(1960 + i32::try_from(place).unwrap_or_default()),
                milieu: Some(EnumValue(if place % 2 == 0 { Milieu::Urban } else { Milieu::Rural })),
                shares: 1,
                joined_on: Day(date(2024, 1, 1)),
                left_on: None,
                version: 1,
                created_at: now,
                changed_at: now,
            }
            .into_active_model()
        })
    });
    tx.insert_all::<membership::entity::Entity>(members.collect()).await
}

/// Hours from nine to seven, in Ramadan from ten to four, on holidays from ten to two.
fn hours() -> Result<OpeningHours> {
    let interval = |opens: i8, closes: i8| Interval {
        opens: Time::constant(opens, 0, 0, 0),
        closes: Time::constant(closes, 0, 0, 0),
    };
    let week = |interval: Interval| std::array::from_fn(|_| Some(vec![interval]));
    let parts = Parts {
        week: week(interval(9, 19)),
        ramadan: Some(week(interval(10, 16))),
        holidays: HolidayRule::Hours(vec![interval(10, 14)]),
        ..Parts::default()
    };
    Ok(OpeningHours::try_from(parts)?)
}

async fn markets(tx: &Tx<'_>) -> Result<()> {
    let now = tx.now().as_microsecond();
    let locked = tx.lock_for_update::<market::entity::Entity>(key("market", "khouribga")).await?;
    let hours = hours()?;
    tx.update(locked, |row| {
        row.opening_hours = ActiveValue::Set(Json(hours.clone()));
        row.opening_hours_basis = ActiveValue::Set(EnumValue(OpeningHoursBasis::Demo));
    })
    .await?;
    let name = text("سوق المضيق (تجريبي)", "Marché de M'diq (démo)", None);
    let (name_key_ar, name_key_fr) = name_keys(&name)?;
    let market = fresh!(market::entity,
        id: key("market", "demo-mdiq"),
        branch_id: branch_key("mdiq-fnideq"),
        province_id: key("province", "01.573"),
        agreement_id: None,
        slug: "demo-mdiq".to_owned(),
        name: Json(name),
        name_key_ar,
        name_key_fr,
        city: None,
        address: None,
        latitude: None,
        longitude: None,
        contacts: None,
        status: EnumValue(MarketStatus::Open),
        announced_on: None,
        opened_on: None,
        opening_hours: Json(hours),
        opening_hours_basis: EnumValue(OpeningHoursBasis::Demo),
        cost: None,
        aims: Json(Vec::new()),
        published: true,
        sources: Json(Vec::new()),
        is_demo: true,
        version: 1,
        created_at: now,
        changed_at: now,
    );
    tx.insert_all::<market::entity::Entity>(vec![market]).await
}

async fn products(tx: &Tx<'_>) -> Result<()> {
    let now = tx.now().as_microsecond();
    let (mut products, mut variants, mut signs, mut listings) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (slug, ar, fr, category, maker, unit, quantity, price, sign) in PRODUCTS {
        let cooperative = &COOPERATIVES[maker];
        let (id, variant_id) = (key("product", slug), key("product_variant", slug));
        let branch_id = branch_key(cooperative.branch);
        let name = text(ar, fr, None);
        let (name_key_ar, name_key_fr) = name_keys(&name)?;
        products.push(fresh!(product::entity,
            id,
            branch_id,
            cooperative_id: key("cooperative", cooperative.slug),
            category_id: key("category", category),
            slug: slug.to_owned(),
            name: Json(name),
            name_key_ar,
            name_key_fr,
            origin: None,
            sanitary_number: None,
            sanitary_valid_until: None,
            status: EnumValue(ProductStatus::Published),
            published: false,
            valid_until: None,
            price_key: NO_PRICE,
            is_demo: true,
            version: 1,
            created_at: now,
            changed_at: now,
        ));
        variants.push(
            product::variant::Model {
                id: variant_id,
                branch_id,
                product_id: id,
                cooperative_id: key("cooperative", cooperative.slug),
                unit: EnumValue(unit),
                quantity,
                sold_by: EnumValue(SoldBy::Pack),
                sku: slug.to_ascii_uppercase(),
                gtin: None,
                published: false,
                valid_until: None,
                is_demo: true,
                version: 1,
                created_at: now,
                changed_at: now,
            }
            .into_active_model(),
        );
        signs.extend(sign.map(|kind| {
            product::sign::Model {
                id: key("quality_sign", slug),
                branch_id,
                product_id: id,
                cooperative_id: key("cooperative", cooperative.slug),
                kind: EnumValue(kind),
                reference: Some("DEMO".to_owned()),
                valid_until: Some(Day(date(2099, 12, 31))),
                published: false,
                is_demo: true,
            }
            .into_active_model()
        }));
        let market = if cooperative.branch == "khouribga" { "khouribga" } else { "demo-mdiq" };
        listings.push(fresh!(listing::entity,
            id: key("listing", slug),
            branch_id,
            market_id: key("market", market),
            product_id: id,
            cooperative_id: key("cooperative", cooperative.slug),
            category_id: key("category", category),
            variant_id,
            price,
            visible: true,
            sold_out: false,
            stock_good_until: None,
            published: false,
            valid_until: None,
            is_demo: true,
            version: 1,
            created_at: now,
            changed_at: now,
        ));
    }
    tx.insert_all::<product::entity::Entity>(products).await?;
    for (slug, ..) in PRODUCTS {
        let description = text("منتوج تجريبي لعرض المنصة.", "Produit de démonstration de la plateforme.", None);
        describe(tx, key("product", slug), description).await?;
    }
    tx.insert_all::<product::variant::Entity>(variants).await?;
    tx.insert_plain::<product::sign::Entity>(signs).await?;
    tx.insert_all::<listing::entity::Entity>(listings).await
}

async fn describe(tx: &Tx<'_>, key: Uuid, description: domain::text::LocalizedText) -> Result<()> {
    let sql = "update product set description = $2 where id = $1";
    tx.execute(sql, [key.into(), Json(description).into()]).await.map(drop)
}

/// One demo agreement for each partner that has a demo client, with a programme that runs and one that is not approved.
async fn partnerships(tx: &Tx<'_>) -> Result<()> {
    let now = tx.now().as_microsecond();
    let branch_id = branch_key("khouribga");
    let (mut agreements, mut parties, mut programmes, mut links) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut figures, mut measured, mut followed) = (Vec::new(), Vec::new(), Vec::new());
    let today = domain::calendar::today(tx.now());
    for code in ["UNFPA", "INDH", "OCP_FOUNDATION"] {
        let partner = slug(code);
        let agreement_slug = format!("demo-{partner}");
        let id = key("agreement", &agreement_slug);
        let starts_on = date(today.year(), 1, 1);
        agreements.push(fresh!(agreement::entity,
            id,
            branch_id,
            slug: agreement_slug,
            object: Some(Json(text("اتفاقية تجريبية لعرض المنصة", "Convention de démonstration de la plateforme", None))),
            legal_bases: Json(Vec::new()),
            status: EnumValue(AgreementState::Signed),
            signed_on: Some(Day(starts_on)),
            signed_on_basis: Some(EnumValue(SignedOnBasis::Stated)),
            signed_in: None,
            starts_on: Some(Day(starts_on)),
            duration_months: Some(60),
            ends_on: Some(Day(end_of(starts_on, 60)?)),
            budget: None,
            budget_entered_by: None,
            mandate_branch_id: None,
            predecessor_id: None,
            terminated_on: None,
            funding_call_id: None,
            published: true,
            sources: Json(Vec::new()),
            is_demo: true,
            version: 1,
            created_at: now,
            changed_at: now,
        ));
        for (position, (who, role)) in
            [("unfm", PartyRole::Implementing), (partner.as_str(), PartyRole::Funding)].into_iter().enumerate()
        {
            let position = i32::try_from(position).map_err(Error::internal)? + 1;
            let role = Some(EnumValue(role));
            let partner_id = key("partner", who);
            parties.push(
                agreement::party::Model { agreement_id: id, position, partner_id, branch_id, role, published: true }
                    .into_active_model(),
            );
        }
        for (status, ar, fr) in [
            (ProgrammeStatus::Active, "برنامج تجريبي للتكوين", "Programme de formation (démo)"),
            (ProgrammeStatus::Submitted, "برنامج تجريبي مقترح", "Programme proposé (démo)"),
        ] {
            let programme_slug = format!("demo-{partner}-{}", status.to_string().to_ascii_lowercase());
            let programme_id = key("programme", &programme_slug);
            let title = text(ar, fr, None);
            let (title_key_ar, title_key_fr) = name_keys(&title)?;
            programmes.push(fresh!(programme::entity,
                id: programme_id,
                branch_id,
                slug: programme_slug.clone(),
                title: Json(title),
                title_key_ar,
                title_key_fr,
                description: None,
                theme: EnumValue(Theme::Training),
                sdg_targets: Json(vec!["4.4".to_owned(), "5.5".to_owned()]),
                starts_on: Some(Day(starts_on)),
                ends_on: None,
                self_funded: false,
                status: EnumValue(status),
                status_basis: EnumValue(StatusBasis::Stated),
                published: status.is_published(),
                sources: Json(Vec::new()),
                is_demo: true,
                version: 1,
                created_at: now,
                changed_at: now,
            ));
            links.push(
                programme::agreement_link::Model { agreement_id: id, programme_id, branch_id }.into_active_model(),
            );
            let value_id = key("indicator_value", &programme_slug);
            let period = (starts_on.year() - 1).to_string();
            let days = Period::parse(&period)?;
            let indicator_id = key("indicator", "DEMO_TRAINED");
            figures.push(fresh!(indicator::value,
                id: value_id,
                branch_id: Some(branch_id),
                submission_id: None,
                indicator_id,
                programme_id: Some(programme_id),
                kind: EnumValue(IndicatorValueKind::Actual),
                period: period.clone(),
                period_start: Day(days.start()),
                period_end: Day(days.end()),
                area_kind: EnumValue(AreaKind::Province),
                area_code: "05.311".to_owned(),
                milieu: None,
                sex: None,
                age_band: None,
                value: Some("120".to_owned()),
                hundredths: None,
                numerator: None,
                denominator: None,
                status: EnumValue(IndicatorValueStatus::Available),
                source_code: "DEMO".to_owned(),
                source_name: "Demo world".to_owned(),
                source_method: EnumValue(SourceMethod::Administrative),
                source_year: i32::from(starts_on.year()) - 1,
                source_url: None,
                accepted: status.is_published(),
                published: status.is_published(),
                is_demo: true,
                version: 1,
                created_at: now,
                changed_at: now,
            ));
            measured.push(
                indicator::measurement::Model {
                    value_id,
                    branch_id,
                    submission_id: None,
                    programme_indicator_id: key("programme_indicator", &programme_slug),
                    kind: EnumValue(IndicatorValueKind::Actual),
                    sex: None,
                    age_band: None,
                    milieu: None,
                    source: "DEMO".to_owned(),
                    value: "120".to_owned(),
                    numerator: None,
                    denominator: None,
                    position: 0,
                    entered_by: None,
                }
                .into_active_model(),
            );
            followed.push(
                programme::indicator::Model {
                    id: key("programme_indicator", &programme_slug),
                    branch_id,
                    programme_id,
                    indicator_id,
                    position: 1,
                    disaggregations: Json(vec![Disaggregation::Sex, Disaggregation::Milieu]),
                    age_bands: Json(AGE_BANDS.map(str::to_owned).to_vec()),
                    latest_actual_id: status.is_published().then_some(value_id),
                    published: status.is_published(),
                    version: 1,
                    created_at: now,
                    changed_at: now,
                }
                .into_active_model(),
            );
        }
    }
    let trained = indicator::entity::Model {
        id: key("indicator", "DEMO_TRAINED"),
        code: "DEMO_TRAINED".to_owned(),
        name: Json(text("عدد المستفيدات من التكوين (تجريبي)", "Femmes formées (démo)", Some("Women trained (demo)"))),
        unit: EnumValue(domain::indicator::IndicatorUnit::Number),
        direction: EnumValue(domain::indicator::IndicatorDirection::Up),
        theme: EnumValue(Theme::Training),
        numerator: None,
        denominator: None,
        is_demo: true,
        version: 1,
        created_at: now,
        changed_at: now,
    };
    tx.insert_all::<agreement::entity::Entity>(agreements).await?;
    tx.insert_plain::<agreement::party::Entity>(parties).await?;
    tx.insert_all::<programme::entity::Entity>(programmes).await?;
    tx.insert_plain::<programme::agreement_link::Entity>(links).await?;
    tx.insert_all::<indicator::entity::Entity>(vec![trained.into_active_model()]).await?;
    tx.insert_all::<indicator::value::Entity>(figures).await?;
    tx.insert_all::<programme::indicator::Entity>(followed).await?;
    tx.insert_plain::<indicator::measurement::Entity>(measured).await
}
