//! Figures climb the tree with a signature at each level.

use domain::id::founding;
use serde_json::{Value, json};
use tests::World;
use tests::person::Person;
use unfm::platform::graphql::global_id::{GlobalId, Kind};

const PROGRAMMES: &str = include_str!("../contract/programmes.graphql");
const RECORD: &str = "mutation($input: IndicatorValuesRecordInput!) { indicatorValuesRecord(input: $input) {
    submission { id version status period warnings { code field message } } userErrors { code field } } }";
const SUBMIT: &str = "mutation($input: SubmissionTransitionInput!) { submissionSubmit(input: $input) {
    submission { version status isLate standsWith { branch { slug } role } } userErrors { code field } } }";
const APPROVE: &str = "mutation($input: SubmissionTransitionInput!) { submissionApprove(input: $input) {
    submission { version status standsWith { branch { slug } role } } userErrors { code field message } } }";
const RETURN: &str = "mutation($input: SubmissionReturnInput!) { submissionReturn(input: $input) {
    submission { version status } userErrors { code field } } }";
const UNLOCK: &str = "mutation($input: SubmissionUnlockInput!) { submissionUnlock(input: $input) {
    submission { version status } userErrors { code field } } }";
const WAIVE: &str = "mutation($input: SubmissionWaiveInput!) { submissionWaive(input: $input) {
    submission { id version status waiver { reason branch { slug } actor { displayName } } } userErrors { code field } } }";
const LOOK: &str = "query($id: ID!) { submission(id: $id) { status version branch { slug } programme { slug }
    history { from to comment branch { slug } actor { displayName } }
    values { kind value numerator denominator sex milieu source programmeIndicator { code } } } }";
const TOLD: &str = "query($slug: String!) { programme(slug: $slug) { indicators { code latestActual { value status }
    values(first: 20) { totalCount nodes { value status sex milieu } } } } }";

pub(crate) fn id(kind: Kind, name: &str, slug: &str) -> String {
    GlobalId::new(kind, founding(name, slug)).to_string()
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

async fn the_contract_runs_from_the_agreement_to_the_accepted_figure(world: World) {
    let (khouribga, finance) = (world.person("khouribga").await, world.person("finance.khouribga").await);
    let (officer, data) = (world.person("programmes.khouribga").await, world.person("data.khouribga").await);
    let (region, national, mdiq) =
        (world.person("region05").await, world.person("national").await, world.person("mdiq").await);
    let sent = async |person: &Person<'_>, operation: &str, variables: Value| {
        let answer = person.sends(PROGRAMMES, operation, variables).await;
        let root = answer.data().as_object().unwrap().values().next().unwrap().clone();
        assert_eq!(root["userErrors"], json!([]), "{}: {operation}", world.on);
        root
    };
    let branch = id(Kind::Branch, "branch", "khouribga");
    let unfpa = id(Kind::Partner, "partner", "unfpa");

    // Khouribga plans, funds and signs.
    let made = sent(&finance, "AgreementCreate", json!({"branchId": branch, "fr": "Convention (démo)",
        "ar": "اتفاقية (تجريبي)", "funder": unfpa, "budget": "1000.00", "startsOn": "2026-01-01"})).await;
    let agreement = made["agreement"].clone();
    assert_eq!((&agreement["status"], &agreement["endsOn"]), (&json!("DRAFT"), &json!("2027-12-31")), "{}", world.on);
    let added = sent(&finance, "ContributionAdd", json!({"agreementId": agreement["id"], "version": agreement["version"],
        "partnerId": unfpa, "amount": "1000.00"})).await;
    assert_eq!(added["agreement"]["fundingGaps"], json!([]), "{}", world.on);
    let negotiated = sent(&khouribga, "AgreementNegotiate",
        json!({"id": agreement["id"], "version": added["agreement"]["version"]})).await;
    let signed = sent(&khouribga, "AgreementSign", json!({"id": agreement["id"],
        "version": negotiated["agreement"]["version"], "on": "2026-01-01"})).await;
    assert_eq!(signed["agreement"]["status"], "IN_FORCE", "{}", world.on);

    // Its money is booked.
    let line = sent(&finance, "BudgetLineAdd", json!({"agreementId": agreement["id"], "code": "TRAINING",
        "fr": "Formation (démo)", "amount": "600.00"})).await;
    let tranche = sent(&finance, "TrancheAdd",
        json!({"agreementId": agreement["id"], "number": 1, "amount": "500.00", "on": "2026-02-01"})).await;
    let tranche = sent(&finance, "TrancheReceive", json!({"id": tranche["tranche"]["id"],
        "version": tranche["tranche"]["version"], "amount": "500.00", "on": "2026-02-03"})).await;
    assert_eq!(tranche["tranche"]["received"]["amount"], "500.00", "{}", world.on);
    let expense = sent(&finance, "ExpenseRecord", json!({"budgetLineId": line["budgetLine"]["id"], "amount": "250.00",
        "on": "2026-03-01", "key": "phone-1"})).await;
    assert_eq!(expense["expense"]["budgetLine"]["remaining"]["amount"], "350.00", "{}", world.on);
    let statement = khouribga.sends(PROGRAMMES, "AgreementStatement", json!({"slug": agreement["slug"]})).await;
    let statement = &statement.data()["agreement"]["statement"];
    assert_eq!((&statement["spent"]["amount"], &statement["received"]["amount"], &statement["remaining"]["amount"]),
        (&json!("250.00"), &json!("500.00"), &json!("750.00")), "{}", world.on);

    // A programme is planned here, approved by region 05, and started.
    let planned = sent(&officer, "ProgrammeCreate", json!({"branchId": branch, "agreementId": agreement["id"],
        "ar": "برنامج (تجريبي)", "fr": "Programme (démo)", "startsOn": "2026-01-01", "endsOn": "2026-12-31"})).await;
    let programme = planned["programme"].clone();
    let mut version = programme["version"].clone();
    for (person, operation, status) in [
        (&khouribga, "ProgrammeSubmit", "SUBMITTED"),
        (&region, "ProgrammeApprove", "APPROVED"),
        (&khouribga, "ProgrammeActivate", "ACTIVE"),
    ] {
        let moved = sent(person, operation, json!({"id": programme["id"], "version": version})).await;
        assert_eq!(moved["programme"]["status"], status, "{}: {operation}", world.on);
        version = moved["programme"]["version"].clone();
    }

    // It follows an indicator, for which figures are entered on a bad line: the form is sent twice.
    let follows =
        sent(&officer, "ProgrammeIndicatorAdd", json!({"programmeId": programme["id"], "code": "DEMO_TRAINED"})).await;
    let follows = text(&follows["programmeIndicator"]["id"]);
    let form = json!({"programmeId": programme["id"], "branchId": branch, "period": "2026-S1", "key": "form-1",
        "values": values(&follows)});
    let recorded = sent(&data, "IndicatorValuesRecord", form.clone()).await;
    assert_eq!(sent(&data, "IndicatorValuesRecord", form).await, recorded, "{}: once", world.on);
    let submission = recorded["submission"].clone();
    assert_eq!((&submission["status"], &submission["warnings"]), (&json!("OPEN"), &json!([])), "{}", world.on);

    // Khouribga submits, region 05 returns and approves, the nation accepts.
    let key = text(&submission["id"]);
    let submitted = sent(&officer, "SubmissionSubmit", json!({"id": key, "version": submission["version"]})).await;
    assert_eq!(submitted["submission"]["standsWith"]["role"], "BRANCH_ADMIN", "{}", world.on);
    assert_eq!(submitted["submission"]["isLate"], true, "{}: months after the half-year", world.on);
    let inbox = async |person: &Person<'_>| {
        let answer = person.sends(PROGRAMMES, "ApprovalInbox", json!({"first": 100})).await;
        answer.data()["submissions"]["totalCount"].clone()
    };
    assert_eq!((inbox(&region).await, inbox(&national).await, inbox(&mdiq).await, inbox(&officer).await),
        (json!(1), json!(0), json!(0), json!(0)), "{}", world.on);
    let returned = sent(&region, "SubmissionReturn", json!({"id": key, "version": submitted["submission"]["version"],
        "comment": "Vérifier les communes (démo)"})).await;
    assert_eq!((returned["submission"]["status"].clone(), inbox(&officer).await), (json!("RETURNED"), json!(1)), "{}", world.on);
    let again = sent(&officer, "SubmissionSubmit", json!({"id": key, "version": returned["submission"]["version"]})).await;
    let approved = sent(&region, "SubmissionApprove", json!({"id": key, "version": again["submission"]["version"]})).await;
    assert_eq!((approved["submission"]["status"].clone(), inbox(&national).await), (json!("APPROVED_REGION"), json!(1)), "{}", world.on);

    // Until then nobody outside sees a figure; then what may be told.
    let client = world.program("unfpa-demo").await;
    let told = async |slug: &Value| {
        let answer = world.ask_as(&client, TOLD, json!({"slug": slug})).await;
        answer.data()["programme"]["indicators"][0].clone()
    };
    assert_eq!(told(&programme["slug"]).await["values"]["totalCount"], 0, "{}", world.on);
    let accepted = sent(&national, "SubmissionApprove", json!({"id": key, "version": approved["submission"]["version"]})).await;
    let history: Vec<String> = accepted["submission"]["history"].as_array().unwrap().iter()
        .map(|one| format!("{} {}", text(&one["from"]), text(&one["to"]))).collect();
    assert_eq!(history, ["OPEN SUBMITTED", "SUBMITTED RETURNED", "RETURNED SUBMITTED", "SUBMITTED APPROVED_REGION",
        "APPROVED_REGION ACCEPTED"], "{}", world.on);
    let seen = told(&programme["slug"]).await;
    assert_eq!(seen["latestActual"], json!({"value": "40", "status": "AVAILABLE"}), "{}", world.on);
    let hidden = seen["values"]["nodes"].as_array().unwrap().iter().filter(|value| value["status"] == "SUPPRESSED").count();
    assert_eq!((&seen["values"]["totalCount"], hidden), (&json!(5), 2), "{}: three men, and the women who would tell them", world.on);
    let theirs = world.ask_as(&client, "query($slug: String!) { agreement(slug: $slug) { statement { spent { amount } } } }",
        json!({"slug": agreement["slug"]})).await;
    assert_eq!(theirs.data()["agreement"]["statement"]["spent"]["amount"], "250.00", "{}", world.on);

    // M'diq sees nothing of it that is not published.
    let look = mdiq.asks(LOOK, json!({"id": key})).await;
    assert_eq!(look.data()["submission"], Value::Null, "{}", world.on);
    for (operation, variables) in [
        ("SubmissionApprove", json!({"id": key, "version": 1})),
        ("SubmissionSubmit", json!({"id": key, "version": 1})),
        ("SubmissionReturn", json!({"id": key, "version": 1, "comment": "?"})),
        ("ProgrammeApprove", json!({"id": programme["id"], "version": 1})),
        ("AgreementSign", json!({"id": agreement["id"], "version": 1, "on": "2026-01-01"})),
    ] {
        assert_eq!(mdiq.sends(PROGRAMMES, operation, variables).await.outcome(), "NOT_FOUND", "{}: {operation}", world.on);
    }
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

/// 40 people: 37 women and 3 men, 20 in town and 20 in the country.
fn values(follows: &str) -> Value {
    json!([
        {"programmeIndicatorId": follows, "kind": "ACTUAL", "value": "40"},
        {"programmeIndicatorId": follows, "kind": "ACTUAL", "sex": "FEMALE", "value": "37"},
        {"programmeIndicatorId": follows, "kind": "ACTUAL", "sex": "MALE", "value": "3"},
        {"programmeIndicatorId": follows, "kind": "ACTUAL", "milieu": "URBAN", "value": "20"},
        {"programmeIndicatorId": follows, "kind": "ACTUAL", "milieu": "RURAL", "value": "20"},
    ])
}

/// A programme that runs, led by this branch, with what it follows: the key of the programme, and of the indicator.
pub(crate) async fn running(world: &World, lead: &str, with: &[&str]) -> (String, String) {
    let (national, second) = (world.person("national").await, world.person("national2").await);
    let draft = json!({"branchId": id(Kind::Branch, "branch", lead), "title": {"fr": "Programme (démo)"}, "theme": "TRAINING",
        "startsOn": "2026-01-01", "endsOn": "2026-12-31", "isSelfFunded": true,
        "participatingBranchIds": with.iter().map(|slug| id(Kind::Branch, "branch", slug)).collect::<Vec<_>>()});
    let create = "mutation($input: ProgrammeCreateInput!) { programmeCreate(input: $input) { programme { id }
        userErrors { code field } } }";
    let programme = text(&national.does(create, draft).await.data()["programmeCreate"]["programme"]["id"]);
    for (version, (person, way)) in [(&national, "Submit"), (&second, "Approve"), (&national, "Activate")].into_iter().enumerate() {
        let query = format!("mutation($input: ProgrammeTransitionInput!) {{ programme{way}(input: $input) {{
            userErrors {{ code field }} }} }}");
        let moved = person.does(&query, json!({"id": programme, "expectedVersion": version + 1})).await;
        assert_eq!(moved.outcome(), "done", "{way}");
    }
    let follow = "mutation($input: ProgrammeIndicatorAddInput!) { programmeIndicatorAdd(input: $input) {
        programmeIndicator { id disaggregations ageBands } userErrors { code field } } }";
    let input = json!({"programmeId": programme, "indicatorCode": "DEMO_TRAINED", "disaggregations": ["SEX", "MILIEU"]});
    let follows = national.does(follow, input.clone()).await;
    let follows = text(&follows.data()["programmeIndicatorAdd"]["programmeIndicator"]["id"]);
    assert_eq!(national.does(follow, input).await.outcome(), "DUPLICATE_ENTRY indicatorCode");
    (programme, follows)
}

pub(crate) fn form(programme: &str, branch: &str, values: Value) -> Value {
    json!({"programmeId": programme, "branchId": id(Kind::Branch, "branch", branch), "period": "2026-Q3", "values": values})
}

fn at(key: &str, version: i64) -> Value {
    json!({"id": key, "expectedVersion": version})
}

async fn every_fault_of_a_form_is_told_at_its_place_and_nothing_is_kept(world: World) {
    let (programme, follows) = running(&world, "khouribga", &[]).await;
    let data = world.person("data.khouribga").await;
    let value = |more: Value| {
        let mut value = json!({"programmeIndicatorId": follows, "kind": "ACTUAL"});
        value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        value
    };
    let count = "select count(*) + (select count(*) from measurement) from submission";
    let before = world.raw_as_owner(count).await;
    let other = id(Kind::ProgrammeIndicator, "programme_indicator", "demo-unfpa-active");
    for (values, outcome) in [
        (json!([value(json!({"value": "-1"})), value(json!({"value": "1.5", "sex": "MALE"})), value(json!({"value": "1", "ageBand": "15-24"}))]),
            "FIGURE_INVALID values.0.value, FIGURE_INVALID values.1.value, DISAGGREGATION_INVALID values.2.ageBand"),
        (json!([value(json!({"value": "3"})), value(json!({"value": "4"}))]), "DUPLICATE_ENTRY values.1"),
        (json!([value(json!({"value": "3", "numerator": 1}))]), "FIGURE_INVALID values.0.numerator"),
        (json!([value(json!({"value": "3", "kind": "STATISTIC"}))]), "FIGURE_INVALID values.0.kind"),
        (json!([value(json!({"value": "1", "sex": "FEMALE"})), value(json!({"value": "1", "sex": "MALE"})), value(json!({"value": "3"}))]),
            "SUM_MISMATCH values.2.value"),
        (json!([value(json!({"value": "2", "sex": "FEMALE"})), value(json!({"value": "1"}))]), "SUM_MISMATCH values.1.value"),
        (json!([{"programmeIndicatorId": other, "value": "1"}]), "NOT_FOUND values.0.programmeIndicatorId"),
        (json!([]), "LIMIT_EXCEEDED values"),
        (json!([value(json!({"value": "1", "source": "x".repeat(81)}))]), "TEXT_TOO_LONG values.0.source"),
    ] {
        let told = data.does(RECORD, form(&programme, "khouribga", values)).await;
        assert_eq!(told.outcome(), outcome, "{}", world.on);
    }
    let good = json!([value(json!({"value": "1"}))]);
    for (field, wrong, outcome) in [
        ("period", json!("2026-Q5"), "DATE_INVALID period"),
        ("period", json!("2025-Q4"), "DATE_INVALID period"),
        ("period", json!("2027-Q1"), "DATE_INVALID period"),
        ("expectedVersion", json!(1), "CONFLICT expectedVersion"),
        ("programmeId", json!(id(Kind::Programme, "programme", "demo-unfpa-submitted")), "STATUS_INVALID programmeId"),
        ("programmeId", json!(id(Kind::Programme, "programme", "nothing")), "NOT_FOUND"),
        ("branchId", json!(id(Kind::Branch, "branch", "mdiq-fnideq")), "NOT_FOUND"),
    ] {
        let mut input = form(&programme, "khouribga", good.clone());
        input[field] = wrong;
        assert_eq!(data.does(RECORD, input).await.outcome(), outcome, "{}: {field}", world.on);
    }
    let region = world.person("region05").await;
    let elsewhere = region.does(RECORD, form(&programme, "region-05", good.clone())).await;
    assert_eq!(elsewhere.outcome(), "NOT_PARTICIPATING branchId", "{}", world.on);
    assert_eq!(world.raw_as_owner(count).await, before, "{}", world.on);
    for (login, outcome) in [("finance.khouribga", "FORBIDDEN"), ("mdiq", "NOT_FOUND"), ("auditor", "FORBIDDEN")] {
        let refused = world.person(login).await.does(RECORD, form(&programme, "khouribga", good.clone())).await;
        assert_eq!(refused.outcome(), outcome, "{}: {login}", world.on);
    }
    // A period that overlaps would count people twice.
    assert_eq!(data.does(RECORD, form(&programme, "khouribga", good.clone())).await.outcome(), "done", "{}", world.on);
    let mut whole = form(&programme, "khouribga", good);
    whole["period"] = json!("2026");
    assert_eq!(data.does(RECORD, whole).await.outcome(), "PERIOD_OVERLAPS period", "{}", world.on);
}

async fn figures_are_changed_at_a_version_and_locked_once_they_are_submitted(world: World) {
    let (programme, follows) = running(&world, "khouribga", &[]).await;
    let (data, officer) = (world.person("data.khouribga").await, world.person("programmes.khouribga").await);
    let (region, national) = (world.person("region05").await, world.person("national").await);
    let mut wanted = form(&programme, "khouribga", values(&follows));
    let made = data.does(RECORD, wanted.clone()).await;
    let key = text(&made.data()["indicatorValuesRecord"]["submission"]["id"]);
    assert_eq!(data.does(RECORD, wanted.clone()).await.outcome(), "CONFLICT expectedVersion", "{}: it is there", world.on);
    // The men are cleared, and the source is named beside the branch's own records.
    wanted["expectedVersion"] = json!(1);
    wanted["values"] = json!([{"programmeIndicatorId": follows, "sex": "MALE"},
        {"programmeIndicatorId": follows, "value": "41", "source": "Enquête (démo)"}]);
    assert_eq!(data.does(RECORD, wanted.clone()).await.outcome(), "done", "{}", world.on);
    let seen = officer.asks(LOOK, json!({"id": key})).await;
    let seen = &seen.data()["submission"];
    let figures: Vec<String> = seen["values"].as_array().unwrap().iter()
        .map(|value| format!("{} {} {}", value["value"], value["sex"], value["source"]).replace('"', "")).collect();
    assert_eq!(figures, ["40 null UNFM", "37 FEMALE UNFM", "41 null Enquête (démo)", "20 null UNFM", "20 null UNFM"], "{}", world.on);
    assert_eq!((&seen["version"], &seen["status"], &seen["branch"]["slug"]), (&json!(2), &json!("OPEN"), &json!("khouribga")));

    assert_eq!(data.does(SUBMIT, at(&key, 2)).await.outcome(), "FORBIDDEN", "{}: who enters does not decide", world.on);
    assert_eq!(officer.does(SUBMIT, at(&key, 1)).await.outcome(), "CONFLICT expectedVersion", "{}", world.on);
    assert_eq!(officer.does(SUBMIT, at(&key, 2)).await.outcome(), "done", "{}", world.on);
    wanted["expectedVersion"] = json!(3);
    assert_eq!(data.does(RECORD, wanted.clone()).await.outcome(), "STATUS_INVALID", "{}: locked", world.on);
    assert_eq!(officer.does(APPROVE, at(&key, 3)).await.outcome(), "FORBIDDEN", "{}: not her level", world.on);
    assert_eq!(region.does(APPROVE, at(&key, 3)).await.outcome(), "done", "{}", world.on);
    assert_eq!(region.does(APPROVE, at(&key, 4)).await.outcome(), "FORBIDDEN", "{}: the nation's word", world.on);
    assert_eq!(national.does(APPROVE, at(&key, 4)).await.outcome(), "done", "{}", world.on);
    assert_eq!(national.does(APPROVE, at(&key, 5)).await.outcome(), "STATUS_INVALID", "{}", world.on);

    // What was accepted is changed only when the nation unlocks it, with a reason; meanwhile nobody outside sees it.
    let shown = async || {
        let sql = "select count(*) from indicator_value where accepted and submission_id is not null and published
            and programme_id = (select programme_id from submission where period = '2026-Q3')";
        world.raw_as_owner(sql).await.unwrap()
    };
    assert_eq!(shown().await, 5, "{}", world.on);
    let with = |version: i64, reason: &str| json!({"id": key, "expectedVersion": version, "reason": reason});
    assert_eq!(region.does(UNLOCK, with(5, "?")).await.outcome(), "FORBIDDEN", "{}", world.on);
    assert_eq!(national.does(UNLOCK, with(5, " ")).await.outcome(), "TEXT_REQUIRED reason", "{}", world.on);
    assert_eq!(national.does(UNLOCK, with(5, "Erreur de saisie (démo)")).await.outcome(), "done", "{}", world.on);
    assert_eq!((shown().await, world.differences().await), (0, Vec::<String>::new()), "{}", world.on);
    wanted["expectedVersion"] = json!(6);
    wanted["values"] = json!([{"programmeIndicatorId": follows, "value": "50"}, {"programmeIndicatorId": follows, "milieu": "URBAN", "value": "30"},
        {"programmeIndicatorId": follows, "value": null, "source": "Enquête (démo)"}]);
    assert_eq!(data.does(RECORD, wanted).await.outcome(), "done", "{}", world.on);
    for (person, mutation, version) in [(&officer, SUBMIT, 7), (&region, APPROVE, 8), (&national, APPROVE, 9)] {
        assert_eq!(person.does(mutation, at(&key, version)).await.outcome(), "done", "{}: {version}", world.on);
    }
    assert_eq!((shown().await, world.differences().await), (4, Vec::<String>::new()), "{}", world.on);
    let slug = officer.asks(LOOK, json!({"id": key})).await.data()["submission"]["programme"]["slug"].clone();
    let told = world.ask(TOLD, json!({"slug": slug})).await;
    assert_eq!(told.data()["programme"]["indicators"][0]["latestActual"]["value"], "50", "{}", world.on);
}

async fn a_level_waits_for_the_branches_below_it_or_says_why_it_does_not(world: World) {
    let (programme, follows) = running(&world, "region-05", &["khouribga"]).await;
    let (region, national) = (world.person("region05").await, world.person("national").await);
    let khouribga = world.person("khouribga").await;
    let made = region.does(RECORD, form(&programme, "region-05", values(&follows))).await;
    let key = text(&made.data()["indicatorValuesRecord"]["submission"]["id"]);
    assert_eq!(region.does(SUBMIT, at(&key, 1)).await.outcome(), "done", "{}", world.on);
    let waiting = national.does(APPROVE, at(&key, 2)).await;
    assert_eq!(waiting.outcome(), "SUBMISSIONS_MISSING", "{}", world.on);
    let message = text(&waiting.data()["submissionApprove"]["userErrors"][0]["message"]);
    assert!(message.ends_with("(khouribga)"), "{}: {message}", world.on);

    // Also what was begun and not submitted is waited for.
    let begun = khouribga.does(RECORD, form(&programme, "khouribga", values(&follows))).await;
    let begun = text(&begun.data()["indicatorValuesRecord"]["submission"]["id"]);
    assert_eq!(national.does(APPROVE, at(&key, 2)).await.outcome(), "SUBMISSIONS_MISSING", "{}", world.on);
    let mut waived = json!({"programmeId": programme, "branchId": id(Kind::Branch, "branch", "khouribga"), "period": "2026-Q3",
        "reason": "Crue (démo)"});
    assert_eq!(khouribga.does(WAIVE, waived.clone()).await.outcome(), "FORBIDDEN", "{}: not of herself", world.on);
    assert_eq!(region.does(WAIVE, waived.clone()).await.outcome(), "CONFLICT expectedVersion", "{}", world.on);
    waived["expectedVersion"] = json!(1);
    let done = region.does(WAIVE, waived).await;
    let expected = json!({"id": begun, "version": 2, "status": "OPEN", "waiver": {"reason": "Crue (démo)",
        "branch": {"slug": "region-05"}, "actor": {"displayName": "Administratrice régionale (démo)"}}});
    assert_eq!(done.data()["submissionWaive"]["submission"], expected, "{}", world.on);
    assert_eq!(national.does(APPROVE, at(&key, 2)).await.outcome(), "done", "{}", world.on);

    // What is waived may come still, and goes through each level; a branch that never began is waived too.
    for (person, mutation, version) in [(&khouribga, SUBMIT, 2), (&region, APPROVE, 3), (&national, APPROVE, 4)] {
        assert_eq!(person.does(mutation, at(&begun, version)).await.outcome(), "done", "{}: {version}", world.on);
    }
    let early = json!({"programmeId": programme, "branchId": id(Kind::Branch, "branch", "khouribga"), "period": "2026-Q2",
        "reason": "Pas encore installée (démo)"});
    assert_eq!(region.does(WAIVE, early).await.outcome(), "done", "{}", world.on);
    let history = region.asks(LOOK, json!({"id": begun})).await;
    let branches: Vec<&Value> = history.data()["submission"]["history"].as_array().unwrap().iter().map(|one| &one["branch"]["slug"]).collect();
    assert_eq!(branches, ["khouribga", "region-05", "national"], "{}", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

async fn nobody_approves_what_she_submitted_or_entered(world: World) {
    let (programme, follows) = running(&world, "region-05", &["khouribga"]).await;
    let (region, national) = (world.person("region05").await, world.person("national").await);
    let (second, khouribga) = (world.person("national2").await, world.person("khouribga").await);
    // The region enters for its province, which submits.
    let made = region.does(RECORD, form(&programme, "khouribga", values(&follows))).await;
    let key = text(&made.data()["indicatorValuesRecord"]["submission"]["id"]);
    let submitted = khouribga.does(SUBMIT, at(&key, 1)).await;
    let desk = json!({"branch": {"slug": "region-05"}, "role": "BRANCH_ADMIN"});
    assert_eq!(submitted.data()["submissionSubmit"]["submission"]["standsWith"], desk, "{}", world.on);
    assert_eq!(region.does(APPROVE, at(&key, 2)).await.outcome(), "FOUR_EYES_REQUIRED", "{}: she entered it", world.on);
    assert_eq!(national.does(APPROVE, at(&key, 2)).await.outcome(), "done", "{}: for the region", world.on);

    // Of the nation's own a second person there decides.
    let (programme, follows) = running(&world, "national", &[]).await;
    let made = national.does(RECORD, form(&programme, "national", values(&follows))).await;
    let key = text(&made.data()["indicatorValuesRecord"]["submission"]["id"]);
    assert_eq!(national.does(SUBMIT, at(&key, 1)).await.outcome(), "done", "{}", world.on);
    assert_eq!(national.does(APPROVE, at(&key, 2)).await.outcome(), "FOUR_EYES_REQUIRED", "{}", world.on);
    assert_eq!(second.does(RETURN, json!({"id": key, "expectedVersion": 2, "comment": "À revoir (démo)"})).await.outcome(), "done");
    assert_eq!(national.does(SUBMIT, at(&key, 3)).await.outcome(), "done", "{}", world.on);
    let accepted = second.does(APPROVE, at(&key, 4)).await;
    assert_eq!(accepted.data()["submissionApprove"]["submission"], json!({"version": 5, "status": "ACCEPTED", "standsWith": null}), "{}", world.on);
}

async fn a_figure_far_from_the_last_one_is_a_warning_and_changes_nothing(world: World) {
    let (programme, follows) = running(&world, "khouribga", &[]).await;
    let data = world.person("data.khouribga").await;
    let one = |value: &str| json!([{"programmeIndicatorId": follows, "value": value}]);
    let mut first = form(&programme, "khouribga", one("20"));
    first["period"] = json!("2026-Q2");
    assert_eq!(data.does(RECORD, first).await.outcome(), "done", "{}", world.on);
    let next = data.does(RECORD, form(&programme, "khouribga", one("90"))).await;
    let warnings = &next.data()["indicatorValuesRecord"]["submission"]["warnings"];
    let message = "Le chiffre s'écarte beaucoup de celui de la période précédente. (20 → 90)";
    assert_eq!(*warnings, json!([{"code": "JUMP", "field": ["values", "0"], "message": message}]), "{}", world.on);
    let mut last = form(&programme, "khouribga", json!([{"programmeIndicatorId": follows, "sex": "FEMALE", "value": "90"},
        {"programmeIndicatorId": follows, "sex": "MALE", "value": "1"}]));
    last["period"] = json!("2026-Q4");
    let last = data.does(RECORD, last).await;
    let warnings = &last.data()["indicatorValuesRecord"]["submission"]["warnings"];
    assert_eq!(warnings[0]["code"], "TOTAL_MISSING", "{}: {warnings}", world.on);
}

async fn two_phones_that_send_the_first_form_at_once_make_one_submission(world: World) {
    let (programme, follows) = running(&world, "khouribga", &[]).await;
    let data = world.person("data.khouribga").await;
    let other = data.at(&world.also_served(&[]).await);
    let sent = async |person: &Person<'_>| person.does(RECORD, form(&programme, "khouribga", values(&follows))).await.outcome();
    let mut outcomes = [String::new(), String::new()];
    (outcomes[0], outcomes[1]) = tokio::join!(sent(&data), sent(&other));
    outcomes.sort();
    assert_eq!(outcomes, ["CONFLICT expectedVersion", "done"], "{}", world.on);
    let count = world.raw_as_owner("select count(*) from submission where period = '2026-Q3'").await;
    assert_eq!(count, Ok(1), "{}", world.on);
}

async fn a_branch_that_moves_takes_its_figures_to_the_desks_of_its_new_place(world: World) {
    let (programme, follows) = running(&world, "khouribga", &[]).await;
    let (khouribga, national) = (world.person("khouribga").await, world.person("national").await);
    let made = khouribga.does(RECORD, form(&programme, "khouribga", values(&follows))).await;
    let key = text(&made.data()["indicatorValuesRecord"]["submission"]["id"]);
    assert_eq!(khouribga.does(SUBMIT, at(&key, 1)).await.outcome(), "done", "{}", world.on);
    let branch = id(Kind::Branch, "branch", "khouribga");
    let query = "query($id: ID!) { branch(id: $id) { version } }";
    let version = national.asks(query, json!({"id": branch})).await.data()["branch"]["version"].clone();
    let moved = national
        .does(
            "mutation($input: BranchMoveInput!) { branchMove(input: $input) { userErrors { code field } } }",
            json!({"id": branch, "expectedVersion": version, "parentId": id(Kind::Branch, "branch", "region-01")}),
        )
        .await;
    assert_eq!(moved.outcome(), "done", "{}", world.on);
    let region = world.person("region05").await;
    assert_eq!(region.does(APPROVE, at(&key, 2)).await.outcome(), "NOT_FOUND", "{}: beyond her reach now", world.on);
    let look = "query($id: ID!) { submission(id: $id) { standsWith { branch { slug } } } }";
    let seen = national.asks(look, json!({"id": key})).await;
    assert_eq!(seen.data()["submission"]["standsWith"]["branch"]["slug"], "region-01", "{}", world.on);
    assert_eq!(national.does(APPROVE, at(&key, 2)).await.outcome(), "done", "{}", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

const DEFINE: &str = "mutation($input: IndicatorDefineInput!) { indicatorDefine(input: $input) {
    indicator { id version code unit name { text } earlierVersions { version name { text } unit } } userErrors { code field } } }";
const TARGET: &str = "mutation($input: IndicatorTargetSetInput!) { indicatorTargetSet(input: $input) {
    indicatorValue { version kind value period area { kind code } } userErrors { code field } } }";
const TOTALS: &str = "query($slug: String!, $filter: IndicatorTotalFilter, $by: [IndicatorTotalDimension!]!) {
    indicator(slug: $slug) { totals(filter: $filter, by: $by) { value status numerator denominator results source year theme
      branch { slug } partner { slug } } } }";

/// A share of women, defined by the nation.
fn share(code: &str) -> Value {
    json!({"code": code, "name": {"ar": "نسبة النساء (تجريبي)", "fr": "Part des femmes (démo)"}, "unit": "PERCENT",
        "direction": "UP", "theme": "TRAINING", "numerator": "Femmes (démo)", "denominator": "Personnes (démo)"})
}

async fn the_nation_defines_indicators_and_keeps_each_version(world: World) {
    let (national, khouribga) = (world.person("national").await, world.person("khouribga").await);
    assert_eq!(khouribga.does(DEFINE, share("DEMO_SHARE")).await.outcome(), "FORBIDDEN", "{}", world.on);
    let mut wrong = share("demo share");
    wrong["numerator"] = Value::Null;
    let refused = national.does(DEFINE, wrong).await;
    assert_eq!(refused.outcome(), "TEXT_UNSAFE code, TEXT_REQUIRED numerator", "{}", world.on);
    let made = national.does(DEFINE, share("DEMO_SHARE")).await;
    let made = &made.data()["indicatorDefine"]["indicator"];
    assert_eq!((&made["version"], &made["earlierVersions"]), (&json!(1), &json!([])), "{}", world.on);
    assert_eq!(national.does(DEFINE, share("DEMO_SHARE")).await.outcome(), "CONFLICT expectedVersion", "{}", world.on);
    let mut next = share("DEMO_SHARE");
    next["expectedVersion"] = json!(1);
    next["name"] = json!({"fr": "Proportion de femmes (démo)"});
    let next = national.does(DEFINE, next).await;
    let expected = json!([{"version": 1, "name": {"text": "Part des femmes (démo)"}, "unit": "PERCENT"}]);
    let seen = &next.data()["indicatorDefine"]["indicator"];
    assert_eq!((&seen["version"], &seen["earlierVersions"]), (&json!(2), &expected), "{}", world.on);
    // A unit under which figures stand does not change.
    let mut unit = share("DEMO_TRAINED");
    unit["expectedVersion"] = json!(1);
    assert_eq!(national.does(DEFINE, unit).await.outcome(), "FIGURE_INVALID unit", "{}", world.on);
    let found = world.ask("{ indicator(slug: \"demo-share\") { name { text } } }", json!({})).await;
    assert_eq!(found.data()["indicator"]["name"]["text"], "نسبة النساء (تجريبي)", "{}: the other language stays", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

async fn a_target_is_set_by_whoever_plans_and_later_by_whoever_decides(world: World) {
    let (_, follows) = running(&world, "khouribga", &[]).await;
    let (officer, khouribga) = (world.person("programmes.khouribga").await, world.person("khouribga").await);
    let target = |value: &str, version: Option<i64>| json!({"programmeIndicatorId": follows, "value": value, "period": "2026",
        "branchId": id(Kind::Branch, "branch", "khouribga"), "expectedVersion": version});
    assert_eq!(officer.does(TARGET, target("100", None)).await.outcome(), "FORBIDDEN", "{}: it runs", world.on);
    let set = khouribga.does(TARGET, target("100", None)).await;
    let expected = json!({"version": 1, "kind": "TARGET", "value": "100", "period": "2026", "area": {"kind": "BRANCH", "code": "khouribga"}});
    assert_eq!(set.data()["indicatorTargetSet"]["indicatorValue"], expected, "{}", world.on);
    for (input, outcome) in [
        (target("120", None), "CONFLICT expectedVersion"),
        (target("-1", Some(1)), "FIGURE_INVALID value"),
        (target("120", Some(1)), "done"),
    ] {
        assert_eq!(khouribga.does(TARGET, input).await.outcome(), outcome, "{}", world.on);
    }
    let mut half = target("60", None);
    half["period"] = json!("2026-S1");
    assert_eq!(khouribga.does(TARGET, half).await.outcome(), "PERIOD_OVERLAPS period", "{}", world.on);
    for (login, outcome) in [("mdiq", "NOT_FOUND"), ("data.khouribga", "FORBIDDEN"), ("auditor", "FORBIDDEN")] {
        let refused = world.person(login).await.does(TARGET, target("1", None)).await;
        assert_eq!(refused.outcome(), outcome, "{}: {login}", world.on);
    }
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

/// Figures that branches enter, and that come up to the nation.
async fn accepted(world: &World, programme: &str, forms: &[(&str, Value)]) {
    let (national, second) = (world.person("national").await, world.person("national2").await);
    let mut desks = Vec::new();
    for (branch, values) in forms {
        let made = national.does(RECORD, form(programme, branch, values.clone())).await;
        let key = text(&made.data()["indicatorValuesRecord"]["submission"]["id"]);
        assert_eq!(national.does(SUBMIT, at(&key, 1)).await.outcome(), "done", "{branch}");
        desks.push(key);
    }
    // The nation waits until both have come past their regions.
    for version in [2, 3] {
        for key in &desks {
            assert_eq!(second.does(APPROVE, at(key, version)).await.outcome(), "done", "{version}");
        }
    }
}

async fn a_total_is_computed_from_its_parts_where_each_branch_stood(world: World) {
    let national = world.person("national").await;
    assert_eq!(national.does(DEFINE, share("DEMO_SHARE")).await.outcome(), "done", "{}", world.on);
    let (programme, trained) = running(&world, "national", &["khouribga", "mdiq-fnideq"]).await;
    let follow = "mutation($input: ProgrammeIndicatorAddInput!) { programmeIndicatorAdd(input: $input) {
        programmeIndicator { id } userErrors { code field } } }";
    let added = national.does(follow, json!({"programmeId": programme, "indicatorCode": "DEMO_SHARE"})).await;
    let share = text(&added.data()["programmeIndicatorAdd"]["programmeIndicator"]["id"]);
    let figures = |over: i64, under: i64, people: &str| json!([
        {"programmeIndicatorId": share, "numerator": over, "denominator": under},
        {"programmeIndicatorId": trained, "value": people}]);
    // 5 of 10 and 1,000 of 1,000: 99.5 %, and not the mean of 50 % and 100 %. Three people are withheld.
    let forms = [("khouribga", figures(5, 10, "3")), ("mdiq-fnideq", figures(1000, 1000, "40"))];
    accepted(&world, &programme, &forms).await;
    let totals = async |person: Option<&Person<'_>>, slug: &str, filter: Value, by: Value| {
        let variables = json!({"slug": slug, "filter": filter, "by": by});
        let answer = match person {
            Some(person) => person.asks(TOTALS, variables).await,
            None => world.ask(TOTALS, variables).await,
        };
        answer.data()["indicator"]["totals"].as_array().unwrap().clone()
    };
    let own = json!({"programme": programme});
    let whole = totals(None, "demo-share", own.clone(), json!(["YEAR", "THEME"])).await;
    let expected = json!([{"value": "99.50", "status": "AVAILABLE", "numerator": "1005", "denominator": "1010", "results": 2,
        "source": "UNFM", "year": 2026, "theme": "TRAINING", "branch": null, "partner": null}]);
    assert_eq!(json!(whole), expected, "{}", world.on);
    let people = |rows: &[Value]| -> Vec<String> {
        rows.iter().map(|row| format!("{} {} {}", row["branch"]["slug"], row["value"], row["status"]).replace('"', "")).collect()
    };
    let by = json!(["BRANCH"]);
    let told = totals(None, "demo-trained", own.clone(), by.clone()).await;
    let mut told = people(&told);
    told.sort();
    assert_eq!(told, ["region-01 40 AVAILABLE", "region-05 null SUPPRESSED"], "{}: outside", world.on);
    let inside = totals(Some(&national), "demo-trained", own.clone(), json!([])).await;
    assert_eq!(inside[0]["value"], "43", "{}: within reach", world.on);
    let khouribga = world.person("khouribga").await;
    let theirs = totals(Some(&khouribga), "demo-trained", own.clone(), by.clone()).await;
    assert!(people(&theirs).contains(&"region-05 3 AVAILABLE".to_owned()), "{}: {theirs:?}", world.on);

    // A branch that moves leaves its figures where it stood, unless a later day is asked for.
    world.at("2026-12-05T12:00:00Z");
    let national = world.person("national").await;
    let branch = id(Kind::Branch, "branch", "khouribga");
    let version = national.asks("query($id: ID!) { branch(id: $id) { version } }", json!({"id": branch})).await;
    let moved = json!({"id": branch, "expectedVersion": version.data()["branch"]["version"],
        "parentId": id(Kind::Branch, "branch", "region-01")});
    let move_it = "mutation($input: BranchMoveInput!) { branchMove(input: $input) { userErrors { code field } } }";
    assert_eq!(national.does(move_it, moved).await.outcome(), "done", "{}", world.on);
    let region = id(Kind::Branch, "branch", "region-05");
    let then = totals(Some(&national), "demo-share", json!({"programme": programme, "branch": region}), by.clone()).await;
    assert_eq!((&then[0]["value"], &then[0]["branch"]["slug"]), (&json!("50.00"), &json!("khouribga")), "{}", world.on);
    let now = json!({"programme": programme, "branch": region, "asOf": "2026-12-31"});
    assert_eq!(totals(Some(&national), "demo-share", now, by).await, Vec::<Value>::new(), "{}", world.on);
}

async fn a_form_of_200_figures_sends_as_many_statements_as_one(world: World) {
    let (programme, follows) = running(&world, "khouribga", &[]).await;
    let data = world.person("data.khouribga").await;
    let figures = |count: usize| -> Value {
        let value = |place: usize| json!({"programmeIndicatorId": follows, "value": "1", "source": format!("Registre {place} (démo)")});
        (0..count).map(value).collect()
    };
    // Whoever asks first has her rights read.
    data.asks("{ viewer { user { id } } }", json!({})).await.data();
    let mut sent = Vec::new();
    for (period, count) in [("2026-Q1", 1), ("2026-Q2", 200)] {
        let mut form = form(&programme, "khouribga", figures(count));
        form["period"] = json!(period);
        let before = world.db.statements();
        assert_eq!(data.does(RECORD, form).await.outcome(), "done", "{}", world.on);
        sent.push(world.db.statements() - before);
    }
    let agreed = if world.on == "SQLite" { 18 } else { 21 };
    assert_eq!(sent, [agreed, agreed], "{}", world.on);
}

tests::on_each_database!(
    a_form_of_200_figures_sends_as_many_statements_as_one,
    the_nation_defines_indicators_and_keeps_each_version,
    a_target_is_set_by_whoever_plans_and_later_by_whoever_decides,
    a_total_is_computed_from_its_parts_where_each_branch_stood,
    the_contract_runs_from_the_agreement_to_the_accepted_figure,
    every_fault_of_a_form_is_told_at_its_place_and_nothing_is_kept,
    figures_are_changed_at_a_version_and_locked_once_they_are_submitted,
    a_level_waits_for_the_branches_below_it_or_says_why_it_does_not,
    nobody_approves_what_she_submitted_or_entered,
    a_figure_far_from_the_last_one_is_a_warning_and_changes_nothing,
    two_phones_that_send_the_first_form_at_once_make_one_submission,
    a_branch_that_moves_takes_its_figures_to_the_desks_of_its_new_place,
);
