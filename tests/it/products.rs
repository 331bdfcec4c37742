//! The way of a product through the catalogue: its cooperative enters and submits it, the market's manager publishes it, and
//! what is published changes by requests that another person accepts.

use domain::id::founding;
use domain::product::QualitySignKind;
use futures_util::future::join_all;
use jiff::civil::date;
use serde_json::{Value, json};
use tests::World;
use tests::mail::MailServer;
use tests::person::Person;
use unfm::platform::graphql::global_id::{GlobalId, Kind};
use unfm::platform::query::transaction::Tx;
use unfm::product::expiry::withdraw;

const CREATE: &str = "mutation($input: ProductCreateInput!) { productCreate(input: $input) {
    product { id slug version status variants { id unit quantity sku gtin } qualitySigns { kind validUntil } moves { from to } }
    userErrors { code field } } }";
const EDIT: &str = "mutation($input: ProductEditInput!) { productEdit(input: $input) {
    product { version name { text } description { text } category { slug } sanitaryNumber variants { id sku quantity }
      qualitySigns { kind } openChangeRequest { id version status requestedByName changes { field before after } } }
    userErrors { code field } } }";
const LOOK: &str = "query($id: ID!) { product(id: $id) { version status name { text } moves { from to actorName reason }
    changeRequests(first: 10) { nodes { status reason changes { field } } } } }";

fn id(kind: Kind, name: &str, slug: &str) -> String {
    GlobalId::new(kind, founding(name, slug)).to_string()
}

/// A product of the demo cooperative of Khouribga.
fn draft() -> Value {
    json!({"cooperativeId": id(Kind::Cooperative, "cooperative", "demo-argan"), "category": "argan-oil",
        "name": {"ar": "زيت أركان جديد (تجريبي)", "fr": "Huile d'argan nouvelle (démo)"},
        "variants": [{"unit": "ML", "quantity": "250", "sku": "ARG-250", "gtin": "4006381333931"}],
        "qualitySigns": [{"kind": "IGP", "reference": "IGP-1", "validUntil": "2030-12-31"}]})
}

async fn drafted(person: &Person<'_>) -> String {
    let made = person.does(CREATE, draft()).await;
    made.data()["productCreate"]["product"]["id"].as_str().unwrap().to_owned()
}

/// Somebody moves it through the catalogue; what came of it.
async fn moves(person: &Person<'_>, way: &str, product: &str, version: i64) -> String {
    let kind = if way == "Reject" { "Reject" } else { "Transition" };
    let query = format!("mutation($input: Product{kind}Input!) {{ product{way}(input: $input) {{
        product {{ status }} userErrors {{ code field }} }} }}");
    let mut input = json!({"id": product, "expectedVersion": version});
    if way == "Reject" {
        input["reason"] = json!("Photo manquante (démo)");
    }
    person.does(&query, input).await.outcome()
}

/// Somebody decides about a request; what came of it.
async fn decides(person: &Person<'_>, way: &str, change: &Value) -> String {
    let kind = if way == "Decline" { "Decline" } else { "Decision" };
    let query = format!("mutation($input: ProductChange{kind}Input!) {{ productChange{way}(input: $input) {{
        productChange {{ status }} userErrors {{ code field }} }} }}");
    let mut input = json!({"id": change["id"], "expectedVersion": change["version"]});
    if way == "Decline" {
        input["reason"] = json!("Étiquette illisible (démo)");
    }
    person.does(&query, input).await.outcome()
}

async fn a_cooperative_submits_its_product_and_another_person_publishes_it(world: World) {
    let (representative, manager) = (world.person("cooperative").await, world.person("market.khouribga").await);
    let made = representative.does(CREATE, draft()).await;
    let made = made.data()["productCreate"]["product"].clone();
    assert_eq!((&made["status"], &made["version"], &made["moves"]), (&json!("DRAFT"), &json!(1), &json!([{"from": null, "to": "DRAFT"}])));
    assert_eq!(made["qualitySigns"], json!([{"kind": "IGP", "validUntil": "2030-12-31"}]), "{}", world.on);
    let product = made["id"].as_str().unwrap();
    let public = "query($id: ID!) { product(id: $id) { name { text } } }";
    assert_eq!(world.ask(public, json!({"id": product})).await.data()["product"], Value::Null, "{}", world.on);

    // A neighbour's manager does not know it; its own publishes nothing that was not submitted.
    let mdiq = world.person("mdiq").await;
    assert_eq!(moves(&mdiq, "Publish", product, 1).await, "NOT_FOUND", "{}", world.on);
    assert_eq!(moves(&manager, "Publish", product, 1).await, "STATUS_INVALID", "{}", world.on);
    assert_eq!(moves(&representative, "Submit", product, 1).await, "done", "{}", world.on);
    assert_eq!(moves(&representative, "Publish", product, 2).await, "FORBIDDEN", "{}", world.on);
    let edit = json!({"id": product, "expectedVersion": 2, "category": "olive-oil"});
    assert_eq!(representative.does(EDIT, edit).await.outcome(), "STATUS_INVALID", "{}", world.on);
    let waiting = "{ products(first: 10, filter: {awaitsDecision: true}) { nodes { id } } }";
    let listed = manager.asks(waiting, json!({})).await.data()["products"]["nodes"].clone();
    assert!(listed.as_array().unwrap().contains(&json!({"id": product})), "{}", world.on);

    // Declined with a reason, it is mended and submitted again.
    assert_eq!(moves(&manager, "Reject", product, 2).await, "done", "{}", world.on);
    let mended = json!({"id": product, "expectedVersion": 3, "description": {"fr": "Pressée à froid (démo)"}});
    let mended = representative.does(EDIT, mended).await;
    let mended = &mended.data()["productEdit"]["product"];
    assert_eq!((&mended["version"], &mended["description"]["text"]), (&json!(4), &json!("Pressée à froid (démo)")), "{}", world.on);
    assert_eq!(moves(&representative, "Submit", product, 4).await, "done", "{}", world.on);
    assert_eq!(moves(&manager, "Publish", product, 5).await, "done", "{}", world.on);
    let seen = world.ask(public, json!({"id": product})).await;
    assert_ne!(seen.data()["product"], Value::Null, "{}: everybody sees it", world.on);
    let found = world.ask("query { products(first: 5, search: \"argan nouvelle\") { nodes { id } } }", json!({})).await;
    assert_eq!(found.data()["products"]["nodes"], json!([{"id": product}]), "{}", world.on);
    let way = representative.asks(LOOK, json!({"id": product})).await.data()["product"]["moves"].clone();
    let way: Vec<String> = way.as_array().unwrap().iter().map(|one| format!("{} {}", one["to"], one["reason"]).replace('"', "")).collect();
    let expected = ["DRAFT null", "SUBMITTED null", "REJECTED Photo manquante (démo)", "SUBMITTED null", "PUBLISHED null"];
    assert_eq!(way, expected, "{}", world.on);
    let outside = world.ask(LOOK, json!({"id": product})).await.data()["product"]["moves"].clone();
    assert_eq!(outside, json!([]), "{}: nobody outside sees who moved it", world.on);

    assert_eq!(moves(&representative, "Archive", product, 6).await, "done", "{}: it is made no more", world.on);
    assert_eq!(world.ask(public, json!({"id": product})).await.data()["product"], Value::Null, "{}", world.on);
    assert_eq!(moves(&manager, "Publish", product, 7).await, "STATUS_INVALID", "{}", world.on);
    assert!(world.differences().await.is_empty(), "{}", world.on);
}

async fn whoever_submits_a_product_does_not_publish_it(world: World) {
    let (manager, admin) = (world.person("market.khouribga").await, world.person("khouribga").await);
    let product = drafted(&manager).await;
    assert_eq!(moves(&manager, "Submit", &product, 1).await, "done", "{}", world.on);
    assert_eq!(moves(&manager, "Publish", &product, 2).await, "FOUR_EYES_REQUIRED", "{}", world.on);
    assert_eq!(moves(&admin, "Publish", &product, 2).await, "done", "{}", world.on);
}

async fn a_published_product_changes_when_another_person_accepts_it(world: World) {
    let (representative, manager) = (world.person("cooperative").await, world.person("market.khouribga").await);
    let product = drafted(&representative).await;
    moves(&representative, "Submit", &product, 1).await;
    assert_eq!(moves(&manager, "Publish", &product, 2).await, "done", "{}", world.on);
    let variant = manager.asks("query($id: ID!) { product(id: $id) { variants { id } } }", json!({"id": product})).await;
    let variant = variant.data()["product"]["variants"][0]["id"].clone();
    let asked = json!({"id": product, "expectedVersion": 3, "name": {"fr": "Huile d'argan dorée (démo)"}, "qualitySigns": [],
        "variants": [{"id": variant, "unit": "ML", "quantity": "250", "sku": "ARG-250"},
            {"unit": "ML", "quantity": "500", "sku": "ARG-500"}]});
    let requested = representative.does(EDIT, asked.clone()).await;
    let requested = requested.data()["productEdit"]["product"].clone();
    assert_eq!((&requested["version"], &requested["variants"].as_array().unwrap().len()), (&json!(3), &1), "{}: it stays as it is", world.on);
    let change = requested["openChangeRequest"].clone();
    let changes: Vec<String> = change["changes"].as_array().unwrap().iter()
        .map(|one| format!("{}: {} > {}", one["field"], one["before"], one["after"]).replace('"', "")).collect();
    let expected = [
        "name.fr: Huile d'argan nouvelle (démo) > Huile d'argan dorée (démo)",
        "qualitySigns.IGP.kind: IGP > null",
        "qualitySigns.IGP.reference: IGP-1 > null",
        "qualitySigns.IGP.validUntil: 2030-12-31 > null",
        "variants.ARG-250.gtin: 4006381333931 > null",
        "variants.ARG-500.quantity: null > 500",
        "variants.ARG-500.soldBy: null > PACK",
        "variants.ARG-500.unit: null > ML",
    ];
    assert_eq!(changes, expected, "{}", world.on);
    let waiting = "{ productChangeRequests(first: 10) { nodes { id product { id } } } }";
    let listed = manager.asks(waiting, json!({})).await.data()["productChangeRequests"]["nodes"].clone();
    assert_eq!(listed, json!([{"id": change["id"], "product": {"id": product}}]), "{}", world.on);
    let mdiq = world.person("mdiq").await;
    assert_eq!(mdiq.asks(waiting, json!({})).await.data()["productChangeRequests"]["nodes"], json!([]), "{}", world.on);
    assert_eq!(decides(&mdiq, "Accept", &change).await, "NOT_FOUND", "{}", world.on);
    assert_eq!(decides(&representative, "Accept", &change).await, "FORBIDDEN", "{}", world.on);

    // A later request takes the place of the first, and is accepted once.
    let without = json!({"id": product, "expectedVersion": 3, "variants": []});
    assert_eq!(representative.does(EDIT, without).await.outcome(), "STATUS_INVALID variants", "{}: it may have been sold", world.on);
    let again = representative.does(EDIT, asked).await;
    let later = again.data()["productEdit"]["product"]["openChangeRequest"].clone();
    assert_eq!(decides(&manager, "Accept", &change).await, "CONFLICT expectedVersion", "{}", world.on);
    assert_eq!(decides(&manager, "Accept", &later).await, "done", "{}", world.on);
    assert_eq!(decides(&manager, "Accept", &json!({"id": later["id"], "version": 2})).await, "STATUS_INVALID", "{}", world.on);
    let look = "query($id: ID!) { product(id: $id) { version name { text } qualitySigns { kind } variants { sku gtin }
        openChangeRequest { id } changeRequests(first: 10) { nodes { status } } } }";
    let seen = representative.asks(look, json!({"id": product})).await.data()["product"].clone();
    let expected = json!({"version": 4, "name": {"text": "Huile d'argan dorée (démo)"}, "qualitySigns": [],
        "variants": [{"sku": "ARG-250", "gtin": null}, {"sku": "ARG-500", "gtin": null}], "openChangeRequest": null,
        "changeRequests": {"nodes": [{"status": "ACCEPTED"}, {"status": "WITHDRAWN"}]}});
    assert_eq!(seen, expected, "{}", world.on);

    // Declined with a reason; nobody accepts her own.
    let other = json!({"id": product, "expectedVersion": 4, "category": "olive-oil"});
    let own = manager.does(EDIT, other.clone()).await.data()["productEdit"]["product"]["openChangeRequest"].clone();
    assert_eq!(decides(&manager, "Accept", &own).await, "FOUR_EYES_REQUIRED", "{}", world.on);
    assert_eq!(decides(&manager, "Withdraw", &own).await, "done", "{}", world.on);
    let hers = representative.does(EDIT, other).await.data()["productEdit"]["product"]["openChangeRequest"].clone();
    assert_eq!(decides(&manager, "Decline", &hers).await, "done", "{}", world.on);
    let end = representative.asks(LOOK, json!({"id": product})).await.data()["product"].clone();
    let last = &end["changeRequests"]["nodes"][0];
    assert_eq!((&end["version"], &last["status"], &last["reason"]), (&json!(4), &json!("DECLINED"), &json!("Étiquette illisible (démo)")), "{}", world.on);
    assert!(world.differences().await.is_empty(), "{}", world.on);
}

async fn every_fault_of_a_product_is_told_at_its_place_and_nothing_is_kept(world: World) {
    let (representative, mdiq) = (world.person("cooperative").await, world.person("mdiq").await);
    let count = async || world.raw_as_owner("select count(*) from product").await.unwrap();
    let before = count().await;
    assert_eq!(mdiq.does(CREATE, draft()).await.outcome(), "NOT_FOUND", "{}: another branch's cooperative", world.on);
    let foreign = json!({"cooperativeId": id(Kind::Cooperative, "cooperative", "demo-mdiq-miel")});
    let mut theirs = draft();
    theirs["cooperativeId"] = foreign["cooperativeId"].clone();
    assert_eq!(representative.does(CREATE, theirs).await.outcome(), "NOT_FOUND", "{}", world.on);
    let mut wrong = draft();
    wrong["name"] = json!({"fr": " "});
    wrong["variants"] = json!([{"unit": "PIECE", "quantity": "1.5", "sku": "A"}, {"unit": "KG", "quantity": "-1", "sku": ""},
        {"unit": "KG", "quantity": "1000001", "sku": "A"}]);
    let told = representative.does(CREATE, wrong).await.outcome();
    let expected = "TEXT_REQUIRED name.fr, AMOUNT_INVALID variants.0.quantity, TEXT_REQUIRED variants.1.sku, \
        AMOUNT_INVALID variants.1.quantity, AMOUNT_INVALID variants.2.quantity";
    assert_eq!(told, expected, "{}", world.on);
    let mut wrong = draft();
    wrong["category"] = json!("nothing");
    wrong["sanitaryValidUntil"] = json!("2027-01-01");
    wrong["variants"] = json!([{"unit": "KG", "quantity": "1", "sku": "A"}, {"unit": "KG", "quantity": "2", "sku": "A", "gtin": "4006381333932"},
        {"id": id(Kind::ProductVariant, "product_variant", "nothing"), "unit": "KG", "quantity": "2", "sku": "B"}]);
    wrong["qualitySigns"] = json!([{"kind": "IGP"}, {"kind": "IGP"}]);
    let told = representative.does(CREATE, wrong).await.outcome();
    let expected = "TEXT_REQUIRED sanitaryNumber, DUPLICATE_ENTRY variants.1.sku, GTIN_INVALID variants.1.gtin, \
        DUPLICATE_ENTRY qualitySigns.1.kind, NOT_FOUND category, NOT_FOUND variants.2.id";
    assert_eq!(told, expected, "{}", world.on);
    let mut bare = draft();
    bare["variants"] = json!([]);
    let bare = representative.does(CREATE, bare).await;
    let bare = bare.data()["productCreate"]["product"]["id"].as_str().unwrap().to_owned();
    assert_eq!(moves(&representative, "Submit", &bare, 1).await, "PRODUCT_INCOMPLETE variants", "{}", world.on);
    assert_eq!(count().await, before + 1, "{}", world.on);
}

async fn what_time_withdraws_is_written_down_once_and_told_to_the_cooperative(world: World) {
    let mail = MailServer::new().await;
    let product = founding("product", "huile-argan-250");
    let until = |day: Option<jiff::civil::Date>| async move |tx: &Tx<'_>| {
        unfm::product::store::change_sign(tx, product, QualitySignKind::Igp, day).await.map(drop)
    };
    world.change(until(Some(date(2026, 11, 30)))).await;
    let seen = async |instant: &str| {
        world.at(instant);
        let query = "query($id: ID!) { product(id: $id) { validUntil } }";
        let seen = world.ask(query, json!({"id": id(Kind::Product, "product", "huile-argan-250")})).await;
        seen.data()["product"]["validUntil"].clone()
    };
    let lines = async || {
        let count = "select count(*) from change where object_type in ('Product', 'ProductVariant', 'Listing')";
        world.raw_as_owner(count).await.unwrap()
    };
    // However many instances look.
    let withdrawn = async |instant: &str| -> usize {
        let now = instant.parse().unwrap();
        let looked = join_all((0..4).map(|_| withdraw(&world.db, now))).await;
        mail.mailer().deliver(&world.db, now).await.unwrap();
        looked.into_iter().map(Result::unwrap).sum()
    };
    assert_eq!(seen("2026-11-30T23:59:59Z").await, "2026-11-30", "{}: its last day is not over", world.on);
    let before = lines().await;
    assert_eq!(withdrawn("2026-11-30T23:59:59Z").await, 0, "{}", world.on);
    assert_eq!(seen("2026-12-01T00:00:01Z").await, Value::Null, "{}", world.on);
    assert_eq!(withdrawn("2026-12-01T00:00:30Z").await, 1, "{}", world.on);
    assert_eq!(lines().await - before, 3, "{}: the product, its variant and its listing", world.on);
    let told = mail.taken();
    assert_eq!(told.iter().map(|email| email.to.as_str()).collect::<Vec<_>>(), ["cooperative@unfm.example"], "{}", world.on);
    for part in ["Huile d'argan 250 ml", "زيت الأركان 250 مل", "2026-11-30", "https://admin.unfm.example/products/huile-argan-250"] {
        assert!(told[0].text.contains(part), "{}: {part} in {}", world.on, told[0].text);
    }
    // Not again, also when a clock jumps back and forth.
    for instant in ["2026-12-01T00:01:00Z", "2026-11-29T12:00:00Z", "2026-12-03T12:00:00Z"] {
        assert_eq!(withdrawn(instant).await, 0, "{}: {instant}", world.on);
    }
    assert_eq!((lines().await - before, mail.taken().len()), (3, 0), "{}", world.on);

    // Renewed, it is back, until it expires again.
    world.change(until(Some(date(2026, 12, 31)))).await;
    assert_eq!(seen("2026-12-03T12:00:00Z").await, "2026-12-31", "{}", world.on);
    assert_eq!(withdrawn("2027-01-01T08:00:00Z").await, 1, "{}", world.on);
    assert_eq!(mail.taken().len(), 1, "{}", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

tests::on_each_database!(what_time_withdraws_is_written_down_once_and_told_to_the_cooperative, 
    a_cooperative_submits_its_product_and_another_person_publishes_it,
    whoever_submits_a_product_does_not_publish_it,
    a_published_product_changes_when_another_person_accepts_it,
    every_fault_of_a_product_is_told_at_its_place_and_nothing_is_kept,
);
