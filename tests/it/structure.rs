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
fn module_of(folder: &Path, file: &Path) -> String {
    let path = file.strip_prefix(folder).unwrap().with_extension("");
    let parts: Vec<String> = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    parts.join("::").trim_end_matches("::mod").to_owned()
}

/// How high a module stands.
fn floor(module: &str) -> u8 {
    let mut parts = module.split("::");
    let first = parts.next().unwrap_or_default();
    let last = module.rsplit("::").next().unwrap_or_default();
    match (first, last) {
        ("main", _) => 12,
        ("command", _) => 11,
        ("server", _) => 9,
        ("telemetry" | "schema" | "seed" | "projections", _) => 8,
        ("access_check", _) => 10,
        ("config", _) => 2,
        ("platform", _) => 1,
        ("node", _) => 6,
        ("viewer", _) | (_, "relations") => 7,
        (_, "query" | "mutation" | "readable" | "conversation") => 6,
        (_, "store" | "search" | "projection" | "disclosure") => 5,
        (_, "object") => 4,
        // The table files: `entity.rs` and its sisters.
        _ => 3,
    }
}

/// The paths that a file names, from the root of the crate: those of its `use` lines, with their groups spelled out, and
/// those that stand in its code.
fn paths(module: &str, text: &str) -> BTreeSet<String> {
    let code: String =
        text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
    let (mut paths, mut rest) = (BTreeSet::new(), String::new());
    for statement in code.split_inclusive(';') {
        match statement.trim_start().trim_start_matches("pub ").strip_prefix("use ") {
            Some(tree) => spell_out("", tree.trim_end_matches(';'), &mut paths),
            None => rest.push_str(statement),
        }
    }
    for part in rest.split("crate::").skip(1) {
        let path: String = part.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | ':')).collect();
        paths.insert(format!("crate::{path}"));
    }
    let parent = module.rsplit_once("::").map_or(String::new(), |(parent, _)| format!("{parent}::"));
    let from_root = |path: &String| match (path.strip_prefix("crate::"), path.strip_prefix("super::")) {
        (Some(path), _) => Some(path.to_owned()),
        (None, Some(path)) => Some(format!("{parent}{path}")),
        (None, None) => None,
    };
    paths.iter().filter_map(from_root).collect()
}

/// The paths of a `use` tree: `a::{b, c::{self, d}}` is `a::b`, `a::c` and `a::c::d`.
fn spell_out(before: &str, tree: &str, paths: &mut BTreeSet<String>) {
    let tree = tree.trim();
    let Some((head, group)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or_default().trim();
        paths.insert(format!("{before}{path}").trim_end_matches("::self").to_owned());
        return;
    };
    let (mut depth, mut member) = (0, String::new());
    for sign in group.trim_end_matches('}').chars().chain([',']) {
        match sign {
            ',' if depth == 0 => {
                if !member.trim().is_empty() {
                    // What was trimmed from the end closed the group's own braces.
                    let open = member.matches('{').count() - member.matches('}').count();
                    let whole = member.clone() + &"}".repeat(open);
                    spell_out(&format!("{before}{}", head.trim()), &whole, paths);
                }
                member.clear();
                continue;
            }
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        member.push(sign);
    }
    if !member.trim().trim_end_matches(',').is_empty() {
        spell_out(&format!("{before}{}", head.trim()), member.trim().trim_end_matches(','), paths);
    }
}

/// The modules that a file uses.
fn used(module: &str, text: &str, modules: &BTreeSet<String>) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for path in paths(module, text) {
        let mut path = path.trim_end_matches(':');
        while !path.is_empty() {
            if modules.contains(path) {
                used.insert(path.to_owned());
                break;
            }
            path = path.rsplit_once("::").map_or("", |(head, _)| head);
        }
    }
    used.remove(module);
    used
}

/// Which file uses which, but for `lib.rs` and `main.rs`.
fn graph(sources: &BTreeMap<String, String>) -> BTreeMap<String, BTreeSet<String>> {
    let modules: BTreeSet<String> = sources.keys().cloned().collect();
    let files = sources.iter().filter(|(module, _)| !["lib", "main"].contains(&module.as_str()));
    files.map(|(module, text)| (module.clone(), used(module, text, &modules))).collect()
}

/// The files that stand in a circle: what is left when files that use none of the others are taken away, again and again,
/// and then those that none of the others uses.
fn circle(mut graph: BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    loop {
        let is_used = |module: &String| graph.values().any(|uses| uses.contains(module));
        let ends = |(module, uses): &(&String, &BTreeSet<String>)| {
            !uses.iter().any(|other| graph.contains_key(other)) || !is_used(module)
        };
        let gone: Vec<String> = graph.iter().filter(ends).map(|(module, _)| module.clone()).collect();
        if gone.is_empty() {
            return graph.into_keys().collect();
        }
        graph.retain(|module, _| !gone.contains(module));
    }
}

fn sources(folder: &Path) -> BTreeMap<String, String> {
    let source = |file: PathBuf| (module_of(folder, &file), std::fs::read_to_string(&file).unwrap());
    files(folder).into_iter().map(source).collect()
}

#[test]
fn no_two_files_use_each_other() {
    for part in ["../api/src", "../domain/src", "../migration/src"] {
        let sources = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(part));
        assert_eq!(circle(graph(&sources)), Vec::<String>::new(), "{part}");
    }
}

#[test]
fn a_circle_is_found_wherever_it_is() {
    let file = |module: &str, text: &str| (module.to_owned(), text.to_owned());
    let planted = BTreeMap::from([
        file("platform::one", "use crate::platform::{\n    three,\n    two::{self, Thing},\n};"),
        file("platform::two", "use super::three::Other;"),
        file("platform::three", "fn call() { crate::platform::one::call() }"),
        file("above", "use crate::platform::one;"),
        file("below", ""),
    ]);
    assert_eq!(circle(graph(&planted)), ["platform::one", "platform::three", "platform::two"]);

    let straight = BTreeMap::from([file("one", "use crate::two;"), file("two", "// crate::one")]);
    assert_eq!(circle(graph(&straight)), Vec::<String>::new());
}

#[test]
fn arrows_point_down() {
    let sources = sources(&api());
    let mut wrong = Vec::new();
    for (module, uses) in graph(&sources) {
        let feature = module.split("::").next().unwrap_or_default();
        for other in uses {
            let of_other = other.split("::").next().unwrap_or_default();
            let (ours, theirs) = (floor(&module), floor(&other));
            let same = feature == of_other;
            // Stores and what is below them belong to one feature alone; root fields and relations may use all.
            let foreign_store = !same && theirs == 5 && ours < 6 && of_other != "calendar";
            // Letting people in is one feature of many files; that they stand in no circle is enough.
            let is_inside = same && feature == "session";
            if (ours < theirs && !is_inside) || foreign_store || (ours == theirs && !same && ours > 4) {
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
        assert!(!holds || module_of(&api(), &file).starts_with("platform::database::"), "{}", file.display());
    }
}

#[test]
fn every_object_is_executed_by_the_platforms_executor() {
    let is_derived = |line: &str| line.trim_start().starts_with("#[derive(") && line.contains("SimpleObject");
    let mut objects = 0;
    for file in files(&api()) {
        let text = std::fs::read_to_string(&file).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for pair in lines.windows(2).filter(|pair| is_derived(pair[0])) {
            objects += 1;
            let says = pair[1].contains(r#"crate = "crate::platform::graphql::executor""#);
            assert!(says, "{}: {}", file.display(), pair[1]);
        }
    }
    assert!(objects > 130, "{objects}");
}

#[test]
fn the_domain_depends_on_no_framework() {
    let manifest = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../domain/Cargo.toml")).unwrap();
    let dependencies = manifest.split("[dependencies]").nth(1).unwrap().split('[').next().unwrap();
    let names: Vec<&str> =
        dependencies.lines().filter_map(|line| line.split('.').next()).filter(|name| !name.is_empty()).collect();
    assert_eq!(names, ["jiff", "serde", "smartcore", "unicode-normalization", "uuid"]);
}
