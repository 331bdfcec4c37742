//! The till: what a market sells, also while the line is down, what is given back, and the evening's closing.

use crate::stock::{CONTRACT, DELIVERY, SHELF, delivery, id, market, terms, variant};
use serde_json::{Value, json};
use tests::World;
use tests::person::Person;
use unfm::platform::graphql::global_id::Kind;

const SALE: &str = "mutation($input: SaleRecordInput!) { saleRecord(input: $input) { sale { id version status discrepancy
    total { amount currency } lines { quantity missing price { amount } total { amount } } } userErrors { code field } } }";
const REPLAY: &str = "mutation($input: SalesReplayInput!) { salesReplay(input: $input) { results { saleKey
    sale { id version status discrepancy soldOn total { amount } corrects { on } lines { missing } }
    userErrors { code field } } userErrors { code field } } }";
const VOID: &str = "mutation($input: SaleVoidInput!) { saleVoid(input: $input) {
    sale { id version status voidReason } userErrors { code field } } }";
const CONFIRM: &str = "mutation($input: SaleVoidDecideInput!) { saleVoidConfirm(input: $input) {
    sale { id version status } userErrors { code field } } }";
const DECLINE: &str = "mutation($input: SaleVoidDecideInput!) { saleVoidDecline(input: $input) {
    sale { id version status voidReason } userErrors { code field } } }";
const RESOLVE: &str = "mutation($input: SaleDiscrepancyResolveInput!) { saleDiscrepancyResolve(input: $input) {
    sale { discrepancy discrepancyNote } userErrors { code field } } }";
const CLOSE: &str = "mutation($input: DayCloseInput!) { dayClose(input: $input) { dayClosing { id on
    expectedCash { amount } countedCash { amount } difference { amount } cardTotal { amount } saleCount
    corrections { saleCount voidCount cash { amount } } } userErrors { code field } } }";
const SALES: &str = "query($filter: SaleFilter) { market(slug: \"khouribga\") { sales(first: 50, filter: $filter) { totalCount
    nodes { saleKey status discrepancy soldOn } } dayClosings(first: 5) { nodes { on corrections { saleCount voidCount
    cash { amount } } } } stock(first: 10) { nodes { variant { id } onHand available } } } }";

/// When most stories happen: a Monday noon in Casablanca.
const NOON: &str = "2026-11-23T12:00:00Z";

fn line(variant: &str, quantity: &str) -> Value {
    json!({"variantId": variant, "quantity": quantity})
}

fn sale(key: &str, lines: Value) -> Value {
    json!({"marketId": market(), "soldAt": NOON, "payment": "CASH", "lines": lines, "saleKey": key})
}

fn offline(key: &str, at: &str, lines: Value) -> Value {
    json!({"soldAt": at, "payment": "CASH", "lines": lines, "saleKey": key})
}

fn replay(sales: Value) -> Value {
    json!({"marketId": market(), "sales": sales})
}

fn close(on: &str, counted: &str) -> Value {
    json!({"marketId": market(), "on": on, "openingFloat": "200", "countedCash": counted})
}

/// A market with twelve packs of a variant at 80 dirhams: four that end this month, and eight that keep longer.
async fn stocked(world: &World) -> (Person<'_>, String) {
    let (manager, variant) = (world.person("market.khouribga").await, variant(world).await);
    assert_eq!(manager.does(CONTRACT, terms()).await.outcome(), "done", "{}", world.on);
    for (quantity, lot) in [("8", ("LATE", "2027-06-30")), ("4", ("SOON", "2026-11-30"))] {
        assert_eq!(manager.does(DELIVERY, delivery(&variant, quantity, lot)).await.outcome(), "done", "{}", world.on);
    }
    let price = json!({"marketId": market(), "variantId": variant, "price": "80.00", "isVisible": true, "expectedVersion": 1});
    assert_eq!(manager.does(SHELF, price).await.outcome(), "done", "{}", world.on);
    (manager, variant)
}

/// What a market has of a variant: on hand, and available.
async fn there(manager: &Person<'_>, variant: &str) -> (String, String) {
    let seen = manager.asks(SALES, json!({})).await.data()["market"]["stock"]["nodes"].clone();
    let level = seen.as_array().unwrap().iter().find(|level| level["variant"]["id"] == variant).cloned().unwrap();
    let read = |field: &str| level[field].as_str().unwrap().to_owned();
    (read("onHand"), read("available"))
}

/// What came of each sale that was replayed: its refusals, or its status and whether the stock had it.
fn told(answer: &Value) -> Vec<String> {
    let results = answer["salesReplay"]["results"].as_array().unwrap();
    let one = |result: &Value| match result["sale"].is_null() {
        true => {
            let errors = result["userErrors"].as_array().unwrap().iter();
            let path = |field: &Value| {
                let parts = field.as_array().unwrap().iter().map(|part| part.as_str().unwrap());
                parts.collect::<Vec<_>>().join(".")
            };
            let error = |error: &Value| format!("{} {}", error["code"].as_str().unwrap(), path(&error["field"]));
            errors.map(error).collect::<Vec<_>>().join(", ")
        }
        false => format!("{} {}", result["sale"]["status"], result["sale"]["discrepancy"]).replace('"', ""),
    };
    results.iter().map(one).collect()
}

async fn from_a_product_to_the_evenings_closing(world: World) {
    let (cooperative, manager) = (world.person("cooperative").await, world.person("market.khouribga").await);
    let argan = id(Kind::Cooperative, "cooperative", "demo-argan");
    let create = "mutation($input: ProductCreateInput!) { productCreate(input: $input) {
        product { id version status variants { id unit quantity } } userErrors { code field message } } }";
    let form = json!({"cooperativeId": argan, "name": {"ar": "زيت أركان (تجريبي)", "fr": "Huile d'argan (démo)"},
        "category": "argan-oil", "variants": [{"unit": "ML", "quantity": "250", "sku": "ARG-250"}]});
    let made = cooperative.does(create, form).await.data()["productCreate"].clone();
    let (product, variant) = (made["product"]["id"].clone(), made["product"]["variants"][0]["id"].as_str().unwrap().to_owned());
    let moved = |name: &str| format!("mutation($input: ProductTransitionInput!) {{ {name}(input: $input) {{
        product {{ version status }} userErrors {{ code field }} }} }}");
    let step = |version: i32| json!({"id": product, "expectedVersion": version});
    assert_eq!(cooperative.does(&moved("productSubmit"), step(1)).await.outcome(), "done", "{}: {made}", world.on);
    assert_eq!(manager.does(&moved("productPublish"), step(2)).await.outcome(), "done", "{}", world.on);
    let sold = |key: &str, quantity: &str| sale(key, json!([line(&variant, quantity)]));
    let early = manager.does(SALE, sold("early", "1")).await.outcome();
    assert_eq!(early, "NOT_FOUND lines.0.variantId", "{}: it is not on the shelf", world.on);
    assert_eq!(manager.does(CONTRACT, terms()).await.outcome(), "done", "{}", world.on);
    assert_eq!(manager.does(DELIVERY, delivery(&variant, "12", ("L1", "2027-06-30"))).await.outcome(), "done", "{}", world.on);
    let price = json!({"marketId": market(), "variantId": variant, "price": "80.00", "isVisible": true});
    assert_eq!(manager.does(SHELF, price).await.outcome(), "done", "{}", world.on);
    // The till sells four; its answer is lost, and it sends the sale again, by the other mutation too.
    let first = manager.does(SALE, sold("till 1", "4")).await.data()["saleRecord"]["sale"].clone();
    assert_eq!(
        (&first["status"], &first["total"], &first["lines"]),
        (
            &json!("COMPLETED"),
            &json!({"amount": "320.00", "currency": "MAD"}),
            &json!([{"quantity": "4", "missing": "0", "price": {"amount": "80.00"}, "total": {"amount": "320.00"}}])
        ),
        "{}", world.on
    );
    let again = manager.does(SALE, sold("till 1", "4")).await.data()["saleRecord"]["sale"].clone();
    assert_eq!(again, first, "{}", world.on);
    assert_eq!(there(&manager, &variant).await, ("8".to_owned(), "8".to_owned()), "{}", world.on);
    let lines = json!([line(&variant, "2")]);
    let offline = json!([offline("till 2", "2026-11-23T10:30:00Z", lines), offline("till 1", NOON, json!([line(&variant, "4")]))]);
    let replayed = manager.does(REPLAY, replay(offline)).await.data().clone();
    assert_eq!(told(&replayed), ["COMPLETED null", "COMPLETED null"], "{}", world.on);
    assert_eq!(replayed["salesReplay"]["results"][1]["sale"]["id"], first["id"], "{}", world.on);
    assert_eq!(there(&manager, &variant).await.0, "6", "{}", world.on);
    // The second is given back, and the evening counted.
    let void = json!({"id": replayed["salesReplay"]["results"][0]["sale"]["id"], "reason": "Bouteille rendue (démo)"});
    let voided = manager.does(VOID, void).await.data()["saleVoid"]["sale"].clone();
    assert_eq!((&voided["status"], &voided["version"]), (&json!("VOIDED"), &json!(2)), "{}", world.on);
    assert_eq!(there(&manager, &variant).await.0, "8", "{}", world.on);
    let closed = manager.does(CLOSE, close("2026-11-23", "515.00")).await.data()["dayClose"]["dayClosing"].clone();
    assert_eq!(
        closed,
        json!({"id": closed["id"], "on": "2026-11-23", "expectedCash": {"amount": "520.00"},
            "countedCash": {"amount": "515.00"}, "difference": {"amount": "-5.00"}, "cardTotal": {"amount": "0.00"},
            "saleCount": 1, "corrections": {"saleCount": 0, "voidCount": 0, "cash": {"amount": "0.00"}}}),
        "{}", world.on
    );
    // The cooperative sees what was sold of hers, and nobody else's cooperative does.
    let hers = "query($id: ID!) { cooperative(id: $id) { sales(first: 5) { nodes { quantity isVoided price { amount }
        market { slug } sale { id } } } stock(first: 5) { nodes { onHand } } } }";
    let seen = cooperative.asks(hers, json!({"id": argan})).await.data()["cooperative"].clone();
    assert_eq!(
        seen["sales"]["nodes"],
        json!([
            {"quantity": "2", "isVoided": true, "price": {"amount": "80.00"}, "market": {"slug": "khouribga"}, "sale": null},
            {"quantity": "4", "isVoided": false, "price": {"amount": "80.00"}, "market": {"slug": "khouribga"}, "sale": null},
        ]),
        "{}", world.on
    );
    let mdiq = world.person("mdiq").await;
    let seen = mdiq.asks(hers, json!({"id": argan})).await.data()["cooperative"]["sales"]["nodes"].clone();
    assert_eq!(seen, json!([]), "{}", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

async fn of_the_last_ten_no_more_than_ten_are_sold_by_fifty_tills_on_two_instances(world: World) {
    let (manager, variant) = (world.person("market.khouribga").await, variant(&world).await);
    assert_eq!(manager.does(CONTRACT, terms()).await.outcome(), "done", "{}", world.on);
    let last = delivery(&variant, "10", ("LAST", "2027-06-30"));
    assert_eq!(manager.does(DELIVERY, last).await.outcome(), "done", "{}", world.on);
    let other = world.also_served(&[]).await;
    let at_other = manager.at(&other);
    let sales = (0..50).map(|number| {
        let person = if number % 2 == 0 { &manager } else { &at_other };
        // Every fifth till says the same as the one before: an answer was lost.
        let key = format!("till {}", if number % 5 == 4 { number - 1 } else { number });
        person.does(SALE, sale(&key, json!([line(&variant, "1")])))
    });
    let outcomes: Vec<String> = futures_util::future::join_all(sales).await.iter().map(|sold| sold.outcome()).collect();
    let refused = outcomes.iter().filter(|outcome| *outcome == "STOCK_INSUFFICIENT lines.0.quantity").count();
    let done = outcomes.iter().filter(|outcome| *outcome == "done").count();
    assert_eq!(done + refused, 50, "{}: {outcomes:?}", world.on);
    let count = "select count(*) from sale";
    assert_eq!(world.raw_as_owner(count).await, Ok(10), "{}: {outcomes:?}", world.on);
    assert!(done >= 10, "{}: {outcomes:?}", world.on);
    let sum = "select cast(coalesce(sum(quantity), 0) as bigint) from stock_movement";
    assert_eq!(world.raw_as_owner(sum).await, Ok(0), "{}", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

async fn what_was_sold_while_the_line_was_down_arrives_in_any_order_and_once(world: World) {
    let (manager, variant) = stocked(&world).await;
    let of = |quantity: &str| json!([line(&variant, quantity)]);
    let price = json!([{"variantId": variant, "quantity": "1", "price": "75.50"}]);
    let nothing = id(Kind::ProductVariant, "nothing", "nothing");
    let sales = json!([
        offline("c", "2026-11-23T11:00:00Z", of("9")),
        offline("a", "2026-11-23T09:00:00Z", of("4")),
        offline("b", "2026-11-22T09:00:00Z", price),
        offline("d", "2026-11-23T11:30:00Z", json!([line(&variant, "1"), line(&nothing, "1")])),
        offline("a", "2026-11-23T09:00:00Z", of("4")),
        offline("a", "2026-11-23T09:00:00Z", of("5")),
        offline("e", "2026-11-24T12:00:01Z", of("1")),
        offline("f", NOON, of("0.5")),
        offline("", NOON, json!([])),
        offline("g", NOON, json!([{"variantId": "nonsense", "quantity": "1", "price": "0"}])),
    ]);
    let answer = manager.does(REPLAY, replay(sales)).await.data().clone();
    assert_eq!(
        told(&answer),
        [
            "COMPLETED OPEN", "COMPLETED null", "COMPLETED null", "NOT_FOUND sales.3.lines.1.variantId", "COMPLETED null",
            "IDEMPOTENCY_KEY_REUSED sales.5.saleKey", "DATE_INVALID sales.6.soldAt", "AMOUNT_INVALID sales.7.lines.0.quantity",
            "TEXT_REQUIRED sales.8.saleKey, LIMIT_EXCEEDED sales.8.lines",
            "NOT_FOUND sales.9.lines.0.variantId, AMOUNT_INVALID sales.9.lines.0.price",
        ],
        "{}", world.on
    );
    let result = |place: usize| answer["salesReplay"]["results"][place]["sale"].clone();
    assert_eq!(result(2)["total"], json!({"amount": "75.50"}), "{}: the price that was charged", world.on);
    assert_eq!(result(2)["soldOn"], "2026-11-22", "{}", world.on);
    // What was sold first took first: of the last nine the stock had seven.
    assert_eq!(result(0)["lines"], json!([{"missing": "2"}]), "{}", world.on);
    assert_eq!(there(&manager, &variant).await.0, "0", "{}", world.on);
    // It is put before the manager, who explains it.
    let open = manager.asks(SALES, json!({"filter": {"discrepancy": "OPEN"}})).await.data()["market"]["sales"].clone();
    assert_eq!((&open["totalCount"], &open["nodes"][0]["saleKey"]), (&json!(1), &json!("c")), "{}", world.on);
    let explain = json!({"id": result(0)["id"], "expectedVersion": 1, "note": "Livraison non saisie (démo)"});
    let explained = manager.does(RESOLVE, explain.clone()).await.data()["saleDiscrepancyResolve"]["sale"].clone();
    assert_eq!(explained, json!({"discrepancy": "RESOLVED", "discrepancyNote": "Livraison non saisie (démo)"}), "{}", world.on);
    let again = json!({"id": result(0)["id"], "expectedVersion": 2, "note": "x"});
    assert_eq!(manager.does(RESOLVE, again).await.outcome(), "STATUS_INVALID", "{}", world.on);
    // By another login, by the other mutation, weeks later, it is the same sale; and another one under its key is none.
    world.at("2026-12-20T12:00:00Z");
    let admin = world.person("khouribga").await;
    let mut told_again = sale("a", of("4"));
    told_again["soldAt"] = json!("2026-11-23T09:00:00Z");
    let told_again = admin.does(SALE, told_again).await;
    assert_eq!(told_again.data()["saleRecord"]["sale"]["id"], result(1)["id"], "{}", world.on);
    let other = admin.does(SALE, sale("a", of("4"))).await.outcome();
    assert_eq!(other, "IDEMPOTENCY_KEY_REUSED saleKey", "{}", world.on);
    let none = admin.does(REPLAY, replay(json!([]))).await;
    assert_eq!(none.data()["salesReplay"]["userErrors"][0]["code"], "LIMIT_EXCEEDED", "{}", world.on);
    let many: Vec<Value> = (0..501).map(|number| offline(&number.to_string(), NOON, of("1"))).collect();
    let many = admin.does(REPLAY, replay(json!(many))).await;
    assert_eq!(many.data()["salesReplay"]["userErrors"][0]["field"], json!(["sales"]), "{}", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

async fn a_day_that_is_closed_takes_corrections_alone(world: World) {
    let (manager, variant) = stocked(&world).await;
    let one = |key: &str, at: &str| offline(key, at, json!([line(&variant, "1")]));
    let mut card = one("card", NOON);
    card["payment"] = json!("CARD");
    let told_first = manager.does(REPLAY, replay(json!([one("cash", NOON), card]))).await.data().clone();
    assert_eq!(told(&told_first), ["COMPLETED null", "COMPLETED null"], "{}", world.on);
    for (input, refused) in [
        (close("2026-11-24", "0"), "DATE_INVALID on"),
        (close("2026-11-23", "-1"), "AMOUNT_INVALID countedCash"),
        (close("2026-11-23", "0.005"), "AMOUNT_INVALID countedCash"),
    ] {
        assert_eq!(manager.does(CLOSE, input).await.outcome(), refused, "{}", world.on);
    }
    let closed = manager.does(CLOSE, close("2026-11-23", "280.00")).await.data()["dayClose"]["dayClosing"].clone();
    assert_eq!(
        (&closed["expectedCash"]["amount"], &closed["difference"]["amount"], &closed["cardTotal"]["amount"], &closed["saleCount"]),
        (&json!("280.00"), &json!("0.00"), &json!("80.00"), &json!(2)),
        "{}", world.on
    );
    assert_eq!(manager.does(CLOSE, close("2026-11-23", "280.00")).await.outcome(), "DUPLICATE_ENTRY on", "{}", world.on);
    // A sale that arrives later corrects it, and so does a void on the same day; the closing stays as it was.
    let late = manager.does(REPLAY, replay(json!([one("late", "2026-11-23T11:00:00Z")]))).await.data().clone();
    let late = late["salesReplay"]["results"][0]["sale"].clone();
    assert_eq!(late["corrects"]["on"], "2026-11-23", "{}", world.on);
    let void = json!({"id": told_first["salesReplay"]["results"][0]["sale"]["id"], "reason": "Rendu (démo)"});
    assert_eq!(manager.does(VOID, void).await.outcome(), "done", "{}", world.on);
    let seen = manager.asks(SALES, json!({})).await.data()["market"]["dayClosings"]["nodes"].clone();
    let corrected = json!({"saleCount": 1, "voidCount": 1, "cash": {"amount": "0.00"}});
    assert_eq!(seen, json!([{"on": "2026-11-23", "corrections": corrected}]), "{}", world.on);
    // Tomorrow's drawer gives back what was paid today.
    world.at("2026-11-24T12:00:00Z");
    let manager = world.person("market.khouribga").await;
    let void = json!({"id": late["id"], "reason": "Rendu (démo)"});
    assert_eq!(manager.does(VOID, void).await.outcome(), "done", "{}", world.on);
    let next = manager.does(CLOSE, close("2026-11-24", "120.00")).await.data()["dayClose"]["dayClosing"].clone();
    assert_eq!((&next["expectedCash"]["amount"], &next["saleCount"]), (&json!("120.00"), &json!(0)), "{}", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

async fn to_void_much_takes_a_second_person(world: World) {
    let (manager, variant) = stocked(&world).await;
    let dear = sale("dear", json!([line(&variant, "7")]));
    let sold = manager.does(SALE, dear.clone()).await.data()["saleRecord"]["sale"].clone();
    let silent = json!({"id": sold["id"], "reason": " "});
    assert_eq!(manager.does(VOID, silent).await.outcome(), "TEXT_REQUIRED reason", "{}", world.on);
    let void = json!({"id": sold["id"], "reason": "Erreur de caisse (démo)"});
    let wanted = manager.does(VOID, void.clone()).await.data()["saleVoid"]["sale"].clone();
    assert_eq!((&wanted["status"], &wanted["version"]), (&json!("VOID_REQUESTED"), &json!(2)), "{}", world.on);
    assert_eq!(there(&manager, &variant).await.0, "5", "{}: nothing is back yet", world.on);
    assert_eq!(manager.does(VOID, void.clone()).await.outcome(), "STATUS_INVALID", "{}", world.on);
    let decide = |version: i32| json!({"id": sold["id"], "expectedVersion": version});
    assert_eq!(manager.does(CONFIRM, decide(2)).await.outcome(), "FOUR_EYES_REQUIRED", "{}", world.on);
    let admin = world.person("khouribga").await;
    assert_eq!(admin.does(CONFIRM, decide(1)).await.outcome(), "CONFLICT expectedVersion", "{}", world.on);
    let kept = admin.does(DECLINE, decide(2)).await.data()["saleVoidDecline"]["sale"].clone();
    assert_eq!((&kept["status"], &kept["voidReason"]), (&json!("COMPLETED"), &Value::Null), "{}", world.on);
    assert_eq!(manager.does(VOID, void).await.outcome(), "done", "{}", world.on);
    assert_eq!(admin.does(CONFIRM, decide(4)).await.data()["saleVoidConfirm"]["sale"]["status"], "VOIDED", "{}", world.on);
    assert_eq!(there(&manager, &variant).await.0, "12", "{}: each lot has its own again", world.on);
    assert_eq!(admin.does(DECLINE, decide(5)).await.outcome(), "STATUS_INVALID", "{}", world.on);
    // What was voided is not sold again because its answer was lost.
    let again = manager.does(SALE, dear).await.data()["saleRecord"]["sale"].clone();
    assert_eq!((&again["id"], &again["status"]), (&sold["id"], &json!("VOIDED")), "{}", world.on);
    assert_eq!(there(&manager, &variant).await.0, "12", "{}", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

async fn what_is_not_there_or_not_good_is_not_sold(world: World) {
    let (manager, variant) = stocked(&world).await;
    let sold = |key: &str, lines: Value| sale(key, lines);
    for (lines, refused) in [
        (json!([line(&variant, "13")]), "STOCK_INSUFFICIENT lines.0.quantity"),
        (json!([line(&variant, "7"), line(&variant, "6")]), "STOCK_INSUFFICIENT lines.1.quantity"),
        (json!([line(&variant, "0")]), "AMOUNT_INVALID lines.0.quantity"),
        (json!([line(&variant, "-1")]), "AMOUNT_INVALID lines.0.quantity"),
        (json!([line(&variant, "99999999999999999999")]), "AMOUNT_INVALID lines.0.quantity"),
        (json!([{"variantId": variant, "quantity": "1", "price": "-5"}]), "AMOUNT_INVALID lines.0.price"),
        (json!([line(&id(Kind::ProductVariant, "nothing", "nothing"), "1")]), "NOT_FOUND lines.0.variantId"),
        (json!([]), "LIMIT_EXCEEDED lines"),
    ] {
        assert_eq!(manager.does(SALE, sold("x", lines)).await.outcome(), refused, "{}", world.on);
    }
    assert_eq!(there(&manager, &variant).await.0, "12", "{}: nothing of them was kept", world.on);
    // Others' tills, and whoever only sees them.
    let one = || sold("x", json!([line(&variant, "1")]));
    for (who, refused) in [("mdiq", "NOT_FOUND"), ("cooperative", "NOT_FOUND"), ("finance.khouribga", "FORBIDDEN")] {
        let person = world.person(who).await;
        assert_eq!(person.does(SALE, one()).await.outcome(), refused, "{}: {who}", world.on);
        assert_eq!(person.does(CLOSE, close("2026-11-23", "0")).await.outcome(), refused, "{}: {who}", world.on);
        let replayed = person.does(REPLAY, replay(json!([offline("x", NOON, json!([line(&variant, "1")]))]))).await;
        assert_eq!(replayed.outcome(), refused, "{}: {who}", world.on);
    }
    // The lot that ends this month is not sold after its midnight in Casablanca; a clock that jumps back sells it, once.
    world.at("2026-11-30T23:55:00Z");
    let manager = world.person("market.khouribga").await;
    world.at("2026-12-01T00:00:00Z");
    let today = |key: &str, quantity: &str| {
        let mut input = sold(key, json!([line(&variant, quantity)]));
        input["soldAt"] = json!("2026-12-01T00:00:00Z");
        input
    };
    let refused = manager.does(SALE, today("y", "9")).await.outcome();
    assert_eq!(refused, "STOCK_INSUFFICIENT lines.0.quantity", "{}", world.on);
    assert_eq!(manager.does(SALE, today("y", "8")).await.outcome(), "done", "{}", world.on);
    assert_eq!(there(&manager, &variant).await, ("4".to_owned(), "0".to_owned()), "{}", world.on);
    world.at("2026-11-30T23:59:00Z");
    assert_eq!(manager.does(SALE, today("y", "8")).await.outcome(), "done", "{}: it is the same sale", world.on);
    assert_eq!(there(&manager, &variant).await, ("4".to_owned(), "4".to_owned()), "{}", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

async fn a_customer_gets_a_receipt_in_her_language(world: World) {
    let (manager, variant) = stocked(&world).await;
    let sold = "mutation($input: SaleRecordInput!) { saleRecord(input: $input) { sale { receipt { fr: text(locale: FR)
        ar: text(locale: AR) html(locale: AR) } } userErrors { code field } } }";
    let receipt = manager.does(sold, sale("r", json!([line(&variant, "2")]))).await.data()["saleRecord"]["sale"]["receipt"].clone();
    let read = |field: &str| receipt[field].as_str().unwrap();
    let french = read("fr");
    assert!(french.contains("2026-11-23 12:00") && french.contains("2 × 80.00 = 160.00"), "{}: {french}", world.on);
    assert!(french.contains("Total: 160.00 MAD") && french.contains("Payé en espèces"), "{}: {french}", world.on);
    assert!(read("ar").contains("المجموع: 160.00 درهم"), "{}: {}", world.on, read("ar"));
    assert!(read("html").contains("<html lang=\"ar\" dir=\"rtl\">") && !read("html").contains("<script"), "{}", world.on);
}

async fn what_is_sold_by_measure_comes_and_goes_in_parts_and_a_pack_stays_whole(world: World) {
    let (cooperative, manager) = (world.person("cooperative").await, world.person("market.khouribga").await);
    let create = "mutation($input: ProductCreateInput!) { productCreate(input: $input) {
        product { id variants { id sku soldBy } } userErrors { code field } } }";
    let form = |unit: &str| json!({"cooperativeId": id(Kind::Cooperative, "cooperative", "demo-argan"), "category": "farm-produce",
        "name": {"fr": "Amandes (démo)"}, "variants": [{"unit": unit, "quantity": "1", "soldBy": "MEASURE", "sku": "A"},
            {"unit": "KG", "quantity": "1", "sku": "B"}]});
    let pieces = cooperative.does(create, form("PIECE")).await.outcome();
    assert_eq!(pieces, "AMOUNT_INVALID variants.0.soldBy", "{}: a piece is no measure", world.on);
    let made = cooperative.does(create, form("KG")).await.data()["productCreate"]["product"].clone();
    let variants = made["variants"].as_array().unwrap();
    assert_eq!((&variants[0]["soldBy"], &variants[1]["soldBy"]), (&json!("MEASURE"), &json!("PACK")), "{}", world.on);
    let (loose, packed) = (variants[0]["id"].as_str().unwrap(), variants[1]["id"].as_str().unwrap());
    for (person, way, version) in [(&cooperative, "productSubmit", 1), (&manager, "productPublish", 2)] {
        let step = format!("mutation($input: ProductTransitionInput!) {{ {way}(input: $input) {{ userErrors {{ code field }} }} }}");
        let step = person.does(&step, json!({"id": made["id"], "expectedVersion": version})).await.outcome();
        assert_eq!(step, "done", "{}", world.on);
    }
    assert_eq!(manager.does(CONTRACT, terms()).await.outcome(), "done", "{}", world.on);
    let lot = ("L1", "2027-06-30");
    assert_eq!(manager.does(DELIVERY, delivery(loose, "2.5", lot)).await.outcome(), "done", "{}", world.on);
    assert_eq!(manager.does(DELIVERY, delivery(packed, "2.5", lot)).await.outcome(), "AMOUNT_INVALID lines.0.quantity", "{}", world.on);
    assert_eq!(manager.does(DELIVERY, delivery(packed, "3", lot)).await.outcome(), "done", "{}", world.on);
    for variant in [loose, packed] {
        let price = json!({"marketId": market(), "variantId": variant, "price": "95.00", "isVisible": true});
        assert_eq!(manager.does(SHELF, price).await.outcome(), "done", "{}", world.on);
    }
    let sold = manager.does(SALE, sale("loose", json!([line(loose, "0.333")]))).await;
    let sold = sold.data()["saleRecord"]["sale"].clone();
    assert_eq!((&sold["total"]["amount"], &sold["lines"][0]["quantity"]), (&json!("31.64"), &json!("0.333")), "{}", world.on);
    let broken = manager.does(SALE, sale("packed", json!([line(loose, "0.5"), line(packed, "0.5")]))).await.outcome();
    assert_eq!(broken, "AMOUNT_INVALID lines.1.quantity", "{}", world.on);
    let finer = manager.does(SALE, sale("finer", json!([line(loose, "0.3333")]))).await.outcome();
    assert_eq!(finer, "AMOUNT_INVALID lines.0.quantity", "{}", world.on);
    let offline = json!([offline("a", NOON, json!([line(packed, "1.5")])), offline("b", NOON, json!([line(loose, "1.5")]))]);
    let replayed = manager.does(REPLAY, replay(offline)).await.data().clone();
    assert_eq!(told(&replayed), ["AMOUNT_INVALID sales.0.lines.0.quantity", "COMPLETED null"], "{}", world.on);
    assert_eq!((there(&manager, loose).await.0, there(&manager, packed).await.0), ("0.667".to_owned(), "3".to_owned()), "{}", world.on);
    let removal = "mutation($input: StockRemovalRecordInput!) { stockRemovalRecord(input: $input) { userErrors { code field } } }";
    let count = "mutation($input: StockCountRecordInput!) { stockCountRecord(input: $input) { userErrors { code field } } }";
    let gone = json!({"marketId": market(), "kind": "RETURN", "lines": [line(loose, "0.1"), line(packed, "0.1")]});
    assert_eq!(manager.does(removal, gone).await.outcome(), "AMOUNT_INVALID lines.1.quantity", "{}", world.on);
    let found = json!({"marketId": market(), "reason": "Inventaire (démo)",
        "lines": [{"variantId": packed, "lotCode": "L1", "counted": "2.5"}, {"variantId": loose, "lotCode": "L1", "counted": "0.66"}]});
    assert_eq!(manager.does(count, found).await.outcome(), "AMOUNT_INVALID lines.0.counted", "{}", world.on);
    // There may be parts of it on a shelf: how it is sold stays.
    let edit = "mutation($input: ProductEditInput!) { productEdit(input: $input) { userErrors { code field } } }";
    let other = json!({"id": made["id"], "expectedVersion": 3, "variants": [{"id": loose, "unit": "KG", "quantity": "1", "sku": "A"},
        {"id": packed, "unit": "KG", "quantity": "1", "sku": "B"}]});
    assert_eq!(cooperative.does(edit, other).await.outcome(), "STATUS_INVALID variants.0.soldBy", "{}", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

async fn a_page_of_sales_is_read_at_once_however_long_it_is(world: World) {
    unfm::seed::demo_with_sales(&world.owner, world.clock.now()).await.unwrap();
    let manager = world.person("market.khouribga").await;
    let page = "query($first: Int!) { market(slug: \"khouribga\") { sales(first: $first) { nodes {
        lines { variant { sku } cooperative { slug } } market { slug } } } } }";
    let mut statements = Vec::new();
    manager.asks(page, json!({"first": 1})).await.data();
    for first in [1, 20] {
        let before = world.db.statements();
        let sales = manager.asks(page, json!({"first": first})).await.data()["market"]["sales"]["nodes"].clone();
        assert_eq!(sales.as_array().unwrap().len(), first, "{}", world.on);
        statements.push(world.db.statements() - before);
    }
    assert_eq!(statements[0], statements[1], "{}: one sale, and twenty", world.on);
}

async fn a_branch_finds_what_is_sold_out_and_what_grows_old(world: World) {
    unfm::seed::demo_with_sales(&world.owner, world.clock.now()).await.unwrap();
    let (manager, cooperative) = (world.person("market.khouribga").await, world.person("cooperative").await);
    let removal = "mutation($input: StockRemovalRecordInput!) { stockRemovalRecord(input: $input) { userErrors { code field } } }";
    let of = async |person: &Person<'_>, filter: Value| {
        let query = "query($filter: StockFilter) { market(slug: \"khouribga\") { id stock(first: 50, filter: $filter) { totalCount
            nodes { id onHand lots { expiresOn onHand } variant { id } } } } }";
        person.asks(query, json!({"filter": filter})).await.data()["market"].clone()
    };
    let all = of(&manager, Value::Null).await;
    let levels = all["stock"]["nodes"].as_array().unwrap();
    // One is returned as a whole.
    let gone = &levels[3];
    let lines: Vec<Value> = vec![json!({"variantId": gone["variant"]["id"], "quantity": gone["onHand"]})];
    let input = json!({"marketId": all["id"], "kind": "RETURN", "lines": lines});
    assert_eq!(manager.does(removal, input).await.outcome(), "done", "{}", world.on);
    let ids = |market: &Value| -> Vec<Value> {
        market["stock"]["nodes"].as_array().unwrap().iter().map(|level| level["id"].clone()).collect()
    };
    assert_eq!(ids(&of(&manager, json!({"isSoldOut": true})).await), [gone["id"].clone()], "{}", world.on);
    let left = of(&manager, json!({"isSoldOut": false})).await;
    assert_eq!(left["stock"]["totalCount"], levels.len() - 1, "{}", world.on);
    // Of each there are lots that keep for twelve days, up to 5 December, and for three hundred.
    let others: Vec<Value> = levels.iter().map(|level| level["id"].clone()).filter(|id| *id != gone["id"]).collect();
    assert_eq!(ids(&of(&manager, json!({"expiresBefore": "2026-12-05"})).await), Vec::<Value>::new(), "{}", world.on);
    assert_eq!(ids(&of(&manager, json!({"expiresBefore": "2026-12-06"})).await), others, "{}", world.on);
    // A cooperative finds what is hers; a neighbour and a stranger nothing.
    let hers = ids(&of(&cooperative, json!({"expiresBefore": "2026-12-06"})).await);
    assert!(hers.len() < others.len() && hers.iter().all(|id| others.contains(id)), "{}", world.on);
    assert_eq!(ids(&of(&world.person("mdiq").await, json!({"isSoldOut": false})).await), Vec::<Value>::new(), "{}", world.on);
    let public = world.ask("{ market(slug: \"khouribga\") { stock(first: 9, filter: {isSoldOut: true}) { totalCount } } }", json!({})).await;
    assert_eq!(public.data()["market"]["stock"]["totalCount"], 0, "{}", world.on);
}

async fn a_branch_sees_what_sells_by_day_week_and_maker_and_a_cooperative_her_part(world: World) {
    unfm::seed::demo_with_sales(&world.owner, world.clock.now()).await.unwrap();
    let totals = "query($by: SalesDimension!, $from: Date!, $until: Date!) {
        market(slug: \"khouribga\") { salesTotals(from: $from, until: $until, by: $by) { ...Total } }
        branch(slug: \"beni-mellal-khenifra\") { salesTotals(from: $from, until: $until, by: $by) { ...Total } } }
        fragment Total on SalesTotal { quantity amount { amount } startsOn isWomenOnly product { slug } category { slug }
            cooperative { slug } market { slug } }";
    let of = async |person: &Person<'_>, by: &str| {
        let period = json!({"by": by, "from": "2026-11-01", "until": "2026-11-23"});
        person.asks(totals, period).await.data().clone()
    };
    let (manager, cooperative) = (world.person("market.khouribga").await, world.person("cooperative").await);
    let sum = |answer: &Value| -> f64 {
        let all = answer["market"]["salesTotals"].as_array().unwrap().iter();
        all.map(|total| total["amount"]["amount"].as_str().unwrap().parse::<f64>().unwrap()).sum()
    };
    let days = of(&manager, "DAY").await;
    let first = &days["market"]["salesTotals"][0];
    assert_eq!((&first["startsOn"], first["amount"]["amount"] != "0.00"), (&json!("2026-11-16"), true), "{}", world.on);
    assert_eq!(days["market"]["salesTotals"].as_array().unwrap().len(), 7, "{}: {days}", world.on);
    let total = sum(&days);
    for by in ["WEEK", "PRODUCT", "CATEGORY", "COOPERATIVE", "MARKET", "WOMEN_ONLY"] {
        let answer = of(&manager, by).await;
        assert!((sum(&answer) - total).abs() < 0.001, "{}: {by}: {answer}", world.on);
        let amounts: Vec<f64> = answer["market"]["salesTotals"].as_array().unwrap().iter()
            .map(|total| total["amount"]["amount"].as_str().unwrap().parse().unwrap()).collect();
        assert!(by == "WEEK" || amounts.is_sorted_by(|one, other| one >= other), "{}: {by}: {answer}", world.on);
        let named = |field: &str| answer["market"]["salesTotals"][0][field]["slug"].is_string();
        match by {
            "PRODUCT" => assert!(named("product"), "{}: {answer}", world.on),
            "CATEGORY" => assert!(named("category"), "{}: {answer}", world.on),
            "COOPERATIVE" => assert!(named("cooperative"), "{}: {answer}", world.on),
            "MARKET" => assert_eq!(answer["market"]["salesTotals"][0]["market"]["slug"], "khouribga", "{}", world.on),
            "WEEK" => assert_eq!(answer["market"]["salesTotals"][0]["startsOn"], "2026-11-16", "{}", world.on),
            _ => {}
        }
    }
    // What is voided is not counted.
    let sold = "{ market(slug: \"khouribga\") { sales(first: 1) { nodes { id total { amount } } } } }";
    let last = manager.asks(sold, json!({})).await.data()["market"]["sales"]["nodes"][0].clone();
    let admin = world.person("khouribga").await;
    assert_eq!(manager.does(VOID, json!({"id": last["id"], "reason": "Rendu (démo)"})).await.outcome(), "done", "{}", world.on);
    let status = "query($id: ID!) { node(id: $id) { ... on Sale { status version } } }";
    let stands = admin.asks(status, json!({"id": last["id"]})).await.data()["node"].clone();
    if stands["status"] == "VOID_REQUESTED" {
        let confirm = json!({"id": last["id"], "expectedVersion": stands["version"]});
        assert_eq!(admin.does(CONFIRM, confirm).await.outcome(), "done", "{}", world.on);
    }
    let voided = total - last["total"]["amount"].as_str().unwrap().parse::<f64>().unwrap();
    assert!((sum(&of(&manager, "DAY").await) - voided).abs() < 0.001, "{}", world.on);
    // A branch above adds up the markets below it; the national one both of the demo world's.
    let national = world.person("national").await;
    let nation = "{ branch(slug: \"national\") { salesTotals(from: \"2026-11-01\", until: \"2026-11-23\", by: MARKET) {
        market { slug } } } }";
    let seen = national.asks(nation, json!({})).await.data()["branch"]["salesTotals"].as_array().unwrap().len();
    assert_eq!(seen, 2, "{}", world.on);
    // Her own part, nothing to a neighbour and to strangers.
    let hers = of(&cooperative, "COOPERATIVE").await;
    let slugs: Vec<&Value> = hers["market"]["salesTotals"].as_array().unwrap().iter().map(|total| &total["cooperative"]["slug"]).collect();
    assert_eq!(slugs, ["demo-argan"], "{}: {hers}", world.on);
    let neighbour = of(&world.person("mdiq").await, "DAY").await;
    assert_eq!(neighbour["market"]["salesTotals"], json!([]), "{}", world.on);
    let stranger = world.ask(totals, json!({"by": "DAY", "from": "2026-11-01", "until": "2026-11-23"})).await;
    assert_eq!(stranger.data()["market"]["salesTotals"], json!([]), "{}", world.on);
    for until in ["2026-10-31", "2027-11-02"] {
        let refused = manager.asks(totals, json!({"by": "DAY", "from": "2026-11-01", "until": until})).await;
        assert_eq!(refused.body["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{}: {until}", world.on);
    }
}

async fn a_sale_sends_as_many_statements_as_was_agreed_and_five_hundred_no_more(world: World) {
    let (manager, variant) = stocked(&world).await;
    // Whoever she is was read before.
    assert_eq!(manager.does(SALE, sale("first", json!([line(&variant, "1")]))).await.outcome(), "done", "{}", world.on);
    let before = world.db.statements();
    assert_eq!(manager.does(SALE, sale("one", json!([line(&variant, "1")]))).await.outcome(), "done", "{}", world.on);
    let one = world.db.statements() - before;
    let many: Vec<Value> = (0..500).map(|number| offline(&number.to_string(), NOON, json!([line(&variant, "1")]))).collect();
    let before = world.db.statements();
    let replayed = manager.does(REPLAY, replay(json!(many))).await;
    let all = world.db.statements() - before;
    assert_eq!(replayed.data()["salesReplay"]["results"].as_array().unwrap().len(), 500, "{}", world.on);
    let agreed = if world.on == "SQLite" { (19, 20) } else { (22, 22) };
    assert_eq!((one, all), agreed, "{}", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

async fn the_demo_world_has_stock_and_a_week_of_sales(world: World) {
    assert!(unfm::seed::demo_with_sales(&world.owner, world.clock.now()).await.unwrap(), "{}", world.on);
    assert!(!unfm::seed::demo_with_sales(&world.owner, world.clock.now()).await.unwrap(), "{}: it is there", world.on);
    let query = "{ market(slug: \"khouribga\") { stock(first: 100) { nodes { onHand available cooperative { id } } }
        sales(first: 100) { nodes { soldOn isDemo payment total { amount } corrects { id } } }
        dayClosings(first: 100) { nodes { on expectedCash { amount } openingFloat { amount } difference { amount } saleCount
            isDemo corrections { saleCount } } } } }";
    let seen = world.person("market.khouribga").await.asks(query, json!({})).await.data()["market"].clone();
    let all = |list: &str| seen[list]["nodes"].as_array().unwrap().clone();
    let number = |amount: &Value| amount["amount"].as_str().unwrap().parse::<f64>().unwrap();
    assert!(all("stock").len() > 10 && all("stock").iter().all(|level| level["onHand"] != "0"), "{}: {seen}", world.on);
    assert_eq!(all("dayClosings").len(), 7, "{}: {seen}", world.on);
    for closing in all("dayClosings") {
        let of_day = all("sales").into_iter().filter(|sale| sale["soldOn"] == closing["on"]);
        let (mut cash, mut count) = (number(&closing["openingFloat"]), 0);
        for sale in of_day {
            assert_eq!((&sale["isDemo"], &sale["corrects"]), (&json!(true), &Value::Null), "{}", world.on);
            count += 1;
            cash += if sale["payment"] == "CASH" { number(&sale["total"]) } else { 0.0 };
        }
        assert_eq!((number(&closing["expectedCash"]), &closing["saleCount"]), (cash, &json!(count)), "{}: {closing}", world.on);
    }
    let short = all("dayClosings").iter().filter(|closing| closing["difference"]["amount"] == "-5.00").count();
    assert_eq!(short, 1, "{}: {seen}", world.on);
    let hers = "query($id: ID!) { cooperative(id: $id) { sales(first: 5) { nodes { quantity } } stock(first: 5) {
        nodes { onHand } } consignmentContracts(first: 5) { nodes { isInForce } } } }";
    let id = json!({"id": id(Kind::Cooperative, "cooperative", "demo-argan")});
    let hers = world.person("cooperative").await.asks(hers, id).await.data()["cooperative"].clone();
    for list in ["sales", "stock", "consignmentContracts"] {
        assert_ne!(hers[list]["nodes"], json!([]), "{}: {list}", world.on);
    }
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

tests::on_each_database!(what_is_sold_by_measure_comes_and_goes_in_parts_and_a_pack_stays_whole, a_page_of_sales_is_read_at_once_however_long_it_is, a_branch_finds_what_is_sold_out_and_what_grows_old, 
    a_sale_sends_as_many_statements_as_was_agreed_and_five_hundred_no_more,
    a_branch_sees_what_sells_by_day_week_and_maker_and_a_cooperative_her_part,
    the_demo_world_has_stock_and_a_week_of_sales,
    from_a_product_to_the_evenings_closing,
    of_the_last_ten_no_more_than_ten_are_sold_by_fifty_tills_on_two_instances,
    what_was_sold_while_the_line_was_down_arrives_in_any_order_and_once,
    a_day_that_is_closed_takes_corrections_alone,
    to_void_much_takes_a_second_person,
    what_is_not_there_or_not_good_is_not_sold,
    a_customer_gets_a_receipt_in_her_language,
);
