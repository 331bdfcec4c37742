//! What a branch and a cooperative's own representative do about the cooperative: its members, its documents, its identity.

use domain::disclosure::Thresholds;
use domain::id::founding;
use serde_json::{Value, json};
use tests::World;
use unfm::platform::graphql::global_id::{GlobalId, Kind};

const ADD: &str = "mutation($input: MembershipAddInput!) { membershipAdd(input: $input) {
    membership { id version name cooperative { memberCount womenCount isWomenOnly version } } userErrors { code field } } }";
const END: &str = "mutation($input: MembershipEndInput!) { membershipEnd(input: $input) {
    membership { leftOn version cooperative { memberCount } } userErrors { code field } } }";
const EDIT: &str = "mutation($input: CooperativeEditInput!) { cooperativeEdit(input: $input) {
    cooperative { id version sector commune registerIdentity { number isVerified } legacyExemption } userErrors { code field } } }";
const DOCUMENT: &str = "mutation($input: DocumentAddInput!) { documentAdd(input: $input) {
    document { id version kind reference validUntil isExpiring } userErrors { code field } } }";
const DOCUMENT_EDIT: &str = "mutation($input: DocumentEditInput!) { documentEdit(input: $input) {
    document { version reference validUntil isExpiring } userErrors { code field } } }";
const LOOK: &str = "query($id: ID!) { cooperative(id: $id) { memberCount memberCounts { members women under35 rural }
    memberships(first: 2) { totalCount nodes { id name sex birthYear } } documents(first: 5) { totalCount }
    registerIdentity { number } legacyExemption } }";

fn id(slug: &str) -> String {
    GlobalId::new(Kind::Cooperative, founding("cooperative", slug)).to_string()
}

fn joining(slug: &str) -> Value {
    json!({"cooperativeId": id(slug), "name": "Nouvelle membre (démo)", "sex": "FEMALE", "birthYear": 1995,
        "milieu": "RURAL", "shares": 2, "joinedOn": "2026-11-23"})
}

async fn members_are_seen_by_the_cooperative_and_its_branch_line_alone(world: World) {
    let whole = json!({"members": 24, "women": 24, "under35": 0, "rural": 12});
    for (login, sees) in [
        ("cooperative", true),
        ("khouribga", true),
        ("region05", true),
        ("auditor", true),
        ("mdiq", false),
        ("market.khouribga", false),
    ] {
        let answer = world.person(login).await.asks(LOOK, json!({"id": id("demo-argan")})).await;
        let seen = &answer.data()["cooperative"];
        assert_eq!(seen["memberCount"], 24, "{} {login}: what everybody may know", world.on);
        assert_eq!(seen["memberships"]["totalCount"], if sees { 24 } else { 0 }, "{} {login}", world.on);
        assert_eq!(seen["memberCounts"], if sees { whole.clone() } else { Value::Null }, "{} {login}", world.on);
    }
    let anybody = world.ask(LOOK, json!({"id": id("demo-argan")})).await;
    let anybody = &anybody.data()["cooperative"];
    assert_eq!(
        (&anybody["memberships"]["nodes"], &anybody["registerIdentity"], &anybody["legacyExemption"]),
        (&json!([]), &Value::Null, &Value::Null),
        "{}",
        world.on
    );
}

async fn whoever_reads_members_is_noted_once_a_minute_in_her_own_branch(world: World) {
    let region = world.person("region05").await;
    for _ in 0..3 {
        region.asks(LOOK, json!({"id": id("demo-argan")})).await.data();
    }
    let noted = "select count(*) from audit_entry e join branch b on b.id = e.branch_id
        where e.action = 'memberships' and e.outcome = 'READ' and b.slug = 'region-05'";
    assert_eq!(world.raw_as_owner(noted).await, Ok(1), "{}", world.on);
    assert_eq!(
        world.raw_as_owner("select cast(times as bigint) from audit_tally where action = 'memberships'").await,
        Ok(3),
        "{}",
        world.on
    );
    let mdiq = world.person("mdiq").await;
    mdiq.asks(LOOK, json!({"id": id("demo-argan")})).await.data();
    let noted = "select count(*) from audit_entry where action = 'memberships'";
    assert_eq!(world.raw_as_owner(noted).await, Ok(1), "{}: who sees nothing has read nothing", world.on);
}

async fn members_join_and_leave_and_the_numbers_that_are_told_follow(world: World) {
    // Nine members of whom four are women: the women are too few to be told.
    let slug = "demo-mdiq-miel";
    let mdiq = world.person("mdiq").await;
    let told = async || {
        let look = "query($id: ID!) { cooperative(id: $id) { memberCount womenCount isWomenOnly version } }";
        world.ask(look, json!({"id": id(slug)})).await.data()["cooperative"].clone()
    };
    let few = json!({"memberCount": 9, "womenCount": null, "isWomenOnly": null, "version": 1});
    assert_eq!(told().await, few, "{}", world.on);

    let added = mdiq.does(ADD, joining(slug)).await;
    assert_eq!(added.outcome(), "done", "{}: {}", world.on, added.text);
    // Five of ten: neither the women nor the others are few. The cooperative itself was not edited.
    let enough = json!({"memberCount": 10, "womenCount": 5, "isWomenOnly": false, "version": 1});
    assert_eq!(added.data()["membershipAdd"]["membership"]["cooperative"], enough, "{}", world.on);
    assert_eq!(told().await, enough, "{}", world.on);

    let membership = &added.data()["membershipAdd"]["membership"];
    let end = |version: i32, day: &str| json!({"id": membership["id"], "expectedVersion": version, "leftOn": day});
    assert_eq!(mdiq.does(END, end(1, "2026-11-22")).await.outcome(), "DATE_INVALID leftOn", "{}", world.on);
    assert_eq!(mdiq.does(END, end(1, "2026-11-24")).await.outcome(), "DATE_INVALID leftOn", "{}", world.on);
    let ended = mdiq.does(END, end(1, "2026-11-23")).await;
    assert_eq!(ended.outcome(), "done", "{}: {}", world.on, ended.text);
    assert_eq!(told().await, few, "{}", world.on);
    assert_eq!(mdiq.does(END, end(2, "2026-11-23")).await.outcome(), "STATUS_INVALID", "{}", world.on);
    // Who she is stands beside the chain, where it can be erased.
    let named = "select count(*) from audit_entry where changes like '%Nouvelle membre%'";
    assert_eq!(world.raw_as_owner(named).await, Ok(0), "{}", world.on);
    let beside = "select count(*) from audit_value where name = 'name.after' and value like 'Nouvelle membre%'";
    assert_eq!(world.raw_as_owner(beside).await, Ok(1), "{}", world.on);
}

async fn a_representative_looks_after_her_own_cooperative_and_no_other(world: World) {
    let representative = world.person("cooperative").await;
    assert_eq!(representative.does(ADD, joining("demo-argan")).await.outcome(), "done", "{}", world.on);
    let paper = |slug: &str| json!({"cooperativeId": id(slug), "kind": "CERTIFICATE", "reference": "A 1", "validUntil": "2026-12-23"});
    let added = representative.does(DOCUMENT, paper("demo-argan")).await;
    assert_eq!(added.outcome(), "done", "{}: {}", world.on, added.text);
    let document = &added.data()["documentAdd"]["document"];
    assert_eq!(document["isExpiring"], true, "{}", world.on);
    let edit = json!({"id": document["id"], "expectedVersion": 1, "reference": null, "validUntil": "2026-12-24"});
    let edited = representative.does(DOCUMENT_EDIT, edit.clone()).await;
    let expected = json!({"version": 2, "reference": null, "validUntil": "2026-12-24", "isExpiring": false});
    assert_eq!(edited.data()["documentEdit"]["document"], expected, "{}", world.on);
    assert_eq!(representative.does(DOCUMENT_EDIT, edit).await.outcome(), "CONFLICT expectedVersion", "{}", world.on);
    for other in ["demo-mdiq-miel", "nowhere"] {
        assert_eq!(representative.does(ADD, joining(other)).await.outcome(), "NOT_FOUND", "{} {other}", world.on);
        assert_eq!(representative.does(DOCUMENT, paper(other)).await.outcome(), "NOT_FOUND", "{} {other}", world.on);
    }
    let market = world.person("market.khouribga").await;
    assert_eq!(market.does(ADD, joining("demo-argan")).await.outcome(), "FORBIDDEN", "{}", world.on);
    let mdiq = world.person("mdiq").await;
    assert_eq!(mdiq.does(ADD, joining("demo-argan")).await.outcome(), "NOT_FOUND", "{}", world.on);
}

async fn every_fault_of_a_member_is_told_at_once_and_nothing_is_kept(world: World) {
    let khouribga = world.person("khouribga").await;
    let mut input = joining("demo-argan");
    input["name"] = " ".into();
    input["sex"] = Value::Null;
    input["birthYear"] = 2030.into();
    input["joinedOn"] = "2026-11-24".into();
    let answer = khouribga.does(ADD, input).await;
    assert_eq!(answer.outcome(), "TEXT_REQUIRED name, MEMBER_INVALID sex, MEMBER_INVALID birthYear, DATE_INVALID joinedOn", "{}", world.on);
    assert_eq!(
        world.raw_as_owner("select count(*) from membership where version > 1 or joined_on > '2026-01-01'").await,
        Ok(0),
        "{}",
        world.on
    );
}

async fn a_cooperative_is_edited_field_by_field_and_its_identity_is_claimed_anew(world: World) {
    let khouribga = world.person("khouribga").await;
    let edit = async |changes: Value| {
        let mut input = json!({"id": id("demo-argan")});
        input.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        khouribga.does(EDIT, input).await
    };
    let edited = edit(json!({"expectedVersion": 1, "sector": "COSMETICS", "commune": "Boujniba"})).await;
    let cooperative = &edited.data()["cooperativeEdit"]["cooperative"];
    assert_eq!(
        (&cooperative["sector"], &cooperative["commune"]),
        (&json!("COSMETICS"), &json!("Boujniba")),
        "{}",
        edited.text
    );
    let cleared = edit(json!({"expectedVersion": 2, "commune": null})).await;
    let cooperative = &cleared.data()["cooperativeEdit"]["cooperative"];
    assert_eq!(
        (&cooperative["sector"], &cooperative["commune"]),
        (&json!("COSMETICS"), &Value::Null),
        "{}",
        world.on
    );
    let wrong =
        edit(json!({"expectedVersion": 3, "register": {"court": "", "number": "1"}, "commune": "x".repeat(300)}))
            .await;
    assert_eq!(wrong.outcome(), "TEXT_TOO_LONG commune, REGISTER_IDENTITY_REQUIRED register.court", "{}", world.on);
    assert_eq!(
        edit(json!({"expectedVersion": 3, "register": null})).await.outcome(),
        "REGISTER_IDENTITY_REQUIRED register",
        "{}",
        world.on
    );
    // Another province holds this identity: the answer is the same, and the national level hears of it.
    let taken = json!({"court": "Tribunal de première instance (démo)", "number": "DEMO demo-mdiq-miel"});
    let free = json!({"court": "Tribunal de première instance (démo)", "number": "DEMO free"});
    let claimed = edit(json!({"expectedVersion": 3, "register": taken})).await;
    assert_eq!(claimed.outcome(), "done", "{}", claimed.text);
    assert_eq!(world.raw_as_owner("select count(*) from register_dispute").await, Ok(1), "{}", world.on);
    assert_eq!(edit(json!({"expectedVersion": 4, "register": free})).await.outcome(), "done", "{}", world.on);
    let mdiq = world.person("mdiq").await;
    let foreign =
        mdiq.does(EDIT, json!({"id": id("demo-argan"), "expectedVersion": 5, "commune": "x"})).await;
    assert_eq!(foreign.outcome(), "NOT_FOUND", "{}", world.on);
}

async fn a_cooperative_moves_to_another_branch_with_everything_of_it(world: World) {
    let relocate = "mutation($input: CooperativeMoveInput!) { cooperativeMove(input: $input) {
        cooperative { version branch { slug } } userErrors { code field } } }";
    let to = |slug: &str, version: i32| {
        let branch = GlobalId::new(Kind::Branch, founding("branch", slug)).to_string();
        json!({"id": id("demo-argan"), "expectedVersion": version, "branchId": branch})
    };
    let (khouribga, mdiq) = (world.person("khouribga").await, world.person("mdiq").await);
    let (national, representative) = (world.person("national").await, world.person("cooperative").await);
    assert_eq!(khouribga.does(relocate, to("mdiq-fnideq", 1)).await.outcome(), "NOT_FOUND", "{}", world.on);
    assert_eq!(mdiq.does(relocate, to("mdiq-fnideq", 1)).await.outcome(), "NOT_FOUND", "{}", world.on);
    assert_eq!(national.does(relocate, to("khouribga", 1)).await.outcome(), "BRANCH_PLACE_INVALID branchId", "{}", world.on);
    let sees = async |person: &tests::person::Person<'_>| {
        let seen = person.asks(LOOK, json!({"id": id("demo-argan")})).await;
        seen.data()["cooperative"]["memberships"]["totalCount"].as_i64().unwrap()
    };
    // A product on its way into the catalogue, and a request to change one that is published.
    let draft = "mutation($input: ProductCreateInput!) { productCreate(input: $input) { userErrors { code } } }";
    let name = json!({"ar": "منتوج تجريبي", "fr": "Produit (démo)"});
    let draft = representative.does(draft, json!({"cooperativeId": id("demo-argan"), "category": "argan-oil", "name": name}));
    assert_eq!(draft.await.outcome(), "done", "{}", world.on);
    let published = "{ products(first: 1, published: true, filter: {cooperative: \"COOPERATIVE\"}) { nodes { id version } } }";
    let published = world.ask(&published.replace("COOPERATIVE", &id("demo-argan")), json!({})).await;
    let published = published.data()["products"]["nodes"][0].clone();
    let edit = "mutation($input: ProductEditInput!) { productEdit(input: $input) { userErrors { code field } } }";
    let edit = representative.does(edit, json!({"id": published["id"], "expectedVersion": published["version"], "name": name}));
    assert_eq!(edit.await.outcome(), "done", "{}", world.on);
    let waiting = "select (select count(*) from product_move) * 10 + (select count(*) from product_change)";
    assert_eq!(world.raw_as_owner(waiting).await, Ok(11), "{}", world.on);
    assert_eq!((sees(&khouribga).await, sees(&mdiq).await), (24, 0), "{}", world.on);
    let moved = national.does(relocate, to("mdiq-fnideq", 1)).await;
    let moved = moved.data()["cooperativeMove"]["cooperative"].clone();
    assert_eq!(moved, json!({"version": 2, "branch": {"slug": "mdiq-fnideq"}}), "{}", world.on);
    assert_eq!((sees(&khouribga).await, sees(&mdiq).await), (0, 24), "{}", world.on);
    assert_eq!(sees(&representative).await, 24, "{}: it is hers wherever it is looked after", world.on);
    let behind = "select count(*) from (select branch_id, cooperative_id from product union all
        select branch_id, cooperative_id from membership union all select branch_id, cooperative_id from product_variant union all
        select branch_id, cooperative_id from product_move union all select branch_id, cooperative_id from product_change union all
        select branch_id, cooperative_id from quality_sign union all select branch_id, cooperative_id from photo union all select branch_id, cooperative_id from role_assignment) x
        join cooperative c on c.id = x.cooperative_id where c.slug = 'demo-argan' and x.branch_id <> c.branch_id";
    assert_eq!(world.raw_as_owner(behind).await, Ok(0), "{}", world.on);
    assert_eq!(world.owner.differences(world.clock.now()).await.unwrap(), Vec::<String>::new(), "{}", world.on);
}

async fn what_was_entered_of_a_member_is_corrected(world: World) {
    let edit = "mutation($input: MembershipEditInput!) { membershipEdit(input: $input) {
        membership { version name sex birthYear leftOn cooperative { memberCount womenCount } } userErrors { code field } } }";
    let khouribga = world.person("khouribga").await;
    let member = GlobalId::new(Kind::Membership, founding("membership", "demo-argan 1")).to_string();
    let wrong = json!({"id": member, "expectedVersion": 1, "name": " ", "birthYear": 3000, "leftOn": "2030-01-01"});
    let refused = khouribga.does(edit, wrong).await.outcome();
    assert_eq!(refused, "TEXT_REQUIRED name, MEMBER_INVALID birthYear, DATE_INVALID leftOn", "{}", world.on);
    let left = json!({"id": member, "expectedVersion": 1, "birthYear": null, "leftOn": "2026-11-01"});
    let corrected = khouribga.does(edit, left).await.data()["membershipEdit"]["membership"].clone();
    assert_eq!(
        (&corrected["birthYear"], &corrected["leftOn"], &corrected["cooperative"]["memberCount"]),
        (&Value::Null, &json!("2026-11-01"), &json!(23)),
        "{}", world.on
    );
    let back = json!({"id": member, "expectedVersion": 2, "leftOn": null});
    let corrected = khouribga.does(edit, back).await.data()["membershipEdit"]["membership"].clone();
    assert_eq!((&corrected["leftOn"], &corrected["cooperative"]["memberCount"]), (&Value::Null, &json!(24)), "{}", world.on);
    let mdiq = world.person("mdiq").await;
    let foreign = json!({"id": member, "expectedVersion": 3, "name": "x"});
    assert_eq!(mdiq.does(edit, foreign).await.outcome(), "NOT_FOUND", "{}", world.on);
}

async fn documents_that_expire_are_listed_the_first_to_expire_first(world: World) {
    let khouribga = world.person("khouribga").await;
    for (reference, until) in [("late", Some("2027-06-01")), ("second", Some("2026-12-20")), ("never", None),
        ("first", Some("2026-11-23")), ("over", Some("2026-11-22"))] {
        let input = json!({"cooperativeId": id("demo-argan"), "kind": "CERTIFICATE", "reference": reference, "validUntil": until});
        assert_eq!(khouribga.does(DOCUMENT, input).await.outcome(), "done", "{}", world.on);
    }
    let list = "query($after: String) { expiringDocuments(first: 1, after: $after) { totalCount nodes { reference }
        pageInfo { endCursor } } }";
    let page = async |after: Value| khouribga.asks(list, json!({"after": after})).await.data()["expiringDocuments"].clone();
    let first = page(Value::Null).await;
    assert_eq!((&first["totalCount"], &first["nodes"][0]["reference"]), (&json!(2), &json!("first")), "{}", world.on);
    let second = page(first["pageInfo"]["endCursor"].clone()).await;
    assert_eq!(second["nodes"], json!([{"reference": "second"}]), "{}", world.on);
    let elsewhere = world.person("mdiq").await.asks(list, json!({})).await;
    assert_eq!(elsewhere.data()["expiringDocuments"]["totalCount"], 0, "{}", world.on);
    assert_eq!(world.ask(list, json!({})).await.code(), "UNAUTHENTICATED", "{}", world.on);
}

async fn the_association_sets_how_early_it_is_warned_and_how_many_members_are_needed(world: World) {
    let stricter = world.also_served(&["--document-warning-days", "45", "--members-min", "7"]).await;
    let khouribga = world.person("khouribga").await;
    let asks = async |address: &str, query: &str, variables: Value| {
        let request = world.http().post(format!("{address}/graphql")).bearer_auth(&khouribga.token);
        world.send(request.json(&json!({"query": query, "variables": variables}))).await
    };
    let document = json!({"cooperativeId": id("demo-argan"), "kind": "STATUTES", "validUntil": "2026-12-24"});
    assert_eq!(khouribga.does(DOCUMENT, document).await.outcome(), "done", "{}", world.on);
    let list = "{ expiringDocuments(first: 5) { nodes { validUntil isExpiring } } }";
    for (address, expected) in
        [(world.url(""), json!([])), (stricter.clone(), json!([{"validUntil": "2026-12-24", "isExpiring": true}]))]
    {
        let answer = asks(&address, list, json!({})).await;
        assert_eq!(answer.data()["expiringDocuments"]["nodes"], expected, "{}", world.on);
    }

    let register = "mutation($input: CooperativeRegisterInput!) { cooperativeRegister(input: $input) {
        cooperative { id } userErrors { code field } } }";
    let branch = GlobalId::new(Kind::Branch, founding("branch", "khouribga")).to_string();
    let applicant = json!({"branchId": branch, "name": {"fr": "Coopérative de six (démo)"}, "sector": "OTHER",
        "legalForm": "COOPERATIVE", "provinceCode": "05.311", "register": {"court": "Tribunal (démo)", "number": "6/2026"}});
    let registered = khouribga.does(register, applicant).await;
    let cooperative = registered.data()["cooperativeRegister"]["cooperative"]["id"].clone();
    for _ in 0..6 {
        let mut member = joining("demo-argan");
        member["cooperativeId"] = cooperative.clone();
        assert_eq!(khouribga.does(ADD, member).await.outcome(), "done", "{}", world.on);
    }
    let transition = async |address: &str, mutation: &str, version: i64| {
        let query = format!("mutation($input: CooperativeTransitionInput!) {{ {mutation}(input: $input) {{ userErrors {{ code }} }} }}");
        let input = json!({"id": cooperative, "expectedVersion": version});
        asks(address, &query, json!({"input": input})).await.outcome()
    };
    assert_eq!(transition(&world.url(""), "cooperativeVerify", 1).await, "done", "{}", world.on);
    assert_eq!(transition(&stricter, "cooperativeActivate", 2).await, "MEMBERS_TOO_FEW", "{}", world.on);
    // Six are enough by the law, also where the number is told to nobody.
    let thresholds = Thresholds { people: 8, ..Thresholds::default() };
    unfm::platform::disclosure_threshold::set(&world.db, thresholds, world.clock.now()).await.unwrap();
    let count = khouribga.asks("query($id: ID!) { cooperative(id: $id) { memberCount } }", json!({"id": cooperative})).await;
    assert_eq!(count.data()["cooperative"]["memberCount"], Value::Null, "{}", world.on);
    assert_eq!(transition(&world.url(""), "cooperativeActivate", 2).await, "done", "{}", world.on);
}

async fn one_branch_enters_an_identity_once(world: World) {
    let khouribga = world.person("khouribga").await;
    let register = "mutation($input: CooperativeRegisterInput!) { cooperativeRegister(input: $input) {
        cooperative { id } userErrors { code field } } }";
    let branch = GlobalId::new(Kind::Branch, founding("branch", "khouribga")).to_string();
    let input = |number: &str| json!({"branchId": branch, "name": {"fr": "Deux fois"}, "sector": "OTHER", "legalForm": "COOPERATIVE",
        "provinceCode": "05.311", "register": {"court": "Tribunal (démo)", "number": number}});
    assert_eq!(khouribga.does(register, input("1/2026")).await.outcome(), "done", "{}", world.on);
    assert_eq!(khouribga.does(register, input("1/2026")).await.outcome(), "REGISTER_IDENTITY_TAKEN register", "{}", world.on);
    assert_eq!(khouribga.does(register, input("2/2026")).await.outcome(), "done", "{}", world.on);
    let taken = json!({"id": id("demo-argan"), "expectedVersion": 1, "register": {"court": "Tribunal (démo)", "number": "2/2026"}});
    assert_eq!(khouribga.does(EDIT, taken).await.outcome(), "REGISTER_IDENTITY_TAKEN register", "{}", world.on);
}

async fn a_cooperative_goes_from_its_application_to_its_end(world: World) {
    let khouribga = world.person("khouribga").await;
    let branch = GlobalId::new(Kind::Branch, founding("branch", "khouribga")).to_string();
    let register = "mutation($input: CooperativeRegisterInput!) { cooperativeRegister(input: $input) {
        cooperative { id slug status } userErrors { code field } } }";
    let applicant = json!({"branchId": branch, "name": {"fr": "Coopérative Amal (démo)"}, "sector": "TEXTILES",
        "legalForm": "COOPERATIVE", "provinceCode": "05.311",
        "register": {"court": "Tribunal de première instance (démo)", "number": "DEMO amal"}});
    let registered = khouribga.does(register, applicant).await;
    assert_eq!(registered.outcome(), "done", "{}: {}", world.on, registered.text);
    let cooperative = registered.data()["cooperativeRegister"]["cooperative"].clone();
    assert_eq!(cooperative["status"], "APPLIED", "{}", world.on);

    // What came of a transition, and whether the public sees the cooperative afterwards.
    let transition = async |mutation: &str, version: i64| {
        let query = format!(
            "mutation($id: ID!) {{ done: {mutation}(input: {{ id: $id, expectedVersion: {version} }}) {{
               cooperative {{ status }} userErrors {{ code }} }} }}"
        );
        let answer = khouribga.asks(&query, json!({"id": cooperative["id"]})).await;
        let look = "query($slug: String!) { cooperative(slug: $slug) { id } }";
        let public = world.ask(look, json!({"slug": cooperative["slug"]})).await;
        (answer.outcome(), !public.data()["cooperative"].is_null())
    };
    let refused = |code: &str| (code.to_owned(), false);
    let list = "query($status: CooperativeStatus) { cooperatives(first: 100, filter: {status: $status}) { nodes { slug status } } }";
    let waiting = async |status: &str| {
        let answer = khouribga.asks(list, json!({"status": status})).await;
        let found = answer.data()["cooperatives"]["nodes"].as_array().unwrap().clone();
        assert!(found.iter().all(|one| one["status"] == status), "{}: {found:?}", world.on);
        found.iter().any(|one| one["slug"] == cooperative["slug"])
    };
    assert!(waiting("APPLIED").await && !waiting("VERIFIED").await, "{}", world.on);
    for (status, is_any) in [("ACTIVE", true), ("APPLIED", false), ("SUSPENDED", false)] {
        let public = world.ask(list, json!({"status": status})).await;
        let found = public.data()["cooperatives"]["nodes"].as_array().unwrap();
        assert_eq!(!found.is_empty(), is_any, "{} {status}", world.on);
    }

    assert_eq!(transition("cooperativeActivate", 1).await, refused("STATUS_INVALID"), "{}", world.on);
    assert_eq!(transition("cooperativeVerify", 1).await, refused("done"), "{}", world.on);
    assert!(!waiting("APPLIED").await && waiting("VERIFIED").await, "{}", world.on);
    assert_eq!(transition("cooperativeActivate", 1).await, refused("CONFLICT"), "{}", world.on);
    assert_eq!(transition("cooperativeActivate", 2).await, refused("MEMBERS_TOO_FEW"), "{}", world.on);
    for _ in 0..domain::cooperative::MEMBERS_MIN {
        let mut member = joining("demo-argan");
        member["cooperativeId"] = cooperative["id"].clone();
        assert_eq!(khouribga.does(ADD, member).await.outcome(), "done", "{}", world.on);
    }
    let public = ("done".to_owned(), true);
    assert_eq!(transition("cooperativeActivate", 2).await, public, "{}", world.on);
    assert_eq!(transition("cooperativeReinstate", 3).await, ("STATUS_INVALID".to_owned(), true), "{}", world.on);
    assert_eq!(transition("cooperativeSuspend", 3).await, refused("done"), "{}", world.on);
    assert_eq!(transition("cooperativeReinstate", 4).await, public, "{}", world.on);
    assert_eq!(transition("cooperativeStrikeOff", 5).await, refused("done"), "{}", world.on);
    assert_eq!(transition("cooperativeReinstate", 6).await, refused("STATUS_INVALID"), "{}", world.on);
}

async fn whoever_enters_data_decides_nothing(world: World) {
    let khouribga = world.person("khouribga").await;
    let assign = "mutation($input: RoleAssignInput!) { roleAssign(input: $input) { userErrors { code field } } }";
    let branch = GlobalId::new(Kind::Branch, founding("branch", "khouribga")).to_string();
    let clerk = GlobalId::new(Kind::User, founding("user", "programmes.khouribga@unfm.example")).to_string();
    let role = json!({"userId": clerk, "assignment": {"role": "DATA_ENTRY", "branchId": branch}});
    assert_eq!(khouribga.does(assign, role).await.outcome(), "done", "{}", world.on);
    let clerk = world.person("programmes.khouribga").await;
    let input = |version: i64| json!({"id": id("demo-argan"), "expectedVersion": version});
    let rename = "mutation($input: CooperativeRenameInput!) { cooperativeRename(input: $input) { userErrors { code field } } }";
    let mut renamed = input(1);
    renamed["name"] = json!({"en": "Argan Atlas (demo)"});
    assert_eq!(clerk.does(rename, renamed.clone()).await.outcome(), "done", "{}: she enters", world.on);
    for transition in ["Suspend", "StrikeOff", "Verify", "Activate", "Reinstate"] {
        let query = format!("mutation($input: CooperativeTransitionInput!) {{
            cooperative{transition}(input: $input) {{ userErrors {{ code field }} }} }}");
        assert_eq!(clerk.does(&query, input(2)).await.outcome(), "FORBIDDEN", "{}: {transition}", world.on);
    }

    // What was struck off stays as it was then, and a name without letters takes no language away.
    renamed["expectedVersion"] = json!(2);
    renamed["name"] = json!({"fr": "  "});
    assert_eq!(clerk.does(rename, renamed.clone()).await.outcome(), "TEXT_REQUIRED name.fr", "{}", world.on);
    let strike = "mutation($input: CooperativeTransitionInput!) { cooperativeStrikeOff(input: $input) { userErrors { code field } } }";
    assert_eq!(khouribga.does(strike, input(2)).await.outcome(), "done", "{}", world.on);
    renamed["expectedVersion"] = json!(3);
    renamed["name"] = json!({"fr": "Autre nom (démo)"});
    assert_eq!(khouribga.does(rename, renamed).await.outcome(), "STATUS_INVALID", "{}", world.on);
}

tests::on_each_database!(documents_that_expire_are_listed_the_first_to_expire_first, a_cooperative_moves_to_another_branch_with_everything_of_it, what_was_entered_of_a_member_is_corrected, the_association_sets_how_early_it_is_warned_and_how_many_members_are_needed, one_branch_enters_an_identity_once, whoever_enters_data_decides_nothing, members_are_seen_by_the_cooperative_and_its_branch_line_alone, whoever_reads_members_is_noted_once_a_minute_in_her_own_branch, members_join_and_leave_and_the_numbers_that_are_told_follow, a_representative_looks_after_her_own_cooperative_and_no_other, every_fault_of_a_member_is_told_at_once_and_nothing_is_kept, a_cooperative_is_edited_field_by_field_and_its_identity_is_claimed_anew, a_cooperative_goes_from_its_application_to_its_end);
