//! Counsellors lead women to services with their consent; nobody else reads of it, and at the end nobody can.

use domain::id::founding;
use serde_json::{Value, json};
use tests::World;
use tests::person::Person;
use unfm::platform::graphql::global_id::{GlobalId, Kind};

const SUPPORT: &str = include_str!("../contract/support.graphql");
const PROPOSE: &str = "mutation($input: ReferralProposeInput!) { referralPropose(input: $input) {
    referral { id version status caseCode isMinor consent { fields givenBy } content { details { field value } reason } }
    userErrors { code field } } }";
const ONE: &str = "query($id: ID!) { node(id: $id) { ... on Referral { version status caseCode purpose sentAt endedAt
    content { details { field value } reason } service { kind } branch { slug } } } }";
const COUNTS: &str = "query($month: String!) { referralCounts(month: $month) { branch { slug } referrals
    byPurpose { purpose referrals } } }";

fn service(code: &str) -> String {
    GlobalId::new(Kind::SupportService, founding("support_service", code)).to_string()
}

/// A referral of somebody who consents to be called.
fn referral() -> Value {
    json!({
        "serviceId": service("listening-khouribga"), "purpose": "PSYCHOLOGICAL_SUPPORT", "isMinor": false,
        "consent": {"fields": ["PHONE", "SAFE_HOURS"], "givenBy": "SURVIVOR"},
        "details": [{"field": "PHONE", "value": "0600000000"}, {"field": "SAFE_HOURS", "value": "le matin"}],
    })
}

fn with(changes: Value) -> Value {
    let mut input = referral();
    for (field, value) in changes.as_object().unwrap() {
        input[field] = value.clone();
    }
    input
}

fn made(answer: &tests::Answer) -> Value {
    assert_eq!(answer.outcome(), "done");
    answer.data().as_object().unwrap().values().next().unwrap()["referral"].clone()
}

async fn step(person: &Person<'_>, step: &str, of: &Value, version: i32) -> tests::Answer {
    let mutation = format!(
        "mutation($input: ReferralStepInput!) {{ referral{step}(input: $input) {{ referral {{ id version status }} userErrors {{ code field }} }} }}"
    );
    person.does(&mutation, json!({"id": of["id"], "expectedVersion": version})).await
}

async fn a_counsellor_leads_a_woman_to_a_service_and_nobody_else_learns_of_it(world: World) {
    let counsellor = world.person("counsellor").await;
    let new = made(&counsellor.does(PROPOSE, referral()).await);
    assert_eq!((&new["status"], new["caseCode"].as_str().unwrap().len()), (&json!("PROPOSED"), 9), "{}", world.on);
    assert_eq!(new["content"]["details"][0], json!({"field": "PHONE", "value": "0600000000"}), "{}", world.on);
    for (did, version, status) in [("Send", 1, "SENT"), ("Accept", 2, "ACCEPTED"), ("Complete", 3, "DONE")] {
        assert_eq!(made(&step(&counsellor, did, &new, version).await)["status"], status, "{}", world.on);
    }
    for (did, outcome) in [("Send", "STATUS_INVALID"), ("Revoke", "STATUS_INVALID")] {
        assert_eq!(step(&counsellor, did, &new, 4).await.outcome(), outcome, "{} {did}", world.on);
    }
    assert_eq!(step(&counsellor, "Revoke", &new, 3).await.outcome(), "CONFLICT expectedVersion", "{}", world.on);
    // No administrator, auditor or neighbour reads of it, or knows that it is there.
    let all = "{ referrals(first: 10) { totalCount nodes { id } } }";
    for login in ["national", "auditor", "region05", "khouribga", "mdiq", "data.khouribga"] {
        let other = world.person(login).await;
        assert_eq!(other.asks(ONE, json!({"id": new["id"]})).await.data()["node"], Value::Null, "{} {login}", world.on);
        assert_eq!(other.asks(all, json!({})).await.data()["referrals"]["totalCount"], 0, "{} {login}", world.on);
        assert_eq!(other.does(PROPOSE, referral()).await.outcome(), "FORBIDDEN", "{} {login}", world.on);
        assert_eq!(step(&other, "Revoke", &new, 4).await.outcome(), "NOT_FOUND", "{} {login}", world.on);
    }
    assert_eq!(world.ask(all, json!({})).await.data()["referrals"]["totalCount"], 0, "{}", world.on);
    // Another counsellor reads it, and that is written down.
    let second = world.person("counsellor2").await;
    let seen = second.asks(ONE, json!({"id": new["id"]})).await.data()["node"].clone();
    assert_eq!((&seen["service"]["kind"], &seen["branch"]["slug"]), (&json!("LISTENING_CENTRE"), &json!("khouribga")), "{}", world.on);
    let by = "select count(*) from audit_entry where action = 'referral' and outcome = 'READ'";
    assert!(world.raw_as_owner(by).await.unwrap() >= 2, "{}", world.on);
    // What the database holds cannot be read: not in the table, not in the audit.
    for table in ["referral", "audit_entry", "audit_value", "change", "idempotency"] {
        assert_eq!(world.rows_with(table, "0600000000").await, 0, "{} {table}", world.on);
    }
    let found = world.rows_with("referral", "PSYCHOLOGICAL_SUPPORT").await;
    assert_eq!(found, 1, "{}: the search finds what is there", world.on);
    // A case is led to another service under its code.
    let next = with(json!({"serviceId": service("police-khouribga"), "purpose": "PROTECTION", "caseCode": new["caseCode"]}));
    let next = made(&counsellor.does(PROPOSE, next).await);
    assert_eq!(next["caseCode"], new["caseCode"], "{}", world.on);
    let of_case = "query($code: String) { referrals(first: 10, filter: {caseCode: $code}) { nodes { status } } }";
    let of_case = counsellor.asks(of_case, json!({"code": new["caseCode"]})).await.data()["referrals"]["nodes"].clone();
    assert_eq!(of_case, json!([{"status": "PROPOSED"}, {"status": "DONE"}]), "{}", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

async fn what_clients_send_for_help_runs_unchanged(world: World) {
    let near = json!({"province": "05.311", "first": 10, "at": "2026-11-23T12:00:00Z"});
    let near = world.contract(SUPPORT, "HelpNear", near).await.data().clone();
    let kinds: Vec<&str> =
        near["supportServices"]["nodes"].as_array().unwrap().iter().map(|node| node["kind"].as_str().unwrap()).collect();
    assert_eq!((kinds.last(), kinds.contains(&"SHELTER")), (Some(&"HOTLINE"), false), "{}", world.on);
    assert_eq!(near["emergencyService"]["phones"], json!(["8350"]), "{}", world.on);
    let turn = json!({"text": "il va me tuer", "language": "FRENCH"});
    let turn = world.contract(SUPPORT, "BotTurn", turn).await.data()["botTurn"].clone();
    assert_eq!((&turn["screens"][0]["isEmergency"], &turn["screens"][0]["isAutomated"]), (&json!(true), &json!(true)), "{}", world.on);
    let propose = json!({"serviceId": service("police-khouribga"), "purpose": "PROTECTION", "fields": ["PHONE"]});
    let counsellor = world.person("counsellor").await;
    let proposed = counsellor.sends(SUPPORT, "ReferralPropose", propose).await.data()["referralPropose"].clone();
    assert_eq!((&proposed["referral"]["status"], &proposed["userErrors"]), (&json!("PROPOSED"), &json!([])), "{}", world.on);
}

async fn without_consent_there_is_no_referral(world: World) {
    let counsellor = world.person("counsellor").await;
    for (changes, refused) in [
        (json!({"details": [{"field": "NEEDS", "value": "x"}]}), "CONSENT_REQUIRED details.0.field"),
        (json!({"isMinor": true, "consent": {"fields": ["NAME"], "givenBy": "SURVIVOR"}, "details": []}), "CONSENT_REQUIRED consent.fields.0"),
        (json!({"consent": {"fields": ["PHONE", "SAFE_HOURS"], "givenBy": "BEST_INTEREST"}}), "CONSENT_REQUIRED consent.givenBy"),
        (json!({"consent": {"fields": ["PHONE", "SAFE_HOURS"], "givenBy": "IMMINENT_DANGER"}}), "TEXT_REQUIRED consent.reason"),
        (json!({"caseCode": "AAAA-AAAA"}), "NOT_FOUND caseCode"),
        (json!({"serviceId": service("nothing")}), "NOT_FOUND serviceId"),
        (json!({"details": [{"field": "PHONE", "value": "a\u{202e}b"}]}), "TEXT_UNSAFE details.0.value"),
    ] {
        assert_eq!(counsellor.does(PROPOSE, with(changes.clone())).await.outcome(), refused, "{}: {changes}", world.on);
    }
    assert_eq!(world.raw_as_owner("select count(*) from referral").await, Ok(0), "{}", world.on);
    // She takes it back: what was to be told is gone at once, and its key with the next look.
    let new = made(&counsellor.does(PROPOSE, referral()).await);
    made(&step(&counsellor, "Send", &new, 1).await);
    assert_eq!(made(&step(&counsellor, "Revoke", &new, 2).await)["status"], "REVOKED", "{}", world.on);
    let seen = counsellor.asks(ONE, json!({"id": new["id"]})).await.data()["node"].clone();
    assert_eq!((&seen["content"], &seen["caseCode"]), (&Value::Null, &new["caseCode"]), "{}", world.on);
    assert_eq!(world.destroy_cases().await, 1, "{}", world.on);
    let seen = counsellor.asks(ONE, json!({"id": new["id"]})).await.data()["node"].clone();
    assert_eq!(seen["caseCode"], Value::Null, "{}", world.on);
}

async fn a_minor_and_a_danger_take_a_second_counsellor(world: World) {
    let (counsellor, second) = (world.person("counsellor").await, world.person("counsellor2").await);
    let danger = json!({"fields": ["PHONE", "SAFE_HOURS"], "givenBy": "IMMINENT_DANGER", "reason": "Elle ne répond plus."});
    let minor = json!({"fields": ["PHONE", "SAFE_HOURS"], "givenBy": "SURVIVOR"});
    for changes in [json!({"consent": danger}), json!({"isMinor": true, "consent": minor})] {
        let new = made(&counsellor.does(PROPOSE, with(changes)).await);
        assert_eq!(step(&counsellor, "Send", &new, 1).await.outcome(), "FOUR_EYES_REQUIRED", "{}", world.on);
        assert_eq!(made(&step(&second, "Send", &new, 1).await)["status"], "SENT", "{}", world.on);
    }
    let reason = "{ referrals(first: 2) { nodes { content { reason } } } }";
    let reasons = second.asks(reason, json!({})).await.data()["referrals"]["nodes"].clone();
    assert_eq!(reasons[1]["content"]["reason"], "Elle ne répond plus.", "{}", world.on);
}

async fn a_year_after_its_last_change_nobody_can_read_of_a_case_in_no_backup_either(world: World) {
    let counsellor = world.person("counsellor").await;
    let new = made(&counsellor.does(PROPOSE, referral()).await);
    tests::run_as_owner(world.owner_url(), "create table backup_of_referral as select * from referral").await;
    world.at("2027-11-20T12:00:00Z");
    assert_eq!(world.destroy_cases().await, 0, "{}: 362 days", world.on);
    world.at("2027-11-24T12:00:00Z");
    assert_eq!(world.destroy_cases().await, 1, "{}", world.on);
    assert_eq!(world.destroy_cases().await, 0, "{}", world.on);
    let counsellor = world.person("counsellor").await;
    let seen = counsellor.asks(ONE, json!({"id": new["id"]})).await.data()["node"].clone();
    assert_eq!((&seen["content"], &seen["caseCode"], &seen["status"]), (&Value::Null, &Value::Null, &json!("PROPOSED")), "{}", world.on);
    // A backup that still holds the row is of no use: its key was never in it.
    let restore = "update referral set (case_id, case_code, sealed) = (select case_id, case_code, sealed from backup_of_referral)";
    tests::run_as_owner(world.owner_url(), restore).await;
    let seen = counsellor.asks(ONE, json!({"id": new["id"]})).await.data()["node"].clone();
    assert_eq!((&seen["content"], &seen["caseCode"]), (&Value::Null, &new["caseCode"]), "{}", world.on);
}

async fn administrators_see_how_many_referrals_there_were_and_never_fewer_than_ten(world: World) {
    let counsellor = world.person("counsellor").await;
    for (count, purpose) in [(11, "PSYCHOLOGICAL_SUPPORT"), (9, "SHELTER")] {
        for _ in 0..count {
            let new = made(&counsellor.does(PROPOSE, with(json!({"purpose": purpose}))).await);
            made(&step(&counsellor, "Send", &new, 1).await);
        }
    }
    let admin = world.person("khouribga").await;
    assert_eq!(admin.asks(COUNTS, json!({"month": "2026-11"})).await.code(), "BAD_USER_INPUT", "{}", world.on);
    world.at("2026-12-02T12:00:00Z");
    let month = json!({"month": "2026-11"});
    let counts = world.person("khouribga").await.asks(COUNTS, month.clone()).await.data()["referralCounts"].clone();
    assert_eq!((&counts[0]["branch"]["slug"], &counts[0]["referrals"]), (&json!("khouribga"), &json!(20)), "{}: {counts}", world.on);
    let told = |purpose: &str| {
        let all = counts[0]["byPurpose"].as_array().unwrap();
        all.iter().find(|one| one["purpose"] == purpose).unwrap()["referrals"].clone()
    };
    // Nine are told neither alone nor by subtraction.
    assert_eq!((told("SHELTER"), told("PSYCHOLOGICAL_SUPPORT")), (Value::Null, Value::Null), "{}: {counts}", world.on);
    for (login, branches) in [("national", 1), ("region05", 1), ("mdiq", 0), ("counsellor", 0)] {
        let seen = world.person(login).await.asks(COUNTS, month.clone()).await.data()["referralCounts"].clone();
        assert_eq!(seen.as_array().unwrap().len(), branches, "{} {login}", world.on);
    }
}

tests::on_each_database!(
    a_counsellor_leads_a_woman_to_a_service_and_nobody_else_learns_of_it,
    what_clients_send_for_help_runs_unchanged,
    without_consent_there_is_no_referral,
    a_minor_and_a_danger_take_a_second_counsellor,
    a_year_after_its_last_change_nobody_can_read_of_a_case_in_no_backup_either,
    administrators_see_how_many_referrals_there_were_and_never_fewer_than_ten,
);
