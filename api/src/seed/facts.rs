//! The data files that the program carries, as they are; their provenance is in `data/README.md`.

use domain::source::Source;
use domain::text::LocalizedText;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// Read one of the files.
fn parsed<T: DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).expect("the data files are part of the program and were tested with it")
}

#[derive(Deserialize)]
pub(super) struct Region {
    pub code: String,
    pub iso_3166_2: String,
    pub name_ar: String,
    pub name_fr: String,
    pub name_zgh: String,
    pub name_zgh_reviewed: bool,
    pub seat_ar: String,
    pub seat_fr: String,
}

#[derive(Deserialize)]
pub(super) struct Province {
    pub code: String,
    pub iso_3166_2: String,
    pub kind: String,
    pub region_code: String,
    pub name_ar: String,
    pub name_fr: String,
    pub latitude: f64,
    pub longitude: f64,
}

#[derive(Deserialize)]
pub(super) struct Holidays {
    pub fixed: Vec<FixedHoliday>,
    pub religious: Vec<ReligiousHoliday>,
}

#[derive(Deserialize)]
pub(super) struct FixedHoliday {
    pub month_day: String,
    pub name: LocalizedText,
    pub first_year: Option<i32>,
    pub source: String,
}

#[derive(Deserialize)]
pub(super) struct ReligiousHoliday {
    pub date: String,
    pub name: LocalizedText,
    pub source: String,
}

#[derive(Deserialize)]
pub(super) struct Indicators {
    pub indicators: Vec<Indicator>,
}

#[derive(Deserialize)]
pub(super) struct Indicator {
    pub code: String,
    pub unit: String,
    pub better: String,
    pub theme: String,
    pub name: LocalizedText,
    pub denominator: Option<String>,
    pub values: Vec<Figure>,
}

#[derive(Deserialize)]
pub(super) struct Figure {
    pub period: String,
    pub value: String,
    pub milieu: String,
    pub source: FigureSource,
    pub area: Area,
}

#[derive(Deserialize)]
pub(super) struct FigureSource {
    pub name: String,
    pub year: i32,
    pub method: String,
    pub url: String,
}

#[derive(Deserialize)]
pub(super) struct Area {
    pub kind: String,
    pub code: String,
}

#[derive(Deserialize)]
pub(super) struct Programmes {
    pub programmes: Vec<Programme>,
}

#[derive(Deserialize)]
pub(super) struct Programme {
    pub code: String,
    pub theme: String,
    pub title: LocalizedText,
    pub starts_on: Option<String>,
    pub ends_on: Option<String>,
    pub lead_branch: String,
    pub agreements: Vec<String>,
    pub status: String,
    pub indicators: Vec<String>,
    pub source: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Founding {
    sources: BTreeMap<String, Publication>,
    pub organisations: Vec<Organisation>,
    pub market: Market,
    pub agreement: Agreement,
    pub najatbot: NajatBot,
}

#[derive(Deserialize)]
struct Publication {
    publisher: String,
    dated: Option<String>,
    url: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Organisation {
    pub code: String,
    pub name: LocalizedText,
}

#[derive(Deserialize)]
pub(super) struct Market {
    pub name: String,
    pub city: LocalizedText,
    pub province_code: String,
    pub announced_on: String,
    announced_on_source: Vec<String>,
    pub opening_days: Vec<String>,
    pub cost: Cost,
    pub supervised_by: Supervisor,
    pub aims: Vec<Item>,
    pub product_categories: Vec<Category>,
    source: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Cost {
    pub total: i64,
    pub contributions: Vec<Share>,
}

#[derive(Deserialize)]
pub(super) struct Share {
    pub organisation: Option<String>,
    pub amount: i64,
}

#[derive(Deserialize)]
pub(super) struct Supervisor {
    pub name: LocalizedText,
}

#[derive(Deserialize)]
pub(super) struct Item {
    pub code: String,
    pub text: LocalizedText,
}

#[derive(Deserialize)]
pub(super) struct Category {
    pub code: String,
    #[serde(flatten)]
    pub name: LocalizedText,
}

#[derive(Deserialize)]
pub(super) struct Agreement {
    pub code: String,
    pub parties: Vec<String>,
    pub duration_years: i32,
    pub signed_on: String,
    pub signed_in: LocalizedText,
    pub objectives: Vec<Item>,
    source: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct NajatBot {
    pub purpose: LocalizedText,
}

pub(super) fn regions() -> Vec<Region> {
    parsed(include_str!("../../data/morocco-regions.json"))
}

pub(super) fn provinces() -> Vec<Province> {
    parsed(include_str!("../../data/morocco-provinces.json"))
}

pub(super) fn holidays() -> Holidays {
    parsed(include_str!("../../data/holidays.json"))
}

pub(super) fn indicators() -> Vec<Indicator> {
    parsed::<Indicators>(include_str!("../../data/indicators.json")).indicators
}

pub(super) fn programmes() -> Vec<Programme> {
    parsed::<Programmes>(include_str!("../../data/programmes.json")).programmes
}

pub(super) fn founding() -> Founding {
    parsed(include_str!("../../data/founding-facts.json"))
}

impl Founding {
    /// The publications that are named by their key or their address.
    pub fn sources(&self, named: &[String]) -> Vec<Source> {
        let mut sources: Vec<Source> = Vec::new();
        for name in named {
            let known = self.sources.get(name);
            let publication = known.or_else(|| self.sources.values().find(|other| other.url.as_ref() == Some(name)));
            let source = match publication {
                Some(Publication { publisher, dated, url }) => {
                    Source { publisher: publisher.clone(), url: url.clone(), dated_on: dated.clone() }
                }
                None => Source { publisher: host(name).to_owned(), url: Some(name.clone()), dated_on: None },
            };
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
        sources
    }

    /// The publications that speak of the market.
    pub fn market_sources(&self) -> Vec<Source> {
        self.sources(&[self.market.source.clone(), self.market.announced_on_source.clone()].concat())
    }

    /// The publications that speak of the agreement.
    pub fn agreement_sources(&self) -> Vec<Source> {
        self.sources(&self.agreement.source)
    }
}

fn host(url: &str) -> &str {
    url.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or(url)
}
