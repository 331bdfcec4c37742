//! A large synthetic world, for measuring: all of it flagged as demo, the same on every run.
//!
//! It is written in units, each recorded as a seed of its own, so that a world can be made larger later: on SQLite in a transaction
//! each, on PostgreSQL in one transaction that loads all of them at once.

use super::{SEEDER, fresh, is_seeded, once, text};
use crate::platform::database::db::Db;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::text::name_keys;
use crate::platform::query::stored::{Day, EnumValue, Json};
use crate::platform::query::transaction::Tx;
use crate::{
    agreement, branch, contribution, cooperative, indicator, listing, market, photo, product, programme, stock, user,
};
use domain::access::Role;
use domain::branch::{BranchKind, BranchStatus, Path};
use domain::codes::Coded;
use domain::cooperative::{CooperativeStatus, LegalForm, Sector};
use domain::id::founding as key;
use domain::indicator::{AreaKind, IndicatorValueKind, IndicatorValueStatus, Period, SourceMethod};
use domain::market::{MarketStatus, OpeningHoursBasis};
use domain::opening_hours::{Interval, OpeningHours, Parts};
use domain::partnership::{AgreementState, ContributionKind, ContributionStatus, PartyRole, SignedOnBasis, end_of};
use domain::product::{ProductStatus, QualitySignKind, SoldBy, Unit};
use domain::programme::{ProgrammeStatus, StatusBasis, Theme};
use domain::stock::StockMovementKind;
use domain::user::UserStatus;
use jiff::Timestamp;
use jiff::civil::{Time, date};
use sea_orm::{DbBackend, IntoActiveModel};
use std::ops::Range;
use uuid::Uuid;

/// Units that make the world of scale 1: 2,000 local branches with 20,000 logins, 20,000 cooperatives, 500,000 products, 2,000
/// programmes, 200,000 figures.
pub const UNITS: u64 = 250;
const BRANCHES: u64 = 8;
const LOGINS: u64 = 10;
const COOPERATIVES: u64 = 80;
const PRODUCTS: u64 = 25;
const PROGRAMMES: u64 = 8;
/// The first unit has more, so that a page of them is full in the smallest world.
const FIRST_PROGRAMMES: u64 = 64;
const FIGURES: u64 = 20;
/// What a market has of each variant, in thousandths of packs.
const ON_HAND: i64 = 12_000;

/// Kinds of products: category, Arabic and French name.
const KINDS: [(&str, &str, &str); 12] = [
    ("argan-oil", "زيت الأركان", "Huile d'argan"),
    ("olive-oil", "زيت الزيتون", "Huile d'olive"),
    ("amlou", "أملو", "Amlou"),
    ("carpets", "زربية", "Tapis"),
    ("handmade-textiles", "وشاح", "Écharpe"),
    ("handmade-textiles", "غطاء", "Couverture"),
    ("farm-produce", "لوز", "Amandes"),
    ("farm-produce", "زعفران", "Safran"),
    ("food-products", "كسكس", "Couscous"),
    ("food-products", "عسل", "Miel"),
    ("pottery", "طاجين", "Tajine"),
    ("pomegranate-juice", "عصير الرمان", "Jus de grenade"),
];

/// What tells one product from another.
const TRAITS: [(&str, &str); 10] = [
    ("الأطلس", "de l'Atlas"),
    ("الريف", "du Rif"),
    ("سوس", "du Souss"),
    ("تقليدي", "traditionnel"),
    ("بلدي", "du terroir"),
    ("ممتاز", "extra"),
    ("محمص", "torréfié"),
    ("طبيعي", "naturel"),
    ("الواحات", "des oasis"),
    ("البحر", "du littoral"),
];

/// Seed a synthetic world of so many units, after the founding and demo data; `progress` is told how many units of how
/// many are done.
///
/// # Errors
/// The database's refusal; the units before it stay.
pub async fn scale(db: &Db, units: u64, now: Timestamp, progress: impl Fn(u64, u64)) -> Result<()> {
    super::demo(db, now).await?;
    once(db, now, "scale places", places).await?;
    // Units are written in their order.
    let last = seed_name(units.saturating_sub(1));
    if db.write(&SEEDER, now, async |tx| is_seeded(tx, &last).await).await? {
        return Ok(());
    }
    if db.backend() == DbBackend::Postgres {
        let load = async |tx: &Tx<'_>| {
            for first in (0..units).step_by(TOGETHER) {
                let last = Ord::min(first + TOGETHER as u64, units);
                write(tx, first..last).await?;
                progress(last, units);
            }
            Ok(())
        };
        return db.load(&SEEDER, now, load).await;
    }
    for unit in 0..units {
        db.write(&SEEDER, now, async |tx| write(tx, unit..unit + 1).await).await?;
        progress(unit + 1, units);
    }
    Ok(())
}

/// Units that are written together on PostgreSQL: each COPY waits for the network's delayed acknowledgement.
const TOGETHER: usize = 10;

/// Write units, without those that are there already.
async fn write(tx: &Tx<'_>, mut units: Range<u64>) -> Result<()> {
    while units.start < units.end && is_seeded(tx, &seed_name(units.start)).await? {
        units.start += 1;
    }
    if units.is_empty() {
        return Ok(());
    }
    let places = provinces();
    tree(tx, units.clone(), &places).await?;
    catalogue(tx, units.clone(), &places).await?;
    shelves(tx, units.clone(), &places).await?;
    partnerships(tx, units.clone(), &places).await?;
    let rows = units.map(|unit| vec![seed_name(unit).into(), tx.now().as_microsecond().into()]);
    tx.insert_values("seed", &["name", "finished_at"], rows.collect()).await
}

fn seed_name(unit: u64) -> String {
    format!("scale {unit}")
}

/// The places that a unit is spread over: branches and markets are as full in a small world as in a large one, which has
/// more of them.
fn places_of<T>(unit: u64, places: &[T]) -> &[T] {
    let number = usize::try_from(3 + unit / 2).unwrap_or(usize::MAX);
    places.get(..number).unwrap_or(places)
}

fn provinces() -> Vec<(String, String, String, String)> {
    super::facts::provinces().into_iter().map(|row| (row.code, row.region_code, row.name_ar, row.name_fr)).collect()
}

/// The branch of a province in the synthetic world.
fn branch_of(province: &str) -> Uuid {
    key("branch", &format!("demo-{province}"))
}

fn market_of(province: &str) -> Uuid {
    key("market", &format!("demo-{province}"))
}

/// A branch and a market for each province.
async fn places(tx: &Tx<'_>) -> Result<()> {
    let now = tx.now().as_microsecond();
    let interval = Interval { opens: Time::constant(9, 0, 0, 0), closes: Time::constant(19, 0, 0, 0) };
    let week = std::array::from_fn(|_| Some(vec![interval]));
    let hours = OpeningHours::try_from(Parts { week, ..Parts::default() })?;
    let root = Path::root(key("branch", "national"));
    let (mut branches, mut markets) = (Vec::new(), Vec::new());
    for (code, region, ar, fr) in provinces() {
        let slug = format!("demo-{}", code.replace('.', "-"));
        branches.push(
            branch::entity::Model {
                id: branch_of(&code),
                parent_id: Some(key("branch", "national")),
                path: root.child(branch_of(&code)).as_str().to_owned(),
                slug: slug.clone(),
                kind: EnumValue(BranchKind::Provincial),
                name: Json(text(&format!("{ar} (تجريبي)"), &format!("{fr} (démo)"), None)),
                contacts: None,
                region_id: Some(key("region", &region)),
                province_id: Some(key("province", &code)),
                is_legal_person: false,
                status: EnumValue(BranchStatus::Active),
                is_demo: true,
                version: 1,
                created_at: now,
                changed_at: now,
            }
            .into_active_model(),
        );
        let name = text(&format!("سوق {ar} (تجريبي)"), &format!("Marché de {fr} (démo)"), None);
        let (name_key_ar, name_key_fr) = name_keys(&name)?;
        markets.push(fresh!(market::entity,
            id: market_of(&code),
            branch_id: branch_of(&code),
            province_id: key("province", &code),
            agreement_id: None,
            slug,
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
            opening_hours: Json(hours.clone()),
            opening_hours_basis: EnumValue(OpeningHoursBasis::Demo),
            cost: None,
            aims: Json(Vec::new()),
            published: true,
            sources: Json(Vec::new()),
            is_demo: true,
            version: 1,
            created_at: now,
            changed_at: now,
        ));
    }
    tx.insert_all::<branch::entity::Entity>(branches).await?;
    tx.insert_all::<market::entity::Entity>(markets).await
}

/// Local branches, each with the logins of those who work there; some of them below the branch of Khouribga, whose
/// administrator the demo world has.
async fn tree(tx: &Tx<'_>, units: Range<u64>, places: &[(String, String, String, String)]) -> Result<()> {
    let now = tx.now().as_microsecond();
    let today = Day(domain::calendar::today(tx.now()));
    let national = Path::root(key("branch", "national"));
    let khouribga = national.child(key("branch", "region-05")).child(key("branch", "khouribga"));
    let (mut branches, mut users, mut roles) = (Vec::new(), Vec::new(), Vec::new());
    for number in units.start * BRANCHES..units.end * BRANCHES {
        let places = places_of(number / BRANCHES, places);
        let above = places.iter().map(|(code, region, ..)| {
            (national.child(branch_of(code)), branch_of(code), code.as_str(), region.as_str())
        });
        let above: Vec<_> = above.chain([(khouribga.clone(), key("branch", "khouribga"), "05.311", "05")]).collect();
        let (path, parent_id, province, region) = pick(&above, number);
        let slug = format!("scale-{number}");
        let id = key("branch", &slug);
        branches.push(
            branch::entity::Model {
                id,
                parent_id: Some(*parent_id),
                path: path.child(id).as_str().to_owned(),
                slug,
                kind: EnumValue(BranchKind::Local),
                name: Json(text(&format!("فرع تجريبي {number}"), &format!("Section démo {number}"), None)),
                contacts: None,
                region_id: Some(key("region", region)),
                province_id: Some(key("province", province)),
                is_legal_person: false,
                status: EnumValue(BranchStatus::Active),
                is_demo: true,
                version: 1,
                created_at: now,
                changed_at: now,
            }
            .into_active_model(),
        );
        for number in number * LOGINS..(number + 1) * LOGINS {
            let email = format!("scale-{number}@unfm.example");
            users.push(fresh!(user::entity,
                id: key("user", &email),
                email: email.clone(),
                display_name: format!("Personne démo {number}"),
                status: EnumValue(UserStatus::Active),
                is_demo: true,
                version: 1,
                created_at: now,
                changed_at: now,
            ));
            roles.push(
                user::assignment::Model {
                    id: key("role_assignment", &email),
                    branch_id: id,
                    user_id: key("user", &email),
                    role: EnumValue(Role::DataEntry),
                    includes_descendants: true,
                    cooperative_id: None,
                    valid_from: today,
                    valid_to: None,
                    granted_by: None,
                    revoked_at: None,
                    version: 1,
                    created_at: now,
                    changed_at: now,
                }
                .into_active_model(),
            );
        }
    }
    tx.insert_all::<branch::entity::Entity>(branches).await?;
    tx.insert_all::<user::entity::Entity>(users).await?;
    tx.insert_all::<user::assignment::Entity>(roles).await
}

/// An index into a list, spread over it.
fn pick<T>(list: &[T], number: u64) -> &T {
    &list[usize::try_from(number % list.len() as u64).expect("it is below a length")]
}

/// Products with what is derived of them, as [`crate::product::publication::refresh`] would derive it.
async fn catalogue(tx: &Tx<'_>, units: Range<u64>, places: &[(String, String, String, String)]) -> Result<()> {
    let now = tx.now().as_microsecond();
    let (mut cooperatives, mut products, mut variants) = (Vec::new(), Vec::new(), Vec::new());
    let (mut signs, mut listings) = (Vec::new(), Vec::new());
    for number in units.start * COOPERATIVES..units.end * COOPERATIVES {
        let province = pick(places_of(number / COOPERATIVES, places), number).0.as_str();
        let branch_id = branch_of(province);
        let slug = format!("scale-{number}");
        let cooperative_id = key("cooperative", &slug);
        let name = text(&format!("تعاونية تجريبية {number}"), &format!("Coopérative démo {number}"), None);
        let (name_key_ar, name_key_fr) = name_keys(&name)?;
        let members = i32::try_from(7 + number % 60).map_err(Error::internal)?;
        cooperatives.push(fresh!(cooperative::entity,
            id: cooperative_id,
            branch_id,
            province_id: key("province", province),
            slug,
            name: Json(name),
            name_key_ar,
            name_key_fr,
            sector: EnumValue(*pick(Sector::ALL, number)),
            legal_form: EnumValue(LegalForm::Cooperative),
            commune: None,
            status: EnumValue(CooperativeStatus::Active),
            member_count: Some(members),
            women_count: Some(members),
            is_women_only: Some(true),
            published: true,
            is_demo: true,
            version: 1,
            created_at: now,
            changed_at: now,
        ));
        for number in number * PRODUCTS..(number + 1) * PRODUCTS {
            let (category, ar, fr) = *pick(&KINDS, number);
            let of = *pick(&TRAITS, number / KINDS.len() as u64);
            let slug = format!("scale-{number}");
            let price = i64::try_from(1_000 + number * 37 % 50_000).map_err(Error::internal)?;
            // Every tenth bears a quality sign, which ends its validity.
            let valid_until = (number % 10 == 0).then(|| Day(date(2099, 12, 31)));
            let (id, variant_id) = (key("product", &slug), key("product_variant", &slug));
            let name = text(&format!("{ar} {} {number}", of.0), &format!("{fr} {} {number}", of.1), None);
            let (name_key_ar, name_key_fr) = name_keys(&name)?;
            products.push(fresh!(product::entity,
                id,
                branch_id,
                cooperative_id,
                category_id: key("category", category),
                slug: slug.clone(),
                name: Json(name),
                name_key_ar,
                name_key_fr,
                origin: None,
                sanitary_number: None,
                sanitary_valid_until: None,
                status: EnumValue(ProductStatus::Published),
                published: true,
                valid_until,
                price_key: price,
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
                    cooperative_id,
                    unit: EnumValue(*pick(Unit::ALL, number)),
                    quantity: 250_000,
                    sold_by: EnumValue(SoldBy::Pack),
                    sku: slug.clone(),
                    gtin: None,
                    published: true,
                    valid_until,
                    is_demo: true,
                    version: 1,
                    created_at: now,
                    changed_at: now,
                }
                .into_active_model(),
            );
            if valid_until.is_some() {
                signs.push(
                    product::sign::Model {
                        id: key("quality_sign", &slug),
                        branch_id,
                        product_id: id,
                        cooperative_id,
                        kind: EnumValue(*pick(QualitySignKind::ALL, number / 10)),
                        reference: None,
                        valid_until,
                        published: true,
                        is_demo: true,
                    }
                    .into_active_model(),
                );
            }
            listings.push(fresh!(listing::entity,
                id: key("listing", &slug),
                branch_id,
                market_id: market_of(province),
                product_id: id,
                cooperative_id,
                category_id: key("category", category),
                variant_id,
                price,
                visible: true,
                sold_out: false,
                stock_good_until: None,
                published: true,
                valid_until,
                is_demo: true,
                version: 1,
                created_at: now,
                changed_at: now,
            ));
        }
    }
    tx.insert_all::<cooperative::entity::Entity>(cooperatives).await?;
    tx.insert_all::<product::entity::Entity>(products).await?;
    tx.insert_all::<product::variant::Entity>(variants).await?;
    tx.insert_plain::<product::sign::Entity>(signs).await?;
    tx.insert_all::<listing::entity::Entity>(listings).await
}

/// A photo of each product, all with the same content, whose files are not there; and what its market has of it.
async fn shelves(tx: &Tx<'_>, units: Range<u64>, places: &[(String, String, String, String)]) -> Result<()> {
    let (now, content) = (tx.now().as_microsecond(), "0".repeat(64));
    photo::store::claim(tx, &content).await?;
    let (mut photos, mut levels, mut lots, mut movements) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for number in units.start * COOPERATIVES * PRODUCTS..units.end * COOPERATIVES * PRODUCTS {
        let cooperative = number / PRODUCTS;
        let province = pick(places_of(cooperative / COOPERATIVES, places), cooperative).0.as_str();
        let (branch_id, slug) = (branch_of(province), format!("scale-{number}"));
        let (product_id, cooperative_id) = (key("product", &slug), key("cooperative", &format!("scale-{cooperative}")));
        photos.push(fresh!(photo::entity,
            id: key("photo", &slug),
            branch_id,
            product_id,
            cooperative_id,
            position: Some(0),
            content: content.clone(),
            width: 1280,
            height: 960,
            blur_hash: "LXKey2xaLztltln%nOn%Txn+vMni".to_owned(),
            alt: Json(text("صورة تجريبية", "Photo de démonstration", None)),
            published: true,
            valid_until: (number % 10 == 0).then(|| Day(date(2099, 12, 31))),
            is_demo: true,
            version: 1,
            created_at: now,
            changed_at: now,
        ));
        let level = key("stock_level", &slug);
        levels.push(fresh!(stock::entity,
            id: level,
            branch_id,
            market_id: market_of(province),
            variant_id: key("product_variant", &slug),
            product_id,
            cooperative_id,
            on_hand: ON_HAND,
            good_until: None,
            next_expiry: None,
            asked_price: None,
            price_differs: false,
            version: 1,
            created_at: now,
            changed_at: now,
        ));
        let lot = stock::lot::Model {
            id: key("stock_lot", &slug),
            branch_id,
            stock_level_id: level,
            cooperative_id,
            code: "A".to_owned(),
            produced_on: None,
            expires_on: None,
            on_hand: ON_HAND,
        };
        movements.push(fresh!(stock::movement,
            id: key("stock_movement", &slug),
            branch_id,
            stock_level_id: level,
            stock_lot_id: lot.id,
            cooperative_id,
            entry_id: key("stock_entry", &slug),
            kind: EnumValue(StockMovementKind::Delivery),
            quantity: ON_HAND,
            reason: None,
            moved_at: now,
            entered_by: None,
            version: 1,
            created_at: now,
            changed_at: now,
        ));
        lots.push(lot.into_active_model());
    }
    tx.insert_all::<photo::entity::Entity>(photos).await?;
    tx.insert_all::<stock::entity::Entity>(levels).await?;
    tx.insert_plain::<stock::lot::Entity>(lots).await?;
    tx.insert_all::<stock::movement::Entity>(movements).await
}

async fn partnerships(tx: &Tx<'_>, units: Range<u64>, places: &[(String, String, String, String)]) -> Result<()> {
    let now = tx.now().as_microsecond();
    let (mut agreements, mut parties, mut contributions) = (Vec::new(), Vec::new(), Vec::new());
    let (mut programmes, mut links, mut followed, mut figures) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let codes = ["DEMO_TRAINED", "SBA", "PNC", "ANC_QUALIFIED", "CAESAREAN"];
    let before = |unit: u64| FIRST_PROGRAMMES * unit.min(1) + PROGRAMMES * unit.saturating_sub(1);
    let numbers = units.flat_map(|unit| (before(unit)..before(unit + 1)).map(move |number| (unit, number)));
    for (unit, number) in numbers {
        let province = pick(places_of(unit, places), number).0.as_str();
        let branch_id = branch_of(province);
        let slug = format!("scale-{number}");
        let (id, agreement_id) = (key("programme", &slug), key("agreement", &slug));
        let starts_on = date(2024, 1, 1);
        agreements.push(fresh!(agreement::entity,
            id: agreement_id,
            branch_id,
            slug: slug.clone(),
            object: None,
            legal_bases: Json(Vec::new()),
            status: EnumValue(AgreementState::Signed),
            signed_on: Some(Day(starts_on)),
            signed_on_basis: Some(EnumValue(SignedOnBasis::Stated)),
            signed_in: None,
            starts_on: Some(Day(starts_on)),
            duration_months: Some(60),
            ends_on: Some(Day(end_of(starts_on, 60)?)),
            budget: Some(10_000_000),
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
        for (position, (slug, role)) in (1..).zip([("unfm", PartyRole::Implementing), ("indh", PartyRole::Funding)]) {
            let (partner_id, role) = (key("partner", slug), Some(EnumValue(role)));
            let party =
                agreement::party::Model { agreement_id, position, partner_id, branch_id, role, published: true };
            parties.push(party.into_active_model());
        }
        contributions.push(
            contribution::entity::Model {
                id: key("contribution", &slug),
                branch_id,
                market_id: None,
                agreement_id: Some(agreement_id),
                partner_id: Some(key("partner", "indh")),
                position: 1,
                kind: Some(EnumValue(ContributionKind::Cash)),
                amount: 10_000_000,
                reverses_id: None,
                declared_on: None,
                entered_by: None,
                status: EnumValue(ContributionStatus::Confirmed),
                published: true,
                is_demo: true,
                version: 1,
                created_at: now,
                changed_at: now,
            }
            .into_active_model(),
        );
        let title = text(&format!("برنامج تجريبي {number}"), &format!("Programme démo {number}"), None);
        let (title_key_ar, title_key_fr) = name_keys(&title)?;
        programmes.push(fresh!(programme::entity,
            id,
            branch_id,
            slug: slug.clone(),
            title: Json(title),
            title_key_ar,
            title_key_fr,
            description: None,
            theme: EnumValue(*pick(Theme::ALL, number)),
            sdg_targets: Json(Vec::new()),
            starts_on: Some(Day(starts_on)),
            ends_on: None,
            self_funded: false,
            status: EnumValue(ProgrammeStatus::Active),
            status_basis: EnumValue(StatusBasis::Stated),
            published: true,
            sources: Json(Vec::new()),
            is_demo: true,
            version: 1,
            created_at: now,
            changed_at: now,
        ));
        links.push(programme::agreement_link::Model { agreement_id, programme_id: id, branch_id }.into_active_model());
        for (position, code) in (1..).zip(codes) {
            let indicator_id = key("indicator", code);
            let mut latest = None;
            for quarter in 0..FIGURES {
                let period = format!("{}-Q{}", 2021 + quarter / 4, 1 + quarter % 4);
                let days = Period::parse(&period)?;
                let value_id = key("indicator_value", &format!("{slug} {code} {period}"));
                latest = Some(value_id);
                figures.push(fresh!(indicator::value,
                    id: value_id,
                    branch_id: Some(branch_id),
                    submission_id: None,
                    indicator_id,
                    programme_id: Some(id),
                    kind: EnumValue(IndicatorValueKind::Actual),
                    period,
                    period_start: Day(days.start()),
                    period_end: Day(days.end()),
                    area_kind: EnumValue(AreaKind::Province),
                    area_code: province.to_owned(),
                    milieu: None,
                    sex: None,
                    age_band: None,
                    value: Some((20 + (number + quarter) % 80).to_string()),
                    hundredths: None,
                    numerator: None,
                    denominator: None,
                    status: EnumValue(IndicatorValueStatus::Available),
                    source_code: "DEMO".to_owned(),
                    source_name: "Demo world".to_owned(),
                    source_method: EnumValue(SourceMethod::Administrative),
                    source_year: i32::from(days.end().year()),
                    source_url: None,
                    accepted: true,
                    published: true,
                    is_demo: true,
                    version: 1,
                    created_at: now,
                    changed_at: now,
                ));
            }
            followed.push(
                programme::indicator::Model {
                    id: key("programme_indicator", &format!("{slug} {code}")),
                    branch_id,
                    programme_id: id,
                    indicator_id,
                    position,
                    disaggregations: Json(Vec::new()),
                    age_bands: Json(Vec::new()),
                    latest_actual_id: latest,
                    published: true,
                    version: 1,
                    created_at: now,
                    changed_at: now,
                }
                .into_active_model(),
            );
        }
    }
    tx.insert_all::<agreement::entity::Entity>(agreements).await?;
    tx.insert_plain::<agreement::party::Entity>(parties).await?;
    tx.insert_all::<contribution::entity::Entity>(contributions).await?;
    tx.insert_all::<programme::entity::Entity>(programmes).await?;
    tx.insert_plain::<programme::agreement_link::Entity>(links).await?;
    tx.insert_all::<indicator::value::Entity>(figures).await?;
    tx.insert_all::<programme::indicator::Entity>(followed).await
}
