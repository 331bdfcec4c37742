//! From a cooperative's delivery to the shelf: under which contract it comes, what a market has of it, and who sees that.

use domain::id::founding;
use serde_json::{Value, json};
use tests::World;
use tests::mail::MailServer;
use tests::person::Person;
use unfm::platform::graphql::global_id::{GlobalId, Kind};

pub(crate) const CONTRACT: &str = "mutation($input: ConsignmentContractCreateInput!) { consignmentContractCreate(input: $input) {
    consignmentContract { id version isInForce commissionBasisPoints payoutDays } userErrors { code field } } }";
const END: &str = "mutation($input: ConsignmentContractEndInput!) { consignmentContractEnd(input: $input) {
    consignmentContract { version validTo isInForce } userErrors { code field } } }";
pub(crate) const DELIVERY: &str = "mutation($input: DeliveryRecordInput!) { deliveryRecord(input: $input) {
    movements { id kind quantity lot { code expiresOn onHand } stockLevel { onHand } } userErrors { code field } } }";
pub(crate) const SHELF: &str = "mutation($input: ListingSetInput!) { listingSet(input: $input) {
    listing { id version price { amount } available } userErrors { code field } } }";
pub(crate) const STOCK: &str = "{ market(slug: \"khouribga\") { stock(first: 10) { totalCount nodes {
    variant { sku } onHand held available lots { code onHand } movements(first: 5) { nodes { kind quantity } } } } } }";

const REMOVAL: &str = "mutation($input: StockRemovalRecordInput!) { stockRemovalRecord(input: $input) {
    movements { kind quantity reason lot { code onHand } } userErrors { code field } } }";
const TRANSFER: &str = "mutation($input: StockTransferRecordInput!) { stockTransferRecord(input: $input) {
    movements { kind quantity lot { code expiresOn onHand } stockLevel { onHand market { slug } } } userErrors { code field } } }";

pub(crate) fn id(kind: Kind, name: &str, slug: &str) -> String {
    GlobalId::new(kind, founding(name, slug)).to_string()
}

pub(crate) fn market() -> String {
    id(Kind::Market, "market", "khouribga")
}

/// A variant of the demo cooperative of Khouribga that is listed at the market, with its product's other listings.
pub(crate) async fn variant(world: &World) -> String {
    let listed = "query($market: ID!, $cooperative: ID!) { market(id: $market) {
        listings(first: 1, filter: {cooperative: $cooperative}) { nodes { variant { id } } } } }";
    let of = json!({"market": market(), "cooperative": id(Kind::Cooperative, "cooperative", "demo-argan")});
    let answer = world.ask(listed, of).await;
    answer.data()["market"]["listings"]["nodes"][0]["variant"]["id"].as_str().unwrap().to_owned()
}

pub(crate) fn terms() -> Value {
    json!({"cooperativeId": id(Kind::Cooperative, "cooperative", "demo-argan"), "marketId": market(),
        "validFrom": "2026-01-01", "validTo": "2027-12-31", "commissionBasisPoints": 0, "lossBorneBy": "COOPERATIVE"})
}

pub(crate) fn delivery(variant: &str, quantity: &str, (code, expires): (&str, &str)) -> Value {
    json!({"marketId": market(), "lines": [{"variantId": variant, "quantity": quantity,
        "lot": {"code": code, "producedOn": "2026-10-01", "expiresOn": expires}}]})
}

/// The listing of a variant at the market, as the public sees it.
async fn available(world: &World, variant: &str) -> Value {
    let query = "query($id: ID!) { node(id: $id) { ... on ProductVariant { product { listings(first: 50) { nodes {
        available variant { id } market { slug } } } } } } }";
    let answer = world.ask(query, json!({"id": variant})).await;
    let listings = answer.data()["node"]["product"]["listings"]["nodes"].as_array().cloned().unwrap();
    let of = |listing: &&Value| listing["variant"]["id"] == variant && listing["market"]["slug"] == "khouribga";
    listings.iter().find(of).unwrap()["available"].clone()
}

async fn what_a_cooperative_delivers_is_on_the_shelf_until_its_last_lot_expires(world: World) {
    let (manager, variant) = (world.person("market.khouribga").await, variant(&world).await);
    let refused = manager.does(DELIVERY, delivery(&variant, "12", ("L1", "2026-11-30"))).await.outcome();
    assert_eq!(refused, "CONTRACT_REQUIRED lines.0.variantId", "{}", world.on);
    let made = manager.does(CONTRACT, terms()).await.data()["consignmentContractCreate"]["consignmentContract"].clone();
    assert_eq!((&made["isInForce"], &made["payoutDays"]), (&json!(true), &json!([1, 16])), "{}", world.on);
    assert_eq!(manager.does(CONTRACT, terms()).await.outcome(), "CONTRACT_OVERLAPS validFrom", "{}", world.on);
    // No stock was ever kept of it: what is listed may be sold.
    assert_eq!(available(&world, &variant).await, true, "{}", world.on);
    let key = json!("first delivery");
    let mut first = delivery(&variant, "12", ("L1", "2026-11-30"));
    first["idempotencyKey"] = key;
    for _ in 0..2 {
        let done = manager.does(DELIVERY, first.clone()).await.data()["deliveryRecord"]["movements"].clone();
        assert_eq!(done[0]["kind"], "DELIVERY", "{}", world.on);
        assert_eq!((&done[0]["quantity"], &done[0]["lot"]["onHand"]), (&json!("12"), &json!("12")), "{}", world.on);
    }
    assert_eq!(manager.does(DELIVERY, delivery(&variant, "5", ("L2", "2026-12-31"))).await.outcome(), "done", "{}", world.on);
    assert_eq!(manager.does(DELIVERY, delivery(&variant, "3", ("L1", "2026-11-30"))).await.outcome(), "done", "{}", world.on);
    let stock = manager.asks(STOCK, json!({})).await.data()["market"]["stock"].clone();
    let level = stock["nodes"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&level["onHand"], &level["available"], &level["held"]), (&json!("20"), &json!("20"), &json!("0")), "{}", world.on);
    assert_eq!(level["lots"], json!([{"code": "L1", "onHand": "15"}, {"code": "L2", "onHand": "5"}]), "{}", world.on);
    let moved: Vec<&Value> = level["movements"]["nodes"].as_array().unwrap().iter().map(|moved| &moved["quantity"]).collect();
    assert_eq!(moved, ["3", "5", "12"], "{}", world.on);
    assert_eq!(available(&world, &variant).await, true, "{}", world.on);
    // The last moment of its last day in Casablanca, and the first of the next day.
    world.at("2026-11-30T23:59:59Z");
    let manager = world.person("market.khouribga").await;
    let seen = manager.asks(STOCK, json!({})).await.data()["market"]["stock"]["nodes"].as_array().unwrap().last().unwrap()["available"].clone();
    assert_eq!(seen, "20", "{}", world.on);
    world.at("2026-12-01T00:00:00Z");
    let manager = world.person("market.khouribga").await;
    let level = manager.asks(STOCK, json!({})).await.data()["market"]["stock"]["nodes"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&level["onHand"], &level["available"]), (&json!("20"), &json!("5")), "{}", world.on);
    assert_eq!(available(&world, &variant).await, true, "{}", world.on);
    world.at("2027-01-01T00:00:00Z");
    assert_eq!(available(&world, &variant).await, false, "{}: all of it has expired", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

async fn a_cooperative_sees_its_own_stock_and_nobody_else_does(world: World) {
    let (manager, variant) = (world.person("market.khouribga").await, variant(&world).await);
    let of = "query($id: ID!) { cooperative(id: $id) { stock(first: 5) { totalCount } consignmentContracts(first: 5) {
        nodes { commissionBasisPoints market { slug } } } } }";
    let before = manager.asks(of, json!({"id": id(Kind::Cooperative, "cooperative", "demo-argan")})).await;
    let before = before.data()["cooperative"]["stock"]["totalCount"].as_i64().unwrap();
    assert_eq!(manager.does(CONTRACT, terms()).await.outcome(), "done", "{}", world.on);
    assert_eq!(manager.does(DELIVERY, delivery(&variant, "12", ("L9", "2026-12-31"))).await.outcome(), "done", "{}", world.on);
    let sees = async |person: &Person<'_>| {
        let seen = person.asks(of, json!({"id": id(Kind::Cooperative, "cooperative", "demo-argan")})).await;
        let seen = seen.data()["cooperative"].clone();
        (seen["stock"]["totalCount"].as_i64().unwrap(), seen["consignmentContracts"]["nodes"].as_array().unwrap().len())
    };
    let (cooperative, finance) = (world.person("cooperative").await, world.person("finance.khouribga").await);
    let (programmes, mdiq) = (world.person("programmes.khouribga").await, world.person("mdiq").await);
    assert_eq!(sees(&cooperative).await, (before + 1, 1), "{}", world.on);
    assert_eq!(sees(&finance).await, (before + 1, 1), "{}", world.on);
    assert_eq!(sees(&programmes).await, (0, 0), "{}", world.on);
    assert_eq!(sees(&mdiq).await, (0, 0), "{}", world.on);
    // Whoever sees it does not record it.
    let more = || delivery(&variant, "1", ("L9", "2026-12-31"));
    assert_eq!(finance.does(DELIVERY, more()).await.outcome(), "FORBIDDEN", "{}", world.on);
    assert_eq!(cooperative.does(DELIVERY, more()).await.outcome(), "NOT_FOUND", "{}", world.on);
    assert_eq!(mdiq.does(DELIVERY, more()).await.outcome(), "NOT_FOUND", "{}", world.on);
    assert_eq!(mdiq.does(CONTRACT, terms()).await.outcome(), "NOT_FOUND", "{}", world.on);
}

async fn what_cannot_be_delivered_is_refused_line_by_line(world: World) {
    let (manager, variant) = (world.person("market.khouribga").await, variant(&world).await);
    let made = manager.does(CONTRACT, terms()).await.data()["consignmentContractCreate"]["consignmentContract"].clone();
    let line = |variant: &str, quantity: &str, lot: Value| json!({"variantId": variant, "quantity": quantity, "lot": lot});
    let nowhere = id(Kind::ProductVariant, "nothing", "nothing");
    let lines = |lines: Value| json!({"marketId": market(), "lines": lines});
    let wrong = lines(json!([
        line(&variant, "0", json!({"code": "A"})),
        line(&variant, "-3", json!({"code": " "})),
        line(&variant, "0.0005", json!({"code": "B", "producedOn": "2030-01-01"})),
        line(&variant, "1", json!({"code": "C", "producedOn": "2026-05-01", "expiresOn": "2026-04-01"})),
        line(&variant, "99999999999", json!({"code": "D"})),
        line(&variant, "1", json!({"code": "E"})),
        line(&variant, "1", json!({"code": "E"})),
    ]));
    assert_eq!(
        manager.does(DELIVERY, wrong).await.outcome(),
        "AMOUNT_INVALID lines.0.quantity, AMOUNT_INVALID lines.1.quantity, TEXT_REQUIRED lines.1.lot.code, \
         AMOUNT_INVALID lines.2.quantity, DATE_INVALID lines.2.lot.producedOn, DATE_INVALID lines.3.lot.expiresOn, \
         AMOUNT_INVALID lines.4.quantity, DUPLICATE_ENTRY lines.6.lot",
        "{}", world.on
    );
    assert_eq!(manager.does(DELIVERY, lines(json!([]))).await.outcome(), "LIMIT_EXCEEDED lines", "{}", world.on);
    let many: Vec<Value> = (0..101).map(|number| line(&variant, "1", json!({"code": format!("N{number}")}))).collect();
    assert_eq!(manager.does(DELIVERY, lines(json!(many))).await.outcome(), "LIMIT_EXCEEDED lines", "{}", world.on);
    let half = lines(json!([line(&variant, "1", json!({"code": "F"})), line(&nowhere, "1", json!({"code": "F"}))]));
    assert_eq!(manager.does(DELIVERY, half).await.outcome(), "NOT_FOUND lines.1.variantId", "{}", world.on);
    let stands = delivery(&variant, "1", ("G", "2026-12-31"));
    assert_eq!(manager.does(DELIVERY, stands).await.outcome(), "done", "{}", world.on);
    let other = delivery(&variant, "1", ("G", "2027-01-31"));
    assert_eq!(manager.does(DELIVERY, other).await.outcome(), "DATE_INVALID lines.0.lot.expiresOn", "{}", world.on);
    // A contract ends today or later, and nothing comes after its last day.
    let end = |last: &str, version: &Value| json!({"id": made["id"], "expectedVersion": version, "validTo": last});
    assert_eq!(manager.does(END, end("2026-11-22", &made["version"])).await.outcome(), "DATE_INVALID validTo", "{}", world.on);
    assert_eq!(manager.does(END, end("2028-01-01", &made["version"])).await.outcome(), "DATE_INVALID validTo", "{}", world.on);
    let ended = manager.does(END, end("2026-11-23", &made["version"])).await;
    let ended = ended.data()["consignmentContractEnd"]["consignmentContract"].clone();
    assert_eq!(ended, json!({"version": 2, "validTo": "2026-11-23", "isInForce": true}), "{}", world.on);
    assert_eq!(manager.does(END, end("2026-11-23", &made["version"])).await.outcome(), "CONFLICT expectedVersion", "{}", world.on);
    world.at("2026-11-24T00:00:00Z");
    let manager = world.person("market.khouribga").await;
    let late = delivery(&variant, "1", ("G", "2026-12-31"));
    assert_eq!(manager.does(DELIVERY, late).await.outcome(), "CONTRACT_REQUIRED lines.0.variantId", "{}", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

async fn a_variant_is_put_on_the_shelf_once_and_its_price_changes_by_version(world: World) {
    let (manager, variant) = (world.person("market.khouribga").await, variant(&world).await);
    let set = |price: &str, version: Value| json!({"marketId": market(), "variantId": variant, "price": price,
        "isVisible": true, "expectedVersion": version});
    assert_eq!(manager.does(SHELF, set("80.00", Value::Null)).await.outcome(), "CONFLICT expectedVersion", "{}: it is there", world.on);
    assert_eq!(manager.does(SHELF, set("0", json!(1))).await.outcome(), "AMOUNT_INVALID price", "{}", world.on);
    assert_eq!(manager.does(SHELF, set("10.005", json!(1))).await.outcome(), "AMOUNT_INVALID price", "{}", world.on);
    let changed = manager.does(SHELF, set("81.50", json!(1))).await.data()["listingSet"]["listing"].clone();
    assert_eq!((&changed["version"], &changed["price"]["amount"]), (&json!(2), &json!("81.50")), "{}", world.on);
    assert_eq!(manager.does(SHELF, set("82.00", json!(1))).await.outcome(), "CONFLICT expectedVersion", "{}", world.on);
    // Another market has none of it yet: it is put there anew.
    let (mdiq, there) = (world.person("mdiq").await, id(Kind::Market, "market", "demo-mdiq"));
    let elsewhere = |version: Value| json!({"marketId": there, "variantId": variant, "price": "90.00", "isVisible": true,
        "expectedVersion": version});
    assert_eq!(manager.does(SHELF, elsewhere(Value::Null)).await.outcome(), "NOT_FOUND", "{}", world.on);
    assert_eq!(mdiq.does(SHELF, elsewhere(json!(1))).await.outcome(), "NOT_FOUND variantId", "{}", world.on);
    let new = mdiq.does(SHELF, elsewhere(Value::Null)).await.data()["listingSet"]["listing"].clone();
    assert_eq!((&new["version"], &new["available"]), (&json!(1), &json!(true)), "{}", world.on);
    assert_eq!(world.person("cooperative").await.does(SHELF, set("1.00", json!(2))).await.outcome(), "NOT_FOUND", "{}", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

fn removal(kind: &str, variant: &str, quantity: &str, lot: Value) -> Value {
    json!({"marketId": market(), "kind": kind, "reason": "Flacon cassé (démo)",
        "lines": [{"variantId": variant, "quantity": quantity, "lotCode": lot}]})
}

/// A market with a contract and two lots of a variant: five that end this month, and ten that keep longer.
async fn stocked(world: &World) -> (Person<'_>, String) {
    let (manager, variant) = (world.person("market.khouribga").await, variant(world).await);
    assert_eq!(manager.does(CONTRACT, terms()).await.outcome(), "done", "{}", world.on);
    for (quantity, lot) in [("10", ("LATE", "2027-06-30")), ("5", ("SOON", "2026-11-30"))] {
        assert_eq!(manager.does(DELIVERY, delivery(&variant, quantity, lot)).await.outcome(), "done", "{}", world.on);
    }
    (manager, variant)
}

async fn what_leaves_unsold_goes_from_the_lot_that_expires_first(world: World) {
    let (manager, variant) = stocked(&world).await;
    let given_back = manager.does(REMOVAL, removal("RETURN", &variant, "7", Value::Null)).await;
    let given_back: Vec<(String, String)> = given_back.data()["stockRemovalRecord"]["movements"].as_array().unwrap().iter()
        .map(|moved| (moved["lot"]["code"].to_string(), moved["quantity"].to_string())).collect();
    let expected = [("\"SOON\"", "\"-5\""), ("\"LATE\"", "\"-2\"")].map(|(lot, by)| (lot.to_owned(), by.to_owned()));
    assert_eq!(given_back, expected, "{}", world.on);
    let broken = manager.does(REMOVAL, removal("LOSS", &variant, "1", json!("LATE"))).await;
    let broken = broken.data()["stockRemovalRecord"]["movements"][0].clone();
    assert_eq!((&broken["kind"], &broken["lot"]["onHand"]), (&json!("LOSS"), &json!("7")), "{}", world.on);
    assert_eq!(broken["reason"], "Flacon cassé (démo)", "{}", world.on);
    for (input, refused) in [
        (removal("RETURN", &variant, "8", Value::Null), "STOCK_INSUFFICIENT lines.0.quantity"),
        (removal("RETURN", &variant, "1", json!("SOON")), "NOT_FOUND lines.0.lotCode"),
        (removal("EXPIRY", &variant, "1", json!("LATE")), "STOCK_INSUFFICIENT lines.0.quantity"),
        (removal("RETURN", &variant, "0.5", Value::Null), "AMOUNT_INVALID lines.0.quantity"),
        (removal("RETURN", &id(Kind::ProductVariant, "nothing", "nothing"), "1", Value::Null), "NOT_FOUND lines.0.variantId"),
    ] {
        assert_eq!(manager.does(REMOVAL, input).await.outcome(), refused, "{}", world.on);
    }
    let mut silent = removal("LOSS", &variant, "1", Value::Null);
    silent["reason"] = Value::Null;
    let line = silent["lines"][0].clone();
    silent["lines"] = json!([line, line]);
    let refused = manager.does(REMOVAL, silent).await.outcome();
    assert_eq!(refused, "TEXT_REQUIRED reason, DUPLICATE_ENTRY lines.1.variantId", "{}", world.on);
    let mdiq = world.person("mdiq").await;
    assert_eq!(mdiq.does(REMOVAL, removal("LOSS", &variant, "1", Value::Null)).await.outcome(), "NOT_FOUND", "{}", world.on);
    // The rest expires, and is taken off the shelf.
    world.at("2027-07-01T08:00:00Z");
    let manager = world.person("market.khouribga").await;
    assert_eq!(manager.does(REMOVAL, removal("EXPIRY", &variant, "7", Value::Null)).await.outcome(), "done", "{}", world.on);
    let stock = manager.asks(STOCK, json!({})).await.data()["market"]["stock"]["nodes"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&stock["onHand"], &stock["lots"]), (&json!("0"), &json!([])), "{}", world.on);
    assert_eq!(available(&world, &variant).await, false, "{}", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

async fn what_goes_to_another_market_leaves_one_and_arrives_at_the_other(world: World) {
    let (_, variant) = stocked(&world).await;
    let national = world.person("national").await;
    let there = id(Kind::Market, "market", "demo-mdiq");
    let carried = |quantity: &str| json!({"marketId": market(), "toMarketId": there,
        "lines": [{"variantId": variant, "quantity": quantity}]});
    let refused = national.does(TRANSFER, carried("6")).await.outcome();
    assert_eq!(refused, "CONTRACT_REQUIRED lines.0.variantId", "{}", world.on);
    let mut contract = terms();
    contract["marketId"] = json!(there);
    assert_eq!(national.does(CONTRACT, contract).await.outcome(), "done", "{}", world.on);
    let done = national.does(TRANSFER, carried("6")).await.data()["stockTransferRecord"]["movements"].clone();
    let moved: Vec<String> = done.as_array().unwrap().iter().map(|moved| format!(
        "{} {} {} at {}: {}", moved["kind"], moved["lot"]["code"], moved["quantity"], moved["stockLevel"]["market"]["slug"],
        moved["stockLevel"]["onHand"],
    ).replace('"', "")).collect();
    assert_eq!(
        moved,
        [
            "TRANSFER_OUT SOON -5 at khouribga: 9", "TRANSFER_IN SOON 5 at demo-mdiq: 6",
            "TRANSFER_OUT LATE -1 at khouribga: 9", "TRANSFER_IN LATE 1 at demo-mdiq: 6",
        ],
        "{}", world.on
    );
    assert_eq!(done[1]["lot"]["expiresOn"], "2026-11-30", "{}: a lot keeps its days", world.on);
    let same = json!({"marketId": market(), "toMarketId": market(), "lines": [{"variantId": variant, "quantity": "1"}]});
    assert_eq!(national.does(TRANSFER, same).await.outcome(), "DUPLICATE_ENTRY toMarketId", "{}", world.on);
    assert_eq!(national.does(TRANSFER, carried("10")).await.outcome(), "STOCK_INSUFFICIENT lines.0.quantity", "{}", world.on);
    // Whoever keeps one of the two markets carries nothing to the other.
    let manager = world.person("market.khouribga").await;
    assert_eq!(manager.does(TRANSFER, carried("1")).await.outcome(), "NOT_FOUND", "{}", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

async fn of_the_last_ten_no_more_than_ten_leave_when_fifty_are_taken_at_once_on_two_instances(world: World) {
    let (manager, variant) = (world.person("market.khouribga").await, variant(&world).await);
    assert_eq!(manager.does(CONTRACT, terms()).await.outcome(), "done", "{}", world.on);
    let last = delivery(&variant, "10", ("LAST", "2027-06-30"));
    assert_eq!(manager.does(DELIVERY, last).await.outcome(), "done", "{}", world.on);
    let other = world.also_served(&[]).await;
    let at_other = manager.at(&other);
    let takes = (0..50).map(|number| {
        let person = if number % 2 == 0 { &manager } else { &at_other };
        person.does(REMOVAL, removal("RETURN", &variant, "1", Value::Null))
    });
    let outcomes: Vec<String> = futures_util::future::join_all(takes).await.iter().map(|taken| taken.outcome()).collect();
    let count = |of: &str| outcomes.iter().filter(|outcome| *outcome == of).count();
    assert_eq!((count("done"), count("STOCK_INSUFFICIENT lines.0.quantity")), (10, 40), "{}: {outcomes:?}", world.on);
    let sum = "select cast(coalesce(sum(quantity), 0) as bigint) from stock_movement";
    assert_eq!(world.raw_as_owner(sum).await, Ok(0), "{}", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

const COUNT: &str = "mutation($input: StockCountRecordInput!) { stockCountRecord(input: $input) { stockCount { id version status
    worth { amount } lines { lotCode recorded counted difference } } userErrors { code field } } }";

async fn a_cooperative_is_told_of_a_price_that_is_not_hers(world: World) {
    let mail = MailServer::new().await;
    let (manager, cooperative) = (world.person("market.khouribga").await, world.person("cooperative").await);
    let variant = variant(&world).await;
    assert_eq!(manager.does(CONTRACT, terms()).await.outcome(), "done", "{}", world.on);
    let delivered = async |lot: &str, asked: &str| {
        let mut delivery = delivery(&variant, "4", (lot, "2027-06-30"));
        delivery["lines"][0]["askedPrice"] = json!(asked);
        manager.does(DELIVERY, delivery).await.outcome()
    };
    let priced = async |price: &str| {
        let find = "query($id: ID!) { node(id: $id) { ... on ProductVariant { product { listings(first: 50) { nodes { version
            variant { id } market { slug } } } } } } }";
        let listings = manager.asks(find, json!({"id": variant})).await.data()["node"]["product"]["listings"]["nodes"].clone();
        let version = listings.as_array().unwrap().iter()
            .find(|listing| listing["variant"]["id"] == variant && listing["market"]["slug"] == "khouribga").unwrap()["version"].clone();
        let shelf = json!({"marketId": market(), "variantId": variant, "price": price, "isVisible": true, "expectedVersion": version});
        manager.does(SHELF, shelf).await.outcome()
    };
    let told = async || {
        mail.mailer().deliver(&world.db, world.clock.now()).await.unwrap();
        mail.taken()
    };
    let differing = async |person: &Person<'_>| {
        let query = "{ cooperative(slug: \"demo-argan\") { stock(first: 10, filter: {priceDiffers: true}) { nodes {
            askedPrice { amount } priceDiffers variant { id } } } } }";
        person.asks(query, json!({})).await.data()["cooperative"]["stock"]["nodes"].clone()
    };
    assert_eq!(delivered("L1", "0").await, "AMOUNT_INVALID lines.0.askedPrice", "{}", world.on);
    assert_eq!(priced("90.00").await, "done", "{}", world.on);
    // It was on the shelf for 90 dirhams before it was said that 80 are asked.
    assert_eq!(delivered("L1", "80.00").await, "done", "{}", world.on);
    let first = told().await;
    assert_eq!(first.iter().map(|email| email.to.as_str()).collect::<Vec<_>>(), ["cooperative@unfm.example"], "{}", world.on);
    for part in ["90.00 MAD (demandé 80.00 MAD)", "المطلوب 80.00", "https://admin.unfm.example/products/"] {
        assert!(first[0].text.contains(part), "{}: {part} in {}", world.on, first[0].text);
    }
    let expected = json!([{"askedPrice": {"amount": "80.00"}, "priceDiffers": true, "variant": {"id": variant}}]);
    assert_eq!((differing(&cooperative).await, differing(&manager).await), (expected.clone(), expected), "{}", world.on);
    assert_eq!(differing(&world.person("mdiq").await).await, json!([]), "{}: a neighbour sees nothing of it", world.on);
    // Her own price is no news; the same price again, and a delivery that names none, change nothing.
    assert_eq!(priced("80.00").await, "done", "{}", world.on);
    assert_eq!(delivered("L2", "80.00").await, "done", "{}", world.on);
    assert_eq!(manager.does(DELIVERY, delivery(&variant, "1", ("L3", "2027-06-30"))).await.outcome(), "done", "{}", world.on);
    assert_eq!((told().await.len(), differing(&cooperative).await), (0, json!([])), "{}", world.on);
    // Another price is told once, however often it changes before the e-mail goes.
    assert_eq!(priced("85.00").await, "done", "{}", world.on);
    assert_eq!(priced("86.00").await, "done", "{}", world.on);
    let told_again = told().await;
    assert_eq!(told_again.len(), 1, "{}", world.on);
    assert!(told_again[0].text.contains("86.00 MAD (demandé 80.00 MAD)"), "{}: {}", world.on, told_again[0].text);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

fn count(lines: &[(&str, &str, &str)]) -> Value {
    let line = |(variant, lot, counted): &(&str, &str, &str)| json!({"variantId": variant, "lotCode": lot, "counted": counted});
    json!({"marketId": market(), "reason": "Inventaire du mois (démo)", "lines": lines.iter().map(line).collect::<Vec<_>>()})
}

async fn a_count_changes_the_ledger_and_much_of_it_takes_a_second_person(world: World) {
    let (manager, variant) = stocked(&world).await;
    let price = json!({"marketId": market(), "variantId": variant, "price": "80.00", "isVisible": true, "expectedVersion": 1});
    assert_eq!(manager.does(SHELF, price).await.outcome(), "done", "{}", world.on);
    let nothing = id(Kind::ProductVariant, "nothing", "nothing");
    let wrong = count(&[(&variant, "LATE", "-1"), (&variant, "SOON", "1"), (&variant, "SOON", "1"), (&variant, " ", "0.0005")]);
    assert_eq!(
        manager.does(COUNT, wrong).await.outcome(),
        "AMOUNT_INVALID lines.0.counted, DUPLICATE_ENTRY lines.2.lotCode, TEXT_REQUIRED lines.3.lotCode, \
         AMOUNT_INVALID lines.3.counted",
        "{}", world.on
    );
    let unknown = count(&[(&variant, "NEVER", "1"), (&nothing, "SOON", "1")]);
    let refused = manager.does(COUNT, unknown).await.outcome();
    assert_eq!(refused, "NOT_FOUND lines.0.lotCode, NOT_FOUND lines.1.variantId", "{}", world.on);
    // Two more of one and one less of another: 240 dirhams.
    let small = manager.does(COUNT, count(&[(&variant, "LATE", "9"), (&variant, "SOON", "7")])).await;
    let small = small.data()["stockCountRecord"]["stockCount"].clone();
    assert_eq!((&small["status"], &small["worth"]["amount"]), (&json!("APPLIED"), &json!("240.00")), "{}", world.on);
    assert_eq!(small["lines"][0], json!({"lotCode": "LATE", "recorded": "10", "counted": "9", "difference": "-1"}), "{}", world.on);
    let lots = async || {
        let stock = manager.asks(STOCK, json!({})).await.data()["market"]["stock"]["nodes"].clone();
        stock.as_array().unwrap().last().unwrap()["lots"].clone()
    };
    assert_eq!(lots().await, json!([{"code": "SOON", "onHand": "7"}, {"code": "LATE", "onHand": "9"}]), "{}", world.on);
    // Seven less are 560.
    let large = manager.does(COUNT, count(&[(&variant, "LATE", "2")])).await;
    let large = large.data()["stockCountRecord"]["stockCount"].clone();
    assert_eq!((&large["status"], &large["worth"]["amount"]), (&json!("PENDING"), &json!("560.00")), "{}", world.on);
    assert_eq!(lots().await[1]["onHand"], "9", "{}", world.on);
    let decision = |what: &str| format!("mutation($input: StockCountDecideInput!) {{ stockCount{what}(input: $input) {{
        stockCount {{ status }} userErrors {{ code field }} }} }}");
    let step = |version: i32| json!({"id": large["id"], "expectedVersion": version});
    assert_eq!(manager.does(&decision("Confirm"), step(1)).await.outcome(), "FOUR_EYES_REQUIRED", "{}", world.on);
    let finance = world.person("finance.khouribga").await;
    assert_eq!(finance.does(&decision("Confirm"), step(1)).await.outcome(), "FORBIDDEN", "{}", world.on);
    // Meanwhile three are taken: less is left than is missing, and the second person declines.
    assert_eq!(manager.does(REMOVAL, removal("RETURN", &variant, "3", json!("LATE"))).await.outcome(), "done", "{}", world.on);
    let admin = world.person("khouribga").await;
    assert_eq!(admin.does(&decision("Confirm"), step(1)).await.outcome(), "STOCK_INSUFFICIENT", "{}", world.on);
    assert_eq!(admin.does(&decision("Decline"), step(1)).await.outcome(), "done", "{}", world.on);
    assert_eq!(admin.does(&decision("Confirm"), step(2)).await.outcome(), "STATUS_INVALID", "{}", world.on);
    assert_eq!(lots().await[1]["onHand"], "6", "{}", world.on);
    let again = admin.does(COUNT, count(&[(&variant, "SOON", "0"), (&variant, "LATE", "6")])).await;
    let again = again.data()["stockCountRecord"]["stockCount"].clone();
    let step = json!({"id": again["id"], "expectedVersion": 1});
    assert_eq!(manager.does(&decision("Confirm"), step).await.outcome(), "done", "{}", world.on);
    assert_eq!(lots().await, json!([{"code": "LATE", "onHand": "6"}]), "{}", world.on);
    let counts = "{ market(slug: \"khouribga\") { stockCounts(first: 5) { nodes { status } } } }";
    let seen = manager.asks(counts, json!({})).await.data()["market"]["stockCounts"]["nodes"].clone();
    assert_eq!(seen, json!([{"status": "APPLIED"}, {"status": "DECLINED"}, {"status": "APPLIED"}]), "{}", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

const SIGN: &str = "mutation($input: DeliveryCountersignInput!) { deliveryCountersign(input: $input) {
    countersignature { id version status reason } userErrors { code field } } }";
const DISPUTE: &str = "mutation($input: DeliveryDisputeInput!) { deliveryDispute(input: $input) {
    countersignature { version status reason movement { quantity } } userErrors { code field } } }";

async fn a_cooperative_countersigns_what_it_delivered_or_disputes_it(world: World) {
    let (manager, variant) = stocked(&world).await;
    let cooperative = world.person("cooperative").await;
    let hers = "query($id: ID!) { cooperative(id: $id) { stock(first: 50) { nodes { variant { id } movements(first: 5) { nodes {
        id kind quantity countersignature { status reason } } } } } } }";
    let argan = json!({"id": id(Kind::Cooperative, "cooperative", "demo-argan")});
    let moved = async || {
        let seen = cooperative.asks(hers, argan.clone()).await.data()["cooperative"]["stock"]["nodes"].clone();
        let level = seen.as_array().unwrap().iter().find(|level| level["variant"]["id"] == variant).cloned().unwrap();
        level["movements"]["nodes"].as_array().unwrap().clone()
    };
    assert_eq!(manager.does(REMOVAL, removal("RETURN", &variant, "1", json!("LATE"))).await.outcome(), "done", "{}", world.on);
    let all = moved().await;
    let (returned, soon, late) = (&all[0]["id"], &all[1]["id"], &all[2]["id"]);
    // Nobody signs for her: not the market, not the branch, no neighbour and no stranger.
    let sign = |movement: &Value| json!({"movementId": movement});
    for (who, refused) in [("market.khouribga", "FORBIDDEN"), ("khouribga", "FORBIDDEN"), ("national", "FORBIDDEN"), ("mdiq", "NOT_FOUND")] {
        assert_eq!(world.person(who).await.does(SIGN, sign(soon)).await.outcome(), refused, "{}: {who}", world.on);
    }
    assert_eq!(cooperative.does(SIGN, sign(returned)).await.outcome(), "STATUS_INVALID", "{}", world.on);
    let silent = json!({"movementId": late, "reason": " "});
    assert_eq!(cooperative.does(DISPUTE, silent).await.outcome(), "TEXT_REQUIRED reason", "{}", world.on);
    let signed = cooperative.does(SIGN, sign(soon)).await.data()["deliveryCountersign"]["countersignature"].clone();
    assert_eq!((&signed["status"], &signed["reason"]), (&json!("CONFIRMED"), &Value::Null), "{}", world.on);
    let again = cooperative.does(SIGN, sign(soon)).await.data()["deliveryCountersign"]["countersignature"].clone();
    assert_eq!(again, signed, "{}", world.on);
    let why = "Douze bouteilles livrées (démo)";
    let dispute = |movement: &Value| json!({"movementId": movement, "reason": why});
    assert_eq!(cooperative.does(DISPUTE, dispute(soon)).await.outcome(), "STATUS_INVALID", "{}", world.on);
    let disputed = cooperative.does(DISPUTE, dispute(late)).await.data()["deliveryDispute"]["countersignature"].clone();
    let expected = json!({"version": 1, "status": "DISPUTED", "reason": why, "movement": {"quantity": "10"}});
    assert_eq!(disputed, expected, "{}", world.on);
    // The manager sees it; when it is settled between them, she countersigns.
    let of = "{ market(slug: \"khouribga\") { deliveryCountersignatures(first: 5) { nodes { status reason cooperative { slug } } } } }";
    let seen = manager.asks(of, json!({})).await.data()["market"]["deliveryCountersignatures"]["nodes"].clone();
    assert_eq!(seen[0], json!({"status": "DISPUTED", "reason": why, "cooperative": {"slug": "demo-argan"}}), "{}", world.on);
    assert_eq!(cooperative.does(SIGN, sign(late)).await.data()["deliveryCountersign"]["countersignature"]["version"], 2, "{}", world.on);
    let told: Vec<Value> = moved().await.iter().map(|moved| moved["countersignature"]["status"].clone()).collect();
    assert_eq!(told, [Value::Null, json!("CONFIRMED"), json!("CONFIRMED")], "{}", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

tests::on_each_database!(a_cooperative_is_told_of_a_price_that_is_not_hers, a_cooperative_countersigns_what_it_delivered_or_disputes_it, a_count_changes_the_ledger_and_much_of_it_takes_a_second_person, what_leaves_unsold_goes_from_the_lot_that_expires_first, what_goes_to_another_market_leaves_one_and_arrives_at_the_other, of_the_last_ten_no_more_than_ten_leave_when_fifty_are_taken_at_once_on_two_instances, what_a_cooperative_delivers_is_on_the_shelf_until_its_last_lot_expires, a_cooperative_sees_its_own_stock_and_nobody_else_does, what_cannot_be_delivered_is_refused_line_by_line, a_variant_is_put_on_the_shelf_once_and_its_price_changes_by_version);
