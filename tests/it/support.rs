//! Whoever looks for help finds it: the directory of support services, kept fresh by the branches, and what nobody finds in it.

use domain::id::founding;
use serde_json::{Value, json};
use tests::World;
use tests::person::Person;
use unfm::platform::graphql::global_id::{GlobalId, Kind};

const NEAR: &str = "query($first: Int!, $filter: SupportServiceFilter, $after: String, $at: DateTime) {
    supportServices(first: $first, after: $after, filter: $filter) { totalCount pageInfo { endCursor }
        nodes { id kind name { text } phones isOpen(at: $at) isStale verifiedOn knownAsOf isNationalLine province { code } address { text } latitude } } }";
const CREATE: &str = "mutation($input: SupportServiceCreateInput!) { supportServiceCreate(input: $input) {
    supportService { id version verifiedOn isStale isOpen } userErrors { code field } } }";
const EDIT: &str = "mutation($input: SupportServiceEditInput!) { supportServiceEdit(input: $input) {
    supportService { id version verifiedOn phones isOpen } userErrors { code field } } }";
const VERIFY: &str = "mutation($input: SupportServiceVerifyInput!) { supportServiceVerify(input: $input) {
    supportService { id version verifiedOn isStale verifications { actorName note } } userErrors { code field } } }";
const IMPORT: &str = "mutation($input: SupportServicesImportInput!) { supportServicesImport(input: $input) {
    branch { id } userErrors { code field } } }";
const RETIRE: &str = "mutation($input: SupportServiceRetireInput!) { supportServiceRetire(input: $input) {
    supportService { id version status } userErrors { code field } } }";
const SHELTER: &str = "mutation($input: ShelterSetInput!) { shelterSet(input: $input) {
    supportService { id version shelter { address { text } phones } } userErrors { code field } } }";
const ONE: &str = "query($id: ID!) { node(id: $id) { ... on SupportService { id version verifiedOn phones address { text }
    shelter { address { text } phones latitude } verifications { note } } } }";

fn service(code: &str) -> String {
    GlobalId::new(Kind::SupportService, founding("support_service", code)).to_string()
}

fn branch(slug: &str) -> String {
    GlobalId::new(Kind::Branch, founding("branch", slug)).to_string()
}

/// The kinds of the services that are found, in their order.
async fn kinds(world: &World, filter: Value) -> Vec<String> {
    let found = world.ask(NEAR, json!({"first": 100, "filter": filter})).await;
    let nodes = found.data()["supportServices"]["nodes"].as_array().unwrap().clone();
    nodes.iter().map(|node| node["kind"].as_str().unwrap().to_owned()).collect()
}

async fn whoever_looks_for_help_finds_it_and_the_national_line_last(world: World) {
    let all = kinds(&world, json!({"province": "05.311"})).await;
    assert_eq!(all, ["POLICE", "HOSPITAL_CELL", "COURT_CELL", "LISTENING_CENTRE", "LEGAL_AID", "HOTLINE"], "{}", world.on);
    // The region's own is for the next province too; what is for a province alone is not.
    assert_eq!(kinds(&world, json!({"province": "05.091"})).await, ["LEGAL_AID", "HOTLINE"], "{}", world.on);
    // A search never comes back empty, whatever is asked for.
    for filter in [
        json!({"province": "no province"}),
        json!({"kind": "SHELTER"}),
        json!({"province": "05.311", "language": "SIGN_LANGUAGE"}),
        json!({"near": {"latitude": 23.7, "longitude": -15.9, "withinKilometres": 1}}),
    ] {
        let found = world.ask(NEAR, json!({"first": 100, "filter": filter})).await.data()["supportServices"].clone();
        assert_eq!(found["totalCount"], 1, "{}: {filter}", world.on);
        let line = &found["nodes"][0];
        assert_eq!((&line["phones"], &line["isNationalLine"], &line["isOpen"]), (&json!(["8350"]), &json!(true), &json!(true)));
        // Its doubt is stated: nobody has made sure of it since it was published.
        assert_eq!((&line["isStale"], &line["verifiedOn"], &line["knownAsOf"]), (&json!(true), &Value::Null, &json!("2020-05")));
    }
    // On a Sunday only what is always open.
    let sunday = json!({"province": "05.311", "openAt": "2026-11-29T10:00:00Z"});
    assert_eq!(kinds(&world, sunday).await, ["POLICE", "HOSPITAL_CELL", "HOTLINE"], "{}", world.on);
    // On a holiday neither (the Green March, 6 November), on the working day before all of them.
    let holiday = json!({"province": "05.311", "openAt": "2026-11-06T10:00:00Z"});
    assert_eq!(kinds(&world, holiday).await.len(), 3, "{}", world.on);
    let working = json!({"province": "05.311", "openAt": "2026-11-05T10:00:00Z"});
    assert_eq!(kinds(&world, working).await, all, "{}", world.on);
    // The nearest first, the line last on the last page.
    let near = json!({"near": {"latitude": 35.7, "longitude": -5.3}});
    let mut found = Vec::new();
    let mut after = Value::Null;
    loop {
        let asked = json!({"first": 2, "after": after, "filter": near});
        let page = world.ask(NEAR, asked).await.data()["supportServices"].clone();
        let nodes = page["nodes"].as_array().unwrap().clone();
        if nodes.is_empty() {
            break;
        }
        found.extend(nodes.iter().map(|node| node["province"]["code"].as_str().unwrap_or("none").to_owned()));
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(found, ["01.573", "05.311", "05.311", "05.311", "05.311", "05.311", "none"], "{}", world.on);
    // What is missing where is seen at once.
    let coverage = "{ regions { code provinces { code supportCoverage { kind count } } } }";
    let regions = world.ask(coverage, json!({})).await.data()["regions"].clone();
    let of = |code: &str| {
        let region = regions.as_array().unwrap().iter().find(|region| code.starts_with(region["code"].as_str().unwrap())).unwrap();
        let province = region["provinces"].as_array().unwrap().iter().find(|province| province["code"] == code).unwrap();
        let counts = province["supportCoverage"].as_array().unwrap().iter();
        counts.map(|one| one["count"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    // Police, gendarmerie, hospital, court, listening, legal, psychological, economic, hotline.
    assert_eq!(of("05.311"), [1, 0, 1, 1, 1, 1, 0, 0, 1], "{}", world.on);
    assert_eq!(of("05.091"), [0, 0, 0, 0, 0, 1, 0, 0, 1], "{}: what is for the region", world.on);
    assert_eq!(of("12.066"), [0, 0, 0, 0, 0, 0, 0, 0, 1], "{}: what is for the country", world.on);
    // A year after somebody made sure of it, it is no longer shown.
    world.at("2027-11-01T12:00:00Z");
    assert_eq!(kinds(&world, json!({"province": "05.311"})).await, ["POLICE", "HOTLINE"], "{}", world.on);
    let admin = world.person("khouribga").await;
    let public = r#"{ supportServices(first: 100, published: true, filter: {province: "05.311"}) { nodes { kind } } }"#;
    let public = admin.asks(public, json!({})).await.data()["supportServices"]["nodes"].clone();
    assert_eq!(public, json!([{"kind": "POLICE"}, {"kind": "HOTLINE"}]), "{}: as the public sees it", world.on);
    let numbers = "{ emergencyService { name { text } phones } emergencyNumbers { code phones source datedOn confirmedOn } }";
    let numbers = world.ask(numbers, json!({})).await.data().clone();
    assert_eq!(numbers["emergencyService"]["phones"], json!(["8350"]), "{}", world.on);
    let codes: Vec<&str> =
        numbers["emergencyNumbers"].as_array().unwrap().iter().map(|number| number["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["POLICE", "GENDARMERIE", "AMBULANCE", "NATIONAL_WOMEN_LINE", "CHILD_LINE"], "{}", world.on);
}

fn new_service(kind: &str) -> Value {
    json!({
        "branchId": branch("khouribga"), "kind": kind, "coverage": "PROVINCE", "provinceCode": "05.311",
        "name": {"fr": "Cellule d'écoute (démo)", "ar": "خلية الاستماع (تجريبية)"}, "phones": ["0523000000"],
        "languages": ["DARIJA", "TAMAZIGHT", "DARIJA"], "cost": "FREE",
        "week": [{"day": "MONDAY", "intervals": [{"opens": "09:00", "closes": "12:00"}]}],
    })
}

/// What became of a service: what its mutation answers.
fn made(answer: &tests::Answer, field: &str) -> Value {
    assert_eq!(answer.outcome(), "done");
    answer.data()[field]["supportService"].clone()
}

async fn is_found(world: &World, id: &Value) -> bool {
    let found = world.ask(NEAR, json!({"first": 100, "filter": {"province": "05.311"}})).await;
    found.data()["supportServices"]["nodes"].as_array().unwrap().iter().any(|node| node["id"] == *id)
}

async fn a_branch_keeps_its_services_fresh_and_no_other_does(world: World) {
    let (data, admin) = (world.person("data.khouribga").await, world.person("khouribga").await);
    let new = made(&data.does(CREATE, new_service("PSYCHOLOGICAL")).await, "supportServiceCreate");
    assert_eq!((&new["verifiedOn"], &new["isStale"]), (&Value::Null, &json!(true)), "{}", world.on);
    assert!(!is_found(&world, &new["id"]).await, "{}: nobody has made sure of it", world.on);
    // It is among what the branch has to work off; to enter is not to make sure.
    let work = json!({"first": 100, "filter": {"branch": branch("khouribga"), "isStale": true}});
    let stale = admin.asks(NEAR, work.clone()).await.data()["supportServices"]["nodes"].clone();
    let stale: Vec<&str> = stale.as_array().unwrap().iter().map(|node| node["kind"].as_str().unwrap()).collect();
    assert_eq!(stale, ["LISTENING_CENTRE", "ECONOMIC", "PSYCHOLOGICAL"], "{}", world.on);
    let verify = |version: i32| json!({"id": new["id"], "expectedVersion": version, "note": "Par téléphone"});
    assert_eq!(data.does(VERIFY, verify(1)).await.outcome(), "FORBIDDEN", "{}", world.on);
    let sure = made(&admin.does(VERIFY, verify(1)).await, "supportServiceVerify");
    assert_eq!((&sure["verifiedOn"], &sure["isStale"]), (&json!("2026-11-23"), &json!(false)), "{}", world.on);
    let by = json!([{"actorName": "Administratrice de Khouribga (démo)", "note": "Par téléphone"}]);
    assert_eq!(sure["verifications"], by, "{}", world.on);
    assert!(is_found(&world, &new["id"]).await, "{}", world.on);
    assert_eq!(admin.does(VERIFY, verify(1)).await.outcome(), "CONFLICT expectedVersion", "{}", world.on);
    // What the administrator changes she has made sure of; what is entered somebody has to make sure of first.
    let edit = |version: i32, phone: &str| json!({"id": new["id"], "expectedVersion": version, "phones": [phone]});
    let edited = made(&admin.does(EDIT, edit(2, "0523000001")).await, "supportServiceEdit");
    assert_eq!((&edited["verifiedOn"], &edited["phones"]), (&json!("2026-11-23"), &json!(["0523000001"])), "{}", world.on);
    let edited = made(&data.does(EDIT, edit(3, "0523000002")).await, "supportServiceEdit");
    assert_eq!(edited["verifiedOn"], Value::Null, "{}", world.on);
    assert!(!is_found(&world, &new["id"]).await, "{}", world.on);
    // A neighbour neither sees nor touches it; to her it does not exist.
    let neighbour = world.person("mdiq").await;
    assert_eq!(neighbour.asks(ONE, json!({"id": new["id"]})).await.data()["node"], Value::Null, "{}", world.on);
    for refused in [neighbour.does(VERIFY, verify(4)).await, neighbour.does(EDIT, edit(4, "19")).await] {
        assert_eq!(refused.outcome(), "NOT_FOUND", "{}", world.on);
    }
    let published = json!({"id": service("police-khouribga"), "expectedVersion": 1});
    assert_eq!(neighbour.does(RETIRE, published.clone()).await.outcome(), "NOT_FOUND", "{}", world.on);
    let mut elsewhere = new_service("POLICE");
    elsewhere["branchId"] = json!(branch("mdiq-fnideq"));
    assert_eq!(admin.does(CREATE, elsewhere).await.outcome(), "NOT_FOUND", "{}", world.on);
    // What is retired nobody finds, nor changes.
    assert_eq!(made(&admin.does(RETIRE, published.clone()).await, "supportServiceRetire")["status"], "RETIRED", "{}", world.on);
    assert!(!kinds(&world, json!({"province": "05.311"})).await.contains(&"POLICE".to_owned()), "{}", world.on);
    let again = json!({"id": service("police-khouribga"), "expectedVersion": 2});
    assert_eq!(admin.does(RETIRE, again.clone()).await.outcome(), "STATUS_INVALID", "{}", world.on);
    assert_eq!(admin.does(VERIFY, again).await.outcome(), "STATUS_INVALID", "{}", world.on);
    // The national line stays; the national level makes sure of it, and it is shown for ever.
    let counsellor = world.person("counsellor").await;
    let other = json!({"id": service("NATIONAL_WOMEN_LINE"), "expectedVersion": 1, "phones": ["1234"]});
    assert_eq!(counsellor.does(EDIT, other).await.outcome(), "FORBIDDEN", "{}: it would be shown at once", world.on);
    let national = world.person("national").await;
    let line = json!({"id": service("NATIONAL_WOMEN_LINE"), "expectedVersion": 1});
    assert_eq!(national.does(RETIRE, line.clone()).await.outcome(), "STATUS_INVALID", "{}", world.on);
    assert_eq!(made(&national.does(VERIFY, line).await, "supportServiceVerify")["isStale"], false, "{}", world.on);
    world.at("2030-01-01T12:00:00Z");
    assert_eq!(kinds(&world, json!({"province": "05.311"})).await, ["HOTLINE"], "{}", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

async fn what_does_not_fit_the_directory_is_refused(world: World) {
    let admin = world.person("khouribga").await;
    let with = |changes: Value| {
        let mut input = new_service("LISTENING_CENTRE");
        for (field, value) in changes.as_object().unwrap() {
            input[field] = value.clone();
        }
        input
    };
    for (changes, refused) in [
        (json!({"phones": ["12345678"]}), "TEXT_UNSAFE phones.0"),
        (json!({"phones": ["19", "19"]}), "DUPLICATE_ENTRY phones.1"),
        (json!({"phones": ["10", "11", "12", "13", "14", "15"]}), "LIMIT_EXCEEDED phones"),
        (json!({"name": {"en": "Only English"}}), "TEXT_REQUIRED name"),
        (json!({"provinceCode": null}), "NOT_FOUND provinceCode"),
        (json!({"provinceCode": "99.999"}), "NOT_FOUND provinceCode"),
        (json!({"latitude": 91.0, "longitude": 0.0}), "AMOUNT_INVALID latitude"),
        (json!({"latitude": 33.0}), "AMOUNT_INVALID longitude"),
        (json!({"week": [{"day": "MONDAY"}, {"day": "MONDAY"}]}), "DUPLICATE_ENTRY week.1"),
        (
            json!({"kind": "SHELTER", "address": {"fr": "Rue"}, "latitude": 33.0, "longitude": -6.0}),
            "SHELTER_CONFIDENTIAL address, SHELTER_CONFIDENTIAL latitude, SHELTER_CONFIDENTIAL phones",
        ),
    ] {
        assert_eq!(admin.does(CREATE, with(changes.clone())).await.outcome(), refused, "{}: {changes}", world.on);
    }
    let message = admin.does(
        "mutation($input: SupportServiceCreateInput!) { supportServiceCreate(input: $input) { userErrors { message } } }",
        with(json!({"kind": "SHELTER"})),
    );
    let message = message.await.data()["supportServiceCreate"]["userErrors"][0]["message"].clone();
    assert_eq!(message, "L'emplacement d'un centre d'hébergement n'entre pas dans le répertoire.", "{}", world.on);
    let none = "select count(*) from support_service where not is_demo";
    assert_eq!(world.raw_as_owner(none).await, Ok(2), "{}: nothing is left of them", world.on);
}

async fn a_branch_brings_the_services_that_it_has_collected_in_a_sheet(world: World) {
    let data = world.person("data.khouribga").await;
    let input = json!({"branchId": branch("khouribga"), "file": null});
    let stale = json!({"first": 100, "filter": {"branch": branch("khouribga"), "isStale": true}});
    let before = data.asks(NEAR, stale.clone()).await.data()["supportServices"]["totalCount"].as_i64().unwrap();
    let header = "kind,coverage,provinceCode,name.fr,name.ar,phones,languages,latitude,longitude,isAlwaysOpen";
    let wrong = format!(
        "{header}\nPOLICE,PROVINCE,05.311,Commissariat (démo),,19 19,DARIJA,,,true\n\
         SOMETHING,PROVINCE,05.311,Autre (démo),,,,,,\n\
         LEGAL_AID,PROVINCE,99.999,Aide (démo),,0523000000,KLINGON,91,0,perhaps\n\
         COURT_CELL,PROVINCE,05.311,Cellule du TRIBUNAL (démo),,,,,,\n\
         SHELTER,PROVINCE,05.311,Foyer (démo),,0523000000,,,,\n"
    );
    let refused = data.brings(IMPORT, input.clone(), wrong.as_bytes()).await.outcome();
    assert_eq!(
        refused,
        "BAD_USER_INPUT file.3.kind, BAD_USER_INPUT file.4.languages, BAD_USER_INPUT file.4.isAlwaysOpen",
        "{}: what cannot be read comes first", world.on
    );
    let wrong: String = wrong.lines().filter(|line| !line.contains("SOMETHING")).map(|line| format!("{line}\n")).collect();
    let wrong = wrong.replace("KLINGON", "FRENCH").replace("perhaps", "");
    let refused = data.brings(IMPORT, input.clone(), wrong.as_bytes()).await.outcome();
    assert_eq!(
        refused,
        "DUPLICATE_ENTRY file.2.phones.1, NOT_FOUND file.3.provinceCode, AMOUNT_INVALID file.3.latitude, DUPLICATE_ENTRY file.4.name, \
         SHELTER_CONFIDENTIAL file.5.phones",
        "{}", world.on
    );
    for (sheet, refused) in [
        ("kind,coverage\nPOLICE,NATION\n", "COLUMN_INVALID file.1"),
        ("kind,coverage,name.fr,password\n", "COLUMN_INVALID file.1"),
        ("", "FILE_INVALID file"),
    ] {
        assert_eq!(data.brings(IMPORT, input.clone(), sheet.as_bytes()).await.outcome(), refused, "{}: {sheet}", world.on);
    }
    let after = data.asks(NEAR, stale.clone()).await.data()["supportServices"]["totalCount"].as_i64().unwrap();
    assert_eq!(after, before, "{}: nothing of them was kept", world.on);
    let right = format!(
        "\u{feff}{header}\r\nPOLICE,PROVINCE,05.311,Commissariat (démo),,19,DARIJA FRENCH,\"32,88\",-6.9,true\r\n\
         LEGAL_AID,NATION,,Aide juridique (démo),مساعدة (تجريبية),+212523000000; 8350,,,,\r\n"
    );
    let neighbour = world.person("mdiq").await;
    assert_eq!(neighbour.brings(IMPORT, input.clone(), right.as_bytes()).await.outcome(), "NOT_FOUND", "{}", world.on);
    let market = world.person("market.khouribga").await;
    assert_eq!(market.brings(IMPORT, input.clone(), right.as_bytes()).await.outcome(), "FORBIDDEN", "{}", world.on);
    assert_eq!(data.brings(IMPORT, input.clone(), right.as_bytes()).await.outcome(), "done", "{}", world.on);
    let again = data.brings(IMPORT, input, right.as_bytes()).await.outcome();
    assert_eq!(again, "DUPLICATE_ENTRY file.2.name, DUPLICATE_ENTRY file.3.name", "{}", world.on);
    let found = data.asks(NEAR, stale).await.data()["supportServices"].clone();
    assert_eq!(found["totalCount"], before + 2, "{}", world.on);
    let police = &found["nodes"].as_array().unwrap().iter().find(|node| node["name"]["text"] == "Commissariat (démo)").unwrap();
    assert_eq!((&police["isOpen"], &police["latitude"], &police["verifiedOn"]), (&json!(true), &json!(32.88), &Value::Null));
}

/// What somebody learns of where the shelter is.
async fn whereabouts(person: &Person<'_>) -> Value {
    let answer = person.asks(ONE, json!({"id": service("shelter-khouribga")})).await;
    assert_ne!(answer.data()["node"]["address"], json!({"text": "Adresse inventée (démo)"}));
    answer.data()["node"]["shelter"].clone()
}

async fn where_a_shelter_is_counsellors_learn_and_whoever_is_named(world: World) {
    let counsellor = world.person("counsellor").await;
    let place = whereabouts(&counsellor).await;
    assert_eq!((&place["address"]["text"], &place["phones"]), (&json!("Adresse inventée (démo)"), &json!(["00009"])));
    for login in ["khouribga", "national", "national2", "auditor", "programmes.khouribga", "data.khouribga", "mdiq", "cooperative"] {
        let person = world.person(login).await;
        assert_eq!(whereabouts(&person).await, Value::Null, "{}: {login}", world.on);
        let set = json!({"supportServiceId": service("shelter-khouribga"), "expectedVersion": 1, "address": {"fr": "Ailleurs"}});
        let outcome = person.does(SHELTER, set).await.outcome();
        assert!(matches!(outcome.as_str(), "FORBIDDEN" | "NOT_FOUND"), "{}: {login} {outcome}", world.on);
    }
    // Who was named for a branch knows where its shelters are, and that alone.
    let contact = world.person("shelter.khouribga").await;
    assert_eq!(whereabouts(&contact).await["phones"], json!(["00009"]), "{}", world.on);
    let other = "{ referrals(first: 1) { totalCount } botMenus(first: 10, filter: {status: DRAFT}) { totalCount } agreements(first: 1, filter: {status: TERMINATED}) { totalCount } }";
    let other = contact.asks(other, json!({})).await.data().clone();
    assert!(other.as_object().unwrap().values().all(|list| list["totalCount"] == 0), "{}: {other}", world.on);
    let set = json!({"supportServiceId": service("shelter-khouribga"), "expectedVersion": 1, "address": {"fr": "Ailleurs"}});
    assert_eq!(contact.does(SHELTER, set).await.outcome(), "FORBIDDEN", "{}", world.on);
    let nobody = world.ask(ONE, json!({"id": service("shelter-khouribga")})).await;
    assert_eq!(nobody.data()["node"], Value::Null, "{}", world.on);
    // A counsellor says where it is; that she did is written down, and not what she wrote.
    let secret = "Derb 7, maison 12, Khouribga (démo)";
    let set = json!({
        "supportServiceId": service("shelter-khouribga"), "expectedVersion": 1, "address": {"fr": secret, "ar": "درب 7 (تجريبي)"},
        "latitude": 32.88, "longitude": -6.91, "phones": ["0523999999"],
    });
    let moved = made(&counsellor.does(SHELTER, set.clone()).await, "shelterSet");
    assert_eq!(moved["shelter"]["address"]["text"], secret, "{}", world.on);
    assert_eq!(counsellor.does(SHELTER, set).await.outcome(), "CONFLICT expectedVersion", "{}", world.on);
    let not = json!({"supportServiceId": service("police-khouribga"), "expectedVersion": 1, "address": {"fr": secret}});
    assert_eq!(counsellor.does(SHELTER, not).await.outcome(), "STATUS_INVALID", "{}", world.on);
    for table in ["audit_entry", "audit_value", "change", "idempotency", "support_service"] {
        for told in ["Derb 7", "0523999999"] {
            assert_eq!(world.rows_with(table, told).await, 0, "{}: {table}", world.on);
        }
    }
    let auditor = world.person("auditor").await;
    let entries = "{ auditEntries(first: 50) { nodes { action outcome } } }";
    let entries = auditor.asks(entries, json!({})).await.data()["auditEntries"]["nodes"].clone();
    let told = |action: &str, outcome: &str| {
        entries.as_array().unwrap().iter().any(|entry| entry["action"] == action && entry["outcome"] == outcome)
    };
    assert!(told("shelter", "READ") && told("shelterSet", "DONE"), "{}: {entries}", world.on);
}

tests::on_each_database!(
    whoever_looks_for_help_finds_it_and_the_national_line_last,
    a_branch_keeps_its_services_fresh_and_no_other_does,
    what_does_not_fit_the_directory_is_refused,
    a_branch_brings_the_services_that_it_has_collected_in_a_sheet,
    where_a_shelter_is_counsellors_learn_and_whoever_is_named,
);
