//! What a storefront lets its visitors choose from: how many products there are of each kind, what is near, what sells most, and
//! what search engines are told.

use domain::id::founding;
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::collections::HashMap;
use tests::World;
use tests::person::Person;
use unfm::platform::graphql::global_id::{GlobalId, Kind};
use unfm::product::popularity::count;

const FACETS: &str = "query($search: String, $filter: ProductFilter) { productFacets(search: $search, filter: $filter) {
    categories { category { slug } count isCapped } qualitySigns { kind count } lowestPrice { amount } highestPrice { amount }
    priceRanges { minPrice { amount } maxPrice { amount } count } } }";
const COUNT: &str = "query($search: String, $filter: ProductFilter) { products(first: 0, search: $search, filter: $filter) { totalCount } }";

async fn each_choice_says_how_many_products_it_leaves(world: World) {
    let plain = json!({"search": null, "filter": {}});
    let market = json!({"search": null, "filter": {"market": GlobalId::new(Kind::Market, founding("market", "khouribga"))
        .to_string(), "qualitySign": "IGP"}});
    let search = json!({"search": "argan", "filter": {"minPrice": "90.00", "category": "argan-oil"}});
    let mut told = Vec::new();
    for asked in [plain, market, search] {
        let facets = world.ask(FACETS, asked.clone()).await.data()["productFacets"].clone();
        let with = |field: &str, value: Value| {
            let mut asked = asked.clone();
            asked["filter"][field] = value;
            asked
        };
        let number = async |asked: Value| world.ask(COUNT, asked).await.data()["products"]["totalCount"].clone();
        for facet in facets["categories"].as_array().unwrap() {
            let left = number(with("category", facet["category"]["slug"].clone())).await;
            assert_eq!((&facet["count"], &facet["isCapped"]), (&left, &json!(false)), "{}: {facet}", world.on);
        }
        for facet in facets["qualitySigns"].as_array().unwrap() {
            assert_eq!(facet["count"], number(with("qualitySign", facet["kind"].clone())).await, "{}: {facet}", world.on);
        }
        for facet in facets["priceRanges"].as_array().unwrap() {
            let mut asked = with("minPrice", facet["minPrice"]["amount"].clone());
            asked["filter"]["maxPrice"] = facet["maxPrice"]["amount"].clone();
            assert_eq!(facet["count"], number(asked).await, "{}: {facet}", world.on);
        }
        told.push(facets);
    }
    assert_eq!(told[0]["categories"].as_array().unwrap().len(), 9, "{}: {}", world.on, told[0]);
    let sum: i64 = told[0]["priceRanges"].as_array().unwrap().iter().map(|range| range["count"].as_i64().unwrap()).sum();
    assert_eq!(sum, 30, "{}: every product has a price", world.on);
    let lists = "{ low: products(first: 1, orderBy: PRICE_ASCENDING) { nodes { lowestPrice { amount } } }
        high: products(first: 1, orderBy: PRICE_DESCENDING) { nodes { lowestPrice { amount } } } }";
    let ends = world.ask(lists, json!({})).await.data().clone();
    for (end, facet) in [("low", "lowestPrice"), ("high", "highestPrice")] {
        assert_eq!(ends[end]["nodes"][0]["lowestPrice"], told[0][facet], "{}", world.on);
    }
    let nothing = world.ask(FACETS, json!({"search": "rien du tout", "filter": {}})).await.data()["productFacets"].clone();
    assert_eq!((&nothing["categories"], &nothing["lowestPrice"]), (&json!([]), &Value::Null), "{}", world.on);
    let wrong = world.ask(FACETS, json!({"search": null, "filter": {"minPrice": "1.234"}})).await;
    assert_eq!((wrong.code(), wrong.argument()), ("BAD_USER_INPUT", "filter.minPrice"), "{}", world.on);
}

/// A market's point is published.
async fn placed(person: &Person<'_>, slug: &str, point: (f64, f64)) {
    let look = "query($slug: String!) { market(slug: $slug) { id version } }";
    let market = person.asks(look, json!({"slug": slug})).await.data()["market"].clone();
    let edit = "mutation($input: MarketEditInput!) { marketEdit(input: $input) { userErrors { code field } } }";
    let input = json!({"id": market["id"], "expectedVersion": market["version"], "latitude": point.0, "longitude": point.1});
    assert_eq!(person.does(edit, input).await.outcome(), "done");
}

async fn the_nearest_market_comes_first(world: World) {
    let markets = "query($near: NearInput, $by: MarketOrder!, $first: Int!, $after: String) {
        markets(first: $first, after: $after, filter: {near: $near}, orderBy: $by) { totalCount nodes { slug } pageInfo { endCursor } } }";
    let asked = async |near: Value, first: i64, after: Value| {
        let answer = world.ask(markets, json!({"near": near, "by": "DISTANCE", "first": first, "after": after})).await;
        answer.data()["markets"].clone()
    };
    let slugs = |page: &Value| page["nodes"].as_array().unwrap().iter().map(|node| node["slug"].clone()).collect::<Vec<_>>();
    let (beni_mellal, tetouan) = (json!({"latitude": 32.34, "longitude": -6.35}), json!({"latitude": 35.57, "longitude": -5.37}));
    assert_eq!(asked(beni_mellal.clone(), 10, Value::Null).await["totalCount"], 0, "{}: no point is published", world.on);
    placed(&world.person("khouribga").await, "khouribga", (32.88, -6.91)).await;
    placed(&world.person("mdiq").await, "demo-mdiq", (35.68, -5.32)).await;
    assert_eq!(slugs(&asked(beni_mellal.clone(), 10, Value::Null).await), ["khouribga", "demo-mdiq"], "{}", world.on);
    assert_eq!(slugs(&asked(tetouan.clone(), 10, Value::Null).await), ["demo-mdiq", "khouribga"], "{}", world.on);
    let first = asked(tetouan.clone(), 1, Value::Null).await;
    let second = asked(tetouan.clone(), 1, first["pageInfo"]["endCursor"].clone()).await;
    assert_eq!((slugs(&first), slugs(&second)), (vec![json!("demo-mdiq")], vec![json!("khouribga")]), "{}", world.on);
    let mut close = beni_mellal.clone();
    close["withinKilometres"] = json!(100);
    assert_eq!(slugs(&asked(close.clone(), 10, Value::Null).await), ["khouribga"], "{}", world.on);

    let distance = "{ market(slug: \"khouribga\") { kilometresFrom(latitude: 32.34, longitude: -6.35) } }";
    let distance = world.ask(distance, json!({})).await.data()["market"]["kilometresFrom"].as_f64().unwrap();
    assert!((79.0..81.0).contains(&distance), "{}: {distance}", world.on);
    let nowhere = "{ market(slug: \"khouribga\") { slug kilometresFrom(latitude: 91, longitude: 0) } }";
    let nowhere = world.ask(nowhere, json!({})).await;
    assert_eq!(nowhere.code(), "BAD_USER_INPUT", "{}", world.on);
    let market = json!({"slug": "khouribga", "kilometresFrom": null});
    assert_eq!(nowhere.body["data"]["market"], market, "{}: the rest is shown", world.on);
    let products = "query($near: NearInput) { products(first: 50, filter: {near: $near}) { nodes { listings(first: 5) { nodes { market { slug } } } } } }";
    let found = world.ask(products, json!({"near": close})).await.data()["products"]["nodes"].clone();
    let found = found.as_array().unwrap();
    assert!(found.len() > 20 && found.iter().all(|product| product["listings"]["nodes"][0]["market"]["slug"] == "khouribga"), "{}", world.on);

    for (near, by, argument) in [
        (Value::Null, "DISTANCE", "orderBy"),
        (json!({"latitude": 91, "longitude": 0}), "OLDEST", "filter.near"),
        (json!({"latitude": 0, "longitude": 0, "withinKilometres": 0}), "OLDEST", "filter.near.withinKilometres"),
    ] {
        let told = world.ask(markets, json!({"near": near, "by": by, "first": 1})).await;
        assert_eq!((told.code(), told.argument()), ("BAD_USER_INPUT", argument), "{}", world.on);
    }
}

async fn what_sells_most_comes_first(world: World) {
    let query = "query($after: String) { products(first: 10, after: $after, orderBy: POPULARITY) { totalCount nodes { slug }
        pageInfo { endCursor hasNextPage } } }";
    let listed = world.ask(query, json!({})).await.data()["products"]["totalCount"].clone();
    assert_eq!(listed, 0, "{}: nothing was sold", world.on);
    unfm::seed::demo_with_sales(&world.owner, world.clock.now()).await.unwrap();
    // However many instances look, one of them counts.
    let now = world.clock.now();
    let counted = join_all((0..4).map(|_| count(&world.db, now))).await;
    assert_eq!(counted.into_iter().filter(|counted| *counted.as_ref().unwrap()).count(), 1, "{}", world.on);
    assert!(!count(&world.db, now + jiff::SignedDuration::from_mins(49)).await.unwrap(), "{}", world.on);

    let totals = "{ khouribga: market(slug: \"khouribga\") { ...Sold } mdiq: market(slug: \"demo-mdiq\") { ...Sold } }
        fragment Sold on Market { salesTotals(from: \"2026-09-01\", until: \"2026-11-23\", by: PRODUCT) { quantity product { slug } } }";
    let totals = world.person("national").await.asks(totals, json!({})).await.data().clone();
    let mut sold: HashMap<String, f64> = HashMap::new();
    for total in ["khouribga", "mdiq"].iter().flat_map(|market| totals[market]["salesTotals"].as_array().unwrap()) {
        let quantity: f64 = total["quantity"].as_str().unwrap().parse().unwrap();
        *sold.entry(total["product"]["slug"].as_str().unwrap().to_owned()).or_default() += quantity;
    }
    let (mut order, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = world.ask(query, json!({"after": after})).await.data()["products"].clone();
        order.extend(page["nodes"].as_array().unwrap().iter().map(|node| node["slug"].as_str().unwrap().to_owned()));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    let quantities: Vec<f64> = order.iter().map(|slug| sold[slug]).collect();
    assert_eq!(order.len(), sold.len(), "{}: each that sold, once", world.on);
    assert!(quantities.is_sorted_by(|one, other| one >= other) && quantities[0] > quantities[order.len() - 1], "{}: {quantities:?}", world.on);

    // Half a year later none of it counts; a clock that jumped back counts again.
    assert!(count(&world.db, "2027-05-01T12:00:00Z".parse().unwrap()).await.unwrap(), "{}", world.on);
    let listed = world.ask(query, json!({})).await.data()["products"]["totalCount"].clone();
    assert_eq!(listed, 0, "{}", world.on);
    assert!(count(&world.db, now).await.unwrap(), "{}", world.on);
}

async fn search_engines_are_told_what_the_page_shows(world: World) {
    unfm::seed::demo_with_photos(&world.owner, &world.files, world.clock.now()).await.unwrap();
    placed(&world.person("khouribga").await, "khouribga", (32.88, -6.91)).await;
    let query = "{ product(slug: \"huile-argan-250\") { jsonLd(locale: FR, serverUrl: \"https://api.unfm.example\") photo { url } }
        market(slug: \"khouribga\") { jsonLd(locale: FR) } }";
    let told = world.ask(query, json!({})).await.data().clone();
    let product: Value = serde_json::from_str(told["product"]["jsonLd"].as_str().unwrap()).unwrap();
    assert_eq!((&product["@context"], &product["@type"], &product["name"]),
        (&json!("https://schema.org"), &json!("Product"), &json!("Huile d'argan 250 ml")), "{}", world.on);
    let image = format!("https://api.unfm.example{}", told["product"]["photo"]["url"].as_str().unwrap());
    assert_eq!(product["image"], json!([image]), "{}", world.on);
    let expected = json!([{"@type": "Offer", "price": "95.00", "priceCurrency": "MAD", "availability": "https://schema.org/InStock",
        "sku": "HUILE-ARGAN-250", "seller": {"@type": "Store", "name": "Marché UNFM de Khouribga"}}]);
    let mut offers = product["offers"].clone();
    offers[0]["seller"]["name"] = expected[0]["seller"]["name"].clone();
    assert_eq!(offers, expected, "{}: {product}", world.on);

    let market: Value = serde_json::from_str(told["market"]["jsonLd"].as_str().unwrap()).unwrap();
    assert_eq!((&market["@type"], &market["geo"]["latitude"], &market["address"]["addressCountry"]), (&json!("Store"), &json!(32.88), &json!("MA")));
    let monday = &market["openingHoursSpecification"][0];
    assert_eq!(*monday, json!({"@type": "OpeningHoursSpecification", "dayOfWeek": "https://schema.org/Monday", "opens": "09:00",
        "closes": "19:00"}), "{}", world.on);
    let wrong = "{ product(slug: \"huile-argan-250\") { jsonLd(serverUrl: \"javascript:alert(1)\") } }";
    assert_eq!(world.ask(wrong, json!({})).await.argument(), "serverUrl", "{}", world.on);
}

tests::on_each_database!(
    each_choice_says_how_many_products_it_leaves,
    the_nearest_market_comes_first,
    what_sells_most_comes_first,
    search_engines_are_told_what_the_page_shows,
);
