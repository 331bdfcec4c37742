//! The sheet of a programme and period is fetched, filled in and brought back: all of it or nothing.

use crate::submissions::{form, id, running, text};
use serde_json::{Value, json};
use tests::person::{Person, with_file};
use tests::{Answer, World};
use unfm::platform::graphql::global_id::Kind;
use unfm::platform::sheet::{Cell, Format, Sheet, read};

const IMPORT: &str = "mutation($input: SheetImportInput!) { sheetImport(input: $input) {
    programme { id } userErrors { code field message } } }";
const SHEET: &str = "query($slug: String!, $period: String!, $format: SheetFormat!, $branch: ID, $locale: Locale) {
    programme(slug: $slug) { sheet(period: $period, format: $format, branchId: $branch, locale: $locale) { url expiresAt } } }";
const FIGURES: &str = "query($filter: SubmissionFilter!) { submissions(first: 50, filter: $filter) { nodes {
    branch { slug } version status values { value sex milieu source } } } }";

/// The slug of a programme.
async fn slug(person: &Person<'_>, programme: &str) -> String {
    let answer = person.asks("query($id: ID!) { programme(id: $id) { slug } }", json!({"id": programme})).await;
    text(&answer.data()["programme"]["slug"])
}

/// The address of a sheet.
async fn address(person: &Person<'_>, slug: &str, more: Value) -> Value {
    let mut variables = json!({"slug": slug, "period": "2026-Q3", "format": "CSV", "locale": "FR"});
    variables.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    person.asks(SHEET, variables).await.data()["programme"]["sheet"]["url"].clone()
}

/// The rows of a sheet in a format, the header first.
async fn rows(person: &Person<'_>, slug: &str, format: Format, more: Value) -> Vec<Vec<String>> {
    let mut variables = json!({"format": if format == Format::Csv { "CSV" } else { "XLSX" }});
    variables.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let url = text(&address(person, slug, variables).await);
    let response = person.world.http().get(person.world.url(&url)).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), format.media_type());
    assert_eq!(header("cache-control"), "private, no-store");
    assert_eq!(header("content-disposition"), format!("attachment; filename=\"{slug}-2026-Q3.{}\"", format.extension()));
    let bytes = response.bytes().await.unwrap();
    let mut rows = Vec::new();
    read(&bytes, |line| {
        let mut cells = line.cells.to_vec();
        cells.resize(16, String::new());
        rows.push(cells);
    })
    .unwrap();
    rows
}

/// The bytes of a sheet of such rows.
fn file(rows: &[Vec<String>], format: Format) -> Vec<u8> {
    let cells = |row: &Vec<String>| -> Vec<Cell> { row.iter().map(|text| Cell::Text(text.clone())).collect() };
    let header = rows[0].iter().map(|title| (title.clone(), 10)).collect();
    let sheet = Sheet { header, rows: rows[1..].iter().map(cells).collect(), is_right_to_left: false };
    sheet.write(format).unwrap()
}

const VALUE: usize = 13;
const VERSION: usize = 15;

/// She brings a filled sheet.
async fn brings(person: &Person<'_>, input: Value, file: &[u8]) -> Answer {
    person.brings(IMPORT, input, file).await
}

fn input(programme: &str) -> Value {
    json!({"programmeId": programme, "period": "2026-Q3"})
}

/// What was entered, by branch: the figures of those that have a submission.
async fn entered(person: &Person<'_>, programme: &str) -> Vec<(String, i64, Vec<String>)> {
    let answer = person.asks(FIGURES, json!({"filter": {"programme": programme}})).await;
    let of = |one: &Value| {
        let value = |value: &Value| format!("{}{}", text(&value["value"]), value["sex"].as_str().unwrap_or_default());
        let mut values: Vec<String> = one["values"].as_array().unwrap().iter().map(value).collect();
        values.sort();
        (text(&one["branch"]["slug"]), one["version"].as_i64().unwrap(), values)
    };
    let mut found: Vec<_> = answer.data()["submissions"]["nodes"].as_array().unwrap().iter().map(of).collect();
    found.sort();
    found
}

async fn a_province_fills_its_sheet_in_and_brings_it_back(world: World) {
    for format in [Format::Csv, Format::Xlsx] {
        let (programme, _) = running(&world, "khouribga", &[]).await;
        let data = world.person("data.khouribga").await;
        let slug = slug(&data, &programme).await;
        let mut sheet = rows(&data, &slug, format, json!({})).await;
        assert_eq!(sheet[0][VALUE], "Valeur", "{}: titles in the language that was asked for", world.on);
        // Everybody; women, men, and those who did not say; town, country, and those who did not say.
        assert_eq!(sheet.len(), 1 + 7, "{}", world.on);
        let group = |row: &Vec<String>| (row[8].clone(), row[10].clone());
        for row in &mut sheet[1..] {
            assert_eq!((row[0].as_str(), row[2].as_str(), row[VERSION].as_str()), (slug.as_str(), "khouribga", ""), "{}", world.on);
            row[VALUE] = match group(row) {
                (sex, milieu) if sex.is_empty() && milieu.is_empty() => "40",
                (sex, _) if sex == "FEMALE" => "37",
                (sex, _) if sex == "MALE" => "3",
                _ => "",
            }
            .to_owned();
        }
        let filled = file(&sheet, format);
        assert_eq!(brings(&data, input(&programme), &filled).await.outcome(), "done", "{}: {format:?}", world.on);
        let figures = vec!["37FEMALE".to_owned(), "3MALE".to_owned(), "40".to_owned()];
        assert_eq!(entered(&data, &programme).await, [("khouribga".to_owned(), 1, figures)], "{}", world.on);

        // What was entered stands in the next sheet, which brings nothing new.
        let again = rows(&data, &slug, format, json!({})).await;
        let values: Vec<&str> = again[1..].iter().map(|row| row[VALUE].as_str()).collect();
        assert_eq!(values, ["40", "37", "3", "", "", "", ""], "{}", world.on);
        assert_eq!(again[1][VERSION], "1", "{}", world.on);
        assert_eq!(brings(&data, input(&programme), &file(&again, format)).await.outcome(), "done", "{}", world.on);
        assert_eq!(entered(&data, &programme).await[0].1, 1, "{}: nothing was changed", world.on);

        // The sheet of before would undo what was entered since.
        let told = brings(&data, input(&programme), &filled).await.outcome();
        assert!(told.starts_with("CONFLICT file.") && told.ends_with(".version"), "{}: {told}", world.on);
    }
}

async fn a_level_above_enters_the_figures_of_its_branches_with_one_sheet(world: World) {
    let (programme, _) = running(&world, "region-05", &["khouribga"]).await;
    let (region, data) = (world.person("region05").await, world.person("data.khouribga").await);
    let slug = slug(&region, &programme).await;
    let mut sheet = rows(&region, &slug, Format::Csv, json!({})).await;
    let branches: Vec<&str> = sheet[1..].iter().map(|row| row[2].as_str()).collect();
    assert_eq!(branches, [["khouribga"; 7], ["region-05"; 7]].concat(), "{}", world.on);
    // Below, each has her own rows.
    assert!(rows(&data, &slug, Format::Csv, json!({})).await[1..].iter().all(|row| row[2] == "khouribga"), "{}", world.on);
    // A sheet that nobody has filled in makes no submissions.
    assert_eq!(brings(&region, input(&programme), &file(&sheet, Format::Csv)).await.outcome(), "FIGURES_MISSING file", "{}", world.on);
    sheet[1][VALUE] = "12".into();
    assert_eq!(brings(&region, input(&programme), &file(&sheet, Format::Csv)).await.outcome(), "done", "{}", world.on);
    let entered_of = async || entered(&region, &programme).await.into_iter().map(|(slug, ..)| slug).collect::<Vec<_>>();
    assert_eq!(entered_of().await, ["khouribga"], "{}: of the others nothing is known yet", world.on);
    let mut sheet = rows(&region, &slug, Format::Csv, json!({})).await;
    sheet[8][VALUE] = "30".into();
    // One branch alone is wrong: nothing is entered of the other either.
    sheet[9][VALUE] = "31".into();
    sheet[10][VALUE] = "1".into();
    let told = brings(&region, input(&programme), &file(&sheet, Format::Csv)).await;
    let place = told.data()["sheetImport"]["userErrors"].clone();
    assert_eq!(told.outcome(), "SUM_MISMATCH file.9.value", "{}: {place}", world.on);
    assert_eq!(entered_of().await, ["khouribga"], "{}", world.on);
    sheet[9][VALUE] = "29".into();
    assert_eq!(brings(&region, input(&programme), &file(&sheet, Format::Csv)).await.outcome(), "done", "{}", world.on);
    let of = |slug: &str, values: &[&str]| {
        (slug.to_owned(), 1, values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>())
    };
    let both = [of("khouribga", &["12"]), of("region-05", &["1MALE", "29FEMALE", "30"])];
    assert_eq!(entered(&region, &programme).await, both, "{}", world.on);

    // Whoever is below enters her own, and no row of the branch above.
    let told = brings(&data, input(&programme), &file(&sheet, Format::Csv)).await.outcome();
    assert_eq!(told, "NOT_FOUND file.9.branch", "{}", world.on);
}

async fn each_row_that_is_wrong_is_named_and_nothing_of_the_sheet_is_kept(world: World) {
    let (programme, _) = running(&world, "khouribga", &[]).await;
    let data = world.person("data.khouribga").await;
    let slug = slug(&data, &programme).await;
    let header = "programme,period,branch,indicator,sex,milieu,ageBand,numerator,value,source,kind,version";
    let row = |rest: &str| format!("{slug},2026-Q3,khouribga,DEMO_TRAINED,{rest}\n");
    let brought = async |text: String| brings(&data, input(&programme), text.as_bytes()).await.outcome();
    let rows = |rests: &[&str]| format!("{header}\n{}", rests.iter().map(|rest| row(rest)).collect::<String>());
    for (text, outcome) in [
        (rows(&["FEMALES,,,,1,,,", ",TOWN,,,1,,,", ",,,,one,,,", ",,,1.5,,,,", ",,,,1,=1+1,,", ",,,,1,,GUESS,", ",,,,1,,,new"]),
            "DISAGGREGATION_INVALID file.2.sex, DISAGGREGATION_INVALID file.3.milieu, FIGURE_INVALID file.4.value, \
             FIGURE_INVALID file.5.numerator, TEXT_UNSAFE file.6.source, FIGURE_INVALID file.7.kind, CONFLICT file.8.version"),
        // Then what only the database knows.
        (rows(&[",,15-24,,1,,,", ",,,,-1,,,", ",,,,1,,,", ",,,,2,,,"]),
            "DISAGGREGATION_INVALID file.2.ageBand, FIGURE_INVALID file.3.value, DUPLICATE_ENTRY file.4, DUPLICATE_ENTRY file.5"),
        (rows(&[",,,,1,,,7"]), "CONFLICT file.2.version"),
        (format!("{header}\nother,2026-Q3,khouribga,DEMO_TRAINED,,,,,1,,,\n"), "NOT_FOUND file.2.programme"),
        (format!("{header}\n{slug},2026-Q4,khouribga,DEMO_TRAINED,,,,,1,,,\n"), "DATE_INVALID file.2.period"),
        (format!("{header}\n{slug},2026-Q3,mdiq-fnideq,DEMO_TRAINED,,,,,1,,,\n"), "NOT_FOUND file.2.branch"),
        (format!("{header}\n{slug},2026-Q3,khouribga,DEMO_ACTIVE,,,,,1,,,\n"), "NOT_FOUND file.2.indicator"),
        (format!("{header}\n"), "FIGURES_MISSING file"),
        (String::new(), "FIGURES_MISSING file"),
        ("programme,period,branch,valeur,Value,hobby\n".to_owned(), "COLUMN_INVALID file.1, COLUMN_INVALID file.1, COLUMN_INVALID file.1.indicator"),
        ("a\0".to_owned(), "FILE_INVALID file"),
    ] {
        let told = brought(text.clone()).await;
        assert_eq!(told, outcome, "{}: {text}", world.on);
    }
    assert_eq!(world.raw_as_owner("select count(*) from measurement m join submission s on s.id = m.submission_id
        where s.period = '2026-Q3'").await, Ok(0), "{}", world.on);
    // Of very many refusals it is said how many there are.
    let told = brought(rows(&[",,,,one,,,"; 1500])).await;
    assert_eq!(told.matches("FIGURE_INVALID").count(), 1000, "{}", world.on);
    assert!(told.ends_with("LIMIT_EXCEEDED file"), "{}", world.on);
    // In words, in the language of the request.
    let told = brings(&data, input(&programme), b"\xff").await;
    let message = told.data()["sheetImport"]["userErrors"][0]["message"].clone();
    assert!(text(&message).starts_with("Le fichier ne peut pas être lu"), "{}: {message}", world.on);
}

async fn nobody_fetches_or_brings_what_she_may_not_see(world: World) {
    let (programme, _) = running(&world, "khouribga", &[]).await;
    let (data, khouribga) = (world.person("data.khouribga").await, world.person("khouribga").await);
    let (mdiq, auditor) = (world.person("mdiq").await, world.person("auditor").await);
    let slug = slug(&data, &programme).await;
    let one = rows(&data, &slug, Format::Csv, json!({})).await;
    let get = async |url: &Value| {
        let url = world.url(url.as_str().unwrap());
        let answer = world.send(world.http().get(url)).await;
        (answer.status, answer.headers["content-type"].clone())
    };
    let problem = |status: u16| (status, "application/problem+json".to_owned());
    // The programme is published, its figures are not.
    let anonymous = world.ask(SHEET, json!({"slug": slug, "period": "2026-Q3", "format": "CSV"})).await;
    assert_eq!(anonymous.data()["programme"]["sheet"], Value::Null, "{}", world.on);
    let client = world.program("unfpa-demo").await;
    let partner = world.ask_as(&client, SHEET, json!({"slug": slug, "period": "2026-Q3", "format": "CSV"})).await;
    assert_eq!(partner.data()["programme"]["sheet"], Value::Null, "{}", world.on);
    assert_eq!(get(&address(&mdiq, &slug, json!({})).await).await, problem(404), "{}", world.on);
    let neighbour = id(Kind::Branch, "branch", "mdiq-fnideq");
    assert_eq!(get(&address(&data, &slug, json!({"branch": neighbour})).await).await, problem(404), "{}", world.on);
    for (period, argument) in [("2026-Q5", "period"), ("", "period")] {
        let told = data.asks(SHEET, json!({"slug": slug, "period": period, "format": "CSV"})).await;
        assert_eq!((told.code(), told.argument()), ("BAD_USER_INPUT", argument), "{}", world.on);
    }

    // Who reads alone fetches and brings nothing; a neighbour has no such branch; who is nobody is asked who she is.
    let filled = file(&one, Format::Csv);
    assert_eq!(brings(&auditor, input(&programme), &filled).await.outcome(), "FORBIDDEN", "{}", world.on);
    assert_eq!(brings(&mdiq, input(&programme), &filled).await.outcome(), "NOT_FOUND file.2.branch", "{}", world.on);
    let request = with_file(world.http().post(world.url("/graphql")), IMPORT, input(&programme), &filled);
    let told = world.send(request).await;
    assert_eq!((told.status, told.code()), (401, "UNAUTHENTICATED"), "{}", world.on);
    // What stands for a file is worth nothing without one.
    let told = data.does(IMPORT, json!({"programmeId": programme, "period": "2026-Q3", "file": "x"})).await;
    assert_eq!((told.code(), told.argument()), ("BAD_USER_INPUT", "input.file"), "{}", world.on);
    let large = vec![b'a'; 10 * 1024 * 1024 + 1];
    let told = brings(&data, input(&programme), &large).await;
    assert_eq!(told.code(), "PAYLOAD_TOO_LARGE", "{}", world.on);

    // An address is good for five minutes, and no longer than the session that it was given out in.
    let (url, other) = (address(&data, &slug, json!({})).await, address(&khouribga, &slug, json!({})).await);
    assert_eq!(get(&url).await.0, 200, "{}", world.on);
    assert_eq!(get(&json!(format!("{}x", url.as_str().unwrap()))).await, problem(404), "{}", world.on);
    let ended = khouribga.asks("mutation { sessionEndAll { ended } }", json!({})).await;
    assert_eq!(ended.data()["sessionEndAll"]["ended"], 1, "{}", world.on);
    assert_eq!(get(&other).await, problem(401), "{}", world.on);
    let in_five = world.clock.now() + jiff::SignedDuration::from_mins(5);
    world.at(&in_five.to_string());
    assert_eq!(get(&url).await, problem(404), "{}", world.on);
}

async fn a_sheet_that_is_sent_twice_is_entered_once(world: World) {
    let (programme, follows) = running(&world, "khouribga", &[]).await;
    let data = world.person("data.khouribga").await;
    let slug = slug(&data, &programme).await;
    let mut sheet = rows(&data, &slug, Format::Csv, json!({})).await;
    sheet[1][VALUE] = "5".into();
    let mut input = input(&programme);
    input["idempotencyKey"] = json!("sheet-1");
    let filled = file(&sheet, Format::Csv);
    let first = brings(&data, input.clone(), &filled).await;
    assert_eq!(first.outcome(), "done", "{}", world.on);
    // Meanwhile the figure was changed; a repeat changes it back no more.
    let mut change = form(&programme, "khouribga", json!([{"programmeIndicatorId": follows, "value": "6"}]));
    change["expectedVersion"] = json!(1);
    let record = "mutation($input: IndicatorValuesRecordInput!) { indicatorValuesRecord(input: $input) { userErrors { code field } } }";
    assert_eq!(data.does(record, change).await.outcome(), "done", "{}", world.on);
    assert_eq!(brings(&data, input.clone(), &filled).await.body, first.body, "{}", world.on);
    assert_eq!(entered(&data, &programme).await, [("khouribga".to_owned(), 2, vec!["6".to_owned()])], "{}", world.on);
    sheet[1][VALUE] = "7".into();
    let told = brings(&data, input, &file(&sheet, Format::Csv)).await.outcome();
    assert_eq!(told, "IDEMPOTENCY_KEY_REUSED idempotencyKey", "{}: another file", world.on);
}

tests::on_each_database!(
    a_province_fills_its_sheet_in_and_brings_it_back,
    a_level_above_enters_the_figures_of_its_branches_with_one_sheet,
    each_row_that_is_wrong_is_named_and_nothing_of_the_sheet_is_kept,
    nobody_fetches_or_brings_what_she_may_not_see,
    a_sheet_that_is_sent_twice_is_entered_once,
);
