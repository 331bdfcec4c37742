//! Partners' programs: how they come in, what they read, and how their credentials are looked after.

use domain::actor::Actor;
use domain::id::founding;
use sea_orm::ActiveValue;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::{Answer, World};
use unfm::indicator::value;
use unfm::platform::graphql::global_id::{GlobalId, Kind};

const DOCUMENT: &str = include_str!("../contract/partner.graphql");
const FORM: &str = "application/x-www-form-urlencoded";

async fn post(world: &World, body: &str) -> Answer {
    let request = world.http().post(world.url("/oauth/token")).header("content-type", FORM);
    world.send(request.body(body.to_owned())).await
}

/// What a program pulls, by the slugs of the programmes.
async fn pulled(world: &World, token: &str) -> BTreeSet<String> {
    let query = "{ programmes(first: 100) { totalCount nodes { slug } } }";
    let answer = world.ask_as(token, query, json!({})).await;
    let page = &answer.data()["programmes"];
    let slugs: BTreeSet<String> =
        page["nodes"].as_array().unwrap().iter().map(|node| node["slug"].as_str().unwrap().to_owned()).collect();
    assert_eq!(page["totalCount"], slugs.len(), "{}", world.on);
    slugs
}

fn slugs(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

async fn a_program_gets_a_token_as_the_standard_says(world: World) {
    let given = world.oauth("unfpa-demo", "unfpa-demo-secret", "").await;
    assert_eq!(
        (given.status, &given.body["token_type"], &given.body["expires_in"]),
        (200, &json!("Bearer"), &json!(3600))
    );
    let all = "programmes:read agreements:read indicators:read changes:read exports:write";
    assert_eq!(given.body["scope"], all);
    assert_eq!(
        (given.headers["cache-control"].as_str(), given.headers["pragma"].as_str()),
        ("no-store", "no-cache")
    );
    assert_eq!(given.body.get("refresh_token"), None);

    let body = "grant_type=client_credentials&client_id=unfpa-demo&client_secret=unfpa-demo-secret&scope=agreements%3Aread";
    assert_eq!(post(&world, body).await.body["scope"], "agreements:read");

    let mut answers = Vec::new();
    for client in ["unfpa-demo", "nobody"] {
        let before = world.db.statements();
        let wrong = world.oauth(client, "indh-demo-secret", "").await;
        assert_eq!((wrong.status, &wrong.body["error"]), (401, &json!("invalid_client")));
        assert!(wrong.headers["www-authenticate"].starts_with("Basic "));
        answers.push((wrong.text, world.db.statements() - before));
    }
    assert_eq!(answers[0], answers[1], "{}: the same bytes, the same work", world.on);
    for (body, error) in [
        ("grant_type=client_credentials", "invalid_client"),
        ("grant_type=password&client_id=unfpa-demo&client_secret=unfpa-demo-secret", "unsupported_grant_type"),
        ("client_id=unfpa-demo&client_secret=unfpa-demo-secret", "invalid_request"),
        ("grant_type=client_credentials&grant_type=client_credentials", "invalid_request"),
        (&format!("{body}+admin"), "invalid_scope"),
        ("\u{0}", "invalid_client"),
    ] {
        assert_eq!(post(&world, body).await.body["error"], error, "{body}");
    }
    let twice =
        world.oauth("unfpa-demo", "unfpa-demo-secret", "&client_id=unfpa-demo&client_secret=unfpa-demo-secret");
    assert_eq!(twice.await.body["error"], "invalid_request");
    let request = world.http().post(world.url("/oauth/token")).json(&json!({"grant_type": "client_credentials"}));
    assert_eq!(world.send(request).await.body["error"], "invalid_request");
    assert_eq!(world.send(world.http().get(world.url("/oauth/token"))).await.status, 405);
}

async fn a_program_reads_what_its_partner_is_party_to_and_what_is_published(world: World) {
    let (unfpa, indh) = (world.program("unfpa-demo").await, world.program("indh-demo").await);
    let founding_ones = ["demo-unfpa-active", "maternal-and-newborn-health", "violence-response"];
    let of_unfpa = pulled(&world, &unfpa).await;
    assert_eq!(of_unfpa.len(), founding_ones.len(), "{}: {of_unfpa:?}", world.on);
    assert!(of_unfpa.contains("demo-unfpa-active") && !of_unfpa.contains("demo-unfpa-submitted"), "{}", world.on);
    assert_eq!(pulled(&world, &indh).await, slugs(&["demo-indh-active"]), "{}", world.on);
    let public = world.ask_as(&indh, "{ programmes(first: 0, published: true) { totalCount } }", json!({})).await;
    assert_eq!(public.data()["programmes"]["totalCount"], 6, "{}", world.on);

    // Approved, and its figures accepted or not: the party reads it, nobody else does.
    let hidden = "demo-unfpa-submitted";
    let look =
        "query($slug: String!) { programme(slug: $slug) { status participants: participatingBranches { slug }
        agreements(first: 5) { nodes { slug } } indicators { code latestActual { value } } } }";
    let seen =
        async |token: &str| world.ask_as(token, look, json!({"slug": hidden})).await.data()["programme"].clone();
    assert_eq!(seen(&unfpa).await, Value::Null, "{}", world.on);
    let change = async |sql: &str| world.change(async |tx| tx.rewrite(sql).await).await;
    change("update programme set status = 'APPROVED' where slug = 'demo-unfpa-submitted'").await;
    let approved = seen(&unfpa).await;
    assert_eq!(
        (&approved["status"], &approved["agreements"]["nodes"]),
        (&json!("APPROVED"), &json!([{"slug": "demo-unfpa"}])),
        "{}",
        world.on
    );
    assert_eq!(approved["indicators"][0]["latestActual"], Value::Null, "{}: not accepted", world.on);
    world
        .change(async |tx| {
            let figure = tx.lock_for_update::<value::Entity>(founding("indicator_value", hidden)).await?;
            tx.update(figure, |row| row.accepted = ActiveValue::Set(true)).await.map(drop)
        })
        .await;
    assert_eq!(seen(&unfpa).await["indicators"][0]["latestActual"]["value"], "120", "{}", world.on);
    assert!(pulled(&world, &unfpa).await.contains(hidden), "{}", world.on);
    assert_eq!(seen(&indh).await, Value::Null, "{}", world.on);
    assert!(!pulled(&world, &indh).await.contains(hidden), "{}", world.on);
    let id = GlobalId::new(Kind::Programme, founding("programme", hidden)).to_string();
    let node = world.ask_as(&indh, "query($id: ID!) { node(id: $id) { id } }", json!({"id": id})).await;
    assert_eq!(node.data()["node"], Value::Null, "{}", world.on);
    // An agreement that is not signed yet is not for its party's programs.
    change("update agreement_party set published = false where agreement_id in (select id from agreement where slug = 'demo-unfpa')").await;
    change("update agreement set status = 'NEGOTIATION' where slug = 'demo-unfpa'").await;
    let query = "{ agreements(first: 10) { nodes { slug } } agreement(slug: \"demo-unfpa\") { id } }";
    let own = world.ask_as(&unfpa, query, json!({})).await;
    assert_eq!(
        own.data(),
        &json!({"agreements": {"nodes": [{"slug": "unfm-unfpa-2021"}]}, "agreement": null}),
        "{}",
        world.on
    );
    assert_eq!(seen(&unfpa).await, Value::Null, "{}", world.on);
}

async fn the_operations_of_partners_run_unchanged_with_a_token(world: World) {
    let token = world.program("unfpa-demo").await;
    let agreement =
        world.contract_as(&token, DOCUMENT, "AgreementBySlug", json!({"slug": "unfm-unfpa-2021"})).await;
    assert_eq!(agreement.data()["agreement"]["status"], "EXPIRED", "{}", world.on);
    let pull = world.contract_as(&token, DOCUMENT, "ProgrammePull", json!({"first": 50})).await;
    assert_eq!(pull.data()["programmes"]["totalCount"], 3, "{}", world.on);
    let viewer = "{ viewer { user { id } client { clientId partner { slug } scopes } permissions } }";
    let viewer = world.ask_as(&token, viewer, json!({})).await;
    let viewer = &viewer.data()["viewer"];
    assert_eq!(
        (&viewer["user"], &viewer["client"]["partner"]["slug"]),
        (&Value::Null, &json!("unfpa")),
        "{}",
        world.on
    );
}

async fn what_a_token_was_not_given_for_is_forbidden_and_not_empty(world: World) {
    let given = world.oauth("unfpa-demo", "unfpa-demo-secret", "&scope=agreements:read").await;
    let token = given.body["access_token"].as_str().unwrap().to_owned();
    let answer = world
        .ask_as(&token, "{ markets(first: 1) { totalCount } programmes(first: 1) { totalCount } }", json!({}))
        .await;
    let errors = answer.body["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{}", answer.text);
    assert_eq!(
        (errors[0]["path"][0].as_str(), errors[0]["extensions"]["code"].as_str()),
        (Some("programmes"), Some("FORBIDDEN"))
    );
    let query = "{ agreement(slug: \"demo-unfpa\") { slug programmes(first: 1) { totalCount } } }";
    let answer = world.ask_as(&token, query, json!({})).await;
    assert_eq!(
        (answer.code(), &answer.body["errors"][0]["path"][1]),
        ("FORBIDDEN", &json!("programmes")),
        "{}",
        world.on
    );
    for mutation in [
        "mutation { partnerClientCreate(input: { partnerId: \"PID\", name: \"x\", scopes: [], expiresAt: \"2027-01-01T00:00:00Z\" }) { clientSecret } }",
        "mutation { sessionEndAll { ended } }",
    ] {
        let partner = GlobalId::new(Kind::Partner, founding("partner", "unfpa")).to_string();
        let answer = world.ask_as(&token, &mutation.replace("PID", &partner), json!({})).await;
        assert!(["FORBIDDEN", "UNAUTHENTICATED"].contains(&answer.code()), "{}", answer.text);
    }
}

const CREATE: &str = "mutation($input: PartnerClientCreateInput!) { partnerClientCreate(input: $input) {
    clientSecret partnerClient { id version clientId partner { slug } lastUsedAt } userErrors { code field } } }";
const ROTATE: &str = "mutation($input: PartnerClientRotateInput!) { partnerClientRotate(input: $input) {
    clientSecret partnerClient { version expiresAt } userErrors { code field } } }";
const REVOKE: &str = "mutation($input: PartnerClientRevokeInput!) { partnerClientRevoke(input: $input) {
    partnerClient { version revokedAt } userErrors { code field } } }";

fn wanted(changes: &Value) -> Value {
    let mut input = json!({"partnerId": GlobalId::new(Kind::Partner, founding("partner", "indh")).to_string(),
        "name": "Tableau de bord", "scopes": ["programmes:read", "agreements:read"], "expiresAt": "2027-06-30T00:00:00Z"});
    for (name, value) in changes.as_object().unwrap() {
        input[name] = value.clone();
    }
    json!({"input": input})
}

async fn a_credential_is_made_rotated_with_overlap_and_revoked(world: World) {
    let (national, _) = world.sign_in("national@unfm.example").await;
    let made = world.ask_as(&national, CREATE, wanted(&json!({}))).await;
    let made = made.data()["partnerClientCreate"].clone();
    assert_eq!(
        (&made["userErrors"], &made["partnerClient"]["partner"]["slug"]),
        (&json!([]), &json!("indh")),
        "{}",
        world.on
    );
    let (id, client) = (made["partnerClient"]["id"].clone(), made["partnerClient"]["clientId"].as_str().unwrap());
    let first = made["clientSecret"].as_str().unwrap();
    let comes_in = async |secret: &str| world.oauth(client, secret, "").await.status == 200;
    assert!(comes_in(first).await, "{}", world.on);
    let given = world.oauth(client, first, "").await;
    let token = given.body["access_token"].as_str().unwrap().to_owned();
    assert_eq!(pulled(&world, &token).await, slugs(&["demo-indh-active"]), "{}", world.on);
    let used = world
        .ask_as(&national, "query($id: ID!) { partnerClient(id: $id) { lastUsedAt } }", json!({"id": id}))
        .await;
    assert_eq!(used.data()["partnerClient"]["lastUsedAt"], "2026-11-23T12:00:00Z", "{}", world.on);

    let input = json!({"id": id, "expectedVersion": 1, "expiresAt": "2027-11-01T00:00:00Z", "overlapHours": 1});
    let rotated = world.ask_as(&national, ROTATE, json!({"input": input})).await;
    let second = rotated.data()["partnerClientRotate"]["clientSecret"].as_str().unwrap().to_owned();
    assert!(comes_in(first).await && comes_in(&second).await, "{}: both for an hour", world.on);
    let again = world.ask_as(&national, ROTATE, json!({"input": input})).await;
    let again = &again.data()["partnerClientRotate"];
    assert_eq!(
        (&again["clientSecret"], &again["userErrors"][0]["code"], &again["partnerClient"]["version"]),
        (&Value::Null, &json!("CONFLICT"), &json!(2)),
        "{}",
        world.on
    );

    let input = json!({"id": id, "expectedVersion": 2, "idempotencyKey": "once"});
    for _ in 0..2 {
        let revoked = world.ask_as(&national, REVOKE, json!({"input": input})).await;
        assert_eq!(revoked.data()["partnerClientRevoke"]["userErrors"], json!([]), "{}", revoked.text);
    }
    assert!(!comes_in(&second).await && !comes_in(first).await, "{}", world.on);
    let refused = world.ask_as(&token, "{ about { version } }", json!({})).await;
    assert_eq!((refused.status, refused.code()), (401, "UNAUTHENTICATED"), "{}: at once", world.on);

    for secret in [first, second.as_str()] {
        for place in ["partner_client_secret where hash", "audit_value where value", "audit_entry where changes"] {
            let found = world.raw_as_owner(&format!("select count(*) from {place} like '%{secret}%'")).await;
            assert_eq!(found, Ok(0), "{}: {place}", world.on);
        }
    }
    let noted = "select count(*) from audit_entry where action like 'partnerClient%' and outcome = 'DONE'";
    assert_eq!(world.raw_as_owner(noted).await, Ok(3), "{}", world.on);
}

async fn an_old_secret_ends_with_its_overlap_and_a_credential_with_its_day(world: World) {
    let (national, _) = world.sign_in("national@unfm.example").await;
    let made = world.ask_as(&national, CREATE, wanted(&json!({"expiresAt": "2026-11-23T14:00:00Z"}))).await;
    let made = made.data()["partnerClientCreate"].clone();
    let client = made["partnerClient"]["clientId"].as_str().unwrap();
    let first = made["clientSecret"].as_str().unwrap();
    let given = world.oauth(client, first, "").await;
    let token = given.body["access_token"].as_str().unwrap().to_owned();
    let holds = async || world.ask_as(&token, "{ about { version } }", json!({})).await.status;
    let input = json!({"id": made["partnerClient"]["id"], "expectedVersion": 1, "expiresAt": "2026-11-23T15:00:00Z", "overlapHours": 0});
    assert_eq!(holds().await, 200, "{}", world.on);
    let at_once = world.ask_as(&national, ROTATE, json!({"input": input})).await;
    let first = at_once.data()["partnerClientRotate"]["clientSecret"].as_str().unwrap();
    assert_eq!(holds().await, 401, "{}: a token ends with the secret that it was given for", world.on);
    let input = json!({"id": made["partnerClient"]["id"], "expectedVersion": 2, "expiresAt": "2026-11-23T15:00:00Z", "overlapHours": 1});
    let rotated = world.ask_as(&national, ROTATE, json!({"input": input})).await;
    let second = rotated.data()["partnerClientRotate"]["clientSecret"].as_str().unwrap();
    let comes_in = async |secret: &str| world.oauth(client, secret, "").await.status == 200;
    world.at("2026-11-23T12:59:59Z");
    assert!(comes_in(first).await && comes_in(second).await, "{}", world.on);
    world.at("2026-11-23T13:00:00Z");
    assert!(!comes_in(first).await && comes_in(second).await, "{}", world.on);
    world.at("2026-11-23T15:00:00Z");
    assert!(!comes_in(second).await, "{}", world.on);
}

async fn a_credential_that_is_tied_to_addresses_holds_from_there_alone(world: World) {
    let (national, _) = world.sign_in("national@unfm.example").await;
    for (addresses, expected) in [(json!(["127.0.0.0/8"]), 200), (json!(["192.0.2.1", "2001:db8::/32"]), 401)] {
        let made = world.ask_as(&national, CREATE, wanted(&json!({"addresses": addresses}))).await;
        let made = &made.data()["partnerClientCreate"];
        let (client, secret) =
            (made["partnerClient"]["clientId"].as_str().unwrap(), made["clientSecret"].as_str().unwrap());
        assert_eq!(world.oauth(client, secret, "").await.status, expected, "{}", world.on);
    }
}

async fn every_fault_of_a_credential_is_told_at_once_and_only_the_national_level_makes_one(world: World) {
    let (national, _) = world.sign_in("national@unfm.example").await;
    let faulty =
        wanted(&json!({"name": " ", "scopes": ["programmes:read", "admin"], "addresses": ["10.0.0.0/8", "here"],
        "expiresAt": "2027-12-01T00:00:00Z"}));
    let answer = world.ask_as(&national, CREATE, faulty).await;
    let payload = &answer.data()["partnerClientCreate"];
    let expected = json!([{"code": "TEXT_REQUIRED", "field": ["name"]}, {"code": "SCOPE_INVALID", "field": ["scopes", "1"]},
        {"code": "ADDRESS_INVALID", "field": ["addresses", "1"]}, {"code": "DATE_INVALID", "field": ["expiresAt"]}]);
    assert_eq!((&payload["userErrors"], &payload["clientSecret"]), (&expected, &Value::Null), "{}", world.on);
    for (login, code) in [
        ("auditor@unfm.example", "FORBIDDEN"),
        ("khouribga@unfm.example", "FORBIDDEN"),
        ("market.khouribga@unfm.example", "FORBIDDEN"),
    ] {
        let (token, _) = world.sign_in(login).await;
        assert_eq!(world.ask_as(&token, CREATE, wanted(&json!({}))).await.code(), code, "{} {login}", world.on);
        let id = GlobalId::new(Kind::PartnerClient, founding("partner_client", "indh-demo")).to_string();
        let input = json!({"input": {"id": id, "expectedVersion": 1}});
        let expected = if login.starts_with("auditor") { "FORBIDDEN" } else { "NOT_FOUND" };
        assert_eq!(world.ask_as(&token, REVOKE, input).await.code(), expected, "{} {login}", world.on);
    }
    assert_eq!(world.ask(CREATE, wanted(&json!({}))).await.code(), "UNAUTHENTICATED");
    assert!(world.reader(Actor::Anonymous).signed_in().is_err());
}

tests::on_each_database!(a_program_gets_a_token_as_the_standard_says, a_program_reads_what_its_partner_is_party_to_and_what_is_published, the_operations_of_partners_run_unchanged_with_a_token, what_a_token_was_not_given_for_is_forbidden_and_not_empty, a_credential_is_made_rotated_with_overlap_and_revoked, an_old_secret_ends_with_its_overlap_and_a_credential_with_its_day, a_credential_that_is_tied_to_addresses_holds_from_there_alone, every_fault_of_a_credential_is_told_at_once_and_only_the_national_level_makes_one);
