//! The picture of the architecture stays true: arrows between files point down, and there is no way round the one door
//! to the database.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn api() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/src")
}

/// The module of a file: `cooperative/store.rs` is `cooperative::store`.
fn module(file: &Path) -> String {
    let path = file.strip_prefix(api()).unwrap().with_extension("");
    let parts: Vec<String> = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    parts.join("::").trim_end_matches("::mod").to_owned()
}

/// How high a module stands.
fn floor(module: &str) -> u8 {
    let mut parts = module.split("::");
    let first = parts.next().unwrap_or_default();
    let last = module.rsplit("::").next().unwrap_or_default();
    match (first, last) {
        ("main", _) => 11,
        ("command", _) => 10,
        ("server", _) => 9,
        ("telemetry" | "schema" | "seed" | "projections", _) => 8,
        ("access_check", _) => 9,
        ("config", _) => 2,
        ("platform", _) => 1,
        ("relations", _) => 7,
        (_, "query" | "mutation") => 6,
        (_, "store" | "search" | "projection") => 5,
        (_, "object") => 4,
        // The table files: `entity.rs` and its sisters.
        _ => 3,
    }
}

/// The modules of this crate that a file uses, by its `use crate::…` lines and paths.
fn used(text: &str, modules: &BTreeSet<String>) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for part in text.split("crate::").skip(1) {
        let path: String = part.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | ':')).collect();
        let mut path = path.trim_end_matches(':');
        while !path.is_empty() {
            if modules.contains(path) {
                used.insert(path.to_owned());
                break;
            }
            path = path.rsplit_once("::").map_or("", |(head, _)| head);
        }
    }
    used
}

#[test]
fn arrows_point_down() {
    let sources: BTreeMap<String, String> =
        files(&api()).into_iter().map(|file| (module(&file), std::fs::read_to_string(&file).unwrap())).collect();
    let modules: BTreeSet<String> = sources.keys().cloned().collect();
    let mut wrong = Vec::new();
    for (module, text) in &sources {
        let feature = module.split("::").next().unwrap_or_default();
        for other in used(text, &modules) {
            let of_other = other.split("::").next().unwrap_or_default();
            let (ours, theirs) = (floor(module), floor(&other));
            let is_list = !other.contains("::") && ours > 3;
            let same = feature == of_other;
            // Stores, and whatever is above them, belong to one feature alone; relations and what is above may use all.
            let foreign_store = !same && theirs == 5 && ours < 7 && of_other != "calendar";
            if (ours < theirs || foreign_store || (ours == theirs && !same && ours > 4)) && !is_list && module != "lib"
            {
                wrong.push(format!("{module} uses {other}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn only_the_platform_holds_a_connection() {
    for file in files(&api()) {
        let text = std::fs::read_to_string(&file).unwrap();
        let holds =
            ["DatabaseConnection", "DatabaseTransaction", "execute_unprepared"].iter().any(|word| text.contains(word));
        assert!(!holds || module(&file) == "platform::db", "{}", file.display());
    }
}

#[test]
fn the_domain_depends_on_no_framework() {
    let manifest = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../domain/Cargo.toml")).unwrap();
    let dependencies = manifest.split("[dependencies]").nth(1).unwrap().split('[').next().unwrap();
    let names: Vec<&str> =
        dependencies.lines().filter_map(|line| line.split('.').next()).filter(|name| !name.is_empty()).collect();
    assert_eq!(names, ["jiff", "serde", "unicode-normalization", "uuid"]);
}
