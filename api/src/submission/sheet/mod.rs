//! The sheet of a programme and period: a row for each branch, indicator and group of people, with what was entered.

pub mod store;

use crate::platform::sheet::{Format, Line, looks_like_formula, read};
use domain::codes::Coded;
use domain::decimal::Decimal;
use domain::fault::{Code, Fault, Faults};
use domain::figure::{Cell, Entry, source};
use domain::indicator::{IndicatorValueKind, MilieuCategory, SexCategory};
use domain::text::Locale;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// A refused sheet says so of this many places, and then that there are more.
const FAULTS_MAX: usize = 1000;

/// A column of the sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The URL slug of the programme.
    Programme,
    /// The period.
    Period,
    /// The URL slug of the branch.
    Branch,
    /// The name of the branch; not read.
    BranchName,
    /// The code of the indicator.
    Indicator,
    /// The name of the indicator; not read.
    IndicatorName,
    /// The unit of the indicator; not read.
    Unit,
    /// The kind of figure; ACTUAL where nothing stands.
    Kind,
    /// The sex of the people; both where nothing stands.
    Sex,
    /// Their age band; all where nothing stands.
    AgeBand,
    /// Where they live; both where nothing stands.
    Milieu,
    /// The numerator of a rate.
    Numerator,
    /// The denominator of a rate.
    Denominator,
    /// The figure itself.
    Value,
    /// The register or survey; the branch's own records where nothing stands.
    Source,
    /// The version of the submission when the sheet was written; nothing when there was none.
    Version,
}

impl Column {
    const ALL: [Self; 16] = [
        Self::Programme,
        Self::Period,
        Self::Branch,
        Self::BranchName,
        Self::Indicator,
        Self::IndicatorName,
        Self::Unit,
        Self::Kind,
        Self::Sex,
        Self::AgeBand,
        Self::Milieu,
        Self::Numerator,
        Self::Denominator,
        Self::Value,
        Self::Source,
        Self::Version,
    ];

    /// Its name in refusals, its titles in Arabic, French and English, and its width in characters.
    fn about(self) -> (&'static str, [&'static str; 3], u8) {
        match self {
            Self::Programme => ("programme", ["البرنامج", "Programme", "Programme"], 24),
            Self::Period => ("period", ["الفترة", "Période", "Period"], 10),
            Self::Branch => ("branch", ["الفرع", "Section", "Branch"], 16),
            Self::BranchName => ("branchName", ["اسم الفرع", "Nom de la section", "Name of the branch"], 24),
            Self::Indicator => ("indicator", ["المؤشر", "Indicateur", "Indicator"], 20),
            Self::IndicatorName => {
                ("indicatorName", ["اسم المؤشر", "Nom de l'indicateur", "Name of the indicator"], 40)
            }
            Self::Unit => ("unit", ["الوحدة", "Unité", "Unit"], 14),
            Self::Kind => ("kind", ["النوع", "Type", "Kind"], 10),
            Self::Sex => ("sex", ["الجنس", "Sexe", "Sex"], 12),
            Self::AgeBand => ("ageBand", ["الفئة العمرية", "Tranche d'âge", "Age band"], 12),
            Self::Milieu => ("milieu", ["الوسط", "Milieu", "Urban or rural"], 12),
            Self::Numerator => ("numerator", ["البسط", "Numérateur", "Numerator"], 12),
            Self::Denominator => ("denominator", ["المقام", "Dénominateur", "Denominator"], 12),
            Self::Value => ("value", ["القيمة", "Valeur", "Value"], 14),
            Self::Source => ("source", ["المصدر", "Source", "Source"], 20),
            Self::Version => ("version", ["النسخة", "Version", "Version"], 10),
        }
    }

    /// Its name, by which a refusal names it and a file may.
    pub fn name(self) -> &'static str {
        self.about().0
    }

    /// Its title in a language.
    fn title(self, locale: Locale) -> &'static str {
        let (_, [arabic, french, english], _) = self.about();
        match locale {
            Locale::Ar | Locale::Zgh => arabic,
            Locale::Fr => french,
            Locale::En => english,
        }
    }

    /// The column that a header names, by its name or its title in any language.
    fn parse(header: &str) -> Option<Self> {
        let header = header.to_lowercase();
        Self::ALL.into_iter().find(|column| {
            let (name, titles, _) = column.about();
            titles.into_iter().chain([name]).any(|title| title.to_lowercase() == header)
        })
    }

    /// Whether there is nothing to read without it.
    fn is_required(self) -> bool {
        matches!(self, Self::Programme | Self::Period | Self::Branch | Self::Indicator | Self::Value)
    }
}

/// What a sheet is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The programme.
    pub programme: Uuid,
    /// One branch alone; all of them otherwise.
    pub branch: Option<Uuid>,
    /// The period.
    pub period: String,
    /// The format of the file.
    pub format: Format,
    /// The language of the names and titles.
    pub language: Locale,
}

/// What stands in a row of a sheet.
pub struct Row {
    /// Its number, as a spreadsheet program shows it.
    number: u32,
    branch: Arc<str>,
    indicator: Arc<str>,
    kind: IndicatorValueKind,
    sex: Option<SexCategory>,
    age_band: Option<Arc<str>>,
    milieu: Option<MilieuCategory>,
    share: (Option<i64>, Option<i64>),
    value: Option<Decimal>,
    source: Arc<str>,
    version: Option<i32>,
}

impl Row {
    /// Whether nothing is given.
    fn is_empty(&self) -> bool {
        self.value.is_none() && self.share == (None, None)
    }

    /// The figure, for the indicator that its code names.
    fn entry(&self, indicator: Uuid) -> Entry {
        Entry {
            cell: Cell {
                indicator,
                kind: self.kind,
                source: self.source.to_string(),
                sex: self.sex,
                age_band: self.age_band.as_deref().map(ToOwned::to_owned),
                milieu: self.milieu,
            },
            value: self.value,
            share: self.share,
        }
    }
}

/// The refusal of a place in a sheet.
fn at(fault: Fault, row: u32, column: Column) -> Fault {
    fault.at(column.name()).at(&row.to_string()).at("file")
}

/// The refusals of a sheet from its first row to its last, no more than are of use to somebody.
fn bounded(mut faults: Faults) -> Faults {
    let count = faults.len();
    faults.sort_by_key(|fault| fault.field.get(1).and_then(|row| row.parse::<u32>().ok()));
    if count > FAULTS_MAX {
        faults.truncate(FAULTS_MAX);
        let more = format!("{count} > {FAULTS_MAX}");
        faults.push(Fault::new(Code::LimitExceeded).at("file").with_detail(more));
    }
    faults
}

/// A sheet that was read.
pub struct Filled {
    /// The slug of the programme that its rows name.
    programme: Arc<str>,
    /// Its rows.
    rows: Vec<Row>,
}

impl Filled {
    /// Read a sheet of a period.
    ///
    /// # Errors
    /// FILE_INVALID, LIMIT_EXCEEDED and FIGURES_MISSING at `file`; COLUMN_INVALID at a column of the header; at the rows
    /// NOT_FOUND, DATE_INVALID, DISAGGREGATION_INVALID, FIGURE_INVALID, TEXT_TOO_LONG, TEXT_UNSAFE, CONFLICT.
    pub fn read(bytes: &[u8], period: &str) -> Result<Self, Faults> {
        let mut reading = Reading {
            period,
            header: None,
            programme: None,
            texts: HashMap::new(),
            rows: Vec::new(),
            faults: Vec::new(),
        };
        read(bytes, |line| reading.line(&line)).map_err(|fault| vec![fault.at("file")])?;
        if !reading.faults.is_empty() {
            return Err(bounded(reading.faults));
        }
        match reading.programme {
            Some(programme) if !reading.rows.is_empty() => Ok(Self { programme, rows: reading.rows }),
            _ => Err(vec![Fault::new(Code::FiguresMissing).at("file")]),
        }
    }
}

/// Where each column of a sheet stands.
struct Header(HashMap<&'static str, usize>);

impl Header {
    fn read(line: &Line<'_>) -> Result<Self, Faults> {
        let (mut places, mut faults) = (HashMap::new(), Faults::new());
        let wrong = |name: &str| Fault::new(Code::ColumnInvalid).with_detail(name.chars().take(40).collect::<String>());
        for (place, title) in line.cells.iter().enumerate().filter(|(_, title)| !title.is_empty()) {
            match Column::parse(title) {
                Some(column) if places.insert(column.name(), place).is_none() => {}
                _ => faults.push(wrong(title).at(&line.number.to_string()).at("file")),
            }
        }
        let missing =
            Column::ALL.into_iter().filter(|column| column.is_required() && !places.contains_key(column.name()));
        faults.extend(missing.map(|column| at(wrong(column.name()), line.number, column)));
        if faults.is_empty() { Ok(Self(places)) } else { Err(faults) }
    }

    fn place(&self, column: Column) -> usize {
        // There is never a text where there is no column.
        self.0.get(column.name()).copied().unwrap_or(usize::MAX)
    }
}

/// A sheet as it is read.
struct Reading<'p> {
    period: &'p str,
    header: Option<Header>,
    /// The slug of the programme that the first row names.
    programme: Option<Arc<str>>,
    /// Texts that stand in many rows, each kept once.
    texts: HashMap<String, Arc<str>>,
    rows: Vec<Row>,
    faults: Faults,
}

impl Reading<'_> {
    /// The same text, kept once.
    fn text(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.texts.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        self.texts.insert(text.to_owned(), Arc::clone(&new));
        new
    }

    fn line(&mut self, line: &Line<'_>) {
        let Some(header) = self.header.take() else {
            // The rows below a header that cannot be read are not looked at.
            if self.faults.is_empty() {
                match Header::read(line) {
                    Ok(header) => self.header = Some(header),
                    Err(faults) => self.faults = faults,
                }
            }
            return;
        };
        // After so many refusals the rest of the sheet is not checked.
        if self.faults.len() <= FAULTS_MAX {
            match self.row(&header, line) {
                Ok(row) => self.rows.push(row),
                Err(faults) => self.faults.extend(faults),
            }
        }
        self.header = Some(header);
    }

    fn row(&mut self, header: &Header, line: &Line<'_>) -> Result<Row, Faults> {
        let mut faults = Faults::new();
        let text = |column: Column| line.text(header.place(column));
        let mut refuse = |code: Code, column: Column| faults.push(at(Fault::new(code), line.number, column));
        let programme = text(Column::Programme);
        if programme.is_empty() || **self.programme.get_or_insert_with(|| programme.into()) != *programme {
            refuse(Code::NotFound, Column::Programme);
        }
        if text(Column::Period) != self.period {
            refuse(Code::DateInvalid, Column::Period);
        }
        for column in [Column::Branch, Column::Indicator] {
            if text(column).is_empty() {
                refuse(Code::NotFound, column);
            }
        }
        let kind = match text(Column::Kind) {
            "" => Some(IndicatorValueKind::Actual),
            given => IndicatorValueKind::parse(given),
        };
        if kind.is_none() {
            refuse(Code::FigureInvalid, Column::Kind);
        }
        let (sex, milieu) = (text(Column::Sex), text(Column::Milieu));
        let (of_sex, of_milieu) = (SexCategory::parse(sex), MilieuCategory::parse(milieu));
        if of_sex.is_none() && !sex.is_empty() {
            refuse(Code::DisaggregationInvalid, Column::Sex);
        }
        if of_milieu.is_none() && !milieu.is_empty() {
            refuse(Code::DisaggregationInvalid, Column::Milieu);
        }
        let mut number = |column: Column| {
            let number = line.number(header.place(column));
            number.unwrap_or_else(|fault| {
                refuse(fault.code, column);
                None
            })
        };
        let (value, over, under) = (number(Column::Value), number(Column::Numerator), number(Column::Denominator));
        let mut whole = |number: Option<Decimal>, column: Column| {
            let number = number?;
            let units = number.in_units(0).and_then(|units| i64::try_from(units).ok());
            if units.is_none() {
                refuse(Code::FigureInvalid, column);
            }
            units
        };
        let share = (whole(over, Column::Numerator), whole(under, Column::Denominator));
        let version = match text(Column::Version) {
            "" => None,
            given => {
                let version = given.parse::<i32>().ok();
                if version.is_none() {
                    refuse(Code::Conflict, Column::Version);
                }
                version
            }
        };
        let given = text(Column::Source);
        // What an export puts before a text that looks like a formula is not part of it.
        let named = given.strip_prefix('\'').filter(|rest| looks_like_formula(rest)).unwrap_or(given);
        if looks_like_formula(given) {
            refuse(Code::TextUnsafe, Column::Source);
        }
        let source = source(Some(named).filter(|named| !named.is_empty()))
            .map_err(|fault| refuse(fault.code, Column::Source))
            .unwrap_or_default();
        let (branch, indicator, age_band) = (text(Column::Branch), text(Column::Indicator), text(Column::AgeBand));
        match kind {
            Some(kind) if faults.is_empty() => Ok(Row {
                number: line.number,
                branch: self.text(branch),
                indicator: self.text(indicator),
                kind,
                sex: of_sex,
                age_band: (!age_band.is_empty()).then(|| self.text(age_band)),
                milieu: of_milieu,
                share,
                value,
                source: self.text(&source),
                version,
            }),
            _ => Err(faults),
        }
    }
}
