//! Rows of uploaded sheets, within limits that hold whatever a file says of itself.

use calamine::{DataRef, Reader, Xlsx};
use domain::decimal::Decimal;
use domain::fault::{Code, Fault};
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// The most rows below the header.
pub const ROWS_MAX: usize = 100_000;

/// The most columns.
const COLUMNS_MAX: usize = 100;

/// The longest text of a cell, in bytes.
const CELL_MAX: usize = 2000;

/// The most parts of a workbook.
const PARTS_MAX: usize = 200;

/// The largest parts of a workbook when they are unpacked, in bytes: the sheet, which is read row by row, its texts, and all others.
const SHEET_MAX: u64 = 96 * 1024 * 1024;
const TEXTS_MAX: u64 = 16 * 1024 * 1024;
const PART_MAX: u64 = 2 * 1024 * 1024;

/// A row as it is read.
pub struct Line<'r> {
    /// Its number, as a spreadsheet program shows it: the first one is 1. Of a CSV file it is the line.
    pub number: u32,
    /// What stands in its columns, without the blanks around it; nothing in those that are not there.
    pub cells: &'r [String],
    /// Whether a comma stands before the decimals, as in files that French spreadsheet programs write.
    has_decimal_comma: bool,
}

impl Line<'_> {
    /// The text of a column; empty when there is none.
    pub fn text(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    /// The number of a column; nothing when the cell is empty.
    ///
    /// # Errors
    /// FIGURE_INVALID.
    pub fn number(&self, column: usize) -> Result<Option<Decimal>, Fault> {
        let text = self.text(column);
        if text.is_empty() {
            return Ok(None);
        }
        let read = match text.split_once(',') {
            Some((whole, decimals)) if self.has_decimal_comma => Decimal::parse(&format!("{whole}.{decimals}")),
            _ => Decimal::parse(text),
        };
        read.map(Some).map_err(|_| Fault::new(Code::FigureInvalid))
    }
}

/// Read a workbook's first sheet, or a CSV file, row by row. Rows in which nothing stands are passed by.
///
/// # Errors
/// FILE_INVALID, or LIMIT_EXCEEDED with what there is too much of.
pub fn read(bytes: &[u8], each: impl FnMut(Line<'_>)) -> Result<(), Fault> {
    if bytes.starts_with(b"PK\x03\x04") { read_workbook(bytes, each) } else { read_csv(bytes, each) }
}

fn invalid(detail: &str) -> Fault {
    Fault::new(Code::FileInvalid).with_detail(detail)
}

fn expect_at_most(found: usize, most: usize, what: &str) -> Result<(), Fault> {
    if found <= most {
        return Ok(());
    }
    Err(Fault::new(Code::LimitExceeded).with_detail(format!("{what} > {most}")))
}

/// The rows that were read so far.
struct Rows<F> {
    each: F,
    count: usize,
    has_decimal_comma: bool,
}

impl<F: FnMut(Line<'_>)> Rows<F> {
    fn push(&mut self, number: u32, cells: &[String]) -> Result<(), Fault> {
        if cells.iter().all(String::is_empty) {
            return Ok(());
        }
        self.count += 1;
        // The header is one more.
        expect_at_most(self.count, ROWS_MAX + 1, "rows")?;
        (self.each)(Line { number, cells, has_decimal_comma: self.has_decimal_comma });
        Ok(())
    }
}

/// Put a text in its column.
fn put(cells: &mut Vec<String>, column: usize, text: &str) -> Result<(), Fault> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(());
    }
    expect_at_most(column + 1, COLUMNS_MAX, "columns")?;
    expect_at_most(text.len(), CELL_MAX, "cell")?;
    if cells.len() <= column {
        cells.resize(column + 1, String::new());
    }
    text.clone_into(&mut cells[column]);
    Ok(())
}

fn read_csv(bytes: &[u8], each: impl FnMut(Line<'_>)) -> Result<(), Fault> {
    let text = std::str::from_utf8(bytes).map_err(|_| invalid("UTF-8"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.contains('\0') {
        return Err(invalid("NUL"));
    }
    // Lines that all end alike are counted alike.
    let text = format!("{}\n", text.replace("\r\n", "\n"));
    let first = text.lines().next().unwrap_or_default();
    let count = |delimiter: &u8| first.bytes().filter(|byte| byte == delimiter).count();
    let delimiter = [b',', b';', b'\t'].into_iter().rev().max_by_key(count).unwrap_or(b',');
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let mut rows = Rows { each, count: 0, has_decimal_comma: delimiter != b',' };
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|_| invalid("CSV"))? {
        let mut cells = Vec::new();
        for (column, text) in record.iter().enumerate() {
            put(&mut cells, column, text)?;
        }
        let next = reader.position().line();
        rows.push(u32::try_from(next.saturating_sub(1)).unwrap_or(u32::MAX), &cells)?;
    }
    Ok(())
}

fn read_workbook(bytes: &[u8], each: impl FnMut(Line<'_>)) -> Result<(), Fault> {
    expect_unpacked(bytes)?;
    let unreadable = || invalid("XLSX");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| unreadable())?;
    let name = book.sheet_names().first().cloned().ok_or_else(unreadable)?;
    let mut reader = book.worksheet_cells_reader(&name).map_err(|_| unreadable())?;
    let mut rows = Rows { each, count: 0, has_decimal_comma: false };
    let (mut at, mut cells) = (0, Vec::new());
    while let Some(cell) = reader.next_cell().map_err(|_| unreadable())? {
        let (row, column) = cell.get_position();
        if row != at {
            rows.push(at.saturating_add(1), &cells)?;
            cells.clear();
            at = row;
        }
        put(&mut cells, column as usize, &text_of(cell.get_value()))?;
    }
    rows.push(at.saturating_add(1), &cells)
}

/// What a spreadsheet program shows of a value.
fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => shown(*number),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::DateTime(_) => "#DATE".to_owned(),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

/// A number with the 15 digits that a spreadsheet program keeps: what it computes of 0.1 and 0.2 is 0.3.
fn shown(number: f64) -> String {
    format!("{number:.14e}").parse::<f64>().unwrap_or(number).to_string()
}

/// Unpack every part of a workbook once and keep nothing, so that what is read afterwards is known to be small: the sizes
/// that stand in the file may be false, and parts may overlap.
fn expect_unpacked(bytes: &[u8]) -> Result<(), Fault> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| invalid("XLSX"))?;
    expect_at_most(archive.len(), PARTS_MAX, "parts")?;
    let mut left = SHEET_MAX;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|_| invalid("XLSX"))?;
        let name = part.name().map_err(|_| invalid("XLSX"))?.to_ascii_lowercase();
        let most = if name.ends_with("sharedstrings.xml") {
            TEXTS_MAX
        } else if name.starts_with("xl/worksheets/") && !name.ends_with("styles.xml") {
            SHEET_MAX
        } else {
            PART_MAX
        };
        let most = most.min(left);
        let size = std::io::copy(&mut part.take(most + 1), &mut std::io::sink()).map_err(|_| invalid("XLSX"))?;
        if size > most {
            return Err(Fault::new(Code::LimitExceeded).with_detail("XLSX"));
        }
        left -= size;
    }
    Ok(())
}
