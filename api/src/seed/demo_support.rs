//! The directory of support services of the demo world: invented services in two provinces, all of them marked as demo, each with
//! the number of nobody. What there is in truth its branch enters.

use super::{fresh, text};
use crate::geography::province;
use crate::platform::error::Result;
use crate::platform::query::stored::{Day, EnumValue, Json};
use crate::platform::query::transaction::Tx;
use crate::support_service::{entity, shelter, verification};
use domain::id::founding as key;
use domain::opening_hours::{HolidayRule, Interval, OpeningHours, Parts};
use domain::support_service::{
    SupportCost, SupportCoverage, SupportLanguage, SupportServiceKind, SupportServiceStatus, shown_until,
};
use jiff::ToSpan;
use jiff::civil::Time;
use sea_orm::{ColumnTrait, IntoActiveModel};

/// A service of the demo world: code, kind, coverage, branch, province, names, whether it is always open, and how many days
/// ago somebody made sure of it.
type Service = (
    &'static str,
    SupportServiceKind,
    SupportCoverage,
    &'static str,
    &'static str,
    (&'static str, &'static str),
    bool,
    Option<i32>,
);

const SERVICES: [Service; 9] = {
    use SupportCoverage::{Province, Region};
    use SupportServiceKind::*;
    const KHOURIBGA: (&str, &str) = ("khouribga", "05.311");
    const MDIQ: (&str, &str) = ("mdiq-fnideq", "01.573");
    [
        (
            "police-khouribga",
            Police,
            Province,
            KHOURIBGA.0,
            KHOURIBGA.1,
            ("خلية استقبال النساء بالأمن (تجريبية)", "Cellule d'accueil de la police (démo)"),
            true,
            Some(20),
        ),
        (
            "hospital-khouribga",
            HospitalCell,
            Province,
            KHOURIBGA.0,
            KHOURIBGA.1,
            ("خلية التكفل بالمستشفى (تجريبية)", "Cellule de prise en charge de l'hôpital (démo)"),
            true,
            Some(40),
        ),
        (
            "court-khouribga",
            CourtCell,
            Province,
            KHOURIBGA.0,
            KHOURIBGA.1,
            ("خلية المحكمة (تجريبية)", "Cellule du tribunal (démo)"),
            false,
            Some(60),
        ),
        (
            "listening-khouribga",
            ListeningCentre,
            Province,
            KHOURIBGA.0,
            KHOURIBGA.1,
            ("مركز الاستماع (تجريبي)", "Centre d'écoute (démo)"),
            false,
            Some(200),
        ),
        (
            "economic-khouribga",
            Economic,
            Province,
            KHOURIBGA.0,
            KHOURIBGA.1,
            ("فضاء التكوين (تجريبي)", "Espace de formation (démo)"),
            false,
            Some(400),
        ),
        (
            "legal-region05",
            LegalAid,
            Region,
            "region-05",
            KHOURIBGA.1,
            ("المساعدة القانونية الجهوية (تجريبية)", "Aide juridique régionale (démo)"),
            false,
            Some(90),
        ),
        (
            "shelter-khouribga",
            Shelter,
            Region,
            KHOURIBGA.0,
            KHOURIBGA.1,
            ("مركز الإيواء (تجريبي)", "Centre d'hébergement (démo)"),
            true,
            Some(10),
        ),
        (
            "listening-mdiq",
            ListeningCentre,
            Province,
            MDIQ.0,
            MDIQ.1,
            ("مركز الاستماع بالمضيق (تجريبي)", "Centre d'écoute de M'diq (démo)"),
            false,
            Some(15),
        ),
        (
            "psychological-mdiq",
            Psychological,
            Province,
            MDIQ.0,
            MDIQ.1,
            ("الدعم النفسي (تجريبي)", "Soutien psychologique (démo)"),
            false,
            None,
        ),
    ]
};

/// Working hours: from Monday to Friday, and none on holidays.
fn office_hours() -> Result<OpeningHours> {
    let day = || Some(vec![Interval { opens: Time::constant(9, 0, 0, 0), closes: Time::constant(16, 30, 0, 0) }]);
    let closed = || Some(Vec::new());
    let week = [day(), day(), day(), day(), day(), closed(), closed()];
    Ok(OpeningHours::try_from(Parts { week, holidays: HolidayRule::Closed, ..Parts::default() })?)
}

pub(super) async fn seed(tx: &Tx<'_>) -> Result<()> {
    use SupportServiceKind::Shelter;
    let (now, today) = (tx.now().as_microsecond(), domain::calendar::today(tx.now()));
    let keys = ["05.311", "01.573"].map(|code| key("province", code));
    let provinces = tx.select::<province::Entity>().filter(province::Column::Id.is_in(keys));
    let provinces = provinces.all(<province::Entity as crate::platform::query::table::Table>::read).await?;
    let (mut services, mut verifications) = (Vec::new(), Vec::new());
    for (place, (code, kind, coverage, branch, province, name, is_always_open, verified)) in (0..).zip(SERVICES) {
        let (id, branch_id) = (key("support_service", code), key("branch", branch));
        let province = provinces.iter().find(|row| row.code == province);
        let verified_on = verified.map(|days| today.saturating_sub(days.days()));
        // Invented points beside the town, each another one.
        let offset = f64::from(place) * 0.004;
        let point = province.filter(|_| kind != Shelter).map(|row| (row.latitude + offset, row.longitude - offset));
        services.push(fresh!(entity,
            id,
            branch_id,
            kind: EnumValue(kind),
            coverage: EnumValue(coverage),
            province_id: province.map(|row| row.id),
            region_id: province.map(|row| row.region_id),
            name: Json(text(name.0, name.1, None)),
            // Short numbers of four zeros are given to nobody.
            phones: Json(if kind == Shelter { Vec::new() } else { vec![format!("0000{place}")] }),
            languages: Json(vec![SupportLanguage::Darija, SupportLanguage::French]),
            access: Some(Json(text("الدخول مجاني وبدون موعد (تجريبي)", "Entrée libre, sans rendez-vous (démo)", None))),
            cost: Some(EnumValue(SupportCost::Free)),
            address: None,
            latitude: point.map(|point| point.0),
            longitude: point.map(|point| point.1),
            is_always_open,
            opening_hours: Json(if is_always_open { OpeningHours::unknown() } else { office_hours()? }),
            status: EnumValue(SupportServiceStatus::Active),
            verified_on: verified_on.map(Day),
            valid_until: verified_on.map(|day| Day(shown_until(day))),
            is_national_line: false,
            published: false,
            sources: Json(Vec::new()),
            is_demo: true,
            version: 1,
            created_at: now,
            changed_at: now,
        ));
        if let Some(days) = verified {
            let verified_at = tx.now() - (i64::from(days) * 24).hours();
            verifications.push(
                verification::Model {
                    id: key("support_verification", code),
                    branch_id,
                    support_service_id: id,
                    actor_id: None,
                    actor_name: None,
                    note: Some("Par téléphone (démo)".to_owned()),
                    verified_at: verified_at.as_microsecond(),
                }
                .into_active_model(),
            );
        }
    }
    tx.insert_all::<entity::Entity>(services).await?;
    tx.insert_plain::<verification::Entity>(verifications).await?;
    let shelter = shelter::Model {
        support_service_id: key("support_service", "shelter-khouribga"),
        branch_id: key("branch", "khouribga"),
        address: Json(text("عنوان تجريبي", "Adresse inventée (démo)", None)),
        latitude: None,
        longitude: None,
        phones: Json(vec!["00009".to_owned()]),
    };
    tx.insert_plain::<shelter::Entity>(vec![shelter.into_active_model()]).await
}
