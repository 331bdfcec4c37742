//! A sheet of support services, as branches collect them: each row is one, each column a field of `SupportServiceCreateInput`.

use super::form::{Facts, NewService};
use crate::platform::graphql::near::point;
use crate::platform::graphql::text::LocalizedTextInput;
use crate::platform::sheet::{Line, read};
use async_graphql::MaybeUndefined;
use domain::codes::Coded;
use domain::fault::{Code, Fault, Faults};
use domain::support_service::{SupportCost, SupportCoverage, SupportLanguage, SupportServiceKind};
use domain::text::NAME_MAX;

/// A sheet has at most so many services: more than any branch keeps.
const ROWS_MAX: usize = 1_000;
/// A sheet is refused with at most so many refusals.
const FAULTS_MAX: usize = 1_000;

/// The columns, by their titles; the first three must be there.
const COLUMNS: [&str; 17] = [
    "kind",
    "coverage",
    "name.fr",
    "name.ar",
    "name.zgh",
    "name.en",
    "provinceCode",
    "phones",
    "languages",
    "cost",
    "access.fr",
    "access.ar",
    "address.fr",
    "address.ar",
    "latitude",
    "longitude",
    "isAlwaysOpen",
];
const REQUIRED: [&str; 3] = ["kind", "coverage", "name.fr"];

/// The services of a sheet, each with the number of its row.
pub type Services = Vec<(u32, NewService)>;

/// Read a sheet.
///
/// # Errors
/// FILE_INVALID and LIMIT_EXCEEDED at `file`; COLUMN_INVALID at the row of the header; at the rows and their columns what a form
/// is refused for.
pub fn services(bytes: &[u8]) -> Result<Services, Faults> {
    let mut reading = Reading::default();
    read(bytes, |line| reading.line(&line)).map_err(|fault| vec![fault.at("file")])?;
    if reading.faults.is_empty() && reading.services.len() > ROWS_MAX {
        return Err(vec![Fault::new(Code::LimitExceeded).with_detail(format!("rows > {ROWS_MAX}")).at("file")]);
    }
    if reading.faults.is_empty() && reading.services.is_empty() {
        return Err(vec![Fault::new(Code::FileInvalid).at("file")]);
    }
    if reading.faults.is_empty() { Ok(reading.services) } else { Err(bounded(reading.faults)) }
}

/// The refusals of a sheet, no more than are of use to somebody.
pub(super) fn bounded(mut faults: Faults) -> Faults {
    let count = faults.len();
    if count > FAULTS_MAX {
        faults.truncate(FAULTS_MAX);
        faults.push(Fault::new(Code::LimitExceeded).at("file").with_detail(format!("{count} > {FAULTS_MAX}")));
    }
    faults
}

/// The refusal of a row, at the field of the form that it is about.
pub(super) fn at_row(fault: Fault, row: u32) -> Fault {
    fault.at(&row.to_string()).at("file")
}

/// A sheet as it is read.
#[derive(Default)]
struct Reading {
    /// Where each column stands.
    header: Option<Vec<(&'static str, usize)>>,
    services: Services,
    faults: Faults,
}

impl Reading {
    fn line(&mut self, line: &Line<'_>) {
        let Some(header) = &self.header else {
            // The rows below a header that cannot be read are not looked at.
            if self.faults.is_empty() {
                match header(line) {
                    Ok(header) => self.header = Some(header),
                    Err(faults) => self.faults = faults,
                }
            }
            return;
        };
        if self.faults.len() > FAULTS_MAX || self.services.len() > ROWS_MAX {
            return;
        }
        match service(header, line) {
            Ok(service) => self.services.push((line.number, service)),
            Err(faults) => self.faults.extend(faults.into_iter().map(|fault| at_row(fault, line.number))),
        }
    }
}

fn header(line: &Line<'_>) -> Result<Vec<(&'static str, usize)>, Faults> {
    let (mut places, mut faults): (Vec<(&str, usize)>, _) = (Vec::new(), Faults::new());
    let wrong = |name: &str| {
        let name: String = name.chars().take(40).collect();
        at_row(Fault::new(Code::ColumnInvalid).with_detail(name), line.number)
    };
    for (place, title) in line.cells.iter().enumerate().filter(|(_, title)| !title.is_empty()) {
        match COLUMNS.into_iter().find(|column| *column == title) {
            Some(column) if places.iter().all(|(known, _)| *known != column) => places.push((column, place)),
            _ => faults.push(wrong(title)),
        }
    }
    let missing = REQUIRED.into_iter().filter(|column| places.iter().all(|(known, _)| known != column));
    faults.extend(missing.map(wrong));
    if faults.is_empty() { Ok(places) } else { Err(faults) }
}

/// The service of a row, as a form would say it.
fn service(header: &[(&'static str, usize)], line: &Line<'_>) -> Result<NewService, Faults> {
    let mut faults = Faults::new();
    let text = |column: &str| {
        let place = header.iter().find(|(known, _)| *known == column);
        Some(line.text(place?.1)).filter(|text| !text.is_empty())
    };
    fn code<T: Coded>(text: &str, column: &str, faults: &mut Faults) -> Option<T> {
        let code = T::parse(text);
        if code.is_none() {
            faults
                .push(Fault::new(Code::BadUserInput).with_detail(text.chars().take(40).collect::<String>()).at(column));
        }
        code
    }
    let localised = |column: &str| {
        let of = |language: &str| match text(&format!("{column}.{language}")) {
            Some(text) => MaybeUndefined::Value(text.to_owned()),
            None => MaybeUndefined::Undefined,
        };
        let text = LocalizedTextInput { ar: of("ar"), fr: of("fr"), zgh: of("zgh"), en: of("en") };
        let is_there = [&text.ar, &text.fr, &text.zgh, &text.en].into_iter().any(MaybeUndefined::is_value);
        is_there.then_some(text)
    };
    // Several stand in one cell, with a blank, a comma or a semicolon between them.
    let parts = |column: &str| -> Vec<String> {
        let parts = text(column).unwrap_or_default().split([' ', ',', ';']);
        parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let kind = code::<SupportServiceKind>(text("kind").unwrap_or_default(), "kind", &mut faults);
    let coverage = code::<SupportCoverage>(text("coverage").unwrap_or_default(), "coverage", &mut faults);
    let cost = text("cost").and_then(|cost| code::<SupportCost>(cost, "cost", &mut faults));
    let languages = parts("languages");
    let languages = languages.iter().filter_map(|one| code::<SupportLanguage>(one, "languages", &mut faults)).collect();
    let is_always_open = match text("isAlwaysOpen") {
        None | Some("false" | "FALSE") => false,
        Some("true" | "TRUE") => true,
        Some(other) => {
            let fault = Fault::new(Code::BadUserInput).with_detail(other.chars().take(40).collect::<String>());
            faults.push(fault.at("isAlwaysOpen"));
            false
        }
    };
    let mut degrees = |column: &str| {
        // A spreadsheet program may write a comma before the decimals.
        let given = text(column)?.replace(',', ".");
        let degrees = given.parse::<f64>().ok().filter(|degrees| degrees.is_finite());
        if degrees.is_none() {
            faults.push(Fault::new(Code::AmountInvalid).at(column));
        }
        degrees
    };
    let (north, east) = (degrees("latitude"), degrees("longitude"));
    // One that cannot be read was given all the same.
    let point = if faults.is_empty() { point(north, east) } else { Ok(None) };
    let point = point.map_err(|wrong| faults.extend(wrong)).unwrap_or_default();
    let name = localised("name").unwrap_or_default().merged_at(None, NAME_MAX, "name");
    let name = name.map_err(|wrong| faults.extend(wrong)).ok();
    let (Some(kind), Some(coverage), Some(name), true) = (kind, coverage, name, faults.is_empty()) else {
        return Err(faults);
    };
    let facts = Facts {
        coverage: Some(coverage),
        province: Some(text("provinceCode").map(str::to_owned)),
        phones: Some(parts("phones")),
        languages: Some(languages),
        access: Some(localised("access")),
        cost: Some(cost),
        address: Some(localised("address")),
        point: Some(point),
        is_always_open: Some(is_always_open),
        ..Facts::default()
    };
    Ok(NewService { kind, name, facts })
}
