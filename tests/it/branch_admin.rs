//! Branch administration: every login of the demo world does what its scope implies, and the neighbour is not there.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::person::Person;
use tests::{Answer, World};
use unfm::platform::audit::verify;
use unfm::platform::graphql::global_id::{GlobalId, Kind};

const DOCUMENT: &str = include_str!("../contract/branch-admin.graphql");

fn id(kind: Kind, code: &str) -> String {
    let name = match kind {
        Kind::Branch => "branch",
        Kind::Cooperative => "cooperative",
        Kind::User => "user",
        _ => unreachable!(),
    };
    GlobalId::new(kind, domain::id::founding(name, code)).to_string()
}

async fn register(person: &Person<'_>, branch: &str) -> Answer {
    let variables = json!({"branchId": id(Kind::Branch, branch), "ar": "تعاونية جديدة", "fr": "Coopérative nouvelle",
        "provinceCode": "05.311"});
    person.sends(DOCUMENT, "RegisterCooperative", variables).await
}

async fn rename(person: &Person<'_>, cooperative: &str, version: i64) -> Answer {
    let variables = json!({"id": id(Kind::Cooperative, cooperative), "version": version, "fr": "Nom nouveau"});
    person.sends(DOCUMENT, "RenameCooperative", variables).await
}

async fn every_login_gets_the_answers_that_its_scope_implies(world: World) {
    // Login, its roles, the branches whose cooperatives it sees, registering at home and in M'diq, renaming at home and
    // in M'diq, and whether it reads the audit.
    let both: &'static [&'static str] = &["khouribga", "mdiq-fnideq"];
    let (home, away) = (&both[..1], &both[1..]);
    type Login = (&'static str, &'static str, &'static [&'static str], [&'static str; 4], bool);
    let expected: [Login; 9] = [
        ("national@unfm.example", "NATIONAL_ADMIN", both, ["done", "done", "done", "done"], true),
        ("auditor@unfm.example", "AUDITOR", both, ["FORBIDDEN", "FORBIDDEN", "FORBIDDEN", "FORBIDDEN"], true),
        ("region05@unfm.example", "BRANCH_ADMIN", home, ["done", "NOT_FOUND", "done", "NOT_FOUND"], true),
        ("khouribga@unfm.example", "BRANCH_ADMIN", home, ["done", "NOT_FOUND", "done", "NOT_FOUND"], true),
        (
            "market.khouribga@unfm.example",
            "MARKET_MANAGER",
            home,
            ["FORBIDDEN", "NOT_FOUND", "FORBIDDEN", "NOT_FOUND"],
            false,
        ),
        (
            "programmes.khouribga@unfm.example",
            "PROGRAMME_OFFICER",
            home,
            ["FORBIDDEN", "NOT_FOUND", "FORBIDDEN", "NOT_FOUND"],
            false,
        ),
        (
            "finance.khouribga@unfm.example",
            "FINANCE_OFFICER",
            home,
            ["FORBIDDEN", "NOT_FOUND", "FORBIDDEN", "NOT_FOUND"],
            false,
        ),
        (
            "cooperative@unfm.example",
            "COOPERATIVE_REP",
            home,
            ["NOT_FOUND", "NOT_FOUND", "FORBIDDEN", "NOT_FOUND"],
            false,
        ),
        ("mdiq@unfm.example", "BRANCH_ADMIN", away, ["NOT_FOUND", "done", "NOT_FOUND", "done"], true),
    ];
    let mut version = json!({"khouribga": 1, "mdiq-fnideq": 1});
    for (email, role, sees, [register_home, register_away, rename_home, rename_away], audits) in expected {
        let on = format!("{} {email}", world.on);
        let signed = json!({"email": email, "password": "marhaba-demo"});
        let signed = world.contract(DOCUMENT, "SignIn", signed).await;
        assert_eq!(signed.data()["sessionCreate"]["userErrors"], json!([]), "{on}");
        assert_eq!(signed.data()["sessionCreate"]["session"]["expiresIn"], 900, "{on}");
        let token = signed.data()["sessionCreate"]["session"]["accessToken"].as_str().unwrap();
        let person = Person::with(&world, token.to_owned());

        let viewer = person.sends(DOCUMENT, "Viewer", json!({})).await;
        let viewer = viewer.data()["viewer"].clone();
        assert_eq!((&viewer["user"]["email"], &viewer["assignments"][0]["role"]), (&json!(email), &json!(role)));
        let permissions: Vec<&str> =
            viewer["permissions"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
        assert!(permissions.is_sorted() && permissions.contains(&"SEE_COOPERATIVES"), "{on}");

        let own = person.sends(DOCUMENT, "BranchCooperatives", json!({"first": 100})).await;
        let own = own.data()["cooperatives"].clone();
        let branch = |slug: &&str| json!(id(Kind::Branch, slug)).to_string();
        let seen: BTreeSet<String> =
            own["nodes"].as_array().unwrap().iter().map(|node| node["branch"]["id"].to_string()).collect();
        assert_eq!(seen, sees.iter().map(branch).collect(), "{on}");
        if role == "COOPERATIVE_REP" {
            assert_eq!(own["totalCount"], 1, "{on}: her own alone");
        }

        assert_eq!(
            register(&person, "khouribga").await.outcome(),
            register_home,
            "{on}"
        );
        assert_eq!(
            register(&person, "mdiq-fnideq").await.outcome(),
            register_away,
            "{on}"
        );
        for (slug, branch, expected) in
            [("demo-argan", "khouribga", rename_home), ("demo-mdiq-miel", "mdiq-fnideq", rename_away)]
        {
            let renamed = rename(&person, slug, version[branch].as_i64().unwrap()).await;
            assert_eq!(renamed.outcome(), expected, "{on} {slug}");
            if expected == "done" {
                let cooperative = &renamed.data()["cooperativeRename"]["cooperative"];
                assert_eq!(cooperative["name"]["text"], "Nom nouveau", "{on}");
                version[branch] = cooperative["version"].clone();
            }
        }

        let changes = person.sends(DOCUMENT, "RecentChanges", json!({"first": 100})).await;
        let entries = changes.data()["auditEntries"]["nodes"].as_array().unwrap().clone();
        assert_eq!(!entries.is_empty(), audits, "{on}");
        let names =
            |entry: &Value| entry["actor"]["displayName"].as_str().is_some_and(|name| name.contains("démo"));
        assert!(entries.iter().all(names), "{on}");
        if role == "BRANCH_ADMIN" && !email.starts_with("region") {
            let branches: BTreeSet<String> =
                entries.iter().map(|entry| entry["branch"]["id"].to_string()).collect();
            assert_eq!(branches, sees.iter().map(branch).collect(), "{on}: her own chain alone");
        }
    }
}

async fn an_absent_thing_and_a_neighbours_answer_alike_to_the_byte(world: World) {
    let khouribga = world.person("khouribga").await;
    let (absent, foreign) = ("demo-nowhere-at-all", "demo-mdiq-miel");
    let ask = async |slug: &str| rename(&khouribga, slug, 1).await.text;
    assert_eq!(ask(absent).await, ask(foreign).await, "{}", world.on);
    // What is not published is not there, on whichever path.
    let mdiq = world.person("mdiq").await;
    let registered = register(&mdiq, "mdiq-fnideq").await;
    let hidden = registered.data()["cooperativeRegister"]["cooperative"]["id"].clone();
    let paths = "query($id: ID!) { cooperative(id: $id) { id } node(id: $id) { id } nodes(ids: [$id]) { id } }";
    for person in [khouribga.clone(), world.person("cooperative").await] {
        let seen = person.asks(paths, json!({"id": hidden})).await;
        assert_eq!(seen.data(), &json!({"cooperative": null, "node": null, "nodes": [null]}), "{}", world.on);
    }
    let own = mdiq.asks(paths, json!({"id": hidden})).await;
    assert_eq!(own.data()["node"]["id"], hidden, "{}", world.on);
}

async fn a_stale_version_is_a_conflict_with_the_thing_as_it_now_is(world: World) {
    let khouribga = world.person("khouribga").await;
    assert_eq!(rename(&khouribga, "demo-argan", 1).await.outcome(), "done");
    let stale = rename(&khouribga, "demo-argan", 1).await;
    assert_eq!(stale.outcome(), "CONFLICT expectedVersion", "{}", world.on);
    assert_eq!(stale.data()["cooperativeRename"]["cooperative"]["version"], 2, "{}", world.on);
    // Of two at once one is told.
    let at_once = tokio::join!(rename(&khouribga, "demo-argan", 2), rename(&khouribga, "demo-argan", 2));
    let mut outcomes = [&at_once.0, &at_once.1].map(Answer::outcome);
    outcomes.sort();
    assert_eq!(outcomes, ["CONFLICT expectedVersion", "done"], "{}", world.on);
}

const REGISTER: &str = "mutation($input: CooperativeRegisterInput!) { cooperativeRegister(input: $input) {
    cooperative { id slug status version } userErrors { code field message } } }";

fn applicant(key: &str, number: &str) -> Value {
    let mut input = json!({"branchId": id(Kind::Branch, "khouribga"), "name": {"fr": "Coopérative du registre"},
        "sector": "ARGAN", "legalForm": "COOPERATIVE", "provinceCode": "05.311"});
    if !key.is_empty() {
        input["idempotencyKey"] = json!(key);
    }
    if !number.is_empty() {
        input["register"] = json!({"court": "Khouribga", "number": number});
    }
    json!({"input": input})
}

async fn a_form_is_told_all_its_faults_at_once(world: World) {
    let khouribga = world.person("khouribga").await;
    let mut input = applicant("", "7");
    input["input"]["name"] = json!({"en": "Only English", "ar": "\u{202e}"});
    input["input"]["register"]["court"] = json!("  ");
    let refused = khouribga.asks(REGISTER, input).await;
    let errors = refused.data()["cooperativeRegister"]["userErrors"].clone();
    let found: Vec<(&str, String)> = errors
        .as_array()
        .unwrap()
        .iter()
        .map(|error| (error["code"].as_str().unwrap(), error["field"].to_string()))
        .collect();
    let name = ("TEXT_UNSAFE", r#"["name","ar"]"#.to_owned());
    let court = ("REGISTER_IDENTITY_REQUIRED", r#"["register","court"]"#.to_owned());
    assert_eq!(found, [name, court], "{}", world.on);
    assert!(errors[1]["message"].as_str().unwrap().contains("registre"), "in French");
    let count = "select count(*) from cooperative where slug like 'cooperative-du-registre%'";
    assert_eq!(world.raw_as_owner(count).await, Ok(0), "{}", world.on);
}

async fn a_mutation_that_is_sent_again_is_done_once(world: World) {
    let khouribga = world.person("khouribga").await;
    let other = world.person("region05").await;
    let send = async |person: &Person<'_>, key: &str, number: &str| {
        let answer = person.asks(REGISTER, applicant(key, number)).await;
        answer.data()["cooperativeRegister"].clone()
    };
    let at_once = tokio::join!(send(&khouribga, "phone-1", "1"), send(&khouribga, "phone-1", "1"));
    let first = at_once.0["cooperative"]["id"].clone();
    assert!(first.is_string() && at_once.1["cooperative"]["id"] == first, "{}: {at_once:?}", world.on);
    assert_eq!(send(&khouribga, "phone-1", "1").await["cooperative"]["id"], first, "{}", world.on);
    let another = send(&khouribga, "phone-1", "2").await;
    assert_eq!(another["userErrors"][0]["code"], "IDEMPOTENCY_KEY_REUSED", "{}", world.on);
    assert_ne!(send(&other, "phone-1", "3").await["cooperative"]["id"], first, "{}: keys are one's own", world.on);
    // A refusal is kept too.
    let mut wrong = applicant("phone-2", "");
    wrong["input"]["provinceCode"] = json!("99.999");
    for _ in 0..2 {
        let refused = khouribga.asks(REGISTER, wrong.clone()).await;
        let error = &refused.data()["cooperativeRegister"]["userErrors"][0];
        assert_eq!(
            (&error["code"], &error["field"]),
            (&json!("NOT_FOUND"), &json!(["provinceCode"])),
            "{}",
            world.on
        );
    }
    let count = "select count(*) from cooperative where slug like 'cooperative-du-registre%'";
    assert_eq!(world.raw_as_owner(count).await, Ok(2), "{}", world.on);
}

async fn an_identity_that_another_branch_holds_is_not_told_and_goes_to_the_national_level(world: World) {
    let verify = async |person: &Person<'_>, input: Value| {
        let registered = person.asks(REGISTER, input).await;
        let cooperative = registered.data()["cooperativeRegister"]["cooperative"].clone();
        let query = "mutation($id: ID!) { cooperativeVerify(input: {id: $id, expectedVersion: 1}) {
            cooperative { status version registerIdentity { number isVerified } } userErrors { code field } } }";
        let verified = person.asks(query, json!({"id": cooperative["id"]})).await;
        verified.data()["cooperativeVerify"].clone()
    };
    let khouribga = world.person("khouribga").await;
    let mdiq = world.person("mdiq").await;
    let first = verify(&khouribga, applicant("", "12/2026")).await;
    let mut claim = applicant("", "12/2026");
    claim["input"]["branchId"] = json!(id(Kind::Branch, "mdiq-fnideq"));
    let second = verify(&mdiq, claim).await;
    assert_eq!(first, second, "{}: the second learns nothing", world.on);
    assert_eq!(first["cooperative"]["status"], "VERIFIED", "{}", world.on);
    assert_eq!(first["cooperative"]["registerIdentity"]["isVerified"], true, "{}", world.on);
    assert_eq!(world.raw_as_owner("select count(*) from register_dispute").await, Ok(1), "{}", world.on);
    // The national level alone sees that there are two, and decides.
    let list = "query($filter: RegisterDisputeFilter) { registerDisputes(first: 5, filter: $filter) { totalCount
        nodes { id version court number outcome claimant { branch { slug } } holder { branch { slug } } } } }";
    for login in ["khouribga", "mdiq", "region05"] {
        let seen = world.person(login).await.asks(list, json!({})).await;
        assert_eq!(seen.data()["registerDisputes"]["totalCount"], 0, "{} {login}", world.on);
    }
    let national = world.person("national").await;
    let open = national.asks(list, json!({"filter": {"outcome": "OPEN"}})).await.data()["registerDisputes"].clone();
    let dispute = &open["nodes"][0];
    assert_eq!(
        (&open["totalCount"], &dispute["number"], &dispute["claimant"]["branch"]["slug"], &dispute["holder"]["branch"]["slug"]),
        (&json!(1), &json!("12/2026"), &json!("mdiq-fnideq"), &json!("khouribga")),
        "{}", world.on
    );
    let decide = "mutation($input: RegisterDisputeDecideInput!) { registerDisputeDecide(input: $input) {
        registerDispute { outcome version } userErrors { code field } } }";
    let mut input = json!({"id": dispute["id"], "expectedVersion": 1, "outcome": "UPHELD", "reason": "Le registre du tribunal (démo)"});
    assert_eq!(mdiq.does(decide, input.clone()).await.outcome(), "NOT_FOUND", "{}", world.on);
    assert_eq!(world.person("auditor").await.does(decide, input.clone()).await.outcome(), "FORBIDDEN", "{}", world.on);
    input["reason"] = json!(" ");
    assert_eq!(national.does(decide, input.clone()).await.outcome(), "TEXT_REQUIRED reason", "{}", world.on);
    input["reason"] = json!("Le registre du tribunal (démo)");
    input["outcome"] = json!("WITHDRAWN");
    assert_eq!(national.does(decide, input.clone()).await.outcome(), "STATUS_INVALID", "{}", world.on);
    input["outcome"] = json!("UPHELD");
    assert_eq!(national.does(decide, input.clone()).await.outcome(), "done", "{}", world.on);
    input["expectedVersion"] = json!(2);
    assert_eq!(national.does(decide, input).await.outcome(), "STATUS_INVALID", "{}: once", world.on);
    let told = async |person: &Person<'_>, slug: &str| {
        let query = "{ cooperatives(last: 1) { nodes { registerIdentity { isVerified decisionReason } branch { slug } } }
            auditEntries(first: 20, filter: {action: \"registerDisputeDecide\", outcome: DONE}) {
              nodes { subject { ... on Cooperative { branch { slug } } } changes { name after } } } }";
        let seen = person.asks(query, json!({})).await;
        let entries = seen.data()["auditEntries"]["nodes"].as_array().unwrap().clone();
        assert!(entries.iter().all(|entry| entry["subject"]["branch"]["slug"] == slug), "{}: {entries:?}", world.on);
        let mut changes = entries[0]["changes"].as_array().unwrap().clone();
        changes.sort_by_key(|change| change["name"].to_string());
        (entries.len(), changes)
    };
    let change = |name: &str, after: &str| json!({"name": name, "after": after});
    let reason = change("reason", "\"Le registre du tribunal (démo)\"");
    assert_eq!(told(&mdiq, "mdiq-fnideq").await, (1, vec![reason.clone(), change("register_verified", "true")]), "{}", world.on);
    assert_eq!(told(&khouribga, "khouribga").await, (1, vec![reason, change("register_verified", "false")]), "{}", world.on);
    assert_eq!(world.raw_as_owner("select count(*) from cooperative_private where register_disputed").await, Ok(0));

    let none = verify(&khouribga, applicant("", "")).await;
    assert_eq!(none["userErrors"][0]["code"], "REGISTER_IDENTITY_REQUIRED", "{}", world.on);
}

async fn the_audit_is_searched_by_who_and_when(world: World) {
    let (khouribga, region) = (world.person("khouribga").await, world.person("region05").await);
    assert_eq!(rename(&khouribga, "demo-argan", 1).await.outcome(), "done");
    world.at("2026-11-23T12:10:00Z");
    assert_eq!(rename(&region, "demo-argan", 2).await.outcome(), "done");
    let count = async |filter: Value| {
        let query = "query($filter: AuditEntryFilter) { auditEntries(first: 50, filter: $filter) { nodes { action at } } }";
        let found = region.asks(query, json!({"filter": filter})).await;
        let found = found.data()["auditEntries"]["nodes"].as_array().unwrap().clone();
        found.iter().filter(|entry| entry["action"] == "cooperativeRename").count()
    };
    let user = |login: &str| id(Kind::User, &format!("{login}@unfm.example"));
    assert_eq!(count(json!({})).await, 2, "{}", world.on);
    assert_eq!(count(json!({"actor": user("khouribga")})).await, 1, "{}", world.on);
    assert_eq!(count(json!({"actor": user("mdiq")})).await, 0, "{}", world.on);
    assert_eq!(count(json!({"from": "2026-11-23T12:10:00Z"})).await, 1, "{}", world.on);
    assert_eq!(count(json!({"until": "2026-11-23T12:10:00Z"})).await, 1, "{}", world.on);
    assert_eq!(count(json!({"actor": user("khouribga"), "from": "2026-11-23T12:10:00Z"})).await, 0, "{}", world.on);
    // What staff list is ordered by when it was made, either way round.
    let national = world.person("national").await;
    for list in ["auditEntries", "users", "partnerClients"] {
        let ids = async |by: &str| {
            let query = format!("{{ {list}(first: 100, orderBy: {by}) {{ nodes {{ id }} }} }}");
            let answer = national.asks(&query, json!({})).await;
            answer.data()[list]["nodes"].as_array().unwrap().clone()
        };
        let (newest, mut oldest) = (ids("NEWEST").await, ids("OLDEST").await);
        oldest.reverse();
        // The reading itself is an entry.
        let same = newest.iter().filter(|one| oldest.contains(one)).collect::<Vec<_>>();
        assert!(same.len() > 1 && same.into_iter().eq(oldest.iter().filter(|one| newest.contains(one))), "{} {list}", world.on);
    }
    let wrong = json!({"filter": {"actor": id(Kind::Branch, "khouribga")}});
    let query = "query($filter: AuditEntryFilter) { auditEntries(first: 1, filter: $filter) { totalCount } }";
    assert_eq!(region.asks(query, wrong).await.code(), "BAD_USER_INPUT", "{}", world.on);
}

async fn whoever_is_refused_is_written_down_with_what_she_tried(world: World) {
    let sign_in = "mutation($email: String!, $totp: String) { sessionCreate(input: { email: $email,
        password: \"a wrong password\", totp: $totp }) { userErrors { code } } }";
    for email in ["khouribga@unfm.example", "khouribga@unfm.example", "nobody@unfm.example", "neither@unfm.example"] {
        let refused = world.ask(sign_in, json!({"email": email})).await;
        assert_eq!(refused.outcome(), "INVALID_CREDENTIALS", "{}", world.on);
    }
    let code = sign_in.replace("a wrong password", "marhaba-demo");
    let refused = world.ask(&code, json!({"email": "totp@unfm.example", "totp": "000000"})).await;
    assert_eq!(refused.outcome(), "TOTP_INVALID", "{}", world.on);
    assert_eq!(world.oauth("unfpa-demo", "a wrong secret", "").await.status, 401, "{}", world.on);
    let mdiq = world.person("mdiq").await;
    assert_eq!(rename(&mdiq, "demo-argan", 1).await.outcome(), "NOT_FOUND", "{}", world.on);
    assert_eq!(world.write_refusals().await, 5, "{}: once a minute for each", world.on);
    assert_eq!(world.write_refusals().await, 0, "{}", world.on);

    let entries = async |login: &str| {
        let query = "{ auditEntries(first: 50, filter: {outcome: REFUSED}) { nodes { action times client
            actor { kind } branch { slug } subject { __typename } changes { name after } } } }";
        let person = world.person(login).await;
        person.asks(query, json!({})).await.data()["auditEntries"]["nodes"].as_array().unwrap().clone()
    };
    let told = |entry: &Value| {
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let parts = [&entry["action"], &entry["branch"]["slug"], &entry["subject"]["__typename"], &entry["changes"][0]["after"]];
        format!("{} {}x{}", parts.map(text).join(" "), entry["times"], if entry["client"] == "127.0.0.1" { "" } else { " ?" })
    };
    let mut hers: Vec<String> = entries("khouribga").await.iter().map(told).collect();
    hers.sort();
    let expected = ["sessionCreate khouribga User \"INVALID_CREDENTIALS\" 2x", "sessionCreate khouribga User \"TOTP_INVALID\" 1x"];
    assert_eq!(hers, expected, "{}: in the branch of the login that was tried", world.on);
    let mut all: Vec<String> = entries("national").await.iter().map(told).collect();
    all.retain(|entry| !expected.contains(&entry.as_str()));
    all.sort();
    let others = [
        "cooperativeRename mdiq-fnideq Cooperative - 1x",
        "oauthToken national PartnerClient \"INVALID_CREDENTIALS\" 1x",
        "sessionCreate national - \"INVALID_CREDENTIALS\" 2x",
    ];
    assert_eq!(all, others, "{}: of nobody's, one entry", world.on);
}

async fn what_is_read_of_persons_is_written_down_before_it_leaves(world: World) {
    let khouribga = world.person("khouribga").await;
    let argan = id(Kind::Cooperative, "demo-argan");
    let look = "query($id: ID!) { cooperative(id: $id) { registerIdentity { number } documents(first: 1) { nodes { id } } } }";
    let read = async || {
        let sql = "select coalesce(max(cast(times as bigint)), 0) from audit_entry e join audit_tally t on t.entry_id = e.id
            where e.outcome = 'READ' and e.action = ";
        let mut times = Vec::new();
        for action in ["registerIdentity", "documents", "auditEntries"] {
            times.push(world.raw_as_owner(&format!("{sql}'{action}'")).await.unwrap());
        }
        times
    };
    let document = "mutation($input: DocumentAddInput!) { documentAdd(input: $input) { userErrors { code } } }";
    let input = json!({"cooperativeId": argan, "kind": "STATUTES", "reference": "1 (démo)"});
    assert_eq!(khouribga.does(document, input).await.outcome(), "done", "{}", world.on);
    khouribga.asks(look, json!({"id": argan})).await.data();
    assert_eq!(read().await, [1, 2, 0], "{}", world.on);
    khouribga.asks("{ auditEntries(first: 5) { nodes { actor { displayName } } } }", json!({})).await.data();
    assert_eq!(read().await, [1, 2, 1], "{}: the audit's own values too", world.on);
    // Where nothing can be written down, nothing leaves.
    world.change(async |tx| tx.rewrite("alter table audit_tally rename to audit_tally_gone").await).await;
    let refused = khouribga.asks(look, json!({"id": argan})).await;
    assert_eq!((refused.status, refused.code()), (503, "UNAVAILABLE"), "{}: {}", world.on, refused.text);
    assert!(!refused.text.contains("number"), "{}", refused.text);
}

async fn the_audit_is_whole_until_somebody_touches_it(world: World) {
    let token = world.person("khouribga").await;
    for version in 1..4 {
        assert_eq!(rename(&token, "demo-argan", version).await.outcome(), "done");
    }
    for _ in 0..3 {
        rename(&token, "demo-mdiq-miel", 1).await;
    }
    let entries =
        token.asks("{ auditEntries(first: 1) { nodes { action outcome times client } } }", json!({}));
    let refused = entries.await.data()["auditEntries"]["nodes"][0].clone();
    let expected = json!({"action": "cooperativeRename", "outcome": "REFUSED", "times": 3, "client": "127.0.0.1"});
    assert_eq!(refused, expected, "{}: once a minute, with a count", world.on);

    let keys = world.keys();
    let prove = async || verify::prove(&world.owner, &keys, world.clock.now(), &[]).await.unwrap();
    assert!(verify::anchor_daily(&world.owner, &keys, world.clock.now()).await.unwrap(), "{}", world.on);
    assert!(!verify::anchor_daily(&world.owner, &keys, world.clock.now()).await.unwrap(), "{}: daily", world.on);
    assert_eq!(prove().await.unwrap(), verify::Proved { chains: 2, links: 7 }, "{}", world.on);
    let tamper = async |sql: &str| world.change(async |tx| tx.rewrite(sql).await).await;

    // Erasing a name keeps the proof whole; another name does not.
    tamper("delete from audit_value where name = 'client'").await;
    assert!(prove().await.is_ok(), "{}", world.on);
    let khouribga = domain::id::founding("branch", "khouribga");
    tamper("update audit_value set value = 'Another' where name = 'actor'").await;
    let broken = prove().await.unwrap_err();
    assert_eq!((broken.branch, broken.what), (khouribga, "has a personal value that was altered"), "{}", world.on);
    tamper("update audit_entry set action = 'cooperativeEdit' where sequence = 3").await;
    tamper("delete from audit_value").await;
    let broken = prove().await.unwrap_err();
    assert_eq!((broken.branch, broken.sequence, broken.what), (khouribga, 3, "was altered"), "{}", world.on);
    // A tail that is cut off was anchored.
    tamper("delete from audit_tally").await;
    tamper("delete from audit_entry where sequence >= 3").await;
    let broken = prove().await.unwrap_err();
    assert_eq!(
        (broken.branch, broken.sequence, broken.what),
        (khouribga, 6, "was anchored and is missing"),
        "{}",
        world.on
    );
}

tests::on_each_database!(whoever_is_refused_is_written_down_with_what_she_tried, what_is_read_of_persons_is_written_down_before_it_leaves, the_audit_is_searched_by_who_and_when, every_login_gets_the_answers_that_its_scope_implies, an_absent_thing_and_a_neighbours_answer_alike_to_the_byte, a_stale_version_is_a_conflict_with_the_thing_as_it_now_is, a_form_is_told_all_its_faults_at_once, a_mutation_that_is_sent_again_is_done_once, an_identity_that_another_branch_holds_is_not_told_and_goes_to_the_national_level, the_audit_is_whole_until_somebody_touches_it);
