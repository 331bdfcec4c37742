//! The operations that real clients send, byte for byte.

use serde_json::{Value, json};
use tests::World;

const STOREFRONT: &str = include_str!("../contract/storefront.graphql");
const PARTNER: &str = include_str!("../contract/partner.graphql");
const BRANCH_ADMIN: &str = include_str!("../contract/branch-admin.graphql");

#[test]
fn the_copies_are_those_of_the_contract() {
    let shared = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/contract");
    for name in ["storefront.graphql", "partner.graphql", "branch-admin.graphql", "programmes.graphql", "support.graphql"] {
        // A user's clone has no contract beside it.
        let Ok(original) = std::fs::read(format!("{shared}/{name}")) else { return };
        let copy = std::fs::read(format!("{}/contract/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        assert!(copy == original, "{name} differs from the contract");
    }
}

async fn the_storefront_shows_the_markets_with_their_hours(world: World) {
    let answer = world.contract(STOREFRONT, "StorefrontHome", json!({})).await;
    let data = answer.data();

    assert_eq!(data["markets"]["totalCount"], 2, "{}", world.on);
    let khouribga = &data["markets"]["nodes"][0];
    assert_eq!(khouribga["slug"], "khouribga");
    assert_eq!(khouribga["isOpen"], true);
    assert_eq!(khouribga["nextOpening"], "2026-11-24T09:00:00Z");
    assert_eq!(khouribga["province"]["region"]["code"], "05");
    assert_eq!(data["categories"].as_array().unwrap().len(), 9);
    assert_eq!(data["categories"][1], json!({"slug": "argan-oil", "name": {"text": "زيت الأركان"}}));
}

async fn the_market_page_says_what_it_cost_and_who_is_known_to_have_paid(world: World) {
    let variables = json!({"slug": "khouribga", "first": 20});
    let answer = world.contract(STOREFRONT, "MarketPage", variables).await;
    let market = &answer.data()["market"];

    assert_eq!(market["cost"], json!({"amount": "490000.00", "currency": "MAD"}));
    assert_eq!(market["contributions"][0]["partner"]["slug"], "indh");
    assert_eq!(market["contributions"][0]["amount"]["amount"], "272000.00");
    assert_eq!(market["contributions"][1]["partner"], Value::Null);
    assert_eq!(market["contributions"][1]["amount"]["amount"], "218000.00");
    assert_eq!(market["contributions"][1]["status"], "UNCONFIRMED");
    assert_eq!(market["openingHours"][0]["day"], "MONDAY");
    assert_eq!(market["openingHours"].as_array().unwrap().len(), 7);
    assert_eq!(market["listings"]["edges"].as_array().unwrap().len(), 20);
    assert_eq!(market["listings"]["pageInfo"]["hasNextPage"], true);

    let after = &market["listings"]["pageInfo"]["endCursor"];
    let variables = json!({"slug": "khouribga", "first": 20, "after": after});
    let rest = world.contract(STOREFRONT, "MarketPage", variables).await;
    let edges = rest.data()["market"]["listings"]["edges"].as_array().unwrap().len();
    assert!(edges >= 5, "at least 25 listings in all");
}

async fn a_product_is_found_and_its_page_opens(world: World) {
    let found = world.contract(STOREFRONT, "SearchProducts", json!({"text": "huile d'argan", "first": 5})).await;
    let products = &found.data()["products"];
    assert_eq!(products["nodes"][0]["category"]["slug"], "argan-oil");

    let page = world.contract(STOREFRONT, "ProductPage", json!({"id": products["nodes"][0]["id"]})).await;
    let product = &page.data()["node"];
    assert_eq!(product["cooperative"]["memberCount"], 24);
    assert_eq!(product["cooperative"]["isWomenOnly"], true);
    assert_eq!(product["variants"].as_array().unwrap().len(), 1);
    assert_eq!(product["listings"]["nodes"][0]["market"], json!({"slug": "khouribga", "isOpen": true}));
    assert!(product["description"]["text"].as_str().unwrap().contains("تجريبي"));
}

async fn the_agreement_with_unfpa_has_expired_and_says_what_is_not_published(world: World) {
    let answer = world.contract(PARTNER, "AgreementBySlug", json!({"slug": "unfm-unfpa-2021"})).await;
    let agreement = &answer.data()["agreement"];

    assert_eq!(agreement["status"], "EXPIRED");
    assert_eq!(agreement["signedOn"], "2021-03-08");
    assert_eq!(agreement["endsOn"], "2024-03-07");
    assert_eq!(agreement["durationMonths"], 36);
    assert_eq!(agreement["budget"], Value::Null);
    assert_eq!(agreement["parties"][1]["partner"]["slug"], "unfpa");
    assert_eq!(agreement["parties"][1]["role"], Value::Null);
    assert_eq!(agreement["objectives"].as_array().unwrap().len(), 5);
    assert_eq!(agreement["programmes"]["nodes"].as_array().unwrap().len(), 2);
}

async fn programmes_are_pulled_page_by_page_with_their_indicators(world: World) {
    let (mut after, mut seen) = (Value::Null, Vec::new());
    loop {
        let answer = world.contract(PARTNER, "ProgrammePull", json!({"first": 2, "after": after})).await;
        let page = &answer.data()["programmes"];
        assert_eq!(page["totalCount"], 6, "three founding and three demo programmes");
        seen.extend(page["edges"].as_array().unwrap().iter().map(|edge| edge["node"].clone()));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(seen.len(), 6);
    let care = seen.iter().find(|programme| programme["theme"] == "MATERNAL_HEALTH").unwrap();
    assert_eq!((&care["status"], &care["iatiStatus"]), (&json!("COMPLETED"), &json!("3")));
    assert_eq!(care["indicators"].as_array().unwrap().len(), 9);
    assert_eq!(care["indicators"][0]["latestActual"], Value::Null, "no result was ever published");
    let demo = seen.iter().find(|programme| programme["theme"] == "TRAINING").unwrap();
    assert_eq!(demo["indicators"][0]["latestActual"]["value"], "120");
    assert!(seen.iter().all(|programme| programme["status"] != "SUBMITTED"));
}

async fn every_operation_sends_as_many_statements_as_was_agreed(world: World) {
    let found = world.contract(STOREFRONT, "SearchProducts", json!({"text": "argan", "first": 5})).await;
    let product = found.data()["products"]["nodes"][0]["id"].clone();
    let market = json!({"slug": "khouribga", "first": 20});
    let counts = [
        ("StorefrontHome", world.statements(STOREFRONT, "StorefrontHome", json!({})).await),
        ("MarketPage", world.statements(STOREFRONT, "MarketPage", market).await),
        ("ProductPage", world.statements(STOREFRONT, "ProductPage", json!({"id": product})).await),
        (
            "SearchProducts",
            world.statements(STOREFRONT, "SearchProducts", json!({"text": "argan", "first": 20})).await,
        ),
        ("AgreementBySlug", world.statements(PARTNER, "AgreementBySlug", json!({"slug": "unfm-unfpa-2021"})).await),
        ("ProgrammePull", world.statements(PARTNER, "ProgrammePull", json!({"first": 50})).await),
    ];
    let agreed = [
        ("StorefrontHome", 4),
        ("MarketPage", 3),
        ("ProductPage", 4),
        ("SearchProducts", 5),
        ("AgreementBySlug", 5),
        ("ProgrammePull", 5),
    ];
    assert_eq!(counts, agreed, "{}", world.on);
}

async fn every_operation_of_staff_and_partners_sends_as_many_statements_as_was_agreed(world: World) {
    let (token, _) = world.sign_in("khouribga@unfm.example").await;
    let program = world.program("unfpa-demo").await;
    let counted = async |token: &str, document: &str, operation: &str, variables: Value| {
        // The first one of the second reads her rights, and that of the minute begins to count what she reads of persons.
        world.contract_as(token, document, operation, variables.clone()).await.data();
        let before = world.db.statements();
        world.contract_as(token, document, operation, variables).await.data();
        world.db.statements() - before
    };
    let counts = [
        ("Viewer", counted(&token, BRANCH_ADMIN, "Viewer", json!({})).await),
        ("BranchCooperatives", counted(&token, BRANCH_ADMIN, "BranchCooperatives", json!({"first": 20})).await),
        ("RecentChanges", counted(&token, BRANCH_ADMIN, "RecentChanges", json!({"first": 20})).await),
        ("ProgrammePull", counted(&program, PARTNER, "ProgrammePull", json!({"first": 50})).await),
    ];
    // Two of them write down that values of the audit were read; PostgreSQL is told besides that it is that which is written.
    let recent = if world.on == "SQLite" { 5 } else { 6 };
    let agreed = [("Viewer", 3), ("BranchCooperatives", 3), ("RecentChanges", recent), ("ProgrammePull", 5)];
    assert_eq!(counts, agreed, "{}", world.on);
}

async fn who_asks_costs_one_statement_a_second(world: World) {
    let market = json!({"slug": "khouribga", "first": 20});
    let (token, _) = world.sign_in("khouribga@unfm.example").await;
    let program = world.program("unfpa-demo").await;
    let counted = async |token: Option<&str>, at: &str| {
        world.at(at);
        let before = world.db.statements();
        match token {
            Some(token) => world.contract_as(token, STOREFRONT, "MarketPage", market.clone()).await.data(),
            None => world.contract(STOREFRONT, "MarketPage", market.clone()).await.data(),
        };
        world.db.statements() - before
    };
    for token in [&token, &program] {
        let anybody = counted(None, "2026-11-23T12:00:01Z").await;
        let first = counted(Some(token.as_str()), "2026-11-23T12:00:02Z").await;
        let within_the_second = counted(Some(token.as_str()), "2026-11-23T12:00:02.5Z").await;
        assert_eq!((first, within_the_second), (anybody + 1, anybody), "{}", world.on);
    }
}

tests::on_each_database!(the_storefront_shows_the_markets_with_their_hours, the_market_page_says_what_it_cost_and_who_is_known_to_have_paid, a_product_is_found_and_its_page_opens, the_agreement_with_unfpa_has_expired_and_says_what_is_not_published, programmes_are_pulled_page_by_page_with_their_indicators, every_operation_sends_as_many_statements_as_was_agreed, every_operation_of_staff_and_partners_sends_as_many_statements_as_was_agreed, who_asks_costs_one_statement_a_second);
