//! Sheets as files.

use super::{Format, looks_like_formula};
use crate::platform::error::{Error, Result};
use rust_xlsxwriter::{Format as Style, Workbook, Worksheet, XlsxError};

/// A value of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// A text, never a formula.
    Text(String),
    /// A number as it is written; nothing when there is none.
    Number(Option<String>),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// A sheet with a header.
pub struct Sheet {
    /// The titles of the columns with their widths in characters.
    pub header: Vec<(String, u8)>,
    /// The rows, each with a value for every column.
    pub rows: Vec<Vec<Cell>>,
    /// Whether its columns go from right to left.
    pub is_right_to_left: bool,
}

impl Sheet {
    /// The bytes of a file.
    ///
    /// # Errors
    /// What the libraries answer.
    pub fn write(&self, format: Format) -> Result<Vec<u8>> {
        match format {
            Format::Xlsx => self.workbook().map_err(Error::internal),
            Format::Csv => self.csv().map_err(Error::internal),
        }
    }

    fn workbook(&self) -> Result<Vec<u8>, XlsxError> {
        let (bold, text) = (Style::new().set_bold(), Style::new().set_num_format("@"));
        let mut workbook = Workbook::new();
        let page = workbook.add_worksheet();
        page.set_right_to_left(self.is_right_to_left).set_freeze_panes(1, 0)?;
        for (column, (title, width)) in (0_u16..).zip(&self.header) {
            page.write_string_with_format(0, column, title, &bold)?.set_column_width(column, *width)?;
        }
        for (row, cells) in (1_u32..).zip(&self.rows) {
            for (column, cell) in (0_u16..).zip(cells) {
                write_cell(page, (row, column), cell, &text)?;
            }
        }
        workbook.save_to_buffer()
    }

    fn csv(&self) -> Result<Vec<u8>, csv::Error> {
        // Spreadsheet programs take a file for one in UTF-8 by this mark alone.
        let mut out =
            csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer("\u{feff}".as_bytes().to_vec());
        out.write_record(self.header.iter().map(|(title, _)| title))?;
        for cells in &self.rows {
            out.write_record(cells.iter().map(|cell| match cell {
                Cell::Text(text) if looks_like_formula(text) => format!("'{text}"),
                Cell::Text(text) => text.clone(),
                Cell::Number(number) => number.clone().unwrap_or_default(),
            }))?;
        }
        out.into_inner().map_err(|error| error.into_error().into())
    }
}

fn write_cell(page: &mut Worksheet, (row, column): (u32, u16), cell: &Cell, text: &Style) -> Result<(), XlsxError> {
    match cell {
        Cell::Text(words) if words.is_empty() => return Ok(()),
        Cell::Text(words) => page.write_string_with_format(row, column, words, text)?,
        Cell::Number(None) => return Ok(()),
        Cell::Number(Some(number)) => match number.parse::<f64>() {
            // A spreadsheet keeps 15 digits.
            Ok(value) if number.bytes().filter(u8::is_ascii_digit).count() <= 15 => {
                page.write_number(row, column, value)?
            }
            _ => page.write_string_with_format(row, column, number, text)?,
        },
    };
    Ok(())
}
