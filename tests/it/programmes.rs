//! The life of a programme: a province plans and submits it, its region approves it, the national level closes it.

use domain::id::founding;
use serde_json::{Value, json};
use tests::World;
use tests::person::Person;
use unfm::platform::graphql::global_id::{GlobalId, Kind};

const CREATE: &str = "mutation($input: ProgrammeCreateInput!) { programmeCreate(input: $input) {
    programme { id slug version status iatiStatus theme sdgTargets warnings { code message } agreements(first: 5) { nodes { slug } }
      participatingBranches { slug } moves { from to } }
    userErrors { code field } } }";
const LOOK: &str = "query($id: ID!) { programme(id: $id) { status warnings { code message }
    moves { from to branch { slug } actor { displayName } reason } } }";

fn id(kind: Kind, name: &str, slug: &str) -> String {
    GlobalId::new(kind, founding(name, slug)).to_string()
}

/// A programme of Khouribga's that rests on the demo agreement with the UNFPA.
fn draft(branch: &str) -> Value {
    json!({"branchId": id(Kind::Branch, "branch", branch), "title": {"ar": "برنامج (تجريبي)", "fr": "Programme (démo)"},
        "theme": "TRAINING", "startsOn": "2026-01-01", "endsOn": "2026-12-31", "sdgTargets": ["5.a", "8.3"],
        "agreementIds": [id(Kind::Agreement, "agreement", "demo-unfpa")]})
}

async fn drafted(person: &Person<'_>, draft: Value) -> String {
    let made = person.does(CREATE, draft).await;
    made.data()["programmeCreate"]["programme"]["id"].as_str().unwrap().to_owned()
}

/// Somebody moves it; what came of it.
async fn moves(person: &Person<'_>, way: &str, programme: &str, version: i64, reason: Option<&str>) -> String {
    let query = format!("mutation($input: ProgrammeTransitionInput!) {{ programme{way}(input: $input) {{
        programme {{ status }} userErrors {{ code field }} }} }}");
    let input = json!({"id": programme, "expectedVersion": version, "reason": reason});
    person.does(&query, input).await.outcome()
}

async fn a_province_submits_its_region_approves_and_the_nation_closes(world: World) {
    let officer = world.person("programmes.khouribga").await;
    let (khouribga, region) = (world.person("khouribga").await, world.person("region05").await);
    let national = world.person("national").await;
    let made = officer.does(CREATE, draft("khouribga")).await;
    let made = &made.data()["programmeCreate"]["programme"];
    assert_eq!(
        (&made["status"], &made["iatiStatus"], &made["sdgTargets"], &made["warnings"], &made["agreements"]["nodes"], &made["moves"]),
        (
            &json!("DRAFT"),
            &json!("1"),
            &json!(["5.a", "8.3"]),
            &json!([]),
            &json!([{"slug": "demo-unfpa"}]),
            &json!([{"from": null, "to": "DRAFT"}])
        ),
        "{}",
        world.on
    );
    let programme = made["id"].as_str().unwrap();
    // Who, which way, with which reason, and what comes of it; each that is done raises the version.
    let mut version = 1;
    for (person, way, reason, outcome) in [
        (&officer, "Submit", None, "FORBIDDEN"),
        (&khouribga, "Approve", None, "FORBIDDEN"),
        (&khouribga, "Submit", None, "done"),
        (&khouribga, "Approve", None, "FORBIDDEN"),
        (&region, "Return", None, "TEXT_REQUIRED reason"),
        (&region, "Return", Some("Compléter les cibles (démo)"), "done"),
        (&khouribga, "Submit", None, "done"),
        (&region, "Approve", None, "done"),
        (&region, "Approve", None, "STATUS_INVALID"),
        (&khouribga, "Activate", None, "done"),
        (&khouribga, "Suspend", Some("  "), "TEXT_REQUIRED reason"),
        (&khouribga, "Suspend", Some("Intempéries (démo)"), "done"),
        (&khouribga, "Resume", None, "done"),
        (&khouribga, "Close", None, "FORBIDDEN"),
        (&national, "Close", None, "STATUS_INVALID"),
        (&khouribga, "Complete", None, "done"),
        (&region, "Close", None, "FORBIDDEN"),
        (&national, "Close", None, "done"),
    ] {
        assert_eq!(moves(person, way, programme, version, reason).await, outcome, "{}: {way}", world.on);
        version += i64::from(outcome == "done");
    }
    let seen = officer.asks(LOOK, json!({"id": programme})).await;
    let seen = seen.data()["programme"]["moves"].as_array().unwrap().clone();
    let told: Vec<String> = seen
        .iter()
        .map(|one| {
            let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
            format!("{} {} {} {}", text(&one["from"]), text(&one["to"]), text(&one["branch"]["slug"]), text(&one["reason"]))
        })
        .collect();
    let expected = [
        "- DRAFT khouribga -",
        "DRAFT SUBMITTED khouribga -",
        "SUBMITTED DRAFT region-05 Compléter les cibles (démo)",
        "DRAFT SUBMITTED khouribga -",
        "SUBMITTED APPROVED region-05 -",
        "APPROVED ACTIVE khouribga -",
        "ACTIVE SUSPENDED khouribga Intempéries (démo)",
        "SUSPENDED ACTIVE khouribga -",
        "ACTIVE COMPLETED khouribga -",
        "COMPLETED CLOSED national -",
    ];
    assert_eq!(told, expected, "{}", world.on);
    assert_eq!(seen[4]["actor"]["displayName"], "Administratrice régionale (démo)", "{}", world.on);
    let anybody = world.ask(LOOK, json!({"id": programme})).await;
    assert_eq!(anybody.data()["programme"], json!({"status": "CLOSED", "warnings": [], "moves": []}), "{}", world.on);
    let stale = moves(&khouribga, "Cancel", programme, 1, Some("Trop tard (démo)")).await;
    assert_eq!(stale, "CONFLICT expectedVersion", "{}", world.on);
}

async fn whoever_submitted_it_does_not_approve_it(world: World) {
    let (national, second) = (world.person("national").await, world.person("national2").await);
    let programme = drafted(&national, draft("national")).await;
    assert_eq!(moves(&national, "Submit", &programme, 1, None).await, "done", "{}", world.on);
    assert_eq!(moves(&national, "Approve", &programme, 2, None).await, "FOUR_EYES_REQUIRED", "{}", world.on);
    let region = world.person("region05").await;
    assert_eq!(moves(&region, "Approve", &programme, 2, None).await, "NOT_FOUND", "{}: not her level", world.on);
    assert_eq!(moves(&second, "Approve", &programme, 2, None).await, "done", "{}", world.on);
    // A region's own is approved by the national level.
    let programme = drafted(&region, draft("region-05")).await;
    assert_eq!(moves(&region, "Submit", &programme, 1, None).await, "done", "{}", world.on);
    assert_eq!(moves(&region, "Approve", &programme, 2, None).await, "FORBIDDEN", "{}", world.on);
    assert_eq!(moves(&national, "Approve", &programme, 2, None).await, "done", "{}", world.on);
}

async fn a_programme_starts_under_an_agreement_and_is_warned_when_that_has_run_out(world: World) {
    let (khouribga, region) = (world.person("khouribga").await, world.person("region05").await);
    let mut bare = draft("khouribga");
    bare["agreementIds"] = json!([]);
    let without = drafted(&khouribga, bare.clone()).await;
    let with = drafted(&khouribga, draft("khouribga")).await;
    bare["isSelfFunded"] = json!(true);
    let own = drafted(&khouribga, bare).await;
    for (programme, outcome) in [(&without, "AGREEMENT_REQUIRED"), (&with, "done"), (&own, "done")] {
        assert_eq!(moves(&khouribga, "Submit", programme, 1, None).await, "done", "{}", world.on);
        assert_eq!(moves(&region, "Approve", programme, 2, None).await, "done", "{}", world.on);
        assert_eq!(moves(&khouribga, "Activate", programme, 3, None).await, outcome, "{}", world.on);
    }
    let warned = async |person: &Person<'_>, programme: &str| {
        let seen = person.asks(LOOK, json!({"id": programme})).await;
        (seen.data()["programme"]["status"].clone(), seen.data()["programme"]["warnings"].clone())
    };
    assert_eq!(warned(&khouribga, &with).await, (json!("ACTIVE"), json!([])), "{}", world.on);
    // The demo agreement runs for five years.
    world.at("2031-11-26T12:00:00Z");
    let (khouribga, mdiq) = (world.person("khouribga").await, world.person("mdiq").await);
    let warning = json!([{"code": "NO_AGREEMENT_IN_FORCE", "message": "Aucune convention en vigueur ne porte le programme."}]);
    assert_eq!(warned(&khouribga, &with).await, (json!("ACTIVE"), warning), "{}: it changes nothing", world.on);
    assert_eq!(warned(&khouribga, &own).await, (json!("ACTIVE"), json!([])), "{}", world.on);
    assert_eq!(warned(&mdiq, &with).await, (json!("ACTIVE"), json!([])), "{}: not hers to look at", world.on);
}

async fn every_fault_of_a_programme_is_told_at_its_place_and_nothing_is_kept(world: World) {
    let officer = world.person("programmes.khouribga").await;
    let count = "select count(*) from programme";
    let before = world.raw_as_owner(count).await;
    let mut wrong = draft("khouribga");
    wrong["title"] = json!({"en": "In English alone"});
    wrong["sdgTargets"] = json!(["5.a", "18.1", "5.a"]);
    wrong["endsOn"] = json!("2025-12-31");
    let expected = "TEXT_REQUIRED title, SDG_TARGET_INVALID sdgTargets.1, DUPLICATE_ENTRY sdgTargets.2, DATE_INVALID endsOn";
    assert_eq!(officer.does(CREATE, wrong).await.outcome(), expected, "{}", world.on);
    let unfpa = id(Kind::Agreement, "agreement", "demo-unfpa");
    for (field, value, outcome) in [
        ("agreementIds", json!([unfpa, id(Kind::Agreement, "agreement", "nothing")]), "NOT_FOUND agreementIds.1"),
        ("agreementIds", json!([unfpa, unfpa]), "DUPLICATE_ENTRY agreementIds.1"),
        ("participatingBranchIds", json!([id(Kind::Branch, "branch", "mdiq-fnideq")]), "NOT_FOUND"),
        ("branchId", json!(id(Kind::Branch, "branch", "mdiq-fnideq")), "NOT_FOUND"),
        ("sdgTargets", json!(vec!["5.a"; 31]), "LIMIT_EXCEEDED sdgTargets"),
    ] {
        let mut wrong = draft("khouribga");
        wrong[field] = value;
        let told = officer.does(CREATE, wrong).await.outcome();
        assert!(told.starts_with(outcome), "{}: {told}", world.on);
    }
    assert_eq!(world.raw_as_owner(count).await, before, "{}", world.on);
    for (login, outcome) in [("finance.khouribga", "FORBIDDEN"), ("mdiq", "NOT_FOUND"), ("auditor", "FORBIDDEN")] {
        let refused = world.person(login).await.does(CREATE, draft("khouribga")).await;
        assert_eq!(refused.outcome(), outcome, "{}: {login}", world.on);
    }
}

const EDIT: &str = "mutation($input: ProgrammeEditInput!) { programmeEdit(input: $input) {
    programme { version title { text } theme sdgTargets endsOn agreements(first: 5) { nodes { slug } } participatingBranches { slug } }
    userErrors { code field } } }";

async fn a_programme_is_edited_as_far_as_its_status_allows(world: World) {
    let (officer, khouribga, region) =
        (world.person("programmes.khouribga").await, world.person("khouribga").await, world.person("region05").await);
    let programme = drafted(&region, draft("region-05")).await;
    assert_eq!(officer.does(EDIT, json!({"id": programme, "expectedVersion": 1})).await.outcome(), "NOT_FOUND", "{}", world.on);
    let wrong = json!({"id": programme, "expectedVersion": 1, "title": {"fr": null, "ar": null}, "sdgTargets": ["18.1"]});
    assert_eq!(region.does(EDIT, wrong).await.outcome(), "SDG_TARGET_INVALID sdgTargets.0", "{}", world.on);
    let wrong = json!({"id": programme, "expectedVersion": 1, "title": {"fr": null, "ar": null}, "endsOn": "2025-01-01",
        "agreementIds": [id(Kind::Agreement, "agreement", "nothing")]});
    let outcome = region.does(EDIT, wrong).await.outcome();
    assert_eq!(outcome, "TEXT_REQUIRED title, DATE_INVALID endsOn, NOT_FOUND agreementIds.0", "{}", world.on);
    let whole = json!({"id": programme, "expectedVersion": 1, "title": {"fr": "Programme remanié (démo)"}, "theme": "LITERACY",
        "sdgTargets": ["4.6"], "endsOn": null, "agreementIds": [id(Kind::Agreement, "agreement", "demo-indh")],
        "participatingBranchIds": [id(Kind::Branch, "branch", "khouribga")]});
    let edited = region.does(EDIT, whole.clone()).await;
    let expected = json!({"version": 2, "title": {"text": "Programme remanié (démo)"}, "theme": "LITERACY", "sdgTargets": ["4.6"],
        "endsOn": null, "agreements": {"nodes": [{"slug": "demo-indh"}]}, "participatingBranches": [{"slug": "khouribga"}]});
    assert_eq!(edited.data()["programmeEdit"]["programme"], expected, "{}", world.on);
    assert_eq!(region.does(EDIT, whole).await.outcome(), "CONFLICT expectedVersion", "{}", world.on);

    // Before the level above it stays as it is; afterwards its texts, its end and who takes part may change.
    let national = world.person("national").await;
    assert_eq!(moves(&region, "Submit", &programme, 2, None).await, "done", "{}", world.on);
    let title = |version: i64| json!({"id": programme, "expectedVersion": version, "title": {"fr": "Titre (démo)"}});
    assert_eq!(region.does(EDIT, title(3)).await.outcome(), "STATUS_INVALID", "{}", world.on);
    assert_eq!(moves(&national, "Approve", &programme, 3, None).await, "done", "{}", world.on);
    assert_eq!(region.does(EDIT, title(4)).await.outcome(), "done", "{}", world.on);
    let fixed = json!({"id": programme, "expectedVersion": 5, "theme": "TRAINING", "startsOn": "2026-02-01"});
    assert_eq!(region.does(EDIT, fixed).await.outcome(), "STATUS_INVALID theme, STATUS_INVALID startsOn", "{}", world.on);
    let without = json!({"id": programme, "expectedVersion": 5, "participatingBranchIds": [], "endsOn": "2026-12-31"});
    let without = region.does(EDIT, without).await;
    let seen = &without.data()["programmeEdit"]["programme"];
    assert_eq!((&seen["participatingBranches"], &seen["endsOn"]), (&json!([]), &json!("2026-12-31")), "{}", world.on);
    let away = json!({"id": programme, "expectedVersion": 6, "participatingBranchIds": [id(Kind::Branch, "branch", "mdiq-fnideq")]});
    assert_eq!(region.does(EDIT, away).await.outcome(), "NOT_FOUND", "{}", world.on);
    assert_eq!(khouribga.does(EDIT, title(6)).await.outcome(), "NOT_FOUND", "{}: the lead alone writes it", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

async fn a_branch_that_takes_part_reads_a_programme_before_it_is_published(world: World) {
    let (region, khouribga, mdiq) =
        (world.person("region05").await, world.person("khouribga").await, world.person("mdiq").await);
    let joined = id(Kind::Branch, "branch", "khouribga");
    let mut shared = draft("region-05");
    shared["participatingBranchIds"] = json!([joined]);
    let programme = drafted(&region, shared).await;
    let look = "query($id: ID!) { programme(id: $id) { status branch { slug } participatingBranches { slug } indicators { id } }
        node(id: $id) { id } programmes(first: 100) { nodes { id } } }";
    let seen = async |person: &Person<'_>| {
        let answer = person.asks(look, json!({"id": programme})).await;
        let (data, wanted) = (answer.data(), json!({"id": programme}));
        let is_listed = data["programmes"]["nodes"].as_array().unwrap().contains(&wanted);
        (data["programme"].clone(), data["node"] == wanted, is_listed)
    };
    let whole = json!({"status": "DRAFT", "branch": {"slug": "region-05"}, "participatingBranches": [{"slug": "khouribga"}],
        "indicators": []});
    assert_eq!(seen(&khouribga).await, (whole, true, true), "{}", world.on);
    assert_eq!(seen(&mdiq).await, (Value::Null, false, false), "{}", world.on);
    let public = world.ask("query($id: ID!) { programme(id: $id) { status } }", json!({"id": programme})).await;
    assert_eq!(public.data()["programme"], Value::Null, "{}", world.on);
    assert_eq!(moves(&khouribga, "Submit", &programme, 1, None).await, "NOT_FOUND", "{}: the lead alone writes it", world.on);
    let without = json!({"id": programme, "expectedVersion": 1, "participatingBranchIds": []});
    assert_eq!(region.does(EDIT, without).await.outcome(), "done", "{}", world.on);
    assert_eq!(seen(&khouribga).await, (Value::Null, false, false), "{}", world.on);
}

const ADD: &str = "mutation($input: ActivityAddInput!) { activityAdd(input: $input) {
    activity { id version kind title { text } status startsOn endsOn place capacity branch { slug } province { code } participants }
    userErrors { code field } } }";
const CHANGE: &str = "mutation($input: ActivityEditInput!) { activityEdit(input: $input) {
    activity { version endsOn place capacity } userErrors { code field } } }";
const CANCEL: &str = "mutation($input: ActivityCancelInput!) { activityCancel(input: $input) {
    activity { status cancellationReason } userErrors { code field } } }";
const COUNT: &str = "mutation($input: ParticipationRecordInput!) { participationRecord(input: $input) {
    activity { version status participants participation { people sex ageBand } } userErrors { code field } } }";

async fn an_activity_is_planned_held_and_counted(world: World) {
    let (officer, data) = (world.person("programmes.khouribga").await, world.person("data.khouribga").await);
    let programme = drafted(&officer, draft("khouribga")).await;
    let plan = |more: Value| {
        let mut plan = json!({"programmeId": programme, "branchId": id(Kind::Branch, "branch", "khouribga"), "kind": "CARAVAN",
            "title": {"fr": "Caravane (démo)"}, "startsOn": "2026-10-05", "endsOn": "2026-10-06", "provinceCode": "05.311",
            "place": "Oulad Azzouz (démo)", "capacity": 60});
        plan.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        plan
    };
    for (more, outcome) in [
        (json!({"title": {"en": "Caravan"}, "capacity": 0, "place": "x".repeat(600)}), "TEXT_REQUIRED title, TEXT_TOO_LONG place, AMOUNT_INVALID capacity"),
        (json!({"startsOn": "2025-12-31"}), "DATE_INVALID startsOn"),
        (json!({"endsOn": "2026-10-04"}), "DATE_INVALID endsOn"),
        (json!({"endsOn": "2027-01-01"}), "DATE_INVALID endsOn"),
        (json!({"provinceCode": "99.999"}), "NOT_FOUND provinceCode"),
        (json!({"branchId": id(Kind::Branch, "branch", "mdiq-fnideq")}), "NOT_FOUND"),
        (json!({"programmeId": id(Kind::Programme, "programme", "nothing")}), "NOT_FOUND"),
    ] {
        assert_eq!(officer.does(ADD, plan(more)).await.outcome(), outcome, "{}", world.on);
    }
    let region = world.person("region05").await;
    let elsewhere = region.does(ADD, plan(json!({"branchId": id(Kind::Branch, "branch", "region-05")}))).await;
    assert_eq!(elsewhere.outcome(), "NOT_PARTICIPATING branchId", "{}", world.on);
    let made = data.does(ADD, plan(json!({}))).await;
    let made = made.data()["activityAdd"]["activity"].clone();
    assert_eq!((&made["status"], &made["participants"], &made["province"]["code"]), (&json!("PLANNED"), &Value::Null, &json!("05.311")), "{}", world.on);
    let changed = data.does(CHANGE, json!({"id": made["id"], "expectedVersion": 1, "endsOn": "2026-10-07", "capacity": null})).await;
    let expected = json!({"version": 2, "endsOn": "2026-10-07", "place": "Oulad Azzouz (démo)", "capacity": null});
    assert_eq!(changed.data()["activityEdit"]["activity"], expected, "{}", world.on);

    // It is counted once it has begun; a second count takes the place of the first.
    let count = |version: i64, groups: Value| json!({"activityId": made["id"], "expectedVersion": version, "groups": groups});
    let wrong = json!([{"people": -1, "sex": "FEMALE"}, {"people": 2, "milieu": "RURAL"}]);
    let outcome = data.does(COUNT, count(2, wrong)).await.outcome();
    assert_eq!(outcome, "AMOUNT_INVALID groups.0.people, DISAGGREGATION_INVALID groups.1.sex, DISAGGREGATION_INVALID groups.1.milieu", "{}", world.on);
    let women = json!([{"people": 30, "sex": "FEMALE", "ageBand": "15-24"}, {"people": 12, "sex": "FEMALE", "ageBand": "25-59"}]);
    let counted = data.does(COUNT, count(2, women)).await;
    let expected = json!({"version": 3, "status": "HELD", "participants": 42, "participation": [
        {"people": 30, "sex": "FEMALE", "ageBand": "15-24"}, {"people": 12, "sex": "FEMALE", "ageBand": "25-59"}]});
    assert_eq!(counted.data()["participationRecord"]["activity"], expected, "{}", world.on);
    let again = data.does(COUNT, count(3, json!([{"people": 40, "sex": "FEMALE"}]))).await;
    assert_eq!(again.data()["participationRecord"]["activity"]["participants"], 40, "{}", world.on);
    let cancel = |activity: &Value, version: i64| json!({"id": activity, "expectedVersion": version, "reason": "Pluie (démo)"});
    assert_eq!(data.does(CANCEL, cancel(&made["id"], 4)).await.outcome(), "STATUS_INVALID", "{}: it was held", world.on);

    let later = officer.does(ADD, plan(json!({"startsOn": "2026-12-20", "endsOn": null}))).await;
    let later = later.data()["activityAdd"]["activity"]["id"].clone();
    let early = json!({"activityId": later, "expectedVersion": 1, "groups": []});
    assert_eq!(data.does(COUNT, early).await.outcome(), "DATE_INVALID", "{}", world.on);
    assert_eq!(officer.does(CANCEL, cancel(&later, 1)).await.outcome(), "done", "{}", world.on);
    let list = "query($id: ID!) { programme(id: $id) { activities(first: 10) { totalCount nodes { status cancellationReason } } } }";
    let seen = officer.asks(list, json!({"id": programme})).await;
    let expected = json!({"totalCount": 2, "nodes": [{"status": "CANCELLED", "cancellationReason": "Pluie (démo)"},
        {"status": "HELD", "cancellationReason": null}]});
    assert_eq!(seen.data()["programme"]["activities"], expected, "{}", world.on);
    // Who may not see them sees none.
    let all = "{ programmes(first: 20, published: true) { nodes { activities(first: 5) { totalCount nodes { id participants participation { people }
        province { id } programme { id } branch { id } } } } } }";
    for login in ["market.khouribga", "cooperative", "region05"] {
        let seen = world.person(login).await.asks(all, json!({})).await;
        let none = seen.data()["programmes"]["nodes"].as_array().unwrap().iter().all(|node| node["activities"]["totalCount"] == 0);
        assert!(none, "{}: {login}", world.on);
    }
    for (login, outcome) in [("mdiq", "NOT_FOUND"), ("finance.khouribga", "FORBIDDEN"), ("auditor", "FORBIDDEN")] {
        let person = world.person(login).await;
        assert_eq!(person.does(CANCEL, cancel(&made["id"], 4)).await.outcome(), outcome, "{}: {login}", world.on);
    }
}

tests::on_each_database!(
    a_province_submits_its_region_approves_and_the_nation_closes,
    whoever_submitted_it_does_not_approve_it,
    a_programme_starts_under_an_agreement_and_is_warned_when_that_has_run_out,
    every_fault_of_a_programme_is_told_at_its_place_and_nothing_is_kept,
    a_programme_is_edited_as_far_as_its_status_allows,
    a_branch_that_takes_part_reads_a_programme_before_it_is_published,
    an_activity_is_planned_held_and_counted,
);
