//! Sheets of rows: XLSX workbooks for people, CSV files (RFC 4180) for programs.

mod read;
mod write;

pub use read::{Line, ROWS_MAX, read};
pub use write::{Cell, Sheet};

use async_graphql::Enum;
use serde::{Deserialize, Serialize};

/// The file format of a sheet.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[graphql(name = "SheetFormat")]
pub enum Format {
    /// A workbook of Office Open XML, for people who fill it in a spreadsheet program.
    Xlsx,
    /// Comma-separated values in UTF-8 (RFC 4180), for programs. Spreadsheet programs change periods and age bands in it.
    Csv,
}

impl Format {
    /// Its media type (IANA).
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }

    /// The ending of the names of its files.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
        }
    }
}

/// Whether a spreadsheet program could take a text for a formula (OWASP, "CSV Injection").
pub fn looks_like_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

#[cfg(test)]
mod tests;
