//! Whoever writes to the bot is led to help, in her language, in an emergency first of all; and nothing of what she wrote is kept.

use serde_json::{Value, json};
use tests::World;
use tests::person::Person;
use unfm::platform::keys::digest;

const TURN: &str = "mutation($conversation: String, $text: String, $choice: ID, $language: BotLanguage!) {
    botTurn(input: { conversation: $conversation, text: $text, choice: $choice, language: $language }) {
        conversation userErrors { code field } screens { id text isEmergency isAutomated choices { id label }
            services { kind name { text } phones } emergencyNumbers { code phones source datedOn } } } }";
const EDIT: &str = "mutation($input: BotMenuEditInput!) { botMenuEdit(input: $input) {
    botMenu { id version status problems { code field } } userErrors { code field } } }";
const IMPORT: &str = "mutation($input: BotMenuImportInput!) { botMenuImport(input: $input) {
    botMenu { id version status problems { code field } } userErrors { code field } } }";
const REVIEW: &str = "mutation($input: BotMenuReviewInput!) { botMenuReview(input: $input) {
    botMenu { id version status } userErrors { code field } } }";
const PUBLISH: &str = "mutation($input: BotMenuPublishInput!) { botMenuPublish(input: $input) {
    botMenu { id version status } userErrors { code field } } }";
const COUNTS: &str = "query($month: String!) { botCounts(month: $month) { node conversations
    byLanguage { language conversations } byRegion { regionCode conversations } } }";

/// A turn of a conversation.
async fn turn(world: &World, input: Value) -> Value {
    world.ask(TURN, input).await.data()["botTurn"].clone()
}

async fn says(world: &World, conversation: &Value, language: &str, text: &str) -> Value {
    turn(world, json!({"conversation": conversation, "language": language, "text": text})).await
}

async fn presses(world: &World, conversation: &Value, language: &str, choice: &str) -> Value {
    turn(world, json!({"conversation": conversation, "language": language, "choice": choice})).await
}

/// The button of the last screen that leads to a node.
fn button(turn: &Value, node: &str) -> String {
    let choices = turn["screens"].as_array().unwrap().last().unwrap()["choices"].as_array().unwrap();
    let found = choices.iter().map(|choice| choice["id"].as_str().unwrap()).find(|id| id.ends_with(&format!("/{node}")));
    found.unwrap_or_else(|| panic!("no button to {node}: {choices:?}")).to_owned()
}

/// The kinds of the services of the last screen.
fn kinds(turn: &Value) -> Vec<&str> {
    let services = turn["screens"].as_array().unwrap().last().unwrap()["services"].as_array().unwrap();
    services.iter().map(|service| service["kind"].as_str().unwrap()).collect()
}

async fn a_message_reaches_the_right_services_in_each_language(world: World) {
    for (language, text, first) in [
        ("DARIJA", "راجلي كيضربني كل نهار", "POLICE"),
        ("DARIJA_LATIN", "rajli kaydrebni kol nhar", "POLICE"),
        ("ARABIC", "أحتاج إلى محام للطلاق", "LEGAL_AID"),
        ("FRENCH", "je cherche un avocat pour divorcer", "LEGAL_AID"),
        ("TAMAZIGHT", "ⵔⵉⵖ ⴰⵎⵙⵓⵊⵊⵉ", "HOSPITAL_CELL"),
    ] {
        // Where she is is asked first.
        let asked = says(&world, &Value::Null, language, text).await;
        let (conversation, screen) = (asked["conversation"].clone(), asked["screens"][0].clone());
        let ids: Vec<&str> = screen["choices"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
        assert!(ids.contains(&"emergency") && ids.contains(&"region:05") && ids.contains(&"forget"), "{}: {ids:?}", world.on);
        let province = presses(&world, &conversation, language, "region:05").await;
        let ids = &province["screens"][0]["choices"];
        assert!(ids.as_array().unwrap().iter().any(|one| one["id"] == "province:05.311"), "{}: {ids}", world.on);
        let helped = presses(&world, &conversation, language, "province:05.311").await;
        let kinds = kinds(&helped);
        assert_eq!((kinds[0], *kinds.last().unwrap()), (first, "HOTLINE"), "{} {language}: {kinds:?}", world.on);
        assert!(!kinds.contains(&"SHELTER"), "{}", world.on);
        // It is asked once.
        let again = says(&world, &conversation, language, text).await;
        assert_eq!(self::kinds(&again), kinds, "{} {language}", world.on);
        for screen in [&asked, &province, &helped].map(|turn| &turn["screens"][0]) {
            assert_eq!((&screen["isAutomated"], &screen["isEmergency"]), (&json!(true), &json!(false)), "{}", world.on);
        }
    }
    // Whoever says where she is is not asked.
    let told = says(&world, &Value::Null, "FRENCH", "je cherche un avocat à Khouribga").await;
    assert_eq!(kinds(&told)[0], "LEGAL_AID", "{}", world.on);
    // Whoever does not want to say it is told whom she can call from everywhere.
    let asked = says(&world, &Value::Null, "FRENCH", "j'ai besoin d'un avocat").await;
    let anywhere = presses(&world, &asked["conversation"], "FRENCH", "place:any").await;
    assert_eq!(kinds(&anywhere), ["HOTLINE"], "{}", world.on);
}

async fn a_message_that_is_not_understood_is_asked_about_with_buttons(world: World) {
    let begun = turn(&world, json!({"language": "FRENCH"})).await;
    assert_eq!(begun["screens"][0]["id"], "start", "{}", world.on);
    let text = begun["screens"][0]["text"].as_str().unwrap();
    assert!(text.contains("système automatique") && text.ends_with("Réponse automatique."), "{}: {text}", world.on);
    let conversation = &begun["conversation"];
    let unclear = says(&world, conversation, "FRENCH", "qsdf jklm").await;
    let screen = &unclear["screens"][0];
    assert_eq!(screen["id"], "not-understood", "{}", world.on);
    let choices = screen["choices"].as_array().unwrap();
    assert_eq!((choices.len(), &choices[0]["id"]), (6, &json!("emergency")), "{}: {choices:?}", world.on);
    let chosen = presses(&world, conversation, "FRENCH", choices[1]["id"].as_str().unwrap()).await;
    assert_eq!(chosen["userErrors"], json!([]), "{}", world.on);
    assert_ne!(chosen["screens"][0]["id"], "not-understood", "{}", world.on);
    // A greeting leads to the beginning, in whatever language.
    let greeted = says(&world, conversation, "DARIJA_LATIN", "salam").await;
    assert_eq!(greeted["screens"][0]["id"], "start", "{}", world.on);
    // What no button says leads nowhere else.
    for choice in ["node:nothing/gone", "region:99", "province:99", "nothing", ""] {
        let answer = presses(&world, conversation, "FRENCH", choice).await;
        assert_eq!(answer["screens"][0]["id"], "start", "{}: {choice}", world.on);
    }
    let long = says(&world, conversation, "FRENCH", &"é".repeat(2_001)).await;
    assert_eq!(long["userErrors"], json!([{"code": "TEXT_TOO_LONG", "field": ["text"]}]), "{}", world.on);
    for strange in ["khouribga", "messenger:123456789012"] {
        let strange = says(&world, &json!(strange), "FRENCH", "bonjour").await;
        let refused = json!([{"code": "BAD_USER_INPUT", "field": ["conversation"]}]);
        assert_eq!(strange["userErrors"], refused, "{}", world.on);
    }
}

/// Whether the emergency card comes first, with everybody who is called in an emergency.
fn begins_with_the_card(turn: &Value) -> bool {
    let card = &turn["screens"][0];
    let text = card["text"].as_str().unwrap();
    let numbers = card["emergencyNumbers"].as_array().unwrap();
    let codes: Vec<&str> = numbers.iter().map(|number| number["code"].as_str().unwrap()).collect();
    card["isEmergency"] == true
        && ["19", "177", "15, 150", "8350"].iter().all(|number| text.contains(number))
        && codes == ["POLICE", "GENDARMERIE", "AMBULANCE", "NATIONAL_WOMEN_LINE", "CHILD_LINE"]
        && numbers.iter().all(|number| number["source"].as_str().unwrap().starts_with("https://"))
}

async fn danger_brings_the_emergency_card_first_also_when_the_database_is_away(world: World) {
    let dangers = [
        ("DARIJA", "عتقوني راجلي بغا يقتلني"),
        ("DARIJA_LATIN", "3te9ouni ghadi y9telni"),
        ("ARABIC", "يهددني بالقتل وأريد محاميا"),
        ("FRENCH", "au secours, il a un couteau, il va me tuer"),
        ("TAMAZIGHT", "ⵉⵔⴰ ⴰⴷ ⵉⵢⵉ ⵉⵏⵖ"),
    ];
    for (language, text) in dangers {
        let answer = says(&world, &Value::Null, language, text).await;
        assert!(begins_with_the_card(&answer), "{} {language}: {answer}", world.on);
        // What else she said is answered below.
        assert_eq!(answer["screens"].as_array().unwrap().len(), 2, "{} {language}", world.on);
    }
    for (language, text) in [("FRENCH", "je meurs de rire"), ("DARIJA_LATIN", "metti b d7ek"), ("ARABIC", "كم ثمن السكين")] {
        let answer = says(&world, &Value::Null, language, text).await;
        assert_eq!(answer["screens"][0]["isEmergency"], false, "{} {language}", world.on);
    }
    let pressed = presses(&world, &Value::Null, "FRENCH", "emergency").await;
    assert!(begins_with_the_card(&pressed), "{}", world.on);
    // The database is away, or as good as away: nothing can be read there.
    for table in ["bot_menu", "support_service"] {
        tests::run_as_owner(world.owner_url(), &format!("alter table {table} rename to gone_{table}")).await;
    }
    let address = world.also_served(&[]).await;
    let ask = async |variables: Value| {
        let body = json!({"query": TURN, "variables": variables});
        world.send(world.http().post(format!("{address}/graphql")).json(&body)).await.data()["botTurn"].clone()
    };
    for (language, text) in dangers {
        let answer = ask(json!({"language": language, "text": text})).await;
        assert!(begins_with_the_card(&answer), "{} {language}: {answer}", world.on);
    }
    // Whatever she says, she is not left without a number.
    let answer = ask(json!({"language": "FRENCH", "text": "j'ai besoin d'un avocat"})).await;
    assert!(begins_with_the_card(&answer), "{}: {answer}", world.on);
    // The page needs no database either, is limited to nobody, and sets nothing in a browser.
    let page = world.send(world.http().get(format!("{address}/help"))).await;
    assert!(page.status == 200 && page.text.contains("tel:8350") && page.text.contains("tel:177"), "{}", world.on);
    assert!(!page.headers.contains_key("set-cookie"), "{}", world.on);
    assert!(page.headers["content-security-policy"].starts_with("default-src 'none'; script-src 'self'"), "{}", world.on);
    assert_eq!((&*page.headers["referrer-policy"], &*page.headers["cache-control"]), ("no-referrer", "public, max-age=3600"));
    for (file, status) in [("help.js", 200), ("help.css", 200), ("index.html", 404)] {
        assert_eq!(world.send(world.http().get(format!("{address}/help/{file}"))).await.status, status, "{}", world.on);
    }
    // A server that knows the menu goes on with it, and names the national line where it cannot look up services.
    let known = says(&world, &Value::Null, "FRENCH", "je cherche un avocat à Khouribga").await;
    let text = known["screens"][0]["text"].as_str().unwrap();
    assert!(known["screens"][0]["isEmergency"] == false && text.contains("8350"), "{}: {known}", world.on);
}

async fn what_she_writes_is_in_no_document_and_no_table(world: World) {
    let tables = "select (select count(*) from change) + (select count(*) from idempotency) + (select count(*) from audit_entry)
        + (select count(*) from mail)";
    let before = world.raw_as_owner(tables).await.unwrap();
    let said = says(&world, &Value::Null, "FRENCH", "mon mari me frappe").await;
    presses(&world, &said["conversation"], "FRENCH", "region:05").await;
    world.count_conversations().await;
    assert_eq!(world.raw_as_owner(tables).await.unwrap(), before, "{}", world.on);
    // A document is kept, and logged by others: her words are never in it.
    for document in [
        r#"mutation { botTurn(input: {language: FRENCH, text: "mon mari me frappe"}) { conversation } }"#,
        r#"mutation($t: String = "mon mari me frappe") { botTurn(input: {language: FRENCH, text: $t}) { conversation } }"#,
        r#"mutation($i: BotTurnInput = {language: FRENCH, text: "mon mari"}) { botTurn(input: $i) { conversation } }"#,
        r#"mutation { ...Turn } fragment Turn on Mutation { a: botTurn(input: {language: FRENCH, text: "mon mari"}) { conversation } }"#,
    ] {
        let refused = world.ask(document, json!({})).await;
        assert_eq!(refused.code(), "GRAPHQL_VALIDATION_FAILED", "{}: {document}", world.on);
        assert!(!refused.body.to_string().contains("mari"), "{}: {}", world.on, refused.body);
    }
    let whole = "mutation($input: BotTurnInput!) { botTurn(input: $input) { screens { id } } }";
    let taken = world.ask(whole, json!({"input": {"language": "FRENCH", "text": "bonjour"}})).await;
    assert_eq!(taken.data()["botTurn"]["screens"][0]["id"], "start", "{}", world.on);
    // Nor is a document of a turn registered by its hash.
    let hash: String = digest(TURN).iter().map(|byte| format!("{byte:02x}")).collect();
    let persisted = json!({"persistedQuery": {"version": 1, "sha256Hash": hash}});
    let variables = json!({"language": "FRENCH", "text": "bonjour"});
    let ask = async |query: Option<&str>| {
        let body = json!({"query": query, "variables": variables, "extensions": persisted});
        world.send(world.http().post(world.url("/graphql")).json(&body)).await
    };
    assert_eq!(ask(Some(TURN)).await.data()["botTurn"]["screens"][0]["id"], "start", "{}", world.on);
    assert_eq!(ask(None).await.code(), "PERSISTED_QUERY_NOT_FOUND", "{}", world.on);
}

async fn a_conversation_is_deleted_at_any_moment_and_with_its_day(world: World) {
    let said = says(&world, &Value::Null, "FRENCH", "je cherche un avocat à Khouribga").await;
    let conversation = &said["conversation"];
    let again = says(&world, conversation, "FRENCH", "je voudrais voir une psychologue").await;
    assert_eq!(again["screens"][0]["services"].as_array().unwrap().len(), 2, "{}: where she is is known", world.on);
    let forgotten = presses(&world, conversation, "FRENCH", "forget").await;
    assert_eq!((&forgotten["conversation"], &forgotten["screens"][0]["id"]), (&Value::Null, &json!("forgotten")), "{}", world.on);
    let asked = says(&world, conversation, "FRENCH", "je voudrais voir une psychologue").await;
    assert_eq!(asked["screens"][0]["services"], json!([]), "{}: nothing of her is known any more", world.on);
    // The next day neither.
    says(&world, conversation, "FRENCH", "Khouribga").await;
    world.at("2026-11-24T02:00:00Z");
    let asked = says(&world, conversation, "FRENCH", "je voudrais voir une psychologue").await;
    assert_eq!(asked["screens"][0]["services"], json!([]), "{}", world.on);
}

/// The menu that is published, as a form.
async fn menu(person: &Person<'_>) -> Value {
    let nodes = "{ botMenus(first: 1, filter: {status: PUBLISHED}) { nodes { start file nodes { key text { ...T } intents services
        isEmergency isEnd choices { to label { ...T } } } } } }
        fragment T on BotText { darija darijaLatin arabic french tamazight }";
    person.asks(nodes, json!({})).await.data()["botMenus"]["nodes"][0].clone()
}

fn made(answer: &tests::Answer, field: &str) -> Value {
    assert_eq!(answer.outcome(), "done");
    answer.data()[field]["botMenu"].clone()
}

async fn two_people_publish_a_menu_and_conversations_finish_by_theirs(world: World) {
    let (national, second) = (world.person("national").await, world.person("national2").await);
    let begun = turn(&world, json!({"language": "FRENCH"})).await;
    let before = menu(&national).await;
    let input = |nodes: &Value| json!({"start": before["start"], "nodes": nodes});
    let mut nodes = before["nodes"].clone();
    nodes[0]["text"]["french"] = json!("Bonjour, voici le nouveau menu.");
    // Health is taken out of the new menu; a choice leads to nothing until it is taken out too.
    let health = nodes.as_array().unwrap().iter().position(|node| node["key"] == "health").unwrap();
    nodes.as_array_mut().unwrap().remove(health);
    let draft = made(&national.does(EDIT, input(&nodes)).await, "botMenuEdit");
    assert_eq!((&draft["status"], &draft["problems"][0]["code"]), (&json!("DRAFT"), &json!("NOT_FOUND")), "{}", world.on);
    let of = |version: i32| json!({"id": draft["id"], "expectedVersion": version});
    assert_eq!(second.does(REVIEW, of(1)).await.outcome(), "NOT_FOUND nodes.0.choices.2.to", "{}", world.on);
    nodes[0]["choices"].as_array_mut().unwrap().retain(|choice| choice["to"] != "health");
    let mut edited = input(&nodes);
    (edited["id"], edited["expectedVersion"]) = (draft["id"].clone(), json!(1));
    assert_eq!(made(&national.does(EDIT, edited.clone()).await, "botMenuEdit")["problems"], json!([]), "{}", world.on);
    assert_eq!(national.does(EDIT, edited).await.outcome(), "CONFLICT expectedVersion", "{}", world.on);
    // It is looked at before anybody talks to it.
    let preview = r#"query($id: ID!) { node(id: $id) { ... on BotMenu { preview(language: FRENCH) { text choices { label } }
        card: preview(node: "emergency", language: DARIJA) { isEmergency } none: preview(node: "x", language: DARIJA) { id } } } }"#;
    let seen = second.asks(preview, json!({"id": draft["id"]})).await.data()["node"].clone();
    assert!(seen["preview"]["text"].as_str().unwrap().starts_with("Bonjour, voici le nouveau menu."), "{}: {seen}", world.on);
    assert_eq!((&seen["card"]["isEmergency"], &seen["none"]), (&json!(true), &Value::Null), "{}", world.on);
    // Nobody reviews what she wrote herself, and nobody publishes what nobody has reviewed.
    assert_eq!(second.does(PUBLISH, of(2)).await.outcome(), "STATUS_INVALID", "{}", world.on);
    assert_eq!(national.does(REVIEW, of(2)).await.outcome(), "FOUR_EYES_REQUIRED", "{}", world.on);
    assert_eq!(made(&second.does(REVIEW, of(2)).await, "botMenuReview")["status"], "REVIEWED", "{}", world.on);
    // Nobody else sees it, or can do anything with it.
    let one = "query($id: ID!) { node(id: $id) { id } }";
    for login in ["khouribga", "region05", "data.khouribga"] {
        let other = world.person(login).await;
        assert_eq!(other.asks(one, json!({"id": draft["id"]})).await.data()["node"], Value::Null, "{} {login}", world.on);
        assert_eq!(other.does(PUBLISH, of(3)).await.outcome(), "NOT_FOUND", "{} {login}", world.on);
    }
    assert_eq!(world.ask(one, json!({"id": draft["id"]})).await.data()["node"], Value::Null, "{}", world.on);
    assert_eq!(made(&national.does(PUBLISH, of(3)).await, "botMenuPublish")["status"], "PUBLISHED", "{}", world.on);
    assert_eq!(national.does(PUBLISH, of(4)).await.outcome(), "STATUS_INVALID", "{}", world.on);
    // Who had begun finds the node that is gone; who begins now does not. What was known of the menu is a few seconds old at most.
    let health = presses(&world, &begun["conversation"], "FRENCH", &button(&begun, "health")).await;
    assert_eq!(health["screens"][0]["id"], "health/place", "{}", world.on);
    let address = world.also_served(&[]).await;
    let body = json!({"query": TURN, "variables": {"language": "FRENCH"}});
    let begins = world.send(world.http().post(format!("{address}/graphql")).json(&body)).await.data()["botTurn"].clone();
    assert!(begins["screens"][0]["text"].as_str().unwrap().starts_with("Bonjour, voici le nouveau menu."), "{}", world.on);
    // The public sees what the bot says and has said, and no draft.
    let all = "{ botMenus(first: 10) { nodes { status } } }";
    let seen = world.ask(all, json!({})).await.data()["botMenus"]["nodes"].clone();
    assert_eq!(seen, json!([{"status": "PUBLISHED"}, {"status": "REPLACED"}]), "{}", world.on);
    // A menu leaves in a file and comes back from it.
    let file = before["file"].as_str().unwrap();
    let back = made(&second.brings(IMPORT, json!({}), file.as_bytes()).await, "botMenuImport");
    assert_eq!((&back["status"], &back["problems"]), (&json!("DRAFT"), &json!([])), "{}", world.on);
    assert_eq!(second.brings(IMPORT, json!({}), b"{").await.outcome(), "FILE_INVALID file", "{}", world.on);
    let other = world.person("khouribga").await;
    assert_eq!(other.brings(IMPORT, json!({}), file.as_bytes()).await.outcome(), "FORBIDDEN", "{}", world.on);
    let mut long = before["nodes"].clone();
    long[1]["choices"][0]["label"]["french"] = json!("Vingt-et-un caractères");
    assert_eq!(national.does(EDIT, input(&long)).await.outcome(), "TEXT_TOO_LONG nodes.1.choices.0.label.french", "{}", world.on);
}

async fn administrators_see_in_how_many_conversations_the_bot_helped_and_never_fewer_than_ten(world: World) {
    let region = |people: usize, places: [&'static str; 2]| {
        let world = &world;
        async move {
            for _ in 0..people {
                let said = says(world, &Value::Null, "FRENCH", "j'ai besoin d'un avocat").await;
                for place in places {
                    presses(world, &said["conversation"], "FRENCH", place).await;
                }
                // However long she stays, she is counted once.
                says(world, &said["conversation"], "FRENCH", "j'ai besoin d'un avocat").await;
            }
        }
    };
    let (neighbour, here) = (["region:04", "place:any"], ["region:05", "province:05.311"]);
    region(9, neighbour).await;
    region(12, here).await;
    world.count_conversations().await;
    world.count_conversations().await;
    region(3, here).await;
    world.count_conversations().await;
    let national = world.person("national").await;
    let refused = national.asks(COUNTS, json!({"month": "2026-11"})).await;
    assert_eq!((refused.code(), refused.argument()), ("BAD_USER_INPUT", "month"), "{}: it goes on", world.on);
    for month in ["2026-13", "2026", "", "2026-1", "nothing"] {
        assert_eq!(national.asks(COUNTS, json!({"month": month})).await.code(), "BAD_USER_INPUT", "{}: {month}", world.on);
    }
    world.at("2026-12-01T12:00:00Z");
    let month = json!({"month": "2026-11"});
    let national = world.person("national").await;
    let counts = national.asks(COUNTS, month.clone()).await.data()["botCounts"].clone();
    let rights = counts.as_array().unwrap().iter().find(|count| count["node"] == "rights").unwrap().clone();
    assert_eq!(rights["conversations"], 24, "{}: {counts}", world.on);
    let by_region = |count: &Value| {
        let regions = count["byRegion"].as_array().unwrap().iter();
        regions.map(|one| format!("{} {}", one["regionCode"], one["conversations"])).collect::<Vec<_>>()
    };
    // Nine are told neither alone nor by subtraction.
    assert_eq!(by_region(&rights), ["\"04\" null", "\"05\" null"], "{}", world.on);
    // A region sees its own; a province sees none, nor does whoever does not administer.
    let regional = world.person("region05").await;
    let own = regional.asks(COUNTS, month.clone()).await.data()["botCounts"].clone();
    let own = own.as_array().unwrap().iter().find(|count| count["node"] == "rights").unwrap().clone();
    assert_eq!((&own["conversations"], by_region(&own)), (&json!(15), vec!["\"05\" 15".to_owned()]), "{}: {own}", world.on);
    for login in ["khouribga", "mdiq", "counsellor"] {
        let other = world.person(login).await;
        assert_eq!(other.asks(COUNTS, month.clone()).await.data()["botCounts"], json!([]), "{} {login}", world.on);
    }
    assert_eq!(world.ask(COUNTS, month).await.data()["botCounts"], json!([]), "{}", world.on);
}

#[tokio::test]
async fn the_emergency_page_is_refused_to_nobody() {
    let world = World::sqlite().await;
    let address = world.also_served(&["--rate-address", "60"]).await;
    let body = json!({"query": "{ products(first: 100) { nodes { id } } }"});
    let mut asked = 0;
    while world.send(world.http().post(format!("{address}/graphql")).json(&body)).await.status != 429 {
        asked += 1;
        assert!(asked < 500, "somebody is refused in the end");
    }
    for page in ["/help", "/help/help.js", "/help/help.css"] {
        assert_eq!(world.send(world.http().get(format!("{address}{page}"))).await.status, 200, "{page}");
    }
}

#[tokio::test]
async fn instances_share_where_conversations_stand_by_redis() {
    let (Some(redis), world) = (World::redis().await, World::sqlite().await) else { return };
    let [one, other] = [world.also_served(&["--redis-url", &redis]).await, world.also_served(&["--redis-url", &redis]).await];
    let ask = async |address: &str, variables: Value| {
        let body = json!({"query": TURN, "variables": variables});
        world.send(world.http().post(format!("{address}/graphql")).json(&body)).await.data()["botTurn"].clone()
    };
    let said = ask(&one, json!({"language": "FRENCH", "text": "je cherche un avocat à Khouribga"})).await;
    let there = json!({"conversation": said["conversation"], "language": "FRENCH", "text": "je voudrais voir une psychologue"});
    let there = ask(&other, there).await;
    assert_eq!(there["screens"][0]["services"].as_array().unwrap().len(), 2, "{there}");
    let forget = json!({"conversation": said["conversation"], "language": "FRENCH", "choice": "forget"});
    ask(&one, forget).await;
    let gone = json!({"conversation": said["conversation"], "language": "FRENCH", "text": "je voudrais voir une psychologue"});
    assert_eq!(ask(&other, gone).await["screens"][0]["services"], json!([]));
}

tests::on_each_database!(
    a_message_reaches_the_right_services_in_each_language,
    a_message_that_is_not_understood_is_asked_about_with_buttons,
    danger_brings_the_emergency_card_first_also_when_the_database_is_away,
    what_she_writes_is_in_no_document_and_no_table,
    a_conversation_is_deleted_at_any_moment_and_with_its_day,
    two_people_publish_a_menu_and_conversations_finish_by_theirs,
    administrators_see_in_how_many_conversations_the_bot_helped_and_never_fewer_than_ten,
);
