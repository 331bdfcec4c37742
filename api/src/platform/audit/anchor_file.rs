//! The file in which anchors of the audit are kept outside the database, one in each line, the last one at the end.

use crate::platform::audit::verify::Anchor;
use crate::platform::database::fault::StartFault;
use std::io::Write;
use std::path::Path;

/// The anchors of a file; none when there is no file yet.
///
/// # Errors
/// One sentence, when it cannot be read or a line of it is no anchor.
pub fn read(path: &Path) -> Result<Vec<Anchor>, StartFault> {
    let text = match std::fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        read => read.map_err(|error| fault(path, "read", &error))?,
    };
    let lines = text.lines().enumerate();
    let anchor = |(place, line): (usize, &str)| {
        let broken = || StartFault(format!("Line {} of {} is no anchor of the audit.", place + 1, path.display()));
        serde_json::from_str(line).map_err(|_| broken())
    };
    lines.map(anchor).collect()
}

/// Add an anchor at the end of a file, so that it stays when the power fails; the file is made where it is missing.
///
/// # Errors
/// One sentence.
pub fn append(path: &Path, anchor: &Anchor) -> Result<(), StartFault> {
    let line = serde_json::to_string(anchor).map_err(|error| StartFault(error.to_string()))?;
    let mut options = std::fs::OpenOptions::new();
    let written = options.create(true).append(true).open(path).and_then(|mut file| {
        file.write_all(format!("{line}\n").as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| fault(path, "written", &error))
}

fn fault(path: &Path, what: &str, error: &std::io::Error) -> StartFault {
    StartFault(format!("The file of the audit's anchors {} cannot be {what}: {error}.", path.display()))
}
