use super::*;
use domain::fault::{Code, Fault};
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

fn rows(bytes: &[u8]) -> Result<Vec<(u32, Vec<String>)>, Fault> {
    let mut rows = Vec::new();
    read(bytes, |line| rows.push((line.number, line.cells.to_vec())))?;
    Ok(rows)
}

fn refusal(bytes: &[u8]) -> (Code, String) {
    let fault = rows(bytes).unwrap_err();
    (fault.code, fault.detail.unwrap_or_default())
}

fn sheet() -> Sheet {
    Sheet {
        header: vec![("الفرع".to_owned(), 20), ("Valeur".to_owned(), 10)],
        rows: vec![
            vec!["خريبكة".into(), Cell::Number(Some("12.50".into()))],
            vec!["=HYPERLINK(\"http://x\")".into(), Cell::Number(None)],
            vec!["60+".into(), Cell::Number(Some("12345678901234567.89".into()))],
        ],
        is_right_to_left: true,
    }
}

#[test]
fn what_is_written_is_read_again_from_both_formats() {
    let read = |format| rows(&sheet().write(format).unwrap()).unwrap();
    let texts = |first: &str, second: &str| vec![first.to_owned(), second.to_owned()];
    let formula = "=HYPERLINK(\"http://x\")";
    let long = "12345678901234567.89";
    let xlsx = [texts("الفرع", "Valeur"), texts("خريبكة", "12.5"), vec![formula.to_owned()], texts("60+", long)];
    assert_eq!(read(Format::Xlsx), (1..).zip(xlsx).collect::<Vec<_>>());
    let csv = [texts("الفرع", "Valeur"), texts("خريبكة", "12.50"), vec![format!("'{formula}")], texts("60+", long)];
    assert_eq!(read(Format::Csv), (1..).zip(csv).collect::<Vec<_>>());
}

#[test]
fn a_french_csv_file_has_semicolons_and_decimal_commas() {
    let mut numbers = Vec::new();
    let text = "\u{feff}branche;valeur\r\nkhouribga;12,5\r\n\r\nm-diq;\"1,234\"\r\n";
    read(text.as_bytes(), |line| numbers.push((line.number, line.number(1).map(|n| n.map(|n| n.to_string())))))
        .unwrap();
    let ok = |text: &str| Ok(Some(text.to_owned()));
    let header = Err(Fault::new(Code::FigureInvalid));
    assert_eq!(numbers, [(1, header), (2, ok("12.5")), (4, ok("1.234"))]);
    // Elsewhere a comma is no decimal point, and could stand between thousands.
    let mut refused = Vec::new();
    read(b"branch,value\nkhouribga,\"1,234\"\n", |line| refused.push(line.number(1).is_err())).unwrap();
    assert_eq!(refused, [true, true]);
}

#[test]
fn what_is_no_sheet_is_refused() {
    for (bytes, detail) in [
        (&b"\xff\xfe\x00a"[..], "UTF-8"),
        (b"a\0b", "NUL"),
        (b"PK\x03\x04 and nothing else", "XLSX"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "UTF-8"),
    ] {
        assert_eq!(refusal(bytes), (Code::FileInvalid, detail.into()));
    }
    // Every prefix of a workbook, and one with a byte turned over at each place: refused or read, never worse.
    let whole = sheet().write(Format::Xlsx).unwrap();
    for place in (0..whole.len()).step_by(7) {
        let _ = rows(&whole[..place]);
        let mut turned = whole.clone();
        turned[place] ^= 0xff;
        let _ = rows(&turned);
    }
}

#[test]
fn too_many_rows_and_too_long_cells_are_refused() {
    let many = "a,b\n".repeat(ROWS_MAX + 2);
    assert_eq!(refusal(many.as_bytes()), (Code::LimitExceeded, "rows > 100001".into()));
    assert_eq!(rows(&many.as_bytes()[4..]).unwrap().len(), ROWS_MAX + 1);
    assert_eq!(refusal("a".repeat(2001).as_bytes()), (Code::LimitExceeded, "cell > 2000".into()));
    assert_eq!(refusal(format!("{}a", ",".repeat(100)).as_bytes()), (Code::LimitExceeded, "columns > 100".into()));
}

#[test]
fn a_workbook_that_grows_as_it_is_unpacked_is_refused_unread() {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for part in ["xl/sharedStrings.xml", "xl/worksheets/sheet1.xml", "xl/other.xml"] {
        let before = archive.start_file(part, SimpleFileOptions::default());
        before.unwrap();
        for _ in 0..100 {
            archive.write_all(&vec![b' '; 1024 * 1024]).unwrap();
        }
    }
    let bytes = archive.finish().unwrap().into_inner();
    assert!(bytes.len() < 1024 * 1024, "{}", bytes.len());
    assert_eq!(refusal(&bytes), (Code::LimitExceeded, "XLSX".into()));
}

#[test]
fn a_number_is_what_the_spreadsheet_program_shows() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let page = book.add_worksheet();
    page.write_number(3, 1, 0.1 + 0.2).unwrap();
    page.write_number(3, 0, 1_000_000_000_000.0).unwrap();
    page.write_formula(4, 0, rust_xlsxwriter::Formula::new("=A4*2").set_result("7")).unwrap();
    let read = rows(&book.save_to_buffer().unwrap()).unwrap();
    assert_eq!(read, [(4, vec!["1000000000000".to_owned(), "0.3".to_owned()]), (5, vec!["7".to_owned()])]);
}
