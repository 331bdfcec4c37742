//! Coming in, staying in and going out.

use serde_json::{Value, json};
use tests::World;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const SIGN_IN: &str = "mutation($email: String!, $password: String!) {
    sessionCreate(input: { email: $email, password: $password }) { session { accessToken } userErrors { code message } } }";
const REFRESH: &str = "mutation($token: String!) { sessionRefresh(input: { refreshToken: $token }) {
    session { accessToken refreshToken } userErrors { code field } } }";
const WHO: &str = "{ viewer { user { email } } }";

async fn refresh(world: &World, token: &str) -> Value {
    world.ask(REFRESH, json!({"token": token})).await.data()["sessionRefresh"].clone()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value}")).to_owned()
}

/// Whether a token still lets somebody in, at a server.
async fn is_in(world: &World, address: &str, token: &str) -> bool {
    let request = world.http().post(format!("{address}/graphql")).bearer_auth(token).json(&json!({"query": WHO}));
    let answer = world.send(request).await;
    match answer.status {
        401 => {
            assert_eq!((answer.code(), answer.headers["www-authenticate"].as_str()), ("UNAUTHENTICATED", "Bearer"));
            false
        }
        _ => answer.data()["viewer"]["user"]["email"].is_string(),
    }
}

async fn known_and_unknown_addresses_are_refused_alike_with_one_check_each(world: World) {
    let address = world.also_served(&[]).await;
    assert!(is_in(&world, &address, &world.sign_in("khouribga@unfm.example").await.0).await, "{}", world.on);
    world
        .change(async |tx| tx.rewrite("update staff_user set status = 'LOCKED' where email like 'mdiq%'").await)
        .await;
    let mut answers = Vec::new();
    for (email, password) in [
        ("khouribga@unfm.example", "wrong-password"),
        ("nobody@unfm.example", "marhaba-demo"),
        ("mdiq@unfm.example", "marhaba-demo"),
        ("no address at all", "marhaba-demo"),
    ] {
        let before = (world.password_checks(), world.db.statements());
        let answer = world.ask(SIGN_IN, json!({"email": email, "password": password})).await;
        assert_eq!(answer.data()["sessionCreate"]["userErrors"][0]["code"], "INVALID_CREDENTIALS", "{email}");
        assert_eq!(world.password_checks() - before.0, 1, "{} {email}", world.on);
        answers.push((answer.text, world.db.statements() - before.1));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{}: the same bytes, the same work: {answers:?}", world.on);
}

async fn whoever_keeps_failing_waits_and_is_not_locked_out(world: World) {
    let attempt = async |password: &str| {
        world.ask(SIGN_IN, json!({"email": "khouribga@unfm.example", "password": password})).await
    };
    for _ in 0..3 {
        assert_eq!(attempt("wrong").await.data()["sessionCreate"]["session"], Value::Null);
    }
    let early = attempt("marhaba-demo").await;
    assert_eq!(early.code(), "RATE_LIMITED", "{}", world.on);
    assert_eq!(early.body["errors"][0]["extensions"]["retryAfter"], 1, "{}: {}", world.on, early.text);
    world.at("2026-11-23T12:00:01Z");
    assert!(attempt("marhaba-demo").await.data()["sessionCreate"]["session"].is_object(), "{}", world.on);
    assert!(attempt("wrong").await.data()["sessionCreate"]["session"].is_null(), "{}: counted anew", world.on);
    assert!(attempt("marhaba-demo").await.data()["sessionCreate"]["session"].is_object(), "{}", world.on);
}

async fn a_refresh_token_is_used_once_and_its_second_use_ends_the_session(world: World) {
    let (_, first) = world.sign_in("khouribga@unfm.example").await;
    let (one, other) = tokio::join!(refresh(&world, &first), refresh(&world, &first));
    let second = text(&one["session"]["refreshToken"]);
    assert_eq!(other["session"]["refreshToken"], second.as_str(), "{}: two tabs, one successor", world.on);
    world.at("2026-11-23T12:00:30Z");
    assert_eq!(refresh(&world, &first).await["session"]["refreshToken"], second.as_str(), "{}", world.on);

    let third = refresh(&world, &second).await;
    let access = text(&third["session"]["accessToken"]);
    assert!(is_in(&world, &world.url(""), &access).await);
    // The successor was used: whoever still shows the first one has stolen it, or was stolen from.
    assert_eq!(refresh(&world, &first).await["userErrors"][0]["code"], "TOKEN_INVALID", "{}", world.on);
    assert!(!is_in(&world, &world.url(""), &access).await, "{}: nobody stays in", world.on);
    let third = text(&third["session"]["refreshToken"]);
    assert_eq!(refresh(&world, &third).await["session"], Value::Null, "{}", world.on);
    let noted = "select count(*) from audit_entry where action = 'sessionRefreshReused' and outcome = 'REFUSED'";
    assert_eq!(world.raw_as_owner(noted).await, Ok(1), "{}", world.on);
}

async fn a_session_that_rests_for_a_fortnight_is_over(world: World) {
    let (access, token) = world.sign_in("khouribga@unfm.example").await;
    world.at("2026-12-07T11:59:59Z");
    assert!(!is_in(&world, &world.url(""), &access).await, "{}: an access token lasts minutes", world.on);
    let next = text(&refresh(&world, &token).await["session"]["refreshToken"]);
    world.at("2026-12-21T12:00:00Z");
    assert_eq!(refresh(&world, &next).await["session"], Value::Null, "{}", world.on);
}

async fn who_goes_out_or_is_shut_out_is_out_on_every_instance_within_a_second(world: World) {
    let other = world.also_served(&[]).await;
    let (here, _) = world.sign_in("khouribga@unfm.example").await;
    let (there, _) = world.sign_in_at(&other, "khouribga@unfm.example").await;
    let own = world.url("");
    for address in [&own, &other] {
        assert!(is_in(&world, address, &here).await && is_in(&world, address, &there).await, "{}", world.on);
    }
    let ended = world.ask_as(&here, "mutation { sessionEnd { ended } }", json!({})).await;
    assert_eq!(ended.data()["sessionEnd"]["ended"], 1);
    assert!(!is_in(&world, &own, &here).await && is_in(&world, &own, &there).await, "{}: at once", world.on);
    world.at("2026-11-23T12:00:01Z");
    assert!(!is_in(&world, &other, &here).await && is_in(&world, &other, &there).await, "{}", world.on);

    world
        .change(async |tx| tx.rewrite("update staff_user set status = 'DISABLED' where email like 'khou%'").await)
        .await;
    world.at("2026-11-23T12:00:02Z");
    for address in [&own, &other] {
        assert!(!is_in(&world, address, &there).await, "{}", world.on);
    }
}

async fn who_goes_out_everywhere_is_out_of_all_her_sessions_and_nobody_elses(world: World) {
    let own = world.url("");
    let (here, kept) = world.sign_in("khouribga@unfm.example").await;
    let (there, _) = world.sign_in("khouribga@unfm.example").await;
    let (other, _) = world.sign_in("mdiq@unfm.example").await;

    let ended = world.ask_as(&here, "mutation { sessionEndAll { ended } }", json!({})).await;

    assert_eq!(ended.data()["sessionEndAll"]["ended"], 2, "{}", world.on);
    assert!(!is_in(&world, &own, &here).await && !is_in(&world, &own, &there).await, "{}", world.on);
    assert!(is_in(&world, &own, &other).await, "{}: somebody else stays", world.on);
    let refused = refresh(&world, &kept).await;
    assert_eq!(refused["userErrors"][0]["code"], "TOKEN_INVALID", "{}: {refused}", world.on);
}

async fn a_request_that_was_slow_to_arrive_is_answered_by_the_rights_of_its_end(world: World) {
    let (token, _) = world.sign_in("khouribga@unfm.example").await;
    let body = json!({"query": "mutation { sessionEndAll { ended } }"}).to_string();
    let (early, late) = body.split_at(10);
    let mut slow = TcpStream::connect(world.url("").trim_start_matches("http://")).await.unwrap();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{early}",
        body.len()
    );
    slow.write_all(head.as_bytes()).await.unwrap();
    // Its head has been read by now: this request comes after it, and ends what it was sent with.
    assert_eq!(world.ask_as(&token, "mutation { sessionEndAll { ended } }", json!({})).await.data()["sessionEndAll"]["ended"], 1);

    slow.write_all(late.as_bytes()).await.unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).await.unwrap();

    assert!(answer.starts_with("HTTP/1.1 401") && answer.contains("UNAUTHENTICATED"), "{}: {answer}", world.on);
}

async fn each_mutation_of_a_request_is_done_by_the_rights_of_its_moment(world: World) {
    let (token, _) = world.sign_in("khouribga@unfm.example").await;
    let both = "mutation { first: sessionEndAll { ended } second: sessionEndAll { ended } }";
    let answer = world.ask_as(&token, both, json!({})).await;
    assert_eq!(answer.body["errors"][0]["path"], json!(["second"]), "{}: {}", world.on, answer.text);
    assert_eq!(answer.code(), "UNAUTHENTICATED", "{}", world.on);

    // What this instance knows of her rights is a moment old: another one takes them away.
    let (token, _) = world.sign_in("khouribga@unfm.example").await;
    let held = "{ viewer { assignments { id version branch { id version } } } }";
    let held = world.ask_as(&token, held, json!({})).await.data()["viewer"]["assignments"][0].clone();
    let other = world.also_served(&[]).await;
    let (national, _) = world.sign_in_at(&other, "national@unfm.example").await;
    let revoke = "mutation ($id: ID!, $version: Int!) { roleRevoke(input: {id: $id, expectedVersion: $version}) { userErrors { code } } }";
    let body = json!({"query": revoke, "variables": {"id": held["id"], "version": held["version"]}});
    let revoked = world.http().post(format!("{other}/graphql")).bearer_auth(national).json(&body);
    assert_eq!(world.send(revoked).await.outcome(), "done", "{}", world.on);
    let branch = &held["branch"];
    let rename = "mutation ($input: BranchRenameInput!) { branchRename(input: $input) { branch { id } userErrors { code } } }";
    let input = json!({"id": branch["id"], "expectedVersion": branch["version"], "name": {"fr": "Autre"}});
    let answer = world.ask_as(&token, rename, json!({"input": input})).await;
    assert!(["NOT_FOUND", "FORBIDDEN"].contains(&answer.code()), "{}: {}", world.on, answer.text);
}

async fn a_sign_in_hashes_the_password_anew_where_the_cost_has_changed(world: World) {
    let sql = "select s.password_hash from user_secret s join staff_user u on u.id = s.user_id
        where u.email = 'khouribga@unfm.example'";
    let hash = async || world.text_as_owner(sql).await.unwrap();
    let before = hash().await;
    world.sign_in("khouribga@unfm.example").await;
    assert_eq!(hash().await, before, "{}: the cost is what it was", world.on);

    let dearer = world.also_served(&["--argon2", "m=20480,t=2,p=1"]).await;
    world.sign_in_at(&dearer, "khouribga@unfm.example").await;

    let after = hash().await;
    assert!(after.contains("m=20480,t=2,p=1") && after != before, "{}: {after}", world.on);
    // The password is what it was, and is not hashed again.
    world.sign_in_at(&dearer, "khouribga@unfm.example").await;
    assert_eq!(hash().await, after, "{}", world.on);
}

#[tokio::test]
async fn whoever_has_the_public_keys_can_verify_a_token() {
    let world = World::sqlite().await;
    let (token, _) = world.sign_in("khouribga@unfm.example").await;

    let keys = world.send(world.http().get(world.url("/.well-known/jwks.json"))).await;

    let keys: jsonwebtoken::jwk::JwkSet = serde_json::from_value(keys.body).unwrap();
    let header = jsonwebtoken::decode_header(&token).unwrap();
    let key = keys.find(header.kid.as_deref().unwrap()).expect("the key that signed is published");
    let key = jsonwebtoken::DecodingKey::from_jwk(key).unwrap();
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::EdDSA);
    validation.set_audience(&["unfm-staff"]);
    // The world's clock stands still.
    validation.validate_exp = false;
    let claims = jsonwebtoken::decode::<Value>(&token, &key, &validation).unwrap().claims;
    assert_eq!(claims["iss"], "unfm");
    // No word of what she may, and nothing private in what is published.
    assert!(claims.get("roles").is_none(), "{claims}");
    let forged = format!("{}A", &token[..token.len() - 1]);
    assert!(forged == token || jsonwebtoken::decode::<Value>(&forged, &key, &validation).is_err());
}

async fn a_role_begins_and_ends_with_its_days_and_its_branch(world: World) {
    let (token, refresh_token) = world.sign_in("khouribga@unfm.example").await;
    let own = async |token: &str| {
        let answer = world
            .ask_as(token, "{ cooperatives(first: 0) { totalCount } viewer { permissions } }", json!({}))
            .await;
        (answer.data()["cooperatives"]["totalCount"].clone(), answer.data()["viewer"]["permissions"].clone())
    };
    assert_eq!(own(&token).await.0, 4, "{}", world.on);
    let change = async |sql: &str| world.change(async |tx| tx.rewrite(sql).await).await;
    change("update branch set status = 'CLOSED' where slug = 'khouribga'").await;
    world.at("2026-11-23T12:00:01Z");
    assert_eq!(own(&token).await, (json!(0), json!([])), "{}: a closed branch", world.on);
    change("update branch set status = 'ACTIVE' where slug = 'khouribga'").await;
    change("update role_assignment set valid_to = '2026-11-23'").await;
    world.at("2026-11-23T12:00:02Z");
    assert_eq!(own(&token).await.0, 4, "{}: its last day", world.on);
    world.at("2026-11-24T00:00:00Z");
    let next = refresh(&world, &refresh_token).await;
    let next = text(&next["session"]["accessToken"]);
    assert_eq!(own(&next).await, (json!(0), json!([])), "{}: the day after", world.on);
}

#[tokio::test]
async fn a_token_that_does_not_hold_refuses_the_whole_request() {
    let world = World::sqlite().await;
    let (token, refresh_token) = world.sign_in("khouribga@unfm.example").await;
    for wrong in [
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        format!("Bearer {token}x"),
        format!("Bearer {refresh_token}"),
        format!("Basic {token}"),
        format!("Bearer  {token}"),
        format!("Bearer {}", "a.".repeat(9000)),
        format!("Bearer {}", &token[..token.len() / 2]),
        token.clone(),
    ] {
        for kind in ["application/json", "application/graphql-response+json"] {
            let request =
                world.http().post(world.url("/graphql")).header("authorization", &wrong).header("accept", kind);
            let answer = world.send(request.json(&json!({"query": "{ about { version } }"}))).await;
            assert_eq!((answer.status, answer.code()), (401, "UNAUTHENTICATED"), "{wrong}");
            assert!(answer.body.get("data").is_none(), "{wrong}");
        }
    }
    let twice = world.http().post(world.url("/graphql")).bearer_auth(&token).header("authorization", "Bearer x");
    assert_eq!(world.send(twice.json(&json!({"query": WHO}))).await.status, 401);
    let small = world.http().post(world.url("/graphql")).header("authorization", format!("bearer {token}"));
    assert_eq!(world.send(small.json(&json!({"query": WHO}))).await.status, 200);
}

#[tokio::test]
async fn anybody_is_told_that_she_must_come_in_first() {
    let world = World::sqlite().await;
    for query in [
        "{ users(first: 1) { totalCount } }",
        "{ partnerClients(first: 1) { totalCount } }",
        "{ auditEntries(first: 1) { totalCount } }",
        "mutation { sessionEnd { ended } }",
    ] {
        assert_eq!(world.ask(query, json!({})).await.code(), "UNAUTHENTICATED", "{query}");
    }
    assert_eq!(world.ask("{ viewer { permissions } }", json!({})).await.data()["viewer"], Value::Null);
    let (token, _) = world.sign_in("market.khouribga@unfm.example").await;
    for list in ["users", "partnerClients", "auditEntries"] {
        let answer = world.ask_as(&token, &format!("{{ {list}(first: 1) {{ totalCount }} }}"), json!({})).await;
        assert_eq!(answer.data()[list]["totalCount"], 0, "{list}: without the permission an empty list");
    }
}

async fn a_user_is_seen_through_her_roles_within_reach_and_only_those_are_shown(world: World) {
    let users = async |email: &str| {
        let (token, _) = world.sign_in(email).await;
        let query = "{ users(first: 100) { totalCount nodes { email assignments { role branch { slug } } } } }";
        world.ask_as(&token, query, json!({})).await.data()["users"].clone()
    };
    assert_eq!(users("national@unfm.example").await["totalCount"], 15, "{}", world.on);
    assert_eq!(users("mdiq@unfm.example").await["totalCount"], 1, "{}", world.on);
    let grant =
        "insert into role_assignment (id, branch_id, user_id, role, includes_descendants, valid_from, version,
        created_at, changed_at) select u.id, b.id, u.id, 'DATA_ENTRY', false, '2026-01-01', 1, 1, 1
        from staff_user u, branch b where u.email = 'auditor@unfm.example' and b.slug = 'mdiq-fnideq'";
    world.change(async |tx| tx.rewrite(grant).await).await;
    let seen = users("mdiq@unfm.example").await;
    let auditor =
        &seen["nodes"].as_array().unwrap().iter().find(|user| user["email"] == "auditor@unfm.example").unwrap();
    let shown = json!([{"role": "DATA_ENTRY", "branch": {"slug": "mdiq-fnideq"}}]);
    assert_eq!(auditor["assignments"], shown, "{}: not that she audits the association", world.on);
}

tests::on_each_database!(a_request_that_was_slow_to_arrive_is_answered_by_the_rights_of_its_end, each_mutation_of_a_request_is_done_by_the_rights_of_its_moment, known_and_unknown_addresses_are_refused_alike_with_one_check_each, whoever_keeps_failing_waits_and_is_not_locked_out, a_refresh_token_is_used_once_and_its_second_use_ends_the_session, a_session_that_rests_for_a_fortnight_is_over, who_goes_out_or_is_shut_out_is_out_on_every_instance_within_a_second, who_goes_out_everywhere_is_out_of_all_her_sessions_and_nobody_elses, a_sign_in_hashes_the_password_anew_where_the_cost_has_changed, a_role_begins_and_ends_with_its_days_and_its_branch, a_user_is_seen_through_her_roles_within_reach_and_only_those_are_shown);
